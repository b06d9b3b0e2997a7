// SPDX-License-Identifier: MIT
//
// A new table for a disk.

#include "storage_priv.h"

#define MBR_CODE 440u // bytes before the disk's signature

static int check_blank(const struct storage_effects *e, struct disk *disk,
		       const struct storage_layout *l, bool *ret_blank,
		       struct err *err)
{
	char text[PART_CONTENT_TEXT];
	struct part_content found;
	int r = e->probe(disk, &found, err);

	if (r)
		return r;
	*ret_blank = found.kind == PART_HOLDS_NOTHING;
	return *ret_blank || l->replace
		       ? 0
		       : err_set(err, -EEXIST, "disk", ERR_NOWHERE,
				 "it holds %s; %s",
				 part_content_text(&found, text), l->otherwise);
}

int storage_add_mbr_code(const struct storage_effects *e, struct disk *disk,
			 struct err *err)
{
	uint8_t code[MBR_CODE];
	struct err inner = {0};
	int r = disk_read(disk, 0, code, sizeof(code), err);

	if (r)
		return r;
	for (size_t i = 0; i < sizeof(code); i++)
		if (code[i])
			return 0;
	r = e->write_mbr_code(disk, &inner);
	// No BIOS starts a disk with sectors of 4096 bytes.
	return !r || r == -ENOTSUP ? 0 : err_pass(err, r, &inner);
}

static int make_table(const struct storage_layout *l, const struct disk *disk,
		      struct part_table **ret, struct err *err)
{
	struct part_table *t;
	int r = part_table_new(l->style, disk, &l->disk_id, l->mbr_signature,
			       &t, err);

	if (r)
		return r;
	for (size_t i = 0; i < l->count && !r; i++)
		r = part_table_add(t, &l->parts[i], NULL, err);
	if (r)
		part_table_free(t);
	else
		*ret = t;
	return r;
}

int storage_partition(const struct storage_effects *e, struct disk *disk,
		      const struct storage_layout *l, struct err *err)
{
	struct part_table *t;
	bool is_blank;
	// First of all: an image keeps the sector size that its old table tells.
	int r = check_blank(e, disk, l, &is_blank, err);

	if (!r)
		r = make_table(l, disk, &t, err);
	if (r)
		return r;
	if (!is_blank)
		r = e->wipe(disk, err);
	if (!r)
		r = e->write_table(t, disk, err);
	part_table_free(t);
	return !r && l->style == PART_MBR ? storage_add_mbr_code(e, disk, err)
					  : r;
}
