// SPDX-License-Identifier: MIT
//
// A file that goes takes its entries in $Extend's indexes with it: its object
// id's in $ObjId, its reparse point's in $Reparse (Linux-NTFS documentation,
// "$ObjId", "$Reparse").

#include <string.h>

#include "change.h"

// Takes one key out of an index of a file of $Extend.
static int remove_key(struct ntfs_change *c, const char *file,
		      const char *index, const uint8_t *key, size_t len,
		      struct err *err)
{
	struct change_file f;
	struct ntfs_tree t = {0};
	le16 name[16];
	uint64_t number;
	size_t n = 0;
	int r;

	for (; file[n]; n++)
		name[n] = to_le16((uint8_t)file[n]);
	r = ntfs_folder_find(c->n, NTFS_REC_EXTEND, name, n, &number, err);
	if (r)
		return r;
	r = ntfs_change_load(c, ntfs_ref_record(number), &f, err);
	f.stage = STAGE_VIEWS;
	if (!r)
		r = ntfs_tree_open(&f, index, &t, err);
	if (!r)
		r = ntfs_tree_remove(&t, key, len, err);
	if (!r)
		r = ntfs_tree_save(&t, err);
	if (!r)
		r = ntfs_change_store(&f, err);
	ntfs_tree_done(&t);
	ntfs_change_done(&f);
	return r;
}

int ntfs_views_remove(struct change_file *f, struct err *err)
{
	const struct change_attr *id =
		ntfs_change_find(f, NTFS_AT_OBJECT_ID, NULL);
	const struct change_attr *point =
		ntfs_change_find(f, NTFS_AT_REPARSE_POINT, NULL);
	struct ntfs_reparse_key_disk key = {
		.file = to_le64(ntfs_change_reference(f))};
	uint8_t *data;
	size_t size;
	int r = 0;

	if (id && id->value_len >= 16)
		r = remove_key(f->c, "$ObjId", "$O", id->value, 16, err);
	if (r || !point)
		return r;
	r = ntfs_change_get(f, point, 65536, &data, &size, err);
	if (r)
		return r;
	if (size >= sizeof(key.tag)) {
		memcpy(&key.tag, data, sizeof(key.tag));
		r = remove_key(f->c, "$Reparse", "$R", (const uint8_t *)&key,
			       sizeof(key), err);
	}
	mem_free(data);
	return r;
}
