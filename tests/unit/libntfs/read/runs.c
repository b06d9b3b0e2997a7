// SPDX-License-Identifier: MIT
//
// Run lists: what they decode to, and each way of being broken.

#include "libntfs/read/read.h"
#include "test.h"

static const struct {
	uint8_t bytes[24];
	uint32_t len;
	uint64_t clusters; // that the attribute claims
	size_t count;      // runs; 0: broken
	struct ntfs_run runs[4];
} lists[] = {
	{{0}, 1, 0, 0, {{0}}}, // no clusters: nothing to decode
	{{0x11, 5, 10, 0}, 4, 5, 1, {{10, 5}}},
	{{0x11, 5, 10, 0x11, 3, 0xfc, 0}, 7, 8, 2, {{10, 5}, {6, 3}}},
	{{0x11, 5, 10, 0x11, 3, 5, 0}, 7, 8, 1, {{10, 8}}}, // joined
	{{0x11, 5, 10, 0x01, 4, 0x11, 1, 1, 0},
	 9,
	 10,
	 3,
	 {{10, 5}, {NTFS_HOLE, 4}, {11, 1}}},
	{{0x21, 1, 0x84, 0x03, 0}, 5, 1, 1, {{900, 1}}},
	{{0x12, 0x00, 0x01, 0, 0}, 5, 256, 1, {{0, 256}}},
	// broken
	{{0x11, 5, 10}, 3, 5, 0, {{0}}},            // no end
	{{0x11, 5, 10, 0}, 4, 6, 0, {{0}}},         // another sum
	{{0x11, 0, 10, 0}, 4, 0, 0, {{0}}},         // no length
	{{0x11, 0xff, 10, 0}, 4, 255, 0, {{0}}},    // negative length
	{{0x11, 5, 0xf0, 0}, 4, 5, 0, {{0}}},       // before the volume
	{{0x21, 1, 0xe8, 0x03, 0}, 5, 1, 0, {{0}}}, // behind it
	{{0x21, 8, 0xe7, 0x03, 0}, 5, 8, 0, {{0}}}, // runs out of it
	{{0x31, 1, 2}, 3, 1, 0, {{0}}},             // cut off
	{{0x19, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0}, 12, 1, 0, {{0}}},
	{{0x91, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0}, 12, 1, 0, {{0}}},
	{{0x10, 1, 0}, 3, 0, 0, {{0}}}, // length of no bytes
	{{0x08, 0, 0, 0, 0, 0, 0, 0, 0x40, 0},
	 10,
	 UINT64_C(1) << 62,
	 0,
	 {{0}}}, // over 2^63 bytes
	{{0x81, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0x11, 1, 1,
	  0},
	 14,
	 2,
	 0,
	 {{0}}},
};

int main(void)
{
	struct ntfs n = {.info = {.clusters = 1000, .cluster_size = 4096}};
	struct ntfs_record rec = {.number = 7};

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		struct ntfs_attr a = {.record = &rec,
				      .runs = lists[i].bytes,
				      .runs_len = lists[i].len,
				      .last_vcn = lists[i].clusters - 1};
		struct ntfs_runs runs = {0};
		struct err err = {0};
		int r = ntfs_runs_append(&n, &a, &runs, &err);

		if (!lists[i].count && i) {
			check_eq(r, -EBADMSG);
			check(!strcmp(err.what, "file record 7"));
		} else {
			check_ok(r, &err);
			check_eq(runs.count, lists[i].count);
			check_eq(runs.clusters, lists[i].clusters);
			for (size_t j = 0; j < runs.count; j++) {
				check_eq(runs.items[j].lcn,
					 lists[i].runs[j].lcn);
				check_eq(runs.items[j].len,
					 lists[i].runs[j].len);
			}
		}
		ntfs_runs_done(&runs);
	}
	ntfs_runs_done(&(struct ntfs_runs){0});
	return 0;
}
