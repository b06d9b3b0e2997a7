// SPDX-License-Identifier: MIT
//
// What the files of libstorage share.

#ifndef STORAGE_PRIV_H
#define STORAGE_PRIV_H

#include "storage_disks.h"
#include "storage_state.h"

// --- virtual.c -----------------------------------------------------------------

// Takes all the room of a fixed disk's file; what its file system cannot reserve is
// written.
// Returns 0, -ENOSPC, or as disk_allocate, vdisk_open and disk_write.
int storage_take_room(const struct storage_effects *e, struct disk *file,
		      const struct storage_watch *watch, struct err *err);

// --- look.c: what there is -----------------------------------------------------

struct storage_lists {
	struct storage_disk *disks; // by number
	size_t disk_count, disk_room;
	struct storage_volume *volumes; // by number
	size_t volume_count, volume_room;
};

struct storage {
	const struct storage_effects *effects;
	char *root; // of the machine; NULL: its disks are left alone
	char **files;
	size_t file_count;
	uint32_t sector_size;
	struct settle settle;
	struct storage_lists lists;
};

#define STORAGE_NO_NUMBER UINT32_MAX // not numbered yet

// What names a disk; nothing of it is known yet.
struct storage_named {
	const char *address, *name, *serial, *bus, *location, *in_use;
	enum storage_bus_kind kind;
	const struct inventory_disk *found; // of the machine, or NULL
	const char *virtual_file;
};

// Makes an entry of the list, of which nothing but its names is known.
// Returns 0 or -ENOMEM. Free with storage_disk_done.
int storage_make_disk(const struct storage_named *n,
		      const struct storage_state *state,
		      struct storage_disk *ret, struct err *err);

// Copies a text; NULL is an empty one. Returns 0 or -ENOMEM.
int storage_copy_text(char **at, const char *text, struct err *err);

// Returns what stands behind the last separator.
const char *storage_last_name(const char *address);

// Frees what they hold.
void storage_lists_done(struct storage_lists *l);

// --- source.c ------------------------------------------------------------------

// Checks that a file of the host that is to be a disk can be one; what cannot be
// opened, and what is no such file, passes.
// Returns 0, -EINVAL, or as disk_read and part_probe.
MUST_CHECK
int storage_check_source(const struct storage *s, const char *address,
			 struct err *err);

// --- held.c --------------------------------------------------------------------

// Tells whether the file of a virtual disk, or what it lay in, is not there.
bool storage_is_gone(const struct storage_effects *effects,
		     const char *address);

// --- numbers.c -----------------------------------------------------------------

// Number what has no number yet, and sort by it; what is in the old lists keeps its
// own.
void storage_number_disks(const struct storage_lists *old,
			  struct storage_lists *l);
void storage_number_volumes(const struct storage_lists *old,
			    struct storage_lists *l);

// As these, the partitions of one disk; one is the same by where it begins.
void storage_number_partitions(const struct storage_lists *old,
			       struct storage_disk *d);

// Finds the disks that the files of virtual ones lie on.
void storage_find_hosts(struct storage_lists *l);

// Gives the volumes their letters.
void storage_take_letters(const struct address_letters *letters,
			  struct storage_lists *l);

// --- exchange.c ----------------------------------------------------------------

// Looks one disk up again, after a verb.
// Returns 0, -ENOMEM, or as reading the letters.
MUST_CHECK
int storage_look_again(struct storage *s, unsigned disk, struct err *err);

// Puts an attached virtual disk into the list, or takes a disk out of it.
// Returns as storage_look_again.
MUST_CHECK
int storage_add_attached(struct storage *s, const char *address,
			 struct err *err);
MUST_CHECK
int storage_drop_disk(struct storage *s, const struct storage_disk *d,
		      struct err *err);

// --- place.c -------------------------------------------------------------------

// Compares disks of a machine by their order: that of the firmware's paths, media of
// this environment last. Returns <0, 0 or >0.
int storage_compare_places(const struct inventory_disk *a,
			   const struct inventory_disk *b);

// Writes what Windows calls a disk's place, or "".
#define STORAGE_PLACE_TEXT 128
void storage_name_place(const struct inventory_disk *d,
			char text[STORAGE_PLACE_TEXT]);

// --- look_disk.c ---------------------------------------------------------------

// Fills a disk in by opening it: all but what names it, which is there. Its volumes
// are added to the list, without numbers. One that cannot be read has trouble.
// Returns 0 or -ENOMEM.
MUST_CHECK
int storage_look_disk(const struct storage *s, struct storage_disk *d,
		      struct storage_lists *volumes, struct err *err);

// Reads a disk's table; *ret is NULL when there is none, and then an image has the
// sector size that the source says.
// Returns 0, or as part_table_read.
MUST_CHECK
int storage_read_table(const struct storage *s, struct disk *disk,
		       struct part_table **ret, struct err *err);

// Free what they hold.
void storage_disk_done(struct storage_disk *d);
void storage_volume_done(struct storage_volume *v);

// --- look_volume.c -------------------------------------------------------------

// Reads what a volume is: file system, label. What cannot be read is RAW.
// Returns 0 or -ENOMEM.
MUST_CHECK
int storage_look_volume(struct disk *volume, struct storage_volume *v,
			struct err *err);

