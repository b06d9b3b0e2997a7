// SPDX-License-Identifier: MIT
//
// Volumes made larger and smaller, with their partitions. A partition is never smaller
// than its file system: it grows before that, and shrinks after it. What was cut
// between leaves a partition that is too large, and the next call uses what is over.

#include <string.h>

#include "ntfs_resize.h"
#include "storage_priv.h"

enum fs_kind { FS_NONE, FS_NTFS, FS_FAT }; // FS_NONE: RAW, the partition alone

static int find_kind(const struct storage_volume *v, enum fs_kind *ret,
		     struct err *err)
{
	if (!strcmp(v->fs, "NTFS"))
		*ret = FS_NTFS;
	else if (!strncmp(v->fs, "FAT", 3))
		*ret = FS_FAT;
	else if (!strcmp(v->fs, "RAW"))
		*ret = FS_NONE;
	else
		return err_set(err, -ENOTSUP, v->address, ERR_NOWHERE,
			       "a volume of %s keeps its size: copy its files "
			       "away, and make it anew",
			       v->fs);
	return 0;
}

// Opens a volume of a partition, whose file system's size may be changed.
static int open_sizable(struct storage *s, unsigned volume,
			struct storage_volume_target *t, enum fs_kind *ret_kind,
			struct err *err)
{
	int r = storage_volume_open(s, volume, 0, t, err);

	if (r)
		return r;
	r = find_kind(t->info, ret_kind, err);
	if (!r && !t->part)
		r = err_set(err, -ENOTSUP, t->info->address, ERR_NOWHERE,
			    "the volume fills its disk, which has no "
			    "partitions");
	if (!r && t->info->is_read_only)
		r = err_set(err, -EROFS, t->info->address, ERR_NOWHERE,
			    "the volume is read-only");
	return r ? storage_volume_end(t, r, err) : 0;
}

static int write_size(struct storage_volume_target *t, uint64_t size,
		      struct err *err)
{
	struct storage_target *target = &t->target;
	uint64_t old = t->part->size;
	int r;

	t->part->size = size;
	r = target->s->effects->write_table(target->table, target->place->disk,
					    err);
	if (r)
		t->part->size = old;
	return r;
}

// --- Larger ----------------------------------------------------------------------

// Where the space behind a partition ends that is nobody's.
static uint64_t free_end(const struct part_table *t, const struct part *p)
{
	uint64_t from = p->start + p->size, end = t->last_usable;

	for (size_t i = 0; p->logical && i < t->count; i++)
		if (storage_is_extended(&t->parts[i], t->style))
			end = t->parts[i].start + t->parts[i].size;
	for (size_t i = 0; i < t->count; i++) {
		const struct part *q = &t->parts[i];
		uint64_t start = q->logical && q->ebr < q->start ? q->ebr
								 : q->start;

		if (q->logical == p->logical && start >= from && start < end)
			end = start;
	}
	return end;
}

static int fs_size(struct disk *volume, enum fs_kind kind, uint64_t *ret,
		   struct err *err)
{
	struct ntfs *n;
	struct fat *f;
	int r = 0;

	*ret = volume->size;
	if (kind == FS_NTFS) {
		r = ntfs_open(volume, &n, err);
		if (!r) {
			*ret = ntfs_get_info(n)->size;
			ntfs_close(n);
		}
	} else if (kind == FS_FAT) {
		r = fat_open(volume, &f, err);
		if (!r) {
			*ret = fat_get_info(f)->size;
			fat_close(f);
		}
	}
	return r;
}

// The size that a partition shall have. What is over of an earlier call is used at
// first; less than this is over in any volume.
#define OVER PART_ALIGN

