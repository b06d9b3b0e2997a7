// SPDX-License-Identifier: MIT
//
// libterm: a text screen on a terminal: cells, keys, redraw.
//
//     struct term_setting setting = {.term = "xterm", .lang = "C.UTF-8"};
//     struct term_caps caps = term_caps_find(&setting);
//     struct term *t;
//     term_open(0, 1, &caps, &t, &err);
//     term_screen_clear(term_screen(t));
//     term_put(term_screen(t), 0, 0, 80, TERM_PLAIN, "Disk 0");
//     term_show(t, &err);
//     term_read_key(t, -1, &key, &err);
//     term_close(t);
//
// There is no terminfo where this runs: what a terminal can is known from its
// name. All of them take the control sequences of the VT100 (ECMA-48), xterm's
// in addition where the name says so, and what keys send is understood of any
// of them at once: xterm, the Linux console, VT100 and VT220, rxvt, screen, tmux.
//
// One draws with UTF-8 and eight colours always; what the terminal lacks is
// replaced when it is drawn: lines and blocks by ASCII, colours by none. So a
// picture must say with letters or attributes what it says with colours.
//
// Threads: one at a time a terminal. Signals: term_restore alone may be called by
// a handler.

#ifndef TERM_H
#define TERM_H

#include "base.h"

// --- Characters --------------------------------------------------------------

// Takes one character from the front of UTF-8; one that breaks the rules
// (RFC 3629) is taken as U+FFFD, byte by byte.
// Returns how many bytes it has, or 0 when they may be the beginning of one.
size_t term_utf8_decode(const void *bytes, size_t n, uint32_t *ret);

// Writes a character as UTF-8 with a NUL. Returns how many bytes it has.
size_t term_utf8_put(uint32_t c, char out[5]);

// Returns the columns that a character takes: 0 (combining), 1 or 2; -1 for one
// that must not reach a terminal: controls, and what turns the direction of text.
int term_width(uint32_t c);

// Returns the columns of a text as term_put shows it.
size_t term_text_width(const char *text);

// Returns the ASCII letter that stands for a character: of lines, blocks and
// arrows one that looks like it, '?' for others.
char term_ascii(uint32_t c);

// --- What a terminal can -----------------------------------------------------

struct term_caps {
	bool is_utf8;
	bool has_colour;
	bool has_other_screen; // what was there before comes back
	bool is_file;          // no terminal: text without attributes
};

// From the environment; each may be NULL.
struct term_setting {
	const char *term; // TERM
	const char *lc_all, *lc_ctype, *lang;
	const char *no_color; // NO_COLOR
	const char *charset;  // SLIPWAY_CHARSET: "ascii" or "utf-8" wins
};

// Returns what a terminal of that name can. UTF-8 is what the locale says; where
// it says nothing, the Linux console has it and others have not.
struct term_caps term_caps_find(const struct term_setting *setting);

// --- Cells -------------------------------------------------------------------

enum term_colour {
	TERM_DEFAULT,
	TERM_BLACK,
	TERM_RED,
	TERM_GREEN,
	TERM_YELLOW,
	TERM_BLUE,
	TERM_MAGENTA,
	TERM_CYAN,
	TERM_WHITE,
};

enum { TERM_BOLD = 1, TERM_UNDERLINE = 2, TERM_REVERSE = 4 };

struct term_style {
	uint8_t fg, bg; // enum term_colour
	uint8_t attributes;
};

#define TERM_PLAIN ((struct term_style){0})

#define TERM_CELL_TEXT 12

struct term_cell {
	char text[TERM_CELL_TEXT]; // a character and what combines with it
	uint8_t width;             // 0: the right half of the cell before
	struct term_style style;
};

#define TERM_MAX_SIDE 1000 // rows or columns of a screen; the rest stays empty

struct term_screen {
	unsigned rows, columns;
	struct term_cell *cells; // row by row
	bool has_cursor;         // shown, at this place
	unsigned cursor_row, cursor_column;
};

// Makes an empty screen of up to TERM_MAX_SIDE rows and columns, at least one.
// Returns 0 or -ENOMEM. Free with term_screen_free.
MUST_CHECK
int term_screen_new(unsigned rows, unsigned columns, struct term_screen **ret,
		    struct err *err);

// Frees it; NULL is fine.
void term_screen_free(struct term_screen *s);

// Makes all cells blank and hides the cursor.
void term_screen_clear(struct term_screen *s);

// Returns a cell, or NULL outside of the screen.
struct term_cell *term_cell(const struct term_screen *s, unsigned row,
			    unsigned column);

// Writes UTF-8 into a row, cut after `room` columns and at the edge. What must not
// reach a terminal becomes '?'. Nothing happens outside of the screen.
// Returns the columns written.
unsigned term_put(struct term_screen *s, unsigned row, unsigned column,
		  unsigned room, struct term_style style, const char *text);

// As term_put, cut with an ellipsis, and the rest of the room made blank.
void term_put_padded(struct term_screen *s, unsigned row, unsigned column,
		     unsigned room, struct term_style style, const char *text);

// Fills a row's columns with a character of one column.
void term_fill(struct term_screen *s, unsigned row, unsigned column,
	       unsigned room, struct term_style style, const char *character);

// Draws a frame, blank inside, with a title in its upper line.
void term_frame(struct term_screen *s, unsigned row, unsigned column,
		unsigned rows, unsigned columns, struct term_style style,
		const char *title);

