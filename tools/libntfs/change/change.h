// SPDX-License-Identifier: MIT
//
// The changing half of libntfs. An operation reads the volume through the same
// functions as everybody, from a disk (cache.c) that holds what was
// changed and not yet written; content of files alone goes to the device at
// once, to clusters that nothing on it uses.
//
//     change.c          the operations
//     content.c  the data of a file: replaced, longer, shorter
//     disk.c     a file's content as a disk that can grow
//     folder.c   names and their entries in folders
//     inherit.c, secure.c  descriptors of new files
//     names.c    a file's names against its entries, after a cut
//     rename.c   a name in another's place
//     views.c    entries in $ObjId and $Reparse
//     new.c      what every new file has
//     put.c      files entered with all that they have (ntfs_put.h)
//     room.c     places for their content
//     descriptors.c  their descriptors, many at once
//     tree.c     indexes: entries put in and taken out
//     node.c     their blocks
//     file.c     a file's attributes, loaded and stored
//     patch.c    part of an attribute written anew
//     pack.c     how they fill its records
//     records.c  file records: taken, given back, written
//     mft.c      the MFT grown
//     space.c    clusters
//     operation.c  one of them kept, or undone as a whole
//     cache.c    what is not written yet
//     sync.c     the order in which it is written
//     begin.c    a volume readied; writable.c: what it must be; state.c: what
//                is kept with it
//     mend.c     what a power cut left, mended
//     found.c    files that no folder leads to
//     fit.c      $BadClus as long as the volume
//
// Whatever is changed is written elsewhere first, and takes effect by the one
// write of a file's base record: a folder's new index blocks, a file's new
// extension records and attribute list never overwrite the old ones. What the
// device's own state uses is therefore never given out again before all is
// written: clusters and records are free when they are in both states' bitmaps.

#ifndef NTFS_CHANGE_H
#define NTFS_CHANGE_H

#include "ntfs_change.h"
#include "../read/read.h"

#define CHANGE_SECTOR 512u

// When a sector is written, see sync.c.
enum ntfs_stage {
	STAGE_NONE,       // not in the cache
	STAGE_RETIRED,    // never: a place that the device's state still uses
	STAGE_BITMAP,     // twice
	STAGE_FRESH,      // what nothing leads to yet
	STAGE_MFT,        // record 0, when the MFT has grown
	STAGE_EXTENSIONS, // new records of a file that is new or changed
	STAGE_SECURE,  // $Secure; $ObjId and $Reparse with what files will have
	STAGE_FILES,   // new files
	STAGE_FOLDERS, // new folders, the deepest first
	STAGE_LAST_FOLDER = STAGE_FOLDERS + NTFS_MAX_PATH_PARTS,
	STAGE_CHANGED, // base records of files that were there, then of folders
	STAGE_CHANGED_FOLDERS,
	STAGE_UNNAMED, // files that have lost one of several names
	STAGE_FREED,   // folders from the top down, then files, then extensions
	STAGE_FREED_FILES = STAGE_FREED + NTFS_MAX_PATH_PARTS + 1,
	STAGE_FREED_EXTENSIONS,
	STAGE_VIEWS, // $ObjId and $Reparse without what is gone
};

// A bitmap as it will be, and as the device has it.
struct ntfs_bits {
	struct disk *now, *before;
	uint64_t count;
};

// The MFT as it is now.
struct change_mft {
	struct disk *disk; // n->mft
	struct ntfs_runs runs;
	struct ntfs_bits bits;
};

struct ntfs_sector;
struct ntfs_undo;

// A key of $ObjId or $Reparse.
struct ntfs_view_key {
	bool is_reparse;
	uint8_t key[16]; // $Reparse's are shorter
};

// Keys of files that have gone, to be taken out later: an index is written before
// the files when it gains entries, and after them when it loses some.
struct ntfs_late {
	struct ntfs_view_key *items;
	size_t count, capacity;
};

