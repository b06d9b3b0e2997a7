// SPDX-License-Identifier: MIT
//
// A hive's file with its logs, as hive_file.h tells.

#include <string.h>

#include "file_log.h"

#define MAX_LINKS 32 // as many as are followed where a file is opened

// A path on its way to where the content is.
struct walk {
	struct tree *tree;
	char *path;
	unsigned links; // that were followed
};

static int follow(struct walk *w, struct err *err);

// "\a\b" becomes "\a".
static void cut_name(struct walk *w)
{
	size_t len = (size_t)(tree_path_name(w->tree, w->path) - w->path);

	w->path[len > 1 ? len - 1 : len] = 0;
}

// The host knows dots in a path; in a volume only a link's target has them.
static int add_part(struct walk *w, const char *part, struct err *err)
{
	bool is_volume = tree_is_volume(w->tree);
	char *path;
	int r = 0;

	if (is_volume && !strcmp(part, "."))
		return 0;
	if (is_volume && !strcmp(part, "..")) {
		r = follow(w, err);
		if (!r)
			cut_name(w);
		return r;
	}
	path = tree_path_join(w->tree, w->path, part);
	if (!path)
		return err_nomem(err);
	mem_free(w->path);
	w->path = path;
	return 0;
}

// A target counts from the link's folder or from the root.
static int add_target(struct walk *w, char *target, struct err *err)
{
	const char slashes[] = {'/', w->tree->slash, 0};
	char *save, *part = strtok_r(target, slashes, &save);
	int r = 0;

	for (; part && !r; part = strtok_r(NULL, slashes, &save))
		r = add_part(w, part, err);
	return r;
}

static int follow(struct walk *w, struct err *err)
{
	char *target;
	int r = 0;

	while (!r && w->links++ < MAX_LINKS) {
		r = tree_read_link(w->tree, w->path, &target, NULL);
		if (r) // whoever opens it says what is wrong with it
			return r == -ENOMEM ? err_nomem(err) : 0;
		cut_name(w);
		if (*target == '/' || *target == w->tree->slash)
			strcpy(w->path, (char[]){w->tree->slash, 0});
		r = add_target(w, target, err);
		mem_free(target);
	}
	return r;
}

// Follows the links at a path to where the content is, and its logs. *ret is new
// memory, free with mem_free. Returns 0 or -ENOMEM.
static int follow_links(struct tree *t, const char *path, char **ret,
			struct err *err)
{
	struct walk w = {.tree = t, .path = mem_strdup(path)};
	int r = w.path ? follow(&w, err) : err_nomem(err);

	if (r)
		mem_free(w.path);
	else
		*ret = w.path;
	return r;
}

// --- Reading -----------------------------------------------------------------

static int read_file(struct tree *t, const char *path, uint8_t **ret,
		     size_t *ret_size, struct err *err)
{
	void *data;
	int r = tree_read_file(t, path, HIVE_FILE_MAX, &data, ret_size, err);

	if (!r)
		*ret = data;
	return r;
}

// Reads a log, if there is one.
static int read_log(struct tree *t, const char *hive, size_t i,
		    struct hive_log *ret, struct err *err)
{
	char *path;
	uint8_t *data;
	int r = hive_log_find(t, hive, i, &path, err);

	if (r || !path)
		return r;
	r = read_file(t, path, &data, &ret->size, NULL);
	if (!r)
		ret->data = data;
	else
		err_set(err, r, path, ERR_NOWHERE, "the log cannot be read");
	mem_free(path);
	return r;
}

static int read_logs(struct tree *t, const char *path, struct hive_bytes *b,
		     struct err *err)
{
	bool any = false;
	char *real;
	int r = follow_links(t, path, &real, err);

	if (r)
		return r;
	for (size_t i = 0; !r && i < HIVE_LOGS; i++) {
		r = read_log(t, real, i, &b->logs[i], err);
		any |= b->logs[i].size;
	}
	mem_free(real);
	return r || any ? r
			: err_set(err, -ENODATA, path, ERR_NOWHERE,
				  "the hive was not closed: its last changes "
				  "are in its logs (.LOG1, .LOG2, .LOG), and "
				  "none is beside it: bring them from where it "
				  "was copied");
}

