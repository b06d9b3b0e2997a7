// SPDX-License-Identifier: MIT
//
// Which files xcopy copies: the walk through the source's folders, and what the
// switches leave out. A folder is put into the plan by the first thing that goes
// there, so that empty ones are not.

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "../cmd.h"
#include "xcopy.h"

#define FAT_TICK     UINT64_C(20000000) // FAT counts time by two seconds
#define MAX_EXCLUDED (1 << 20)          // bytes of a file of texts
#define MARK         "\xef\xbb\xbf"     // of UTF-8, which Windows writes

// A folder on the way down.
struct level {
	struct level *up;
	const char *from, *to;
	uint32_t attributes;
	bool is_planned;
};

struct entries {
	struct xcopy *x;
	struct tree_stat *items;
	size_t count, capacity;
};

// --- What is left out ----------------------------------------------------------

// Paths of the host, too, have folders divided as Windows' lists write them.
static char *in_capitals(const char *text)
{
	le16 *units;
	size_t count;
	char *capitals;

	if (utf16_from_utf8(text, &units, &count)) {
		capitals = mem_strdup(text);
	} else {
		for (size_t i = 0; i < count; i++)
			units[i] = to_le16(utf16_upcase(get_le16(units[i])));
		capitals = utf16_to_utf8(units, count);
		mem_free(units);
	}
	for (char *c = capitals; c && *c; c++)
		if (*c == '/')
			*c = '\\';
	return capitals;
}

static int add_excluded(struct xcopy *x, const char *line, struct err *err)
{
	if (mem_grow((void **)&x->excluded, x->excluded_count,
		     &x->excluded_capacity, sizeof(*x->excluded)))
		return err_nomem(err);
	x->excluded[x->excluded_count] = in_capitals(line);
	return x->excluded[x->excluded_count++] ? 0 : err_nomem(err);
}

static int read_lines(struct xcopy *x, char *text, struct err *err)
{
	int r = 0;

	for (char *line = strtok(text, "\r\n"); line && !r;
	     line = strtok(NULL, "\r\n"))
		r = add_excluded(x, line, err);
	return r;
}

static int read_file(struct xcopy *x, const char *file, struct err *err)
{
	struct place *place;
	void *data = NULL;
	char *text;
	int r = address_open(file, ADDRESS_FILE, &place, err);

	if (r)
		return r;
	if (place->disk->size > MAX_EXCLUDED) {
		r = err_set(err, -EFBIG, file, ERR_NOWHERE,
			    "it is over %d bytes", MAX_EXCLUDED);
		goto close;
	}
	r = disk_read_all(place->disk, &data, err);
	text = data;
	if (!r && memchr(text, 0, (size_t)place->disk->size))
		r = err_set(err, -EINVAL, file, ERR_NOWHERE,
			    "it is no text in UTF-8: save it as such");
	if (!r)
		r = read_lines(x, text + (strncmp(text, MARK, 3) ? 0 : 3), err);
	mem_free(data);
close:
	address_close(place);
	return r;
}

int xcopy_read_excluded(struct xcopy *x, const char *files, struct err *err)
{
	char *copy = mem_strdup(files);
	int r = copy ? 0 : err_nomem(err);

	for (char *at = copy, *end; at && !r; at = end) {
		end = strchr(at, '+');
		if (end)
			*end++ = 0;
		r = read_file(x, at, err);
	}
	mem_free(copy);
	return r;
}

void xcopy_free_excluded(struct xcopy *x)
{
	for (size_t i = 0; i < x->excluded_count; i++)
		mem_free(x->excluded[i]);
	mem_free(x->excluded);
	x->excluded = NULL;
	x->excluded_count = x->excluded_capacity = 0;
}

