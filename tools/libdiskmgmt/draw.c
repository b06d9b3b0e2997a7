// SPDX-License-Identifier: MIT
//
// The screen: a title, the picture, what is marked in words, the keys; and what is
// open on top of it.

#include <stdio.h>
#include <string.h>

#include "diskmgmt_priv.h"

#define BOLD    ((struct term_style){.attributes = TERM_BOLD})
#define REVERSE ((struct term_style){.attributes = TERM_REVERSE})

enum {
	ABOVE = 1, // the title
	BELOW = 4, // a line, two of detail, the keys
};

// --- The picture -------------------------------------------------------------------

// Keeps what is marked in sight, with its disk's line when both fit.
static void follow(struct diskmgmt *d, unsigned rows)
{
	const struct item *item = diskmgmt_marked(d);

	if (!item)
		return;
	if (item->row < d->scroll)
		d->scroll = item->row;
	if (item->kind == ITEM_PIECE && item->row &&
	    item->row - 1 < d->scroll && rows > BAR_ROWS)
		d->scroll = item->row - 1;
	if (item->row + item->rows > d->scroll + rows)
		d->scroll = item->row + item->rows - rows;
	if (d->picture.rows <= rows)
		d->scroll = 0;
	else if (d->scroll > d->picture.rows - rows)
		d->scroll = d->picture.rows - rows;
}

static void draw_title(const struct diskmgmt *d, struct term_screen *s)
{
	char right[64];
	unsigned width;

	snprintf(right, sizeof(right), "Slipway %s ", d->version);
	width = (unsigned)term_text_width(right);
	term_put_padded(s, 0, 0, s->columns, REVERSE, " Disk Management");
	if (s->columns > width + 18)
		term_put(s, 0, s->columns - width, width, REVERSE, right);
}

static void draw_picture(struct diskmgmt *d, bool has_colour,
			 struct term_screen *s)
{
	struct canvas c = {.screen = s,
			   .top = ABOVE,
			   .rows = s->rows - ABOVE - BELOW,
			   .has_colour = has_colour};

	follow(d, c.rows);
	c.scroll = d->scroll;
	for (size_t i = 0; i < d->picture.count; i++) {
		const struct item *item = &d->picture.items[i];

		if (item->row + item->rows > c.scroll &&
		    item->row < c.scroll + c.rows)
			diskmgmt_draw_item(&c, item, i == d->marked);
	}
	if (!d->picture.count && d->mode != MODE_RUN)
		term_put(s, ABOVE + 1, 2, s->columns, TERM_PLAIN,
			 "There are no disks. R looks again.");
}

static void draw_more(const struct diskmgmt *d, struct term_screen *s,
		      unsigned row, unsigned rows)
{
	bool has_above = d->scroll,
	     has_below = d->scroll + rows < d->picture.rows;
	char text[64];

	term_fill(s, row, 0, s->columns, TERM_PLAIN, "─");
	if (!has_above && !has_below)
		return;
	snprintf(text, sizeof(text), " %s more %s ", has_above ? "▲" : " ",
		 has_below ? "▼" : " ");
	if (s->columns > 14)
		term_put(s, row, s->columns - 12, 10, TERM_PLAIN, text);
}

static void draw_below(const struct diskmgmt *d, struct term_screen *s)
{
	unsigned row = s->rows - BELOW;
	const struct item *item = diskmgmt_marked(d);
	struct detail detail;

	draw_more(d, s, row, s->rows - ABOVE - BELOW);
	if (item) {
		diskmgmt_detail(item, &detail);
		for (unsigned i = 0; i < 2; i++)
			term_put_padded(s, row + 1 + i, 1, s->columns - 2,
					TERM_PLAIN, detail.lines[i]);
	}
	if (d->message[0])
		term_put_padded(s, s->rows - 1, 0, s->columns, BOLD,
				d->message);
	else
		term_put_padded(s, s->rows - 1, 0, s->columns, REVERSE,
				" Enter: actions   Arrows, Tab: go   "
				"L: log   R: rescan   ?: help   Q: leave");
}

// --- What is open --------------------------------------------------------------------

struct box {
	unsigned row, column, rows, columns; // inside of the frame
};

static struct box open_box(struct term_screen *s, unsigned rows,
			   unsigned columns, const char *title)
{
	unsigned most_rows = s->rows - 4, most_columns = s->columns - 6;
	struct box b;

	rows = rows < most_rows ? rows : most_rows;
	columns = columns < most_columns ? columns : most_columns;
	b = (struct box){.row = (s->rows - rows) / 2,
			 .column = (s->columns - columns) / 2,
			 .rows = rows,
			 .columns = columns};
	term_frame(s, b.row - 1, b.column - 2, rows + 2, columns + 4,
		   TERM_PLAIN, title);
	return b;
}

