// SPDX-License-Identifier: MIT
//
// Image files by their addresses: opening one for libwim, and finding those
// that a pattern means, on the host or in a volume.

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "address.h"
#include "image_files.h"
#include "../files/spot.h"

// --- Opening -----------------------------------------------------------------

static const char standard_input[] = "-";

// Appends all that comes by standard input to a file.
static int take_input(struct disk *file, struct err *err)
{
	size_t room = 1 << 20;
	uint8_t *buf = mem_alloc(room);
	ssize_t n = 0;
	int r = 0;

	if (!buf)
		return err_nomem(err);
	while (!r && (n = read(STDIN_FILENO, buf, room)))
		r = n > 0 ? disk_extend(file, file->size, buf, (size_t)n, err)
		    : errno == EINTR
			    ? 0
			    : err_set(err, -errno, "standard input",
				      ERR_NOWHERE, "it cannot be read");
	mem_free(buf);
	return r;
}

// What comes by a pipe is kept, as it is read in another order: a volume is laid
// out before content comes, by sizes that stand at the end of a pipable WIM. The
// file never gets a name.
static int keep_input(struct disk **ret, struct err *err)
{
	const char *folder = getenv("TMPDIR");
	char path[4096];
	struct disk *file;
	int r;

	snprintf(path, sizeof(path), "%s/slipway-input",
		 folder && *folder ? folder : "/tmp");
	r = disk_create_file(path, 0, 512, &file, err);
	if (r)
		return r;
	r = take_input(file, err);
	if (r)
		disk_close(file);
	else
		*ret = file;
	return r;
}

static int open_input(struct disk **ret, struct err *err)
{
	struct stat st;

	if (!fstat(STDIN_FILENO, &st) && S_ISREG(st.st_mode))
		return disk_open_file("/proc/self/fd/0", DISK_READ_ONLY, ret,
				      err);
	return keep_input(ret, err);
}

static int open_file(void *logon, const char *name, struct disk **ret,
		     struct err *err)
{
	return strcmp(name, standard_input)
		       ? address_open_file(name, logon, ret, err)
		       : open_input(ret, err);
}

struct wim_files image_files(const struct net_logon *logon)
{
	return (struct wim_files){open_file, (void *)(uintptr_t)logon};
}

// --- Patterns ----------------------------------------------------------------

// Tells whether an address leads into a disk.
static bool is_inside(const char *address)
{
	struct address_parts parts;
	bool is_it;

	if (address_split(address, &parts, NULL))
		return true;
	is_it = *parts.rest;
	address_parts_done(&parts);
	return is_it;
}

// A file of the host may be written in several ways.
static bool is_same(const char *a, const char *b)
{
	if (!is_inside(a) && !is_inside(b))
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

struct match {
	struct image_names *names;
	struct spot *spot;
	struct spot_match match;
	bool found;
	struct err *err;
};

static int add_match(struct match *m, const char *name)
{
	char *path = tree_path_join(m->spot->tree, m->match.folder, name),
	     *address;
	size_t prefix = strlen(m->spot->prefix);
	int r;

	address = path ? mem_alloc(prefix + strlen(path) + 1) : NULL;
	if (address) {
		memcpy(address, m->spot->prefix, prefix);
		strcpy(address + prefix, path);
		r = image_names_add(m->names, address, m->err);
	} else {
		r = err_nomem(m->err);
	}
	mem_free(path);
	mem_free(address);
	return r;
}

static int match_one(void *ctx, const struct tree_stat *entry)
{
	struct match *m = ctx;

	if (entry->is_directory || !spot_matches(&m->match, entry))
		return 0;
	m->found = true;
	return add_match(m, entry->name);
}

int image_names_match(struct image_names *names, const char *pattern,
		      struct err *err)
{
	struct match m = {.names = names, .err = err};
	int r;

	if (net_is_name(pattern) && !is_inside(pattern))
		return err_set(err, -ENOTSUP, pattern, ERR_NOWHERE,
			       "a server's files cannot be listed: part 1 is "
			       "enough when they are called install.swm, "
			       "install2.swm, and so on");
	r = spot_open(pattern, SPOT_HOST_FILE, &m.spot, err);
	if (r)
		return r;
	r = spot_match_path(m.spot, m.spot->path, &m.match, err);
	if (!r)
		r = tree_list(m.spot->tree, m.match.folder, match_one, &m, err);
	if (!r && !m.found)
		r = err_set(err, -ENOENT, pattern, ERR_NOWHERE,
			    "no file matches this");
	spot_match_done(&m.match);
	spot_close(m.spot);
	return r;
}
