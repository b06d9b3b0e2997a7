// SPDX-License-Identifier: MIT
//
// Changes of whole disks are cut off at each moment: what was not flushed is
// kept, dropped, torn or comes in any order. The disk is then as it was or as it
// will be, it checks out, and asking again ends what was begun. The same when
// the N-th write fails, and when the volume below is full.

#include "fault/fault.h"
#include "libvdisk/blocks/blocks.h"
#include "libvdisk/chain/merge.h"
#include "libvdisk/vdisk_priv.h"
#include "libvdisk/vhd/vhd_priv.h"
#include "unit/libvdisk/model.h"

static const struct guid new_id = {{7, 7, 7, 0x40, 7}};

struct op;

// A disk before and after a change. `file` is as it was.
struct scene {
	const struct kind *kind;
	const struct op *op;
	struct disk *file, *parent;
	uint8_t *old, *new;
	uint64_t old_size, new_size;
};

struct op {
	const char *name;
	int (*run)(const struct scene *s, struct disk *file, struct err *err);
	bool of_children; // only differencing disks have it
	bool of_one;      // one kind of VHDX is enough
	uint64_t (*size)(const struct scene *s); // afterwards; NULL: as before
};

#define SEEN (UINT64_C(5) << 20) // bytes of a disk that are looked at

static uint64_t seen(uint64_t size)
{
	return size < SEEN ? size : SEEN;
}

// Reads a disk into the one buffer for that.
static uint8_t *contents(const struct scene *s, struct disk *file,
			 uint64_t *ret_size)
{
	static uint8_t buffer[SEEN];
	struct vdisk_info info;
	struct err err = {0};
	struct disk *d;

	check_ok(vdisk_probe(file, &info, &err), &err);
	if (info.type == VDISK_DIFFERENCING)
		check_ok(vdisk_open_child(file, s->parent, &info.parent_id, &d,
					  &err),
			 &err);
	else
		check_ok(vdisk_open(file, &d, &err), &err);
	check_ok(disk_read(d, 0, buffer, seen(d->size), &err), &err);
	*ret_size = d->size;
	disk_close(d);
	return buffer;
}

static uint8_t *keep(const uint8_t *b, uint64_t size)
{
	uint8_t *copy = malloc(size);

	check(copy);
	return memcpy(copy, b, size);
}

// --- The changes ---------------------------------------------------------------

// So much that the table must move or grow.
static uint64_t larger(const struct scene *s)
{
	if (s->kind->type == VDISK_FIXED)
		return s->old_size + 2000 * K;
	return s->old_size + (s->kind->format == VDISK_VHD
				      ? 300 * (uint64_t)s->kind->block_size
				      : UINT64_C(129) << 30);
}

static int run_expand(const struct scene *s, struct disk *file, struct err *err)
{
	return vdisk_expand(file, larger(s), err);
}

static uint64_t little_larger(const struct scene *s)
{
	return s->old_size + s->kind->sector_size;
}

static int run_expand_little(const struct scene *s, struct disk *file,
			     struct err *err)
{
	return vdisk_expand(file, little_larger(s), err);
}

static int run_compact(const struct scene *s, struct disk *file,
		       struct err *err)
{
	return vdisk_compact(file, s->parent, NULL, NULL, NULL, err);
}

static int run_reset(const struct scene *s, struct disk *file, struct err *err)
{
	return vdisk_reset(file, err);
}

static int run_reparent(const struct scene *s, struct disk *file,
			struct err *err)
{
	return vdisk_reparent(file, &new_id, "/a/much/longer/path/to/new.vhd",
			      "..\\..\\somewhere\\else\\new.vhd", 1600000000,
			      err);
}

static int run_repair(const struct scene *s, struct disk *file, struct err *err)
{
	struct vdisk_check found;

	return vdisk_check(file, true, &found, err);
}

static const struct op ops[] = {
	{"expand", run_expand, false, true, larger},
	{"expand a little", run_expand_little, false, false, little_larger},
	{"compact", run_compact, false, false, NULL},
	{"reset", run_reset, true, false, NULL},
	{"reparent", run_reparent, true, false, NULL},
	{"repair", run_repair, false, false, NULL},
};
#define OPS (sizeof(ops) / sizeof(ops[0]))

// --- Before and after ----------------------------------------------------------

