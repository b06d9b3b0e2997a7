// SPDX-License-Identifier: MIT
//
// Loads a hive into a tree (regf specifications of M. Suhanov and libregf): the
// header, the bins and their cells; what is in the cells: load_key.c.

#include <stdlib.h>

#include "load_priv.h"

static bool marked(const struct loader *l, uint32_t offset)
{
	return offset % 8 == 0 && offset < l->size &&
	       l->marks[offset / 64] >> (offset / 8 % 8) & 1;
}

// --- Header and bins ---------------------------------------------------------

uint32_t hive_header_checksum(const uint8_t *header)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < HIVE_CHECKSUMMED; i += 4)
		sum ^= load_le32(header + i);
	// Neither 0 nor all ones is ever stored ("Base block"): so a sector of
	// zeroes is no valid header.
	return sum == UINT32_MAX ? UINT32_MAX - 1 : sum ? sum : 1;
}

// "Dirty state of a hive". A wrong checksum is the sign of a header that was
// cut off half way, and the logs mend that too.
bool hive_is_dirty(const void *data, size_t size)
{
	const struct hive_header_disk *h = data;

	return size >= sizeof(*h) && !memcmp(h->signature, "regf", 4) &&
	       (get_le32(h->sequence1) != get_le32(h->sequence2) ||
		get_le32(h->checksum) != hive_header_checksum(data));
}

// Returns how many of the bytes after the header are whole bins.
static uint32_t count_bins(const uint8_t *data, size_t size)
{
	size_t most = size - HIVE_HEADER_SIZE, off = 0;

	while (most - off >= HIVE_BIN_ALIGN) {
		const struct hive_bin_disk *bin =
			(const void *)(data + HIVE_HEADER_SIZE + off);
		uint32_t len = get_le32(bin->size);

		if (memcmp(bin->signature, "hbin", 4) ||
		    get_le32(bin->offset) != off || !len ||
		    len % HIVE_BIN_ALIGN || len > most - off ||
		    off + len > HIVE_MAX_BINS)
			break;
		off += len;
	}
	return (uint32_t)off;
}

void hive_forget_logs(void *data, size_t size)
{
	struct hive_header_disk h;
	uint32_t bins;

	if (size < HIVE_HEADER_SIZE)
		return;
	memcpy(&h, data, sizeof(h));
	bins = count_bins(data, size);
	// Bins that were added last may be in the logs alone.
	if (bins < get_le32(h.bins_size))
		h.bins_size = to_le32(bins);
	h.sequence2 = h.sequence1;
	memcpy(data, &h, sizeof(h));
	h.checksum = to_le32(hive_header_checksum(data));
	memcpy(data, &h, sizeof(h));
}

static int check_header(const struct hive_header_disk *h, size_t size,
			struct err *err)
{
	static const char what[] = "hive header";
	uint32_t bins;

	if (size < HIVE_HEADER_SIZE)
		return err_corrupt(err, what, ERR_NOWHERE,
				   size < 4 || memcmp(h->signature, "regf", 4)
					   ? "this is no registry hive"
					   : "the file is cut short");
	if (memcmp(h->signature, "regf", 4))
		return err_corrupt(err, what, ERR_NOWHERE,
				   "this is no registry hive");
	if (get_le32(h->checksum) != hive_header_checksum((const uint8_t *)h))
		return err_corrupt(err, what, 0x1fc, "wrong checksum");
	// 1.2 is of NT 3.51, 1.3 of NT 4 and later, 1.5 of XP and later, 1.6 of
	// Windows 10; the cells are the same but for what goes by HIVE_*_FROM.
	if (get_le32(h->major) != 1 || get_le32(h->minor) < 2 ||
	    get_le32(h->minor) > 6)
		return err_set(err, -ENOTSUP, what, 0x14,
			       "version %u.%u is not supported",
			       get_le32(h->major), get_le32(h->minor));
	// A log begins with a copy of the header, and only its type tells.
	if (get_le32(h->type) || get_le32(h->format) != 1)
		return err_set(err, -ENOTSUP, what, 0x1c,
			       "a transaction log, or no primary hive file");
	// Refused, not read as it lies: half of the last change may be in it,
	// and saving it would make that last.
	if (get_le32(h->sequence1) != get_le32(h->sequence2))
		return err_set(err, -ENOTSUP, what, 4,
			       "the hive was not closed: its last changes are "
			       "in its logs (.LOG1, .LOG2, .LOG)");
	bins = get_le32(h->bins_size);
	if (!bins || bins % HIVE_BIN_ALIGN || bins > HIVE_MAX_BINS ||
	    bins > size - HIVE_HEADER_SIZE)
		return err_corrupt(err, what, 0x28,
				   "length of bins is %u in a file of %zu",
				   bins, size);
	return 0;
}

