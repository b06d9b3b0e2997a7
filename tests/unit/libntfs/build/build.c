// SPDX-License-Identifier: MIT
//
// What a description may hold, and what is refused; outputs stay untouched.

#include "ntfs.h"
#include "test.h"

static struct err err;
static struct disk *d;
static struct ntfs_build *b;

static const struct ntfs_node_spec file = {
	.attributes = NTFS_ATTR_ARCHIVE,
	.security = NTFS_NO_SECURITY,
};
static const struct ntfs_node_spec folder = {
	.attributes = NTFS_ATTR_DIRECTORY,
	.security = NTFS_NO_SECURITY,
};

static int try_new(uint64_t size, uint32_t sector, uint32_t cluster,
		   const char *label)
{
	struct ntfs_build_options o = {.cluster_size = cluster, .label = label};
	struct ntfs_build *x = NULL;
	struct disk *disk;
	int r;

	check_ok(disk_memory(1 << 20, sector, &disk, &err), &err);
	disk->size = size; // nothing is read or written
	r = ntfs_build_new(disk, &o, &x, NULL);
	check(!r == !!x);
	ntfs_build_free(x);
	disk->size = 1 << 20;
	disk_close(disk);
	return r;
}

static void options(void)
{
	const uint64_t mib = 1 << 20;

	check_eq(try_new(mib, 512, 0, NULL), 0);
	check_eq(try_new(mib, 512, 512, "label"), 0);
	check_eq(try_new(mib, 512, 65536, ""), 0);
	check_eq(try_new(mib, 512, 4 << 20, NULL), -EINVAL);
	check_eq(try_new(mib, 512, 256, NULL), -EINVAL);
	check_eq(try_new(mib, 512, 4095, NULL), -EINVAL);
	check_eq(try_new(mib, 4096, 2048, NULL), -EINVAL);
	check_eq(try_new(mib - 512, 512, 512, NULL), -ENOSPC);
	check_eq(try_new(mib << 20, 512, 512, NULL), 0);
	check_eq(try_new(mib << 21, 512, 512, NULL), 0);
	check_eq(try_new((mib << 21) + 1024, 512, 512, NULL), -EFBIG);
	check_eq(try_new(mib, 512, 0, "123456789012345678901234567890123"),
		 -EINVAL);
	check_eq(try_new(mib, 512, 0, "\xff"), -EINVAL);
}

static void names(void)
{
	static const struct {
		uint16_t units[3];
		size_t len, dos_len;
		int result;
	} rows[] = {
		{{'a'}, 1, 0, 0},
		{{'a', 'b', 'c'}, 3, 0, 0},
		{{'a', ':'}, 2, 0, 0},
		{{'.', '.', '.'}, 3, 0, 0},
		{{0xd800}, 1, 0, 0},
		{{0}, 0, 0, -EBADMSG},
		{{'.'}, 1, 0, -EBADMSG},
		{{'.', '.'}, 2, 0, -EBADMSG},
		{{'a', '/'}, 2, 0, -EBADMSG},
		{{'\\'}, 1, 0, -EBADMSG},
		{{'a', 0, 'b'}, 3, 0, -EBADMSG},
		{{'a'}, 256, 0, -EBADMSG},
		{{'a'}, 1, 12, 0},
		{{'a'}, 1, 13, -EBADMSG},
	};
	le16 units[256], dos[16];
	uint32_t node;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct ntfs_name name = {units, rows[i].len, dos,
					 rows[i].dos_len};

		for (size_t k = 0; k < 256; k++)
			units[k] = to_le16(k < 3 ? rows[i].units[k] : 'x');
		for (size_t k = 0; k < 16; k++)
			dos[k] = to_le16('d');
		check_ok(ntfs_build_add(b, &file, &node, &err), &err);
		check_eq(ntfs_build_link(b, node, NTFS_ROOT, &name, NULL),
			 rows[i].result);
	}
}

static void links(void)
{
	le16 unit = to_le16('l');
	struct ntfs_name name = {.name = &unit, .name_len = 1};
	uint32_t dir, node;
	unsigned count = 0;

	check_ok(ntfs_build_add(b, &folder, &dir, &err), &err);
	check_ok(ntfs_build_add(b, &file, &node, &err), &err);
	check_eq(ntfs_build_link(b, NTFS_ROOT, dir, &name, NULL), -EINVAL);
	check_eq(ntfs_build_link(b, dir, node, &name, NULL), -EINVAL);
	check_eq(ntfs_build_link(b, dir, 99999, &name, NULL), -EINVAL);
	check_ok(ntfs_build_link(b, dir, NTFS_ROOT, &name, &err), &err);
	check_eq(ntfs_build_link(b, dir, NTFS_ROOT, &name, NULL), -EINVAL);
	while (!ntfs_build_link(b, node, dir, &name, NULL))
		count++;
	check_eq(count, 1023);
	check_eq(ntfs_build_link(b, node, dir, &name, NULL), -EFBIG);
}

