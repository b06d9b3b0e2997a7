// SPDX-License-Identifier: MIT
//
// What the files of libfat share.

#ifndef FAT_PRIV_H
#define FAT_PRIV_H

#include "fat.h"
#include "fat_disk.h"

// Limits of the format, and one of ours. The number of clusters makes the kind
// (section "FAT Type Determination"). FAT32 ends where a cluster would have the
// number that marks bad ones, 0x0ffffff7. The specification stops at clusters
// of 32 KiB; Windows makes them of up to 64, and of 256 with sectors of 4096
// bytes.
#define FAT_MAX_12      4084u  // clusters of FAT12
#define FAT_MAX_16      65524u // of FAT16
#define FAT_MAX_32      0x0ffffff5u
#define FAT_MAX_FOLDER  65536u // entries of a folder
#define FAT_MAX_NAME    255u   // units of a long name
#define FAT_MAX_SECTOR  4096u
#define FAT_MAX_CLUSTER (256u * 1024)
#define FAT_MAX_TABLE   (512u << 20) // bytes of a table: kept in memory

// What fat_table_get gives for the end of a chain and for a bad cluster,
// whatever the width.
#define FAT_END UINT32_MAX
#define FAT_BAD (UINT32_MAX - 1)

// A folder in memory. Slots are its entries.
struct fat_dir {
	uint32_t first; // cluster; 0: the root of FAT12 and FAT16
	uint32_t *clusters;
	size_t cluster_count;
	size_t old_clusters; // that the volume's own chain has
	uint8_t *data;
	size_t slots;
	uint8_t *sectors; // FAT_CLEAN, FAT_DIRTY or FAT_URGENT for each
	uint8_t *held;    // slots given free since the last sync
};

enum { FAT_CLEAN, FAT_DIRTY, FAT_URGENT };

// A link that makes a folder's new clusters part of it.
struct fat_link {
	uint32_t from, to;
};

struct fat {
	struct disk *dev;
	struct fat_info info;
	uint32_t tables,
		active_table; // the active one is read; all are written
	bool mirrored;        // FAT32: else only the active one is
	uint64_t table_start, table_size; // bytes; of one table
	uint64_t root_start;              // FAT12/16
	uint32_t root_entries;
	uint64_t data_start;
	uint32_t root_cluster; // FAT32
	uint64_t info_offset;  // FSInfo, or 0
	uint8_t *table;
	size_t table_used;    // bytes of it that hold clusters
	uint8_t *table_dirty; // one for each sector
	uint32_t lowest_free; // no cluster below it is free
	struct fat_dir **dirs;
	size_t dir_count, dir_capacity;
	struct fat_link *links;
	size_t link_count, link_capacity;
	uint32_t *frees; // chains to give free
	size_t free_count, free_capacity;
	bool checked; // may be changed
	bool changed;
	uint8_t state;  // FAT_STATE_* of the boot sector
	char note[240]; // "": none
};

// --- check.c -----------------------------------------------------------------

// As fat_check, before anything is changed; `gives_lost`: lost clusters are then
// free, in memory. *twin is filled in when the result has one.
struct fat_node;
struct fat_twin;
int fat_check_all(struct fat *f, bool gives_lost, struct fat_check_result *ret,
		  struct fat_twin *twin, struct err *err);

// --- twin.c ------------------------------------------------------------------

// Where an entry is: its folder's first cluster (0 or the root's), and its slot.
struct fat_spot {
	uint32_t folder;
	size_t slot;
};

// Two entries of one file, in the order that they were come by.
struct fat_twin {
	struct fat_spot first, second;
};

// Looks for another entry that is as a node's but for the name.
int fat_twin_find(struct fat *f, const struct fat_node *node,
		  struct fat_spot *ret, bool *ret_found, struct err *err);

// The date of the last access that a new entry has until the old one is gone: the
// last day that FAT can tell.
#define FAT_DATE_RENAMED 0xff9fu

// Takes the older one away, in memory.
int fat_twin_remove(struct fat *f, const struct fat_twin *twin,
		    struct err *err);

// --- table.c -----------------------------------------------------------------

