// SPDX-License-Identifier: MIT
//
// Small virtual disks made by hand, for the tests here.

#ifndef IMAGES_H
#define IMAGES_H

#include "libvdisk/vhd/vhd_disk.h"
#include "libvdisk/vhd/vhd_priv.h"
#include "libvdisk/vhdx/vhdx_disk.h"
#include "libvdisk/vhdx/vhdx_priv.h"
#include "test.h"
#include "vdisk.h"

static inline void put(struct disk *d, uint64_t off, const void *p, size_t n)
{
	struct err err = {0};

	check_ok(disk_write(d, off, p, n, &err), &err);
}

static inline struct disk *new_memory(uint64_t size)
{
	struct err err = {0};
	struct disk *d;

	check_ok(disk_memory(size, 512, &d, &err), &err);
	return d;
}

// --- VHD: blocks of 4 KiB; the disk has five and two sectors --------------

#define BLOCK       4096u
#define DISK_SIZE   (5 * BLOCK + 1024)
#define TABLE_AT    2048u
#define BLOCK_AT(i) (2560u + (i) * (512 + BLOCK)) // of the i-th that is there
#define FILE_SIZE   (BLOCK_AT(3) + 512)

static inline void set_checksum(void *bytes, size_t n, size_t at)
{
	be32 sum = to_be32(vhd_checksum(bytes, n, at));

	memcpy((uint8_t *)bytes + at, &sum, sizeof(sum));
}

static inline struct vhd_footer footer_of(enum vdisk_type type)
{
	return (struct vhd_footer){.features = 2,
				   .header_offset = 512,
				   .created = 1600000000,
				   .creator = "test",
				   .creator_host = "Wi2k",
				   .original_size = DISK_SIZE,
				   .current_size = DISK_SIZE,
				   .type = type,
				   .id = {{1, 2, 3}}};
}

static inline struct vhd_header_disk header_disk(void)
{
	struct vhd_header_disk h = {
		.next = to_be64(UINT64_MAX),
		.table_offset = to_be64(TABLE_AT),
		.version = to_be32(0x10000),
		.table_entries = to_be32(6),
		.block_size = to_be32(BLOCK),
		.parent_id = {{9, 9, 9}},
		.parent_name = {to_be16('p'), to_be16(0xe9)},
	};

	memcpy(h.cookie, "cxsparse", 8);
	return h;
}

// Blocks 1, 4 and 5 are there. Every sector of a block holds its number in the
// disk plus one. The bitmaps say that odd sectors are there.
static inline struct disk *new_dynamic(enum vdisk_type type)
{
	static const uint32_t there[] = {1, 4, 5};
	struct disk *d = new_memory(FILE_SIZE);
	struct vhd_footer footer = footer_of(type);
	struct vhd_header_disk header = header_disk();
	struct vhd_footer_disk bytes;
	uint8_t sector[512] = {0x55};

	vhd_footer_encode(&footer, &bytes);
	put(d, 0, &bytes, sizeof(bytes));
	put(d, FILE_SIZE - 512, &bytes, sizeof(bytes));
	set_checksum(&header, sizeof(header), 0x24);
	put(d, 512, &header, sizeof(header));
	for (unsigned i = 0; i < 6; i++)
		put(d, TABLE_AT + 4 * i, "\xff\xff\xff\xff", 4);
	for (unsigned i = 0; i < 3; i++) {
		be32 entry = to_be32(BLOCK_AT(i) / 512);

		put(d, TABLE_AT + 4 * there[i], &entry, 4);
		put(d, BLOCK_AT(i), sector, 512);
		for (unsigned s = 0; s < 8; s++) {
			uint8_t data[512];

			memset(data, (int)(there[i] * 8 + s + 1), 512);
			put(d, BLOCK_AT(i) + 512 + s * 512, data, 512);
		}
	}
	return d;
}

// --- VHDX: blocks of 1 MiB; three and a sector ----------------------------

#define MIB       (1u << 20)
#define META_AT   MIB
#define BAT_AT    (2 * MIB)
#define VHDX_SIZE (3 * MIB + 512)
#define VHDX_FILE (5 * MIB)
#define LOG_AT    (5 * MIB) // of a dirty one, which is a MiB longer

struct vhdx_spec {
	uint64_t size;
	uint32_t block_size, flags, sector_size;
	bool dirty, bad_header_2, bad_regions_1;
};

static inline void put_crc(struct disk *d, uint64_t off, size_t n)
{
	uint8_t *b = calloc(1, n);
	le32 crc;

	check(b && !disk_read(d, off, b, n, NULL));
	memset(b + 4, 0, 4);
	crc = to_le32(crc32c_update(0, b, n));
	put(d, off + 4, &crc, 4);
	free(b);
}

static inline struct guid guid_of(const char *s)
{
	struct guid g;

	check(!guid_parse(s, &g));
	return g;
}