static void make_file(struct scene *s, uint64_t size)
{
	struct vdisk_create c = create_of(s->kind, size);
	uint32_t step = s->kind->block_size ? s->kind->block_size : 65536;
	bool is_small = c.format == VDISK_VHD && c.block_size &&
			c.block_size < 512 * K;
	struct err err = {0};
	uint8_t b[4096];
	struct disk *d;

	s->file = new_file();
	check_ok(is_small ? vhd_dynamic_create(s->file, &c, &err)
			  : vdisk_create(s->file, &c, &err),
		 &err);
	d = open_kind(s->kind, s->file, s->parent);
	// from the end on, so that the order in the file is another one
	for (uint64_t off = size / step * step, i = 1;; off -= step, i++) {
		uint64_t n = size - off < sizeof(b) ? size - off : sizeof(b);

		memset(b, i % 3 ? (int)i : 0, sizeof(b));
		check_ok(disk_write(d, off, b, n, &err), &err);
		if (!off)
			break;
	}
	end_disk(d);
	// room at the end that nothing uses
	if (s->kind->format == VDISK_VHDX)
		check_ok(disk_resize(s->file, s->file->size + 1024 * K, &err),
			 &err);
}

// Gives the one file that cuts are tried on, with the content of another.
// Memory is not asked for anew each time: that would take most of the time.
static struct disk *copy_of(struct disk *d)
{
	static struct disk *copy;
	static uint8_t b[1 << 20];
	struct err err = {0};

	if (!copy)
		copy = roomy_disk(UINT64_C(32) << 20);
	check_ok(disk_resize(copy, d ? d->size : 0, &err), &err);
	for (uint64_t off = 0, n; off < copy->size; off += n) {
		n = copy->size - off < sizeof(b) ? copy->size - off : sizeof(b);
		check_ok(disk_read(d, off, b, n, &err), &err);
		check_ok(disk_write(copy, off, b, n, &err), &err);
	}
	return copy;
}

static void end_scene(struct scene *s)
{
	disk_close(s->file);
	disk_close(s->parent);
	free(s->old);
	free(s->new);
}

static void start_scene(struct scene *s, const struct kind *k,
			const struct op *op, struct record_log *log)
{
	uint64_t size = k->block_size && k->block_size < 512 * K
				? 17 * k->block_size + 1024
				: 2560 * K + 4096;
	struct disk *work, *file;
	struct err err = {0};

	*s = (struct scene){.kind = k, .op = op};
	if (k->type == VDISK_DIFFERENCING)
		s->parent = new_parent(size);
	make_file(s, size);
	s->old = contents(s, s->file, &s->old_size);
	s->old = keep(s->old, seen(s->old_size));
	work = copy_of(s->file);
	file = record_disk(work, log);
	check_ok(op->run(s, file, &err), &err);
	disk_close(file);
	s->new = contents(s, work, &s->new_size);
	s->new = keep(s->new, seen(s->new_size));
	check_eq(s->new_size, op->size ? op->size(s) : s->old_size);
}

// --- After a cut ---------------------------------------------------------------

static bool is_new_parent(struct disk *file)
{
	struct vdisk_info info;
	struct err err = {0};
	bool is_new;

	check_ok(vdisk_probe(file, &info, &err), &err);
	is_new = guid_equal(&info.parent_id, &new_id);
	check(is_new || guid_equal(&info.parent_id, &parent_id));
	check(!strcmp(info.parent, is_new ? "/a/much/longer/path/to/new.vhd"
					  : "/vhd/p.vhd"));
	return is_new;
}

// The disk is old or new. Returns true for new.
static bool check_state(const struct scene *s, struct disk *file)
{
	struct vdisk_check found;
	struct err err = {0};
	uint64_t size;
	uint8_t *b;
	bool is_new;

	check_ok(vdisk_check(file, false, &found, &err), &err);
	if (s->kind->type == VDISK_DIFFERENCING)
		is_new_parent(file);
	b = contents(s, file, &size);
	is_new = size == s->new_size && !memcmp(b, s->new, seen(size));
	check(is_new ||
	      (size == s->old_size && !memcmp(b, s->old, seen(size))));
	return is_new;
}

static void check_again(const struct scene *s, struct disk *file)
{
	struct err err = {0};

	check_ok(s->op->run(s, file, &err), &err);
	check(check_state(s, file));
	if (s->op->run == run_reparent)
		check(is_new_parent(file));
}

static void cut(const struct kind *kind, const struct op *op)
{
	struct record_log log = {0};
	struct scene s;

	start_scene(&s, kind, op, &log);
	for (size_t n = 0; n <= log.count; n++) {
		// writes of a VHDX are many, and each is tried in fewer ways
		unsigned ways = kind->format == VDISK_VHD ? 6
				: op->of_one              ? 2
							  : 3;

		for (unsigned way = 0; way < ways; way++) {
			struct disk *file;

			if (ways < 6 && (n + way) % 2 && n != log.count)
				continue;
			file = copy_of(s.file);
			record_cut(&log, n, file,
				   way < ways - 1 ? way : way + 3);
			check_state(&s, file);
			if (n % 8 == way || n == log.count)
				check_again(&s, file);
		}
	}
	record_free(&log);
	end_scene(&s);
}

