// SPDX-License-Identifier: MIT
//
// libvdisk: virtual disks in files. A VHD or VHDX lies in a disk (a file, a
// file's extents inside a volume) and is a disk.
//
//     struct disk *file, *disk;
//     disk_open_file("win.vhd", 0, &file, &err);
//     vdisk_open(file, &disk, &err);
//     disk_read(disk, 0, sector, 512, &err);
//     disk_close(disk);
//     disk_close(file);
//
// Making a fixed VHD is writing its footer behind the data, which stays as it
// is:
//
//     disk_create_file("win.vhd", vdisk_fixed_file_size(size), 512, &file, e);
//     vdisk_create_fixed(file, size, &id, time(NULL), e);
//
// The formats: "Virtual Hard Disk Image Format Specification" 1.0 (Microsoft,
// 2006) and "VHDX Format Specification" 1.00 ([MS-VHDX]).
//
// What can be done with them:
//
//                        create   read   write   concurrent use
//     VHD fixed            yes    yes     yes    as the file's
//     VHD dynamic          no     yes     no     any
//     VHD differencing     no     yes     no     any
//     VHDX fixed, dynamic  no     yes     no     any
//     VHDX differencing    no     no      no
//
// The size of a VHD is the footer's "current size", which Windows, VirtualBox
// and libvhdi take too. QEMU takes it for the creators it knows to be exact
// (Windows' "win " among them) and cylinders * heads * sectors for others; so
// what is made here carries Windows' creator, and all agree to the byte.

#ifndef VDISK_H
#define VDISK_H

#include "disk.h"

enum vdisk_format { VDISK_RAW, VDISK_VHD, VDISK_VHDX };
enum vdisk_type { VDISK_FIXED, VDISK_DYNAMIC, VDISK_DIFFERENCING };

#define VDISK_MAX_VHD_SIZE (UINT64_C(2040) << 30) // the format's limit

#define VDISK_TEXT 776 // 256 units of UTF-16 as UTF-8, and a NUL

struct vdisk_info {
	enum vdisk_format format;
	enum vdisk_type type;
	uint64_t size;        // of the virtual disk, bytes
	uint64_t file_size;   // of the file, bytes
	uint32_t block_size;  // unit of allocation; 0 for a fixed VHD
	uint32_t sector_size; // logical, of the virtual disk: 512 or 4096
	struct guid id;       // VHDX: the virtual disk's id (page 83 data)
	bool needs_replay;    // VHDX: its log holds writes not yet in place

	// The maker: "win " of a VHD, a sentence of a VHDX; UTF-8.
	char creator[VDISK_TEXT];

	// VHD only; else zero.
	int64_t created;          // seconds since 1970 UTC
	uint32_t creator_version; // 0x000a0000 is 10.0
	char creator_host[5];     // "Wi2k" or "Mac "
	uint16_t cylinders;
	uint8_t heads, sectors;   // heads, and sectors a track
	bool saved_state;
	bool footer_lost; // the footer is damaged, its copy was taken

	// Differencing only; else zero.
	struct guid parent_id;
	char parent[VDISK_TEXT]; // path as the maker wrote it; UTF-8
};

// Tells whether a file is a virtual disk, and all about it, from its metadata
// alone.
// Returns 0, -ENOENT when it is neither a VHD nor a VHDX, -EBADMSG when it is
// one with damaged metadata, -ENOTSUP for a version or type that is not known,
// -ENOMEM, or the file's error.
int vdisk_probe(struct disk *file, struct vdisk_info *ret, struct err *err);

// Opens a virtual disk. The file is borrowed. A fixed VHD is for reading and
// writing if the file is, and maps, zeroes and discards as the file does; the
// others are for reading (read_only is set).
// Returns 0, -ENOENT, -EBADMSG and -ENOTSUP as vdisk_probe, -ENOTSUP also for a
// differencing disk (see vdisk_open_child), -EUCLEAN for a VHDX whose log must
// be replayed first, -EFBIG over a limit on what metadata may fill, -ENOMEM, or
// the file's error.
int vdisk_open(struct disk *file, struct disk **ret, struct err *err);

// Opens a differencing disk on top of its parent, an opened virtual disk whose
// id is `parent_id`; both are borrowed. Reading only. That file and parent
// belong together is checked by that id; finding the parent is the caller's.
// Returns as vdisk_open; -EINVAL when the file is no differencing disk, -ESTALE
// when parent_id is not the one it was made from.
int vdisk_open_child(struct disk *file, struct disk *parent,
		     const struct guid *parent_id, struct disk **ret,
		     struct err *err);

// Returns the size of the file that holds a fixed VHD of `size` bytes: 512 more
// for the footer.
uint64_t vdisk_fixed_file_size(uint64_t size);

// Makes a file a fixed VHD of `size` bytes by writing the footer at `size`; the
// data before it is left as it is. `file` has vdisk_fixed_file_size(size)
// bytes. `id` is the disk's identity: two disks with the same one cannot be
// attached at once. `created` is in seconds since 1970. Flushes.
// Returns 0, -EINVAL when size is 0 or no multiple of 512 or the file is not of
// that size, -EFBIG over VDISK_MAX_VHD_SIZE, or the file's error.
int vdisk_create_fixed(struct disk *file, uint64_t size, const struct guid *id,
		       int64_t created, struct err *err);

#endif
