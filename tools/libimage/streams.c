// SPDX-License-Identifier: MIT
//
// What a file of the image holds: data that comes later, and what is small and
// at hand now: reparse points, extended attributes, object ids.

#include <string.h>

#include "compact/compact.h"
#include "image_priv.h"
#include "unix.h"

// Remembers that a stream of the volume is filled from a blob.
static int add_target(struct apply *a, const struct wim_blob *blob,
		      uint32_t stream, bool is_pressed, struct err *err)
{
	const struct target target = {
		.blob = blob, .stream = stream, .is_pressed = is_pressed};

	return image_targets_add(&a->targets, &target, err);
}

static int add_data(struct walk *w, uint32_t node, const struct wim_stream *s,
		    struct err *err)
{
	struct ntfs_stream_spec spec = {
		.kind = NTFS_STREAM_DATA,
		.name = s->name,
		.name_len = s->name_len,
		.size = s->blob ? s->blob->size : 0,
		.order = s->blob ? s->blob->order : 0,
	};
	uint32_t stream;
	int r = ntfs_build_stream(w->apply->build, node, &spec, &stream, err);

	if (r || !s->blob)
		return r;
	w->apply->result.bytes += s->blob->size;
	w->apply->result.streams += s->name != NULL;
	return add_target(w->apply, s->blob, stream, false, err);
}

// As add_data for the unnamed stream of a file that is held compressed.
static int add_pressed(struct walk *w, uint32_t node, const struct pressed *p,
		       struct err *err)
{
	struct apply_result *result = &w->apply->result;
	uint32_t stream;
	int r = ntfs_build_wof(w->apply->build, node, p->blob->size, p->stored,
			       w->apply->compact->algorithm, p->blob->order,
			       &stream, err);

	if (r)
		return r;
	result->bytes += p->blob->size;
	result->compacted++;
	result->compacted_bytes += p->blob->size;
	result->stored_bytes += p->stored;
	return add_target(w->apply, p->blob, stream, true, err);
}

static int add_content(struct walk *w, uint32_t node,
		       enum ntfs_stream_kind kind, const void *data,
		       size_t size, struct err *err)
{
	struct ntfs_stream_spec spec = {
		.kind = kind, .size = size, .content = data};
	uint32_t stream;

	return ntfs_build_stream(w->apply->build, node, &spec, &stream, err);
}

// --- Reparse points ----------------------------------------------------------

static int add_reparse(struct walk *w, uint32_t node,
		       const struct wim_dentry *d, struct err *err)
{
	uint8_t *data;
	size_t size;
	int r = image_read_reparse(w->apply->wim, d, &data, &size, err);

	if (r)
		return r;
	r = add_content(w, node, NTFS_STREAM_REPARSE, data, size, err);
	w->apply->result.reparse_points++;
	mem_free(data);
	return r;
}

// --- Object ids --------------------------------------------------------------

// Returns true when an object id was not met before, and remembers it.
static bool take_object_id(struct walk *w, const struct guid *id)
{
	size_t i;

	i = (size_t)(load_le64(id->b) * UINT64_C(0x9e3779b97f4a7c15) >> 20);
	for (i &= w->object_id_mask; w->object_ids[i];
	     i = (i + 1) & w->object_id_mask)
		if (guid_equal(w->object_ids[i], id))
			return false;
	w->object_ids[i] = id;
	return true;
}

// Two files of a volume cannot have one object id. Where an image has it twice
// (folders that were copied with their ids), Windows sets the first, is refused
// the second, and goes on.
static int add_object_id(struct walk *w, uint32_t node,
			 const struct wim_dentry *d, struct err *err)
{
	if (take_object_id(w, &d->object_id))
		return add_content(w, node, NTFS_STREAM_OBJECT_ID,
				   d->long_id ? d->long_id : &d->object_id,
				   d->long_id ? 64 : sizeof(d->object_id), err);
	return apply_lose(w->apply, d, APPLY_OBJECT_ID, err);
}

// --- Extended attributes -----------------------------------------------------

static int add_ea(struct walk *w, uint32_t node, const struct wim_dentry *d,
		  struct err *err)
{
	struct err inner = {0};
	uint8_t *made = NULL;
	size_t size;
	int r = image_unix_ea(d, &made, &size, &inner);

	if (r == -EFBIG)
		r = apply_lose(w->apply, d, APPLY_UNIX, err);
	else if (r)
		return err_pass(err, r, &inner);
	if (!r && made)
		r = add_content(w, node, NTFS_STREAM_EA, made, size, err);
	else if (!r && d->ea_size)
		r = add_content(w, node, NTFS_STREAM_EA, d->ea, d->ea_size,
				err);
	mem_free(made);
	return r;
}

// --- All of them -------------------------------------------------------------

static int add_all(struct walk *w, uint32_t node, const struct wim_dentry *d,
		   struct err *err)
{
	const struct compact *compact = w->apply->compact;
	const struct pressed *pressed = compact ? image_compact_find(compact, d)
						: NULL;
	int r = d->attributes & NTFS_ATTR_COMPRESSED && !pressed
			? apply_lose(w->apply, d, APPLY_COMPRESSED, err)
			: 0;

	for (size_t i = 0; i < d->stream_count && !r; i++) {
		bool unnamed = !d->streams[i].name;

		if (unnamed && (d->attributes & NTFS_ATTR_DIRECTORY))
			continue;
		r = unnamed && pressed ? add_pressed(w, node, pressed, err)
				       : add_data(w, node, &d->streams[i], err);
	}
	if (!r && (d->attributes & NTFS_ATTR_REPARSE))
		r = add_reparse(w, node, d, err);
	if (!r)
		r = add_ea(w, node, d, err);
	if (!r && !guid_is_zero(&d->object_id))
		r = add_object_id(w, node, d, err);
	return r;
}

int apply_add_streams(struct walk *w, uint32_t node, const struct wim_dentry *d)
{
	struct err inner = {0};
	int r = add_all(w, node, d, &inner);

	return r ? apply_failed(w, d, &inner) : 0;
}
