// SPDX-License-Identifier: MIT
//
// The pieces of a disk's bar, and what they are called.

#include "diskmgmt_priv.h"

const struct storage_volume *diskmgmt_volume(const struct diskmgmt_world *world,
					     long number)
{
	for (size_t i = 0; number >= 0 && i < world->volume_count; i++)
		if (world->volumes[i].number == (unsigned long)number)
			return &world->volumes[i];
	return NULL;
}

static enum kind kind_of_gpt(const struct part *p)
{
	if (guid_equal(&p->type, &part_type_efi))
		return KIND_SYSTEM;
	if (guid_equal(&p->type, &part_type_msr))
		return KIND_RESERVED;
	if (guid_equal(&p->type, &part_type_recovery))
		return KIND_RECOVERY;
	return guid_equal(&p->type, &part_type_data) ? KIND_DATA : KIND_OTHER;
}

static enum kind kind_of_mbr(const struct part *p)
{
	switch (p->mbr_type) {
	case PART_MBR_EXTENDED:
	case PART_MBR_EXTENDED_LBA:
	case 0x85: // Linux' extended
		return KIND_EXTENDED;
	case PART_MBR_RECOVERY:
		return KIND_RECOVERY;
	case PART_MBR_EFI:
		return KIND_SYSTEM;
	case PART_MBR_LINUX:
	case 0x82: // Linux' swap space
		return KIND_OTHER;
	}
	if (p->active)
		return KIND_SYSTEM;
	return p->logical ? KIND_LOGICAL : KIND_DATA;
}

static enum kind kind_of(const struct storage_disk *disk,
			 const struct storage_region *r)
{
	if (r->is_free)
		return KIND_FREE;
	return disk->style == PART_GPT ? kind_of_gpt(&r->part)
				       : kind_of_mbr(&r->part);
}

static const struct storage_volume *
volume_of_disk(const struct diskmgmt_world *world, unsigned disk)
{
	for (size_t i = 0; i < world->volume_count; i++)
		if (world->volumes[i].disk == disk &&
		    world->volumes[i].kind == STORAGE_SUPERFLOPPY)
			return &world->volumes[i];
	return NULL;
}

static struct piece whole(const struct diskmgmt_world *world,
			  const struct storage_disk *disk)
{
	const struct storage_volume *v = volume_of_disk(world, disk->number);

	return (struct piece){.size = disk->size,
			      .kind = v ? KIND_DATA : KIND_FREE,
			      .volume = v};
}

// Of an extended partition its logical ones are seen, and what is free in it.
static bool has_logical(const struct storage_disk *disk)
{
	for (size_t i = 0; i < disk->region_count; i++)
		if (disk->regions[i].is_logical)
			return true;
	return false;
}

size_t diskmgmt_pieces(const struct diskmgmt_world *world,
		       const struct storage_disk *disk, struct piece *ret)
{
	bool is_inside_seen = has_logical(disk);
	size_t n = 0;

	for (size_t i = 0; i < disk->region_count; i++) {
		const struct storage_region *r = &disk->regions[i];
		enum kind kind = kind_of(disk, r);

		if (kind == KIND_EXTENDED && is_inside_seen)
			continue;
		ret[n++] = (struct piece){
			.start = r->start,
			.size = r->size,
			.kind = kind,
			.is_logical = r->is_logical,
			.region = r,
			.volume = diskmgmt_volume(world, r->volume)};
	}
	if (!n)
		ret[n++] = whole(world, disk);
	return n;
}

const char *diskmgmt_kind_name(const struct piece *p)
{
	switch (p->kind) {
	case KIND_FREE:
		// it may hold what we do not know
		if (!p->region)
			return "No table";
		return p->is_logical ? "Free (logical)" : "Free";
	case KIND_SYSTEM:
		return p->region && p->region->part.active ? "Active" : "EFI";
	case KIND_RESERVED:
		return "Reserved";
	case KIND_LOGICAL:
		return "Logical";
	case KIND_RECOVERY:
		return "Recovery";
	case KIND_OTHER:
		return "Other";
	case KIND_EXTENDED:
		return "Extended";
	case KIND_DATA:
		break;
	}
	return p->region ? "Primary" : "Volume";
}

enum term_colour diskmgmt_kind_colour(enum kind kind)
{
	static const enum term_colour colours[] = {
		[KIND_FREE] = TERM_DEFAULT,   [KIND_SYSTEM] = TERM_CYAN,
		[KIND_RESERVED] = TERM_WHITE, [KIND_DATA] = TERM_BLUE,
		[KIND_LOGICAL] = TERM_GREEN,  [KIND_RECOVERY] = TERM_MAGENTA,
		[KIND_OTHER] = TERM_YELLOW,   [KIND_EXTENDED] = TERM_GREEN,
	};

	return colours[kind];
}

char diskmgmt_kind_letter(enum kind kind)
{
	return "-SMPLROX"[kind];
}