static int try_stream(uint32_t node, enum ntfs_stream_kind kind,
		      const char *text, uint64_t size)
{
	static const uint8_t link[16384 + 1] = {0x0c, 0, 0, 0xa0, 0xf8, 0x3f};
	static const uint8_t empty[8] = {0x0c, 0, 0, 0xa0}, eas[65536 + 1];
	struct ntfs_stream_spec spec = {.kind = kind, .size = size};
	uint32_t id = 12345;
	le16 *name;
	int r;

	check(!utf16_from_utf8(text, &name, &spec.name_len));
	spec.name = name;
	if (kind == NTFS_STREAM_REPARSE)
		spec.content = size == 8 ? empty : link;
	else if (kind != NTFS_STREAM_DATA)
		spec.content = eas;
	r = ntfs_build_stream(b, node, &spec, &id, NULL);
	check(!r || id == 12345);
	mem_free(name);
	return r;
}

static void streams(void)
{
	uint32_t node, dir;

	check_ok(ntfs_build_add(b, &file, &node, &err), &err);
	check_ok(ntfs_build_add(b, &folder, &dir, &err), &err);
	check_eq(try_stream(99999, NTFS_STREAM_DATA, "", 0), -EINVAL);
	check_eq(try_stream(node, NTFS_STREAM_DATA, "", 0), 0);
	check_eq(try_stream(node, NTFS_STREAM_DATA, "", 0), -EEXIST);
	check_eq(try_stream(node, NTFS_STREAM_DATA, "Name", 5), 0);
	check_eq(try_stream(node, NTFS_STREAM_DATA, "nAME", 5), -EEXIST);
	check_eq(try_stream(node, NTFS_STREAM_DATA, "a/b", 5), -EBADMSG);
	check_eq(try_stream(node, NTFS_STREAM_DATA, "huge", UINT64_MAX),
		 -EBADMSG);
	check_eq(try_stream(dir, NTFS_STREAM_DATA, "", 5), -EBADMSG);
	check_eq(try_stream(dir, NTFS_STREAM_DATA, "named", 5), 0);
	check_eq(try_stream(node, NTFS_STREAM_REPARSE, "", 7), -EBADMSG);
	check_eq(try_stream(node, NTFS_STREAM_REPARSE, "", 16385), -EBADMSG);
	check_eq(try_stream(node, NTFS_STREAM_REPARSE, "x", 8), -EBADMSG);
	check_eq(try_stream(node, NTFS_STREAM_REPARSE, "", 16384), 0);
	check_eq(try_stream(node, NTFS_STREAM_REPARSE, "", 8), -EEXIST);
	check_eq(try_stream(node, NTFS_STREAM_EA, "", 65537), -EBADMSG);
	check_eq(try_stream(node, NTFS_STREAM_EA, "", 65536), 0);
	check_eq(try_stream(node, NTFS_STREAM_OBJECT_ID, "", 15), -EBADMSG);
	check_eq(try_stream(node, NTFS_STREAM_OBJECT_ID, "", 24), -EBADMSG);
	check_eq(try_stream(node, NTFS_STREAM_OBJECT_ID, "", 64), 0);
}

static void too_many_streams(void)
{
	unsigned count = 0;
	char name[32];
	uint32_t node;
	int r;

	check_ok(ntfs_build_add(b, &file, &node, &err), &err);
	do {
		snprintf(name, sizeof(name), "s%u", count++);
		r = try_stream(node, NTFS_STREAM_DATA, name, 1);
	} while (!r);
	check_eq(r, -EFBIG);
	check_eq(count, 4097);
}

static void nodes(void)
{
	struct ntfs_node_spec bad = file;
	uint32_t node = 777;

	bad.security = 1000;
	check_eq(ntfs_build_add(b, &bad, &node, NULL), -EINVAL);
	check_eq(node, 777);
	check_eq(ntfs_build_set(b, NTFS_ROOT, &bad, NULL), -EINVAL);
	check_eq(ntfs_build_set(b, NTFS_ROOT, &file, NULL), -EINVAL);
	check_eq(ntfs_build_set(b, 99999, &file, NULL), -EINVAL);
	check_ok(ntfs_build_set(b, NTFS_ROOT, &folder, &err), &err);
}

int main(void)
{
	struct ntfs_build_options o = {.cluster_size = 512};
	uint32_t node;

	options();
	check_ok(disk_memory(4 << 20, 512, &d, &err), &err);
	check_ok(ntfs_build_new(d, &o, &b, &err), &err);
	nodes();
	names();
	links();
	streams();
	too_many_streams();
	ntfs_build_free(b);

	// A node without a name; a description that is closed.
	check_ok(ntfs_build_new(d, &o, &b, &err), &err);
	check_ok(ntfs_build_add(b, &file, &node, &err), &err);
	check_eq(ntfs_build_finish(b, NULL, NULL), -EINVAL);
	check_eq(ntfs_build_layout(b, NULL), -EINVAL);
	check_eq(ntfs_build_layout(b, NULL), -EINVAL);
	check_eq(ntfs_build_add(b, &file, &node, NULL), -EINVAL);
	ntfs_build_free(b);
	ntfs_build_free(NULL);
	disk_close(d);
	return 0;
}
