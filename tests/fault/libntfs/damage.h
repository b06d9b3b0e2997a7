// SPDX-License-Identifier: MIT
//
// Volumes of several shapes, and faults that are planted in them at random: bits that
// flip, ranges that are zero or noise, records swapped or torn, runs that lead
// elsewhere, an MFT cut short. The same seed makes the same volume and faults.

#ifndef DAMAGE_H
#define DAMAGE_H

#include "libntfs/change/change.h"
#include "ntfs_change.h"
#include "unit/libimage/capture/random.h"
#include "unit/libntfs/volumes.h"

#define DAMAGE_T0 UINT64_C(133500000000000000)

// --- Volumes -----------------------------------------------------------------

static const struct shape {
	const char *name;
	uint32_t cluster;
	unsigned mib, entries;
	void (*more)(struct random_tree *t); // while it is built
	unsigned scattered; // files made, every other removed, more made
	int sample;         // of sample_volumes, or -1
} shapes[];

// A file of many names, which has an attribute list.
static inline void add_links(struct random_tree *t)
{
	uint32_t node = random_node(t, 0);
	le16 name[256];

	for (unsigned i = 0; i < 60; i++)
		random_link(t, node, name, random_name(t, name), false);
}

// One of many streams, too.
static inline void add_lists(struct random_tree *t)
{
	uint32_t streams = random_node(t, 0);
	le16 name[256];

	add_links(t);
	random_link(t, streams, name, random_name(t, name), false);
	for (unsigned i = 0; i < 60; i++)
		random_data(t, streams, true);
}

static const struct shape shapes[] = {
	{"small", 512, 2, 40, NULL, 0, -1},
	{"usual", 4096, 8, 120, NULL, 30, -1},
	{"lists", 1024, 8, 60, add_lists, 0, -1},
	{"scattered", 512, 3, 30, add_lists, 160, -1},
	{"large", 65536, 24, 60, add_lists, 20, -1},
	{"windows", 0, 0, 0, NULL, 0, 3},
	{"kilo", 0, 0, 0, NULL, 0, 0},
	{"features", 0, 0, 0, NULL, 0, 2},
};
#define SHAPES (sizeof(shapes) / sizeof(shapes[0]))

static inline void scattered_file(struct ntfs *n, char kind, unsigned number,
				  size_t size)
{
	static uint8_t content[70000];
	struct err err = {0};
	char path[40];

	snprintf(path, sizeof(path), "\\scattered %c%u", kind, number);
	memset(content, (int)(kind + number), sizeof(content));
	check_ok(ntfs_write_file(n, path, content, size, 32, DAMAGE_T0, &err),
		 &err);
}

// Clusters that are free lie between those that are not, so that what is made then,
// the MFT too, is in many pieces.
static inline void scatter(struct disk *d, unsigned files)
{
	struct err err = {0};
	char path[40];
	struct ntfs *n;

	check_ok(ntfs_open(d, &n, &err), &err);
	check_ok(ntfs_change_begin(n, &err), &err);
	for (unsigned i = 0; i < files; i++)
		scattered_file(n, 'a', i, 1500);
	for (unsigned i = 0; i < files; i += 2) {
		snprintf(path, sizeof(path), "\\scattered a%u", i);
		check_ok(ntfs_remove(n, path, &err), &err);
	}
	for (unsigned i = 0; i < files; i++)
		scattered_file(n, 'b', i, i % 9 ? 2000 : 20000);
	check_ok(ntfs_sync(n, &err), &err);
	ntfs_close(n);
}

static inline struct disk *make_shape(const struct shape *s, uint64_t seed)
{
	struct ntfs_build_options o = {.serial = seed + 1,
				       .cluster_size = s->cluster,
				       .time = DAMAGE_T0};
	struct err err = {0};
	struct disk *d;

	if (s->sample >= 0)
		return load_volume(&sample_volumes[s->sample]);
	check_ok(disk_memory((uint64_t)s->mib << 20, 512, &d, &err), &err);
	random_volume_with(d, seed, s->entries, &o, s->more);
	if (s->scattered)
		scatter(d, s->scattered);
	return d;
}

// --- Where faults are worth it -----------------------------------------------

struct place_of {
	uint64_t off, len;
};

struct places_of { // records, then what else is no user's data
	struct place_of *items;
	size_t count, capacity, records;
	struct ntfs_runs mft;
};

static inline void add_place(struct places_of *p, uint64_t off, uint64_t len)
{
	check(!mem_grow((void **)&p->items, p->count, &p->capacity,
			sizeof(*p->items)));
	p->items[p->count++] = (struct place_of){off, len};
}

static inline void add_runs(struct places_of *p, const struct ntfs_file *f,
			    const struct ntfs_attr *a)
{
	uint64_t cluster = f->n->info.cluster_size;
	struct ntfs_runs runs = {0};

	check_ok(ntfs_file_runs(f, a, &runs, NULL), NULL);
	for (size_t i = 0; i < runs.count; i++) {
		uint64_t off = runs.items[i].lcn * cluster;
		uint64_t len = runs.items[i].len * cluster;

		if (runs.items[i].lcn != NTFS_HOLE)
			add_place(p, off, len < 65536 ? len : 65536);
	}
	ntfs_runs_done(&runs);
}

