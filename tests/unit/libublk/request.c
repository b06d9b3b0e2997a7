// SPDX-License-Identifier: MIT
//
// The kernel's requests, carried out on disks in memory and on ones that fail.

#include "libublk/ublk_priv.h"
#include "test.h"

#define SIZE (4u << 20)

// A disk that counts what it is asked for and fails when told to.
struct counting {
	struct disk disk;
	struct disk *below;
	int writes, flushes, zeroes, discards;
	int fail_write, fail_flush;
};

static int count_read(struct disk *d, uint64_t off, void *buf, size_t len,
		      struct err *err)
{
	return disk_read(((struct counting *)d)->below, off, buf, len, err);
}

static int count_write(struct disk *d, uint64_t off, const void *buf,
		       size_t len, struct err *err)
{
	struct counting *c = (struct counting *)d;

	c->writes++;
	if (c->fail_write)
		return err_set(err, c->fail_write, "test", off, "write");
	return disk_write(c->below, off, buf, len, err);
}

static int count_zero(struct disk *d, uint64_t off, uint64_t len,
		      struct err *err)
{
	((struct counting *)d)->zeroes++;
	return disk_zero(((struct counting *)d)->below, off, len, err);
}

static int count_discard(struct disk *d, uint64_t off, uint64_t len,
			 struct err *err)
{
	((struct counting *)d)->discards++;
	return 0;
}

static int count_flush(struct disk *d, struct err *err)
{
	struct counting *c = (struct counting *)d;

	c->flushes++;
	return c->fail_flush ? err_set(err, c->fail_flush, "test", 0, "flush")
			     : 0;
}

static const struct disk_ops counting_ops = {
	.read = count_read,
	.write = count_write,
	.zero = count_zero,
	.discard = count_discard,
	.flush = count_flush,
};

static uint8_t buffer[MAX_BYTES];

// Returns what the kernel would be told.
static int run(struct ublk_target *t, uint32_t op_flags, uint64_t sector,
	       uint32_t sectors)
{
	struct ublksrv_io_desc desc = {.op_flags = op_flags,
				       .start_sector = sector,
				       .nr_sectors = sectors};
	struct ublk_request q = {0};
	struct err err = {0};
	int r = ublk_request_decode(&desc, t, &q, &err);

	if (!r)
		r = ublk_request_run(t, &q, buffer, &err);
	check_eq(r, err.code);
	return ublk_request_result(&q, r);
}

