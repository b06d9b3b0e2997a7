// SPDX-License-Identifier: MIT
//
// $Extend's indexes against the files: $ObjId holds every object id, $Reparse
// every reparse point, and nothing else.

#include <string.h>

#include "check.h"

// Finds a file of $Extend by name; *ret is 0 when there is none.
static int find_in_extend(struct check *c, const char *name, uint64_t *ret)
{
	le16 units[16];
	size_t len = ntfs_ascii_units(name, units);
	uint64_t file = 0;
	struct err e = {0};
	int r;

	*ret = 0;
	r = ntfs_folder_find(c->n, NTFS_REC_EXTEND, units, len, &file, &e);
	if (r == -ENOENT || r == -ENOTDIR)
		return 0;
	if (r)
		return ntfs_check_failed(c, NTFS_REC_EXTEND, NTFS_RULE_EXTEND,
					 r, &e);
	*ret = ntfs_check_is_file(c, file) ? ntfs_ref_record(file) : 0;
	return 0;
}

// Reads a file's attribute into new memory; *ret is NULL when there is none.
static int read_attr(struct check *c, uint64_t reference, uint32_t type,
		     uint8_t **ret, size_t *ret_size)
{
	struct err e = {0};
	struct ntfs_file f;
	struct ntfs_attr a;
	int r;

	*ret = NULL;
	if (!ntfs_check_is_file(c, reference))
		return 0;
	r = ntfs_file_open(c->n, ntfs_ref_record(reference), &f, &e);
	if (!r) {
		r = ntfs_file_find(&f, type, NULL, 0, &a, &e);
		if (!r)
			r = ntfs_stream_read(&f, &a, 65536, ret, ret_size, &e);
		ntfs_file_done(&f);
	}
	return !r || ntfs_check_is_content(r) ? 0 : err_pass(c->err, r, &e);
}

static int check_object_id(struct check *c, const struct ntfs_index *x,
			   const struct ntfs_index_entry *e, void *ctx)
{
	const struct ntfs_objid_data_disk *d = (const void *)e->data;
	uint8_t *id = NULL;
	size_t size = 0;
	int r = 0;

	if (e->key_len == 16 && e->data_len >= sizeof(*d))
		r = read_attr(c, get_le64(d->file), NTFS_AT_OBJECT_ID, &id,
			      &size);
	if (!r && e->key_len == 16 && e->data_len >= sizeof(*d) &&
	    !ntfs_check_is_file(c, get_le64(d->file)))
		ntfs_check_find(c, NTFS_LEFTOVER, x->record,
				NTFS_RULE_OBJECT_ID,
				"An entry of $ObjId is of a file that is "
				"gone");
	else if (!r && e->key_len == 16 && e->data_len >= sizeof(*d) && !id)
		ntfs_check_find(c, NTFS_LEFTOVER, x->record,
				NTFS_RULE_OBJECT_ID,
				"An entry of $ObjId is of a file that has no "
				"object id");
	else if (!r && (!id || size < 16 || memcmp(id, e->key, 16)))
		ntfs_check_problem(c, x->record, NTFS_RULE_OBJECT_ID,
				   "An entry of $ObjId is of no file");
	else if (!r)
		c->records[ntfs_ref_record(get_le64(d->file))].flags &=
			(uint16_t)~CR_OBJECT_ID;
	mem_free(id);
	return r;
}

static int check_reparse(struct check *c, const struct ntfs_index *x,
			 const struct ntfs_index_entry *e, void *ctx)
{
	const struct ntfs_reparse_key_disk *k = (const void *)e->key;
	uint8_t *point = NULL;
	size_t size = 0;
	int r = 0;

	if (e->key_len == sizeof(*k))
		r = read_attr(c, get_le64(k->file), NTFS_AT_REPARSE_POINT,
			      &point, &size);
	if (!r && e->key_len == sizeof(*k) &&
	    !ntfs_check_is_file(c, get_le64(k->file)))
		ntfs_check_find(c, NTFS_LEFTOVER, x->record, NTFS_RULE_REPARSE,
				"An entry of $Reparse is of a file that is "
				"gone");
	else if (!r && (!point || size < 8 || memcmp(point, e->key, 4)))
		ntfs_check_problem(c, x->record, NTFS_RULE_REPARSE,
				   "An entry of $Reparse is of no file");
	else if (!r)
		c->records[ntfs_ref_record(get_le64(k->file))].flags &=
			(uint16_t)~CR_REPARSE;
	mem_free(point);
	return r;
}

static int check_view(struct check *c, const char *file, const char *index,
		      int (*fn)(struct check *c, const struct ntfs_index *x,
				const struct ntfs_index_entry *e, void *ctx))
{
	uint64_t record;
	struct ntfs_file f;
	struct err e = {0};
	int r = find_in_extend(c, file, &record);

	if (r || !record)
		return r;
	r = ntfs_file_open(c->n, record, &f, &e);
	if (r)
		return ntfs_check_failed(c, record, NTFS_RULE_EXTEND, r, &e);
	r = ntfs_check_index(c, &f, index, fn, NULL);
	ntfs_file_done(&f);
	return r;
}

// Of $Quota only the trees' form is looked at.
static int check_quota(struct check *c, const struct ntfs_index *x,
		       const struct ntfs_index_entry *e, void *ctx)
{
	return 0;
}

int ntfs_check_views(struct check *c)
{
	int r;

	if (c->n->info.major < 3)
		return 0; // there are none yet
	r = check_view(c, "$ObjId", "$O", check_object_id);
	if (!r)
		r = check_view(c, "$Reparse", "$R", check_reparse);
	if (!r)
		r = check_view(c, "$Quota", "$O", check_quota);
	if (!r)
		r = check_view(c, "$Quota", "$Q", check_quota);
	for (uint64_t i = 0; !r && i < c->n->records; i++) {
		if (c->records[i].flags & CR_OBJECT_ID)
			ntfs_check_problem(
				c, i, NTFS_RULE_OBJECT_ID,
				"The file's object id is not in $ObjId");
		if (c->records[i].flags & CR_REPARSE)
			ntfs_check_problem(c, i, NTFS_RULE_REPARSE,
					   "The file's reparse point is not in "
					   "$Reparse");
	}
	return r;
}