static inline void add_file_places(struct places_of *p, struct ntfs *n,
				   uint64_t number)
{
	struct ntfs_attr a = {0};
	struct ntfs_file f;

	if (ntfs_file_open(n, number, &f, NULL))
		return;
	while (ntfs_file_next(&f, &a, NULL) > 0)
		if (!a.resident && !a.first_vcn &&
		    (number >= NTFS_REC_USER ? a.type != NTFS_AT_DATA
					     : number != NTFS_REC_BADCLUS) &&
		    (number || a.type != NTFS_AT_DATA))
			add_runs(p, &f, &a);
	ntfs_file_done(&f);
}

static inline struct places_of find_places_of(struct disk *d)
{
	struct places_of p = {0};
	struct ntfs_file f;
	struct ntfs_attr a;
	struct err err = {0};
	struct ntfs *n;

	check_ok(ntfs_open(d, &n, &err), &err);
	check_ok(ntfs_file_open(n, NTFS_REC_MFT, &f, &err), &err);
	check_ok(ntfs_file_find(&f, NTFS_AT_DATA, NULL, 0, &a, &err), &err);
	check_ok(ntfs_file_runs(&f, &a, &p.mft, &err), &err);
	ntfs_file_done(&f);
	for (uint64_t i = 0; i < n->records; i++)
		add_place(&p,
			  ntfs_runs_place(n, &p.mft, i * n->info.record_size),
			  n->info.record_size);
	p.records = p.count;
	for (uint64_t i = 0; i < n->records; i++)
		add_file_places(&p, n, i);
	ntfs_close(n);
	return p;
}

// --- Faults ------------------------------------------------------------------

struct damage {
	struct disk *d;
	const struct places_of *places;
	uint64_t state;
	// When not NULL, what is drawn is read from here, and zero at the end.
	const uint8_t *data;
	size_t size;
};

static inline uint64_t draw(struct damage *k, uint64_t below)
{
	uint64_t value = 0;

	if (!k->data)
		return random_next(&k->state) % below;
	for (uint64_t top = below - 1; top && k->size; top >>= 8, k->size--)
		value = value << 8 | *k->data++;
	return value % below;
}

// One that is in use, mostly; the system's as often as others.
static inline const struct place_of *draw_record(struct damage *k)
{
	uint64_t count = k->places->records;
	uint8_t head[24];
	size_t i = 0;

	for (unsigned tries = 0; tries < 5; tries++) {
		i = (size_t)draw(k, draw(k, 3) || count < 24 ? count : 24);
		check_ok(disk_read(k->d, k->places->items[i].off, head,
				   sizeof(head), NULL),
			 NULL);
		if (head[22] & 1)
			break;
	}
	return &k->places->items[i];
}

static inline const struct place_of *draw_other(struct damage *k)
{
	size_t first = k->places->records;

	return &k->places->items[first + draw(k, k->places->count - first)];
}

static inline const struct place_of *draw_place(struct damage *k)
{
	return draw(k, 3) ? draw_record(k) : draw_other(k);
}

static inline void put(struct damage *k, uint64_t off, const void *data,
		       size_t len)
{
	if (range_ok(off, len, k->d->size))
		check_ok(disk_write(k->d, off, data, len, NULL), NULL);
}

static inline void get(struct damage *k, uint64_t off, void *data, size_t len)
{
	memset(data, 0, len);
	if (range_ok(off, len, k->d->size))
		check_ok(disk_read(k->d, off, data, len, NULL), NULL);
}

// How many bytes at its beginning are worth it.
static inline uint64_t used_of(struct damage *k, const struct place_of *p)
{
	uint8_t head[28];
	uint64_t used;

	get(k, p->off, head, sizeof(head));
	used = memcmp(head, "FILE", 4) ? p->len : load_le32(head + 24);
	return used && used <= p->len ? used : p->len;
}

static inline void flip_bits(struct damage *k, const struct place_of *p)
{
	for (uint64_t i = 0; i <= draw(k, 4); i++) {
		uint64_t at = p->off + draw(k, used_of(k, p));
		uint8_t byte;

		get(k, at, &byte, 1);
		byte ^= (uint8_t)(1u << draw(k, 8));
		put(k, at, &byte, 1);
	}
}

static inline void set_byte(struct damage *k, const struct place_of *p)
{
	static const uint8_t values[] = {0, 1, 0x7f, 0x80, 0xff};
	uint64_t at = p->off + draw(k, used_of(k, p));
	uint64_t choice = draw(k, sizeof(values) + 3);
	uint8_t byte = choice < sizeof(values) ? values[choice]
					       : (uint8_t)draw(k, 256);

	put(k, at, &byte, 1);
}

