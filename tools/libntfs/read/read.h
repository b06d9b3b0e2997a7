// SPDX-License-Identifier: MIT
//
// The reading half of libntfs, on which checking and changing stand: decoded
// records, attributes, runs and index nodes. Everything here has passed its range
// checks when it is seen; rules that only the checker knows are not among them.
// It knows nothing of the other halves.

#ifndef NTFS_READ_H
#define NTFS_READ_H

#include "../ntfs_disk.h"
#include "ntfs.h"

// Limits. What Windows makes is far below all of them but the first three.
#define NTFS_MAX_CLUSTER    (2u << 20) // bytes; format's largest
#define NTFS_MAX_RECORD     65536u     // bytes: offsets in it have 16 bits
#define NTFS_MAX_INDEX      65536u     // bytes of an INDX block
#define NTFS_MAX_RUNS       4194304u   // runs of one stream
#define NTFS_MAX_DEPTH      32u        // of an index tree
#define NTFS_MAX_UNIT       (1u << 20) // bytes of a compression unit
#define NTFS_MAX_DESCRIPTOR 262144u    // bytes of a security descriptor
#define NTFS_MAX_PATH_PARTS 1024u

// What whoever changes a volume hangs on it: reading asks it, and knows no more of
// changes than this.
struct ntfs_writer {
	// Opens a file's unnamed data as a disk that knows of changes; NULL while
	// there are none. -ENOTSUP for data that is opened as any other, to be read.
	int (*open_data)(struct ntfs *n, uint64_t number, struct disk **ret,
			 struct err *err);
	// Ends with the volume, before anything of it is freed.
	void (*close)(struct ntfs *n);
};

struct ntfs {
	struct disk *dev;
	struct ntfs_info info;
	uint64_t mftmirr_lcn;
	struct disk *mft; // $MFT's data
	uint64_t records; // whole ones in it
	uint16_t *upcase; // 65536 units of $UpCase; NULL: utf16_upcase
	struct ntfs_writer *writer; // NULL: it is only read
};

// Tells what a file says about itself, as ntfs_stat (metadata.c).
struct ntfs_file;
int ntfs_file_stat(const struct ntfs_file *f, struct ntfs_stat *ret,
		   struct err *err);

// --- Volume (volume.c) --------------------------------------------------

// Decodes and checks a boot sector; fills n->info but for label, version and
// flags.
int ntfs_boot_decode(const struct ntfs_boot_disk *boot, struct ntfs *n,
		     struct err *err);

// Opens as far as the MFT can be read, not looking at any other file.
int ntfs_open_mft(struct disk *dev, struct ntfs **ret, struct err *err);

// Reads $Volume into n->info.
int ntfs_load_volume(struct ntfs *n, struct err *err);

// Reads $UpCase.
int ntfs_load_upcase(struct ntfs *n, struct err *err);

// --- Names (name.c) -----------------------------------------------------

// Compares names by the volume's collation: upper case, unit by unit.
int ntfs_name_compare(const struct ntfs *n, const le16 *a, size_t a_len,
		      const le16 *b, size_t b_len);

// Returns true when units are equal to an ASCII string.
bool ntfs_name_is(const le16 *name, size_t len, const char *ascii);

// --- File records (record.c) --------------------------------------------

struct ntfs_record {
	uint64_t number;
	uint8_t *data; // with the update sequence undone
	uint32_t size;
	uint16_t sequence, links, flags, next_attr_id;
	uint32_t attrs_offset, used;
	uint64_t base; // reference, or 0
};

#define NTFS_RECORD_NAME 48

// What messages call a file record, and the index of one: Windows' chkdsk
// numbers them so too. To be used within one expression.
#define NTFS_RECORD(number)                                                    \
	ntfs_record_name((char[NTFS_RECORD_NAME]){0}, "", number)
#define NTFS_INDEX_OF(number)                                                  \
	ntfs_record_name((char[NTFS_RECORD_NAME]){0}, "the index of ", number)

// Writes "file record N" after `before`. Returns buf.
const char *ntfs_record_name(char buf[NTFS_RECORD_NAME], const char *before,
			     uint64_t number);

// Undoes the update sequence of a FILE record or INDX block in place.
int ntfs_fixup(uint8_t *data, uint32_t size, const char *what, uint64_t where,
	       struct err *err);

// Decodes a record in place; ret->data is `data`. -ENOENT for one of zeroes.
int ntfs_record_decode(uint8_t *data, uint32_t size, uint64_t number,
		       struct ntfs_record *ret, struct err *err);

// As that, of one whose update sequence is undone already.
int ntfs_record_header(uint8_t *data, uint32_t size, uint64_t number,
		       struct ntfs_record *ret, struct err *err);

// Reads a record into new memory; free ret->data with mem_free.
int ntfs_record_read(struct ntfs *n, uint64_t number, struct ntfs_record *ret,
		     struct err *err);