// --- Failing -------------------------------------------------------------------

// Returns how often something failed.
static unsigned fail_one(const struct scene *s, struct fault_plan plan)
{
	struct disk *below = copy_of(s->file), *file;
	struct err err = {0};
	int r;

	file = fault_disk(below, &plan);
	r = s->op->run(s, file, &err);
	check(r <= 0 && (!r || plan.failed));
	check(!r || r == -EIO || r == -ENOSPC);
	check_eq(err.code, r);
	check(check_state(s, below) || r || !plan.failed ||
	      s->op->size == NULL);
	plan.fail_at = 0;
	plan.room = 0;
	check_again(s, file);
	disk_close(file);
	check_state(s, below);
	return plan.failed;
}

static void fail(const struct kind *kind, const struct op *op)
{
	bool is_vhdx = kind->format == VDISK_VHDX;
	struct record_log log = {0};
	struct scene s;

	start_scene(&s, kind, op, &log);
	record_free(&log);
	for (unsigned n = 1;; n += op->of_one && is_vhdx ? 3 : 1) {
		struct fault_plan plan = {.fail_at = n, .writes_only = true};

		if (!fail_one(&s, plan))
			break;
		plan.persistent = true;
		fail_one(&s, plan);
	}
	for (uint64_t room = s.file->size; room < s.file->size + 400 * K;
	     room += (is_vhdx ? 131 : 37) * K) {
		fail_one(&s, (struct fault_plan){.room = room,
						 .writes_only = true});
		fail_one(&s, (struct fault_plan){.room = room,
						 .writes_only = true,
						 .grows = true});
	}
	end_scene(&s);
}

static int run_fresh(void *ctx, struct err *err)
{
	const struct scene *s = ctx;

	return s->op->run(s, copy_of(s->file), err);
}

static void fail_memory(const struct kind *kind, const struct op *op)
{
	struct record_log log = {0};
	struct scene s;

	start_scene(&s, kind, op, &log);
	record_free(&log);
	fault_mem_each(run_fresh, &s);
	end_scene(&s);
}

// --- Merging -------------------------------------------------------------------

static const struct kind *base_of(const struct kind *k)
{
	static struct kind base;

	base = *k;
	base.type = VDISK_DYNAMIC;
	return &base;
}

struct pair {
	struct disk *parent, *child; // files
	struct guid link;
	uint8_t *top;
	uint64_t size;
};

static void open_pair(const struct pair *p, struct disk *parent_file,
		      struct disk **ret_parent, struct disk **ret_child)
{
	struct vdisk_info info;
	struct err err = {0};

	check_ok(vdisk_probe(parent_file, &info, &err), &err);
	check_ok(vdisk_open(parent_file, ret_parent, &err), &err);
	check_ok(vdisk_open_child(p->child, *ret_parent, &info.link_id,
				  ret_child, &err),
		 &err);
}

static int merge(const struct pair *p, struct disk *parent_file,
		 struct err *err)
{
	struct disk *parent, *child;
	int r = vdisk_expand_as(parent_file, p->size, true, err);

	if (r)
		return r;
	open_pair(p, parent_file, &parent, &child);
	((struct vdisk_blocks *)parent)->keeps_id = true;
	r = vdisk_merge_layers(&child, 1, parent, NULL, err);
	if (!r)
		r = disk_finish(parent, err);
	disk_close(child);
	disk_close(parent);
	return r;
}

// What the chain shows is the same at any moment.
static void check_pair(const struct pair *p, struct disk *parent_file,
		       bool is_merged)
{
	struct disk *parent, *child;
	static uint8_t b[6 << 20];
	struct vdisk_check found;
	struct err err = {0};

	check(p->size <= sizeof(b));
	check_ok(vdisk_check(parent_file, false, &found, &err), &err);
	open_pair(p, parent_file, &parent, &child);
	check_ok(disk_read(child, 0, b, p->size, &err), &err);
	check(!memcmp(b, p->top, p->size));
	if (is_merged) {
		check_eq(parent->size, p->size);
		check_ok(disk_read(parent, 0, b, p->size, &err), &err);
		check(!memcmp(b, p->top, p->size));
	}
	disk_close(child);
	disk_close(parent);
}

