// SPDX-License-Identifier: MIT
//
// An image into a folder of an NTFS volume: what is there, and room for what comes.

#include <string.h>

#include "../capture/capture_priv.h"
#include "../unix.h"
#include "ntfs.h"

int into_ntfs_failed(const struct wim_dentry *d, int code,
		     const struct err *inner, struct err *err)
{
	char path[sizeof(inner->what)];

	if (code == -ENOMEM || apply_path(d, path, sizeof(path), NULL))
		return err_nomem(err);
	return err_set(err, code, *path ? path : "\\", ERR_NOWHERE, "%s: %s",
		       inner->what, inner->why);
}

// --- What is there -------------------------------------------------------------

static int note_entry(void *ctx, const struct ntfs_entry *e)
{
	return 1;
}

static int stands_there(const struct wim_dentry *d, const char *why,
			struct err *err)
{
	char path[96];

	if (apply_path(d, path, sizeof(path), NULL))
		return err_nomem(err);
	return err_set(err, -EEXIST, path, ERR_NOWHERE, "%s", why);
}

// What has a file's name is replaced, unless it is a folder. A link is no folder.
static int check_replaced(struct into *into, const struct wim_dentry *d,
			  const struct ntfs_put_found *found, struct err *err)
{
	struct ntfs_place *p = into->place;
	int r = 0;

	if (found->is_folder && !found->is_reparse)
		return stands_there(d,
				    "a folder is there, and the image has a "
				    "file or link by that name",
				    err);
	if (found->is_folder)
		r = ntfs_list(p->n, found->reference & 0xffffffffffff,
			      note_entry, NULL, err);
	return r == 1 ? stands_there(d, "a folder that holds files is there",
				     err)
		      : r;
}

static bool uses_folder(const struct wim_dentry *d,
			const struct ntfs_put_found *found)
{
	return d->attributes & NTFS_ATTR_DIRECTORY && found->is_folder &&
	       (!found->is_reparse == !(d->attributes & NTFS_ATTR_REPARSE)) &&
	       (d->child_count || !found->is_reparse);
}

// Finds out what has an entry's name. It may be left out by that.
static int look(struct into *into, const struct wim_dentry *d, struct err *err)
{
	struct ntfs_place *p = into->place;
	struct ntfs_put_found found;
	struct err inner = {0};
	int r;

	p->is_new[d->index] = true;
	if (p->is_new[d->parent->index])
		return 0;
	r = ntfs_put_find(p->put, p->references[d->parent->index], d->name,
			  d->name_len, &found, &inner);
	if (r)
		return r == -ENOENT ? 0 : err_pass(err, r, &inner);
	if (p->clashes[d->index] && !found.is_same && !found.is_systems)
		return 0;
	if (found.is_systems)
		return into_leave_out(into, d, INTO_NAME, err);
	if (uses_folder(d, &found)) {
		p->is_new[d->index] = false;
		p->references[d->index] = found.reference;
		return 0;
	}
	if (d->attributes & NTFS_ATTR_DIRECTORY &&
	    !(d->attributes & NTFS_ATTR_REPARSE))
		return stands_there(d,
				    "a file or link is there, and the image "
				    "has a folder by that name",
				    err);
	return check_replaced(into, d, &found, err);
}

// --- Room ----------------------------------------------------------------------

static int take_rooms(struct into *into, const struct wim_dentry *d,
		      struct err *err)
{
	struct ntfs_place *p = into->place;
	bool is_sparse = d->attributes & NTFS_ATTR_SPARSE;
	struct err inner = {0};
	int r = 0;

	for (size_t i = 0; i < d->stream_count && !r; i++) {
		const struct wim_stream *s = &d->streams[i];

		if (s->blob && s->blob->size &&
		    (s->name || !(d->attributes & NTFS_ATTR_DIRECTORY)))
			r = ntfs_room_new(
				p->put, s->blob->size, is_sparse,
				&p->rooms[p->first_room[d->index] + i], &inner);
	}
	return r ? into_ntfs_failed(d, r, &inner, err) : 0;
}

static int make_ea(struct into *into, const struct wim_dentry *d,
		   struct err *err)
{
	struct ntfs_place *p = into->place;
	struct err inner = {0};
	uint8_t *data;
	size_t size;
	int r = image_unix_ea(d, &data, &size, &inner);

	if (!r)
		p->ea[d->index] = (struct ntfs_bytes){data, size};
	if (r == -EFBIG)
		return into_lose(into, d, INTO_UNIX, err);
	return r ? err_pass(err, r, &inner) : 0;
}

static int check(struct into *into, const struct wim_dentry *d, struct err *err)
{
	struct ntfs_put_file file;
	struct err inner = {0};
	int r;

	into_ntfs_describe(into, d, &file);
	r = ntfs_put_check(&file, &inner);
	return r ? into_ntfs_failed(d, r, &inner, err) : 0;
}

