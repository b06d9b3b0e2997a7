// SPDX-License-Identifier: MIT
//
// NTFS volumes made larger and smaller while allocations and I/Os fail and the power
// goes: the volume has its old size or its new one, all files are what they were, and
// what else is left the next change mends.

#include "fault/fault.h"
#include "ntfs_change.h"
#include "ntfs_resize.h"
#include "unit/libntfs/resize/contents.h"
#include "unit/libntfs/resize/scatter.h"

#define TIME UINT64_C(133500000000000000)

struct change {
	uint64_t from, to; // size
	uint64_t contents;
};

static void put(struct ntfs *n, const char *path, size_t size)
{
	struct err err = {0};
	uint8_t *data = malloc(size);

	for (size_t i = 0; i < size; i++)
		data[i] = (uint8_t)(i >> 8 ^ i ^ size);
	check_ok(ntfs_write_file(n, path, data, size, 0x20, TIME, &err), &err);
	free(data);
}

// Files of many sizes, one in many pieces, and a folder with blocks.
static void fill(struct disk *d, bool is_small)
{
	struct err err = {0};
	struct ntfs *n;
	char path[100];

	check_ok(ntfs_open(d, &n, &err), &err);
	check_ok(ntfs_change_begin(n, &err), &err);
	check_ok(ntfs_mkdir_all(n, "\\A", TIME, &err), &err);
	for (int i = 0; i < (is_small ? 2 : 14); i++) {
		snprintf(path, sizeof(path),
			 "\\A\\one of those with a long name %d", i);
		put(n, path, i % 2 ? 100 : 1300 + 512 * (size_t)i);
	}
	check_ok(ntfs_sync(n, &err), &err);
	for (int i = 0; i < 14 && !is_small; i += 4) {
		snprintf(path, sizeof(path),
			 "\\A\\one of those with a long name %d", i);
		check_ok(ntfs_remove(n, path, &err), &err);
	}
	check_ok(ntfs_sync(n, &err), &err);
	put(n, "\\pieces", is_small ? 1000 : 60000);
	check_ok(ntfs_sync(n, &err), &err);
	ntfs_close(n);
}

static struct disk *new_volume(uint64_t size, uint64_t room, bool is_small)
{
	struct ntfs_build_options o = {
		.serial = 1, .cluster_size = 512, .time = TIME};
	struct err err = {0};
	struct disk *d, *s;

	check_ok(disk_memory(room, 512, &d, &err), &err);
	check_ok(disk_slice(d, 0, size, &s, &err), &err);
	check_ok(ntfs_format(s, &o, &err), &err);
	disk_close(s);
	fill(d, is_small);
	return d;
}

static uint64_t place_of(struct ntfs *n, uint64_t record)
{
	struct ntfs_runs runs = {0};
	struct err err = {0};
	struct ntfs_attr a;
	struct ntfs_file f;
	uint64_t lcn;

	check_ok(ntfs_file_open(n, record, &f, &err), &err);
	check_ok(ntfs_file_find(&f, NTFS_AT_DATA, NULL, 0, &a, &err), &err);
	check_ok(ntfs_file_runs(&f, &a, &runs, &err), &err);
	lcn = runs.items[0].lcn;
	ntfs_runs_done(&runs);
	ntfs_file_done(&f);
	return lcn * n->info.cluster_size;
}

// Returns the least of the places where $MFT, $MFTMirr and $Bitmap begin.
static uint64_t lowest(struct disk *d)
{
	static const uint64_t records[] = {NTFS_REC_MFT, NTFS_REC_MFTMIRR,
					   NTFS_REC_BITMAP};
	struct err err = {0};
	uint64_t least = UINT64_MAX;
	struct ntfs *n;

	check_ok(ntfs_open(d, &n, &err), &err);
	for (size_t i = 0; i < 3; i++)
		if (place_of(n, records[i]) < least)
			least = place_of(n, records[i]);
	ntfs_close(n);
	return least;
}

static int run(void *ctx, struct disk *d, struct err *err)
{
	const struct change *c = ctx;

	return c->to < c->from ? ntfs_shrink(d, c->to, NULL, err)
			       : ntfs_extend(d, c->to, NULL, err);
}

