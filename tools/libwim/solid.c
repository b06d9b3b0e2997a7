// SPDX-License-Identifier: MIT
//
// Solid resources: where they lie, how they are compressed, and where content
// lies in them (wim_disk.h has how that is stored).

#include <string.h>

#include "wim_priv.h"

static const char what[] = "WIM solid resource";

static int decode_chunking(const struct solid_disk *raw, uint64_t where,
			   struct chunking *ret, struct err *err)
{
	static const enum wim_compression kinds[] = {
		[SOLID_NONE] = WIM_COMPRESSION_NONE,
		[SOLID_XPRESS] = WIM_COMPRESSION_XPRESS,
		[SOLID_LZX] = WIM_COMPRESSION_LZX,
		[SOLID_LZMS] = WIM_COMPRESSION_LZMS,
	};
	uint32_t kind = get_le32(raw->compression);

	if (kind >= sizeof(kinds) / sizeof(*kinds))
		return err_set(err, -ENOTSUP, what, where,
			       "the compression is not known (number %u)",
			       (unsigned)kind);
	if (!wim_chunking_init(kinds[kind], get_le32(raw->chunk_size), ret))
		return err_corrupt(err, what, where,
				   "a chunk cannot have %u bytes",
				   (unsigned)get_le32(raw->chunk_size));
	return 0;
}

// Reads the header of a resource whose place is known, and checks that its
// chunks can have their room in it: each has a byte at least, and none is larger
// than its content.
static int read_header(const struct wim *w, struct solid_resource *s,
		       struct err *err)
{
	struct solid_disk raw;
	uint64_t chunks, room;
	int r = wim_file_read(w, s->part - 1u, s->offset, &raw, sizeof(raw),
			      err);

	if (!r)
		r = decode_chunking(&raw, s->offset, &s->chunking, err);
	if (r)
		return r;
	s->size = get_le64(raw.size);
	chunks = (s->size >> s->chunking.order) +
		 !!(s->size % s->chunking.size);
	room = s->stored_size - sizeof(raw);
	if (s->size > INT64_MAX - s->begin || chunks * sizeof(le32) > room ||
	    room - chunks * sizeof(le32) < chunks ||
	    room - chunks * sizeof(le32) > s->size)
		return err_corrupt(err, what, s->offset,
				   "%llu bytes of content cannot be stored in "
				   "%llu bytes",
				   (unsigned long long)s->size,
				   (unsigned long long)s->stored_size);
	return 0;
}

static int add(struct wim *w, const struct blob_disk *raw, uint64_t where,
	       uint64_t begin, struct err *err)
{
	struct solid_resource s = {
		.part = get_le16(raw->part),
		.offset = get_le64(raw->resource.offset),
		.stored_size = wim_resource_stored_size(&raw->resource),
		.begin = begin};
	int r;

	if (w->info.is_pipable)
		return err_set(err, -ENOTSUP, what, where,
			       "a pipable WIM has none");
	if (w->solid_count == WIM_MAX_SOLIDS)
		return err_set(err, -EFBIG, what, where,
			       "there are more than %u", WIM_MAX_SOLIDS);
	if (!s.part || s.part > w->info.parts)
		return err_corrupt(err, what, where, "it lies in part %u of %u",
				   s.part, w->info.parts);
	if (s.stored_size < sizeof(struct solid_disk) ||
	    !range_ok(s.offset, s.stored_size, w->files[s.part - 1].disk->size))
		return err_corrupt(
			err, what, where,
			"%llu bytes at %llu are too few, or not "
			"within the file of %llu bytes",
			(unsigned long long)s.stored_size,
			(unsigned long long)s.offset,
			(unsigned long long)w->files[s.part - 1].disk->size);
	r = read_header(w, &s, err);
	if (r)
		return r;
	if (mem_grow((void **)&w->solids, w->solid_count, &w->solid_room,
		     sizeof(*w->solids)))
		return err_nomem(err);
	w->solids[w->solid_count++] = s;
	return 0;
}

// Tells of the largest one.
static void describe(struct wim *w)
{
	uint64_t largest = 0;

	for (size_t i = 0; i < w->solid_count; i++) {
		const struct solid_resource *s = &w->solids[i];

		if (w->info.is_solid && s->size <= largest)
			continue;
		largest = s->size;
		w->info.is_solid = true;
		w->info.solid_compression = s->chunking.compression;
		w->info.solid_chunk_size = s->chunking.size;
	}
}

int wim_solid_read(struct wim *w, const struct blob_disk *raw, size_t count,
		   uint64_t where, struct solid_run *ret, struct err *err)
{
	struct solid_run run = {w->solid_count, w->solid_count};
	uint64_t begin = 0;
	int r = 0;

	for (size_t i = 0; i < count && !r; i++, where += sizeof(*raw)) {
		if (!(raw[i].resource.flags & RESOURCE_SOLID))
			break;
		if (get_le64(raw[i].resource.size) != SOLID_MAGIC)
			continue;
		r = add(w, raw + i, where, begin, err);
		if (!r)
			begin += w->solids[run.end++].size;
	}
	if (r)
		return r;
	describe(w);
	*ret = run;
	return 0;
}

// Returns the last resource of a run that begins at or before `at`, by halving.
// The run is not empty.
static size_t find(const struct wim *w, const struct solid_run *run,
		   uint64_t at)
{
	size_t low = run->first, high = run->end;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		*(w->solids[middle].begin <= at ? &low : &high) = middle;
	}
	return low;
}

// Where content lies among all: in proportion to where it does in what is
// stored, as where exactly that is nobody knows before it is decompressed.
static uint64_t order_of(const struct wim *w, const struct solid_resource *s,
			 uint64_t offset)
{
	double part = (double)offset / (double)s->size;

	return w->files[s->part - 1].before + s->offset +
	       (uint64_t)(part * (double)s->stored_size);
}

int wim_solid_locate(const struct wim *w, const struct solid_run *run,
		     const struct blob_disk *raw, uint64_t where,
		     struct wim_blob *ret, struct err *err)
{
	uint64_t at = get_le64(raw->resource.offset);
	uint64_t size = wim_resource_stored_size(&raw->resource);
	const struct solid_resource *s = NULL;
	size_t i = 0;

	if (run->first < run->end) {
		i = find(w, run, at);
		s = &w->solids[i];
	}
	if (!s || !range_ok(at - s->begin, size, s->size))
		return err_corrupt(err, "WIM lookup table", where,
				   "content of %llu bytes at %llu is in no "
				   "solid resource",
				   (unsigned long long)size,
				   (unsigned long long)at);
	*ret = (struct wim_blob){
		.size = size,
		.order = size ? order_of(w, s, at - s->begin) : 0,
		.part = s->part,
		.offset = at - s->begin,
		.stored_size = size,
		.compressed = s->chunking.compression != WIM_COMPRESSION_NONE,
		.solid = (uint32_t)i + 1,
	};
	return 0;
}
