// SPDX-License-Identifier: MIT
//
// A volume must be sound before anything on it is written: a change would make
// its damage worse. How it was left is told, and what a change of ours left
// when it was cut off is mended.

#include <stdio.h>

#include "fat_priv.h"

static void say(struct fat *f, const char *left,
		const struct fat_check_result *found)
{
	uint32_t lost = found->lost_clusters;

	if (left && lost)
		snprintf(f->note, sizeof(f->note),
			 "%s; it was checked and is sound, but %u clusters are "
			 "in use by nothing: Windows' chkdsk /f, or fsck.fat, "
			 "saves them or gives them back",
			 left, lost);
	else if (left)
		snprintf(f->note, sizeof(f->note),
			 "%s; it was checked and is sound", left);
	else if (found->twins)
		snprintf(f->note, sizeof(f->note),
			 "a rename was cut off: of the two names that it left "
			 "the file, one goes with the next change");
	else if (lost)
		snprintf(
			f->note, sizeof(f->note),
			"a change was cut off: %u clusters that it left in use "
			"by nothing are free again with the next one",
			lost);
}

int fat_check_writable(struct fat *f, struct err *err)
{
	struct fat_check_result found;
	struct fat_twin twin;
	const char *left = fat_in_use(f);
	int r;

	if (f->dev->read_only)
		return err_set(err, -EROFS, "FAT volume", ERR_NOWHERE,
			       "it was opened for reading only");
	if (f->checked)
		return 0;
	r = fat_table_compare(f, err);
	if (!r)
		// Lost clusters of a volume that others left badly may be all
		// that is there of somebody's file: its own tools can save
		// them. With the volume shut down properly they come of a
		// change of ours.
		r = fat_check_all(f, !left, &found, &twin, err);
	if (!r && found.twins && left)
		r = err_corrupt(err, "FAT", ERR_NOWHERE,
				"two names lead to one file");
	if (!r && found.twins)
		r = fat_twin_remove(f, &twin, err);
	if (r)
		return r;
	f->checked = true;
	say(f, left, &found);
	return 0;
}

const char *fat_note(const struct fat *f)
{
	return *f->note ? f->note : NULL;
}
