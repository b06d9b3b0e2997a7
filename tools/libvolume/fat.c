// SPDX-License-Identifier: MIT
//
// The files of a FAT volume as a tree. FAT counts in seconds since 1970 here,
// and the bytes of a file in 32 bits.

#include <string.h>
#include <strings.h>

#include "volume_priv.h"

struct fat_tree {
	struct tree tree; // first
	struct disk *disk;
	struct fat *fat;
};

static struct fat *fat_of(struct tree *t)
{
	return ((struct fat_tree *)t)->fat;
}

// --- Reading -----------------------------------------------------------------

static void from_fat(const struct fat_stat *s, struct tree_stat *ret)
{
	*ret = (struct tree_stat){
		.attributes = s->attributes,
		.is_directory = s->is_directory,
		.size = s->size,
		.created = filetime_from_unix(s->created, 0),
		.modified = filetime_from_unix(s->modified, 0),
		.accessed = filetime_from_unix(s->accessed, 0),
	};
	memcpy(ret->name, s->name, sizeof(ret->name));
	if (strcasecmp(s->name, s->short_name))
		memcpy(ret->short_name, s->short_name, sizeof(ret->short_name));
}

static int stat_file(struct tree *t, const char *path, struct tree_stat *ret,
		     struct err *err)
{
	struct fat_stat s;
	int r = fat_stat(fat_of(t), path, &s, err);

	if (!r)
		from_fat(&s, ret);
	return r;
}

static uint64_t hash_unit(uint64_t hash, uint16_t unit) // FNV-1a
{
	const uint64_t prime = UINT64_C(0x100000001b3);

	hash = (hash ^ (unit & 0xff)) * prime;
	return (hash ^ unit >> 8) * prime;
}

// The path without case and in one form: a slash before each part alone. FAT
// has no numbers of files, and an empty one not even a first cluster.
static int hash_path(const char *path, uint64_t *ret, struct err *err)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);
	bool is_in_part = false;
	le16 *units;
	size_t count;

	// It is a path of a file: it is UTF-8.
	if (utf16_from_utf8(path, &units, &count))
		return err_nomem(err);
	for (size_t i = 0; i < count; i++) {
		uint16_t unit = get_le16(units[i]);
		bool is_slash = unit == '/' || unit == '\\';

		if (!is_slash && !is_in_part)
			hash = hash_unit(hash, '\\');
		if (!is_slash)
			hash = hash_unit(hash, utf16_upcase(unit));
		is_in_part = !is_slash;
	}
	mem_free(units);
	*ret = hash;
	return 0;
}

static int identify(struct tree *t, const char *path, struct tree_id *ret,
		    struct err *err)
{
	struct tree_id id = {0};
	struct fat_stat stat;
	int r = fat_stat(fat_of(t), path, &stat, err);

	if (!r)
		r = hash_path(path, &id.file, err);
	if (!r)
		*ret = id;
	// A path that goes on behind a file is none of a file.
	return r == -ENOTDIR ? -ENOENT : r;
}

struct list {
	tree_list_fn *fn;
	void *ctx;
};

static int pass_entry(void *ctx, const struct fat_stat *s)
{
	const struct list *l = ctx;
	struct tree_stat stat;

	from_fat(s, &stat);
	return l->fn(l->ctx, &stat);
}

static int list(struct tree *t, const char *path, tree_list_fn *fn, void *ctx,
		struct err *err)
{
	struct list l = {fn, ctx};

	return fat_list(fat_of(t), path, pass_entry, &l, err);
}

static int open_file(struct tree *t, const char *path, unsigned flags,
		     struct disk **ret, struct err *err)
{
	struct disk *d;
	int r = fat_open_file(fat_of(t), path, &d, err);

	if (r)
		return r;
	if (!(flags & DISK_READ_ONLY))
		return volume_growing(t, path, d, NULL, ret, err);
	// Whether the volume may be written to was not asked.
	d->read_only = true;
	*ret = d;
	return 0;
}

static int get_info(struct tree *t, const char *path, struct tree_info *ret,
		    struct err *err)
{
	const struct fat_info *fat = fat_get_info(fat_of(t));
	struct tree_info info = {.serial = fat->serial,
				 .cluster_size = fat->cluster_size,
				 .free = (uint64_t)fat->free_clusters *
					 fat->cluster_size};

