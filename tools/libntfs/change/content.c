// SPDX-License-Identifier: MIT
//
// A file's unnamed data. New content lies in the record when it is small, else
// in clusters that neither the old content nor anybody else uses: the write of
// the record makes it the file's.

#include <string.h>

#include "change.h"
#include "../read/reparse.h"

#define PIECE (1u << 20)

static uint64_t clusters_for(const struct ntfs_change *c, uint64_t size)
{
	uint32_t cluster = c->n->info.cluster_size;

	return size / cluster + (size % cluster != 0);
}

// The file's attributes say whether one of its streams is sparse or compressed.
void ntfs_content_settle(struct change_file *f)
{
	struct change_attr *a =
		ntfs_change_find(f, NTFS_AT_STANDARD_INFORMATION, NULL);
	struct ntfs_standard_disk *h = (void *)a->value;
	uint32_t attributes =
		get_le32(h->attributes) &
		~(uint32_t)(NTFS_ATTR_SPARSE | NTFS_ATTR_COMPRESSED);

	for (size_t i = 0; i < f->count; i++) {
		if (f->attrs[i].flags & NTFS_AF_SPARSE)
			attributes |= NTFS_ATTR_SPARSE;
		if (f->attrs[i].flags & NTFS_AF_COMPRESSION_MASK)
			attributes |= NTFS_ATTR_COMPRESSED;
	}
	h->attributes = to_le32(attributes);
}

static int get_data(struct change_file *f, struct change_attr **ret,
		    struct err *err)
{
	*ret = ntfs_change_find(f, NTFS_AT_DATA, NULL);
	return *ret ? 0 : ntfs_change_add(f, NTFS_AT_DATA, NULL, 0, ret, err);
}

// Takes clusters for `size` bytes; the last one's rest is zeroed on the device.
static int take_clusters(struct ntfs_change *c, uint64_t size,
			 struct ntfs_runs *runs, struct disk **ret,
			 struct err *err)
{
	uint32_t cluster = c->n->info.cluster_size;
	uint64_t end = clusters_for(c, size) * cluster;
	struct disk *d = NULL, *whole = NULL;
	int r = ntfs_space_take(c, clusters_for(c, size), 0, runs, err);

	if (!r)
		r = ntfs_runs_base(c, runs, size, &d, err);
	if (!r && end > size) {
		r = ntfs_runs_base(c, runs, end, &whole, err);
		if (!r)
			r = disk_zero(whole, size, end - size, err);
		disk_close(whole);
	}
	if (r) {
		disk_close(d);
		return r;
	}
	*ret = d;
	return 0;
}

static void use_runs(struct change_file *f, struct change_attr *a,
		     struct ntfs_runs *runs, uint64_t size)
{
	ntfs_runs_done(&a->runs);
	mem_free(a->value);
	a->value = NULL;
	a->value_len = 0;
	a->flags = 0;
	a->unit_shift = 0;
	a->resident = false;
	a->runs = *runs;
	a->size = a->valid = size;
	a->allocated = a->total = runs->clusters * f->c->n->info.cluster_size;
	*runs = (struct ntfs_runs){0};
}

static int replace_outside(struct change_file *f, struct change_attr *a,
			   const void *data, uint64_t size, struct err *err)
{
	struct ntfs_runs runs = {0};
	struct disk *d = NULL;
	int r = take_clusters(f->c, size, &runs, &d, err);

	if (!r && data)
		r = disk_write(d, 0, data, (size_t)size, err);
	if (!r)
		r = ntfs_space_give(f->c, &a->runs, 0, err);
	disk_close(d);
	if (r)
		ntfs_runs_done(&runs);
	else
		use_runs(f, a, &runs, size);
	return r;
}

// Tries whether bytes fit into the record. Returns 1 when they do not.
static int replace_inside(struct change_file *f, struct change_attr *a,
			  const void *data, uint64_t size, struct err *err)
{
	if (size > (uint64_t)ntfs_change_room(f, a))
		return 1;
	a->flags = 0;
	return ntfs_change_set(f, a, data, (size_t)size, err);
}