static void put(struct term_screen *s, const struct box *b, unsigned row,
		struct term_style style, const char *text)
{
	if (row < b->rows)
		term_put_padded(s, b->row + row, b->column, b->columns, style,
				text);
}

void diskmgmt_title(const struct diskmgmt *d, char *text, size_t size)
{
	char name[300];

	diskmgmt_item_name(diskmgmt_marked(d), name, sizeof(name));
	snprintf(text, size, "%s: %s", name, d->action->name);
}

static void draw_menu(const struct diskmgmt *d, struct term_screen *s)
{
	char title[300], text[128];
	struct box b;

	diskmgmt_item_name(diskmgmt_marked(d), title, sizeof(title));
	b = open_box(s, (unsigned)d->action_count, 46, title);
	for (size_t i = 0; i < d->action_count; i++) {
		bool is_at = i == d->action_at;

		snprintf(text, sizeof(text), "%s %c  %s", is_at ? "►" : " ",
			 d->actions[i]->key, d->actions[i]->name);
		put(s, &b, (unsigned)i, is_at ? REVERSE : TERM_PLAIN, text);
	}
}

// The lines, wrapped: all of what is run is to be seen. With `s` NULL they are only
// counted. Returns their rows.
static unsigned draw_lines(const struct lines *l, struct term_screen *s,
			   const struct box *b, unsigned row)
{
	unsigned first = row;
	char text[sizeof(l->line[0].text) + 32], one[sizeof(text) + 8];
	size_t n;

	for (size_t i = 0; i < l->count; i++) {
		const char *left = text, *indent = "  ";

		snprintf(text, sizeof(text), "%s%s",
			 l->line[i].is_command ? "slipway " : "",
			 l->line[i].text);
		while (*left) {
			const char *start = left;

			left = diskmgmt_take_row(left, b->columns - 6, &n);
			snprintf(one, sizeof(one), "%s%.*s", indent, (int)n,
				 start);
			if (s)
				put(s, b, row, TERM_PLAIN, one);
			row++;
			indent = "      ";
		}
	}
	return row - first;
}

// A box of 72 columns, or as many as there are.
static unsigned count_lines(const struct lines *l, const struct term_screen *s)
{
	struct box b = {.columns = s->columns < 78 ? s->columns - 6 : 72};

	return draw_lines(l, NULL, &b, 0);
}

// The lines change with the answers.
static void draw_form(const struct diskmgmt *d, struct term_screen *s)
{
	unsigned fields = (unsigned)d->form.count;
	struct target t = {.world = &d->world,
			   .calls = &d->calls,
			   .item = diskmgmt_marked(d)};
	char title[512];
	struct lines l;
	struct box b;

	diskmgmt_title(d, title, sizeof(title));
	diskmgmt_write_lines(&t, d->action, &d->form, &l);
	b = open_box(s, fields + 2 + count_lines(&l, s) + 2, 72, title);
	diskmgmt_draw_form(&d->form, s, b.row, b.column, b.columns);
	put(s, &b, fields + 1, BOLD, "What will be run:");
	draw_lines(&l, s, &b, fields + 2);
	put(s, &b, b.rows - 1, TERM_PLAIN,
	    "Enter: go on   Tab: next   Space: another   Escape: leave");
}

static void draw_confirm(const struct diskmgmt *d, struct term_screen *s)
{
	unsigned n = count_lines(&d->lines, s);
	static const char question[] = "Type yes to do it: ";
	static const struct term_style bad = {.fg = TERM_RED,
					      .attributes = TERM_BOLD};
	char text[64];
	struct box b = open_box(s, n + 4, 72, d->title);

	put(s, &b, 0, BOLD, "This is run:");
	draw_lines(&d->lines, s, &b, 1);
	if (!d->action->is_harmful) {
		put(s, &b, n + 3, TERM_PLAIN, "Do it? y: yes   n: no");
		return;
	}
	put(s, &b, n + 2, bad, "What it holds is lost.");
	snprintf(text, sizeof(text), "%s%s", question, d->answer);
	put(s, &b, n + 3, TERM_PLAIN, text);
	s->has_cursor = true;
	s->cursor_row = b.row + n + 3;
	s->cursor_column = b.column + (unsigned)term_text_width(text);
}

