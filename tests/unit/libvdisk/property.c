// SPDX-License-Identifier: MIT
//
// Random sequences of everything that can be done with virtual disks, against a
// plain array a disk: writing, zeroing, discarding, flushing, opening anew,
// expanding, compacting, children, merging, resetting, another parent. A seed
// gives the same sequence again. SLIPWAY_ROUNDS=N does N times as many.

#include "libvdisk/blocks/blocks.h"
#include "libvdisk/chain/merge.h"
#include "libvdisk/vdisk_priv.h"
#include "libvdisk/vhd/vhd_priv.h"
#include "unit/libvdisk/model.h"

#define MAX_LEVELS 4
#define STEPS      60

struct level {
	struct disk *file, *view, *disk;
	struct kind kind;
	struct guid parent_id;
	uint8_t *model, *bytes; // bytes: of the file when it became a parent
	uint64_t size, bytes_size;
};

struct world {
	struct level levels[MAX_LEVELS];
	size_t count;
	uint64_t seed;
	uint64_t most; // bytes a disk may get
	unsigned made;
};

static uint64_t roll(struct world *w, uint64_t n)
{
	return random_number(&w->seed) % n;
}

static struct level *top_of(struct world *w)
{
	return &w->levels[w->count - 1];
}

// --- Opening and closing -------------------------------------------------------

static void close_level(struct level *l)
{
	end_disk(l->disk);
	end_disk(l->view);
	l->disk = l->view = NULL;
}

// Parents are opened for reading only.
static void open_level(struct world *w, size_t i, bool for_writing)
{
	struct level *l = &w->levels[i];
	struct err err = {0};

	check_ok(disk_slice(l->file, 0, l->file->size, &l->view, &err), &err);
	l->view->read_only = true;
	if (!i)
		check_ok(vdisk_open(for_writing ? l->file : l->view, &l->disk,
				    &err),
			 &err);
	else
		check_ok(vdisk_open_child(for_writing ? l->file : l->view,
					  w->levels[i - 1].disk, &l->parent_id,
					  &l->disk, &err),
			 &err);
	check_eq(l->disk->size, l->size);
}

static void close_all(struct world *w)
{
	for (size_t i = w->count; i; i--)
		close_level(&w->levels[i - 1]);
}

static void open_all(struct world *w)
{
	for (size_t i = 0; i < w->count; i++)
		open_level(w, i, i + 1 == w->count);
}

static void free_level(struct level *l)
{
	close_level(l);
	end_disk(l->file);
	free(l->model);
	free(l->bytes);
	*l = (struct level){0};
}

static void create(struct world *w, struct level *l, const struct guid *parent)
{
	struct vdisk_create c = create_of(&l->kind, l->size);
	struct err err = {0};
	int r;

	c.id.b[0] = (uint8_t)++w->made;
	if (parent)
		c.parent_id = l->parent_id = *parent;
	l->file = new_file();
	// blocks smaller than those that Windows makes are read too
	if (c.format == VDISK_VHD && c.block_size && c.block_size < 512 * K)
		r = vhd_dynamic_create(l->file, &c, &err);
	else
		r = vdisk_create(l->file, &c, &err);
	check_ok(r, &err);
}

// --- Checking ------------------------------------------------------------------

static void compare(struct world *w)
{
	struct level *l = top_of(w);

	compare_disk(l->disk, l->model, l->size);
}

// Files are sound, and those of parents as they were.
static void check_files(struct world *w)
{
	for (size_t i = 0; i < w->count; i++) {
		struct level *l = &w->levels[i];
		struct vdisk_check found;
		struct err err = {0};
		uint8_t *b;

		check_ok(vdisk_check(l->file, false, &found, &err), &err);
		if (!l->bytes)
			continue;
		b = malloc(l->bytes_size);
		check(b && l->file->size == l->bytes_size);
		check_ok(disk_read(l->file, 0, b, l->bytes_size, &err), &err);
		check(!memcmp(b, l->bytes, l->bytes_size));
		free(b);
	}
}

// --- What is done --------------------------------------------------------------

static uint64_t some_range(struct world *w, uint64_t *ret_len)
{
	struct level *l = top_of(w);
	uint64_t off = roll(w, l->size), len;

	len = roll(w, roll(w, 4) ? 6000 : 900000) + 1;
	if (roll(w, 2))
		off = off / 512 * 512, len = (len + 511) / 512 * 512;
	*ret_len = len < l->size - off ? len : l->size - off;
	return off;
}

static void do_write(struct world *w)
{
	struct level *l = top_of(w);
	uint64_t len, off = some_range(w, &len);
	struct err err = {0};

	memset(l->model + off, (int)roll(w, 256), len);
	check_ok(disk_write(l->disk, off, l->model + off, len, &err), &err);
}

static void do_zero(struct world *w)
{
	struct level *l = top_of(w);
	uint64_t len, off = some_range(w, &len);
	struct err err = {0};

	memset(l->model + off, 0, len);
	check_ok(disk_zero(l->disk, off, len, &err), &err);
}

