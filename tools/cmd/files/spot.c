// SPDX-License-Identifier: MIT
//
// What a text means: files of the host, or those of the volume that it leads into.

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "../cmd.h"
#include "spot.h"

// Tells whether a file is a disk or holds a volume, be it one that cannot be
// read: then that is meant.
static bool holds_volume(const char *path)
{
	struct part_content content;
	struct vdisk_info info;
	struct disk *d;
	bool yes;

	if (disk_open_file(path, DISK_READ_ONLY | DISK_UNLOCKED, &d, NULL))
		return false;
	yes = !vdisk_probe(d, &info, NULL) || vdisk_check_foreign(d, NULL) ||
	      (!part_probe(d, &content, NULL) && !content.is_inside &&
	       content.kind != PART_HOLDS_NOTHING &&
	       content.kind != PART_HOLDS_DATA);
	disk_close(d);
	return yes;
}

// A file that is a disk, and a device, are what is in them, unless they are
// meant as they are.
static bool is_of_host(const char *text, unsigned flags)
{
	struct stat st;

	if ((flags & SPOT_HOST_FILE) || wildcard_is_pattern(text) ||
	    stat(text, &st) || S_ISDIR(st.st_mode))
		return true;
	return S_ISREG(st.st_mode) && !holds_volume(text);
}

// Servers give files by their names, and take none.
static int open_server(const char *text, unsigned flags, struct err *err)
{
	if (flags & ADDRESS_WRITE)
		return address_check_host(text, err);
	return err_set(
		err, -ENOTSUP, text, ERR_NOWHERE,
		"a server's folders cannot be listed: copy, type and dism "
		"take one file by its name");
}

static int open_host(const char *text, unsigned flags, struct spot *t,
		     struct err *err)
{
	if (net_is_name(text))
		return open_server(text, flags, err);
	t->prefix = mem_strdup("");
	t->path = mem_strdup(text);
	return t->prefix && t->path ? tree_open_host(&t->tree, err)
				    : err_nomem(err);
}

// A volume alone stands for its root folder; a letter has its colon.
static int open_inner(const char *text, unsigned flags, struct spot *t,
		      struct err *err)
{
	size_t len = strlen(text);
	char *root;
	int r = address_open(text, flags, &t->place, err);

	if (r || t->place->path)
		return r;
	address_close(t->place);
	t->place = NULL;
	root = mem_alloc(len + 3);
	if (!root)
		return err_nomem(err);
	memcpy(root, text, len);
	strcpy(root + len, len && text[len - 1] == ':' ? "\\" : ":\\");
	r = address_open(root, flags, &t->place, err);
	mem_free(root);
	return r;
}

// Copies what stands before a path at the end of a text, with its colon. Returns
// NULL when it does not end so, or without memory.
static char *before_path(const char *text, const char *path)
{
	size_t len = strlen(text), path_len = strlen(path);
	char *prefix;

	if (len > 1 && text[len - 1] == ':' && !path[1]) // "V:"
		path_len = 0;
	if (len <= path_len || text[len - path_len - 1] != ':')
		return NULL;
	prefix = mem_strdup(text);
	if (prefix)
		prefix[len - path_len] = 0;
	return prefix;
}

// `whole` is the text with what a letter in it stands for.
static int open_volume(const char *text, const char *whole, unsigned flags,
		       struct spot *t, struct err *err)
{
	int r = open_inner(text, flags, t, err);
	size_t size;

	if (r)
		return r;
	t->tree = t->place->volume;
	t->path = mem_strdup(t->place->path);
	if (!t->path)
		return err_nomem(err);
	// The last INNER ends the text, if it is in there.
	t->prefix = before_path(text, t->path);
	if (!t->prefix)
		t->prefix = before_path(whole, t->path);
	if (t->prefix)
		return 0;
	size = strlen(whole) + 2;
	t->prefix = mem_alloc(size);
	if (!t->prefix)
		return err_nomem(err);
	snprintf(t->prefix, size, "%s:", whole);
	return 0;
}

static int open_parts(const char *text, const struct address_parts *parts,
		      unsigned flags, struct spot *t, struct err *err)
{
	size_t size = strlen(parts->path) + strlen(parts->rest) + 1;
	char *whole;
	int r;

	if (!*parts->rest && !parts->is_letter &&
	    is_of_host(parts->path, flags))
		return open_host(text, flags, t, err);
	whole = mem_alloc(size);
	if (!whole)
		return err_nomem(err);
	snprintf(whole, size, "%s%s", parts->path, parts->rest);
	r = open_volume(text, whole, flags & ~SPOT_HOST_FILE, t, err);
	mem_free(whole);
	return r;
}

int spot_open(const char *text, unsigned flags, struct spot **ret,
	      struct err *err)
{
	struct spot *t = mem_alloc(sizeof(*t));
	struct address_parts parts;
	int r;

	if (!t)
		return err_nomem(err);
	r = address_split(text, &parts, err);
	if (!r) {
		r = open_parts(text, &parts, flags, t, err);
		address_parts_done(&parts);
	}
	if (r) {
		spot_close(t);
		return r;
	}
	*ret = t;
	return 0;
}

void spot_close(struct spot *t)
{
	if (!t)
		return;
	if (t->place)
		cmd_place_close(t->place);
	else
		tree_close(t->tree);
	mem_free(t->prefix);
	mem_free(t->path);
	mem_free(t);
}

bool spot_is_root(const struct spot *t, const char *path)
{
	return *path == t->tree->slash && path[strspn(path, "\\/")] == 0;
}
