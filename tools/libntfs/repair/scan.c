// SPDX-License-Identifier: MIT
//
// All file records as far as they can be read: what each is, which extensions say
// that they are of which base record, and the clusters that any of them has. The
// check stops at the first thing in a record that is wrong; what is behind it is
// not lost for that.

#include <stdlib.h>
#include <string.h>

#include "repair.h"
#include "../encode/record.h"

// --- One record --------------------------------------------------------------

// The update sequence array stands behind the header of one of two versions; where
// the header says something else, one that fits all sectors is the right one.
static bool undo_usa(uint8_t *data, uint32_t size, bool *ret_odd)
{
	static const uint16_t places[] = {sizeof(struct ntfs_record_disk),
					  0x2a};
	struct ntfs_record_disk *h = (void *)data;
	le16 offset = h->usa_offset, count = h->usa_count;

	if (!ntfs_fixup(data, size, "", 0, NULL))
		return true;
	// Only when it is the array's place that is wrong: a sector of another
	// write is not made right by it.
	if (get_le16(count) == ntfs_usa_count(size) &&
	    (get_le16(offset) == places[0] || get_le16(offset) == places[1]))
		return false;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		h->usa_offset = to_le16(places[i]);
		h->usa_count = to_le16(ntfs_usa_count(size));
		*ret_odd = true;
		if (!ntfs_fixup(data, size, "", 0, NULL))
			return true;
	}
	return false;
}

// Where attributes that begin at `off` end, with the end mark; 0 when there is none.
static uint32_t find_end(const uint8_t *data, uint32_t size, uint32_t off)
{
	while (range_ok(off, NTFS_END_MARK, size)) {
		const struct ntfs_attr_disk *a = (const void *)(data + off);
		uint32_t length = get_le32(a->length);

		if (get_le32(a->type) == NTFS_AT_END)
			return off + NTFS_END_MARK;
		if (length < sizeof(struct ntfs_resident_disk) || length % 8 ||
		    !range_ok(off, length, size))
			break;
		off += length;
	}
	return 0;
}

static bool mend_header(uint8_t *data, uint32_t size)
{
	struct ntfs_record_disk *h = (void *)data;
	uint32_t usual = (uint32_t)round_up(get_le16(h->usa_offset) +
						    2u * get_le16(h->usa_count),
					    8);
	uint32_t first = get_le16(h->attrs_offset), end;

	h->allocated = to_le32(size);
	end = first % 8 || first < usual ? 0 : find_end(data, size, first);
	if (!end) {
		first = usual;
		end = find_end(data, size, first);
	}
	if (!end)
		return false;
	h->attrs_offset = to_le16((uint16_t)first);
	h->used = to_le32(end);
	return true;
}

bool ntfs_repair_decode(uint8_t *data, uint32_t size, uint64_t number,
			struct ntfs_record *ret, bool *ret_odd)
{
	const struct ntfs_record_disk *h = (const void *)data;

	*ret_odd = false;
	if (memcmp(h->magic, "FILE", 4) || !undo_usa(data, size, ret_odd))
		return false;
	if (!ntfs_record_header(data, size, number, ret, NULL))
		return true;
	*ret_odd = true;
	return mend_header(data, size) &&
	       !ntfs_record_header(data, size, number, ret, NULL);
}

bool ntfs_repair_next(const struct ntfs_record *rec, struct ntfs_attr *attr,
		      unsigned *broken)
{
	for (;;) {
		uint32_t off = attr->offset ? attr->offset + attr->length
					    : rec->attrs_offset;
		const struct ntfs_attr_disk *h =
			(const void *)(rec->data + off);
		int r = ntfs_attr_next(rec, attr, NULL);

		if (r >= 0)
			return r;
		++*broken;
		if (!range_ok(off, sizeof(*h), rec->used) ||
		    get_le32(h->length) % 8 ||
		    get_le32(h->length) < sizeof(struct ntfs_resident_disk) ||
		    !range_ok(off, get_le32(h->length), rec->used))
			return false;
		*attr = (struct ntfs_attr){.offset = off,
					   .length = get_le32(h->length)};
	}
}

