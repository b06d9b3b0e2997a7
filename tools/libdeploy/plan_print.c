// SPDX-License-Identifier: MIT
//
// A plan in words.

#include <ctype.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "plan_priv.h"

#define PLAN_WIDTH 79u // columns, for screens of 80

struct printer {
	void (*line)(void *ctx, const char *text);
	void *ctx;
};

// How much of a text goes into a row: all of it, or what ends before a space; a
// number stays with what it counts. A word that is wider than the row is left
// whole.
static size_t row_length(const char *s, size_t width)
{
	size_t columns = 0, end = 0, i;

	for (i = 0; s[i]; i++) {
		if (i && s[i] == ' ' && s[i - 1] != ' ' &&
		    !isdigit((unsigned char)s[i - 1]))
			end = i;
		columns += ((unsigned char)s[i] & 0xC0) != 0x80;
		if (columns > width && end)
			return end;
	}
	return i;
}

// A line, and what does not fit into it indented below.
static void say(const struct printer *out, const char *fmt, ...)
{
	char text[4096], row[sizeof(text) + PLAN_WIDTH];
	size_t indent = 0, n;
	const char *s = text;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	do {
		n = row_length(s, PLAN_WIDTH - indent);
		snprintf(row, sizeof(row), "%*s%.*s", (int)indent, "", (int)n,
			 s);
		out->line(out->ctx, row);
		indent = strspn(text, " ") + 4;
		s += n;
		s += strspn(s, " ");
	} while (*s);
}

// --- The disk ----------------------------------------------------------------

static void say_disk(const struct printer *out, const struct plan *p)
{
	char size[SIZE_TEXT], fate[192] = "blank";

	if (p->is_unfinished)
		snprintf(fate, sizeof(fate),
			 "left by a deployment that did not end");
	else if (p->found.kind != PART_HOLDS_NOTHING)
		snprintf(fate, sizeof(fate),
			 "%s: whatever it holds is destroyed", p->found.name);
	say(out, "disk %s, %s: %s, new %s", p->target.name,
	    size_text(p->target.disk->size, size), fate,
	    p->answer->layout == ANSWER_MBR ? "MBR" : "GPT");
}

static void say_partition(const struct printer *out, const struct part *part,
			  const char *what)
{
	char size[SIZE_TEXT];

	say(out, "  partition %u  %8s  %s", part->number,
	    size_text(part->size, size), what);
}

static void say_partitions(const struct printer *out, const struct plan *p)
{
	bool is_mbr = p->answer->layout == ANSWER_MBR;
	const char *format = p->answer->system_format == ANSWER_NTFS ? "NTFS"
								     : "FAT32";
	char what[ERR_TEXT];

	snprintf(what, sizeof(what), "%s, %s",
		 is_mbr ? "system, active" : "EFI system", format);
	say_partition(out, p->esp, what);
	if (p->msr)
		say_partition(out, p->msr, "Microsoft reserved");
	for (size_t i = 0; i < p->system_count; i++) {
		const struct plan_system *s = &p->systems[i];

		snprintf(what, sizeof(what), "%s, NTFS", s->description);
		if (s->answer->on_partition)
			say_partition(out, s->part, what);
	}
	if (p->data)
		say_partition(out, p->data, "data, NTFS");
}

// --- The systems -------------------------------------------------------------

static void say_vhd(const struct printer *out, const struct plan *p,
		    const struct plan_system *s)
{
	static const char *const types[] = {"fixed", "dynamic", "differencing"};
	const char *format = s->answer->format == VDISK_VHDX ? "VHDX" : "VHD";
	char size[SIZE_TEXT], first[SIZE_TEXT];

	if (s->parent)
		say(out, "file %s on partition %u: %s %s, child of %s",
		    s->answer->path, p->data->number, types[s->create.type],
		    format, s->parent->answer->path);
	else if (s->create.type == VDISK_DYNAMIC)
		say(out,
		    "file %s on partition %u: dynamic %s, %s, %s of it "
		    "at first",
		    s->answer->path, p->data->number, format,
		    size_text(s->answer->size, size),
		    size_text(s->layout.file_size, first));
	else
		say(out, "file %s on partition %u: fixed %s, %s",
		    s->answer->path, p->data->number, format,
		    size_text(s->answer->size, size));
}