// What was discarded has any content until it is written.
static void do_discard(struct world *w)
{
	struct level *l = top_of(w);
	uint64_t len, off = some_range(w, &len);
	struct err err = {0};

	check_ok(disk_discard(l->disk, off, len, &err), &err);
	check_ok(disk_read(l->disk, off, l->model + off, len, &err), &err);
}

static void do_reopen(struct world *w)
{
	close_all(w);
	check_files(w);
	open_all(w);
}

static void do_expand(struct world *w)
{
	struct level *l = top_of(w);
	uint32_t sector = l->kind.sector_size;
	uint64_t most = roll(w, 3) ? 100000 : w->most, size;
	struct err err = {0};

	size = l->size + roll(w, most) / sector * sector;
	if (size > w->most)
		return;
	close_all(w);
	check_ok(vdisk_expand(l->file, size, &err), &err);
	l->model = realloc(l->model, size);
	check(l->model);
	memset(l->model + l->size, 0, size - l->size);
	l->size = size;
	open_all(w);
}

struct junk {
	struct world *w;
	uint64_t off[4], len[4];
};

static int say_unused(void *ctx, struct disk *d,
		      int (*add)(void *ctx, uint64_t off, uint64_t len),
		      void *add_ctx, struct err *err)
{
	struct junk *j = ctx;
	int r = 0;

	check_eq(d->size, top_of(j->w)->size);
	for (int i = 0; i < 4 && !r; i++)
		r = add(add_ctx, j->off[i], j->len[i]);
	return r;
}

// What is unused keeps its content or becomes zero, all else stays.
static void settle(struct level *l, uint64_t off, uint64_t len)
{
	uint8_t *b = malloc(len);
	struct err err = {0};

	check(b);
	check_ok(disk_read(l->disk, off, b, len, &err), &err);
	for (uint64_t i = 0; i < len; i++) {
		check(!b[i] || b[i] == l->model[off + i]);
		l->model[off + i] = b[i];
	}
	free(b);
}

static void do_compact(struct world *w)
{
	struct level *l = top_of(w);
	struct junk j = {.w = w};
	bool asks = roll(w, 2);
	struct err err = {0};

	for (int i = 0; i < 4; i++)
		j.off[i] = some_range(w, &j.len[i]);
	close_all(w);
	for (size_t i = 0; i + 1 < w->count; i++)
		open_level(w, i, false);
	check_ok(vdisk_compact(l->file,
			       w->count > 1 && roll(w, 4)
				       ? w->levels[w->count - 2].disk
				       : NULL,
			       asks ? say_unused : NULL, &j, NULL, &err),
		 &err);
	close_all(w);
	open_all(w);
	if (w->count == 1 && l->kind.type == VDISK_DYNAMIC && asks)
		for (int i = 0; i < 4; i++)
			settle(l, j.off[i], j.len[i]);
}

static void do_child(struct world *w)
{
	struct level *parent = top_of(w), *l = &w->levels[w->count];
	struct vdisk_info info;
	struct err err = {0};

	if (w->count == MAX_LEVELS)
		return;
	close_all(w);
	check_ok(vdisk_probe(parent->file, &info, &err), &err);
	*l = (struct level){.kind = parent->kind, .size = parent->size};
	l->kind.type = VDISK_DIFFERENCING;
	l->model = malloc(l->size);
	parent->bytes = malloc(parent->file->size);
	check(l->model && parent->bytes);
	parent->bytes_size = parent->file->size;
	memcpy(l->model, parent->model, l->size);
	check_ok(disk_read(parent->file, 0, parent->bytes, parent->bytes_size,
			   &err),
		 &err);
	create(w, l, &info.link_id);
	w->count++;
	open_all(w);
}

static void thaw(struct level *l)
{
	free(l->bytes);
	l->bytes = NULL;
}

static void do_merge(struct world *w)
{
	struct level *l = top_of(w), *target;
	struct disk *layers[MAX_LEVELS];
	struct err err = {0};
	size_t depth, at;

	if (w->count == 1)
		return;
	depth = 1 + roll(w, w->count - 1);
	at = w->count - 1 - depth;
	target = &w->levels[at];
	close_all(w);
	thaw(target);
	check_ok(vdisk_expand_as(target->file, l->size, true, &err), &err);
	target->size = l->size;
	for (size_t i = 0; i < w->count; i++)
		open_level(w, i, i == at);
	if (vdisk_has_blocks(&(struct vdisk_info){.format = target->kind.format,
						  .type = target->kind.type}))
		((struct vdisk_blocks *)target->disk)->keeps_id = true;
	for (size_t i = 0; i < depth; i++)
		layers[i] = w->levels[w->count - 1 - i].disk;
	check_ok(vdisk_merge_layers(layers, depth, target->disk, NULL, &err),
		 &err);
	compare(w);
	// the children can still be opened
	close_all(w);
	open_all(w);
	compare(w);
	close_all(w);
	free(target->model);
	target->model = l->model;
	l->model = NULL;
	for (size_t i = at + 1; i < w->count; i++)
		free_level(&w->levels[i]);
	w->count = at + 1;
	open_all(w);
}

