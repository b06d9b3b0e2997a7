// SPDX-License-Identifier: MIT
//
// What the files of the building half share. The order of things:
//
//     build.c    takes the description: nodes, names, streams
//     layout.c   short names, sorting, record numbers, residency, places
//     attrs.c    the attributes of one node and how they fill its records
//     finish.c   writes everything
//
// All clusters are handed out by one rising pointer, so that whatever gets a
// place gets one run:
//
//     $Boot $MFTMirr $UpCase ... folders' blocks ... $MFT, room, files' data
//
// The system's files are nodes like the user's, numbered after them, with
// record numbers of their own.

#ifndef BUILD_PRIV_H
#define BUILD_PRIV_H

#include "ntfs.h"
#include "../ntfs_disk.h"

#define NTFS_NONE UINT32_MAX

// Bytes of an index node in which entries are put, of 4096 less the headers:
// the rest is room for files to come.
#define NTFS_INDEX_BLOCK 4096u
#define NTFS_INDEX_FILL  3700u

// A root node that has blocks below keeps at most this many bytes of entries.
#define NTFS_ROOT_FILL 256u

// Larger ones get clusters of their own: $ATTRIBUTE_LIST, an index's $BITMAP.
#define NTFS_LIST_RESIDENT   192u
#define NTFS_BITMAP_RESIDENT 256u

// Limits of what one node may hold.
#define NTFS_MAX_STREAMS  4096u       // their entries fill half of such a list
#define NTFS_MAX_LINKS    1024u       // Windows' limit
#define NTFS_MAX_SECURITY 65536u      // bytes of one descriptor
#define NTFS_MAX_SDS      0x10000000u // bytes of all descriptors: 256 MiB

enum { // system nodes that are not known by a fixed record number
	NTFS_REC_QUOTA = NTFS_REC_USER,
	NTFS_REC_OBJID,
	NTFS_REC_REPARSE,
	NTFS_REC_FIRST, // of the user's files
};

enum ntfs_system { // streams of the system's files, in the order of the disk
	SYSTEM_BOOT,
	SYSTEM_MIRROR,
	SYSTEM_UPCASE,
	SYSTEM_ATTRDEF,
	SYSTEM_LOG,
	SYSTEM_BITMAP,
	SYSTEM_SDS,
	SYSTEM_MFT,
	SYSTEM_STREAMS,
};

enum ntfs_view { // indexes that are no folders
	VIEW_SDH,
	VIEW_SII,
	VIEW_QUOTA_O,
	VIEW_QUOTA_Q,
	VIEW_OBJID,
	VIEW_REPARSE,
	VIEWS,
};

// The shape of an index: known once the entries and their sizes are.
struct tree {
	uint32_t root_size;  // value of $INDEX_ROOT
	uint32_t blocks;     // INDX blocks; 0: all entries are in the root
	uint64_t lcn;        // of the blocks
	uint64_t bitmap_lcn; // of $BITMAP, when it is not resident
};

struct node {
	uint64_t created, modified, changed, accessed;
	uint32_t attributes, security;
	uint32_t first_name, last_name, names; // names counts FILE_NAMEs
	uint32_t first_stream;
	uint32_t data; // the unnamed $DATA, or NTFS_NONE
	uint32_t reparse_tag, ea_size;
	uint32_t dir; // in build.dirs, or NTFS_NONE
	uint32_t record;
	uint32_t first_extra; // extension records: number of the first
	uint32_t extras;      // and how many
	uint32_t list_size;   // $ATTRIBUTE_LIST; 0: none
	uint64_t list_lcn;    // when it is not resident, else 0
};

struct name {
	uint32_t node, parent, next; // next: of the same node
	size_t chars, dos_chars;     // where in build.units
	uint8_t len, dos_len;
	uint8_t space; // of the long name; 0xff: not yet chosen
	bool clashes;  // one of its folder differs from it in case alone
};

struct stream {
	uint32_t node, next;
	uint8_t kind;
	bool reserve, resident, hole, kept; // kept: the content is in `data`
	uint8_t name_len;
	size_t chars;
	uint64_t size, order;
	uint64_t lcn;
	uint8_t *data; // content that stays in memory until the end
};

