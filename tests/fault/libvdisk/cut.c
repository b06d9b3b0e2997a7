// SPDX-License-Identifier: MIT
//
// The power goes while a virtual disk is written: each prefix of the log of
// writes, with what was not flushed kept, dropped or torn, must leave an image
// that opens, in which each sector holds what was flushed last or something
// written since. And the N-th write fails: the writer is told, can go on, and
// the image stays valid.

#include "fault/fault.h"
#include "unit/libvdisk/model.h"

#define SIZE    (3 * 1024 * K + 4096)
#define SECTORS (SIZE / 512)
#define STEPS   24

// One operation: sectors [first, end) hold `tag` from then on: 0 when they were
// zeroed. When they were discarded they hold 0, or what they held. A flush has
// no sectors.
struct step {
	uint32_t first, end, tag;
	bool is_discard;
	size_t begun, done; // entries of the log before and after it
	bool failed;
};

struct run {
	const struct kind *kind;
	struct disk *parent;
	struct step steps[STEPS];
	struct record_log log;
	size_t created; // entries of the log that make the disk
};

static uint8_t buffer[SIZE];

static void fill(uint8_t *at, uint32_t tag, uint32_t sectors)
{
	for (uint32_t i = 0; i < sectors * 128; i++)
		memcpy(at + i * 4, &tag, 4);
}

static struct step next_step(uint64_t *seed, uint32_t tag)
{
	struct step s = {.tag = tag};

	if (random_number(seed) % 4 == 0)
		return s;
	s.first = (uint32_t)(random_number(seed) % SECTORS);
	s.end = s.first + 1 + (uint32_t)(random_number(seed) % 30);
	if (random_number(seed) % 4 == 0) {
		// over one whole block or two of them
		s.first = s.first / 1024 * 1024;
		s.end = s.first + 3000;
		s.tag = 0;
		s.is_discard = random_number(seed) % 2;
	}
	if (s.end > SECTORS)
		s.end = SECTORS;
	return s;
}

static int do_step(struct disk *d, const struct step *s, struct err *err)
{
	if (s->first == s->end)
		return disk_flush(d, err);
	if (s->is_discard)
		return disk_discard(d, s->first * 512u,
				    (s->end - s->first) * 512u, err);
	if (!s->tag)
		return disk_zero(d, s->first * 512u, (s->end - s->first) * 512u,
				 err);
	fill(buffer, s->tag, s->end - s->first);
	return disk_write(d, s->first * 512u, buffer,
			  (s->end - s->first) * 512u, err);
}

static uint32_t tag_below(const struct run *run, uint32_t sector)
{
	uint32_t tag = 0;

	if (run->kind->type == VDISK_DIFFERENCING &&
	    sector < run->parent->size / 512)
		check(!disk_read(run->parent, sector * 512u, &tag, 4, NULL));
	return tag;
}

// Tells whether a sector may hold a tag after a cut behind `count` entries of
// the log.
static bool may_hold(const struct run *run, uint32_t sector, uint32_t tag,
		     size_t count)
{
	bool flushed = false;

	for (int i = STEPS - 1; i >= 0; i--) {
		const struct step *s = &run->steps[i];

		if (s->begun > count)
			continue;
		if (s->first == s->end) {
			flushed = flushed || (s->done <= count && !s->failed);
			continue;
		}
		if (sector < s->first || sector >= s->end)
			continue;
		if (s->tag == tag)
			return true;
		if (flushed && !s->failed && !s->is_discard)
			return false;
	}
	return tag == tag_below(run, sector);
}

static void check_content(const struct run *run, struct disk *file,
			  size_t count)
{
	struct vdisk_check found;
	struct err err = {0};
	struct disk *d;

	check_ok(vdisk_check(file, false, &found, &err), &err);
	d = open_kind(run->kind, file, run->parent);
	check_ok(disk_read(d, 0, buffer, SIZE, &err), &err);
	for (uint32_t i = 0; i < SECTORS; i++) {
		uint32_t tag;

		memcpy(&tag, buffer + i * 512, 4);
		for (int j = 1; j < 128; j++)
			check(!memcmp(buffer + i * 512 + j * 4, &tag, 4));
		if (!may_hold(run, i, tag, count)) {
			fprintf(stderr, "cut at %zu: sector %u has %u\n", count,
				i, tag);
			exit(1);
		}
	}
	end_disk(d);
}

// What comes after a cut must work too: write, close, read again.
static void check_usable(const struct run *run, struct disk *file)
{
	struct step last = {
		.first = SECTORS / 2, .end = SECTORS / 2 + 9, .tag = 77777};
	struct disk *d = open_kind(run->kind, file, run->parent);
	struct err err = {0};
	uint32_t tag;

	check_ok(do_step(d, &last, &err), &err);
	end_disk(d);
	d = open_kind(run->kind, file, run->parent);
	check_ok(disk_read(d, last.first * 512u, &tag, 4, &err), &err);
	check_eq(tag, last.tag);
	end_disk(d);
}

