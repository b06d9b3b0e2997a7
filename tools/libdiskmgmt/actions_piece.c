// SPDX-License-Identifier: MIT
//
// What can be done to a partition, a volume, or free space.

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "actions.h"

#define MIB ((uint64_t)1 << 20)

static const struct piece *piece_of(const struct target *t)
{
	return &t->item->piece;
}

static bool is_mbr(const struct target *t)
{
	return t->item->disk->style == PART_MBR;
}

// --- A new partition ---------------------------------------------------------

static bool fits_create(const struct target *t)
{
	return piece_of(t)->kind == KIND_FREE && piece_of(t)->region;
}

// A disk without a table may hold anything.
static bool fits_create_first(const struct target *t)
{
	return piece_of(t)->kind == KIND_FREE && !piece_of(t)->region;
}

static bool has_extended(const struct storage_disk *d)
{
	for (size_t i = 0; i < d->region_count; i++)
		if (!d->regions[i].is_free && !d->regions[i].number)
			return true;
	return false;
}

static void ask_type(const struct target *t, struct form *f)
{
	struct field *field = diskmgmt_add_choice(f, "Type");

	if (piece_of(t)->is_logical) {
		diskmgmt_add_option(field, "logical");
		return;
	}
	diskmgmt_add_option(field, "primary");
	if (is_mbr(t)) {
		if (!has_extended(t->item->disk))
			diskmgmt_add_option(field, "extended");
		return;
	}
	diskmgmt_add_option(field, "efi");
	diskmgmt_add_option(field, "msr");
}

static void ask_size(struct form *f, const char *label, uint64_t most)
{
	struct field *field = diskmgmt_add_number(f, label);

	snprintf(f->hint, sizeof(f->hint), "MB; empty: %" PRIu64, most / MIB);
	field->hint = f->hint;
}

static void ask_create(const struct target *t, struct form *f)
{
	if (t->item->disk->style == PART_NONE) {
		struct field *field = diskmgmt_add_choice(f, "Table");

		diskmgmt_add_option(field, "gpt");
		diskmgmt_add_option(field, "mbr");
	}
	ask_type(t, f);
	ask_size(f, "Size", piece_of(t)->size);
	diskmgmt_ask_format(f, "not formatted");
	diskmgmt_ask_letter(t, f, "next free", "none");
}

// Where there are several places, which one is meant. DiskPart counts in KB, and
// Windows begins partitions at multiples of 1 MiB.
static uint64_t offset_kb(const struct target *t)
{
	const struct storage_disk *d = t->item->disk;
	size_t places = 0;

	for (size_t i = 0; i < d->region_count; i++)
		places += d->regions[i].is_free &&
			  d->regions[i].is_logical == piece_of(t)->is_logical;
	if (places < 2)
		return 0;
	return round_up(piece_of(t)->start, MIB) >> 10;
}

static void write_create(const struct target *t, const struct form *f,
			 struct lines *l)
{
	const char *type = diskmgmt_value(f, "Type");
	const char *size = diskmgmt_value(f, "Size");
	const char *letter = diskmgmt_value(f, "Letter");
	bool has_volume = strcmp(type, "msr") && strcmp(type, "extended");
	uint64_t offset = offset_kb(t);
	char place[40] = "";

	diskmgmt_add_line(l, "select disk %u", t->item->disk->number);
	if (t->item->disk->style == PART_NONE)
		diskmgmt_add_line(l, "convert %s", diskmgmt_value(f, "Table"));
	if (offset)
		snprintf(place, sizeof(place), " offset=%" PRIu64, offset);
	diskmgmt_add_line(l, "create partition %s%s%s%s", type,
			  *size ? " size=" : "", size, place);
	if (has_volume && !diskmgmt_is(f, "File system", "not formatted"))
		diskmgmt_write_format(f, strcmp(type, "efi") ? NULL : "fat32",
				      true, "", l);
	if (!has_volume || !strcmp(letter, "none"))
		return;
	diskmgmt_add_line(l,
			  strlen(letter) == 1 ? "assign letter=%s" : "assign",
			  letter);
}

// --- Format, letter, delete, active --------------------------------------------

static bool fits_volume(const struct target *t)
{
	return piece_of(t)->volume != NULL;
}