struct dir {
	uint32_t node, first, count; // entries in build.entries
	struct tree tree;
};

struct security {
	uint32_t hash, size; // of the descriptor
	uint64_t offset;     // in the first copies of $SDS, all put together
};

// One attribute of a node, as it will be written.
struct attr {
	uint32_t type;
	uint8_t name_len;
	bool nonresident, hole;
	uint16_t id;     // in its record
	uint32_t record; // 0: the base record, n: the n-th extension
	uint32_t index;  // name, stream or index, as the type has it
	uint32_t room;   // bytes that are kept for it in a record
	const le16 *name;
	uint32_t value_len;                  // of a resident one
	uint64_t lcn, clusters, size, valid; // of a non-resident one
};

struct attrs {
	struct attr *items;
	size_t count, capacity;
	uint32_t records;   // how many records they fill
	uint32_t list_size; // of $ATTRIBUTE_LIST; 0: not needed
};

struct ntfs_build {
	struct disk *dev;
	struct ntfs_build_options options;
	le16 *label;
	size_t label_len;
	uint32_t cluster_size, record_size, sector_size;
	uint64_t clusters;
	bool laid_out; // or tried to: the description is closed
	bool placed;   // everything has its place
	uint16_t upcase[65536];

	struct node *nodes; // 0: the root
	size_t node_count, node_capacity, user_nodes, user_streams;
	struct name *names;
	size_t name_count, name_capacity;
	struct stream *streams;
	size_t stream_count, stream_capacity;
	le16 *units; // all names
	size_t unit_count, unit_capacity;

	struct security *security;
	size_t security_count, security_capacity;
	uint8_t *sds;
	size_t sds_size, sds_capacity;
	uint32_t *security_table; // hash table of indexes + 1
	size_t security_slots;

	// From the layout on.
	uint32_t *entries; // name * 2, + 1 for its DOS name; by folder, sorted
	size_t entry_count;
	struct dir *dirs;
	size_t dir_count;
	uint32_t by_record[NTFS_REC_FIRST]; // system node of a record
	uint32_t system[SYSTEM_STREAMS];    // in streams
	uint64_t mft_bitmap_lcn, mft_bitmap_size;
	struct tree views[VIEWS];
	uint64_t next_lcn;            // the first cluster not given away
	uint64_t gap_lcn, gap;        // clusters left free behind the MFT
	uint32_t records;             // used ones, from 0 on
	uint32_t first_extra;         // the first extension record
	uint8_t *resident;            // content of resident streams
	uint32_t *hashes;             // descriptors, in the order of $SDH
	uint32_t *objects, *reparses; // streams in $ObjId, $Reparse
	uint32_t object_count, reparse_count;
};

// --- build.c: for the system's files -----------------------------------------

int ntfs_build_add_node(struct ntfs_build *b, const struct ntfs_node_spec *spec,
			uint32_t *ret_node, struct err *err);
int ntfs_build_add_name(struct ntfs_build *b, uint32_t node, uint32_t parent,
			const struct ntfs_name *name, struct err *err);
int ntfs_build_add_stream(struct ntfs_build *b, uint32_t node,
			  const struct ntfs_stream_spec *spec,
			  uint32_t *ret_stream, struct err *err);

// --- system.c ----------------------------------------------------------------

// Adds the system's files to the description.
int ntfs_system_add(struct ntfs_build *b, struct err *err);

// Writes $AttrDef, 2560 bytes.
#define NTFS_ATTRDEF_SIZE 2560u
void ntfs_system_attrdef(uint8_t *dst);

// Returns bytes of $LogFile, as Windows chooses them by the volume's size.
uint64_t ntfs_system_log_size(uint64_t volume);

// --- shortname.c -------------------------------------------------------------

// Chooses name spaces and makes up the missing 8.3 names.
int ntfs_build_short_names(struct ntfs_build *b, struct err *err);

// --- secure.c ----------------------------------------------------------------

enum {                  // descriptors that every volume has, by index
	SECURITY_READ,  // system files: readable
	SECURITY_WRITE, // system files: writable
	SECURITY_ROOT,  // the root, and folders without their own
	SECURITY_FILE,  // files without their own
	SECURITY_DEFAULTS,
};

