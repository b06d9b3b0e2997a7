// SPDX-License-Identifier: MIT
//
// xcopy: folders with what is in them, of the host and of volumes (Microsoft's
// reference of commands, "xcopy", whose exit codes these are).

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "../cmd.h"
#include "../letters.h"
#include "xcopy.h"

enum { NOTHING_FOUND = 1, INTERRUPTED = 2, NOT_BEGUN = 4, NOT_WRITTEN = 5 };

static const char usage[] =
	"usage: xcopy SOURCE [DESTINATION] [/S] [/E] [/T] [/I] [/Y | /-Y] [/D[:M-D-Y]]\n"
	"             [/U] [/A] [/H] [/R] [/K] [/EXCLUDE:FILE[+FILE...]] [/C] [/P]\n"
	"             [/Q] [/F] [/L]\n"
	"\n"
	"Copies a file, those that a pattern matches, or a folder's, of the host and of\n"
	"NTFS and FAT volumes: xcopy 'disk.img@3:\\drivers' drivers. Content and\n"
	"the time of the last change are kept; security descriptors and named streams\n"
	"are not. A link is followed to a file in its volume; one to a folder is refused\n"
	"by name. All is planned first: questions are asked, and names, sizes and room\n"
	"checked, before anything is written.\n"
	"\n"
	"  /S        folders in it too, but empty ones\n"
	"  /E        empty ones too\n"
	"  /T        the folders alone; with /E empty ones too\n"
	"  /I        a DESTINATION that is not there is a folder; without it, and\n"
	"            without a slash at its end, it is asked: F or D, also by a pipe\n"
	"  /Y        replace files; /-Y: ask on a terminal, whatever COPYCMD says\n"
	"  /D        only files newer than those there; with a date, changed since then\n"
	"  /U        only files that are there already\n"
	"  /A        only files with the archive attribute\n"
	"  /EXCLUDE  no files in whose path a line of these files stands\n"
	"  /H        hidden and system files too\n"
	"  /R        replace read-only files\n"
	"  /K        keep the read-only attribute\n"
	"  /C        go on when a file cannot be copied\n"
	"  /P        ask for each file, on a terminal\n"
	"  /Q        say no names\n"
	"  /F        say where each goes\n"
	"  /L        say what would be copied\n"
	"  /J, /V, /Z  change nothing: each write's result is looked at as it is\n"
	"\n"
	"Exit status: 0 done, 1 no files found, 2 Ctrl+C, 4 nothing was written, or\n"
	"misuse, 5 not all was written.\n";

COMMAND(xcopy, "xcopy", "copy folders into, out of and between volumes", usage);

enum {
	S,
	E,
	T,
	I,
	Y,
	D,
	U,
	A,
	EXCLUDE,
	H,
	R,
	K,
	C,
	P,
	Q,
	F,
	L,
	J,
	V,
	Z,
	B,
	G,
	M,
	N,
	O,
	W,
	X,
	COMPRESS,
	SWITCH_COUNT
};

static const struct letter_switch switches[SWITCH_COUNT + 1] = {
	[S] = {.name = "S"},
	[E] = {.name = "E"},
	[T] = {.name = "T"},
	[I] = {.name = "I"},
	[Y] = {.name = "Y", .can_be_undone = true},
	[D] = {.name = "D", .may_have_text = true},
	[U] = {.name = "U"},
	[A] = {.name = "A"},
	[EXCLUDE] = {.name = "EXCLUDE", .has_text = true},
	[H] = {.name = "H"},
	[R] = {.name = "R"},
	[K] = {.name = "K"},
	[C] = {.name = "C"},
	[P] = {.name = "P"},
	[Q] = {.name = "Q"},
	[F] = {.name = "F"},
	[L] = {.name = "L"},
	[J] = {.name = "J"},
	[V] = {.name = "V"},
	[Z] = {.name = "Z"},
	[B] = {.name = "B", .refusal = "a link is followed to its file"},
	[G] = {.name = "G", .refusal = "encrypted files are not decrypted"},
	[M] = {.name = "M", .refusal = "sources are not written to"},
	[N] = {.name = "N", .refusal = "copies have the long names"},
	[O] = {.name = "O",
	       .refusal = "security descriptors are not copied, "
			  "files have those of their folder"},
	[W] = {.name = "W", .refusal = "no key is waited for"},
	[X] = {.name = "X",
	       .refusal = "security descriptors are not copied, "
			  "files have those of their folder"},
	[COMPRESS] = {.name = "COMPRESS",
		      .refusal = "nothing is sent by a network"},
};

