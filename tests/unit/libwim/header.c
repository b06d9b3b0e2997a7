// SPDX-License-Identifier: MIT
//
// Opening: headers and blob tables that are refused, with what is said, and the
// samples: which open, and what is known of them.

#include "test.h"
#include "libwim/wim_disk.h"
#include "wim.h"

// The smallest WIM: no image, an empty blob table.
static struct wim_header_disk smallest(void)
{
	struct wim_header_disk h = {.magic = WIM_MAGIC,
				    .header_size = to_le32(208),
				    .version = to_le32(WIM_VERSION),
				    .chunk_size = to_le32(32768),
				    .part = to_le16(1),
				    .parts = to_le16(1)};

	return h;
}

static const struct {
	size_t off;
	uint8_t value;
	int code;
	const char *why;
} cases[] = {
	{0, 'X', -ENOTSUP, "this is no WIM"},
	{8, 209, -EBADMSG, "a header cannot have 209"},
	{12, 0x01, -ENOTSUP, "version 0x10d01"},
	{42, 2, -ENOENT, "split into 2 parts, and part 2 is missing"},
	{40, 0, -EBADMSG, "part 0 of 1"},
	{40, 2, -EBADMSG, "part 2 of 1"},
	{16, 0x02, -ENOTSUP, "compression is not known"},
	{47, 1, -EFBIG, "images"},
	{44, 1, -EBADMSG, "metadata of 0 images, not of 1"},
	{48, 1, -EBADMSG, "two sizes"},
	{55, 4, -EBADMSG, "names no compression"},
	{55, 16, -ENOTSUP, "solid"},
	{55, 8, -ENOTSUP, "spread over several files"},
	{58, 1, -EBADMSG, "not within the file"},
};

static int open_bytes(const void *data, size_t size, struct err *err)
{
	struct disk *disk;
	struct wim *w = NULL;
	int r;

	check_eq(disk_memory(size, 512, &disk, err), 0);
	check_eq(disk_write(disk, 0, data, size, err), 0);
	r = wim_open(disk, &w, err);
	check(!r == (w != NULL));
	wim_close(w);
	disk_close(disk);
	return r;
}

static void refused(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct wim_header_disk h = smallest();
		struct err err = {0};
		int r;

		((uint8_t *)&h)[cases[i].off] = cases[i].value;
		r = open_bytes(&h, sizeof(h), &err);
		if (r != cases[i].code || !strstr(err.why, cases[i].why)) {
			fprintf(stderr, "%zu: %d %s\n", i, r, err.why);
			exit(1);
		}
	}
}

static const struct {
	uint32_t flags, chunk_size;
	int code;
} compressions[] = {
	{WIM_FLAG_COMPRESSED | WIM_FLAG_XPRESS, 4096, 0},
	{WIM_FLAG_COMPRESSED | WIM_FLAG_XPRESS, 65536, 0},
	{WIM_FLAG_COMPRESSED | WIM_FLAG_XPRESS, 2048, -EBADMSG},
	{WIM_FLAG_COMPRESSED | WIM_FLAG_XPRESS, 131072, -EBADMSG},
	{WIM_FLAG_COMPRESSED | WIM_FLAG_XPRESS, 12288, -EBADMSG},
	{WIM_FLAG_COMPRESSED | WIM_FLAG_LZX, 32768, 0},
	{WIM_FLAG_COMPRESSED | WIM_FLAG_LZX, 2097152, 0},
	{WIM_FLAG_COMPRESSED | WIM_FLAG_LZX, 16384, -EBADMSG},
	{WIM_FLAG_COMPRESSED | WIM_FLAG_LZX, 0, -EBADMSG},
	{WIM_FLAG_COMPRESSED | WIM_FLAG_LZMS, 16384, -EBADMSG},
	{WIM_FLAG_COMPRESSED | WIM_FLAG_LZMS, 32768, 0},
	{WIM_FLAG_COMPRESSED | WIM_FLAG_LZMS, 1 << 30, 0},
	{WIM_FLAG_COMPRESSED | WIM_FLAG_LZMS, 1u << 31, -EBADMSG},
};

static const struct {
	const char *name;
	int code;
	enum wim_compression compression;
	uint32_t images;
} samples_known[] = {
	{"imagex-tree252-lzx.wim", 0, WIM_COMPRESSION_LZX, 1},
	{"imagex-onefile-xpress.wim", 0, WIM_COMPRESSION_XPRESS, 1},
	{"imagex-onefile-none.wim", 0, WIM_COMPRESSION_NONE, 1},
	{"icd-package-startpins.ppkg", 0, WIM_COMPRESSION_XPRESS, 1},
	{"wimlib-multi-image.wim", 0, WIM_COMPRESSION_LZX, 3},
	{"wimlib-solid-lzms-tiny.wim", 0, WIM_COMPRESSION_LZMS, 1},
	{"wimlib-solid-lzx-32K.wim", 0, WIM_COMPRESSION_LZMS, 1},
	{"wimlib-split1.swm", -ENOENT, 0, 0},
	{"wimlib-split2.swm", -ENOENT, 0, 0},
};

static void known_samples(void)
{
	for (size_t i = 0; i < sizeof(samples_known) / sizeof(*samples_known);
	     i++) {
		char path[512];
		struct err err = {0};
		struct disk *disk;
		struct wim *w;
		int r;

		snprintf(path, sizeof(path), "%s/wim/%s", samples(),
			 samples_known[i].name);
		check_ok(disk_open_file(path, DISK_READ_ONLY, &disk, &err),
			 &err);
		r = wim_open(disk, &w, &err);
		check_eq(r, samples_known[i].code);
		if (!r) {
			check_eq(wim_get_info(w)->compression,
				 samples_known[i].compression);
			check_eq(wim_get_info(w)->images,
				 samples_known[i].images);
			wim_close(w);
		}
		disk_close(disk);
	}
}

int main(void)
{
	struct wim_header_disk h = smallest();
	struct err err = {0};

	check_ok(open_bytes(&h, sizeof(h), &err), &err);
	check_eq(open_bytes(&h, sizeof(h) - 1, NULL), -EBADMSG);
	check_eq(open_bytes(&h, 0, NULL), -ENOTSUP);
	h.version = to_le32(WIM_VERSION_SOLID);
	check_ok(open_bytes(&h, sizeof(h), &err), &err);
	// a set of one part
	h.flags = to_le32(WIM_FLAG_SPANNED);
	check_ok(open_bytes(&h, sizeof(h), &err), &err);
	refused();
	for (size_t i = 0; i < sizeof(compressions) / sizeof(*compressions);
	     i++) {
		h = smallest();
		h.flags = to_le32(compressions[i].flags);
		h.chunk_size = to_le32(compressions[i].chunk_size);
		check_eq(open_bytes(&h, sizeof(h), NULL), compressions[i].code);
	}
	wim_close(NULL);
	known_samples();
	return 0;
}
