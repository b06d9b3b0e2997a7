// SPDX-License-Identifier: MIT
//
// A merge over two parents, with all that becomes of the files of a made-up
// volume, stops at each write and at each change of its folder; and the N-th
// allocation fails. What is left can be opened and reads as before, and asking for
// the same again ends it, into the disk that was meant.

#include "chain.h"
#include "fault/fault.h"
#include "unit/libvdisk/model.h"

#define SIZE  (1024 * K)
#define FILES 8

// From the bottom up: "\r" is not to be touched.
static const char *const names[] = {"\\r.vhd", "\\p.vhd", "\\m.vhd", "\\c.vhd"};
#define CHAIN 4

// What lies in the volume; a free place has no disk.
static struct file {
	char path[32];
	struct disk *disk;
} files[FILES];
static struct fault_plan *plan;

static struct file *find(const char *path)
{
	for (int i = 0; i < FILES; i++)
		if (files[i].disk && !strcmp(files[i].path, path))
			return &files[i];
	return NULL;
}

static void drop(struct file *f)
{
	disk_close(f->disk);
	*f = (struct file){0};
}

static void drop_all(void)
{
	for (int i = 0; i < FILES; i++)
		if (files[i].disk)
			drop(&files[i]);
}

// --- The volume --------------------------------------------------------------

// Counts a change of the folder as a write.
static int step(struct err *err)
{
	struct fault_plan *p = plan;

	p->count++;
	if (!p->fail_at || p->count < p->fail_at ||
	    (p->count > p->fail_at && !p->persistent))
		return 0;
	p->failed++;
	return err_set(err, -EIO, "folder", ERR_NOWHERE, "made to fail");
}

static int identify(struct tree *t, const char *path, struct tree_id *ret,
		    struct err *err)
{
	const struct file *f = find(path);

	if (!f)
		return err_set(err, -ENOENT, path, ERR_NOWHERE, "none");
	*ret = (struct tree_id){1, (uint64_t)(f - files)};
	return 0;
}

static int open_file(struct tree *t, const char *path, unsigned flags,
		     struct disk **ret, struct err *err)
{
	struct file *f = find(path);

	if (!f)
		return err_set(err, -ENOENT, path, ERR_NOWHERE, "none");
	*ret = fault_disk(f->disk, plan);
	(*ret)->read_only = flags & DISK_READ_ONLY;
	return 0;
}

static int stat_file(struct tree *t, const char *path, struct tree_stat *ret,
		     struct err *err)
{
	if (!find(path))
		return err_set(err, -ENOENT, path, ERR_NOWHERE, "none");
	*ret = (struct tree_stat){
		.modified = filetime_from_unix(1600000000, 0)};
	return 0;
}

static int list(struct tree *t, const char *path, tree_list_fn *fn, void *ctx,
		struct err *err)
{
	int r = 0;

	for (int i = 0; i < FILES && !r; i++) {
		struct tree_stat s = {.name = ""};

		if (!files[i].disk)
			continue;
		snprintf(s.name, sizeof(s.name), "%s", files[i].path + 1);
		r = fn(ctx, &s);
	}
	return r;
}

// All at once, as the tree's functions promise.
static int write_file(struct tree *t, const char *path, const void *data,
		      size_t size, uint32_t attributes, uint64_t time,
		      struct err *err)
{
	struct disk *d;
	struct file *f;
	int r = step(err);

	if (!r)
		r = disk_memory(size, 512, &d, err);
	if (r)
		return r;
	check_ok(disk_write(d, 0, data, size, NULL), NULL);
	if (find(path))
		drop(find(path));
	for (f = files; f->disk;)
		f++;
	check(f < files + FILES);
	f->disk = d;
	snprintf(f->path, sizeof(f->path), "%s", path);
	return 0;
}

static int check_growth(struct tree *t, const char *path, uint64_t more,
			struct err *err)
{
	return 0;
}

static int remove_file(struct tree *t, const char *path, struct err *err)
{
	int r = step(err);

	check(find(path));
	if (!r)
		drop(find(path));
	return r;
}

static const struct tree_ops ops = {.stat = stat_file,
				    .identify = identify,
				    .open_file = open_file,
				    .list = list,
				    .check_growth = check_growth,
				    .write_file = write_file,
				    .remove = remove_file};
static struct tree volume = {.ops = &ops, .slash = '\\', .is_ready = true};

// --- The chain ---------------------------------------------------------------

static struct disk *originals[CHAIN];
static uint8_t shown[2][SIZE]; // by the topmost disk, and by the lowest

// Each disk has a sector of its own, and one that those above it hide.
static void make(enum vdisk_format format)
{
	struct vdisk_create c = {.format = format,
				 .size = SIZE,
				 .block_size = format == VDISK_VHD ? 512 * K
								   : 1024 * K};
	struct disk *disks[CHAIN];
	struct vdisk_info info = {0};
	struct err err = {0};
	char relative[16];

	for (uint8_t i = 0; i < CHAIN; i++) {
		uint8_t data[512];

		memset(data, i + 1, sizeof(data));
		c.type = i ? VDISK_DIFFERENCING : VDISK_DYNAMIC;
		c.id = (struct guid){{i + 1}};
		c.parent_id = info.link_id;
		snprintf(relative, sizeof(relative), ".%s",
			 names[i ? i - 1 : 0]);
		c.parent_relative = c.parent_absolute = relative;
		originals[i] = new_file();
		check_ok(vdisk_create(originals[i], &c, &err), &err);
		check_ok(i ? vdisk_open_child(originals[i], disks[i - 1],
					      &c.parent_id, &disks[i], &err)
			   : vdisk_open(originals[i], &disks[i], &err),
			 &err);
		check_ok(disk_write(disks[i], (i + 3u) * 512, data, 512, &err),
			 &err);
		check_ok(disk_write(disks[i], SIZE / 2, data, 512, &err), &err);
		check_ok(disk_flush(disks[i], &err), &err);
		check_ok(vdisk_probe(originals[i], &info, &err), &err);
	}
	check_ok(disk_read(disks[CHAIN - 1], 0, shown[0], SIZE, &err), &err);
	check_ok(disk_read(disks[0], 0, shown[1], SIZE, &err), &err);
	for (int i = CHAIN - 1; i >= 0; i--)
		disk_close(disks[i]);
}

