// SPDX-License-Identifier: MIT
//
// File records: found free, given back, written with their mirror.

#include <string.h>

#include "change.h"
#include "../encode/record.h"

int ntfs_record_put(struct ntfs_change *c, uint64_t number, uint8_t *data,
		    uint32_t stage, struct err *err)
{
	uint32_t size = c->n->info.record_size;
	uint8_t *before = mem_alloc(size);
	uint64_t mirror;
	int r;

	if (!before)
		return err_nomem(err);
	r = disk_read(c->n->mft, number * size, before, size, err);
	if (!r)
		ntfs_encode_usa(data, size, before);
	mem_free(before);
	if (!r)
		r = ntfs_cache_write(c, c->n->mft, number * size, data, size,
				     stage, err);
	if (r || number >= c->mirrored)
		return r;
	mirror = c->n->mftmirr_lcn * c->n->info.cluster_size + number * size;
	return ntfs_cache_write(c, c->cache, mirror, data, size, stage, err);
}

uint32_t ntfs_record_stage(const struct ntfs_change *c, uint64_t number)
{
	uint64_t off = number * c->n->info.record_size;

	return ntfs_cache_stage(c, ntfs_runs_place(c->n, &c->mft.runs, off));
}

// --- Taking and giving -------------------------------------------------------

// A record keeps counting its uses: references to what it was stay invalid.
static int read_sequence(struct ntfs_change *c, uint64_t number, uint16_t *ret,
			 struct err *err)
{
	struct ntfs_record_disk h;
	int r = disk_read(c->n->mft, number * c->n->info.record_size, &h,
			  sizeof(h), err);

	if (r)
		return r;
	*ret = memcmp(h.magic, "FILE", 4) ? 0 : get_le16(h.sequence);
	if (!*ret)
		*ret = 1;
	return 0;
}

static int find_free(struct ntfs_change *c, uint64_t *ret, bool *ret_found,
		     struct err *err)
{
	uint64_t number = 0, len = 0, end = c->mft.bits.count;
	uint64_t from = c->record_hint < end ? c->record_hint : NTFS_REC_USER;
	int r = ntfs_bits_find(&c->mft.bits, from, end, 1, &number, &len, err);

	if (!r && !len)
		r = ntfs_bits_find(&c->mft.bits, NTFS_REC_USER, end, 1, &number,
				   &len, err);
	*ret = number;
	*ret_found = !r && len;
	return r;
}

int ntfs_record_take(struct ntfs_change *c, uint64_t *ret_number,
		     uint16_t *ret_sequence, struct err *err)
{
	uint64_t number;
	uint16_t sequence;
	bool found;
	int r = find_free(c, &number, &found, err);

	// New records that a power cut left marked are free after the next sync.
	while (!r && !found) {
		r = ntfs_mft_grow(c, err);
		if (!r)
			r = find_free(c, &number, &found, err);
	}
	if (!r)
		r = read_sequence(c, number, &sequence, err);
	if (!r)
		r = ntfs_bits_set(c, &c->mft.bits, number, 1, true, err);
	if (r)
		return r;
	c->record_hint = number + 1;
	*ret_number = number;
	*ret_sequence = sequence;
	return 0;
}

int ntfs_record_give(struct ntfs_change *c, uint64_t number, uint32_t stage,
		     struct err *err)
{
	struct ntfs_record rec;
	struct ntfs_record_disk *h;
	bool was_there;
	int r = ntfs_bits_set(c, &c->mft.bits, number, 1, false, err);

	if (!r)
		r = ntfs_bits_before(&c->mft.bits, number, &was_there, err);
	if (!r && number < c->record_hint)
		c->record_hint = number;
	if (!r)
		r = ntfs_record_read(c->n, number, &rec, err);
	if (r)
		return r;
	// References to what it was must not fit its next use; 0 would be none.
	h = (void *)rec.data;
	h->flags = to_le16(rec.flags & (uint16_t)~NTFS_RF_IN_USE);
	h->sequence = to_le16(rec.sequence == UINT16_MAX
				      ? 1
				      : (uint16_t)(rec.sequence + 1));
	// One that the device does not know of is of no order.
	r = ntfs_record_put(c, number, rec.data,
			    was_there ? stage : STAGE_FRESH, err);
	mem_free(rec.data);
	return r;
}
