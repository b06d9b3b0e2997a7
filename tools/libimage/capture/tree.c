// SPDX-License-Identifier: MIT
//
// A folder of any tree is captured: what trees of all kinds tell of a file.

#include <string.h>

#include "../image_priv.h"
#include "capture_priv.h"
#include "tree.h"

struct walk_tree {
	struct capture *c;
	struct tree *t;
	const struct capture_rules *rules;
	struct progress *progress;
	uint32_t node; // the folder that is listed
	char *path;    // of it
	struct err *err;
};

// --- Paths -------------------------------------------------------------------

// A path is put together from its end.
static int prepend(char **path, const struct tree *t, const le16 *name,
		   size_t len, struct err *err)
{
	char *text = utf16_to_utf8(name, len), *longer;

	if (!text)
		return err_nomem(err);
	longer = **path ? tree_path_join(t, text, *path) : mem_strdup(text);
	mem_free(text);
	if (!longer)
		return err_nomem(err);
	mem_free(*path);
	*path = longer;
	return 0;
}

static int below(const struct capture *c, char **path, struct err *err)
{
	char *all = **path ? tree_path_join(c->tree, c->folder, *path)
			   : mem_strdup(c->folder);

	if (!all)
		return err_nomem(err);
	mem_free(*path);
	*path = all;
	return 0;
}

static int node_path(const struct capture *c, uint32_t node, char **ret,
		     struct err *err)
{
	const struct capture_node *n = &c->nodes[node];
	char *path = mem_strdup("");
	int r = path ? 0 : err_nomem(err);

	for (; n->name && !r; n = &c->nodes[n->parent])
		r = prepend(&path, c->tree, n->name, n->name_len, err);
	if (!r)
		r = below(c, &path, err);
	if (r)
		mem_free(path);
	else
		*ret = path;
	return r;
}

static int open_content(struct capture *c, const struct capture_source *source,
			struct disk **ret, struct err *err)
{
	const struct wim_dentry *d = source->dentry;
	char *path = mem_strdup("");
	int r = path ? 0 : err_nomem(err);

	for (; d->parent && !r; d = d->parent)
		r = prepend(&path, c->tree, d->name, d->name_len, err);
	if (!r)
		r = below(c, &path, err);
	if (!r)
		r = tree_open_file(c->tree, path,
				   DISK_READ_ONLY | DISK_UNLOCKED, ret, err);
	mem_free(path);
	return r;
}

// --- Files -------------------------------------------------------------------

static int add_file(struct walk_tree *w, const struct tree_stat *s,
		    uint32_t *ret)
{
	struct capture_source *source;
	struct capture_file *f;
	int r = capture_add_file(w->c, ret, w->err);

	if (r)
		return r;
	f = &w->c->files[*ret];
	f->created = s->created;
	f->modified = s->modified;
	f->accessed = s->accessed;
	f->attributes = s->attributes & NTFS_ATTR_SETTABLE;
	if (s->is_directory)
		f->attributes |= NTFS_ATTR_DIRECTORY;
	if (!f->attributes)
		f->attributes = NTFS_ATTR_NORMAL;
	// Where a link leads to has its own place in the tree, or none.
	if (s->reparse_tag)
		f->loss = CAPTURE_LINK_OUT;
	if (s->is_directory || s->reparse_tag || !s->size)
		return 0;
	r = capture_add_source(w->c, NULL, s->size, &source, w->err);
	if (r)
		return r;
	source->place = *ret;
	return capture_add_stream(w->c, f, NULL, 0, source, w->err);
}

static int keep_name(struct walk_tree *w, const char *text, const le16 **ret,
		     uint8_t *ret_len)
{
	size_t len;
	le16 *units;
	int r = utf16_from_utf8(text, &units, &len);

	if (!r && len > 255) {
		mem_free(units);
		r = -EINVAL;
	}
	if (r)
		return r == -ENOMEM ? err_nomem(w->err) : r;
	r = capture_keep_name(w->c, units, len, ret, w->err);
	mem_free(units);
	*ret_len = (uint8_t)len;
	return r;
}

static int add_entry(void *ctx, const struct tree_stat *s)
{
	struct walk_tree *w = ctx;
	struct capture_node n = {.parent = w->node};
	uint32_t number;
	int r = keep_name(w, s->name, &n.name, &n.name_len);

	if (r == -EINVAL)
		return capture_lose(w->c, CAPTURE_NAME, s->name, w->err);
	if (!r && *s->short_name)
		r = keep_name(w, s->short_name, &n.short_name, &n.short_len);
	if (!r)
		r = add_file(w, s, &n.file);
	return r ? r : capture_add_node(w->c, w->rules, &n, &number, w->err);
}

static int list_folders(struct walk_tree *w)
{
	int r = 0;

	for (size_t i = 0; !r && i < w->c->node_count; i++) {
		const struct capture_file *f =
			&w->c->files[w->c->nodes[i].file];

		if (!(f->attributes & NTFS_ATTR_DIRECTORY) ||
		    f->loss != CAPTURE_LOSSES)
			continue;
		w->node = (uint32_t)i;
		r = node_path(w->c, w->node, &w->path, w->err);
		if (r)
			return r;
		r = tree_list(w->t, w->path, add_entry, w, w->err);
		mem_free(w->path);
		if (!r)
			r = progress_report(w->progress, "Reading files",
					    w->c->file_count, 0);
	}
	return r;
}

static int walk(struct walk_tree *w)
{
	struct capture_node root = {0};
	struct tree_stat s;
	uint32_t number;
	int r = tree_stat(w->t, w->c->folder, &s, w->err);

	if (!r && !s.is_directory)
		r = err_set(w->err, -ENOTDIR, w->c->folder, ERR_NOWHERE,
			    "it is a file, not a folder");
	if (r)
		return r;
	// The folder itself may have been reached by a link.
	s.reparse_tag = 0;
	r = add_file(w, &s, &root.file);
	if (!r)
		r = capture_add_node(w->c, NULL, &root, &number, w->err);
	return r ? r : list_folders(w);
}

int capture_tree(struct tree *t, const char *folder,
		 const struct capture_options *options,
		 struct progress *progress, struct capture **ret,
		 struct err *err)
{
	struct walk_tree w = {.t = t,
			      .rules = options->rules,
			      .progress = progress,
			      .err = err};
	int r = capture_begin(options, &w.c, err);

	if (r)
		return r;
	w.c->tree = t;
	w.c->open_source = open_content;
	w.c->folder = mem_strdup(folder);
	r = w.c->folder ? walk(&w) : err_nomem(err);
	return capture_end(w.c, r, ret, err);
}
