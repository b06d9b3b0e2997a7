// SPDX-License-Identifier: MIT
//
// All files of a volume in the order of their records (Linux-NTFS documentation,
// "$MFT"). Whoever wants all of them goes through no folder: the MFT is read from
// its begin to its end, and the files' names tell where each belongs.

#include <stdlib.h>
#include <string.h>

#include "reparse.h"

#define WINDOW       (1u << 20) // bytes of the MFT that are read at once
#define MAX_EA       65536u     // bytes, as Windows
#define MAX_BYTES_OF 4u         // a file's reparse point, EA, id and descriptor

// What was gathered of one file.
struct found {
	struct ntfs_scan_file file;
	struct ntfs_scan_name *names;
	size_t name_room;
	struct ntfs_scan_stream *streams;
	size_t stream_room;
	struct disk_extent *extents; // of all streams
	size_t *firsts;              // of each stream in `extents`
	size_t extent_count, extent_room, first_room;
	void *owned[MAX_BYTES_OF]; // memory of what was not in the record
	unsigned owned_count;
	struct ntfs_reparse point; // `memory` is NULL when there is none
};

// Where a file had its object id from: three GUIDs, which stand in an index alone.
#define OBJECT_ID 64u // bytes of all four ([MS-FSCC] 2.1.3)
struct birth {
	uint64_t record;
	uint8_t ids[OBJECT_ID - sizeof(struct guid)];
};

struct scan {
	struct ntfs *n;
	struct birth *births; // by record
	size_t birth_count, birth_room;
	int (*fn)(void *ctx, const struct ntfs_scan_file *file);
	void *ctx;
	uint8_t *bitmap; // of the MFT
	size_t bitmap_size;
	struct found found;
	struct err *err;
};

// Makes ready for the next file; arrays keep their room.
static void clear(struct found *f)
{
	while (f->owned_count)
		mem_free(f->owned[--f->owned_count]);
	mem_free(f->point.memory);
	f->point = (struct ntfs_reparse){0};
	f->extent_count = 0;
	f->file = (struct ntfs_scan_file){0};
}

static int add_name(struct scan *s, const struct ntfs_attr *a)
{
	struct found *f = &s->found;
	struct ntfs_file_name name;
	int r;

	if (!a->resident)
		return err_corrupt(s->err, NTFS_RECORD(a->record->number),
				   ERR_NOWHERE, "a name of it is not in it");
	r = ntfs_file_name_decode(a->value, a->value_len, ERR_NOWHERE, &name,
				  s->err);
	if (r)
		return r;
	if (mem_grow((void **)&f->names, f->file.name_count, &f->name_room,
		     sizeof(*f->names)))
		return err_nomem(s->err);
	f->names[f->file.name_count++] = (struct ntfs_scan_name){
		.parent = ntfs_ref_record(name.parent),
		.parent_sequence = ntfs_ref_sequence(name.parent),
		.name_space = name.name_space,
		.name_len = name.name_len,
		.name = name.name,
	};
	return 0;
}

// --- Streams -----------------------------------------------------------------

static int add_extents(struct scan *s, const struct ntfs_runs *runs)
{
	uint64_t cluster = s->n->info.cluster_size;
	struct found *f = &s->found;

	for (size_t i = 0; i < runs->count; i++) {
		const struct ntfs_run *run = &runs->items[i];
		bool is_hole = run->lcn == NTFS_HOLE;

		if (mem_grow((void **)&f->extents, f->extent_count,
			     &f->extent_room, sizeof(*f->extents)))
			return err_nomem(s->err);
		f->extents[f->extent_count++] = (struct disk_extent){
			.off = is_hole ? DISK_HOLE : run->lcn * cluster,
			.len = run->len * cluster,
		};
	}
	return 0;
}

static uint64_t first_place(const struct disk_extent *x, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (x[i].off != DISK_HOLE)
			return x[i].off;
	return 0;
}

static int add_clusters(struct scan *s, const struct ntfs_file *file,
			const struct ntfs_attr *a, struct ntfs_scan_stream *to)
{
	struct found *f = &s->found;
	size_t before = f->extent_count;
	struct ntfs_runs runs = {0};
	int r = ntfs_file_runs(file, a, &runs, s->err);

	if (!r && a->size > runs.clusters * s->n->info.cluster_size)
		r = err_corrupt(s->err, NTFS_RECORD(file->records[0].number),
				ERR_NOWHERE,
				"a stream has fewer clusters than its size "
				"needs");
	if (!r)
		r = add_extents(s, &runs);
	if (!r) {
		to->extent_count = f->extent_count - before;
		to->place = first_place(f->extents + before, to->extent_count);
	}
	ntfs_runs_done(&runs);
	return r;
}

