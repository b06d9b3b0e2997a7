// SPDX-License-Identifier: MIT
//
// The integrity table ("Windows Imaging File Format (WIM)" white paper,
// "Integrity table"): SHA-1 of each piece between the header and the end of the
// blob table.

#include <string.h>

#include "wim_priv.h"

#define READ_SIZE (1 << 20)

static const char what[] = "WIM integrity table";

static int hash_range(struct wim *w, uint64_t off, uint64_t len,
		      uint8_t *buffer, uint8_t hash[SHA1_SIZE], struct err *err)
{
	struct sha1 sha1;

	sha1_init(&sha1);
	while (len) {
		size_t n = len < READ_SIZE ? (size_t)len : READ_SIZE;
		int r = disk_read(w->file, off, buffer, n, err);

		if (r)
			return r;
		sha1_update(&sha1, buffer, n);
		off += n;
		len -= n;
	}
	sha1_final(&sha1, hash);
	return 0;
}

// Checks what the table says of itself.
static int decode(const struct wim *w, const uint8_t *table, uint64_t begin,
		  uint64_t end, struct integrity_disk *ret, struct err *err)
{
	struct integrity_disk head;
	uint64_t count, chunk, size = w->integrity.size;

	if (size < sizeof(head))
		return err_corrupt(err, what, w->integrity.offset,
				   "it is cut off");
	memcpy(&head, table, sizeof(head));
	count = get_le32(head.count);
	chunk = get_le32(head.chunk_size);
	if (get_le32(head.size) != size || !chunk || end < begin ||
	    size != sizeof(head) + count * SHA1_SIZE ||
	    count != (end - begin) / chunk + ((end - begin) % chunk != 0))
		return err_corrupt(err, what, w->integrity.offset,
				   "%llu pieces of %llu bytes do not cover the "
				   "file",
				   (unsigned long long)count,
				   (unsigned long long)chunk);
	*ret = head;
	return 0;
}

static int check_pieces(struct wim *w, const uint8_t *table, uint8_t *buffer,
			struct progress *progress, struct err *err)
{
	uint64_t begin = sizeof(struct wim_header_disk);
	uint64_t end = w->blob_table.offset + w->blob_table.stored_size;
	const uint8_t *hash = table + sizeof(struct integrity_disk);
	uint64_t total = end - begin, chunk;
	struct integrity_disk head = {0};
	int r = decode(w, table, begin, end, &head, err);

	if (r)
		return r;
	chunk = get_le32(head.chunk_size);
	for (; begin < end; begin += chunk, hash += SHA1_SIZE) {
		uint64_t len = end - begin < chunk ? end - begin : chunk;
		uint8_t found[SHA1_SIZE];

		r = progress_report(progress, "Checking integrity",
				    total - (end - begin), total);
		if (r)
			return err_set(err, r, what, ERR_NOWHERE, "stopped");
		r = hash_range(w, begin, len, buffer, found, err);
		if (r)
			return r;
		if (memcmp(found, hash, SHA1_SIZE))
			return err_corrupt(err, "WIM", begin,
					   "the %llu bytes here do not match "
					   "the integrity table",
					   (unsigned long long)len);
	}
	r = progress_report(progress, "Checking integrity", total, total);
	return r ? err_set(err, r, what, ERR_NOWHERE, "stopped") : 0;
}

int wim_check_integrity(struct wim *w, struct progress *progress,
			struct err *err)
{
	void *table;
	uint8_t *buffer;
	int r;

	if (!w->info.has_integrity)
		return err_set(err, -ENOENT, "WIM", ERR_NOWHERE,
			       "the file has no integrity table");
	r = wim_resource_read(w, &w->integrity, what, WIM_MAX_INTEGRITY, &table,
			      err);
	if (r)
		return r;
	buffer = mem_alloc(READ_SIZE);
	r = buffer ? check_pieces(w, table, buffer, progress, err)
		   : err_nomem(err);
	mem_free(buffer);
	mem_free(table);
	return r;
}
