// SPDX-License-Identifier: MIT
//
// The footer of a VHD, "Virtual Hard Disk Image Format Specification" 1.0,
// section "Hard Disk Footer Format".

#include <string.h>

#include "../blocks/blocks.h"
#include "vhd_disk.h"
#include "vhd_priv.h"

#define COOKIE       "conectix"
#define VERSION_1_0  0x00010000u
#define EPOCH        INT64_C(946684800) // 2000-01-01, where a VHD's time begins
#define MAX_GEOMETRY (UINT64_C(65535) * 16 * 255 * VHD_SECTOR)
#define OLD_FOOTER   511 // bytes, by makers before Virtual PC 2004

uint32_t vhd_checksum(const void *bytes, size_t n, size_t skip)
{
	const uint8_t *b = bytes;
	uint32_t sum = 0;

	for (size_t i = 0; i < n; i++)
		if (i < skip || i >= skip + 4)
			sum += b[i];
	return ~sum;
}

static uint32_t footer_checksum(const struct vhd_footer_disk *disk)
{
	return vhd_checksum(disk, sizeof(*disk),
			    offsetof(struct vhd_footer_disk, checksum));
}

static int decode_type(uint32_t type, uint64_t where, enum vdisk_type *ret,
		       struct err *err)
{
	switch (type) {
	case 2:
		*ret = VDISK_FIXED;
		return 0;
	case 3:
		*ret = VDISK_DYNAMIC;
		return 0;
	case 4:
		*ret = VDISK_DIFFERENCING;
		return 0;
	}
	return err_set(err, -ENOTSUP, "VHD footer", where,
		       "disk type %u is not known", type);
}

static int check_size(const struct vhd_footer *f, uint64_t where,
		      struct err *err)
{
	if (!f->current_size || f->current_size % VHD_SECTOR)
		return err_corrupt(err, "VHD footer", where,
				   "a size of %llu bytes is not whole sectors",
				   (unsigned long long)f->current_size);
	if (f->type == VDISK_FIXED)
		return 0;
	if (f->header_offset % VHD_SECTOR || f->header_offset == 0)
		return err_corrupt(err, "VHD footer", where,
				   "the dynamic header cannot be at %llu",
				   (unsigned long long)f->header_offset);
	return 0;
}

// Virtual PC, and QEMU by its first name, show a guest whole cylinders only, but
// for the largest geometry there is, which then stands for any larger disk.
// Where they differ from the current size it is by less than a cylinder of
// sectors that the guest has never seen. All others (Windows and Hyper-V "win ",
// Disk2vhd "d2v ", VirtualBox "vbox", QEMU "qem2", Xen "tap" and "CTXS", Azure
// "wa") mean the current size.
static uint64_t meant_size(const struct vhd_footer *f)
{
	uint64_t size = (uint64_t)f->cylinders * f->heads * f->sectors *
			VHD_SECTOR;

	if (strcmp(f->creator, "vpc ") && strcmp(f->creator, "qemu"))
		return f->current_size;
	if (!size || size > f->current_size || size == MAX_GEOMETRY)
		return f->current_size;
	return size;
}

int vhd_footer_decode(const struct vhd_footer_disk *disk, uint64_t where,
		      struct vhd_footer *ret, struct err *err)
{
	struct vhd_footer f = {0};
	int r;