// Bytes that are gathered; zero it before use.
struct term_bytes {
	char *data;
	size_t size, capacity;
	bool is_failed; // no memory: what was added since is missing
};

// Adds the bytes that make a terminal which shows `shown` show `wanted`: few, as a
// serial line is slow. With `shown` NULL the terminal is cleared first; else both
// have the same size. Free `out->data` with mem_free.
// Returns 0 or -ENOMEM.
MUST_CHECK
int term_redraw(const struct term_screen *shown,
		const struct term_screen *wanted, const struct term_caps *caps,
		struct term_bytes *out, struct err *err);

// Adds the first rows of a screen as lines of text, with colours where there are
// any, for a terminal that scrolls, or a file. Free `out->data` with mem_free.
// Returns 0 or -ENOMEM.
MUST_CHECK
int term_print(const struct term_screen *s, unsigned rows,
	       const struct term_caps *caps, struct term_bytes *out,
	       struct err *err);

// --- Keys --------------------------------------------------------------------

enum term_key_code {
	TERM_KEY_NONE, // something that is no key, or an unknown one
	TERM_KEY_CHARACTER,
	TERM_KEY_ENTER,
	TERM_KEY_TAB,
	TERM_KEY_ESCAPE,
	TERM_KEY_BACKSPACE,
	TERM_KEY_UP,
	TERM_KEY_DOWN,
	TERM_KEY_LEFT,
	TERM_KEY_RIGHT,
	TERM_KEY_HOME,
	TERM_KEY_END,
	TERM_KEY_PAGE_UP,
	TERM_KEY_PAGE_DOWN,
	TERM_KEY_INSERT,
	TERM_KEY_DELETE,
	TERM_KEY_F1,
	TERM_KEY_F2,
	TERM_KEY_F3,
	TERM_KEY_F4,
	TERM_KEY_F5,
	TERM_KEY_F6,
	TERM_KEY_F7,
	TERM_KEY_F8,
	TERM_KEY_F9,
	TERM_KEY_F10,
	TERM_KEY_F11,
	TERM_KEY_F12,
	TERM_KEY_F13,
	TERM_KEY_F14,
	TERM_KEY_F15,
	TERM_KEY_F16,
	TERM_KEY_F17,
	TERM_KEY_F18,
	TERM_KEY_F19,
	TERM_KEY_F20,
	TERM_KEY_PASTE,     // what follows was not typed, until
	TERM_KEY_PASTE_END, // this
	TERM_KEY_PLACE,     // the answer of a terminal: row and column
	TERM_KEY_RESIZE,    // the terminal's size has changed
};

enum { TERM_SHIFT = 1, TERM_ALT = 2, TERM_CTRL = 4 };

struct term_key {
	enum term_key_code code;
	uint32_t
		character; // of TERM_KEY_CHARACTER; Ctrl+A is 'a' with TERM_CTRL
	unsigned modifiers;
	bool is_pasted;       // set by term_read_key
	unsigned row, column; // of TERM_KEY_PLACE, from 1 on
};

#define TERM_MAX_KEY 64 // bytes that a key sends; longer ones are cut

// Takes a key from the front of what a terminal sent. With `is_end` nothing
// follows (in time): ESC alone is the Escape key then.
// Returns how many bytes it took, at least 1 with `is_end`; 0 when more belong to
// it.
size_t term_key_decode(const uint8_t *bytes, size_t n, bool is_end,
		       struct term_key *ret);

// --- The terminal ------------------------------------------------------------

struct term;

// Takes over a terminal: raw mode, the other screen where it has one, an empty
// screen. A line that does not tell its size is asked by an escape sequence, and
// has 24 rows of 80 columns when it does not answer. The descriptors are borrowed.
// Returns 0, -ENOTTY when one of them is no terminal, -ENOMEM, or the terminal's
// error. End with term_close.
MUST_CHECK
int term_open(int in, int out, const struct term_caps *caps, struct term **ret,
	      struct err *err);

// Leaves the terminal as it was found, and frees; NULL is fine.
void term_close(struct term *t);

// Leaves the terminal as it was found, without freeing or waiting: for a signal's
// handler (it calls write and tcsetattr alone). NULL is fine.
void term_restore(const struct term *t);

// Takes the terminal over again after term_restore, and draws all of it with the
// next term_show.
// Returns 0 or the terminal's error.
MUST_CHECK
int term_resume(struct term *t, struct err *err);

// Returns the screen to draw on, valid until term_close; its size changes when
// term_read_key says so.
struct term_screen *term_screen(struct term *t);

// Returns what the terminal can.
const struct term_caps *term_caps(const struct term *t);

// Shows what was drawn.
// Returns 0, -ENOMEM, or the terminal's error.
MUST_CHECK
int term_show(struct term *t, struct err *err);

// Has the next term_show draw everything, and asks a line for its size again.
void term_refresh(struct term *t);

// Waits for a key for so many milliseconds, -1: for ever. That the terminal has
// another size is a key too; it is seen at the next signal (SIGWINCH with any
// handler), or within a second.
// Returns 0, -ETIMEDOUT, -EPIPE when the terminal is gone, -ENOMEM, or its error.
MUST_CHECK
int term_read_key(struct term *t, int timeout_ms, struct term_key *ret,
		  struct err *err);

#endif
