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

// The file of a place, and what must be closed after it.
struct place_disk {
	struct disk disk; // first
	struct place *place;
};

static int read_place(struct disk *d, uint64_t off, void *buf, size_t len,
		      struct err *err)
{
	return disk_read(((struct place_disk *)d)->place->disk, off, buf, len,
			 err);
}

static void close_place(struct disk *d)
{
	address_close(((struct place_disk *)d)->place);
	mem_free(d);
}

static const struct disk_ops place_ops = {.read = read_place,
					  .close = close_place};

static int open_file(void *ctx, const char *name, struct disk **ret,
		     struct err *err)
{
	struct place_disk *d = mem_alloc(sizeof(*d));
	int r;

	if (!d)
		return err_nomem(err);
	r = address_open(name, ADDRESS_FILE, &d->place, err);
	if (r) {
		mem_free(d);
		return r;
	}
	d->disk.ops = &place_ops;
	d->disk.size = d->place->disk->size;
	d->disk.sector_size = d->place->disk->sector_size;
	d->disk.read_only = true;
	*ret = &d->disk;
	return 0;
}

const struct wim_files image_files = {open_file, NULL};

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
	r = *rest ? match_inner(&m, err)
		  : vdisk_host_files.list(NULL, pattern, match_one, &m, err);
	if (!r && !m.found)
		r = err_set(err, -ENOENT, pattern, ERR_NOWHERE,
			    "no file matches this");
	return r;
}
