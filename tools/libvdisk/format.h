// SPDX-License-Identifier: MIT
//
// What the front of libvdisk asks of a kind of virtual disk. Each kind fills a
// struct vdisk_format_ops in its folder and has a row in formats.c; nothing else
// here knows which kinds there are.

#ifndef VDISK_FORMAT_H
#define VDISK_FORMAT_H

#include "vdisk.h"

// All return 0 or an error, as the function of vdisk.h that they are for.
struct vdisk_format_ops {
	enum vdisk_format format;
	unsigned types;  // of this format that it is for, VDISK_TYPE each
	bool has_blocks; // what `open_disk` gives is a struct vdisk_blocks

	// As vdisk_probe, of all types of the format; -ENOENT when it is another
	// format's turn. NULL: another row of the format does this.
	int (*probe)(struct disk *file, struct vdisk_info *ret,
		     struct err *err);
	// Opens on a parent, or alone: a differencing disk then reads as zeroes
	// where it has nothing of its own.
	int (*open_disk)(struct disk *file, struct disk *parent,
			 struct disk **ret, struct err *err);
	// As vdisk_parent_read.
	int (*parent_read)(struct disk *file, struct vdisk_parent *ret,
			   struct err *err);

	// As vdisk_create and vdisk_create_layout.
	int (*create)(struct disk *file, const struct vdisk_create *c,
		      struct err *err);
	int (*layout)(const struct vdisk_create *c, struct vdisk_layout *ret,
		      struct err *err);

	// As vdisk_expand, of a size that is whole sectors and not smaller. With
	// `keeps_id` children do not notice.
	int (*expand)(struct disk *file, const struct vdisk_info *info,
		      uint64_t size, bool keeps_id, struct err *err);
	// As vdisk_reparent, to what `c` says of a parent, and vdisk_reset, which
	// cuts the file afterwards. NULL: no disk of these types has a parent.
	int (*reparent)(struct disk *file, const struct vdisk_create *c,
			struct err *err);
	int (*reset)(struct disk *file, struct err *err);
	// Bytes that `reparent` makes the file longer by.
	uint32_t reparent_room;

	// Looks at what the format has twice, and of a disk without blocks at
	// what is unused.
	int (*check)(struct disk *file, const struct vdisk_info *info,
		     struct vdisk_check *ret, struct err *err);
	// Repairs what a check has found, but for what is lost at the end. NULL:
	// there is nothing that could be.
	int (*repair)(struct disk *file, const struct vdisk_check *found,
		      struct err *err);
	// Cuts off what is not used at the end of the file, if that can be made
	// shorter.
	int (*cut)(struct disk *file, struct err *err);
};

#define VDISK_TYPE(type) (1u << (type))

// The kinds, each in its folder.
extern const struct vdisk_format_ops vhd_fixed_format, vhd_dynamic_format,
	vhdx_format;

// Returns the row for disks of a format and type, NULL when there is none. Of
// what vdisk_probe told of there is one.
const struct vdisk_format_ops *vdisk_format_find(enum vdisk_format format,
						 enum vdisk_type type);
const struct vdisk_format_ops *vdisk_format_of(const struct vdisk_info *info);

#endif
