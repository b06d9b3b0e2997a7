// SPDX-License-Identifier: MIT
//
// libstorage: the verbs of a program that partitions disks, for every command
// that has them: what each checks and refuses, and what it then does in which
// order.
//
//     struct part esp = {.type = part_type_efi, .size = 100 << 20};
//     struct storage_layout layout = {
//         .style = PART_GPT, .parts = &esp, .count = 1};
//     struct storage_format how = {.fs = STORAGE_FAT32, .label = "SYSTEM"};
//     guid_random(&layout.disk_id, &err);
//     storage_partition(&storage_effects, disk, &layout, &err);
//     part_open(disk, 1, &volume, &err);
//     storage_format(&storage_effects, volume, &how, &err);
//
// The caller opens the disk or volume, by an address say, and holds its lock; a
// verb borrows it, and the caller ends with disk_finish and disk_close. All that
// can be known is checked before the first write.
//
// What a verb does to the world it does through a table of functions: the real
// one is storage_effects, and a test gives one that writes down what was called.
// A verb stops at the first function that fails, and passes its error up.
//
// Threads: one at a time a disk.

#ifndef STORAGE_H
#define STORAGE_H

#include "address.h"
#include "chain.h"
#include "drives.h"
#include "machine.h"
#include "ublk.h"

struct ntfs_shrink_limits;
struct storage_state;
struct storage_state_disk;

// Each function as the one of storage_effects that it stands for.
struct storage_effects {
	// What is there: part_probe, storage_find_missed.
	int (*probe)(struct disk *disk, struct part_content *ret,
		     struct err *err);
	int (*find_missed)(struct disk *volume, struct part_content *ret,
			   struct err *err);
	// Disks: part_wipe, part_table_write, bootsect_write_mbr.
	int (*wipe)(struct disk *disk, struct err *err);
	int (*write_table)(const struct part_table *table, struct disk *disk,
			   struct err *err);
	int (*write_mbr_code)(struct disk *disk, struct err *err);
	// Volumes: ntfs_format, fat_format, bootsect_write_volume.
	int (*format_ntfs)(struct disk *volume,
			   const struct ntfs_build_options *options,
			   struct err *err);
	int (*format_fat)(struct disk *volume,
			  const struct fat_format_options *options,
			  struct err *err);
	int (*write_boot_code)(struct disk *volume, struct err *err);
	// Their sizes: ntfs_extend, ntfs_shrink_query, ntfs_shrink, fat_extend.
	int (*extend_ntfs)(struct disk *volume, uint64_t size,
			   struct progress *progress, struct err *err);
	int (*query_ntfs)(struct disk *volume, struct ntfs_shrink_limits *ret,
			  struct err *err);
	int (*shrink_ntfs)(struct disk *volume, uint64_t size,
			   struct progress *progress, struct err *err);
	int (*extend_fat)(struct disk *volume, uint64_t size,
			  struct progress *progress, struct err *err);
	// Files of the host, and virtual disks in them: disk_create_file,
	// vdisk_create, vdisk_open.
	int (*create_file)(const char *path, uint64_t size,
			   uint32_t sector_size, struct disk **ret,
			   struct err *err);
	int (*create_virtual)(struct disk *file, const struct vdisk_create *c,
			      struct err *err);
	int (*open_virtual)(struct disk *file, struct disk **ret,
			    struct err *err);
	// Virtual disks in any tree: vdisk_create_file, vdisk_child_create.
	int (*create_virtual_in)(struct tree *files, const char *path,
				 const struct vdisk_create *c, struct err *err);
	int (*create_child)(struct tree *files, const char *path,
			    const char *parent, const struct vdisk_child *child,
			    struct err *err);
	// The kernel's devices: ublk_server_open, ublk_stop, ublk_server_wait,
	// ublk_server_close.
	struct ublk_server (*open_server)(int id);
	int (*stop)(int id, struct err *err);
	int (*wait_server)(const struct ublk_server *s, const char *device,
			   struct err *err);
	void (*close_server)(struct ublk_server *s);
	// The machine: settle_wait and then inventory_read; machine_sequence.
	int (*list_machine)(struct settle *settle, const char *root,
			    struct inventory **ret, struct err *err);
	uint64_t (*sequence)(const char *root, const char *path);
	// Volumes for shells: machine_show_volumes, machine_hide_volume.
	void (*show_volumes)(const char *root, const char *disk,
			     const struct machine_volume *volumes,
			     size_t count);
	void (*hide_volume)(const char *root, char letter);
	// Places by their addresses: address_whole, address_open,
	// address_finish, address_close.
	int (*whole)(const char *text, char **ret, struct err *err);
	int (*open_place)(const char *address, unsigned flags,
			  struct place **ret, struct err *err);
	int (*finish_place)(struct place *place, struct err *err);
	void (*close_place)(struct place *place);
	// The session: address_letters_read, address_letter_assign,
	// address_letter_remove, storage_state_read, storage_state_put.
	int (*read_letters)(struct address_letters *ret, struct err *err);
	int (*assign_letter)(char letter, const char *address, struct err *err);
	int (*remove_letter)(char letter, struct err *err);
	int (*read_state)(struct storage_state *ret, struct err *err);
	int (*put_state)(const struct storage_state_disk *disk,
			 struct err *err);
};

