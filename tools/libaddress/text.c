// SPDX-License-Identifier: MIT
//
// What a text means, before anything is opened: an address, one by a drive's letter,
// or a path of the host. Whoever takes a place asks here, so that a slip of the
// pen is an error everywhere, and never a new file of an odd name.

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "address_priv.h"
#include "drives.h"

// Returns the length of "@" and digits there, or 0.
static size_t number_mark(const char *s)
{
	size_t n = 1;

	if (*s != '@')
		return 0;
	while (isdigit((unsigned char)s[n]))
		n++;
	return n > 1 ? n : 0;
}

size_t address_partition_mark(const char *s)
{
	size_t n = number_mark(s);

	return n && (!s[n] || s[n] == ':') ? n : 0;
}

bool address_is_inner(const char *s)
{
	return s[0] == ':' && (s[1] == '\\' || s[1] == '/');
}

// Also one that lacks only its colon: "disk.img@1\x".
static bool looks_like_mark(const char *s)
{
	size_t n = number_mark(s);

	return address_is_inner(s) ||
	       (n && (!s[n] || s[n] == ':' || s[n] == '\\'));
}

// "C:", "C:\x", "C:x".
static bool is_drive(const char *text)
{
	return isalpha((unsigned char)text[0]) && text[1] == ':';
}

// A part that is "." says that the rest is meant as it stands: "./C:\x".
static bool is_literal(const char *text)
{
	for (const char *part = text; part; part = strchr(part, '/')) {
		part += *part == '/';
		if (part[0] == '.' && part[1] == '/')
			return true;
	}
	return false;
}

#define HOW                                                                        \
	"write DISK@PARTITION:\\PATH, such as /dev/sda@3:\\Windows, and a host's " \
	"file of such a name with ./ in front of it"

static int refuse_drive(const char *text, struct err *err)
{
	return err_set(err, -EINVAL, text, ERR_NOWHERE,
		       "there are no drive letters but those that subst "
		       "shows: " HOW);
}

static int refuse_missing(const char *path, struct err *err)
{
	return err_set(err, -ENOENT, path, ERR_NOWHERE,
		       "there is no such disk or file: " HOW);
}

static int give_parts(const char *text, size_t at, struct address_parts *ret,
		      struct err *err)
{
	struct address_parts parts = {.path = mem_dup(text, at + 1),
				      .rest = mem_strdup(text + at),
				      .at = at};

	if (!parts.path || !parts.rest) {
		address_parts_done(&parts);
		return err_nomem(err);
	}
	parts.path[at] = 0;
	*ret = parts;
	return 0;
}

void address_parts_done(struct address_parts *parts)
{
	mem_free(parts->path);
	mem_free(parts->rest);
	*parts = (struct address_parts){0};
}

// A name on another machine ends at the first mark behind the server: whether
// it exists is not asked. Marks that are part of it are written %40 and %3A.
static size_t end_of_net(const char *text)
{
	const char *rest = text + net_server_length(text);

	while (*rest && !address_partition_mark(rest) &&
	       !address_is_inner(rest))
		rest++;
	return (size_t)(rest - text);
}

static bool is_there(const char *text, size_t len, bool *ret, struct err *err)
{
	char *path = mem_dup(text, len + 1);

	if (!path) {
		err_nomem(err);
		return false;
	}
	path[len] = 0;
	*ret = !access(path, F_OK);
	mem_free(path);
	return true;
}

// Of the host: split before the first mark up to which there is a file.
static int split_host(const char *text, struct address_parts *ret,
		      struct err *err)
{
	size_t len = strlen(text), first = len;
	char *path;
	int r;

	for (size_t i = 0; i < len; i++) {
		bool is_file = false;

		if (!looks_like_mark(text + i))
			continue;
		if (i && text[i - 1] != '/' &&
		    !is_there(text, i, &is_file, err))
			return -ENOMEM;
		if (is_file)
			return give_parts(text, i, ret, err);
		first = first < i ? first : i;
	}
	if (first == len || is_literal(text))
		return give_parts(text, len, ret, err);
	path = mem_dup(text, first + 1);
	if (!path)
		return err_nomem(err);
	path[first] = 0;
	r = refuse_missing(first ? path : text, err);
	mem_free(path);
	return r;
}

// --- Letters -------------------------------------------------------------------

// What stands behind "V:" follows the address: "", "@1", or "\\x", before which a
// disk has a colon and a folder, which ends with a slash in the table, nothing.
// Whoever adds ":\\x" to a letter, as to any disk, is understood.
static char *join_letter(const char *address, const char *behind)
{
	size_t len = strlen(address), size = len + strlen(behind) + 3;
	char *full = mem_alloc(size);

	if (!full)
		return NULL;
	if (!*behind || number_mark(behind)) {
		snprintf(full, size, "%s%s", address, behind);
		return full;
	}
	behind += address_is_inner(behind);
	behind += *behind == '\\' || *behind == '/';
	snprintf(full, size, "%s%s%s", address,
		 len && address[len - 1] == '\\' ? "" : ":\\", behind);
	return full;
}

static int refuse_gone(const char *text, const char *address, struct err *err)
{
	return err_set(err, -ENOENT, text, ERR_NOWHERE,
		       "its letter stands for %s, which is not there; subst "
		       "%c: /D takes the letter away",
		       address, *text);
}

static int split_letter(const char *text, struct address_parts *ret,
			struct err *err)
{
	struct address_letters letters;
	const char *address;
	char *full = NULL;
	int r = address_letters_read(&letters, err);

	if (r)
		return r;
	address = letters.addresses[toupper((unsigned char)*text) - 'A'];
	if (!address) {
		r = refuse_drive(text, err);
	} else {
		full = join_letter(address, text + 2);
		r = full ? split_host(full, ret, NULL) : err_nomem(err);
	}
	if (r == -ENOENT)
		r = refuse_gone(text, address, err);
	else if (!r && !*ret->rest && access(ret->path, F_OK)) {
		address_parts_done(ret);
		r = refuse_gone(text, address, err);
	}
	if (!r) {
		ret->is_letter = true;
		ret->at = 2;
	}
	mem_free(full);
	address_letters_done(&letters);
	return r == -ENOMEM ? err_nomem(err) : r;
}

int address_split(const char *text, struct address_parts *ret, struct err *err)
{
	if (net_is_name(text))
		return give_parts(text, end_of_net(text), ret, err);
	return is_drive(text) ? split_letter(text, ret, err)
			      : split_host(text, ret, err);
}

int address_check_host(const char *text, struct err *err)
{
	struct address_parts parts;
	bool is_inside;
	int r = address_split(text, &parts, err);

	if (r)
		return r;
	is_inside = *parts.rest || parts.is_letter;
	address_parts_done(&parts);
	if (net_is_name(text))
		return err_set(
			err, -EROFS, text, ERR_NOWHERE,
			"files of other machines are read, not written: "
			"make it here, and copy it there by other means");
	if (is_inside)
		return err_set(err, -ENOTSUP, text, ERR_NOWHERE,
			       "this makes files of the host: make one there "
			       "and copy it");
	if (strchr(text, '\\') && !is_literal(text))
		return err_set(err, -EINVAL, text, ERR_NOWHERE,
			       "a host's path is written with /: a new file "
			       "with \\ in its name needs ./ in front of it");
	return 0;
}
