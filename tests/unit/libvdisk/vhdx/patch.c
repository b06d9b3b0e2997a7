// SPDX-License-Identifier: MIT
//
// Changes that go through the log as one entry: pages, what is put twice, more
// than fits; the file keeps what lies around.

#include "libvdisk/vhdx/patch.h"
#include "unit/libvdisk/images.h"

#define AT (4 * MIB) // of a block that is there

static struct err err;

// A disk with a log, ready for changes.
static struct vhdx_blocks *open_ready(struct disk **ret_file)
{
	struct disk *file = new_vhdx((struct vhdx_spec){.dirty = true}), *d;
	struct vhdx_blocks *v;

	check_ok(vdisk_open(file, &d, &err), &err);
	v = (struct vhdx_blocks *)d;
	check_ok(vdisk_blocks_prepare(&v->blocks, &err), &err);
	*ret_file = file;
	return v;
}

static void check_put(void)
{
	struct disk *file;
	struct vhdx_blocks *v = open_ready(&file);
	uint8_t before[3 * VHDX_PAGE], after[3 * VHDX_PAGE], text[6000];
	struct vhdx_patch p;

	memset(text, 'x', sizeof(text));
	for (uint32_t i = 0; i < sizeof(before); i++)
		before[i] = (uint8_t)(i * 7 + (i >> 8));
	put(file, AT, before, sizeof(before));
	check_ok(vhdx_patch_init(&p, v, &err), &err);
	check_ok(vhdx_patch_put(&p, AT + 4090, "", 0, &err), &err);
	check_eq(p.count, 0);
	check_ok(vhdx_patch_put(&p, AT + 4096, "ab", 2, &err), &err);
	check_eq(p.count, 1);
	check_ok(vhdx_patch_put(&p, AT + 4095, text, 4098, &err), &err);
	check_eq(p.count, 3); // the page that was there is not taken again
	check_ok(vhdx_patch_put(&p, AT + 4096, "c", 1, &err), &err);
	check_eq(p.count, 3);
	// nothing is written yet
	check_ok(disk_read(file, AT, after, sizeof(after), &err), &err);
	check(!memcmp(before, after, sizeof(after)));
	check_ok(vhdx_patch_apply(&p, &err), &err);
	check_ok(disk_read(file, AT, after, sizeof(after), &err), &err);
	memset(before + 4095, 'x', 4098);
	before[4096] = 'c';
	check(!memcmp(before, after, sizeof(after)));
	vhdx_patch_done(&p);
	vhdx_patch_done(&p);
	disk_close(&v->blocks.disk);
	disk_close(file);
}

// As many pages as an entry has, and no more: then nothing of it is done.
static void check_full(void)
{
	struct disk *file;
	struct vhdx_blocks *v = open_ready(&file);
	struct vhdx_patch p;
	uint8_t b;

	check_ok(vhdx_patch_init(&p, v, &err), &err);
	for (uint64_t i = 0; i < VHDX_LOG_MAX_WRITES; i++)
		check_ok(vhdx_patch_put(&p, 3 * MIB + i * VHDX_PAGE, "y", 1,
					&err),
			 &err);
	check_eq(vhdx_patch_put(&p, 3 * MIB + VHDX_PAGE, "z", 1, NULL), 0);
	check_eq(vhdx_patch_put(&p, AT, "y", 1, &err), -EFBIG);
	check_eq(err.where, AT);
	err = (struct err){0};
	check_eq(p.count, VHDX_LOG_MAX_WRITES);
	check_ok(vhdx_patch_apply(&p, &err), &err);
	check_ok(disk_read(file, 3 * MIB + VHDX_PAGE, &b, 1, &err), &err);
	check_eq(b, 'z');
	vhdx_patch_done(&p);
	disk_close(&v->blocks.disk);
	disk_close(file);
}

// Both copies of the region table, each with a good checksum; other entries
// stay.
static void check_table(void)
{
	static uint8_t tables[2][VHDX_TABLE_SIZE];
	struct vhdx_region_disk r[2];
	struct disk *file;
	struct vhdx_blocks *v = open_ready(&file);
	struct vhdx_patch p;

	check_ok(vhdx_patch_init(&p, v, &err), &err);
	check_ok(vhdx_patch_table(&p, 4 * MIB, 2 * MIB, &err), &err);
	check_ok(vhdx_patch_apply(&p, &err), &err);
	vhdx_patch_done(&p);
	for (int i = 0; i < 2; i++) {
		le32 sum;

		check_ok(disk_read(file, i ? VHDX_REGION_2 : VHDX_REGION_1,
				   tables[i], VHDX_TABLE_SIZE, &err),
			 &err);
		memcpy(&sum, tables[i] + 4, sizeof(sum));
		check_eq(get_le32(sum),
			 vhdx_checksum(tables[i], VHDX_TABLE_SIZE));
	}
	check(!memcmp(tables[0], tables[1], VHDX_TABLE_SIZE));
	memcpy(r, tables[0] + 16, sizeof(r));
	check_eq(get_le64(r[0].offset), 4 * MIB);
	check_eq(get_le32(r[0].length), 2 * MIB);
	check_eq(get_le64(r[1].offset), META_AT);
	check_eq(get_le32(r[1].length), MIB);
	disk_close(&v->blocks.disk);
	disk_close(file);
}

// What is in the log and could not be brought to its place is replayed by who
// opens the file next: the log is not marked as done.
static void check_left(void)
{
	struct disk *file;
	struct vhdx_blocks *v = open_ready(&file);
	struct vhdx_patch p;
	struct disk *again;
	uint8_t b;

	check_ok(vhdx_patch_init(&p, v, &err), &err);
	check_ok(vhdx_patch_put(&p, 3 * MIB, "q", 1, &err), &err);
	p.writes[0].offset = file->size; // a place that cannot be written
	check_eq(vhdx_patch_apply(&p, NULL), -EINVAL);
	vhdx_patch_done(&p);
	disk_close(&v->blocks.disk);
	check_eq(vdisk_open(file, &again, NULL), -EBADMSG);
	disk_close(file);

	v = open_ready(&file);
	check_ok(vhdx_patch_init(&p, v, &err), &err);
	check_ok(vhdx_patch_put(&p, 3 * MIB, "q", 1, &err), &err);
	check_ok(vhdx_log_append(&v->log, p.writes, p.count, &err), &err);
	v->blocks.prepared = false;
	vhdx_patch_done(&p);
	disk_close(&v->blocks.disk);
	check_ok(vdisk_open(file, &again, &err), &err);
	check_ok(disk_read(file, 3 * MIB, &b, 1, &err), &err);
	check_eq(b, 'q');
	disk_close(again);
	disk_close(file);
}

int main(void)
{
	check_put();
	check_full();
	check_table();
	check_left();
	return 0;
}
