// SPDX-License-Identifier: MIT
//
// An image's tree on a volume: what becomes a file, a name, a stream, and what
// is found by its path. The image is made by wimlib-imagex.
#include <unistd.h>

#include "libimage/image_priv.h"
#include "test.h"
#include "tree.h"

#define MIB (1u << 20)

static char dir[] = "/tmp/slipway-tree-XXXXXX";
static struct err err;

static void run(const char *script)
{
	char command[1000];

	snprintf(command, sizeof(command), "cd '%s' && { %s\n}", dir, script);
	check(!system(command));
}

static struct wim *open_wim(struct disk **ret_file)
{
	char path[100];
	struct wim *w;

	snprintf(path, sizeof(path), "%s/t.wim", dir);
	check_ok(disk_open_file(path, DISK_READ_ONLY, ret_file, &err), &err);
	check_ok(wim_open(*ret_file, &w, &err), &err);
	return w;
}

static const struct {
	const char *path, *name; // NULL: there is none
} names[] = {
	{"\\", ""},
	{"", ""},
	{"\\Folder\\Deep", "Deep"},
	{"\\folder\\dEEP\\", "Deep"},
	{"folder\\deep\\FILE.txt", "file.TXT"},
	{"\\grün", "Grün"},
	{"\\folder\\none", NULL},
	{"\\a\\b", NULL}, // "a" is a file
	{"\\\xff", NULL}, // no UTF-8
};

static void check_find(const struct apply *a)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const struct wim_dentry *d = NULL;
		struct err e = {0};
		char *name;
		int r = apply_find(a, names[i].path, &d, &e);

		printf("%s\n", names[i].path);
		check_eq(r, names[i].name ? 0 : -ENOENT);
		check_eq(e.code, r);
		check(!d == !names[i].name);
		if (!d)
			continue;
		name = utf16_to_utf8(d->name, d->name_len);
		check(name && !strcmp(name, names[i].name));
		mem_free(name);
	}
}

static void check_file(struct ntfs *n, const char *path, const char *content,
		       uint32_t links)
{
	struct ntfs_stat stat;
	uint64_t record;
	size_t size;
	void *data;

	check_ok(ntfs_lookup(n, path, &record, &err), &err);
	check_ok(ntfs_stat(n, record, &stat, &err), &err);
	check_eq(stat.links, links);
	check_ok(ntfs_read_file(n, path, MIB, &data, &size, &err), &err);
	check(!strcmp(data, content));
	mem_free(data);
}

static void check_volume(struct disk *d)
{
	struct ntfs_stat stat;
	struct ntfs *n;
	uint64_t record;

	check_ok(ntfs_open(d, &n, &err), &err);
	check_file(n, "\\a", "same\n", 2);
	check_file(n, "\\Folder\\link", "same\n", 2);
	check_file(n, "\\b", "same\n", 1); // the same blob, another file
	check_file(n, "\\empty", "", 1);
	check_ok(ntfs_lookup_link(n, "\\symlink", &record, &err), &err);
	check_ok(ntfs_stat(n, record, &stat, &err), &err);
	check(stat.attributes & NTFS_ATTR_REPARSE);
	check_eq(stat.reparse_tag, 0xa000000c);
	ntfs_close(n);
}

// A folder has no size, even one that has a named stream.
static void check_sizes(struct wim *w, const struct apply *a)
{
	const struct wim_dentry *file, *found;
	struct wim_dentry *folder;
	struct tree_stat stat;
	struct tree *t;

	check_ok(apply_find(a, "\\a", &file, &err), &err);
	check_ok(apply_find(a, "\\Folder", &found, &err), &err);
	check_eq(found->stream_count, 0);
	folder = (struct wim_dentry *)(uintptr_t)found;
	folder->streams = file->streams;
	folder->stream_count = 1;
	check_ok(image_tree_open(w, a, &t, &err), &err);
	check_ok(tree_stat(t, "\\a", &stat, &err), &err);
	check(stat.size == 5 && !stat.is_directory);
	check_ok(tree_stat(t, "\\Folder", &stat, &err), &err);
	check(stat.size == 0 && stat.is_directory);
	tree_close(t);
	folder->streams = NULL;
	folder->stream_count = 0;
}

static void check_tree(void)
{
	const struct ntfs_build_options options = {.label = "Tree"};
	const struct apply_result *result;
	struct ntfs_build *b;
	struct disk *file, *d;
	struct wim *w = open_wim(&file);
	struct apply *a = NULL;

	check_ok(disk_memory(8 * MIB, 512, &d, &err), &err);
	check_ok(ntfs_build_new(d, &options, &b, &err), &err);
	check_eq(apply_tree(w, 2, b, NULL, &a, NULL), -ENOENT);
	check(!a);
	check_ok(apply_tree(w, 1, b, NULL, &a, &err), &err);
	check_sizes(w, a);
	result = apply_get_result(a);
	check_eq(result->files, 6);
	check_eq(result->links, 1);
	check_eq(result->folders, 3);
	check_eq(result->reparse_points, 1);
	check_eq(result->streams, 0);
	check_eq(a->targets.count, 4);
	check_find(a);
	check_ok(ntfs_build_layout(b, &err), &err);
	check_ok(ntfs_build_begin(b, &err), &err);
	check_ok(apply_content(a, NULL, NULL, &err), &err);
	check_ok(ntfs_build_finish(b, NULL, &err), &err);
	apply_free(a);
	apply_free(NULL);
	ntfs_build_free(b);
	check_volume(d);
	disk_close(d);
	wim_close(w);
	disk_close(file);
}

int main(void)
{
	if (system("command -v wimlib-imagex >/dev/null"))
		skip("wimlib-imagex is not installed");
	check(mkdtemp(dir));
	run("mkdir -p t/Folder/Deep && echo same >t/a && echo same >t/b &&"
	    "ln t/a t/Folder/link && : >t/empty && echo x >t/Grün &&"
	    "echo file >t/Folder/Deep/file.TXT && ln -s a t/symlink &&"
	    "LC_ALL=C.UTF-8 wimlib-imagex capture t t.wim --no-acls >log 2>&1");
	check_tree();
	run("rm -r \"$PWD\"");
	return 0;
}