static void start_pair(struct pair *p, const struct kind *k)
{
	struct scene s = {.kind = base_of(k)};
	struct vdisk_info info;
	struct err err = {0};
	struct disk *below, *d;

	make_file(&s, k->block_size < 512 * K ? 9 * k->block_size + 512
					      : 1100 * K + 4096);
	p->parent = s.file;
	check_ok(vdisk_open(p->parent, &below, &err), &err);
	check_ok(vdisk_probe(p->parent, &info, &err), &err);
	p->child = new_file();
	{
		struct vdisk_create c = create_of(k, below->size);

		c.parent_id = info.link_id;
		check_ok(k->format == VDISK_VHD
				 ? vhd_dynamic_create(p->child, &c, &err)
				 : vdisk_create(p->child, &c, &err),
			 &err);
	}
	p->size = below->size + 3 * (uint64_t)k->block_size;
	disk_close(below);
	check_ok(vdisk_expand(p->child, p->size, &err), &err);
	open_pair(p, p->parent, &below, &d);
	for (uint64_t off = 512 * 3; off + 4096 < p->size;
	     off += k->block_size / 2 + 1024) {
		uint8_t b[4096];

		memset(b, (int)(off / 512 % 5), sizeof(b));
		check_ok(disk_write(d, off, b, sizeof(b), &err), &err);
	}
	p->top = malloc(p->size);
	check(p->top);
	check_ok(disk_read(d, 0, p->top, p->size, &err), &err);
	end_disk(d);
	disk_close(below);
	p->child->read_only = true;
}

static void cut_merge(const struct kind *k)
{
	struct record_log log = {0};
	struct pair p;
	struct disk *work, *file;
	struct err err = {0};

	start_pair(&p, k);
	work = copy_of(p.parent);
	file = record_disk(work, &log);
	check_ok(merge(&p, file, &err), &err);
	disk_close(file);
	check_pair(&p, work, true);
	for (size_t n = 0; n <= log.count; n++) {
		for (unsigned way = 0; way < 5; way++) {
			if (k->format == VDISK_VHDX && (n + way) % 2)
				continue;
			work = copy_of(p.parent);
			record_cut(&log, n, work, way);
			check_pair(&p, work, false);
			if (n % 5 == way || n == log.count) {
				check_ok(merge(&p, work, &err), &err);
				check_pair(&p, work, true);
			}
		}
	}
	for (unsigned n = 1, failed = 1; failed; n++) {
		struct fault_plan plan = {.fail_at = n, .writes_only = true};
		int r;

		work = copy_of(p.parent);
		file = fault_disk(work, &plan);
		r = merge(&p, file, NULL);
		check(r == (plan.failed ? r : 0) && (!r || r == -EIO));
		check_pair(&p, work, !r);
		failed = plan.failed;
		plan.fail_at = 0;
		check_ok(merge(&p, file, &err), &err);
		check_pair(&p, work, true);
		disk_close(file);
	}
	record_free(&log);
	free(p.top);
	disk_close(p.parent);
	p.child->read_only = false;
	disk_close(p.child);
}

// --- Making --------------------------------------------------------------------

// A disk that is being made is none, or is it and empty.
static void cut_create(const struct kind *k)
{
	struct vdisk_create c = create_of(k, 1536 * K);
	struct record_log log = {0};
	struct disk *work = new_file(), *file = record_disk(work, &log);
	struct scene s = {.kind = k};
	struct err err = {0};
	uint64_t size;

	check_ok(vdisk_create(file, &c, &err), &err);
	for (size_t n = 0; n <= log.count; n++) {
		for (unsigned way = 0; way < 7; way++) {
			struct disk *cut_file = copy_of(NULL);
			struct vdisk_info info;
			uint8_t *b;

			record_cut(&log, n, cut_file, way);
			if (!vdisk_probe(cut_file, &info, NULL)) {
				b = contents(&s, cut_file, &size);
				check_eq(size, c.size);
				check(!b[0] && !memcmp(b, b + 1, size - 1));
			} else {
				check(n < log.count);
			}
		}
	}
	record_free(&log);
	disk_close(file);
	disk_close(work);
}

int main(void)
{
	static const struct kind all[] = {
		{VDISK_VHD, VDISK_DYNAMIC, 4096, 512},
		{VDISK_VHD, VDISK_DIFFERENCING, 4096, 512},
		{VDISK_VHD, VDISK_FIXED, 0, 512},
		{VDISK_VHDX, VDISK_DYNAMIC, 1024 * K, 512},
		{VDISK_VHDX, VDISK_DIFFERENCING, 1024 * K, 512},
		{VDISK_VHDX, VDISK_FIXED, 1024 * K, 4096},
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		const struct kind *k = &all[i];

		for (size_t j = 0; j < OPS; j++) {
			if (ops[j].of_children && k->type != VDISK_DIFFERENCING)
				continue;
			if (ops[j].of_one && k->format == VDISK_VHDX &&
			    k->type == VDISK_DIFFERENCING)
				continue;
			cut(k, &ops[j]);
			fail(k, &ops[j]);
			if (!ops[j].of_one || k->format == VDISK_VHD)
				fail_memory(k, &ops[j]);
		}
		if (k->type == VDISK_DIFFERENCING)
			cut_merge(k);
		if (!k->block_size || k->block_size >= 512 * K)
			cut_create(k);
	}
	return 0;
}
