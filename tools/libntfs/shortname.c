// SPDX-License-Identifier: MIT
//
// Name spaces, and 8.3 names made up as Windows does ([MS-FSA] leaves the form
// to the implementation): NAME~1.EXT to NAME~4.EXT, then two letters, four
// digits of a checksum of the long name, and ~1 on.
//
// A file has one 8.3 name, with the first of its links that asks for one; a
// name without a partner is in the POSIX name space, as Windows has it for
// further hard links and on volumes that make up no names.

#include <string.h>

#include "build_priv.h"

#define BASE_MAX 8
#define EXT_MAX	 3

// Names of at most 12 units, by folder, that an 8.3 name may not repeat.
struct taken {
	struct ntfs_build *b;
	struct slot {
		uint32_t name;   // + 1; 0: free
		bool dos;        // the DOS name of `name`
	} *slots;
	size_t count; // a power of two
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
static struct slot *find(const struct taken *t, uint32_t parent,
			 const le16 *name, size_t len)
{
	const struct ntfs_build *b = t->b;
	size_t at = slot_of(t, parent, name, len);

	for (; t->slots[at].name; at = (at + 1) & (t->count - 1)) {
		const struct name *x = &b->names[t->slots[at].name - 1];
		const le16 *units = b->units + (t->slots[at].dos ? x->dos_chars
								 : x->chars);
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

static void take(struct taken *t, uint32_t id, bool dos)
{
	const struct name *x = &t->b->names[id];
	struct slot *s = find(t, x->parent,
			      t->b->units + (dos ? x->dos_chars : x->chars),
			      dos ? x->dos_len : x->len);

	if (!s->name)
		*s = (struct slot){.name = id + 1, .dos = dos};
}

// A character that is the same in every code page, and allowed in an 8.3 name.
static bool is_plain(uint16_t c)
{
	return c > 0x20 && c < 0x7f && !strchr("\"*+,./:;<=>?[\\]|", c);
}

// Returns true when a name is an 8.3 name but for its case.
static bool is_short(const le16 *name, size_t len)
{
	size_t base = 0, ext = 0;
	bool dot = false;

	for (size_t i = 0; i < len; i++) {
		uint16_t c = get_le16(name[i]);

		if (c == '.' && !dot && base)
			dot = true;
		else if (!is_plain(c))
			return false;
		else if (dot)
			ext++;
		else
			base++;
	}
	return base && base <= BASE_MAX && ext <= EXT_MAX && (!dot || ext);
}

// A name that Win32 can open: others get no 8.3 name.
static bool is_win32(const le16 *name, size_t len)
{
	uint16_t last = get_le16(name[len - 1]);

	for (size_t i = 0; i < len; i++) {
		uint16_t c = get_le16(name[i]);

		if (c < 0x20 || (c < 0x7f && strchr("\"*/:<>?\\|", c)))
			return false;
	}
	return last != '.' && last != ' ';
}

// The parts of a long name that go into its 8.3 name.
struct parts {
	char base[6], ext[EXT_MAX];
	size_t base_len, ext_len;
};

static char short_char(const struct ntfs_build *b, le16 unit)
{
	uint16_t c = up(b, unit);

	return is_plain(c) ? (char)c : '_';
}

static struct parts split(const struct ntfs_build *b, const le16 *name,
			  size_t len)
{
	struct parts p = {.base_len = 0};
	size_t dot = len, start = 0;

	while (start < len && get_le16(name[start]) == '.')
		start++;
	for (size_t i = start; i < len; i++)
		if (get_le16(name[i]) == '.')
			dot = i;
	for (size_t i = start; i < dot && p.base_len < sizeof(p.base); i++)
		if (get_le16(name[i]) != '.' && get_le16(name[i]) != ' ')
			p.base[p.base_len++] = short_char(b, name[i]);
	for (size_t i = dot + 1; i < len && p.ext_len < EXT_MAX; i++)
		if (get_le16(name[i]) != ' ')
			p.ext[p.ext_len++] = short_char(b, name[i]);
	return p;
}

static uint16_t checksum(const le16 *name, size_t len)
{
	uint16_t sum = 0;
	int64_t x;

	for (size_t i = 0; i < len; i++)
		sum = (uint16_t)(sum * 37 + get_le16(name[i]));
	x = (int32_t)((uint32_t)sum * 314159269u);
	sum = (uint16_t)((x < 0 ? -x : x) % 1000000007);
	return (uint16_t)(sum >> 12 | (sum >> 4 & 0x00f0) |
			  (sum << 4 & 0x0f00) | sum << 12);
}

// Puts "BASE~N.EXT" together. Returns its length.
static size_t compose(const struct parts *p, const char *base, size_t base_len,
		      unsigned number, le16 out[12])
{
	char digits[8];
	size_t count = 0, n = 0;

	for (; number; number /= 10)
		digits[count++] = (char)('0' + number % 10);
	if (base_len > BASE_MAX - 1 - count)
		base_len = BASE_MAX - 1 - count;
	for (size_t i = 0; i < base_len; i++)
		out[n++] = to_le16((uint8_t)base[i]);
	out[n++] = to_le16('~');
	while (count)
		out[n++] = to_le16((uint8_t)digits[--count]);
	if (p->ext_len)
		out[n++] = to_le16('.');
	for (size_t i = 0; i < p->ext_len; i++)
		out[n++] = to_le16((uint8_t)p->ext[i]);
	return n;
}

// Finds an 8.3 name that is not taken. Returns its length.
static size_t make_up(const struct taken *t, const struct name *x, le16 out[12])
{
	const struct ntfs_build *b = t->b;
	const le16 *name = b->units + x->chars;
	struct parts p = split(b, name, x->len);
	uint16_t sum = checksum(name, x->len);
	char hashed[6];
	size_t n, keep = p.base_len < 2 ? p.base_len : 2;

	// A base of one or two letters gets the checksum at once.
	for (unsigned number = 1; number <= 4 && p.base_len > 2; number++) {
		n = compose(&p, p.base, p.base_len, number, out);
		if (!find(t, x->parent, out, n)->name)
			return n;
	}
	memcpy(hashed, p.base, keep);
	for (unsigned i = 0; i < 4; i++)
		hashed[keep + i] = "0123456789ABCDEF"[sum >> (12 - 4 * i) & 15];
	for (unsigned number = 1;; number++) {
		n = compose(&p, hashed, keep + 4, number, out);
		if (!find(t, x->parent, out, n)->name)
			return n;
	}
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

	if (!x->dos_len || *has) {
		x->dos_len = 0;
		return;
	}
	if (is_same_name(b, x)) {
		x->dos_len = 0;
		x->space = NTFS_NS_BOTH;
		*has = true;
		return;
	}
	s = find(t, x->parent, b->units + x->dos_chars, x->dos_len);
	if (s->name) {
		x->dos_len = 0;
		return;
	}
	x->space = NTFS_NS_WIN32;
	*has = true;
	take(t, id, true);
}

static int settle_missing(struct taken *t, struct node *n, bool has,
			  struct err *err)
{
	struct ntfs_build *b = t->b;

	for (uint32_t i = n->first_name; i != NTFS_NONE; i = b->names[i].next) {
		struct name *x = &b->names[i];
		const le16 *name = b->units + x->chars;

		if (x->space != 0xff)
			continue;
		x->space = NTFS_NS_POSIX;
		if (has || b->options.no_dos_names || !is_win32(name, x->len))
			continue;
		has = true;
		if (is_short(name, x->len)) {
			x->space = NTFS_NS_BOTH;
			continue;
		}
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
		take(t, i, true);
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
		if (b->names[i].len <= 12)
			take(&t, (uint32_t)i, false);
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
