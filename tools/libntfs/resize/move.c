// SPDX-License-Identifier: MIT
//
// Files out of the way: what of their clusters lies behind the limit is copied to
// free ones before it, and their record is written with these.

#include "resize.h"

bool ntfs_resize_reaches(const struct resize *z, const struct ntfs_runs *runs)
{
	for (size_t i = 0; i < runs->count; i++)
		if (runs->items[i].lcn != NTFS_HOLE &&
		    runs->items[i].lcn + runs->items[i].len > z->limit)
			return true;
	return false;
}

static int append(struct ntfs_runs *to, const struct ntfs_runs *from,
		  struct err *err)
{
	int r = 0;

	for (size_t i = 0; !r && i < from->count; i++)
		r = ntfs_runs_add(to, from->items[i].lcn, from->items[i].len,
				  err);
	return r;
}

// In one run if there is one, else in few, each of whole grains.
static int take(struct resize *z, uint64_t want, uint64_t grain,
		struct ntfs_runs *fresh, struct err *err)
{
	uint64_t n = want;

	if (grain == 1)
		return ntfs_space_take(z->c, want, 0, fresh, err);
	while (want) {
		struct err e = {0};
		int r;

		n = n < want ? n : want;
		r = ntfs_space_take(z->c, n, SPACE_ONE_RUN, fresh, &e);
		if (r && (r != -ENOSPC || n <= grain))
			return err_pass(err, r, &e);
		want -= r ? 0 : n;
		n = r ? round_up(n / 2, grain) : n;
	}
	return 0;
}

// How much of a run may stay.
static uint64_t find_kept(const struct resize *z, const struct ntfs_run *run,
			  uint64_t grain)
{
	if (run->lcn == NTFS_HOLE || run->lcn + run->len <= z->limit)
		return run->len;
	return run->lcn >= z->limit ? 0
				    : round_down(z->limit - run->lcn, grain);
}

static int replace_run(struct resize *z, const struct ntfs_run *run,
		       uint64_t grain, struct ntfs_runs *out,
		       struct ntfs_runs *old, struct ntfs_runs *fresh,
		       struct err *err)
{
	uint64_t keep = find_kept(z, run, grain);
	struct ntfs_runs taken = {0};
	int r = keep ? ntfs_runs_add(out, run->lcn, keep, err) : 0;

	if (r || keep == run->len)
		return r;
	if (out->count && out->items[out->count - 1].lcn != NTFS_HOLE)
		z->c->cluster_hint = out->items[out->count - 1].lcn +
				     out->items[out->count - 1].len;
	r = take(z, run->len - keep, grain, &taken, err);
	if (!r)
		r = append(out, &taken, err);
	if (!r)
		r = append(fresh, &taken, err);
	if (!r)
		r = ntfs_runs_add(old, run->lcn + keep, run->len - keep, err);
	ntfs_runs_done(&taken);
	return r;
}

int ntfs_resize_replace(struct resize *z, struct ntfs_runs *runs,
			uint64_t grain, struct ntfs_runs *old,
			struct ntfs_runs *fresh, struct err *err)
{
	struct ntfs_runs out = {.has_holes = runs->has_holes};
	int r = 0;

	for (size_t i = 0; !r && i < runs->count; i++)
		r = replace_run(z, &runs->items[i], grain, &out, old, fresh,
				err);
	if (r) {
		ntfs_runs_done(&out);
		return r;
	}
	ntfs_runs_done(runs);
	*runs = out;
	return 0;
}

// --- Copying -------------------------------------------------------------------

static int copy_piece(struct resize *z, uint64_t from, uint64_t to, size_t len,
		      struct err *err)
{
	int r = disk_read(z->c->base, from, z->buf, len, err);

	if (!r)
		r = disk_write(z->c->base, to, z->buf, len, err);
	if (r)
		return r;
	z->done = z->total - z->done > len ? z->done + len : z->total;
	// The end is told when all is done.
	return z->done < z->total ? progress_report(z->progress, "Moving",
						    z->done, z->total)
				  : 0;
}

int ntfs_resize_copy(struct resize *z, const struct ntfs_runs *from,
		     const struct ntfs_runs *to, struct err *err)
{
	uint32_t cluster = z->n->info.cluster_size;
	uint64_t most = RESIZE_BUFFER / cluster, at = 0, in = 0;
	size_t i = 0, j = 0;
	int r = 0;

	while (!r && i < from->count && j < to->count) {
		const struct ntfs_run *a = &from->items[i], *b = &to->items[j];
		uint64_t n = a->len - at < b->len - in ? a->len - at
						       : b->len - in;

		n = n < most ? n : most;
		r = copy_piece(z, (a->lcn + at) * cluster,
			       (b->lcn + in) * cluster, (size_t)(n * cluster),
			       err);
		at += n;
		in += n;
		if (at == a->len) {
			at = 0;
			i++;
		}
		if (in == b->len) {
			in = 0;
			j++;
		}
	}
	return r;
}

// --- Files ---------------------------------------------------------------------

static int move_attrs(struct resize *z, struct change_file *f, struct err *err)
{
	struct ntfs_runs old = {0}, fresh = {0};
	bool moves = ntfs_resize_reaches(z, &f->list_runs);
	int r = 0;

	for (size_t i = 0; !r && i < f->count; i++) {
		if (!ntfs_resize_reaches(z, &f->attrs[i].runs))
			continue;
		moves = true;
		r = ntfs_resize_replace(z, &f->attrs[i].runs, 1, &old, &fresh,
					err);
	}
	if (!r && moves)
		r = ntfs_resize_copy(z, &old, &fresh, err);
	// The list is written anew with any file that has one.
	if (!r && moves)
		r = ntfs_change_store(f, err);
	if (!r)
		r = ntfs_space_give(z->c, &old, 0, err);
	ntfs_runs_done(&old);
	ntfs_runs_done(&fresh);
	return r;
}

int ntfs_resize_move(struct resize *z, uint64_t number, struct err *err)
{
	struct change_file f;
	int r;

	ntfs_operation_begin(z->c);
	r = ntfs_change_load(z->c, number, &f, err);
	if (!r)
		r = move_attrs(z, &f, err);
	ntfs_change_done(&f);
	return ntfs_operation_end(z->c, r);
}
