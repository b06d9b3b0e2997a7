// SPDX-License-Identifier: MIT
//
// Commands for virtual disks.

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "diskpart_priv.h"
#include "storage_vdisk.h"

// Volumes on the way to a virtual disk's file tell what was mended in them.
static void say_note(void *ctx, const char *text)
{
	diskpart_say(ctx, "%s\n", text);
}

static struct storage_vdisk_listener listener(struct diskpart *d)
{
	return (struct storage_vdisk_listener){
		.progress = diskpart_begin_progress(d),
		.note = say_note,
		.ctx = d,
	};
}

// Ends a verb that has shown percentages.
static enum diskpart_status end(struct diskpart *d, int r,
				const struct err *err, const char *sentence)
{
	diskpart_end_progress(d, !r);
	return r ? diskpart_failed(d, r, err) : diskpart_done(d, sentence);
}

// --- Create ------------------------------------------------------------------

static bool take_type(const char *text, enum vdisk_type *ret)
{
	if (text && strcasecmp(text, "fixed") && strcasecmp(text, "expandable"))
		return false;
	*ret = text && !strcasecmp(text, "expandable") ? VDISK_DYNAMIC
						       : VDISK_FIXED;
	return true;
}

static const char *check_create(const struct call *c)
{
	bool has_source = diskpart_has_option(c, "source");
	bool has_parent = diskpart_has_option(c, "parent");
	enum vdisk_type type;

	if (!diskpart_option(c, "file") || !*diskpart_option(c, "file"))
		return "FILE=, with the path of the new file, is needed.";
	if (has_parent && (diskpart_has_option(c, "maximum") ||
			   diskpart_has_option(c, "type")))
		return "With PARENT= the disk is a differencing one, of its "
		       "parent's size: without MAXIMUM= and TYPE=.";
	if (!has_parent && !has_source && !diskpart_number(c, "maximum"))
		return "MAXIMUM=, the disk's size in MB, is needed.";
	if (!take_type(diskpart_option(c, "type"), &type))
		return "TYPE= takes FIXED or EXPANDABLE.";
	return NULL;
}

static int create(struct diskpart *d, const struct call *c, struct err *err)
{
	const char *file = diskpart_option(c, "file");
	const char *source = diskpart_option(c, "source");
	const char *parent = diskpart_option(c, "parent");
	struct storage_vdisk_listener l = listener(d);
	struct vdisk_create what = {.size = diskpart_number(c, "maximum") *
					    MIB};
	int r = vdisk_format_of_name(file, VDISK_RAW, &what.format, err);

	if (r)
		return r;
	take_type(diskpart_option(c, "type"), &what.type);
	if (what.format == VDISK_RAW)
		return err_set(err, -EINVAL, file, ERR_NOWHERE,
			       "the name of a virtual disk's file ends with "
			       ".vhd or .vhdx");
	if (parent)
		return storage_vdisk_create_child(&storage_effects, file,
						  parent, source, 0, &l, err);
	if (source)
		return storage_vdisk_copy(&storage_effects, source, file, &what,
					  &l, err);
	return storage_vdisk_create(&storage_effects, file, &what, false, &l,
				    err);
}

enum diskpart_status diskpart_run_create_vdisk(struct diskpart *d,
					       const struct call *c)
{
	const char *why = check_create(c);
	struct err err = {0};
	int r;

	if (why)
		return diskpart_misuse(d, c->command, why);
	r = create(d, c, &err);
	if (!r)
		r = diskpart_select_vdisk(d, diskpart_option(c, "file"), &err);
	return end(d, r, &err,
		   "DiskPart successfully created the virtual disk file.");
}

// --- Attach, detach ----------------------------------------------------------

enum diskpart_status diskpart_run_attach(struct diskpart *d,
					 const struct call *c)
{
	struct err err = {0};
	unsigned number;
	int r;

	if (storage_is_attached(d->storage, d->vdisk, &number))
		return diskpart_refuse(
			d,
			"Virtual Disk Service error:\nThe virtual disk is "
			"already attached.",
			"It is in LIST DISK; NOERR lets a script go on.");
	diskpart_begin_progress(d);
	r = storage_attach(d->storage, d->vdisk,
			   diskpart_has_option(c, "readonly"), &number, &err);
	if (!r)
		diskpart_select_disk(d, (int)number);
	return end(d, r, &err,
		   "DiskPart successfully attached the virtual disk file.");
}