int ntfs_repair_runs(const struct ntfs *n, const struct ntfs_attr *attr,
		     struct ntfs_runs *runs, bool *ret_whole, struct err *err)
{
	const uint8_t *p = attr->runs, *end = p + attr->runs_len;
	struct ntfs_run run;
	const char *why;
	int64_t lcn = 0;
	int r = 1;

	*ret_whole = false;
	while ((r = ntfs_run_next(n, &p, end, &lcn, &run, &why)) > 0) {
		// Beyond that there is no stream: sizes have 63 bits.
		if (run.len >
		    (uint64_t)INT64_MAX / n->info.cluster_size - runs->clusters)
			return 0;
		r = ntfs_runs_add(runs, run.lcn, run.len, err);
		if (r)
			return r;
	}
	*ret_whole = !r;
	return 0;
}

// --- All of them -------------------------------------------------------------

static void claim(uint8_t *bits, const struct ntfs_runs *runs)
{
	for (size_t i = 0; i < runs->count; i++) {
		uint64_t at = runs->items[i].lcn, end = at + runs->items[i].len;

		if (at == NTFS_HOLE)
			continue;
		for (; at < end; at++) {
			if (at % 8 == 0 && end - at >= 8) {
				bits[at / 8] = 0xff;
				at += 7;
			} else {
				bits[at / 8] |= (uint8_t)(1 << at % 8);
			}
		}
	}
}

static int claim_record(const struct ntfs *n, struct repair_scan *s,
			const struct ntfs_record *rec, struct err *err)
{
	struct ntfs_attr a = {0};
	unsigned broken = 0;
	int r = 0;

	while (!r && ntfs_repair_next(rec, &a, &broken)) {
		struct ntfs_runs runs = {0};
		bool whole;

		if (a.resident)
			continue;
		r = ntfs_repair_runs(n, &a, &runs, &whole, err);
		if (!r)
			claim(s->claims, &runs);
		ntfs_runs_done(&runs);
	}
	return r;
}

// What the boot sector alone leads to, whatever the records of these files say.
static int claim_places(const struct ntfs *n, struct repair_scan *s,
			struct err *err)
{
	uint32_t cluster = n->info.cluster_size;
	const uint64_t places[][2] = {
		{0, NTFS_BOOT_FILE_SIZE},
		{n->info.mft_lcn, NTFS_REC_FREE * n->info.record_size},
		{n->mftmirr_lcn, NTFS_MFT_MIRROR * n->info.record_size},
	};
	struct ntfs_runs runs = {0};
	int r = 0;

	for (size_t i = 0; !r && i < sizeof(places) / sizeof(places[0]); i++) {
		uint64_t count = (places[i][1] + cluster - 1) / cluster;

		if (range_ok(places[i][0], count, n->info.clusters))
			r = ntfs_runs_add(&runs, places[i][0], count, err);
	}
	if (!r)
		claim(s->claims, &runs);
	ntfs_runs_done(&runs);
	return r;
}

static int add_extension(struct repair_scan *s, const struct ntfs_record *rec,
			 struct err *err)
{
	if (mem_grow((void **)&s->extensions, s->extension_count,
		     &s->extension_capacity, sizeof(*s->extensions)))
		return err_nomem(err);
	s->extensions[s->extension_count++] =
		(struct scan_extension){rec->base, rec->number};
	return 0;
}

static int note_stranger(struct repair_scan *s,
			 const struct ntfs_record_disk *h, uint64_t number,
			 struct err *err)
{
	if (get_le16(h->usa_offset) < sizeof(*h) ||
	    get_le32(h->number) == number ||
	    s->stranger_count >= REPAIR_MAX_STRANGERS)
		return 0;
	if (mem_grow((void **)&s->strangers, s->stranger_count,
		     &s->stranger_capacity, sizeof(*s->strangers)))
		return err_nomem(err);
	s->strangers[s->stranger_count++] =
		(struct scan_stranger){number, get_le32(h->number)};
	return 0;
}

