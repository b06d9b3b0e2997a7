// SPDX-License-Identifier: MIT
//
// VHD inside libvdisk: what was decoded from the footer and the dynamic header.

#ifndef VHD_PRIV_H
#define VHD_PRIV_H

#include "vdisk.h"

struct vhd_footer_disk;
struct vhd_header_disk;

#define VHD_SECTOR    512u
#define VHD_NO_OFFSET UINT64_MAX
#define VHD_UNUSED    UINT32_MAX // a block table entry without a block

// Blocks of over 256 MiB are made by nobody; their bitmap would pass 64 KiB.
#define VHD_MAX_BLOCK (256u << 20)
// 2040 GiB in the smallest blocks anybody makes, 512 KiB; 16 MiB of memory.
#define VHD_MAX_TABLE (UINT32_C(4) << 20)

// Of a block's data in the file. The specification wants sectors alone, but each
// write of a guest then takes two on a drive with sectors of 4 KiB; newer Windows
// aligns so too.
#define VHD_ALIGN 4096u

// Blocks that Windows makes.
#define VHD_MIN_CREATE (512u << 10)
#define VHD_MAX_CREATE (2u << 20)

struct vhd_footer {
	uint32_t features;
	uint64_t header_offset;
	int64_t created; // seconds since 1970
	char creator[5];
	uint32_t creator_version;
	char creator_host[5];
	uint64_t original_size, current_size;
	uint64_t size; // of the disk, as its maker means it; decoded only
	uint16_t cylinders;
	uint8_t heads, sectors;
	enum vdisk_type type;
	struct guid id;
	bool saved_state;
};

#define VHD_LOCATORS    8
#define VHD_MAX_LOCATOR 65536u // bytes of a path; Windows ends at 32767 units

// Where the path of a parent lies.
struct vhd_locator {
	char platform[5]; // "W2ku", "W2ru"; "" for none
	uint64_t offset;
	uint32_t length;
};

struct vhd_header {
	uint64_t table_offset;
	uint32_t table_entries;
	uint32_t block_size;
	struct guid parent_id;
	char parent[VDISK_TEXT];
	struct vhd_locator locators[VHD_LOCATORS];
};

// Decodes and checks a footer that was read at `where`.
// Returns 0, -ENOENT when the bytes are no footer at all, -EBADMSG when they
// are a damaged one, or -ENOTSUP for another version or type.
int vhd_footer_decode(const struct vhd_footer_disk *disk, uint64_t where,
		      struct vhd_footer *ret, struct err *err);

// Writes a footer's bytes, with the checksum.
void vhd_footer_encode(const struct vhd_footer *footer,
		       struct vhd_footer_disk *ret);

// Computes the specification's (appendix "CHS Calculation") cylinders, heads
// and sectors for a size in bytes into the footer.
void vhd_footer_set_geometry(struct vhd_footer *footer, uint64_t size);

// Makes us the maker of the disk whose footer it is, with a new checksum.
void vhd_footer_take_over(struct vhd_footer_disk *disk);

// Finds the footer of a file: its last 512 bytes (511 of very old makers), or
// the copy in its first ones. *ret_lost tells that the copy had to be taken;
// *ret_end is where the footer at the end begins, or the file's size.
// Returns as vhd_footer_decode, -ENOENT also for a file that is too short, or
// the file's error.
int vhd_footer_read(struct disk *file, struct vhd_footer *ret, bool *ret_lost,
		    uint64_t *ret_end, struct err *err);

// Decodes and checks the dynamic header of a disk with this footer, in a file
// of file_size bytes.
// Returns 0, -EBADMSG, -ENOTSUP for another version, -EFBIG over a limit, or
// -ENOMEM.
int vhd_header_decode(const struct vhd_header_disk *disk,
		      const struct vhd_footer *footer, uint64_t file_size,
		      struct vhd_header *ret, struct err *err);

// Reads and decodes the dynamic header of a disk with this footer.
// Returns as vhd_header_decode, or the file's error.
int vhd_header_read(struct disk *file, const struct vhd_footer *footer,
		    struct vhd_header *ret, struct err *err);

