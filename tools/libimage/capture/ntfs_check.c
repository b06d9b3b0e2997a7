// SPDX-License-Identifier: MIT
//
// A capture goes by the names that files have in themselves. What a folder's index
// names besides is a file that was lost: a capture without it would look whole and
// not be.

#include <string.h>

#include "ntfs_priv.h"

struct folder {
	const struct volume *v;
	uint64_t record;
	struct err *err;
};

static int lost(const struct folder *f, const struct ntfs_entry *e)
{
	return err_corrupt(f->err, e->utf8, ERR_NOWHERE,
			   "the folder of file record %llu names it, and there "
			   "is no such file (file record %llu)",
			   (unsigned long long)f->record,
			   (unsigned long long)e->record);
}

static int check_entry(void *ctx, const struct ntfs_entry *e)
{
	const struct folder *f = ctx;
	const struct volume *v = f->v;
	uint32_t file;

	if (e->record < NTFS_FIRST_FILE)
		return 0;
	file = e->record < v->record_count ? v->by_record[e->record]
					   : CAPTURE_NO_FILE;
	if (file == CAPTURE_NO_FILE ||
	    v->c->files[file].sequence != e->sequence ||
	    !v->c->files[file].is_placed)
		return lost(f, e);
	return 0;
}

int capture_check_folders(struct volume *v, struct err *err)
{
	const struct capture *c = v->c;
	int r = 0;

	for (size_t i = 0; !r && i < c->node_count; i++) {
		const struct capture_file *file = &c->files[c->nodes[i].file];
		struct folder f = {v, file->number, err};

		if (file->attributes & NTFS_ATTR_DIRECTORY)
			r = ntfs_list(v->n, file->number, check_entry, &f, err);
	}
	return r;
}
