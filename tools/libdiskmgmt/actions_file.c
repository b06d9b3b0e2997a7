// SPDX-License-Identifier: MIT
//
// What can be done to the file of a virtual disk.

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "actions.h"

// As the other lines name it: by its volume's letter, when it has one.
static void file_name(const struct target *t, const char *path, char *text,
		      size_t size)
{
	const struct diskmgmt_file *f = t->item->file;
	const struct storage_volume *v = diskmgmt_volume(t->world, f->volume);

	if (v && v->letter)
		snprintf(text, size, "%c:%s", v->letter, path);
	else if (path == f->path)
		snprintf(text, size, "%s", f->address);
	else
		snprintf(text, size, "%s:%s", v ? v->address : "", path);
}

static void select_file(const struct target *t, struct lines *l)
{
	char name[800];

	file_name(t, t->item->file->path, name, sizeof(name));
	diskmgmt_add_line(l, "select vdisk file=\"%s\"", name);
}

static bool is_usable(const struct target *t)
{
	return !t->item->file->trouble[0];
}

static bool fits_attach(const struct target *t)
{
	return is_usable(t) && !t->item->is_disk;
}

static bool fits_detach(const struct target *t)
{
	return t->item->is_disk;
}

static bool fits_child(const struct target *t)
{
	return fits_attach(t) && t->item->file->parent_name;
}

static bool has_children(const struct target *t)
{
	const struct diskmgmt_world *w = t->world;

	for (size_t i = 0; i < w->file_count; i++)
		if (w->files[i].parent == t->item->file - w->files)
			return true;
	return false;
}

// What others are made from is not changed.
static bool fits_change(const struct target *t)
{
	return fits_attach(t) && !has_children(t);
}

static bool fits_change_child(const struct target *t)
{
	return fits_child(t) && !has_children(t);
}

static void ask_attach(const struct target *t, struct form *f)
{
	diskmgmt_ask_yes(f, "Read-only", has_children(t));
}

static void write_attach(const struct target *t, const struct form *f,
			 struct lines *l)
{
	select_file(t, l);
	diskmgmt_add_line(l, "attach vdisk%s",
			  diskmgmt_is(f, "Read-only", "yes") ? " readonly"
							     : "");
}

static void write_detach(const struct target *t, const struct form *f,
			 struct lines *l)
{
	select_file(t, l);
	diskmgmt_add_line(l, "detach vdisk");
}

// "\vhd\base.vhdx" becomes "\vhd\base-child.vhdx".
static void ask_child(const struct target *t, struct form *f)
{
	const char *path = t->item->file->path, *dot = strrchr(path, '.');
	struct field *field = diskmgmt_add_text(f, "Path", "");
	size_t len = dot ? (size_t)(dot - path) : strlen(path);

	if (len < FIELD_TEXT - 20)
		snprintf(field->text, FIELD_TEXT, "%.*s-child%s", (int)len,
			 path, dot ? dot : "");
	diskmgmt_ask_yes(f, "Attach it", false);
}

static void write_child(const struct target *t, const struct form *f,
			struct lines *l)
{
	char name[800], parent[800];

	file_name(t, diskmgmt_value(f, "Path"), name, sizeof(name));
	file_name(t, t->item->file->path, parent, sizeof(parent));
	diskmgmt_add_line(l, "create vdisk file=\"%s\" parent=\"%s\"", name,
			  parent);
	if (diskmgmt_is(f, "Attach it", "yes"))
		diskmgmt_add_line(l, "attach vdisk");
}

static void write_merge(const struct target *t, const struct form *f,
			struct lines *l)
{
	select_file(t, l);
	diskmgmt_add_line(l, "merge vdisk depth=1");
}

static void write_reset(const struct target *t, const struct form *f,
			struct lines *l)
{
	diskmgmt_add_command(l, "vdisk reset", t->item->file->address, "");
}

static void ask_expand(const struct target *t, struct form *f)
{
	struct field *field = diskmgmt_add_number(f, "Size");

	field->hint = "MB";
	snprintf(field->text, sizeof(field->text), "%" PRIu64,
		 t->item->file->size >> 20);
}

static void write_expand(const struct target *t, const struct form *f,
			 struct lines *l)
{
	const char *size = diskmgmt_value(f, "Size");

	select_file(t, l);
	diskmgmt_add_line(l, "expand vdisk maximum=%s", *size ? size : "0");
}

static void write_compact(const struct target *t, const struct form *f,
			  struct lines *l)
{
	select_file(t, l);
	diskmgmt_add_line(l, "compact vdisk");
}

static bool fits_check(const struct target *t)
{
	return true;
}

static void write_check(const struct target *t, const struct form *f,
			struct lines *l)
{
	diskmgmt_add_command(l, "vdisk check", t->item->file->address, "");
}

const struct action diskmgmt_file_actions[] = {
	{'a', "Attach", false, fits_attach, ask_attach, write_attach},
	{'u', "Detach", false, fits_detach, NULL, write_detach},
	{'n', "Create a child of it (differencing)", false, is_usable,
	 ask_child, write_child},
	{'m', "Merge into its parent; it is deleted then", true,
	 fits_change_child, NULL, write_merge},
	{'r', "Reset: as its parent again", true, fits_change_child, NULL,
	 write_reset},
	{'e', "Expand", false, fits_change, ask_expand, write_expand},
	{'p', "Compact", false, fits_change, NULL, write_compact},
	{'k', "Check", false, fits_check, NULL, write_check},
	{0},
};