static void record_run(struct run *run)
{
	struct vdisk_create c = create_of(run->kind, SIZE);
	struct disk *base = roomy_disk(UINT64_C(16) << 20), *file, *d;
	struct err err = {0};
	uint64_t seed = 5;

	file = record_disk(base, &run->log);
	check_ok(vdisk_create(file, &c, &err), &err);
	run->created = run->log.count;
	d = open_kind(run->kind, file, run->parent);
	for (uint32_t i = 0; i < STEPS; i++) {
		struct step s = next_step(&seed, i + 1);

		s.begun = run->log.count;
		check_ok(do_step(d, &s, &err), &err);
		s.done = run->log.count;
		run->steps[i] = s;
	}
	end_disk(d);
	end_disk(file);
	end_disk(base);
}

static void cut(const struct kind *kind, struct disk *parent)
{
	struct run run = {.kind = kind, .parent = parent};
	struct disk *file = roomy_disk(UINT64_C(32) << 20);
	struct err err = {0};

	record_run(&run);
	for (size_t n = run.created; n <= run.log.count; n++) {
		for (unsigned way = 0; way < 6; way++) {
			if (way > 3 && (n + way) % 3)
				continue;
			check_ok(disk_resize(file, 0, &err), &err);
			record_cut(&run.log, n, file, way);
			check_content(&run, file, n);
			if (n % 8 == way)
				check_usable(&run, file);
		}
	}
	end_disk(file);
	record_free(&run.log);
}

// The N-th write, flush or growth fails; a step that failed is tried again when
// all works again.
static bool fail_one(const struct kind *kind, struct disk *parent, unsigned n,
		     bool persistent)
{
	struct run run = {.kind = kind, .parent = parent};
	struct vdisk_create c = create_of(kind, SIZE);
	struct fault_plan plan = {.persistent = persistent,
				  .writes_only = true};
	struct disk *base = roomy_disk(UINT64_C(16) << 20), *file, *d;
	uint64_t seed = 5;
	struct err err = {0};

	check_ok(vdisk_create(base, &c, &err), &err);
	file = fault_disk(base, &plan);
	d = open_kind(kind, file, parent);
	plan.fail_at = n;
	for (uint32_t i = 0; i < STEPS; i++) {
		struct step s = next_step(&seed, i + 1);
		int r = do_step(d, &s, NULL);

		s.failed = r;
		check(!r || (r == -EIO && plan.failed));
		if (r && i % 2) {
			plan.fail_at = 0;
			check_ok(do_step(d, &s, &err), &err);
			s.failed = false;
		}
		run.steps[i] = s;
	}
	check_content(&run, base, 0);
	plan.fail_at = 0;
	check_ok(disk_flush(d, &err), &err);
	check_content(&run, base, 0);
	end_disk(d);
	end_disk(file);
	check_content(&run, base, 0);
	check_usable(&run, base);
	end_disk(base);
	return plan.failed;
}

// The volume that the file lies on becomes full: the writer is told, all that
// was written before stays, and when there is room again it goes on.
static void fill_up(const struct kind *kind, struct disk *parent, uint64_t more,
		    bool grows)
{
	struct run run = {.kind = kind, .parent = parent};
	struct vdisk_create c = create_of(kind, SIZE);
	struct fault_plan plan = {.grows = grows, .writes_only = true};
	struct disk *base = roomy_disk(UINT64_C(16) << 20), *file, *d;
	uint64_t seed = 5;
	struct err err = {0};

	check_ok(vdisk_create(base, &c, &err), &err);
	file = fault_disk(base, &plan);
	d = open_kind(kind, file, parent);
	plan.room = base->size + more;
	for (uint32_t i = 0; i < STEPS; i++) {
		struct step s = next_step(&seed, i + 1);
		int r = do_step(d, &s, NULL);

		s.failed = r;
		check(!r || (r == -ENOSPC && plan.failed));
		run.steps[i] = s;
		if (i == STEPS * 3 / 4)
			plan.room = 0;
	}
	check_ok(disk_flush(d, &err), &err);
	check_content(&run, base, 0);
	end_disk(d);
	end_disk(file);
	check_content(&run, base, 0);
	check_usable(&run, base);
	end_disk(base);
}

int main(void)
{
	struct disk *parent = new_parent(SIZE);

	for (size_t i = 0; i < KINDS; i++) {
		// small blocks say as much as large ones, and are faster
		if (!kinds[i].block_size || kinds[i].block_size > 1024 * K)
			continue;
		cut(&kinds[i], parent);
		for (unsigned n = 1; fail_one(&kinds[i], parent, n, false); n++)
			fail_one(&kinds[i], parent, n, true);
		for (uint64_t more = 0; more < 2 * kinds[i].block_size;
		     more += 390 * K + 512) {
			fill_up(&kinds[i], parent, more, false);
			fill_up(&kinds[i], parent, more, true);
		}
	}
	end_disk(parent);
	return 0;
}