// --- What must hold ----------------------------------------------------------

static uint64_t size_of(struct disk *d)
{
	struct err err = {0};
	struct ntfs *n;
	uint64_t size;

	check_ok(ntfs_open(d, &n, &err), &err);
	size = ntfs_get_info(n)->size + 512;
	ntfs_close(n);
	return size;
}

static void say(void *ctx, const struct ntfs_problem *p)
{
	(void)ctx;
	if (p->finding == NTFS_UNSAFE)
		fprintf(stderr, "record %lld: %s: %s\n", (long long)p->record,
			ntfs_rule_name(p->rule), p->text);
}

static const char *dump_folder;
static unsigned dumped;

static void check_mended(struct disk *d)
{
	struct err err = {0};
	struct ntfs *n;

	check_ok(ntfs_open(d, &n, &err), &err);
	check_ok(ntfs_change_begin(n, &err), &err);
	put(n, "\\next", 10);
	check_ok(ntfs_sync(n, &err), &err);
	ntfs_close(n);
	check_sound(d);
	if (dump_folder)
		fault_keep(d, dump_folder, "resized", dumped++);
}

static void check_again(struct disk *d, struct change *c)
{
	struct err err = {0};

	check_ok(run(c, d, &err), &err);
	check_eq(size_of(d), c->to);
	check(contents(d) == c->contents);
	check_sound(d);
}

static void judge(void *ctx, struct disk *d, const struct fault_cut *cut,
		  bool is_done)
{
	struct change *c = ctx;
	struct ntfs_check_result result;
	struct err err = {0};
	struct disk *copy;

	check_ok(ntfs_check(d, say, NULL, NULL, &result, &err), &err);
	check_eq(result.problems, result.leftovers + result.harmless);
	check(!is_done || !result.problems);
	check(size_of(d) == c->from || size_of(d) == c->to);
	check(contents(d) == c->contents);
	if (cut && cut->round > 1)
		return;
	copy = fault_copy(d);
	check_mended(copy);
	disk_close(copy);
	if (cut && cut->count % 4 == 0)
		check_again(d, c);
}

// A file record is written wholly or not at all. In round 1 all else is torn.
static enum record_fate choose(void *ctx, size_t index)
{
	struct fault_cut *cut = ctx;
	const struct record *r = &cut->log->items[index];
	enum record_fate fate = cut->round == 1 ? RECORD_TEAR
						: fault_draw(cut, index);

	return fate == RECORD_TEAR && r->len / 2 / 512 % 2 ? RECORD_DROP : fate;
}

static void try_all(struct disk *base, uint64_t to)
{
	struct change c = {
		.from = size_of(base), .to = to, .contents = contents(base)};
	struct fault_operation o = {.base = base,
				    .ctx = &c,
				    .run = run,
				    .judge = judge,
				    .choose = choose};

	if (dump_folder) {
		fault_cut_each(&o, 7, 1);
		return;
	}
	fault_cut_each(&o, 2, 2);
	fault_io_each(&o, 97, false, false);
	fault_io_each(&o, 23, true, false);
	fault_mem_each_on(&o, 307);
}

//     resize FOLDER
//
// puts some of the volumes there, as they are after the next change, for judges.
int main(int argc, char **argv)
{
	struct ntfs_shrink_limits l;
	struct err err = {0};
	struct disk *d;

	dump_folder = argc == 2 ? argv[1] : NULL;
	// Everything is moved, from all over the volume.
	d = new_volume(3 << 19, 3 << 19, false);
	for (uint64_t seed = 1;; seed++) {
		scatter(d, seed);
		check_ok(ntfs_shrink_query(d, &l, &err), &err);
		if (lowest(d) >= l.minimum)
			break;
	}
	try_all(d, l.minimum);
	disk_close(d);
	// $Bitmap needs more clusters, and one of those that it has is in part.
	d = new_volume(3000 * 512, 5000 * 512, true);
	try_all(d, 5000 * 512);
	disk_close(d);
	return 0;
}
