// SPDX-License-Identifier: MIT
//
// Errors: a code, the object, the place and the reason, in a fixed struct.

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base.h"

static void fill(struct err *err, int code, const char *what, uint64_t where,
		 bool is_line, const char *fmt, va_list ap)
{
	if (!err || err->code)
		return;
	err->code = code;
	err->where = where;
	err->is_line = is_line;
	snprintf(err->what, sizeof(err->what), "%s", what);
	vsnprintf(err->why, sizeof(err->why), fmt, ap);
}

int err_set(struct err *err, int code, const char *what, uint64_t where,
	    const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fill(err, code, what, where, false, fmt, ap);
	va_end(ap);
	return code;
}

int err_corrupt(struct err *err, const char *what, uint64_t where,
		const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fill(err, -EBADMSG, what, where, false, fmt, ap);
	va_end(ap);
	return -EBADMSG;
}

int err_bad_text(struct err *err, const char *what, uint64_t line,
		 const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fill(err, -EBADMSG, what, line, true, fmt, ap);
	va_end(ap);
	return -EBADMSG;
}

int err_nomem(struct err *err)
{
	return err_set(err, -ENOMEM, "memory", ERR_NOWHERE, "out of memory");
}

char *err_format(const struct err *err, char *buf, size_t size)
{
	const char *why = err->why[0] ? err->why : strerror(-err->code);
	const char *corrupt =
		err->code == -EBADMSG && !err->is_line ? "corrupt: " : "";

	if (err->where == ERR_NOWHERE)
		snprintf(buf, size, "%s: %s%s", err->what, corrupt, why);
	else if (err->is_line)
		snprintf(buf, size, "%s:%llu: %s%s", err->what,
			 (unsigned long long)err->where, corrupt, why);
	else
		snprintf(buf, size, "%s: %s%s (at offset %llu)", err->what,
			 corrupt, why, (unsigned long long)err->where);
	return buf;
}
