// SPDX-License-Identifier: MIT
//
// An image's tree becomes nodes, names and streams of a volume to be built.

#include <stdlib.h>
#include <string.h>

#include "apply_priv.h"

// A file of several names, met for the first time.
struct group {
	uint64_t id;
	uint32_t node;
};

struct walk {
	struct apply *apply;
	uint32_t *security; // of the volume, for each of the image
	struct group *groups; // an open hash table
	size_t group_mask;
	uint32_t *nodes; // of the volume, for each dentry of the image
	struct err *err;
};

static int corrupt_name(struct walk *w, const struct wim_dentry *d,
			const struct err *inner)
{
	char *name = utf16_to_utf8(d->name, d->name_len);
	int code = inner->code;

	err_set(w->err, code, name ? name : "a file", ERR_NOWHERE,
		"NTFS cannot hold it: %s", inner->why);
	mem_free(name);
	return code;
}

static int enter_security(struct walk *w, const struct wim_image *image)
{
	w->security = mem_array(image->security_count, sizeof(*w->security));
	if (!w->security)
		return err_nomem(w->err);
	for (size_t i = 0; i < image->security_count; i++) {
		const struct wim_security *s = &image->security[i];
		int r = ntfs_build_security(w->apply->build, s->descriptor,
					    s->size, &w->security[i], w->err);

		if (r)
			return r;
	}
	return 0;
}

// Returns the slot of a link group: its own, or the free one where it belongs.
static struct group *find_group(struct walk *w, uint64_t id)
{
	size_t i = (size_t)(id * UINT64_C(0x9e3779b97f4a7c15)) & w->group_mask;

	while (w->groups[i].id && w->groups[i].id != id)
		i = (i + 1) & w->group_mask;
	return &w->groups[i];
}

static int count_groups(struct walk *w, const struct wim_image *image)
{
	size_t slots = 16;

	for (size_t i = 0; i < image->dentry_count; i++)
		slots += image->dentries[i]->link_group != 0;
	while (!is_power_of_two(slots))
		slots += slots & -slots;
	slots *= 2;
	w->groups = mem_array(slots, sizeof(*w->groups));
	w->group_mask = slots - 1;
	return w->groups ? 0 : err_nomem(w->err);
}

// Remembers that a stream of the volume is filled from a blob.
static int add_target(struct apply *a, const struct wim_blob *blob,
		      uint32_t stream)
{
	int r = mem_grow((void **)&a->targets, a->target_count,
			 &a->target_room, sizeof(*a->targets));

	if (!r)
		a->targets[a->target_count++] =
			(struct target){blob, stream};
	return r;
}

static int add_data(struct walk *w, uint32_t node, const struct wim_stream *s)
{
	struct ntfs_stream_spec spec = {
		.kind = NTFS_STREAM_DATA,
		.name = s->name,
		.name_len = s->name_len,
		.size = s->blob ? s->blob->size : 0,
		.order = s->blob ? s->blob->offset : 0,
	};
	uint32_t stream;
	int r = ntfs_build_stream(w->apply->build, node, &spec, &stream,
				  w->err);

	if (r || !s->blob)
		return r;
	w->apply->result.bytes += s->blob->size;
	w->apply->result.streams += s->name != NULL;
	r = add_target(w->apply, s->blob, stream);
	return r ? err_nomem(w->err) : 0;
}

// Small content that is at hand before the layout, written right after it.
static int add_inline(struct walk *w, uint32_t node, enum ntfs_stream_kind kind,
		      const void *data, size_t size)
{
	struct apply *a = w->apply;
	struct ntfs_stream_spec spec = {.kind = kind, .size = size};
	struct inline_data item = {.size = size};
	int r = ntfs_build_stream(a->build, node, &spec, &item.stream, w->err);

	if (r)
		return r;
	item.data = mem_dup(data, size);
	if (!item.data || mem_grow((void **)&a->inlines, a->inline_count,
				   &a->inline_room, sizeof(item))) {
		mem_free(item.data);
		return err_nomem(w->err);
	}
	a->inlines[a->inline_count++] = item;
	return 0;
}

// A WIM stores reparse data without its header ([MS-FSCC] 2.1.2.1), which the
// dentry's tag gives back.
static int add_reparse(struct walk *w, uint32_t node,
		       const struct wim_dentry *d)
{
	size_t size = d->reparse ? (size_t)d->reparse->size : 0;
	uint8_t *data;
	void *content = NULL;
	int r = 0;

	if (d->reparse && d->reparse->size > REPARSE_MAX_DATA)
		return err_corrupt(w->err, "reparse point", d->reparse->offset,
				   "its data is longer than %u bytes",
				   REPARSE_MAX_DATA);
	if (d->reparse)
		r = wim_read_blob(w->apply->wim, d->reparse, REPARSE_MAX_DATA,
				  &content, w->err);
	if (r)
		return r;
	data = mem_alloc(REPARSE_HEADER + size);
	if (!data) {
		mem_free(content);
		return err_nomem(w->err);
	}
	memcpy(data, to_le32(d->reparse_tag).b, 4);
	memcpy(data + 4, to_le16((uint16_t)size).b, 2);
	memcpy(data + 6, to_le16((uint16_t)d->reparse_flags).b, 2);
	if (size)
		memcpy(data + REPARSE_HEADER, content, size);
	r = add_inline(w, node, NTFS_STREAM_REPARSE, data,
		       REPARSE_HEADER + size);
	w->apply->result.reparse_points++;
	mem_free(content);
	mem_free(data);
	return r;
}

