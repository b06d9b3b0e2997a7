// SPDX-License-Identifier: MIT
//
// What was changed and is not written yet, by sectors, as a disk over the
// device: who reads from it sees the changes. Each operation can be undone.

#include <stdlib.h>
#include <string.h>

#include "change.h"

struct ntfs_sector {
	uint64_t number;    // off / CHANGE_SECTOR
	uint64_t operation; // the last one that changed it
	uint32_t stage;
	struct ntfs_sector *next;
	uint8_t data[CHANGE_SECTOR];
};

// What a sector was before the operation: NULL when it was not in the cache.
struct ntfs_undo {
	uint64_t number;
	struct ntfs_sector *before;
};

struct cached_device {
	struct disk disk;
	struct ntfs_change *c;
};

static struct ntfs_sector **slot(const struct ntfs_change *c, uint64_t number)
{
	uint64_t h = number * 0x9e3779b97f4a7c15u;

	return &c->table[(h >> 32) & (c->slots - 1)];
}

static struct ntfs_sector *find_sector(const struct ntfs_change *c,
				       uint64_t number)
{
	struct ntfs_sector *s = *slot(c, number);

	while (s && s->number != number)
		s = s->next;
	return s;
}

static void enter_sector(struct ntfs_change *c, struct ntfs_sector *s)
{
	struct ntfs_sector **at = slot(c, s->number);

	s->next = *at;
	*at = s;
	c->count++;
}

// Takes a sector out of the table; it is the caller's.
static struct ntfs_sector *take_sector(struct ntfs_change *c, uint64_t number)
{
	struct ntfs_sector **at = slot(c, number), *s;

	while (*at && (*at)->number != number)
		at = &(*at)->next;
	s = *at;
	if (s) {
		*at = s->next;
		c->count--;
	}
	return s;
}

static int grow_table(struct ntfs_change *c, struct err *err)
{
	size_t old = c->slots, slots = old * 2;
	struct ntfs_sector **from = c->table,
			   **table = mem_array(slots, sizeof(*table));

	if (!table)
		return err_nomem(err);
	c->table = table;
	c->slots = slots;
	c->count = 0;
	for (size_t i = 0; i < old; i++) {
		while (from[i]) {
			struct ntfs_sector *s = from[i];

			from[i] = s->next;
			enter_sector(c, s);
		}
	}
	mem_free(from);
	return 0;
}

static int push_undo(struct ntfs_change *c, uint64_t number,
		     struct ntfs_sector *before, struct err *err)
{
	if (mem_grow((void **)&c->undo, c->undo_count, &c->undo_capacity,
		     sizeof(*c->undo)))
		return err_nomem(err);
	c->undo[c->undo_count++] = (struct ntfs_undo){number, before};
	return 0;
}

// Returns the sector, to be changed by the current operation.
static int open_sector(struct ntfs_change *c, uint64_t number,
		       struct ntfs_sector **ret, struct err *err)
{
	struct ntfs_sector *s = find_sector(c, number), *before;
	int r;

	if (s && s->operation == c->operation) {
		*ret = s;
		return 0;
	}
	if (c->count >= c->slots) {
		r = grow_table(c, err);
		if (r)
			return r;
	}
	before = s ? mem_dup(s, sizeof(*s)) : NULL;
	if (!s)
		s = mem_alloc(sizeof(*s));
	else if (!before)
		return err_nomem(err);
	if (!s)
		return err_nomem(err);
	r = push_undo(c, number, before, err);
	if (r) {
		mem_free(before ? before : s);
		return r;
	}
	if (!before) {
		s->number = number;
		enter_sector(c, s);
	}
	s->operation = c->operation;
	*ret = s;
	return 0;
}

static int cache_read(struct disk *d, uint64_t off, void *buf, size_t len,
		      struct err *err)
{
	struct ntfs_change *c = ((struct cached_device *)d)->c;
	uint8_t *to = buf;
	size_t plain = 0; // bytes before `to` that the device has
	int r = 0;

	while (len && !r) {
		size_t in = off % CHANGE_SECTOR, n = CHANGE_SECTOR - in;
		const struct ntfs_sector *s =
			c->count ? find_sector(c, off / CHANGE_SECTOR) : NULL;
		bool held = s && s->stage != STAGE_RETIRED;

		n = n < len ? n : len;
		if (!c->count)
			n = len;
		if (held && plain) {
			r = disk_read(c->base, off - plain, to - plain, plain,
				      err);
			plain = 0;
		}
		if (held)
			memcpy(to, s->data + in, n);
		else
			plain += n;
		off += n;
		to += n;
		len -= n;
	}
	if (!r && plain)
		r = disk_read(c->base, off - plain, to - plain, plain, err);
	return r;
}