	if (memcmp(disk->cookie, COOKIE, sizeof(disk->cookie)))
		return err_set(err, -ENOENT, "VHD footer", where,
			       "there is none");
	if (get_be32(disk->checksum) != footer_checksum(disk))
		return err_corrupt(err, "VHD footer", where,
				   "the checksum does not match");
	if (get_be32(disk->version) >> 16 != VERSION_1_0 >> 16)
		return err_set(err, -ENOTSUP, "VHD footer", where,
			       "version %u of the format is not known",
			       get_be32(disk->version) >> 16);
	r = decode_type(get_be32(disk->type), where, &f.type, err);
	if (r)
		return r;
	f.features = get_be32(disk->features);
	f.header_offset = get_be64(disk->header_offset);
	f.created = EPOCH + get_be32(disk->created);
	memcpy(f.creator, disk->creator, sizeof(disk->creator));
	f.creator_version = get_be32(disk->creator_version);
	memcpy(f.creator_host, disk->creator_host, sizeof(disk->creator_host));
	f.original_size = get_be64(disk->original_size);
	f.current_size = get_be64(disk->current_size);
	f.cylinders = get_be16(disk->cylinders);
	f.heads = disk->heads;
	f.sectors = disk->sectors;
	f.id = disk->id;
	f.saved_state = disk->saved_state;
	f.size = meant_size(&f);
	r = check_size(&f, where, err);
	if (r)
		return r;
	*ret = f;
	return 0;
}

be32 vhd_time_encode(int64_t time)
{
	if (time < EPOCH)
		return to_be32(0);
	return to_be32(time - EPOCH > UINT32_MAX ? UINT32_MAX
						 : (uint32_t)(time - EPOCH));
}

void vhd_footer_encode(const struct vhd_footer *f, struct vhd_footer_disk *ret)
{
	static const uint32_t types[] = {[VDISK_FIXED] = 2,
					 [VDISK_DYNAMIC] = 3,
					 [VDISK_DIFFERENCING] = 4};
	struct vhd_footer_disk d = {
		.features = to_be32(f->features),
		.version = to_be32(VERSION_1_0),
		.header_offset = to_be64(f->header_offset),
		.created = vhd_time_encode(f->created),
		.creator_version = to_be32(f->creator_version),
		.original_size = to_be64(f->original_size),
		.current_size = to_be64(f->current_size),
		.cylinders = to_be16(f->cylinders),
		.heads = f->heads,
		.sectors = f->sectors,
		.type = to_be32(types[f->type]),
		.id = f->id,
		.saved_state = f->saved_state,
	};

	memcpy(d.cookie, COOKIE, sizeof(d.cookie));
	memcpy(d.creator, f->creator, sizeof(d.creator));
	memcpy(d.creator_host, f->creator_host, sizeof(d.creator_host));
	d.checksum = to_be32(footer_checksum(&d));
	*ret = d;
}

// The appendix' algorithm: 17 sectors a track and few heads as long as cylinders
// stay below the 1024 that a BIOS counts, then 31 and 63 sectors with 16 heads;
// 255 sectors, which no BIOS counts, only when 65535 cylinders of 63 do not reach.
// What is left behind the last whole cylinder no geometry tells of, and who takes
// it for the size loses that: see meant_size.
void vhd_footer_set_geometry(struct vhd_footer *f, uint64_t size)
{
	uint64_t sectors = size / VHD_SECTOR, tracks;
	uint32_t track = 17, heads;

	if (sectors > UINT64_C(65535) * 16 * 255)
		sectors = UINT64_C(65535) * 16 * 255;
	tracks = sectors / track;
	heads = (uint32_t)((tracks + 1023) / 1024);
	if (heads < 4)
		heads = 4;
	if (tracks >= heads * UINT64_C(1024) || heads > 16) {
		heads = 16;
		track = 31;
	}
	if (sectors / track >= heads * UINT64_C(1024))
		track = 63;
	if (sectors >= UINT64_C(65535) * 16 * 63)
		track = 255;
	f->sectors = (uint8_t)track;
	f->heads = (uint8_t)heads;
	f->cylinders = (uint16_t)(sectors / track / heads);
}

// The maker's fields are those of Windows 10. QEMU believes the size of this
// maker, and computes another from the geometry for unknown ones.
static void set_maker(struct vhd_footer *footer)
{
	memcpy(footer->creator, "win ", 5);
	memcpy(footer->creator_host, "Wi2k", 5);
	footer->creator_version = 0x000a0000;
}

