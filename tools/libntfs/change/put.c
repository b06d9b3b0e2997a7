// SPDX-License-Identifier: MIT
//
// Files entered with all that they have, in batches that are synced.

#include <string.h>

#include "put.h"
#include "../encode/value.h"

#define MAX_NAMES   1023u
#define MAX_SECTORS 32768u // that wait to be written: 16 MiB

int ntfs_put_new(struct ntfs *n, uint64_t time, ntfs_put_coming_fn *is_coming,
		 void *ctx, struct ntfs_put **ret, struct err *err)
{
	int r = ntfs_check_begun(n, err);
	struct ntfs_put *p = r ? NULL : mem_alloc(sizeof(*p));

	if (r)
		return r;
	if (!p)
		return err_nomem(err);
	p->n = n;
	p->c = ntfs_change_of(n);
	p->time = time;
	p->batch = MAX_SECTORS;
	p->is_coming = is_coming;
	p->ctx = ctx;
	p->was_dirty = p->c->keeps_dirty;
	pthread_mutex_init(&p->taking, NULL);
	*ret = p;
	return 0;
}

void ntfs_put_free(struct ntfs_put *p)
{
	if (!p)
		return;
	p->c->keeps_dirty = p->was_dirty;
	pthread_mutex_destroy(&p->taking);
	mem_free(p->late.items);
	mem_free(p->ids);
	mem_free(p);
}

// --- Before ------------------------------------------------------------------

int ntfs_put_security(struct ntfs_put *p, const struct ntfs_bytes *descriptors,
		      size_t count, uint32_t *ret_ids, struct err *err)
{
	ntfs_operation_begin(p->c);
	return ntfs_operation_end(p->c, ntfs_secure_enter(p->c, descriptors,
							  count, ret_ids, err));
}

// Counts free records, but no more than are asked for.
static int count_free(const struct ntfs_bits *bits, uint64_t want,
		      uint64_t *ret, struct err *err)
{
	uint64_t from = 0, found = 0;
	int r = 0;

	while (!r && found < want && from < bits->count) {
		uint64_t first, len;

		r = ntfs_bits_find(bits, from, bits->count, want - found,
				   &first, &len, err);
		if (r || !len)
			break;
		found += len;
		from = first + len;
	}
	*ret = found;
	return r;
}

// A name takes an entry of 82 bytes and its units, most have two, and nodes are
// three quarters full.
int ntfs_put_check_room(struct ntfs_put *p, uint64_t files, uint64_t names,
			struct err *err)
{
	uint64_t records = 0, clusters = 0, want;
	uint32_t cluster = p->n->info.cluster_size;
	int r = count_free(&p->c->mft.bits, files, &records, err);

	want = (files - records) * p->n->info.record_size + names * 250;
	want = want / cluster + 16;
	if (!r)
		r = count_free(&p->c->clusters, want, &clusters, err);
	return r || clusters >= want
		       ? r
		       : err_set(err, -ENOSPC, "NTFS volume", ERR_NOWHERE,
				 "it lacks room for about %llu bytes of the "
				 "files' records and names",
				 (unsigned long long)(want - clusters) *
					 cluster);
}

int ntfs_put_check(const struct ntfs_put_file *file, struct err *err)
{
	struct ntfs_ea_information_disk information;
	uint32_t tag;
	int r = 0;

	if (file->reparse.data &&
	    (file->reparse.size < sizeof(struct ntfs_reparse_disk) ||
	     file->reparse.size > NTFS_MAX_REPARSE))
		return err_corrupt(err, "reparse point", ERR_NOWHERE,
				   "it has %zu bytes", file->reparse.size);
	if (file->ea.data &&
	    (file->ea.size < EA_HEADER || file->ea.size > NTFS_MAX_EA))
		return err_corrupt(err, "extended attributes", ERR_NOWHERE,
				   "they have %zu bytes", file->ea.size);
	if (file->object_id.data &&
	    (file->object_id.size < 16 || file->object_id.size > 64))
		return err_corrupt(err, "object id", ERR_NOWHERE,
				   "it has %zu bytes", file->object_id.size);
	if (file->reparse.data)
		r = ntfs_value_reparse(file->reparse.data, file->reparse.size,
				       &tag, err);
	if (!r && file->ea.data)
		r = ntfs_value_ea(file->ea.data, file->ea.size, &information,
				  err);
	return r;
}

