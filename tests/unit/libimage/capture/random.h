// SPDX-License-Identifier: MIT
//
// Random trees of everything that a volume and an image both hold, made as volumes
// by libntfs' builder: times, attributes, descriptors, named streams, links and other
// reparse points, hard links, 8.3 names, object ids, extended attributes, and names
// of every kind, in folders in folders. The same seed makes the same volume.

#ifndef RANDOM_H
#define RANDOM_H

#include "ntfs.h"
#include "test.h"

#define RANDOM_T0 132000000000000000ull

struct random_tree {
	uint64_t state;
	struct ntfs_build *b;
	uint32_t folders[4096];
	size_t folder_count;
	struct {
		uint32_t stream;
		uint64_t seed;
		size_t size;
	} parts[65536];
	size_t part_count;
	uint32_t security[6];
	unsigned names, points;
};

// xorshift64*
static inline uint64_t random_next(uint64_t *state)
{
	uint64_t x = *state;

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	*state = x;
	return x * UINT64_C(0x2545f4914f6cdd1d) >> 16;
}

static inline unsigned random_below(struct random_tree *t, unsigned n)
{
	return (unsigned)(random_next(&t->state) % n);
}

static inline void random_fill(uint64_t seed, void *data, size_t size)
{
	uint64_t state = seed * 2 + 1;
	uint8_t *p = data;

	for (size_t i = 0; i < size; i++)
		p[i] = i % 3 ? (uint8_t)(i >> 4) : (uint8_t)random_next(&state);
}

// Names differ by their number; some by more or less than that.
static inline size_t random_name(struct random_tree *t, le16 *name)
{
	static const char *const kinds[] = {"file %u", "%u.txt", "UPPER%u",
					    "x%u.",    "x%u ",   ".%u",
					    "a.b.%u.c"};
	unsigned kind = random_below(t, 12);
	char text[64];
	size_t n = 0;

	snprintf(text, sizeof(text), kinds[kind % 7], t->names++);
	for (; text[n]; n++)
		name[n] = to_le16((uint8_t)text[n]);
	if (kind == 7)
		name[n++] = to_le16(0xd800); // half of a pair
	if (kind == 8)
		name[n++] = to_le16(0x20ac);
	if (kind == 9)
		for (; n < 255; n++)
			name[n] = to_le16((uint16_t)(0x4e00 + n));
	return n;
}

static inline void random_link(struct random_tree *t, uint32_t node,
			       const le16 *name, size_t len, bool short_too)
{
	struct ntfs_name n = {.name = name, .name_len = len};
	struct err err = {0};
	le16 dos[12];
	char text[16];

	if (short_too) {
		snprintf(text, sizeof(text), "S~%u.X", t->names);
		for (n.dos_name_len = 0; text[n.dos_name_len]; n.dos_name_len++)
			dos[n.dos_name_len] =
				to_le16((uint8_t)text[n.dos_name_len]);
		n.dos_name = dos;
	}
	check_ok(ntfs_build_link(
			 t->b, node,
			 t->folders[random_below(t, (unsigned)t->folder_count)],
			 &n, &err),
		 &err);
}

static inline void random_stream(struct random_tree *t, uint32_t node,
				 struct ntfs_stream_spec *s)
{
	struct err err = {0};
	uint32_t stream;

	check_ok(ntfs_build_stream(t->b, node, s, &stream, &err), &err);
	if (s->content || !s->size)
		return;
	check(t->part_count < 65536);
	t->parts[t->part_count].stream = stream;
	t->parts[t->part_count].seed = random_below(t, 50);
	t->parts[t->part_count++].size = (size_t)s->size;
}

static inline void random_data(struct random_tree *t, uint32_t node,
			       bool is_named)
{
	static const unsigned sizes[] = {1, 30, 500, 900, 4096, 5000, 70000};
	struct ntfs_stream_spec s = {.kind = NTFS_STREAM_DATA};
	le16 name[40];

	if (random_below(t, 8))
		s.size = 1 + random_below(t, sizes[random_below(t, 7)]);
	if (is_named) {
		char text[20];

		snprintf(text, sizeof(text), "s%u", t->names++);
		for (; text[s.name_len]; s.name_len++)
			name[s.name_len] = to_le16((uint8_t)text[s.name_len]);
		s.name = name;
	}
	random_stream(t, node, &s);
}

