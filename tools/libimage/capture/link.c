// SPDX-License-Identifier: MIT
//
// Links of an image. Windows' programs make the target of an absolute symbolic link
// or junction ([MS-FSCC] 2.1.2.4, 2.1.2.5) that leads into what is captured a path
// from the image's root, so that whoever applies it can lead it into its new place;
// which of them are such, a word in each entry tells ("Reparse point fixups" in the
// documentation of DISM's /NoRpFix; the word as wimlib's documentation has it).

#include <string.h>

#include "capture_priv.h"

#define TAG_MOUNT_POINT 0xa0000003u
#define TAG_SYMLINK     0xa000000cu
#define RELATIVE        0x1u // a symbolic link's flags
#define NOT_FIXED       0x10000u // of wim_dentry.reparse_flags: the word's upper half

#define LINK_HEAD    8u  // four offsets and lengths
#define SYMLINK_HEAD 12u // and flags

// A piece of UTF-16.
struct text {
	const le16 *s;
	size_t n;
};

// A link, taken apart.
struct link {
	bool is_symbolic;
	uint32_t flags;
	struct text target, shown; // substitute name and print name
};

static bool cut(const uint8_t *data, size_t size, size_t head, size_t at,
		struct text *ret)
{
	size_t off = get_le16(*(const le16 *)(data + at));
	size_t len = get_le16(*(const le16 *)(data + at + 2));

	if (off % 2 || len % 2 || !range_ok(off, len, size - head))
		return false;
	*ret = (struct text){(const le16 *)(data + head + off), len / 2};
	return true;
}

static bool take_apart(uint32_t tag, const void *data, size_t size,
		       struct link *ret)
{
	bool is_symbolic = tag == TAG_SYMLINK;
	size_t head = is_symbolic ? SYMLINK_HEAD : LINK_HEAD;

	if ((!is_symbolic && tag != TAG_MOUNT_POINT) || size < head)
		return false;
	*ret = (struct link){.is_symbolic = is_symbolic};
	if (is_symbolic)
		ret->flags = load_le32((const uint8_t *)data + LINK_HEAD);
	return cut(data, size, head, 0, &ret->target) &&
	       cut(data, size, head, 4, &ret->shown);
}

