// SPDX-License-Identifier: MIT
//
// Data in pieces and in any order, on a device full of old bytes: what follows
// it in its last cluster is zero; reserved streams as disks; order of runs.

#include "libntfs/build/build.h"
#include "test.h"

#define SIZES 9

static struct err err;
static const uint64_t sizes[SIZES] = {0,    1,    700,   4096,  4097,
				      8191, 8192, 50001, 131072};

static uint8_t byte_of(uint64_t stream, uint64_t at)
{
	return (uint8_t)(stream * 31 + at * 7 + (at >> 8));
}

static void write_back(struct ntfs_build *b, uint32_t id, uint64_t size,
		       size_t piece)
{
	uint8_t buf[10000];

	for (uint64_t end = size; end;) {
		size_t n = end < piece ? (size_t)end : piece;

		end -= n;
		for (size_t i = 0; i < n; i++)
			buf[i] = byte_of(id, end + i);
		check_ok(ntfs_build_write(b, id, end, buf, n, &err), &err);
	}
}

static void check_bytes(struct disk *d, const struct ntfs_build *b, uint32_t id)
{
	const struct stream *s = &b->streams[id];
	uint64_t size = round_up(s->size, b->cluster_size);
	uint8_t *buf = mem_alloc(size);

	check(buf);
	check_ok(disk_read(d, s->lcn * b->cluster_size, buf, size, &err), &err);
	for (uint64_t i = 0; i < size; i++)
		check_eq(buf[i], i < s->size ? byte_of(id, i) : 0);
	mem_free(buf);
}

static uint32_t add_file(struct ntfs_build *b, unsigned number, uint64_t size,
			 bool reserve)
{
	struct ntfs_node_spec node_spec = {.security = NTFS_NO_SECURITY};
	struct ntfs_stream_spec spec = {
		.size = size,
		.order = 100 - number,
		.reserve = reserve,
	};
	le16 unit = to_le16((uint16_t)('a' + number));
	struct ntfs_name name = {.name = &unit, .name_len = 1};
	uint32_t node, id;

	check_ok(ntfs_build_add(b, &node_spec, &node, &err), &err);
	check_ok(ntfs_build_link(b, node, NTFS_ROOT, &name, &err), &err);
	check_ok(ntfs_build_stream(b, node, &spec, &id, &err), &err);
	return id;
}

static void check_layout(const struct ntfs_build *b, const uint32_t *ids)
{
	uint64_t before = UINT64_MAX;

	check(b->streams[ids[0]].resident);
	check(b->streams[ids[1]].resident);
	for (unsigned i = 3; i < SIZES; i++) { // later ones lie before
		check(!b->streams[ids[i]].resident);
		check(b->streams[ids[i]].lcn < before);
		before = b->streams[ids[i]].lcn;
	}
}

int main(void)
{
	struct ntfs_build_options o = {.cluster_size = 4096};
	struct ntfs_check_result result;
	struct disk *d, *part, *reserved;
	uint32_t ids[SIZES], whole;
	struct ntfs_build *b;
	static uint8_t junk[65536];

	memset(junk, 0xee, sizeof(junk));
	check_ok(disk_memory(8 << 20, 512, &d, &err), &err);
	for (uint64_t at = 0; at < d->size; at += sizeof(junk))
		check_ok(disk_write(d, at, junk, sizeof(junk), &err), &err);
	check_ok(disk_slice(d, 0, d->size, &part, &err), &err);
	check_ok(ntfs_build_new(part, &o, &b, &err), &err);
	for (unsigned i = 0; i < SIZES; i++)
		ids[i] = add_file(b, i, sizes[i], false);
	whole = add_file(b, SIZES, 300001, true);
	check_eq(ntfs_build_write(b, ids[1], 0, junk, 1, NULL), -EINVAL);
	check_ok(ntfs_build_layout(b, &err), &err);
	check_ok(ntfs_build_begin(b, &err), &err);
	check_layout(b, ids);
	for (unsigned i = 0; i < SIZES; i++)
		write_back(b, ids[i], sizes[i], i % 2 ? 10000 : 3000);
	check_eq(ntfs_build_write(b, ids[4], 4097, junk, 1, NULL), -EINVAL);
	check_eq(ntfs_build_write(b, ids[4], 4097, junk, 0, NULL), 0);
	check_eq(ntfs_build_write(b, 999, 0, junk, 1, NULL), -EINVAL);
	check_eq(ntfs_build_open_stream(b, ids[4], &reserved, NULL), -EINVAL);
	check_ok(ntfs_build_open_stream(b, whole, &reserved, &err), &err);
	check_eq(reserved->size, 300001);
	for (uint64_t i = 0; i < reserved->size; i++) {
		uint8_t byte = byte_of(whole, i);

		check_ok(disk_write(reserved, i, &byte, 1, &err), &err);
	}
	disk_close(reserved);
	check_ok(ntfs_build_finish(b, NULL, &err), &err);
	for (unsigned i = 4; i < SIZES; i++)
		check_bytes(d, b, ids[i]);
	check_bytes(d, b, whole);
	ntfs_build_free(b);
	check_ok(ntfs_check(d, NULL, NULL, NULL, &result, &err), &err);
	check_eq(result.problems, 0);
	disk_close(part);
	disk_close(d);
	return 0;
}