// Marks the cells in use of the bin [start, end). Cells fill it without a gap
// ("Cell"), free ones too: with a wrong size nothing behind it can be found.
static int mark_cells(struct loader *l, uint32_t start, uint32_t end)
{
	uint32_t off = start + sizeof(struct hive_bin_disk);

	while (off < end) {
		uint32_t raw = load_le32(l->bins + off);
		uint32_t len = raw >> 31 ? -raw : raw;

		// A size of 0 would never get on, and cells never reach into
		// the next bin.
		if (len < 8 || len % 8 || len > end - off)
			return err_corrupt(l->err, "cell",
					   hive_file_offset(off),
					   "its size is 0x%x", raw);
		if (raw >> 31)
			l->marks[off / 64] |= (uint8_t)(1 << off / 8 % 8);
		off += len;
	}
	return 0;
}

static int walk_bins(struct loader *l)
{
	uint32_t off = 0;
	int r;

	while (off < l->size) {
		const struct hive_bin_disk *bin = (const void *)(l->bins + off);
		uint32_t len = get_le32(bin->size);

		if (memcmp(bin->signature, "hbin", 4) ||
		    get_le32(bin->offset) != off)
			return err_corrupt(l->err, "hive bin",
					   hive_file_offset(off),
					   "no bin where one must begin");
		if (!len || len % HIVE_BIN_ALIGN || len > l->size - off)
			return err_corrupt(l->err, "hive bin",
					   hive_file_offset(off),
					   "its size is 0x%x", len);
		r = mark_cells(l, off, off + len);
		if (r)
			return r;
		off += len;
	}
	return 0;
}

// --- Cells -------------------------------------------------------------------

int hive_cell_look(struct loader *l, uint32_t offset, uint32_t least,
		   const char *what, const uint8_t **ret, uint32_t *ret_len)
{
	uint32_t len;

	if (!marked(l, offset))
		return err_corrupt(l->err, what, hive_file_offset(offset),
				   "not a cell in use, or used twice");
	// in use: the size is stored as a negative number
	len = -load_le32(l->bins + offset) - 4;
	if (len < least)
		return err_corrupt(l->err, what, hive_file_offset(offset),
				   "%u bytes where %u are needed", len, least);
	*ret = l->bins + offset + 4;
	*ret_len = len;
	return 0;
}

int hive_cell_take(struct loader *l, uint32_t offset, uint32_t least,
		   const char *what, const uint8_t **ret, uint32_t *ret_len)
{
	int r = hive_cell_look(l, offset, least, what, ret, ret_len);

	if (!r)
		l->marks[offset / 64] &= (uint8_t)~(1 << offset / 8 % 8);
	return r;
}

int hive_cell_take_signed(struct loader *l, uint32_t offset, uint32_t least,
			  const char *signature, const char *what,
			  const uint8_t **ret, uint32_t *ret_len)
{
	int r = hive_cell_take(l, offset, least, what, ret, ret_len);

	if (!r && memcmp(*ret, signature, 2))
		return err_corrupt(l->err, what, hive_file_offset(offset),
				   "its signature is not \"%s\"", signature);
	return r;
}

// Kept so that a hive that is loaded and saved stays the same to Windows:
// transactions go by the GUIDs.
static void decode_header(const struct hive_header_disk *h, struct hive *hive)
{
	hive->minor = get_le32(h->minor);
	hive->sequence = get_le32(h->sequence1);
	hive->written = get_le64(h->written);
	memcpy(hive->file_name, h->file_name, sizeof(h->file_name));
	memcpy(hive->resource_ids, h->rm_id, 16);
	memcpy(hive->resource_ids + 16, h->log_id, 16);
	memcpy(hive->resource_ids + 32, h->tm_id, 16);
	hive->flags = get_le32(h->flags);
	hive->reorganized = get_le64(h->reorganized);
}

int hive_load_bytes(const uint8_t *data, size_t size,
		    const struct hive_part *part, bool lends, struct hive **ret,
		    struct err *err)
{
	const struct hive_header_disk *h = (const void *)data;
	struct loader l = {.lends = lends, .err = err};
	int r = check_header(h, size, err);

	if (r)
		return r;
	l.bins = data + HIVE_HEADER_SIZE;
	l.size = get_le32(h->bins_size);
	l.minor = get_le32(h->minor);
	if (part) {
		l.path = part->path;
		l.path_len = part->path_len;
		l.at_end = part->all ? LOAD_ALL : LOAD_FOUND;
	}
	l.marks = mem_alloc(l.size / 64);
	l.hive = mem_alloc(sizeof(*l.hive));
	if (!l.marks || !l.hive) {
		r = err_nomem(err);
		goto out;
	}
	decode_header(h, l.hive);
	l.hive->is_part = part;
	r = walk_bins(&l);
	if (!r)
		r = hive_load_key(&l, get_le32(h->root), NULL, 1,
				  part ? LOAD_WAY : LOAD_ALL, &l.hive->root);
out:
	mem_free(l.cells);
	mem_free(l.marks);
	if (r)
		hive_free(l.hive);
	else
		*ret = l.hive;
	return r;
}

int hive_load(const void *data, size_t size, struct hive **ret, struct err *err)
{
	return hive_load_bytes(data, size, NULL, false, ret, err);
}
