// SPDX-License-Identifier: MIT
//
// libntfs: builds NTFS volumes in one pass, reads, changes and checks any volume.
//
// Building. All files are known before the first byte is written. The caller
// describes the tree, asks for the layout, writes file data (from many threads,
// in any order), and finishes:
//
//     struct ntfs_build *b;
//     ntfs_build_new(partition, &options, &b, &err);
//     ntfs_build_security(b, descriptor, size, &security, &err);
//     ntfs_build_add(b, &spec, &node, &err);              // a file or folder
//     ntfs_build_link(b, node, NTFS_ROOT, &name, &err);   // its name(s)
//     ntfs_build_stream(b, node, &stream_spec, &stream, &err);
//     ntfs_build_layout(b, &err);
//     ntfs_build_begin(b, &err);
//     ntfs_build_write(b, stream, 0, data, size, &err);
//     ntfs_build_finish(b, progress, &err);
//     ntfs_build_free(b);
//
// Layout writes nothing: whether it all fits is known before the device is
// touched. Begin writes over the old boot sectors, so that from then on nothing
// takes the partition for a volume; finish writes metadata, then flushes, then
// the boot sector's copy and the boot sector last of all, and flushes again.
//
// Reading. ntfs_open, ntfs_lookup, ntfs_stat, ntfs_list, ntfs_open_stream. A
// file's stream is a struct disk.
//
// Changing: ntfs_change.h, and many files at once: ntfs_put.h.
//
// Checking. ntfs_check walks every structure and reports each broken rule.
//
// The format: [MS-FSCC] and the documented on-disk structures as the Linux-NTFS
// project's documentation and libfsntfs' format paper describe them; NTFS 3.1.
//
// Names are UTF-16 without a NUL, at most 255 units. Times are FILETIME.

#ifndef NTFS_H
#define NTFS_H

#include "disk.h"

// --- Building ----------------------------------------------------------------

#define NTFS_ROOT        0u         // the root folder, as a node
#define NTFS_NO_SECURITY UINT32_MAX // "the volume's default descriptor"

struct ntfs_build;

struct ntfs_build_options {
	const char *label;       // UTF-8, at most 32 units; NULL: none
	uint64_t serial;         // volume serial number
	uint32_t cluster_size;   // 512 to 2 MiB; 0: 4096, above 16 TB what
				 // Windows takes
	uint64_t hidden_sectors; // sectors before the volume on its disk
	uint16_t heads, sectors_per_track; // 0: 255 and 63
	uint64_t time;                     // FILETIME of the system files
	struct guid object_id;             // of the volume; zero: none
	bool no_dos_names; // do not make up 8.3 names (given ones are kept)
	uint64_t log_size; // of $LogFile, bytes; 0: as Windows chooses it
	// Content of $DATA is not written: whoever reads the volume has it from
	// elsewhere, by ntfs_build_place. So none of it lies in file records.
	bool data_elsewhere;
};

enum { // file attributes, [MS-FSCC] 2.6
	NTFS_ATTR_READONLY = 0x1,
	NTFS_ATTR_HIDDEN = 0x2,
	NTFS_ATTR_SYSTEM = 0x4,
	NTFS_ATTR_DIRECTORY = 0x10,
	NTFS_ATTR_ARCHIVE = 0x20,
	NTFS_ATTR_NORMAL = 0x80,
	NTFS_ATTR_TEMPORARY = 0x100,
	NTFS_ATTR_SPARSE = 0x200,
	NTFS_ATTR_REPARSE = 0x400,
	NTFS_ATTR_COMPRESSED = 0x800,
	NTFS_ATTR_OFFLINE = 0x1000,
	NTFS_ATTR_NOT_INDEXED = 0x2000,
	NTFS_ATTR_ENCRYPTED = 0x4000,
	NTFS_ATTR_INTEGRITY = 0x8000,       // ReFS
	NTFS_ATTR_NO_SCRUB = 0x20000,       // ReFS, storage spaces
	NTFS_ATTR_RECALL_ON_OPEN = 0x40000, // these four: content that a
	NTFS_ATTR_PINNED = 0x80000,         // service keeps elsewhere
	NTFS_ATTR_UNPINNED = 0x100000,
	NTFS_ATTR_RECALL_ON_ACCESS = 0x400000,

