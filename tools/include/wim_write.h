// SPDX-License-Identifier: MIT
//
// libwim, the writing side: images made in memory, and WIM files made, appended
// to, split and changed.
//
//     struct wim_content content = {.blob.size = size, .open = open_it};
//     struct wim_content *list[] = {&content};
//     struct wim_writer *writer;
//     struct wim_image *image;
//     struct wim_dentry *root, *d;
//     wim_image_new(&image, &err);
//     wim_image_add(image, NULL, NULL, 0, &root, &err);
//     wim_image_add(image, root, name, name_len, &d, &err);
//     d->attributes = 0x20;
//     wim_image_add_stream(image, d, NULL, 0, &content.blob, &err);
//     wim_image_finish(image, &err);
//     wim_writer_create(file, &options, &writer, &err);
//     wim_writer_add_content(writer, list, 1, progress, &err);
//     wim_writer_add_image(writer, image, &info, &err);
//     wim_writer_finish(writer, progress, &err);
//     wim_writer_free(writer);
//     wim_image_free(image);
//     disk_finish(file, &err);
//
// What is written is laid out as WIMGAPI does ("Windows Imaging File Format
// (WIM)" white paper, Microsoft 2007): content, metadata, blob table, XML data,
// integrity table.
//
// A file that is changed stays what it was until its new header is written over
// the old one, with all that this refers to flushed before: a power cut leaves
// the one or the other. So what is no longer used stays in the file; exporting
// all images to a new file leaves it behind.
//
// Threads: an image, and a writer, is used by one thread at a time. A writer
// compresses on all cores by itself.

#ifndef WIM_WRITE_H
#define WIM_WRITE_H

#include "codec.h"
#include "wim.h"

// --- Trees -------------------------------------------------------------------
// An image made here is of the same shape as one that wim_image_load gives, and
// is freed by wim_image_free. All that it points to but blobs lies in memory of
// its own, which grows with it.

// Makes an image without entries.
// Returns 0 or -ENOMEM.
MUST_CHECK
int wim_image_new(struct wim_image **ret, struct err *err);

// Adds an entry to a folder; first of all the root, with parent NULL and no name,
// which gets the attribute of a folder. The name is copied. The caller then fills
// in attributes (a folder has its attribute before anything is added to it),
// times, security (-1 until then), link group, reparse tag, object id and so on;
// what these point to is made by wim_image_keep.
// Returns 0, -EBADMSG when the name is empty, longer than 255 units, ".", ".." or
// has "/", "\" or a NUL in it, -EINVAL for a second root, a parent that is no
// folder, or an image that was loaded or finished, or -ENOMEM.
MUST_CHECK
int wim_image_add(struct wim_image *image, struct wim_dentry *parent,
		  const le16 *name, size_t name_len, struct wim_dentry **ret,
		  struct err *err);

// Copies bytes into the image's memory: short names, extended attributes.
// Returns 0, -EINVAL for an image that was loaded, or -ENOMEM.
MUST_CHECK
int wim_image_keep(struct wim_image *image, const void *data, size_t size,
		   const void **ret, struct err *err);

// Gives an entry a stream; without a name it is the content of a file, of which a
// folder has none. The data of a reparse point is no stream: d->reparse. `blob` is
// borrowed, and NULL (or of size 0) when empty. Streams may come in any order.
// Returns 0, -EBADMSG for a name that has ":" in it or cannot be as that of an
// entry, -EEXIST for one that is there but for case, -EINVAL as wim_image_keep,
// or -ENOMEM.
MUST_CHECK
int wim_image_add_stream(struct wim_image *image, struct wim_dentry *d,
			 const le16 *name, size_t name_len,
			 const struct wim_blob *blob, struct err *err);

// Finds the index of a security descriptor (self-relative, [MS-DTYP] 2.4.6), for
// wim_dentry.security; one that is not there yet is copied.
// Returns 0, -EBADMSG for fewer than 20 bytes, -EFBIG for more than 256 KiB or
// more than 2^24 descriptors, -EINVAL as wim_image_keep, or -ENOMEM.
MUST_CHECK
int wim_image_security(struct wim_image *image, const void *descriptor,
		       size_t size, int32_t *ret, struct err *err);

// Ends the making: sorts each folder, and numbers the entries. It is then as one
// that was loaded, whose fields may still be changed.
// Returns 0, -EEXIST when a folder has two entries of one name (err says which),
// -EINVAL as wim_image_add or without a root, or -ENOMEM.
MUST_CHECK
int wim_image_finish(struct wim_image *image, struct err *err);

// --- Content -----------------------------------------------------------------