int ntfs_secure_defaults(struct ntfs_build *b, struct err *err);

// Bytes of $SDS, and of its piece that begins at `off`, with both copies.
uint64_t ntfs_secure_size(const struct ntfs_build *b);
void ntfs_secure_read(const struct ntfs_build *b, uint64_t off, uint8_t *buf,
		      size_t len);

// Returns a built-in descriptor and its size.
const uint8_t *ntfs_secure_default(unsigned index, size_t *ret_size);

// --- index.c -----------------------------------------------------------

// Where the entries of an index come from, in order.
struct entries {
	size_t count;
	// Writes entry i without a child to dst (or only sizes it when dst is
	// NULL). Returns its length, a multiple of 8.
	uint32_t (*get)(const struct ntfs_build *b, const void *ctx, size_t i,
			uint8_t *dst);
	const void *ctx;
	uint32_t type, collation;
};

// Shapes a tree: with `in_root`, all entries in the root. Sets root_size and
// blocks. With `root` and `blocks`, writes them: the value of $INDEX_ROOT, and
// tree->blocks blocks of 4096 bytes.
int ntfs_index_build(const struct ntfs_build *b, const struct entries *e,
		     bool in_root, struct tree *tree, uint8_t *root,
		     uint8_t *blocks, struct err *err);

// --- views.c -----------------------------------------------------------------

// Entries of a folder's index, of a view.
struct entries ntfs_dir_entries(const struct ntfs_build *b, uint32_t dir);
struct entries ntfs_view_entries(const struct ntfs_build *b,
				 enum ntfs_view view);

// Returns the name of a view, two or four units, and the record it lies in.
const le16 *ntfs_view_name(enum ntfs_view view, uint8_t *ret_len);
uint32_t ntfs_view_record(enum ntfs_view view);

// Lists what $SDH, $ObjId and $Reparse index, in their order.
// Returns 0, -EBADMSG when two nodes have one object id, or -ENOMEM.
int ntfs_views_list(struct ntfs_build *b, struct err *err);

// Clusters of a unit in which holes are counted, as a power of two: 16, as Windows
// has it.
#define NTFS_HOLE_UNIT 4u

// --- attrs.c -----------------------------------------------------------------

// Lists the attributes of a node in the order of the disk and divides them
// among records. The same node gives the same division.
// Returns 0, -EFBIG when there are too many, or -ENOMEM.
int ntfs_attrs_collect(const struct ntfs_build *b, uint32_t node,
		       struct attrs *ret, struct err *err);

// Returns bytes that a record has for attributes, or one with a run takes.
uint32_t ntfs_record_room(const struct ntfs_build *b);
uint32_t ntfs_nonresident_room(size_t name_len, bool hole);

// --- record.c ----------------------------------------------------------------

// Writes a node's base record, its extension records (one after the other), and
// its attribute list to `list` unless that is NULL.
int ntfs_record_write(const struct ntfs_build *b, uint32_t node,
		      struct attrs *attrs, uint8_t *base, uint8_t *extras,
		      uint8_t *list, struct err *err);

// Writes a record that is not in use.
void ntfs_record_free(const struct ntfs_build *b, uint32_t number,
		      uint8_t *record);

// --- values.c ----------------------------------------------------------------

uint64_t ntfs_reference(const struct ntfs_build *b, uint32_t node);
// Returns clusters that hold that many bytes.
uint64_t ntfs_clusters(const struct ntfs_build *b, uint64_t bytes);
uint64_t ntfs_allocated(const struct ntfs_build *b, const struct stream *s);
void ntfs_value_standard(const struct ntfs_build *b, uint32_t node,
			 uint8_t *dst);
// `entry` as in build.entries. Returns the size.
uint32_t ntfs_value_file_name(const struct ntfs_build *b, uint32_t entry,
			      uint8_t *dst);

// --- boot.c ------------------------------------------------------------------

// Writes $Boot's content, NTFS_BOOT_FILE_SIZE bytes, the boot sector first.
void ntfs_boot_write(const struct ntfs_build *b, uint8_t *dst);

#endif
