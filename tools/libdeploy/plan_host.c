// SPDX-License-Identifier: MIT
//
// The volume that holds the VHDs: each file gets its place, and room is left
// for one of them to grow to its full size, which Windows wants when it starts
// from it.

#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "plan_priv.h"

// A folder that is made already; `len` letters of a VHD's path.
struct folder {
	const char *path;
	size_t len;
	uint32_t node;
};

struct folders {
	struct folder *items;
	size_t count, capacity;
};

struct host {
	struct ntfs_build *build;
	struct folders folders;
	struct err *err;
};

static int add_node(struct host *h, uint32_t parent, const char *name,
		    size_t len, const struct ntfs_node_spec *spec,
		    uint32_t *ret)
{
	struct ntfs_name n = {.name_len = 0};
	char text[PLAN_MAX_PATH];
	le16 *units;
	int r;

	memcpy(text, name, len);
	text[len] = 0;
	r = utf16_from_utf8(text, &units, &n.name_len);
	if (r)
		return err_set(h->err, r, text, ERR_NOWHERE, "not a name");
	n.name = units;
	r = ntfs_build_add(h->build, spec, ret, h->err);
	if (!r)
		r = ntfs_build_link(h->build, *ret, parent, &n, h->err);
	mem_free(units);
	return r;
}

static bool find_folder(const struct host *h, const char *path, size_t len,
			uint32_t *ret)
{
	for (size_t i = 0; i < h->folders.count; i++) {
		const struct folder *f = &h->folders.items[i];

		if (f->len == len && !strncasecmp(f->path, path, len)) {
			*ret = f->node;
			return true;
		}
	}
	return false;
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
	for (; !r && (end = strchr(name, '\\')); name = end + 1) {
		size_t len = (size_t)(end - path);
		uint32_t parent = *ret;

		if (find_folder(h, path, len, ret))
			continue;
		r = add_node(h, parent, name, (size_t)(end - name), &folder,
			     ret);
		if (!r && mem_grow((void **)&h->folders.items, h->folders.count,
				   &h->folders.capacity, sizeof(struct folder)))
			r = err_nomem(h->err);
		if (!r)
			h->folders.items[h->folders.count++] =
				(struct folder){path, len, *ret};
	}
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
		r = add_node(h, folder, name, strlen(name), &spec, &node);
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
	mem_free(h.folders.items);
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