int ntfs_put_find(struct ntfs_put *p, uint64_t folder, const le16 *name,
		  size_t len, struct ntfs_put_found *ret, struct err *err)
{
	struct ntfs_stat s;
	uint64_t reference;
	bool is_same;
	int r = ntfs_folder_find_as(p->n, ntfs_ref_record(folder), name, len,
				    &reference, &is_same, err);

	if (!r)
		r = ntfs_stat(p->n, ntfs_ref_record(reference), &s, err);
	if (!r)
		*ret = (struct ntfs_put_found){
			.reference = reference,
			.is_folder = s.is_directory,
			.is_reparse = s.attributes & NTFS_ATTR_REPARSE,
			.is_systems = s.record < NTFS_REC_USER,
			.is_same = is_same,
		};
	return r;
}

// --- What a file has ---------------------------------------------------------

static uint64_t time_or_now(const struct ntfs_put *p, uint64_t time)
{
	return time > INT64_MAX ? p->time : time;
}

static uint32_t attributes_of(const struct ntfs_put_file *file)
{
	uint32_t a = file->attributes & NTFS_ATTR_SETTABLE;

	if (file->attributes & NTFS_ATTR_DIRECTORY)
		a &= ~(uint32_t)NTFS_ATTR_TEMPORARY;
	return file->reparse.data ? a | NTFS_ATTR_REPARSE : a;
}

// Sets what $STANDARD_INFORMATION tells; what it tells of streams is kept.
static int set_standard(const struct ntfs_put *p, struct change_file *f,
			const struct ntfs_put_file *file, uint32_t security,
			struct err *err)
{
	struct change_attr *a =
		ntfs_change_find(f, NTFS_AT_STANDARD_INFORMATION, NULL);
	struct ntfs_standard_disk d = {0};
	uint32_t kept;

	if (!a || !a->resident || a->value_len < NTFS_STANDARD_SHORT)
		return err_corrupt(err, NTFS_RECORD(f->number), ERR_NOWHERE,
				   "it has no standard information");
	memcpy(&d, a->value,
	       a->value_len < sizeof(d) ? a->value_len : sizeof(d));
	kept = get_le32(d.attributes) & ~(uint32_t)NTFS_ATTR_SETTABLE;
	d.attributes = to_le32(kept | attributes_of(file));
	d.created = to_le64(time_or_now(p, file->created));
	d.modified = to_le64(time_or_now(p, file->modified));
	d.changed = to_le64(time_or_now(p, file->changed));
	d.accessed = to_le64(time_or_now(p, file->accessed));
	if (security)
		d.security_id = to_le32(security);
	return ntfs_change_set(f, a, &d, security ? sizeof(d) : a->value_len,
			       err);
}

// A descriptor of the file's own, as before version 3, would be another one.
static int drop_own_security(struct change_file *f, struct err *err)
{
	struct change_attr *a =
		ntfs_change_find(f, NTFS_AT_SECURITY_DESCRIPTOR, NULL);

	return a ? ntfs_change_remove(f, a, err) : 0;
}

static struct change_attr *find_stream(const struct change_file *f,
				       const struct ntfs_put_stream *s)
{
	for (size_t i = 0; i < f->count; i++)
		if (f->attrs[i].type == NTFS_AT_DATA &&
		    !ntfs_name_compare(f->c->n, f->attrs[i].name,
				       f->attrs[i].name_len, s->name,
				       s->name_len))
			return &f->attrs[i];
	return NULL;
}

