// SPDX-License-Identifier: MIT
//
// Commands that work on a whole disk.

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "diskpart_priv.h"

enum diskpart_status diskpart_run_clean(struct diskpart *d,
					const struct call *c)
{
	bool all = diskpart_has_option(c, "all");
	struct err err = {0};
	int r;

	r = storage_clean(d->storage, (unsigned)d->disk, all,
			  diskpart_has_option(c, "override"),
			  all ? diskpart_begin_progress(d) : NULL, &err);
	if (all)
		diskpart_end_progress(d, !r);
	if (r)
		return diskpart_failed(d, r, &err);
	diskpart_select_disk(d, d->disk);
	return diskpart_done(d, "DiskPart succeeded in cleaning the disk.");
}

static enum diskpart_status not_converted(struct diskpart *d, bool is_gpt,
					  int r, const struct err *err)
{
	if (r == -EALREADY)
		return diskpart_refuse(
			d,
			is_gpt ? "The disk you specified is not MBR formatted.\n"
				 "Please select an empty MBR disk to convert to "
				 "GPT."
			       : "The disk you specified is not GPT formatted.\n"
				 "Please select an empty GPT disk to convert to "
				 "MBR.",
			"It is of that kind already; NOERR lets a script go "
			"on.");
	return diskpart_failed(d, r, err);
}

enum diskpart_status diskpart_run_convert(struct diskpart *d,
					  const struct call *c)
{
	bool is_gpt = !strcmp(c->command->words[1], "gpt");
	struct err err = {0};
	int r = storage_convert(d->storage, (unsigned)d->disk,
				is_gpt ? PART_GPT : PART_MBR, &err);

	if (r)
		return not_converted(d, is_gpt, r, &err);
	return diskpart_done(d, is_gpt ? "DiskPart successfully converted the "
					 "selected disk to GPT format."
				       : "DiskPart successfully converted the "
					 "selected disk to MBR format.");
}

enum diskpart_status diskpart_run_mend(struct diskpart *d, const struct call *c)
{
	struct err err = {0};
	int r = storage_mend_table(d->storage, (unsigned)d->disk,
				   diskpart_has_option(c, "override"), &err);

	if (r == -ENOENT)
		return diskpart_done(d, "The partition table of the selected "
					"disk needs no mending.");
	return r ? diskpart_failed(d, r, &err)
		 : diskpart_done(d, "DiskPart mended the partition table of "
				    "the selected disk.");
}

static enum diskpart_status set_offline(struct diskpart *d, bool offline,
					const char *sentence)
{
	struct err err = {0};
	int r;

	if (diskpart_disk(d)->is_offline == offline)
		return diskpart_refuse(
			d,
			offline ? "This disk is already offline."
				: "This disk is already online.",
			"Nothing is to be done; NOERR lets a script go on.");
	r = storage_set_offline(d->storage, (unsigned)d->disk, offline, &err);
	return r ? diskpart_failed(d, r, &err) : diskpart_done(d, sentence);
}

enum diskpart_status diskpart_run_online(struct diskpart *d,
					 const struct call *c)
{
	return set_offline(d, false,
			   "DiskPart successfully onlined the selected disk.");
}

enum diskpart_status diskpart_run_offline(struct diskpart *d,
					  const struct call *c)
{
	return set_offline(d, true,
			   "DiskPart successfully offlined the selected disk.");
}

// --- Attributes --------------------------------------------------------------

void diskpart_show_disk_attributes(struct diskpart *d,
				   const struct storage_disk *disk)
{
	diskpart_say(d,
		     "Current Read-only State : %s\n"
		     "Read-only  : %s\n"
		     "Boot Disk  : %s\n"
		     "Pagefile Disk  : No\n"
		     "Hibernation File Disk  : No\n"
		     "Crashdump Disk  : No\n"
		     "Clustered Disk  : No\n",
		     diskpart_yes_no(disk->is_read_only),
		     diskpart_yes_no(disk->is_read_only),
		     diskpart_yes_no(disk->is_medium));
}

enum diskpart_status diskpart_run_attributes_disk(struct diskpart *d,
						  const struct call *c)
{
	bool set = diskpart_has_option(c, "set");
	bool clear = diskpart_has_option(c, "clear");
	struct err err = {0};
	int r;

	if (!set && !clear && !diskpart_has_option(c, "readonly")) {
		diskpart_say(d, "\n");
		diskpart_show_disk_attributes(d, diskpart_disk(d));
		return DISKPART_OK;
	}
	if (set == clear || !diskpart_has_option(c, "readonly"))
		return diskpart_misuse(d, c->command,
				       "It is SET READONLY or CLEAR READONLY.");
	r = storage_set_read_only(d->storage, (unsigned)d->disk, set, &err);
	if (r)
		return diskpart_failed(d, r, &err);
	return diskpart_done(d, set ? "Disk attributes set successfully."
				    : "Disk attributes cleared successfully.");
}

