// SPDX-License-Identifier: MIT
//
// What the files of libwim share.

#ifndef WIM_PRIV_H
#define WIM_PRIV_H

#include "codec.h"
#include "wim.h"
#include "wim_disk.h"
#include "xml/xml.h"

// Limits. The largest images of Windows have some 300,000 entries and 80 MB of
// metadata.
#define WIM_MAX_IMAGES     10000
#define WIM_MAX_BLOB_TABLE (UINT64_C(256) << 20) // of all files
#define WIM_MAX_XML        (UINT64_C(16) << 20)
#define WIM_MAX_METADATA   (UINT64_C(512) << 20)
#define WIM_MAX_INTEGRITY  (UINT64_C(16) << 20) // pieces of 10 MiB of 8 TiB
#define WIM_MAX_SOLIDS     65536 // one more each time that something is appended
// Folders within folders: a path of Windows has 32767 units, half of them slashes.
#define WIM_MAX_DEPTH 16384
#define WIM_MAX_NAME  255 // units, as on NTFS
// Of LZMS, by which a byte may become 1 GiB: a job's buffers are no larger than
// the content that there is.
#define WIM_MAX_CHUNK_ORDER 30

// [MS-FSCC] 2.6
#define WIM_ATTRIBUTE_FOLDER  0x10
#define WIM_ATTRIBUTE_REPARSE 0x400

#define WIM_MIN_DESCRIPTOR 20 // a self-relative one's header ([MS-DTYP] 2.4.6)

// A place in a file that holds content.
struct resource {
	uint64_t offset, stored_size, size;
	uint8_t flags; // RESOURCE_*
};

// How content is compressed.
struct chunking {
	enum wim_compression compression;
	uint32_t size;   // bytes of content in a chunk
	unsigned order;  // log2 of size; 0: there are no chunks
	bool is_pipable; // how they lie in a resource: see wim_disk.h
};

// A resource with much content in it.
struct solid_resource {
	struct chunking chunking;
	uint16_t part;   // of the file, from 1
	uint64_t offset; // in that
	uint64_t stored_size, size;
	uint64_t begin; // in the content of its run: see wim_disk.h
};

// What a header says of itself, checked.
struct header {
	struct wim_info info; // of this file
	uint16_t part;        // from 1
	struct chunking chunking;
	struct resource_disk blob_table, xml, integrity;
};

// One of the files.
struct wim_file {
	const char *name; // NULL: it has none
	struct disk *disk;
	uint64_t before; // bytes of all files before it
	struct resource blob_table, xml, integrity;
};

struct kept;

struct wim {
	struct wim_file *files; // as many as info.parts, in their order
	struct wim_info info;
	struct chunking chunking;  // of all but solid content
	struct opened *opened;     // of wim_open_files
	struct wim_blob *metadata; // of each image
	struct wim_blob *blobs;    // without metadata
	size_t blob_count;
	struct solid_resource *solids; // blob->solid counts them from 1
	size_t solid_count, solid_room;
	uint32_t *hash_slots; // 1 + index in blobs, by SHA-1; 0: free
	size_t hash_mask;
	struct wim_image_info *images; // as many as info.images
	struct wim_xml *xml;           // what images points into
	struct kept *kept;
};

// --- header.c ----------------------------------------------------------------

// Reads a header and checks what can be checked by itself.
// Returns as wim_open.
int wim_header_read(struct disk *file, struct header *ret, struct err *err);

// --- resource.c --------------------------------------------------------------

// Returns the bytes that a resource takes in the file.
uint64_t wim_resource_stored_size(const struct resource_disk *raw);

// Decodes a resource header and checks that it lies in file i.
// Returns 0 or -EBADMSG; -ENOTSUP when it is solid or spanned.
int wim_resource_decode(const struct wim *w, size_t i,
			const struct resource_disk *raw, const char *what,
			uint64_t where, struct resource *ret, struct err *err);

// Reads a resource of file i that has no hash, of at most `limit` bytes, into
// new memory. Returns 0, -EFBIG, or as wim_extract.
int wim_resource_read(struct wim *w, size_t i, const struct resource *res,
		      const char *what, uint64_t limit, void **ret,
		      struct err *err);

