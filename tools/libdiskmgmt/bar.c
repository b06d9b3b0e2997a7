// SPDX-License-Identifier: MIT
//
// How a disk's line, a piece of its bar and a virtual disk's file look. What colours
// say is also said by letters where there are none; what is marked is in reverse,
// and has a pointer for who does not see that.

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "diskmgmt_priv.h"

#define BOLD ((struct term_style){.attributes = TERM_BOLD})

// The row of the screen, or one outside of it.
static unsigned place(const struct canvas *c, unsigned row)
{
	if (row < c->scroll || row - c->scroll >= c->rows)
		return TERM_MAX_SIDE;
	return c->top + row - c->scroll;
}

static struct term_style marked(struct term_style style, bool is_marked)
{
	if (is_marked)
		style.attributes |= TERM_REVERSE;
	return style;
}

// --- A disk's line -----------------------------------------------------------

static const char *style_name(const struct storage_disk *d)
{
	return d->style == PART_GPT   ? "GPT"
	       : d->style == PART_MBR ? "MBR"
				      : "no table";
}

static void add(char *text, size_t size, const char *separator,
		const char *more)
{
	size_t len = strlen(text);

	if (*more && len < size)
		snprintf(text + len, size - len, "%s%s", separator, more);
}

// What is out of the ordinary.
static void add_state(const struct storage_disk *d, char *text, size_t size)
{
	if (d->is_medium)
		add(text, size, ", ", "start medium");
	if (d->is_offline)
		add(text, size, ", ", "offline");
	if (d->is_read_only)
		add(text, size, ", ", "read-only");
	if (d->in_use[0])
		add(text, size, ", ", "in use");
	if (d->trouble[0])
		add(text, size, ", ", "TROUBLE");
}

// A file's name is the end of its address.
static bool is_in_address(const struct storage_disk *d)
{
	size_t len = strlen(d->name), all = strlen(d->address);

	return len <= all && !strcmp(d->address + all - len, d->name);
}

static void disk_text(const struct item *item, char *text, size_t size)
{
	const struct storage_disk *d = item->disk;
	char bytes[SIZE_TEXT];

	snprintf(text, size, "Disk %u  %s, %s", d->number,
		 size_text(d->size, bytes), style_name(d));
	add_state(d, text, size);
	add(text, size, "  ", d->virtual_file ? d->virtual_file : d->address);
	if (!d->virtual_file && !is_in_address(d))
		add(text, size, "  ", d->name);
}

// --- A virtual disk's file ---------------------------------------------------

static void file_text(const struct item *item, char *text, size_t size)
{
	const struct diskmgmt_file *f = item->file;
	char bytes[SIZE_TEXT], more[32], letter[3] = "";

	if (item->on && item->on->letter)
		snprintf(letter, sizeof(letter), "%c:", item->on->letter);
	snprintf(text, size, "%s%s%s", f->parent >= 0 ? "└ " : "", letter,
		 f->path);
	if (f->trouble[0]) {
		add(text, size, "  ", "TROUBLE");
		return;
	}
	add(text, size, "  ", size_text(f->size, bytes));
	add(text, size, ", ", f->type);
	if (item->is_disk) {
		snprintf(more, sizeof(more), "attached: disk %u",
			 item->is_disk->number);
		add(text, size, ", ", more);
	}
}

// --- A piece of a bar --------------------------------------------------------

// The upper text: its letter and label, or what it is.
static void piece_name(const struct piece *p, char *text, size_t size)
{
	const struct storage_volume *v = p->volume;

	text[0] = 0;
	if (v && v->letter)
		snprintf(text, size, "%c:", v->letter);
	if (v && v->label[0])
		add(text, size, *text ? " " : "", v->label);
	else if (!v || !v->letter || p->kind != KIND_DATA)
		add(text, size, *text ? " " : "", diskmgmt_kind_name(p));
}

// The lower one: as much of its size and file system as there is room for.
static void piece_size(const struct piece *p, unsigned room, char *text,
		       size_t size)
{
	char bytes[SIZE_TEXT], *blank;

	size_text(p->size, bytes);
	snprintf(text, size, "%s", bytes);
	if (p->volume)
		add(text, size, " ", p->volume->fs);
	if (strlen(text) > room)
		snprintf(text, size, "%s", bytes);
	blank = strchr(text, ' ');
	if (strlen(text) > room && blank)
		snprintf(blank, size - (size_t)(blank - text), "%c", blank[1]);
}