// --- regions.c -----------------------------------------------------------------

// Lists a table's partitions and what is free between them. *ret is new memory
// (mem_free).
// Returns 0 or -ENOMEM.
MUST_CHECK
int storage_list_regions(const struct part_table *t,
			 struct storage_region **ret, size_t *ret_count,
			 struct err *err);

// Tells whether a partition of that style holds other partitions.
bool storage_is_extended(const struct part *p, enum part_style style);

// Tells whether Windows has a volume for a partition: not for those whose types are
// other systems', nor for what is reserved.
bool storage_has_volume(const struct part *p, enum part_style style);

// Tells whether a partition's type is one that Windows hides.
bool storage_is_hidden_type(const struct part *p, enum part_style style);

// --- target.c: the disk that a verb works on -----------------------------------

struct storage_target {
	struct storage *s;
	const struct storage_disk *info;
	struct place *place;
	struct part_table *table; // as it is now; NULL: none
};

enum {
	STORAGE_OVERRIDE = 1 << 0,  // one in use is taken
	STORAGE_ANY_TABLE = 1 << 1, // one whose table cannot be read is taken
	STORAGE_ANY_STATE = 1 << 2, // one that is read-only or offline is taken
	STORAGE_HYBRID =
		1 << 3, // one whose hybrid MBR stays or may go is taken
};

// Opens a disk for writing, when it may be written to and is what was looked up.
// Returns as the verbs (storage_disks.h); end with storage_target_end.
MUST_CHECK
int storage_target_open(struct storage *s, unsigned disk, unsigned flags,
			struct storage_target *ret, struct err *err);

// Ends: when `r`, how the work went, is 0 all is made durable; the disk is closed and
// looked up again.
// Returns r, or the error of that.
MUST_CHECK
int storage_target_end(struct storage_target *t, int r, struct err *err);

// Finds a region by the number that people give a partition.
// Returns it, or NULL with err set.
const struct storage_region *storage_find_region(const struct storage_disk *d,
						 unsigned number,
						 struct err *err);

// --- volume_verbs.c ------------------------------------------------------------

// A volume that a verb works on, and its disk.
struct storage_volume_target {
	struct storage_target target;
	const struct storage_volume *info;
	struct disk *disk;  // the volume's
	struct disk *slice; // the same, or NULL when it has no partition
	struct part *part;  // in the target's table, or NULL
};

// As storage_target_open and storage_target_end.
MUST_CHECK
int storage_volume_open(struct storage *s, unsigned volume, unsigned flags,
			struct storage_volume_target *ret, struct err *err);
MUST_CHECK
int storage_volume_end(struct storage_volume_target *t, int r, struct err *err);

// --- letters.c -----------------------------------------------------------------

// Takes the letters of a disk's volumes away, or of one of them (-1: all).
// Returns 0, or as taking one away.
MUST_CHECK
int storage_forget_letters(struct storage *s, unsigned disk, int volume,
			   struct err *err);

// Shows the shells a disk's volumes that have letters.
void storage_show_volumes(const struct storage *s, unsigned disk);

// Where the volumes with letters of a disk begin, by letter; 0: it has none.
struct storage_kept_letters {
	uint64_t start[ADDRESS_LETTERS];
};

// Notes them, and gives volumes that have another number in the table now, and so
// another address, their letters again.
// Returns 0, or as reading and assigning them.
void storage_note_letters(const struct storage *s, unsigned disk,
			  struct storage_kept_letters *ret);
MUST_CHECK
int storage_restore_letters(struct storage *s, unsigned disk,
			    const struct storage_kept_letters *kept,
			    struct err *err);

// --- partition_verbs.c ---------------------------------------------------------

// Tells whether a partition's first and last sectors are zero, as they are in a new
// one. What lies between may be left of earlier ones.
// Returns 0, -ENOMEM, or as disk_read.
MUST_CHECK
int storage_is_cleared(struct disk *volume, bool *ret, struct err *err);

// --- disk_verbs.c, partition.c, format.c ---------------------------------------

// Writes zeroes to all of a disk.
// Returns 0, -ECANCELED, or as disk_zero.
MUST_CHECK
int storage_zero_all(struct disk *disk, struct progress *progress,
		     struct err *err);

// Makes an empty table with a random identity, in memory.
// Returns as guid_random and part_table_new.
MUST_CHECK
int storage_new_table(struct disk *disk, enum part_style style,
		      struct part_table **ret, struct err *err);

// Gives an MBR the code that starts the active partition, unless it has some.
// Returns 0, or as disk_read and bootsect_write_mbr.
MUST_CHECK
int storage_add_mbr_code(const struct storage_effects *e, struct disk *disk,
			 struct err *err);

// Makes an empty volume as storage_format, over whatever is there.
// Returns as ntfs_format, fat_format and bootsect_write_volume.
MUST_CHECK
int storage_make_volume(const struct storage_effects *e, struct disk *volume,
			const struct storage_format *how, struct err *err);

// Returns the kind of STORAGE_FAT that a volume of that size gets: 12 or 16.
int storage_fat_bits(uint64_t size);

#endif
