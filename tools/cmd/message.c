// SPDX-License-Identifier: MIT
//
// What commands say when something fails, and small things about terminals.

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

bool cmd_has_colour(int fd)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return isatty(fd) && !(no && *no) && term && strcmp(term, "dumb");
}

int cmd_parse_size(const char *s, uint64_t *ret)
{
	static const char units[] = "KMGT";
	uint64_t size = 0, unit = 1;

	if (!isdigit((unsigned char)*s))
		return -EINVAL;
	for (; isdigit((unsigned char)*s); s++)
		if (__builtin_mul_overflow(size, 10, &size) ||
		    __builtin_add_overflow(size, (uint64_t)(*s - '0'), &size))
			return -EINVAL;
	if (*s) {
		const char *u = strchr(units, toupper((unsigned char)*s));

		if (!u || s[1])
			return -EINVAL;
		unit = UINT64_C(1) << (10 * (u - units + 1));
	}
	if (__builtin_mul_overflow(size, unit, &size))
		return -EINVAL;
	*ret = size;
	return 0;
}
