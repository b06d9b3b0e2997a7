// SPDX-License-Identifier: MIT
//
// Reading a file that Windows compressed, while the N-th allocation or the N-th
// read fails: the right error, nothing is lost, and what was read before a failure
// is not taken for what comes after it.

#include "fault/fault.h"
#include "libntfs/read/reparse.h"
#include "test.h"

static struct err err;
static uint8_t *seed, *content;
static size_t seed_size, size;

// As tests/fuzz/wof: the algorithm, the size, the stream. Opens `stream`, which is
// closed by that, and reads all of it twice, at first across chunks.
static int read_twice(struct disk *stream)
{
	uint8_t *buf = malloc(size);
	struct disk *d;
	int r = ntfs_wof_open_chunks(stream, size, seed[0], &d, NULL);

	check(buf);
	if (!r) {
		r = disk_read(d, 1, buf, size - 1, NULL);
		check(r || !memcmp(buf, content + 1, size - 1));
		if (!r)
			r = disk_read(d, 0, buf, size, NULL);
		check(r || !memcmp(buf, content, size));
		disk_close(d);
	}
	free(buf);
	return r;
}

static struct disk *new_stream(void)
{
	struct disk *d;

	check_ok(disk_memory(seed_size - 4, 512, &d, &err), &err);
	check_ok(disk_write(d, 0, seed + 4, seed_size - 4, &err), &err);
	return d;
}

static void fail_allocations(bool persistent)
{
	for (unsigned n = 1;; n++) {
		size_t live = fault_mem_live();
		struct disk *stream = new_stream();
		unsigned failed;
		int r;

		fault_mem(n, persistent);
		r = read_twice(stream);
		failed = fault_mem_failed();
		fault_mem(0, false);
		check_eq(fault_mem_live(), live);
		check_eq(r, failed ? -ENOMEM : 0);
		if (!failed)
			break;
	}
}

static void fail_reads(bool persistent)
{
	for (unsigned n = 1;; n++) {
		struct fault_plan plan = {.fail_at = n,
					  .persistent = persistent};
		size_t live = fault_mem_live();
		struct disk *stream = new_stream();
		int r = read_twice(fault_disk(stream, &plan));

		disk_close(stream);
		check_eq(fault_mem_live(), live);
		check_eq(r, plan.failed ? -EIO : 0);
		if (!plan.failed)
			break;
	}
}

static void run(const char *path)
{
	struct disk *d;

	seed = read_sample(path, &seed_size);
	size = seed[1] | (size_t)seed[2] << 8 | (size_t)seed[3] << 16;
	content = malloc(size);
	check(content);
	check_ok(ntfs_wof_open_chunks(new_stream(), size, seed[0], &d, &err),
		 &err);
	check_ok(disk_read(d, 0, content, size, &err), &err);
	disk_close(d);
	for (int persistent = 0; persistent < 2; persistent++) {
		fail_allocations(persistent);
		fail_reads(persistent);
	}
	free(seed);
	free(content);
}

int main(void)
{
	run("tests/fuzz/wof/seeds/xpress4k");
	run("tests/fuzz/wof/seeds/lzx");
	run("tests/fuzz/wof/seeds/stored");
	return 0;
}
