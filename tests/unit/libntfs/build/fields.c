// SPDX-License-Identifier: MIT
//
// What a caller gives for a file and what the volume then has: attributes and
// times that come from another format are taken as far as NTFS knows them.

#include "ntfs.h"
#include "test.h"

#define TIME 132000000000000000ull

static struct err err;

struct row {
	uint32_t given, found;
	uint64_t time, found_time;
};

static const struct row rows[] = {
	{0, 0, TIME + 1, TIME + 1},
	{0x20, 0x20, 0, 0},
	{0x81a48020, 0x20, INT64_MAX, INT64_MAX},
	{0xffffffef, 0x3127, (uint64_t)INT64_MAX + 1, TIME},
	{0xffffffff, 0x3037, UINT64_MAX, TIME},
	{0x10 | 0x100 | 0x800, 0x10, TIME, TIME},
	{NTFS_ATTR_REPARSE | NTFS_ATTR_SPARSE, 0, TIME, TIME},
	{NTFS_ATTR_NORMAL, 0, TIME, TIME},
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

static void add(struct ntfs_build *b, size_t i)
{
	const struct row *row = &rows[i];
	le16 unit = to_le16((uint16_t)('a' + i));
	struct ntfs_name name = {.name = &unit, .name_len = 1};
	struct ntfs_node_spec spec = {
		.attributes = row->given,
		.created = row->time,
		.modified = row->time,
		.changed = row->time,
		.accessed = row->time,
		.security = NTFS_NO_SECURITY,
	};
	uint32_t node;

	check_ok(ntfs_build_add(b, &spec, &node, &err), &err);
	check_ok(ntfs_build_link(b, node, NTFS_ROOT, &name, &err), &err);
}

static int check_entry(void *ctx, const struct ntfs_entry *e)
{
	size_t i = (size_t)(e->utf8[0] - 'a');

	if (e->record < 16)
		return 0;
	check(i < ROWS);
	check_eq(e->attributes, rows[i].found);
	check_eq(e->modified, rows[i].found_time);
	++*(size_t *)ctx;
	return 0;
}

static void check_file(struct ntfs *n, size_t i)
{
	const char path[] = {'\\', (char)('a' + i), 0};
	struct ntfs_stat stat;
	uint64_t record;

	check_ok(ntfs_lookup(n, path, &record, &err), &err);
	check_ok(ntfs_stat(n, record, &stat, &err), &err);
	check_eq(stat.attributes, rows[i].found);
	check_eq(stat.created, rows[i].found_time);
	check_eq(stat.modified, rows[i].found_time);
	check_eq(stat.changed, rows[i].found_time);
	check_eq(stat.accessed, rows[i].found_time);
}

int main(void)
{
	struct ntfs_build_options options = {.time = TIME};
	struct ntfs_check_result result;
	struct ntfs_build *b;
	struct ntfs *n;
	struct disk *d;
	size_t found = 0;

	check_ok(disk_memory(4 << 20, 512, &d, &err), &err);
	check_ok(ntfs_build_new(d, &options, &b, &err), &err);
	for (size_t i = 0; i < ROWS; i++)
		add(b, i);
	check_ok(ntfs_build_layout(b, &err), &err);
	check_ok(ntfs_build_begin(b, &err), &err);
	check_ok(ntfs_build_finish(b, NULL, &err), &err);
	ntfs_build_free(b);

	check_ok(ntfs_open(d, &n, &err), &err);
	check_ok(ntfs_list(n, 5, check_entry, &found, &err), &err); // 5: root
	check_eq(found, ROWS);
	for (size_t i = 0; i < ROWS; i++)
		check_file(n, i);
	ntfs_close(n);
	check_ok(ntfs_check(d, NULL, NULL, NULL, &result, &err), &err);
	check_eq(result.problems, 0);
	disk_close(d);
	return 0;
}