int ntfs_content_set(struct change_file *f, struct change_attr *a,
		     const void *data, size_t size, struct err *err)
{
	int r = replace_inside(f, a, data, size, err);

	return r == 1 ? replace_outside(f, a, data, size, err) : r;
}

int ntfs_content_replace(struct change_file *f, const void *data, uint64_t size,
			 struct err *err)
{
	struct change_attr *a;
	int r = get_data(f, &a, err);

	if (r)
		return r;
	if (a->flags & NTFS_AF_ENCRYPTED)
		return err_set(err, -ENOTSUP, NTFS_RECORD(f->number),
			       ERR_NOWHERE, "its content is encrypted");
	r = data ? ntfs_content_set(f, a, data, (size_t)size, err)
		 : replace_outside(f, a, NULL, size, err);
	if (!r)
		ntfs_content_settle(f);
	return r;
}

// --- Longer and shorter ------------------------------------------------------

static int unsupported(const struct change_file *f, const char *why,
		       struct err *err)
{
	return err_set(err, -ENOTSUP, NTFS_RECORD(f->number), ERR_NOWHERE, "%s",
		       why);
}

// Takes what lies in the record out into clusters.
static int move_outside(struct change_file *f, struct change_attr *a,
			struct err *err)
{
	uint32_t len = a->value_len;
	uint8_t *copy = mem_dup(a->value, len);
	int r = copy ? 0 : err_nomem(err);

	if (!r && len)
		r = replace_outside(f, a, copy, len, err);
	else if (!r)
		use_runs(f, a, &(struct ntfs_runs){0}, 0);
	mem_free(copy);
	return r;
}

// Tells whether the device's state of the file has bytes behind `size` in the
// clusters that it shares with the new state: then it was cut since the last
// sync, and they must stay.
static int was_longer(const struct change_file *f, uint64_t size, bool *ret,
		      struct err *err)
{
	struct ntfs *before;
	struct ntfs_stat stat;
	int r = ntfs_open_mft(f->c->base, &before, err);

	if (r)
		return r;
	r = ntfs_stat(before, f->number, &stat, NULL);
	*ret = !r && stat.size > size;
	ntfs_close(before);
	return r == -ENOMEM || r == -EIO
		       ? err_set(err, r, NTFS_RECORD(f->number), ERR_NOWHERE,
				 "it cannot be read")
		       : 0;
}

// Puts the last cluster's used part into a new cluster.
static int move_tail(struct change_file *f, struct change_attr *a,
		     struct err *err)
{
	uint32_t cluster = f->c->n->info.cluster_size;
	uint64_t keep = a->size / cluster;
	struct ntfs_runs tail = {0};
	struct disk *from = NULL, *to = NULL;
	uint8_t *buf = mem_alloc(cluster);
	int r = buf ? ntfs_space_take(f->c, 1, 0, &tail, err) : err_nomem(err);

	if (!r)
		r = ntfs_runs_base(f->c, &a->runs, a->size, &from, err);
	if (!r)
		r = ntfs_runs_base(f->c, &tail, cluster, &to, err);
	if (!r)
		r = disk_read(from, keep * cluster, buf,
			      (size_t)(a->size - keep * cluster), err);
	if (!r)
		r = disk_write(to, 0, buf, cluster, err);
	if (!r)
		r = ntfs_space_give(f->c, &a->runs, keep, err);
	if (!r) {
		ntfs_runs_cut(&a->runs, keep);
		r = ntfs_runs_add(&a->runs, tail.items[0].lcn, 1, err);
	}
	disk_close(to);
	disk_close(from);
	ntfs_runs_done(&tail);
	mem_free(buf);
	return r;
}

static int zero(struct change_file *f, struct change_attr *a, uint64_t from,
		uint64_t to, struct err *err)
{
	struct disk *d;
	int r = from < to ? ntfs_runs_base(f->c, &a->runs, to, &d, err) : 0;

	if (r || from >= to)
		return r;
	r = disk_zero(d, from, to - from, err);
	disk_close(d);
	return r;
}

