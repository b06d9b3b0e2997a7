// SPDX-License-Identifier: MIT
//
// Image files by their addresses: opening one for libwim, and finding those
// that a pattern means, on the host or in a volume.

#include <fnmatch.h>
#include <string.h>
#include <strings.h>

#include "address.h"
#include "image_files.h"

// --- Opening -----------------------------------------------------------------

static int open_file(void *logon, const char *name, struct disk **ret,
		     struct err *err)
{
	return address_open_file(name, logon, ret, err);
}

struct wim_files image_files(const struct net_logon *logon)
{
	return (struct wim_files){open_file, (void *)(uintptr_t)logon};
}

// --- Patterns ----------------------------------------------------------------

static bool is_of_host(const char *address)
{
	const char *rest;
	char *path;

	if (address_split(address, &path, &rest, NULL))
		return false;
	mem_free(path);
	return !*rest;
}

// A file of the host may be written in several ways.
static bool is_same(const char *a, const char *b)
{
	if (is_of_host(a) && is_of_host(b))
		return !strcmp(a, b) || address_is_same_host(a, b);
	return !strcasecmp(a, b);
}

int image_names_add(struct image_names *names, const char *address,
		    struct err *err)
{
	char *copy;

	for (size_t i = 0; i < names->count; i++)
		if (is_same(names->items[i], address))
			return 0;
	copy = mem_strdup(address);
	if (!copy || mem_grow((void **)&names->items, names->count,
			      &names->room, sizeof(*names->items))) {
		mem_free(copy);
		return err_nomem(err);
	}
	names->items[names->count++] = copy;
	return 0;
}

void image_names_free(struct image_names *names)
{
	for (size_t i = 0; i < names->count; i++)
		mem_free(names->items[i]);
	mem_free(names->items);
}

static size_t last_name(const char *path, const char *slashes)
{
	size_t last = 0;

	for (size_t i = 0; path[i]; i++)
		if (strchr(slashes, path[i]))
			last = i + 1;
	return last;
}

struct match {
	struct image_names *names;
	const char *pattern;
	size_t folder; // bytes of the pattern before the last name
	const char *slashes;
	bool found;
	struct err *err;
};

static int match_one(void *ctx, const char *path)
{
	struct match *m = ctx;
	const char *name = path + last_name(path, m->slashes);
	char *address;
	int r;

	if (fnmatch(m->pattern + m->folder, name, FNM_CASEFOLD | FNM_NOESCAPE))
		return 0;
	m->found = true;
	address = mem_alloc(m->folder + strlen(name) + 1);
	if (!address)
		return err_nomem(m->err);
	memcpy(address, m->pattern, m->folder);
	strcpy(address + m->folder, name);
	r = image_names_add(m->names, address, m->err);
	mem_free(address);
	return r;
}

static int match_inner(struct match *m, struct err *err)
{
	struct place *place;
	int r = address_open(m->pattern, 0, &place, err);

	if (r)
		return r;
	m->slashes = "\\/";
	m->folder = last_name(m->pattern, m->slashes);
	r = place->path ? place->files.list(place->files.ctx, place->path,
					    match_one, m, err)
			: err_set(err, -EINVAL, m->pattern, ERR_NOWHERE,
				  "this is not the pattern of a file's name");
	address_close(place);
	return r;
}

int image_names_match(struct image_names *names, const char *pattern,
		      struct err *err)
{
	struct match m = {.names = names,
			  .pattern = pattern,
			  .folder = last_name(pattern, "/"),
			  .slashes = "/",
			  .err = err};
	const char *rest;
	char *path;
	int r = address_split(pattern, &path, &rest, err);

	if (r)
		return r;
	mem_free(path);
	if (!*rest && net_is_name(pattern))
		return err_set(err, -ENOTSUP, pattern, ERR_NOWHERE,
			       "a server's files cannot be listed: part 1 is "
			       "enough when they are called install.swm, "
			       "install2.swm, and so on");
	r = *rest ? match_inner(&m, err)
		  : vdisk_host_files.list(NULL, pattern, match_one, &m, err);
	if (!r && !m.found)
		r = err_set(err, -ENOENT, pattern, ERR_NOWHERE,
			    "no file matches this");
	return r;
}