// --- parts.c, files.c --------------------------------------------------------

// Passes on an error that has to do with file i, which is named when it has a
// name. Returns inner->code.
int wim_file_fail(const struct wim *w, size_t i, const struct err *inner,
		  struct err *err);

// Reads from file i. Returns 0, or the device's error, passed on in that way.
int wim_file_read(const struct wim *w, size_t i, uint64_t off, void *buf,
		  size_t len, struct err *err);

// Closes the files that wim_open_files opened; NULL is fine.
void wim_opened_close(struct opened *opened);

// --- blobs.c -----------------------------------------------------------------

// Reads the blob tables. Returns as wim_open.
int wim_blobs_read(struct wim *w, struct err *err);

// Returns the blob with this SHA-1, or NULL.
const struct wim_blob *wim_blobs_find(const struct wim *w,
				      const uint8_t sha1[SHA1_SIZE]);

// --- image_info.c -----------------------------------------------------------

// Reads the XML data into w->xml and w->images. Returns as wim_open.
int wim_images_read(struct wim *w, struct err *err);

// Frees what wim_images_read made.
void wim_images_free(struct wim *w);

// --- chunks.c ----------------------------------------------------------------

// Checks that a compression has chunks of so many bytes and fills in *ret.
// Returns whether it has.
bool wim_chunking_init(enum wim_compression compression, uint32_t chunk_size,
		       struct chunking *ret);

// How a compressed resource that is not solid lies in the file.
struct chunks {
	uint64_t count;
	uint64_t table_size; // bytes
	unsigned entry_size; // 4 or 8
	unsigned gap;        // bytes before each chunk that are no part of it
	// where in the resource, and the bytes of all chunks without gaps
	uint64_t table, first, stored;
};

// Computes it. Returns false when the resource is too small or too large for
// its content.
bool wim_chunks_layout(const struct chunking *chunking, uint64_t size,
		       uint64_t stored_size, struct chunks *ret);

// Reads entry i (0 is that of chunk 1) of a chunk table. Returns its value.
uint64_t wim_chunks_entry(const struct chunks *c, const uint8_t *table,
			  uint64_t i);

// What decompresses chunks of one kind, made when a chunk of another one comes.
// All zero: none.
struct chunk_decoder {
	struct decompressor *d;
	struct chunking chunking; // that d is for
};

// Decompresses one chunk. Returns 0, -EBADMSG or -ENOMEM.
int wim_chunk_decode(struct chunk_decoder *decoder,
		     const struct chunking *chunking, const void *in,
		     size_t in_size, void *out, size_t out_size);

// Frees what it holds.
void wim_chunk_decoder_done(struct chunk_decoder *decoder);

// --- solid.c -----------------------------------------------------------------

// What entries of a blob table with RESOURCE_SOLID are part of: all of them that
// follow one another.
struct solid_run {
	size_t first, end; // of its resources, in w->solids
};

// Reads the solid resources that the first `count` entries of a blob table tell
// of, which are of a run; `where` is that of the first entry.
// Returns as wim_open.
int wim_solid_read(struct wim *w, const struct blob_disk *raw, size_t count,
		   uint64_t where, struct solid_run *ret, struct err *err);

// Finds where content of a run lies. Fills in all of *ret but the hash.
// Returns 0 or -EBADMSG.
int wim_solid_locate(const struct wim *w, const struct solid_run *run,
		     const struct blob_disk *raw, uint64_t where,
		     struct wim_blob *ret, struct err *err);

// --- extract/engine.c --------------------------------------------------------

// What content is read for.
enum read_for {
	READ_UNCHECKED, // it has no hash
	READ_CONTENT,
	READ_CHUNKS, // the same; the sink is that of a struct wim_chunk_sink
	READ_VERIFY,
	READ_INTEGRITY, // pieces of files, by the integrity table
};

// wim_extract for any reading.
// Returns as wim_extract.
int wim_extract_any(struct wim *w, const struct wim_blob *const *blobs,
		    size_t count, const struct wim_sink *sink,
		    enum read_for reading, struct pool *pool,
		    struct progress *progress, struct err *err);

// --- integrity.c -------------------------------------------------------------