static int make(struct into *into, const struct wim_dentry *d, struct err *err)
{
	int r = d->parent ? look(into, d, err) : 0;

	if (r || into->is_left_out[d->index])
		return r;
	r = make_ea(into, d, err);
	if (!r)
		r = check(into, d, err);
	return r ? r : take_rooms(into, d, err);
}

// A link from the image's root on leads into the folder.
static int lead_point(struct into *into, const struct wim_dentry *d,
		      uint8_t **data, size_t *size, struct err *err)
{
	struct ntfs_place *p = into->place;
	struct capture_point point;
	uint8_t *whole;
	int r;

	if (!into_fixes_link(into, d))
		return 0;
	r = capture_lead_point(p->folder, p->folder_len, d->reparse_tag,
			       *data + REPARSE_HEADER, *size - REPARSE_HEADER,
			       &point, err);
	if (r || !point.memory)
		return r;
	whole = mem_alloc(REPARSE_HEADER + point.size);
	if (whole) {
		memcpy(whole, *data, REPARSE_HEADER);
		memcpy(whole + 4, to_le16((uint16_t)point.size).b, 2);
		memcpy(whole + REPARSE_HEADER, point.data, point.size);
		mem_free(*data);
		*data = whole;
		*size = REPARSE_HEADER + point.size;
	}
	mem_free(point.memory);
	return whole ? 0 : err_nomem(err);
}

static int make_reparse(struct into *into, const struct wim_dentry *d,
			struct err *err)
{
	struct ntfs_place *p = into->place;
	struct err inner = {0};
	uint8_t *data = NULL;
	size_t size;
	int r = image_read_reparse(into->wim, d, &data, &size, &inner);

	if (!r)
		r = lead_point(into, d, &data, &size, &inner);
	if (r) {
		mem_free(data);
		return into_ntfs_failed(d, r, &inner, err);
	}
	p->reparse[d->index] = (struct ntfs_bytes){data, size};
	return make(into, d, err);
}

static int make_link(struct into *into, const struct wim_dentry *d,
		     const struct wim_dentry *first, struct err *err)
{
	struct ntfs_place *p = into->place;
	int r = look(into, d, err);

	if (r || into->is_left_out[d->index])
		return r;
	p->further[d->index] = p->further[first->index];
	p->further[first->index] = d->index;
	return 0;
}

static int ready(struct into *into, struct err *err)
{
	struct ntfs_place *p = into->place;

	return ntfs_put_check_room(p->put,
				   into->result.files + into->result.folders,
				   into->image->dentry_count, err);
}

static int write_piece(struct into *into, const struct wim_dentry *d,
		       const struct wim_stream *stream, uint64_t off,
		       const void *data, size_t len, struct err *err)
{
	struct ntfs_place *p = into->place;
	size_t room = p->first_room[d->index] + (size_t)(stream - d->streams);

	return ntfs_room_write(p->rooms[room], off, data, len, err);
}

// --- Before all of it ------------------------------------------------------------

static int make_tables(struct into *into, struct err *err)
{
	const struct wim_image *image = into->image;
	struct ntfs_place *p = into->place;
	size_t count = image->dentry_count;

	p->dentries = count;
	p->security = mem_array(image->security_count, sizeof(*p->security));
	p->references = mem_array(count, sizeof(*p->references));
	p->is_new = mem_array(count, sizeof(*p->is_new));
	p->clashes = mem_array(count, sizeof(*p->clashes));
	p->drops_short = mem_array(count, sizeof(*p->drops_short));
	p->further = mem_array(count, sizeof(*p->further));
	p->first_room = mem_array(count, sizeof(*p->first_room));
	p->reparse = mem_array(count, sizeof(*p->reparse));
	p->ea = mem_array(count, sizeof(*p->ea));
	if (!p->security || !p->references || !p->is_new || !p->clashes ||
	    !p->drops_short || !p->further || !p->first_room || !p->reparse ||
	    !p->ea)
		return err_nomem(err);
	for (size_t i = 0; i < count; i++) {
		p->first_room[i] = (uint32_t)p->room_count;
		p->room_count += image->dentries[i]->stream_count;
	}
	p->rooms = mem_array(p->room_count, sizeof(struct ntfs_room *));
	return p->rooms ? 0 : err_nomem(err);
}