enum diskpart_status diskpart_run_detach(struct diskpart *d,
					 const struct call *c)
{
	struct err err = {0};
	unsigned number;
	int r;

	if (!storage_is_attached(d->storage, d->vdisk, &number) &&
	    !storage_is_lost(d->storage, d->vdisk))
		return diskpart_refuse(
			d,
			"Virtual Disk Service error:\nThe virtual disk is "
			"already detached.",
			"Nothing is to be done; NOERR lets a script go on.");
	r = storage_detach_file(d->storage, d->vdisk, &err);
	return r ? diskpart_failed(d, r, &err)
		 : diskpart_done(d, "DiskPart successfully detached the "
				    "virtual disk file.");
}

// --- Changes of the file -----------------------------------------------------

// What lies on it would not see the change; nothing of it changes while it can only
// be read.
static enum diskpart_status check_detached(struct diskpart *d,
					   bool may_be_read_only)
{
	const struct storage_disk *disk = NULL;
	unsigned number;

	if (storage_is_attached(d->storage, d->vdisk, &number))
		disk = storage_find_disk(d->storage, number);
	if (!disk || (may_be_read_only && disk->is_read_only))
		return DISKPART_OK;
	return diskpart_refuse(
		d,
		"Virtual Disk Service error:\nThe process cannot access the "
		"file because it is being used by another process.",
		"It is attached: DETACH VDISK comes first.");
}

enum diskpart_status diskpart_run_expand(struct diskpart *d,
					 const struct call *c)
{
	enum diskpart_status status = check_detached(d, false);
	struct storage_vdisk_listener l;
	struct err err = {0};

	if (status)
		return status;
	if (!diskpart_number(c, "maximum"))
		return diskpart_misuse(d, c->command,
				       "MAXIMUM=, the new size in MB, is "
				       "needed.");
	l = listener(d);
	return end(d,
		   storage_vdisk_expand(d->vdisk,
					diskpart_number(c, "maximum") * MIB,
					false, &l, NULL, &err),
		   &err,
		   "DiskPart successfully expanded the virtual disk file.");
}

enum diskpart_status diskpart_run_compact(struct diskpart *d,
					  const struct call *c)
{
	enum diskpart_status status = check_detached(d, true);
	struct storage_vdisk_listener l;
	struct err err = {0};

	if (status)
		return status;
	l = listener(d);
	return end(d,
		   storage_vdisk_compact(d->vdisk, false, &l, NULL, NULL, &err),
		   &err,
		   "DiskPart successfully compacted the virtual disk file.");
}

enum diskpart_status diskpart_run_merge(struct diskpart *d,
					const struct call *c)
{
	uint64_t depth = diskpart_number(c, "depth");
	enum diskpart_status status = check_detached(d, false);
	struct storage_vdisk_listener l;
	struct vdisk_merge m = {0};
	char *into = NULL;
	struct err err = {0};
	int r;

	if (status)
		return status;
	if (!depth || depth >= VDISK_MAX_CHAIN)
		return diskpart_misuse(d, c->command,
				       "DEPTH=, how many disks go down into "
				       "the next one, is needed: 1 is the "
				       "selected one alone.");
	l = listener(d);
	m.depth = (unsigned)depth;
	r = storage_vdisk_merge(d->vdisk, &m, &l, &into, &err);
	status = end(d, r, &err,
		     "DiskPart successfully merged the virtual disk files.");
	if (r)
		return status;
	diskpart_say(d,
		     "All is in %s now, which is selected; what was merged "
		     "is deleted.\n",
		     into);
	r = diskpart_select_vdisk(d, into, &err);
	mem_free(into);
	return r ? diskpart_failed(d, r, &err) : DISKPART_OK;
}

// --- List, detail ------------------------------------------------------------

static const char *type_name(const struct vdisk_info *info)
{
	return info->type == VDISK_FIXED     ? "Fixed"
	       : info->type == VDISK_DYNAMIC ? "Expandable"
					     : "Differencing";
}

