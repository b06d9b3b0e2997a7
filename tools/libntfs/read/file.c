// SPDX-License-Identifier: MIT
//
// A file: its base record and, through $ATTRIBUTE_LIST, the extension records
// that hold what does not fit there (Linux-NTFS documentation,
// "$ATTRIBUTE_LIST").

#include <stdlib.h>
#include <string.h>

#include "read.h"

int ntfs_list_next(const uint8_t *list, size_t size, size_t *off,
		   struct ntfs_list_entry *ret, struct err *err)
{
	const struct ntfs_list_entry_disk *h = (const void *)(list + *off);
	struct ntfs_list_entry e;

	if (*off == size)
		return 0;
	if (!range_ok(*off, sizeof(*h), size))
		return err_corrupt(err, "attribute list", *off,
				   "its last entry is cut off");
	e.type = get_le32(h->type);
	e.length = get_le16(h->length);
	e.name_len = h->name_len;
	e.id = get_le16(h->id);
	e.first_vcn = get_le64(h->first_vcn);
	e.record = get_le64(h->record);
	e.name = (const le16 *)(list + *off + h->name_offset);
	if (e.length < sizeof(*h) || e.length % 8 ||
	    !range_ok(*off, e.length, size) ||
	    (e.name_len &&
	     !range_ok(h->name_offset, 2u * e.name_len, e.length)))
		return err_corrupt(err, "attribute list", *off,
				   "an entry's length is wrong");
	*off += e.length;
	*ret = e;
	return 1;
}

// The content of a list that has its own clusters.
static int read_list_runs(struct ntfs *n, const struct ntfs_attr *attr,
			  uint8_t *data, struct err *err)
{
	struct ntfs_runs runs = {0};
	struct disk *d;
	int r = ntfs_runs_append(n, attr, &runs, err);

	if (!r && attr->size > runs.clusters * n->info.cluster_size)
		r = err_corrupt(err, NTFS_RECORD(attr->record->number),
				ERR_NOWHERE,
				"its attribute list is longer than its runs");
	if (!r)
		r = ntfs_runs_open(n, &runs, attr->size, attr->valid, &d, err);
	if (!r) {
		r = disk_read(d, 0, data, (size_t)attr->size, err);
		disk_close(d);
	}
	ntfs_runs_done(&runs);
	return r;
}

int ntfs_list_read(struct ntfs *n, const struct ntfs_attr *attr, uint8_t **ret,
		   size_t *ret_size, struct err *err)
{
	uint8_t *data;
	int r = 0;

	if (attr->size > NTFS_MAX_LIST)
		return err_set(err, -EFBIG, NTFS_RECORD(attr->record->number),
			       ERR_NOWHERE,
			       "its attribute list is over %u bytes",
			       NTFS_MAX_LIST);
	data = mem_alloc((size_t)attr->size);
	if (!data)
		return err_nomem(err);
	if (attr->resident)
		memcpy(data, attr->value, attr->value_len);
	else
		r = read_list_runs(n, attr, data, err);
	if (r) {
		mem_free(data);
		return r;
	}
	*ret = data;
	*ret_size = (size_t)attr->size;
	return 0;
}

static bool has_record(const struct ntfs_file *f, uint64_t number)
{
	for (size_t i = f->count; i--;)
		if (f->records[i].number == number)
			return true;
	return false;
}

// A record may have been given to another file since the list was written: by the
// sequence number it is known, and by its own reference to the base record. Without
// both, that file's attributes would be read as this one's.
static int add_extension(struct ntfs_file *f, uint64_t reference,
			 struct err *err)
{
	const struct ntfs_record *base = &f->records[0];
	uint64_t number = ntfs_ref_record(reference);
	uint64_t wanted = base->number | (uint64_t)base->sequence
						 << NTFS_SEQUENCE_SHIFT;
	struct ntfs_record *rec;
	struct err e = {0};
	int r;

	if (has_record(f, number))
		return 0;
	if (mem_grow((void **)&f->records, f->count, &f->capacity,
		     sizeof(*f->records)))
		return err_nomem(err);
	rec = &f->records[f->count];
	r = ntfs_record_read(f->n, number, rec, &e);
	if (r)
		return r == -ENOENT
			       ? err_corrupt(err, e.what, number, "%s", e.why)
			       : err_pass(err, r, &e);
	f->count++;
	if (!(rec->flags & NTFS_RF_IN_USE) || rec->base != wanted ||
	    rec->sequence != ntfs_ref_sequence(reference))
		return err_corrupt(err, NTFS_RECORD(number), ERR_NOWHERE,
				   "it is no extension of record %llu, whose "
				   "attribute list names it",
				   (unsigned long long)f->records[0].number);
	return 0;
}

static int add_extensions(struct ntfs_file *f, struct err *err)
{
	struct ntfs_list_entry e;
	size_t off = 0;
	int r;

	while ((r = ntfs_list_next(f->list, f->list_size, &off, &e, err)) > 0) {
		r = add_extension(f, e.record, err);
		if (r)
			return r;
	}
	return r;
}

