// SPDX-License-Identifier: MIT
//
// $Reparse, $ObjId and extended attributes: many in order, and content that
// breaks its format, which is refused before anything is laid out.

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

static int add(enum ntfs_stream_kind kind, const void *bytes, uint64_t size)
{
	struct ntfs_node_spec spec = {.security = NTFS_NO_SECURITY};
	struct ntfs_stream_spec stream = {
		.kind = kind, .size = size, .content = bytes};
	le16 units[5];
	struct ntfs_name name = {.name = units, .name_len = 5};
	uint32_t node, id;
	struct err e = {0};
	int r;

	for (unsigned i = 0, v = added++; i < 5; i++, v /= 10)
		units[i] = to_le16((uint16_t)('0' + v % 10));
	check_ok(ntfs_build_add(b, &spec, &node, &err), &err);
	check_ok(ntfs_build_link(b, node, NTFS_ROOT, &name, &err), &err);
	r = ntfs_build_stream(b, node, &stream, &id, &e);
	check_eq(e.code, r);
	return r;
}

// Nothing can be wrong any more once it is laid out.
static void end(int result)
{
	struct ntfs_check_result found;
	struct err e = {0};

	check_eq(ntfs_build_layout(b, &e), result);
	check_eq(e.code, result);
	if (!result) {
		check_ok(ntfs_build_begin(b, &err), &err);
		check_ok(ntfs_build_finish(b, NULL, &err), &err);
		check_ok(ntfs_check(d, NULL, NULL, NULL, &found, &err), &err);
		check_eq(found.problems, 0);
	}
	ntfs_build_free(b);
	disk_close(d);
}

// Hundreds of each, so that the indexes have blocks.
static void many(uint32_t cluster)
{
	uint8_t bytes[16384] = {0};

	start(cluster);
	for (unsigned i = 0; i < 600; i++) {
		uint32_t size = i % 2 ? 16 + i % 8 / 2 * 16 : i % 6 ? 40 : 9000;
		uint32_t tag = 0x80000002u + (i * 2654435761u >> 8) % 7;
		le32 head[2] = {to_le32(tag), to_le32(size - 8)};

		if (i % 2)
			head[0] = to_le32(i * 2654435761u);
		memcpy(bytes, head, sizeof(head));
		check_eq(add(i % 2 ? NTFS_STREAM_OBJECT_ID
				   : NTFS_STREAM_REPARSE,
			     bytes, size),
			 0);
	}
	end(0);
}

static void one(enum ntfs_stream_kind kind, const uint8_t *bytes, size_t size,
		int result)
{
	start(4096);
	check_eq(add(kind, bytes, size), result);
	end(0);
}

static void reparse_points(void)
{
	uint8_t p[64] = {0x0c, 0, 0, 0xa0, 56};

	one(NTFS_STREAM_REPARSE, p, 64, 0);
	one(NTFS_STREAM_REPARSE, p, 63, -EBADMSG);
	p[4] = 40; // another maker's: a GUID before the data
	p[3] = 0;
	one(NTFS_STREAM_REPARSE, p, 64, 0);
	p[0] = 1; // no tag
	one(NTFS_STREAM_REPARSE, p, 64, -EBADMSG);
	p[0] = 0;
	one(NTFS_STREAM_REPARSE, p, 64, -EBADMSG);
}

static void extended_attributes(void)
{
	static const struct {
		uint8_t bytes[24];
		int result;
	} rows[] = {
		{{0, 0, 0, 0, 0, 1, 14, 0, 'N'}, 0},
		{{12, 0, 0, 0, 0, 1,    2, 0, 'N', 0,  1,
		  1,  0, 0, 0, 0, 0x80, 1, 2, 0,   'M'},
		 0},
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

	start(4096);
	check_eq(add(NTFS_STREAM_OBJECT_ID, bytes, 16), 0);
	end(-EBADMSG);
	start(4096);
	bytes[0]++;
	check_eq(add(NTFS_STREAM_OBJECT_ID, bytes, 16), 0);
	check_eq(add(NTFS_STREAM_OBJECT_ID, bytes, 16), 0);
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
