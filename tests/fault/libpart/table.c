// SPDX-License-Identifier: MIT
//
// Writing and wiping tables while allocations and I/Os fail and the power goes:
// what is on the disk afterwards is the old table or the new one.

#include "fault/fault.h"
#include "part.h"
#include "test.h"

#define SIZE ((uint64_t)10 << 20)

// What part_table_read says of a disk, comparable.
struct state {
	int r;
	enum part_style style;
	struct guid id;
	uint32_t signature;
	size_t count;
	struct {
		uint64_t start, size;
		uint8_t mbr_type;
		struct guid id;
	} parts[16];
};

static const struct guid disk_id = {{1, 2, 3, 4}}, other_id = {{9}};

static void read_state(struct disk *d, struct state *ret)
{
	struct part_table *t;

	memset(ret, 0, sizeof(*ret));
	ret->r = part_table_read(d, &t, NULL);
	if (ret->r)
		return;
	ret->style = t->style;
	ret->id = t->disk_id;
	ret->signature = t->mbr_signature;
	ret->count = t->count;
	check(t->count <= 16);
	for (size_t i = 0; i < t->count; i++) {
		ret->parts[i].start = t->parts[i].start;
		ret->parts[i].size = t->parts[i].size;
		ret->parts[i].mbr_type = t->parts[i].mbr_type;
		ret->parts[i].id = t->parts[i].id;
	}
	part_table_free(t);
}

static struct disk *new_disk(void)
{
	struct err err = {0};
	struct disk *d;

	check_ok(disk_memory(SIZE, 512, &d, &err), &err);
	return d;
}

static struct disk *copy_disk(struct disk *from)
{
	static uint8_t data[SIZE];
	struct disk *d = new_disk();

	check_ok(disk_read(from, 0, data, SIZE, NULL), NULL);
	check_ok(disk_write(d, 0, data, SIZE, NULL), NULL);
	return d;
}

// --- Steps: each leads from what it finds to something else ------------------

static int add(struct part_table *t, struct part spec, struct err *err)
{
	if (t->style == PART_GPT)
		spec.type = part_type_data;
	return part_table_add(t, &spec, NULL, err);
}

static int write_new(struct disk *d, enum part_style style,
		     const struct guid *id, int parts, struct err *err)
{
	struct part_table *t;
	int r = part_table_new(style, d, id, 0x11223344, &t, err);

	if (r)
		return r;
	for (int i = 0; i < parts && !r; i++)
		r = add(t, (struct part){.size = 1 << 20, .mbr_type = 7}, err);
	if (!r)
		r = part_table_write(t, d, err);
	part_table_free(t);
	return r;
}

static int step_gpt(struct disk *d, struct err *err)
{
	return write_new(d, PART_GPT, &disk_id, 2, err);
}

static int step_other_gpt(struct disk *d, struct err *err)
{
	return write_new(d, PART_GPT, &other_id, 3, err);
}

static int step_mbr(struct disk *d, struct err *err)
{
	return write_new(d, PART_MBR, NULL, 2, err);
}

// Reads the table, adds `spec` or (number set) removes that one, writes it.
static int change(struct disk *d, struct part spec, unsigned remove,
		  struct err *err)
{
	struct part_table *t;
	int r = part_table_read(d, &t, err);

	if (r)
		return r;
	r = remove ? part_table_remove(t, remove, err) : add(t, spec, err);
	if (!r)
		r = part_table_write(t, d, err);
	part_table_free(t);
	return r;
}

static int step_add(struct disk *d, struct err *err)
{
	return change(d, (struct part){.size = 1 << 20, .mbr_type = 7}, 0, err);
}

static int step_extended(struct disk *d, struct err *err)
{
	return change(d, (struct part){.mbr_type = 0x0f}, 0, err);
}

static int step_logical(struct disk *d, struct err *err)
{
	return change(d,
		      (struct part){.mbr_type = 7,
				    .logical = true,
				    .size = 512 << 10},
		      0, err);
}

static int step_remove_5(struct disk *d, struct err *err)
{
	return change(d, (struct part){0}, 5, err);
}

static int step_remove_6(struct disk *d, struct err *err)
{
	return change(d, (struct part){0}, 6, err);
}

static int step_break_primary(struct disk *d, struct err *err)
{
	return disk_zero(d, 512, 512, err);
}

static int step_break_backup(struct disk *d, struct err *err)
{
	return disk_zero(d, SIZE - 512, 512, err);
}