static int choose_size(const struct storage_volume_target *t, uint64_t fs,
		       uint64_t bytes, uint64_t *ret, struct err *err)
{
	const struct part *p = t->part;
	uint64_t over = fs + OVER <= p->size ? p->size - fs : 0;
	uint64_t end = free_end(t->target.table, p);
	uint64_t room = end - (p->start + p->size);

	if (!bytes) {
		// All, ended on a MiB as partitions are; less is no space.
		room = room < PART_ALIGN ? 0
					 : round_down(end, PART_ALIGN) -
						   (p->start + p->size);
		bytes = over + room;
	}
	bytes = round_up(bytes, t->disk->sector_size);
	if (!bytes || bytes > over + room)
		return err_set(err, -ENOSPC, t->info->address, ERR_NOWHERE,
			       "behind it %llu MB are free",
			       (unsigned long long)(over + room) >> 20);
	*ret = bytes > over ? p->size + (bytes - over) : p->size;
	return 0;
}

static int extend_fs(struct storage_volume_target *t, enum fs_kind kind,
		     struct progress *progress, struct err *err)
{
	const struct storage_effects *e = t->target.s->effects;
	struct disk *whole = t->target.place->disk, *volume;
	int r = 0;

	if (kind == FS_NONE)
		return 0;
	r = disk_slice(whole, t->part->start, t->part->size, &volume, err);
	if (r)
		return r;
	r = kind == FS_NTFS
		    ? e->extend_ntfs(volume, volume->size, progress, err)
		    : e->extend_fat(volume, volume->size, progress, err);
	if (!r)
		r = disk_flush(volume, err);
	disk_close(volume);
	return r;
}

// A file system that would not grow leaves its partition as it was, unless it has
// grown all the same.
static void take_back(struct storage_volume_target *t, enum fs_kind kind,
		      uint64_t old)
{
	uint64_t now;

	if (t->part->size > old && !fs_size(t->disk, kind, &now, NULL) &&
	    now <= old)
		best_effort(write_size(t, old, NULL));
}

// Returns true for a volume that is to be settled: when an earlier call was cut off
// late, that alone is left of it.
static bool is_left_over(struct disk *volume)
{
	const char *why = NULL;
	struct ntfs *n;

	if (ntfs_open(volume, &n, NULL))
		return false;
	if (ntfs_in_use(n, &why, NULL))
		why = NULL;
	ntfs_close(n);
	return why;
}

// Ends what is left of one. Unless there is no room at all, more was asked for than
// that: `why` says that it is not there.
static int settle(struct storage_volume_target *t, struct progress *progress,
		  const struct err *why, struct err *err)
{
	const struct part *p = t->part;
	uint64_t end = p->start + p->size;
	int r = extend_fs(t, FS_NTFS, progress, err);

	return r || free_end(t->target.table, p) - end < PART_ALIGN
		       ? r
		       : err_pass(err, why->code, why);
}

static int extend(struct storage_volume_target *t, enum fs_kind kind,
		  uint64_t bytes, struct progress *progress, struct err *err)
{
	uint64_t fs, size = 0, old = t->part->size;
	struct err e = {0};
	int r = fs_size(t->disk, kind, &fs, &e);

	if (!r)
		r = choose_size(t, fs, bytes, &size, &e);
	if (r == -ENOSPC && kind == FS_NTFS && is_left_over(t->disk))
		return settle(t, progress, &e, err);
	if (!r && size > old)
		r = write_size(t, size, &e);
	if (r)
		return err_pass(err, r, &e);
	r = extend_fs(t, kind, progress, err);
	if (r)
		take_back(t, kind, old);
	return r;
}

int storage_extend(struct storage *s, unsigned volume, uint64_t bytes,
		   struct progress *progress, struct err *err)
{
	struct storage_volume_target t;
	enum fs_kind kind;
	int r = open_sizable(s, volume, &t, &kind, err);

	if (r)
		return r;
	r = extend(&t, kind, bytes, progress, err);
	return storage_volume_end(&t, r, err);
}

// --- Smaller ---------------------------------------------------------------------

struct sizes {
	uint64_t fs;   // of the file system now
	uint64_t most; // by how much the partition can shrink
};

