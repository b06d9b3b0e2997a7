// SPDX-License-Identifier: MIT
//
// Changing an NTFS volume while allocations and I/Os fail and the power goes:
// each file is old or new, what the checker finds is left over at worst, and the
// next change mends it, during which the power may go again.
//
//     change FOLDER
//
// puts some of these volumes there for judges: cut-N as a power cut left it,
// mended-N after the next change.

#include "fault/fault.h"
#include "ntfs_change.h"
#include "test.h"
#include "two_names.h"

#define SIZE ((uint64_t)3 << 20)
#define TIME UINT64_C(133500000000000000)
#define LONG                                                                   \
	"\\Boot\\a name that is long enough that only a few of its kind go "   \
	"into one block of an index, which is then divided soon %d"
#define FILES 40 // of that kind: three blocks of them

static uint8_t old_data[5000], new_data[9000];
static uint64_t mft_start, mft_end, mirror_start, mirror_end;

static int put(struct ntfs *n, const char *path, const uint8_t *data,
	       size_t size, struct err *err)
{
	return ntfs_write_file(n, path, data, size, NTFS_ATTR_ARCHIVE, TIME,
			       err);
}

static void long_name(char path[300], int i)
{
	snprintf(path, 300, LONG, i);
}

// Empty but for a file with two names, and what is put into it.
static struct disk *new_volume(void)
{
	struct err err = {0};
	struct disk *d;
	struct ntfs *n;
	char path[300];

	check_ok(disk_memory(SIZE, 512, &d, &err), &err);
	build_two_names(d, TIME);
	check_ok(ntfs_open(d, &n, &err), &err);
	check_ok(ntfs_change_begin(n, &err), &err);
	check_ok(ntfs_mkdir_all(n, "\\Boot", TIME, &err), &err);
	check_ok(put(n, "\\Boot\\BCD", old_data, sizeof(old_data), &err), &err);
	check_ok(put(n, "\\small", old_data, 100, &err), &err);
	for (int i = 0; i < FILES; i++) {
		long_name(path, i);
		check_ok(put(n, path, old_data, 10, &err), &err);
	}
	// Its record will be before those of its folders.
	check_ok(put(n, "\\x", old_data, 10, &err), &err);
	check_ok(ntfs_mkdir_all(n, "\\a\\b\\c", TIME, &err), &err);
	check_ok(ntfs_remove(n, "\\x", &err), &err);
	check_ok(put(n, "\\a\\b\\c\\d", old_data, 10, &err), &err);
	check_ok(ntfs_sync(n, &err), &err);
	mft_start = ntfs_get_info(n)->mft_lcn * 512;
	mft_end = mft_start + 27 * 1024 + 65536;
	ntfs_close(n);
	return d;
}

// --- The changes -------------------------------------------------------------

static int replace(struct ntfs *n, struct err *err)
{
	int r = put(n, "\\boot\\bcd", new_data, sizeof(new_data), err);

	return r ? r : put(n, "\\small", new_data, 200, err);
}

// Goes into a full block, beside others that are left.
static int add_long(struct ntfs *n, struct err *err)
{
	char path[300];
	int r = 0;

	for (int i = FILES; !r && i < FILES + 8; i++) {
		long_name(path, i);
		r = put(n, path, new_data, i % 2 ? 300 : 3000, err);
	}
	return r;
}

static int remove_long(struct ntfs *n, struct err *err)
{
	char path[300];
	int r = 0;

	for (int i = 0; !r && i < FILES; i += 2) {
		long_name(path, i);
		r = ntfs_remove(n, path, err);
	}
	return r;
}

static int unlink_one(struct ntfs *n, struct err *err)
{
	int r = put(n, "\\l2", new_data, 3000, err);

	return r ? r : ntfs_remove(n, "\\l1", err);
}

static int remove_folders(struct ntfs *n, struct err *err)
{
	int r = ntfs_remove(n, "\\a\\b\\c\\d", err);

	if (!r)
		r = ntfs_remove(n, "\\a\\b\\c", err);
	if (!r)
		r = ntfs_remove(n, "\\a\\b", err);
	return r ? r : ntfs_remove(n, "\\a", err);
}

static int make_folders(struct ntfs *n, struct err *err)
{
	int r = ntfs_mkdir_all(n, "\\EFI\\Microsoft\\Boot\\en-US", TIME, err);

	return r ? r
		 : put(n, "EFI/Microsoft/Boot/en-US/bootmgr.mui", new_data,
		       sizeof(new_data), err);
}

// The MFT must grow for these.
static int add_many(struct ntfs *n, struct err *err)
{
	char path[64];
	int r = 0;

	for (int i = 0; !r && i < 90; i++) {
		snprintf(path, sizeof(path), "\\many%d", i);
		r = put(n, path, new_data, 50, err);
	}
	return r;
}

static int resize(struct ntfs *n, struct err *err)
{
	int r = ntfs_resize_file(n, "\\Boot\\BCD", 700, TIME, err);

	return r ? r : ntfs_resize_file(n, "\\Boot\\BCD", 6000, TIME, err);
}

