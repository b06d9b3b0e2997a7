// SPDX-License-Identifier: MIT
//
// Paths: parts divided by "\" or "/", which no name can hold, looked for from
// the root folder on.

#include <string.h>

#include "fat_priv.h"

static bool is_divider(char c)
{
	return c == '/' || c == '\\';
}

int fat_path_next(const char **path, struct fat_part *ret, struct err *err)
{
	const char *s = *path;
	size_t len = 0, n = 0;
	le16 *units = NULL;
	int r;

	while (is_divider(*s))
		s++;
	while (s[len] && !is_divider(s[len]))
		len++;
	if (!len)
		return -ENOENT;
	*path = s + len;
	if (len >= sizeof(ret->text))
		return err_set(err, -EINVAL, "FAT path", ERR_NOWHERE,
			       "a name has over %u characters", FAT_MAX_NAME);
	memcpy(ret->text, s, len);
	ret->text[len] = '\0';
	r = utf16_from_utf8(ret->text, &units, &n);
	if (r == -ENOMEM)
		return err_nomem(err);
	// "." and ".." end with a dot and are refused with the rest: paths here
	// lead down only.
	if (!r && fat_name_is_valid(units, n)) {
		memcpy(ret->name, units, n * sizeof(*units));
		ret->name_len = n;
	} else {
		r = err_set(err, -EINVAL, ret->text, ERR_NOWHERE,
			    "FAT cannot hold such a name");
	}
	mem_free(units);
	return r;
}

int fat_path_dir(struct fat *f, const struct fat_node *node,
		 struct fat_dir **ret, struct err *err)
{
	uint32_t first = fat_entry_cluster(f, &node->d);

	if (!first) // 0 would be the root
		return err_corrupt(err, "FAT folder",
				   fat_dir_offset(f, node->dir, 0),
				   "a folder in this one has no clusters");
	return fat_dir_get(f, first, ret, err);
}

// Finds a part in a folder.
static int find_part(struct fat_dir *dir, const struct fat_part *part,
		     struct fat_node *ret, struct err *err)
{
	if (!fat_dir_find(dir, part->name, part->name_len, ret))
		return err_set(err, -ENOENT, part->text, ERR_NOWHERE,
			       "there is no such file or folder");
	return 0;
}

static int enter(struct fat *f, const struct fat_node *node,
		 const struct fat_part *part, struct fat_dir **dir,
		 struct err *err)
{
	if (!(node->d.attributes & FAT_ATTR_DIRECTORY))
		return err_set(err, -ENOTDIR, part->text, ERR_NOWHERE,
			       "this is no folder");
	return fat_path_dir(f, node, dir, err);
}

int fat_path_find(struct fat *f, const char *path, struct fat_node *ret,
		  bool *ret_root, struct err *err)
{
	struct fat_part part;
	struct fat_node node;
	struct fat_dir *dir;
	bool is_root = true;
	int r = fat_dir_get(f, 0, &dir, err);

	while (!r && !(r = fat_path_next(&path, &part, err))) {
		if (!is_root)
			r = enter(f, &node, &part, &dir, err);
		if (!r)
			r = find_part(dir, &part, &node, err);
		if (r)
			return r;
		is_root = false;
	}
	if (r != -ENOENT)
		return r;
	*ret_root = is_root;
	if (!is_root)
		*ret = node;
	return 0;
}

int fat_path_parent(struct fat *f, const char *path, struct fat_dir **ret_dir,
		    struct fat_part *ret, struct err *err)
{
	struct fat_part next;
	struct fat_node node;
	struct fat_dir *dir;
	int r = fat_dir_get(f, 0, &dir, err);

	if (!r)
		r = fat_path_next(&path, ret, err);
	if (r == -ENOENT)
		return err_set(err, -EISDIR, "FAT path", ERR_NOWHERE,
			       "this is the root folder");
	while (!r && !(r = fat_path_next(&path, &next, err))) {
		r = find_part(dir, ret, &node, err);
		if (!r)
			r = enter(f, &node, ret, &dir, err);
		if (r)
			return r;
		*ret = next;
	}
	if (r != -ENOENT)
		return r;
	*ret_dir = dir;
	return 0;
}
