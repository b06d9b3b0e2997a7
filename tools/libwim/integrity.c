// SPDX-License-Identifier: MIT
//
// The integrity table ("Windows Imaging File Format (WIM)" white paper,
// "Integrity table"): SHA-1 of each piece between the header and the end of the
// blob table. The header is not covered, as the table's place goes into it when
// the table is done; nor is the XML data, so images can be renamed without
// reading all of the file again.

#include <string.h>

#include "wim_priv.h"

#define READ_SIZE (1 << 20) // a piece may be 4 GiB, as the file says

static const char what[] = "WIM integrity table";
static const char stage[] = "Checking integrity";

static int hash_range(struct disk *file, uint64_t off, uint64_t len,
		      uint8_t *buffer, uint8_t hash[SHA1_SIZE], struct err *err)
{
	struct sha1 sha1;

	sha1_init(&sha1);
	while (len) {
		size_t n = len < READ_SIZE ? (size_t)len : READ_SIZE;
		int r = disk_read(file, off, buffer, n, err);

		if (r)
			return r;
		sha1_update(&sha1, buffer, n);
		off += n;
		len -= n;
	}
	sha1_final(&sha1, hash);
	return 0;
}

// Checks what the table says of itself. One that covers less than it should
// would call sound what nobody looked at.
static int decode(const struct resource *integrity, const uint8_t *table,
		  uint64_t begin, uint64_t end, struct integrity_disk *ret,
		  struct err *err)
{
	struct integrity_disk head;
	uint64_t count, chunk, size = integrity->size;

	if (size < sizeof(head))
		return err_corrupt(err, what, integrity->offset,
				   "it is cut off");
	memcpy(&head, table, sizeof(head));
	count = get_le32(head.count);
	chunk = get_le32(head.chunk_size);
	if (get_le32(head.size) != size || !chunk || end < begin ||
	    size != sizeof(head) + count * SHA1_SIZE ||
	    count != (end - begin) / chunk + ((end - begin) % chunk != 0))
		return err_corrupt(err, what, integrity->offset,
				   "%llu pieces of %llu bytes do not cover the "
				   "file",
				   (unsigned long long)count,
				   (unsigned long long)chunk);
	*ret = head;
	return 0;
}

// `done` is what is done of `total` with the files before.
static int check_pieces(const struct wim_file *file, const uint8_t *table,
			uint8_t *buffer, uint64_t done, uint64_t total,
			struct progress *progress, struct err *err)
{
	uint64_t begin = sizeof(struct wim_header_disk);
	uint64_t end = file->blob_table.offset + file->blob_table.stored_size;
	const uint8_t *hash = table + sizeof(struct integrity_disk);
	struct integrity_disk head = {0};
	uint64_t chunk;
	int r = decode(&file->integrity, table, begin, end, &head, err);

	if (r)
		return r;
	chunk = get_le32(head.chunk_size);
	for (uint64_t at = begin; at < end; at += chunk, hash += SHA1_SIZE) {
		uint64_t len = end - at < chunk ? end - at : chunk;
		uint8_t found[SHA1_SIZE];

		r = progress_report(progress, stage, done + (at - begin),
				    total);
		if (r)
			return err_set(err, r, what, ERR_NOWHERE, "stopped");
		r = hash_range(file->disk, at, len, buffer, found, err);
		if (r)
			return r;
		if (memcmp(found, hash, SHA1_SIZE))
			return err_corrupt(err, "WIM", at,
					   "the %llu bytes here do not match "
					   "the integrity table",
					   (unsigned long long)len);
	}
	return 0;
}

static int check_file(struct wim *w, size_t i, uint8_t *buffer,
		      struct progress *progress, struct err *err)
{
	const struct wim_file *file = &w->files[i];
	struct err inner = {0};
	void *table;
	int r = wim_resource_read(w, i, &file->integrity, what,
				  WIM_MAX_INTEGRITY, &table, &inner);

	if (r)
		return wim_file_fail(w, i, &inner, err);
	r = check_pieces(file, table, buffer, file->before, w->info.size,
			 progress, &inner);
	mem_free(table);
	return r ? wim_file_fail(w, i, &inner, err) : 0;
}

int wim_check_integrity(struct wim *w, struct progress *progress,
			struct err *err)
{
	uint8_t *buffer;
	int r = 0;

	if (!w->info.has_integrity)
		return err_set(err, -ENOENT, "WIM", ERR_NOWHERE,
			       "the file has no integrity table");
	buffer = mem_alloc(READ_SIZE);
	if (!buffer)
		return err_nomem(err);
	for (size_t i = 0; !r && i < w->info.parts; i++)
		r = check_file(w, i, buffer, progress, err);
	mem_free(buffer);
	if (!r && progress_report(progress, stage, w->info.size, w->info.size))
		r = err_set(err, -ECANCELED, what, ERR_NOWHERE, "stopped");
	return r;
}
