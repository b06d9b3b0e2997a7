// SPDX-License-Identifier: MIT
//
// An image into a place: its tree first, from the root on; then content, in the
// order of the image file; then what is to be so at the end, from the leaves on, as
// a folder's times change with what is put into it.

#include <stdlib.h>

#include "into.h"

static bool is_folder(const struct wim_dentry *d)
{
	return d->attributes & NTFS_ATTR_DIRECTORY;
}

static bool is_reparse(const struct wim_dentry *d)
{
	return d->attributes & NTFS_ATTR_REPARSE;
}

// --- Targets of content ------------------------------------------------------

static int add_target(struct targets *t, const struct wim_dentry *d,
		      size_t stream, struct err *err)
{
	const struct target target = {.blob = d->streams[stream].blob,
				      .dentry = d->index,
				      .stream = (uint32_t)stream};

	return image_targets_add(t, &target, err);
}

static int add_streams(struct into *into, const struct wim_dentry *d,
		       struct err *err)
{
	bool lost = false;
	int r = 0;

	for (size_t i = 0; i < d->stream_count && !r; i++) {
		const struct wim_stream *s = &d->streams[i];

		if (s->name && !into->takes_streams)
			lost = true;
		else if (s->blob && (s->name || !is_folder(d))) {
			r = add_target(&into->targets, d, i, err);
			into->result.bytes += s->blob->size;
		}
	}
	return r || !lost ? r : into_lose(into, d, INTO_STREAMS, err);
}

static int write_piece(void *ctx, const struct wim_blob *blob, uint64_t off,
		       const void *data, size_t len, struct err *err)
{
	struct into *into = ctx;
	const struct target *t = image_targets_of(&into->targets, blob),
			    *end = into->targets.items + into->targets.count;

	for (; t < end && t->blob == blob; t++) {
		const struct wim_dentry *d = into->image->dentries[t->dentry];
		int r = into->ops->write(into, d, &d->streams[t->stream], off,
					 data, len, err);

		if (r)
			return r;
	}
	return 0;
}

// --- The tree ----------------------------------------------------------------

// The first entry of a link group has the content; those that follow are names.
struct by_group {
	uint64_t group;
	uint32_t index;
};

static int compare_groups(const void *a, const void *b)
{
	const struct by_group *x = a, *y = b;

	if (x->group != y->group)
		return x->group < y->group ? -1 : 1;
	return x->index < y->index ? -1 : x->index > y->index;
}

static int find_links(struct into *into, struct err *err)
{
	const struct wim_image *image = into->image;
	size_t count = 0;
	struct by_group *list = mem_array(image->dentry_count, sizeof(*list));

	into->first = mem_array(image->dentry_count, sizeof(*into->first));
	if (!list || !into->first) {
		mem_free(list);
		return err_nomem(err);
	}
	for (uint32_t i = 0; i < image->dentry_count; i++)
		if (image->dentries[i]->link_group &&
		    !is_folder(image->dentries[i]))
			list[count++] = (struct by_group){
				image->dentries[i]->link_group, i};
	qsort(list, count, sizeof(*list), compare_groups);
	for (size_t i = 1; i < count; i++) {
		uint32_t first = list[i - 1].index;

		if (list[i].group != list[i - 1].group)
			continue;
		into->first[list[i].index] = into->first[first]
						     ? into->first[first]
						     : image->dentries[first];
	}
	mem_free(list);
	return 0;
}

// Further names come when their files are whole: until then the first may turn out
// to be one that the place cannot hold.
static int make_links(struct into *into, struct err *err)
{
	int r = 0;

	for (size_t i = 0; i < into->image->dentry_count && !r; i++) {
		const struct wim_dentry *first = into->first[i];

		if (!first || into->is_left_out[i])
			continue;
		into->is_left_out[i] = into->is_left_out[first->index];
		if (into->is_left_out[i])
			continue;
		into->result.links++;
		r = into->ops->make_link(into, into->image->dentries[i], first,
					 err);
	}
	return r;
}