	// Those that a user sets and that mean the same for any file. The others
	// follow from what a file is and where its content lies, so whoever takes
	// a file from elsewhere takes these alone. TEMPORARY is none of a folder.
	NTFS_ATTR_SETTABLE = NTFS_ATTR_READONLY | NTFS_ATTR_HIDDEN |
			     NTFS_ATTR_SYSTEM | NTFS_ATTR_ARCHIVE |
			     NTFS_ATTR_TEMPORARY | NTFS_ATTR_OFFLINE |
			     NTFS_ATTR_NOT_INDEXED,
	// All that [MS-FSCC] 2.6 knows and a file of any Windows may have on disk.
	NTFS_ATTR_KNOWN =
		NTFS_ATTR_SETTABLE | NTFS_ATTR_DIRECTORY | NTFS_ATTR_NORMAL |
		NTFS_ATTR_SPARSE | NTFS_ATTR_REPARSE | NTFS_ATTR_COMPRESSED |
		NTFS_ATTR_ENCRYPTED | NTFS_ATTR_INTEGRITY | NTFS_ATTR_NO_SCRUB |
		NTFS_ATTR_RECALL_ON_OPEN | NTFS_ATTR_PINNED |
		NTFS_ATTR_UNPINNED | NTFS_ATTR_RECALL_ON_ACCESS,
};

struct ntfs_node_spec {
	uint32_t attributes; // of NTFS_ATTR_SETTABLE, others are left out;
			     // DIRECTORY makes a folder
	// FILETIME; one over INT64_MAX is none ([MS-FSCC] 2.1.1), and becomes
	// the volume's (options.time)
	uint64_t created, modified, changed, accessed;
	uint32_t security; // from ntfs_build_security, or NTFS_NO_SECURITY
};

struct ntfs_name {
	const le16 *name; // 1 to 255 units
	size_t name_len;
	const le16 *dos_name; // 8.3 name, or NULL
	size_t dos_name_len;  // 0 to 12
};

enum ntfs_stream_kind {        // all but $DATA come with their content
	NTFS_STREAM_DATA,      // $DATA; unnamed or named
	NTFS_STREAM_REPARSE,   // $REPARSE_POINT: tag, length and data as stored
	NTFS_STREAM_EA,        // $EA as stored; $EA_INFORMATION is derived
	NTFS_STREAM_OBJECT_ID, // $OBJECT_ID: 16 to 64 bytes; $ObjId has what
			       // follows the first 16
};

struct ntfs_stream_spec {
	enum ntfs_stream_kind kind;
	const le16 *name; // of a named $DATA, else NULL
	size_t name_len;
	uint64_t size; // bytes
	const void
		*content; // the bytes, which are copied; $DATA: NULL, and they
			  // are written after the layout
	uint64_t order;   // data is laid out by rising order, then as added
	bool reserve;     // keep one run if at all possible, never resident
	bool hole; // $DATA: no clusters, it reads as zeroes and is not written
};

// How Windows' overlay filter compresses a file as a whole (compact /exe, CompactOS):
// in chunks of so many bytes.
enum ntfs_wof_algorithm { // as stored
	NTFS_WOF_XPRESS4K,
	NTFS_WOF_LZX, // 32 KiB
	NTFS_WOF_XPRESS8K,
	NTFS_WOF_XPRESS16K,
	NTFS_WOF_ALGORITHMS,
};

#define NTFS_WOF_STREAM "WofCompressedData" // has table and chunks

// Starts a build on an (otherwise ignored) device. Nothing is read, and nothing
// written before ntfs_build_begin. The device is borrowed.
// Returns 0, -EINVAL for options out of range, -ENOSPC when the device is too
// small for any volume, -EFBIG when it has too many clusters, or -ENOMEM.
int ntfs_build_new(struct disk *dev, const struct ntfs_build_options *options,
		   struct ntfs_build **ret, struct err *err);

