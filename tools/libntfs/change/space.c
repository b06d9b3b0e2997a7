// SPDX-License-Identifier: MIT
//
// Bitmaps and clusters. Whatever is set in either state counts as taken: what
// an operation gives back is free only when the device's state is the new one.

#include <string.h>

#include "change.h"

#define PIECE 65536u // bytes of a bitmap looked at at once

int ntfs_bits_open(struct ntfs_change *c, const struct ntfs_runs *runs,
		   uint64_t bytes, uint64_t count, struct ntfs_bits *ret,
		   struct err *err)
{
	struct ntfs_bits b = {.count = count};
	int r = ntfs_runs_open(c->n, runs, bytes, bytes, &b.now, err);

	if (!r)
		r = ntfs_runs_base(c, runs, bytes, &b.before, err);
	if (r) {
		ntfs_bits_done(&b);
		return r;
	}
	*ret = b;
	return 0;
}

void ntfs_bits_done(struct ntfs_bits *b)
{
	disk_close(b->now);
	disk_close(b->before);
	*b = (struct ntfs_bits){0};
}

// Reads a piece of both states, ORed.
static int read_union(const struct ntfs_bits *b, uint64_t off, size_t len,
		      uint8_t *buf, uint8_t *other, struct err *err)
{
	int r = disk_read(b->now, off, buf, len, err);

	if (!r)
		r = disk_read(b->before, off, other, len, err);
	for (size_t i = 0; !r && i < len; i++)
		buf[i] |= other[i];
	return r;
}

static bool bit(const uint8_t *bits, uint64_t i)
{
	return bits[i / 8] >> (i % 8) & 1;
}

// Goes on in a piece of bits [*i, end): to the first clear one while none was
// found, then to where the run ends. Returns true when it has ended.
static bool scan(const uint8_t *bits, uint64_t start, uint64_t *i, uint64_t end,
		 uint64_t limit, uint64_t *first, uint64_t *len)
{
	while (*i < end && *len < limit) {
		uint64_t at = *i - start;
		bool full = at % 8 == 0 && end - *i >= 8;

		if (full && !*len && bits[at / 8] == 0xff) {
			*i += 8;
			continue;
		}
		if (bit(bits, at)) {
			if (*len)
				return true;
		} else {
			if (!*len)
				*first = *i;
			++*len;
		}
		++*i;
	}
	return *len >= limit;
}

int ntfs_bits_find(const struct ntfs_bits *b, uint64_t from, uint64_t end,
		   uint64_t limit, uint64_t *ret_first, uint64_t *ret_len,
		   struct err *err)
{
	uint8_t *buf = mem_alloc(2 * PIECE);
	uint64_t first = 0, len = 0, i = from;
	size_t want = 512; // the first look is a short one
	bool ended = false;
	int r = 0;

	if (!buf)
		return err_nomem(err);
	if (end > b->count)
		end = b->count;
	while (!r && !ended && i < end) {
		uint64_t off = i / 8, bytes = (end + 7) / 8 - off, last;
		size_t n = bytes < want ? (size_t)bytes : want;

		r = read_union(b, off, n, buf, buf + PIECE, err);
		last = (off + n) * 8 < end ? (off + n) * 8 : end;
		if (!r)
			ended = scan(buf, off * 8, &i, last, limit, &first,
				     &len);
		want = want * 8 < PIECE ? want * 8 : PIECE;
	}
	mem_free(buf);
	if (r)
		return r;
	*ret_first = first;
	*ret_len = len;
	return 0;
}

int ntfs_bits_before(const struct ntfs_bits *b, uint64_t i, bool *ret,
		     struct err *err)
{
	uint8_t byte;
	int r = disk_read(b->before, i / 8, &byte, 1, err);

	if (!r)
		*ret = byte >> (i % 8) & 1;
	return r;
}

int ntfs_bits_set(struct ntfs_change *c, const struct ntfs_bits *b,
		  uint64_t first, uint64_t len, bool value, struct err *err)
{
	uint8_t buf[4096];
	int r = 0;

	while (!r && len) {
		uint64_t off = first / 8, in = first % 8;
		uint64_t n = sizeof(buf) * 8 - in < len ? sizeof(buf) * 8 - in
							: len;
		size_t bytes = (size_t)((in + n + 7) / 8);

		r = disk_read(b->now, off, buf, bytes, err);
		for (uint64_t i = in; !r && i < in + n; i++) {
			uint8_t mask = (uint8_t)(1 << i % 8);

			buf[i / 8] = value ? buf[i / 8] | mask
					   : buf[i / 8] & (uint8_t)~mask;
		}
		if (!r)
			r = ntfs_cache_write(c, b->now, off, buf, bytes,
					     STAGE_BITMAP, err);
		first += n;
		len -= n;
	}
	return r;
}

// --- Runs --------------------------------------------------------------------

int ntfs_runs_add(struct ntfs_runs *runs, uint64_t lcn, uint64_t len,
		  struct err *err)
{
	struct ntfs_run *last = runs->count ? &runs->items[runs->count - 1]
					    : NULL;

	if (last && last->lcn != NTFS_HOLE && last->lcn + last->len == lcn) {
		last->len += len;
	} else {
		if (runs->count >= NTFS_MAX_RUNS)
			return err_set(err, -EFBIG, "file", ERR_NOWHERE,
				       "it would be in more than %u pieces",
				       NTFS_MAX_RUNS);
		if (mem_grow((void **)&runs->items, runs->count,
			     &runs->capacity, sizeof(*runs->items)))
			return err_nomem(err);
		runs->items[runs->count++] = (struct ntfs_run){lcn, len};
	}
	runs->clusters += len;
	return 0;
}