static inline void random_bytes(struct random_tree *t, uint32_t node,
				enum ntfs_stream_kind kind, const void *data,
				size_t size)
{
	struct ntfs_stream_spec s = {
		.kind = kind, .size = size, .content = data};

	random_stream(t, node, &s);
}

// One attribute: "NAME" with a value of some bytes.
static inline void random_ea(struct random_tree *t, uint32_t node)
{
	uint8_t ea[64] = {0};
	unsigned value = random_below(t, 20);
	size_t size = 8 + 5 + value;

	size = (size + 3) & ~(size_t)3;
	store_le32(ea, (uint32_t)size);
	ea[5] = 4;
	ea[6] = (uint8_t)value;
	memcpy(ea + 8, "NAME", 5);
	memset(ea + 13, 'v', value);
	random_bytes(t, node, NTFS_STREAM_EA, ea, size);
}

static inline size_t random_target(uint8_t *data, size_t head,
				   const char *target, const char *shown)
{
	le16 *h = (le16 *)data, *units = (le16 *)(data + head);
	size_t n = 0, m = 0;

	for (; target[n]; n++)
		units[n] = to_le16((uint8_t)target[n]);
	for (; shown[m]; m++)
		units[n + m] = to_le16((uint8_t)shown[m]);
	h[1] = to_le16((uint16_t)(2 * n));
	h[2] = to_le16((uint16_t)(2 * n));
	h[3] = to_le16((uint16_t)(2 * m));
	return head + 2 * (n + m);
}

// A reparse point that needs nothing of what is not in the file.
static inline void random_point(struct random_tree *t, uint32_t node,
				bool is_folder)
{
	uint8_t point[1024] = {0};
	size_t size;
	uint32_t tag;

	switch (is_folder ? 0 : random_below(t, 4)) {
	case 0:
		tag = 0xa0000003; // a junction
		size = random_target(point + 8, 8, "\\??\\C:\\file 1",
				     "C:\\file 1");
		break;
	case 1:
		tag = 0xa000000c;
		size = random_target(point + 8, 12, "..\\x", "..\\x");
		point[16] = 1; // relative
		break;
	case 2:
		tag = 0xa000000c;
		size = random_target(point + 8, 12, "\\??\\D:\\a b", "D:\\a b");
		break;
	default:
		tag = 0x00001234; // another maker's: a GUID before the data
		size = 16 + random_below(t, 300);
		random_fill(random_below(t, 100), point + 8, size);
		size -= 16;
	}
	store_le32(point, tag);
	point[4] = (uint8_t)size;
	point[5] = (uint8_t)(size >> 8);
	random_bytes(t, node, NTFS_STREAM_REPARSE, point,
		     8 + size + (tag & 0x80000000 ? 0 : 16));
	t->points++;
}

static inline uint32_t random_node(struct random_tree *t, uint32_t attributes)
{
	struct ntfs_node_spec spec = {
		.attributes = attributes |
			      (random_below(t, 0x10000) &
			       (NTFS_ATTR_SETTABLE & ~NTFS_ATTR_OFFLINE &
				~(attributes & NTFS_ATTR_DIRECTORY
					  ? (uint32_t)NTFS_ATTR_TEMPORARY
					  : 0))),
		.created = RANDOM_T0 + random_next(&t->state) % 100000000000,
		.modified = RANDOM_T0 + random_next(&t->state) % 100000000000,
		.changed = RANDOM_T0 + random_next(&t->state) % 100000000000,
		.accessed = RANDOM_T0 + random_next(&t->state) % 100000000000,
		.security = t->security[random_below(t, 6)],
	};
	struct err err = {0};
	uint32_t node;

	check_ok(ntfs_build_add(t->b, &spec, &node, &err), &err);
	return node;
}

