// SPDX-License-Identifier: MIT
//
// What can be done to what is marked: actions by kind of item, and the lines that
// they are made of.

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "actions.h"

void diskmgmt_add_line(struct lines *l, const char *fmt, ...)
{
	struct diskmgmt_line *line = &l->line[l->count];
	va_list ap;
	int n;

	if (l->is_too_long || l->count == MAX_LINES) {
		l->is_too_long = true;
		return;
	}
	*line = (struct diskmgmt_line){0};
	va_start(ap, fmt);
	n = vsnprintf(line->text, sizeof(line->text), fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof(line->text))
		l->is_too_long = true;
	else
		l->count++;
}

void diskmgmt_add_command(struct lines *l, const char *command,
			  const char *object, const char *more)
{
	diskmgmt_add_line(l, "%s \"%s\"%s", command, object, more);
	if (!l->is_too_long)
		l->line[l->count - 1].is_command = true;
}

static const struct action *group_of(const struct item *item)
{
	switch (item->kind) {
	case ITEM_DISK:
		return diskmgmt_disk_actions;
	case ITEM_PIECE:
		return diskmgmt_piece_actions;
	case ITEM_FILE:
		break;
	}
	return diskmgmt_file_actions;
}

size_t diskmgmt_actions(const struct target *t, const struct action **ret,
			size_t max)
{
	size_t n = 0;

	for (const struct action *a = group_of(t->item); a->name; a++) {
		if (!a->fits(t))
			continue;
		if (n < max)
			ret[n] = a;
		n++;
	}
	return n < max ? n : max;
}

void diskmgmt_write_lines(const struct target *t, const struct action *a,
			  const struct form *f, struct lines *l)
{
	*l = (struct lines){0};
	a->write(t, f, l);
}

// --- What several ask and say ------------------------------------------------

bool diskmgmt_is(const struct form *f, const char *label, const char *value)
{
	return !strcmp(diskmgmt_value(f, label), value);
}

void diskmgmt_ask_yes(struct form *f, const char *label, bool is_yes)
{
	struct field *field = diskmgmt_add_choice(f, label);

	diskmgmt_add_option(field, "no");
	diskmgmt_add_option(field, "yes");
	field->choice = is_yes;
}

void diskmgmt_ask_letter(const struct target *t, struct form *f,
			 const char *first, const char *second)
{
	static const char *const letters[] = {
		"C", "D", "E", "F", "G", "H", "I", "J", "K", "L", "M", "N", "O",
		"P", "Q", "R", "S", "T", "U", "V", "W", "Y", "Z", "A", "B"};
	struct field *field = diskmgmt_add_choice(f, "Letter");

	if (first)
		diskmgmt_add_option(field, first);
	if (second)
		diskmgmt_add_option(field, second);
	for (size_t i = 0; i < sizeof(letters) / sizeof(*letters); i++) {
		bool is_taken = false;

		for (size_t k = 0; k < t->world->volume_count; k++)
			is_taken |=
				t->world->volumes[k].letter == *letters[i] &&
				&t->world->volumes[k] != t->item->piece.volume;
		if (!is_taken)
			diskmgmt_add_option(field, letters[i]);
	}
}

void diskmgmt_ask_format(struct form *f, const char *without)
{
	struct field *field = diskmgmt_add_choice(f, "File system");

	diskmgmt_add_option(field, "ntfs");
	diskmgmt_add_option(field, "fat32");
	diskmgmt_add_option(field, "fat");
	if (without)
		diskmgmt_add_option(field, without);
	diskmgmt_add_text(f, "Label", "");
}

void diskmgmt_write_format(const struct form *f, const char *fs, bool is_quick,
			   const char *more, struct lines *l)
{
	const char *label = diskmgmt_value(f, "Label");

	diskmgmt_add_line(l, "format fs=%s%s%s%s%s%s",
			  fs ? fs : diskmgmt_value(f, "File system"),
			  *label ? " label=\"" : "", label, *label ? "\"" : "",
			  more, is_quick ? " quick" : "");
}

void diskmgmt_select(const struct target *t, struct lines *l)
{
	const struct piece *p = &t->item->piece;

	if (p->region) {
		diskmgmt_add_line(l, "select disk %u", t->item->disk->number);
		diskmgmt_add_line(l, "select partition %u", p->region->number);
	} else if (p->volume) {
		diskmgmt_add_line(l, "select volume %u", p->volume->number);
	}
}
