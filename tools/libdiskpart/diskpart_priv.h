// SPDX-License-Identifier: MIT
//
// What the files of libdiskpart share: the words of a line, the table of commands,
// the session.

#ifndef DISKPART_PRIV_H
#define DISKPART_PRIV_H

#include "diskpart.h"

#define MIB ((uint64_t)1 << 20)

// --- Words of a line (words.c) -----------------------------------------------

#define DISKPART_MAX_WORDS 64 // of a line; the longest command has 13

// "size", "size=260", "size = 260", "label=\"a b\"".
struct words_word {
	char *name;  // up to the "="
	char *value; // behind it; NULL: there is no "="
	bool is_quoted;
};

struct words {
	struct words_word list[DISKPART_MAX_WORDS];
	size_t count;
	char *text; // that they are pieces of
};

// Takes a line apart. Free with diskpart_words_done.
// Returns 0, -EINVAL for a quote that is not closed, -EFBIG for more than
// DISKPART_MAX_WORDS, or -ENOMEM.
MUST_CHECK
int diskpart_words_read(const char *line, struct words *ret, struct err *err);

// Frees what it holds.
void diskpart_words_done(struct words *w);

// Tells whether a word means a name: it is that, or its first three letters at
// least.
bool diskpart_word_means(const char *word, const char *name);

// --- The table of commands (commands.c) --------------------------------------

#define MAX_PATH_WORDS 3
#define MAX_OPTIONS    10

enum option_kind {
	OPTION_FLAG,   // stands alone
	OPTION_NUMBER, // decimal
	OPTION_TEXT,
};

struct option {
	const char *name; // "" is the value that comes first, with no name
	enum option_kind kind;
	const char *value; // for the syntax: "<N>"
	const char *what;  // for help
};

enum command_need { // what must be selected
	NEED_DISK = 1 << 0,
	NEED_PARTITION = 1 << 1,
	NEED_VOLUME = 1 << 2,
	NEED_VDISK = 1 << 3,
};

struct call;

struct command {
	const char *words[MAX_PATH_WORDS];
	const char *summary;
	enum diskpart_status (*run)(struct diskpart *d, const struct call *c);
	const char *refusal; // in place of `run`: why it is not done
	unsigned needs;
	bool takes_words;                   // all that follows is its own
	struct option options[MAX_OPTIONS]; // up to one without a name
	const char *more;                   // for help, or NULL
};

extern const struct command diskpart_commands[];
extern const size_t diskpart_command_count;

// --- A line that was understood (parse.c) ------------------------------------

struct call {
	const struct command *command;
	const char *values[MAX_OPTIONS]; // NULL: not given; of a flag ""
	uint64_t numbers[MAX_OPTIONS];
	const struct words_word *rest; // with takes_words
	size_t rest_count;
	bool has_noerr;
};

enum parse_result {
	PARSE_DONE,
	PARSE_UNKNOWN,    // no command begins so
	PARSE_UNFINISHED, // commands do, with another word behind these
	PARSE_AMBIGUOUS,  // several mean as much
	PARSE_ARGUMENTS,  // the command is known, what follows it is not
};

struct parse {
	enum parse_result result;
	struct call call;
	size_t matched;              // words that are of commands
	const struct command *like;  // one of those that fit so far
	const struct command *other; // PARSE_AMBIGUOUS: another one
	struct err why;              // PARSE_ARGUMENTS
};

// Holds words against the table of commands.
void diskpart_parse(const struct words *w, struct parse *ret);

// Return an option that was given, by its name: its text, number, or whether it was.
const char *diskpart_option(const struct call *c, const char *name);
bool diskpart_has_option(const struct call *c, const char *name);
uint64_t diskpart_number(const struct call *c, const char *name);

// Tells whether a command begins as another one up to `count` words.
bool diskpart_is_beside(const struct command *a, const struct command *b,
			size_t count);

// --- The session (session.c) -------------------------------------------------

struct diskpart {
	struct storage *storage; // borrowed
	struct diskpart_options how;
	int disk, partition, volume; // numbers; -1: none is selected
	uint64_t partition_start;    // its number may change
	char *vdisk;                 // address of a file, or NULL
	struct progress progress;
	unsigned percent; // the last that was drawn
	const char *san;
	bool no_automount, has_left, may_fail;
};

// Return what is selected, or NULL.
const struct storage_disk *diskpart_disk(const struct diskpart *d);
const struct storage_region *diskpart_partition(const struct diskpart *d);
const struct storage_volume *diskpart_volume(const struct diskpart *d);

// Select, with all that goes with it: a volume has a disk and a partition, a
// partition may have a volume. A number below 0 selects nothing.
void diskpart_select_disk(struct diskpart *d, int number);
void diskpart_select_partition(struct diskpart *d, int number);
void diskpart_select_volume(struct diskpart *d, int number);

// Selects a virtual disk's file, and its disk if it is attached; NULL: none.
// Returns 0 or -ENOMEM.
MUST_CHECK
int diskpart_select_vdisk(struct diskpart *d, const char *file,
			  struct err *err);

// Finds again what is selected after disks have changed; what is gone is not any
// more.
void diskpart_find_focus(struct diskpart *d);