// Returns the bytes of a cluster, as chosen.
uint32_t ntfs_build_cluster_size(const struct ntfs_build *b);

// Enters a self-relative security descriptor ([MS-DTYP] 2.4.6) into $Secure,
// once for equal ones.
// Returns 0, -EBADMSG when it is not one, -EFBIG over 64 KiB or too many, -EINVAL
// after the layout, or -ENOMEM.
int ntfs_build_security(struct ntfs_build *b, const void *descriptor,
			size_t size, uint32_t *ret_id, struct err *err);

// Adds a file or folder that has no name and no data yet.
// Returns 0, -EFBIG over 2^32 - 64 nodes, -EINVAL after the layout or for a
// security that ntfs_build_security did not give, or -ENOMEM.
int ntfs_build_add(struct ntfs_build *b, const struct ntfs_node_spec *spec,
		   uint32_t *ret_node, struct err *err);

// Sets attributes, times and security of a node, the root too.
// Returns 0, or -EINVAL as ntfs_build_add, for a node that there is not, or for a
// folder that would become a file.
int ntfs_build_set(struct ntfs_build *b, uint32_t node,
		   const struct ntfs_node_spec *spec, struct err *err);

// Gives a node a name in a folder; again for each further hard link. A folder
// has one name.
// Returns 0, -EINVAL when parent is no folder, or a folder gets a second name,
// -EBADMSG for a name that NTFS cannot hold (empty, too long, "/" "\" NUL, "."
// or ".."), -EFBIG over 1023 links, or -ENOMEM. Equal names in a folder are
// found by ntfs_build_layout; those that differ in case alone are not equal, but
// only in the POSIX name space, without 8.3 names but one. A node has one 8.3 name:
// the first that is given and repeats no other name of its folder; further ones are
// dropped.
int ntfs_build_link(struct ntfs_build *b, uint32_t node, uint32_t parent,
		    const struct ntfs_name *name, struct err *err);

// Gives a node a stream. A file without an unnamed $DATA gets an empty one.
// Returns 0, -EEXIST when the node has that stream, -EBADMSG for a size or a
// name that the kind cannot have (a folder has no unnamed $DATA), and for a
// reparse point or extended attributes that break their format, -EFBIG over
// 4096 streams of a node, -EINVAL for $DATA with content and others without, or
// -ENOMEM.
int ntfs_build_stream(struct ntfs_build *b, uint32_t node,
		      const struct ntfs_stream_spec *spec, uint32_t *ret_stream,
		      struct err *err);

// Gives a file the three things that make it one which the overlay filter holds
// compressed: an unnamed stream of `size` bytes that is a hole, a stream for its
// chunks and their table, `stored` bytes, which is to be written, and a reparse
// point. `size` is at least 1.
// Returns as ntfs_build_stream for each of them.
int ntfs_build_wof(struct ntfs_build *b, uint32_t node, uint64_t size,
		   uint64_t stored, enum ntfs_wof_algorithm algorithm,
		   uint64_t order, uint32_t *ret_stream, struct err *err);

// Returns how many bytes of content a chunk of an algorithm has.
uint32_t ntfs_wof_chunk(enum ntfs_wof_algorithm algorithm);

// Returns how many bytes the table before the chunks of a file takes, and of how many
// bytes each entry is: 4 or 8. Entry k tells where chunk k + 1 begins, in bytes behind
// the table. A chunk that is as long as its content is stored as it is.
uint64_t ntfs_wof_table(uint64_t size, enum ntfs_wof_algorithm algorithm,
			uint32_t *ret_entry);

// Ends the description: makes up missing 8.3 names, sorts the folders, numbers
// the records and places every stream. Nothing is written. Whatever is wrong
// with a description is found here at the latest: what comes after fails for
// want of memory, and by the device, alone.
// Returns 0, -EEXIST for two equal names in a folder (err names them), -EBADMSG
// for two nodes with one object id, -ENOSPC when it does not fit (err says how
// many bytes are missing), -EINVAL when a node has no name, or -ENOMEM.
int ntfs_build_layout(struct ntfs_build *b, struct err *err);