struct ntfs_change {
	struct ntfs *n;
	struct disk *base;  // the volume's device
	struct disk *cache; // takes its place as n->dev
	struct ntfs_bits clusters;
	struct change_mft mft,
		old_mft; // the latter when it grew in this operation
	uint64_t cluster_hint, record_hint;
	uint32_t mirrored; // records that $MFTMirr holds
	bool is_begun, log_is_reset;
	bool keeps_dirty; // a sync does not clear the flag: more must follow
	bool is_dirty;    // the flag was set, and not cleared again
	// cache.c
	struct ntfs_sector **table; // lists of sectors with one hash
	size_t slots, count;
	uint32_t stage;   // of what is written now
	uint64_t changes; // operations since the last sync
	struct ntfs_undo *undo;
	size_t undo_count, undo_capacity;
	uint64_t operation; // number of the current one
	struct ntfs_late
		*late; // ntfs_views_remove puts them here; NULL: at once
	// The last descriptor that was inherited, from a folder's.
	struct {
		uint32_t from, id; // 0: none
		bool is_folder;
	} inherited;
};

// --- The volume (state.c) ---------------------------------------------

// What is kept with a volume that may be written to.
struct ntfs_state {
	struct ntfs_writer writer;  // as n->writer
	struct ntfs_change *change; // NULL before ntfs_change_begin
	bool is_writable;           // as ntfs_check_writable found out
	// Valid then: whether changes were cut off before, and what the check
	// found that change_begin mends or goes past.
	bool log_is_empty, was_cut;
	struct ntfs_problem *findings;
	size_t finding_count, finding_capacity;
	char note[ERR_TEXT]; // "": none
};

// Makes it, unless it is there. Ends with the volume.
int ntfs_state_new(struct ntfs *n, struct err *err);

// Returns it, or NULL before that; and what changes are kept in, or NULL.
struct ntfs_state *ntfs_state_of(const struct ntfs *n);
struct ntfs_change *ntfs_change_of(const struct ntfs *n);

// Finds out whether a Windows sleeps on the disk, or was shut down for a fast start:
// it holds parts of the volume in its memory (writable.c).
int ntfs_check_awake(struct ntfs *n, struct err *err);

// Readies a volume that has a state for changes, however it was left (begin.c).
int ntfs_change_start(struct ntfs *n, struct err *err);

// Opens $Bitmap anew, to take clusters of the first so many (begin.c).
int ntfs_clusters_open(struct ntfs_change *c, uint64_t clusters,
		       struct err *err);

// Gives up what changes are kept in.
void ntfs_state_drop(struct ntfs *n);

// --- The cache (cache.c) ----------------------------------------------

// Makes the cache and its disk.
int ntfs_cache_new(struct ntfs_change *c, struct err *err);

// Frees what it holds.
void ntfs_cache_done(struct ntfs_change *c);

// Forgets all sectors: they are written.
void ntfs_cache_clear(struct ntfs_change *c);

// Writes into the cache, for a stage.
int ntfs_cache_write(struct ntfs_change *c, struct disk *d, uint64_t off,
		     const void *data, size_t len, uint32_t stage,
		     struct err *err);

// Returns the stage of the sector that holds a byte of the device.
uint32_t ntfs_cache_stage(const struct ntfs_change *c, uint64_t off);

// Marks a place as one that may not be used before the next sync.
int ntfs_cache_retire(struct ntfs_change *c, uint64_t off, struct err *err);

// Drops the sectors of a range: what they hold is of no more use.
int ntfs_cache_drop(struct ntfs_change *c, uint64_t off, uint64_t len,
		    struct err *err);

// Gathers all sectors with data by rising stage, then place. Free *ret with
// mem_free.
struct ntfs_cached {
	uint64_t off;
	uint32_t stage;
	const uint8_t *data;
};
int ntfs_cache_list(const struct ntfs_change *c, struct ntfs_cached **ret,
		    size_t *ret_count, struct err *err);