// wim_check_integrity on the threads of a pool (NULL: on the calling one).
// Returns as that.
int wim_integrity_check(struct wim *w, struct pool *pool,
			struct progress *progress, struct err *err);

// Reads blobs for nothing but their hashes. Returns as wim_extract.
int wim_verify_blobs(struct wim *w, const struct wim_blob *const *blobs,
		     size_t count, enum read_for reading, struct pool *pool,
		     struct progress *progress, struct err *err);

// --- kept.c ------------------------------------------------------------------

// Notes what is to be kept of an image, and forgets what is kept of another one.
// Returns 0 or -ENOMEM.
int wim_kept_note(struct wim *w, const struct wim_image *image,
		  struct err *err);

// Reads a blob as wim_read_blob does.
// Returns 0, -ENOENT when it is none of those that are kept, or as that.
int wim_kept_read(struct wim *w, const struct wim_blob *blob, void **ret,
		  struct err *err);

// Frees; NULL is fine.
void wim_kept_free(struct kept *k);

// --- security.c --------------------------------------------------------------

// Reads the security data at the start of an image's metadata. *ret_size is
// where the tree begins. Returns 0, -EBADMSG or -ENOMEM; what was allocated is
// freed with the image.
int wim_security_read(const uint8_t *data, size_t size, struct wim_image *image,
		      size_t *ret_size, struct err *err);

// --- dentry.c ----------------------------------------------------------------

// An image and what its pointers point into.
struct loaded_image {
	struct wim_image image; // first
	uint8_t *metadata;
	struct wim_dentry *dentries;
	struct wim_stream *streams;
	size_t stream_count;
	uint8_t *ea; // all extended attributes
	size_t ea_size;
	struct wim_image_making *making; // of one that was not loaded
};

// What the lengths of a directory entry say, checked.
struct dentry_shape {
	uint64_t length;   // 8: the end of a folder's list
	uint64_t end;      // where the next entry begins
	uint64_t children; // offset, 0: none
	unsigned streams;  // entries behind it
	size_t ea_size;    // what its extended attributes take as NTFS has them
	bool is_folder;
};

// Looks at the entry at `pos` and checks that all of it lies in the metadata.
// Returns 0 or -EBADMSG.
int wim_dentry_measure(const uint8_t *data, size_t size, uint64_t pos,
		       struct dentry_shape *ret, struct err *err);

// Decodes the entry at `pos`, which wim_dentry_measure has seen; ret->parent is
// set already. Takes streams and room for extended attributes from the image.
// Returns 0 or -EBADMSG.
int wim_dentry_decode(const struct wim *w, struct loaded_image *image,
		      uint64_t pos, bool is_root, struct wim_dentry *ret,
		      struct err *err);

// --- items.c -----------------------------------------------------------------

// Looks at the tagged items in [at, end) of the metadata: how much room extended
// attributes take as NTFS has them. Returns false when these are corrupt.
bool wim_items_measure(const uint8_t *data, uint64_t at, uint64_t end,
		       size_t *ret_ea_size);

// Fills in what tagged items tell of an entry, with room for extended attributes
// from the image.
void wim_items_decode(struct loaded_image *image, uint64_t at, uint64_t end,
		      struct wim_dentry *d);

// Finds an item among those that an entry keeps. Returns its data, or NULL.
const uint8_t *wim_items_find(const struct wim_dentry *d, uint32_t tag,
			      size_t *ret_len);

// Copies those that no other field of the entry tells of, as they are stored.
// `out` may be NULL. Returns their size.
size_t wim_items_unknown(const struct wim_dentry *d, uint8_t *out);

// Checks that a name can stand in a path: one with a separator, or "..", would
// be written outside of the target. `forbidden` is one more unit that it may
// not have, or 0. Returns whether it can.
bool wim_name_is_good(const le16 *name, size_t len, uint16_t forbidden);

// --- metadata.c --------------------------------------------------------------

// For qsort of struct wim_dentry *: by name, without regard to case before with.
// Returns <0, 0 or >0.
int wim_name_order(const void *a, const void *b);

// --- write/tree.c ------------------------------------------------------------

// Frees what wim_image_new made beside the image; NULL is fine.
void wim_making_free(struct wim_image_making *making);

#endif