// Reads the table and counts free clusters.
int fat_table_load(struct fat *f, struct err *err);

// Returns what a cluster leads to: 0, a cluster, FAT_END or FAT_BAD. The
// cluster must be one; what is returned need not be.
uint32_t fat_table_get(const struct fat *f, uint32_t cluster);

// Changes the table in memory. `value` as fat_table_get gives it.
void fat_table_set(struct fat *f, uint32_t cluster, uint32_t value);

static inline bool fat_is_cluster(const struct fat *f, uint32_t cluster)
{
	return cluster >= 2 && cluster - 2 < f->info.clusters;
}

// Follows a chain by one step, with -EBADMSG when it does not lead to a cluster
// or its end (FAT_END).
int fat_table_next(const struct fat *f, uint32_t cluster, uint32_t *ret,
		   struct err *err);

// Takes `count` free clusters (at least 1), in one run if there is one, and
// chains them up. Returns 0 or -ENOSPC.
int fat_table_take(struct fat *f, uint32_t count, uint32_t *ret_first,
		   struct err *err);

// Frees a cluster, or a sound chain, at once.
void fat_table_give_one(struct fat *f, uint32_t cluster);
void fat_table_give(struct fat *f, uint32_t first);

// Compares all tables with the active one: sectors that differ are written with
// the next change. To be called before any is made.
int fat_table_compare(struct fat *f, struct err *err);

// Writes what was changed to all tables, and flushes.
int fat_table_write(struct fat *f, struct err *err);

static inline uint64_t fat_cluster_offset(const struct fat *f, uint32_t cluster)
{
	return f->data_start + (uint64_t)(cluster - 2) * f->info.cluster_size;
}

// --- dir.c -------------------------------------------------------------------

// One entry of a folder with its long name.
struct fat_node {
	struct fat_dir *dir;
	size_t first_slot, slot; // of the name's first entry; of its own
	struct fat_entry_disk d;
	bool has_bad_name; // none that can be: `name` is made up
	size_t name_len;
	le16 name[FAT_MAX_NAME];
};

// Reads a folder (first 0: the root), not kept anywhere.
int fat_dir_load(struct fat *f, uint32_t first, struct fat_dir **ret,
		 struct err *err);
void fat_dir_free(struct fat_dir *d);

// Gives the folder that begins there, from those in memory or read and kept.
int fat_dir_get(struct fat *f, uint32_t first, struct fat_dir **ret,
		struct err *err);

// Finds a folder in memory, or returns NULL.
struct fat_dir *fat_dir_find_cached(const struct fat *f, uint32_t first);

// Forgets a folder that is removed.
void fat_dir_drop(struct fat *f, uint32_t first);

// Makes a folder in memory with one new cluster.
int fat_dir_new(struct fat *f, struct fat_dir **ret, struct err *err);

// Finds the next entry from *slot on and moves *slot past it; labels, "." and
// ".." are passed over. Returns false at the end.
bool fat_dir_next(struct fat_dir *d, size_t *slot, struct fat_node *ret);

// Finds a name. Returns false when it is not there.
bool fat_dir_find(struct fat_dir *d, const le16 *name, size_t n,
		  struct fat_node *ret);

// Enters a name with its entry, whose name is made up here.
int fat_dir_insert(struct fat *f, struct fat_dir *d, const le16 *name, size_t n,
		   const struct fat_entry_disk *entry, struct err *err);

// Changes the entry of a node (not its name).
void fat_dir_update(struct fat *f, const struct fat_node *node,
		    const struct fat_entry_disk *entry);

// Removes a node's entries.
void fat_dir_remove(struct fat *f, const struct fat_node *node);

// Makes the ".." of a folder, if it has one, lead to where it lies now.
void fat_dir_set_parent(struct fat *f, struct fat_dir *d, uint32_t parent);

// Returns true when the folder has only "." and "..".
bool fat_dir_is_empty(const struct fat_dir *d);

// Returns where a sector of a folder lies on the volume.
uint64_t fat_dir_offset(const struct fat *f, const struct fat_dir *d,
			size_t sector);