// Tells what of the device a laid-out build writes: the rest is never touched.
#define NTFS_BUILD_RANGES 3u
void ntfs_build_used(const struct ntfs_build *b,
		     struct disk_extent ret[NTFS_BUILD_RANGES]);

// Wipes the old boot sectors and flushes: the device is no volume any more.
// To be called after the layout, before anything is written.
// Returns 0 or the device's error.
int ntfs_build_begin(struct ntfs_build *b, struct err *err);

// Writes part of a $DATA stream to its final place. From any thread, any
// order; what is never written reads as whatever the device held there, so
// write all of it.
// Returns 0, -EINVAL outside the stream and for another kind, or the device's
// error.
int ntfs_build_write(struct ntfs_build *b, uint32_t stream, uint64_t off,
		     const void *data, size_t len, struct err *err);

// Hands out a reserved stream as a disk on the device, to be closed by the
// caller before ntfs_build_free.
// Returns 0, -EINVAL for a stream that was not reserved, or -ENOMEM.
int ntfs_build_open_stream(struct ntfs_build *b, uint32_t stream,
			   struct disk **ret, struct err *err);

// Tells where on the device a $DATA stream of at least 1 byte lies that was added
// without content: one run. A build with options.data_elsewhere has each of them
// there.
// Returns 0, -EINVAL before the layout and for a stream of another kind, or
// -ENOENT for one that lies in a file record.
int ntfs_build_place(const struct ntfs_build *b, uint32_t stream,
		     struct disk_extent *ret, struct err *err);

// Writes all metadata, flushes, then the boot sectors, and flushes: from here
// on it is a volume.
// Returns 0, -ECANCELED, -EINVAL before the layout, -ENOMEM, or the device's error.
int ntfs_build_finish(struct ntfs_build *b, struct progress *progress,
		      struct err *err);

// Frees a build, finished or not; NULL is fine.
void ntfs_build_free(struct ntfs_build *b);

// Makes an empty volume: all of the above without files.
// Returns as those do.
int ntfs_format(struct disk *dev, const struct ntfs_build_options *options,
		struct err *err);

// --- Reading -----------------------------------------------------------------

struct ntfs;

struct ntfs_info {
	uint64_t size; // bytes of the volume
	uint32_t cluster_size, record_size, index_size;
	uint64_t clusters, mft_lcn;
	uint64_t serial, hidden_sectors;
	char label[32 * 3 + 1];
	uint8_t major, minor; // version
	uint16_t flags;       // of $VOLUME_INFORMATION; 1: dirty
};

struct ntfs_stat {
	uint64_t record; // number of the file record
	uint16_t sequence;
	uint32_t attributes; // NTFS_ATTR_*
	uint64_t created, modified, changed, accessed;
	uint64_t size; // of the unnamed $DATA
	uint32_t security_id, links, reparse_tag;
	bool is_directory;
};

// Numbers below are the system's own files, the root folder among them.
#define NTFS_FIRST_FILE 16

enum { // name spaces
	NTFS_NS_POSIX = 0,
	NTFS_NS_WIN32 = 1,
	NTFS_NS_DOS = 2, // an 8.3 name, beside a long one
	NTFS_NS_BOTH = 3,
};

// One name in a folder, for ntfs_list.
struct ntfs_entry {
	uint64_t record;
	uint16_t sequence;
	uint32_t attributes;
	uint64_t size, created, modified, accessed;
	uint32_t reparse_tag; // as the folder's entry has it; 0: none
	uint8_t name_space;   // NTFS_NS_*
	size_t name_len;
	const le16 *name; // valid during the call
	const char *utf8; // the same, as a string
};

#define NTFS_DATA 0x80u // type of an attribute: $DATA

