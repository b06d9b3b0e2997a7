// SPDX-License-Identifier: MIT
//
// The volume that holds the VHDs: each file gets its place, and room is left
// for one of them to grow to its full size, which Windows wants when it starts
// from it.

#include <inttypes.h>
#include <string.h>

#include "plan_priv.h"

// A file or folder that is there already: its path, and what it is.
struct entry {
	le16 *path;
	size_t len;
	uint32_t node;
	bool is_folder;
};

struct host {
	struct ntfs_build *build;
	struct entry *entries;
	size_t count, capacity;
	struct err *err;
};

static int to_units(struct host *h, const char *text, size_t len, le16 **ret,
		    size_t *ret_len)
{
	char copy[PLAN_MAX_PATH];
	int r;

	memcpy(copy, text, len);
	copy[len] = 0;
	r = utf16_from_utf8(copy, ret, ret_len);
	return r ? err_set(h->err, r, copy, ERR_NOWHERE, "not a name") : 0;
}

static int add_node(struct host *h, uint32_t parent, const char *name,
		    size_t len, const struct ntfs_node_spec *spec,
		    uint32_t *ret)
{
	struct ntfs_name n = {.name_len = 0};
	le16 *units;
	int r = to_units(h, name, len, &units, &n.name_len);

	if (r)
		return r;
	n.name = units;
	r = ntfs_build_add(h->build, spec, ret, h->err);
	if (!r)
		r = ntfs_build_link(h->build, *ret, parent, &n, h->err);
	mem_free(units);
	return r;
}

// Windows knows no case, in no language, though NTFS may hold names that differ in
// it alone.
static const struct entry *find_entry(const struct host *h, const le16 *path,
				      size_t len)
{
	for (size_t i = 0; i < h->count; i++)
		if (!utf16_casecmp(h->entries[i].path, h->entries[i].len, path,
				   len))
			return &h->entries[i];
	return NULL;
}

static int keep(struct host *h, le16 *path, size_t len, uint32_t node,
		bool is_folder)
{
	if (mem_grow((void **)&h->entries, h->count, &h->capacity,
		     sizeof(*h->entries))) {
		mem_free(path);
		return err_nomem(h->err);
	}
	h->entries[h->count++] = (struct entry){path, len, node, is_folder};
	return 0;
}

// Makes what the first `len` letters of a path name, whose last part is `name`; a
// folder may be there.
static int make_entry(struct host *h, uint32_t parent, const char *path,
		      size_t len, const char *name,
		      const struct ntfs_node_spec *spec, uint32_t *ret)
{
	bool is_folder = spec->attributes & NTFS_ATTR_DIRECTORY;
	const struct entry *old;
	le16 *units;
	size_t count;
	int r = to_units(h, path, len, &units, &count);

	if (r)
		return r;
	old = find_entry(h, units, count);
	if (old) {
		mem_free(units);
		*ret = old->node;
		return old->is_folder && is_folder
			       ? 0
			       : err_set(h->err, -EEXIST, path, ERR_NOWHERE,
					 "it is there already");
	}
	r = add_node(h, parent, name, (size_t)(path + len - name), spec, ret);
	if (r) {
		mem_free(units);
		return r;
	}
	return keep(h, units, count, *ret, is_folder);
}

// Makes the folders of a path; *ret is the last one.
static int make_folders(struct host *h, const char *path,
			const struct ntfs_node_spec *spec, uint32_t *ret)
{
	struct ntfs_node_spec folder = *spec;
	const char *name = path + 1, *end;
	int r = 0;

	folder.attributes = NTFS_ATTR_DIRECTORY;
	*ret = NTFS_ROOT;
	for (; !r && (end = strchr(name, '\\')); name = end + 1)
		r = make_entry(h, *ret, path, (size_t)(end - path), name,
			       &folder, ret);
	return r;
}

// A parent that is not started must never change.
static uint32_t attributes(const struct answer_system *a)
{
	return NTFS_ATTR_ARCHIVE |
	       (a->has_child && !a->in_menu ? NTFS_ATTR_READONLY : 0);
}

