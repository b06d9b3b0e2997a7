// SPDX-License-Identifier: MIT
//
// Free ranges are the clusters that nothing uses; a volume that is dirty, has an
// open log or a sleeping Windows says so.

#include "libntfs/read/read.h"
#include "test.h"

#define SIZE ((32u << 20) + 12288)

// Makes a volume that holds `content` as hiberfil.sys.
static struct disk *new_volume(const char *content)
{
	struct ntfs_build_options o = {.cluster_size = 4096};
	struct ntfs_node_spec spec = {.security = NTFS_NO_SECURITY};
	struct ntfs_stream_spec stream = {.size = strlen(content)};
	struct ntfs_name name = {0};
	uint32_t node, number;
	struct err err = {0};
	struct ntfs_build *b;
	struct disk *d;
	le16 *units;

	check_ok(disk_memory(SIZE, 512, &d, &err), &err);
	check_ok(ntfs_build_new(d, &o, &b, &err), &err);
	check(!utf16_from_utf8("HiberFil.sys", &units, &name.name_len));
	name.name = units;
	check_ok(ntfs_build_add(b, &spec, &node, &err), &err);
	check_ok(ntfs_build_link(b, node, NTFS_ROOT, &name, &err), &err);
	check_ok(ntfs_build_stream(b, node, &stream, &number, &err), &err);
	check_ok(ntfs_build_layout(b, &err), &err);
	check_ok(ntfs_build_begin(b, &err), &err);
	check_ok(ntfs_build_write(b, number, 0, content, strlen(content), &err),
		 &err);
	check_ok(ntfs_build_finish(b, NULL, &err), &err);
	ntfs_build_free(b);
	mem_free(units);
	return d;
}

static const char *verdict(struct disk *d)
{
	const char *why = "untouched";
	struct err err = {0};
	struct ntfs *n;

	check_ok(ntfs_open(d, &n, &err), &err);
	check_ok(ntfs_in_use(n, &why, &err), &err);
	ntfs_close(n);
	return why;
}

static int add(void *ctx, uint64_t off, uint64_t len)
{
	uint64_t *x = ctx; // sum, end

	check(len && len % 4096 == 0 && off % 4096 == 0 && off > x[1]);
	x[0] += len;
	x[1] = off + len;
	return 0;
}

static void check_ranges(struct disk *d)
{
	struct ntfs_check_result found;
	uint64_t x[2] = {0};
	struct err err = {0};
	struct ntfs *n;

	check_ok(ntfs_check(d, NULL, NULL, NULL, &found, &err), &err);
	check_eq(found.problems, 0);
	check_ok(ntfs_open(d, &n, &err), &err);
	check_ok(ntfs_free_ranges(n, add, x, &err), &err);
	check_eq(x[0], (found.clusters - found.clusters_used) * 4096);
	check(x[1] <= found.clusters * 4096);
	ntfs_close(n);
}

// Writes a restart page: `number` is its LSN.
static void put_restart(struct disk *d, uint64_t at, uint8_t number,
			uint16_t client, uint8_t flags)
{
	uint8_t page[512] = "RSTR";
	struct err err = {0};
	struct disk *log;
	struct ntfs *n;

	page[0x18] = 0x30;
	page[0x30] = number;
	page[0x30 + 12] = (uint8_t)client;
	page[0x30 + 13] = (uint8_t)(client >> 8);
	page[0x30 + 14] = flags;
	check_ok(ntfs_open(d, &n, &err), &err);
	check_ok(ntfs_open_stream(n, NTFS_REC_LOGFILE, NTFS_AT_DATA, NULL, &log,
				  &err),
		 &err);
	check_ok(disk_write(log, at, page, sizeof(page), &err), &err);
	disk_close(log);
	ntfs_close(n);
}

int main(void)
{
	struct disk *d = new_volume("wake");

	check_ranges(d);
	check(!verdict(d));
	put_restart(d, 0, 5, 0, 0);
	check(strstr(verdict(d), "not shut down"));
	put_restart(d, 4096, 6, 0xffff, 0); // the newer one counts
	check(!verdict(d));
	put_restart(d, 0, 7, 0, 0);
	check(strstr(verdict(d), "not shut down"));
	put_restart(d, 0, 7, 0, 2);
	check(!verdict(d));
	disk_close(d);
	d = new_volume("HIBR and more");
	check(strstr(verdict(d), "hibernated"));
	disk_close(d);
	return 0;
}