static inline void spoil_range(struct damage *k, const struct place_of *p,
			       unsigned how)
{
	uint64_t sectors = p->len / 512 ? p->len / 512 : 1;
	uint64_t first = draw(k, sectors), count = 1 + draw(k, 8);
	uint8_t data[512];

	for (uint64_t i = first; i < first + count && i < sectors; i++) {
		for (size_t j = 0; j < sizeof(data); j++)
			data[j] = how == 0   ? 0
				  : how == 1 ? 0xff
					     : (uint8_t)draw(k, 256);
		put(k, p->off + i * 512, data, sizeof(data));
	}
}

static inline void zero_place(struct damage *k, const struct place_of *p)
{
	static const uint8_t zeroes[65536];

	put(k, p->off, zeroes, (size_t)p->len);
}

static inline void swap_places(struct damage *k, const struct place_of *a,
			       const struct place_of *b)
{
	uint8_t x[4096], y[4096];
	size_t len = (size_t)(a->len < b->len ? a->len : b->len);

	if (len > sizeof(x))
		return;
	get(k, a->off, x, len);
	get(k, b->off, y, len);
	put(k, a->off, y, len);
	put(k, b->off, x, len);
}

// One sector of it is another's: a write that was not whole.
static inline void tear(struct damage *k, const struct place_of *p,
			const struct place_of *from)
{
	uint64_t sectors = (p->len < from->len ? p->len : from->len) / 512;
	uint64_t at = sectors ? draw(k, sectors) * 512 : 0;
	uint8_t data[512];

	get(k, from->off + at, data, sizeof(data));
	put(k, p->off + at, data, sizeof(data));
}

// Finds an attribute of a record, that with data first. Returns 0 when it has none.
static inline uint32_t find_attr(const uint8_t *record, size_t size,
				 bool outside, uint64_t skip)
{
	uint32_t at = get_le16(*(const le16 *)(record + 20)), found = 0;

	while (range_ok(at, 64, size) && load_le32(record + at) != UINT32_MAX) {
		uint32_t length = load_le32(record + at + 4);

		if (!outside || record[at + 8] == 1) {
			found = at;
			if (!skip--)
				break;
		}
		if (!length)
			break;
		at += length;
	}
	return found;
}

// A byte of a run list, or of an attribute's header.
static inline void spoil_attr(struct damage *k, const struct place_of *p,
			      bool runs)
{
	uint8_t record[4096], byte = (uint8_t)draw(k, 256);
	uint32_t at;

	if (p->len > sizeof(record))
		return;
	get(k, p->off, record, (size_t)p->len);
	at = find_attr(record, (size_t)p->len, runs, draw(k, 4));
	if (!at)
		return;
	at += runs ? get_le16(*(const le16 *)(record + at + 32)) +
			      (uint32_t)draw(k, 6)
		   : (uint32_t)draw(k, 64);
	put(k, p->off + at, &byte, 1);
}

// The MFT ends before its last records, by its own record, and its mirror's now and
// then.
static inline void cut_mft(struct damage *k)
{
	const struct place_of *p = &k->places->items[0];
	uint64_t records = k->places->records;
	uint64_t size = (16 + draw(k, records)) * p->len;
	uint8_t record[4096], bytes[8];
	uint32_t at;

	if (p->len > sizeof(record))
		return;
	get(k, p->off, record, (size_t)p->len);
	at = find_attr(record, (size_t)p->len, true, 0);
	for (unsigned i = 0; i < 8; i++)
		bytes[i] = (uint8_t)(size >> 8 * i);
	if (at && load_le32(record + at) == NTFS_AT_DATA) {
		put(k, p->off + at + 48, bytes, 8);
		if (draw(k, 2))
			put(k, p->off + at + 56, bytes, 8);
	}
}

static inline void spoil_boot(struct damage *k)
{
	uint64_t at = draw(k, 4) ? 0 : k->d->size - 512;
	struct place_of p = {at, 90};

	if (draw(k, 3))
		flip_bits(k, &p);
	else
		zero_place(k, &(struct place_of){at, 512});
}

static inline void plant_one(struct damage *k)
{
	switch (draw(k, 16)) {
	case 0:
	case 1:
		flip_bits(k, draw_record(k));
		break;
	case 2:
		flip_bits(k, draw_other(k));
		break;
	case 3:
		spoil_range(k, draw_place(k), 0);
		break;
	case 4:
		spoil_range(k, draw_place(k), 1);
		break;
	case 5:
		spoil_range(k, draw_place(k), 2);
		break;
	case 6:
		zero_place(k, draw_place(k));
		break;
	case 7:
		swap_places(k, draw_record(k), draw_record(k));
		break;
	case 8:
		tear(k, draw_record(k), draw_record(k));
		break;
	case 9:
		tear(k, draw_other(k), draw_other(k));
		break;
	case 10:
	case 11:
		spoil_attr(k, draw_record(k), true);
		break;
	case 12:
	case 13:
		spoil_attr(k, draw_record(k), false);
		break;
	case 14:
		set_byte(k, draw_place(k));
		break;
	default:
		if (draw(k, 2))
			cut_mft(k);
		else
			spoil_boot(k);
		break;
	}
}

#endif
