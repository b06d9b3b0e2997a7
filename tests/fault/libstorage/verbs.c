// SPDX-License-Identifier: MIT
//
// Verbs that are cut off, or fail at the N-th write or allocation: the disk has the old
// partitions or the new ones, a volume is never larger than its partition, and the same
// verb once more does the rest.

#include "fault/fault.h"
#include "storage_fake.h"

#define MIB ((uint64_t)1 << 20)

static const char *const files[] = {"d.img"};

static struct storage *open_on(struct disk *d, struct err *err)
{
	const struct storage_source source = {.files = files, .file_count = 1};
	struct storage *s = NULL;

	fake_begin();
	fake_take("d.img", d);
	return storage_open(&fake_effects, &source, &s, err) ? NULL : s;
}

static void close_on(struct storage *s)
{
	storage_close(s);
	fake_end();
}

// A disk with one partition, formatted or not.
static struct disk *new_disk(enum part_style style, uint64_t size, bool ntfs)
{
	const struct storage_format how = {
		.fs = STORAGE_NTFS, .serial = 7, .time = 1};
	const struct part part = {.type = part_type_data,
				  .mbr_type = ntfs ? 7 : 0x0f,
				  .size = size};
	struct err err = {0};
	struct storage *s;
	struct disk *d;
	unsigned n;

	check_ok(disk_memory(6 * MIB, 512, &d, &err), &err);
	s = open_on(d, &err);
	check(s);
	check_ok(storage_convert(s, 0, style, &err), &err);
	check_ok(storage_create_partition(s, 0, &part, &n, &err), &err);
	if (ntfs)
		check_ok(storage_format_volume(s, 0, &how, false, false, NULL,
					       &err),
			 &err);
	close_on(s);
	return d;
}

// --- What must hold ----------------------------------------------------------------

struct sizes {
	uint64_t old, new;
};

static bool is_larger(const struct sizes *z)
{
	return z->new > z->old;
}

static int resize(void *ctx, struct disk *d, struct err *err)
{
	const struct sizes *z = ctx;
	struct storage *s = open_on(d, err);
	uint64_t by = is_larger(z) ? z->new - z->old : z->old - z->new;
	int r = s ? 0 : err->code;

	if (!r)
		r = is_larger(z) ? storage_extend(s, 0, by, NULL, err)
				 : storage_shrink(s, 0, by, 0, &by, NULL, err);
	close_on(s);
	return r;
}

// The size of the volume, rounded, and of its partition.
static void look(struct disk *d, uint64_t *ret_volume, uint64_t *ret_part)
{
	struct part_table *t;
	struct err err = {0};
	struct disk *volume;
	struct ntfs *n;

	check_ok(part_table_read(d, &t, &err), &err);
	check_eq(t->count, 1);
	*ret_part = t->parts[0].size;
	part_table_free(t);
	check_ok(part_open(d, 1, &volume, &err), &err);
	check_ok(ntfs_open(volume, &n, &err), &err);
	check(ntfs_get_info(n)->size <= *ret_part);
	*ret_volume = round_up(ntfs_get_info(n)->size, MIB);
	ntfs_close(n);
	disk_close(volume);
}

static void judge_size(void *ctx, struct disk *d, const struct fault_cut *cut,
		       bool is_done)
{
	struct ntfs_check_result result;
	const struct sizes *z = ctx;
	struct err err = {0};
	uint64_t volume, part;
	struct disk *inner;

	look(d, &volume, &part);
	check(part == z->old || part == z->new);
	check(volume == z->old || volume == z->new);
	if (part != z->new || volume != z->new)
		check_ok(resize(ctx, d, &err), &err);
	look(d, &volume, &part);
	check_eq(part, z->new);
	check_eq(volume, z->new);
	if (!cut || cut->round)
		return;
	check_ok(part_open(d, 1, &inner, &err), &err);
	check_ok(ntfs_check(inner, NULL, NULL, NULL, &result, &err), &err);
	disk_close(inner);
}

// A record of two sectors that was torn is for libntfs' own tests.
static enum record_fate keep_or_drop(void *cut, size_t index)
{
	return fault_draw(cut, index) == RECORD_DROP ? RECORD_DROP
						     : RECORD_KEEP;
}

static void test_sizes(void)
{
	struct sizes rows[] = {{2 * MIB, 4 * MIB}, {4 * MIB, 3 * MIB}};

	for (int i = 0; i < 2; i++) {
		struct fault_operation o = {
			.base = new_disk(PART_GPT, rows[i].old, true),
			.ctx = &rows[i],
			.run = resize,
			.judge = judge_size,
			.choose = keep_or_drop};

		fault_cut_each(&o, 2, 2);
		fault_io_each(&o, 3, true, false);
		disk_close(o.base);
	}
}

// --- The table alone -----------------------------------------------------------------

static int add_logical(void *ctx, struct disk *d, struct err *err)
{
	const struct part part = {.mbr_type = 7, .logical = true, .size = MIB};
	struct storage *s = open_on(d, err);
	int r = s ? 0 : err->code;
	unsigned n;

	(void)ctx;
	if (!r)
		r = storage_create_partition(s, 0, &part, &n, err);
	close_on(s);
	return r;
}

static int remove_first(void *ctx, struct disk *d, struct err *err)
{
	struct storage *s = open_on(d, err);
	int r = s ? 0 : err->code;

	(void)ctx;
	if (!r)
		r = storage_delete_partition(s, 0, 1, false, err);
	close_on(s);
	return r;
}

// `ctx` is how many there are before, and the sum of that and of those after.
static void judge_count(void *ctx, struct disk *d, const struct fault_cut *cut,
			bool is_done)
{
	const size_t *counts = ctx;
	struct err err = {0};
	struct part_table *t;

	check_ok(part_table_read(d, &t, &err), &err);
	check(t->count == counts[0] || t->count == counts[1]);
	part_table_free(t);
}

static void test_chain(void)
{
	size_t counts[2] = {1, 2};
	struct fault_operation o = {.base = new_disk(PART_MBR, 5 * MIB, false),
				    .ctx = counts,
				    .run = add_logical,
				    .judge = judge_count};
	struct err err = {0};

	for (int i = 0; i < 2; i++, counts[0]++, counts[1]++) {
		fault_cut_each(&o, 1, 2);
		fault_io_each(&o, 1, true, false);
		fault_mem_each_on(&o, 7);
		check_ok(add_logical(NULL, o.base, &err), &err);
	}
	o.run = remove_first;
	counts[1] = counts[0] - 1;
	fault_cut_each(&o, 1, 2);
	fault_io_each(&o, 1, true, false);
	disk_close(o.base);
}

int main(void)
{
	test_chain();
	test_sizes();
	return 0;
}
