// SPDX-License-Identifier: MIT
//
// The tree's own part: what a place does not do is refused, changes wait for
// tree_begin, a whole file is read up to a limit; and paths.

#include "test.h"
#include "tree.h"

static struct err err;
static unsigned begun, synced;

static int can_write(struct tree *t, struct err *e)
{
	return t->kind ? 0 : err_set(e, -EROFS, "x", ERR_NOWHERE, "never");
}

static int begin(struct tree *t, struct err *e)
{
	begun++;
	return 0;
}

static int remove_file(struct tree *t, const char *path, struct err *e)
{
	return 0;
}

static int sync_files(struct tree *t, struct err *e)
{
	synced++;
	return 0;
}

static int open_file(struct tree *t, const char *path, unsigned flags,
		     struct disk **ret, struct err *e)
{
	check(flags & DISK_READ_ONLY);
	return disk_memory(1000, 512, ret, e);
}

static void check_refusals(struct tree *t)
{
	struct tree_stat stat;
	struct tree_info info;
	struct tree_id id;
	char *link;

	check_eq(tree_stat(t, "x", &stat, NULL), -ENOTSUP);
	check_eq(tree_identify(t, "x", &id, NULL), -ENOTSUP);
	check_eq(tree_list(t, "x", NULL, NULL, NULL), -ENOTSUP);
	check_eq(tree_read_link(t, "x", &link, NULL), -ENOENT);
	check_eq(tree_streams(t, "x", NULL, NULL, NULL), -ENOTSUP);
	check_eq(tree_get_info(t, "x", &info, NULL), -ENOTSUP);
	check_eq(tree_check_writable(t, NULL), -ENOTSUP);
	check_eq(tree_check_new(t, "x", 1, NULL), -ENOTSUP);
	check_eq(tree_check_growth(t, "x", 1, NULL), -ENOTSUP);
	check_eq(tree_begin(t, NULL), -ENOTSUP);
	check(!tree_note(t));
}

static void check_changes(struct tree *t)
{
	check_eq(tree_remove(t, "x", &err), -EINVAL);
	check(strstr(err.why, "readied"));
	check_eq(tree_sync(t, NULL), -EINVAL);
	check_eq(tree_mkdir_all(t, "x", 0, NULL), -EINVAL);
	check_eq(tree_write_file(t, "x", "", 0, 0, 0, NULL), -EINVAL);
	check_eq(tree_set_info(t, "x", 0, 0, 0, NULL), -EINVAL);
	check_eq(tree_begin(t, NULL), -EROFS);
	check_eq(begun, 0);
	t->kind = "test";
	err = (struct err){0};
	check_ok(tree_begin(t, &err), &err);
	check_ok(tree_begin(t, &err), &err); // is so already
	check_eq(begun, 1);
	check_ok(tree_remove(t, "x", &err), &err);
	check_ok(tree_sync(t, &err), &err);
	check_eq(synced, 1);
}

static void check_whole(struct tree *t)
{
	size_t size = 7;
	void *data = NULL;

	check_eq(tree_read_file(t, "x", 999, &data, &size, NULL), -EFBIG);
	check(!data && size == 7);
	check_ok(tree_read_file(t, "x", 1000, &data, &size, &err), &err);
	check(size == 1000 && !((char *)data)[1000]);
	mem_free(data);
}

static void check_path(const struct tree *t, const char *folder,
		       const char *name, const char *wanted)
{
	char *path = tree_path_join(t, folder, name);

	check(path && !strcmp(path, wanted));
	check(!strcmp(tree_path_name(t, path), name));
	mem_free(path);
}

int main(void)
{
	const struct tree_ops none = {.open_file = open_file},
			      some = {.open_file = open_file,
				      .check_writable = can_write,
				      .begin = begin,
				      .remove = remove_file,
				      .sync = sync_files};
	struct tree volume = {.ops = &none, .slash = '\\'},
		    host = {.ops = &some, .slash = '/'};

	check_refusals(&volume);
	check_changes(&host);
	check_whole(&volume);
	check(tree_is_volume(&volume) && !tree_is_volume(&host));
	check_path(&volume, "\\", "a", "\\a");
	check_path(&volume, "\\a", "b", "\\a\\b");
	check_path(&volume, "a/", "b", "a/\\b");
	check_path(&host, "", "a", "a");
	check_path(&host, "a\\b", "c", "a\\b/c");
	tree_close(NULL);
	return 0;
}