static int check_excluded(const struct xcopy *x, const char *path, bool *ret)
{
	char shown[PATH_MAX], *capitals;

	*ret = false;
	if (!x->excluded_count)
		return 0;
	snprintf(shown, sizeof(shown), "%s%s", x->from->prefix, path);
	capitals = in_capitals(shown);
	if (!capitals)
		return err_nomem(x->err);
	for (size_t i = 0; i < x->excluded_count; i++)
		*ret |= strstr(capitals, x->excluded[i]) != NULL;
	mem_free(capitals);
	return 0;
}

static bool is_hidden(const struct xcopy *x, const struct tree_stat *s)
{
	return !x->hidden && (s->attributes & (TREE_HIDDEN | TREE_SYSTEM));
}

// Is newer, as far as the two volumes can tell.
static bool is_newer(const struct xcopy *x, uint64_t a, uint64_t b)
{
	uint64_t tick = volume_fat(x->t.to->tree) || volume_fat(x->from->tree)
				? FAT_TICK
				: 1;

	return a / tick > b / tick;
}

// Asks what is there only when a switch depends on it. *ret: it is copied.
static int check_there(struct xcopy *x, const struct tree_stat *s,
		       const char *to, bool *ret)
{
	struct tree_stat there;
	int r;

	*ret = true;
	if (!x->existing && !x->newer)
		return 0;
	r = transfer_find(&x->there, x->t.to, to, &there, x->err);
	if (r == -ENOENT)
		*ret = !x->existing;
	else if (!r && x->newer)
		*ret = is_newer(x, s->modified, there.modified);
	return r == -ENOENT ? 0 : r;
}

static int is_wanted(struct xcopy *x, const struct tree_stat *s,
		     const char *from, const char *to, bool *ret)
{
	char question[PATH_MAX + 64];
	bool excluded;
	int r;

	*ret = false;
	if ((x->archive && !(s->attributes & TREE_ARCHIVE)) ||
	    s->modified < x->since)
		return 0;
	r = check_excluded(x, from, &excluded);
	if (!r && !excluded)
		r = check_there(x, s, to, ret);
	if (r || !*ret || !x->ask_each)
		return r;
	snprintf(question, sizeof(question), "%s%s (Y/N)? ", x->from->prefix,
		 from);
	switch (ask_letter(question, "YN", false)) {
	case 'Y':
		return 0;
	case 'N':
		*ret = false;
		return 0;
	default:
		return err_set(x->err, -ECANCELED, from, ERR_NOWHERE,
			       "/P asks on a terminal, and there is none");
	}
}

// --- Adding ------------------------------------------------------------------

static int plan_folder(struct xcopy *x, struct level *l)
{
	struct transfer_file f = {.is_directory = true,
				  .attributes = l ? l->attributes : 0};
	int r;

	if (!l || l->is_planned)
		return 0;
	l->is_planned = true;
	r = plan_folder(x, l->up);
	if (r)
		return r;
	f.to = mem_strdup(l->to);
	return transfer_add(&x->t, &f, x->err);
}

// What fails for a source alone is passed over with /C.
static int pass_over(struct xcopy *x, int r, const struct err *why)
{
	if (r && x->t.keep_going && r != -ENOMEM) {
		cmd_fail("xcopy", x->t.failing, why);
		transfer_set_failing(&x->t, NULL, NULL);
		x->t.failed++;
		return 0;
	}
	return r ? err_pass(x->err, r, why) : 0;
}

// `from` and `to` are ours from here on.
static int plan_file(struct xcopy *x, const struct tree_stat *s, char *from,
		     char *to)
{
	struct transfer_file f = {
		.to = to, .modified = s->modified, .attributes = TREE_ARCHIVE};
	struct err why = {0};
	int r;

	f.attributes |= s->attributes & (TREE_HIDDEN | TREE_SYSTEM);
	if (x->keep_readonly)
		f.attributes |= s->attributes & TREE_READONLY;
	f.parts = mem_array(1, sizeof(*f.parts));
	if (!f.parts) {
		mem_free(from);
		mem_free(to);
		return err_nomem(x->err);
	}
	f.parts[f.part_count++] = (struct transfer_part){x->from, from, NULL};
	r = transfer_add(&x->t, &f, &why);
	// What a reparse point refuses names the path of the file.
	return pass_over(x, r, &why);
}

