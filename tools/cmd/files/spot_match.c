// SPDX-License-Identifier: MIT
//
// Which files a path means: a folder's, one, or those that match a pattern.

#include <string.h>
#include <strings.h>

#include "spot.h"

static int set_match(struct spot_match *m, const char *folder,
		     size_t folder_len, const char *name, struct err *err)
{
	int r;

	m->folder = mem_alloc(folder_len + 1);
	m->name = mem_strdup(name);
	if (!m->folder || !m->name)
		return err_nomem(err);
	memcpy(m->folder, folder, folder_len);
	// A name that is not UTF-8 has no units, and is matched as it is.
	r = utf16_from_utf8(name, &m->units, &m->unit_count);
	return r == -ENOMEM ? err_nomem(err) : 0;
}

// The folder that a last part lies in: "/" and "\" keep their slash.
static size_t folder_length(const char *path, const char *part)
{
	size_t len = (size_t)(part - path);

	return len > 1 ? len - 1 : len;
}

static int take_apart(struct spot *t, const char *path, struct spot_match *m,
		      struct err *err)
{
	const char *part = tree_path_name(t->tree, path);
	struct tree_stat s;
	size_t len = strlen(path);
	int r;

	m->is_host = spot_is_host(t);
	m->is_pattern = wildcard_is_pattern(part);
	if (m->is_pattern)
		return set_match(m, path, folder_length(path, part), part, err);
	if (wildcard_is_pattern(path))
		return err_set(err, -EINVAL, path, ERR_NOWHERE,
			       "* and ? stand in the last part of a path "
			       "alone");
	r = tree_stat(t->tree, path, &s, err);
	if (r && r != -ENOENT)
		return r;
	m->is_folder = !r && s.is_directory;
	if (!m->is_folder)
		return set_match(m, path, folder_length(path, part), part, err);
	while (len > 1 && path[len - 1] == t->tree->slash)
		len--;
	return set_match(m, path, len, "*", err);
}

int spot_match_path(struct spot *t, const char *path, struct spot_match *ret,
		    struct err *err)
{
	struct spot_match m = {0};
	struct err e = {0};
	int r = take_apart(t, path, &m, &e);

	if (r) {
		spot_match_done(&m);
		return err_pass(err, r, &e);
	}
	*ret = m;
	return 0;
}

static bool is_name_meant(const struct spot_match *m, const char *name)
{
	le16 *units;
	size_t count;
	bool yes;

	if (!strcmp(m->name, "*"))
		return true;
	if (m->is_host && !m->is_pattern)
		return !strcmp(m->name, name);
	if (!m->units || utf16_from_utf8(name, &units, &count))
		return !strcmp(m->name, "*.*");
	yes = wildcard_match(m->units, m->unit_count, units, count);
	mem_free(units);
	return yes;
}

bool spot_matches(const struct spot_match *m, const struct tree_stat *entry)
{
	return is_name_meant(m, entry->name) ||
	       (*entry->short_name && is_name_meant(m, entry->short_name));
}

void spot_match_done(struct spot_match *m)
{
	mem_free(m->folder);
	mem_free(m->name);
	mem_free(m->units);
	*m = (struct spot_match){0};
}