static void say_image(const struct printer *out, const struct plan_system *s)
{
	const struct apply_result *r = apply_get_result(s->apply);
	const struct wim_image_info *info =
		wim_get_image_info(s->image->wim, s->index);
	char size[SIZE_TEXT];

	say(out, "image %u of %s (%s)", s->index, s->image->path, info->name);
	say(out, "  %" PRIu64 " files, %" PRIu64 " folders, %s", r->files,
	    r->folders, size_text(r->bytes, size));
}

// "\vhd\win.vhd" or "partition 3".
static const char *place(const struct plan_system *s, char text[32])
{
	if (!s->answer->on_partition)
		return s->answer->path;
	snprintf(text, 32, "partition %u", s->part->number);
	return text;
}

static void say_systems(const struct printer *out, const struct plan *p)
{
	for (size_t i = 0; i < p->system_count; i++) {
		const struct plan_system *s = &p->systems[i];

		if (s->answer->on_partition)
			say(out, "volume on partition %u, without a VHD",
			    s->part->number);
		else
			say_vhd(out, p, s);
		if (s->answer->has_child)
			say(out, "  %s",
			    s->answer->in_menu
				    ? "it is in the menu: once it was started "
				      "and changed, its children are lost"
				    : "a parent: not in the menu, read-only");
		if (!s->parent)
			say_image(out, s);
	}
}

// --- Booting -----------------------------------------------------------------

static size_t in_menu(const struct plan *p)
{
	size_t n = 0;

	for (size_t i = 0; i < p->system_count; i++)
		n += p->systems[i].answer->in_menu;
	return n;
}

static void say_boot(const struct printer *out, const struct plan *p)
{
	const char *system = p->answer->system == BOOT_LINUX ? "Linux"
							     : "Windows";
	const char *firmware = p->answer->layout == ANSWER_MBR ? "BIOS"
							       : "UEFI";
	char text[32];

	if (in_menu(p) == 1)
		say(out, "boot: %s from %s, by %s", system,
		    place(p->first, text), firmware);
	else
		say(out, "boot: %s by %s, a menu for %u seconds:", system,
		    firmware, p->answer->timeout);
	for (size_t i = 0; in_menu(p) > 1 && i < p->system_count; i++) {
		const struct plan_system *s = &p->systems[i];

		if (s->answer->in_menu)
			say(out, "  %-32s %s%s", s->description, place(s, text),
			    s == p->first ? ", the default" : "");
	}
	if (p->answer->environment)
		say(out,
		    "before that, a short menu by GRUB: Windows Boot "
		    "Manager, %s",
		    p->answer->environment);
}

void plan_print(const struct plan *p, void (*line)(void *ctx, const char *text),
		void *ctx)
{
	const struct printer out = {line, ctx};
	enum finish_action finish = p->answer->finish;

	say_disk(&out, p);
	say_partitions(&out, p);
	say_systems(&out, p);
	say_boot(&out, p);
	say(&out, "then: %s",
	    finish == FINISH_RESTART    ? "restart"
	    : finish == FINISH_POWEROFF ? "power off"
					: "a shell");
}

void plan_print_ids(const struct plan *p,
		    void (*line)(void *ctx, const char *text), void *ctx)
{
	const struct printer out = {line, ctx};
	bool is_mbr = p->answer->layout == ANSWER_MBR;
	char id[GUID_TEXT];

	if (is_mbr)
		say(&out, "id of the disk: %08x", p->table->mbr_signature);
	else
		say(&out, "id of the disk: {%s}", guid_format(&p->disk_id, id));
	for (uint32_t i = 0; !is_mbr && i < p->table->count; i++)
		say(&out, "id of partition %u: {%s}", p->table->parts[i].number,
		    guid_format(&p->table->parts[i].id, id));
}