// A RAW volume is one that nothing was put into yet, or a file system that is damaged
// or not known: behind a shorter end nobody would find the rest of that.
static int check_raw(const struct storage_effects *e, struct disk *volume,
		     const char *address, struct err *err)
{
	char text[PART_CONTENT_TEXT];
	struct part_content found;
	bool is_new;
	int r = storage_is_cleared(volume, &is_new, err);

	if (r || is_new)
		return r;
	r = e->probe(volume, &found, err);
	if (r)
		return r;
	return err_set(err, -ENOTSUP, address, ERR_NOWHERE,
		       "it holds %s, and only NTFS shrinks: chkdsk /F repairs "
		       "a damaged one; format the volume if nobody needs it",
		       part_content_text(&found, text));
}

static int query(const struct storage_effects *e, struct disk *volume,
		 enum fs_kind kind, const char *address, struct sizes *ret,
		 struct err *err)
{
	struct ntfs_shrink_limits limits = {.minimum = PART_ALIGN};
	int r;

	if (kind == FS_FAT)
		return err_set(err, -ENOTSUP, address, ERR_NOWHERE,
			       "a FAT volume does not shrink: copy its files "
			       "away, and make it anew");
	r = kind == FS_NTFS ? e->query_ntfs(volume, &limits, err)
			    : check_raw(e, volume, address, err);
	if (r)
		return r;
	limits.minimum = round_up(limits.minimum, PART_ALIGN);
	*ret = (struct sizes){
		.fs = limits.size,
		.most = volume->size > limits.minimum
				? volume->size - limits.minimum
				: 0,
	};
	return 0;
}

int storage_shrink_query(struct storage *s, unsigned volume, uint64_t *ret,
			 struct err *err)
{
	const struct storage_volume *v = storage_find_volume(s, volume);
	struct place *place;
	struct sizes sizes;
	enum fs_kind kind;
	int r;

	if (!v)
		return err_set(err, -ENODEV, "volume", ERR_NOWHERE,
			       "there is no volume %u", volume);
	r = find_kind(v, &kind, err);
	if (!r)
		r = s->effects->open_place(v->address,
					   ADDRESS_FILE | ADDRESS_VIRTUAL,
					   &place, err);
	if (r)
		return r;
	r = query(s->effects, place->disk, kind, v->address, &sizes, err);
	s->effects->close_place(place);
	if (!r)
		*ret = sizes.most;
	return r;
}

static int shrink(struct storage_volume_target *t, enum fs_kind kind,
		  uint64_t desired, uint64_t minimum, uint64_t *ret,
		  struct progress *progress, struct err *err)
{
	const struct storage_effects *e = t->target.s->effects;
	struct sizes sizes;
	uint64_t size;
	int r = query(e, t->disk, kind, t->info->address, &sizes, err);

	if (r)
		return r;
	if (desired > sizes.most)
		desired = sizes.most;
	desired = round_down(desired, t->disk->sector_size);
	if (!desired || desired < minimum)
		return err_set(err, -ENOSPC, t->info->address, ERR_NOWHERE,
			       "it can shrink by %llu MB, and no more",
			       (unsigned long long)sizes.most >> 20);
	size = t->part->size - desired;
	// Of an earlier call that was cut off the partition alone may be left to
	// do, but for what the volume was left with.
	if (kind == FS_NTFS)
		r = e->shrink_ntfs(t->disk, sizes.fs > size ? size : sizes.fs,
				   progress, err);
	if (!r)
		r = disk_flush(t->disk, err);
	if (!r)
		r = write_size(t, size, err);
	if (!r)
		*ret = desired;
	return r;
}

int storage_shrink(struct storage *s, unsigned volume, uint64_t desired,
		   uint64_t minimum, uint64_t *ret, struct progress *progress,
		   struct err *err)
{
	struct storage_volume_target t;
	enum fs_kind kind;
	uint64_t done = 0;
	int r = open_sizable(s, volume, &t, &kind, err);

	if (r)
		return r;
	r = storage_check_attached(s->effects, t.info->address, false, err);
	if (!r)
		r = shrink(&t, kind, desired,
			   minimum || desired == UINT64_MAX ? minimum : desired,
			   &done, progress, err);
	r = storage_volume_end(&t, r, err);
	if (!r)
		*ret = done;
	return r;
}
