// SPDX-License-Identifier: MIT
//
// How a WIM is written: the calling thread reads content in the order given and
// fills jobs with it; threads of a pool hash and compress them; the calling
// thread writes them in their order, so the same content makes the same file.
//
//     writer.c    beginning, and ending with the header
//     base.c      what is taken over of a file that is changed
//     tables.c    blob table and XML data
//     delete.c, properties.c    changes in place
//     export.c, split.c         from file to file
//     ahead.c     what they read to compress it again
//     output.c    bytes at the end of the file
//     list.c      the blob table that is being made
//     content.c   what is read, how often, and in what pieces
//     reading.c   reading it
//     pack.c      the ring of jobs
//     resource.c  what becomes of a job: resources of their own
//     solid.c     or one resource with all content, sorted by solid_order.c
//     image.c     an image: metadata and XML data
//     describe.c  what the XML data tells of it
//     dentry_encode.c, metadata_encode.c    its tree as bytes
//     tree.c      images made in memory

#ifndef WIM_WRITE_PRIV_H
#define WIM_WRITE_PRIV_H

#include "../wim_priv.h"
#include "wim_write.h"

// --- output.c ----------------------------------------------------------------

#define OUTPUT_BUFFER (256 << 10)

struct output {
	struct disk *file;
	uint64_t at;  // where the buffer's first byte goes
	size_t used;  // of the buffer
	uint8_t *buf; // OUTPUT_BUFFER bytes
};

// Begins at `at`, at or behind the end of the file. wim_output_done frees.
// Returns 0 or -ENOMEM.
int wim_output_init(struct output *o, struct disk *file, uint64_t at,
		    struct err *err);

// Frees; what was not flushed is lost. An output of zeroes is fine.
void wim_output_done(struct output *o);

// Returns where the next byte goes.
uint64_t wim_output_place(const struct output *o);

// Writes at the end. Returns 0 or the disk's error.
int wim_output_write(struct output *o, const void *data, size_t len,
		     struct err *err);

// Leaves out `len` bytes, which read as zeroes. Returns 0 or the disk's error.
int wim_output_skip(struct output *o, uint64_t len, struct err *err);

// Writes at a place before the end. Returns 0 or the disk's error.
int wim_output_patch(struct output *o, uint64_t at, const void *data,
		     size_t len, struct err *err);

// Goes back to a place: what is behind it is dropped.
// Returns 0 or the disk's error.
int wim_output_rewind(struct output *o, uint64_t at, struct err *err);

// Hands what is in the buffer to the disk. Returns 0 or the disk's error.
int wim_output_flush(struct output *o, struct err *err);

// --- list.c ------------------------------------------------------------------

// An entry of the blob table.
struct listed {
	uint8_t sha1[SHA1_SIZE];
	uint8_t flags;       // RESOURCE_*
	uint32_t solid;      // 1 + index of the resource it is in; 0: none
	uint32_t references; // of entries of images; nobody's are not written
	uint64_t offset;     // in the file, or in the solid resource's content
	uint64_t stored_size, size;
};

// A solid resource.
struct listed_solid {
	uint64_t offset, stored_size;
	uint64_t size; // of the content
};

struct blob_list {
	struct listed *items;
	size_t count, capacity;
	uint32_t *slots; // 1 + index in items, by SHA-1; 0: free
	size_t slot_count;
	struct listed_solid *solids;
	size_t solid_count, solid_capacity;
};

// Returns the entry with this hash, or NULL; valid until one is added.
struct listed *wim_list_find(const struct blob_list *list,
			     const uint8_t sha1[SHA1_SIZE]);

// Adds an entry, whose hash is not there yet. Returns 0, -EFBIG or -ENOMEM.
int wim_list_add(struct blob_list *list, const struct listed *entry,
		 struct err *err);

// Adds a solid resource; entries refer to it by the number of them then.
// Returns 0 or -ENOMEM.
int wim_list_add_solid(struct blob_list *list, const struct listed_solid *solid,
		       struct err *err);

// Frees; a list of zeroes is fine.
void wim_list_done(struct blob_list *list);

// Encodes a resource header.
struct resource_disk wim_resource_encode(uint64_t offset, uint64_t stored_size,
					 uint64_t size, uint8_t flags);

// --- writer.c ----------------------------------------------------------------

// How resources are compressed.
struct packing {
	enum wim_compression compression;
	uint32_t chunk_size; // 0 when not compressed
	enum codec_level level;
};

struct wim_writer {
	struct disk *file;
	struct wim *base; // that is changed, or NULL
	uint64_t old_size;
	struct wim_header_disk header; // of base; of a new file what is known
	struct output output;
	struct packing packing, solid_packing;
	bool is_solid, has_integrity;
	struct pool *pool, *own_pool; // NULL until they are needed
	struct blob_list list;
	struct listed *metadata; // of each image
	size_t image_count, image_capacity;
	struct wim_xml *xml;
	uint32_t boot_index;
	uint64_t *sizes; // of content that did not fit into a job: a set
	size_t size_count, size_slots;
	bool is_part; // of a split WIM: there are more images than are listed
	bool is_finished;
};

// Makes sure that there is a pool. Returns 0, -ENOMEM, or the error of thread
// creation.
int wim_writer_pool(struct wim_writer *w, struct err *err);