void vhd_footer_take_over(struct vhd_footer_disk *disk)
{
	struct vhd_footer f;

	set_maker(&f);
	memcpy(disk->creator, f.creator, sizeof(disk->creator));
	memcpy(disk->creator_host, f.creator_host, sizeof(disk->creator_host));
	disk->creator_version = to_be32(f.creator_version);
	disk->checksum = to_be32(footer_checksum(disk));
}

void vhd_footer_resize(struct vhd_footer *footer, uint64_t size)
{
	// The size that it was made with is for information, but libvhdi takes
	// it for that of the disk.
	footer->original_size = size;
	footer->current_size = size;
	footer->size = size;
	// Nobody is to count the cylinders of what is larger now.
	set_maker(footer);
	vhd_footer_set_geometry(footer, size);
}

struct vhd_footer vhd_footer_new(enum vdisk_type type, uint64_t size,
				 const struct guid *id, int64_t created)
{
	struct vhd_footer footer = {
		.features = 2,
		.header_offset = type == VDISK_FIXED ? VHD_NO_OFFSET
						     : VHD_FOOTER_SIZE,
		.created = created,
		.original_size = size,
		.current_size = size,
		.type = type,
		.id = *id,
	};

	set_maker(&footer);
	vhd_footer_set_geometry(&footer, size);
	return footer;
}

// It is durable behind what is used before what lies between is cut off with the
// old one.
int vhd_footer_move(struct disk *file, const struct vhd_footer_disk *footer,
		    uint64_t end, struct err *err)
{
	int r;

	if (end + VHD_FOOTER_SIZE >= file->size || !file->ops->resize)
		return 0;
	r = disk_write(file, end, footer, sizeof(*footer), err);
	if (!r)
		r = disk_flush(file, err);
	return r ? r : vdisk_shorten(file, end + VHD_FOOTER_SIZE, err);
}

// What was found at one place: `footer` is valid when `verdict`, of
// vhd_footer_decode, is 0.
struct found {
	struct vhd_footer footer;
	uint64_t where;
	int verdict;
	struct err err;
};

// Reads a footer of `size` bytes at `where`; what an old one is short of is
// zero. Returns 0 or the file's error.
static int look(struct disk *file, uint64_t where, size_t size,
		struct found *ret, struct err *err)
{
	struct vhd_footer_disk disk = {0};
	int r = disk_read(file, where, &disk, size, err);

	if (r)
		return r;
	ret->where = where;
	ret->err = (struct err){0};
	ret->verdict = vhd_footer_decode(&disk, where, &ret->footer, &ret->err);
	return 0;
}

// At the end, new or old, else the copy at the start. A damaged footer at the
// end is told of rather than that there is none.
static int find(struct disk *file, struct found *ret, struct err *err)
{
	struct found copy;
	int r = look(file, file->size - VHD_FOOTER_SIZE, VHD_FOOTER_SIZE, ret,
		     err);

	if (!r && ret->verdict == -ENOENT)
		r = look(file, file->size - OLD_FOOTER, OLD_FOOTER, ret, err);
	if (r || !ret->verdict)
		return r;
	r = look(file, 0, VHD_FOOTER_SIZE, &copy, err);
	if (r)
		return r;
	if (!copy.verdict && copy.footer.type != VDISK_FIXED)
		*ret = copy;
	else if (ret->verdict == -ENOENT && copy.verdict)
		*ret = copy;
	return 0;
}

int vhd_footer_read(struct disk *file, struct vhd_footer *ret, bool *ret_lost,
		    uint64_t *ret_end, struct err *err)
{
	struct found found;
	int r;

	if (file->size < VHD_FOOTER_SIZE)
		return err_set(err, -ENOENT, "VHD footer", ERR_NOWHERE,
			       "the file is too short for one");
	r = find(file, &found, err);
	if (r)
		return r;
	if (found.verdict)
		return err_pass(err, found.verdict, &found.err);
	*ret = found.footer;
	*ret_lost = found.where == 0;
	*ret_end = *ret_lost ? file->size : found.where;
	return 0;
}