static int add_streams(struct walk *w, uint32_t node,
		       const struct wim_dentry *d)
{
	int r = 0;

	for (size_t i = 0; i < d->stream_count && !r; i++) {
		bool unnamed = !d->streams[i].name;

		if (unnamed && (d->attributes & NTFS_ATTR_DIRECTORY))
			continue;
		r = add_data(w, node, &d->streams[i]);
	}
	if (!r && (d->attributes & NTFS_ATTR_REPARSE))
		r = add_reparse(w, node, d);
	if (!r && d->ea_size)
		r = add_inline(w, node, NTFS_STREAM_EA, d->ea, d->ea_size);
	if (!r && !guid_is_zero(&d->object_id))
		r = add_inline(w, node, NTFS_STREAM_OBJECT_ID, &d->object_id,
			       sizeof(d->object_id));
	return r;
}

static int make_spec(struct walk *w, const struct wim_dentry *d,
		     struct ntfs_node_spec *ret)
{
	if (d->attributes & NTFS_ATTR_ENCRYPTED)
		return err_set(w->err, -ENOTSUP, "image", ERR_NOWHERE,
			       "it holds an encrypted file (EFS)");
	*ret = (struct ntfs_node_spec){
		.attributes = d->attributes,
		.created = d->created,
		.modified = d->modified,
		.changed = d->modified,
		.accessed = d->accessed,
		.security = d->security < 0 ? NTFS_NO_SECURITY
					    : w->security[d->security],
	};
	return 0;
}

// Gives the node of a dentry: the root, a known one of its link group, or a
// new one with its streams.
static int make_node(struct walk *w, const struct wim_dentry *d,
		     uint32_t *ret_node)
{
	struct apply *a = w->apply;
	bool is_folder = d->attributes & NTFS_ATTR_DIRECTORY;
	struct group *group = NULL;
	struct ntfs_node_spec spec;
	int r;

	if (d->link_group && !is_folder) {
		group = find_group(w, d->link_group);
		if (group->id) {
			a->result.links++;
			*ret_node = group->node;
			return 0;
		}
	}
	r = make_spec(w, d, &spec);
	if (r)
		return r;
	if (!d->parent) {
		*ret_node = NTFS_ROOT;
		r = ntfs_build_set(a->build, NTFS_ROOT, &spec, w->err);
	} else {
		r = ntfs_build_add(a->build, &spec, ret_node, w->err);
	}
	if (r)
		return r;
	if (group)
		*group = (struct group){d->link_group, *ret_node};
	if (is_folder)
		a->result.folders++;
	else
		a->result.files++;
	return add_streams(w, *ret_node, d);
}

static int add_dentry(struct walk *w, struct wim_dentry *d)
{
	struct ntfs_name name = {d->name, d->name_len, d->short_name,
				 d->short_name_len};
	struct err inner = {0};
	int r = make_node(w, d, &w->nodes[d->index]);

	if (r || !d->parent)
		return r;
	r = ntfs_build_link(w->apply->build, w->nodes[d->index],
			    w->nodes[d->parent->index], &name, &inner);
	return r == -ENOMEM ? err_nomem(w->err)
	       : r	    ? corrupt_name(w, d, &inner)
			    : 0;
}

static int by_blob(const void *a, const void *b)
{
	const struct target *x = a, *y = b;

	if (x->blob != y->blob)
		return x->blob < y->blob ? -1 : 1;
	return x->stream < y->stream ? -1 : x->stream > y->stream;
}

static int walk_image(struct apply *a, struct err *err)
{
	const struct wim_image *image = a->image;
	struct walk w = {.apply = a, .err = err};
	int r;

	w.nodes = mem_array(image->dentry_count, sizeof(*w.nodes));
	r = w.nodes ? 0 : err_nomem(err);
	if (!r)
		r = enter_security(&w, image);
	if (!r)
		r = count_groups(&w, image);
	for (size_t i = 0; i < image->dentry_count && !r; i++)
		r = add_dentry(&w, image->dentries[i]);
	mem_free(w.groups);
	mem_free(w.security);
	mem_free(w.nodes);
	return r;
}

int apply_tree(struct wim *w, uint32_t index, struct ntfs_build *b,
	       struct apply **ret, struct err *err)
{
	struct apply *a = mem_alloc(sizeof(*a));
	int r;

	if (!a)
		return err_nomem(err);
	a->wim = w;
	a->build = b;
	r = wim_image_load(w, index, &a->image, err);
	if (!r)
		r = walk_image(a, err);
	if (r) {
		apply_free(a);
		return r;
	}
	if (a->target_count)
		qsort(a->targets, a->target_count, sizeof(*a->targets),
		      by_blob);
	*ret = a;
	return 0;
}

const struct apply_result *apply_get_result(const struct apply *a)
{
	return &a->result;
}

void apply_free(struct apply *a)
{
	if (!a)
		return;
	for (size_t i = 0; i < a->inline_count; i++)
		mem_free(a->inlines[i].data);
	mem_free(a->inlines);
	mem_free(a->targets);
	wim_image_free(a->image);
	mem_free(a);
}