static int enter_security(struct into *into, struct err *err)
{
	const struct wim_image *image = into->image;
	struct ntfs_place *p = into->place;
	struct ntfs_bytes *list =
		mem_array(image->security_count, sizeof(*list));
	int r;

	if (!list)
		return err_nomem(err);
	for (size_t i = 0; i < image->security_count; i++)
		list[i] = (struct ntfs_bytes){image->security[i].descriptor,
					      image->security[i].size};
	r = ntfs_put_security(p->put, list, image->security_count, p->security,
			      err);
	mem_free(list);
	return r;
}

// Of names that differ in case alone one has an 8.3 name: the first that brings one.
static void keep_first_short(struct ntfs_place *p,
			     const struct wim_dentry *folder)
{
	bool has = false;

	for (size_t k = 0; k < folder->child_count; k++) {
		const struct wim_dentry *d = folder->children[k],
					*last = folder->children[k ? k - 1 : 0];

		if (!k || utf16_casecmp(last->name, last->name_len, d->name,
					d->name_len))
			has = false;
		if (!p->clashes[d->index] || !d->short_name_len)
			continue;
		p->drops_short[d->index] = has;
		has = true;
	}
}

static int prepare(struct into *into, struct err *err)
{
	struct ntfs_place *p = into->place;
	int r = make_tables(into, err);

	if (r)
		return r;
	p->references[into->image->root->index] = p->target;
	into_find_clashes(into->image, true, p->clashes);
	for (size_t i = 0; i < into->image->dentry_count && !r; i++)
		if (into->image->dentries[i]->child_count) {
			keep_first_short(p, into->image->dentries[i]);
			r = into_short_load(&p->names, into->image->dentries[i],
					    p->drops_short, err);
		}
	return r ? r : enter_security(into, err);
}

// --- All of it ---------------------------------------------------------------

static int is_coming(void *ctx, const void *of, const le16 *name, size_t len,
		     struct err *err)
{
	struct ntfs_place *p = ctx;
	int r = into_short_load(&p->names, of, p->drops_short, err);

	return r ? r : into_short_has(&p->names, name, len);
}

static int open_place(struct ntfs_place *p, const char *folder, struct err *err)
{
	uint64_t now = filetime_now(), record;
	struct ntfs_stat s;
	int r = ntfs_mkdir_all(p->n, folder, now, err);

	if (!r)
		r = ntfs_lookup(p->n, folder, &record, err);
	if (!r)
		r = ntfs_stat(p->n, record, &s, err);
	if (!r && !s.is_directory)
		r = err_set(err, -ENOTDIR, folder, ERR_NOWHERE,
			    "it is no folder");
	if (r)
		return r;
	r = capture_link_folder(folder, &p->folder_memory, &p->folder,
				&p->folder_len, err);
	if (r)
		return r;
	p->target = s.record | (uint64_t)s.sequence << 48;
	return ntfs_put_new(p->n, now, is_coming, p, &p->put, err);
}

// Gives back what no file has got. What fails here the next change mends.
static void give_up(struct ntfs_place *p)
{
	int r = 0;

	for (size_t i = 0; p->rooms && i < p->room_count && !r; i++)
		if (p->rooms[i])
			r = ntfs_room_give(p->rooms[i], NULL);
	if (!r)
		r = ntfs_put_abort(p->put, NULL);
}

static void free_all(struct ntfs_bytes *list, size_t count)
{
	for (size_t i = 0; list && i < count; i++)
		mem_free((void *)(uintptr_t)list[i].data);
	mem_free(list);
}

static void close_place(struct ntfs_place *p)
{
	for (size_t i = 0; p->rooms && i < p->room_count; i++)
		ntfs_room_free(p->rooms[i]);
	free_all(p->reparse, p->dentries);
	free_all(p->ea, p->dentries);
	mem_free(p->folder_memory);
	mem_free(p->security);
	mem_free(p->references);
	mem_free(p->is_new);
	mem_free(p->clashes);
	mem_free(p->drops_short);
	mem_free(p->further);
	mem_free(p->first_room);
	mem_free(p->rooms);
	mem_free(p->names.slots);
	ntfs_put_free(p->put);
}

int image_into_ntfs(struct wim *w, uint32_t index, struct ntfs *n,
		    const char *folder, const struct into_options *options,
		    struct progress *progress, struct into_result *ret,
		    struct err *err)
{
	static const struct into_ops ops = {
		.prepare = prepare,
		.make_folder = make,
		.make_file = make,
		.make_reparse = make_reparse,
		.ready = ready,
		.make_link = make_link,
		.write = write_piece,
		.finish = into_ntfs_enter,
	};
	struct ntfs_place p = {.n = n};
	struct into into = {.ops = &ops, .place = &p, .takes_streams = true};
	int r = open_place(&p, folder, err);

	if (r) {
		close_place(&p);
		return r;
	}
	r = into_run(&into, w, index, options, progress, ret, err);
	if (r)
		give_up(&p);
	close_place(&p);
	return r;
}