static int cache_write(struct disk *d, uint64_t off, const void *buf,
		       size_t len, struct err *err)
{
	struct ntfs_change *c = ((struct cached_device *)d)->c;
	const uint8_t *from = buf;

	while (len) {
		size_t in = off % CHANGE_SECTOR, n = CHANGE_SECTOR - in;
		struct ntfs_sector *s = find_sector(c, off / CHANGE_SECTOR);
		bool held = s && s->stage != STAGE_RETIRED;
		uint8_t whole[CHANGE_SECTOR];
		int r = 0;

		n = n < len ? n : len;
		if (!held && n < CHANGE_SECTOR)
			r = disk_read(c->base, off - in, whole, CHANGE_SECTOR,
				      err);
		if (!r)
			r = open_sector(c, off / CHANGE_SECTOR, &s, err);
		if (r)
			return r;
		if (!held && n < CHANGE_SECTOR)
			memcpy(s->data, whole, CHANGE_SECTOR);
		memcpy(s->data + in, from, n);
		s->stage = c->stage;
		off += n;
		from += n;
		len -= n;
	}
	return 0;
}

static void cache_close(struct disk *d)
{
	mem_free(d);
}

static const struct disk_ops cache_ops = {
	.read = cache_read,
	.write = cache_write,
	.close = cache_close,
};

int ntfs_cache_new(struct ntfs_change *c, struct err *err)
{
	struct cached_device *d = mem_alloc(sizeof(*d));

	c->slots = 1024;
	c->table = mem_array(c->slots, sizeof(*c->table));
	if (!d || !c->table) {
		mem_free(d);
		return err_nomem(err);
	}
	d->disk = (struct disk){.ops = &cache_ops,
				.size = c->base->size,
				.sector_size = c->base->sector_size};
	d->c = c;
	c->cache = &d->disk;
	return 0;
}

void ntfs_cache_clear(struct ntfs_change *c)
{
	for (size_t i = 0; c->table && i < c->slots; i++) {
		while (c->table[i]) {
			struct ntfs_sector *s = c->table[i];

			c->table[i] = s->next;
			mem_free(s);
		}
	}
	c->count = 0;
}

void ntfs_cache_done(struct ntfs_change *c)
{
	ntfs_cache_clear(c);
	mem_free(c->table);
	mem_free(c->undo);
	disk_close(c->cache);
}

int ntfs_cache_write(struct ntfs_change *c, struct disk *d, uint64_t off,
		     const void *data, size_t len, uint32_t stage,
		     struct err *err)
{
	c->stage = stage;
	return disk_write(d, off, data, len, err);
}

uint32_t ntfs_cache_stage(const struct ntfs_change *c, uint64_t off)
{
	const struct ntfs_sector *s = find_sector(c, off / CHANGE_SECTOR);

	return s ? s->stage : STAGE_NONE;
}

int ntfs_cache_retire(struct ntfs_change *c, uint64_t off, struct err *err)
{
	struct ntfs_sector *s;
	int r = open_sector(c, off / CHANGE_SECTOR, &s, err);

	if (!r)
		s->stage = STAGE_RETIRED;
	return r;
}

static int drop_sector(struct ntfs_change *c, uint64_t number, struct err *err)
{
	struct ntfs_sector *s = find_sector(c, number), *before = s;
	int r;

	if (!s)
		return 0;
	r = push_undo(c, number, before, err);
	if (r)
		return r;
	take_sector(c, number);
	return 0;
}

int ntfs_cache_drop(struct ntfs_change *c, uint64_t off, uint64_t len,
		    struct err *err)
{
	uint64_t first = off / CHANGE_SECTOR, count = len / CHANGE_SECTOR;
	int r = 0;

	if (count <= c->slots) {
		for (uint64_t i = 0; !r && i < count; i++)
			r = drop_sector(c, first + i, err);
		return r;
	}
	for (size_t i = 0; !r && i < c->slots; i++) {
		struct ntfs_sector *s = c->table[i], *next;

		for (; !r && s; s = next) {
			next = s->next;
			if (s->number - first < count)
				r = drop_sector(c, s->number, err);
		}
	}
	return r;
}

static int by_stage(const void *a, const void *b)
{
	const struct ntfs_cached *x = a, *y = b;

	if (x->stage != y->stage)
		return x->stage < y->stage ? -1 : 1;
	return x->off < y->off ? -1 : x->off > y->off;
}

int ntfs_cache_list(const struct ntfs_change *c, struct ntfs_cached **ret,
		    size_t *ret_count, struct err *err)
{
	struct ntfs_cached *list = mem_array(c->count, sizeof(*list));
	size_t count = 0;

	if (!list)
		return err_nomem(err);
	for (size_t i = 0; i < c->slots; i++)
		for (const struct ntfs_sector *s = c->table[i]; s; s = s->next)
			if (s->stage != STAGE_RETIRED)
				list[count++] = (struct ntfs_cached){
					s->number * CHANGE_SECTOR, s->stage,
					s->data};
	if (count)
		qsort(list, count, sizeof(*list), by_stage);
	*ret = list;
	*ret_count = count;
	return 0;
}

void ntfs_cache_begin(struct ntfs_change *c)
{
	c->operation++;
	c->undo_count = 0;
}

// Brings back what the last entry of the log says.
static void undo(struct ntfs_change *c)
{
	const struct ntfs_undo *u = &c->undo[--c->undo_count];

	mem_free(take_sector(c, u->number));
	if (u->before)
		enter_sector(c, u->before);
}

void ntfs_cache_end(struct ntfs_change *c, bool keep)
{
	while (c->undo_count && !keep)
		undo(c);
	while (c->undo_count)
		mem_free(c->undo[--c->undo_count].before);
}
