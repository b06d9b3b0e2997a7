// SPDX-License-Identifier: MIT
//
// CREATE PARTITION. Names of GPT partitions and types of MBR ones are those that
// Windows gives (Microsoft, "create partition primary" and the like).

#include <stdio.h>
#include <string.h>

#include "diskpart_priv.h"

// Up to here a BIOS of old finds a sector by cylinder, head and sector; partitions
// behind it have types of their own.
#define END_OF_CHS (UINT64_C(1024) * 255 * 63 * 512)

static uint64_t align_up(uint64_t at, uint64_t align)
{
	return at % align ? at + (align - at % align) : at;
}

// Finds the first free place that begins at a multiple of `align`: without a size
// in the largest space.
static int place_aligned(const struct storage_disk *disk, uint64_t align,
			 struct part *spec, struct err *err)
{
	uint64_t best = 0;

	if (align % disk->sector_size)
		return err_set(err, -EINVAL, "ALIGN", ERR_NOWHERE,
			       "it is no multiple of the disk's sectors of %u "
			       "bytes",
			       disk->sector_size);
	for (size_t i = 0; i < disk->region_count; i++) {
		const struct storage_region *r = &disk->regions[i];
		uint64_t start = align_up(r->start ? r->start : 1, align);
		uint64_t lost = start - r->start;

		if (!r->is_free || r->is_logical != spec->logical ||
		    lost >= r->size || r->size - lost <= best ||
		    r->size - lost < spec->size)
			continue;
		spec->start = start;
		best = r->size - lost;
		if (spec->size)
			return 0;
	}
	return best ? 0
		    : err_set(err, -ENOSPC, "disk", ERR_NOWHERE,
			      "no free space of that size has such a place");
}

static int create(struct diskpart *d, const struct call *c, struct part *spec,
		  struct err *err)
{
	uint64_t offset = diskpart_number(c, "offset") << 10;
	uint64_t align = diskpart_number(c, "align") << 10;
	unsigned number;
	int r = 0;

	spec->size = diskpart_number(c, "size") * MIB;
	spec->start = offset;
	if (align && offset)
		spec->start = align_up(offset, align);
	else if (align && diskpart_disk(d)->style != PART_NONE)
		r = place_aligned(diskpart_disk(d), align, spec, err);
	else if (align)
		spec->start = align_up(MIB, align);
	if (!r)
		r = storage_create_partition(d->storage, (unsigned)d->disk,
					     spec, &number, err);
	if (!r)
		diskpart_select_partition(d, (int)number);
	return r;
}

static enum diskpart_status
create_and_say(struct diskpart *d, const struct call *c, struct part *spec)
{
	struct err err = {0};
	int r;

	if (diskpart_has_option(c, "size") && !diskpart_number(c, "size"))
		return diskpart_misuse(d, c->command,
				       "SIZE= takes at least 1 (MB).");
	r = create(d, c, spec, &err);
	if (r == -ENOSPC) {
		diskpart_failed(d, r, &err);
		diskpart_say(d,
			     "LIST PARTITION shows what takes the space; "
			     "SHRINK and DELETE PARTITION give some back.\n");
		return DISKPART_FAILED;
	}
	return r ? diskpart_failed(d, r, &err)
		 : diskpart_done(d, "DiskPart succeeded in creating the "
				    "specified partition.");
}

static bool is_gpt(const struct diskpart *d)
{
	return diskpart_disk(d)->style == PART_GPT;
}

static enum diskpart_status needs_style(struct diskpart *d, bool gpt)
{
	return diskpart_refuse(
		d,
		gpt ? "The selected disk is not a GPT disk."
		    : "The selected disk is not an MBR disk.",
		gpt ? "Only a GPT has such a partition; CONVERT GPT makes "
		      "one of an empty disk."
		    : "Only an MBR has such a partition; on a GPT all are "
		      "made by CREATE PARTITION PRIMARY.");
}

// --- The kinds ---------------------------------------------------------------

static int take_id(const char *text, bool gpt, struct part *spec)
{
	uint64_t byte;

	if (gpt)
		return guid_parse(text, &spec->type);
	if (diskpart_parse_hex(text, 2, &byte) || !byte)
		return -EINVAL;
	spec->mbr_type = (uint8_t)byte;
	return 0;
}

enum diskpart_status diskpart_run_create_primary(struct diskpart *d,
						 const struct call *c)
{
	struct part spec = {.type = part_type_data,
			    .name = "Basic data partition",
			    .mbr_type = PART_MBR_FAT16};
	const char *id = diskpart_option(c, "id");

	if (id && take_id(id, is_gpt(d), &spec))
		return diskpart_misuse(
			d, c->command,
			is_gpt(d) ? "On this disk, with a GPT, ID= is a GUID."
				  : "On this disk, with an MBR, ID= is two "
				    "hexadecimal digits, such as 27.");
	return create_and_say(d, c, &spec);
}

enum diskpart_status diskpart_run_create_efi(struct diskpart *d,
					     const struct call *c)
{
	struct part spec = {.type = part_type_efi,
			    .name = "EFI system partition"};

	return is_gpt(d) ? create_and_say(d, c, &spec) : needs_style(d, true);
}

enum diskpart_status diskpart_run_create_msr(struct diskpart *d,
					     const struct call *c)
{
	struct part spec = {.type = part_type_msr,
			    .name = "Microsoft reserved partition"};

	return is_gpt(d) ? create_and_say(d, c, &spec) : needs_style(d, true);
}

enum diskpart_status diskpart_run_create_extended(struct diskpart *d,
						  const struct call *c)
{
	struct part spec = {.mbr_type = PART_MBR_EXTENDED};

	if (is_gpt(d))
		return needs_style(d, false);
	if (diskpart_disk(d)->size > END_OF_CHS)
		spec.mbr_type = PART_MBR_EXTENDED_LBA;
	return create_and_say(d, c, &spec);
}

enum diskpart_status diskpart_run_create_logical(struct diskpart *d,
						 const struct call *c)
{
	struct part spec = {.mbr_type = PART_MBR_FAT16, .logical = true};

	return is_gpt(d) ? needs_style(d, false) : create_and_say(d, c, &spec);
}