static void check_decode(struct ublk_target *t)
{
	static const struct {
		uint32_t op_flags;
		uint64_t sector;
		uint32_t sectors;
		int result;
	} cases[] = {
		{UBLK_IO_OP_READ, 0, 1, 512},
		{UBLK_IO_OP_READ, 0, MAX_BYTES / 512, MAX_BYTES},
		{UBLK_IO_OP_READ, 0, MAX_BYTES / 512 + 1, -EIO},
		{UBLK_IO_OP_WRITE, 0, MAX_BYTES / 512 + 1, -EIO},
		{UBLK_IO_OP_READ, SIZE / 512 - 1, 1, 512},
		{UBLK_IO_OP_READ, SIZE / 512 - 1, 2, -EIO},
		{UBLK_IO_OP_READ, SIZE / 512 + 1, 0, -EIO},
		{UBLK_IO_OP_WRITE, UINT64_MAX / 512 + 1, 1, -EIO},
		{UBLK_IO_OP_WRITE, UINT64_MAX, UINT32_MAX, -EIO},
		{UBLK_IO_OP_WRITE_ZEROES, 0, SIZE / 512, 0},
		{UBLK_IO_OP_WRITE_ZEROES, 1, SIZE / 512, -EIO},
		{UBLK_IO_OP_DISCARD, 1, SIZE / 512, -EIO},
		{UBLK_IO_OP_DISCARD, 0, SIZE / 512, 0},
		{UBLK_IO_OP_FLUSH, UINT64_MAX, UINT32_MAX, 0},
		{UBLK_IO_OP_WRITE_SAME, 0, 1, -EOPNOTSUPP},
		{99, 0, 1, -EOPNOTSUPP},
		{UBLK_IO_OP_READ | UBLK_IO_F_META | UBLK_IO_F_SWAP, 0, 1, 512},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_eq(run(t, cases[i].op_flags, cases[i].sector,
			     cases[i].sectors),
			 cases[i].result);
}

static void check_operations(struct ublk_target *t, struct counting *c)
{
	memset(buffer, 'a', 1024);
	*c = (struct counting){.disk = c->disk, .below = c->below};
	check_eq(run(t, UBLK_IO_OP_WRITE, 7, 2), 1024);
	check(c->writes == 1 && c->flushes == 0);
	memset(buffer, 0, 1024);
	check_eq(run(t, UBLK_IO_OP_READ, 8, 1), 512);
	check(buffer[0] == 'a' && buffer[511] == 'a' && !buffer[512]);
	check_eq(run(t, UBLK_IO_OP_WRITE_ZEROES, 7, 1), 0);
	check(c->zeroes == 1 && c->writes == 1);
	check_eq(run(t, UBLK_IO_OP_READ, 7, 2), 1024);
	check(!buffer[511] && buffer[512] == 'a');
	check_eq(run(t, UBLK_IO_OP_DISCARD, 0, 8), 0);
	check_eq(c->discards, 1);
	check_eq(run(t, UBLK_IO_OP_FLUSH, 0, 0), 0);
	check_eq(c->flushes, 1);
	check_eq(run(t, UBLK_IO_OP_WRITE | UBLK_IO_F_FUA, 0, 1), 512);
	check(c->writes == 2 && c->flushes == 2);
	check_eq(run(t, UBLK_IO_OP_WRITE_ZEROES | UBLK_IO_F_FUA, 0, 1), 0);
	check(c->zeroes == 2 && c->flushes == 3);
}

static void check_errors(struct ublk_target *t, struct counting *c)
{
	c->fail_write = -ENOSPC;
	check_eq(run(t, UBLK_IO_OP_WRITE, 0, 1), -ENOSPC);
	c->flushes = 0;
	check_eq(run(t, UBLK_IO_OP_WRITE | UBLK_IO_F_FUA, 0, 1), -ENOSPC);
	check_eq(c->flushes, 0);
	c->fail_write = -EAGAIN;
	check_eq(run(t, UBLK_IO_OP_WRITE, 0, 1), -EIO);
	c->fail_write = 0;
	c->fail_flush = -EIO;
	check_eq(run(t, UBLK_IO_OP_FLUSH, 0, 0), -EIO);
	check_eq(run(t, UBLK_IO_OP_WRITE | UBLK_IO_F_FUA, 0, 1), -EIO);
	check_eq(run(t, UBLK_IO_OP_WRITE_ZEROES | UBLK_IO_F_FUA, 0, 1), -EIO);
	check_eq(run(t, UBLK_IO_OP_WRITE, 0, 1), 512);
	c->fail_flush = 0;
}

static void check_read_only(struct ublk_target *t, struct counting *c)
{
	t->read_only = true;
	c->writes = c->flushes = c->zeroes = c->discards = 0;
	check_eq(run(t, UBLK_IO_OP_READ, 0, 1), 512);
	check_eq(run(t, UBLK_IO_OP_FLUSH, 0, 0), 0);
	check_eq(run(t, UBLK_IO_OP_WRITE, 0, 1), -EROFS);
	check_eq(run(t, UBLK_IO_OP_DISCARD, 0, 1), -EROFS);
	check_eq(run(t, UBLK_IO_OP_WRITE_ZEROES, 0, 1), -EROFS);
	check(!c->writes && !c->flushes && !c->zeroes && !c->discards);
}

int main(void)
{
	struct counting c = {.disk = {.ops = &counting_ops,
				      .size = SIZE,
				      .sector_size = 512}};
	struct ublk_target t = {.disk = &c.disk,
				.max_bytes = MAX_BYTES,
				.others = PTHREAD_MUTEX_INITIALIZER};
	struct err err = {0};

	check_ok(disk_memory(SIZE, 512, &c.below, &err), &err);
	check_decode(&t);
	check_operations(&t, &c);
	check_errors(&t, &c);
	check_read_only(&t, &c);
	disk_close(c.below);
	return 0;
}
