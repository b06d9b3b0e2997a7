// SPDX-License-Identifier: MIT
//
// What a new file's descriptor takes over from its folder's, and $Secure when it
// has many of them.

#include "libntfs/build/build.h"
#include "libntfs/change/change.h"
#include "libntfs/encode/descriptor.h"
#include "unit/libntfs/change/model.h"

#define SYSTEM                   1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0
#define CREATOR                  1, 1, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0
#define WORLD                    1, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0
#define ALLOW(flags, a, b, c, d) 0, flags, 0x14, 0, a, b, c, d

static struct err err;

// Owner WORLD, group SYSTEM, and one entry.
#define PARENT(control, ...)                                                   \
	{1,           0,     4,     0x80 | (control),                          \
	 0x30,        0,     0,     0,                                         \
	 0x3c,        0,     0,     0,                                         \
	 0,           0,     0,     0,                                         \
	 0x14,        0,     0,     0,                                         \
	 2,           0,     0x1c,  0,                                         \
	 1,           0,     0,     0,                                         \
	 __VA_ARGS__, WORLD, SYSTEM}

struct row {
	uint8_t parent[72];
	bool is_folder;
	unsigned count; // of entries
	uint8_t aces[56];
};

static const struct row rows[] = {
	// for files: at a file in effect, at a folder passed on
	{PARENT(0, ALLOW(1, 1, 0, 0, 0), SYSTEM),
	 false,
	 1,
	 {ALLOW(0, 1, 0, 0, 0), SYSTEM}},
	{PARENT(0, ALLOW(1, 1, 0, 0, 0), SYSTEM),
	 true,
	 1,
	 {ALLOW(9, 1, 0, 0, 0), SYSTEM}},
	{PARENT(0, ALLOW(3, 1, 0, 0, 0), SYSTEM),
	 true,
	 1,
	 {ALLOW(3, 1, 0, 0, 0), SYSTEM}},
	{PARENT(0, ALLOW(7, 1, 0, 0, 0), SYSTEM),
	 true,
	 1,
	 {ALLOW(0, 1, 0, 0, 0), SYSTEM}},
	{PARENT(4, ALLOW(3, 1, 0, 0, 0), SYSTEM),
	 true,
	 1,
	 {ALLOW(0x13, 1, 0, 0, 0), SYSTEM}},
	// generic rights, and the creator: here one thing, below another
	{PARENT(0, ALLOW(11, 0, 0, 0, 0x10), SYSTEM),
	 true,
	 2,
	 {ALLOW(0, 0xff, 1, 0x1f, 0), SYSTEM, ALLOW(11, 0, 0, 0, 0x10),
	  SYSTEM}},
	{PARENT(0, ALLOW(11, 1, 0, 0, 0), CREATOR),
	 false,
	 1,
	 {ALLOW(0, 1, 0, 0, 0), WORLD}},
};

static void test_rows(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];
		uint8_t *sd;
		size_t size;

		check_ok(ntfs_inherit(row->parent, sizeof(row->parent),
				      row->is_folder, &sd, &size, &err),
			 &err);
		printf("row %zu: %zu bytes\n", i, size);
		check(ntfs_descriptor_is_valid(sd, size));
		check_eq(size, 20 + 8 + row->count * 20 + 24);
		check_eq(sd[20 + 4], row->count);
		check(!memcmp(sd + 28, row->aces, row->count * 20));
		check_eq(sd[3] & 4, row->parent[3] & 4);
		mem_free(sd);
	}
}

