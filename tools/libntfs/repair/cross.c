// SPDX-License-Identifier: MIT
//
// Clusters that two files have. The one whose record comes first keeps them, as the
// system's own files do by that; the other gets a copy of them for itself.

#include "repair.h"

#define PIECE 64u // clusters copied at once

struct cross {
	struct repair_round *w;
	uint8_t *used; // a bit a cluster
	struct err *err;
};

static void mark(struct cross *k, const struct ntfs_runs *runs)
{
	for (size_t i = 0; i < runs->count; i++)
		for (uint64_t j = 0;
		     runs->items[i].lcn != NTFS_HOLE && j < runs->items[i].len;
		     j++) {
			uint64_t at = runs->items[i].lcn + j;

			k->used[at / 8] |= (uint8_t)(1 << at % 8);
		}
}

// Copies clusters [vcn, vcn + count), which lie in one run at lcn.
static int copy(struct cross *k, struct change_file *f, struct change_attr *a,
		uint64_t vcn, uint64_t lcn, uint64_t count)
{
	uint32_t cluster = k->w->n->info.cluster_size;
	size_t size = (size_t)(count * cluster);
	uint8_t *buf = mem_alloc(size);
	int r = buf ? disk_read(k->w->c->n->dev, lcn * cluster, buf, size,
				k->err)
		    : err_nomem(k->err);

	if (!r)
		r = ntfs_change_patch(f, a, vcn * cluster, buf, size, k->err);
	mem_free(buf);
	return r;
}

// Finds the next clusters of an attribute that are used already, by itself too, from
// *vcn on; those before it are used from now on.
static bool find_shared(struct cross *k, const struct change_attr *a,
			uint64_t *vcn, uint64_t *lcn, uint64_t *count)
{
	uint64_t start = 0;

	for (size_t i = 0; i < a->runs.count; i++) {
		const struct ntfs_run *run = &a->runs.items[i];
		uint64_t j = *vcn > start ? *vcn - start : 0;

		while (run->lcn != NTFS_HOLE && j < run->len &&
		       !check_bit(k->used, run->lcn + j)) {
			k->used[(run->lcn + j) / 8] |=
				(uint8_t)(1 << (run->lcn + j) % 8);
			j++;
		}
		if (run->lcn != NTFS_HOLE && j < run->len) {
			*vcn = start + j;
			*lcn = run->lcn + j;
			for (*count = 0; j < run->len && *count < PIECE &&
					 check_bit(k->used, run->lcn + j);
			     j++)
				++*count;
			return true;
		}
		start += run->len;
	}
	return false;
}

static int part(struct cross *k, struct change_file *f, struct change_attr *a)
{
	uint64_t vcn = 0, lcn, count, sum = 0;
	int r = 0;

	while (!r && find_shared(k, a, &vcn, &lcn, &count)) {
		r = copy(k, f, a, vcn, lcn, count);
		vcn += count;
		sum += count;
	}
	if (!r && sum)
		ntfs_repair_lose(k->w->r, f->number,
				 "%llu clusters of its attribute 0x%x are "
				 "those of a file before it too: it gets a "
				 "copy of them, which may be the other's "
				 "content",
				 (unsigned long long)sum, a->type);
	return r;
}

static int repair(struct cross *k, uint64_t number)
{
	struct change_file f;
	int r = ntfs_change_load(k->w->c, number, &f, k->err);

	for (size_t i = 0; !r && i < f.count; i++) {
		if (f.attrs[i].resident)
			continue;
		r = part(k, &f, &f.attrs[i]);
		mark(k, &f.attrs[i].runs);
	}
	if (!r)
		r = ntfs_change_store(&f, k->err);
	ntfs_change_done(&f);
	return r;
}

// What a file that is whole has.
static int mark_file(struct cross *k, uint64_t number)
{
	struct ntfs_attr a = {0};
	struct ntfs_file f;
	int r = ntfs_file_open(k->w->c->n, number, &f, NULL);

	if (ntfs_repair_hide(k->w->r, r))
		return 0;
	while (!r && ntfs_file_next(&f, &a, NULL) > 0) {
		struct ntfs_runs runs = {0};
		bool whole;

		if (a.resident)
			continue;
		r = ntfs_repair_runs(k->w->n, &a, &runs, &whole, k->w->r->err);
		mark(k, &runs);
		ntfs_runs_done(&runs);
	}
	ntfs_file_done(&f);
	return r;
}

int ntfs_repair_cross(struct repair_round *w)
{
	struct err e = {0};
	struct cross k = {.w = w, .err = &e};
	int r = 0;

	k.used = mem_alloc((size_t)(w->n->info.clusters / 8 + 1));
	if (!k.used)
		return err_nomem(w->r->err);
	for (uint64_t i = 0; !r && i < w->scan.count; i++) {
		if ((w->scan.flags[i] & (SCAN_IN_USE | SCAN_EXTENSION)) !=
		    SCAN_IN_USE)
			continue;
		if (!ntfs_round_takes(w, i, REPAIR_CROSS)) {
			r = mark_file(&k, i);
			continue;
		}
		e = (struct err){0};
		ntfs_operation_begin(w->c);
		r = ntfs_round_end(w, i, repair(&k, i), &e);
	}
	mem_free(k.used);
	return r;
}