// The kind, and the pointer where no text stands.
static void draw_strip(const struct canvas *c, const struct item *item,
		       unsigned row, unsigned columns, bool is_marked)
{
	unsigned pointer = item->column + (!c->has_colour && columns > 1);
	enum kind kind = item->piece.kind;
	struct term_style style = {.fg = diskmgmt_kind_colour(kind)};
	char letter[2] = {diskmgmt_kind_letter(kind), 0};
	const char *fill = kind == KIND_FREE ? "─" : "▀";

	if (c->has_colour) {
		term_fill(c->screen, row, item->column, columns, style, fill);
	} else {
		fill = kind == KIND_FREE ? "─" : "═";
		term_fill(c->screen, row, item->column, columns, TERM_PLAIN,
			  fill);
		if (columns)
			term_put(c->screen, row, item->column, 1, BOLD, letter);
	}
	if (is_marked && columns)
		term_put(c->screen, row, pointer, 1, BOLD, "►");
}

static void draw_text(const struct canvas *c, const struct item *item,
		      unsigned row, unsigned columns, const char *text,
		      struct term_style style)
{
	bool is_free = item->piece.kind == KIND_FREE && item->piece.region;
	size_t width = term_text_width(text);
	unsigned done = width < columns ? (unsigned)width : columns;

	if (!columns)
		return;
	term_put_padded(c->screen, row, item->column, columns, style, text);
	// hatched: nothing is here
	if (is_free && columns > done + 1)
		term_fill(c->screen, row, item->column + done + 1,
			  columns - done - 1, style, "░");
}

static void draw_piece(const struct canvas *c, const struct item *item,
		       bool is_marked)
{
	unsigned columns = item->columns, rows[BAR_ROWS];
	struct term_style style = marked(TERM_PLAIN, is_marked);
	char name[256], text[300];

	for (unsigned i = 0; i < BAR_ROWS; i++)
		rows[i] = place(c, item->row + i);
	if (!item->is_last && columns > 1) {
		columns--;
		for (unsigned i = 0; i < BAR_ROWS; i++)
			term_put(c->screen, rows[i], item->column + columns, 1,
				 TERM_PLAIN, "│");
	}
	draw_strip(c, item, rows[0], columns, is_marked);
	piece_name(&item->piece, name, sizeof(name));
	draw_text(c, item, rows[1], columns, name, style);
	piece_size(&item->piece, columns, text, sizeof(text));
	draw_text(c, item, rows[2], columns, text, style);
}

void diskmgmt_draw_item(const struct canvas *c, const struct item *item,
			bool is_marked)
{
	unsigned row = place(c, item->row), column = item->column;
	// bold in reverse is grey on grey on a VGA
	struct term_style style = item->kind == ITEM_DISK && !is_marked
					  ? BOLD
					  : marked(TERM_PLAIN, is_marked);
	char text[1024];

	if (item->kind == ITEM_PIECE) {
		draw_piece(c, item, is_marked);
		return;
	}
	if (item->kind == ITEM_DISK)
		disk_text(item, text, sizeof(text));
	else
		file_text(item, text, sizeof(text));
	term_put(c->screen, row, column, 1, style, is_marked ? "►" : " ");
	if (item->columns > 1)
		term_put_padded(c->screen, row, column + 1, item->columns - 1,
				style, text);
}

// --- Bars alone ----------------------------------------------------------------

int diskmgmt_draw_bars(const struct diskmgmt_world *world, bool has_colour,
		       struct term_screen *screen, struct err *err)
{
	struct canvas c = {.screen = screen,
			   .rows = screen->rows,
			   .has_colour = has_colour};
	struct picture p;
	int r = diskmgmt_picture(world, screen->columns, &p, err);

	if (r)
		return r;
	for (size_t i = 0; i < p.count; i++)
		diskmgmt_draw_item(&c, &p.items[i], false);
	r = (int)p.rows;
	diskmgmt_picture_done(&p);
	return r;
}
