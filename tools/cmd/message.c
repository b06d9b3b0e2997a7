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

int cmd_fail(const char *command, const char *object, const struct err *err)
{
	bool colour = cmd_has_colour(STDERR_FILENO);
	char text[512];

	err_format(err, text, sizeof(text));
	fprintf(stderr, "%s%s: ", colour ? "\033[1;31m" : "", command);
	if (object)
		fprintf(stderr, "%s: ", object);
	fprintf(stderr, "%s%s\n", text, colour ? "\033[0m" : "");
	return CMD_FAILED;
}

void cmd_warn(const char *command, const char *object, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "%s: %s: warning: ", command, object);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}

int cmd_misuse(const char *command, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "%s: ", command);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, "\n%s: try `%s --help`\n", command, command);
	return CMD_MISUSE;
}

void cmd_note(const char *object, const char *note)
{
	if (note)
		fprintf(stderr, "note: %s: %s\n", object, note);
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
