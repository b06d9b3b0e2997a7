// SPDX-License-Identifier: MIT
//
// libstorage, what there is: the disks of the machine (or files that stand for
// them), attached virtual disks, their partitions and free space, the volumes and
// their letters, in the numbering that DiskPart's users know; and the verbs that
// work on them by these numbers.
//
//     struct storage_source source = {.root = ""};     // this machine
//     struct storage *s;
//     storage_open(&storage_effects, &source, &s, &err);
//     storage_clean(s, 0, false, false, NULL, &err);
//     storage_convert(s, 0, PART_GPT, &err);
//     storage_create_partition(s, 0, &spec, &number, &err);
//     storage_format_volume(s, volume, &how, false, false, NULL, &err);
//     storage_assign(s, volume, 'W', &err);
//     storage_close(s);
//
// Everything is looked up once, by storage_open and storage_rescan; a verb opens
// its disk by its address under the lock, sees that it still is as it was looked up
// (-ESTALE else: rescan), does its work, makes it durable, closes it, and looks it
// up again. So what is seen is always what is there, and nothing is held open
// between two verbs. Numbers of disks and volumes stay the same as long as what
// they mean is there; pointers into the lists are valid until the next verb.
//
// What lasts for the session lies beside the table of letters (drives.h): attached
// virtual disks, and which disks are offline or read-only. An attached virtual disk
// is one of the list, in every program of the session, and its volumes get letters,
// which every command takes. It is no device of the kernel (`vdisk attach` makes
// one): that would hold the disk that its file lies on, and nobody else could write
// there, bcdboot neither.
//
// Threads: one at a time an object.

#ifndef STORAGE_DISKS_H
#define STORAGE_DISKS_H

#include "storage.h"

struct storage;

// Where disks come from.
struct storage_source {
	const char *root; // of the machine (machine.h), "" this one; NULL:
			  // its disks are left alone
	const char *const *files; // addresses that are disk 0, 1, ... ; behind
	size_t file_count;        // the machine's when both are given
	uint32_t sector_size;     // of raw files without a table; 0: 512
};

// --- Disks -------------------------------------------------------------------

enum storage_bus_kind { STORAGE_FIXED, STORAGE_REMOVABLE, STORAGE_VIRTUAL };

// A partition, or free space.
struct storage_region {
	uint64_t start, size; // bytes
	bool is_free;
	bool is_logical;  // in the extended partition: free space too
	struct part part; // unless it is free
	unsigned number;  // DiskPart's: partitions in the order of the disk
			  // from 1 on, the extended one 0; later ones have the
			  // lowest that is free, and all others keep theirs
	int volume;       // number of the volume in it, -1: none
};

struct storage_disk {
	unsigned number;
	char *address;      // by which every command opens it
	char *name;         // for people: the model, or the file's name
	char *serial, *bus; // "" when not known
	char *location;     // as Windows writes the firmware's path:
			    // "PCIROOT(0)#PCI(1F02)#ATA(C00T00L00)"
	enum storage_bus_kind kind;
	uint64_t size, free; // bytes; free: not in a partition
	uint32_t sector_size;
	enum part_style style;          // PART_NONE: no table, a volume maybe
	struct part_table *table;       // NULL with PART_NONE
	struct storage_region *regions; // in the order of the disk
	size_t region_count;
	bool is_read_only, is_offline;
	bool is_medium; // that this environment was started from
	char *in_use;   // why it must be left alone, "" when it need not
	char *trouble;  // what is wrong with its table or with reading it, for
			// people, "" when nothing is
	int trouble_code; // errno value of that, 0: none
	// Of an attached virtual disk its file's address, and the number of the
	// disk that this lies on (-1: a file of the host); else NULL, -1.
	char *virtual_file;
	int host_disk;
	uint64_t sequence;      // private: no other disk of the kernel had it
	bool is_made_read_only; // private: the device is, whatever is said of it
};

enum storage_volume_kind { STORAGE_PARTITION, STORAGE_SUPERFLOPPY };

struct storage_volume {
	unsigned number;
	char letter;        // 0: none
	char *address;      // "/dev/sda@2"
	unsigned disk;      // number of its disk
	unsigned partition; // number in the table (struct part); 0: the disk
	enum storage_volume_kind kind;
	enum storage_bus_kind on;
	char *label;         // "" none
	char *fs;            // "NTFS", "FAT32", "RAW", ... as DiskPart names it
	uint64_t size, free; // bytes; free UINT64_MAX: storage_look_free tells
	uint32_t cluster_size;                   // 0: not known
	bool is_hidden, no_letter, is_read_only; // GPT attributes, or MBR type
	bool is_system, is_boot; // the ESP or active partition; the environment
	bool is_dirty;           // NTFS, FAT: should be checked
	char *mount;             // where the kernel has it mounted, "" nowhere
};

