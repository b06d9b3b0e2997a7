// SPDX-License-Identifier: MIT
//
// /LogPath: a line when a command begins and when it ends, and each failure, added to
// a file, in the columns of DISM's log.

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>

#include "address.h"
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

// Whether a text begins as a line of a log: "2026-01-31 17:08:18, Info".
static bool is_log_line(const char *text)
{
	static const char form[] = "0000-00-00 00:00:00";

	for (size_t i = 0; form[i]; i++)
		if (form[i] == '0' ? !strchr("0123456789", text[i]) || !text[i]
				   : text[i] != form[i])
			return false;
	return true;
}

// What holds something else than a log would be damaged by lines at its end.
static int check_content(FILE *f, const char *path, struct err *err)
{
	static const char mark[] = "\xef\xbb\xbf"; // of UTF-8
	char text[64] = "", *line = text;
	size_t n = fread(text, 1, sizeof(text) - 1, f);

	if (!strncmp(line, mark, 3))
		line += 3;
	if (!n || is_log_line(line))
		return 0;
	return err_set(err, -EEXIST, path, ERR_NOWHERE,
		       "it is there, and holds something else than a log, "
		       "which lines at its end would damage: name a new file");
}

// Whether a word of the command names the same file, whatever the word means.
static bool is_named(int argc, char **argv, const char *path)
{
	for (int i = 1; i < argc; i++) {
		const char *word = argv[i];
		const char *value = word + strcspn(word, ":=");

		if (!strncasecmp(word, "/LogPath", 8))
			continue;
		value = *value ? value + 1 : word;
		if (!strcmp(value, path) || !strcmp(word, path) ||
		    address_is_same_host(value, path) ||
		    address_is_same_host(word, path))
			return true;
	}
	return false;
}

static int check_kind(const char *path, const struct stat *st, struct err *err)
{
	if (S_ISDIR(st->st_mode))
		return err_set(err, -EISDIR, path, ERR_NOWHERE,
			       "a folder stands there: name a file for the "
			       "log");
	if (S_ISREG(st->st_mode) || S_ISCHR(st->st_mode))
		return 0;
	return err_set(err, -EINVAL, path, ERR_NOWHERE,
		       "a log goes to a file, and this is none");
}

static int check(int argc, char **argv, const char *path, struct err *err)
{
	struct stat st;
	FILE *f;
	int r = address_check_host(path, err);

	if (r)
		return r;
	if (is_named(argc, argv, path))
		return err_set(err, -EINVAL, path, ERR_NOWHERE,
			       "the command has this file for something else: "
			       "name another one for the log");
	if (stat(path, &st))
		return 0; // told when it is opened
	r = check_kind(path, &st, err);
	f = r || !S_ISREG(st.st_mode) ? NULL : fopen(path, "re");
	if (f) {
		r = check_content(f, path, err);
		fclose(f);
	}
	return r;
}

int dism_log_begin(int argc, char **argv)
{
	const char *path = dism_log_path(argc, argv);
	struct err err = {0};

	if (!path)
		return 0;
	if (check(argc, argv, path, &err))
		return cmd_fail("dism", path, &err);
	file = fopen(path, "ae");
	if (!file) {
		best_effort(err_set(&err, -errno, path, ERR_NOWHERE,
				    "opening the log failed: %s",
				    errno == ENOENT ? "its folder is not there"
						    : strerror(errno)));
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
	write_line("Error", "%s%s%s", object, err_colon(object), text);
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
