// SPDX-License-Identifier: MIT
//
// Inside libimage: files that are applied compressed, as Windows' overlay filter has
// them. A volume is laid out before anything is written, so sizes must be known
// first. All such content is read and compressed twice: to learn how many bytes each
// chunk takes, two bytes a chunk, and to write it to its place.
// That costs one more reading, but no room: whether all fits is known before the
// device is touched, what does not become smaller is never begun, and where a piece
// goes depends on no other thread. Chunks that the WIM has just so are taken as
// they are.

#ifndef COMPACT_H
#define COMPACT_H

#include <pthread.h>

#include "image.h"

// Content that may be held compressed.
struct pressed {
	const struct wim_blob *blob;
	size_t first;       // of its chunks, in compact.sizes
	size_t first_start; // the same in compact.starts
	uint64_t chunks, table;
	uint32_t entry;   // bytes of one in the table
	uint64_t stored;  // bytes of the stream
	bool is_smaller;  // and so it is held compressed
	bool is_as_there; // the WIM's chunks are taken
};

// What compresses, and room for what it makes: of one thread at a time.
struct packer {
	struct packer *next;
	struct compressor *codec;
	size_t used;
	uint8_t *out;
};

struct seam;
struct compact_names;

struct compact {
	enum ntfs_wof_algorithm algorithm;
	uint32_t chunk;
	struct pressed *items; // sorted by blob
	size_t count, room;
	uint16_t *sizes;  // bytes of each chunk, less 1
	uint64_t *starts; // where each 128th of a file begins, behind its table
	struct compact_names *names;

	pthread_mutex_t lock; // over the rest
	struct packer *packers;
	struct seam *seams; // chunks of which a part is there
};

// Finds the files of an image that are to be held compressed, and how large they
// become. The WIM stays borrowed.
// Returns 0, -ECANCELED, -ENOMEM, or as wim_extract.
int image_compact_new(struct wim *w, const struct wim_image *image,
		      const struct apply_compact *how, uint32_t cluster,
		      struct compact **ret, struct err *err);

// Frees; NULL is fine.
void image_compact_free(struct compact *c);

// Returns how a file's content is held, or NULL when it is as it is.
const struct pressed *image_compact_find(const struct compact *c,
					 const struct wim_dentry *d);

// Returns what is known of content, or NULL. It may be held compressed in one file and
// not in another.
struct pressed *image_compact_of(const struct compact *c,
				 const struct wim_blob *blob);

// --- names.c -----------------------------------------------------------------

// The names of files that may not be compressed.
// Returns 0 or -ENOMEM. Free with image_compact_names_free; NULL is fine.
int image_compact_names_new(enum ntfs_wof_algorithm algorithm,
			    const struct wim_image *image,
			    struct compact_names **ret, struct err *err);
void image_compact_names_free(struct compact_names *names);

// Returns true for a file that may be, as far as its names go.
bool image_compact_may(const struct compact_names *names,
		       const struct wim_dentry *d);

// --- chunks.c ----------------------------------------------------------------

// Does something with `size` bytes of content that begin with chunk `index` and end
// with a chunk, or with the content.
struct chunk_sink {
	int (*chunks)(void *ctx, const struct pressed *p, uint64_t index,
		      const uint8_t *data, size_t size, struct err *err);
	void *ctx;
};

// Divides a piece into chunks. Those of which other pieces have a part wait for
// them. From any thread.
// Returns 0, -ENOMEM, or what the sink did.
int image_compact_feed(struct compact *c, const struct pressed *p, uint64_t off,
		       const uint8_t *data, size_t len,
		       const struct chunk_sink *sink, struct err *err);

// Lends what compresses. Returns NULL when there is no memory.
struct packer *image_compact_take_packer(struct compact *c);
void image_compact_give_packer(struct compact *c, struct packer *packer);

// Frees what threads had.
void image_compact_free_packers(struct compact *c);

// Compresses a chunk of `n` bytes to where packer->used says, and moves that on. What
// does not become smaller is put there as it is. Returns the bytes that it takes.
size_t image_compact_pack(struct packer *packer, const uint8_t *data, size_t n);

#define COMPACT_ROOM (UINT32_C(512) << 10) // bytes of packer->out, and a chunk

// Returns how many bytes a chunk takes.
static inline uint32_t compact_size(const struct compact *c,
				    const struct pressed *p, uint64_t index)
{
	return c->sizes[p->first + index] + 1u;
}

// --- write.c -----------------------------------------------------------------

// Where the streams of chunks are: writes to all of the content's files.
struct compact_out {
	struct compact *compact;
	int (*write)(void *ctx, const struct pressed *p, uint64_t off,
		     const void *data, size_t len, struct err *err);
	void *ctx;
};

// Writes the tables of all content. Returns 0, -ENOMEM, or as `write`.
int image_compact_write_tables(const struct compact_out *out, struct err *err);

// Writes a piece of content, compressed, from any thread.
// Returns 0, -EBADMSG when it is not what it was, -ENOMEM, or as `write`.
int image_compact_write(const struct compact_out *out,
			const struct wim_blob *blob, uint64_t off,
			const void *data, size_t len, struct err *err);

// Writes a chunk as the WIM has it, if it is taken so. Returns as compact_write.
int image_compact_write_stored(const struct compact_out *out,
			       const struct wim_blob *blob, uint64_t off,
			       const void *chunk, size_t size, struct err *err);

#define COMPACT_STARTS 128u // chunks from one of compact.starts to the next

#endif