static int load_list(struct ntfs_file *f, struct err *err)
{
	struct ntfs_attr a = {0};
	int r;

	while ((r = ntfs_attr_next(&f->records[0], &a, err)) > 0)
		if (a.type == NTFS_AT_ATTRIBUTE_LIST)
			break;
	if (r <= 0)
		return r;
	r = ntfs_list_read(f->n, &a, &f->list, &f->list_size, err);
	return r ? r : add_extensions(f, err);
}

int ntfs_file_of_record(struct ntfs *n, const struct ntfs_record *base,
			struct ntfs_file *ret, struct err *err)
{
	struct ntfs_file f = {.n = n};
	int r;

	if (mem_grow((void **)&f.records, 0, &f.capacity, sizeof(*f.records))) {
		mem_free(base->data);
		return err_nomem(err);
	}
	f.records[f.count++] = *base;
	r = load_list(&f, err);
	if (r) {
		ntfs_file_done(&f);
		return r;
	}
	*ret = f;
	return 0;
}

int ntfs_file_open(struct ntfs *n, uint64_t number, struct ntfs_file *ret,
		   struct err *err)
{
	struct ntfs_record base;
	int r = ntfs_record_read(n, number, &base, err);

	if (r)
		return r;
	if (!(base.flags & NTFS_RF_IN_USE) || base.base) {
		mem_free(base.data);
		return err_set(err, -ENOENT, NTFS_RECORD(number), ERR_NOWHERE,
			       "it is not that of a file");
	}
	return ntfs_file_of_record(n, &base, ret, err);
}

void ntfs_file_done(struct ntfs_file *f)
{
	for (size_t i = 0; i < f->count; i++)
		mem_free(f->records[i].data);
	mem_free(f->records);
	mem_free(f->list);
	*f = (struct ntfs_file){0};
}

int ntfs_file_next(const struct ntfs_file *f, struct ntfs_attr *attr,
		   struct err *err)
{
	const struct ntfs_record *rec = attr->offset ? attr->record
						     : f->records;

	for (; rec < f->records + f->count; rec++) {
		int r = ntfs_attr_next(rec, attr, err);

		if (r)
			return r;
		*attr = (struct ntfs_attr){0};
	}
	return 0;
}

int ntfs_file_find(const struct ntfs_file *f, uint32_t type, const le16 *name,
		   size_t name_len, struct ntfs_attr *ret, struct err *err)
{
	struct ntfs_attr a = {0};
	int r;

	while ((r = ntfs_file_next(f, &a, err)) > 0) {
		if (a.type != type || (!a.resident && a.first_vcn) ||
		    ntfs_name_compare(f->n, a.name, a.name_len, name, name_len))
			continue;
		*ret = a;
		return 0;
	}
	if (r < 0)
		return r;
	return err_set(err, -ENOENT, NTFS_RECORD(f->records[0].number),
		       ERR_NOWHERE, "it has no such attribute (0x%x)", type);
}

int ntfs_file_find_named(const struct ntfs_file *f, uint32_t type,
			 const char *name, struct ntfs_attr *ret,
			 struct err *err)
{
	le16 units[NTFS_MAX_ASCII];
	size_t len = 0;

	for (; name && name[len] && len < NTFS_MAX_ASCII; len++)
		units[len] = to_le16((uint8_t)name[len]);
	return ntfs_file_find(f, type, units, len, ret, err);
}

static int by_vcn(const void *a, const void *b)
{
	const struct ntfs_attr *x = a, *y = b;

	return x->first_vcn < y->first_vcn ? -1 : x->first_vcn > y->first_vcn;
}

// All pieces of the attribute, in order of their clusters.
static int gather_pieces(const struct ntfs_file *f,
			 const struct ntfs_attr *attr,
			 struct ntfs_attr **pieces, size_t *count,
			 struct err *err)
{
	struct ntfs_attr a = {0};
	size_t capacity = 0;
	int r;

	while ((r = ntfs_file_next(f, &a, err)) > 0) {
		if (a.type != attr->type || a.resident ||
		    ntfs_name_compare(f->n, a.name, a.name_len, attr->name,
				      attr->name_len))
			continue;
		if (mem_grow((void **)pieces, *count, &capacity,
			     sizeof(**pieces)))
			return err_nomem(err);
		(*pieces)[(*count)++] = a;
	}
	if (*count)
		qsort(*pieces, *count, sizeof(**pieces), by_vcn);
	return r;
}

int ntfs_file_runs(const struct ntfs_file *f, const struct ntfs_attr *attr,
		   struct ntfs_runs *runs, struct err *err)
{
	struct ntfs_attr *pieces = NULL;
	size_t count = 0;
	int r;

	if (f->count == 1)
		return ntfs_runs_append(f->n, attr, runs, err);
	r = gather_pieces(f, attr, &pieces, &count, err);
	for (size_t i = 0; !r && i < count; i++) {
		if (pieces[i].first_vcn != runs->clusters)
			r = err_corrupt(err, NTFS_RECORD(f->records[0].number),
					ERR_NOWHERE,
					"the pieces of an attribute (0x%x) do "
					"not follow each other",
					attr->type);
		else
			r = ntfs_runs_append(f->n, &pieces[i], runs, err);
	}
	mem_free(pieces);
	return r;
}