// One stream of a file, for ntfs_streams.
struct ntfs_stream {
	uint32_t type; // attribute type: NTFS_DATA, ...
	size_t name_len;
	const le16 *name;
	uint64_t size, allocated;
	bool resident, compressed, sparse, encrypted;
};

// Opens a volume for reading; the device is borrowed.
// Returns 0, -EBADMSG when it is corrupt or no NTFS volume, -ENOTSUP for a
// version or size not handled, -ENOMEM, or the device's error.
int ntfs_open(struct disk *dev, struct ntfs **ret, struct err *err);

// Closes; NULL is fine.
void ntfs_close(struct ntfs *n);

// Returns what the boot sector and $Volume say; valid until ntfs_close.
const struct ntfs_info *ntfs_get_info(const struct ntfs *n);

// Finds a file by its path: parts divided by "\" or "/", case ignored unless names
// differ in nothing else, "" or "\" the root. Symbolic links that stay in the volume are followed; one to a
// drive or server, and a junction, is not, as it is not known which volume that is.
// Returns 0, -ENOENT (err names the missing part), -ENOTDIR, -ENOTSUP for such a
// link (err has its target), -ELOOP for links in a circle, or as ntfs_open.
int ntfs_lookup(struct ntfs *n, const char *path, uint64_t *ret_record,
		struct err *err);

// As that, but a link that the path ends in is what is found.
int ntfs_lookup_link(struct ntfs *n, const char *path, uint64_t *ret_record,
		     struct err *err);

// Reads where a symbolic link or junction leads: UTF-8, free with mem_free.
// Returns 0, -ENOENT for what is neither, or as ntfs_open.
int ntfs_read_link(struct ntfs *n, uint64_t record, char **ret,
		   struct err *err);

// The same from reparse data without its header, as images hold it; a target below
// "\\??\\" comes without that.
// Returns 0, -ENOENT for a tag that is neither, -EBADMSG, or -ENOMEM.
int ntfs_link_target(uint32_t tag, const void *data, size_t size, char **ret,
		     struct err *err);

// Returns a reparse tag's short name ("WOF", "DEDUP"), or NULL.
const char *ntfs_reparse_name(uint32_t tag);

// Reads a file's metadata.
// Returns 0, -ENOENT for a record not in use, or as ntfs_open.
int ntfs_stat(struct ntfs *n, uint64_t record, struct ntfs_stat *ret,
	      struct err *err);

// Calls fn for each name in a folder, in order; stops when it returns non-zero.
// Returns 0, what fn returned, -ENOTDIR, or as ntfs_open.
int ntfs_list(struct ntfs *n, uint64_t record,
	      int (*fn)(void *ctx, const struct ntfs_entry *entry), void *ctx,
	      struct err *err);

// Calls fn for each attribute of a file that is a stream ($DATA, named or not,
// $REPARSE_POINT, $EA, $OBJECT_ID).
// Returns as ntfs_list.
int ntfs_streams(struct ntfs *n, uint64_t record,
		 int (*fn)(void *ctx, const struct ntfs_stream *stream),
		 void *ctx, struct err *err);

// Opens an attribute's content as a disk: type 0x80 for $DATA; name NULL for
// the unnamed one. The unnamed data of a file with a reparse point is its content,
// read-only: decompressed when Windows compressed it as a whole (CompactOS), as it
// is when all of it is there, and else an error: never the zeroes that stand for
// it. Compressed ones (LZNT1) are decompressed and, like resident
// ones, read-only; others can be written within their size if the device can.
// While the volume is changed, unnamed data in clusters can be resized too, and
// a flush of its disk is an ntfs_sync; other streams are read-only. Close it
// before the volume.
// Returns 0, -ENOENT, -ENOTSUP for an encrypted one and for content that is
// elsewhere (err names the reparse tag), or as ntfs_open.
int ntfs_open_stream(struct ntfs *n, uint64_t record, uint32_t type,
		     const char *name, struct disk **ret, struct err *err);

// Opens a file's unnamed data by path; "path:stream" opens a named one.
// Returns as ntfs_lookup and ntfs_open_stream.
int ntfs_open_file(struct ntfs *n, const char *path, struct disk **ret,
		   struct err *err);