// Descriptors of all four parts, of owner and group alone, and such between.
static inline void random_security(struct random_tree *t)
{
	static const uint8_t sid[] = {1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0};
	static const uint8_t sacl[] = {2,  0, 28, 0, 1, 0, 0, 0, 2, 0xc0,
				       20, 0, 1,  0, 0, 0, 1, 1, 0, 0,
				       0,  0, 0,  1, 0, 0, 0, 0};
	static const uint8_t dacl[] = {2,  0, 28,   0, 1,  0, 0, 0, 0, 3,
				       20, 0, 0xff, 1, 31, 0, 1, 1, 0, 0,
				       0,  0, 0,    5, 18, 0, 0, 0};
	struct err err = {0};

	t->security[0] = NTFS_NO_SECURITY;
	for (unsigned i = 1; i < 6; i++) {
		uint8_t d[128] = {1, 0, 0, 0x80};
		size_t at = 20;

		store_le32(d + 4, (uint32_t)at);
		memcpy(d + at, sid, sizeof(sid));
		at += sizeof(sid);
		store_le32(d + 8, (uint32_t)at);
		memcpy(d + at, sid, sizeof(sid));
		d[at + 8] = (uint8_t)(18 + i);
		at += sizeof(sid);
		if (i & 1) {
			d[2] |= 0x10;
			store_le32(d + 12, (uint32_t)at);
			memcpy(d + at, sacl, sizeof(sacl));
			at += sizeof(sacl);
		}
		d[2] |= 4;
		store_le32(d + 16, (uint32_t)at);
		memcpy(d + at, dacl, sizeof(dacl));
		at += sizeof(dacl);
		check_ok(ntfs_build_security(t->b, d, at, &t->security[i],
					     &err),
			 &err);
	}
}

static inline void random_entry(struct random_tree *t)
{
	bool is_folder = !random_below(t, 5), is_point = false;
	uint32_t node = random_node(t, is_folder ? NTFS_ATTR_DIRECTORY : 0);
	le16 name[256];
	size_t len = random_name(t, name);

	random_link(t, node, name, len, !random_below(t, 4));
	if (!random_below(t, 8)) {
		is_point = true;
		random_point(t, node, is_folder);
	} else if (!is_folder) {
		random_data(t, node, false);
	}
	for (unsigned i = random_below(t, 6); i > 3; i--)
		random_data(t, node, true);
	// A reparse point has no room for what joins the names of a file.
	for (unsigned i = random_below(t, 9); i > 6 && !is_folder && !is_point;
	     i--) {
		len = random_name(t, name);
		random_link(t, node, name, len, false);
	}
	if (!random_below(t, 6))
		random_ea(t, node);
	if (!random_below(t, 6)) {
		uint8_t id[64]; // and where it came from

		random_fill(t->names + 1000u, id, sizeof(id));
		memcpy(id, to_le32(t->names).b, 4);
		random_bytes(t, node, NTFS_STREAM_OBJECT_ID, id,
			     random_below(t, 2) ? 16 : 64);
	}
	if (is_folder && !is_point && t->folder_count < 4096)
		t->folders[t->folder_count++] = node;
}

// Builds a volume of `count` entries, and some more, on a disk; `more` (or NULL)
// adds what it likes.
static inline void random_volume_with(struct disk *d, uint64_t seed,
				      unsigned count,
				      const struct ntfs_build_options *options,
				      void (*more)(struct random_tree *t))
{
	struct random_tree *t = calloc(1, sizeof(*t));
	uint8_t *data = malloc(70000);
	struct err err = {0};

	check(t && data);
	t->state = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
	check_ok(ntfs_build_new(d, options, &t->b, &err), &err);
	random_security(t);
	t->folders[t->folder_count++] = NTFS_ROOT;
	for (unsigned i = 0; i < count; i++)
		random_entry(t);
	if (more)
		more(t);
	check_ok(ntfs_build_layout(t->b, &err), &err);
	check_ok(ntfs_build_begin(t->b, &err), &err);
	for (size_t i = 0; i < t->part_count; i++) {
		random_fill(t->parts[i].seed, data, t->parts[i].size);
		check_ok(ntfs_build_write(t->b, t->parts[i].stream, 0, data,
					  t->parts[i].size, &err),
			 &err);
	}
	check_ok(ntfs_build_finish(t->b, NULL, &err), &err);
	ntfs_build_free(t->b);
	free(data);
	free(t);
}

static inline void random_volume(struct disk *d, uint64_t seed, unsigned count,
				 const struct ntfs_build_options *options)
{
	random_volume_with(d, seed, count, options, NULL);
}

#endif
