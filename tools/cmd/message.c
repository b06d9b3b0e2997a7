// SPDX-License-Identifier: MIT
//
// What commands say when something fails, and small things about terminals.

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "address.h"
#include "cmd.h"

// What a library calls the thing that the command's object names.
static bool is_general(const struct err *err)
{
	const char *what = err->what;
	static const char *const words[] = {"volume", "disk", "virtual disk",
					    "WIM",    "path", "FAT path",
					    "VHD",    "VHDX"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strcmp(words[i], what))
			return true;
	// what its number is matters where it is damaged alone
	return err->code != -EBADMSG && !strncmp(what, "file record ", 12);
}

// Whether a place lies in another, by how they are written.
static bool is_in(const char *inner, const char *outer)
{
	size_t len = strlen(outer);

	return len && !strncmp(inner, outer, len) && inner[len] &&
	       strchr("/\\:@", inner[len]);
}

// Whether a path ends with a name, or with what err_set left of a long one.
static bool ends_with(const char *path, const char *name)
{
	bool is_cut = !strncmp(name, "...", 3);
	size_t path_len = strlen(path), len = strlen(name += is_cut ? 3 : 0);

	if (!len || len > path_len || strcmp(path + path_len - len, name))
		return false;
	return is_cut || len == path_len || strchr("/\\:", name[0]) ||
	       strchr("/\\:", path[path_len - len - 1]);
}

// What of the error's object and the command's is said when they are the same
// thing: the error's when one of them lies in the other (a file on a disk, or
// the disk that the file is on) or it is a line of a text; else the command's.
static void name_once(struct err *err, const char **object)
{
	if (!*object)
		return;
	if (err->is_line || is_in(err->what, *object) ||
	    is_in(*object, err->what))
		*object = NULL;
	else if (is_general(err) || ends_with(*object, err->what))
		err->what[0] = 0;
}

int cmd_fail(const char *command, const char *object, const struct err *why)
{
	bool colour = cmd_has_colour(STDERR_FILENO);
	struct err err = *why;
	char text[ERR_TEXT];

	int status = cmd_begin_failure(command, err.code);

	name_once(&err, &object);
	err_format(&err, text, sizeof(text));
	fprintf(stderr, "%s%s: ", colour ? "\033[1;31m" : "", command);
	if (object)
		fprintf(stderr, "%s%s", object, err_colon(object));
	fprintf(stderr, "%s%s\n", text, colour ? "\033[0m" : "");
	return status;
}

void cmd_warn(const char *command, const char *object, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "%s: %s%swarning: ", command, object,
		err_colon(object));
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}

int cmd_misuse(const char *command, const char *fmt, ...)
{
	int status = cmd_begin_misuse(command);
	va_list ap;

	fprintf(stderr, "%s: ", command);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, "\n%s: try `%s --help`\n", command, command);
	return status;
}

void cmd_advise(struct err *err, const char *what)
{
	size_t len = strlen(err->why);

	snprintf(err->why + len, sizeof(err->why) - len, ": %s", what);
}

void cmd_note(const char *object, const char *note)
{
	if (note)
		fprintf(stderr, "note: %s%s%s\n", object, err_colon(object),
			note);
}

static void print_note(void *ctx, const char *text)
{
	const struct place *place = ctx;

	cmd_note(place->host_path, text);
}

void cmd_place_close(struct place *place)
{
	if (place)
		address_notes(place, print_note, place);
	address_close(place);
}

bool cmd_has_colour(int fd)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return isatty(fd) && !(no && *no) && term && strcmp(term, "dumb");
}

void cmd_print_json(const char *s)
{
	putchar('"');
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			printf("\\%c", *s);
		else if ((unsigned char)*s < 0x20)
			printf("\\u%04x", *s);
		else
			putchar(*s);
	}
	putchar('"');
}