// Looks everything up. Waits until the machine's disks had their time to appear
// (settle_wait).
// Returns 0, -ENOMEM, -EINVAL for a raw file of the source whose size or first bytes
// are no disk's, or when the machine's disks cannot be listed, that error. A disk that cannot be read is listed with its
// trouble. Free with storage_close.
MUST_CHECK
int storage_open(const struct storage_effects *effects,
		 const struct storage_source *source, struct storage **ret,
		 struct err *err);

// Frees; NULL is fine.
void storage_close(struct storage *s);

// Looks everything up once more.
// Returns as storage_open; on failure the old lists stay.
MUST_CHECK
int storage_rescan(struct storage *s, struct err *err);

// Finds out a volume's free space, which takes a while on a large one.
// Returns 0, -ENODEV, -ENOTSUP when it has no file system that we know, or the error
// of reading it.
MUST_CHECK
int storage_look_free(struct storage *s, unsigned volume, struct err *err);

// Return the lists, sorted by number.
const struct storage_disk *storage_disks(const struct storage *s,
					 size_t *ret_count);
const struct storage_volume *storage_volumes(const struct storage *s,
					     size_t *ret_count);

// Find by number, and a volume by its letter. Return NULL when there is none.
const struct storage_disk *storage_find_disk(const struct storage *s,
					     unsigned number);
const struct storage_volume *storage_find_volume(const struct storage *s,
						 unsigned number);
const struct storage_volume *storage_find_letter(const struct storage *s,
						 char letter);

// --- Verbs: disks ------------------------------------------------------------
//
// Each also returns, where it does not say it again: -ENODEV for a number that is
// not there, -EBUSY for a disk that is in use or the start medium (unless the verb
// takes `override`), -EROFS, -ENXIO when it is offline, -ESTALE when it is no longer
// what was looked up, -EPERM when the table would be written and the MBR beside a GPT
// lists partitions of its own, or the error of opening, reading or writing it. What would take
// the file of an attached virtual disk away is -EBUSY, whatever is said: to clean,
// delete, format or shrink what it lies in (storage_check_attached).

// DiskPart's clean: part_wipe; `all` zeroes every sector (progress may be NULL).
// Letters of what was on it are taken away. `override` lets it be done to a disk
// in use, and one whose table cannot be read is taken.
// Returns also -ECANCELED, or as part_wipe.
MUST_CHECK
int storage_clean(struct storage *s, unsigned disk, bool all, bool override,
		  struct progress *progress, struct err *err);

// Gives a disk without partitions a new table of the other style, or of any when
// it has none.
// Returns also -EEXIST when it has partitions or a volume, -EALREADY when it is of
// that style.
MUST_CHECK
int storage_convert(struct storage *s, unsigned disk, enum part_style style,
		    struct err *err);

// Mends what part_table_read has found: a GPT's broken copy, a backup that is not
// at the disk's end (grown disks), a protective MBR; with `override` also a hybrid MBR,
// whose own partitions go: without it that is -EPERM.
// Returns also -ENOENT when there is nothing to mend.
MUST_CHECK
int storage_mend_table(struct storage *s, unsigned disk, bool override,
		       struct err *err);

// Sets a GPT's GUID, or an MBR's signature.
// Returns also -EINVAL when the disk has the other style, or none.
MUST_CHECK
int storage_set_disk_id(struct storage *s, unsigned disk, const struct guid *id,
			uint32_t signature, struct err *err);

// Takes a disk offline, as `offline disk`, or back. It is of the session
// (storage_state.h) and not written to the disk; an offline one has no volumes.
// Returns 0, -ENODEV, -EBUSY when it is in use, -EINVAL for an address with a tab or a
// line's end, or as storage_rescan.
MUST_CHECK
int storage_set_offline(struct storage *s, unsigned disk, bool offline,
			struct err *err);

// Makes a disk read-only, as `attributes disk set readonly`, or not: as
// storage_set_offline.
// Returns as that.
MUST_CHECK
int storage_set_read_only(struct storage *s, unsigned disk, bool read_only,
			  struct err *err);

// --- Verbs: partitions -------------------------------------------------------

// Creates a partition by `spec` as part_table_add takes it; a disk without a table
// gets one first: MBR, as DiskPart does. What lies where it begins is not a volume
// afterwards: its first and last sectors are zeroed. *ret is its number
// (storage_region).
// Returns also as part_table_add.
MUST_CHECK
int storage_create_partition(struct storage *s, unsigned disk,
			     const struct part *spec, unsigned *ret,
			     struct err *err);

// Deletes one by its number (storage_region; 0: the extended one).
// Returns also -ENOENT, -EPERM for one that only `override` deletes: ESP, MSR,
// recovery (GPT's required ones), or an extended one with logical ones in it.
MUST_CHECK
int storage_delete_partition(struct storage *s, unsigned disk, unsigned number,
			     bool override, struct err *err);

// What can be changed of a partition that is there.
struct storage_partition_change {
	const struct guid *type;    // GPT, or NULL
	int mbr_type;               // MBR, or -1
	const uint64_t *attributes; // GPT, or NULL
	int active;                 // MBR: 1, 0, or -1
};

