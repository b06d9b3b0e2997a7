// SPDX-License-Identifier: MIT
//
// Content of the system's own files that is the same on every volume, or follows
// from the volume's size.

#include <string.h>

#include "repair.h"
#include "../build/build.h"
#include "../read/log.h"

#define LEAST_LOG (256u << 10)

struct system {
	struct repair_round *w;
	struct change_file *f;
	struct err *err;
};

// The attribute, made if it is not there.
static int get(struct system *k, uint32_t type, const char *name,
	       struct change_attr **ret)
{
	le16 units[8];

	*ret = ntfs_change_find(k->f, type, name);
	return *ret ? 0
		    : ntfs_change_add(k->f, type, units,
				      name ? ntfs_ascii_units(name, units) : 0,
				      ret, k->err);
}

static int put_data(struct system *k, const void *data, size_t size)
{
	struct change_attr *a;
	int r = get(k, NTFS_AT_DATA, NULL, &a);

	if (r)
		return r;
	ntfs_runs_done(&a->runs);
	a->flags = 0;
	return ntfs_change_set_outside(k->f, a, data, size, STAGE_FRESH,
				       k->err);
}

static int set_volume(struct system *k)
{
	struct ntfs_volume_information_disk v = {.major = 3, .minor = 1};
	struct change_attr *a;
	int r = get(k, NTFS_AT_VOLUME_INFORMATION, NULL, &a);

	if (r)
		return r;
	ntfs_repair_say(k->w->r, NTFS_REC_VOLUME,
			"$Volume: its version is set to 3.1");
	return ntfs_change_set(k->f, a, &v, sizeof(v), k->err);
}

static int set_attrdef(struct system *k)
{
	uint8_t table[NTFS_ATTRDEF_SIZE];

	ntfs_system_attrdef(table);
	ntfs_repair_say(k->w->r, NTFS_REC_ATTRDEF,
			"$AttrDef: the attribute definitions are written "
			"anew");
	return put_data(k, table, sizeof(table));
}

static int set_upcase(struct system *k)
{
	le16 *table = mem_alloc(NTFS_UPCASE_SIZE);
	int r;

	if (!table)
		return err_nomem(k->err);
	for (uint32_t i = 0; i < 65536; i++)
		table[i] = to_le16(utf16_upcase((uint16_t)i));
	ntfs_repair_say(k->w->r, NTFS_REC_UPCASE,
			"$UpCase: the table of upper case is written anew");
	r = put_data(k, table, NTFS_UPCASE_SIZE);
	mem_free(table);
	return r;
}

// All of the volume, as one hole but for clusters that are bad.
static int set_badclus(struct system *k)
{
	const struct ntfs_info *info = &k->w->n->info;
	struct change_attr *a;
	int r = get(k, NTFS_AT_DATA, "$Bad", &a);

	if (r)
		return r;
	a->resident = false;
	a->value_len = 0;
	ntfs_runs_cut(&a->runs, info->clusters);
	if (a->runs.clusters < info->clusters)
		r = ntfs_runs_add(&a->runs, NTFS_HOLE,
				  info->clusters - a->runs.clusters, k->err);
	a->allocated = a->size = a->total = info->clusters * info->cluster_size;
	a->valid = a->runs.count > 1 ? a->valid : 0;
	ntfs_repair_say(k->w->r, NTFS_REC_BADCLUS,
			"$BadClus: its size is set to that of the volume");
	return r;
}

static int set_boot(struct system *k)
{
	uint32_t cluster = k->w->n->info.cluster_size;
	uint64_t clusters = (NTFS_BOOT_FILE_SIZE + cluster - 1) / cluster;
	struct change_attr *a;
	int r = get(k, NTFS_AT_DATA, NULL, &a);

	if (r)
		return r;
	ntfs_runs_done(&a->runs);
	a->resident = false;
	a->value_len = 0;
	a->flags = 0;
	a->unit_shift = 0;
	r = ntfs_runs_add(&a->runs, 0, clusters, k->err);
	a->allocated = a->total = clusters * cluster;
	a->size = a->valid = NTFS_BOOT_FILE_SIZE;
	ntfs_repair_say(k->w->r, NTFS_REC_BOOT,
			"$Boot: its size is set to %u bytes",
			NTFS_BOOT_FILE_SIZE);
	return r;
}

static int set_log(struct system *k)
{
	const struct change_attr *a =
		ntfs_change_find(k->f, NTFS_AT_DATA, NULL);
	uint64_t size = ntfs_system_log_size(k->w->n->info.size);
	uint8_t *ones;
	int r = -ENOSPC;

	k->w->r->resets_log = true;
	if (a && !a->resident && !a->runs.has_holes && !a->flags &&
	    a->size >= 2 * NTFS_LOG_PAGE)
		return 1; // it is reset at the end
	for (; r == -ENOSPC && size >= LEAST_LOG; size /= 2) {
		ones = mem_alloc((size_t)size);
		if (!ones)
			return err_nomem(k->err);
		memset(ones, 0xff, (size_t)size);
		r = put_data(k, ones, (size_t)size);
		mem_free(ones);
	}
	if (!r)
		ntfs_repair_say(k->w->r, NTFS_REC_LOGFILE,
				"$LogFile gets new room");
	return r;
}

static int set_bitmap(struct system *k)
{
	uint64_t bytes = (k->w->n->info.clusters + 7) / 8;
	uint8_t *bits = mem_alloc((size_t)round_up(bytes, 8));
	int r;

	if (!bits)
		return err_nomem(k->err);
	memcpy(bits, k->w->scan.claims, (size_t)bytes);
	r = put_data(k, bits, (size_t)round_up(bytes, 8));
	mem_free(bits);
	if (!r)
		ntfs_repair_say(k->w->r, NTFS_REC_BITMAP,
				"$Bitmap is made anew");
	return r;
}

static int repair(struct system *k)
{
	switch (k->f->number) {
	case NTFS_REC_LOGFILE:
		return set_log(k);
	case NTFS_REC_VOLUME:
		return set_volume(k);
	case NTFS_REC_ATTRDEF:
		return set_attrdef(k);
	case NTFS_REC_BITMAP:
		return set_bitmap(k);
	case NTFS_REC_BOOT:
		return set_boot(k);
	case NTFS_REC_BADCLUS:
		return set_badclus(k);
	case NTFS_REC_UPCASE:
		return set_upcase(k);
	default:
		return 1;
	}
}

int ntfs_repair_system(struct repair_round *w, uint64_t number, struct err *err)
{
	struct change_file f;
	struct system k = {.w = w, .f = &f, .err = err};
	bool lost;
	int r = ntfs_salvage(w, number, &f, &lost, err);

	if (!r)
		r = repair(&k);
	if (!r)
		r = ntfs_change_store(&f, err);
	ntfs_change_done(&f);
	return r;
}