static int grow_data(struct change_file *f, struct change_attr *a,
		     uint64_t size, struct err *err)
{
	uint32_t cluster = f->c->n->info.cluster_size;
	uint64_t want = clusters_for(f->c, size), from = a->valid,
		 old = a->size;
	bool longer = false;
	int r = 0;

	if (old % cluster)
		r = was_longer(f, old, &longer, err);
	if (!r && longer)
		r = move_tail(f, a, err);
	if (!r && want > a->runs.clusters)
		r = ntfs_space_take(f->c, want - a->runs.clusters, 0, &a->runs,
				    err);
	// What was not written yet reads as zeroes, and stays so.
	if (!r && from == old)
		r = zero(f, a, from, want * cluster, err);
	a->allocated = a->total = a->runs.clusters * cluster;
	a->size = size;
	if (from == old)
		a->valid = size;
	return r;
}

static int shrink(struct change_file *f, struct change_attr *a, uint64_t size,
		  struct err *err)
{
	uint64_t keep = clusters_for(f->c, size);
	int r = ntfs_space_give(f->c, &a->runs, keep, err);

	if (r)
		return r;
	ntfs_runs_cut(&a->runs, keep);
	a->size = size;
	if (a->valid > size)
		a->valid = size;
	a->allocated = a->total = a->runs.clusters * f->c->n->info.cluster_size;
	return 0;
}

static int resize(struct change_file *f, uint64_t size, struct err *err)
{
	struct change_attr *a;
	int r = get_data(f, &a, err);

	if (r)
		return r;
	if (a->flags & NTFS_AF_ENCRYPTED)
		return unsupported(f, "its content is encrypted", err);
	if (a->flags || a->runs.has_holes)
		return unsupported(f, "its content is compressed or sparse",
				   err);
	if (size > INT64_MAX)
		return err_set(err, -ENOSPC, NTFS_RECORD(f->number),
			       ERR_NOWHERE, "no file can be so large");
	if (a->resident)
		r = move_outside(f, a, err);
	if (r)
		return r;
	return size > a->size ? grow_data(f, a, size, err)
			      : shrink(f, a, size, err);
}

// --- A whole file ------------------------------------------------------------

static void touch(struct change_file *f, uint64_t time)
{
	struct change_attr *a =
		ntfs_change_find(f, NTFS_AT_STANDARD_INFORMATION, NULL);
	struct ntfs_standard_disk *h = (void *)a->value;

	h->modified = h->changed = to_le64(time);
}

// A file whose content can be changed.
static int check_plain(const struct change_file *f, const char *path,
		       struct err *err)
{
	const struct change_attr *a =
		ntfs_change_find(f, NTFS_AT_STANDARD_INFORMATION, NULL);

	if (f->flags & NTFS_RF_DIRECTORY)
		return err_set(err, -EISDIR, path, ERR_NOWHERE,
			       "it is a folder");
	if (!a || !a->resident || a->value_len < NTFS_STANDARD_SHORT)
		return err_corrupt(err, path, ERR_NOWHERE,
				   "it has no standard information");
	a = ntfs_change_find(f, NTFS_AT_REPARSE_POINT, NULL);
	if (!a)
		return 0;
	return ntfs_reparse_refuse(a->resident && a->value_len >= sizeof(le32)
					   ? get_le32(*(const le32 *)a->value)
					   : 0,
				   path, "such a file is not written to", err);
}

int ntfs_content_change(struct ntfs_change *c, const char *path,
			uint64_t number, const struct ntfs_content *content,
			struct err *err)
{
	struct change_file f;
	int r = ntfs_change_load(c, number, &f, err);

	if (!r)
		r = check_plain(&f, path, err);
	if (!r)
		r = content->is_resize
			    ? resize(&f, content->size, err)
			    : ntfs_content_replace(&f, content->data,
						   content->size, err);
	if (!r) {
		touch(&f, content->time);
		r = ntfs_folder_refresh(&f, err);
	}
	if (!r)
		r = ntfs_change_store(&f, err);
	ntfs_change_done(&f);
	return r;
}

int ntfs_change_resize(struct ntfs *n, uint64_t number, uint64_t size,
		       uint64_t time, struct err *err)
{
	const struct ntfs_content content = {
		.is_resize = true, .size = size, .time = time};
	struct ntfs_change *c = ntfs_change_of(n);

	ntfs_operation_begin(c);
	return ntfs_operation_end(c, ntfs_content_change(c, "file", number,
							 &content, err));
}
