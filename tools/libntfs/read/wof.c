// SPDX-License-Identifier: MIT
//
// Files that Windows' overlay filter compressed as a whole (CompactOS, compact
// /exe): the content is in the stream WofCompressedData, the unnamed stream a hole
// of its size. [MS-FSCC] 2.1.2.10 gives the tag. The stream is like
// a resource of a WIM image ("Windows Imaging File Format", "Compressed
// resources"): a table of where each chunk but the first begins, counted from its
// end, then the chunks; one that is as long as its content is stored as it is.

#include <pthread.h>
#include <string.h>

#include "codec.h"
#include "reparse.h"

#define ENTRIES_KEPT 1024u // of the table, at once

struct wof {
	struct disk disk;
	struct disk *stream;
	uint32_t chunk, entry_size;
	uint64_t chunks, table_size;
	pthread_mutex_t lock; // over the rest
	struct decompressor *codec;
	uint8_t *stored, *plain;
	uint64_t loaded; // number of the chunk in `plain`, or UINT64_MAX
	uint64_t first_entry, entry_count; // of the table's part in `entries`
	uint8_t entries[ENTRIES_KEPT * 8];
};

static int broken(uint64_t where, const char *why, struct err *err)
{
	return err_corrupt(err, "WofCompressedData", where, "%s", why);
}

// --- The table of chunks -----------------------------------------------------

// Reads the part of the table that begins at an entry.
static int load_entries(struct wof *w, uint64_t entry, struct err *err)
{
	uint64_t count = w->chunks - 1 - entry;
	int r;

	count = count < ENTRIES_KEPT ? count : ENTRIES_KEPT;
	w->entry_count = 0;
	r = disk_read(w->stream, entry * w->entry_size, w->entries,
		      (size_t)count * w->entry_size, err);
	if (r)
		return r;
	w->first_entry = entry;
	w->entry_count = count;
	return 0;
}

// Finds where a chunk begins, in bytes behind the table; the one after the last
// begins where the stream ends.
static int chunk_start(struct wof *w, uint64_t number, uint64_t *ret,
		       struct err *err)
{
	uint64_t entry = number - 1;
	const uint8_t *p;
	int r = 0;

	if (!number || number == w->chunks) {
		*ret = number ? w->stream->size - w->table_size : 0;
		return 0;
	}
	if (entry < w->first_entry || entry - w->first_entry >= w->entry_count)
		r = load_entries(w, entry, err);
	if (r)
		return r;
	p = w->entries + (entry - w->first_entry) * w->entry_size;
	*ret = w->entry_size == 8 ? get_le64(*(const le64 *)p)
				  : get_le32(*(const le32 *)p);
	return 0;
}

// --- Reading -----------------------------------------------------------------

// Decompresses a chunk, of `size` bytes, to `out`.
static int load_chunk(struct wof *w, uint64_t number, uint8_t *out, size_t size,
		      struct err *err)
{
	uint64_t start, end, where;
	size_t len;
	int r = chunk_start(w, number, &start, err);

	if (!r)
		r = chunk_start(w, number + 1, &end, err);
	if (r)
		return r;
	if (end <= start || end - start > size ||
	    end > w->stream->size - w->table_size)
		return broken(number * w->chunk,
			      "a chunk lies where none can be", err);
	where = w->table_size + start;
	len = (size_t)(end - start);
	if (len == size)
		return disk_read(w->stream, where, out, len, err);
	r = disk_read(w->stream, where, w->stored, len, err);
	if (r)
		return r;
	r = codec_decompress(w->codec, w->stored, len, out, size);
	return r ? broken(where, "a chunk cannot be decompressed", err) : 0;
}

// A whole chunk goes to where it is wanted, a part of one by way of `plain`.
static int read_chunk(struct wof *w, uint64_t off, uint8_t *out, size_t len,
		      struct err *err)
{
	uint64_t number = off / w->chunk,
		 left = w->disk.size - number * w->chunk;
	size_t size = left < w->chunk ? (size_t)left : w->chunk;
	int r = 0;

	if (len == size)
		return load_chunk(w, number, out, size, err);
	if (w->loaded != number) {
		w->loaded = UINT64_MAX;
		r = load_chunk(w, number, w->plain, size, err);
	}
	if (r)
		return r;
	w->loaded = number;
	memcpy(out, w->plain + off % w->chunk, len);
	return 0;
}

static int wof_read(struct disk *d, uint64_t off, void *buf, size_t len,
		    struct err *err)
{
	struct wof *w = (struct wof *)d;
	uint8_t *out = buf;
	int r = 0;

	pthread_mutex_lock(&w->lock);
	while (len && !r) {
		size_t n = w->chunk - (size_t)(off % w->chunk);

		n = n < len ? n : len;
		r = read_chunk(w, off, out, n, err);
		off += n;
		out += n;
		len -= n;
	}
	pthread_mutex_unlock(&w->lock);
	return r;
}

