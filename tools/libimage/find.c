// SPDX-License-Identifier: MIT
//
// Files of an image by their paths.

#include "image_priv.h"

// One after the other: few files are looked for before an image is applied.
static const struct wim_dentry *child(const struct wim_dentry *d,
				      const le16 *name, size_t len)
{
	for (size_t i = 0; i < d->child_count; i++) {
		const struct wim_dentry *c = d->children[i];

		if (!utf16_casecmp(c->name, c->name_len, name, len))
			return c;
	}
	return NULL;
}

int image_find(const struct wim_image *image, const char *path,
	       const struct wim_dentry **ret, struct err *err)
{
	const struct wim_dentry *d = image->root;
	le16 *units, *at;
	size_t n;
	int r = utf16_from_utf8(path, &units, &n);

	if (r)
		return r == -ENOMEM ? err_nomem(err)
				    : err_set(err, -ENOENT, path, ERR_NOWHERE,
					      "it is not UTF-8");
	at = units;
	while (d && n) {
		size_t len = 0;

		while (len < n && get_le16(at[len]) != '\\')
			len++;
		if (len)
			d = child(d, at, len);
		at += len;
		n -= len;
		if (n) {
			at++;
			n--;
		}
	}
	mem_free(units);
	if (!d)
		return err_set(err, -ENOENT, path, ERR_NOWHERE,
			       "the image has no such file or folder");
	*ret = d;
	return 0;
}

int apply_find(const struct apply *a, const char *path,
	       const struct wim_dentry **ret, struct err *err)
{
	return image_find(a->image, path, ret, err);
}
