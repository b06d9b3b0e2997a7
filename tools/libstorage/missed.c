// SPDX-License-Identifier: MIT
//
// What somebody would miss: for commands that make a volume over what is there.

#include "storage.h"

static int note_any(void *ctx, const struct fat_stat *entry)
{
	*(bool *)ctx = true;
	return 1;
}

// A volume without files may be formatted again; what can't be read may not.
static bool holds_files(struct disk *d, const struct part_content *what)
{
	bool any = true, empty = false;
	struct ntfs *n;
	struct fat *f;

	if (part_content_is(what, "NTFS") && !ntfs_open(d, &n, NULL)) {
		any = ntfs_is_empty(n, &empty, NULL) || !empty;
		ntfs_close(n);
	} else if (part_content_is(what, "FAT") && !fat_open(d, &f, NULL)) {
		any = false;
		if (fat_list(f, "", note_any, &any, NULL))
			any = true;
		fat_close(f);
	}
	return any;
}

struct looking {
	struct disk *disk;
	bool in_volume; // that holds no files: what lies in it is its own
	struct part_content missed;
};

static int look_at(void *ctx, const struct part_content *found)
{
	struct looking *l = ctx;

	if (l->in_volume &&
	    (found->kind == PART_HOLDS_DATA || found->is_inside))
		return 0;
	if (!found->is_inside && found->kind == PART_HOLDS_VOLUME &&
	    !holds_files(l->disk, found)) {
		l->in_volume = true;
		return 0;
	}
	l->missed = *found;
	return 1;
}

int storage_find_missed(struct disk *disk, struct part_content *ret,
			struct err *err)
{
	struct looking l = {.disk = disk};
	int r = part_probe_each(disk, look_at, &l, err);

	if (r < 0)
		return r;
	*ret = l.missed;
	return 0;
}
