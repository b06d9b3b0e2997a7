// SPDX-License-Identifier: MIT
//
// dism /List-Image: the files of an image, a folder's own line ending with a
// backslash.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dism.h"
#include "ntfs.h"

// Prints an entry and what is below it. `path` holds the path so far; an image
// whose folders are nested too deep is not loaded, so this recurses not too
// deep.
static int list_below(const struct wim_dentry *d, const char *path)
{
	bool is_folder = d->attributes & NTFS_ATTR_DIRECTORY;
	char *name = utf16_to_utf8(d->name, d->name_len);
	char *here = NULL;
	int r = name ? 0 : -ENOMEM;

	if (!r &&
	    asprintf(&here, "%s%s%s", path, name, is_folder ? "\\" : "") < 0)
		r = -ENOMEM;
	mem_free(name);
	if (r)
		return r;
	puts(here);
	for (size_t i = 0; !r && i < d->child_count; i++)
		r = list_below(d->children[i], here);
	free(here);
	return r;
}

int dism_list_image(int argc, char **argv)
{
	struct dism_image image;
	struct wim_image *tree;
	struct err err = {0};
	int status = dism_open_named(argc, argv, true, &image);

	if (status)
		return status;
	if (wim_image_load(image.wim, image.index, &tree, &err)) {
		status = dism_fail(image.path, &err);
	} else {
		dism_begin();
		if (list_below(tree->root, "")) {
			err_nomem(&err);
			status = dism_fail(image.path, &err);
		}
		wim_image_free(tree);
	}
	dism_close(&image);
	return status ? status : dism_done();
}