// Begins what can be undone; ends it, undone unless it is kept.
void ntfs_cache_begin(struct ntfs_change *c);
void ntfs_cache_end(struct ntfs_change *c, bool keep);

// --- Operations (operation.c) -----------------------------------------

// Begins an operation; ends it with 0 (keeps what it did) or its error (undoes
// it). Returns r.
void ntfs_operation_begin(struct ntfs_change *c);
int ntfs_operation_end(struct ntfs_change *c, int r);

// --- Clusters (space.c) -----------------------------------------------

// Opens a bitmap for both states; the runs are those of its clusters.
int ntfs_bits_open(struct ntfs_change *c, const struct ntfs_runs *runs,
		   uint64_t bytes, uint64_t count, struct ntfs_bits *ret,
		   struct err *err);
void ntfs_bits_done(struct ntfs_bits *b);

// Finds the first run of bits at or after `from` that are clear in both states,
// counting no more than `limit` of it. *ret_len is 0 when there is none.
int ntfs_bits_find(const struct ntfs_bits *b, uint64_t from, uint64_t end,
		   uint64_t limit, uint64_t *ret_first, uint64_t *ret_len,
		   struct err *err);

// Sets or clears bits of the new state.
int ntfs_bits_set(struct ntfs_change *c, const struct ntfs_bits *b,
		  uint64_t first, uint64_t len, bool value, struct err *err);

// Returns in *ret whether a bit is set on the device.
int ntfs_bits_before(const struct ntfs_bits *b, uint64_t i, bool *ret,
		     struct err *err);

enum { SPACE_ONE_RUN = 1 }; // or nothing

// Takes clusters, in one run if there is one, else in few; if possible behind
// what *runs has already. They are appended to it.
int ntfs_space_take(struct ntfs_change *c, uint64_t want, unsigned flags,
		    struct ntfs_runs *runs, struct err *err);

// Gives the clusters of runs back, from the VCN `from` on.
int ntfs_space_give(struct ntfs_change *c, const struct ntfs_runs *runs,
		    uint64_t from, struct err *err);

// Cuts runs to a number of clusters; does not give any back.
void ntfs_runs_cut(struct ntfs_runs *runs, uint64_t clusters);

// Returns where a byte of a stream lies on the device, or NTFS_HOLE.
uint64_t ntfs_runs_place(const struct ntfs *n, const struct ntfs_runs *runs,
			 uint64_t off);

// Makes a disk of runs on the device itself.
int ntfs_runs_base(const struct ntfs_change *c, const struct ntfs_runs *runs,
		   uint64_t size, struct disk **ret, struct err *err);

// Appends a run.
int ntfs_runs_add(struct ntfs_runs *runs, uint64_t lcn, uint64_t len,
		  struct err *err);

// --- File records (records.c) -----------------------------------------

// Takes a free record; the MFT grows when there is none.
int ntfs_record_take(struct ntfs_change *c, uint64_t *ret_number,
		     uint16_t *ret_sequence, struct err *err);

// Gives a record back, which is written free in a stage.
int ntfs_record_give(struct ntfs_change *c, uint64_t number, uint32_t stage,
		     struct err *err);

// Writes a record, whose update sequence is applied in place, and its mirror.
int ntfs_record_put(struct ntfs_change *c, uint64_t number, uint8_t *data,
		    uint32_t stage, struct err *err);

// Returns the stage that a record has in the cache.
uint32_t ntfs_record_stage(const struct ntfs_change *c, uint64_t number);

// Makes the MFT longer by some records (mft.c).
int ntfs_mft_grow(struct ntfs_change *c, struct err *err);

// Opens the MFT and its bitmap as they are now.
int ntfs_mft_open(struct ntfs_change *c, struct err *err);
void ntfs_mft_done(struct change_mft *m);

