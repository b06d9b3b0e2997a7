// SPDX-License-Identifier: MIT
//
// The logs beside a hive's file. Windows writes ntuser.dat.LOG1 beside NTUSER.DAT:
// case does not count, on a host whose file system makes a difference too.

#include <stdio.h>
#include <string.h>

#include "file_log.h"

// Since Windows Vista the first two take turns, and the third is empty beside
// them; before, it was the only one ("Types of files").
static const char *const ends[HIVE_LOGS] = {".LOG1", ".LOG2", ".LOG"};

struct search {
	const char *want;        // the name
	char found[255 * 3 + 1]; // the same but for case, perhaps
	unsigned count;
	bool is_exact;
};

// What is not UTF-8 is the same as nothing. Returns 0 or -ENOMEM.
static int compare(const char *a, const char *b, bool *ret)
{
	le16 *x = NULL, *y = NULL;
	size_t x_len = 0, y_len = 0;
	int r = utf16_from_utf8(a, &x, &x_len);

	if (!r)
		r = utf16_from_utf8(b, &y, &y_len);
	*ret = !r && !utf16_casecmp(x, x_len, y, y_len);
	mem_free(x);
	mem_free(y);
	return r == -ENOMEM ? r : 0;
}

static int consider(struct search *s, const char *name)
{
	bool is_exact = !strcmp(name, s->want), is_same = true;
	int r = is_exact ? 0 : compare(name, s->want, &is_same);

	if (r || !is_same)
		return r;
	s->count++;
	if (s->is_exact)
		return 0;
	s->is_exact = is_exact;
	snprintf(s->found, sizeof(s->found), "%s", name);
	return 0;
}

// A folder of that name counts: it is a log that cannot be read, not one that is
// missing.
static int consider_entry(void *ctx, const struct tree_stat *entry)
{
	return consider(ctx, entry->name);
}

// Considers the names in a folder, or, where they may not be listed, the one that
// is wanted alone: its path is `log`.
static int search_folder(struct tree *t, const char *folder, const char *log,
			 struct search *s, struct err *err)
{
	struct tree_stat stat;
	struct err why = {0};
	int r = tree_list(t, folder, consider_entry, s, &why);

	if (r == -ENOMEM)
		return err_nomem(err);
	// a folder that may be entered and not listed
	if (r != -EACCES)
		return r ? err_pass(err, r, &why) : 0;
	return tree_stat(t, log, &stat, NULL) ? 0 : consider(s, s->want);
}

// Several names that differ in case alone: does the path lead to the one that
// was asked for? In a volume it may find any.
static bool is_reached(struct tree *t, const char *path, const struct search *s)
{
	struct tree_stat stat;

	return s->count == 1 ||
	       (s->is_exact && !tree_stat(t, path, &stat, NULL) &&
		!strcmp(stat.name, s->want));
}

int hive_log_find(struct tree *t, const char *path, size_t i, char **ret,
		  struct err *err)
{
	size_t size = strlen(path) + sizeof(((struct search *)0)->found);
	size_t folder_len = (size_t)(tree_path_name(t, path) - path);
	struct search s = {.count = 0};
	char *folder = mem_strdup(path), *log = mem_alloc(size);
	int r = folder && log ? 0 : err_nomem(err);

	if (!r) {
		folder[folder_len] = 0;
		snprintf(log, size, "%s%s", path, ends[i]);
		s.want = log + folder_len;
		r = search_folder(t, folder, log, &s, err);
	}
	if (!r && s.count && !is_reached(t, log, &s))
		r = err_set(
			err, -ENOTUNIQ, log, ERR_NOWHERE,
			"there are several files of this name, which differ "
			"in case alone: leave the one that belongs to the "
			"hive");
	if (!r && s.count)
		snprintf(log + folder_len, size - folder_len, "%s", s.found);
	mem_free(folder);
	if (r || !s.count) {
		mem_free(log);
		log = NULL;
	}
	if (!r)
		*ret = log;
	return r;
}
