// SPDX-License-Identifier: MIT
//
// libaddress: the written form of a place in a stack of disks, taken by every
// command:
//
//     PATH[@N[:INNER[@N[:INNER...]]]]
//
//     /dev/sda                       a whole disk
//     /dev/sda@2                     its second partition
//     disk.img@1:\Windows            a folder of the volume in a partition
//     disk.img@3:\vhd\win.vhd@1      a partition of a virtual disk in a volume
//     /dev/nvme0n1p3:\vhd\win.vhd    a file of the volume on a whole device
//
// PATH is a file or device of the host; what follows is split off at the first
// "@N" or ":\" (or ":/") behind which PATH exists, so that file names holding
// "@" work. INNER begins with "\" or "/", and may be in an NTFS or FAT volume.
// A file that is a virtual disk (VHD, VHDX) is opened as one wherever "@N"
// follows it; a differencing one with its parents, which are looked for on the
// host or in the volume that it lies in, and opened for reading only. One that
// others in its folder are made from is not opened for writing: these would no
// longer fit to it. A file of an NTFS volume that is opened for writing can be
// resized.
//
//     struct place *place;
//     address_open("golden.img@3:\\vhd\\guest.vhd@1", 0, &place, &err);
//     ntfs_open(place->disk, ...);
//     address_close(place);
//
// and address_finish before that, when something was written.

#ifndef ADDRESS_H
#define ADDRESS_H

#include "part.h"
#include "vdisk.h"
#include "volume.h"

enum {
	ADDRESS_WRITE = 1 << 0,     // open for writing, exclusively
	ADDRESS_FILE = 1 << 1,      // a last INNER is a file: open its content
	ADDRESS_VIRTUAL = 1 << 2,   // with ADDRESS_FILE, or when PATH ends the
				    // address: as a virtual disk, if it is one
	ADDRESS_DIRECT = 1 << 3,    // PATH and its parents with DISK_DIRECT
	ADDRESS_FORCE = 1 << 4,     // write even to a disk that has children
};

// How each part of an address was resolved, from the outside in.
enum place_kind {
	PLACE_PARTITION, // part, disk_id, signature and style are valid
	PLACE_FILE,      // path is valid
	PLACE_VIRTUAL,   // a virtual disk was opened on the level before
};

struct place_level {
	enum place_kind kind;
	struct part part;
	enum part_style style;
	struct guid disk_id;
	uint32_t mbr_signature;
	char *path; // as written, beginning with "\"
};

struct place {
	struct disk *disk;     // what the address names; of a last INNER that was
			       // not opened (no ADDRESS_FILE): its volume
	struct volume *volume; // when there is a last INNER: its volume, and
	struct ntfs *ntfs;     // that as one of the two
	struct fat *fat;
	const char *path;      // a last INNER, "\" form, or NULL
	struct place_level *levels;
	size_t level_count;
	const char *host_path; // PATH
	// When `disk` is a file of the host or of a volume, not opened as a
	// virtual disk: its path there, and where that is, for vdisk_chain_look;
	// else NULL.
	const char *file_path;
	struct vdisk_files files; // also when `path` was not opened: its volume's
	struct address_stack *stack; // private
};

// Opens an address.
// Returns 0, -ENOENT when PATH, a partition or an INNER does not exist, -EINVAL
// for a form that is none, -EISDIR when a folder stands where a file must, -EBUSY
// when a virtual disk that is to be written to has children, and as
// disk_open_file, part_table_read, volume_open, vdisk_open and vdisk_chain_open
// do.
MUST_CHECK
int address_open(const char *text, unsigned flags, struct place **ret,
		 struct err *err);

// Ends writing through an address: from the innermost level outwards all that
// the levels keep is written and made durable (disk_finish), and volumes that
// were readied for changes are synced. Whoever opened with ADDRESS_WRITE calls
// it before address_close, and tells when it fails.
// Returns 0, or as disk_finish and volume_sync.
MUST_CHECK
int address_finish(struct place *place, struct err *err);

// Closes everything that was opened; NULL is fine. Writes nothing: what was not
// finished is as after a power cut.
void address_close(struct place *place);

// Tells whether the last INNERs of two places lie in one volume.
// Returns true when they do; false also when one has no INNER.
bool address_is_same_volume(const struct place *a, const struct place *b);

// Reads the partition table of the disk at an address, which is opened for that
// alone.
// Returns as address_open (with ADDRESS_FILE and ADDRESS_VIRTUAL) and
// part_table_read. Free with part_table_free.
MUST_CHECK
int address_read_table(const char *disk, struct part_table **ret,
		       struct err *err);

// Splits an address into the host's PATH and the rest ("", "@1:\\x", ...),
// which points into text. *ret_path is new memory, free with mem_free.
// Returns 0, or -ENOMEM.
MUST_CHECK
int address_split(const char *text, char **ret_path, const char **ret_rest,
		  struct err *err);

#endif