uint64_t ntfs_runs_place(const struct ntfs *n, const struct ntfs_runs *runs,
			 uint64_t off)
{
	uint64_t vcn = off / n->info.cluster_size;

	for (size_t i = 0; i < runs->count; i++) {
		const struct ntfs_run *run = &runs->items[i];

		if (vcn < run->len)
			return run->lcn == NTFS_HOLE
				       ? NTFS_HOLE
				       : (run->lcn + vcn) *
							 n->info.cluster_size +
						 off % n->info.cluster_size;
		vcn -= run->len;
	}
	return NTFS_HOLE;
}

int ntfs_runs_base(const struct ntfs_change *c, const struct ntfs_runs *runs,
		   uint64_t size, struct disk **ret, struct err *err)
{
	struct ntfs on_base = {.dev = c->base, .info = c->n->info};

	return ntfs_runs_open(&on_base, runs, size, size, ret, err);
}

void ntfs_runs_cut(struct ntfs_runs *runs, uint64_t clusters)
{
	while (runs->clusters > clusters) {
		struct ntfs_run *last = &runs->items[runs->count - 1];
		uint64_t over = runs->clusters - clusters;

		if (last->len > over) {
			last->len -= over;
			runs->clusters = clusters;
			break;
		}
		runs->clusters -= last->len;
		runs->count--;
	}
}

// --- Clusters ----------------------------------------------------------------

static int no_space(uint64_t want, const struct ntfs_change *c, struct err *err)
{
	return err_set(err, -ENOSPC, "NTFS volume", ERR_NOWHERE,
		       "it has no room for %llu bytes more",
		       (unsigned long long)want * c->n->info.cluster_size);
}

static int take_run(struct ntfs_change *c, uint64_t lcn, uint64_t len,
		    struct ntfs_runs *runs, struct err *err)
{
	int r = ntfs_bits_set(c, &c->clusters, lcn, len, true, err);

	if (!r)
		r = ntfs_runs_add(runs, lcn, len, err);
	if (!r)
		c->cluster_hint = lcn + len;
	return r;
}

// Looks for runs of at least `least` clusters in [from, end), and takes them
// until *want are there; with `one` only a run of all.
static int take_from(struct ntfs_change *c, uint64_t from, uint64_t end,
		     uint64_t least, uint64_t *want, struct ntfs_runs *runs,
		     struct err *err)
{
	int r = 0;

	while (!r && *want && from < end) {
		uint64_t lcn, len;

		r = ntfs_bits_find(&c->clusters, from, end, *want, &lcn, &len,
				   err);
		if (r || !len)
			break;
		from = lcn + len;
		if (len < least && len < *want)
			continue;
		r = take_run(c, lcn, len, runs, err);
		*want -= len;
	}
	return r;
}

static int take_anywhere(struct ntfs_change *c, uint64_t least, uint64_t *want,
			 struct ntfs_runs *runs, struct err *err)
{
	uint64_t hint = c->cluster_hint, end = c->clusters.count;
	int r = take_from(c, hint, end, least, want, runs, err);

	return r || !*want ? r : take_from(c, 0, end, least, want, runs, err);
}

static int has_room(struct ntfs_change *c, uint64_t want, struct err *err)
{
	uint64_t from = 0, free = 0, end = c->clusters.count;
	int r = 0;

	while (!r && free < want && from < end) {
		uint64_t lcn, len;

		r = ntfs_bits_find(&c->clusters, from, end, want - free, &lcn,
				   &len, err);
		if (r || !len)
			break;
		free += len;
		from = lcn + len;
	}
	return r || free >= want ? r : no_space(want, c, err);
}

// The clusters right behind the runs that are there.
static int take_behind(struct ntfs_change *c, bool all, uint64_t *want,
		       struct ntfs_runs *runs, struct err *err)
{
	const struct ntfs_run *last =
		runs->count ? &runs->items[runs->count - 1] : NULL;
	uint64_t at, lcn, len;
	int r;

	if (!last || last->lcn == NTFS_HOLE)
		return 0;
	at = last->lcn + last->len;
	if (at >= c->clusters.count)
		return 0;
	r = ntfs_bits_find(&c->clusters, at, at + *want, *want, &lcn, &len,
			   err);
	if (r || !len || lcn != at || (all && len < *want))
		return r;
	*want -= len;
	return take_run(c, lcn, len, runs, err);
}

int ntfs_space_take(struct ntfs_change *c, uint64_t want, unsigned flags,
		    struct ntfs_runs *runs, struct err *err)
{
	bool one = flags & SPACE_ONE_RUN;
	uint64_t left = want;
	int r = 0;

	if (want > c->clusters.count)
		return no_space(want, c, err);
	r = take_behind(c, one, &left, runs, err);
	if (!r && left)
		r = take_anywhere(c, left, &left, runs, err);
	if (r || !left)
		return r;
	if (one)
		return no_space(want, c, err);
	r = has_room(c, left, err);
	for (uint64_t least = left / 4; !r && left; least /= 4)
		r = take_anywhere(c, least, &left, runs, err);
	return r;
}

int ntfs_space_give(struct ntfs_change *c, const struct ntfs_runs *runs,
		    uint64_t from, struct err *err)
{
	uint32_t cluster = c->n->info.cluster_size;
	int r = 0;

	for (size_t i = 0; !r && i < runs->count; i++) {
		struct ntfs_run run = runs->items[i];
		uint64_t skip = from < run.len ? from : run.len;

		from -= skip;
		run.len -= skip;
		if (run.lcn == NTFS_HOLE || !run.len)
			continue;
		run.lcn += skip;
		r = ntfs_bits_set(c, &c->clusters, run.lcn, run.len, false,
				  err);
		if (!r)
			r = ntfs_cache_drop(c, run.lcn * cluster,
					    run.len * cluster, err);
	}
	return r;
}
