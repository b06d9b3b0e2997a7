// SPDX-License-Identifier: MIT
//
// What the files of libdiskmgmt share.

#ifndef DISKMGMT_PRIV_H
#define DISKMGMT_PRIV_H

#include "diskmgmt.h"

// --- The picture's parts (pieces.c) ------------------------------------------

enum kind {
	KIND_FREE,
	KIND_SYSTEM, // EFI system partition, or the active one
	KIND_RESERVED,
	KIND_DATA,
	KIND_LOGICAL,
	KIND_RECOVERY,
	KIND_OTHER,
	KIND_EXTENDED,
};

// A part of a disk's bar: a partition, free space, or a volume over all of it.
struct piece {
	uint64_t start, size;
	enum kind kind;
	bool is_logical;                     // lies in the extended partition
	const struct storage_region *region; // NULL: the whole disk
	const struct storage_volume *volume; // or NULL
};

// Lists the pieces of a disk, region_count + 1 at most. Returns how many.
size_t diskmgmt_pieces(const struct diskmgmt_world *world,
		       const struct storage_disk *disk, struct piece *ret);

// What a piece is, for people: "EFI", "Primary", "Free". Returns a constant.
const char *diskmgmt_kind_name(const struct piece *p);

// Its colour, and the letter that stands for it.
enum term_colour diskmgmt_kind_colour(enum kind kind);
char diskmgmt_kind_letter(enum kind kind);

// Finds the volume of that number, or NULL.
const struct storage_volume *diskmgmt_volume(const struct diskmgmt_world *world,
					     long number);

// --- The picture (items.c) ---------------------------------------------------

enum item_kind { ITEM_DISK, ITEM_PIECE, ITEM_FILE };

// What can be marked, with its place in the picture.
struct item {
	enum item_kind kind;
	const struct storage_disk *disk;    // of a file: that it lies on
	const struct diskmgmt_file *file;   // or NULL
	const struct storage_volume *on;    // of a file
	const struct storage_disk *is_disk; // of a file that is attached
	struct piece piece;
	unsigned row, column, rows, columns;
	unsigned depth;
	bool is_last; // of its row of a bar
};

struct picture {
	struct item *items; // in the order of rows
	size_t count, capacity;
	unsigned rows;
};

enum { BAR_ROWS = 3 };

// Lays everything out in so many columns. Free with diskmgmt_picture_done.
// Returns 0 or -ENOMEM.
int diskmgmt_picture(const struct diskmgmt_world *world, unsigned columns,
		     struct picture *ret, struct err *err);
void diskmgmt_picture_done(struct picture *p);

// Where a picture is drawn: from its row `scroll` on, into rows of a screen.
struct canvas {
	struct term_screen *screen;
	unsigned top, rows, scroll;
	bool has_colour;
};

// Draws an item, marked or not (bar.c).
void diskmgmt_draw_item(const struct canvas *c, const struct item *item,
			bool is_marked);

// Tells more about an item, in two lines.
struct detail {
	char lines[2][512];
};
void diskmgmt_detail(const struct item *item, struct detail *ret);

// "Disk 0, partition 3 (C:)" for titles.
void diskmgmt_item_name(const struct item *item, char *text, size_t size);

// --- Questions (form.c) ------------------------------------------------------

enum {
	MAX_FIELDS = 6,
	MAX_CHOICES = 32,
	FIELD_TEXT = 256,
};

struct field {
	const char *label;
	const char *hint; // or NULL
	bool is_number;
	size_t choice_count; // 0: a text
	const char *choices[MAX_CHOICES];
	size_t choice;
	char text[FIELD_TEXT];
};

struct form {
	size_t count, at;
	struct field fields[MAX_FIELDS];
	char hint[128]; // for a field's
};

// Add a field. Return it.
struct field *diskmgmt_add_text(struct form *f, const char *label,
				const char *text);
struct field *diskmgmt_add_number(struct form *f, const char *label);
struct field *diskmgmt_add_choice(struct form *f, const char *label);
void diskmgmt_add_option(struct field *field, const char *name);

// Returns the value of the field of that label, "" when there is none.
const char *diskmgmt_value(const struct form *f, const char *label);

// Takes a key that edits or moves. Returns false when it does neither.
bool diskmgmt_form_press(struct form *f, const struct term_key *key);

