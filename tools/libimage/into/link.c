// SPDX-License-Identifier: MIT
//
// Where links of an image lead, as paths of the host: [MS-FSCC] 2.1.2.4 and 2.1.2.5.
// A drive's letter says nothing here: such a target begins at the root of the volume
// that the image is of.

#include <string.h>

#include "into.h"

#define LINK_NOT_FIXED 0x10000u // of reparse_flags: the upper half of the word

bool into_fixes_link(const struct into *into, const struct wim_dentry *d)
{
	return !into->options->keep_links && wim_get_info(into->wim)->rp_fix &&
	       !(d->reparse_flags & LINK_NOT_FIXED);
}

static void use_slashes(char *s)
{
	for (; *s; s++)
		if (*s == '\\')
			*s = '/';
}

// "C:\x" and "\x" begin at a volume's root; a server, a volume's GUID and "C:x" are
// nothing that could be found.
static const char *from_root(const char *target)
{
	if (((target[0] | 32) >= 'a') && ((target[0] | 32) <= 'z') &&
	    target[1] == ':')
		target += 2;
	if (target[0] != '\\' || target[1] == '\\')
		return NULL;
	return target;
}

static int join(const char *root, const char *path, char **ret, struct err *err)
{
	size_t len = root ? strlen(root) : 0;
	char *s = mem_alloc(len + strlen(path) + 1);

	if (!s)
		return err_nomem(err);
	if (root)
		memcpy(s, root, len);
	strcpy(s + len, path);
	use_slashes(s + len);
	*ret = s;
	return 0;
}

static bool is_absolute(const char *target)
{
	return target[0] == '\\' || (target[0] && target[1] == ':');
}

int into_read_link(struct into *into, const struct wim_dentry *d,
		   const char *root, char **ret, struct err *err)
{
	void *data;
	char *target;
	const char *path;
	int r;

	if (!d->reparse)
		return err_set(err, -ENOENT, "reparse point", ERR_NOWHERE,
			       "it has no data");
	r = wim_read_blob(into->wim, d->reparse, REPARSE_MAX_DATA, &data, err);
	if (r)
		return r;
	r = ntfs_link_target(d->reparse_tag, data, (size_t)d->reparse->size,
			     &target, err);
	mem_free(data);
	if (r)
		return r;
	path = is_absolute(target) ? from_root(target) : target;
	if (path)
		r = join(is_absolute(target) ? root : NULL, path, ret, err);
	else
		r = err_set(err, -ENOENT, "link", ERR_NOWHERE, "it leads to %s",
			    target);
	mem_free(target);
	return r;
}
