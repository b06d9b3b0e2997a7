// SPDX-License-Identifier: MIT
//
// Names given anew on an NTFS volume while allocations and I/Os fail and the power
// goes: the file has its old name or the new one, what is replaced is there old or
// new, and the next change leaves one name.

#include "fault/fault.h"
#include "ntfs_change.h"
#include "test.h"
#include "two_names.h"

#define SIZE ((uint64_t)3 << 19)
#define TIME UINT64_C(133500000000000000)

#define FROM   "\\A\\a file with a long name, the source.txt"
#define OVER   "\\A\\a file with a long name, the target.txt"
#define THERE  "\\B\\another target with a long name.txt"
#define NEW    "\\B\\a name that nobody has.txt"
#define CASE   "\\A\\A FILE with a long name, the source.txt"
#define FOLDER "\\A\\a folder with a long name"
#define BESIDE "\\A\\it"
#define BELOW  "\\B\\the folder, moved"
#define LINK_1 "\\l1"
#define LINK_2 "\\l2"

// What is renamed, and whether `to` has another file.
struct change {
	const char *from, *to;
	bool is_folder, is_over, is_same_folder;
	uint64_t from_record, to_record;
};

static struct change changes[] = {
	{FROM, OVER, .is_over = true, .is_same_folder = true},
	{FROM, THERE, .is_over = true},
	{FROM, NEW, .is_over = false},
	{FROM, CASE, .is_same_folder = true},
	{FOLDER, BESIDE, .is_folder = true, .is_same_folder = true},
	{FOLDER, BELOW, .is_folder = true},
	{LINK_1, THERE, .is_over = true},
};

static uint64_t mft_start, mft_end;

static void put(struct ntfs *n, const char *path)
{
	struct err err = {0};

	check_ok(ntfs_write_file(n, path, path, strlen(path), 0x20, TIME, &err),
		 &err);
}

static struct disk *new_volume(void)
{
	struct err err = {0};
	struct disk *d;
	struct ntfs *n;
	char path[100];

	check_ok(disk_memory(SIZE, 512, &d, &err), &err);
	build_two_names(d, TIME);
	check_ok(ntfs_open(d, &n, &err), &err);
	check_ok(ntfs_change_begin(n, &err), &err);
	check_ok(ntfs_mkdir_all(n, FOLDER "\\below", TIME, &err), &err);
	check_ok(ntfs_mkdir_all(n, "\\B", TIME, &err), &err);
	put(n, FROM);
	put(n, OVER);
	put(n, THERE);
	put(n, FOLDER "\\below\\x");
	put(n, LINK_1);
	// So many that the folder's names lie in blocks.
	for (int i = 0; i < 20; i++) {
		snprintf(path, sizeof(path),
			 "\\A\\another of those with a long name %d", i);
		put(n, path);
	}
	check_ok(ntfs_sync(n, &err), &err);
	mft_start = ntfs_get_info(n)->mft_lcn * 512;
	mft_end = mft_start + 27 * 1024 + 65536;
	for (size_t i = 0; i < sizeof(changes) / sizeof(*changes); i++) {
		struct change *c = &changes[i];

		check_ok(ntfs_lookup(n, c->from, &c->from_record, &err), &err);
		if (c->is_over)
			check_ok(ntfs_lookup(n, c->to, &c->to_record, &err),
				 &err);
	}
	ntfs_close(n);
	return d;
}

static int run(void *ctx, struct disk *d, struct err *err)
{
	const struct change *c = ctx;
	struct ntfs *n;
	int r = ntfs_open(d, &n, err);

	if (r)
		return r;
	r = ntfs_change_begin(n, err);
	if (!r)
		r = ntfs_rename(n, c->from, c->to, TIME, err);
	ntfs_close(n);
	return r;
}

// --- What must hold ----------------------------------------------------------

static void say(void *ctx, const struct ntfs_problem *p)
{
	const bool *all = ctx;

	if (p->finding == NTFS_UNSAFE || *all)
		fprintf(stderr, "record %lld: %s: %s\n", (long long)p->record,
			ntfs_rule_name(p->rule), p->text);
}

// Returns the file that a path leads to, or 0.
static uint64_t lead(struct ntfs *n, const char *path)
{
	struct err err = {0};
	uint64_t record;
	int r = ntfs_lookup(n, path, &record, &err);

	if (r == -ENOENT)
		return 0;
	check_ok(r, &err);
	return record;
}

