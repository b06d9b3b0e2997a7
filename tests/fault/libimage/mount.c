// SPDX-License-Identifier: MIT
//
// An image as a volume while the N-th allocation or the N-th I/O fails: the right
// error, nothing leaked. And a commit into its WIM while I/O fails or the power goes:
// the file has the old image or the new one, whole.

#include "fault/fault.h"
#include "image_mount.h"
#include "ntfs_change.h"
#include "test.h"

#define TIME 132000000000000000ull
#define SEED "tests/fuzz/wim_open/seeds/lzx.wim"

static struct err err;

static struct disk *open_file(const char *path)
{
	struct disk *d;

	check_ok(disk_open_file(path, DISK_READ_ONLY, &d, &err), &err);
	return d;
}

// --- Making and reading ------------------------------------------------------

struct scene {
	struct disk *file, *changes;
	uint64_t files; // that were read
};

// Reads what the files of the root hold.
static int read_one(void *ctx, const struct ntfs_entry *e)
{
	struct scene *s = ctx;

	s->files++;
	return 0;
}

static int look(struct image_mount *m, struct scene *s, struct err *e)
{
	uint8_t buf[65536];
	struct ntfs *n;
	uint64_t root;
	int r = ntfs_open(image_mount_disk(m), &n, e);

	if (r)
		return r;
	r = ntfs_lookup(n, "\\", &root, e);
	if (!r)
		r = ntfs_list(n, root, read_one, s, e);
	ntfs_close(n);
	// content lies behind the metadata, and the room that $MFT has
	for (uint64_t at = 8 << 20; !r && at < 24 << 20; at += sizeof(buf))
		r = disk_read(image_mount_disk(m), at, buf, sizeof(buf), e);
	return r;
}

static int use(struct scene *s, struct err *e)
{
	const struct image_mount_options options = {.read_only = true,
						    .time = TIME};
	struct image_mount *m = NULL;
	struct wim *w = NULL;
	int r = wim_open(s->file, &w, e);

	if (!r)
		r = image_mount_new(w, 1, s->changes, &options, NULL, &m, e);
	image_mount_close(m);
	m = NULL;
	if (!r)
		r = image_mount_open(w, 1, s->changes, &m, e);
	if (!r)
		r = look(m, s, e);
	image_mount_close(m);
	wim_close(w);
	return r;
}

static void fail_memory(struct scene *s, bool persistent)
{
	unsigned failed = 1;

	for (unsigned n = 1; failed; n += n < 40 ? 1 : 11) {
		size_t live = fault_mem_live();
		struct err e = {0};
		int r;

		fault_mem(n, persistent);
		r = use(s, &e);
		failed = fault_mem_failed();
		fault_mem(0, false);
		check_eq(fault_mem_live(), live);
		check_eq(r, failed ? -ENOMEM : 0);
		check_eq(e.code, r);
	}
}

static uint64_t size_for(struct disk *file, bool read_only)
{
	struct image_mount_plan plan;
	struct wim *w;

	check_ok(wim_open(file, &w, &err), &err);
	check_ok(image_mount_plan(w, 1, read_only, &plan, &err), &err);
	wim_close(w);
	return plan.size;
}

static void fail_io(struct scene *s, bool of_wim, bool persistent)
{
	struct scene t = *s;
	unsigned failed = 1;

	for (unsigned n = 1; failed; n += n < 20 ? 1 : 13) {
		struct fault_plan plan = {.fail_at = n,
					  .persistent = persistent};
		struct disk *bad =
			fault_disk(of_wim ? s->file : s->changes, &plan);
		size_t live = fault_mem_live();
		struct err e = {0};
		int r;

		if (of_wim)
			t.file = bad;
		else
			t.changes = bad;
		r = use(&t, &e);
		check_eq(fault_mem_live(), live);
		failed = plan.failed;
		check_eq(r, failed ? -EIO : 0);
		check_eq(e.code, r);
		disk_close(bad);
	}
}

