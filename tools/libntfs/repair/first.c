// SPDX-License-Identifier: MIT
//
// The MFT's first records, by which everything else is found, and their mirror: of
// two the one that can be read is the right one.

#include <string.h>

#include "repair.h"
#include "../encode/record.h"

struct places {
	struct ntfs n; // by the boot sector alone
	uint64_t record[NTFS_MFT_MIRROR], mirror[NTFS_MFT_MIRROR];
};

static int find_places(struct ntfs_repair *r, struct places *p)
{
	struct ntfs_boot_disk boot;
	uint32_t cluster, size;
	int err = disk_read(r->over, 0, &boot, sizeof(boot), r->err);

	p->n = (struct ntfs){.dev = r->over};
	if (!err)
		err = ntfs_boot_decode(&boot, &p->n, r->err);
	if (err)
		return err;
	cluster = p->n.info.cluster_size;
	size = p->n.info.record_size;
	for (uint32_t i = 0; i < NTFS_MFT_MIRROR; i++) {
		p->record[i] = p->n.info.mft_lcn * cluster + i * size;
		p->mirror[i] = p->n.mftmirr_lcn * cluster + i * size;
		if (!range_ok(p->record[i], size, r->over->size) ||
		    !range_ok(p->mirror[i], size, r->over->size))
			return err_corrupt(r->err, "NTFS volume", ERR_NOWHERE,
					   "its file table or the mirror of "
					   "it leaves the volume");
	}
	return 0;
}

// Whether all runs of an attribute can be read; of the MFT itself they begin where
// the boot sector says.
static bool has_runs(struct ntfs_repair *r, const struct places *p,
		     const struct ntfs_attr *a, uint64_t number)
{
	struct ntfs_runs runs = {0};
	bool good = false;

	if (a->resident)
		return true;
	good = !a->flags &&
	       !ntfs_repair_hide(r, ntfs_repair_runs(&p->n, a, &runs, &good,
						     NULL)) &&
	       good && a->last_vcn + 1 - a->first_vcn == runs.clusters;
	if (good && !a->first_vcn)
		good = a->valid <= a->size && a->size <= a->allocated;
	if (good && number == NTFS_REC_MFT && a->type == NTFS_AT_DATA)
		good = runs.count && runs.items[0].lcn == p->n.info.mft_lcn &&
		       a->valid >= NTFS_REC_FREE * p->n.info.record_size;
	ntfs_runs_done(&runs);
	return good;
}

// A record of the system that has what all else needs of it.
static bool is_good(struct ntfs_repair *r, const struct places *p,
		    const struct ntfs_record *rec, uint64_t number)
{
	static const uint32_t needs[] = {NTFS_AT_DATA, NTFS_AT_DATA,
					 NTFS_AT_DATA,
					 NTFS_AT_VOLUME_INFORMATION};
	const struct ntfs_record_disk *h = (const void *)rec->data;
	struct ntfs_attr a = {0};
	unsigned broken = 0;
	bool there = false, good = true, bitmap = number != NTFS_REC_MFT;

	if (!(rec->flags & NTFS_RF_IN_USE) || rec->base ||
	    get_le32(h->number) != number)
		return false;
	while (good && ntfs_repair_next(rec, &a, &broken)) {
		bool is_needed = a.type == needs[number] && !a.name_len;

		there = there || is_needed;
		bitmap = bitmap || a.type == NTFS_AT_ATTRIBUTE_LIST ||
			 (a.type == NTFS_AT_BITMAP && !a.resident);
		if (is_needed ||
		    (number == NTFS_REC_MFT && a.type == NTFS_AT_BITMAP))
			good = has_runs(r, p, &a, number);
	}
	return there && bitmap && good && !broken;
}

// Reads one of the two. *ret_good: it is as it must be; *ret_odd: after its header
// was mended.
static int read_one(struct ntfs_repair *r, const struct places *p, uint64_t off,
		    uint64_t number, uint8_t *data, bool *ret_good,
		    bool *ret_odd)
{
	struct ntfs_record rec;
	int err = disk_read(r->over, off, data, p->n.info.record_size, r->err);

	*ret_good = !err &&
		    ntfs_repair_decode(data, p->n.info.record_size, number,
				       &rec, ret_odd) &&
		    is_good(r, p, &rec, number);
	return err;
}

static int repair_one(struct ntfs_repair *r, const struct places *p,
		      uint64_t number, uint8_t *data, uint8_t *mirror)
{
	bool good, odd, mirror_good = false, mirror_odd = false;
	uint32_t size = p->n.info.record_size;
	int err = read_one(r, p, p->record[number], number, data, &good, &odd);

	if (err || (good && !odd))
		return err;
	err = read_one(r, p, p->mirror[number], number, mirror, &mirror_good,
		       &mirror_odd);
	if (err || (!good && !mirror_good))
		return err;
	if (mirror_good && !(good && mirror_odd)) {
		ntfs_repair_say(r, number, "it is taken from the mirror");
		data = mirror;
	} else {
		ntfs_repair_say(r, number, "its header is mended");
	}
	ntfs_encode_usa(data, size, data);
	return disk_write(r->over, p->record[number], data, size, r->err);
}

// --- An MFT that ends too early ------------------------------------------------
// Its bitmap, or its valid size, counts records behind its end that are there: it is
// as long as these need.

struct mft {
	struct ntfs_record rec;
	struct ntfs_nonresident_disk *h; // of its data, in rec.data
	struct ntfs_runs runs;
	uint64_t now;   // bytes that can be read
	uint64_t valid; // that were written, where the size says less
};

