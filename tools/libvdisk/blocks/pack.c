// SPDX-License-Identifier: MIT
//
// Moving what lies at the end of a virtual disk's file into gaps before it, and
// cutting off what is then not used.
//
// What moves is copied, and the table says so when the copy is durable; places
// that were left are not used anew. The order of blocks in a file means nothing.

#include <string.h>

#include "blocks.h"
#include "../vdisk_priv.h"
#include "../vhd/dynamic.h"
#include "../vhdx/blocks.h"

// A block table moves only when that is worth it.
#define WORTH_IT (UINT64_C(1) << 20)

struct gap {
	uint64_t off, end;
};

struct pack {
	struct vdisk_blocks *b;
	struct vdisk_ranges ranges;
	struct gap *gaps;
	size_t gap_count;
	size_t first[2]; // of the gaps, the first that may have room for a
			 // block, and for other things
};

static int find_gaps(struct pack *p, struct err *err)
{
	uint64_t end = 0;
	int r = p->b->ops->list(p->b, &p->ranges, err);

	vdisk_ranges_sort(&p->ranges);
	p->gaps = mem_array(p->ranges.count, sizeof(*p->gaps));
	if (!r && !p->gaps)
		r = err_nomem(err);
	for (size_t i = 0; i < p->ranges.count && !r; i++) {
		const struct vdisk_range *x = &p->ranges.items[i];

		if (x->off > end)
			p->gaps[p->gap_count++] = (struct gap){end, x->off};
		if (end < x->off + x->len)
			end = x->off + x->len;
	}
	return r;
}

// Finds a place before a range; UINT64_MAX: there is none. What is taken of the
// gap, and what is before it, is gone.
static uint64_t take(struct pack *p, const struct vdisk_range *x)
{
	size_t *first = &p->first[vdisk_range_is_block(x)];
	uint64_t limit = x->off;

	if (!vdisk_range_can_move(x))
		limit = x->off > WORTH_IT + x->len ? x->off - WORTH_IT : 0;
	for (; *first < p->gap_count; ++*first) {
		struct gap *g = &p->gaps[*first];
		uint64_t to;

		if (g->end > limit)
			break;
		to = p->b->ops->fit(p->b, x, g->off, g->end);
		if (to == UINT64_MAX)
			continue;
		g->off = to + x->len;
		if (vdisk_range_is_block(x))
			g->off = to + p->b->ops->slot(p->b);
		return to;
	}
	return UINT64_MAX;
}

static int move_one(struct pack *p, const struct vdisk_range *x, uint64_t to,
		    struct err *err)
{
	int r = vdisk_blocks_prepare(p->b, err);

	if (!r)
		r = vdisk_blocks_room(p->b, 1, err);
	return r ? r : p->b->ops->move(p->b, x, to, err);
}

// From the end on, until something stays.
static int move_all(struct pack *p, struct progress *progress, struct err *err)
{
	const struct vdisk_ranges *ranges = &p->ranges;
	uint64_t all = 0, done = 0, used = 0;
	int r = 0;

	for (size_t i = 0; i < ranges->count; i++)
		used += ranges->items[i].len;
	for (size_t i = 0; i < ranges->count; i++)
		if (ranges->items[i].off >= used)
			all += ranges->items[i].len;
	for (size_t i = ranges->count; i && !r; i--) {
		const struct vdisk_range *x = &ranges->items[i - 1];
		uint64_t to;

		if (!strcmp(x->what, VDISK_RANGE_FOOTER))
			continue;
		to = take(p, x);
		if (to == UINT64_MAX)
			break;
		r = move_one(p, x, to, err);
		done += x->len;
		if (!r && progress_report(progress, "Moving blocks", done,
					  all > done ? all : done))
			r = err_set(err, -ECANCELED, "virtual disk",
				    ERR_NOWHERE, "stopped");
	}
	return r;
}