extern const struct storage_effects storage_effects;

// --- A disk ------------------------------------------------------------------

// What a disk is to become.
struct storage_layout {
	enum part_style style;
	struct guid disk_id;      // GPT
	uint32_t mbr_signature;   // MBR
	const struct part *parts; // added one after the other (part_table_add)
	size_t count;
	bool replace;          // what is on the disk may go
	const char *otherwise; // ends the refusal when it may not:
			       // "--wipe would remove it"
};

// Gives a disk a new table with its partitions. The table is made in memory
// before the disk is written; what the disk holds is wiped (part_wipe) before
// the table is. A new MBR gets the code that starts the active partition, as on
// Windows; code that is there is kept, and a disk that no BIOS can start goes
// without.
// Returns 0, -EEXIST when the disk holds anything that may not go, or as
// part_probe, part_table_new, part_table_add, part_wipe, part_table_write and
// bootsect_write_mbr.
MUST_CHECK
int storage_partition(const struct storage_effects *effects, struct disk *disk,
		      const struct storage_layout *layout, struct err *err);

// --- A volume ----------------------------------------------------------------

enum storage_fs {
	STORAGE_NTFS,
	STORAGE_FAT, // FAT12 below 16 MiB, else FAT16
	STORAGE_FAT32,
};

struct storage_format {
	enum storage_fs fs;
	const char *label;       // NULL: none
	uint64_t serial;         // FAT takes the lower half
	uint32_t cluster_size;   // bytes; 0: by the size of the volume
	uint64_t hidden_sectors; // before the volume on its disk
	int64_t time;            // that it is made at, since 1970
	bool replace;            // what the volume holds may go
	const char *otherwise;   // as in struct storage_layout
};

// Makes an empty volume, with the boot code that loads BOOTMGR, as on Windows: it
// at least tells that there is none. Volumes that no BIOS can start (FAT12, FAT16,
// sectors of 4096 bytes) go without.
// Returns 0, -EBUSY when this is a disk with partitions, -EEXIST when it holds
// what somebody would miss and that may not go, or as storage_find_missed,
// ntfs_format, fat_format and bootsect_write_volume.
MUST_CHECK
int storage_format(const struct storage_effects *effects, struct disk *volume,
		   const struct storage_format *how, struct err *err);

// Looks for something on a disk or partition that somebody would miss: all but a
// volume without files. What is known by its place and lies under such a volume
// counts: a file system that was put over a member of a RAID does not make that
// less of one.
// Returns 0, or as part_probe_each; nothing is found when *ret holds nothing.
MUST_CHECK
int storage_find_missed(struct disk *volume, struct part_content *ret,
			struct err *err);

// --- A new file that holds a disk --------------------------------------------
//
// It has no name before it is finished (disk_create_file): who is stopped before
// leaves nothing.

// Who waits while it is made. NULL: nobody.
struct storage_watch {
	struct progress *progress; // or NULL
	// Told once when it takes long because the file system cannot reserve
	// room: zeroes are written instead.
	void (*writes_zeroes)(void *ctx);
	void *ctx;
};

// Makes a file with a virtual disk, of a new identity and of now unless c->id is
// given. *ret is the file, which the caller finishes and closes.
// Returns 0, or as guid_random, disk_create_file and vdisk_create.
MUST_CHECK
int storage_make_virtual(const struct storage_effects *effects,
			 const char *path, const struct vdisk_create *c,
			 struct disk **ret, struct err *err);