static void ask_format(const struct target *t, struct form *f)
{
	static const char *const units[] = {"default", "512",  "1024",
					    "2048",    "4096", "8192",
					    "16K",     "32K",  "64K"};
	const char *label = piece_of(t)->volume->label;
	struct field *field;

	diskmgmt_ask_format(f, NULL);
	f->fields[0].choice = !strcmp(piece_of(t)->volume->fs, "FAT32") ? 1
			      : !strcmp(piece_of(t)->volume->fs, "FAT") ? 2
									: 0;
	if (!strchr(label, '"'))
		snprintf(f->fields[1].text, FIELD_TEXT, "%s", label);
	field = diskmgmt_add_choice(f, "Cluster size");
	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++)
		diskmgmt_add_option(field, units[i]);
	diskmgmt_ask_yes(f, "Quick", true);
}

static void write_format(const struct target *t, const struct form *f,
			 struct lines *l)
{
	const char *unit = diskmgmt_value(f, "Cluster size");
	char more[32] = "";

	if (strcmp(unit, "default"))
		snprintf(more, sizeof(more), " unit=%s", unit);
	diskmgmt_select(t, l);
	diskmgmt_write_format(f, NULL, diskmgmt_is(f, "Quick", "yes"), more, l);
}

static void ask_letter(const struct target *t, struct form *f)
{
	char letter = piece_of(t)->volume->letter;
	struct field *field;

	diskmgmt_ask_letter(t, f, NULL, letter ? "none" : NULL);
	field = &f->fields[0];
	for (size_t i = 0; i < field->choice_count; i++)
		if (field->choices[i][0] == letter)
			field->choice = i;
}

static void write_letter(const struct target *t, const struct form *f,
			 struct lines *l)
{
	const char *letter = diskmgmt_value(f, "Letter");

	diskmgmt_select(t, l);
	if (strcmp(letter, "none"))
		diskmgmt_add_line(l, "assign letter=%s", letter);
	else
		diskmgmt_add_line(l, "remove letter=%c",
				  piece_of(t)->volume->letter);
}

static bool fits_delete(const struct target *t)
{
	return piece_of(t)->region && piece_of(t)->kind != KIND_FREE;
}

// DiskPart wants a word more for what a machine may need to start.
static void write_delete(const struct target *t, const struct form *f,
			 struct lines *l)
{
	enum kind kind = piece_of(t)->kind;
	bool is_needed = kind == KIND_RESERVED || kind == KIND_RECOVERY ||
			 kind == KIND_OTHER ||
			 (kind == KIND_SYSTEM && !is_mbr(t));

	diskmgmt_select(t, l);
	diskmgmt_add_line(l, "delete partition%s",
			  is_needed ? " override" : "");
}

// The extended partition has no piece of its own when something lies in it.
static bool fits_delete_extended(const struct target *t)
{
	const struct storage_disk *d = t->item->disk;

	if (!piece_of(t)->is_logical || piece_of(t)->kind != KIND_FREE)
		return false;
	for (size_t i = 0; i < d->region_count; i++)
		if (d->regions[i].is_logical && !d->regions[i].is_free)
			return false;
	return true;
}

static void write_delete_extended(const struct target *t, const struct form *f,
				  struct lines *l)
{
	diskmgmt_add_line(l, "select disk %u", t->item->disk->number);
	diskmgmt_add_line(l, "select partition 0");
	diskmgmt_add_line(l, "delete partition");
}

static bool fits_active(const struct target *t)
{
	const struct piece *p = piece_of(t);

	return is_mbr(t) && p->region && p->kind != KIND_FREE &&
	       p->kind != KIND_EXTENDED && !p->is_logical;
}

static void write_active(const struct target *t, const struct form *f,
			 struct lines *l)
{
	diskmgmt_select(t, l);
	diskmgmt_add_line(l, piece_of(t)->region->part.active ? "inactive"
							      : "active");
}

// --- Its size ------------------------------------------------------------------

// The free space right behind it.
static uint64_t room_behind(const struct target *t)
{
	const struct storage_disk *d = t->item->disk;
	const struct piece *p = piece_of(t);

	for (size_t i = 0; p->region && i < d->region_count; i++) {
		const struct storage_region *r = &d->regions[i];

		// alignment may leave a little between
		if (r->is_free && r->is_logical == p->is_logical &&
		    r->start >= p->start + p->size &&
		    r->start - p->start - p->size < MIB)
			return r->size;
	}
	return 0;
}

static bool fits_extend(const struct target *t)
{
	return fits_volume(t) && room_behind(t);
}

