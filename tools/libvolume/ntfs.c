// SPDX-License-Identifier: MIT
//
// The files of an NTFS volume as a tree.

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "ntfs_change.h"
#include "volume_priv.h"

struct ntfs_tree {
	struct tree tree; // first
	struct disk *disk;
	struct ntfs *ntfs;
};

static struct ntfs *ntfs_of(struct tree *t)
{
	return ((struct ntfs_tree *)t)->ntfs;
}

// --- Reading -----------------------------------------------------------------

// The 8.3 names of a folder: each is an entry of its own, sorted among the
// others by its letters, so not beside the long one of its file.
struct short_name {
	uint64_t record;
	char name[12 * 3 + 1]; // 8.3, and three bytes of UTF-8 a unit at most
};

struct listing {
	tree_list_fn *fn;
	void *ctx;
	struct short_name *names; // by record
	size_t count, capacity;
	struct err *err;
};

static int take_short_name(void *ctx, const struct ntfs_entry *e)
{
	struct listing *l = ctx;
	struct short_name *s;

	if (e->name_space != NTFS_NS_DOS)
		return 0;
	if (mem_grow((void **)&l->names, l->count, &l->capacity,
		     sizeof(*l->names)))
		return err_nomem(l->err);
	s = &l->names[l->count++];
	*s = (struct short_name){.record = e->record};
	strncpy(s->name, e->utf8, sizeof(s->name) - 1);
	return 0;
}

static int by_record(const void *a, const void *b)
{
	const struct short_name *x = a, *y = b;

	return x->record < y->record ? -1 : x->record > y->record;
}

static int list_entry(void *ctx, const struct ntfs_entry *e)
{
	const struct listing *l = ctx;
	struct short_name key = {.record = e->record};
	const struct short_name *found = NULL;
	struct tree_stat s = {
		.attributes = e->attributes,
		.is_directory = e->attributes & NTFS_ATTR_DIRECTORY,
		.created = e->created,
		.modified = e->modified,
		.accessed = e->accessed,
		.reparse_tag = e->reparse_tag,
	};

	// The system's own files ($MFT and others) are not shown, as in
	// Windows.
	if (e->name_space == NTFS_NS_DOS || e->record < NTFS_FIRST_FILE)
		return 0;
	s.size = s.is_directory ? 0 : e->size;
	strncpy(s.name, e->utf8, sizeof(s.name) - 1);
	// In the other name spaces a name has no short one, or is it itself.
	if (e->name_space == NTFS_NS_WIN32 && l->count)
		found = bsearch(&key, l->names, l->count, sizeof(*l->names),
				by_record);
	if (found)
		memcpy(s.short_name, found->name, sizeof(s.short_name));
	return l->fn(l->ctx, &s);
}

static int list(struct tree *t, const char *path, tree_list_fn *fn, void *ctx,
		struct err *err)
{
	struct listing l = {.fn = fn, .ctx = ctx, .err = err};
	uint64_t record;
	int r = ntfs_lookup(ntfs_of(t), path, &record, err);

	if (!r)
		r = ntfs_list(ntfs_of(t), record, take_short_name, &l, err);
	if (!r && l.count)
		qsort(l.names, l.count, sizeof(*l.names), by_record);
	if (!r)
		r = ntfs_list(ntfs_of(t), record, list_entry, &l, err);
	mem_free(l.names);
	return r;
}

struct find_name {
	uint64_t record;
	const char *given;
	char *name; // of struct tree_stat
};

// A file may have several names in one folder: the given one is preferred.
static int find_name(void *ctx, const struct ntfs_entry *e)
{
	struct find_name *f = ctx;

	if (e->name_space == NTFS_NS_DOS || e->record != f->record)
		return 0;
	strncpy(f->name, e->utf8, 255 * 3);
	return !strcasecmp(e->utf8, f->given);
}

// Finds the name that a path's last part has in its folder; the root has none.
static int real_name(struct tree *t, const char *path, char *name,
		     struct err *err)
{
	char *folder = mem_strdup(path);
	size_t len = strlen(path), start;
	struct find_name find = {.name = name};
	uint64_t parent;
	int r;

	if (!folder)
		return err_nomem(err);
	while (len && strchr("\\/", folder[len - 1]))
		len--;
	for (start = len; start && !strchr("\\/", folder[start - 1]);)
		start--;
	folder[start] = 0;
	r = ntfs_lookup(ntfs_of(t), folder, &parent, err);
	if (!r)
		r = ntfs_lookup_link(ntfs_of(t), path, &find.record, err);
	mem_free(folder);
	if (r || start == len)
		return r;
	find.given = path + start;
	r = ntfs_list(ntfs_of(t), parent, find_name, &find, err);
	return r < 0 ? r : 0;
}

static int stat_record(struct tree *t, const char *path, uint64_t record,
		       struct tree_stat *ret, struct err *err)
{
	struct tree_stat s = {.name = ""};
	struct ntfs_stat stat;
	int r = ntfs_stat(ntfs_of(t), record, &stat, err);