static enum ntfs_held content_of(const struct ntfs_attr *a)
{
	if (a->flags & NTFS_AF_ENCRYPTED)
		return NTFS_HELD_ENCRYPTED;
	if (a->resident)
		return NTFS_HELD_RESIDENT;
	return a->flags & NTFS_AF_COMPRESSION_MASK ? NTFS_HELD_PACKED
						   : NTFS_HELD_PLAIN;
}

static int add_stream(struct scan *s, const struct ntfs_file *file,
		      const struct ntfs_attr *a)
{
	struct found *f = &s->found;
	size_t n = f->file.stream_count;
	struct ntfs_scan_stream stream = {
		.name = a->name,
		.name_len = a->name_len,
		.size = a->size,
		.valid = a->valid < a->size ? a->valid : a->size,
		.content = content_of(a),
		.is_sparse = a->flags & NTFS_AF_SPARSE,
		.value = a->value,
	};
	int r = 0;

	if (mem_grow((void **)&f->streams, n, &f->stream_room,
		     sizeof(*f->streams)) ||
	    mem_grow((void **)&f->firsts, n, &f->first_room,
		     sizeof(*f->firsts)))
		return err_nomem(s->err);
	f->firsts[n] = f->extent_count;
	if (!a->resident)
		r = add_clusters(s, file, a, &stream);
	if (!r)
		f->streams[f->file.stream_count++] = stream;
	return r;
}

// --- What is stored as it is -------------------------------------------------

static int add_bytes(struct scan *s, const struct ntfs_file *file,
		     const struct ntfs_attr *a, size_t limit,
		     struct ntfs_bytes *ret)
{
	struct found *f = &s->found;
	uint8_t *data;
	int r;

	if (ret->data || f->owned_count == MAX_BYTES_OF)
		return err_corrupt(s->err, NTFS_RECORD(file->records[0].number),
				   ERR_NOWHERE,
				   "it has an attribute (0x%x) twice", a->type);
	r = ntfs_stream_read(file, a, limit, &data, &ret->size, s->err);
	if (r)
		return r;
	ret->data = data;
	f->owned[f->owned_count++] = data;
	return 0;
}

static int add_point(struct scan *s, const struct ntfs_file *file)
{
	struct found *f = &s->found;

	if (f->point.memory)
		return err_corrupt(s->err, NTFS_RECORD(file->records[0].number),
				   ERR_NOWHERE, "it has two reparse points");
	return ntfs_reparse_read(file, &f->point, s->err);
}

static int add_attr(struct scan *s, const struct ntfs_file *file,
		    const struct ntfs_attr *a)
{
	struct ntfs_scan_file *to = &s->found.file;

	if (!a->resident && a->first_vcn)
		return 0;
	switch (a->type) {
	case NTFS_AT_FILE_NAME:
		return add_name(s, a);
	case NTFS_AT_DATA:
		return add_stream(s, file, a);
	case NTFS_AT_REPARSE_POINT:
		return add_point(s, file);
	case NTFS_AT_EA:
		return add_bytes(s, file, a, MAX_EA, &to->ea);
	case NTFS_AT_OBJECT_ID:
		return add_bytes(s, file, a, NTFS_MAX_RECORD, &to->object_id);
	case NTFS_AT_SECURITY_DESCRIPTOR:
		return add_bytes(s, file, a, NTFS_MAX_DESCRIPTOR,
				 &to->security);
	}
	return 0;
}

// --- Object ids --------------------------------------------------------------

static int take_birth(void *ctx, const struct ntfs_index_entry *e)
{
	struct scan *s = ctx;
	struct birth *b;

	if (e->data_len < sizeof(le64) + sizeof(b->ids))
		return 0;
	if (mem_grow((void **)&s->births, s->birth_count, &s->birth_room,
		     sizeof(*s->births)))
		return err_nomem(s->err);
	b = &s->births[s->birth_count++];
	b->record = ntfs_ref_record(load_le64(e->data));
	memcpy(b->ids, e->data + sizeof(le64), sizeof(b->ids));
	return 0;
}

static int by_record(const void *a, const void *b)
{
	const struct birth *x = a, *y = b;

	return x->record < y->record ? -1 : x->record > y->record;
}