// --- Attributes (attr.c) ------------------------------------------------

struct ntfs_attr {
	uint32_t type, offset, length; // offset 0: before the first
	uint16_t flags, id;
	bool resident, indexed;
	uint8_t name_len;
	const le16 *name;
	const uint8_t *value; // of a resident one
	uint32_t value_len;
	uint64_t first_vcn, last_vcn; // of a non-resident one
	uint8_t unit_shift;           // compression unit: log2 of clusters
	const uint8_t *runs;
	uint32_t runs_len;
	uint64_t allocated, size, valid, total; // only where first_vcn is 0
	const struct ntfs_record *record;
};

// Goes to the next attribute of a record; zero *attr before the first.
// Returns 1, 0 at the end, or -EBADMSG.
int ntfs_attr_next(const struct ntfs_record *record, struct ntfs_attr *attr,
		   struct err *err);

// --- Runs (runs.c) ------------------------------------------------------

struct ntfs_run {
	uint64_t lcn; // or NTFS_HOLE
	uint64_t len;
};

struct ntfs_runs {
	struct ntfs_run *items;
	size_t count, capacity;
	uint64_t clusters; // sum of all
	bool has_holes;
};

// Decodes the run at *p and moves on; *lcn is 0 before the first.
// Returns 1, 0 at the end, or -1 (*ret_why).
int ntfs_run_next(const struct ntfs *n, const uint8_t **p, const uint8_t *end,
		  int64_t *lcn, struct ntfs_run *ret, const char **ret_why);

// Appends the runs of one attribute.
int ntfs_runs_append(const struct ntfs *n, const struct ntfs_attr *attr,
		     struct ntfs_runs *runs, struct err *err);

// Makes a disk of a stream's runs.
int ntfs_runs_open(struct ntfs *n, const struct ntfs_runs *runs, uint64_t size,
		   uint64_t valid, struct disk **ret, struct err *err);

// Frees what the list holds.
void ntfs_runs_done(struct ntfs_runs *runs);

// --- Files: a base record and its extensions (file.c) -------------------

struct ntfs_file {
	struct ntfs *n;
	struct ntfs_record *records; // the base record first
	size_t count, capacity;
	uint8_t *list; // $ATTRIBUTE_LIST, or NULL
	size_t list_size;
};

// One entry of an $ATTRIBUTE_LIST.
struct ntfs_list_entry {
	uint32_t type;
	uint16_t id, length;
	uint8_t name_len;
	const le16 *name;
	uint64_t first_vcn, record;
};

// Decodes the entry at *off and moves on.
// Returns 1, 0 at the end, or -EBADMSG.
int ntfs_list_next(const uint8_t *list, size_t size, size_t *off,
		   struct ntfs_list_entry *ret, struct err *err);

// Reads the content of an $ATTRIBUTE_LIST into new memory.
int ntfs_list_read(struct ntfs *n, const struct ntfs_attr *attr, uint8_t **ret,
		   size_t *ret_size, struct err *err);

// Makes a file of its base record, which is in use: what its attribute list names
// is read. base->data is taken over, also when this fails.
int ntfs_file_of_record(struct ntfs *n, const struct ntfs_record *base,
			struct ntfs_file *ret, struct err *err);

// Opens a file. -ENOENT when the record is not in use or no base record.
int ntfs_file_open(struct ntfs *n, uint64_t number, struct ntfs_file *ret,
		   struct err *err);

// Frees what it holds.
void ntfs_file_done(struct ntfs_file *f);

// Goes to the next attribute of all records; zero *attr before the first.
// Returns as ntfs_attr_next.
int ntfs_file_next(const struct ntfs_file *f, struct ntfs_attr *attr,
		   struct err *err);

// Finds an attribute's first (or only) piece. -ENOENT when there is none.
int ntfs_file_find(const struct ntfs_file *f, uint32_t type, const le16 *name,
		   size_t name_len, struct ntfs_attr *ret, struct err *err);

// As that, the name in ASCII, of at most NTFS_MAX_ASCII; NULL for none.
#define NTFS_MAX_ASCII 32u
int ntfs_file_find_named(const struct ntfs_file *f, uint32_t type,
			 const char *name, struct ntfs_attr *ret,
			 struct err *err);

// Gathers the runs of all pieces of a non-resident attribute. Free with
// ntfs_runs_done, also when this fails.
int ntfs_file_runs(const struct ntfs_file *f, const struct ntfs_attr *attr,
		   struct ntfs_runs *runs, struct err *err);

// --- Streams (stream.c) ----------------------------------------

// Makes a disk of an attribute's content; `attr` is its first piece.
int ntfs_stream_open(const struct ntfs_file *f, const struct ntfs_attr *attr,
		     struct disk **ret, struct err *err);

// Opens the unnamed data of the file whose record has that number: while the volume is
// changed, with what was changed.
int ntfs_stream_open_record(struct ntfs *n, uint64_t record, struct disk **ret,
			    struct err *err);

