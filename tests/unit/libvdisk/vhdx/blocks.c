// SPDX-License-Identifier: MIT
//
// Reading a VHDX: its blocks, holes, and the table's interleaved entries.

#include "unit/libvdisk/images.h"

static uint8_t byte_at(struct disk *d, uint64_t off)
{
	struct err err = {0};
	uint8_t b;

	check_ok(disk_read(d, off, &b, 1, &err), &err);
	return b;
}

static void check_content(void)
{
	struct disk *file = new_vhdx((struct vhdx_spec){0}), *d;
	uint8_t *all = malloc(VHDX_SIZE);
	struct err err = {0};
	uint64_t n;
	bool data;

	check_ok(vdisk_open(file, &d, &err), &err);
	check(all);
	check_ok(disk_read(d, 0, all, VHDX_SIZE, &err), &err);
	for (uint64_t i = 0; i < VHDX_SIZE; i++)
		check_eq(all[i], i / MIB == 1 ? 7 : i / MIB == 3 ? 9 : 0);
	check_ok(disk_map(d, 0, VHDX_SIZE, &n, &data, &err), &err);
	check(n == MIB && !data);
	check_ok(disk_map(d, MIB, VHDX_SIZE - MIB, &n, &data, &err), &err);
	check(n == MIB && data);
	check_ok(disk_map(d, 3 * MIB, 512, &n, &data, &err), &err);
	check(n == 512 && data);
	free(all);
	end_disk(d);
	end_disk(file);
}

// 16 blocks of 256 MiB, an entry for a bitmap, and a 17th and 18th block.
static void check_interleaved(void)
{
	uint64_t block = UINT64_C(256) << 20;
	struct disk *d, *file = new_vhdx((struct vhdx_spec){
				.block_size = 256u << 20,
				.size = 17 * (UINT64_C(256) << 20) + 512});
	struct err err = {0};

	check(!disk_zero(file, BAT_AT, 4096, NULL));
	put(file, BAT_AT + 16 * 8, "\6\0\x90\0\0\0\0\0", 8); // bitmap: ignored
	put(file, BAT_AT + 18 * 8, "\6\0\x30\0\0\0\0\0", 8);
	check_ok(vdisk_open(file, &d, &err), &err);
	check_eq(byte_at(d, 17 * block), 7);
	check_eq(byte_at(d, 17 * block + 511), 7);
	check_eq(byte_at(d, 17 * block - 1), 0);
	check_eq(byte_at(d, 16 * block), 0);
	end_disk(d);
	end_disk(file);
}

static int open_with(struct vhdx_spec spec, uint64_t at, const char *entry)
{
	struct disk *file = new_vhdx(spec), *d = NULL;
	struct err err = {0};
	int r;

	if (entry)
		put(file, at, entry, 8);
	r = vdisk_open(file, &d, &err);
	check_eq(r, err.code);
	check(!d == !!r);
	end_disk(d);
	end_disk(file);
	return r;
}

// The format's largest disk, written at its end, in both sizes of sectors; over
// the limit it is refused by name.
static void check_largest(uint32_t sector)
{
	struct vdisk_create c = {.format = VDISK_VHDX,
				 .type = VDISK_DYNAMIC,
				 .size = VDISK_MAX_VHDX_SIZE,
				 .block_size = 32u << 20,
				 .sector_size = sector,
				 .id = {{1}}};
	struct disk *file = new_memory(0), *d;
	struct vdisk_info info;
	struct err err = {0};
	uint8_t b[4];

	check_ok(vdisk_create(file, &c, &err), &err);
	check_ok(vdisk_open(file, &d, &err), &err);
	check_ok(disk_write(d, c.size - 4, "last", 4, &err), &err);
	end_disk(d);
	check_ok(vdisk_open(file, &d, &err), &err);
	check_eq(d->size, VDISK_MAX_VHDX_SIZE);
	check_eq(d->sector_size, sector);
	check_ok(disk_read(d, c.size - 4, b, 4, &err), &err);
	check(!memcmp(b, "last", 4));
	end_disk(d);
	check_ok(vdisk_probe(file, &info, &err), &err);
	check_eq(info.size, VDISK_MAX_VHDX_SIZE);
	c.size += sector;
	check_eq(vdisk_create(file, &c, &err), -EFBIG);
	check(strstr(err.why, "64 TiB") != NULL);
	end_disk(file);
}

// A log that is too long to be read back whole: what is written to it is, after
// a cut too.
static void check_long_log(void)
{
	struct vhdx_header_disk h = {.sequence = to_le64(9),
				     .version = to_le16(1),
				     .log_offset = to_le64(LOG_AT),
				     .log_length = to_le32(VHDX_MAX_LOG + MIB)};
	struct disk *file = new_vhdx((struct vhdx_spec){0}), *cut, *d;
	struct vdisk_info info;
	struct err err = {0};

	check_ok(disk_resize(file, LOG_AT + VHDX_MAX_LOG + MIB, &err), &err);
	memcpy(h.signature, "head", 4);
	put(file, VHDX_HEADER_1, &h, sizeof(h));
	put_crc(file, VHDX_HEADER_1, sizeof(h));
	check_ok(vdisk_open(file, &d, &err), &err);
	check_ok(disk_write(d, 0, "x", 1, &err), &err);
	check_ok(disk_flush(d, &err), &err);
	cut = new_memory(file->size);
	check_ok(disk_copy(file, cut, file->size, &err), &err);
	end_disk(d);
	check_ok(vdisk_probe(cut, &info, &err), &err);
	check(info.needs_replay);
	check_ok(vdisk_open(cut, &d, &err), &err);
	check_eq(byte_at(d, 0), 'x');
	check_eq(byte_at(d, MIB), 7);
	end_disk(d);
	end_disk(cut);
	end_disk(file);
}

int main(void)
{
	check_long_log();
	check_largest(512);
	check_largest(4096);

	check_content();
	check_interleaved();
	check_eq(open_with((struct vhdx_spec){.flags = 2}, 0, NULL), -EBADMSG);
	check_eq(open_with((struct vhdx_spec){0}, BAT_AT, "\7\0\0\0\0\0\0\0"),
		 -EBADMSG);
	check_eq(open_with((struct vhdx_spec){0}, BAT_AT, "\6\0\x50\0\0\0\0\0"),
		 -EBADMSG);
	check_eq(open_with((struct vhdx_spec){0}, BAT_AT, "\6\0\0\0\0\0\0\0"),
		 -EBADMSG);
	check_eq(open_with((struct vhdx_spec){0}, BAT_AT, "\3\0\x50\0\0\0\0\0"),
		 0);
	check_eq(open_with((struct vhdx_spec){.size = UINT64_C(131040) << 20},
			   0, NULL),
		 0);
	check_eq(open_with((struct vhdx_spec){.size = UINT64_C(1) << 38}, 0,
			   NULL),
		 -EBADMSG);
	check_eq(open_with((struct vhdx_spec){.size = UINT64_C(1) << 45}, 0,
			   NULL),
		 -EBADMSG);
	return 0;
}