static int set_streams(struct change_file *f, const struct ntfs_put_file *file,
		       struct err *err)
{
	bool is_folder = f->flags & NTFS_RF_DIRECTORY;
	const struct ntfs_put_stream unnamed = {0};
	int r = 0;

	for (size_t i = 0; !r && i < file->stream_count; i++) {
		const struct ntfs_put_stream *s = &file->streams[i];
		struct change_attr *a = find_stream(f, s);

		if (is_folder && !s->name_len)
			continue;
		if (!a)
			r = ntfs_change_add(f, NTFS_AT_DATA, s->name,
					    s->name_len, &a, err);
		if (!r)
			r = ntfs_room_use(s->room, f, a, err);
	}
	if (!r && !is_folder && !find_stream(f, &unnamed)) {
		struct change_attr *a;

		r = ntfs_change_add(f, NTFS_AT_DATA, NULL, 0, &a, err);
	}
	return r;
}

// Object ids, and what sums up extended attributes, are resident always, if need be
// in a further record.
static int set_value(struct change_file *f, uint32_t type, const void *data,
		     size_t size, struct err *err)
{
	struct change_attr *a = ntfs_change_find(f, type, NULL);
	int r = a ? 0 : ntfs_change_add(f, type, NULL, 0, &a, err);

	if (r)
		return r;
	return type == NTFS_AT_OBJECT_ID || type == NTFS_AT_EA_INFORMATION
		       ? ntfs_change_set(f, a, data, size, err)
		       : ntfs_content_set(f, a, data, size, err);
}

static int set_reparse(struct change_file *f, const struct ntfs_bytes *reparse,
		       struct err *err)
{
	int r = set_value(f, NTFS_AT_REPARSE_POINT, reparse->data,
			  reparse->size, err);

	if (!r)
		ntfs_change_find(f, NTFS_AT_REPARSE_POINT, NULL)->tag =
			load_le32(reparse->data);
	return r;
}

static int set_ea(struct change_file *f, const struct ntfs_bytes *ea,
		  struct err *err)
{
	struct ntfs_ea_information_disk information;
	int r = ntfs_value_ea(ea->data, ea->size, &information, err);

	if (!r)
		r = set_value(f, NTFS_AT_EA_INFORMATION, &information,
			      sizeof(information), err);
	return r ? r : set_value(f, NTFS_AT_EA, ea->data, ea->size, err);
}

// Sets an object id, or remembers it when another file has it for now.
static int set_object_id(struct ntfs_put *p, struct change_file *f,
			 const struct ntfs_put_file *file, bool is_late,
			 struct err *err)
{
	const struct ntfs_bytes *id = &file->object_id;
	struct late_id *late;
	bool is_there = is_late;
	int r = is_late ? 0 : ntfs_views_has_id(p->c, id->data, &is_there, err);

	if (r)
		return r;
	if (!is_there)
		return set_value(f, NTFS_AT_OBJECT_ID, id->data,
				 NTFS_OBJECT_ID_SIZE, err);
	if (mem_grow((void **)&p->ids, p->id_count, &p->id_capacity,
		     sizeof(*p->ids)))
		return err_nomem(err);
	late = &p->ids[p->id_count++];
	*late = (struct late_id){.reference = ntfs_change_reference(f),
				 .size = id->size,
				 .of = file->of};
	memcpy(late->id, id->data, id->size);
	return 0;
}

static int set_values(struct change_file *f, const struct ntfs_put_file *file,
		      struct err *err)
{
	int r = file->ea.data ? set_ea(f, &file->ea, err) : 0;

	if (!r)
		r = set_streams(f, file, err);
	if (!r)
		ntfs_content_settle(f);
	return r;
}

// --- A file ------------------------------------------------------------------