// Puts the files back as they were.
static void reset(void)
{
	struct err err = {0};

	drop_all();
	for (int i = 0; i < CHAIN; i++) {
		files[i].disk = new_file();
		check_ok(disk_resize(files[i].disk, originals[i]->size, &err),
			 &err);
		check_ok(disk_copy(originals[i], files[i].disk,
				   originals[i]->size, &err),
			 &err);
		snprintf(files[i].path, sizeof(files[i].path), "%s", names[i]);
	}
}

static void check_shown(const char *path, const uint8_t *expected)
{
	static uint8_t found[SIZE];
	struct vdisk_chain *chain;
	struct err err = {0};

	check_ok(vdisk_chain_open(&volume, path, NULL, DISK_READ_ONLY, &chain,
				  &err),
		 &err);
	check_ok(disk_read(chain->disk, 0, found, SIZE, &err), &err);
	check(!memcmp(found, expected, SIZE));
	vdisk_chain_close(chain);
}

// --- The tests ---------------------------------------------------------------

static int merge(struct err *err)
{
	const struct vdisk_merge m = {.depth = 2};
	char *into = NULL;
	int r = vdisk_merge(&volume, names[3], &m, &into, err);

	check(!r == (into != NULL));
	check(r || !strcmp(into, names[1]));
	mem_free(into);
	return r;
}

static void check_done(void)
{
	check(!find(names[2]) && !find(names[3]) && !find("\\c.vhd.merge"));
	check_shown(names[1], shown[0]);
	check_shown(names[0], shown[1]);
}

// Another depth than what was cut off is refused while that matters.
static void check_other_depth(void)
{
	const struct vdisk_merge m = {.depth = 3};
	struct vdisk_chain *chain;
	struct err err = {0};
	char *into;
	size_t count;

	check_ok(vdisk_chain_open(&volume, names[3], NULL, DISK_READ_ONLY,
				  &chain, &err),
		 &err);
	count = chain->count;
	vdisk_chain_close(chain);
	if (count < CHAIN)
		check_eq(vdisk_merge(&volume, names[3], &m, &into, NULL),
			 -EINVAL);
}

static void stop_each(bool persistent)
{
	for (unsigned n = 1;; n++) {
		struct fault_plan p = {.fail_at = n,
				       .persistent = persistent,
				       .writes_only = true},
				  none = {0};
		struct err err = {0};
		int r;

		reset();
		plan = &p;
		r = merge(&err);
		plan = &none;
		check(!r || (r == -EIO && err.code == -EIO));
		if (find(names[3])) {
			check_shown(names[3], shown[0]);
			check_other_depth();
		} else {
			check_shown(names[1], shown[0]);
		}
		err = (struct err){0};
		if (find(names[3]) || find("\\c.vhd.merge"))
			check_ok(merge(&err), &err);
		check_done();
		if (!p.failed)
			break;
	}
}

static void fail_memory(void)
{
	struct fault_plan none = {0};
	size_t before;

	plan = &none;
	drop_all();
	before = fault_mem_live();
	for (unsigned n = 1, failed = 1; failed; n++) {
		struct err err = {0};
		int r;

		reset();
		fault_mem(n, n % 2);
		r = merge(&err);
		failed = fault_mem_failed();
		fault_mem(0, false);
		check(!r || (r == -ENOMEM && err.code == r));
		err = (struct err){0};
		if (find(names[3]) || find("\\c.vhd.merge"))
			check_ok(merge(&err), &err);
		check_done();
		drop_all();
		check_eq(fault_mem_live(), before);
	}
}

// A note of another disk that had the name, and one that is none, do not count.
static void check_stale_notes(void)
{
#define ID(n) "0000000" #n "-0000-0000-0000-000000000000"
	static const char *const texts[] = {
		"slipway merge 2\n" ID(9) "\n" ID(2) " \\p.vhd\n" ID(
			3) " \\m.vhd\nend\n",
		"slipway merge 2\n" ID(4) "\n" ID(2) " \\p.vhd\n" ID(
			3) " \\m.vhd\n",
		"slipway merge 2\n",
		"",
		"slipway merge 99\nend\n",
		"slipway merge 2x\nend\n"};
	struct fault_plan none = {0};
	struct err err = {0};

	plan = &none;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		reset();
		check_ok(write_file(&volume, "\\c.vhd.merge", texts[i],
				    strlen(texts[i]), 0, 0, &err),
			 &err);
		check_ok(merge(&err), &err);
		check_done();
	}
}

int main(void)
{
	static const enum vdisk_format formats[] = {VDISK_VHD, VDISK_VHDX};

	for (int i = 0; i < 2; i++) {
		make(formats[i]);
		stop_each(true);
		if (!i) {
			stop_each(false);
			check_stale_notes();
			fail_memory();
		}
		drop_all();
		for (int k = 0; k < CHAIN; k++)
			disk_close(originals[k]);
	}
	return 0;
}