// Reads a whole file of at most `limit` bytes. *ret is new memory, with a NUL
// after *ret_size bytes; free with mem_free.
// Returns as ntfs_open_file, or -EFBIG.
int ntfs_read_file(struct ntfs *n, const char *path, uint64_t limit, void **ret,
		   size_t *ret_size, struct err *err);

// Returns the security descriptor of a file, through $Secure or its own
// attribute, in new memory (free with mem_free).
// Returns 0 or as ntfs_open.
int ntfs_read_security(struct ntfs *n, uint64_t record, void **ret,
		       size_t *ret_size, struct err *err);

// Returns the security descriptor of an id (struct ntfs_stat), as that.
int ntfs_read_descriptor(struct ntfs *n, uint32_t security_id, void **ret,
			 size_t *ret_size, struct err *err);

// How a stream's content can be had.
enum ntfs_held {
	NTFS_HELD_RESIDENT,  // it lies in the file's record: `value`
	NTFS_HELD_PLAIN,     // in clusters, as it is: `extents`
	NTFS_HELD_PACKED,    // compressed: by ntfs_open_stream
	NTFS_HELD_ENCRYPTED, // not at all
	NTFS_HELD_ELSEWHERE, // not here: a reparse point stands for it
};

// A $DATA stream, for ntfs_scan.
struct ntfs_scan_stream {
	const le16 *name; // NULL: the unnamed one
	size_t name_len;
	uint64_t size, valid; // bytes; what is not valid reads as zeroes
	enum ntfs_held content;
	bool is_sparse;
	const void *value; // `size` bytes
	const struct disk_extent
		*extents; // of the volume; at least `size` bytes
	size_t extent_count;
	uint64_t
		place; // byte of the volume where its first cluster lies; 0: none
};

struct ntfs_scan_name {
	uint64_t parent; // record
	uint16_t parent_sequence;
	uint8_t name_space; // NTFS_NS_*
	size_t name_len;
	const le16 *name;
};

// Something stored, as NTFS stores it; NULL: there is none.
struct ntfs_bytes {
	const void *data;
	size_t size;
};

// A file or folder as its records tell it.
struct ntfs_scan_file {
	struct ntfs_stat stat;
	const struct ntfs_scan_name *names;
	size_t name_count;
	const struct ntfs_scan_stream
		*streams; // unnamed first, if there is one
	size_t stream_count;
	struct ntfs_bytes reparse; // with its header
	struct ntfs_bytes ea;
	struct ntfs_bytes object_id; // with where it came from, if known
	struct ntfs_bytes security;  // where stat.security_id is 0
};

// Calls fn for each file and folder of a volume, in the order of their records,
// which are read in large pieces; stops when it returns non-zero. The system's own
// files are left out, but not the root. What fn is given is valid during the call.
// A file that Windows compressed as a whole (CompactOS) is told of as whoever reads
// it sees it: its content is compressed, and there are no reparse point, no attributes
// and no stream for that.
// Returns 0, what fn returned, -ECANCELED, or as ntfs_open; a record that is in use
// and cannot be read is -EBADMSG.
int ntfs_scan(struct ntfs *n,
	      int (*fn)(void *ctx, const struct ntfs_scan_file *file),
	      void *ctx, struct progress *progress, struct err *err);

// Makes a disk, for reading, of a stream's extents as ntfs_scan told them.
// Returns 0, -EINVAL when they leave the volume or are fewer than `size` bytes, or
// -ENOMEM.
int ntfs_open_extents(struct ntfs *n, const struct disk_extent *extents,
		      size_t count, uint64_t size, uint64_t valid,
		      struct disk **ret, struct err *err);

// Returns true when the volume holds no files but the system's own
// ("System Volume Information" and "$RECYCLE.BIN" count as such).
// Returns 0 or as ntfs_open.
int ntfs_is_empty(struct ntfs *n, bool *ret, struct err *err);

