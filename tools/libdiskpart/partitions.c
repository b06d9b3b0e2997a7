// SPDX-License-Identifier: MIT
//
// Commands that change or delete the selected partition.

#include <stdio.h>
#include <string.h>

#include "diskpart_priv.h"

enum diskpart_status diskpart_delete(struct diskpart *d, unsigned disk,
				     unsigned number, bool override)
{
	char text[ERR_TEXT];
	struct err err = {0};
	int r = storage_delete_partition(d->storage, disk, number, override,
					 &err);

	if (r != -EPERM)
		return r ? diskpart_failed(d, r, &err) : DISKPART_OK;
	diskpart_say(d,
		     "\nVirtual Disk Service error:\n%s\n%s\n"
		     "DELETE PARTITION OVERRIDE deletes it.\n",
		     number ? "Cannot delete a protected partition without the "
			      "force protected parameter set."
			    : "The extended partition is not empty.",
		     err_format(&err, text, sizeof(text)));
	return DISKPART_FAILED;
}

enum diskpart_status diskpart_run_delete_partition(struct diskpart *d,
						   const struct call *c)
{
	enum diskpart_status status =
		diskpart_delete(d, (unsigned)d->disk, (unsigned)d->partition,
				diskpart_has_option(c, "override"));

	if (status)
		return status;
	diskpart_select_partition(d, -1);
	return diskpart_done(
		d, "DiskPart successfully deleted the selected partition.");
}

static int change(struct diskpart *d,
		  const struct storage_partition_change *what, bool override,
		  struct err *err)
{
	return storage_change_partition(d->storage, (unsigned)d->disk,
					(unsigned)d->partition, what, override,
					err);
}

// --- Active ------------------------------------------------------------------

static enum diskpart_status set_active(struct diskpart *d, bool active,
				       const char *command,
				       const char *sentence)
{
	const struct storage_partition_change what = {.mbr_type = -1,
						      .active = active};
	struct err err = {0};
	char text[160];
	int r;

	if (diskpart_disk(d)->style != PART_MBR) {
		snprintf(text, sizeof(text),
			 "The selected disk is not a fixed MBR disk.\n"
			 "The %s command can only be used on fixed MBR disks.",
			 command);
		return diskpart_refuse(d, text,
				       "A machine that starts by UEFI from a "
				       "GPT needs no such mark.");
	}
	r = change(d, &what, false, &err);
	return r ? diskpart_failed(d, r, &err) : diskpart_done(d, sentence);
}

enum diskpart_status diskpart_run_active(struct diskpart *d,
					 const struct call *c)
{
	return set_active(d, true, "ACTIVE",
			  "DiskPart marked the current partition as active.");
}

enum diskpart_status diskpart_run_inactive(struct diskpart *d,
					   const struct call *c)
{
	return set_active(d, false, "INACTIVE",
			  "DiskPart marked the current partition as inactive.");
}

// --- Type and attributes -----------------------------------------------------

static enum diskpart_status bad_type(struct diskpart *d, bool gpt)
{
	diskpart_say(
		d,
		"\nThe specified type is not in the correct format.\n"
		"For more information on the command, type: HELP SET ID\n"
		"%s\n",
		gpt ? "The disk has a GPT: ID= is a GUID, such as "
		      "de94bba4-06d1-4d40-a16a-bfd50179d6ac."
		    : "The disk has an MBR: ID= is two hexadecimal digits, "
		      "such as 27.");
	return DISKPART_MISUSE;
}

enum diskpart_status diskpart_run_set_id(struct diskpart *d,
					 const struct call *c)
{
	struct storage_partition_change what = {.mbr_type = -1, .active = -1};
	const char *text = diskpart_option(c, "id");
	bool gpt = diskpart_disk(d)->style == PART_GPT;
	struct err err = {0};
	struct guid type;
	uint64_t byte;
	int r;

	if (!text)
		return diskpart_misuse(d, c->command,
				       "ID=, with the new type, is needed.");
	if (gpt ? guid_parse(text, &type) : diskpart_parse_hex(text, 2, &byte))
		return bad_type(d, gpt);
	if (gpt)
		what.type = &type;
	else
		what.mbr_type = (int)byte;
	r = change(d, &what, diskpart_has_option(c, "override"), &err);
	return r ? diskpart_failed(d, r, &err)
		 : diskpart_done(d,
				 "DiskPart successfully set the partition ID.");
}

enum diskpart_status diskpart_run_gpt(struct diskpart *d, const struct call *c)
{
	const char *text = diskpart_option(c, "attributes");
	uint64_t attributes;
	const struct storage_partition_change what = {
		.mbr_type = -1, .attributes = &attributes, .active = -1};
	struct err err = {0};
	int r;

	if (!text || diskpart_parse_hex(text, 16, &attributes))
		return diskpart_misuse(d, c->command,
				       "ATTRIBUTES= takes up to 16 "
				       "hexadecimal digits, such as "
				       "0x8000000000000001.");
	if (diskpart_disk(d)->style != PART_GPT)
		return diskpart_refuse(
			d, "The selected partition is not on a GPT disk.",
			"An MBR has no such attributes: SET ID=27 hides a "
			"recovery partition.");
	r = change(d, &what, true, &err);
	return r ? diskpart_failed(d, r, &err)
		 : diskpart_done(
			   d, "DiskPart successfully assigned the attributes "
			      "to the selected GPT partition.");
}