// What is left out when it is made has no content.
static int make(struct into *into, const struct wim_dentry *d, struct err *err)
{
	int r;

	if (d->attributes & NTFS_ATTR_ENCRYPTED && !is_folder(d))
		return into_leave_out(into, d, INTO_ENCRYPTED, err);
	if (into->first[d->index])
		return 0;
	if (is_reparse(d))
		r = into->ops->make_reparse(into, d, err);
	else if (is_folder(d))
		r = into->ops->make_folder(into, d, err);
	else
		r = into->ops->make_file(into, d, err);
	if (!r && d->attributes & NTFS_ATTR_ENCRYPTED &&
	    !into->is_left_out[d->index])
		r = into_lose(into, d, INTO_ENCRYPTED_FOLDER, err);
	// Other places have attributes of fewer kinds anyway.
	if (!r && into->takes_streams && d->attributes & NTFS_ATTR_COMPRESSED &&
	    !into->is_left_out[d->index])
		r = into_lose(into, d, INTO_COMPRESSED, err);
	if (r || into->is_left_out[d->index])
		return r;
	if (is_folder(d))
		into->result.folders++;
	else
		into->result.files++;
	return is_reparse(d) && !into->takes_streams
		       ? 0
		       : add_streams(into, d, err);
}

static int make_tree(struct into *into, struct progress *progress,
		     struct err *err)
{
	const struct wim_image *image = into->image;
	int r = 0;

	for (size_t i = 0; i < image->dentry_count && !r; i++) {
		const struct wim_dentry *d = image->dentries[i];

		if (d->parent && into->is_left_out[d->parent->index])
			into->is_left_out[d->index] = true;
		else
			r = make(into, d, err);
		if (!r && progress_report(progress, "Creating files", i,
					  image->dentry_count))
			r = err_set(err, -ECANCELED, "image", ERR_NOWHERE,
				    "stopped");
	}
	image_targets_sort(&into->targets);
	return r;
}

static int end_tree(struct into *into, struct err *err)
{
	int r = 0;

	for (size_t i = into->image->dentry_count; into->ops->end && i-- && !r;)
		if (!into->is_left_out[i])
			r = into->ops->end(into, into->image->dentries[i], err);
	return r;
}

// --- All of it ---------------------------------------------------------------

// All content of the image, before anything is made.
static int verify(struct into *into, struct pool *pool,
		  struct progress *progress, struct err *err)
{
	const struct wim_image *image = into->image;
	struct targets all = {0};
	int r = 0;

	for (size_t i = 0; i < image->dentry_count && !r; i++)
		for (size_t k = 0; k < image->dentries[i]->stream_count && !r;
		     k++)
			if (image->dentries[i]->streams[k].blob)
				r = add_target(&all, image->dentries[i], k,
					       err);
	image_targets_sort(&all);
	if (!r)
		r = image_targets_check(&all, into->wim, pool, progress, err);
	mem_free(all.items);
	return r;
}

// What has not its name yet is taken away.
static void drop_all(struct into *into)
{
	// from the leaves on
	for (size_t i = into->image->dentry_count; into->ops->drop && i--;)
		into->ops->drop(into, into->image->dentries[i]);
}

static int run(struct into *into, struct pool *pool, struct progress *progress,
	       struct err *err)
{
	const struct wim_sink sink = {write_piece, into};
	int r = 0;

	if (into->options->verify)
		r = verify(into, pool, progress, err);
	if (r)
		return r;
	r = make_tree(into, progress, err);
	if (!r && into->ops->ready)
		r = into->ops->ready(into, err);
	if (!r)
		r = image_targets_extract(&into->targets, into->wim, &sink,
					  "Applying image", pool, progress,
					  err);
	if (!r)
		r = make_links(into, err);
	if (!r)
		r = end_tree(into, err);
	if (!r)
		r = into->ops->finish(into, err);
	if (r)
		drop_all(into);
	return r;
}

int into_run(struct into *into, struct wim *w, uint32_t index,
	     const struct into_options *options, struct progress *progress,
	     struct into_result *ret, struct err *err)
{
	struct pool *pool = NULL;
	int r;

	into->wim = w;
	into->options = options;
	into->progress = progress;
	r = wim_image_load(w, index, &into->image, err);
	if (!r)
		r = find_links(into, err);
	if (!r) {
		into->is_left_out = mem_array(into->image->dentry_count,
					      sizeof(*into->is_left_out));
		r = into->is_left_out ? into->ops->prepare(into, err)
				      : err_nomem(err);
	}
	if (!r)
		r = pool_new(options->threads, &pool, err);
	if (!r)
		r = run(into, pool, progress, err);
	if (!r)
		*ret = into->result;
	pool_free(pool);
	mem_free(into->targets.items);
	mem_free(into->first);
	mem_free(into->is_left_out);
	wim_image_free(into->image);
	return r;
}