// A piece of content to be written. Streams and reparse points of an image's
// entries point to its blob, of which the maker sets the size and the writer the
// SHA-1. It stays where it is until the images that use it are written.
struct wim_content {
	struct wim_blob blob;
	// The bytes themselves, or, when NULL, how they are had: a disk of at
	// least blob.size bytes, which is read from its start to its end, and
	// closed. It may be opened twice.
	const void *data;
	int (*open)(struct wim_content *content, struct disk **ret,
		    struct err *err);
	// The maker knows that no other content, of this list or of the file, is
	// the same: it is read once whatever its size is.
	bool is_unique;
	// Writes what it is called (a path) for messages; NULL: it has no name.
	void (*name)(const struct wim_content *content, char *buf, size_t size);
	void *ctx; // the maker's
	// Its SHA-1, where that is known: content that the file has is not read
	// then. NULL: it is not.
	const uint8_t *known;
	bool is_stored; // as it is, not compressed; in a solid resource as others
};

// --- Writing -----------------------------------------------------------------

struct wim_writer;

struct wim_write_options {
	enum wim_compression compression;
	uint32_t chunk_size;    // 0: 32 KiB, LZMS 128 KiB
	enum codec_level level; // 0: CODEC_FAST
	// Content in one solid resource for each wim_writer_add_content: the
	// file is then an ESD, version 0xe00. Metadata is compressed as above.
	bool is_solid;
	enum wim_compression solid_compression; // NONE: as `compression`
	uint32_t solid_chunk_size; // 0: LZMS 64 MiB, LZX 2 MiB, else 64 KiB
	bool has_integrity;
	bool rp_fix;       // the header says that links were made relative to
			   // the image's root
	struct guid guid;  // zero: a random one
	struct pool *pool; // borrowed; NULL: one of its own, on all cores
};

// Begins a new WIM in `file`, which is borrowed and is made longer as it is
// written: a new file, whose old content, if any, is dropped.
// Returns 0, -EINVAL for a chunk size that the compression does not know,
// -ENOTSUP for a compression that cannot be written, -ENOMEM, the error of thread
// creation or of the random generator, or as disk_resize.
MUST_CHECK
int wim_writer_create(struct disk *file,
		      const struct wim_write_options *options,
		      struct wim_writer **ret, struct err *err);

// Begins to add to the WIM that is open as `w`, whose file the caller opened for
// writing; both are borrowed, and w does not see what is added. Of the options
// level, pool, and is_solid with what belongs to it count; has_integrity adds a
// table to a file that has none. Chunks and compression are the file's.
// Returns 0, -ENOTSUP for a split or pipable WIM, or a compression as above, -EROFS for a
// file opened for reading, -EINVAL, -ENOMEM, or as wim_writer_create.
MUST_CHECK
int wim_writer_append(struct wim *w, const struct wim_write_options *options,
		      struct wim_writer **ret, struct err *err);

// Writes content that is not in the file already, and sets the hash of each blob: in
// the order given, or into a solid resource by how names end, so that what is alike
// is compressed together. Each is opened once, when it is its turn; twice only when
// it is larger than 512 KiB and another one of its size was there before it. What
// compression does not make smaller is stored as it is. Memory: some 1.2 MiB for
// each of 3 jobs a core and 2 more; with large chunks as many jobs of a chunk each
// as fit into 288 MiB, and what the compressors take. What progress counts is bytes
// of content; its stage is "Saving image".
// Returns 0, -ESTALE when content is shorter than it was said to be, or differs
// when it is read again (err names it), -ECANCELED, what content->open gives,
// -ENOMEM, or the disks' errors. The writer can then only be freed.
MUST_CHECK
int wim_writer_add_content(struct wim_writer *writer,
			   struct wim_content *const *list, size_t count,
			   struct progress *progress, struct err *err);

// Bytes of UTF-8 of what an image is called, and of any other text about it. The
// format has no limits for them.
#define WIM_MAX_IMAGE_NAME 1024u
#define WIM_MAX_IMAGE_TEXT 32767u

// An element of an image's XML data: its path within IMAGE, as in "NAME",
// "FLAGS", "WINDOWS/EDITIONID", and its text. Both are UTF-8. Of several elements
// of one name "WINDOWS/LANGUAGES/LANGUAGE[2]" is the second; one is made behind
// those that are there.
struct wim_property {
	const char *path;
	const char *value; // NULL: it is taken out
};

struct wim_new_image {
	const char *name, *description, *flags; // NULL: not given
	const struct wim_property *properties;  // further ones, or NULL
	size_t property_count;
	uint64_t created, modified; // FILETIME; 0: now
	bool is_boot;               // becomes the image to boot
	// An image of the file whose XML data is taken over, but for what is told
	// here and what follows from the image; 0: none is.
	uint32_t like;
};

// Adds an image: its metadata, and what the XML data tells of it, with counts of
// files, folders and bytes. All its content was added before, is in the file that
// is appended to, or is empty. The image is borrowed during the call.
// Returns 0, -EEXIST when another image has the name, -ENOENT when content of an
// entry is not in the file (err names the entry), -EFBIG for more metadata than
// is read, -ENAMETOOLONG for a text over the limits above, -EINVAL for an image that
// was not finished, or an entry whose security index is none, -EBADMSG for extended
// attributes that are malformed, or a property whose path or text cannot be one,
// -ENOMEM, or the disk's errors.
MUST_CHECK
int wim_writer_add_image(struct wim_writer *writer,
			 const struct wim_image *image,
			 const struct wim_new_image *info, struct err *err);

