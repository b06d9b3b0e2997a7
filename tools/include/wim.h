// SPDX-License-Identifier: MIT
//
// libwim: Windows Imaging files (WIM, SWM, ESD): reading.
//
//     struct wim *w;
//     struct wim_image *image;
//     wim_open(file, &w, &err);
//     wim_image_load(w, 1, &image, &err);
//     // walk image->root, build a list of blobs
//     wim_extract(w, blobs, count, &sink, pool, progress, &err);
//     wim_image_free(image);
//     wim_close(w);
//
// The format: "Windows Imaging File Format (WIM)" white paper (Microsoft 2007),
// with content as it is or compressed by XPRESS, LZX or LZMS (codec.h), each piece
// by itself or much of it together ("solid", as in an ESD). To read one file of
// those compressed together, all of a chunk, of up to 1 GiB, is decompressed: what
// wim_extract is given at once is read in one sweep.
//
// A split WIM (SWM) is a set of files, parts 1 to N, that bear one GUID. Part 1
// has the metadata and the XML data, and each part a table of the content that
// lies in it; a set is opened with all its parts, and is one struct wim from then
// on. By name, wim_open_files finds the other parts of the set that a file belongs
// to, as DISM, ImageX and wimlib name them (install.swm, install2.swm, ...).
//
// Everything in a WIM is hostile: names, sizes, counts and links are checked
// when an image is loaded; a name that climbs out ("..", separators), a cycle
// or two equal names in a folder make the image corrupt. Names that differ in
// case alone are not equal: a case-sensitive folder may hold them.
//
// Threads: a struct wim may be used by one thread at a time; wim_extract uses a
// pool by itself.

#ifndef WIM_H
#define WIM_H

#include "disk.h"

struct wim;

enum wim_compression {
	WIM_COMPRESSION_NONE,
	WIM_COMPRESSION_XPRESS,
	WIM_COMPRESSION_LZX,
	WIM_COMPRESSION_LZMS,
};

struct wim_info {
	uint32_t version;
	enum wim_compression compression;
	uint32_t chunk_size; // bytes; 0 when not compressed
	struct guid guid;
	uint16_t parts; // files; 1: it is not split
	uint32_t images, boot_index;
	bool has_integrity; // all its files have
	bool is_pipable; // of wimlib: content does not lie as in others, though
			 // it may be compressed in the same way
	bool rp_fix;     // absolute links lead into the images from their roots
	uint64_t size;   // bytes of all its files
	// Bytes of them that nothing refers to: of images that were deleted, of
	// what was appended and cut off. Of a pipable one 0.
	uint64_t unused;
	// How much content is compressed together, by the largest solid resource.
	bool is_solid; // there is one
	enum wim_compression solid_compression;
	uint32_t solid_chunk_size;
};

// What the XML data says of one image. Strings are UTF-8, "" when not given,
// and live as long as the struct wim.
struct wim_image_info {
	uint32_t index; // from 1
	const char *name, *description, *display_name, *display_description;
	const char *flags;        // EDITIONID or FLAGS
	const char *architecture; // "x64", "x86", "ARM64", ...
	const char *product_name, *edition, *installation_type, *hal;
	const char *product_type, *product_suite, *system_root;
	const char *languages; // "en-US,de-DE"
	const char *default_language;
	const char *version; // "10.0.19041", from WINDOWS/VERSION
	uint32_t service_pack_build, service_pack_level;
	uint64_t files, directories, bytes, hard_link_bytes;
	uint64_t created, modified; // FILETIME, 0 when not given or none
	bool wimboot;               // files may be pointers into the WIM
};

// A piece of content, stored once however often it is used.
struct wim_blob {
	uint8_t sha1[SHA1_SIZE];
	uint64_t size;        // bytes, uncompressed
	uint64_t order;       // does not fall as the content lies in the files
	uint16_t part;        // that has it, from 1
	uint64_t offset;      // in that file; of solid content, in its resource
	uint64_t stored_size; // of solid content its size
	bool compressed;
	uint32_t solid; // the solid resource it lies in, from 1; 0: none
};

// The content of a file with the attribute ENCRYPTED is what EFS would restore
// ([MS-EFSR]), not what a user would read.
struct wim_stream {
	const le16 *name; // NULL for the unnamed one
	size_t name_len;
	const struct wim_blob *blob; // NULL when empty
};

