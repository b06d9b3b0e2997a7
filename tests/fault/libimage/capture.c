// SPDX-License-Identifier: MIT
//
// A volume is captured, and its content read, while the N-th allocation or the N-th
// read fails: the right error, nothing leaked, the result untouched, and never a
// capture that looks whole.

#include "capture.h"
#include "fault/fault.h"
#include "test.h"
#include "unit/libimage/capture/random.h"

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
	disk_close(d);
	return 0;
}