static inline uint32_t fat_entry_cluster(const struct fat *f,
					 const struct fat_entry_disk *d)
{
	return get_le16(d->cluster_low) |
	       (f->info.bits == 32 ? (uint32_t)get_le16(d->cluster_high) << 16
				   : 0);
}

static inline void fat_entry_set_cluster(struct fat_entry_disk *d,
					 uint32_t cluster)
{
	d->cluster_low = to_le16((uint16_t)cluster);
	d->cluster_high = to_le16((uint16_t)(cluster >> 16));
}

// --- name.c ------------------------------------------------------------------

// Returns true for a name that FAT can hold.
bool fat_name_is_valid(const le16 *name, size_t n);

// Turns an 8.3 name into units (at most 12). Returns how many, or 0 when it is
// none.
size_t fat_name_from_short(const struct fat_entry_disk *d, bool keep_capitals,
			   le16 ret[12]);

// Turns an 8.3 name that no volume may have into units: characters that no name
// may hold, and a space at the start, become "%3E". Returns how many.
#define FAT_MAX_ESCAPED (3 * 11 + 1)
size_t fat_name_escape(const struct fat_entry_disk *d,
		       le16 ret[FAT_MAX_ESCAPED]);

// Makes the `attempt`-th (from 0) 8.3 name of a long one. *ret_long tells
// whether the long one is to be stored too. Returns false when there are no
// more attempts.
bool fat_name_to_short(const le16 *name, size_t n, unsigned attempt,
		       uint8_t ret[11], bool *ret_long);

// Returns the checksum that ties a long name to its 8.3 name.
uint8_t fat_name_checksum(const uint8_t name[11]);

// Turns the 11 bytes of a label into a string.
int fat_name_to_label(const uint8_t raw[11], char *ret, struct err *err);

// Reads a label into 11 bytes padded with spaces. Returns 0 or -EINVAL.
int fat_name_from_label(const char *label, char ret[11]);

// --- time.c ------------------------------------------------------------------

// Turns seconds since 1970 into a date and time; what FAT cannot say becomes
// the nearest that it can.
void fat_time_encode(int64_t time, le16 *ret_date, le16 *ret_time);
int64_t fat_time_decode(le16 date, le16 time);

// --- boot.c ------------------------------------------------------------------

// Checks a boot sector and fills in what is known from it. Returns 0, -EBADMSG
// or -EFBIG.
int fat_boot_decode(const struct fat_boot_disk *d, uint64_t dev_size,
		    struct fat *f, struct err *err);

// --- path.c ------------------------------------------------------------------

// One part of a path.
struct fat_part {
	char text[FAT_MAX_NAME * 3 + 1];
	le16 name[FAT_MAX_NAME];
	size_t name_len;
};

// Takes the next part off a path. Returns 0, -ENOENT at the end of the path,
// -EINVAL for a name that cannot be, or -ENOMEM.
int fat_path_next(const char **path, struct fat_part *ret, struct err *err);

// Finds a file or folder; *ret_root is true when it is the root folder, and
// then *ret is not filled in.
int fat_path_find(struct fat *f, const char *path, struct fat_node *ret,
		  bool *ret_root, struct err *err);

// Finds the folder that a path's last part is in, and that part.
int fat_path_parent(struct fat *f, const char *path, struct fat_dir **ret_dir,
		    struct fat_part *ret, struct err *err);

// Gives the folder of a node.
int fat_path_dir(struct fat *f, const struct fat_node *node,
		 struct fat_dir **ret, struct err *err);

// --- write.c -----------------------------------------------------------------

// Gives a chain free (0: none) when nothing on the volume leads to it any more.
int fat_free_later(struct fat *f, uint32_t first, struct err *err);

// Writes FSInfo, if there is one; free_clusters of UINT32_MAX: not known.
int fat_info_write(struct fat *f, struct err *err);

// --- read.c ------------------------------------------------------------------

// Makes a disk of the chain that begins at `first`.
int fat_open_chain(struct fat *f, uint32_t first, uint32_t size,
		   struct disk **ret, struct err *err);

#endif