int vdisk_pack(struct disk *file, const struct vdisk_info *info,
	       struct progress *progress, struct err *err)
{
	struct pack p = {0};
	struct disk *d;
	int r = vdisk_open_alone(file, info, &d, err);

	if (r)
		return r;
	p.b = (struct vdisk_blocks *)d;
	p.b->keeps_id = true;
	r = find_gaps(&p, err);
	if (!r)
		r = move_all(&p, progress, err);
	vdisk_ranges_done(&p.ranges);
	mem_free(p.gaps);
	return vdisk_edit_close(p.b, r, err);
}

uint64_t vdisk_lost(const struct vdisk_blocks *b, const struct vdisk_info *info)
{
	const struct vhd_blocks *v = (const struct vhd_blocks *)b;
	const struct vhdx_blocks *x = (const struct vhdx_blocks *)b;
	bool is_vhd = info->format == VDISK_VHD;
	uint64_t end = is_vhd ? round_up(v->end, VHD_SECTOR) + VHD_FOOTER_SIZE
			      : round_up(x->end, VHDX_MIB);

	return end < b->file->size ? b->file->size - end : 0;
}

// --- The end of the file -------------------------------------------------------

// Cuts the file; one that cannot be cut stays as it is.
static int shorten(struct disk *file, uint64_t size, struct err *err)
{
	struct err why = {0};
	int r = disk_resize(file, size, &why);

	if (r == -ENOTSUP)
		return 0;
	return r ? err_pass(err, r, &why) : disk_flush(file, err);
}

// The footer is written behind what is used before what lies between is cut off
// with the old one.
static int cut_vhd(struct disk *file, const struct vhd_footer_disk *footer,
		   uint64_t end, struct err *err)
{
	int r;

	if (end + VHD_FOOTER_SIZE >= file->size || !file->ops->resize)
		return 0;
	r = disk_write(file, end, footer, sizeof(*footer), err);
	if (!r)
		r = disk_flush(file, err);
	return r ? r : shorten(file, end + VHD_FOOTER_SIZE, err);
}

static int cut_fixed(struct disk *file, struct err *err)
{
	struct vhd_footer_disk bytes;
	struct vhd_footer footer;
	uint64_t end;
	bool lost;
	int r = vhd_footer_read(file, &footer, &lost, &end, err);

	if (r)
		return r;
	vhd_footer_encode(&footer, &bytes);
	return cut_vhd(file, &bytes, footer.current_size, err);
}

static int cut_dynamic(struct disk *file, const struct vdisk_info *info,
		       struct err *err)
{
	struct vdisk_blocks *b;
	struct vhd_blocks *v;
	int r = vdisk_edit_open(file, info, true, &b, err);

	if (r)
		return r;
	v = (struct vhd_blocks *)b;
	r = cut_vhd(file, &v->footer, round_up(v->end, VHD_SECTOR), err);
	return vdisk_edit_close(b, r, err);
}

// The log says how long the file is: it is empty before the file is cut.
static int cut_vhdx(struct disk *file, const struct vdisk_info *info,
		    struct err *err)
{
	struct vdisk_info now;
	struct disk *d;
	uint64_t end;
	int r = vdisk_open_alone(file, info, &d, err);

	if (r)
		return r;
	end = round_up(((struct vhdx_blocks *)d)->end, VHDX_MIB);
	disk_close(d);
	r = vdisk_probe(file, &now, err);
	if (!r && now.needs_replay)
		r = err_set(err, -EIO, "VHDX log", ERR_NOWHERE,
			    "it could not be closed");
	return r || end >= file->size ? r : shorten(file, end, err);
}

int vdisk_cut(struct disk *file, const struct vdisk_info *info, struct err *err)
{
	if (info->format == VDISK_VHDX)
		return cut_vhdx(file, info, err);
	return info->type == VDISK_FIXED ? cut_fixed(file, err)
					 : cut_dynamic(file, info, err);
}