// Edits a text of one line. Returns false when the key does not.
bool diskmgmt_edit(char *text, size_t size, bool is_number,
		   const struct term_key *key);

// Draws the fields, a row each, from (row, column) on.
void diskmgmt_draw_form(const struct form *f, struct term_screen *s,
			unsigned row, unsigned column, unsigned columns);

// --- Actions (actions.c) -----------------------------------------------------

enum { MAX_LINES = 8 };

struct lines {
	size_t count;
	bool is_too_long; // not all of it is here: nothing is to be run
	struct diskmgmt_line line[MAX_LINES];
};

struct target {
	const struct diskmgmt_world *world;
	const struct diskmgmt_calls *calls;
	const struct item *item;
};

struct action {
	char key;
	const char *name;
	bool is_harmful; // what is there is lost
	bool (*fits)(const struct target *t);
	void (*ask)(const struct target *t, struct form *f); // or NULL
	void (*write)(const struct target *t, const struct form *f,
		      struct lines *l);
};

// Lists the actions that fit, `max` at most. Returns how many.
size_t diskmgmt_actions(const struct target *t, const struct action **ret,
			size_t max);

// Writes the lines that an action and its answers come to.
void diskmgmt_write_lines(const struct target *t, const struct action *a,
			  const struct form *f, struct lines *l);

// Adds a line, as printf. One that does not fit is left out as a whole.
void diskmgmt_add_line(struct lines *l, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

// The groups of actions, each ended by one without a name.
extern const struct action diskmgmt_disk_actions[];
extern const struct action diskmgmt_piece_actions[];
extern const struct action diskmgmt_file_actions[];

// --- The log (log.c) ---------------------------------------------------------

struct log_entry {
	struct diskmgmt_line line;
	bool is_done;
};

struct journal {
	struct log_entry *entries;
	size_t count, capacity;
};

// What lines say, as it comes: the last of it.
struct said {
	char text[16384];
	size_t size, line_start;
	bool is_over; // a return: what follows replaces the line
};

void diskmgmt_said_add(struct said *s, const char *text);

// Takes from the front what a row holds: up to the end of a line, or of the last
// word that fits. Returns what is left, the row's bytes in *ret.
const char *diskmgmt_take_row(const char *text, unsigned columns, size_t *ret);

// Draws the last rows of it, wrapped.
void diskmgmt_said_draw(const struct said *s, struct term_screen *screen,
			unsigned row, unsigned column, unsigned rows,
			unsigned columns);

// --- The program (diskmgmt.c) ------------------------------------------------

enum mode {
	MODE_BROWSE,
	MODE_MENU,
	MODE_FORM,
	MODE_CONFIRM,
	MODE_RUN,
	MODE_RESULT,
	MODE_HELP,
	MODE_LOG,
	MODE_SAVE,
};

enum { MAX_ACTIONS = 16 };

// What a marked item is known again by.
struct mark {
	enum item_kind kind;
	unsigned disk;
	uint64_t start;
	char address[FIELD_TEXT];
};

struct diskmgmt {
	struct diskmgmt_calls calls;
	const char *version;
	struct diskmgmt_world world;
	struct picture picture;
	unsigned columns; // that it was laid out for
	size_t marked;
	struct mark mark; // by which it is found again
	unsigned scroll;
	enum mode mode;
	const struct action *actions[MAX_ACTIONS];
	size_t action_count, action_at;
	const struct action *action;
	struct form form;
	struct lines lines;
	char answer[8];
	char title[512]; // of what is run
	size_t running;  // the line that is run
	bool has_failed;
	struct said said;
	struct journal journal;
	unsigned log_scroll;
	char message[256];
};

// Keeps what is marked in mind: while lines are run the world changes.
void diskmgmt_remember(struct diskmgmt *d);

// The marked item, or NULL.
const struct item *diskmgmt_marked(const struct diskmgmt *d);

// "Disk 0, partition 3 (C:): Format": what is marked, and the action.
void diskmgmt_title(const struct diskmgmt *d, char *text, size_t size);

// Lays out again for so many columns; on failure there is nothing to be seen.
int diskmgmt_lay_out(struct diskmgmt *d, unsigned columns, struct err *err);

#endif
