// SPDX-License-Identifier: MIT
//
// The one interface, as tree.h tells: what a place does not do is refused, and
// nothing is changed before the tree was readied for it.

#include <string.h>

#include "tree.h"

static int refuse(const char *path, struct err *err)
{
	return err_set(err, -ENOTSUP, path, ERR_NOWHERE,
		       "files in such a place cannot be treated so");
}

// A change of a volume that nobody checked could make its damage worse.
static int check_ready(const struct tree *t, struct err *err)
{
	return t->is_ready ? 0
			   : err_set(err, -EINVAL, "volume", ERR_NOWHERE,
				     "it was not readied for changes");
}

void tree_close(struct tree *t)
{
	if (t)
		t->ops->close(t);
}

// --- Reading -----------------------------------------------------------------

int tree_stat(struct tree *t, const char *path, struct tree_stat *ret,
	      struct err *err)
{
	return t->ops->stat ? t->ops->stat(t, path, ret, err)
			    : refuse(path, err);
}

int tree_stat_link(struct tree *t, const char *path, struct tree_stat *ret,
		   struct err *err)
{
	return t->ops->stat_link ? t->ops->stat_link(t, path, ret, err)
				 : tree_stat(t, path, ret, err);
}

int tree_identify(struct tree *t, const char *path, struct tree_id *ret,
		  struct err *err)
{
	return t->ops->identify ? t->ops->identify(t, path, ret, err)
				: refuse(path, err);
}

int tree_list(struct tree *t, const char *path, tree_list_fn *fn, void *ctx,
	      struct err *err)
{
	return t->ops->list ? t->ops->list(t, path, fn, ctx, err)
			    : refuse(path, err);
}

int tree_read_link(struct tree *t, const char *path, char **ret,
		   struct err *err)
{
	return t->ops->read_link ? t->ops->read_link(t, path, ret, err)
				 : err_set(err, -ENOENT, path, ERR_NOWHERE,
					   "it is no link");
}

// Where there are no streams, a file has none; one that is missing is still an
// error.
int tree_streams(struct tree *t, const char *path, tree_stream_fn *fn,
		 void *ctx, struct err *err)
{
	struct tree_stat stat;

	return t->ops->streams ? t->ops->streams(t, path, fn, ctx, err)
			       : tree_stat(t, path, &stat, err);
}

int tree_open_file(struct tree *t, const char *path, unsigned flags,
		   struct disk **ret, struct err *err)
{
	return t->ops->open_file(t, path, flags, ret, err);
}

int tree_read_file(struct tree *t, const char *path, uint64_t limit, void **ret,
		   size_t *ret_size, struct err *err)
{
	struct disk *d;
	int r = tree_open_file(t, path, DISK_READ_ONLY | DISK_UNLOCKED, &d,
			       err);

	if (r)
		return r;
	r = d->size > limit
		    ? err_set(err, -EFBIG, path, ERR_NOWHERE,
			      "it has %llu bytes, over the limit of %llu",
			      (unsigned long long)d->size,
			      (unsigned long long)limit)
		    : disk_read_all(d, ret, err);
	if (!r)
		*ret_size = (size_t)d->size;
	disk_close(d);
	return r;
}

int tree_get_info(struct tree *t, const char *path, struct tree_info *ret,
		  struct err *err)
{
	return t->ops->get_info ? t->ops->get_info(t, path, ret, err)
				: refuse(path, err);
}

// --- Changing ----------------------------------------------------------------

int tree_check_writable(struct tree *t, struct err *err)
{
	return t->ops->check_writable ? t->ops->check_writable(t, err)
				      : refuse(t->kind, err);
}

// A volume is checked for this as a whole, so it is done once.
int tree_begin(struct tree *t, struct err *err)
{
	int r;

	if (t->is_ready)
		return 0;
	r = tree_check_writable(t, err);
	if (!r && t->ops->begin)
		r = t->ops->begin(t, err);
	// What failed can be tried again: the cause may have gone.
	t->is_ready = !r;
	return r;
}

int tree_check_new(struct tree *t, const char *name, uint64_t size,
		   struct err *err)
{
	return t->ops->check_new ? t->ops->check_new(t, name, size, err)
				 : refuse(name, err);
}

int tree_check_growth(struct tree *t, const char *path, uint64_t more,
		      struct err *err)
{
	return t->ops->check_growth ? t->ops->check_growth(t, path, more, err)
				    : refuse(path, err);
}

int tree_mkdir_all(struct tree *t, const char *path, uint64_t time,
		   struct err *err)
{
	int r = check_ready(t, err);

	return r ? r : t->ops->mkdir_all(t, path, time, err);
}

int tree_create_file(struct tree *t, const char *path, uint64_t size,
		     uint32_t attributes, uint64_t time, struct disk **ret,
		     struct err *err)
{
	int r = check_ready(t, err);

	return r ? r
		 : t->ops->create_file(t, path, size, attributes, time, ret,
				       err);
}

int tree_write_file(struct tree *t, const char *path, const void *data,
		    size_t size, uint32_t attributes, uint64_t time,
		    struct err *err)
{
	int r = check_ready(t, err);

	return r ? r
		 : t->ops->write_file(t, path, data, size, attributes, time,
				      err);
}

int tree_set_info(struct tree *t, const char *path, uint32_t attributes,
		  uint64_t created, uint64_t modified, struct err *err)
{
	int r = check_ready(t, err);

	return r ? r
		 : t->ops->set_info(t, path, attributes, created, modified,
				    err);
}

int tree_rename(struct tree *t, const char *from, const char *to, uint64_t time,
		struct err *err)
{
	int r = check_ready(t, err);

	if (r)
		return r;
	return t->ops->rename ? t->ops->rename(t, from, to, time, err)
			      : refuse(from, err);
}

int tree_remove(struct tree *t, const char *path, struct err *err)
{
	int r = check_ready(t, err);

	return r ? r : t->ops->remove(t, path, err);
}

int tree_sync(struct tree *t, struct err *err)
{
	int r = check_ready(t, err);

	return r || !t->ops->sync ? r : t->ops->sync(t, err);
}

const char *tree_note(const struct tree *t)
{
	return t->ops->note ? t->ops->note(t) : NULL;
}

// --- Paths -------------------------------------------------------------------

const char *tree_path_name(const struct tree *t, const char *path)
{
	const char *name = path;

	for (; *path; path++)
		if (*path == '/' || *path == t->slash)
			name = path + 1;
	return name;
}

char *tree_path_join(const struct tree *t, const char *folder, const char *name)
{
	size_t len = strlen(folder);
	char *path = mem_alloc(len + strlen(name) + 2);

	if (!path)
		return NULL;
	memcpy(path, folder, len);
	if (len && folder[len - 1] != t->slash)
		path[len++] = t->slash;
	strcpy(path + len, name);
	return path;
}