	if (!r)
		r = real_name(t, path, s.name, err);
	if (r)
		return r;
	s.attributes = stat.attributes;
	s.is_directory = stat.is_directory;
	s.size = stat.is_directory ? 0 : stat.size;
	s.created = stat.created;
	s.modified = stat.modified;
	s.accessed = stat.accessed;
	s.reparse_tag = stat.reparse_tag;
	*ret = s;
	return 0;
}

static int stat_file(struct tree *t, const char *path, struct tree_stat *ret,
		     struct err *err)
{
	uint64_t record;
	int r = ntfs_lookup(ntfs_of(t), path, &record, err);

	return r ? r : stat_record(t, path, record, ret, err);
}

static int stat_link(struct tree *t, const char *path, struct tree_stat *ret,
		     struct err *err)
{
	uint64_t record;
	int r = ntfs_lookup_link(ntfs_of(t), path, &record, err);

	return r ? r : stat_record(t, path, record, ret, err);
}

static int identify(struct tree *t, const char *path, struct tree_id *ret,
		    struct err *err)
{
	struct tree_id id = {0};
	int r = ntfs_lookup(ntfs_of(t), path, &id.file, err);

	if (!r)
		*ret = id;
	// A path that goes on behind a file is none of a file.
	return r == -ENOTDIR ? -ENOENT : r;
}

static int read_link(struct tree *t, const char *path, char **ret,
		     struct err *err)
{
	uint64_t record;
	int r = ntfs_lookup_link(ntfs_of(t), path, &record, err);

	return r ? r : ntfs_read_link(ntfs_of(t), record, ret, err);
}

struct streams {
	tree_stream_fn *fn;
	void *ctx;
	struct err *err;
};

static int list_stream(void *ctx, const struct ntfs_stream *stream)
{
	const struct streams *s = ctx;
	char *name;
	int r;

	if (stream->type != NTFS_DATA || !stream->name_len)
		return 0;
	name = utf16_to_utf8(stream->name, stream->name_len);
	if (!name)
		return err_nomem(s->err);
	r = s->fn(s->ctx, name, stream->size);
	mem_free(name);
	return r;
}

static int streams(struct tree *t, const char *path, tree_stream_fn *fn,
		   void *ctx, struct err *err)
{
	struct streams s = {fn, ctx, err};
	uint64_t record;
	int r = ntfs_lookup_link(ntfs_of(t), path, &record, err);

	return r ? r : ntfs_streams(ntfs_of(t), record, list_stream, &s, err);
}

static int add_free(void *ctx, uint64_t off, uint64_t len)
{
	uint64_t *sum = ctx;

	*sum += len;
	return 0;
}

// Free clusters are counted: NTFS stores their number nowhere.
static int get_info(struct tree *t, const char *path, struct tree_info *ret,
		    struct err *err)
{
	const struct ntfs_info *ntfs = ntfs_get_info(ntfs_of(t));
	struct tree_info info = {.serial = (uint32_t)ntfs->serial,
				 .cluster_size = ntfs->cluster_size};
	int r = ntfs_free_ranges(ntfs_of(t), add_free, &info.free, err);

	memcpy(info.label, ntfs->label, sizeof(info.label));
	if (!r)
		*ret = info;
	return r;
}

// A folder of NTFS has no data to open, unless by the name of a stream; it is
// called what it is.
static int check_is_file(struct tree *t, const char *path, struct err *err)
{
	const char *stream = strchr(path, ':');
	struct ntfs_stat stat;
	uint64_t record;
	int r;

	if (stream && stream[1] != ':')
		return 0;
	if (stream) { // "path::$DATA"
		char *file = mem_strdup(path);

		if (!file)
			return err_nomem(err);
		file[stream - path] = 0;
		r = check_is_file(t, file, err);
		mem_free(file);
		return r;
	}
	r = ntfs_lookup(ntfs_of(t), path, &record, err);
	if (!r)
		r = ntfs_stat(ntfs_of(t), record, &stat, err);
	if (!r && stat.is_directory)
		r = err_set(err, -EISDIR, path, ERR_NOWHERE, "it is a folder");
	return r;
}

static int reopen(struct tree *t, const char *path, struct disk **ret,
		  struct err *err)
{
	int r = check_is_file(t, path, err);

	return r ? r : ntfs_open_file(ntfs_of(t), path, ret, err);
}

static int open_to_read(struct tree *t, const char *path, struct disk **ret,
			struct err *err)
{
	struct disk *d;
	int r = reopen(t, path, &d, err);

	if (r)
		return r;
	// Whether the volume may be written to was not asked.
	d->read_only = true;
	*ret = d;
	return 0;
}

static int open_file(struct tree *t, const char *path, unsigned flags,
		     struct disk **ret, struct err *err)
{
	struct disk *d;
	uint64_t record;
	int r;

