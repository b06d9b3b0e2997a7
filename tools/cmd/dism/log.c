// SPDX-License-Identifier: MIT
//
// /LogPath: a line when a command begins and when it ends, and each failure, added to
// a file, in the columns of DISM's log.

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "dism.h"

static FILE *file;

static void write_line(const char *level, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static void write_line(const char *level, const char *fmt, ...)
{
	time_t now = time(NULL);
	char stamp[32] = "";
	struct tm t;
	va_list ap;

	if (!file)
		return;
	if (localtime_r(&now, &t))
		strftime(stamp, sizeof(stamp), "%Y-%m-%d %H:%M:%S", &t);
	fprintf(file, "%s, %-21s DISM   ", stamp, level);
	va_start(ap, fmt);
	vfprintf(file, fmt, ap);
	va_end(ap);
	fputc('\n', file);
	fflush(file);
}

int dism_log_begin(int argc, char **argv)
{
	const char *path = dism_log_path(argc, argv);
	struct err err = {0};

	if (!path)
		return 0;
	file = fopen(path, "ae");
	if (!file) {
		best_effort(err_set(&err, -errno, path, ERR_NOWHERE, "%s",
				    strerror(errno)));
		return cmd_fail("dism", path, &err);
	}
	for (int i = 1; i < argc; i++)
		write_line("Info", "word %d of the command: %s", i, argv[i]);
	return 0;
}

int dism_fail(const char *object, const struct err *err)
{
	char text[ERR_TEXT];

	err_format(err, text, sizeof(text));
	write_line("Error", "%s: %s", object, text);
	return cmd_fail(dism_name(), object, err);
}

int dism_log_end(int status)
{
	write_line(status ? "Error" : "Info", "ended with status %d", status);
	if (file)
		fclose(file);
	file = NULL;
	return status;
}