// The file that the builder makes has what its root folder gives.
static void test_defaults(void)
{
	size_t root_size, file_size, size;
	const uint8_t *root = ntfs_secure_default(SECURITY_ROOT, &root_size);
	const uint8_t *file = ntfs_secure_default(SECURITY_FILE, &file_size);
	static const uint8_t nothing[] =
		PARENT(0, ALLOW(0, 1, 0, 0, 0), SYSTEM);
	uint8_t *sd = NULL;

	check_ok(ntfs_inherit(root, root_size, false, &sd, &size, &err), &err);
	check(size == file_size && !memcmp(sd, file, size));
	mem_free(sd);
	check_ok(ntfs_inherit(root, root_size, true, &sd, &size, &err), &err);
	check(size == root_size && !memcmp(sd, root, size));
	mem_free(sd);
	check_ok(ntfs_inherit(nothing, sizeof(nothing), true, &sd, &size, &err),
		 &err);
	check_eq(sd[24], 2); // SYSTEM and administrators
	mem_free(sd);
	sd = NULL;
	check(ntfs_inherit(root, 30, true, &sd, &size, NULL) < 0 && !sd);
}

// So many descriptors that $SDS goes on in its second pair of blocks.
static void test_many(void)
{
	enum { FOLDERS = 560, PADDING = 360 };
	struct ntfs_build_options o = {.serial = 5, .cluster_size = 1024};
	static uint8_t sd[72 + 8 + PADDING];
	struct ntfs_build *b;
	struct disk *d;
	struct ntfs *n;
	char path[40];

	check_ok(disk_memory(64 << 20, 512, &d, &err), &err);
	check_ok(ntfs_build_new(d, &o, &b, &err), &err);
	memcpy(sd, rows[0].parent, 28);
	sd[4] = 20 + 8; // owner and group before the list
	sd[8] = 20 + 8 + 12;
	memcpy(sd + 28, rows[0].parent + 48, 24);
	sd[16] = 52;
	for (uint32_t i = 0; i < FOLDERS; i++) {
		struct ntfs_node_spec spec = {
			NTFS_ATTR_DIRECTORY, 1, 1, 1, 1, 0};
		struct ntfs_name name = {0};
		uint32_t node;
		le16 *units;

		// One list of one entry, followed by what makes it long.
		memcpy(sd + 52,
		       (uint8_t[]){2, 0, 0, 0, 1, 0, 0, 0, 0, 3, 0, 0,
				   (uint8_t)i, (uint8_t)(i >> 8), 0, 0, SYSTEM},
		       28);
		sd[54] = (uint8_t)(8 + 20 + PADDING);
		sd[55] = (8 + 20 + PADDING) >> 8;
		sd[62] = (uint8_t)(20 + PADDING);
		sd[63] = (20 + PADDING) >> 8;
		check_ok(ntfs_build_security(b, sd, sizeof(sd), &spec.security,
					     &err),
			 &err);
		check_ok(ntfs_build_add(b, &spec, &node, &err), &err);
		snprintf(path, sizeof(path), "d%u", i);
		check_eq(utf16_from_utf8(path, &units, &name.name_len), 0);
		name.name = units;
		check_ok(ntfs_build_link(b, node, NTFS_ROOT, &name, &err),
			 &err);
		mem_free(units);
	}
	check_ok(ntfs_build_layout(b, &err), &err);
	check_ok(ntfs_build_begin(b, &err), &err);
	check_ok(ntfs_build_finish(b, NULL, &err), &err);
	ntfs_build_free(b);
	check_ok(ntfs_open(d, &n, &err), &err);
	check_ok(ntfs_change_begin(n, &err), &err);
	for (int i = 0; i < FOLDERS; i++) {
		struct ntfs_stat s;
		uint64_t record;

		snprintf(path, sizeof(path), "\\d%d\\new", i);
		check_ok(ntfs_write_file(n, path, path, 10, 0, 1, &err), &err);
		check_ok(ntfs_lookup(n, path, &record, &err), &err);
		check_ok(ntfs_stat(n, record, &s, &err), &err);
		check(s.security_id >= 0x104 + FOLDERS);
		if (i % 100 == 99) {
			check_ok(ntfs_sync(n, &err), &err);
			model_check(d);
		}
	}
	ntfs_close(n);
	disk_close(d);
}

int main(void)
{
	test_rows();
	test_defaults();
	test_many();
	return 0;
}