typedef int step_fn(struct disk *d, struct err *err);

// --- Faults ------------------------------------------------------------------

static uint32_t seed;

static enum record_fate random_fate(void *ctx, size_t index)
{
	seed = seed * 1664525 + 1013904223;
	return (enum record_fate)(seed >> 16) % 3;
}

static void cut_power(struct disk *base, step_fn *step, const struct state *old,
		      const struct state *new)
{
	struct record_log log = {0};
	struct disk *work = copy_disk(base);
	struct disk *d = record_disk(work, &log);
	struct err err = {0};

	check_ok(step(d, &err), &err);
	for (size_t n = 0; n <= log.count; n++) {
		for (seed = 0; seed < 750; seed += 250) {
			struct disk *cut = copy_disk(base);
			struct state s;
			uint32_t start = seed;

			record_replay(&log, n, cut, seed ? random_fate : NULL,
				      NULL);
			seed = start;
			read_state(cut, &s);
			check(!memcmp(&s, old, sizeof(s)) ||
			      !memcmp(&s, new, sizeof(s)));
			check(n < log.count || start ||
			      !memcmp(&s, new, sizeof(s)));
			disk_close(cut);
		}
	}
	record_free(&log);
	disk_close(d);
	disk_close(work);
}

static void fail_io(struct disk *base, step_fn *step, const struct state *old,
		    const struct state *new)
{
	for (unsigned n = 2;; n++) {
		struct fault_plan plan = {.fail_at = n / 2,
					  .persistent = n & 1};
		struct disk *work = copy_disk(base);
		struct disk *d = fault_disk(work, &plan);
		struct err err = {0};
		struct state s;
		int r = step(d, &err);

		check_eq(r, plan.failed ? -EIO : 0);
		read_state(work, &s);
		check(!memcmp(&s, old, sizeof(s)) ||
		      !memcmp(&s, new, sizeof(s)));
		disk_close(d);
		disk_close(work);
		if (!plan.failed)
			break;
	}
}

static void fail_memory(struct disk *base, step_fn *step,
			const struct state *old, const struct state *new)
{
	for (unsigned n = 1;; n++) {
		struct disk *work = copy_disk(base);
		size_t live = fault_mem_live();
		struct err err = {0};
		struct state s;
		unsigned failed;
		int r;

		fault_mem(n, false);
		r = step(work, &err);
		failed = fault_mem_failed();
		fault_mem(0, false);
		check_eq(r, failed ? -ENOMEM : 0);
		check_eq(fault_mem_live(), live);
		read_state(work, &s);
		check(!memcmp(&s, r ? old : new, sizeof(s)));
		disk_close(work);
		if (!failed)
			break;
	}
}

// Does the steps before the last one, then the last one with everything that
// can go wrong.
static void test(step_fn *const *steps)
{
	struct disk *base = new_disk(), *after;
	struct state old, new;
	struct err err = {0};

	for (; steps[1]; steps++)
		check_ok((*steps)(base, &err), &err);
	read_state(base, &old);
	after = copy_disk(base);
	check_ok((*steps)(after, &err), &err);
	read_state(after, &new);
	check(memcmp(&old, &new, sizeof(old)));
	disk_close(after);
	cut_power(base, *steps, &old, &new);
	fail_io(base, *steps, &old, &new);
	fail_memory(base, *steps, &old, &new);
	disk_close(base);
}

#define MAX_STEPS 7

static step_fn *const paths[][MAX_STEPS] = {
	{step_gpt},
	{step_mbr},
	{step_gpt, step_add},
	{step_gpt, step_other_gpt},
	{step_gpt, step_break_primary, step_other_gpt},
	{step_gpt, step_break_backup, step_other_gpt},
	{step_gpt, step_mbr},
	{step_mbr, step_gpt},
	{step_gpt, step_mbr, step_gpt},
	{step_mbr, step_add},
	{step_mbr, step_extended},
	{step_mbr, step_extended, step_logical},
	{step_mbr, step_extended, step_logical, step_logical},
	{step_mbr, step_extended, step_logical, step_logical, step_remove_5},
	{step_mbr, step_extended, step_logical, step_logical, step_remove_6},
	{step_mbr, step_extended, step_logical, step_logical, step_remove_5,
	 step_logical},
	{step_gpt, part_wipe},
	{step_gpt, step_break_primary, part_wipe},
	{step_mbr, step_extended, step_logical, step_logical, part_wipe},
};

int main(void)
{
	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++)
		test(paths[i]);
	return 0;
}