// Finds the partition that a volume lies in; NULL: it fills its disk.
const struct storage_region *diskpart_region_of(const struct storage *s,
						const struct storage_volume *v);

// --- What is said (say.c) ----------------------------------------------------

// Writes text as printf does.
void diskpart_say(struct diskpart *d, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

// Says a sentence that reports success, with the empty line in front of it.
// Returns DISKPART_OK.
enum diskpart_status diskpart_done(struct diskpart *d, const char *sentence);

// Says what failed: Windows' sentence for the error, then ours.
// Returns DISKPART_FAILED, or DISKPART_FATAL without memory.
enum diskpart_status diskpart_failed(struct diskpart *d, int r,
				     const struct err *err);

// Says a sentence of Windows, and a line of ours with what to do next.
// Return DISKPART_OBJECT and DISKPART_FAILED.
enum diskpart_status diskpart_object(struct diskpart *d, const char *sentence,
				     const char *next);
enum diskpart_status diskpart_refuse(struct diskpart *d, const char *sentence,
				     const char *next);

// Says that a command's words were not understood, and why.
// Returns DISKPART_MISUSE.
enum diskpart_status diskpart_misuse(struct diskpart *d,
				     const struct command *command,
				     const char *why);

// Returns a size as DiskPart rounds it: "476 GB", "1024 KB", "0 B".
#define DISKPART_SIZE 32
const char *diskpart_size(uint64_t bytes, char text[DISKPART_SIZE]);

// Returns "Yes" or "No".
const char *diskpart_yes_no(bool is);

// Begin and end a verb that takes a while: its percentages.
struct progress *diskpart_begin_progress(struct diskpart *d);
void diskpart_end_progress(struct diskpart *d, bool is_done);

// --- Tables (tables.c) -------------------------------------------------------

void diskpart_table_disks(struct diskpart *d, const struct storage_disk *one);
void diskpart_table_volumes(struct diskpart *d, int of_disk, int number);

// Returns the name of a partition's type as DiskPart shows it.
const char *diskpart_type_name(const struct storage_disk *disk,
			       const struct storage_region *region);

// Writes a command's name in capitals: "CREATE PARTITION EFI". Returns text.
#define DISKPART_NAME 64
const char *diskpart_command_name(const struct command *c,
				  char text[DISKPART_NAME]);

// Shows the help of one command, and the list of those that begin as `like` up to
// `count` words (help.c).
void diskpart_show_command(struct diskpart *d, const struct command *c);
void diskpart_show_list(struct diskpart *d, const struct command *like,
			size_t count);

// Show what LIST, DETAIL and ATTRIBUTES have in common (disks.c, volumes.c).
void diskpart_show_disk_id(struct diskpart *d, const struct storage_disk *disk);
void diskpart_show_disk_attributes(struct diskpart *d,
				   const struct storage_disk *disk);
void diskpart_show_volume_attributes(struct diskpart *d,
				     const struct storage_volume *v);

// Deletes a partition; says so when it fails (partitions.c).
enum diskpart_status diskpart_delete(struct diskpart *d, unsigned disk,
				     unsigned number, bool override);

// --- Values (values.c) -------------------------------------------------------

// Reads "C", "c:" or "C:\". Returns the capital, or 0.
char diskpart_parse_letter(const char *text);

// Reads 1 to `max` hexadecimal digits, with or without "0x".
// Returns 0 or -EINVAL.
MUST_CHECK
int diskpart_parse_hex(const char *text, size_t max, uint64_t *ret);

// --- The commands ------------------------------------------------------------

typedef enum diskpart_status diskpart_fn(struct diskpart *d,
					 const struct call *c);

diskpart_fn diskpart_run_active, diskpart_run_assign, diskpart_run_attach,
	diskpart_run_attributes_disk, diskpart_run_attributes_volume,
	diskpart_run_automount, diskpart_run_clean, diskpart_run_compact,
	diskpart_run_convert, diskpart_run_create_extended,
	diskpart_run_create_logical, diskpart_run_create_efi,
	diskpart_run_create_msr, diskpart_run_create_primary,
	diskpart_run_create_vdisk, diskpart_run_delete_partition,
	diskpart_run_delete_volume, diskpart_run_detach,
	diskpart_run_detail_disk, diskpart_run_detail_partition,
	diskpart_run_detail_vdisk, diskpart_run_detail_volume,
	diskpart_run_exit, diskpart_run_expand, diskpart_run_extend,
	diskpart_run_filesystems, diskpart_run_format, diskpart_run_gpt,
	diskpart_run_help, diskpart_run_inactive, diskpart_run_list_disk,
	diskpart_run_list_partition, diskpart_run_list_vdisk,
	diskpart_run_list_volume, diskpart_run_mend, diskpart_run_merge,
	diskpart_run_offline, diskpart_run_offline_volume, diskpart_run_online,
	diskpart_run_online_volume, diskpart_run_rem, diskpart_run_remove,
	diskpart_run_rescan, diskpart_run_san, diskpart_run_select_disk,
	diskpart_run_select_partition, diskpart_run_select_vdisk,
	diskpart_run_select_volume, diskpart_run_set_id, diskpart_run_shrink,
	diskpart_run_uniqueid;

#endif
