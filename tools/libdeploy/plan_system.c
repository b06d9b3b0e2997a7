// SPDX-License-Identifier: MIT
//
// One system: the volume with its image, and the VHD around it. Inside a VHD is
// an MBR with one partition, as DiskPart makes it there.

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "plan_priv.h"

static int too_small(const struct plan_system *s, struct err *err)
{
	return err_set(err, -ENOSPC, "[vhd] size", ERR_NOWHERE,
		       "%" PRIu64 " bytes are too small for a partition",
		       s->answer->size);
}

static int plan_inside(struct plan_system *s, struct err *err)
{
	struct part spec = {.mbr_type = PART_MBR_NTFS};
	struct err inner = {0};
	unsigned number;
	int r = plan_late_disk(s->answer->size, 512, &s->content, &s->disk,
			       err);

	if (r)
		return r;
	r = part_table_new(PART_MBR, s->disk, NULL,
			   (uint32_t)plan_number(&s->id, "signature"),
			   &s->table, &inner);
	if (!r)
		r = part_table_add(s->table, &spec, &number, &inner);
	if (r == -ENOSPC)
		return too_small(s, err);
	if (r)
		return err_pass(err, r, &inner);
	s->part = part_find(s->table, number);
	return disk_slice(s->disk, s->part->start, s->part->size, &s->volume,
			  err);
}

// Says which image an error is of.
static int bad_image(const struct plan_system *s, const struct err *inner,
		     struct err *err)
{
	return err_set(err, inner->code, s->image->path, inner->where,
		       "image %u: %s: %s", s->index, inner->what, inner->why);
}

// Enters the image's tree; with `compact` on all cores, as content is compressed.
static int enter_tree(const struct plan *p, struct plan_system *s,
		      struct err *err)
{
	static const enum ntfs_wof_algorithm algorithms[] = {
		[ANSWER_COMPACT_YES] = NTFS_WOF_XPRESS4K,
		[ANSWER_COMPACT_XPRESS4K] = NTFS_WOF_XPRESS4K,
		[ANSWER_COMPACT_XPRESS8K] = NTFS_WOF_XPRESS8K,
		[ANSWER_COMPACT_XPRESS16K] = NTFS_WOF_XPRESS16K,
		[ANSWER_COMPACT_LZX] = NTFS_WOF_LZX,
	};
	struct apply_compact compact = {0};
	int r;

	if (p->answer->compact == ANSWER_COMPACT_NO)
		return apply_tree(s->image->wim, s->index, s->build, NULL,
				  &s->apply, err);
	compact.progress = p->target.progress;
	compact.algorithm = algorithms[p->answer->compact];
	r = pool_new(0, &compact.pool, err);
	if (r)
		return r;
	r = apply_tree(s->image->wim, s->index, s->build, &compact, &s->apply,
		       err);
	pool_free(compact.pool);
	return r;
}

// Nobody looks at what an unattended deployment leaves out.
static int refuse_encrypted(const struct plan_system *s, struct err *err)
{
	const struct apply_lost *lost =
		&apply_get_result(s->apply)->lost[APPLY_ENCRYPTED];

	return lost->count
		       ? err_set(err, -ENOTSUP, lost->first, ERR_NOWHERE,
				 "the image holds it encrypted (EFS), and only "
				 "Windows can apply it (%" PRIu64 " in all)",
				 lost->count)
		       : 0;
}

static int plan_volume(const struct plan *p, struct plan_system *s,
		       struct err *err)
{
	struct ntfs_build_options options = {
		.label = s->answer->label,
		.serial = s->serial,
		.hidden_sectors = s->part->start / s->volume->sector_size,
		.time = s->time,
	};
	struct err inner = {0};
	int r = ntfs_build_new(s->volume, &options, &s->build, err);

	if (r)
		return r;
	r = enter_tree(p, s, &inner);
	if (!r)
		r = refuse_encrypted(s, &inner);
	if (r)
		return bad_image(s, &inner, err);
	r = ntfs_build_layout(s->build, &inner);
	if (r == -ENOSPC)
		return err_set(err, r, s->image->path, ERR_NOWHERE,
			       "image %u does not fit into a %s of %" PRIu64
			       " MB: %s; give it a larger size",
			       s->index,
			       s->answer->on_partition ? "partition" : "VHD",
			       (s->answer->on_partition ? s->part->size
							: s->answer->size) >>
				       20,
			       inner.why);
	return r ? bad_image(s, &inner, err) : 0;
}

// --- The virtual disk --------------------------------------------------------

// Marks the blocks that bytes of the disk lie in.
static void mark(struct plan_system *s, uint64_t off, uint64_t len)
{
	uint64_t size = s->layout.block_size;

	for (uint64_t i = off / size; len && i <= (off + len - 1) / size; i++)
		s->present[i / 8] |= (uint8_t)(1 << i % 8);
}

// A dynamic disk has what the volume uses from the start.
static int mark_used(struct plan_system *s, struct err *err)
{
	struct disk_extent used[NTFS_BUILD_RANGES];

	s->present = mem_alloc((size_t)(s->layout.blocks / 8 + 1));
	if (!s->present)
		return err_nomem(err);
	mark(s, 0, s->part->start);
	ntfs_build_used(s->build, used);
	for (size_t i = 0; i < NTFS_BUILD_RANGES; i++)
		mark(s, s->part->start + used[i].off, used[i].len);
	s->create.present = s->present;
	return vdisk_create_layout(&s->create, &s->layout, err);
}

// Where Windows finds the parent: beside the child or below it, and on the
// drive that is the data partition to most.
static void name_parent(struct plan_system *s)
{
	const char *child = s->answer->path, *parent = s->parent->answer->path;
	size_t folder = (size_t)(strrchr(child, '\\') - child) + 1;

	snprintf(s->relative, sizeof(s->relative), ".\\%s", parent + folder);
	snprintf(s->absolute, sizeof(s->absolute), "C:%s", parent);
	s->create.parent_relative = s->relative;
	s->create.parent_absolute = s->absolute;
	s->create.parent_time = filetime_to_unix(s->parent->time);
}

static int plan_vdisk(struct plan_system *s, struct err *err)
{
	int r;

	s->create = (struct vdisk_create){
		.format = s->answer->format,
		.type = s->answer->type,
		.size = s->answer->size,
		.id = s->id,
		.created = filetime_to_unix(s->time),
	};
	if (s->parent)
		name_parent(s);
	r = vdisk_create_layout(&s->create, &s->layout, err);
	if (!r && s->create.type == VDISK_DYNAMIC)
		r = mark_used(s, err);
	return r;
}

static void count(struct plan *p, const struct plan_system *s)
{
	const struct apply_result *one = apply_get_result(s->apply);
	struct apply_result *all = &p->result;

	all->files += one->files;
	all->folders += one->folders;
	all->links += one->links;
	all->bytes += one->bytes;
	all->streams += one->streams;
	all->reparse_points += one->reparse_points;
}

int plan_system(struct plan *p, struct plan_system *s, struct err *err)
{
	int r = 0;

	if (!s->parent && !s->answer->on_partition)
		r = plan_inside(s, err);
	if (!r && !s->parent)
		r = plan_volume(p, s, err);
	if (!r && !s->parent)
		count(p, s);
	if (!r && !s->answer->on_partition)
		r = plan_vdisk(s, err);
	return r;
}