static int reserve(struct host *h, struct plan_system *s)
{
	struct ntfs_node_spec spec = {
		.attributes = attributes(s->answer),
		.created = s->time,
		.modified = s->time,
		.changed = s->time,
		.accessed = s->time,
		.security = NTFS_NO_SECURITY,
	};
	const struct ntfs_stream_spec stream = {.kind = NTFS_STREAM_DATA,
						.size = s->layout.file_size,
						.reserve = true};
	const char *name = strrchr(s->answer->path, '\\') + 1;
	uint32_t folder, node;
	int r = make_folders(h, s->answer->path, &spec, &folder);

	if (!r)
		r = make_entry(h, folder, s->answer->path,
			       strlen(s->answer->path), name, &spec, &node);
	if (!r)
		r = ntfs_build_stream(h->build, node, &stream, &s->stream,
				      h->err);
	return r;
}

static int reserve_all(struct plan *p, struct err *err)
{
	struct host h = {.build = p->host, .err = err};
	int r = 0;

	for (size_t i = 0; i < p->system_count && !r; i++)
		if (!p->systems[i].answer->on_partition)
			r = reserve(&h, &p->systems[i]);
	for (size_t i = 0; i < h.count; i++)
		mem_free(h.entries[i].path);
	mem_free(h.entries);
	return r;
}

// Says what does not fit: the only VHD, or all of them.
static int no_room(const struct plan *p, struct err *err)
{
	const struct plan_system *only = NULL;
	uint64_t sum = 0;
	size_t count = 0;

	for (size_t i = 0; i < p->system_count; i++) {
		if (p->systems[i].answer->on_partition)
			continue;
		only = &p->systems[i];
		sum += only->layout.file_size;
		count++;
	}
	if (count == 1)
		return err_set(err, -ENOSPC, only->answer->path, ERR_NOWHERE,
			       "a VHD of %" PRIu64
			       " MB does not fit into the partition of %" PRIu64
			       " MB",
			       only->answer->size >> 20, p->data->size >> 20);
	return err_set(err, -ENOSPC, p->target.name, ERR_NOWHERE,
		       "%zu VHDs with files of %" PRIu64
		       " MB together do not fit into the partition of %" PRIu64
		       " MB",
		       count, sum >> 20, p->data->size >> 20);
}

// Windows makes a disk as large as it can be when it starts from it. One at a
// time is started, so each may count on all that is left.
static int check_growth(const struct plan *p, struct err *err)
{
	struct disk_extent used[NTFS_BUILD_RANGES];
	uint64_t left;

	ntfs_build_used(p->host, used);
	left = p->data->size - used[0].len - used[1].len - used[2].len;
	for (size_t i = 0; i < p->system_count; i++) {
		const struct plan_system *s = &p->systems[i];
		uint64_t more = s->layout.max_size - s->layout.file_size;

		if (s->answer->in_menu && !s->answer->on_partition &&
		    more > left)
			return err_set(err, -ENOSPC, s->answer->path,
				       ERR_NOWHERE,
				       "Windows needs room to make it as large "
				       "as it can be: %" PRIu64
				       " MB more, and %" PRIu64
				       " MB are left on the partition",
				       more >> 20, left >> 20);
	}
	return 0;
}

static int open_files(struct plan *p, struct err *err)
{
	int r = 0;

	for (size_t i = 0; i < p->system_count && !r; i++) {
		struct plan_system *s = &p->systems[i];

		if (s->answer->on_partition)
			continue;
		r = ntfs_build_open_stream(p->host, s->stream, &s->file, err);
		if (!r && !s->parent)
			r = vdisk_create_content(s->file, &s->create,
						 &s->content, err);
	}
	return r;
}

int plan_host(struct plan *p, struct err *err)
{
	const struct ntfs_build_options options = {
		.label = p->answer->data_label,
		.serial = p->data_serial,
		.hidden_sectors = p->data->start / p->target.disk->sector_size,
		.time = p->time,
	};
	struct err inner = {0};
	int r = ntfs_build_new(p->data_disk, &options, &p->host, &inner);

	if (!r)
		r = reserve_all(p, &inner);
	if (!r)
		r = ntfs_build_layout(p->host, &inner);
	if (r == -ENOSPC)
		return no_room(p, err);
	if (r == -EEXIST)
		return err_set(
			err, r, "[vhd] path", ERR_NOWHERE,
			"the paths cannot be together on one volume: a "
			"file where another has a folder, or a name that "
			"NTFS has itself");
	if (r)
		return err_pass(err, r, &inner);
	r = check_growth(p, err);
	return r ? r : open_files(p, err);
}