// Everything that probing and opening a VHD need. `header` is zero for a fixed
// one.
struct vhd {
	struct vhd_footer footer;
	struct vhd_header header;
	bool footer_lost;
};

// Reads both (header.c).
// Returns as vhd_footer_read and vhd_header_read, -EBADMSG for a fixed disk that
// is longer than its file.
int vhd_read(struct disk *file, struct vhd *ret, struct err *err);

// As vdisk_probe and vdisk_parent_read, for a VHD of any type (format.c); the
// former returns -ENOENT when the file is none.
int vhd_probe(struct disk *file, struct vdisk_info *ret, struct err *err);
int vhd_parent_probe(struct disk *file, struct vdisk_parent *ret,
		     struct err *err);

// Say what may be made a VHD, in the format's limits, and what of one may become
// larger.
// Return 0, -EINVAL or -EFBIG.
int vhd_check_size(uint64_t size, struct err *err);
int vhd_check_create(const struct vdisk_create *c, struct err *err);
int vhd_check_expand(const struct vdisk_info *info, uint64_t size,
		     struct err *err);

// Returns the bytes of a block's bitmap: a bit a sector, up to whole sectors.
uint32_t vhd_bitmap_size(uint32_t block_size);

// Opens a dynamic VHD, or a differencing one on its parent, for writing if the
// file is.
// Returns 0, -EBADMSG, -ENOMEM, or the file's error.
int vhd_dynamic_open(struct disk *file, const struct vhd_footer *footer,
		     const struct vhd_header *header, struct disk *parent,
		     struct disk **ret, struct err *err);

// As vdisk_parent_read, for a VHD (locator.c).
// Returns 0, -EBADMSG, -ENOMEM, or the file's error.
int vhd_parent_read(struct disk *file, const struct vhd_header *header,
		    struct vdisk_parent *ret, struct err *err);

// As vdisk_create, for a dynamic or differencing VHD.
int vhd_dynamic_create(struct disk *file, const struct vdisk_create *c,
		       struct err *err);

// As vdisk_create_layout, for those.
int vhd_dynamic_layout(const struct vdisk_create *c, struct vdisk_layout *ret,
		       struct err *err);

// As that, for whatever dynamic or differencing VHD the file is.
int vhd_open(struct disk *file, struct disk *parent, struct disk **ret,
	     struct err *err);

// Opens one alone, to change it as a whole: vdisk_edit_start.
struct vdisk_blocks;
int vhd_edit(struct disk *file, struct vdisk_blocks **ret, struct err *err);

// As vdisk_expand, for a dynamic or differencing VHD; of the same size it only
// makes the footers good.
int vhd_expand(struct disk *file, uint64_t size, struct err *err);

// As vdisk_reparent, to what `c` says of a parent; the file is not cut.
int vhd_reparent(struct disk *file, const struct vdisk_create *c,
		 struct err *err);

// As vdisk_reset; the file keeps its length.
int vhd_reset(struct disk *file, struct err *err);

// Gives a footer a size in bytes, with the geometry for it.
void vhd_footer_resize(struct vhd_footer *footer, uint64_t size);

// Writes the footer at `end`, behind which the file is then cut off with the old
// one; a file that is not longer, or cannot be cut, stays as it is.
// Returns 0 or the file's error.
int vhd_footer_move(struct disk *file, const struct vhd_footer_disk *footer,
		    uint64_t end, struct err *err);

// Fills the fields of a footer as Windows 10 does.
struct vhd_footer vhd_footer_new(enum vdisk_type type, uint64_t size,
				 const struct guid *id, int64_t created);

// Returns a time, in seconds since 1970, as a VHD keeps it; one that it cannot
// keep becomes the nearest.
be32 vhd_time_encode(int64_t time);

// Returns the checksum of a footer or dynamic header of n bytes, whose own
// checksum lies at `skip`.
uint32_t vhd_checksum(const void *bytes, size_t n, size_t skip);

#endif
