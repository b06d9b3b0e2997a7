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

// A record of the system that has what all else needs of it.
static bool is_good(struct ntfs_repair *r, const struct places *p,
		    const struct ntfs_record *rec, uint64_t number)
{
	static const uint32_t needs[] = {NTFS_AT_DATA, NTFS_AT_DATA,
					 NTFS_AT_DATA,
					 NTFS_AT_VOLUME_INFORMATION};
	const struct ntfs_record_disk *h = (const void *)rec->data;
	struct ntfs_runs runs = {0};
	struct ntfs_attr a = {0};
	unsigned broken = 0;
	bool good = false;

	if (!(rec->flags & NTFS_RF_IN_USE) || rec->base ||
	    get_le32(h->number) != number)
		return false;
	while (!good && ntfs_repair_next(rec, &a, &broken)) {
		if (a.type != needs[number] || a.name_len)
			continue;
		good = a.resident ||
		       (!ntfs_repair_hide(r, ntfs_repair_runs(&p->n, &a, &runs,
							      &good, NULL)) &&
			good);
		if (number == NTFS_REC_MFT)
			good = good && runs.count &&
			       runs.items[0].lcn == p->n.info.mft_lcn;
		ntfs_runs_done(&runs);
	}
	return good && !broken;
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