// Writes zeroes into [from, to) of the bytes of a bitmap, in the cache.
struct change_attr;
int ntfs_bits_zero(struct ntfs_change *c, const struct change_attr *a,
		   uint64_t from, uint64_t to, struct err *err);

// Goes back to the MFT before this operation.
void ntfs_mft_undo(struct ntfs_change *c);

// --- Files (file.c, pack.c) ------------------------------------

struct change_attr {
	uint32_t type;
	uint16_t flags;
	bool resident, indexed;
	uint8_t name_len;
	le16 *name;
	uint8_t *value; // of a resident one
	uint32_t value_len;
	struct ntfs_runs runs; // of a non-resident one: of all pieces
	uint8_t unit_shift;
	uint64_t allocated, size, valid, total;
	uint32_t tag; // of a reparse point that is non-resident
};

// A file's attributes but for its list, which follows from how they fill the
// records.
struct change_file {
	struct ntfs_change *c;
	uint64_t number;
	uint16_t sequence, flags;
	le64 lsn;
	struct change_attr *attrs;
	size_t count, capacity;
	uint64_t *extensions;
	size_t extension_count;
	struct ntfs_runs list_runs;
	uint32_t stage; // of the base record; 0: by its number
};

// Loads a file. End with change_file_done, also after a failure.
int ntfs_change_load(struct ntfs_change *c, uint64_t number,
		     struct change_file *ret, struct err *err);
void ntfs_change_done(struct change_file *f);

// Puts a file's attributes into its records and these into the cache.
int ntfs_change_store(struct change_file *f, struct err *err);

// Reads a non-resident reparse point's tag, which entries in folders repeat.
int ntfs_change_read_tag(const struct change_file *f, struct change_attr *a,
			 struct err *err);

// Finds an attribute, name in ASCII or NULL. Returns NULL when there is none.
struct change_attr *ntfs_change_find(const struct change_file *f, uint32_t type,
				     const char *name);

// Adds an empty resident one, in its place.
int ntfs_change_add(struct change_file *f, uint32_t type, const le16 *name,
		    size_t name_len, struct change_attr **ret, struct err *err);

// Takes one out and gives its clusters back.
int ntfs_change_remove(struct change_file *f, struct change_attr *a,
		       struct err *err);

// Gives one a resident value (a copy); its clusters are given back.
int ntfs_change_set(struct change_file *f, struct change_attr *a,
		    const void *value, size_t len, struct err *err);

// Gives one a value in new clusters, and its old ones back.
int ntfs_change_set_outside(struct change_file *f, struct change_attr *a,
			    const void *value, size_t len, uint32_t stage,
			    struct err *err);

// Reads an attribute's value into new memory.
int ntfs_change_get(const struct change_file *f, const struct change_attr *a,
		    uint64_t limit, uint8_t **ret, size_t *ret_size,
		    struct err *err);

// Writes into a non-resident attribute, in new clusters; what lies behind its
// size reads as zeroes. It must be long enough.
int ntfs_change_patch(struct change_file *f, struct change_attr *a,
		      uint64_t off, const void *data, size_t len,
		      struct err *err);

// Returns the file's reference.
uint64_t ntfs_change_reference(const struct change_file *f);

// Returns true when the attributes fit into the base record alone.
bool ntfs_change_fits(const struct change_file *f);

// Returns the bytes that are left in the base record without some attribute's
// value; below zero when the others do not fit.
int64_t ntfs_change_room(const struct change_file *f,
			 const struct change_attr *without);

// One record as pack.c fills it.
struct change_record {
	uint8_t *data;
	uint32_t used;
	uint16_t next_id;
};

struct change_pack {
	struct change_record *records;
	size_t count, capacity;
	uint8_t *list; // $ATTRIBUTE_LIST; record: index in records
	size_t list_size, list_capacity;
	uint32_t reserve; // bytes of the base record that are left for the list
};

