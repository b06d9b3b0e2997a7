// SPDX-License-Identifier: MIT
//
// The integrity table of a file that is written ("Windows Imaging File Format
// (WIM)" white paper, "Integrity table"): what was written is read again, as tables
// of chunks came behind their chunks.

#include <stdio.h>
#include <string.h>

#include "write.h"

#define PIECE_SIZE (UINT64_C(10) << 20) // as WIMGAPI and wimlib take
#define READ_SIZE  (1 << 20)

static const char what[] = "WIM integrity table";

// Hashes one piece, of which `len` bytes are in the file.
static int hash_piece(struct disk *file, uint64_t at, uint64_t len,
		      uint8_t *buf, uint8_t hash[SHA1_SIZE], struct err *err)
{
	struct sha1 sha1;

	sha1_init(&sha1);
	for (uint64_t done = 0; done < len; done += READ_SIZE) {
		size_t n = len - done < READ_SIZE ? (size_t)(len - done)
						  : READ_SIZE;
		int r = disk_read(file, at + done, buf, n, err);

		if (r)
			return r;
		sha1_update(&sha1, buf, n);
	}
	sha1_final(&sha1, hash);
	return 0;
}

static int hash_pieces(struct disk *file, uint64_t end, uint8_t *table,
		       struct progress *progress, struct err *err)
{
	uint64_t begin = sizeof(struct wim_header_disk);
	uint8_t *buf = mem_alloc(READ_SIZE);
	int r = buf ? 0 : err_nomem(err);

	for (uint64_t at = begin; !r && at < end; at += PIECE_SIZE) {
		uint64_t len = end - at < PIECE_SIZE ? end - at : PIECE_SIZE;

		r = hash_piece(file, at, len, buf, table, err);
		table += SHA1_SIZE;
		if (!r && progress_report(progress, "Checking integrity",
					  at + len - begin, end - begin))
			r = err_set(err, -ECANCELED, what, ERR_NOWHERE,
				    "stopped");
	}
	mem_free(buf);
	return r;
}

int wim_integrity_write(struct output *o, uint64_t end,
			struct progress *progress, struct resource_disk *ret,
			struct err *err)
{
	uint64_t covered = end - sizeof(struct wim_header_disk);
	uint64_t count = (covered + PIECE_SIZE - 1) / PIECE_SIZE;
	uint64_t size = sizeof(struct integrity_disk) + count * SHA1_SIZE;
	struct integrity_disk head = {to_le32((uint32_t)size),
				      to_le32((uint32_t)count),
				      to_le32((uint32_t)PIECE_SIZE)};
	uint64_t start;
	uint8_t *table;
	int r;

	// 32 TB and more: a larger table is not read.
	if (size > WIM_MAX_INTEGRITY)
		return err_set(err, -EFBIG, what, ERR_NOWHERE,
			       "the file is too large for one");
	table = mem_alloc((size_t)size);
	if (!table)
		return err_nomem(err);
	memcpy(table, &head, sizeof(head));
	r = wim_output_flush(o, err);
	if (!r)
		r = hash_pieces(o->file, end, table + sizeof(head), progress,
				err);
	start = wim_output_place(o);
	if (!r)
		r = wim_output_write(o, table, (size_t)size, err);
	mem_free(table);
	*ret = wim_resource_encode(start, size, size, 0);
	return r;
}