static bool begins(const struct text *t, const char *ascii)
{
	size_t n = strlen(ascii);

	if (t->n < n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (get_le16(t->s[i]) != (uint8_t)ascii[i])
			return false;
	return true;
}

static void skip(struct text *t, size_t n)
{
	t->s += n;
	t->n -= n;
}

// Tells what of "X:\folder\rest" lies behind the folder, with its backslash or
// empty. False when it is another place.
static bool behind(const struct capture_options *o, struct text path,
		   const struct text *folder, struct text *ret)
{
	uint16_t letter;

	if (path.n < 2 || get_le16(path.s[1]) != ':')
		return false;
	letter = utf16_upcase(get_le16(*path.s));
	if (letter < 'A' || letter > 'Z')
		return false;
	if (o->letter && letter != utf16_upcase((uint8_t)o->letter))
		return false;
	skip(&path, 2);
	if (folder->n) {
		if (path.n < folder->n + 1 || get_le16(*path.s) != '\\' ||
		    utf16_casecmp(path.s + 1, folder->n, folder->s, folder->n))
			return false;
		skip(&path, folder->n + 1);
	}
	if (path.n && get_le16(*path.s) != '\\')
		return false;
	*ret = path;
	return true;
}

// --- Putting together --------------------------------------------------------

struct buffer {
	le16 *units;
	size_t n;
};

static void put_ascii(struct buffer *b, const char *s)
{
	while (*s)
		b->units[b->n++] = to_le16((uint8_t)*s++);
}

static void put(struct buffer *b, const struct text *t)
{
	if (t->n)
		memcpy(b->units + b->n, t->s, t->n * sizeof(*t->s));
	b->n += t->n;
}

// A path from a folder of drive `letter`.
static void put_path(struct buffer *b, le16 letter, const struct text *folder,
		     const struct text *rest)
{
	b->units[b->n++] = letter;
	put_ascii(b, ":");
	if (folder->n) {
		put_ascii(b, "\\");
		put(b, folder);
	}
	if (rest->n > 1 || (rest->n && !folder->n))
		put(b, rest);
	else if (!folder->n)
		put_ascii(b, "\\");
}

// Room for both names with what they get before and behind them.
static int begin(const struct link *l, size_t more, uint8_t **ret,
		 struct buffer *b, struct err *err)
{
	size_t head = l->is_symbolic ? SYMLINK_HEAD : LINK_HEAD;

	*ret = mem_alloc(head +
			 (l->target.n + l->shown.n + more) * sizeof(le16));
	if (!*ret)
		return err_nomem(err);
	*b = (struct buffer){.units = (le16 *)(*ret + head)};
	return 0;
}

static void finish(const struct link *l, uint8_t *data, size_t target_len,
		   const struct buffer *b, struct capture_point *ret)
{
	le16 *h = (le16 *)data;
	size_t shown = target_len + 1; // with a NUL between, and one at the end

	h[0] = to_le16(0);
	h[1] = to_le16((uint16_t)(target_len * 2));
	h[2] = to_le16((uint16_t)(shown * 2));
	h[3] = to_le16((uint16_t)((b->n - shown) * 2));
	if (l->is_symbolic)
		store_le32(data + LINK_HEAD, l->flags);
	ret->memory = data;
	ret->data = data;
	ret->size = (l->is_symbolic ? SYMLINK_HEAD : LINK_HEAD) +
		    (b->n + 1) * sizeof(le16);
}

// Makes a link whose path, `rest` of it behind folder `from`, begins at folder `to`.
static int lead(const struct capture_options *o, const struct link *l,
		const struct text *from, const struct text *to,
		const struct text *rest, struct capture_point *ret,
		struct err *err)
{
	le16 letter = l->target.s[4]; // behind "\??\"
	struct text shown;
	struct buffer b = {0};
	uint8_t *data;
	size_t target_len;
	int r = begin(l, 16 + 2 * (to->n + 1), &data, &b, err);

	if (r)
		return r;
	put_ascii(&b, "\\??\\");
	put_path(&b, letter, to, rest);
	target_len = b.n;
	b.units[b.n++] = to_le16(0);
	if (behind(o, l->shown, from, &shown))
		put_path(&b, letter, to, &shown);
	else
		put(&b, &l->shown);
	finish(l, data, target_len, &b, ret);
	return 0;
}

int capture_judge_point(const struct capture_options *o, const le16 *folder,
			size_t folder_len, uint32_t tag, uint16_t reserved,
			const void *data, size_t size,
			struct capture_point *ret, struct err *err)
{
	const struct text root = {folder, folder_len};
	struct capture_point point = {
		.data = data, .size = size, .flags = reserved | NOT_FIXED};
	struct text rest;
	struct link l;
	int r = 0;

	// Only this form says where a link leads; of others it is not known.
	if (!o->keep_links && take_apart(tag, data, size, &l) &&
	    !(l.flags & RELATIVE) && begins(&l.target, "\\??\\")) {
		struct text path = l.target;

		skip(&path, 4);
		bool is_inside = behind(o, path, &root, &rest);

		point.leads_out = !is_inside && !o->keep_outer;
		if (is_inside) {
			point.flags = reserved;
			if (folder_len)
				r = lead(o, &l, &root, &(struct text){0}, &rest,
					 &point, err);
		}
	}
	if (!r)
		*ret = point;
	return r;
}

int capture_lead_point(const le16 *folder, size_t folder_len, uint32_t tag,
		       const void *data, size_t size, struct capture_point *ret,
		       struct err *err)
{
	const struct capture_options any = {.letter = 0};
	const struct text root = {0}, to = {folder, folder_len};
	struct capture_point point = {.data = data, .size = size};
	struct text path, rest;
	struct link l;
	int r = 0;

	*ret = point;
	if (!folder_len || !take_apart(tag, data, size, &l) ||
	    l.flags & RELATIVE || !begins(&l.target, "\\??\\"))
		return 0;
	path = l.target;
	skip(&path, 4);
	if (behind(&any, path, &root, &rest))
		r = lead(&any, &l, &root, &to, &rest, &point, err);
	if (!r && point.size > CAPTURE_MAX_REPARSE)
		mem_free(point.memory); // it stays as it is
	else if (!r)
		*ret = point;
	return r;
}

int capture_link_folder(const char *path, le16 **ret_memory, const le16 **ret,
			size_t *ret_len, struct err *err)
{
	size_t from = 0, n;
	le16 *units;
	int r = utf16_from_utf8(path, &units, &n);

	if (r)
		return r == -ENOMEM ? err_nomem(err)
				    : err_set(err, -ENOENT, path, ERR_NOWHERE,
					      "it is not UTF-8");
	for (size_t i = 0; i < n; i++)
		if (get_le16(units[i]) == '/')
			units[i] = to_le16('\\');
	while (from < n && get_le16(units[from]) == '\\')
		from++;
	while (n > from && get_le16(units[n - 1]) == '\\')
		n--;
	*ret_memory = units;
	*ret = units + from;
	*ret_len = n - from;
	return 0;
}

// --- Links of Linux ----------------------------------------------------------

static void put_linux(struct buffer *b, const struct text *t)
{
	for (size_t i = 0; i < t->n; i++)
		b->units[b->n++] = get_le16(t->s[i]) == '/' ? to_le16('\\')
							    : t->s[i];
}

int capture_make_link(const char *target, const char *inside,
		      struct capture_point *ret, struct err *err)
{
	struct capture_point point = {.flags = NOT_FIXED};
	bool is_absolute = *target == '/';
	struct link l = {.is_symbolic = true,
			 .flags = is_absolute ? 0 : RELATIVE};
	struct buffer b = {0};
	size_t target_len;
	uint8_t *data;
	le16 *units;
	int r;

	if (inside) {
		target = *inside ? inside : "/";
		point.flags = 0;
	}
	r = utf16_from_utf8(target, &units, &l.target.n);
	if (r)
		return r == -ENOMEM ? err_nomem(err)
				    : err_corrupt(err, target, ERR_NOWHERE,
						  "it is not UTF-8");
	l.target.s = units;
	l.shown = l.target;
	if (2 * SYMLINK_HEAD + 4 * l.target.n + 32 > CAPTURE_MAX_REPARSE ||
	    strchr(target, '\\')) {
		mem_free(units);
		return err_corrupt(err, target, ERR_NOWHERE,
				   "no link of Windows can lead there");
	}
	r = begin(&l, 16, &data, &b, err);
	if (!r) {
		if (is_absolute)
			put_ascii(&b, "\\??\\C:");
		put_linux(&b, &l.target);
		target_len = b.n;
		b.units[b.n++] = to_le16(0);
		if (is_absolute)
			put_ascii(&b, "C:");
		put_linux(&b, &l.shown);
		finish(&l, data, target_len, &b, &point);
		*ret = point;
	}
	mem_free(units);
	return r;
}
