// SPDX-License-Identifier: MIT
//
// The picture's layout: below each disk's line its bar, below that the virtual disks
// whose files lie on its volumes, children below their parents, and below one that is
// attached its bar.

#include <string.h>

#include "diskmgmt_priv.h"

enum {
	LEAST_WIDTH = 10, // of a piece, where there is room
	SMALL_WIDTH = 5,  // of one among many
	MARGIN = 1,       // of a bar, on both sides
	INDENT = 3,       // of what lies below something
	MAX_DEPTH = 8,    // that is drawn
};

struct layout {
	const struct diskmgmt_world *world;
	struct picture *p;
	struct err *err;
	unsigned columns;
	int r; // 0 or what went wrong
};

static unsigned indent(unsigned depth)
{
	return (depth < MAX_DEPTH ? depth : MAX_DEPTH) * INDENT;
}

static void add(struct layout *l, const struct item *item)
{
	if (!l->r && mem_grow((void **)&l->p->items, l->p->count,
			      &l->p->capacity, sizeof(*l->p->items)))
		l->r = err_nomem(l->err);
	if (!l->r)
		l->p->items[l->p->count++] = *item;
}

static void add_line(struct layout *l, struct item item)
{
	item.row = l->p->rows++;
	item.rows = 1;
	item.column = indent(item.depth);
	item.columns = l->columns > item.column ? l->columns - item.column : 0;
	add(l, &item);
}

// A row of a bar. The extent of a piece is up to its right edge.
static void add_bar_row(struct layout *l, const struct storage_disk *disk,
			unsigned depth, const struct piece *pieces, size_t n,
			unsigned width)
{
	unsigned least = (unsigned)(width / n), column = indent(depth) + MARGIN;
	uint64_t *sizes = mem_array(n, sizeof(*sizes));
	unsigned *widths = mem_array(n, sizeof(*widths));

	if (!sizes || !widths)
		l->r = err_nomem(l->err);
	for (size_t i = 0; !l->r && i < n; i++)
		sizes[i] = pieces[i].size;
	if (!l->r)
		diskmgmt_split(sizes, n, width,
			       least < LEAST_WIDTH ? least : LEAST_WIDTH,
			       widths);
	for (size_t i = 0; !l->r && i < n; i++) {
		struct item item = {.kind = ITEM_PIECE,
				    .disk = disk,
				    .piece = pieces[i],
				    .row = l->p->rows,
				    .rows = BAR_ROWS,
				    .column = column,
				    .columns = widths[i],
				    .depth = depth,
				    .is_last = i + 1 == n};

		add(l, &item);
		column += widths[i];
	}
	l->p->rows += BAR_ROWS;
	mem_free(sizes);
	mem_free(widths);
}

static void add_bar(struct layout *l, const struct storage_disk *disk,
		    unsigned depth)
{
	struct piece *pieces =
		mem_array(disk->region_count + 1, sizeof(*pieces));
	unsigned width = l->columns - indent(depth) - 2 * MARGIN;
	size_t n, room, done = 0;

	if (!pieces) {
		l->r = err_nomem(l->err);
		return;
	}
	if (l->columns < indent(depth) + 2 * MARGIN + SMALL_WIDTH)
		width = SMALL_WIDTH;
	room = width / SMALL_WIDTH;
	n = diskmgmt_pieces(l->world, disk, pieces);
	while (!l->r && done < n) {
		size_t some = n - done < room ? n - done : room;

		add_bar_row(l, disk, depth, pieces + done, some, width);
		done += some;
	}
	mem_free(pieces);
}

static void add_disk(struct layout *l, const struct storage_disk *disk,
		     unsigned depth);

static const struct storage_disk *
attached_as(const struct diskmgmt_world *world, const char *address)
{
	for (size_t i = 0; i < world->disk_count; i++)
		if (world->disks[i].virtual_file &&
		    !strcmp(world->disks[i].virtual_file, address))
			return &world->disks[i];
	return NULL;
}

static void add_file(struct layout *l, const struct storage_disk *disk,
		     const struct diskmgmt_file *file, unsigned depth)
{
	const struct diskmgmt_world *w = l->world;
	const struct storage_disk *as = attached_as(w, file->address);

	// a circle of parents is nobody's below; deeper ones are not made
	if (depth > VDISK_MAX_CHAIN)
		return;
	add_line(l, (struct item){.kind = ITEM_FILE,
				  .disk = disk,
				  .file = file,
				  .on = diskmgmt_volume(w, file->volume),
				  .is_disk = as,
				  .depth = depth});
	if (as && as != disk)
		add_disk(l, as, depth + 1);
	for (size_t i = 0; i < w->file_count; i++)
		if (w->files[i].parent == file - w->files)
			add_file(l, disk, &w->files[i], depth + 1);
}

// Those on a disk's volumes that lie on no other one here.
static void add_files(struct layout *l, const struct storage_disk *disk,
		      unsigned depth)
{
	const struct diskmgmt_world *w = l->world;

	for (size_t i = 0; i < w->file_count; i++) {
		const struct storage_volume *v =
			diskmgmt_volume(w, w->files[i].volume);

		if (w->files[i].parent < 0 && v && v->disk == disk->number)
			add_file(l, disk, &w->files[i], depth);
	}
}

// Attached ones that the list of files does not have, as they lie deeper.
static bool is_among_files(const struct diskmgmt_world *w,
			   const struct storage_disk *disk)
{
	for (size_t i = 0; disk->virtual_file && i < w->file_count; i++)
		if (!strcmp(w->files[i].address, disk->virtual_file))
			return true;
	return false;
}

static void add_others(struct layout *l, const struct storage_disk *host,
		       unsigned depth)
{
	const struct diskmgmt_world *w = l->world;

	for (size_t i = 0; i < w->disk_count; i++) {
		const struct storage_disk *disk = &w->disks[i];

		if (disk != host && disk->virtual_file &&
		    disk->host_disk == (int)host->number &&
		    !is_among_files(w, disk))
			add_disk(l, disk, depth);
	}
}

static void add_disk(struct layout *l, const struct storage_disk *disk,
		     unsigned depth)
{
	if (depth > VDISK_MAX_CHAIN)
		return;
	add_line(l, (struct item){
			    .kind = ITEM_DISK, .disk = disk, .depth = depth});
	if (!l->r)
		add_bar(l, disk, depth);
	if (!l->r)
		add_files(l, disk, depth + 1);
	if (!l->r)
		add_others(l, disk, depth + 1);
}

int diskmgmt_picture(const struct diskmgmt_world *world, unsigned columns,
		     struct picture *ret, struct err *err)
{
	struct picture p = {0};
	struct layout l = {
		.world = world, .p = &p, .columns = columns, .err = err};

	for (size_t i = 0; i < world->disk_count; i++) {
		const struct storage_disk *disk = &world->disks[i];

		// below its host, which comes by itself
		if (disk->virtual_file && disk->host_disk >= 0)
			continue;
		add_disk(&l, disk, 0);
	}
	if (l.r) {
		diskmgmt_picture_done(&p);
		return l.r;
	}
	*ret = p;
	return 0;
}

void diskmgmt_picture_done(struct picture *p)
{
	mem_free(p->items);
	*p = (struct picture){0};
}
