// SPDX-License-Identifier: MIT
//
// What is there already, where files go to. Names in volumes are compared without
// regard to case, and 8.3 names count.

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "transfer.h"

struct transfer_entry {
	char *name; // folded
	uint64_t size, modified;
	uint32_t attributes;
	bool is_directory;
};

// Several dividers are one, and none ends a path.
static void tidy_dividers(const struct spot *t, char *path)
{
	char *out = path;

	for (const char *c = path; *c; c++) {
		char divided = !spot_is_host(t) && *c == '/' ? '\\' : *c;

		if (divided != t->tree->slash || out == path ||
		    out[-1] != divided)
			*out++ = divided;
	}
	if (out > path + 1 && out[-1] == t->tree->slash)
		out--;
	*out = 0;
}

char *transfer_fold(const struct spot *t, const char *path)
{
	le16 *units;
	size_t count;
	char *text;

	if (spot_is_host(t) || utf16_from_utf8(path, &units, &count)) {
		text = mem_strdup(path);
	} else {
		for (size_t i = 0; i < count; i++)
			units[i] = to_le16(utf16_upcase(get_le16(units[i])));
		text = utf16_to_utf8(units, count);
		mem_free(units);
	}
	if (text)
		tidy_dividers(t, text);
	return text;
}

// --- One folder ----------------------------------------------------------------

struct taking {
	struct transfer_there *there;
	const struct spot *spot;
	struct err *err;
};

static int take_name(const struct taking *k, const struct tree_stat *s,
		     const char *name)
{
	struct transfer_there *there = k->there;
	struct transfer_entry *e;

	if (mem_grow((void **)&there->entries, there->count, &there->capacity,
		     sizeof(*there->entries)))
		return err_nomem(k->err);
	e = &there->entries[there->count];
	*e = (struct transfer_entry){transfer_fold(k->spot, name), s->size,
				     s->modified, s->attributes,
				     s->is_directory};
	if (!e->name)
		return err_nomem(k->err);
	there->count++;
	return 0;
}

static int take_entry(void *ctx, const struct tree_stat *s)
{
	const struct taking *k = ctx;
	int r = take_name(k, s, s->name);

	return r || !*s->short_name ? r : take_name(k, s, s->short_name);
}

static int by_name(const void *a, const void *b)
{
	const struct transfer_entry *x = a, *y = b;

	return strcmp(x->name, y->name);
}

void transfer_there_done(struct transfer_there *there)
{
	for (size_t i = 0; i < there->count; i++)
		mem_free(there->entries[i].name);
	mem_free(there->entries);
	mem_free(there->folder);
	*there = (struct transfer_there){0};
}

static int read_folder(struct transfer_there *there, struct spot *t,
		       const char *folder, struct err *err)
{
	struct taking k = {there, t, err};
	struct err e = {0};
	int r;

	transfer_there_done(there);
	r = tree_list(t->tree, folder, take_entry, &k, &e);
	if (r && r != -ENOENT)
		return err_pass(err, r, &e);
	there->folder = mem_strdup(folder);
	if (!there->folder)
		return err_nomem(err);
	if (there->count)
		qsort(there->entries, there->count, sizeof(*there->entries),
		      by_name);
	return 0;
}

static int find_in(const struct transfer_there *there, const struct spot *t,
		   const char *name, struct tree_stat *ret, struct err *err)
{
	struct transfer_entry key = {transfer_fold(t, name), 0, 0, 0, false};
	const struct transfer_entry *e = NULL;

	if (!key.name)
		return err_nomem(err);
	if (there->count)
		e = bsearch(&key, there->entries, there->count,
			    sizeof(*there->entries), by_name);
	mem_free(key.name);
	if (!e)
		return -ENOENT;
	*ret = (struct tree_stat){.attributes = e->attributes,
				  .is_directory = e->is_directory,
				  .size = e->size,
				  .modified = e->modified};
	return 0;
}

int transfer_find(struct transfer_there *there, struct spot *t,
		  const char *path, struct tree_stat *ret, struct err *err)
{
	const char *last = strrchr(path, t->tree->slash);
	size_t len = last ? (size_t)(last - path) : 0;
	char *folder;
	int r = 0;

	if (spot_is_root(t, path) || (spot_is_host(t) && !strcmp(path, ".")))
		return tree_stat(t->tree, path, ret, err);
	folder = mem_alloc(len + 2);
	if (!folder)
		return err_nomem(err);
	memcpy(folder, path, len);
	if (!len && last)
		folder[0] = t->tree->slash;
	if (!there->folder || strcmp(there->folder, folder))
		r = read_folder(there, t, folder, err);
	mem_free(folder);
	return r ? r : find_in(there, t, last ? last + 1 : path, ret, err);
}

// --- Two places ------------------------------------------------------------------

static bool is_same_spot(const struct spot *a, const struct spot *b)
{
	return spot_is_host(a) || spot_is_host(b)
		       ? spot_is_host(a) && spot_is_host(b)
		       : address_is_same_volume(a->place, b->place);
}

// The host's path without links, as far as it is there.
static bool real_path(const char *path, char ret[PATH_MAX])
{
	char folder[PATH_MAX];
	size_t len = strlen(path);

	for (;;) {
		if (len + 2 > sizeof(folder))
			return false;
		memcpy(folder, path, len);
		strcpy(folder + len, len ? "" : ".");
		if (realpath(folder, ret))
			break;
		if (!len)
			return false;
		while (len && path[len - 1] == '/')
			len--;
		while (len && path[len - 1] != '/')
			len--;
	}
	if (strlen(ret) + strlen(path + len) + 2 > PATH_MAX)
		return false;
	strcat(ret, "/");
	strcat(ret, path + len);
	return true;
}

static char *canonical_path(const struct spot *t, const char *path)
{
	char real[PATH_MAX];

	return transfer_fold(t, spot_is_host(t) && real_path(path, real)
					? real
					: path);
}

bool transfer_is_inside(struct spot *folder_spot, const char *folder,
			struct spot *t, const char *path)
{
	char *a, *b;
	bool yes = false;

	if (!is_same_spot(folder_spot, t))
		return false;
	a = canonical_path(folder_spot, folder);
	b = canonical_path(t, path);
	if (a && b) {
		size_t len = strlen(a);

		yes = !strncmp(a, b, len) &&
		      (!b[len] || b[len] == t->tree->slash ||
		       (len && a[len - 1] == t->tree->slash));
	}
	mem_free(a);
	mem_free(b);
	return yes;
}

bool transfer_is_same(struct spot *a, const char *path_a, struct spot *b,
		      const char *path_b)
{
	struct tree_id x, y;

	return is_same_spot(a, b) &&
	       !tree_identify(a->tree, path_a, &x, NULL) &&
	       !tree_identify(b->tree, path_b, &y, NULL) &&
	       tree_is_same(&x, &y);
}