// An index that is not there or is broken tells nothing; no file depends on it.
static int read_births(struct scan *s)
{
	struct ntfs_index x;
	struct err e = {0};
	struct ntfs_file f;
	uint64_t record;
	int r = ntfs_lookup(s->n, "\\$Extend\\$ObjId", &record, &e);

	if (!r)
		r = ntfs_file_open(s->n, record, &f, &e);
	if (!r) {
		r = ntfs_index_open(&f, "$O", &x, &e);
		if (!r) {
			r = ntfs_index_walk(&x, take_birth, s, &e);
			ntfs_index_done(&x);
		}
		ntfs_file_done(&f);
	}
	if (s->birth_count)
		qsort(s->births, s->birth_count, sizeof(*s->births), by_record);
	switch (r) {
	case -ENOENT:
	case -ENOTDIR:
	case -ELOOP:
	case -EBADMSG:
	case -ENOTSUP:
	case -EFBIG:
		return 0;
	}
	return r ? err_pass(s->err, r, &e) : 0;
}

// Completes the id of a file by what the index has of it.
static int add_birth(struct scan *s)
{
	struct ntfs_bytes *id = &s->found.file.object_id;
	const struct birth key = {.record = s->found.file.stat.record};
	const struct birth *b;
	uint8_t *all;

	if (id->size != sizeof(struct guid) || !s->birth_count)
		return 0;
	b = bsearch(&key, s->births, s->birth_count, sizeof(*b), by_record);
	if (!b || s->found.owned_count == MAX_BYTES_OF)
		return 0;
	all = mem_alloc(OBJECT_ID);
	if (!all)
		return err_nomem(s->err);
	memcpy(all, id->data, sizeof(struct guid));
	memcpy(all + sizeof(struct guid), b->ids, sizeof(b->ids));
	s->found.owned[s->found.owned_count++] = all;
	*id = (struct ntfs_bytes){all, OBJECT_ID};
	return 0;
}

// --- One file ----------------------------------------------------------------

// Puts the unnamed stream first.
static int order_streams(struct scan *s, const struct ntfs_file *file)
{
	struct ntfs_scan_stream *x = s->found.streams;
	size_t unnamed = 0;

	for (size_t i = 0; i < s->found.file.stream_count; i++) {
		struct ntfs_scan_stream first = x[i];

		x[i].extents = s->found.extents
				       ? s->found.extents + s->found.firsts[i]
				       : NULL;
		if (first.name_len)
			continue;
		if (unnamed++)
			return err_corrupt(s->err,
					   NTFS_RECORD(file->records[0].number),
					   ERR_NOWHERE,
					   "it has unnamed data twice");
		first = x[i];
		x[i] = x[0];
		x[0] = first;
	}
	return 0;
}

// The filter's own stream is nobody's: what it holds is the unnamed data.
static void drop_wof_stream(struct ntfs_scan_file *file,
			    struct ntfs_scan_stream *streams)
{
	size_t kept = 0;

	for (size_t i = 0; i < file->stream_count; i++) {
		if (ntfs_name_is(streams[i].name, streams[i].name_len,
				 "WofCompressedData"))
			streams[0].place = streams[i].place;
		else
			streams[kept++] = streams[i];
	}
	file->stream_count = kept;
}

// A reparse point has a say in what the unnamed data is.
static int judge_point(struct scan *s, const struct ntfs_file *file)
{
	struct found *f = &s->found;
	const struct ntfs_reparse *p = &f->point;
	enum ntfs_held content = NTFS_HELD_PLAIN;
	struct ntfs_attr a;
	int r;

	if (!p->memory)
		return 0;
	r = ntfs_file_find(file, NTFS_AT_DATA, NULL, 0, &a, NULL);
	if (r && r != -ENOENT)
		return err_corrupt(s->err, NTFS_RECORD(file->records[0].number),
				   ERR_NOWHERE, "its data cannot be looked at");
	if (!r)
		content = ntfs_reparse_content(file, &a, p);
	if (!r && content != NTFS_HELD_PLAIN &&
	    f->streams[0].content != NTFS_HELD_ENCRYPTED)
		f->streams[0].content = content;
	if (content == NTFS_HELD_PACKED) {
		f->file.stat.attributes &=
			~(uint32_t)(NTFS_ATTR_REPARSE | NTFS_ATTR_SPARSE);
		f->file.stat.reparse_tag = 0;
		f->streams[0].is_sparse = false;
		drop_wof_stream(&f->file, f->streams);
		return 0;
	}
	f->file.reparse.data = p->memory;
	f->file.reparse.size = (size_t)(p->data - p->memory) + p->size;
	return 0;
}

static int gather(struct scan *s, const struct ntfs_file *file)
{
	struct found *f = &s->found;
	struct ntfs_attr a = {0};
	int r = ntfs_file_stat(file, &f->file.stat, s->err);

	while (!r && (r = ntfs_file_next(file, &a, s->err)) > 0)
		r = add_attr(s, file, &a);
	if (!r)
		r = order_streams(s, file);
	if (!r)
		r = judge_point(s, file);
	if (!r)
		r = add_birth(s);
	f->file.names = f->names;
	f->file.streams = f->streams;
	return r;
}

