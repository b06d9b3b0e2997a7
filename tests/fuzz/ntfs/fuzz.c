// SPDX-License-Identifier: MIT
//
// A whole volume of 2 MiB: opened, every folder listed, every stream read,
// checked. For the input's form see volumes.h.

#include <string.h>

#include "libntfs/read/read.h"
#include "unit/libntfs/volumes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// No content may look like the caller's mistake.
static int allowed(int r)
{
	check(r != -EINVAL && r != -EIO && r != -EROFS);
	return r;
}

static int list_one(void *ctx, const struct ntfs_entry *e)
{
	return ++*(unsigned *)ctx > 10000;
}

static int read_one(void *ctx, const struct ntfs_stream *s)
{
	struct ntfs *n = ((void **)ctx)[0];
	char *name = utf16_to_utf8(s->name, s->name_len);
	uint8_t buf[4096];
	struct disk *d;

	check(name);
	if (!allowed(ntfs_open_stream(n, *(uint64_t *)((void **)ctx)[1],
				      s->type, name, &d, NULL))) {
		size_t len = d->size < sizeof(buf) ? (size_t)d->size
						   : sizeof(buf);

		allowed(disk_read(d, 0, buf, len, NULL));
		allowed(disk_read(d, (d->size - len) / 2, buf, len, NULL));
		allowed(disk_read(d, d->size - len, buf, len, NULL));
		disk_close(d);
	}
	mem_free(name);
	return 0;
}

static int see_file(void *ctx, const struct ntfs_scan_file *file)
{
	return ++*(unsigned *)ctx > 10000;
}

static void read_all(struct ntfs *n)
{
	unsigned seen = 0;
	bool empty;

	for (uint64_t i = 0; i < n->records && i < 64; i++) {
		void *ctx[] = {n, &i}, *sd;
		unsigned count = 0;
		size_t len;

		allowed(ntfs_list(n, i, list_one, &count, NULL));
		allowed(ntfs_streams(n, i, read_one, ctx, NULL));
		if (!allowed(ntfs_read_security(n, i, &sd, &len, NULL)))
			mem_free(sd);
	}
	allowed(ntfs_scan(n, see_file, &seen, NULL, NULL));
	allowed(ntfs_is_empty(n, &empty, NULL));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ntfs_check_result result;
	struct err err = {0};
	struct disk *d;
	struct ntfs *n;

	check_ok(disk_memory(SEED_VOLUME, 512, &d, &err), &err);
	expand_seed(data, size, d);
	if (!allowed(ntfs_open(d, &n, NULL))) {
		read_all(n);
		ntfs_close(n);
	}
	allowed(ntfs_check(d, NULL, NULL, NULL, &result, NULL));
	disk_close(d);
	return 0;
}
