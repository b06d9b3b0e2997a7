// SPDX-License-Identifier: MIT
//
// An image's tree becomes nodes, names and streams of a volume to be built.

#include <string.h>

#include "compact/compact.h"
#include "image_priv.h"

int apply_path(const struct wim_dentry *d, char *dst, size_t size,
	       struct err *err)
{
	size_t at = size - 1;

	dst[at] = 0;
	for (; d && d->parent; d = d->parent) {
		char *name = utf16_to_utf8(d->name, d->name_len);
		size_t n;

		if (!name)
			return err_nomem(err);
		n = strlen(name);
		if (at == size - 1) // a long name by itself: its beginning
			while (n >= at || (n && (name[n] & 0xc0) == 0x80))
				n--;
		if (n + 1 > at) {
			mem_free(name);
			break;
		}
		at -= n;
		memcpy(dst + at, name, n);
		dst[--at] = '\\';
		mem_free(name);
	}
	memmove(dst, dst + at, size - at);
	return 0;
}

int apply_failed(struct walk *w, const struct wim_dentry *d,
		 const struct err *inner)
{
	char path[sizeof(inner->what)];

	if (inner->code == -ENOMEM || apply_path(d, path, sizeof(path), NULL))
		return err_nomem(w->err);
	return err_set(w->err, inner->code, *path ? path : "\\", ERR_NOWHERE,
		       "NTFS cannot hold it: %s: %s", inner->what, inner->why);
}

const char *apply_loss_text(enum apply_loss loss)
{
	static const char *const texts[APPLY_LOSSES] = {
		[APPLY_OBJECT_ID] =
			"it has the object id of another file, which keeps it; "
			"as Windows does, it is applied without one",
		[APPLY_ENCRYPTED] = "it is left out: the image holds it "
				    "encrypted (EFS)",
		[APPLY_ENCRYPTED_FOLDER] =
			"it does not encrypt what is put into it (EFS), as the "
			"image has it",
		[APPLY_COMPRESSED] =
			"NTFS does not compress it (or what is put into it), "
			"as the image has it",
		[APPLY_UNIX] = "it is there without its owner and mode of "
			       "Linux, which have no room beside its extended "
			       "attributes",
	};

	return texts[loss];
}

int apply_lose(struct apply *a, const struct wim_dentry *d,
	       enum apply_loss loss, struct err *err)
{
	struct apply_lost *lost = &a->result.lost[loss];

	return lost->count++
		       ? 0
		       : apply_path(d, lost->first, sizeof(lost->first), err);
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

static size_t table_slots(size_t entries)
{
	size_t slots = 16;

	while (slots < entries * 2)
		slots *= 2;
	return slots;
}

// Makes the tables of link groups and object ids.
static int make_tables(struct walk *w, const struct wim_image *image)
{
	size_t groups = 0, ids = 0;

	for (size_t i = 0; i < image->dentry_count; i++) {
		groups += image->dentries[i]->link_group != 0;
		ids += !guid_is_zero(&image->dentries[i]->object_id);
	}
	groups = table_slots(groups);
	ids = table_slots(ids);
	w->groups = mem_array(groups, sizeof(*w->groups));
	w->object_ids = mem_array(ids, sizeof(*w->object_ids));
	w->group_mask = groups - 1;
	w->object_id_mask = ids - 1;
	return w->groups && w->object_ids ? 0 : err_nomem(w->err);
}

static struct ntfs_node_spec make_spec(const struct walk *w,
				       const struct wim_dentry *d)
{
	return (struct ntfs_node_spec){
		.attributes = d->attributes,
		.created = d->created,
		.modified = d->modified,
		.changed = d->modified, // a WIM does not tell it
		.accessed = d->accessed,
		.security = d->security < 0 ? NTFS_NO_SECURITY
					    : w->security[d->security],
	};
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
	spec = make_spec(w, d);
	if (!d->parent) {
		*ret_node = NTFS_ROOT;
		r = ntfs_build_set(a->build, NTFS_ROOT, &spec, w->err);
	} else {
		r = ntfs_build_add(a->build, &spec, ret_node, w->err);
	}
	if (r)
		return r;
	// The streams of the first name count; further names of the file repeat
	// them.
	if (group)
		*group = (struct group){d->link_group, *ret_node};
	if (is_folder)
		a->result.folders++;
	else
		a->result.files++;
	return apply_add_streams(w, *ret_node, d);
}

// What a WIM holds of an encrypted file is an export of EFS, which only Windows can
// turn into a file; written as it is, it would be one that nobody can read.
static int judge_encrypted(struct walk *w, const struct wim_dentry *d)
{
	if (!(d->attributes & NTFS_ATTR_ENCRYPTED))
		return 0;
	if (d->attributes & NTFS_ATTR_DIRECTORY)
		return apply_lose(w->apply, d, APPLY_ENCRYPTED_FOLDER, w->err);
	w->nodes[d->index] = NTFS_NO_NODE;
	return apply_lose(w->apply, d, APPLY_ENCRYPTED, w->err);
}

// Dentries come level by level, so the node of the folder is there.
static int add_dentry(struct walk *w, struct wim_dentry *d)
{
	struct ntfs_name name = {d->name, d->name_len, d->short_name,
				 d->short_name_len};
	struct err inner = {0};
	int r = judge_encrypted(w, d);

	if (r || w->nodes[d->index] == NTFS_NO_NODE)
		return r;
	r = make_node(w, d, &w->nodes[d->index]);
	if (r || !d->parent)
		return r;
	r = ntfs_build_link(w->apply->build, w->nodes[d->index],
			    w->nodes[d->parent->index], &name, &inner);
	return r ? apply_failed(w, d, &inner) : 0;
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
		r = make_tables(&w, image);
	for (size_t i = 0; i < image->dentry_count && !r; i++)
		r = add_dentry(&w, image->dentries[i]);
	mem_free(w.groups);
	mem_free(w.object_ids);
	mem_free(w.security);
	mem_free(w.nodes);
	return r;
}

int apply_tree(struct wim *w, uint32_t index, struct ntfs_build *b,
	       const struct apply_compact *compact, struct apply **ret,
	       struct err *err)
{
	struct apply *a = mem_alloc(sizeof(*a));
	int r;

	if (!a)
		return err_nomem(err);
	a->wim = w;
	a->build = b;
	r = wim_image_load(w, index, &a->image, err);
	if (!r && compact)
		r = image_compact_new(w, a->image, compact,
				      ntfs_build_cluster_size(b), &a->compact,
				      err);
	if (!r)
		r = walk_image(a, err);
	if (r) {
		apply_free(a);
		return r;
	}
	image_targets_sort(&a->targets);
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
	mem_free(a->targets.items);
	image_compact_free(a->compact);
	wim_image_free(a->image);
	mem_free(a);
}