int hive_bytes_read(struct tree *t, const char *path, bool ignore_logs,
		    struct hive_bytes *ret, struct err *err)
{
	struct hive_bytes b = {0};
	int r = read_file(t, path, &b.data, &b.size, err);

	if (!r && hive_is_dirty(b.data, b.size)) {
		// without its logs, as asked for: the hive as it was last
		// written
		b.is_stale = ignore_logs;
		if (b.is_stale)
			hive_forget_logs(b.data, b.size);
		else
			r = read_logs(t, path, &b, err);
	}
	if (r)
		hive_bytes_done(&b);
	else
		*ret = b;
	return r;
}

int hive_bytes_load(struct hive_bytes *bytes, struct hive **ret,
		    struct err *err)
{
	int r = hive_load_owned(bytes->data, bytes->size, bytes->logs, ret,
				err);

	if (!r)
		bytes->data = NULL;
	return r;
}

bool hive_bytes_load_alone(const struct hive_bytes *bytes)
{
	static const struct hive_log none[HIVE_LOGS];
	uint8_t *copy = hive_is_dirty(bytes->data, bytes->size)
				? mem_dup(bytes->data, bytes->size)
				: NULL;
	struct hive *hive = NULL;

	if (!copy)
		return false;
	hive_forget_logs(copy, bytes->size);
	if (hive_load_part(copy, bytes->size, none, "", false, &hive, NULL))
		hive = NULL;
	mem_free(copy);
	hive_free(hive);
	return hive;
}

void hive_bytes_done(struct hive_bytes *bytes)
{
	for (size_t i = 0; i < HIVE_LOGS; i++)
		mem_free((void *)bytes->logs[i].data);
	mem_free(bytes->data);
}

// --- Replacing ---------------------------------------------------------------

static int put(struct tree *t, const char *path, const void *data, size_t size,
	       struct err *err)
{
	uint32_t attributes = TREE_ARCHIVE;
	struct tree_stat stat;
	int r;

	if (!tree_stat(t, path, &stat, NULL))
		attributes |= stat.attributes &
			      (TREE_HIDDEN | TREE_SYSTEM | TREE_READONLY);
	r = tree_write_file(t, path, data, size, attributes, filetime_now(),
			    err);
	return r ? r : tree_sync(t, err);
}

// The new hive is closed, so its old logs are ignored - until Windows stops
// half way while writing it: then they would be put on top of it.
static int delete_logs(struct tree *t, const char *path, struct err *err)
{
	struct tree_stat stat;
	int r = 0;

	for (size_t i = 0; !r && i < HIVE_LOGS; i++) {
		char *log = NULL;

		r = hive_log_find(t, path, i, &log, NULL);
		if (r == -ENOTUNIQ)
			r = 0;
		else if (r)
			return err_set(err, r, path, ERR_NOWHERE,
				       "its logs cannot be looked for");
		// A folder of that name is no log.
		if (log &&
		    (tree_stat(t, log, &stat, NULL) || !stat.is_directory))
			r = tree_remove(t, log, err);
		mem_free(log);
	}
	return r ? r : tree_sync(t, err);
}

static int replace(struct tree *t, const char *path, const void *data,
		   size_t size, bool is_hive, struct err *err)
{
	char *real;
	int r = follow_links(t, path, &real, err);

	if (r)
		return r;
	// The hive before its logs go: cut off in between, it is closed and
	// does not need them. The other way round the old one would have lost
	// its last changes.
	r = put(t, real, data, size, err);
	if (!r && is_hive)
		r = delete_logs(t, real, err);
	mem_free(real);
	return r;
}

int hive_file_put(struct tree *t, const char *path, const void *data,
		  size_t size, struct err *err)
{
	return replace(t, path, data, size, false, err);
}

int hive_file_replace(struct tree *t, const char *path, const void *data,
		      size_t size, struct err *err)
{
	return replace(t, path, data, size, true, err);
}
