// SPDX-License-Identifier: MIT
//
// SELECT: what commands work on.

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "diskpart_priv.h"
#include "storage_vdisk.h"

static enum diskpart_status show(struct diskpart *d, const char *what,
				 int number, const char *end)
{
	if (number < 0) {
		diskpart_say(d, "\nThere is no %s selected.\n", what);
		return DISKPART_OK;
	}
	diskpart_say(d, "\n%c%s %d is %s.\n", what[0] - 'a' + 'A', what + 1,
		     number, end);
	return DISKPART_OK;
}

static bool parse_index(const char *text, unsigned *ret)
{
	size_t len = strspn(text, "0123456789");

	if (!len || len > 6 || text[len])
		return false;
	return sscanf(text, "%u", ret) == 1;
}

// --- Disks -------------------------------------------------------------------

static enum diskpart_status no_such_disk(struct diskpart *d, const char *next)
{
	diskpart_select_disk(d, -1);
	return diskpart_object(d,
			       "The disk you specified is not valid.\n\n"
			       "There is no disk selected.",
			       next);
}

// The one disk that machines of this table start from.
static enum diskpart_status select_system(struct diskpart *d)
{
	const struct storage_volume *volumes;
	size_t count;
	int found = -1;

	volumes = storage_volumes(d->storage, &count);
	for (size_t i = 0; i < count; i++) {
		if (!volumes[i].is_system || found == (int)volumes[i].disk)
			continue;
		if (found >= 0)
			return no_such_disk(
				d, "Several disks have a system partition: "
				   "SELECT DISK takes a number.");
		found = (int)volumes[i].disk;
	}
	if (found < 0)
		return no_such_disk(d, "No disk has a system partition: "
				       "SELECT DISK takes a number.");
	diskpart_select_disk(d, found);
	return DISKPART_OK;
}

static enum diskpart_status select_next(struct diskpart *d)
{
	const struct storage_disk *disks;
	size_t count;

	disks = storage_disks(d->storage, &count);
	for (size_t i = 0; i < count; i++)
		if (d->disk >= 0 && disks[i].number > (unsigned)d->disk) {
			diskpart_select_disk(d, (int)disks[i].number);
			return DISKPART_OK;
		}
	return no_such_disk(d, d->disk < 0 ? "NEXT follows a disk that is "
					     "selected: SELECT DISK 0."
					   : "There is no further disk.");
}

static enum diskpart_status select_place(struct diskpart *d, const char *text)
{
	const struct storage_disk *disks;
	size_t count;
	unsigned number;
	bool is_number = parse_index(text, &number);

	disks = storage_disks(d->storage, &count);
	for (size_t i = 0; i < count; i++)
		if (is_number ? disks[i].number == number
			      : *disks[i].location &&
					!strcasecmp(disks[i].location, text)) {
			diskpart_select_disk(d, (int)disks[i].number);
			return DISKPART_OK;
		}
	return no_such_disk(d, "LIST DISK shows the numbers of the disks.");
}

enum diskpart_status diskpart_run_select_disk(struct diskpart *d,
					      const struct call *c)
{
	const char *text = diskpart_option(c, "");
	enum diskpart_status status = DISKPART_OK;

	if (text)
		status = !strcasecmp(text, "system") ? select_system(d)
			 : !strcasecmp(text, "next") ? select_next(d)
						     : select_place(d, text);
	return status ? status
		      : show(d, "disk", d->disk, "now the selected disk");
}

// --- Partitions --------------------------------------------------------------

enum diskpart_status diskpart_run_select_partition(struct diskpart *d,
						   const struct call *c)
{
	const char *text = diskpart_option(c, "");
	unsigned number;

	if (!diskpart_disk(d))
		return diskpart_object(
			d,
			"There is no disk selected.\n"
			"Select a disk and try again.",
			"LIST DISK shows the disks, SELECT DISK 0 selects one.");
	if (text) {
		diskpart_select_partition(d, parse_index(text, &number)
						     ? (int)number
						     : -1);
		if (!diskpart_partition(d)) {
			diskpart_select_partition(d, -1);
			return diskpart_object(
				d,
				"The specified partition is not valid.\n"
				"Please select a valid partition.\n\n"
				"There is no partition selected.",
				"LIST PARTITION shows the numbers of those on "
				"the selected disk.");
		}
	}
	return show(d, "partition", d->partition, "now the selected partition");
}

// --- Volumes -----------------------------------------------------------------

static const struct storage_volume *find_volume(const struct diskpart *d,
						const char *text)
{
	char letter = diskpart_parse_letter(text);
	unsigned number;

	if (letter)
		return storage_find_letter(d->storage, letter);
	return parse_index(text, &number)
		       ? storage_find_volume(d->storage, number)
		       : NULL;
}

enum diskpart_status diskpart_run_select_volume(struct diskpart *d,
						const struct call *c)
{
	const char *text = diskpart_option(c, "");
	const struct storage_volume *v = text ? find_volume(d, text) : NULL;

	if (text)
		diskpart_select_volume(d, v ? (int)v->number : -1);
	if (text && !v)
		return diskpart_object(
			d,
			"The volume you selected is not valid or does not "
			"exist.\n\nThere is no volume selected.",
			"LIST VOLUME shows the volumes, by number and letter.");
	return show(d, "volume", d->volume, "the selected volume");
}

// --- Virtual disks -----------------------------------------------------------

enum diskpart_status diskpart_run_select_vdisk(struct diskpart *d,
					       const struct call *c)
{
	const char *file = diskpart_option(c, "file");
	struct vdisk_info info;
	struct err err = {0};
	int r;

	if (!file || !*file)
		return diskpart_misuse(d, c->command,
				       "FILE=, with the virtual disk's file, "
				       "is needed.");
	// One that is lost can still be detached.
	r = storage_is_lost(d->storage, file)
		    ? 0
		    : storage_vdisk_look(file, &info, &err);
	if (!r)
		r = diskpart_select_vdisk(d, file, &err);
	if (r)
		return diskpart_failed(d, r, &err);
	return diskpart_done(
		d, "DiskPart successfully selected the virtual disk file.");
}
