// SPDX-License-Identifier: MIT
//
// The entries of an image into a volume, whose content is there: folders, then files
// with all their names, then what folders that were there get.

#include "ntfs.h"

static bool is_folder(const struct wim_dentry *d)
{
	return d->attributes & NTFS_ATTR_DIRECTORY;
}

void into_ntfs_describe(const struct into *into, const struct wim_dentry *d,
			struct ntfs_put_file *ret)
{
	const struct ntfs_place *p = into->place;

	*ret = (struct ntfs_put_file){
		.attributes = d->attributes,
		.created = d->created,
		.modified = d->modified,
		.changed = d->modified, // a WIM does not tell it
		.accessed = d->accessed,
		.security = d->security < 0 ? 0 : p->security[d->security],
		.reparse = p->reparse[d->index],
		.of = d,
	};
	ret->ea = p->ea[d->index];
	if (!ret->ea.data && d->ea_size)
		ret->ea = (struct ntfs_bytes){d->ea, d->ea_size};
	if (d->long_id)
		ret->object_id = (struct ntfs_bytes){d->long_id, 64};
	else if (!guid_is_zero(&d->object_id))
		ret->object_id = (struct ntfs_bytes){&d->object_id,
						     sizeof(d->object_id)};
}

// --- Names and streams ---------------------------------------------------------

static void make_name(const struct ntfs_place *p, const struct wim_dentry *d,
		      struct ntfs_put_name *ret)
{
	*ret = (struct ntfs_put_name){
		.folder = p->references[d->parent->index],
		.is_in_new = p->is_new[d->parent->index],
		.is_beside = p->clashes[d->index],
		.name = d->name,
		.name_len = d->name_len,
		.of = d->parent,
	};
	if (d->short_name_len && !p->drops_short[d->index]) {
		ret->dos_name = d->short_name;
		ret->dos_name_len = d->short_name_len;
	}
}

static size_t count_names(const struct ntfs_place *p, uint32_t i)
{
	size_t count = 1;

	while ((i = p->further[i]))
		count++;
	return count;
}

static int make_names(const struct into *into, const struct wim_dentry *d,
		      struct ntfs_put_name **ret, size_t *ret_count,
		      struct err *err)
{
	const struct ntfs_place *p = into->place;
	uint32_t at = d->index;
	size_t count = count_names(p, at);
	struct ntfs_put_name *names = mem_array(count, sizeof(*names));

	if (!names)
		return err_nomem(err);
	for (size_t i = 0; i < count; i++, at = p->further[at])
		make_name(p, into->image->dentries[at], &names[i]);
	*ret = names;
	*ret_count = count;
	return 0;
}

static int make_streams(const struct into *into, const struct wim_dentry *d,
			struct ntfs_put_stream **ret, struct err *err)
{
	const struct ntfs_place *p = into->place;
	struct ntfs_put_stream *streams =
		mem_array(d->stream_count, sizeof(*streams));

	if (!streams)
		return err_nomem(err);
	for (size_t i = 0; i < d->stream_count; i++)
		streams[i] = (struct ntfs_put_stream){
			.name = d->streams[i].name,
			.name_len = d->streams[i].name_len,
			.room = p->rooms[p->first_room[d->index] + i],
		};
	*ret = streams;
	return 0;
}

// --- One of them ---------------------------------------------------------------

static int put(struct into *into, const struct wim_dentry *d, struct err *err)
{
	struct ntfs_place *p = into->place;
	struct ntfs_put_stream *streams = NULL;
	struct ntfs_put_name *names = NULL;
	struct ntfs_put_file file;
	struct err inner = {0};
	bool is_there = p->references[d->index];
	int r;

	into_ntfs_describe(into, d, &file);
	r = make_streams(into, d, &streams, &inner);
	file.streams = streams;
	file.stream_count = d->stream_count;
	if (!r && !is_there) {
		r = make_names(into, d, &names, &file.name_count, &inner);
		file.names = names;
	}
	if (!r)
		r = is_there ? ntfs_put_set(p->put, p->references[d->index],
					    &file, &inner)
			     : ntfs_put_file(p->put, &file,
					     &p->references[d->index], &inner);
	for (size_t i = 0; !r && i < d->stream_count; i++) {
		struct ntfs_room **room =
			&p->rooms[p->first_room[d->index] + i];

		ntfs_room_free(*room);
		*room = NULL;
	}
	mem_free(streams);
	mem_free(names);
	return r ? into_ntfs_failed(d, r, &inner, err) : 0;
}

enum pass { FOLDERS, FILES, OLD_FOLDERS, PASSES };

static bool is_of_pass(const struct into *into, const struct wim_dentry *d,
		       enum pass pass)
{
	const struct ntfs_place *p = into->place;

	if (into->is_left_out[d->index] || into->first[d->index])
		return false;
	if (!is_folder(d))
		return pass == FILES;
	return pass == (p->is_new[d->index] ? FOLDERS : OLD_FOLDERS);
}

static int put_pass(struct into *into, enum pass pass, uint64_t *done,
		    struct err *err)
{
	const struct wim_image *image = into->image;
	int r = 0;

	for (size_t i = 0; i < image->dentry_count && !r; i++) {
		if (!is_of_pass(into, image->dentries[i], pass))
			continue;
		r = put(into, image->dentries[i], err);
		if (!r && progress_report(into->progress, "Entering files",
					  ++*done, image->dentry_count))
			r = err_set(err, -ECANCELED, "image", ERR_NOWHERE,
				    "stopped");
	}
	return r;
}

static int no_object_id(void *ctx, const void *of, struct err *err)
{
	return into_lose(ctx, of, INTO_OBJECT_ID, err);
}

int into_ntfs_enter(struct into *into, struct err *err)
{
	struct ntfs_place *p = into->place;
	uint64_t done = 0;
	int r = 0;

	for (enum pass pass = FOLDERS; pass < PASSES && !r; pass++)
		r = put_pass(into, pass, &done, err);
	return r ? r : ntfs_put_finish(p->put, no_object_id, into, err);
}