static int scan_record(const struct ntfs *n, struct repair_scan *s,
		       uint8_t *data, uint64_t number, struct err *err)
{
	const struct ntfs_record_disk *h = (const void *)data;
	bool is_none = mem_is_zero(h->magic, sizeof(h->magic)), odd;
	struct ntfs_record rec;
	int r = 0;

	if (!ntfs_repair_decode(data, n->info.record_size, number, &rec,
				&odd)) {
		s->flags[number] = is_none ? 0 : SCAN_BROKEN;
		return 0;
	}
	s->sequences[number] = rec.sequence;
	r = note_stranger(s, h, number, err);
	if (r)
		return r;
	if (!(rec.flags & NTFS_RF_IN_USE))
		return 0;
	s->flags[number] = SCAN_IN_USE | (odd ? SCAN_ODD : 0);
	if (number != NTFS_REC_BITMAP || !s->skips_bitmap)
		r = claim_record(n, s, &rec, err);
	if (r || !rec.base)
		return r;
	s->flags[number] |= SCAN_EXTENSION;
	return add_extension(s, &rec, err);
}

static int by_base(const void *a, const void *b)
{
	const struct scan_extension *x = a, *y = b;

	if (x->base != y->base)
		return x->base < y->base ? -1 : 1;
	return x->record < y->record ? -1 : x->record > y->record;
}

static int scan_records(struct ntfs_repair *r, struct ntfs *n,
			struct repair_scan *s, uint8_t *buf)
{
	uint32_t size = n->info.record_size;
	uint64_t per = CHECK_PIECE / size;
	int err = 0;

	for (uint64_t i = 0; !err && i < s->count; i += per) {
		uint64_t count = s->count - i < per ? s->count - i : per;

		err = disk_read(n->mft, i * size, buf, (size_t)count * size,
				r->err);
		for (uint64_t j = 0; !err && j < count; j++)
			err = scan_record(n, s, buf + j * size, i + j, r->err);
	}
	if (s->extension_count)
		qsort(s->extensions, s->extension_count, sizeof(*s->extensions),
		      by_base);
	return err;
}

int ntfs_repair_scan(struct ntfs_repair *r, struct ntfs *n,
		     struct repair_scan *ret)
{
	struct repair_scan s = {.count = n->records,
				.skips_bitmap = r->skips_bitmap};
	uint8_t *buf;
	int err;

	if (n->records > CHECK_MAX_RECORDS ||
	    n->info.clusters > NTFS_MAX_CLUSTERS)
		return err_set(r->err, -EFBIG, "volume", ERR_NOWHERE,
			       "it has more records or clusters than are "
			       "handled");
	s.flags = mem_alloc((size_t)s.count);
	s.sequences = mem_array((size_t)s.count, sizeof(*s.sequences));
	s.claims = mem_alloc((size_t)(n->info.clusters / 8 + 1));
	buf = mem_alloc(ntfs_check_piece(s.count * n->info.record_size));
	err = s.flags && s.sequences && s.claims && buf
		      ? scan_records(r, n, &s, buf)
		      : err_nomem(r->err);
	if (!err)
		err = claim_places(n, &s, r->err);
	mem_free(buf);
	if (err)
		ntfs_repair_scan_done(&s);
	else
		*ret = s;
	return err;
}

void ntfs_repair_scan_done(struct repair_scan *s)
{
	mem_free(s->flags);
	mem_free(s->sequences);
	mem_free(s->claims);
	mem_free(s->extensions);
	mem_free(s->strangers);
	*s = (struct repair_scan){0};
}

const struct scan_extension *ntfs_repair_extensions(const struct repair_scan *s,
						    uint64_t base,
						    size_t *ret_count)
{
	size_t low = 0, high = s->extension_count, end;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (s->extensions[middle].base < base)
			low = middle + 1;
		else
			high = middle;
	}
	for (end = low;
	     end < s->extension_count && s->extensions[end].base == base;)
		end++;
	*ret_count = end - low;
	return s->extensions ? s->extensions + low : NULL;
}

bool ntfs_repair_is_base(const struct repair_scan *s, uint64_t reference)
{
	uint64_t number = ntfs_ref_record(reference);

	return number < s->count &&
	       (s->flags[number] & (SCAN_IN_USE | SCAN_EXTENSION)) ==
		       SCAN_IN_USE &&
	       s->sequences[number] == ntfs_ref_sequence(reference);
}
