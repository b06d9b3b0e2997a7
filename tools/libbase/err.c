// SPDX-License-Identifier: MIT
//
// Errors: a code, the object, the place and the reason, in a fixed struct.

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base.h"

// Whether a byte goes on with a character of UTF-8 that began before it.
static bool is_inside(char c)
{
	return (c & 0xc0) == 0x80;
}

// Marks a text that filled its buffer to the end as one that goes on.
static void mark_end(char *text, size_t size)
{
	char *end = text + size - sizeof("...");

	while (end > text && is_inside(*end))
		end--;
	strcpy(end, "...");
}

// Copies a text; of one that is too long the end, which of a path says most.
static void copy_tail(char *to, size_t size, const char *text)
{
	size_t len = strlen(text);

	if (len < size) {
		memcpy(to, text, len + 1);
		return;
	}
	text += len - (size - sizeof("..."));
	while (is_inside(*text))
		text++;
	snprintf(to, size, "...%s", text);
}

static void fill(struct err *err, int code, const char *what, uint64_t where,
		 bool is_line, const char *fmt, va_list ap)
{
	if (!err || err->code)
		return;
	err->code = code;
	err->where = where;
	err->is_line = is_line;
	copy_tail(err->what, sizeof(err->what), what);
	if (vsnprintf(err->why, sizeof(err->why), fmt, ap) >=
	    (int)sizeof(err->why))
		mark_end(err->why, sizeof(err->why));
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

int err_pass(struct err *err, int r, const struct err *inner)
{
	if (err && !err->code) {
		*err = *inner;
		err->code = r;
	}
	return r;
}

const char *err_colon(const char *what)
{
	size_t len = strlen(what);

	return !len ? "" : what[len - 1] == ':' ? " " : ": ";
}

int err_of(struct err *err, const char *what, const struct err *inner)
{
	const char *why = inner->why[0] ? inner->why : strerror(-inner->code);
	bool is_same = !inner->what[0] || !strcmp(inner->what, what);
	bool is_first = err && !err->code;
	int r = err_set(err, inner->code, what, inner->where, "%s%s%s",
			is_same ? "" : inner->what,
			is_same ? "" : err_colon(inner->what), why);

	if (is_first)
		err->is_line = inner->is_line;
	return r;
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
	const char *colon = err_colon(err->what);
	bool is_nowhere = err->where == ERR_NOWHERE;

	if (err->is_line && !is_nowhere)
		snprintf(buf, size, "%s:%llu: %s", err->what,
			 (unsigned long long)err->where, why);
	else if (err->is_line || is_nowhere)
		snprintf(buf, size, "%s%s%s%s", err->what, colon, corrupt, why);
	else
		snprintf(buf, size, "%s%s%s%s (at offset %llu)", err->what,
			 colon, corrupt, why, (unsigned long long)err->where);
	return buf;
}