// --- Its identity ------------------------------------------------------------

void diskpart_show_disk_id(struct diskpart *d, const struct storage_disk *disk)
{
	char text[GUID_TEXT];

	if (disk->style != PART_GPT) {
		diskpart_say(d, "Disk ID: %08" PRIX32 "\n",
			     disk->table ? disk->table->mbr_signature : 0);
		return;
	}
	guid_format(&disk->table->disk_id, text);
	for (char *at = text; *at; at++)
		*at = (char)toupper((unsigned char)*at);
	diskpart_say(d, "Disk ID: {%s}\n", text);
}

enum diskpart_status diskpart_run_uniqueid(struct diskpart *d,
					   const struct call *c)
{
	const char *text = diskpart_option(c, "id");
	const struct storage_disk *disk = diskpart_disk(d);
	struct guid guid = {0};
	uint64_t signature = 0;
	struct err err = {0};
	int r = 0;

	if (text && disk->style == PART_NONE)
		return diskpart_refuse(d, "The disk is not initialized.",
				       "CONVERT GPT or CONVERT MBR gives it a "
				       "table, which has the ID.");
	if (text &&
	    (disk->style == PART_GPT ? guid_parse(text, &guid)
				     : diskpart_parse_hex(text, 8, &signature)))
		return diskpart_misuse(
			d, c->command,
			disk->style == PART_GPT
				? "The disk has a GPT: its ID is a GUID."
				: "The disk has an MBR: its ID is 8 "
				  "hexadecimal digits.");
	if (text)
		r = storage_set_disk_id(d->storage, (unsigned)d->disk,
					disk->style == PART_GPT ? &guid : NULL,
					(uint32_t)signature, &err);
	if (r)
		return diskpart_failed(d, r, &err);
	diskpart_say(d, "\n");
	diskpart_show_disk_id(d, diskpart_disk(d));
	return DISKPART_OK;
}

// --- All of them -------------------------------------------------------------

enum diskpart_status diskpart_run_rescan(struct diskpart *d,
					 const struct call *c)
{
	struct err err = {0};
	int r;

	diskpart_say(
		d,
		"\nPlease wait while DiskPart scans your configuration...\n");
	r = storage_rescan(d->storage, &err);
	if (!r && !d->no_automount)
		r = storage_automount(d->storage, &err);
	return r ? diskpart_failed(d, r, &err)
		 : diskpart_done(d, "DiskPart has finished scanning your "
				    "configuration.");
}

// Volumes get letters by ASSIGN, and all that have none at once by this: for a volume
// that appears there is nobody here who waits.
enum diskpart_status diskpart_run_automount(struct diskpart *d,
					    const struct call *c)
{
	bool enable = diskpart_has_option(c, "enable");
	bool disable = diskpart_has_option(c, "disable");
	bool scrub = diskpart_has_option(c, "scrub");
	struct err err = {0};
	int r = 0;

	if (enable + disable + scrub > 1)
		return diskpart_misuse(d, c->command,
				       "It is one of ENABLE, DISABLE, SCRUB.");
	if (scrub)
		return diskpart_done(d, "DiskPart successfully scrubbed the "
					"mount point settings in the system.");
	if (enable)
		r = storage_assign_all(d->storage, &err);
	if (r)
		return diskpart_failed(d, r, &err);
	if (enable || disable)
		d->no_automount = disable;
	return diskpart_done(
		d, d->no_automount
			   ? "Automatic mounting of new volumes disabled."
			   : "Automatic mounting of new volumes enabled.");
}

// Every disk is online here; the policy is only kept for who asks for it.
enum diskpart_status diskpart_run_san(struct diskpart *d, const struct call *c)
{
	static const struct {
		const char *word, *name;
	} policies[] = {{"OnlineAll", "Online All"},
			{"OfflineAll", "Offline All"},
			{"OfflineShared", "Offline Shared"},
			{"OfflineInternal", "Offline Internal"}};
	const char *word = diskpart_option(c, "policy");

	if (!word) {
		diskpart_say(d, "\nSAN Policy  : %s\n", d->san);
		return DISKPART_OK;
	}
	for (size_t i = 0; i < sizeof(policies) / sizeof(*policies); i++) {
		if (strcasecmp(word, policies[i].word))
			continue;
		d->san = policies[i].name;
		diskpart_done(d, "DiskPart successfully changed the SAN policy "
				 "for the current operating system.");
		if (i)
			diskpart_say(d, "Disks stay online all the same; "
					"OFFLINE DISK takes one offline.\n");
		return DISKPART_OK;
	}
	return diskpart_misuse(d, c->command,
			       "POLICY= takes OnlineAll, OfflineAll, "
			       "OfflineShared or OfflineInternal.");
}
