// SPDX-License-Identifier: MIT
//
// A volume is captured, and its content read, while the N-th allocation or the N-th
// read fails: the right error, nothing leaked, the result untouched, and never a
// capture that looks whole.

#include "capture.h"
#include "fault/fault.h"
#include "hive.h"
#include "test.h"
#include "tree.h"
#include "unit/libimage/capture/random.h"

#include <sys/stat.h>
#include <unistd.h>

#define VOLUME_SIZE (4u << 20)

static uint64_t entries; // of a capture that nothing disturbed

static int read_all(struct capture *c, struct err *err)
{
	struct wim_content *const *list;
	size_t count;
	int r = 0;

	list = capture_content(c, &count);
	for (size_t i = 0; !r && i < count; i++) {
		struct disk *d;
		void *data;

		if (list[i]->data)
			continue;
		r = list[i]->open(list[i], &d, err);
		if (r)
			break;
		r = disk_read_all(d, &data, err);
		if (!r)
			mem_free(data);
		disk_close(d);
	}
	return r;
}

static int run(void *ctx, struct err *err)
{
	struct capture_options options = {.keep_links = true};
	struct capture *c = NULL;
	struct capture_rules *rules;
	struct ntfs *n;
	int r = ntfs_open(ctx, &n, err);

	if (r)
		return r;
	r = capture_rules_new(&rules, err);
	if (!r) {
		options.rules = rules;
		r = capture_ntfs(n, "\\", &options, NULL, &c, err);
		check(!r == !!c);
		capture_rules_free(rules);
	}
	if (!r) {
		uint64_t count = capture_image(c)->dentry_count;

		check(!entries || count == entries);
		entries = count;
		r = read_all(c, err);
	}
	capture_free(c);
	ntfs_close(n);
	return r;
}

static void fail_reads(struct disk *volume, bool persistent)
{
	for (unsigned n = 1;; n++) {
		struct fault_plan plan = {.fail_at = n,
					  .persistent = persistent};
		struct disk *bad = fault_disk(volume, &plan);
		size_t live = fault_mem_live();
		struct err err = {0};
		int r = run(bad, &err);

		disk_close(bad);
		check_eq(fault_mem_live(), live);
		check_eq(r, plan.failed ? -EIO : 0);
		check_eq(err.code, r);
		if (!plan.failed)
			return;
	}
}

static int parse(void *ctx, struct err *err)
{
	static const char list[] = "[ExclusionList]\n\\a\\b*\n*.tmp\n"
				   "[ExclusionException]\n\\a\\bc\n";
	struct capture_rules *rules;
	int r = capture_rules_parse(list, sizeof(list) - 1, "list", &rules,
				    err);

	if (!r)
		capture_rules_free(rules);
	return r;
}

// --- A folder of the host, with the hive of a Windows -------------------------

static char folder[] = "/tmp/fault-XXXXXX";

static void write_hive(const char *path)
{
	struct err err = {0};
	struct hive_key *key;
	struct hive *h;
	void *data;
	size_t size;

	check_ok(hive_new("ROOT", &h, &err), &err);
	check_ok(hive_key_add(h, h->root,
			      "Microsoft\\Windows NT\\CurrentVersion", &key,
			      &err),
		 &err);
	check_ok(hive_value_set_string(h, key, "EditionID", "Core", &err),
		 &err);
	check_ok(hive_value_set_string(h, key, "CurrentVersion", "6.1", &err),
		 &err);
	check_ok(hive_save(h, &data, &size, &err), &err);
	check_ok(disk_put_file(path, data, size, &err), &err);
	mem_free(data);
	hive_free(h);
}

static void make_folder(void)
{
	static const char *const parts[] = {"", "/Windows", "/Windows/System32",
					    "/Windows/System32/config"};
	char path[128];

	check(mkdtemp(folder));
	for (size_t i = 1; i < 4; i++) {
		snprintf(path, sizeof(path), "%s%s", folder, parts[i]);
		check(!mkdir(path, 0755));
	}
	snprintf(path, sizeof(path), "%s%s/SOFTWARE", folder, parts[3]);
	write_hive(path);
	snprintf(path, sizeof(path), "%s/link", folder);
	check(!symlink(folder, path));
	snprintf(path, sizeof(path), "%s/pipe", folder);
	check(!mkfifo(path, 0644));
}

static int finish(int r, struct capture *c, struct err *err)
{
	const struct wim_property *properties = NULL;
	size_t count = 0;

	if (!r)
		r = capture_windows(c, &properties, &count, err);
	if (!r)
		r = read_all(c, err);
	capture_free(c);
	return r;
}

static int run_host(void *ctx, struct err *err)
{
	const struct capture_options options = {.unix_data = true};
	struct capture *c = NULL;
	int r = capture_host(folder, &options, NULL, &c, err);

	return finish(r, c, err);
}

static int run_tree(void *ctx, struct err *err)
{
	const struct capture_options options = {0};
	struct capture *c = NULL;
	struct tree *t;
	int r = tree_open_host(&t, err);

	if (r)
		return r;
	r = capture_tree(t, folder, &options, NULL, &c, err);
	r = finish(r, c, err);
	tree_close(t);
	return r;
}

static void of_host(void)
{
	char command[64];

	make_folder();
	fault_mem_each(run_host, NULL);
	fault_mem_each(run_tree, NULL);
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	check_eq(system(command), 0);
}

int main(void)
{
	const struct ntfs_build_options options = {.serial = 1};
	struct err err = {0};
	struct disk *d;

	check_ok(disk_memory(VOLUME_SIZE, 512, &d, &err), &err);
	random_volume(d, 5, 25, &options);
	check_ok(run(d, &err), &err);
	fault_mem_each(run, d);
	fail_reads(d, false);
	fail_reads(d, true);
	fault_mem_each(parse, NULL);
	of_host();
	disk_close(d);
	return 0;
}