static bool find_data(struct ntfs_repair *r, const struct places *p,
		      struct mft *m)
{
	struct ntfs_attr a = {0};
	bool whole = false;
	unsigned broken = 0;

	while (ntfs_repair_next(&m->rec, &a, &broken)) {
		if (a.type == NTFS_AT_ATTRIBUTE_LIST)
			return false; // its runs go on elsewhere
		if (a.type != NTFS_AT_DATA || a.name_len || a.resident)
			continue;
		m->h = (void *)(m->rec.data + a.offset);
		m->now = a.size < a.valid ? a.size : a.valid;
		m->valid = a.valid;
		return !ntfs_repair_hide(r,
					 ntfs_repair_runs(&p->n, &a, &m->runs,
							  &whole, NULL)) &&
		       whole && !m->runs.has_holes;
	}
	return false;
}

// Whether a record is there, and in use, under its number.
static bool is_there(struct ntfs_repair *r, const struct places *p,
		     struct disk *d, uint64_t number, uint8_t *data)
{
	const struct ntfs_record_disk *h = (const void *)data;
	uint32_t size = p->n.info.record_size;
	struct ntfs_record rec;

	return range_ok(number * size, size, d->size) &&
	       !ntfs_repair_hide(r, disk_read(d, number * size, data, size,
					      NULL)) &&
	       !ntfs_record_decode(data, size, number, &rec, NULL) &&
	       rec.flags & NTFS_RF_IN_USE && get_le32(h->number) == number;
}

// Returns how many records there are up to the last one that is there.
static int count_records(struct ntfs_repair *r, struct places *p,
			 const struct mft *m, uint8_t *data, uint64_t *ret)
{
	uint64_t room = m->runs.clusters * p->n.info.cluster_size;
	struct disk *bits, *d;
	uint8_t byte = 0;
	struct ntfs *n;
	int err = ntfs_runs_open(&p->n, &m->runs, room, room, &d, r->err);

	*ret = 0;
	if (err)
		return err;
	if (ntfs_repair_hide(r, ntfs_open_mft(r->over, &n, NULL))) {
		disk_close(d);
		return 0;
	}
	if (!ntfs_repair_hide(r,
			      ntfs_open_stream(n, NTFS_REC_MFT, NTFS_AT_BITMAP,
					       NULL, &bits, NULL))) {
		uint64_t count = room / p->n.info.record_size;

		if (count > bits->size * 8)
			count = bits->size * 8;
		for (uint64_t i = m->now / p->n.info.record_size;
		     !err && i < count; i++) {
			err = disk_read(bits, i / 8, &byte, 1, r->err);
			if (!err &&
			    (byte >> i % 8 & 1 ||
			     i * p->n.info.record_size < m->valid) &&
			    is_there(r, p, d, i, data))
				*ret = i + 1;
		}
		disk_close(bits);
	}
	ntfs_close(n);
	disk_close(d);
	return err;
}

static int lengthen(struct ntfs_repair *r, struct places *p, uint8_t *data,
		    uint8_t *buf)
{
	uint32_t size = p->n.info.record_size;
	struct mft m = {.now = 0};
	uint64_t count = 0, bytes;
	bool odd;
	int err = disk_read(r->over, p->record[0], data, size, r->err);

	if (err || !ntfs_repair_decode(data, size, NTFS_REC_MFT, &m.rec, &odd))
		return err;
	if (find_data(r, p, &m))
		err = count_records(r, p, &m, buf, &count);
	if (!err && count * size > m.now) {
		bytes = round_up(count * size, p->n.info.cluster_size);
		m.h->size = m.h->valid = to_le64(bytes);
		m.h->allocated =
			to_le64(m.runs.clusters * p->n.info.cluster_size);
		ntfs_repair_say(r, NTFS_REC_MFT,
				"the MFT is cut short: %llu records behind its "
				"end are there",
				(unsigned long long)(count - m.now / size));
		ntfs_encode_usa(data, size, data);
		err = disk_write(r->over, p->record[0], data, size, r->err);
	}
	ntfs_runs_done(&m.runs);
	return err;
}

int ntfs_repair_first(struct ntfs_repair *r)
{
	struct places p;
	uint8_t *buf = NULL;
	int err = find_places(r, &p);

	if (!err) {
		buf = mem_array(2, p.n.info.record_size);
		err = buf ? 0 : err_nomem(r->err);
	}
	for (uint64_t i = 0; !err && i < NTFS_MFT_MIRROR; i++)
		err = repair_one(r, &p, i, buf, buf + p.n.info.record_size);
	if (!err)
		err = lengthen(r, &p, buf, buf + p.n.info.record_size);
	mem_free(buf);
	return err;
}

int ntfs_repair_mirror(struct ntfs_repair *r, struct ntfs *n)
{
	uint32_t size = n->info.record_size;
	uint64_t at = n->mftmirr_lcn * n->info.cluster_size;
	uint8_t *buf = mem_array(2, size);
	bool differs = false;
	int err = buf ? 0 : err_nomem(r->err);

	for (uint32_t i = 0; !err && i < NTFS_MFT_MIRROR; i++) {
		err = disk_read(n->mft, i * size, buf, size, r->err);
		if (!err)
			err = disk_read(r->over, at + i * size, buf + size,
					size, r->err);
		if (err || !memcmp(buf, buf + size, size))
			continue;
		differs = true;
		err = disk_write(r->over, at + i * size, buf, size, r->err);
	}
	if (!err && differs && !r->result.steps)
		ntfs_repair_say(r, NTFS_REC_MFTMIRR,
				"$MFTMirr: the mirror of the first records is "
				"written anew");
	mem_free(buf);
	return err;
}