// Makes what the file is before it has a name anywhere.
static int fill(struct ntfs_put *p, struct change_file *f,
		const struct ntfs_put_file *file, struct err *err)
{
	uint64_t folder = ntfs_ref_record(file->names[0].folder);
	bool is_folder = f->flags & NTFS_RF_DIRECTORY;
	uint32_t security = file->security;
	int r = security ? 0
			 : ntfs_secure_inherit(p->c, folder, is_folder,
					       &security, err);

	if (!r)
		r = ntfs_new_stage(p->c, folder, is_folder, &f->stage, err);
	if (!r)
		r = ntfs_record_take(p->c, &f->number, &f->sequence, err);
	if (!r)
		r = ntfs_new_standard(f, 0, security, 0, err);
	if (!r)
		r = set_standard(p, f, file, security, err);
	if (!r)
		r = ntfs_put_add_names(p, f, file, err);
	if (!r && file->object_id.data)
		r = set_object_id(p, f, file, false, err);
	if (!r && is_folder)
		r = ntfs_new_index(f, err);
	if (!r && file->reparse.data)
		r = set_reparse(f, &file->reparse, err);
	return r ? r : set_values(f, file, err);
}

static int enter(struct ntfs_put *p, const struct ntfs_put_file *file,
		 uint64_t *ret, struct err *err)
{
	bool is_folder = file->attributes & NTFS_ATTR_DIRECTORY;
	struct change_file f = {.c = p->c,
				.flags = NTFS_RF_IN_USE |
					 (is_folder ? NTFS_RF_DIRECTORY : 0)};
	int r = 0;

	for (size_t i = 0; !r && i < file->name_count; i++)
		r = ntfs_put_replace(p, &file->names[i], err);
	if (!r)
		r = fill(p, &f, file, err);
	for (size_t i = 0; !r && i < f.count; i++)
		if (ntfs_is_name(&f.attrs[i]))
			ntfs_folder_copy(&f, (void *)f.attrs[i].value);
	if (!r)
		r = ntfs_folder_enter(&f, err);
	if (!r)
		r = ntfs_change_store(&f, err);
	if (!r)
		r = ntfs_views_add_id(&f, &file->object_id, err);
	if (!r)
		r = ntfs_views_add_reparse(&f, err);
	*ret = ntfs_change_reference(&f);
	ntfs_change_done(&f);
	return r;
}

static int change(struct ntfs_put *p, uint64_t reference,
		  const struct ntfs_put_file *file, struct err *err)
{
	struct change_file f;
	int r = ntfs_change_load(p->c, ntfs_ref_record(reference), &f, err);

	if (!r)
		r = set_standard(p, &f, file, file->security, err);
	if (!r && file->security)
		r = drop_own_security(&f, err);
	if (!r)
		r = set_values(&f, file, err);
	if (!r && file->object_id.data &&
	    !ntfs_change_find(&f, NTFS_AT_OBJECT_ID, NULL))
		r = set_object_id(p, &f, file, true, err);
	if (!r)
		r = ntfs_change_store(&f, err);
	// The root folder's own entry is in the index that was stored with it.
	if (!r)
		r = ntfs_folder_refresh(&f, err);
	ntfs_change_done(&f);
	return r;
}

// --- Batches -----------------------------------------------------------------

static int end_batch(struct ntfs_put *p, struct err *err)
{
	p->c->keeps_dirty = true;
	return ntfs_sync(p->n, err);
}

// New folders in new folders are written from the deepest up, in so many stages.
static bool is_full(const struct ntfs_put *p, const struct ntfs_put_file *file)
{
	if (p->c->count >= p->batch)
		return true;
	return file->name_count &&
	       ntfs_record_stage(p->c,
				 ntfs_ref_record(file->names[0].folder)) ==
		       STAGE_FOLDERS;
}

