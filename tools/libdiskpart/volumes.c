// SPDX-License-Identifier: MIT
//
// Commands that work on the selected volume, but for its content and size.

#include <stdio.h>
#include <string.h>

#include "diskpart_priv.h"

// --- Letters -----------------------------------------------------------------

static enum diskpart_status no_folders(struct diskpart *d)
{
	return diskpart_refuse(
		d,
		"DiskPart has encountered an error: The request is not "
		"supported.",
		"MOUNT=: volumes are not mounted in folders here; LETTER= "
		"gives a letter.");
}

static enum diskpart_status bad_letter(struct diskpart *d, const struct call *c)
{
	return diskpart_misuse(d, c->command,
			       "LETTER= takes a letter from A to Z.");
}

enum diskpart_status diskpart_run_assign(struct diskpart *d,
					 const struct call *c)
{
	const char *text = diskpart_option(c, "letter");
	char letter = text ? diskpart_parse_letter(text) : 0;
	struct err err = {0};
	int r;

	if (diskpart_has_option(c, "mount"))
		return no_folders(d);
	if (text && !letter)
		return bad_letter(d, c);
	r = storage_assign(d->storage, (unsigned)d->volume, letter, &err);
	if (r == -EEXIST)
		diskpart_say(d, "\nThe specified drive letter is not free to "
				"be assigned.\n");
	return r ? diskpart_failed(d, r, &err)
		 : diskpart_done(d, "DiskPart successfully assigned the drive "
				    "letter or mount point.");
}

enum diskpart_status diskpart_run_remove(struct diskpart *d,
					 const struct call *c)
{
	const char *text = diskpart_option(c, "letter");
	char letter = text ? diskpart_parse_letter(text) : 0;
	const struct storage_volume *v = diskpart_volume(d);
	struct err err = {0};
	int r;

	if (diskpart_has_option(c, "mount"))
		return no_folders(d);
	if (text && !letter)
		return bad_letter(d, c);
	if (!v->letter && diskpart_has_option(c, "all"))
		return diskpart_done(d, "There are no drive letters or mount "
					"points to remove.");
	if (!v->letter || (letter && letter != v->letter))
		return diskpart_refuse(
			d,
			"The specified drive letter or mount point is not "
			"assigned to the selected volume.",
			"LIST VOLUME shows which letters volumes have.");
	r = storage_remove_letter(d->storage, (unsigned)d->volume, &err);
	return r ? diskpart_failed(d, r, &err)
		 : diskpart_done(d, "DiskPart successfully removed the drive "
				    "letter or mount point.");
}

// --- Attributes --------------------------------------------------------------

void diskpart_show_volume_attributes(struct diskpart *d,
				     const struct storage_volume *v)
{
	diskpart_say(d,
		     "Read-only              : %s\n"
		     "Hidden                 : %s\n"
		     "No Default Drive Letter: %s\n"
		     "Shadow Copy            : No\n",
		     diskpart_yes_no(v->is_read_only),
		     diskpart_yes_no(v->is_hidden),
		     diskpart_yes_no(v->no_letter));
}

// 1, 0, or -1 for one that is not named.
static int change_of(const struct call *c, const char *name, bool set)
{
	return diskpart_has_option(c, name) ? set : -1;
}

enum diskpart_status diskpart_run_attributes_volume(struct diskpart *d,
						    const struct call *c)
{
	bool set = diskpart_has_option(c, "set");
	bool clear = diskpart_has_option(c, "clear");
	int hidden = change_of(c, "hidden", set);
	int read_only = change_of(c, "readonly", set);
	int no_letter = change_of(c, "nodefaultdriveletter", set);
	bool has_any = hidden >= 0 || read_only >= 0 || no_letter >= 0;
	struct err err = {0};
	int r;

	if (diskpart_has_option(c, "shadowcopy"))
		return diskpart_refuse(
			d,
			"DiskPart has encountered an error: The request is "
			"not supported.",
			"SHADOWCOPY: there are no shadow copies here.");
	if (!set && !clear && !has_any) {
		diskpart_say(d, "\n");
		diskpart_show_volume_attributes(d, diskpart_volume(d));
		return DISKPART_OK;
	}
	if (set == clear || !has_any)
		return diskpart_misuse(d, c->command,
				       "It is SET or CLEAR, and then HIDDEN, "
				       "READONLY or NODEFAULTDRIVELETTER.");
	r = storage_set_volume(d->storage, (unsigned)d->volume, hidden,
			       read_only, no_letter, &err);
	if (r)
		return diskpart_failed(d, r, &err);
	return diskpart_done(d, set ? "Volume attributes set successfully."
				    : "Volume attributes cleared "
				      "successfully.");
}

// --- The volume as a whole ---------------------------------------------------

enum diskpart_status diskpart_run_delete_volume(struct diskpart *d,
						const struct call *c)
{
	const struct storage_volume *v = diskpart_volume(d);
	const struct storage_region *region = diskpart_region_of(d->storage, v);
	enum diskpart_status status;

	if (!region)
		return diskpart_refuse(
			d,
			"Virtual Disk Service error:\nThe operation is not "
			"supported by the object.",
			"The volume fills a disk without a partition table: "
			"CLEAN empties the disk.");
	status = diskpart_delete(d, v->disk, region->number,
				 diskpart_has_option(c, "override"));
	if (status)
		return status;
	diskpart_select_disk(d, d->disk);
	return diskpart_done(d, "DiskPart successfully deleted the volume.");
}

// Volumes of a disk that is online are; a letter is what makes one reachable.
enum diskpart_status diskpart_run_online_volume(struct diskpart *d,
						const struct call *c)
{
	const struct storage_volume *v = diskpart_volume(d);

	if (storage_find_disk(d->storage, v->disk)->is_offline)
		return diskpart_refuse(d, "The volume's disk is offline.",
				       "ONLINE DISK takes the disk online.");
	return diskpart_done(
		d, "DiskPart successfully onlined the selected volume.");
}

enum diskpart_status diskpart_run_offline_volume(struct diskpart *d,
						 const struct call *c)
{
	return diskpart_refuse(
		d,
		"DiskPart has encountered an error: The request is not "
		"supported.",
		"A volume alone is not taken offline here: REMOVE takes its "
		"letter away, OFFLINE DISK takes its disk offline.");
}
