// SPDX-License-Identifier: MIT
//
// Names and files become the entries of an image. Folders stand before what they
// hold in the list of names, so one way through it is enough.

#include <stdio.h>
#include <string.h>

#include "../image_priv.h"
#include "capture_priv.h"

// A folder that is left out is there all the same when an exception brings
// something in it. What it holds comes after it in the list.
static void mark_needed(struct capture *c)
{
	for (size_t i = c->node_count; i-- > 1;) {
		const struct capture_node *n = &c->nodes[i];
		struct capture_node *parent = &c->nodes[n->parent];

		if (parent->verdict == RULE_EXCLUDED &&
		    (n->verdict == RULE_EXCEPTED || n->is_needed))
			parent->is_needed = true;
	}
}

static int lose(struct capture *c, const struct capture_node *n,
		enum capture_loss loss, struct err *err)
{
	const struct wim_dentry *folder = c->nodes[n->parent].dentry;
	char path[256 * 4 + 255 * 3], *name;
	int r = 0;

	if (!n->name)
		return capture_lose(c, loss, "\\", err);
	name = utf16_to_utf8(n->name, n->name_len);
	if (!name)
		return err_nomem(err);
	*path = 0;
	r = apply_path(folder, path, 256 * 4, err);
	if (!r) {
		size_t at = strlen(path);

		snprintf(path + at, sizeof(path) - at, "\\%s", name);
		r = capture_lose(c, loss, path, err);
	}
	mem_free(name);
	return r;
}

// --- What an entry holds -----------------------------------------------------

static int use(struct capture *c, struct capture_source *s,
	       const struct wim_dentry *d, struct err *err)
{
	if (s->dentry)
		return 0; // by another name of the file
	if (mem_grow((void **)&c->list, c->list_count, &c->list_room,
		     sizeof(struct wim_content *)))
		return err_nomem(err);
	s->dentry = d;
	c->list[c->list_count++] = &s->content;
	c->result.bytes += s->content.blob.size;
	return 0;
}

static int add_streams(struct capture *c, const struct capture_file *f,
		       struct wim_dentry *d, bool is_stored, struct err *err)
{
	const struct capture_stream *s;
	int r = 0;

	for (s = f->streams; s && !r; s = s->next) {
		struct capture_source *source = s->source;

		r = wim_image_add_stream(c->image, d, s->name, s->name_len,
					 source ? &source->content.blob : NULL,
					 err);
		if (source)
			source->content.is_stored |= is_stored;
		if (!r && source)
			r = use(c, source, d, err);
		c->result.streams += s->name_len && !f->dentry;
	}
	if (!r && f->reparse) {
		d->reparse = &f->reparse->content.blob;
		r = use(c, f->reparse, d, err);
	}
	return r;
}

static void describe(const struct capture_node *n, const struct capture_file *f,
		     struct wim_dentry *d)
{
	d->attributes = f->attributes;
	d->created = f->created;
	d->accessed = f->accessed;
	d->modified = f->modified;
	d->security = f->security;
	d->reparse_tag = f->reparse_tag;
	d->reparse_flags = f->reparse_flags;
	d->ea = f->ea;
	d->ea_size = f->ea_size;
	d->items = f->items;
	d->items_size = f->items_size;
	d->has_unix = f->mode;
	d->uid = f->uid;
	d->gid = f->gid;
	d->mode = f->mode;
	d->rdev = f->rdev;
	d->short_name = n->short_name;
	d->short_name_len = n->short_len;
	if (f->object_id)
		d->object_id = *f->object_id;
}

// Of a reparse point an entry has no room for a group: its tag stands there.
static void join(struct capture_file *f, uint32_t number, struct wim_dentry *d)
{
	if (!f->dentry) {
		f->dentry = d;
	} else if (!(f->attributes & NTFS_ATTR_REPARSE)) {
		d->link_group = (uint64_t)number + 1;
		f->dentry->link_group = d->link_group;
	}
}

static void count(struct capture *c, const struct capture_file *f)
{
	if (f->dentry)
		c->result.links++;
	else if (f->attributes & NTFS_ATTR_DIRECTORY)
		c->result.folders++;
	else
		c->result.files++;
	c->result.reparse_points += f->reparse_tag && !f->dentry;
}

// --- Entries -----------------------------------------------------------------

// Two equal names are the image maker's mistake, unless a volume has them.
static int of_volume(const struct err *inner, struct err *err)
{
	return inner->code == -EEXIST
		       ? err_corrupt(err, inner->what, inner->where, "%s",
				     inner->why)
		       : err_pass(err, inner->code, inner);
}

// An error of an entry is told with its path.
static int failed(const struct wim_dentry *d, const struct err *inner,
		  struct err *err)
{
	struct err e = {0};
	char path[256];

	if (apply_path(d, path, sizeof(path), NULL))
		return err_nomem(err);
	best_effort(of_volume(inner, &e));
	return err_of(err, *path ? path : "\\", &e);
}

static int add_entry(struct capture *c, struct capture_node *n, struct err *err)
{
	struct capture_file *f = &c->files[n->file];
	struct wim_dentry *parent = n->name ? c->nodes[n->parent].dentry : NULL;
	struct err e = {0};
	int r;

	r = wim_image_add(c->image, parent, n->name, n->name_len, &n->dentry,
			  &e);
	if (r == -EBADMSG)
		return lose(c, n, CAPTURE_NAME, err);
	if (r)
		return err_pass(err, r, &e);
	describe(n, f, n->dentry);
	r = add_streams(c, f, n->dentry, n->compression == RULE_EXCLUDED, &e);
	if (r)
		return failed(n->dentry, &e, err);
	count(c, f);
	join(f, n->file, n->dentry);
	return f->loss == CAPTURE_LOSSES ? 0 : lose(c, n, f->loss, err);
}

static bool is_left_out(const struct capture *c, const struct capture_node *n)
{
	return (n->verdict == RULE_EXCLUDED && !n->is_needed) ||
	       (n->name && !c->nodes[n->parent].dentry);
}

int capture_build(struct capture *c, struct err *err)
{
	struct err e = {0};
	int r = 0;

	mark_needed(c);
	for (size_t i = 0; !r && i < c->node_count; i++) {
		struct capture_node *n = &c->nodes[i];
		enum capture_loss loss = c->files[n->file].loss;

		if (is_left_out(c, n))
			continue;
		if (n->name && !capture_is_kept(loss))
			r = lose(c, n, loss, err);
		else
			r = add_entry(c, n, err);
	}
	if (r)
		return r;
	return wim_image_finish(c->image, &e) ? of_volume(&e, err) : 0;
}