static void ask_extend(const struct target *t, struct form *f)
{
	ask_size(f, "By", room_behind(t));
}

static void write_extend(const struct target *t, const struct form *f,
			 struct lines *l)
{
	const char *by = diskmgmt_value(f, "By");

	diskmgmt_select(t, l);
	diskmgmt_add_line(l, "extend%s%s", *by ? " size=" : "", by);
}

static bool fits_shrink(const struct target *t)
{
	return fits_volume(t) && piece_of(t)->region;
}

static void ask_shrink(const struct target *t, struct form *f)
{
	const struct diskmgmt_calls *c = t->calls;
	struct field *field = diskmgmt_add_number(f, "By");
	uint64_t most;

	snprintf(f->hint, sizeof(f->hint), "MB; empty: as much as can be");
	if (c->most_shrink &&
	    !c->most_shrink(c->ctx, piece_of(t)->volume->number, &most))
		snprintf(f->hint, sizeof(f->hint),
			 "MB; empty: all that can be, %" PRIu64, most / MIB);
	field->hint = f->hint;
}

static void write_shrink(const struct target *t, const struct form *f,
			 struct lines *l)
{
	const char *by = diskmgmt_value(f, "By");

	diskmgmt_select(t, l);
	diskmgmt_add_line(l, "shrink%s%s", *by ? " desired=" : "", by);
}

// --- Check, virtual disks --------------------------------------------------------

static void ask_check(const struct target *t, struct form *f)
{
	diskmgmt_ask_yes(f, "Repair", false);
}

static void write_check(const struct target *t, const struct form *f,
			struct lines *l)
{
	diskmgmt_add_command(l, "chkdsk", piece_of(t)->volume->address,
			     diskmgmt_is(f, "Repair", "yes") ? " /f" : "");
}

// "C:\vhd\x.vhdx", or by the volume's address when it has no letter.
static void in_volume(const struct storage_volume *v, const char *path,
		      char *text, size_t size)
{
	const char *slash = path[0] == '\\' || path[0] == '/' ? "" : "\\";

	if (v->letter)
		snprintf(text, size, "%c:%s%s", v->letter, slash, path);
	else
		snprintf(text, size, "%s:%s%s", v->address, slash, path);
}

static void ask_virtual(const struct target *t, struct form *f)
{
	struct field *field;

	diskmgmt_add_text(f, "Path", "\\disk.vhdx");
	field = diskmgmt_add_number(f, "Size");
	field->hint = "MB";
	snprintf(field->text, sizeof(field->text), "%" PRIu64,
		 piece_of(t)->volume->size / MIB / 2);
	field = diskmgmt_add_choice(f, "Kind");
	diskmgmt_add_option(field, "expandable");
	diskmgmt_add_option(field, "fixed");
	diskmgmt_ask_yes(f, "Attach it", true);
}

static void write_virtual(const struct target *t, const struct form *f,
			  struct lines *l)
{
	const char *size = diskmgmt_value(f, "Size");
	char file[800];

	in_volume(piece_of(t)->volume, diskmgmt_value(f, "Path"), file,
		  sizeof(file));
	diskmgmt_add_line(l, "create vdisk file=\"%s\" maximum=%s type=%s",
			  file, *size ? size : "0", diskmgmt_value(f, "Kind"));
	if (diskmgmt_is(f, "Attach it", "yes"))
		diskmgmt_add_line(l, "attach vdisk");
}

const struct action diskmgmt_piece_actions[] = {
	{'c', "Create a partition", false, fits_create, ask_create,
	 write_create},
	{'c', "Create a table and a partition", true, fits_create_first,
	 ask_create, write_create},
	{'f', "Format", true, fits_volume, ask_format, write_format},
	{'a', "Letter", false, fits_volume, ask_letter, write_letter},
	{'e', "Extend", false, fits_extend, ask_extend, write_extend},
	{'s', "Shrink", false, fits_shrink, ask_shrink, write_shrink},
	{'k', "Check (chkdsk)", false, fits_volume, ask_check, write_check},
	{'v', "Create a virtual disk in it", false, fits_volume, ask_virtual,
	 write_virtual},
	{'t', "Active, or not: what a BIOS starts", false, fits_active, NULL,
	 write_active},
	{'d', "Delete", true, fits_delete, NULL, write_delete},
	{'d', "Delete the extended partition", true, fits_delete_extended, NULL,
	 write_delete_extended},
	{0},
};
