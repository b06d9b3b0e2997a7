// SPDX-License-Identifier: MIT
//
// The header of one file record: mended in place, or the record marked as free when
// there is no file in it that could be read.

#include <string.h>

#include "repair.h"
#include "../encode/record.h"

// A record keeps counting its uses, if it still says how many there were.
static int mark_free(struct repair_round *w, uint64_t number, uint8_t *data,
		     struct err *err)
{
	const struct ntfs_record_disk *h = (const void *)data;
	uint32_t size = w->n->info.record_size;
	uint16_t sequence = memcmp(h->magic, "FILE", 4) ? 0
							: get_le16(h->sequence);
	struct ntfs_record_disk head = {.number = to_le32((uint32_t)number)};
	int r = ntfs_bits_set(w->c, &w->c->mft.bits, number, 1, false, err);

	head.sequence =
		to_le16(sequence == UINT16_MAX ? 1 : (uint16_t)(sequence + 1));
	if (r)
		return r;
	ntfs_encode_record(data, size, ntfs_record_first(size), &head);
	return ntfs_record_put(w->c, number, data, STAGE_FRESH, err);
}

static int mend(struct repair_round *w, uint64_t number, uint8_t *data,
		const struct ntfs_record *rec, struct err *err)
{
	struct ntfs_record_disk *h = (void *)data;
	uint16_t sequence = rec->sequence;

	if (number < NTFS_REC_FREE)
		sequence = number ? (uint16_t)number : 1;
	else if (!sequence)
		sequence = 1;
	h->sequence = to_le16(sequence);
	if (get_le16(h->usa_offset) >= sizeof(*h))
		h->number = to_le32((uint32_t)number);
	ntfs_repair_say(w->r, number, "its header is mended");
	return ntfs_record_put(w->c, number, data, STAGE_CHANGED, err);
}

static int repair(struct repair_round *w, uint64_t number, uint8_t *data,
		  struct err *err)
{
	uint32_t size = w->n->info.record_size;
	struct ntfs_record rec;
	bool odd;

	if (!ntfs_repair_decode(data, size, number, &rec, &odd)) {
		if (number < NTFS_REC_FREE)
			return err_corrupt(err, NTFS_RECORD(number),
					   ERR_NOWHERE,
					   "it is the system's, and cannot be "
					   "read");
		ntfs_repair_lose(w->r, number,
				 "it cannot be read, and is marked as free");
		return mark_free(w, number, data, err);
	}
	if (rec.base && !ntfs_repair_is_base(&w->scan, rec.base) &&
	    number >= NTFS_REC_FREE) {
		ntfs_repair_say(w->r, number,
				"it goes on with file record %llu, which is "
				"gone, and is marked as free",
				(unsigned long long)ntfs_ref_record(rec.base));
		return mark_free(w, number, data, err);
	}
	return mend(w, number, data, &rec, err);
}

int ntfs_repair_record(struct repair_round *w, uint64_t number, struct err *err)
{
	uint32_t size = w->n->info.record_size;
	uint8_t *data = mem_alloc(size);
	int r = data ? disk_read(w->c->n->mft, number * size, data, size, err)
		     : err_nomem(err);

	if (!r)
		r = repair(w, number, data, err);
	mem_free(data);
	return r;
}