// A file or folder of an image. All pointers live as long as the image.
struct wim_dentry {
	const le16 *name; // no NUL; empty for the root
	size_t name_len;
	const le16 *short_name;
	size_t short_name_len;
	uint32_t attributes; // as NTFS_ATTR_* of ntfs.h, [MS-FSCC] 2.6
	uint64_t created, accessed, modified; // FILETIME
	int32_t security;       // index into image->security, or -1
	uint32_t reparse_tag;   // when attributes has REPARSE
	uint32_t reparse_flags; // the reserved word beside it, as stored
	uint64_t link_group; // dentries of equal non-zero groups are one file
	struct wim_stream *streams; // unnamed first (not for folders; the data
	size_t stream_count;        // of a reparse point is not among them),
				    // then named ones, sorted
	const struct wim_blob *reparse; // data without its header, or NULL
	struct guid object_id; // from tagged metadata items; zero: none
	const void *long_id;   // 64 bytes: the same, and of which volume and
		// file it was first ([MS-FSCC] 2.1.3); NULL: that
		// is not known
	const void *ea; // extended attributes as NTFS stores them, or NULL
	size_t ea_size; // attributes of Linux are among them ("user.x")
	bool has_unix;  // wimlib stored what a file is on Linux:
	uint32_t uid, gid, mode, rdev; // mode with the type; rdev: of a device,
				       // 32 bits as the kernel encodes them
	const void *items; // all tagged items as they are stored, also those
	size_t items_size; // that nobody here knows; NULL: none
	struct wim_dentry *parent;    // NULL for the root
	uint32_t index;               // in image->dentries
	struct wim_dentry **children; // sorted without regard to case
	size_t child_count;
};

struct wim_security {
	const void *descriptor; // self-relative
	size_t size;
};

struct wim_image {
	struct wim_dentry *root;
	struct wim_security *security;
	size_t security_count;
	uint64_t dentry_count;
	struct wim_dentry **dentries; // all of them, parents before children
};

// Opens a WIM: checks the header, reads the blob table and the XML data. The
// file is borrowed.
// Returns 0, -EBADMSG when it is corrupt, no WIM or shorter than it says, -ENOENT
// for one part of a split one, -ENOTSUP for an encrypted one, -EFBIG over a limit,
// -ENOMEM, or the device's error.
int wim_open(struct disk *file, struct wim **ret, struct err *err);

// A file of a split WIM. Both are borrowed, the name until wim_close too: it is
// for messages.
struct wim_part {
	const char *name;
	struct disk *file;
};

// Opens a WIM of one file or several, given in any order.
// Returns 0, -ENOENT when a part is missing, -EEXIST when one is there twice,
// -ESTALE when a file is of another set (err names the file each time), or as
// wim_open.
int wim_open_parts(const struct wim_part *parts, size_t count, struct wim **ret,
		   struct err *err);

// How files are had by their names, which are paths, addresses or whatever the
// function knows, with their last part behind the last "/" or "\".
struct wim_files {
	// Opens a file for reading. Returns 0, -ENOENT when there is none, or
	// another error.
	int (*open_file)(void *ctx, const char *name, struct disk **ret,
			 struct err *err);
	void *ctx;
};

// Opens a WIM by its name. Of a split one the name may be any part's: with the
// part's number at the end of part k's name, as in install.swm, install2.swm,
// install3.swm, or from install1.swm on. With several names, in any order, these
// are all the parts, however they are called. wim_close closes the files; `files`
// is copied, its ctx borrowed.
// Returns as wim_open_parts, or as `open_file` for the file that was named.
int wim_open_files(const struct wim_files *files, const char *const *names,
		   size_t count, struct wim **ret, struct err *err);

// Closes; NULL is fine.
void wim_close(struct wim *w);

// Returns what the header says; valid until wim_close.
const struct wim_info *wim_get_info(const struct wim *w);

// Returns what the XML data says of image `index` (from 1), or NULL when there
// is none of that number.
const struct wim_image_info *wim_get_image_info(const struct wim *w,
						uint32_t index);

// Writes the XML data as UTF-8 into new memory (free with mem_free): all of it, or
// with an image's index (from 1) the element of that image alone.
// Returns 0, -ENOENT when there is no such image, or -ENOMEM.
int wim_get_xml(const struct wim *w, uint32_t index, char **ret,
		struct err *err);

// Finds an image by a number or, failing that, by its name without regard to
// case. Returns its index (from 1), or 0.
uint32_t wim_find_image(const struct wim *w, const char *name_or_number);