// A file that is to be made.
struct storage_file {
	struct tree *files;
	const char *path;
	const char *name; // for messages: the path as the user gave it
};

// As storage_make_virtual, finished, on the host or in a volume, where it has all
// its room in any case. On the host a fixed disk has it from the start, too, unless
// it is to be sparse: Windows does not boot from a sparse file, and a machine must
// not find its host's disk full one day. What the file system cannot reserve is
// written.
// Returns 0, -ENOTSUP for a sparse one in a volume and for a dynamic one in FAT,
// where a file keeps its size, -ENOSPC, or as storage_make_virtual, disk_allocate,
// disk_write, disk_finish and vdisk_create_file.
MUST_CHECK
int storage_create_virtual(const struct storage_effects *effects,
			   const struct storage_file *at,
			   const struct vdisk_create *c, bool is_sparse,
			   const struct storage_watch *watch, struct err *err);

struct storage_parent {
	const char *path; // in the child's tree
	const char *name; // for messages
};

// Makes a child of a virtual disk, of a new identity and of now; of `child` what it
// holds and the size of its blocks count.
// Returns 0, -ENOTSUP for one with content in FAT, or as guid_random and
// vdisk_child_create.
MUST_CHECK
int storage_create_child(const struct storage_effects *effects,
			 const struct storage_file *at,
			 const struct storage_parent *parent,
			 const struct vdisk_child *child, struct err *err);

struct storage_new_disk {
	struct disk *disk; // what is to be written
	struct disk *file; // the virtual disk's, or the same
};

// Finds the kind of a new file that is to hold a disk, by its name: a VHD, a VHDX,
// or a raw one.
// Returns 0, or as address_check_host and vdisk_format_of_name.
MUST_CHECK
int storage_new_disk_format(const char *path, enum vdisk_format *ret,
			    struct err *err);

// Makes a disk of zeroes to be written: raw, or as its name says a VHD or VHDX,
// which is fixed and has all its room. `sector_size` is 512 or 4096, or 0 for the
// usual one. `id` is the virtual disk's identifier, with a time that is always the
// same, so that the same content makes the same file; NULL for a random one and
// now. End with storage_new_disk_close.
// Returns 0, -EEXIST, -ENOSPC, or as storage_new_disk_format,
// storage_make_virtual, disk_allocate, disk_write and vdisk_open.
MUST_CHECK
int storage_new_disk_open(const struct storage_effects *effects,
			  const char *path, uint64_t size, uint32_t sector_size,
			  const struct guid *id,
			  const struct storage_watch *watch,
			  struct storage_new_disk *ret, struct err *err);

// Makes all that was written durable and gives the file its name. Of a VHD or VHDX
// all the room is taken once more: what was zeroed or discarded on the disk has
// left holes in its file, from which Windows does not boot; where the file system
// cannot reserve room it goes without.
// Returns 0, -ENOSPC, -EEXIST, or as disk_finish.
MUST_CHECK
int storage_new_disk_finish(struct storage_new_disk *n, struct err *err);

// Closes it; without storage_new_disk_finish nothing is left. One of zeroes is
// fine.
void storage_new_disk_close(struct storage_new_disk *n);

// --- Attached virtual disks -----------------------------------------------------

// Refuses to change what lies at a whole address (address_whole) when the file of a
// virtual disk that the session has attached lies behind it, or with `itself` is it.
// Returns 0, -EBUSY, or as storage_state_read.
MUST_CHECK
int storage_check_attached(const struct storage_effects *effects,
			   const char *address, bool itself, struct err *err);

// As storage_check_attached, for an address as somebody wrote it; what is not there
// holds nothing.
// Returns as that.
MUST_CHECK
int storage_check_attached_text(const struct storage_effects *effects,
				const char *text, bool itself, struct err *err);

// --- A device of the kernel ----------------------------------------------------

// Stops /dev/ublkbN, `device` for messages, and waits until its server has written
// all and ended: then the virtual disk's file is free for others.
// Returns 0, or as ublk_stop and ublk_server_wait.
MUST_CHECK
int storage_detach(const struct storage_effects *effects, int id,
		   const char *device, struct err *err);

#endif