static int all(struct ntfs *n, struct err *err)
{
	int r = remove_long(n, err);

	if (!r)
		r = replace(n, err);
	if (!r)
		r = add_long(n, err);
	return r ? r : make_folders(n, err);
}

typedef int change_fn(struct ntfs *n, struct err *err);

static int run(void *ctx, struct disk *d, struct err *err)
{
	change_fn *const *change = ctx;
	struct ntfs *n;
	int r = ntfs_open(d, &n, err);

	if (r)
		return r;
	r = ntfs_change_begin(n, err);
	if (!r)
		r = (*change)(n, err);
	if (!r)
		r = ntfs_sync(n, err);
	ntfs_close(n);
	return r;
}

// --- What must hold ----------------------------------------------------------

static void say(void *ctx, const struct ntfs_problem *p)
{
	(void)ctx;
	if (p->finding == NTFS_UNSAFE)
		fprintf(stderr, "record %lld: %s: %s\n", (long long)p->record,
			ntfs_rule_name(p->rule), p->text);
}

static void say_all(void *ctx, const struct ntfs_problem *p)
{
	(void)ctx;
	fprintf(stderr, "record %lld: %s: %s\n", (long long)p->record,
		ntfs_rule_name(p->rule), p->text);
}

static bool is_resized(const uint8_t *data, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (data[i] != (i < 700 ? 'o' : 0))
			return false;
	return size == 6000;
}

// A file is missing, or has the first `old` bytes of the old data, or the `new`
// first of the new.
static void check_file(struct ntfs *n, const char *path, bool may_miss,
		       size_t old, size_t new)
{
	struct err err = {0};
	size_t size;
	void *data;
	int r = ntfs_read_file(n, path, 20000, &data, &size, &err);

	if ((r == -ENOENT && may_miss))
		return;
	check_ok(r, &err);
	check(((old || !size) && size == old && !memcmp(data, old_data, old)) ||
	      (new && size == new && !memcmp(data, new_data, new)) ||
	      (old == sizeof(old_data) && is_resized(data, size)));
	mem_free(data);
}

static void check_files(struct ntfs *n)
{
	char path[300];

	check_file(n, "\\Boot\\BCD", false, sizeof(old_data), sizeof(new_data));
	check_file(n, "\\small", false, 100, 200);
	for (int i = 0; i < FILES + 8; i++) {
		long_name(path, i);
		check_file(n, path, i % 2 == 0 || i >= FILES,
			   i < FILES ? 10 : 0,
			   i < FILES ? 0
			   : i % 2   ? 300
				     : 3000);
	}
	check_file(n, "EFI/Microsoft/Boot/en-US/bootmgr.mui", true, 0,
		   sizeof(new_data));
	check_file(n, "\\a\\b\\c\\d", true, 10, 0);
	check_file(n, "\\l1", true, 0, 3000);
	check_file(n, "\\l2", false, 0, 3000);
}

// The next change mends what was left; then nothing is.
static void mend(struct disk *d, bool was_dirty)
{
	struct ntfs_check_result result;
	struct err err = {0};
	struct ntfs *n;

	check_ok(ntfs_open(d, &n, &err), &err);
	check_ok(ntfs_change_begin(n, &err), &err);
	check(!!ntfs_note(n) == was_dirty);
	check_files(n);
	check_ok(put(n, "\\next", new_data, 10, &err), &err);
	check_ok(ntfs_sync(n, &err), &err);
	check_files(n);
	check(!(ntfs_get_info(n)->flags & 1) || was_dirty);
	ntfs_close(n);
	check_ok(ntfs_check(d, say_all, NULL, NULL, &result, &err), &err);
	check_eq(result.problems, 0);
	check_ok(ntfs_open(d, &n, &err), &err);
	check(!(ntfs_get_info(n)->flags & 1));
	ntfs_close(n);
}

static void check_volume(void *ctx, struct disk *d, const struct fault_cut *cut,
			 bool is_clean)
{
	struct ntfs_check_result result;
	struct err err = {0};
	struct disk *copy;
	struct ntfs *n;
	bool is_dirty;

	check_ok(ntfs_check(d, say, NULL, NULL, &result, &err), &err);
	check_eq(result.problems, result.leftovers + result.harmless);
	check(!is_clean || !result.problems);
	check_ok(ntfs_open(d, &n, &err), &err);
	is_dirty = ntfs_get_info(n)->flags & 1;
	check_files(n);
	ntfs_close(n);
	if (cut && cut->round == 2) // as round 1, in another order
		return;
	copy = fault_copy(d);
	mend(copy, is_dirty);
	disk_close(copy);
}

// --- Faults ------------------------------------------------------------------

// A file record is written wholly or not at all. In round 1 all is torn.
static enum record_fate choose(void *ctx, size_t index)
{
	struct fault_cut *cut = ctx;
	const struct record *r = &cut->log->items[index];
	uint64_t half = r->len / 2 / 512 * 512;
	bool is_record = (r->off >= mft_start && r->off < mft_end) ||
			 (r->off >= mirror_start && r->off < mirror_end);
	enum record_fate fate = cut->round == 1 ? RECORD_TEAR
						: fault_draw(cut, index);

