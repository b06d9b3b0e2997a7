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

// Returns the first name of a record, or else what file it goes on with.
static const uint8_t *identity(const struct ntfs_record *rec, size_t *ret_size)
{
	struct ntfs_attr a = {0};
	unsigned broken = 0;

	while (ntfs_repair_next(rec, &a, &broken))
		if (a.type == NTFS_AT_FILE_NAME && a.resident) {
			const struct ntfs_file_name_disk *h =
				(const void *)a.value;
			size_t size = a.value_len;

			if (size < sizeof(*h))
				continue;
			// what is before the times, and the name
			*ret_size = size - offsetof(struct ntfs_file_name_disk,
						    name_len);
			return a.value + (size - *ret_size);
		}
	*ret_size = sizeof(le64);
	return rec->data + offsetof(struct ntfs_record_disk, base);
}

// A write that went astray leaves a record in another's place, and there it is one
// more of a file that is whole: to be told from a record whose number alone is wrong.
static int is_copy(struct repair_round *w, const struct ntfs_record *rec,
		   bool *ret, struct err *err)
{
	const struct ntfs_record_disk *h = (const void *)rec->data;
	uint64_t number = get_le32(h->number);
	const uint8_t *mine, *its;
	struct ntfs_record other;
	size_t my_size, its_size;
	struct err e = {0};
	int r;

	*ret = false;
	if (get_le16(h->usa_offset) < sizeof(*h) || number == rec->number ||
	    number >= w->scan.count || !(w->scan.flags[number] & SCAN_IN_USE))
		return 0;
	r = ntfs_record_read(w->c->n, number, &other, &e);
	if (r)
		return ntfs_check_is_content(r) ? 0 : err_pass(err, r, &e);
	mine = identity(rec, &my_size);
	its = identity(&other, &its_size);
	*ret = get_le32(((const struct ntfs_record_disk *)(const void *)
				 other.data)
				->number) == number &&
	       other.sequence == rec->sequence && other.base == rec->base &&
	       my_size == its_size && !memcmp(mine, its, my_size);
	mem_free(other.data);
	return 0;
}

static int repair(struct repair_round *w, uint64_t number, uint8_t *data,
		  struct err *err)
{
	uint32_t size = w->n->info.record_size;
	struct ntfs_record rec;
	bool odd, copy = false;
	int r;

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
	r = number < NTFS_REC_FREE ? 0 : is_copy(w, &rec, &copy, err);
	if (r)
		return r;
	if (copy) {
		ntfs_repair_lose(
			w->r, number,
			"it is a copy of file record %u, which was "
			"written over it, and is marked as free",
			get_le32(((struct ntfs_record_disk *)(void *)data)
					 ->number));
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