	if (flags & DISK_READ_ONLY)
		return open_to_read(t, path, ret, err);
	r = check_is_file(t, path, err);
	if (!r)
		r = ntfs_lookup(ntfs_of(t), path, &record, err);
	if (!r)
		r = ntfs_check_in_place(ntfs_of(t), record, path, err);
	if (!r)
		r = reopen(t, path, &d, err);
	return r ? r : volume_growing(t, path, d, reopen, ret, err);
}

// --- Changing ----------------------------------------------------------------

static int check_writable(struct tree *t, struct err *err)
{
	return ntfs_check_writable(ntfs_of(t), err);
}

static int check_new(struct tree *t, const char *name, uint64_t size,
		     struct err *err)
{
	return ntfs_check_name(name, err);
}

// Asked before a virtual disk is merged into its parent: to run out of room
// halfway is worse than to be refused.
static int check_growth(struct tree *t, const char *path, uint64_t more,
			struct err *err)
{
	// Their clusters are not simply one for each piece of the file.
	const uint32_t fixed = NTFS_ATTR_SPARSE | NTFS_ATTR_COMPRESSED |
			       NTFS_ATTR_ENCRYPTED;
	struct tree_stat stat;
	uint64_t free = 0;
	int r = stat_file(t, path, &stat, err);

	if (!r && (stat.attributes & fixed))
		return err_set(err, -ENOTSUP, path, ERR_NOWHERE,
			       "it would become longer, and is sparse, "
			       "compressed or encrypted");
	if (!r)
		r = ntfs_free_ranges(ntfs_of(t), add_free, &free, err);
	if (r || more <= free)
		return r;
	return err_set(
		err, -ENOSPC, path, ERR_NOWHERE,
		"it would become up to %llu bytes longer, and its volume "
		"has %llu",
		(unsigned long long)more, (unsigned long long)free);
}

static int begin(struct tree *t, struct err *err)
{
	return ntfs_change_begin(ntfs_of(t), err);
}

static int mkdir_all(struct tree *t, const char *path, uint64_t time,
		     struct err *err)
{
	return ntfs_mkdir_all(ntfs_of(t), path, time, err);
}

static int create_file(struct tree *t, const char *path, uint64_t size,
		       uint32_t attributes, uint64_t time, struct disk **ret,
		       struct err *err)
{
	return ntfs_create_file(ntfs_of(t), path, size, attributes, time, ret,
				err);
}

static int write_file(struct tree *t, const char *path, const void *data,
		      size_t size, uint32_t attributes, uint64_t time,
		      struct err *err)
{
	return ntfs_write_file(ntfs_of(t), path, data, size, attributes, time,
			       err);
}

static int set_info(struct tree *t, const char *path, uint32_t attributes,
		    uint64_t created, uint64_t modified, struct err *err)
{
	return ntfs_set_info(ntfs_of(t), path, attributes, created, modified,
			     err);
}

static int rename_file(struct tree *t, const char *from, const char *to,
		       uint64_t time, struct err *err)
{
	int r = ntfs_rename(ntfs_of(t), from, to, time, err);

	return r ? r : disk_flush(((struct ntfs_tree *)t)->disk, err);
}

static int remove_file(struct tree *t, const char *path, struct err *err)
{
	return ntfs_remove(ntfs_of(t), path, err);
}

static int sync_files(struct tree *t, struct err *err)
{
	int r = ntfs_sync(ntfs_of(t), err);

	return r ? r : disk_flush(((struct ntfs_tree *)t)->disk, err);
}

static const char *note(const struct tree *t)
{
	return ntfs_note(((const struct ntfs_tree *)t)->ntfs);
}

static void close_tree(struct tree *t)
{
	ntfs_close(ntfs_of(t));
	mem_free(t);
}

static const struct tree_ops ntfs_ops = {
	.stat = stat_file,
	.stat_link = stat_link,
	.identify = identify,
	.list = list,
	.read_link = read_link,
	.streams = streams,
	.open_file = open_file,
	.get_info = get_info,
	.check_writable = check_writable,
	.check_new = check_new,
	.check_growth = check_growth,
	.begin = begin,
	.mkdir_all = mkdir_all,
	.create_file = create_file,
	.write_file = write_file,
	.set_info = set_info,
	.rename = rename_file,
	.remove = remove_file,
	.sync = sync_files,
	.note = note,
	.close = close_tree,
};

struct ntfs *volume_ntfs(struct tree *t)
{
	return t && t->ops == &ntfs_ops ? ntfs_of(t) : NULL;
}

int volume_open_ntfs(struct disk *disk, struct tree **ret, struct err *err)
{
	struct ntfs_tree *t = mem_alloc(sizeof(*t));
	int r;

	if (!t)
		return err_nomem(err);
	t->disk = disk;
	r = ntfs_open(disk, &t->ntfs, err);
	if (r) {
		mem_free(t);
		return r;
	}
	t->tree =
		(struct tree){.ops = &ntfs_ops, .kind = "NTFS", .slash = '\\'};
	*ret = &t->tree;
	return 0;
}