// Calls fn for each free range, in bytes of the volume, as $Bitmap says; stops
// when it returns non-zero. See ntfs_in_use.
// Returns 0, what fn returned, or as ntfs_open.
int ntfs_free_ranges(struct ntfs *n,
		     int (*fn)(void *ctx, uint64_t off, uint64_t len),
		     void *ctx, struct err *err);

// Finds out whether somebody who is not there still counts on the volume: it is
// marked dirty, its log was not closed, or Windows is hibernated on it. *ret is
// a constant text that says so, or NULL.
// Returns 0 or as ntfs_open.
int ntfs_in_use(struct ntfs *n, const char **ret, struct err *err);

// --- Checking ----------------------------------------------------------------

// What a finding of the check means for who wants to change the volume.
enum ntfs_finding {
	// Something is broken: nothing is written before it is repaired.
	NTFS_UNSAFE,
	// A power cut during changes leaves it, and by it every file is whole and
	// its own: clusters and records that are marked as used and are not,
	// files without an entry in a folder, the mirror that is behind, the
	// dirty flag. ntfs_change_begin mends it.
	NTFS_LEFTOVER,
	// No change depends on it: a folder's entry repeats sizes, times or
	// attributes that its file no longer has; attributes that there are not.
	NTFS_HARMLESS,
	// No part of the file system's state, and nothing that Windows' own check
	// reports: the boot sector's copy, which imaging programs leave out.
	NTFS_NOTE,
};

