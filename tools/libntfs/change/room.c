// SPDX-License-Identifier: MIT
//
// Places for content that is written before its file is there. A sparse stream is
// taken in units of clusters, those that hold anything but zeroes, as they come.

#include <string.h>

#include "put.h"

#define UNIT_SHIFT 4u // clusters of a unit: as compression has them

struct ntfs_room {
	struct ntfs_put *put;
	uint64_t size;
	bool is_used;
	uint8_t *small;        // the content itself
	struct ntfs_runs runs; // or where it lies
	uint64_t *units;       // of a sparse one: LCNs + 1; 0: none was taken
	uint64_t unit_count;
};

static uint64_t cluster_of(const struct ntfs_room *room)
{
	return room->put->n->info.cluster_size;
}

static uint64_t unit_of(const struct ntfs_room *room)
{
	return cluster_of(room) << UNIT_SHIFT;
}

static int take(struct ntfs_put *p, uint64_t clusters, struct ntfs_runs *runs,
		unsigned flags, struct err *err)
{
	ntfs_operation_begin(p->c);
	return ntfs_operation_end(p->c, ntfs_space_take(p->c, clusters, flags,
							runs, err));
}

int ntfs_room_new(struct ntfs_put *p, uint64_t size, bool is_sparse,
		  struct ntfs_room **ret, struct err *err)
{
	struct ntfs_room *room = mem_alloc(sizeof(*room));
	uint64_t cluster = p->n->info.cluster_size;
	int r = 0;

	if (!room)
		return err_nomem(err);
	room->put = p;
	room->size = size;
	if (size > INT64_MAX - unit_of(room)) {
		r = err_set(err, -EFBIG, "stream", ERR_NOWHERE,
			    "no file can be so large");
	} else if (is_sparse) {
		room->unit_count = (size + unit_of(room) - 1) / unit_of(room);
		room->units = mem_array((size_t)room->unit_count,
					sizeof(*room->units));
		r = room->units ? 0 : err_nomem(err);
	} else if (size <= p->n->info.record_size / 2) {
		room->small = mem_alloc((size_t)size);
		r = room->small ? 0 : err_nomem(err);
	} else {
		r = take(p, (size + cluster - 1) / cluster, &room->runs, 0,
			 err);
	}
	if (r)
		ntfs_room_free(room);
	else
		*ret = room;
	return r;
}

void ntfs_room_free(struct ntfs_room *room)
{
	if (!room)
		return;
	mem_free(room->small);
	mem_free(room->units);
	ntfs_runs_done(&room->runs);
	mem_free(room);
}

void ntfs_room_used(struct ntfs_room *room)
{
	if (room)
		room->is_used = true;
}

// --- Writing -----------------------------------------------------------------

// Writes to clusters; what follows the stream's end in its last one is zeroed.
static int write_run(const struct ntfs_room *room, uint64_t lcn, uint64_t off,
		     const uint8_t *data, size_t len, bool is_end,
		     struct err *err)
{
	struct disk *base = room->put->c->base;
	uint64_t at = lcn * cluster_of(room) + off;
	uint64_t end = round_up(at + len, cluster_of(room));
	int r = disk_write(base, at, data, len, err);

	return r || !is_end || end == at + len
		       ? r
		       : disk_zero(base, at + len, end - (at + len), err);
}

static int write_runs(const struct ntfs_room *room, uint64_t off,
		      const uint8_t *data, size_t len, struct err *err)
{
	uint64_t start = 0;
	int r = 0;

	for (size_t i = 0; !r && len && i < room->runs.count; i++) {
		const struct ntfs_run *run = &room->runs.items[i];
		uint64_t bytes = run->len * cluster_of(room);
		size_t n;

		if (off < start + bytes) {
			n = start + bytes - off < len
				    ? (size_t)(start + bytes - off)
				    : len;
			r = write_run(room, run->lcn, off - start, data, n,
				      off + n == room->size, err);
			off += n;
			data += n;
			len -= n;
		}
		start += bytes;
	}
	return r;
}

// Takes a unit's clusters, unless it has them, and empties them.
static int take_unit(const struct ntfs_room *room, uint64_t unit,
		     uint64_t *ret_lcn, struct err *err)
{
	struct ntfs_put *p = room->put;
	struct ntfs_runs runs = {0};
	int r = 0;

	pthread_mutex_lock(&p->taking);
	if (!room->units[unit]) {
		r = take(p, UINT64_C(1) << UNIT_SHIFT, &runs, SPACE_ONE_RUN,
			 err);
		if (!r)
			r = disk_zero(p->c->base,
				      runs.items[0].lcn * cluster_of(room),
				      unit_of(room), err);
		if (runs.count)
			room->units[unit] = runs.items[0].lcn + 1;
	}
	*ret_lcn = room->units[unit] - 1;
	pthread_mutex_unlock(&p->taking);
	ntfs_runs_done(&runs);
	return r;
}

