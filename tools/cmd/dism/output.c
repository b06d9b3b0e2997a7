// SPDX-License-Identifier: MIT
//
// Image files that verbs write. On the host a new file has no name before it is
// whole; in a volume it has that of a part of one, and is renamed.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "dism.h"
#include "output.h"

#define SOLID_MAX_CHUNK (64 << 20) // of what is compressed again

#define UNUSED_TOLD (64 << 10) // bytes; less is not worth a word

int dism_compression_parse(const char *text, struct dism_compression *ret)
{
	static const struct {
		const char *name;
		struct dism_compression what;
	} rows[] = {
		{"none", {WIM_COMPRESSION_NONE, CODEC_FAST, false}},
		{"fast", {WIM_COMPRESSION_XPRESS, CODEC_USUAL, false}},
		{"max", {WIM_COMPRESSION_LZX, CODEC_USUAL, false}},
		{"maximum", {WIM_COMPRESSION_LZX, CODEC_USUAL, false}},
		{"recovery", {WIM_COMPRESSION_LZMS, CODEC_USUAL, true}},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (!strcasecmp(text, rows[i].name)) {
			*ret = rows[i].what;
			return 0;
		}
	return cmd_misuse(dism_name(),
			  "/Compress:%s: must be none, fast, max or recovery",
			  text);
}

struct wim_write_options dism_write_like(const struct wim_info *source,
					 const struct dism_compression *c,
					 bool has_integrity)
{
	struct wim_write_options o = {
		.compression = source->compression,
		.chunk_size = source->chunk_size,
		.level = CODEC_USUAL,
		.has_integrity = has_integrity,
	};

	if (c) {
		o.compression = c->compression;
		o.chunk_size = 0;
		o.level = c->level;
		o.is_solid = c->is_solid;
	} else if (source->solid_compression) {
		o.is_solid = true;
		o.solid_compression = source->solid_compression;
		// What a compressor needs is several times as large.
		o.solid_chunk_size = source->solid_chunk_size < SOLID_MAX_CHUNK
					     ? source->solid_chunk_size
					     : SOLID_MAX_CHUNK;
	}
	return o;
}

int dism_check_integrity(struct wim *wim, bool is_wanted,
			 struct progress *progress, struct err *err)
{
	if (!is_wanted || !wim_get_info(wim)->has_integrity)
		return 0;
	return wim_check_integrity(wim, progress, err);
}

void dism_tell_unused(const char *path, const struct wim *wim)
{
	const struct wim_info *info = wim_get_info(wim);
	char text[160];

	if (info->unused < UNUSED_TOLD || info->unused < info->size / 64)
		return;
	snprintf(text, sizeof(text),
		 "%llu KB of it belong to no image, since one was deleted or "
		 "appending was cut off; `dism /Optimize-Image` frees them",
		 (unsigned long long)info->unused >> 10);
	cmd_note(path, text);
}

int dism_output_exists(const char *path, bool *ret, struct err *err)
{
	struct tree_stat st;
	struct err inner = {0};
	struct spot *spot;
	int r = spot_open(path, SPOT_HOST_FILE, &spot, err);

	if (r)
		return r;
	r = tree_stat(spot->tree, spot->path, &st, &inner);
	*ret = !r;
	spot_close(spot);
	return r && r != -ENOENT ? err_pass(err, r, &inner) : 0;
}

// Joins two texts, the first up to a length. Returns new memory or NULL.
static char *join(const char *a, size_t len, const char *b)
{
	char *text = mem_alloc(len + strlen(b) + 1);

	if (text) {
		memcpy(text, a, len);
		strcpy(text + len, b);
	}
	return text;
}

// The path in the tree, and of a file in a volume the one that it has until it is
// whole.
static int name_it(struct dism_output *o, const char *path, size_t folder,
		   const char *name, struct err *err)
{
	o->name = join(path, folder, name);
	if (o->name && !spot_is_host(o->spot))
		o->part = join(o->name, strlen(o->name), DISK_PART_SUFFIX);
	return o->name && (o->part || spot_is_host(o->spot)) ? 0
							     : err_nomem(err);
}

// What a run that was cut off left of that name is replaced.
static int look_for_part(const struct dism_output *o, struct err *err)
{
	struct tree_stat st;
	struct err inner = {0};
	char *path;
	int r = o->part ? tree_stat(o->spot->tree, o->part, &st, &inner)
			: -ENOENT;

	if (r)
		return r == -ENOENT ? 0 : err_pass(err, r, &inner);
	if (asprintf(&path, "%s%s", o->spot->prefix, o->part) < 0)
		return err_nomem(err);
	if (st.is_directory)
		r = err_set(err, -EISDIR, path, ERR_NOWHERE,
			    "the new file is to be called so until it is "
			    "whole, and a folder stands there: give that "
			    "another name");
	else
		cmd_note(path, "this was left by a run that was cut off, and "
			       "is replaced");
	free(path);
	return r;
}

// A file of a volume gets longer when it was opened, not when it was made.
static int create_file(struct dism_output *o, struct err *err)
{
	struct tree *t = o->spot->tree;
	const char *path = o->part ? o->part : o->name;
	int r = look_for_part(o, err);

	if (!r)
		r = tree_create_file(t, path, 0, TREE_ARCHIVE, filetime_now(),
				     &o->file, err);
	if (r || !o->part)
		return r;
	disk_close(o->file);
	o->file = NULL;
	return tree_open_file(t, path, 0, &o->file, err);
}

static int create(struct dism_output *o, bool replace, struct err *err)
{
	struct tree *t = o->spot->tree;
	struct tree_stat st;
	struct err inner = {0};
	int r = tree_stat(t, o->name, &st, &inner);

	if (r && r != -ENOENT)
		return err_pass(err, r, &inner);
	if (!r && st.is_directory)
		return err_set(err, -EISDIR, o->path, ERR_NOWHERE,
			       "a folder stands there: name a file");
	if (!r && !replace)
		return err_set(err, -EEXIST, o->path, ERR_NOWHERE,
			       "it is there already");
	if (!strncmp(t->kind, "FAT", 3))
		return err_set(err, -ENOTSUP, o->path, ERR_NOWHERE,
			       "a file in a FAT volume keeps its size: make it "
			       "elsewhere, and copy it there");
	r = tree_begin(t, err);
	return r ? r : create_file(o, err);
}

static int make(const char *path, bool replace, struct dism_output *ret,
		struct err *err)
{
	int r;

	*ret = (struct dism_output){.path = path};
	if (!strcmp(path, "-"))
		return err_set(err, -EINVAL, path, ERR_NOWHERE,
			       "standard input and output are not written to");
	r = spot_open(path, ADDRESS_WRITE | SPOT_HOST_FILE, &ret->spot, err);
	if (!r)
		r = name_it(ret, ret->spot->path, 0, ret->spot->path, err);
	if (!r)
		r = create(ret, replace, err);
	if (r)
		dism_output_close(ret);
	return r;
}

int dism_output_make(const char *path, struct dism_output *ret, struct err *err)
{
	return make(path, false, ret, err);
}

int dism_output_make_beside(const struct dism_output *other, const char *path,
			    struct dism_output *ret, struct err *err)
{
	const char *name = path + strlen(path), *there = other->name;
	size_t folder = strlen(there);
	int r;

	if (spot_is_host(other->spot))
		return make(path, false, ret, err);
	while (name > path && !strchr("/\\:", name[-1]))
		name--;
	while (folder && !strchr("/\\", there[folder - 1]))
		folder--;
	*ret = (struct dism_output){
		.path = path, .spot = other->spot, .is_beside = true};
	r = name_it(ret, there, folder, name, err);
	if (!r)
		r = create(ret, false, err);
	if (r)
		dism_output_close(ret);
	return r;
}

int dism_output_replace(const char *path, struct dism_output *ret,
			struct err *err)
{
	return make(path, true, ret, err);
}

int dism_output_open(const char *path, struct dism_output *ret, struct err *err)
{
	struct err inner = {0};
	int r;

	*ret = (struct dism_output){.path = path};
	r = address_open(path, ADDRESS_WRITE | ADDRESS_FILE, &ret->place, err);
	if (r)
		return r;
	ret->file = ret->place->disk;
	r = wim_open(ret->file, &ret->wim, &inner);
	if (r == -ENOENT)
		r = err_set(err, -ENOTSUP, path, ERR_NOWHERE,
			    "it is split: /Export-Image makes one file of it");
	else if (r)
		err_pass(err, r, &inner);
	if (r)
		dism_output_close(ret);
	else
		dism_tell_unused(path, ret->wim);
	return r;
}

int dism_output_finish(struct dism_output *o, struct err *err)
{
	int r;

	o->is_finished = true;
	if (o->place)
		return address_finish(o->place, err);
	r = disk_finish(o->file, err);
	if (r || !o->part)
		return r;
	// The file is closed before its name changes.
	disk_close(o->file);
	o->file = NULL;
	r = tree_rename(o->spot->tree, o->part, o->name, filetime_now(), err);
	if (!r)
		r = tree_sync(o->spot->tree, err);
	if (!r) {
		mem_free(o->part);
		o->part = NULL;
	}
	return r;
}

void dism_output_close(struct dism_output *o)
{
	wim_close(o->wim);
	// A file that did not take what was added is as long as it was, which is
	// to become so on the disk too.
	if (o->place && !o->is_finished)
		best_effort(address_finish(o->place, NULL));
	if (o->place)
		cmd_place_close(o->place);
	else
		disk_close(o->file);
	// What is not whole goes with it, as far as the volume still lets it.
	if (o->part && o->spot && !tree_remove(o->spot->tree, o->part, NULL))
		best_effort(tree_sync(o->spot->tree, NULL));
	if (!o->is_beside)
		spot_close(o->spot);
	mem_free(o->name);
	mem_free(o->part);
	*o = (struct dism_output){0};
}