static int scan_file(struct scan *s, const struct ntfs_record *window)
{
	struct ntfs_record base = *window;
	struct ntfs_file file;
	int r;

	base.data = mem_dup(window->data, window->size);
	if (!base.data)
		return err_nomem(s->err);
	r = ntfs_file_of_record(s->n, &base, &file, s->err);
	if (r)
		return r;
	r = gather(s, &file);
	if (!r)
		r = s->fn(s->ctx, &s->found.file);
	clear(&s->found);
	ntfs_file_done(&file);
	return r;
}

// --- All of them -------------------------------------------------------------

static bool is_marked(const struct scan *s, uint64_t number)
{
	return number / 8 < s->bitmap_size &&
	       s->bitmap[number / 8] >> number % 8 & 1;
}

// What a record that was never used, or is free, holds is nobody's. One that is
// marked as used and has become unreadable was a file's.
static bool is_of_interest(const struct scan *s, uint64_t number,
			   const uint8_t *data)
{
	const struct ntfs_record_disk *h = (const void *)data;

	if (number < NTFS_FIRST_FILE && number != NTFS_REC_ROOT)
		return false;
	if (!memcmp(h->magic, "FILE", 4))
		return get_le16(h->flags) & NTFS_RF_IN_USE;
	return memcmp(h->magic, "\0\0\0\0", 4) && is_marked(s, number);
}

static int scan_record(struct scan *s, uint64_t number, uint8_t *data)
{
	struct ntfs_record record;
	int r;

	if (!is_of_interest(s, number, data))
		return 0;
	r = ntfs_record_decode(data, s->n->info.record_size, number, &record,
			       s->err);
	if (r)
		return r;
	return record.base ? 0 : scan_file(s, &record);
}

static int read_bitmap(struct scan *s)
{
	struct ntfs_attr a;
	struct ntfs_file f;
	int r = ntfs_file_open(s->n, NTFS_REC_MFT, &f, s->err);

	if (r)
		return r;
	r = ntfs_file_find(&f, NTFS_AT_BITMAP, NULL, 0, &a, s->err);
	// One a record, in units of 8 bytes; what is longer was never used.
	if (!r)
		r = ntfs_stream_read(&f, &a, s->n->records / 4 + 65536,
				     &s->bitmap, &s->bitmap_size, s->err);
	ntfs_file_done(&f);
	return r;
}

static int scan_all(struct scan *s, uint8_t *window, struct progress *progress)
{
	uint32_t size = s->n->info.record_size;
	uint64_t step = WINDOW / size;
	int r = 0;

	for (uint64_t at = 0; !r && at < s->n->records; at += step) {
		uint64_t count = s->n->records - at;

		count = count < step ? count : step;
		r = disk_read(s->n->mft, at * size, window,
			      (size_t)count * size, s->err);
		for (uint64_t i = 0; !r && i < count; i++)
			r = scan_record(s, at + i, window + i * size);
		if (!r)
			r = progress_report(progress, "Reading files",
					    at + count, s->n->records);
	}
	return r;
}

int ntfs_scan(struct ntfs *n,
	      int (*fn)(void *ctx, const struct ntfs_scan_file *file),
	      void *ctx, struct progress *progress, struct err *err)
{
	struct scan s = {.n = n, .fn = fn, .ctx = ctx, .err = err};
	struct err e = {0};
	uint8_t *window = mem_alloc(WINDOW);
	int r;

	if (!window)
		return err_nomem(err);
	s.err = &e;
	r = read_bitmap(&s);
	// A volume has its MFT's bitmap, and a file what its records name.
	if (r == -ENOENT)
		r = err_corrupt(err, e.what, e.where, "%s", e.why);
	if (!r)
		r = read_births(&s);
	if (!r)
		r = scan_all(&s, window, progress);
	clear(&s.found);
	mem_free(s.found.names);
	mem_free(s.found.streams);
	mem_free(s.found.extents);
	mem_free(s.found.firsts);
	mem_free(s.births);
	mem_free(s.bitmap);
	mem_free(window);
	return r && e.code ? err_pass(err, r, &e) : r;
}

int ntfs_open_extents(struct ntfs *n, const struct disk_extent *extents,
		      size_t count, uint64_t size, uint64_t valid,
		      struct disk **ret, struct err *err)
{
	struct disk *d;
	int r = disk_extents(n->dev, extents, count, size, valid, &d, err);

	if (r)
		return r;
	d->read_only = true;
	*ret = d;
	return 0;
}