// Changes a partition's entry.
// Returns also -ENOENT, -EINVAL for what the table's style does not have, -EPERM
// for a type that only `override` gives or takes (ESP, MSR), or nothing does
// (extended).
MUST_CHECK
int storage_change_partition(struct storage *s, unsigned disk, unsigned number,
			     const struct storage_partition_change *change,
			     bool override, struct err *err);

// --- Verbs: volumes ----------------------------------------------------------

// Formats; `full` also writes zeroes to, and reads, every cluster. What the volume
// holds goes. `override` takes one of a disk in use. Of `how` a serial number and a
// time of 0 are made up, and the hidden sectors are the partition's place.
// Returns also -EROFS when the volume is read-only, -ENOTSUP when its partition shares
// space with another one or the table, -ECANCELED, or as storage_format.
MUST_CHECK
int storage_format_volume(struct storage *s, unsigned volume,
			  const struct storage_format *how, bool full,
			  bool override, struct progress *progress,
			  struct err *err);

// Gives a volume a letter; 0: the first free one from C on. A letter that it has
// goes. Where the kernel can, the environment mounts it at /volumes/W.
// Returns also -EEXIST when the letter is another's, -ENOSPC when none is free.
MUST_CHECK
int storage_assign(struct storage *s, unsigned volume, char letter,
		   struct err *err);

// Takes its letter away, and its mount.
// Returns also -ENOENT when it has none.
MUST_CHECK
int storage_remove_letter(struct storage *s, unsigned volume, struct err *err);

// Gives letters as Windows PE does, from C on, to volumes that have none: those with
// a file system first of all that lie on fixed disks, then on others. Hidden ones, and
// those that want none, go without, and X is the environment's.
// Returns 0, or as storage_assign; when letters are used up the rest go without.
MUST_CHECK
int storage_assign_all(struct storage *s, struct err *err);

// In the environment, storage_assign_all; elsewhere nothing. storage_open does it for
// the first who asks there, as long as no letter is given.
// Returns as that.
MUST_CHECK
int storage_automount(struct storage *s, struct err *err);

// Sets a volume's attributes (GPT: hidden, read-only, no letter; MBR: hidden by its
// type): 1, 0, or -1 to keep.
// Returns also -EINVAL for what the partition's table has no place for.
MUST_CHECK
int storage_set_volume(struct storage *s, unsigned volume, int hidden,
		       int read_only, int no_letter, struct err *err);

// Makes a volume and its partition larger by `bytes` (0: all the free space behind
// it): the table first, then the file system. What was cut between leaves a partition
// that is too large, and the next call uses what is over at first; one that was cut
// later, in NTFS, is ended by it even when nothing is free any more. A RAW volume's
// partition grows alone.
// Returns also -ENOSPC when so much is not free behind it, -ENOTSUP for a file system
// that keeps its size, or for a volume that fills its disk, -ECANCELED, or as
// ntfs_extend and fat_extend.
MUST_CHECK
int storage_extend(struct storage *s, unsigned volume, uint64_t bytes,
		   struct progress *progress, struct err *err);

// Finds out by how many bytes a volume can be made smaller, in whole MiB: one of NTFS,
// or one that nothing was put into since its partition was made.
// Returns 0, -ENODEV, -ENOTSUP for all others, which hold what would be cut off, or as
// ntfs_shrink_query, disk_read and part_probe.
MUST_CHECK
int storage_shrink_query(struct storage *s, unsigned volume, uint64_t *ret,
			 struct err *err);

// Makes a volume smaller by `desired` bytes (UINT64_MAX: all that can be), or as much
// as can be but at least `minimum` (0: desired): the file system first, then the
// table. *ret is by how much.
// Returns also -ENOSPC when less than `minimum`, or nothing, can be, -ENOTSUP as
// storage_extend, and for FAT, -ECANCELED, or as ntfs_shrink.
MUST_CHECK
int storage_shrink(struct storage *s, unsigned volume, uint64_t desired,
		   uint64_t minimum, uint64_t *ret, struct progress *progress,
		   struct err *err);

// --- Verbs: virtual disks ----------------------------------------------------
//
// Named by an address of their file; attached ones are of the session and stay
// until they are detached or the machine goes.

// Attaches: it is one more disk of the list. *ret is its number.
// Returns also -EALREADY when it is attached, -EBUSY when others write to it or it
// has children and is not to be read only, or as address_open.
MUST_CHECK
int storage_attach(struct storage *s, const char *file, bool read_only,
		   unsigned *ret, struct err *err);

// Returns also -ENOENT when it is not attached, -EBUSY when a volume on it is
// used.
MUST_CHECK
int storage_detach_file(struct storage *s, const char *file, struct err *err);

// Returns whether a virtual disk is attached whose file, or the disk that this lay
// on, is gone: it is none of the disks, and can be detached.
bool storage_is_lost(const struct storage *s, const char *file);

// Returns whether it is attached, and the disk's number.
bool storage_is_attached(const struct storage *s, const char *file,
			 unsigned *ret);

#endif
