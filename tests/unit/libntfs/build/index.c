// SPDX-License-Identifier: MIT
//
// Folders of every size around where their index grows a block or a level:
// the checker walks each, and the reader lists what was put in.

#include "ntfs.h"
#include "test.h"

static struct err err;

static uint32_t add(struct ntfs_build *b, uint32_t attributes, uint32_t parent,
		    const char *text, unsigned length)
{
	struct ntfs_node_spec spec = {
		.attributes = attributes,
		.security = NTFS_NO_SECURITY,
	};
	le16 units[255];
	struct ntfs_name name = {.name = units, .name_len = length};
	size_t n = strlen(text);
	uint32_t node;

	for (size_t i = 0; i < length; i++)
		units[i] = to_le16((uint8_t)(i < n ? text[i] : 'x'));
	check_ok(ntfs_build_add(b, &spec, &node, &err), &err);
	check_ok(ntfs_build_link(b, node, parent, &name, &err), &err);
	return node;
}

static int count_entry(void *ctx, const struct ntfs_entry *e)
{
	unsigned *count = ctx;

	*count += e->name_space != 2;
	return 0;
}

static void check_sizes(uint32_t cluster, const unsigned *counts, size_t n,
			unsigned length)
{
	struct ntfs_build_options o = {
		.cluster_size = cluster,
		.no_dos_names = length < 20,
	};
	struct ntfs_check_result result;
	struct ntfs_build *b;
	struct ntfs *volume;
	struct disk *d;
	char text[32];

	check_ok(disk_memory(48 << 20, 512, &d, &err), &err);
	check_ok(ntfs_build_new(d, &o, &b, &err), &err);
	for (size_t i = 0; i < n; i++) {
		uint32_t dir;

		snprintf(text, sizeof(text), "dir%u", counts[i]);
		dir = add(b, NTFS_ATTR_DIRECTORY, NTFS_ROOT, text,
			  (unsigned)strlen(text));
		for (unsigned k = 0; k < counts[i]; k++) {
			snprintf(text, sizeof(text), "%05u", k * 7919 % 65536);
			add(b, 0, dir, text, length);
		}
	}
	check_ok(ntfs_build_layout(b, &err), &err);
	check_ok(ntfs_build_begin(b, &err), &err);
	check_ok(ntfs_build_finish(b, NULL, &err), &err);
	ntfs_build_free(b);
	check_ok(ntfs_check(d, NULL, NULL, NULL, &result, &err), &err);
	check_eq(result.problems, 0);
	check_ok(ntfs_open(d, &volume, &err), &err);
	for (size_t i = 0; i < n; i++) {
		unsigned found = 0;
		uint64_t record;

		snprintf(text, sizeof(text), "dir%u", counts[i]);
		check_ok(ntfs_lookup(volume, text, &record, &err), &err);
		check_ok(ntfs_list(volume, record, count_entry, &found, &err),
			 &err);
		check_eq(found, counts[i]);
	}
	ntfs_close(volume);
	disk_close(d);
}

int main(void)
{
	static const unsigned large[] = {700, 1500, 9000};
	unsigned small[120];

	for (unsigned i = 0; i < 120; i++)
		small[i] = i;
	check_sizes(4096, small, 120, 5);
	check_sizes(512, small, 120, 12);
	check_sizes(65536, small, 60, 30);
	check_sizes(1024, small, 60, 255);
	check_sizes(4096, large, 3, 200);
	check_sizes(512, large, 3, 6);
	return 0;
}
