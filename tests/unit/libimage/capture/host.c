// SPDX-License-Identifier: MIT
//
// Folders of the host are captured: files, folders, links of both kinds, names that
// an image cannot hold, and paths that are longer than the system takes at once. With
// arguments a folder becomes a WIM, for other programs to judge:
//
//     host FOLDER WIM [unix]

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tree.h"
#include "unit/libimage/capture/compare.h"

#define DEEP 40 // folders of 200 characters

static struct err err;
static char folder[] = "/tmp/capture-XXXXXX";

static void put(const char *name, const char *content)
{
	char path[512];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	f = fopen(path, "w");
	check(f && fputs(content, f) >= 0 && !fclose(f));
}

static const char *at(const char *name)
{
	static char path[512];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static void make_deep(void)
{
	char name[201];
	int fd = openat(AT_FDCWD, folder, O_RDONLY | O_DIRECTORY), next;

	memset(name, 'd', 200);
	name[200] = 0;
	for (unsigned i = 0; i < DEEP; i++) {
		check(!mkdirat(fd, name, 0755));
		next = openat(fd, name, O_RDONLY | O_DIRECTORY);
		check(next >= 0);
		close(fd);
		fd = next;
	}
	next = openat(fd, "bottom", O_WRONLY | O_CREAT, 0644);
	check(next >= 0 && write(next, "deep", 4) == 4);
	close(next);
	close(fd);
}

static void make_folder(void)
{
	const struct timespec times[] = {{1000000000, 500}, {1100000000, 900}};
	char target[300];

	check(mkdtemp(folder));
	check(!mkdir(at("sub"), 0755));
	put("sub/b", "content of b");
	put("a", "a");
	put("empty", "");
	check(!utimensat(AT_FDCWD, at("a"), times, 0));
	snprintf(target, sizeof(target), "%s/a", folder);
	check(!link(target, at("sub/again")));
	check(!symlink("../a", at("sub/relative")));
	check(!symlink("/nowhere/else", at("out")));
	snprintf(target, sizeof(target), "%s/sub", folder);
	check(!symlink(target, at("in")));
	check(!symlink(folder, at("root")));
	check(!symlink("a\\b", at("odd")));
	put("not\xff", "UTF-8");
	put("back\\slash", "");
	check(!mkfifo(at("pipe"), 0644));
	make_deep();
}

static void holds(const struct wim_dentry *d, const char *content)
{
	void *data;

	check(d && d->stream_count);
	check_eq(d->streams[0].blob ? d->streams[0].blob->size : 0,
		 strlen(content));
	if (!*content)
		return;
	data = content_bytes(d->streams[0].blob);
	check(!memcmp(data, content, strlen(content)));
	mem_free(data);
}

// Compares the path that a link tells people.
static void leads(const struct wim_dentry *d, const char *target,
		  uint32_t flags, uint32_t attributes)
{
	const le16 *h;
	char *text;

	check(d && d->reparse && d->reparse_tag == 0xa000000c);
	check_eq(d->attributes, attributes);
	check_eq(d->reparse_flags, flags);
	h = content_bytes(d->reparse);
	text = utf16_to_utf8(h + 6 + get_le16(h[2]) / 2, get_le16(h[3]) / 2u);
	if (strcmp(text, target))
		fprintf(stderr, "%s\n", text);
	check(!strcmp(text, target));
	mem_free(text);
	mem_free((void *)h);
}

static void whole(const struct capture *c, bool keep)
{
	const struct capture_result *r = capture_get_result(c);
	const struct wim_dentry *root = capture_image(c)->root, *d;
	const struct wim_dentry *sub = child(root, "sub");
	char target[300];

	check_eq(r->folders, 2 + DEEP + 2); // links to folders among them
	check_eq(r->links, 1);
	check_eq(r->lost[CAPTURE_SPECIAL].count, 1);
	check(strstr(r->lost[CAPTURE_SPECIAL].first[0], "pipe"));
	check_eq(r->lost[CAPTURE_NAME].count, 3);
	holds(child(root, "a"), "a");
	holds(child(root, "empty"), "");
	holds(child(sub, "b"), "content of b");
	d = child(sub, "again");
	holds(d, "a");
	check(d->link_group && d->link_group == child(root, "a")->link_group);
	check_eq(d->attributes, NTFS_ATTR_NORMAL);
	check(keep || d->accessed == filetime_from_unix(1000000000, 500));
	check_eq(d->modified, filetime_from_unix(1100000000, 900));
	leads(child(sub, "relative"), "..\\a", 0x10000, NTFS_ATTR_REPARSE);
	leads(child(root, "out"), "C:\\nowhere\\else", 0x10000,
	      NTFS_ATTR_REPARSE);
	snprintf(target, sizeof(target), "C:\\tmp\\%s\\sub", folder + 5);
	leads(child(root, "in"), keep ? target : "C:\\sub", keep ? 0x10000 : 0,
	      NTFS_ATTR_REPARSE | NTFS_ATTR_DIRECTORY);
	if (!keep)
		leads(child(root, "root"), "C:\\", 0,
		      NTFS_ATTR_REPARSE | NTFS_ATTR_DIRECTORY);
	check(!child(root, "odd") && !child(root, "back\\slash"));
	for (d = root; child(d, "bottom") == NULL;)
		for (size_t i = 0; i < d->child_count; i++)
			if (d->children[i]->name_len == 200) {
				d = d->children[i];
				break;
			}
	holds(child(d, "bottom"), "deep");
}

static void folders(void)
{
	struct capture_options options = {0};
	struct capture *c = NULL;

	check_eq(capture_host("/nowhere", &options, NULL, &c, NULL), -ENOENT);
	check_eq(capture_host(at("a"), &options, NULL, &c, NULL), -ENOTDIR);
	check(!c);
	for (int keep = 0; keep < 2; keep++) {
		options.keep_links = keep;
		check_ok(capture_host(folder, &options, NULL, &c, &err), &err);
		whole(c, keep);
		capture_free(c);
	}
}

static void with_rules(void)
{
	static const char list[] = "[ExclusionList]\n\\sub\n\\d*\n*ty\n"
				   "[ExclusionException]\n\\sub\\b\n";
	struct capture_options options = {.keep_links = true};
	const struct wim_dentry *root;
	struct capture_rules *rules;
	struct capture *c;

	check_ok(capture_rules_parse(list, sizeof(list) - 1, "list", &rules,
				     &err),
		 &err);
	options.rules = rules;
	check_ok(capture_host(folder, &options, NULL, &c, &err), &err);
	root = capture_image(c)->root;
	check(!child(root, "empty") && child(root, "sub"));
	check_eq(child(root, "sub")->child_count, 1);
	holds(child(child(root, "sub"), "b"), "content of b");
	holds(child(root, "a"), "a");
	check(!child(root, "a")->link_group); // the other name is left out
	check_eq(capture_get_result(c)->excluded, 3);
	capture_free(c);
	capture_rules_free(rules);
}

static void gone(void)
{
	const struct capture_options options = {0};
	struct wim_content *const *list;
	struct capture *c;
	struct disk *d;
	size_t count;

	check_ok(capture_host(at("sub"), &options, NULL, &c, &err), &err);
	list = capture_content(c, &count);
	check_eq(unlink(at("sub/b")), 0);
	for (size_t i = 0; i < count; i++) {
		struct err e = {0};

		if (list[i]->data || list[i]->blob.size != 12)
			continue;
		check_eq(list[i]->open(list[i], &d, &e), -ENOENT);
		check(strstr(e.what, "\\b"));
	}
	capture_free(c);
}

// As any tree tells of it.
static void as_tree(void)
{
	const struct capture_options options = {0};
	const struct wim_dentry *root;
	struct capture *c = NULL;
	struct tree *t;

	check_ok(tree_open_host(&t, &err), &err);
	check_eq(capture_tree(t, at("a"), &options, NULL, &c, NULL), -ENOTDIR);
	check_ok(capture_tree(t, at("sub"), &options, NULL, &c, &err), &err);
	root = capture_image(c)->root;
	check_eq(root->child_count, 2);
	holds(child(root, "b"), "content of b");
	holds(child(root, "again"), "a");
	check_eq(capture_get_result(c)->lost[CAPTURE_LINK_OUT].count, 1);
	capture_free(c);
	tree_close(t);
}

static void remove_folder(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf %s", folder);
	check_eq(system(command), 0);
}

static void with_unix_data(void)
{
	const struct capture_options options = {.unix_data = true};
	const struct wim_dentry *root, *d;
	struct capture *c;
	struct stat st;

	check(!chmod(at("a"), 04751) && !stat(at("a"), &st));
	check_ok(capture_host(folder, &options, NULL, &c, &err), &err);
	root = capture_image(c)->root;
	d = child(root, "a");
	check(root->has_unix && d->has_unix);
	check_eq(d->mode, S_IFREG | 04751);
	check(d->uid == st.st_uid && d->gid == st.st_gid && !d->rdev);
	check_eq(child(root, "pipe")->mode & S_IFMT, S_IFIFO);
	check_eq(child(root, "out")->mode & S_IFMT, S_IFLNK);
	check_eq(capture_get_result(c)->lost[CAPTURE_SPECIAL].count, 0);
	capture_free(c);
}

static void program(int argc, char **argv)
{
	const struct wim_write_options write = {
		.compression = WIM_COMPRESSION_XPRESS, .rp_fix = true};
	const struct capture_options options = {.unix_data = argc > 3};
	const struct wim_new_image info = {.name = "captured"};
	struct wim_content *const *list;
	struct wim_writer *w;
	struct capture *c;
	struct disk *file;
	size_t count;

	check_ok(capture_host(argv[1], &options, NULL, &c, &err), &err);
	check_ok(disk_create_file(argv[2], 0, 512, &file, &err), &err);
	list = capture_content(c, &count);
	check_ok(wim_writer_create(file, &write, &w, &err), &err);
	check_ok(wim_writer_add_content(w, list, count, NULL, &err), &err);
	check_ok(wim_writer_add_image(w, capture_image(c), &info, &err), &err);
	check_ok(wim_writer_finish(w, NULL, &err), &err);
	wim_writer_free(w);
	end_disk(file);
	capture_free(c);
}

// Reads all content as a writer does. Files are written to once they are open, which
// a small one is not told of: it was read by then.
static void read_all(struct capture *c, bool writes, uint64_t torn)
{
	const struct capture_lost *lost =
		&capture_get_result(c)->lost[CAPTURE_TORN];
	size_t count;
	struct wim_content *const *list = capture_content(c, &count);
	char byte = 0;

	for (size_t i = 0; i < count; i++) {
		struct disk *d;
		int fd;

		if (list[i]->data)
			continue;
		check_ok(list[i]->open(list[i], &d, &err), &err);
		check_ok(disk_read(d, 0, &byte, 1, &err), &err);
		fd = open(at(list[i]->blob.size > 1 ? "torn/large"
						    : "torn/small"),
			  O_WRONLY);
		check(!writes || pwrite(fd, &byte, 1, 0) == 1);
		close(fd);
		disk_close(d);
	}
	check_eq(lost->count, torn);
	check(!torn || strstr(lost->first[0], "/torn/large"));
}

static void written_to(void)
{
	struct capture_options options = {0};
	char output[300];
	struct capture *c;

	check(!mkdir(at("torn"), 0755));
	put("torn/large", "");
	put("torn/small", "s");
	check(!truncate(at("torn/large"), 1 << 20));
	for (int writes = 0; writes < 2; writes++) {
		check_ok(capture_host(at("torn"), &options, NULL, &c, &err),
			 &err);
		read_all(c, writes, (uint64_t)writes);
		capture_free(c);
	}
	// What is written to on purpose is no part of it.
	snprintf(output, sizeof(output), "%s", at("torn/large"));
	options.output = output;
	check_ok(capture_host(at("torn"), &options, NULL, &c, &err), &err);
	check_eq(capture_get_result(c)->files, 1);
	check_eq(capture_get_result(c)->lost[CAPTURE_OUTPUT].count, 1);
	capture_free(c);
}

int main(int argc, char **argv)
{
	if (argc > 1) {
		program(argc, argv);
		return 0;
	}
	make_folder();
	folders();
	with_rules();
	as_tree();
	with_unix_data();
	gone();
	written_to();
	remove_folder();
	return 0;
}
