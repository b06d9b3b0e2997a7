// SPDX-License-Identifier: MIT
//
// FAT volumes made larger while allocations and I/Os fail and the power goes: the old
// volume or the new one is there, with all of its files, and at most lost clusters.

#include "fault/fault.h"
#include "unit/libfat/tree.h"

struct change {
	uint64_t from, to; // size
	uint64_t sum;
};

static int run(void *ctx, struct disk *d, struct err *err)
{
	const struct change *c = ctx;

	return fat_extend(d, c->to, NULL, err);
}

static void check_again(struct disk *d, const struct change *c)
{
	struct err err = {0};
	uint64_t size;

	check_ok(fat_extend(d, c->to, NULL, &err), &err);
	check(tree_of(d, &size, false) == c->sum);
	check_eq(size, c->to);
}

static void judge(void *ctx, struct disk *d, const struct fault_cut *cut,
		  bool is_done)
{
	const struct change *c = ctx;
	uint64_t size;

	check(tree_of(d, &size, !is_done) == c->sum);
	check(size == c->from || size == c->to);
	if (!cut || cut->count % 3 == 0)
		check_again(d, c);
}

static void try_all(int bits, uint32_t cluster, uint64_t from, uint64_t to)
{
	struct change c = {.to = to};
	struct fault_operation o = {.ctx = &c, .run = run, .judge = judge};
	struct err err = {0};
	struct disk *s;

	check_ok(disk_memory(to, 512, &o.base, &err), &err);
	check_ok(disk_slice(o.base, 0, from, &s, &err), &err);
	make_tree(s, bits, cluster, 24, 3000);
	disk_close(s);
	c.sum = tree_of(o.base, &c.from, false);
	fault_cut_each(&o, bits == 16 ? 3 : 1, 2);
	fault_io_each(&o, 19, false, false);
	fault_mem_each_on(&o, 31);
	disk_close(o.base);
}

int main(void)
{
	try_all(12, 512, 300 * 1024, 450 * 1024); // within its tables
	try_all(12, 512, 300 * 1024, 1200 * 1024);
	try_all(16, 512, 5 << 19, 4 << 20);
	try_all(32, 512, 1 << 20, 3 << 20);
	return 0;
}
