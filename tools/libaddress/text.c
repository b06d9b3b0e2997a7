// SPDX-License-Identifier: MIT
//
// What a text means, before anything is opened: an address, a drive's letter,
// or a path of the host. Whoever takes a place asks here, so that a slip of the
// pen is an error everywhere, and never a new file of an odd name.

#include <ctype.h>
#include <string.h>
#include <unistd.h>

#include "address_priv.h"

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
		       "there are no drive letters: " HOW);
}

static int refuse_missing(const char *path, struct err *err)
{
	return err_set(err, -ENOENT, path, ERR_NOWHERE,
		       "there is no such disk or file: " HOW);
}

// A name on another machine ends at the first mark behind the server: whether
// it exists is not asked. Marks that are part of it are written %40 and %3A.
static int split_net(const char *text, char **ret_path, const char **ret_rest,
		     struct err *err)
{
	const char *rest = text + net_server_length(text);
	char *path;

	while (*rest && !address_partition_mark(rest) &&
	       !address_is_inner(rest))
		rest++;
	path = mem_strdup(text);
	if (!path)
		return err_nomem(err);
	path[rest - text] = 0;
	*ret_path = path;
	*ret_rest = rest;
	return 0;
}

int address_split(const char *text, char **ret_path, const char **ret_rest,
		  struct err *err)
{
	size_t len = strlen(text), first = len;
	char *path;
	int r;

	if (net_is_name(text))
		return split_net(text, ret_path, ret_rest, err);
	if (is_drive(text))
		return refuse_drive(text, err);
	path = mem_strdup(text);
	if (!path)
		return err_nomem(err);
	for (size_t i = 0; i < len; i++) {
		if (!looks_like_mark(text + i))
			continue;
		path[i] = 0;
		if (i && text[i - 1] != '/' && !access(path, F_OK)) {
			*ret_path = path;
			*ret_rest = text + i;
			return 0;
		}
		path[i] = text[i];
		first = first < i ? first : i;
	}
	if (first < len && !is_literal(text)) {
		path[first] = 0;
		r = refuse_missing(first ? path : text, err);
		mem_free(path);
		return r;
	}
	*ret_path = path;
	*ret_rest = text + len;
	return 0;
}

int address_check_host(const char *text, struct err *err)
{
	const char *rest;
	char *path;
	int r = address_split(text, &path, &rest, err);

	if (r)
		return r;
	mem_free(path);
	if (net_is_name(text))
		return err_set(
			err, -EROFS, text, ERR_NOWHERE,
			"files of other machines are read, not written: "
			"make it here, and copy it there by other means");
	if (*rest)
		return err_set(err, -ENOTSUP, text, ERR_NOWHERE,
			       "this makes files of the host: make one there "
			       "and copy it");
	if (strchr(text, '\\') && !is_literal(text))
		return err_set(err, -EINVAL, text, ERR_NOWHERE,
			       "a host's path is written with /: a new file "
			       "with \\ in its name needs ./ in front of it");
	return 0;
}
