// SPDX-License-Identifier: MIT
//
// Volumes that are broken in one way; they are not changed. What two files
// share, or a chain that leaves the volume, would spread with the next change.

#include "unit/libfat/volume.h"

// Files: A in clusters 2 to 4, B in 5 to 7; folder D in 8, with file X in 9.
static struct fat *new_files(struct disk *d)
{
	struct fat *f = open_volume(d);
	char data[1500] = "";

	put(f, "A", data, sizeof(data));
	put(f, "B", data, sizeof(data) - 1);
	check_ok(fat_mkdir_all(f, "D", 0, NULL), NULL);
	put(f, "D\\X", data, 10);
	return reopen(f, d);
}

static void set_cluster(struct disk *d, uint64_t entry, uint16_t cluster)
{
	le16 v = to_le16(cluster);

	check_ok(disk_write(d, entry + 0x1a, &v, 2, NULL), NULL);
}

int main(void)
{
	static const struct {
		uint32_t from, to; // change in the table
		int entry;         // of the root folder, then of D; or -1
		uint16_t cluster;
		int r;
		uint32_t lost;
	} rows[] = {
		{0, 0, -1, 0, 0, 0},
		{20, FAT_END, -1, 0, 0, 1},
		{4, 5, -1, 0, -EBADMSG, 0}, // A runs into B
		{4, 2, -1, 0, -EBADMSG, 0}, // and into itself
		{3, 0, -1, 0, -EBADMSG, 0},
		{3, FAT_END, -1, 0, -EBADMSG, 0}, // too short
		{4, 20, -1, 0, -EBADMSG, 0},      // into a free cluster
		{0, 0, 2, 2, -EBADMSG, 0},        // B begins where A does
		{0, 0, 1, 0, -EBADMSG, 0},        // A has none
		{0, 0, 3, 0, -EBADMSG, 0},        // D has none
		{0, 0, 3, 9999, -EBADMSG, 0},
		{8, 8, -1, 0, -EBADMSG, 0}, // D runs in a circle
		{0, 0, 20, 5, -EBADMSG, 0}, // X begins where B does
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct disk *d = new_volume(200 << 10, 512, 12, 512);
		struct fat_check_result result;
		struct fat *f = new_files(d);
		uint64_t at;

		at = rows[i].entry >= 16
			     ? fat_cluster_offset(f, 8) + 64
			     : f->root_start + 32u * (unsigned)rows[i].entry;
		if (rows[i].entry >= 0)
			set_cluster(d, at, rows[i].cluster);
		if (rows[i].from)
			fat_table_set(f, rows[i].from, rows[i].to);
		check_ok(fat_table_write(f, NULL), NULL);
		fat_close(f);
		f = open_volume(d);
		check_eq(fat_check(f, &result, NULL), rows[i].r);
		check_eq(fat_write_file(f, "NEW", "x", 1, 0, 0, NULL),
			 rows[i].r);
		if (!rows[i].r) {
			check_eq(result.files, 3);
			check_eq(result.folders, 1);
			check_eq(result.lost_clusters, rows[i].lost);
		}
		fat_close(f);
		disk_close(d);
	}
	return 0;
}