// Says a path by its volume's letter where there is one, as people give it.
static void say_file(struct diskpart *d, const char *file)
{
	const struct storage_volume *volumes;
	size_t count;

	volumes = storage_volumes(d->storage, &count);
	for (size_t i = 0; i < count; i++) {
		const struct storage_volume *v = &volumes[i];
		size_t n = strlen(v->address);

		if (v->letter && !strncmp(file, v->address, n) &&
		    file[n] == ':') {
			diskpart_say(d, "%c%s\n", v->letter, file + n);
			return;
		}
	}
	diskpart_say(d, "%s\n", file);
}

static void row(struct diskpart *d, unsigned index, const char *file, int disk,
		bool is_selected)
{
	struct vdisk_info info;
	char name[24], number[24] = "Disk ---";

	snprintf(name, sizeof(name), "VDisk %u", index);
	if (disk >= 0)
		snprintf(number, sizeof(number), "Disk %d", disk);
	diskpart_say(d, "%c %-9s  %-8s  %-20s  %-10s  ",
		     is_selected ? '*' : ' ', name, number,
		     disk >= 0 ? "Attached not open" : "Added",
		     storage_vdisk_look(file, &info, NULL) ? "Unknown"
							   : type_name(&info));
	say_file(d, file);
}

enum diskpart_status diskpart_run_list_vdisk(struct diskpart *d,
					     const struct call *c)
{
	const struct storage_disk *disks;
	unsigned index = 0, selected = 0;
	bool is_attached, has_any;
	size_t count;

	is_attached = d->vdisk &&
		      storage_is_attached(d->storage, d->vdisk, &selected);
	disks = storage_disks(d->storage, &count);
	has_any = d->vdisk;
	for (size_t i = 0; i < count; i++)
		has_any |= disks[i].virtual_file != NULL;
	if (!has_any)
		return diskpart_done(d, "There are no virtual disks to show.");
	diskpart_say(d,
		     "\n  VDisk ###  Disk ###  State                 Type    "
		     "   File\n"
		     "  ---------  --------  --------------------  "
		     "---------  ----\n");
	for (size_t i = 0; i < count; i++)
		if (disks[i].virtual_file)
			row(d, index++, disks[i].virtual_file,
			    (int)disks[i].number,
			    is_attached && disks[i].number == selected);
	if (d->vdisk && !is_attached)
		row(d, index, d->vdisk, -1, true);
	return DISKPART_OK;
}

static void show_parent(struct diskpart *d, const struct vdisk_info *info)
{
	bool is_child = info->type == VDISK_DIFFERENCING;

	diskpart_say(d, "Is Child: %s\nParent Filename: %s\n",
		     is_child ? "Yes" : "No", is_child ? info->parent : "");
}

// Vendor: Microsoft's, of both formats (Windows SDK, virtdisk.h).
enum diskpart_status diskpart_run_detail_vdisk(struct diskpart *d,
					       const struct call *c)
{
	char size[DISKPART_SIZE], file_size[DISKPART_SIZE];
	struct vdisk_info info;
	struct err err = {0};
	unsigned number;
	bool is_attached = storage_is_attached(d->storage, d->vdisk, &number);
	int r = storage_vdisk_look(d->vdisk, &info, &err);

	if (r)
		return diskpart_failed(d, r, &err);
	diskpart_say(d,
		     "\nDevice type ID: %s\n"
		     "Vendor ID: {EC984AEC-A0F9-47E9-901F-71415A66345B} "
		     "(Microsoft Corporation)\n"
		     "State: %s\n"
		     "Virtual size: %7s\n"
		     "Physical size: %7s\n"
		     "Filename: %s\n",
		     info.format == VDISK_VHD ? "2 (VHD)" : "3 (VHDX)",
		     is_attached ? "Attached not open" : "Added",
		     diskpart_size(info.size, size),
		     diskpart_size(info.file_size, file_size), d->vdisk);
	show_parent(d, &info);
	if (is_attached)
		diskpart_say(d, "Associated disk#: %u\n", number);
	else
		diskpart_say(d, "Associated disk#: Not found.\n");
	return DISKPART_OK;
}
