// SPDX-License-Identifier: MIT
//
// Changing an NTFS volume while allocations and I/Os fail and the power goes:
// each file is old or new, and what the checker finds is left over at worst.

#include "fault/fault.h"
#include "ntfs.h"
#include "test.h"

#define SIZE ((uint64_t)3 << 20)
#define TIME UINT64_C(133500000000000000)
#define LONG "\\Boot\\a name that is long enough that only a few of its kind go " \
	     "into one block of an index, which is then divided soon %d"
#define FILES 40 // of that kind: three blocks of them

static uint8_t old_data[5000], new_data[9000];
static uint64_t mft_start, mft_end, mirror_start, mirror_end;

static struct disk *copy_disk(struct disk *from)
{
	static uint8_t data[SIZE];
	struct disk *d;

	check_ok(disk_memory(SIZE, 512, &d, NULL), NULL);
	check_ok(disk_read(from, 0, data, SIZE, NULL), NULL);
	check_ok(disk_write(d, 0, data, SIZE, NULL), NULL);
	return d;
}

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

// Empty but for a file with two names.
static void build(struct disk *d)
{
	struct ntfs_build_options o = {.serial = 1, .cluster_size = 512};
	struct ntfs_node_spec spec = {0, TIME, TIME, TIME, TIME,
				      NTFS_NO_SECURITY};
	struct err err = {0};
	struct ntfs_build *b;
	uint32_t node;

	check_ok(ntfs_build_new(d, &o, &b, &err), &err);
	check_ok(ntfs_build_add(b, &spec, &node, &err), &err);
	for (unsigned i = 0; i < 2; i++) {
		le16 units[2] = {to_le16('l'), to_le16((uint16_t)('1' + i))};
		struct ntfs_name name = {units, 2, NULL, 0};

		check_ok(ntfs_build_link(b, node, NTFS_ROOT, &name, &err),
			 &err);
	}
	check_ok(ntfs_build_layout(b, &err), &err);
	check_ok(ntfs_build_begin(b, &err), &err);
	check_ok(ntfs_build_finish(b, NULL, &err), &err);
	ntfs_build_free(b);
}

static struct disk *new_volume(void)
{
	struct err err = {0};
	struct disk *d;
	struct ntfs *n;
	char path[300];