// Reads an attribute's content of at most `limit` bytes into new memory, with
// a NUL after it.
int ntfs_stream_read(const struct ntfs_file *f, const struct ntfs_attr *attr,
		     uint64_t limit, uint8_t **ret, size_t *ret_size,
		     struct err *err);

// Makes a read-only disk of a compressed attribute; takes over `runs`, also
// when it fails.
int ntfs_compressed_open(struct ntfs *n, const struct ntfs_attr *attr,
			 struct ntfs_runs *runs, struct disk **ret,
			 struct err *err);

// --- Indexes (index.c) --------------------------------------------------

struct ntfs_node {           // a part of an index, decoded as far as its header
	const uint8_t *data; // of its index header
	uint32_t first, used, allocated; // offsets into data
	bool has_children;
	uint64_t where; // VCN of the block, or ERR_NOWHERE for the root
};

struct ntfs_index_entry {
	uint32_t offset; // into the node's data; 0: before the first
	uint16_t length, flags;
	uint64_t file; // reference, in directories
	const uint8_t *key, *data;
	uint16_t key_len, data_len;
	uint64_t child; // VCN, with NTFS_IE_HAS_CHILD
};

struct ntfs_index {
	struct ntfs *n;
	uint64_t record;
	uint8_t *root;
	size_t root_size;
	struct disk *blocks; // or NULL
	uint32_t type, collation, block_size, vcn_size;
};

// A directory entry's key, decoded.
struct ntfs_file_name {
	uint64_t parent, created, modified, changed, accessed, allocated, size;
	uint32_t attributes, ea_or_reparse;
	uint8_t name_len, name_space;
	const le16 *name;
};

// Decodes a FILE_NAME attribute's value or a directory entry's key.
int ntfs_file_name_decode(const uint8_t *value, size_t len, uint64_t where,
			  struct ntfs_file_name *ret, struct err *err);

// Opens an index of a file by its name ("$I30"). -ENOENT when there is none.
int ntfs_index_open(const struct ntfs_file *f, const char *name,
		    struct ntfs_index *ret, struct err *err);

// Decodes a root of `size` bytes, which are copied; blocks are not opened.
int ntfs_index_decode(struct ntfs *n, uint64_t record, const uint8_t *root,
		      size_t size, struct ntfs_index *ret, struct err *err);

// Frees what it holds.
void ntfs_index_done(struct ntfs_index *x);

// Decodes the root node.
int ntfs_index_root(const struct ntfs_index *x, struct ntfs_node *ret,
		    struct err *err);

// Reads a block into buf (x->block_size bytes) and decodes it.
int ntfs_index_block(const struct ntfs_index *x, uint64_t vcn, uint8_t *buf,
		     struct ntfs_node *ret, struct err *err);

// Compares two keys by a collation rule (collate.c). File names that differ in
// case alone come in the order of their units.
int ntfs_key_compare(const struct ntfs *n, uint32_t collation, const uint8_t *a,
		     size_t a_len, const uint8_t *b, size_t b_len);

// Goes to the next entry of a node, the last one (NTFS_IE_LAST) included; zero
// *e before the first.
// Returns 1, 0 after the last, or -EBADMSG.
int ntfs_index_next(const struct ntfs_index *x, const struct ntfs_node *node,
		    struct ntfs_index_entry *e, struct err *err);

// Finds a key and calls found with its entry. compare says where the wanted key
// lies to the given one: <0 before, 0 here, >0 after, or INT_MIN on an error.
// Returns what found returned, or -ENOENT.
int ntfs_index_find(const struct ntfs_index *x,
		    int (*compare)(void *ctx, const uint8_t *key, size_t len),
		    int (*found)(void *ctx, const struct ntfs_index_entry *e),
		    void *ctx, struct err *err);

// Calls fn for each entry with a key, in order, until it returns non-zero.
int ntfs_index_walk(const struct ntfs_index *x,
		    int (*fn)(void *ctx, const struct ntfs_index_entry *e),
		    void *ctx, struct err *err);

// Finds a name in a folder: the child's reference. Case is ignored unless names
// differ in nothing else; *ret_same is false for another name but for that.
int ntfs_folder_find_as(struct ntfs *n, uint64_t folder, const le16 *name,
			size_t name_len, uint64_t *ret_file, bool *ret_same,
			struct err *err);
int ntfs_folder_find(struct ntfs *n, uint64_t folder, const le16 *name,
		     size_t name_len, uint64_t *ret_file, struct err *err);

static inline uint64_t ntfs_ref_record(uint64_t reference)
{
	return reference & NTFS_RECORD_MASK;
}

static inline uint16_t ntfs_ref_sequence(uint64_t reference)
{
	return (uint16_t)(reference >> NTFS_SEQUENCE_SHIFT);
}

#endif