// Enters a file, or (name_count 0) changes one that is there.
static int run(struct ntfs_put *p, uint64_t reference,
	       const struct ntfs_put_file *file, uint64_t *ret, struct err *err)
{
	size_t late = p->late.count, ids = p->id_count;
	int r = is_full(p, file) ? end_batch(p, err) : 0;

	if (r)
		return r;
	p->c->late = &p->late;
	ntfs_operation_begin(p->c);
	r = file->name_count ? enter(p, file, ret, err)
			     : change(p, reference, file, err);
	r = ntfs_operation_end(p->c, r);
	p->c->late = NULL;
	if (r) {
		p->late.count = late;
		p->id_count = ids;
		return r;
	}
	for (size_t i = 0; i < file->stream_count; i++)
		ntfs_room_used(file->streams[i].room);
	return 0;
}

int ntfs_put_file(struct ntfs_put *p, const struct ntfs_put_file *file,
		  uint64_t *ret, struct err *err)
{
	bool is_folder = file->attributes & NTFS_ATTR_DIRECTORY;
	int r = ntfs_put_check(file, err);

	if (r)
		return r;
	if (!file->name_count || file->name_count > (is_folder ? 1 : MAX_NAMES))
		return err_set(err, -EINVAL, "file", ERR_NOWHERE,
			       "it cannot have %zu names", file->name_count);
	return run(p, 0, file, ret, err);
}

int ntfs_put_set(struct ntfs_put *p, uint64_t reference,
		 const struct ntfs_put_file *file, struct err *err)
{
	struct ntfs_put_file nameless = *file;
	uint64_t unused;
	int r = ntfs_put_check(file, err);

	nameless.name_count = 0;
	nameless.reparse = (struct ntfs_bytes){0};
	return r ? r : run(p, reference, &nameless, &unused, err);
}

// --- The end -----------------------------------------------------------------

static int remove_late(struct ntfs_put *p, struct err *err)
{
	int r = 0;

	for (size_t i = 0; !r && i < p->late.count; i++) {
		ntfs_operation_begin(p->c);
		r = ntfs_views_remove_key(p->c, &p->late.items[i], err);
		r = ntfs_operation_end(p->c, r);
	}
	return r;
}

static int set_late_id(struct ntfs_put *p, const struct late_id *late,
		       struct err *err)
{
	struct change_file f;
	int r = ntfs_change_load(p->c, ntfs_ref_record(late->reference), &f,
				 err);

	if (!r)
		r = set_value(&f, NTFS_AT_OBJECT_ID, late->id,
			      NTFS_OBJECT_ID_SIZE, err);
	if (!r)
		r = ntfs_views_add_id(
			&f, &(struct ntfs_bytes){late->id, late->size}, err);
	if (!r)
		r = ntfs_change_store(&f, err);
	ntfs_change_done(&f);
	return r;
}

static int set_late_ids(struct ntfs_put *p, ntfs_put_dropped_fn *dropped,
			void *ctx, struct err *err)
{
	int r = 0;

	for (size_t i = 0; !r && i < p->id_count; i++) {
		const struct late_id *late = &p->ids[i];
		bool is_there;

		r = ntfs_views_has_id(p->c, late->id, &is_there, err);
		if (r)
			break;
		if (is_there) {
			r = dropped ? dropped(ctx, late->of, err) : 0;
			continue;
		}
		ntfs_operation_begin(p->c);
		r = ntfs_operation_end(p->c, set_late_id(p, late, err));
	}
	return r;
}

int ntfs_put_finish(struct ntfs_put *p, ntfs_put_dropped_fn *dropped, void *ctx,
		    struct err *err)
{
	int r = 0;

	if (p->late.count) {
		r = end_batch(p, err);
		if (!r)
			r = remove_late(p, err);
	}
	if (!r && p->id_count) {
		r = end_batch(p, err);
		if (!r)
			r = set_late_ids(p, dropped, ctx, err);
	}
	if (r)
		return r;
	p->c->keeps_dirty = p->was_dirty;
	p->late.count = p->id_count = 0;
	return ntfs_sync(p->n, err);
}

int ntfs_put_abort(struct ntfs_put *p, struct err *err)
{
	return p->c->is_dirty ? ntfs_put_finish(p, NULL, NULL, err) : 0;
}