	return fate == RECORD_TEAR && is_record && half % 1024 ? RECORD_DROP
							       : fate;
}

// A failed sync that is tried again ends as one that did not fail.
static void retry_sync(struct disk *base, change_fn *change, unsigned step)
{
	for (unsigned n = 1;; n += step) {
		struct disk *work = fault_copy(base);
		struct fault_plan plan = {.writes_only = true};
		struct disk *d = fault_disk(work, &plan);
		struct err err = {0};
		struct ntfs *v;
		int r;

		check_ok(ntfs_open(d, &v, &err), &err);
		check_ok(ntfs_change_begin(v, &err), &err);
		check_ok(change(v, &err), &err);
		plan.fail_at = plan.count + n;
		r = ntfs_sync(v, &err);
		check_eq(r, plan.failed ? -EIO : 0);
		err = (struct err){0};
		plan.fail_at = 0;
		check_ok(ntfs_sync(v, &err), &err);
		ntfs_close(v);
		check_volume(NULL, work, NULL, true);
		disk_close(d);
		disk_close(work);
		if (!plan.failed)
			break;
	}
}

static int mend_only(void *ctx, struct disk *d, struct err *err)
{
	struct ntfs *n;
	int r = ntfs_open(d, &n, err);

	if (r)
		return r;
	r = ntfs_change_begin(n, err);
	if (!r)
		r = ntfs_sync(n, err);
	ntfs_close(n);
	return r;
}

static void check_mended(void *ctx, struct disk *d, const struct fault_cut *cut,
			 bool is_done)
{
	check_volume(ctx, d, cut, cut->count && is_done);
}

static unsigned count_writes(struct disk *base, change_fn *change)
{
	struct fault_plan plan = {.writes_only = true};
	struct disk *copy = fault_copy(base), *d = fault_disk(copy, &plan);
	struct err err = {0};

	check_ok(run(&change, d, &err), &err);
	disk_close(d);
	disk_close(copy);
	return plan.count;
}

// Of what is to be written all but some eighths is lost: the power went. Then it
// goes again while that is mended.
static void cut_mending(struct disk *base, change_fn *change, unsigned eighths)
{
	struct fault_operation o = {
		.run = mend_only, .judge = check_mended, .choose = choose};
	struct fault_plan plan = {.fail_at = count_writes(base, change) *
					     eighths / 8,
				  .writes_only = true,
				  .persistent = true};
	struct disk *d;
	struct err err = {0};

	o.base = fault_copy(base);
	d = fault_disk(o.base, &plan);
	check_eq(run(&change, d, &err), -EIO);
	disk_close(d);
	fault_cut_each(&o, 2, 2);
	disk_close(o.base);
}

// --- For judges --------------------------------------------------------------

static unsigned dumped;

static const char *dump_folder;

static void dump_volume(void *ctx, struct disk *d, const struct fault_cut *cut,
			bool is_clean)
{
	struct err err = {0};

	fault_keep(d, dump_folder, "cut", dumped);
	check_ok(mend_only(NULL, d, &err), &err);
	fault_keep(d, dump_folder, "mended", dumped);
	dumped++;
}

static int dump_all(struct disk *base, const char *folder)
{
	change_fn *changes[] = {all, remove_folders, unlink_one, add_many};
	struct fault_operation o = {.base = base,
				    .run = run,
				    .judge = dump_volume,
				    .choose = choose};

	dump_folder = folder;
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		o.ctx = &changes[i];
		fault_cut_each(&o, i == 1 || i == 2 ? 5 : 23, 1);
	}
	disk_close(base);
	return 0;
}

int main(int argc, char **argv)
{
	// Steps between failing I/Os, allocations, and cuts of the power.
	static const struct {
		change_fn *run;
		unsigned io, memory, cut;
	} changes[] = {{replace, 5, 5, 1},        {add_long, 43, 131, 4},
		       {remove_long, 47, 251, 4}, {make_folders, 11, 37, 2},
		       {resize, 7, 7, 1},         {remove_folders, 11, 11, 2},
		       {unlink_one, 7, 7, 1},     {add_many, 97, 701, 13},
		       {all, 101, 907, 9}};
	struct fault_operation o = {
		.run = run, .judge = check_volume, .choose = choose};

	memset(old_data, 'o', sizeof(old_data));
	memset(new_data, 'n', sizeof(new_data));
	o.base = new_volume();
	if (argc == 2)
		return dump_all(o.base, argv[1]);
	check_volume(NULL, o.base, NULL, true);
	for (size_t i = 0; i < sizeof(changes) / sizeof(*changes); i++) {
		change_fn *change = changes[i].run;

		o.ctx = &change;
		fault_cut_each(&o, changes[i].cut, 3);
		fault_io_each(&o, changes[i].io, false, false);
		retry_sync(o.base, change, changes[i].cut);
		fault_mem_each_on(&o, changes[i].memory);
	}
	cut_mending(o.base, all, 5);
	cut_mending(o.base, all, 7);
	cut_mending(o.base, remove_folders, 6);
	cut_mending(o.base, add_many, 4);
	disk_close(o.base);
	return 0;
}
