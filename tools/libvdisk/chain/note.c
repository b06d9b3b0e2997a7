// SPDX-License-Identifier: MIT
//
// Notes of merges, as note.h tells.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "note.h"
#include "chain_priv.h"

#define MAX_NOTE   (256u << 10) // 64 paths of 4096 bytes
#define FIRST      "slipway merge "
#define LAST       "end\n"
#define GUID_CHARS 36

static char *note_path(const char *path)
{
	static const char end[] = ".merge";
	char *s = mem_alloc(strlen(path) + sizeof(end));

	if (s)
		sprintf(s, "%s%s", path, end);
	return s;
}

// Returns how much of the disk's path is its folder on the host.
static size_t folder_of(struct tree *files, const char *path)
{
	const char *slash = tree_is_volume(files) ? NULL : strrchr(path, '/');

	return slash ? (size_t)(slash - path) + 1 : 0;
}

int vdisk_note_make(const struct vdisk_chain *chain, unsigned depth,
		    struct vdisk_note *ret, struct err *err)
{
	struct vdisk_note n = {.depth = depth,
			       .child = chain->links[0].info.id};

	for (unsigned i = 1; i <= depth; i++) {
		n.ids[i] = chain->links[i].info.link_id;
		n.paths[i] = mem_strdup(chain->links[i].path);
		if (!n.paths[i]) {
			vdisk_note_done(&n);
			return err_nomem(err);
		}
	}
	*ret = n;
	return 0;
}

void vdisk_note_done(struct vdisk_note *n)
{
	for (unsigned i = 1; i < VDISK_MAX_CHAIN; i++)
		mem_free(n->paths[i]);
	*n = (struct vdisk_note){0};
}

// --- Reading -----------------------------------------------------------------

// Takes a line off the text. Returns NULL when there is none.
static char *take_line(char **text)
{
	char *line = *text, *end = strchr(line, '\n');

	if (!end)
		return NULL;
	*end = 0;
	*text = end + 1;
	return line;
}

static bool take_guid(char *line, struct guid *ret)
{
	char text[GUID_CHARS + 1];

	if (strlen(line) < GUID_CHARS)
		return false;
	memcpy(text, line, GUID_CHARS);
	text[GUID_CHARS] = 0;
	return !guid_parse(text, ret);
}

// Returns the path of a line as one of the place. Returns NULL without memory.
static char *take_path(struct tree *files, const char *disk, const char *path)
{
	size_t folder = *path == '/' ? 0 : folder_of(files, disk);
	char *s = mem_alloc(folder + strlen(path) + 1);

	if (s)
		sprintf(s, "%.*s%s", (int)folder, disk, path);
	return s;
}

// Returns 0 with a depth of 0 for a text that is no note.
static int parse(struct tree *files, const char *disk, char *text,
		 struct vdisk_note *ret, struct err *err)
{
	struct vdisk_note n = {0};
	char *line = take_line(&text), *end;
	unsigned long depth;

	if (!line || strncmp(line, FIRST, strlen(FIRST)))
		return 0;
	depth = strtoul(line + strlen(FIRST), &end, 10);
	line = take_line(&text);
	if (*end || depth < 2 || depth >= VDISK_MAX_CHAIN || !line ||
	    !take_guid(line, &n.child))
		return 0;
	for (unsigned i = 1; i <= depth; i++) {
		line = take_line(&text);
		if (!line || !take_guid(line, &n.ids[i]) ||
		    line[GUID_CHARS] != ' ' || !line[GUID_CHARS + 1])
			goto out;
		n.paths[i] = take_path(files, disk, line + GUID_CHARS + 1);
		if (!n.paths[i]) {
			vdisk_note_done(&n);
			return err_nomem(err);
		}
	}
	if (!strcmp(text, LAST)) {
		n.depth = (unsigned)depth;
		*ret = n;
		return 0;
	}
out:
	vdisk_note_done(&n);
	return 0;
}

int vdisk_note_read(struct tree *files, const char *path,
		    struct vdisk_note *ret, struct err *err)
{
	char *name = note_path(path);
	struct vdisk_note n = {0};
	void *text = NULL;
	struct tree_id id;
	struct err why = {0};
	size_t size;
	int r = name ? tree_identify(files, name, &id, &why) : err_nomem(err);

	if (!r)
		r = tree_read_file(files, name, MAX_NOTE, &text, &size, &why);
	if (!r)
		r = parse(files, path, text, &n, &why);
	mem_free(text);
	mem_free(name);
	if (r && r != -ENOENT && r != -EFBIG)
		return err_pass(err, r, &why);
	*ret = n;
	return 0;
}

// --- Writing -----------------------------------------------------------------

static int print(struct tree *files, const char *disk,
		 const struct vdisk_note *n, char *text, size_t *ret_len,
		 struct err *err)
{
	size_t folder = folder_of(files, disk);
	char guid[GUID_TEXT];
	size_t len = (size_t)snprintf(text, MAX_NOTE, FIRST "%u\n%s\n",
				      n->depth, guid_format(&n->child, guid));

	for (unsigned i = 1; i <= n->depth; i++) {
		const char *path = n->paths[i];

		if (strchr(path, '\n'))
			return err_set(err, -EINVAL, path, ERR_NOWHERE,
				       "its path is of several lines, and "
				       "cannot be noted");
		if (!strncmp(path, disk, folder))
			path += folder;
		len += (size_t)snprintf(text + len, MAX_NOTE - len, "%s %s\n",
					guid_format(&n->ids[i], guid), path);
		if (len + sizeof(LAST) > MAX_NOTE)
			return err_set(err, -EFBIG, disk, ERR_NOWHERE,
				       "the paths of its parents are too long");
	}
	strcpy(text + len, LAST);
	*ret_len = len + strlen(LAST);
	return 0;
}

int vdisk_note_put(struct tree *files, const char *path,
		   const struct vdisk_note *n, struct err *err)
{
	char *name = note_path(path), *text = mem_alloc(MAX_NOTE);
	size_t len = 0;
	int r = name && text ? print(files, path, n, text, &len, err)
			     : err_nomem(err);

	if (!r)
		r = tree_begin(files, err);
	if (!r)
		r = tree_write_file(files, name, text, len, TREE_ARCHIVE,
				    filetime_now(), err);
	if (!r)
		r = tree_sync(files, err);
	mem_free(text);
	mem_free(name);
	return r;
}

int vdisk_note_remove(struct tree *files, const char *path, struct err *err)
{
	char *name = note_path(path);
	struct tree_id id;
	int r = 0;

	if (!name)
		return err_nomem(err);
	if (!tree_identify(files, name, &id, NULL)) {
		r = tree_begin(files, err);
		if (!r)
			r = tree_remove(files, name, err);
		if (!r)
			r = tree_sync(files, err);
	}
	mem_free(name);
	return r;
}