// Fills records; `reserve` bytes of the base record are left for the list.
int ntfs_pack(const struct change_file *f, uint32_t reserve,
	      struct change_pack *ret, struct err *err);
void ntfs_pack_done(struct change_pack *p);

// Puts the list, which lies in the base record or (runs) in clusters.
void ntfs_pack_list(const struct change_file *f, struct change_pack *p,
		    const struct ntfs_runs *runs);

// --- Indexes (tree.c, node.c) ----------------------------------

struct ntfs_tree {
	struct change_file *file;
	const char *name;
	struct ntfs_index x;   // x.root is the tree's own
	uint32_t root_used;    // bytes of x.root from its header on
	struct ntfs_runs runs; // of $INDEX_ALLOCATION
	uint64_t size;         // bytes of it
	uint8_t *bits;
	size_t bits_size;
};

// Opens an index of a loaded file. End with ntfs_tree_done.
int ntfs_tree_open(struct change_file *f, const char *name,
		   struct ntfs_tree *ret, struct err *err);
void ntfs_tree_done(struct ntfs_tree *t);

// Puts it back into the file, which is not stored by this.
int ntfs_tree_save(struct ntfs_tree *t, struct err *err);

// Puts in an entry (without child). Returns 0, -EEXIST, ...
int ntfs_tree_insert(struct ntfs_tree *t, const uint8_t *entry,
		     struct err *err);

// Takes out the entry with a key. Returns 0, -ENOENT, ...
int ntfs_tree_remove(struct ntfs_tree *t, const uint8_t *key, size_t len,
		     struct err *err);

// Writes an entry over the one with an equal key, of the same length.
int ntfs_tree_update(struct ntfs_tree *t, const uint8_t *entry,
		     struct err *err);

// Returns true when there are no entries.
bool ntfs_tree_is_empty(const struct ntfs_tree *t);

// Reads a block into buf (of twice its size). `node` is where its header is.
int ntfs_node_read(const struct ntfs_tree *t, uint64_t vcn, uint8_t *buf,
		   struct err *err);

// Writes a block, to a new place when the device's state uses the old one
// (*vcn, or NTFS_HOLE: it is new). *vcn becomes the place.
int ntfs_node_write(struct ntfs_tree *t, uint8_t *buf, uint64_t *vcn,
		    struct err *err);

// Gives a block back.
int ntfs_node_give(struct ntfs_tree *t, uint64_t vcn, struct err *err);

// --- Where paths lead (change.c) ----------------------------------------------

// To a file of a folder, or to a name that is free there.
struct ntfs_target {
	uint64_t folder, file; // records; file is 0 when there is none
	le16 *name;            // of the last part; NULL for the root
	size_t name_len;
	unsigned depth; // parts of the path
};

// Finds it; with may_miss the last part need not be there. End with
// ntfs_target_done, also after a failure.
int ntfs_target_find(struct ntfs *n, const char *path, bool may_miss,
		     struct ntfs_target *ret, struct err *err);
void ntfs_target_done(struct ntfs_target *t);

// Takes the name there from its file, and with the last one gives back the file, or
// the empty folder.
int ntfs_target_remove(struct ntfs *n, const char *path,
		       const struct ntfs_target *t, uint64_t time,
		       struct err *err);

// Returns 0, or -EINVAL before ntfs_change_begin.
int ntfs_check_begun(const struct ntfs *n, struct err *err);

// --- Names (folder.c) -------------------------------------------------

// What entries repeat of their file.
struct change_copy {
	uint64_t created, modified, changed, accessed, allocated, size;
	uint32_t attributes, ea_or_reparse;
};

// Enters a new file's names into a folder and into the file; the folder is
// stored, the file is not.
int ntfs_folder_add(struct change_file *file, uint64_t folder, const le16 *name,
		    size_t len, uint64_t time, struct err *err);