// Puts an image in the place of image `index` of the file that is appended to. What
// the XML data says of that one stays, but for the counts, the time of the last
// change (info->modified) and the properties in `info`, of which no more counts.
// Returns 0, -ENOENT when there is no such image, or as wim_writer_add_image and
// wim_image_load.
MUST_CHECK
int wim_writer_replace_image(struct wim_writer *writer, uint32_t index,
			     const struct wim_image *image,
			     const struct wim_new_image *info, struct err *err);

// Returns how many images the file has with those that were added.
uint32_t wim_writer_images(const struct wim_writer *writer);

// Sets the image to boot, 0: none.
// Returns 0, or -ENOENT when there is no such image.
MUST_CHECK
int wim_writer_set_boot(struct wim_writer *writer, uint32_t index,
			struct err *err);

// Writes blob table, XML data and integrity table, flushes, and then the header,
// by which all that was added becomes part of the file. The file's end is
// flushed too; a file that is made by a name still wants disk_finish.
// Returns 0, -ECANCELED, -ENOMEM, or the disk's errors.
MUST_CHECK
int wim_writer_finish(struct wim_writer *writer, struct progress *progress,
		      struct err *err);

// Frees a writer. One that was not finished leaves a file that was appended to as
// long as it was, when that can be done. NULL is fine.
void wim_writer_free(struct wim_writer *writer);

// --- From file to file -------------------------------------------------------

#define WIM_ALL_IMAGES 0

struct wim_export_options {
	const char *name, *description; // NULL: as they were
	bool is_boot; // the image becomes the one to boot; with all images, the
		      // one that was
	bool recompress; // also what could be copied as it is
};

// Copies an image, or all, with what the XML data says of it, into a file that is
// being written. Compressed content is copied as it is where compression and
// chunks are the same, else decompressed and compressed; a solid resource where
// compression is the same and most of it is wanted. What is copied is compared with its
// hashes before (the stage of progress is "Verifying" then), what is compressed again
// as it is read; damage that no image concerned has is not met. `options` may be NULL.
// Returns 0, -ENOENT when there is no such image, -EEXIST when an image of that
// name is there, or as wim_image_load, wim_extract, wim_writer_add_content and
// wim_writer_add_image.
MUST_CHECK
int wim_export(struct wim *src, uint32_t index, struct wim_writer *writer,
	       const struct wim_export_options *options,
	       struct progress *progress, struct err *err);

// Where the parts of a split WIM go.
struct wim_split_files {
	// Makes the file of a part (from 1 to `parts`). It is the caller's, who
	// ends writing to it and closes it when wim_split has returned.
	int (*make_file)(void *ctx, uint16_t part, uint16_t parts,
			 struct disk **ret, struct err *err);
	void *ctx;
};

// Writes a WIM as a set of files of at most `part_size` bytes each, but for
// content that is larger by itself, which has a part of its own, and the first,
// which has the metadata, too. Content is copied as it is, and compared with its
// hashes before.
// Returns 0, -EBADMSG for damage, -EFBIG for more than 65535 parts, -EINVAL for parts that are too small
// for anything, -ENOTSUP for content that is solid and larger than a part and for a
// pipable WIM, -ECANCELED, what make_file gives, -ENOMEM, or the
// disks' errors.
MUST_CHECK
int wim_split(struct wim *src, uint64_t part_size,
	      const struct wim_split_files *files, struct progress *progress,
	      struct err *err);

// --- In place ----------------------------------------------------------------
// The file of `w` was opened for writing. Each ends with all in the file or
// nothing of it, and is durable then; w goes on telling what was before, and is
// best closed.

// Takes an image out: its metadata and what the XML data says of it; content that
// no other image uses is no longer listed. The file does not get smaller.
// Returns 0, -ENOENT when there is no such image, -ENOTSUP for a split or pipable WIM,
// -EROFS, -ENOMEM, as wim_image_load for the images that stay, or the disk's
// errors.
MUST_CHECK
int wim_delete(struct wim *w, uint32_t index, struct progress *progress,
	       struct err *err);

// Sets elements of an image's XML data.
// Returns 0, -EEXIST when another image has the name, -ENAMETOOLONG for a text over
// the limits, -EBADMSG for a path or text that cannot be, or as wim_delete.
MUST_CHECK
int wim_set_properties(struct wim *w, uint32_t index,
		       const struct wim_property *properties, size_t count,
		       struct err *err);

// Sets the image to boot, 0: none.
// Returns as wim_delete.
MUST_CHECK
int wim_set_boot(struct wim *w, uint32_t index, struct err *err);

#endif
