// SPDX-License-Identifier: MIT
//
// An image's metadata: security data, the root, and then the list of each folder
// ("Windows Imaging File Format (WIM)" white paper, "Metadata resource").

#include <string.h>

#include "encode.h"

#define LIST_END sizeof(le64) // a length of 0

struct spot {
	uint64_t children; // where a folder's list is; 0: it has none
	uint32_t depth;
};

int wim_dentry_fail(const struct wim_dentry *d, const struct err *inner,
		    struct err *err)
{
	size_t len = 0, at;
	struct err named;
	char *text;
	le16 *path;
	int r;

	for (const struct wim_dentry *p = d; p->parent; p = p->parent)
		len += 1 + p->name_len;
	path = mem_array(len + 1, sizeof(*path));
	if (!path)
		return err_nomem(err);
	path[0] = to_le16('\\');
	at = len;
	for (const struct wim_dentry *p = d; p->parent; p = p->parent) {
		at -= p->name_len;
		memcpy(path + at, p->name, p->name_len * sizeof(*path));
		path[--at] = to_le16('\\');
	}
	text = utf16_to_utf8(path, len ? len : 1);
	mem_free(path);
	if (!text)
		return err_nomem(err);
	named = *inner;
	r = err_of(err, text, &named);
	mem_free(text);
	return r;
}

// --- Security data -----------------------------------------------------------

static uint64_t security_size(const struct wim_image *image)
{
	uint64_t size = sizeof(struct security_disk) +
			image->security_count * sizeof(le64);

	for (size_t i = 0; i < image->security_count; i++)
		size += image->security[i].size;
	return round_up(size, 8);
}

static void put_security(const struct wim_image *image, uint8_t *out)
{
	struct security_disk head = {to_le32((uint32_t)security_size(image)),
				     to_le32((uint32_t)image->security_count)};
	uint8_t *sizes = out + sizeof(head);
	uint8_t *at = sizes + image->security_count * sizeof(le64);

	memcpy(out, &head, sizeof(head));
	for (size_t i = 0; i < image->security_count; i++) {
		const struct wim_security *s = &image->security[i];
		le64 size = to_le64(s->size);

		memcpy(sizes + i * sizeof(size), &size, sizeof(size));
		memcpy(at, s->descriptor, s->size);
		at += s->size;
	}
}

// --- The tree ----------------------------------------------------------------

// Whether a folder has a list of its own, be it empty. What a link leads to is
// not in it.
static bool has_list(const struct wim_dentry *d)
{
	return d->child_count || (d->attributes & (WIM_ATTRIBUTE_FOLDER |
						   WIM_ATTRIBUTE_REPARSE)) ==
					 WIM_ATTRIBUTE_FOLDER;
}

static int check(const struct wim_image *image, const struct wim_dentry *d,
		 uint32_t depth, struct err *err)
{
	struct err inner = {0};

	if (depth > WIM_MAX_DEPTH)
		err_set(&inner, -EFBIG, "", ERR_NOWHERE,
			"folders are nested more than %u deep", WIM_MAX_DEPTH);
	if (!inner.code && !wim_dentry_check(image, d, &inner))
		return 0;
	return wim_dentry_fail(d, &inner, err);
}

// Finds where all lists go. *end is where the first may be, and then where the
// last ends.
static int place_lists(const struct wim_image *image, struct spot *spots,
		       uint64_t *end, struct err *err)
{
	uint64_t at = *end + wim_dentry_size(image->root) + LIST_END;
	int r = 0;

	for (size_t i = 0; !r && i < image->dentry_count; i++) {
		const struct wim_dentry *d = image->dentries[i];

		if (d->parent)
			spots[i].depth = spots[d->parent->index].depth + 1;
		r = check(image, d, spots[i].depth, err);
		if (r || !has_list(d))
			continue;
		spots[i].children = at;
		for (size_t k = 0; k < d->child_count; k++)
			at += wim_dentry_size(d->children[k]);
		at += LIST_END;
	}
	*end = at;
	return r;
}

static void put_tree(const struct wim_image *image, const struct spot *spots,
		     uint64_t root, uint8_t *out)
{
	wim_dentry_encode(image->root, spots[image->root->index].children,
			  out + root);
	for (size_t i = 0; i < image->dentry_count; i++) {
		const struct wim_dentry *d = image->dentries[i];
		uint64_t at = spots[i].children;

		for (size_t k = 0; k < d->child_count; k++) {
			const struct wim_dentry *c = d->children[k];

			wim_dentry_encode(c, spots[c->index].children,
					  out + at);
			at += wim_dentry_size(c);
		}
	}
}

static int encode(const struct wim_image *image, struct spot *spots, void **ret,
		  size_t *ret_size, struct err *err)
{
	uint64_t root = security_size(image), end = root;
	uint8_t *out;
	int r = place_lists(image, spots, &end, err);

	if (r)
		return r;
	if (end > WIM_MAX_METADATA)
		return err_set(err, -EFBIG, "image", ERR_NOWHERE,
			       "its metadata of %llu bytes is more than the "
			       "%llu allowed",
			       (unsigned long long)end,
			       (unsigned long long)WIM_MAX_METADATA);
	out = mem_alloc((size_t)end);
	if (!out)
		return err_nomem(err);
	put_security(image, out);
	put_tree(image, spots, root, out);
	*ret = out;
	*ret_size = (size_t)end;
	return 0;
}

int wim_metadata_encode(const struct wim_image *image, void **ret,
			size_t *ret_size, struct err *err)
{
	struct spot *spots =
		mem_array((size_t)image->dentry_count, sizeof(*spots));
	int r;

	if (!spots)
		return err_nomem(err);
	r = encode(image, spots, ret, ret_size, err);
	mem_free(spots);
	return r;
}