	memcpy(info.label, fat->label, sizeof(fat->label));
	*ret = info;
	return 0;
}

// --- Changing ----------------------------------------------------------------

// A directory entry has 32 bits for the size.
static int check_size(const char *path, uint64_t size, struct err *err)
{
	return size <= UINT32_MAX
		       ? 0
		       : err_set(err, -EFBIG, path, ERR_NOWHERE,
				 "FAT cannot hold a file of %llu bytes",
				 (unsigned long long)size);
}

static int check_writable(struct tree *t, struct err *err)
{
	return fat_check_writable(fat_of(t), err);
}

static int check_new(struct tree *t, const char *name, uint64_t size,
		     struct err *err)
{
	int r = fat_check_name(name, err);

	return r ? r : check_size(name, size, err);
}

static int check_growth(struct tree *t, const char *path, uint64_t more,
			struct err *err)
{
	return err_set(err, -ENOTSUP, path, ERR_NOWHERE,
		       "it would become up to %llu bytes longer, and a "
		       "file in a FAT volume keeps its size",
		       (unsigned long long)more);
}

static int mkdir_all(struct tree *t, const char *path, uint64_t time,
		     struct err *err)
{
	return fat_mkdir_all(fat_of(t), path, filetime_to_unix(time), err);
}

static int create_file(struct tree *t, const char *path, uint64_t size,
		       uint32_t attributes, uint64_t time, struct disk **ret,
		       struct err *err)
{
	int r = check_size(path, size, err);

	return r ? r
		 : fat_create_file(fat_of(t), path, (uint32_t)size, attributes,
				   filetime_to_unix(time), ret, err);
}

static int write_file(struct tree *t, const char *path, const void *data,
		      size_t size, uint32_t attributes, uint64_t time,
		      struct err *err)
{
	int r = check_size(path, size, err);

	return r ? r
		 : fat_write_file(fat_of(t), path, data, (uint32_t)size,
				  attributes, filetime_to_unix(time), err);
}

static int set_info(struct tree *t, const char *path, uint32_t attributes,
		    uint64_t created, uint64_t modified, struct err *err)
{
	return fat_set_info(fat_of(t), path, attributes,
			    created ? filetime_to_unix(created) : 0,
			    modified ? filetime_to_unix(modified) : 0, err);
}

static int rename_file(struct tree *t, const char *from, const char *to,
		       uint64_t time, struct err *err)
{
	int r = fat_rename(fat_of(t), from, to, err);

	return r ? r : disk_flush(((struct fat_tree *)t)->disk, err);
}

static int remove_file(struct tree *t, const char *path, struct err *err)
{
	return fat_remove(fat_of(t), path, err);
}

static int sync_files(struct tree *t, struct err *err)
{
	int r = fat_sync(fat_of(t), err);

	return r ? r : disk_flush(((struct fat_tree *)t)->disk, err);
}

static const char *note(const struct tree *t)
{
	return fat_note(((const struct fat_tree *)t)->fat);
}

static void close_tree(struct tree *t)
{
	fat_close(fat_of(t));
	mem_free(t);
}

// No links and no streams: FAT has none.
static const struct tree_ops fat_ops = {
	.stat = stat_file,
	.identify = identify,
	.list = list,
	.open_file = open_file,
	.get_info = get_info,
	.check_writable = check_writable,
	.check_new = check_new,
	.check_growth = check_growth,
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

struct fat *volume_fat(struct tree *t)
{
	return t && t->ops == &fat_ops ? fat_of(t) : NULL;
}

static const char *kind(struct fat *fat)
{
	switch (fat_get_info(fat)->bits) {
	case 12:
		return "FAT12";
	case 16:
		return "FAT16";
	default:
		return "FAT32";
	}
}

int volume_open_fat(struct disk *disk, struct tree **ret, struct err *err)
{
	struct fat_tree *t = mem_alloc(sizeof(*t));
	int r;

	if (!t)
		return err_nomem(err);
	t->disk = disk;
	r = fat_open(disk, &t->fat, err);
	if (r) {
		mem_free(t);
		return r;
	}
	t->tree = (struct tree){
		.ops = &fat_ops, .kind = kind(t->fat), .slash = '\\'};
	*ret = &t->tree;
	return 0;
}