// M-D-Y as in the United States, the start of that day (UTC).
static int read_date(const char *text, uint64_t *ret)
{
	static const int before[] = {0,   31,  59,  90,  120, 151,
				     181, 212, 243, 273, 304, 334};
	int m, d, y, end = 0;
	int64_t days;

	if (sscanf(text, "%2d-%2d-%4d%n", &m, &d, &y, &end) != 3 || text[end] ||
	    m < 1 || m > 12 || d < 1 || d > 31 || y < 1601)
		return -EINVAL;
	days = (int64_t)(y - 1970) * 365 + before[m - 1] + d - 1;
	// Leap days from 1970 on to the month before.
	y -= m <= 2;
	days += (y / 4 - y / 100 + y / 400) -
		(1969 / 4 - 1969 / 100 + 1969 / 400);
	*ret = filetime_from_unix(days * 86400, 0);
	return 0;
}

static int read_options(const struct letter_switch *s, struct xcopy *x)
{
	x->recursive = s[S].is_given || s[E].is_given || s[T].is_given;
	x->empty = s[E].is_given;
	x->folders_only = s[T].is_given;
	x->newer = s[D].is_given && !*s[D].value;
	x->existing = s[U].is_given;
	x->archive = s[A].is_given;
	x->hidden = s[H].is_given;
	x->keep_readonly = s[K].is_given;
	x->ask_each = s[P].is_given;
	x->list_only = s[L].is_given;
	x->t.replace = letters_replace(&s[Y]);
	x->t.replace_readonly = s[R].is_given;
	x->t.keep_going = s[C].is_given;
	x->t.verbose = !s[Q].is_given;
	x->t.show_both = s[F].is_given;
	x->t.make_parents = true;
	if (s[D].is_given && *s[D].value && read_date(s[D].value, &x->since))
		return cmd_misuse("xcopy", "/D:%s: no date, as in 12-31-2026",
				  s[D].value);
	return 0;
}

// --- Opening -----------------------------------------------------------------

static int open_spots(struct xcopy *x, const char *source,
		      const char *destination)
{
	bool same = address_is_same_host(source, destination);
	int r = spot_open(source,
			  SPOT_HOST_FILE | (same ? ADDRESS_WRITE_LOCK : 0),
			  &x->from, x->err);

	if (r)
		return r;
	x->from->flags = same ? DISK_WRITE_LOCK : 0;
	r = spot_match_path(x->from, x->from->path, &x->match, x->err);
	if (r)
		return r;
	x->t.to_text = destination;
	r = spot_open(destination,
		      SPOT_HOST_FILE | (x->list_only ? 0 : ADDRESS_WRITE),
		      &x->t.to, x->err);
	if (!r && spot_is_host(x->t.to))
		r = address_check_host(destination, x->err);
	if (!r && wildcard_is_pattern(x->t.to->path))
		r = err_set(x->err, -ENOTSUP, destination, ERR_NOWHERE,
			    "* and ? give no names to copies: name a folder, "
			    "or one file");
	return r;
}

// Decides whether the destination is a folder; a slash at its end goes.
static int decide_folder(struct xcopy *x)
{
	char *path = x->t.to->path;
	size_t len = strlen(path);
	bool is_one = !x->match.is_folder && !x->match.is_pattern;
	struct tree_stat s;
	char question[PATH_MAX + 200];

	x->into_folder = !len || strchr("\\/", path[len - 1]);
	while (len > 1 && strchr("\\/", path[len - 1]))
		path[--len] = 0;
	if (x->into_folder)
		return 0;
	if (!tree_stat(x->t.to->tree, path, &s, NULL)) {
		x->into_folder = s.is_directory;
		return s.is_directory || is_one
			       ? 0
			       : err_set(x->err, -ENOTDIR, x->t.to_text,
					 ERR_NOWHERE,
					 "several files go into a folder, and "
					 "this is a file");
	}
	x->into_folder = x->assume_folder && !is_one;
	if (x->into_folder)
		return 0;
	snprintf(
		question, sizeof(question),
		"Does %s specify a file name\nor directory name on the target\n"
		"(F = file, D = directory)?",
		x->t.to_text);
	switch (ask_letter(question, "FD", true)) {
	case 'D':
		x->into_folder = true;
		return 0;
	case 'F':
		return is_one ? 0
			      : err_set(x->err, -ENOTDIR, x->t.to_text,
					ERR_NOWHERE,
					"several files go into a folder");
	default:
		return err_set(x->err, -ENOENT, x->t.to_text, ERR_NOWHERE,
			       "it is not there: with a slash at its end it is "
			       "a folder, and so it is with /I for several "
			       "files; copy gives one file a new name");
	}
}

