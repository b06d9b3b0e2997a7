// SPDX-License-Identifier: MIT
//
// What can be done to a disk as a whole.

#include <string.h>

#include "actions.h"

static void select_disk(const struct target *t, struct lines *l)
{
	diskmgmt_add_line(l, "select disk %u", t->item->disk->number);
}

static bool has_partitions(const struct storage_disk *d)
{
	for (size_t i = 0; i < d->region_count; i++)
		if (!d->regions[i].is_free)
			return true;
	return false;
}

static bool fits_always(const struct target *t)
{
	return true;
}

// --- A table -----------------------------------------------------------------

static bool fits_convert(const struct target *t)
{
	return !has_partitions(t->item->disk) &&
	       t->item->disk->style != PART_NONE;
}

// Without a table it may hold anything.
static bool fits_first(const struct target *t)
{
	return t->item->disk->style == PART_NONE;
}

static void ask_convert(const struct target *t, struct form *f)
{
	struct field *field = diskmgmt_add_choice(f, "Table");

	if (t->item->disk->style != PART_GPT)
		diskmgmt_add_option(field, "gpt");
	if (t->item->disk->style != PART_MBR)
		diskmgmt_add_option(field, "mbr");
}

static void write_convert(const struct target *t, const struct form *f,
			  struct lines *l)
{
	select_disk(t, l);
	diskmgmt_add_line(l, "convert %s", diskmgmt_value(f, "Table"));
}

static bool fits_mend(const struct target *t)
{
	return t->item->disk->trouble[0];
}

static void write_mend(const struct target *t, const struct form *f,
		       struct lines *l)
{
	select_disk(t, l);
	diskmgmt_add_line(l, "repair table");
}

// --- Clean -------------------------------------------------------------------

static void ask_clean(const struct target *t, struct form *f)
{
	diskmgmt_ask_yes(f, "Zero it all", false);
}

static void write_clean(const struct target *t, const struct form *f,
			struct lines *l)
{
	select_disk(t, l);
	diskmgmt_add_line(l, "clean%s",
			  diskmgmt_is(f, "Zero it all", "yes") ? " all" : "");
}

// --- Of the session ----------------------------------------------------------

static void write_online(const struct target *t, const struct form *f,
			 struct lines *l)
{
	select_disk(t, l);
	diskmgmt_add_line(l, t->item->disk->is_offline ? "online disk"
						       : "offline disk");
}

static void write_read_only(const struct target *t, const struct form *f,
			    struct lines *l)
{
	select_disk(t, l);
	diskmgmt_add_line(l, "attributes disk %s readonly",
			  t->item->disk->is_read_only ? "clear" : "set");
}

// --- Virtual disks -----------------------------------------------------------

static bool fits_detach(const struct target *t)
{
	return t->item->disk->virtual_file;
}

static void write_detach(const struct target *t, const struct form *f,
			 struct lines *l)
{
	diskmgmt_add_line(l, "select vdisk file=\"%s\"",
			  t->item->disk->virtual_file);
	diskmgmt_add_line(l, "detach vdisk");
}

static void ask_attach(const struct target *t, struct form *f)
{
	diskmgmt_add_text(f, "File", "");
	diskmgmt_ask_yes(f, "Read-only", false);
}

static void write_attach(const struct target *t, const struct form *f,
			 struct lines *l)
{
	const char *file = diskmgmt_value(f, "File");

	diskmgmt_add_line(l, "select vdisk file=\"%s\"", file);
	diskmgmt_add_line(l, "attach vdisk%s",
			  diskmgmt_is(f, "Read-only", "yes") ? " readonly"
							     : "");
}

const struct action diskmgmt_disk_actions[] = {
	{'c', "Convert to GPT or MBR", false, fits_convert, ask_convert,
	 write_convert},
	{'c', "Create a table, GPT or MBR", true, fits_first, ask_convert,
	 write_convert},
	{'m', "Mend its table", false, fits_mend, NULL, write_mend},
	{'w', "Wipe its table (clean)", true, fits_always, ask_clean,
	 write_clean},
	{'o', "Online, offline", false, fits_always, NULL, write_online},
	{'p', "Protect from writing, or not", false, fits_always, NULL,
	 write_read_only},
	{'u', "Detach this virtual disk", false, fits_detach, NULL,
	 write_detach},
	{'a', "Attach a virtual disk by its file's name", false, fits_always,
	 ask_attach, write_attach},
	{0},
};