static void wof_close(struct disk *d)
{
	struct wof *w = (struct wof *)d;

	disk_close(w->stream);
	codec_decompressor_free(w->codec);
	mem_free(w->stored);
	mem_free(w->plain);
	pthread_mutex_destroy(&w->lock);
	mem_free(w);
}

// --- Opening -----------------------------------------------------------------

uint32_t ntfs_wof_chunk(enum ntfs_wof_algorithm algorithm)
{
	static const uint32_t chunks[NTFS_WOF_ALGORITHMS] = {
		[NTFS_WOF_XPRESS4K] = 4096,
		[NTFS_WOF_LZX] = 32768,
		[NTFS_WOF_XPRESS8K] = 8192,
		[NTFS_WOF_XPRESS16K] = 16384,
	};

	return chunks[algorithm];
}

uint64_t ntfs_wof_table(uint64_t size, enum ntfs_wof_algorithm algorithm,
			uint32_t *ret_entry)
{
	uint32_t chunk = ntfs_wof_chunk(algorithm);
	uint64_t chunks = size / chunk + !!(size % chunk);

	*ret_entry = size > UINT32_MAX ? 8 : 4;
	return chunks ? (chunks - 1) * *ret_entry : 0;
}

static int prepare(struct wof *w, uint32_t algorithm, struct err *err)
{
	int r;

	if (algorithm >= NTFS_WOF_ALGORITHMS)
		return err_set(err, -ENOTSUP, "WofCompressedData", ERR_NOWHERE,
			       "its algorithm %u is unknown",
			       (unsigned)algorithm);
	w->chunk = ntfs_wof_chunk(algorithm);
	w->chunks = w->disk.size / w->chunk + !!(w->disk.size % w->chunk);
	w->table_size = ntfs_wof_table(w->disk.size, algorithm, &w->entry_size);
	if (w->table_size > w->stream->size ||
	    w->stream->size - w->table_size > w->disk.size)
		return broken(ERR_NOWHERE,
			      "its size does not fit to its file's", err);
	w->stored = mem_alloc(w->chunk);
	w->plain = mem_alloc(w->chunk);
	r = codec_decompressor_new(algorithm == NTFS_WOF_LZX ? CODEC_LZX
							     : CODEC_XPRESS,
				   w->chunk, &w->codec);
	return r || !w->stored || !w->plain ? err_nomem(err) : 0;
}

int ntfs_wof_open_chunks(struct disk *stream, uint64_t size, uint32_t algorithm,
			 struct disk **ret, struct err *err)
{
	static const struct disk_ops ops = {.read = wof_read,
					    .close = wof_close};
	struct wof *w = mem_alloc(sizeof(*w));
	int r;

	if (!w) {
		disk_close(stream);
		return err_nomem(err);
	}
	w->disk = (struct disk){.ops = &ops,
				.size = size,
				.sector_size = 512,
				.read_only = true};
	w->stream = stream;
	w->loaded = UINT64_MAX;
	pthread_mutex_init(&w->lock, NULL);
	r = prepare(w, algorithm, err);
	if (r) {
		wof_close(&w->disk);
		return r;
	}
	*ret = &w->disk;
	return 0;
}

bool ntfs_wof_is_here(const struct ntfs_reparse *point)
{
	const struct ntfs_wof_disk *h = (const void *)point->data;

	return point->size >= sizeof(*h) &&
	       get_le32(h->version) == NTFS_WOF_VERSION &&
	       get_le32(h->provider) == NTFS_WOF_PROVIDER_FILE &&
	       get_le32(h->provider_version) == NTFS_WOF_VERSION;
}

int ntfs_wof_open(const struct ntfs_file *f, const struct ntfs_attr *attr,
		  const struct ntfs_reparse *point, struct disk **ret,
		  struct err *err)
{
	const struct ntfs_wof_disk *h = (const void *)point->data;
	uint64_t number = f->records[0].number;
	struct disk *stream;
	struct ntfs_attr a;
	int r;

	if (point->size < 8)
		return err_corrupt(err, NTFS_RECORD(number), ERR_NOWHERE,
				   "its reparse point is cut off");
	if (get_le32(h->provider) == NTFS_WOF_PROVIDER_WIM)
		return ntfs_reparse_refuse(point->tag, NTFS_REPARSE_POINT,
					   "its content is in a WIM image "
					   "(WIMBoot)",
					   err);
	if (!ntfs_wof_is_here(point))
		return ntfs_reparse_refuse(point->tag, NTFS_REPARSE_POINT,
					   "its form is unknown", err);
	if (!attr->size)
		return disk_zeroes(0, 512, ret, err);
	r = ntfs_file_find_named(f, NTFS_AT_DATA, NTFS_WOF_STREAM, &a, NULL);
	if (r)
		return err_corrupt(err, NTFS_RECORD(number), ERR_NOWHERE,
				   "its stream WofCompressedData is missing");
	r = ntfs_stream_open(f, &a, &stream, err);
	return r ? r
		 : ntfs_wof_open_chunks(stream, attr->size,
					get_le32(h->algorithm), ret, err);
}
