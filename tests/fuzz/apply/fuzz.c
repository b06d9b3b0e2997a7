// SPDX-License-Identifier: MIT
//
// An image whose metadata is the input, applied to a volume in memory: either it is
// refused before the volume is touched, or what is there is sound. Content that
// entries may name by its hash: "a", 600 times "b", 9000 times "c". With an odd
// number of bytes files are compressed.

#include "image.h"
#include "unit/libwim/made.h"

#define VOLUME_SIZE (UINT64_C(6) << 20)
#define BLOBS       4u // the content, and the metadata

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void put(struct disk *d, uint64_t off, const void *data, size_t size)
{
	if (disk_write(d, off, data, size, NULL))
		abort();
}

static struct disk *make_wim(const uint8_t *metadata, size_t size)
{
	static uint8_t content[3][9000];
	const size_t sizes[BLOBS] = {1, 600, 9000, size};
	struct wim_header_disk h = {.magic = WIM_MAGIC};
	struct blob_disk table[BLOBS] = {0};
	uint64_t off = sizeof(h) + sizeof(table);
	struct disk *d;

	if (disk_memory(off + 9601 + size, 512, &d, NULL))
		abort();
	h.header_size = to_le32(sizeof(h));
	h.version = to_le32(WIM_VERSION);
	h.part = h.parts = to_le16(1);
	h.images = to_le32(1);
	h.blobs = made_resource(sizeof(h), sizeof(table), 0);
	for (size_t i = 0; i < BLOBS; off += sizes[i++]) {
		const uint8_t *from = i < 3 ? content[i] : metadata;

		if (i < 3)
			memset(content[i], 'a' + (int)i, sizes[i]);
		table[i].part = to_le16(1);
		table[i].resource =
			made_resource(off, sizes[i],
				      i < 3 ? 0 : RESOURCE_METADATA);
		sha1_digest(from, sizes[i], table[i].sha1);
		put(d, off, from, sizes[i]);
	}
	put(d, 0, &h, sizeof(h));
	put(d, sizeof(h), table, sizeof(table));
	return d;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct apply_options options = {
		.threads = 1,
		.compact = size & 1,
		.algorithm = size / 2 % NTFS_WOF_ALGORITHMS,
	};
	struct disk *file = make_wim(data, size), *zeroes, *volume;
	struct ntfs_check_result found;
	struct apply_result result;
	uint8_t boot[512] = {0};
	struct wim *w;

	if (disk_zeroes(VOLUME_SIZE, 512, &zeroes, NULL) ||
	    disk_scratch(zeroes, &volume, NULL) || wim_open(file, &w, NULL) ||
	    disk_write(volume, 0, "old", 3, NULL))
		abort();
	if (!apply_image(w, 1, volume, &options, NULL, &result, NULL)) {
		if (ntfs_check(volume, NULL, NULL, NULL, &found, NULL) ||
		    found.problems)
			abort();
	} else if (disk_read(volume, 0, boot, sizeof(boot), NULL) ||
		   memcmp(boot, "old", 4)) {
		abort();
	}
	wim_close(w);
	disk_close(volume);
	disk_close(zeroes);
	disk_close(file);
	return 0;
}