static int write_units(const struct ntfs_room *room, uint64_t off,
		       const uint8_t *data, size_t len, struct err *err)
{
	int r = 0;

	while (!r && len) {
		uint64_t in = off % unit_of(room), lcn;
		size_t n = unit_of(room) - in < len
				   ? (size_t)(unit_of(room) - in)
				   : len;

		if (!mem_is_zero(data, n)) {
			r = take_unit(room, off / unit_of(room), &lcn, err);
			if (!r)
				r = write_run(room, lcn, in, data, n, false,
					      err);
		}
		off += n;
		data += n;
		len -= n;
	}
	return r;
}

int ntfs_room_write(struct ntfs_room *room, uint64_t off, const void *data,
		    size_t len, struct err *err)
{
	if (!range_ok(off, len, room->size))
		return err_set(err, -EINVAL, "stream", off, "it ends before");
	if (room->units)
		return write_units(room, off, data, len, err);
	if (!room->small)
		return write_runs(room, off, data, len, err);
	memcpy(room->small + off, data, len);
	return 0;
}

// --- Runs --------------------------------------------------------------------

static int add_run(struct ntfs_runs *runs, uint64_t lcn, uint64_t len,
		   struct err *err)
{
	struct ntfs_run *last = runs->count ? &runs->items[runs->count - 1]
					    : NULL;

	if (lcn == NTFS_HOLE)
		runs->has_holes = true;
	if (lcn != NTFS_HOLE || !last || last->lcn != NTFS_HOLE)
		return ntfs_runs_add(runs, lcn, len, err);
	last->len += len;
	runs->clusters += len;
	return 0;
}

// Makes a list of where the content lies. *ret_total is the clusters that it takes.
static int list_runs(const struct ntfs_room *room, struct ntfs_runs *ret,
		     uint64_t *ret_total, struct err *err)
{
	uint64_t unit = UINT64_C(1) << UNIT_SHIFT;
	int r = 0;

	*ret_total = room->runs.clusters;
	for (size_t i = 0; !r && i < room->runs.count; i++)
		r = add_run(ret, room->runs.items[i].lcn,
			    room->runs.items[i].len, err);
	for (uint64_t i = 0; !r && i < room->unit_count; i++) {
		uint64_t lcn = room->units[i];

		r = add_run(ret, lcn ? lcn - 1 : NTFS_HOLE, unit, err);
		*ret_total += lcn ? unit : 0;
	}
	return r;
}

static int give(const struct ntfs_room *room, struct err *err)
{
	struct ntfs_runs runs = {0};
	uint64_t total;
	int r = list_runs(room, &runs, &total, err);

	if (!r)
		r = ntfs_space_give(room->put->c, &runs, 0, err);
	ntfs_runs_done(&runs);
	return r;
}

int ntfs_room_give(struct ntfs_room *room, struct err *err)
{
	int r = 0;

	if (room->is_used || room->small)
		return 0;
	ntfs_operation_begin(room->put->c);
	r = ntfs_operation_end(room->put->c, give(room, err));
	room->is_used = !r;
	return r;
}

int ntfs_room_use(const struct ntfs_room *room, struct change_file *f,
		  struct change_attr *a, struct err *err)
{
	struct ntfs_runs runs = {0};
	uint64_t total;
	int r;

	a->flags = 0;
	if (!room)
		return ntfs_change_set(f, a, "", 0, err);
	if (room->small)
		return ntfs_content_set(f, a, room->small, (size_t)room->size,
					err);
	r = list_runs(room, &runs, &total, err);
	if (!r)
		r = ntfs_change_set(f, a, "", 0, err); // what it had
	if (r) {
		ntfs_runs_done(&runs);
		return r;
	}
	a->resident = false;
	a->value_len = 0;
	a->flags = room->units ? NTFS_AF_SPARSE : 0;
	a->unit_shift = room->units ? UNIT_SHIFT : 0;
	a->runs = runs;
	a->size = a->valid = room->size;
	a->allocated = runs.clusters * cluster_of(room);
	a->total = total * cluster_of(room);
	return 0;
}
