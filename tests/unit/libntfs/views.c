// SPDX-License-Identifier: MIT
//
// $Reparse, $ObjId and extended attributes: many in order, and content that
// breaks its format, which must leave no volume behind.

#include "ntfs.h"
#include "test.h"

static struct err err;
static struct disk *d;
static struct ntfs_build *b;
static unsigned added;

static void start(uint32_t cluster)
{
	struct ntfs_build_options o = {
		.cluster_size = cluster,
		.object_id = {{0x77}},
	};

	added = 0;
	check_ok(disk_memory(8 << 20, 512, &d, &err), &err);
	check_ok(ntfs_build_new(d, &o, &b, &err), &err);
}

static uint32_t add(enum ntfs_stream_kind kind, uint64_t size)
{
	struct ntfs_node_spec spec = {.security = NTFS_NO_SECURITY};
	struct ntfs_stream_spec stream = {.kind = kind, .size = size};
	le16 units[5];
	struct ntfs_name name = {.name = units, .name_len = 5};
	uint32_t node, id;

	for (unsigned i = 0, v = added++; i < 5; i++, v /= 10)
		units[i] = to_le16((uint16_t)('0' + v % 10));
	check_ok(ntfs_build_add(b, &spec, &node, &err), &err);
	check_ok(ntfs_build_link(b, node, NTFS_ROOT, &name, &err), &err);
	check_ok(ntfs_build_stream(b, node, &stream, &id, &err), &err);
	return id;
}

static void place(void)
{
	check_ok(ntfs_build_layout(b, &err), &err);
	check_ok(ntfs_build_begin(b, &err), &err);
}

static void put(uint32_t id, const void *bytes, size_t size)
{
	check_ok(ntfs_build_write(b, id, 0, bytes, size, &err), &err);
}

static void end(int result)
{
	struct ntfs_check_result found;
	struct err e = {0};
	uint8_t boot[512];

	check_eq(ntfs_build_finish(b, NULL, &e), result);
	check_eq(e.code, result);
	ntfs_build_free(b);
	if (result) {
		check_ok(disk_read(d, 0, boot, sizeof(boot), &err), &err);
		check(boot[510] == 0 && boot[3] == 0);
	} else {
		check_ok(ntfs_check(d, NULL, NULL, NULL, &found, &err), &err);
		check_eq(found.problems, 0);
	}
	disk_close(d);
}

// Hundreds of each, so that the indexes have blocks.
static void many(uint32_t cluster)
{
	uint8_t bytes[16384] = {0};
	uint32_t ids[600];

	start(cluster);
	for (unsigned i = 0; i < 600; i++)
		ids[i] = i % 2 ? add(NTFS_STREAM_OBJECT_ID, 16 + i % 8 / 2 * 16)
			       : add(NTFS_STREAM_REPARSE, i % 6 ? 40 : 9000);
	place();
	for (unsigned i = 0; i < 600; i++) {
		uint32_t size = i % 2 ? 16 + i % 8 / 2 * 16 : i % 6 ? 40 : 9000;
		uint32_t tag = 0x80000000u | (i * 2654435761u >> 8) % 7;
		le32 head[2] = {to_le32(tag), to_le32(size - 8)};

		if (i % 2)
			head[0] = to_le32(i * 2654435761u);
		memcpy(bytes, head, sizeof(head));
		put(ids[i], bytes, size);
	}
	end(0);
}

static void one(enum ntfs_stream_kind kind, const uint8_t *bytes, size_t size,
		int result)
{
	uint32_t id;

	start(4096);
	id = add(kind, size);
	place();
	put(id, bytes, size);
	end(result);
}

static void reparse_points(void)
{
	uint8_t p[64] = {0x0c, 0, 0, 0xa0, 56};

	one(NTFS_STREAM_REPARSE, p, 64, 0);
	one(NTFS_STREAM_REPARSE, p, 63, -EBADMSG);
	p[4] = 40; // another maker's: a GUID before the data
	p[3] = 0;
	one(NTFS_STREAM_REPARSE, p, 64, 0);
	p[0] = 0; // no tag
	one(NTFS_STREAM_REPARSE, p, 64, -EBADMSG);
}

static void extended_attributes(void)
{
	static const struct {
		uint8_t bytes[24];
		int result;
	} rows[] = {
		{{0, 0, 0, 0, 0, 1, 14, 0, 'N'}, 0},
		{{12, 0, 0, 0, 0, 1, 2, 0, 'N', 0, 1, 1, 0, 0, 0, 0, 0x80, 1,
		  2, 0, 'M'}, 0},
		{{0, 0, 0, 0, 0, 1, 15, 0, 'N'}, -EBADMSG},
		{{4, 0, 0, 0, 0, 1, 2, 0, 'N'}, -EBADMSG},
		{{13, 0, 0, 0, 0, 1, 2, 0, 'N'}, -EBADMSG},
		{{20, 0, 0, 0, 0, 1, 2, 0, 'N'}, -EBADMSG},
		{{0, 1, 0, 0, 0, 1, 2, 0, 'N'}, -EBADMSG},
		{{0xfc, 0xff, 0xff, 0xff, 0, 1, 2, 0, 'N'}, -EBADMSG},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		one(NTFS_STREAM_EA, rows[i].bytes, 24, rows[i].result);
}

static void equal_object_ids(void)
{
	uint8_t bytes[16] = {0x77}; // the volume's own
	uint32_t id;

	start(4096);
	id = add(NTFS_STREAM_OBJECT_ID, 16);
	place();
	put(id, bytes, 16);
	end(-EBADMSG);
}

int main(void)
{
	many(4096);
	many(512);
	reparse_points();
	extended_attributes();
	equal_object_ids();
	return 0;
}
