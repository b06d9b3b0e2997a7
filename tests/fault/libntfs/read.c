// SPDX-License-Identifier: MIT
//
// Opening, listing, reading and checking a volume while the N-th allocation or
// the N-th read fails: the right error, and nothing is lost.

#include "fault/fault.h"
#include "ntfs.h"
#include "unit/libntfs/volumes.h"

static int count_entry(void *ctx, const struct ntfs_entry *e)
{
	++*(unsigned *)ctx;
	return 0;
}

static int count_stream(void *ctx, const struct ntfs_stream *s)
{
	++*(unsigned *)ctx;
	return 0;
}

static int count_file(void *ctx, const struct ntfs_scan_file *f)
{
	++*(unsigned *)ctx;
	return 0;
}

// Returns 0 or the first error.
static int read_volume(struct disk *d)
{
	unsigned entries = 0, streams = 0, files = 0;
	struct disk *stream;
	struct ntfs_stat stat;
	struct ntfs *n;
	uint64_t record;
	uint8_t byte;
	void *data;
	size_t size;
	int r = ntfs_open(d, &n, NULL);

	if (r)
		return r;
	r = ntfs_list(n, 5, count_entry, &entries, NULL);
	if (!r)
		r = ntfs_lookup(n, "\\FILE1", &record, NULL);
	if (!r)
		r = ntfs_stat(n, record, &stat, NULL);
	if (!r)
		r = ntfs_streams(n, record, count_stream, &streams, NULL);
	if (!r)
		r = ntfs_read_file(n, "/file1:stream_with_a_long_name9", 100,
				   &data, &size, NULL);
	if (!r) {
		check(size == 6 && !memcmp(data, "hello", 5));
		mem_free(data);
		r = ntfs_open_file(n, "\\file1", &stream, NULL);
	}
	if (!r) {
		check_eq(stream->size, 1500);
		r = disk_read(stream, 1499, &byte, 1, NULL);
		disk_close(stream);
	}
	if (!r)
		r = ntfs_read_security(n, record, &data, &size, NULL);
	if (!r)
		mem_free(data);
	if (!r)
		r = ntfs_scan(n, count_file, &files, NULL, NULL);
	ntfs_close(n);
	check(r || files > 3);
	check(r || (entries == 14 && streams == 13));
	return r;
}

static int check_volume(struct disk *d)
{
	struct ntfs_check_result result;
	int r = ntfs_check(d, NULL, NULL, NULL, &result, NULL);

	// A step that failed must not look like a broken volume.
	check(r || !result.problems);
	return r;
}

static void fail_allocations(struct disk *d, int (*fn)(struct disk *d),
			     bool persistent)
{
	for (unsigned n = 1;; n++) {
		size_t live = fault_mem_live();
		unsigned failed;
		int r;

		fault_mem(n, persistent);
		r = fn(d);
		failed = fault_mem_failed();
		fault_mem(0, false);
		check_eq(fault_mem_live(), live);
		check_eq(r, failed ? -ENOMEM : 0);
		if (!failed)
			break;
	}
}

static void fail_reads(struct disk *d, int (*fn)(struct disk *d),
		       bool persistent)
{
	for (unsigned n = 1;; n++) {
		struct fault_plan plan = {.fail_at = n,
					  .persistent = persistent};
		size_t live = fault_mem_live();
		struct disk *faulty = fault_disk(d, &plan);
		int r = fn(faulty);

		disk_close(faulty);
		check_eq(fault_mem_live(), live);
		check_eq(r, plan.failed ? -EIO : 0);
		if (!plan.failed)
			break;
	}
}

int main(void)
{
	struct disk *d = load_seed("files");

	for (int persistent = 0; persistent < 2; persistent++) {
		fail_allocations(d, read_volume, persistent);
		fail_reads(d, read_volume, persistent);
		fail_allocations(d, check_volume, persistent);
		fail_reads(d, check_volume, persistent);
	}
	disk_close(d);
	return 0;
}