// Returns the hash of image `index`'s metadata: two images with the same one have
// the same tree with the same content. NULL when there is no such image.
const uint8_t *wim_image_sha1(const struct wim *w, uint32_t index);

// Says that `file` has no image of that name or number, and which it has.
// Returns -ENOENT.
int wim_no_image(const struct wim *w, const char *file,
		 const char *name_or_number, struct err *err);

// Loads the tree of image `index` and checks it whole.
// Returns 0, -ENOENT when there is no such image (err says how many there are),
// -EBADMSG when its metadata is corrupt, fails its hash, names a blob that is
// missing, has a name that is empty, too long or climbs out, equal names, or
// more than one parent for a folder; -EFBIG over a limit, -ENOMEM, or the
// device's error.
int wim_image_load(struct wim *w, uint32_t index, struct wim_image **ret,
		   struct err *err);

// Frees an image; NULL is fine.
void wim_image_free(struct wim_image *image);

// Receives the content of blobs. Called from several threads at once, for
// pieces of different blobs or of the same; each byte of each blob comes once.
struct wim_sink {
	int (*data)(void *ctx, const struct wim_blob *blob, uint64_t off,
		    const void *data, size_t len, struct err *err);
	void *ctx;
};

// Reads `count` blobs (in any order given; they are read in the order of the
// files), decompresses them on the pool's threads (NULL: on the calling one), passes
// the pieces to the sink and checks each blob against its SHA-1. Memory: some 1.2
// MiB for each of 3 jobs a thread and 2 more; with large chunks as many jobs of a
// chunk each as fit into 288 MiB. Data reaches the sink before its hash
// is known. What progress counts is bytes of content; its stage is "Extracting".
// Returns 0, -EBADMSG when a chunk is corrupt or a hash differs (err says which
// and where), -ECANCELED, what the sink returned, -ENOMEM, or the device's
// error. All calls of the sink have ended when it returns.
int wim_extract(struct wim *w, const struct wim_blob *const *blobs,
		size_t count, const struct wim_sink *sink, struct pool *pool,
		struct progress *progress, struct err *err);

// As that, for who wants compressed chunks also as they are stored.
struct wim_chunk_sink {
	struct wim_sink sink;
	// Gets each chunk of compressed content that is not solid, before the sink
	// has what begins at `off` of the blob. One that is as long as its content
	// is not compressed.
	int (*stored)(void *ctx, const struct wim_blob *blob, uint64_t off,
		      const void *chunk, size_t size, struct err *err);
};

// Returns as wim_extract.
int wim_extract_chunks(struct wim *w, const struct wim_blob *const *blobs,
		       size_t count, const struct wim_chunk_sink *sink,
		       struct pool *pool, struct progress *progress,
		       struct err *err);

// Reads one blob of at most `limit` bytes into new memory (free with mem_free),
// with its hash checked.
// Returns 0, -EFBIG over the limit, or as wim_extract.
int wim_read_blob(struct wim *w, const struct wim_blob *blob, uint64_t limit,
		  void **ret, struct err *err);

// Reads content at any place, as disks. The chunk that was decompressed last is
// kept, and where the chunks of its resource lie: what is read in the order of
// blob->order is decompressed once. Hashes are not checked.
struct wim_reader;

// Makes a reader. The WIM is borrowed.
// Returns 0 or -ENOMEM. Free with wim_reader_free.
int wim_reader_new(struct wim *w, struct wim_reader **ret, struct err *err);

// Opens content, for reading and by one thread with all others of this reader,
// which it borrows. Reading gives -EBADMSG when it cannot be decompressed.
// Returns 0 or -ENOMEM.
int wim_reader_open(struct wim_reader *reader, const struct wim_blob *blob,
		    struct disk **ret, struct err *err);

// Frees a reader; NULL is fine.
void wim_reader_free(struct wim_reader *reader);

// Checks all: the integrity table of each file, where all have one, the metadata of
// each image, and every piece of content against its hash, on all cores. The stages
// of progress are "Checking integrity", for each file, and "Verifying", in bytes of
// content.
// Returns as wim_check_integrity (but not -ENOENT), wim_image_load and wim_extract.
int wim_verify(struct wim *w, struct progress *progress, struct err *err);

// Checks the integrity table of each file, on all cores. What progress counts is
// bytes of the file.
// Returns 0, -ENOENT when one has none, -EBADMSG when a piece differs, the error of
// thread creation, or as wim_extract.
int wim_check_integrity(struct wim *w, struct progress *progress,
			struct err *err);

#endif