static void check_names(struct ntfs *n, const struct change *c, bool is_mended)
{
	uint64_t from = lead(n, c->from), to = lead(n, c->to);
	char path[200];

	check(from == c->from_record || to == c->from_record);
	check(!from || from == c->from_record);
	check(to == c->from_record || to == (c->is_over ? c->to_record : 0));
	// Never both in one folder, and of a folder only for a moment.
	if (strcmp(c->to, CASE) &&
	    (c->is_same_folder || (c->is_folder && is_mended)))
		check(!from || to != from);
	if (c->is_folder) {
		snprintf(path, sizeof(path), "%s\\below\\x",
			 to ? c->to : c->from);
		check(lead(n, path));
	}
	check(lead(n, LINK_2));
}

static void check_mended(struct disk *d, const struct change *c)
{
	struct ntfs_check_result result;
	bool all = true;
	struct err err = {0};
	struct ntfs *n;

	check_ok(ntfs_open(d, &n, &err), &err);
	check_ok(ntfs_change_begin(n, &err), &err);
	check_names(n, c, true);
	put(n, "\\next");
	check_ok(ntfs_sync(n, &err), &err);
	check(!(ntfs_get_info(n)->flags & 1) || ntfs_note(n));
	ntfs_close(n);
	check_ok(ntfs_check(d, say, &all, NULL, &result, &err), &err);
	check_eq(result.problems, 0);
}

static const char *dump_folder;
static unsigned dumped;

static void check_volume(void *ctx, struct disk *d, const struct fault_cut *cut,
			 bool is_done)
{
	const struct change *c = ctx;
	struct ntfs_check_result result;
	struct err err = {0};
	struct disk *copy;
	struct ntfs *n;
	bool all = false;

	check_ok(ntfs_check(d, say, &all, NULL, &result, &err), &err);
	check_eq(result.problems, result.leftovers + result.harmless);
	check(!is_done || !result.problems);
	check_ok(ntfs_open(d, &n, &err), &err);
	check(!is_done || !(ntfs_get_info(n)->flags & 1));
	check_names(n, c, false);
	ntfs_close(n);
	if (cut && cut->round == 2) // as round 1, in another order
		return;
	copy = fault_copy(d);
	check_mended(copy, c);
	if (dump_folder)
		fault_keep(copy, dump_folder, "mended", dumped++);
	disk_close(copy);
}

// A file record is written wholly or not at all. In round 1 all is torn.
static enum record_fate choose(void *ctx, size_t index)
{
	struct fault_cut *cut = ctx;
	const struct record *r = &cut->log->items[index];
	uint64_t half = r->len / 2 / 512 * 512;
	bool is_record = r->off >= mft_start && r->off < mft_end;
	enum record_fate fate = cut->round == 1 ? RECORD_TEAR
						: fault_draw(cut, index);

	return fate == RECORD_TEAR && is_record && half % 1024 ? RECORD_DROP
							       : fate;
}

// A volume that is changed further after a failure stays marked, and what is left
// is mended by the next one.
static void go_on(struct disk *base, struct change *c)
{
	for (unsigned n = 1;; n += 7) {
		struct disk *work = fault_copy(base);
		struct fault_plan plan = {.writes_only = true, .fail_at = n};
		struct disk *d = fault_disk(work, &plan);
		struct err err = {0};
		struct ntfs *v;

		check_ok(ntfs_open(d, &v, &err), &err);
		check_ok(ntfs_change_begin(v, &err), &err);
		check_eq(ntfs_rename(v, c->from, c->to, TIME, &err),
			 plan.failed ? -EIO : 0);
		plan.fail_at = 0;
		put(v, "\\further");
		err = (struct err){0};
		check_ok(ntfs_sync(v, &err), &err);
		ntfs_close(v);
		check_volume(c, work, NULL, false);
		disk_close(d);
		disk_close(work);
		if (!plan.failed)
			break;
	}
}

//     rename FOLDER
//
// puts some of the volumes there, as they are after the next change, for judges.
int main(int argc, char **argv)
{
	struct fault_operation o = {
		.run = run, .judge = check_volume, .choose = choose};

	dump_folder = argc == 2 ? argv[1] : NULL;
	o.base = new_volume();
	for (size_t i = 0; i < sizeof(changes) / sizeof(*changes); i++) {
		o.ctx = &changes[i];
		if (dump_folder) {
			fault_cut_each(&o, 9, 1);
			continue;
		}
		check_volume(o.ctx, o.base, NULL, true);
		fault_cut_each(&o, i % 3 ? 3 : 1, i % 3 ? 3 : 2);
		fault_io_each(&o, 37, false, false);
		go_on(o.base, &changes[i]);
		fault_mem_each_on(&o, 211);
	}
	disk_close(o.base);
	return 0;
}
