// SPDX-License-Identifier: MIT
//
// Headers and region tables of a VHDX, "VHDX Format Specification" 1.00,
// sections 3.1.1 to 3.1.3.

#include <string.h>

#include "vhdx_disk.h"
#include "vhdx_priv.h"

#define MIB (UINT64_C(1) << 20)

// In on-disk order.
static const struct guid table_region = {
	{0x66, 0x77, 0xc2, 0x2d, 0x23, 0xf6, 0x00, 0x42, 0x9d, 0x64, 0x11, 0x5e,
	 0x9b, 0xfd, 0x4a, 0x08}};
static const struct guid meta_region = {
	{0x06, 0xa2, 0x7c, 0x8b, 0x90, 0x47, 0x9a, 0x4b, 0xb8, 0xfe, 0x57, 0x5f,
	 0x05, 0x0f, 0x88, 0x6e}};

static int read_file_id(struct disk *file, struct vhdx *v, struct err *err)
{
	struct vhdx_file_id_disk id;
	size_t n = 0;
	char *creator;
	int r;

	if (file->size < VHDX_REGION_2 + VHDX_TABLE_SIZE)
		return err_set(err, -ENOENT, "virtual disk", ERR_NOWHERE,
			       "neither a VHD nor a VHDX");
	r = disk_read(file, 0, &id, sizeof(id), err);
	if (r)
		return r;
	if (memcmp(id.signature, "vhdxfile", sizeof(id.signature)))
		return err_set(err, -ENOENT, "virtual disk", ERR_NOWHERE,
			       "neither a VHD nor a VHDX");
	while (n < 256 && get_le16(id.creator[n]))
		n++;
	creator = utf16_to_utf8(id.creator, n);
	if (!creator)
		return err_nomem(err);
	memcpy(v->creator, creator, strlen(creator) + 1);
	mem_free(creator);
	return 0;
}

// Returns the CRC-32C of n bytes whose own checksum, taken as zero, is at 4.
static uint32_t checksum(const uint8_t *bytes, size_t n)
{
	static const uint8_t zero[4];
	uint32_t crc = crc32c_update(0, bytes, 4);

	crc = crc32c_update(crc, zero, 4);
	return crc32c_update(crc, bytes + 8, n - 8);
}

static bool is_header(const struct vhdx_header_disk *h)
{
	return !memcmp(h->signature, "head", 4) &&
	       get_le32(h->checksum) ==
		       checksum((const uint8_t *)h, sizeof(*h));
}

static int read_headers(struct disk *file, struct vhdx *v, struct err *err)
{
	struct vhdx_header_disk h[2];
	bool good[2];
	int current, r;

	r = disk_read(file, VHDX_HEADER_1, &h[0], sizeof(h[0]), err);
	if (!r)
		r = disk_read(file, VHDX_HEADER_2, &h[1], sizeof(h[1]), err);
	if (r)
		return r;
	good[0] = is_header(&h[0]);
	good[1] = is_header(&h[1]);
	if (!good[0] && !good[1])
		return err_corrupt(err, "VHDX header", VHDX_HEADER_1,
				   "both headers are damaged");
	current = !good[0] || (good[1] && get_le64(h[1].sequence) >
						  get_le64(h[0].sequence));
	if (get_le16(h[current].version) != 1)
		return err_set(err, -ENOTSUP, "VHDX header", VHDX_HEADER_1,
			       "version %u of the format is not known",
			       get_le16(h[current].version));
	v->needs_replay = !guid_is_zero(&h[current].log);
	return 0;
}

static int take_region(const struct vhdx_region_disk *region, uint64_t where,
		       uint64_t file_size, struct vhdx *v, struct err *err)
{
	uint64_t off = get_le64(region->offset);
	uint32_t len = get_le32(region->length);
	bool is_table = guid_equal(&region->id, &table_region);

	if (!is_table && !guid_equal(&region->id, &meta_region)) {
		if (get_le32(region->required) & 1)
			return err_set(err, -ENOTSUP, "VHDX region table",
				       where, "a required region is not known");
		return 0;
	}
	if (off < MIB || off % MIB || !len || !range_ok(off, len, file_size))
		return err_corrupt(err, "VHDX region table", where,
				   "a region is not inside the file");
	if (is_table) {
		v->table_offset = off;
		v->table_length = len;
	} else {
		v->meta_offset = off;
		v->meta_length = len;
	}
	return 0;
}

static int decode_regions(const uint8_t *bytes, uint64_t where,
			  uint64_t file_size, struct vhdx *v, struct err *err)
{
	struct vhdx_region_head_disk head;
	uint32_t count;

	memcpy(&head, bytes, sizeof(head));
	count = get_le32(head.count);
	if (count > VHDX_MAX_ENTRIES)
		return err_corrupt(err, "VHDX region table", where,
				   "%u entries do not fit", count);
	for (uint32_t i = 0; i < count; i++) {
		struct vhdx_region_disk region;
		int r;

		memcpy(&region, bytes + sizeof(head) + i * sizeof(region),
		       sizeof(region));
		r = take_region(&region, where, file_size, v, err);
		if (r)
			return r;
	}
	if (!v->table_offset || !v->meta_offset)
		return err_corrupt(err, "VHDX region table", where,
				   "a region that must be there is missing");
	return 0;
}

static bool is_region_table(const uint8_t *bytes)
{
	struct vhdx_region_head_disk head;

	memcpy(&head, bytes, sizeof(head));
	return !memcmp(head.signature, "regi", 4) &&
	       get_le32(head.checksum) == checksum(bytes, VHDX_TABLE_SIZE);
}

static int read_regions(struct disk *file, struct vhdx *v, struct err *err)
{
	uint8_t *bytes = mem_alloc(VHDX_TABLE_SIZE);
	uint64_t where = VHDX_REGION_1;
	int r;

	if (!bytes)
		return err_nomem(err);
	r = disk_read(file, where, bytes, VHDX_TABLE_SIZE, err);
	if (!r && !is_region_table(bytes)) {
		where = VHDX_REGION_2;
		r = disk_read(file, where, bytes, VHDX_TABLE_SIZE, err);
		if (!r && !is_region_table(bytes))
			r = err_corrupt(err, "VHDX region table", where,
					"both copies are damaged");
	}
	if (!r)
		r = decode_regions(bytes, where, file->size, v, err);
	mem_free(bytes);
	return r;
}

int vhdx_read(struct disk *file, struct vhdx *ret, struct err *err)
{
	struct vhdx v = {0};
	int r = read_file_id(file, &v, err);

	if (!r)
		r = read_headers(file, &v, err);
	if (!r)
		r = read_regions(file, &v, err);
	if (!r)
		r = vhdx_read_meta(file, &v, err);
	if (!r)
		*ret = v;
	return r;
}

int vhdx_probe(struct disk *file, struct vdisk_info *ret, struct err *err)
{
	struct vhdx v;
	int r = vhdx_read(file, &v, err);
	struct vdisk_info info = {.format = VDISK_VHDX,
				  .file_size = file->size};

	if (r)
		return r;
	info.type = v.has_parent ? VDISK_DIFFERENCING
		    : v.is_fixed ? VDISK_FIXED
				 : VDISK_DYNAMIC;
	info.size = v.size;
	info.block_size = v.block_size;
	info.sector_size = v.sector_size;
	info.id = v.id;
	info.needs_replay = v.needs_replay;
	memcpy(info.creator, v.creator, sizeof(info.creator));
	*ret = info;
	return 0;
}