static void draw_run(const struct diskmgmt *d, struct term_screen *s)
{
	unsigned n = (unsigned)d->lines.count;
	char text[1200];
	const char *end = "Working ...";
	struct box b = open_box(s, s->rows - 4, s->columns - 6, d->title);

	for (unsigned i = 0; i < n; i++) {
		const char *state = i < d->running        ? "done"
				    : i > d->running      ? ""
				    : d->has_failed       ? "FAILED"
				    : d->mode == MODE_RUN ? "..."
							  : "";

		snprintf(text, sizeof(text), "%-7s%s", state,
			 d->lines.line[i].text);
		put(s, &b, i, i == d->running ? BOLD : TERM_PLAIN, text);
	}
	if (b.rows > n + 3)
		diskmgmt_said_draw(&d->said, s, b.row + n + 1, b.column,
				   b.rows - n - 3, b.columns);
	if (d->mode == MODE_RESULT)
		end = d->has_failed
			      ? "It failed; what follows it was not run. Press "
				"a key."
			      : "Done. Press a key.";
	put(s, &b, b.rows - 1, BOLD, end);
}

static void draw_log(const struct diskmgmt *d, struct term_screen *s)
{
	struct box b = open_box(s, s->rows - 4, s->columns - 6, "What was run");
	size_t count = d->journal.count, room = b.rows - 2, first, at = 0;
	char text[1200];

	first = count > room ? count - room : 0;
	first = first > d->log_scroll ? first - d->log_scroll : 0;
	for (size_t i = first; i < count && at < room; i++, at++) {
		const struct log_entry *e = &d->journal.entries[i];

		snprintf(text, sizeof(text), "%-7s%s%s",
			 e->is_done ? "" : "FAILED",
			 e->line.is_command ? "slipway " : "", e->line.text);
		put(s, &b, (unsigned)at, TERM_PLAIN, text);
	}
	put(s, &b, b.rows - 1, BOLD,
	    count ? "S: save as a script of DiskPart   Up, Down   other keys: "
		    "leave"
		  : "Nothing yet. Press a key.");
}

static void draw_save(const struct diskmgmt *d, struct term_screen *s)
{
	struct box b = open_box(s, 3, 60, "Save as a script of DiskPart");

	diskmgmt_draw_form(&d->form, s, b.row, b.column, b.columns);
	put(s, &b, 2, TERM_PLAIN, "Enter: save   Escape: leave");
}

static void draw_help(const struct diskmgmt *d, struct term_screen *s)
{
	static const char *const lines[] = {
		"Disks are bars to scale. Below a disk are the virtual disks",
		"whose files lie on it, children below their parents.",
		"",
		"Arrows, Page Up, Page Down, Home, End   go about",
		"Tab, Shift+Tab                          next disk, the one before",
		"Enter                                   what can be done here",
		"a letter of that menu                   does it at once",
		"L                                       what was run; save it",
		"R, F5                                   look for disks again",
		"Ctrl+L                                  draw everything again",
		"Q, F10, Ctrl+C                          leave",
		"",
		"Each action shows its lines of DiskPart first, and asks. What",
		"was run can be saved, and run with diskpart /s FILE.",
		"",
		"S system   M reserved   P primary   L logical   X extended",
		"R recovery   O other systems'   - free",
	};
	unsigned n = sizeof(lines) / sizeof(*lines);
	struct box b = open_box(s, n + 2, 66, "Help");

	for (unsigned i = 0; i < n; i++)
		put(s, &b, i, TERM_PLAIN, lines[i]);
	put(s, &b, b.rows - 1, BOLD, "Press a key.");
}

static void draw_open(const struct diskmgmt *d, struct term_screen *s)
{
	switch (d->mode) {
	case MODE_BROWSE:
		break;
	case MODE_MENU:
		draw_menu(d, s);
		break;
	case MODE_FORM:
		draw_form(d, s);
		break;
	case MODE_CONFIRM:
		draw_confirm(d, s);
		break;
	case MODE_RUN:
	case MODE_RESULT:
		draw_run(d, s);
		break;
	case MODE_HELP:
		draw_help(d, s);
		break;
	case MODE_LOG:
		draw_log(d, s);
		break;
	case MODE_SAVE:
		draw_save(d, s);
		break;
	}
}

void diskmgmt_draw(struct diskmgmt *d, bool has_colour, struct term_screen *s)
{
	term_screen_clear(s);
	if (s->rows < 12 || s->columns < 40) {
		term_put(s, 0, 0, s->columns, TERM_PLAIN,
			 "The terminal is too small: 80x24 is meant.");
		return;
	}
	// without memory there is nothing to be seen, and R tries again
	if (s->columns != d->columns && d->mode != MODE_RUN)
		best_effort(diskmgmt_lay_out(d, s->columns, NULL));
	if (!diskmgmt_marked(d) &&
	    (d->mode == MODE_MENU || d->mode == MODE_FORM ||
	     d->mode == MODE_CONFIRM))
		d->mode = MODE_BROWSE;
	draw_title(d, s);
	draw_picture(d, has_colour, s);
	draw_below(d, s);
	draw_open(d, s);
}
