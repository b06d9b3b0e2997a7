// SPDX-License-Identifier: MIT
//
// The disk of a mounted image under several threads: reads of all of it while others
// write to places of their own, some in halves of one cluster. And content that
// cannot be decompressed.

#include <stdatomic.h>

#include "mounted.h"

#define THREADS 4u
#define STEP    2048u // bytes that one thread writes, of every 4 of them

static struct err err;

static struct wim *open_wim(struct disk *file)
{
	struct wim *w;

	check_ok(wim_open(file, &w, &err), &err);
	return w;
}

static struct disk *open_seed(const char *path)
{
	struct disk *d;

	check_ok(disk_open_file(path, DISK_READ_ONLY, &d, &err), &err);
	return d;
}

// --- Several at once ---------------------------------------------------------

struct scene {
	struct disk *volume;
	uint64_t start; // of content
	size_t size;
	uint8_t *before;
	atomic_uint next, writing;
};

// One of four: what it writes lies between what the others do.
static void write_some(struct scene *s, unsigned thread)
{
	uint8_t buf[STEP];

	memset(buf, (int)thread, sizeof(buf));
	for (size_t at = thread * STEP; at + STEP <= s->size;
	     at += THREADS * STEP)
		check(!disk_write(s->volume, s->start + at, buf, STEP, NULL));
	s->writing--;
}

// What is read is as it was, or what somebody writes there.
static void read_all(struct scene *s)
{
	uint8_t *buf = malloc(s->size);

	do {
		check(!disk_read(s->volume, s->start, buf, s->size, NULL));
		for (size_t i = 0; i < s->size; i++)
			check(buf[i] == s->before[i] ||
			      buf[i] == i / STEP % THREADS);
	} while (s->writing);
	free(buf);
}

static void work(void *arg)
{
	struct scene *s = arg;
	unsigned i = s->next++;

	if (i < THREADS)
		write_some(s, i);
	else
		read_all(s);
}

// A file on a disk, which never gets its name: one in memory is for one thread.
static struct disk *new_file(uint64_t size)
{
	const char *folder = getenv("TMPDIR");
	struct disk *d;
	char path[1024];

	snprintf(path, sizeof(path), "%s/changes",
		 folder && *folder ? folder : "/tmp");
	check_ok(disk_create_file(path, size, 512, &d, &err), &err);
	return d;
}

static void together(const char *path)
{
	const struct image_mount_options options = {.time = MOUNTED_TIME};
	struct disk *file = open_seed(path);
	struct wim *w = open_wim(file);
	struct scene s = {.writing = THREADS};
	struct image_mount_plan plan;
	struct disk_extent used;
	struct disk *changes;
	struct image_mount *m;
	struct pool *pool;

	check_ok(image_mount_plan(w, 1, false, &plan, &err), &err);
	changes = new_file(plan.size);
	check_ok(image_mount_new(w, 1, changes, &options, NULL, &m, &err),
		 &err);
	s.volume = image_mount_disk(m);
	used = content_range(s.volume);
	s.start = used.off;
	s.size = used.len < 400000 ? (size_t)used.len : 400000;
	s.before = malloc(s.size);
	check_ok(disk_read(s.volume, s.start, s.before, s.size, &err), &err);
	check_ok(pool_new(2 * THREADS, &pool, &err), &err);
	for (unsigned i = 0; i < 2 * THREADS; i++)
		pool_submit(pool, work, &s);
	pool_wait(pool);
	pool_free(pool);
	for (size_t at = 0; at + STEP <= s.size; at += STEP) {
		uint8_t byte;

		check_ok(disk_read(s.volume, s.start + at + 7, &byte, 1, &err),
			 &err);
		check_eq(byte, at / STEP % THREADS);
	}
	free(s.before);
	image_mount_close(m);
	disk_close(changes);
	wim_close(w);
	disk_close(file);
}

// --- Damage ------------------------------------------------------------------

// Each read is right, or says that content is damaged.
static void damaged(const char *path)
{
	struct disk *seed = open_seed(path), *file;
	struct changes changes;
	struct disk_extent used;
	struct image_mount *m;
	unsigned failed = 0;
	uint8_t buf[4096];
	struct wim *w;

	check_ok(disk_memory(seed->size, 512, &file, &err), &err);
	check_ok(disk_copy(seed, file, seed->size, &err), &err);
	w = open_wim(file);
	m = mount(w, 1, true, &changes);
	// content begins behind the header
	memset(buf, 0xff, sizeof(buf));
	check_ok(disk_write(file, 300, buf, 2000, &err), &err);
	used = content_range(image_mount_disk(m));
	for (uint64_t at = 0; at < used.len; at += sizeof(buf)) {
		struct err e = {0};
		int r = disk_read(image_mount_disk(m), used.off + at, buf,
				  sizeof(buf), &e);

		check(!r || r == -EBADMSG);
		check_eq(e.code, r);
		failed += r != 0;
	}
	check(failed);
	image_mount_close(m);
	end_changes(&changes);
	wim_close(w);
	disk_close(file);
	disk_close(seed);
}

int main(void)
{
	together("tests/fuzz/wim_open/seeds/tree-lzx.wim");
	together("tests/fuzz/wim_open/seeds/tree-solid.wim");
	damaged("tests/fuzz/wim_open/seeds/tree-lzx.wim");
	return 0;
}
