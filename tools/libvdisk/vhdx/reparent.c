// SPDX-License-Identifier: MIT
//
// Another parent for a VHDX, and none of its own content: "VHDX Format
// Specification" 1.00, sections 2.5 and 2.6.2.6. Each is one entry of the log.

#include <string.h>

#include "../vdisk_priv.h"
#include "patch.h"

// --- Another parent ------------------------------------------------------------

// The new locator takes the old one's place, or is put behind all items.
static int put_locator(struct vhdx_patch *p, const uint8_t *item, size_t n,
		       struct err *err)
{
	const struct vhdx *x = &p->v->x;
	uint64_t off = x->locator_offset - x->meta_offset;
	struct vhdx_meta_disk entry;
	int r = disk_read(p->v->blocks.file, x->locator_entry, &entry,
			  sizeof(entry), err);

	if (n > x->locator_length)
		off = round_up(x->items_end, 8);
	if (!range_ok(off, n, x->meta_length))
		return err_set(err, -EFBIG, "VHDX metadata", x->meta_offset,
			       "there is no room for the path of the parent");
	entry.offset = to_le32((uint32_t)off);
	entry.length = to_le32((uint32_t)n);
	if (!r)
		r = vhdx_patch_put(p, x->meta_offset + off, item, n, err);
	if (!r)
		r = vhdx_patch_put(p, x->locator_entry, &entry, sizeof(entry),
				   err);
	return r ? r : vhdx_patch_apply(p, err);
}

int vhdx_reparent(struct disk *file, const struct vdisk_create *c,
		  struct err *err)
{
	struct vdisk_blocks *b;
	struct vhdx_patch p;
	uint8_t *item;
	size_t n;
	int r = vhdx_locator_encode(c, &item, &n, err);

	if (r)
		return r;
	r = vhdx_edit(file, true, &b, err);
	if (!r) {
		r = vhdx_patch_init(&p, (struct vhdx_blocks *)b, err);
		if (!r)
			r = put_locator(&p, item, n, err);
		vhdx_patch_done(&p);
		r = vdisk_edit_close(b, r, err);
	}
	mem_free(item);
	return r;
}

// --- No content ----------------------------------------------------------------

// A table that fits into an entry is emptied where it is.
static int reset_small(struct vhdx_blocks *v, struct err *err)
{
	struct vdisk_blocks *b = &v->blocks;

	for (uint64_t i = 0; i < b->count; i++)
		if (b->table[i])
			vdisk_blocks_set(b, i, BLOCK_ABSENT);
	for (uint64_t i = 0; i < v->chunks; i++) {
		if (!v->maps[i])
			continue;
		v->maps[i] = 0;
		vdisk_blocks_dirty_table(b, vhdx_map_index(v, i));
	}
	return vdisk_blocks_commit(b, err);
}

static int switch_table(struct vhdx_blocks *v, uint64_t place, struct err *err)
{
	struct vhdx_patch p;
	int r = vhdx_patch_init(&p, v, err);

	if (!r)
		r = vhdx_patch_table(&p, place, v->x.table_length, err);
	if (!r)
		r = vhdx_patch_apply(&p, err);
	vhdx_patch_done(&p);
	return r;
}

// Of a longer one, an empty one elsewhere takes the place.
static int reset_large(struct vhdx_blocks *v, struct err *err)
{
	uint64_t len = v->x.table_length, home = v->x.table_offset, at;
	int r = vhdx_take_room(v, len, &at, err);

	if (!r)
		r = disk_zero(v->blocks.file, at, len, err);
	if (!r)
		r = switch_table(v, at, err);
	if (!r)
		r = disk_zero(v->blocks.file, home, len, err);
	return r ? r : switch_table(v, home, err);
}

// Opening for changes writes both headers.
int vhdx_copies_mend(struct disk *file, struct err *err)
{
	struct vdisk_blocks *b;
	struct vhdx_blocks *v;
	int r = vhdx_edit(file, true, &b, err);

	if (r)
		return r;
	v = (struct vhdx_blocks *)b;
	r = switch_table(v, v->x.table_offset, err);
	return vdisk_edit_close(b, r, err);
}

int vhdx_reset(struct disk *file, struct err *err)
{
	uint64_t page = UINT64_MAX, pages = 0;
	struct vdisk_blocks *b;
	struct vhdx_blocks *v;
	int r = vhdx_edit(file, false, &b, err);

	if (r)
		return r;
	v = (struct vhdx_blocks *)b;
	for (uint64_t i = 0; i < b->count; i++) {
		uint64_t at = b->table_index(b, i) / VHDX_ENTRIES_A_PAGE;

		pages += b->table[i] && at != page;
		page = b->table[i] ? at : page;
	}
	pages += v->chunks;
	r = pages <= VHDX_LOG_MAX_WRITES ? reset_small(v, err)
					 : reset_large(v, err);
	return vdisk_edit_close(b, r, err);
}