static int add_file(struct xcopy *x, struct level *l, const struct tree_stat *s,
		    const char *from_folder, const char *to_path)
{
	char *from = tree_path_join(x->from->tree, from_folder, s->name);
	char *to = l ? tree_path_join(x->t.to->tree, l->to, s->name)
		     : mem_strdup(to_path);
	bool wanted = false;
	struct err why = {0};
	int r = from && to ? is_wanted(x, s, from, to, &wanted)
			   : err_nomem(x->err);

	if (!r && wanted && l) {
		r = transfer_check_name(&x->t, from, s->name, &why);
		wanted = !r;
		r = pass_over(x, r, &why);
	}
	if (!r && wanted)
		r = plan_folder(x, l);
	if (!r && wanted && !x->folders_only)
		return plan_file(x, s, from, to);
	mem_free(from);
	mem_free(to);
	return r;
}

// --- Walking -----------------------------------------------------------------

static int take_entry(void *ctx, const struct tree_stat *s)
{
	struct entries *e = ctx;

	if (is_hidden(e->x, s) ||
	    (s->is_directory ? !e->x->recursive
			     : !spot_matches(&e->x->match, s)))
		return 0;
	if (mem_grow((void **)&e->items, e->count, &e->capacity,
		     sizeof(*e->items)))
		return err_nomem(e->x->err);
	e->items[e->count++] = *s;
	return 0;
}

static int walk(struct xcopy *x, struct level *l);

static int check_folder(const struct xcopy *x, const struct tree_stat *s,
			const char *from, struct err *err)
{
	if (s->reparse_tag)
		return err_set(
			err, -ENOTSUP, from, ERR_NOWHERE,
			"it is a link to a folder, or one kept elsewhere, "
			"and not followed; /C passes over it");
	return transfer_check_name(&x->t, from, s->name, err);
}

static int walk_below(struct xcopy *x, struct level *l,
		      const struct tree_stat *s)
{
	struct level below = {.up = l, .attributes = s->attributes};
	char *from = tree_path_join(x->from->tree, l->from, s->name);
	char *to = tree_path_join(x->t.to->tree, l->to, s->name);
	struct err why = {0};
	int r = from && to ? check_folder(x, s, from, &why) : err_nomem(&why);

	below.from = from;
	below.to = to;
	r = r ? pass_over(x, r, &why) : walk(x, &below);
	mem_free(from);
	mem_free(to);
	return r;
}

// Files come before the folders, as Windows copies them.
static int walk(struct xcopy *x, struct level *l)
{
	struct entries e = {.x = x};
	int r = tree_list(x->from->tree, l->from, take_entry, &e, x->err);

	if (!r && x->empty)
		r = plan_folder(x, l);
	for (size_t i = 0; i < e.count && !r; i++) {
		if (e.items[i].is_directory)
			continue;
		x->found = true;
		r = add_file(x, l, &e.items[i], l->from, NULL);
	}
	for (size_t i = 0; i < e.count && !r; i++)
		if (e.items[i].is_directory) {
			x->found |= x->empty;
			r = walk_below(x, l, &e.items[i]);
		}
	mem_free(e.items);
	return r;
}

static int add_single(struct xcopy *x)
{
	struct tree_stat s;
	int r = tree_stat(x->from->tree, x->from->path, &s, NULL);

	if (r == -ENOENT || (!r && is_hidden(x, &s)))
		return 0;
	if (r)
		return tree_stat(x->from->tree, x->from->path, &s, x->err);
	x->found = true;
	return add_file(x, NULL, &s, x->match.folder, x->t.to->path);
}

int xcopy_gather(struct xcopy *x)
{
	struct level top = {.from = x->match.folder, .to = x->t.to->path};

	if (!x->into_folder)
		return add_single(x);
	return walk(x, &top);
}