// Takes one of a file's names out of the folder, with its 8.3 partner, and out
// of the file. *ret_left is how many names (not 8.3) it has left.
int ntfs_folder_take(struct change_file *file, uint64_t folder,
		     const le16 *name, size_t len, uint64_t time,
		     unsigned *ret_left, struct err *err);

// Enters one of a file's names into its folder again.
int ntfs_folder_put_back(const struct change_file *file,
			 const struct change_attr *name, struct err *err);

// Tells whether an attribute is one of a file's names, as others do not write it.
#define NTFS_MAX_NAME_KEY                                                      \
	(sizeof(struct ntfs_file_name_disk) + 2 * NTFS_MAX_NAME)
static inline bool ntfs_is_name(const struct change_attr *a)
{
	return a->type == NTFS_AT_FILE_NAME && a->resident &&
	       a->value_len >= sizeof(struct ntfs_file_name_disk) + 2 &&
	       a->value_len <= NTFS_MAX_NAME_KEY;
}

// Return the folder and the name space of a name.
static inline uint64_t ntfs_name_parent(const struct change_attr *name)
{
	const struct ntfs_file_name_disk *h = (const void *)name->value;

	return ntfs_ref_record(get_le64(h->parent));
}

static inline uint8_t ntfs_name_space(const struct change_attr *name)
{
	return ((const struct ntfs_file_name_disk *)(const void *)name->value)
		->name_space;
}

// --- Names and their entries (names.c) ----------------------------------------

// Takes out of a file, which is not stored, the names that have no entry, when it
// has others: a rename or removal that was cut off left them.
int ntfs_folder_drop_spare(struct change_file *file, bool *ret_dropped,
			   struct err *err);

// Copies a file's names (their values alone). Free with ntfs_folder_forget, also
// after a failure.
int ntfs_folder_keep(const struct change_file *file, struct change_attr **ret,
		     size_t *ret_count, struct err *err);
void ntfs_folder_forget(struct change_attr *names, size_t count);

// Puts those first that the file has no more. Returns how many they are.
size_t ntfs_folder_gone(const struct change_file *file,
			struct change_attr *names, size_t count);

// Puts back the entries that a file's names have lost in folders that are there.
int ntfs_folder_put_missing(struct change_file *file, unsigned *ret_put,
			    struct err *err);

// Puts back the entries that a file's names have lost, when none is there; names
// that are spare, whose folder is gone, or has another file by that name, are
// taken out of the file (*ret_lost), which is not stored. *ret_left is how many names there still are, *ret_put how many
// of them got their entry back.
int ntfs_folder_restore(struct change_file *file, unsigned *ret_left,
			unsigned *ret_put, bool *ret_lost, struct err *err);

// Writes what entries repeat of the file into a name's key.
void ntfs_folder_copy(const struct change_file *file,
		      struct ntfs_file_name_disk *ret);

// Makes the entry of one of a file's names in a folder, whose reference is given.
// Returns false when it is no such name.
#define NTFS_NAME_ENTRY_MAX 600u
bool ntfs_folder_entry(const struct change_file *file, uint64_t folder,
		       const struct change_attr *name,
		       uint8_t ret[NTFS_NAME_ENTRY_MAX]);

// Writes what entries repeat of the file into all its entries.
int ntfs_folder_refresh(const struct change_file *file, struct err *err);

// Enters all of a new file's names into their folders, which are stored with the
// times that they have.
int ntfs_folder_enter(const struct change_file *file, struct err *err);

// --- New files (new.c) --------------------------------------------------------

// Finds out when the record of a new file of a folder is written.
int ntfs_new_stage(struct ntfs_change *c, uint64_t folder, bool is_directory,
		   uint32_t *ret, struct err *err);

// Gives a file $STANDARD_INFORMATION, and a folder an empty index.
int ntfs_new_standard(struct change_file *f, uint32_t attributes,
		      uint32_t security, uint64_t time, struct err *err);
int ntfs_new_index(struct change_file *f, struct err *err);