// What a finding is against, with its short name.
#define NTFS_RULES(RULE)                                                       \
	RULE(ATTR_DUPLICATE, "attr-duplicate")                                 \
	RULE(ATTR_FORM, "attr-form")                                           \
	RULE(ATTR_HEADER, "attr-header")                                       \
	RULE(ATTR_ID, "attr-id")                                               \
	RULE(ATTR_LIST, "attr-list")                                           \
	RULE(ATTR_LIST_ORDER, "attr-list-order")                               \
	RULE(ATTR_ORDER, "attr-order")                                         \
	RULE(ATTR_PLACE, "attr-place")                                         \
	RULE(ATTR_TYPE, "attr-type")                                           \
	RULE(ATTRDEF, "attrdef")                                               \
	RULE(BADCLUS, "badclus")                                               \
	RULE(BITMAP, "bitmap")                                                 \
	RULE(BITMAP_FREE, "bitmap-free")                                       \
	RULE(BITMAP_LOST, "bitmap-lost")                                       \
	RULE(BITMAP_SIZE, "bitmap-size")                                       \
	RULE(BOOT_COPY, "boot-copy")                                           \
	RULE(BOOT_FILE, "boot-file")                                           \
	RULE(BOOT_MEDIA, "boot-media")                                         \
	RULE(BOOT_MFT, "boot-mft")                                             \
	RULE(BOOT_RESERVED, "boot-reserved")                                   \
	RULE(BOOT_SIGNATURE, "boot-signature")                                 \
	RULE(CROSS_LINK, "cross-link")                                         \
	RULE(EA, "ea")                                                         \
	RULE(ENTRY_ATTRIBUTES, "entry-attributes")                             \
	RULE(ENTRY_FILE, "entry-file")                                         \
	RULE(ENTRY_NAME, "entry-name")                                         \
	RULE(ENTRY_PARENT, "entry-parent")                                     \
	RULE(ENTRY_REPARSE, "entry-reparse")                                   \
	RULE(ENTRY_SIZE, "entry-size")                                         \
	RULE(ENTRY_TIMES, "entry-times")                                       \
	RULE(EXTEND, "extend")                                                 \
	RULE(FILE_ATTRIBUTES, "file-attributes")                               \
	RULE(FILE_NAME, "file-name")                                           \
	RULE(FOLDER_FLAG, "folder-flag")                                       \
	RULE(FOLDER_NAMES, "folder-names")                                     \
	RULE(FOLDER_PATH, "folder-path")                                       \
	RULE(INDEX_BITMAP, "index-bitmap")                                     \
	RULE(INDEX_BLOCK, "index-block")                                       \
	RULE(INDEX_CHILDREN, "index-children")                                 \
	RULE(INDEX_CYCLE, "index-cycle")                                       \
	RULE(INDEX_DUPLICATE, "index-duplicate")                               \
	RULE(INDEX_ENTRY, "index-entry")                                       \
	RULE(INDEX_HEADER, "index-header")                                     \
	RULE(INDEX_ORDER, "index-order")                                       \
	RULE(INDEX_ROOT, "index-root")                                         \
	RULE(INDEX_UNREACHED, "index-unreached")                               \
	RULE(INDEX_VCN, "index-vcn")                                           \
	RULE(LINK_COUNT, "link-count")                                         \
	RULE(LOG, "log")                                                       \
	RULE(LOG_UNCLEAN, "log-unclean")                                       \
	RULE(MFT_BITMAP, "mft-bitmap")                                         \
	RULE(MFT_MIRROR, "mft-mirror")                                         \
	RULE(NAME_ENTRY, "name-entry")                                         \
	RULE(NAME_SPACE, "name-space")                                         \
	RULE(OBJECT_ID, "object-id")                                           \
	RULE(RECORD_HEADER, "record-header")                                   \
	RULE(RECORD_NUMBER, "record-number")                                   \
	RULE(RECORD_ORPHAN, "record-orphan")                                   \
	RULE(RECORD_SEQUENCE, "record-sequence")                               \
	RULE(RECORD_USED, "record-used")                                       \
	RULE(REPAIR, "repair")                                                 \
	RULE(REPARSE, "reparse")                                               \
	RULE(RUNS, "runs")                                                     \
	RULE(SDS, "sds")                                                       \
	RULE(SDS_ENTRY, "sds-entry")                                           \
	RULE(SDS_HASH, "sds-hash")                                             \
	RULE(SDS_MIRROR, "sds-mirror")                                         \
	RULE(SECURITY_DESCRIPTOR, "security-descriptor")                       \
	RULE(SECURITY_ID, "security-id")                                       \
	RULE(SECURITY_INDEX, "security-index")                                 \
	RULE(STANDARD_INFORMATION, "standard-information")                     \
	RULE(STREAM_ALLOCATED, "stream-allocated")                             \
	RULE(STREAM_FLAGS, "stream-flags")                                     \
	RULE(STREAM_SIZE, "stream-size")                                       \
	RULE(STREAM_TOTAL, "stream-total")                                     \
	RULE(STREAM_VALID, "stream-valid")                                     \
	RULE(UPCASE, "upcase")                                                 \
	RULE(VOLUME, "volume")                                                 \
	RULE(VOLUME_DIRTY, "volume-dirty")                                     \
	RULE(VOLUME_VERSION, "volume-version")

#define NTFS_RULE_ENTRY(id, name) NTFS_RULE_##id,
enum ntfs_rule { NTFS_RULES(NTFS_RULE_ENTRY) };

// Returns the short name of a rule: "index-order".
const char *ntfs_rule_name(enum ntfs_rule rule);

struct ntfs_problem {
	enum ntfs_finding finding;
	uint64_t record; // of the file record, or ERR_NOWHERE
	enum ntfs_rule rule;
	const char *text;      // one sentence
	uint64_t first, count; // NTFS_RULE_BITMAP_LOST: the clusters
};

struct ntfs_check_result {
	uint64_t files, folders, index_entries, clusters_used, clusters;
	uint64_t problems; // all findings but notes; among them
	uint64_t leftovers, harmless;
	uint64_t notes;
};

// Checks a volume, changing nothing, and calls report for each finding (at most
// some thousands).
// Returns 0 when the check came to its end (see ret->problems), -EBADMSG when
// it is so broken that nothing could be checked, or as ntfs_open.
int ntfs_check(struct disk *dev,
	       void (*report)(void *ctx, const struct ntfs_problem *problem),
	       void *ctx, struct progress *progress,
	       struct ntfs_check_result *ret, struct err *err);

#endif