static inline void put_region(struct disk *d, uint64_t at, unsigned i,
			      const char *id, uint64_t off, uint32_t len)
{
	struct vhdx_region_disk r = {.id = guid_of(id),
				     .offset = to_le64(off),
				     .length = to_le32(len),
				     .required = to_le32(1)};

	put(d, at + 16 + i * sizeof(r), &r, sizeof(r));
}

static inline void put_item(struct disk *d, unsigned i, const char *id,
			    const void *data, uint32_t len)
{
	uint32_t off = VHDX_TABLE_SIZE + i * 64;
	struct vhdx_meta_disk m = {.id = guid_of(id),
				   .offset = to_le32(off),
				   .length = to_le32(len),
				   .flags = to_le32(4)};

	put(d, META_AT + 32 + i * sizeof(m), &m, sizeof(m));
	put(d, META_AT + off, data, len);
}

#define ID_BAT     "2dc27766-f623-4200-9d64-115e9bfd4a08"
#define ID_META    "8b7ca206-4790-4b9a-b8fe-575f050f886e"
#define ID_PARAMS  "caa16737-fa36-4d43-b3b6-33f0aa44e76b"
#define ID_SIZE    "2fa54224-cd1b-4876-b211-5dbed83bf4b8"
#define ID_DISK    "beca12ab-b2e6-4523-93ef-c309e000c746"
#define ID_LOGICAL "8141bf1d-a96f-4709-ba47-f233a8faab5f"

// Makes a log with one entry: 4 KiB of fives at the start of block 1.
static inline struct guid put_log(struct disk *d)
{
	static uint8_t fives[4096];
	struct vhdx_header h = {.log_offset = LOG_AT, .log_length = MIB};
	struct vhdx_log_write w = {3 * MIB, sizeof(fives), fives};
	struct err err = {0};
	struct vhdx_log log;
	struct guid id;

	memset(fives, 5, sizeof(fives));
	check_ok(vhdx_log_start(&log, d, &h, &err), &err);
	check_ok(vhdx_log_append(&log, &w, 1, &err), &err);
	id = log.id;
	vhdx_log_done(&log);
	return id;
}

// Block 1 is at 3 MiB and holds sevens, block 3 at 4 MiB holds nines.
static inline struct disk *new_vhdx(struct vhdx_spec s)
{
	struct disk *d = new_memory(VHDX_FILE + (s.dirty ? MIB : 0));
	le64 size = to_le64(s.size ? s.size : VHDX_SIZE);
	le32 params[2] = {to_le32(s.block_size ? s.block_size : MIB),
			  to_le32(s.flags)};
	le32 sector = to_le32(s.sector_size ? s.sector_size : 512);
	struct vhdx_file_id_disk id = {.creator = {to_le16('m')}};
	struct guid disk_id = {{7, 7}};
	uint8_t data[512];

	memcpy(id.signature, "vhdxfile", 8);
	put(d, 0, &id, sizeof(id));
	for (unsigned i = 0; i < 2; i++) {
		struct vhdx_header_disk h = {.sequence = to_le64(5 + i),
					     .version = to_le16(1)};
		uint64_t at = i ? VHDX_REGION_2 : VHDX_REGION_1;

		memcpy(h.signature, "head", 4);
		if (s.dirty && i) {
			h.log = put_log(d);
			h.log_offset = to_le64(LOG_AT);
			h.log_length = to_le32(MIB);
		}
		put(d, (i + 1) * VHDX_HEADER_1, &h, sizeof(h));
		put_crc(d, (i + 1) * VHDX_HEADER_1, sizeof(h));
		put(d, at, "regi", 4);
		put(d, at + 8, "\2", 1);
		put_region(d, at, 0, ID_BAT, BAT_AT, MIB);
		put_region(d, at, 1, ID_META, META_AT, MIB);
		put_crc(d, at, VHDX_TABLE_SIZE);
	}
	if (s.bad_header_2)
		put(d, VHDX_HEADER_2, "x", 1);
	if (s.bad_regions_1)
		put(d, VHDX_REGION_1 + 100, "x", 1);
	put(d, META_AT, "metadata", 8);
	put(d, META_AT + 10, "\4", 1);
	put_item(d, 0, ID_PARAMS, params, 8);
	put_item(d, 1, ID_SIZE, &size, 8);
	put_item(d, 2, ID_DISK, &disk_id, 16);
	put_item(d, 3, ID_LOGICAL, &sector, 4);
	put(d, BAT_AT + 8, "\6\0\x30\0\0\0\0\0", 8);
	put(d, BAT_AT + 24, "\6\0\x40\0\0\0\0\0", 8);
	for (unsigned i = 0; i < MIB / 512; i++) {
		memset(data, 7, 512);
		put(d, 3 * MIB + i * 512, data, 512);
	}
	memset(data, 9, 512);
	put(d, 4 * MIB, data, 512);
	return d;
}

#endif