static void make_and_read(void)
{
	struct scene s = {.file = open_file(SEED)};
	uint64_t size = size_for(s.file, true);

	s.changes = roomy_disk(size);
	check_ok(disk_resize(s.changes, size, &err), &err);
	check_ok(use(&s, &err), &err);
	check(s.files);
	for (unsigned i = 0; i < 2; i++)
		fail_memory(&s, i);
	for (unsigned i = 0; i < 4; i++)
		fail_io(&s, i & 1, i & 2);
	disk_close(s.changes);
	disk_close(s.file);
}

// --- Committing --------------------------------------------------------------

struct commit {
	struct disk *zeroes, *changes;
	uint64_t old_entries;
};

static uint64_t entries_of(struct wim *w)
{
	struct wim_image *image;
	uint64_t n;

	check_ok(wim_image_load(w, 1, &image, &err), &err);
	n = image->dentry_count;
	wim_image_free(image);
	return n;
}

static void change(struct disk *d)
{
	static char text[100000];
	struct ntfs *n;

	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (char)(i * i >> 7);
	check_ok(ntfs_open(d, &n, &err), &err);
	check_ok(ntfs_change_begin(n, &err), &err);
	check_ok(ntfs_write_file(n, "\\new", text, sizeof(text), 0, TIME, &err),
		 &err);
	check_ok(ntfs_write_file(n, "\\new2", "new", 3, 0, TIME, &err), &err);
	check_ok(ntfs_sync(n, &err), &err);
	ntfs_close(n);
}

static void prepare(struct commit *c, struct disk *file)
{
	const struct image_mount_options options = {.time = TIME};
	struct image_mount *m;
	struct wim *w;

	check_ok(wim_open(file, &w, &err), &err);
	c->old_entries = entries_of(w);
	check_ok(disk_zeroes(size_for(file, false), 512, &c->zeroes, &err),
		 &err);
	check_ok(disk_scratch(c->zeroes, &c->changes, &err), &err);
	check_ok(image_mount_new(w, 1, c->changes, &options, NULL, &m, &err),
		 &err);
	change(image_mount_disk(m));
	image_mount_close(m);
	wim_close(w);
}

static int run(void *ctx, struct disk *d, struct err *e)
{
	const struct image_commit_options options = {.append = false};
	struct commit *c = ctx;
	struct image_mount *m = NULL;
	struct capture *capture = NULL;
	struct wim *w = NULL;
	uint32_t index;
	int r = wim_open(d, &w, e);

	if (!r)
		r = image_mount_open(w, 1, c->changes, &m, e);
	if (!r)
		r = image_commit(m, &options, NULL, &capture, &index, e);
	capture_free(capture);
	image_mount_close(m);
	wim_close(w);
	return r;
}

static void judge(void *ctx, struct disk *d, const struct fault_cut *cut,
		  bool is_done)
{
	const struct commit *c = ctx;
	struct wim *w;
	uint64_t n;

	check_ok(wim_open(d, &w, &err), &err);
	check_ok(wim_verify(w, NULL, &err), &err);
	n = entries_of(w);
	check(n == c->old_entries || n == c->old_entries + 2);
	wim_close(w);
}

static void commit(void)
{
	struct disk *seed = open_file(SEED);
	struct commit c = {0};
	struct fault_operation o = {.ctx = &c, .run = run, .judge = judge};

	check_ok(disk_memory(seed->size, 512, &o.base, &err), &err);
	check_ok(disk_copy(seed, o.base, seed->size, &err), &err);
	prepare(&c, o.base);
	fault_io_each(&o, 1, false, true);
	fault_cut_each(&o, 1, 4);
	disk_close(c.changes);
	disk_close(c.zeroes);
	disk_close(o.base);
	disk_close(seed);
}

int main(void)
{
	make_and_read();
	commit();
	return 0;
}