// Begins to change the file of a WIM; nothing can be compressed yet.
// Returns as wim_writer_append.
int wim_writer_change(struct wim *base, struct wim_writer **ret,
		      struct err *err);

// Begins a part of a split WIM, with a header to which images and tables are added
// and the XML data of another WIM. Returns as wim_writer_create.
int wim_writer_create_part(struct disk *file,
			   const struct wim_header_disk *header,
			   const struct wim *like, struct wim_writer **ret,
			   struct err *err);

// Writes what tells of a file, flushed before and after.
// Returns 0 or the disk's error.
int wim_writer_put_header(struct wim_writer *w,
			  const struct wim_header_disk *header,
			  struct err *err);

// --- base.c ------------------------------------------------------------------

// Reads the header of the file that is to be changed, and checks that it may be.
// Returns 0, -ENOTSUP, -EROFS, or the disk's error.
int wim_base_header(const struct wim *base, struct wim_header_disk *ret,
		    struct err *err);

// Checks that there is an image of that number. Returns 0 or -ENOENT.
int wim_base_index(const struct wim *base, uint32_t index, struct err *err);

// Copies the XML data; an image that it does not tell of gets an empty element.
// Returns 0, -EFBIG or -ENOMEM.
int wim_base_xml(const struct wim *base, struct wim_xml **ret, struct err *err);

// Takes over what the base lists: blobs, metadata, XML data.
// Returns 0, -EFBIG, -ENOMEM, or as wim_image_load.
int wim_base_take(struct wim_writer *w, struct err *err);

// Counts all uses of content anew, by all images of the base but one (0: all).
// Returns as wim_image_load.
int wim_base_count(struct wim_writer *w, uint32_t but, struct err *err);

// --- image.c -----------------------------------------------------------------

// Counts the uses of content by an image. Returns 0, -ENOENT or -ENOMEM.
int wim_writer_refer(struct wim_writer *w, const struct wim_image *image,
		     struct err *err);

// Makes room for the metadata of one more image. Returns 0, -EFBIG or -ENOMEM.
int wim_writer_new_metadata(struct wim_writer *w, struct err *err);

// Writes it there; w->image_count does not count it yet.
// Returns as wim_writer_add_content.
int wim_writer_pack_metadata(struct wim_writer *w, const void *data,
			     size_t size, struct err *err);

// --- describe.c --------------------------------------------------------------

// Sets an element of an image's XML data, or with NULL takes it out.
// Returns 0, -ENAMETOOLONG, -EBADMSG, -EFBIG or -ENOMEM.
int wim_writer_set(struct wim_xml *xml, struct wim_xml_node *node,
		   const char *path, const char *value, struct err *err);

// Checks that no image but one (or NULL) has a name. Returns 0 or -EEXIST.
int wim_writer_check_name(const struct wim_xml *xml, const char *name,
			  const struct wim_xml_node *but, struct err *err);

// Tells of an image in an empty element of its own. Returns as
// wim_writer_add_image.
int wim_writer_describe(struct wim_xml *xml, struct wim_xml_node *node,
			const struct wim_image *image,
			const struct wim_new_image *info, struct err *err);

// Tells in its element what an image has become. Returns as
// wim_writer_replace_image.
int wim_writer_describe_again(struct wim_xml *xml, struct wim_xml_node *node,
			      const struct wim_image *image,
			      const struct wim_new_image *info,
			      struct err *err);

// --- tables.c ----------------------------------------------------------------

// Writes the XML data, and what tells of it. Returns 0, -EFBIG, -ENOMEM, or the
// disk's errors.
int wim_writer_put_xml(struct wim_writer *w, struct resource_disk *ret,
		       struct err *err);

// Writes blob table, XML data and integrity table, flushes, and makes the header
// that tells of them. Returns as wim_writer_finish.
int wim_writer_put_tables(struct wim_writer *w, struct progress *progress,
			  struct wim_header_disk *ret, struct err *err);

// Writes an integrity table of all from the header's end up to `end`, with what
// that of a file that is changed has of what is as it was. Returns as wim_writer_finish.
int wim_integrity_write(struct wim_writer *w, uint64_t end,
			struct progress *progress, struct resource_disk *ret,
			struct err *err);

// Returns the most bytes that the integrity table of a file of that size takes.
uint64_t wim_integrity_room(uint64_t size);

// Copies the old integrity table of a file whose blob table stays.
// Returns 0, -EFBIG, -ENOMEM, or the disk's errors.
int wim_integrity_copy(struct output *o, struct wim *base,
		       struct resource_disk *ret, struct err *err);

// --- content.c ---------------------------------------------------------------

// Sets the hash of content that is known to be in the file. Returns whether it is.
bool wim_content_is_there(const struct wim_writer *w, struct wim_content *c);

// Says that content changed while it was read. Returns -ESTALE.
int wim_content_changed(const struct wim_content *c, struct err *err);

// Returns whether content of that size, too large for a job, was written.
bool wim_writer_has_size(const struct wim_writer *w, uint64_t size);

// Enters that size. Returns 0 or -ENOMEM.
int wim_writer_note_size(struct wim_writer *w, uint64_t size, struct err *err);

#endif
