// SPDX-License-Identifier: MIT
//
// The logs beside a hive's file. Windows writes ntuser.dat.LOG1 beside NTUSER.DAT:
// case does not count, on a host whose file system makes a difference too.

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "hive_logs.h"

static const char *const ends[HIVE_LOGS] = {".LOG1", ".LOG2", ".LOG"};

struct search {
	const char *want;        // the name
	char found[255 * 3 + 1]; // the same but for case, perhaps
	unsigned count;
	bool is_exact;
};

static bool is_same(const char *a, const char *b)
{
	le16 *x = NULL, *y = NULL;
	size_t x_len = 0, y_len = 0;
	bool same = !utf16_from_utf8(a, &x, &x_len) &&
		    !utf16_from_utf8(b, &y, &y_len) &&
		    !utf16_casecmp(x, x_len, y, y_len);

	mem_free(x);
	mem_free(y);
	return same;
}

static void consider(struct search *s, const char *name)
{
	bool is_exact = !strcmp(name, s->want);

	if (!is_exact && !is_same(name, s->want))
		return;
	s->count++;
	if (s->is_exact)
		return;
	s->is_exact = is_exact;
	snprintf(s->found, sizeof(s->found), "%s", name);
}

static int consider_entry(void *ctx, const struct tree_stat *entry)
{
	if (!entry->is_directory)
		consider(ctx, entry->name);
	return 0;
}

// Considers the names in a folder, or, where they may not be listed, the one that
// is wanted alone: its path is `log`.
static int search_folder(struct tree *v, const char *folder, const char *log,
			 struct search *s, struct err *err)
{
	const struct dirent *e;
	DIR *dir;

	if (v)
		return tree_list(v, folder, consider_entry, s, err);
	dir = opendir(*folder ? folder : ".");
	if (!dir && errno == EACCES) {
		if (!access(log, F_OK))
			consider(s, s->want);
		return 0;
	}
	if (!dir)
		return err_set(err, -errno, folder, ERR_NOWHERE, "%s",
			       strerror(errno));
	while ((e = readdir(dir)))
		consider(s, e->d_name);
	closedir(dir);
	return 0;
}

// A path in a volume finds any of several names: the one that is meant?
static bool is_reached(struct tree *v, const char *path, const struct search *s)
{
	struct tree_stat stat;

	return s->count == 1 ||
	       (s->is_exact && (!v || (!tree_stat(v, path, &stat, NULL) &&
				       !strcmp(stat.name, s->want))));
}

// Returns how much of a path names the folder, with the separator at its end.
static size_t folder_of(const struct tree *v, const char *path)
{
	size_t len = 0;

	for (size_t i = 0; path[i]; i++)
		if (path[i] == '/' || (v && path[i] == '\\'))
			len = i + 1;
	return len;
}

int hive_log_find(struct tree *v, const char *path, size_t i, char **ret,
		  struct err *err)
{
	size_t size = strlen(path) + sizeof(((struct search *)0)->found);
	size_t folder_len = folder_of(v, path);
	struct search s = {.count = 0};
	char *folder = mem_strdup(path), *log = mem_alloc(size);
	int r = folder && log ? 0 : err_nomem(err);

	if (!r) {
		folder[folder_len] = 0;
		snprintf(log, size, "%s%s", path, ends[i]);
		s.want = log + folder_len;
		r = search_folder(v, folder, log, &s, err);
	}
	if (!r && s.count && !is_reached(v, log, &s))
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

// --- Words -------------------------------------------------------------------

#define READ_ALONE "--ignore-logs reads the hive without them"

int hive_logs_missing(const char *path, struct err *err)
{
	return err_set(
		err, -ENOTSUP, path, ERR_NOWHERE,
		"the hive was not closed: its last changes are in its "
		"logs (.LOG1, .LOG2, .LOG), and none is beside it: bring "
		"them from where it was copied; " READ_ALONE);
}

void hive_logs_advise(const void *data, size_t size, struct err *err)
{
	static const struct hive_log none[HIVE_LOGS];
	uint8_t *copy = hive_is_dirty(data, size) ? mem_dup(data, size) : NULL;
	size_t len = strlen(err->why);
	struct hive *hive;

	if (!copy)
		return;
	hive_forget_logs(copy, size);
	if (!hive_load_part(copy, size, none, "", false, &hive, NULL)) {
		snprintf(err->why + len, sizeof(err->why) - len,
			 "; " READ_ALONE);
		hive_free(hive);
	}
	mem_free(copy);
}

void hive_logs_warn(const char *command, const char *path)
{
	fprintf(stderr,
		"%s: %s: warning: the hive was not closed, and its logs "
		"are ignored: its last changes are missing, and what is "
		"here may be half written\n",
		command, path);
}
