// SPDX-License-Identifier: MIT
//
// What a mounted image has become is captured and goes into the WIM that it is of.
// Content in clusters that nobody wrote to is the image's own, in the file already,
// under a hash that is known: it is not read.

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "mount.h"

#define MAX_NUMBER 10000u // at the end of a name

static const uint8_t *known_hash(void *ctx, uint64_t off, uint64_t size)
{
	const struct wim_blob *blob = image_mount_disk_blob(ctx, off, size);

	return blob ? blob->sha1 : NULL;
}

// All of it is kept: whatever is left out elsewhere was in the image, or was put
// there. So are links that lead out.
static int take(struct image_mount *m, struct progress *progress,
		struct capture **ret, struct err *err)
{
	const struct capture_options options = {
		.keep_links = !wim_get_info(m->wim)->rp_fix,
		.keep_outer = true,
		.known = known_hash,
		.ctx = m->disk,
	};
	const char *why;
	int r = 0;

	if (!m->volume)
		r = ntfs_open(image_mount_disk(m), &m->volume, err);
	if (!r)
		r = ntfs_in_use(m->volume, &why, err);
	if (!r && why)
		r = err_set(err, -EBUSY, "mounted image", ERR_NOWHERE,
			    "its volume was not closed (%s): mount it again, "
			    "and unmount it",
			    why);
	return r ? r
		 : capture_ntfs(m->volume, "\\", &options, progress, ret, err);
}

static bool is_taken(const struct wim *w, const char *name)
{
	for (uint32_t i = 1; i <= wim_get_info(w)->images; i++)
		if (!strcasecmp(wim_get_image_info(w, i)->name, name))
			return true;
	return false;
}

// Makes up the name of a further image: "Name (2)". New memory; NULL: there is none,
// or no image of this name.
static char *make_name(const struct image_mount *m)
{
	const char *old = wim_get_image_info(m->wim, m->label.index)->name;
	size_t size = strlen(old) + 16;
	char *name = mem_alloc(size);

	for (unsigned i = 2; name && i < MAX_NUMBER; i++) {
		snprintf(name, size, *old ? "%s (%u)" : "%s%u", old, i);
		if (!is_taken(m->wim, name))
			return name;
	}
	mem_free(name);
	return NULL;
}

static int add_image(struct image_mount *m, struct wim_writer *writer,
		     const struct image_commit_options *options,
		     const struct capture *c, struct wim_new_image *info,
		     uint32_t *ret_index, struct err *err)
{
	char *name = options->name ? mem_strdup(options->name) : make_name(m);
	int r;

	if (!name)
		return err_nomem(err);
	info->name = name;
	info->description =
		wim_get_image_info(m->wim, m->label.index)->description;
	info->like = m->label.index;
	r = wim_writer_add_image(writer, capture_image(c), info, err);
	mem_free(name);
	*ret_index = wim_writer_images(writer);
	return r;
}

static int put(struct image_mount *m, struct wim_writer *writer,
	       const struct image_commit_options *options, struct capture *c,
	       struct progress *progress, uint32_t *ret_index, struct err *err)
{
	struct wim_new_image info = {0};
	struct wim_content *const *list;
	size_t count;
	int r;

	list = capture_content(c, &count);
	r = wim_writer_add_content(writer, list, count, progress, err);
	if (!r)
		r = capture_windows(c, &info.properties, &info.property_count,
				    err);
	if (r)
		return r;
	*ret_index = m->label.index;
	if (options->append)
		r = add_image(m, writer, options, c, &info, ret_index, err);
	else
		r = wim_writer_replace_image(writer, m->label.index,
					     capture_image(c), &info, err);
	return r ? r : wim_writer_finish(writer, progress, err);
}

static int write_image(struct image_mount *m,
		       const struct image_commit_options *options,
		       struct capture *c, struct progress *progress,
		       uint32_t *ret_index, struct err *err)
{
	const struct wim_write_options how = {
		.level = CODEC_USUAL, .has_integrity = options->has_integrity};
	struct wim_writer *writer;
	int r = wim_writer_append(m->wim, &how, &writer, err);

	if (r)
		return r;
	r = put(m, writer, options, c, progress, ret_index, err);
	wim_writer_free(writer);
	return r;
}

int image_commit(struct image_mount *m,
		 const struct image_commit_options *options,
		 struct progress *progress, struct capture **ret,
		 uint32_t *ret_index, struct err *err)
{
	struct capture *c;
	uint32_t index = 0;
	int r;

	if (m->label.read_only)
		return err_set(err, -EROFS, "image", ERR_NOWHERE,
			       "it is mounted for reading only");
	r = take(m, progress, &c, err);
	if (r)
		return r;
	r = write_image(m, options, c, progress, &index, err);
	if (r) {
		capture_free(c);
		return r;
	}
	*ret = c;
	*ret_index = index;
	return 0;
}
