// SPDX-License-Identifier: MIT
//
// Name spaces and 8.3 names of a volume that is built.
//
// A file has one 8.3 name, with the first of its links that asks for one; a
// name without a partner is in the POSIX name space, as Windows has it for
// further hard links and on volumes that make up no names. Of names of a folder that
// differ in case alone at most one is in another one: the first with a given 8.3 name.

#include <string.h>

#include "build.h"
#include "../encode/short.h"

// The names of all folders: an 8.3 name may not repeat one of its own.
struct taken {
	struct ntfs_build *b;
	struct slot {
		uint32_t name; // + 1; 0: free
		bool dos;      // the DOS name of `name`
		bool is_win32; // of names that clash, one has an 8.3 name
	} *slots;
	size_t count; // a power of two
};

struct search {
	const struct taken *t;
	uint32_t parent;
};

static uint16_t up(const struct ntfs_build *b, le16 unit)
{
	return b->upcase[get_le16(unit)];
}

static size_t slot_of(const struct taken *t, uint32_t parent, const le16 *name,
		      size_t len)
{
	uint64_t h = parent * 0x9e3779b97f4a7c15ull;

	for (size_t i = 0; i < len; i++)
		h = (h ^ up(t->b, name[i])) * 0x100000001b3ull;
	return (size_t)(h ^ h >> 29) & (t->count - 1);
}

// Returns the slot of an equal name, or the free one where it would go.
static struct slot *find_slot(const struct taken *t, uint32_t parent,
			      const le16 *name, size_t len)
{
	const struct ntfs_build *b = t->b;
	size_t at = slot_of(t, parent, name, len);

	for (; t->slots[at].name; at = (at + 1) & (t->count - 1)) {
		const struct name *x = &b->names[t->slots[at].name - 1];
		const le16 *units =
			b->units + (t->slots[at].dos ? x->dos_chars : x->chars);
		size_t n = t->slots[at].dos ? x->dos_len : x->len, i = 0;

		if (x->parent != parent || n != len)
			continue;
		while (i < len && up(b, units[i]) == up(b, name[i]))
			i++;
		if (i == len)
			break;
	}
	return &t->slots[at];
}

static void take_name(struct taken *t, uint32_t id, bool dos)
{
	struct name *x = &t->b->names[id];
	struct slot *s =
		find_slot(t, x->parent,
			  t->b->units + (dos ? x->dos_chars : x->chars),
			  dos ? x->dos_len : x->len);

	if (!s->name)
		*s = (struct slot){.name = id + 1, .dos = dos};
	else if (!dos)
		x->clashes = t->b->names[s->name - 1].clashes = true;
}

// Of names that clash one has its 8.3 name.
static bool is_second(const struct taken *t, const struct name *x)
{
	struct slot *s;
	bool is;

	if (!x->clashes)
		return false;
	s = find_slot(t, x->parent, t->b->units + x->chars, x->len);
	is = s->is_win32;
	s->is_win32 = true;
	return is;
}

static int is_taken(void *ctx, const le16 *name, size_t len)
{
	const struct search *s = ctx;

	return find_slot(s->t, s->parent, name, len)->name != 0;
}

// Finds an 8.3 name that is not taken. Returns its length.
static size_t make_up(const struct taken *t, const struct name *x, le16 out[12])
{
	struct search s = {t, x->parent};
	size_t n = 0;

	ntfs_short_make(t->b->upcase, t->b->units + x->chars, x->len, is_taken,
			&s, out, &n);
	return n;
}

static bool is_same_name(const struct ntfs_build *b, const struct name *x)
{
	return x->dos_len == x->len &&
	       !utf16_casecmp(b->units + x->chars, x->len,
			      b->units + x->dos_chars, x->dos_len);
}

// Settles the given 8.3 names: one a node, none that repeats another name.
static void settle_given(struct taken *t, struct name *x, bool *has)
{
	struct ntfs_build *b = t->b;
	uint32_t id = (uint32_t)(x - b->names);
	const struct slot *s;

	if (!x->dos_len || *has || is_second(t, x)) {
		x->dos_len = 0;
		return;
	}
	if (is_same_name(b, x)) {
		x->dos_len = 0;
		x->space = NTFS_NS_BOTH;
		*has = true;
		return;
	}
	s = find_slot(t, x->parent, b->units + x->dos_chars, x->dos_len);
	if (s->name) {
		x->dos_len = 0;
		return;
	}
	x->space = NTFS_NS_WIN32;
	*has = true;
	take_name(t, id, true);
}

static bool may_have(const struct ntfs_build *b, const struct name *x)
{
	return x->space == 0xff && !x->clashes && !b->options.no_dos_names &&
	       ntfs_short_is_win32(b->units + x->chars, x->len);
}

// A name that is an 8.3 name itself comes first: captures do not say so.
static bool settle_own(struct ntfs_build *b, const struct node *n)
{
	for (uint32_t i = n->first_name; i != NTFS_NONE; i = b->names[i].next) {
		struct name *x = &b->names[i];

		if (!may_have(b, x) ||
		    !ntfs_short_is(b->units + x->chars, x->len))
			continue;
		x->space = NTFS_NS_BOTH;
		return true;
	}
	return false;
}

static int settle_missing(struct taken *t, struct node *n, bool has,
			  struct err *err)
{
	struct ntfs_build *b = t->b;

	has = has || settle_own(b, n);

	for (uint32_t i = n->first_name; i != NTFS_NONE; i = b->names[i].next) {
		struct name *x = &b->names[i];
		bool makes = !has && may_have(b, x);

		if (x->space == 0xff)
			x->space = NTFS_NS_POSIX;
		if (!makes)
			continue;
		has = true;
		if (b->unit_capacity - b->unit_count < 12) {
			size_t room = b->unit_capacity * 2 + 4096;
			le16 *p = mem_resize(b->units, room, sizeof(*p));

			if (!p)
				return err_nomem(err);
			b->units = p;
			b->unit_capacity = room;
		}
		x->dos_chars = b->unit_count;
		x->dos_len = (uint8_t)make_up(t, x, b->units + b->unit_count);
		b->unit_count += x->dos_len;
		x->space = NTFS_NS_WIN32;
		take_name(t, i, true);
	}
	return 0;
}

int ntfs_build_short_names(struct ntfs_build *b, struct err *err)
{
	struct taken t = {.b = b, .count = 64};
	int r = 0;

	while (t.count < b->name_count * 4)
		t.count *= 2;
	t.slots = mem_array(t.count, sizeof(*t.slots));
	if (!t.slots)
		return err_nomem(err);
	for (size_t i = 0; i < b->name_count; i++)
		take_name(&t, (uint32_t)i, false);
	for (size_t i = 0; i < b->node_count; i++) {
		bool has = false;

		for (uint32_t n = b->nodes[i].first_name; n != NTFS_NONE;
		     n = b->names[n].next)
			settle_given(&t, &b->names[n], &has);
	}
	for (size_t i = 0; i < b->node_count && !r; i++) {
		struct node *n = &b->nodes[i];
		bool has = false;

		for (uint32_t k = n->first_name; k != NTFS_NONE;
		     k = b->names[k].next)
			has |= b->names[k].space != 0xff;
		r = settle_missing(&t, n, has, err);
	}
	for (size_t i = 0; i < b->name_count; i++)
		if (b->names[i].dos_len)
			b->nodes[b->names[i].node].names++;
	mem_free(t.slots);
	return r;
}