static void do_reset(struct world *w)
{
	struct level *l = top_of(w), *parent = l - 1;
	struct err err = {0};

	if (w->count == 1)
		return;
	close_all(w);
	check_ok(vdisk_reset(l->file, &err), &err);
	memcpy(l->model, parent->model, parent->size);
	memset(l->model + parent->size, 0, l->size - parent->size);
	open_all(w);
}

// A copy of all that lies below becomes the parent.
static void do_reparent(struct world *w)
{
	struct level *l = top_of(w), *old = l - 1, fresh;
	char path[300];
	struct vdisk_info info;
	struct err err = {0};
	size_t n = roll(w, sizeof(path) - 8);

	if (w->count == 1)
		return;
	fresh = (struct level){.kind = w->levels[0].kind, .size = old->size};
	fresh.model = malloc(old->size);
	check(fresh.model);
	memcpy(fresh.model, old->model, old->size);
	create(w, &fresh, NULL);
	check_ok(vdisk_open(fresh.file, &fresh.disk, &err), &err);
	check_ok(disk_copy(old->disk, fresh.disk, old->size, &err), &err);
	end_disk(fresh.disk);
	fresh.disk = NULL;
	close_all(w);
	check_ok(vdisk_probe(fresh.file, &info, &err), &err);
	memset(path, 'x', n);
	snprintf(path + n, 8, ".vhd");
	check_ok(vdisk_reparent(l->file, &info.link_id, path, path, 1, &err),
		 &err);
	check_ok(vdisk_probe(l->file, &info, &err), &err);
	l->parent_id = info.parent_id;
	check(!strncmp(info.parent, path, 255));
	for (size_t i = 0; i + 1 < w->count; i++)
		free_level(&w->levels[i]);
	w->levels[0] = fresh;
	w->levels[1] = *l;
	if (l != &w->levels[1])
		*l = (struct level){0};
	w->count = 2;
	open_all(w);
}

static void one_step(struct world *w)
{
	static void (*const steps[])(struct world *w) = {
		do_write,   do_write,  do_write, do_write,
		do_write,   do_zero,   do_zero,  do_discard,
		do_reopen,  do_reopen, do_child, do_expand,
		do_compact, do_merge,  do_reset, do_reparent};
	struct err err = {0};
	size_t i = roll(w, sizeof(steps) / sizeof(steps[0]) + 1);

	if (i == sizeof(steps) / sizeof(steps[0]))
		check_ok(disk_flush(top_of(w)->disk, &err), &err);
	else
		steps[i](w);
	if (i >= 7)
		compare(w);
}

static void run(struct kind kind, uint64_t size, uint64_t seed)
{
	struct world w = {.count = 1, .seed = seed, .most = 4 * size};

	fprintf(stderr, "%d %d %u %u %llu %llu\n", kind.format, kind.type,
		kind.block_size, kind.sector_size, (unsigned long long)size,
		(unsigned long long)seed);
	w.levels[0] = (struct level){.kind = kind, .size = size};
	w.levels[0].model = calloc(1, size);
	check(w.levels[0].model);
	create(&w, &w.levels[0], NULL);
	open_all(&w);
	for (int i = 0; i < STEPS; i++)
		one_step(&w);
	compare(&w);
	do_reopen(&w);
	for (size_t i = w.count; i; i--)
		free_level(&w.levels[i - 1]);
}

int main(void)
{
	static const struct {
		struct kind kind;
		uint64_t size;
	} runs[] = {
		{{VDISK_VHD, VDISK_DYNAMIC, 4096, 512}, 512 * 777},
		{{VDISK_VHD, VDISK_DYNAMIC, 65536, 512}, 512 * 3001},
		{{VDISK_VHD, VDISK_DYNAMIC, 512 * K, 512}, 512 * 4099},
		{{VDISK_VHD, VDISK_FIXED, 0, 512}, 512 * 1501},
		{{VDISK_VHDX, VDISK_DYNAMIC, 1024 * K, 512}, 512 * 6007},
		{{VDISK_VHDX, VDISK_DYNAMIC, 1024 * K, 4096}, 4096 * 701},
		{{VDISK_VHDX, VDISK_FIXED, 1024 * K, 512}, 512 * 3001},
	};
	const char *rounds = getenv("SLIPWAY_ROUNDS");
	uint64_t count = 2 * (rounds ? strtoull(rounds, NULL, 10) : 1);

	for (uint64_t i = 0; i < count; i++)
		for (size_t j = 0; j < sizeof(runs) / sizeof(runs[0]); j++)
			run(runs[j].kind, runs[j].size,
			    (i * 100 + j + 1) * UINT64_C(0x9e3779b97f4a7c15));
	return 0;
}
