// SPDX-License-Identifier: MIT
//
// What all commands share: how they are found, how they read their switches,
// speak about failures and show progress.
//
// A command is one file with its usage text, its function and a COMMAND line;
// nothing else names it. Exit status: 0 done, 1 failed, 2 misuse; but dism, reg
// and chkdsk have that of Windows' commands of the same name.

#ifndef CMD_H
#define CMD_H

#include "base.h"

enum { CMD_OK = 0, CMD_FAILED = 1, CMD_MISUSE = 2 };

struct command {
	const char *name;
	int (*run)(int argc, char **argv); // argv[0] is the command's name
	const char *summary;               // one line, for the list of commands
	const char *usage;                 // for --help and /?
	// For /? TOPIC, `more` the word after it or NULL: prints what is known
	// about it, or returns false. Or NULL.
	bool (*help)(const char *topic, const char *more);
};

// Enters a command into the table that main.c searches: the linker gathers the
// section.
#define COMMAND(id, name, summary, usage)                                      \
	COMMAND_WITH_HELP(id, name, summary, usage, NULL)

// As COMMAND, with a function for topics of its help.
#define COMMAND_WITH_HELP(id, name, summary, usage, help)                      \
	static int cmd_##id(int argc, char **argv);                            \
	static const struct command command_##id                               \
		__attribute__((section("commands"), used, aligned(8))) = {     \
			name, cmd_##id, summary, usage, help}

// The tag or commit that this program was built from (version.c).
extern const char cmd_version[];

// --- Switches (switches.c) ---------------------------------------------------
// `/ImageFile:x`, `/imagefile:x`, `--image-file x` and `--image-file=x` are the
// same switch, named "ImageFile" in the command's table.

struct cmd_switch {
	const char *name; // as on Windows, without the slash
	bool has_value;
	const char *value; // set when given: its value, or "" without one
};

// Reads argv[1..] against a table that ends with a NULL name. What is no switch
// is moved to the front of argv[1..]; *ret_count says how many there are. A word
// that begins with "/" but names an existing file, or has a second "/", is no
// switch: paths work as they are. "--" ends the switches. One that may have a value
// or none has two rows of one name, first that without.
// Returns 0, or CMD_MISUSE after saying what is wrong.
int cmd_switches(int argc, char **argv, struct cmd_switch *table,
		 int *ret_count);

// --- Messages (message.c) ----------------------------------------------------

// Prints "command: object: what: why" to stderr; `object` and `what` once when
// are the same thing. In front of it stands what the Windows command of that
// name says first. Returns the exit status for a failure of the command.
int cmd_fail(const char *command, const char *object, const struct err *err);

// Prints "command: object: warning: text" to stderr: something that was done, or
// will be, and that somebody should know about.
void cmd_warn(const char *command, const char *object, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

// Prints "command: text" and where help is to be had to stderr. Returns the
// exit status for a misuse of the command.
int cmd_misuse(const char *command, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

// --- As Windows' commands say it (windows_words.c)
// ----------------------------

// Print to stderr what the Windows command of that name says first when it
// fails, or is not understood; of other commands nothing. `code` is the
// error's. Return the exit status.
int cmd_begin_failure(const char *command, int code);
int cmd_begin_misuse(const char *command);

// Prints such a sentence, and the system's own for that error, a line each.
void cmd_say_windows(const char *sentence, int code);

// --- The word that was probably meant (similar.c)
// -----------------------------

struct cmd_similar {
	const char *word, *best;
	unsigned distance;
};

// Begins a search for a name like `word`, which is looked at later, too.
void cmd_similar_begin(struct cmd_similar *s, const char *word);

// Adds a name that there is.
void cmd_similar_add(struct cmd_similar *s, const char *name);

// Writes "; is /Index meant?" with the best name, or nothing. Returns buf.
#define CMD_SIMILAR_TEXT 64
const char *cmd_similar_end(const struct cmd_similar *s,
			    char buf[CMD_SIMILAR_TEXT]);

struct place;

// Closes a place that was opened to be written to (address_close); prints to stderr
// what was mended or left in its volumes. NULL is fine.
void cmd_place_close(struct place *place);

// Adds what to do next to the text of an error.
void cmd_advise(struct err *err, const char *what);

// Prints such a note of a volume, of `object`, to stderr; NULL: there is none.
void cmd_note(const char *object, const char *note);

// Returns true when text may be coloured: a terminal, NO_COLOR unset, TERM not
// "dumb".
bool cmd_has_colour(int fd);

// Prints a string of JSON (RFC 8259, 7) to stdout, in quotes.
void cmd_print_json(const char *s);

// --- Signals (interrupt.c) ----------------------------------------------------

// Has files that are not whole deleted when a signal ends the command.
void cmd_catch_signals(void);

// Has a function called first when a signal ends the command; it may do what a
// handler of signals may.
void cmd_at_signal(void (*fn)(void));

// Has Ctrl+C end the command with an exit status, as scripts expect it of this one.
void cmd_interrupt_status(int code);

// --- Progress (progress.c) ---------------------------------------------------

enum cmd_progress_style {
	CMD_PROGRESS_NONE,
	CMD_PROGRESS_BAR,   // one line of a terminal, drawn over and over
	CMD_PROGRESS_LINES, // a line every some seconds, for a log
	CMD_PROGRESS_JSON,  // {"stage":...,"done":...,"total":...} a line
};

struct cmd_progress {
	struct progress progress; // pass &progress on to the libraries
	enum cmd_progress_style style;
	int fd;
	char stage[80];
	uint64_t stage_started_ns, last_drawn_ns;
	bool line_open;
	// Of dism and imagex, which have manners of their own.
	bool is_terminal;
	unsigned percent; // that was shown
};

// Prepares progress on stderr. `style` is "bar", "lines", "json", "none", or
// NULL for a bar on a terminal and lines elsewhere.
// Returns 0, or -EINVAL for another word.
int cmd_progress_init(struct cmd_progress *p, const char *style);

// Ends an open bar, so that other text can follow.
void cmd_progress_end(struct cmd_progress *p);

#endif