	check_ok(disk_memory(SIZE, 512, &d, &err), &err);
	build(d);
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

static int run(struct disk *d, change_fn *change, struct err *err)
{
	struct ntfs *n;
	int r = ntfs_open(d, &n, err);

	if (r)
		return r;
	r = ntfs_change_begin(n, err);
	if (!r)
		r = change(n, err);
	if (!r)
		r = ntfs_sync(n, err);
	ntfs_close(n);
	return r;
}

// --- What must hold ----------------------------------------------------------

static void say(void *ctx, const struct ntfs_problem *p)
{
	(void)ctx;
	if (!p->is_leftover)
		fprintf(stderr, "record %lld: %s: %s\n", (long long)p->record,
			p->rule, p->text);
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

static void check_volume(struct disk *d, bool is_clean)
{
	struct ntfs_check_result result;
	struct err err = {0};
	struct ntfs *n;
	char path[300];

	check_ok(ntfs_check(d, say, NULL, NULL, &result, &err), &err);
	check_eq(result.problems, result.leftovers);
	check(!is_clean || !result.problems);
	check_ok(ntfs_open(d, &n, &err), &err);
	check(!result.problems || ntfs_get_info(n)->flags & 1);
	check_file(n, "\\Boot\\BCD", false, sizeof(old_data), sizeof(new_data));
	check_file(n, "\\small", false, 100, 200);
	for (int i = 0; i < FILES + 8; i++) {
		long_name(path, i);
		check_file(n, path, i % 2 == 0 || i >= FILES,
			   i < FILES ? 10 : 0,
			   i < FILES ? 0 : i % 2 ? 300 : 3000);
	}
	check_file(n, "EFI/Microsoft/Boot/en-US/bootmgr.mui", true, 0,
		   sizeof(new_data));
	check_file(n, "\\a\\b\\c\\d", true, 10, 0);
	check_file(n, "\\l1", true, 0, 3000);
	check_file(n, "\\l2", false, 0, 3000);
	ntfs_close(n);
}

// --- Faults ------------------------------------------------------------------

static uint32_t seed;
static bool tear_all;

// A file record is written wholly or not at all.
static enum record_fate random_fate(void *ctx, size_t index)
{
	const struct record *r =
		&((const struct record_log *)ctx)->items[index];
	uint64_t half = r->len / 2 / 512 * 512;
	bool is_record = (r->off >= mft_start && r->off < mft_end) ||
			 (r->off >= mirror_start && r->off < mirror_end);
	enum record_fate fate;

	seed = seed * 1664525 + 1013904223;
	fate = tear_all ? RECORD_TEAR : (enum record_fate)((seed >> 16) % 3);
	return fate == RECORD_TEAR && is_record && half % 1024 ? RECORD_DROP
								 : fate;
}

static void cut_power(struct disk *base, change_fn *change, unsigned step)
{
	struct record_log log = {0};
	struct disk *work = copy_disk(base);
	struct disk *d = record_disk(work, &log);
	struct err err = {0};

	check_ok(run(d, change, &err), &err);
	for (size_t n = 0; n <= log.count;
	     n += n + step > log.count && n < log.count ? log.count - n : step) {
		for (unsigned round = 0; round < 3; round++) {
			struct disk *cut = copy_disk(base);

			seed = round * 77 + (uint32_t)n;
			tear_all = round == 1;
			record_replay(&log, n, cut, round ? random_fate : NULL,
				      &log);
			check_volume(cut, n == 0 || n == log.count);
			disk_close(cut);
		}
	}
	record_free(&log);
	disk_close(d);
	disk_close(work);
}

static void fail_io(struct disk *base, change_fn *change, unsigned step)
{
	for (unsigned n = 2;; n += step) {
		struct fault_plan plan = {.fail_at = n / 2,
					  .persistent = n & 1};
		struct disk *work = copy_disk(base);
		struct disk *d = fault_disk(work, &plan);
		struct err err = {0};
		int r = run(d, change, &err);

		check_eq(r, plan.failed ? -EIO : 0);
		check_volume(work, !plan.failed);
		disk_close(d);
		disk_close(work);
		if (!plan.failed)
			break;
	}
}

// A failed sync that is tried again ends as one that did not fail.
static void retry_sync(struct disk *base, change_fn *change, unsigned step)
{
	for (unsigned n = 1;; n += step) {
		struct disk *work = copy_disk(base);
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
		check_volume(work, true);
		disk_close(d);
		disk_close(work);
		if (!plan.failed)
			break;
	}
}

// Every step-th allocation, and all from there on.
static void fail_memory(struct disk *base, change_fn *change, unsigned step)
{
	for (unsigned n = 2;; n += step) {
		struct disk *work = copy_disk(base);
		size_t live = fault_mem_live();
		struct err err = {0};
		unsigned failed;
		int r;

		fault_mem(n / 2, n & 1);
		r = run(work, change, &err);
		failed = fault_mem_failed();
		fault_mem(0, false);
		check_eq(r, failed ? -ENOMEM : 0);
		check_eq(fault_mem_live(), live);
		check_volume(work, !failed);
		disk_close(work);
		if (!failed)
			break;
	}
}

int main(void)
{
	// Steps between failing I/Os, allocations, and cuts of the power.
	static const struct {
		change_fn *run;
		unsigned io, memory, cut;
	} changes[] = {{replace, 5, 5, 1},	 {add_long, 43, 131, 2},
		       {remove_long, 47, 251, 2}, {make_folders, 11, 37, 1},
		       {resize, 7, 7, 1},	 {remove_folders, 11, 11, 1},
		       {unlink_one, 7, 7, 1},	 {add_many, 97, 701, 7},
		       {all, 101, 907, 5}};
	struct disk *base;

	memset(old_data, 'o', sizeof(old_data));
	memset(new_data, 'n', sizeof(new_data));
	base = new_volume();
	check_volume(base, true);
	for (size_t i = 0; i < sizeof(changes) / sizeof(*changes); i++) {
		cut_power(base, changes[i].run, changes[i].cut);
		fail_io(base, changes[i].run, changes[i].io);
		retry_sync(base, changes[i].run, changes[i].cut);
		fail_memory(base, changes[i].run, changes[i].memory);
	}
	disk_close(base);
	return 0;
}