// --- The rest ----------------------------------------------------------------

// Makes the descriptor that a new file gets from its folder's (inherit.c). Free
// *ret with mem_free.
int ntfs_inherit(const uint8_t *parent, size_t size, bool is_folder,
		 uint8_t **ret, size_t *ret_size, struct err *err);

// Finds or adds the descriptor of a new file in a folder (secure.c).
int ntfs_secure_inherit(struct ntfs_change *c, uint64_t folder, bool is_folder,
			uint32_t *ret_id, struct err *err);

// Gives a file new unnamed data (content.c): bytes, or (data NULL)
// clusters for `size` of them, whose content is to be written.
int ntfs_content_replace(struct change_file *f, const void *data, uint64_t size,
			 struct err *err);

// Gives an attribute bytes: in the record if they fit, else in new clusters.
int ntfs_content_set(struct change_file *f, struct change_attr *a,
		     const void *data, size_t size, struct err *err);

// Brings what a file's attributes say of its streams up to date.
void ntfs_content_settle(struct change_file *f);

// Changes the content of a file that is there, with its times, and what its entries
// in folders repeat; `path` for err.
struct ntfs_content {
	const void *data;
	uint64_t size, time;
	bool is_resize; // to `size`; there is no data
};
int ntfs_content_change(struct ntfs_change *c, const char *path,
			uint64_t number, const struct ntfs_content *content,
			struct err *err);

// Makes a disk of a file's unnamed data that can grow (disk.c).
// Returns -ENOTSUP for data that is not all in clusters of its own.
int ntfs_content_open(struct ntfs *n, uint64_t number, bool is_new,
		      struct disk **ret, struct err *err);

// Resizes a file by its record, as an operation of its own (content.c).
int ntfs_change_resize(struct ntfs *n, uint64_t number, uint64_t size,
		       uint64_t time, struct err *err);

// Takes a file's entries out of $ObjId and $Reparse, and those that no file has
// (views.c).
int ntfs_views_remove(struct change_file *f, struct err *err);

// Enters a file's object id, with what follows it in `whole`, or its reparse point,
// if it has one; before the file is written. Returns 0, -EEXIST when another file has the id, -ENOTSUP without such an
// index, ...
int ntfs_views_add_id(const struct change_file *f,
		      const struct ntfs_bytes *whole, struct err *err);
int ntfs_views_add_reparse(const struct change_file *f, struct err *err);

// Tells whether some file has an object id.
int ntfs_views_has_id(struct ntfs_change *c, const uint8_t id[16], bool *ret,
		      struct err *err);

// Takes out one key that was put off. Returns 0 also when it is not there.
int ntfs_views_remove_key(struct ntfs_change *c,
			  const struct ntfs_view_key *key, struct err *err);

int ntfs_views_clean(struct ntfs_change *c, struct err *err);

// Makes $BadClus the one of a volume of so many clusters (fit.c): those behind are
// forgotten, and with is_end it is as long as the volume.
int ntfs_fit_bad(struct ntfs_change *c, uint64_t clusters, bool is_end,
		 struct err *err);

// Files that no folder leads to (found.c): named again where they were, or in
// \found.000 when that folder is gone or has another of the name.
struct ntfs_found {
	struct ntfs_change *c;
	uint32_t next; // number of a name in it
	bool puts_all; // no name goes because another one has an entry
	uint64_t named, found, renamed; // files
	bool lacks_folder; // ntfs_found_restore: ntfs_found_make, and again
};
int ntfs_found_restore(struct ntfs_found *m, uint64_t number, struct err *err);
int ntfs_found_put(struct ntfs_found *m, struct change_file *f,
		   struct err *err);
int ntfs_found_make(struct ntfs_found *m, struct err *err);

// Mends what was found when the volume was checked, as changes like others, and
// says so in the volume's note (mend.c).
int ntfs_mend(struct ntfs_change *c, struct err *err);

#endif