static int check_circle(struct xcopy *x)
{
	if (!x->recursive || !transfer_is_inside(x->from, x->match.folder,
						 x->t.to, x->t.to->path))
		return 0;
	return err_set(x->err, -EINVAL, x->t.to_text, ERR_NOWHERE,
		       "a folder cannot be copied into itself");
}

// --- All -----------------------------------------------------------------------

static int plan_all(struct xcopy *x, const char *source,
		    const char *destination)
{
	int r = open_spots(x, source, destination);

	if (!r)
		r = decide_folder(x);
	if (!r)
		r = check_circle(x);
	if (!r)
		r = xcopy_gather(x);
	if (!r && !x->list_only)
		r = transfer_check(&x->t, x->err);
	return r;
}

static void close_all(struct xcopy *x)
{
	transfer_done(&x->t);
	transfer_there_done(&x->there);
	xcopy_free_excluded(x);
	spot_match_done(&x->match);
	spot_close(x->from);
	spot_close(x->t.to);
}

static int list_files(const struct xcopy *x)
{
	size_t files = 0;

	for (size_t i = 0; i < x->t.count; i++) {
		const struct transfer_file *f = &x->t.files[i];

		if (f->is_directory)
			continue;
		files++;
		printf("%s%s", x->from->prefix, f->parts->path);
		if (x->t.show_both)
			printf(" -> %s%s", x->t.to->prefix, f->to);
		putchar('\n');
	}
	printf("%zu File(s)\n", files);
	return CMD_OK;
}

static int do_xcopy(struct xcopy *x, const char *source,
		    const char *destination)
{
	struct err err = {0};
	bool is_planned;
	int r, status;

	x->err = &err;
	r = plan_all(x, source, destination);
	is_planned = !r;
	if (is_planned && x->found && x->list_only) {
		status = list_files(x);
		close_all(x);
		return status;
	}
	if (is_planned)
		r = transfer_run(&x->t, &err);
	if (r)
		cmd_fail("xcopy", x->t.failing, &err);
	else if (!x->found)
		fprintf(stderr, "File not found - %s\n", x->match.name);
	printf("%zu File(s) copied\n", x->t.done);
	status = r             ? (is_planned ? NOT_WRITTEN : NOT_BEGUN)
		 : !x->found   ? NOTHING_FOUND
		 : x->t.failed ? NOT_WRITTEN
			       : CMD_OK;
	close_all(x);
	return status;
}

static int cmd_xcopy(int argc, char **argv)
{
	struct letter_switch s[SWITCH_COUNT + 1];
	struct xcopy x = {.t = {.command = "xcopy", .time = filetime_now()}};
	struct err err = {0};
	int count, r;

	cmd_interrupt_status(INTERRUPTED);
	memcpy(s, switches, sizeof(s));
	if (letters_read(argc, argv, s, &count) || read_options(s, &x))
		return NOT_BEGUN;
	if (!count || count > 2) {
		cmd_misuse("xcopy", "name a source and a destination");
		return NOT_BEGUN;
	}
	if (!*argv[1] || !*argv[count]) {
		cmd_misuse("xcopy", "an empty path");
		return NOT_BEGUN;
	}
	x.assume_folder = s[I].is_given;
	r = s[EXCLUDE].is_given
		    ? xcopy_read_excluded(&x, s[EXCLUDE].value, &err)
		    : 0;
	if (r) {
		cmd_fail("xcopy", NULL, &err);
		xcopy_free_excluded(&x);
		return NOT_BEGUN;
	}
	return do_xcopy(&x, argv[1], count == 2 ? argv[2] : ".");
}
