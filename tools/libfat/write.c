// SPDX-License-Identifier: MIT
//
// Changing a volume: folders and files made, replaced and removed in memory,
// and the order in which all of it is written.
//
// Clusters of what was removed or replaced stay taken until nothing on the
// volume leads to them, so that at no time two files can own one.

#include <string.h>

#include "fat_priv.h"

int fat_free_later(struct fat *f, uint32_t first, struct err *err)
{
	void *frees = f->frees;

	if (mem_grow(&frees, f->free_count, &f->free_capacity,
		     sizeof(*f->frees)))
		return err_nomem(err);
	f->frees = frees;
	if (first)
		f->frees[f->free_count++] = first;
	return 0;
}

// A folder's size is 0 by the specification: its chain says how long it is.
static struct fat_entry_disk make_entry(unsigned attributes, uint32_t cluster,
					uint32_t size, int64_t time)
{
	struct fat_entry_disk d = {.attributes = (uint8_t)attributes,
				   .size = to_le32(size)};

	fat_time_encode(time, &d.modified_date, &d.modified_time);
	d.created_date = d.accessed_date = d.modified_date;
	d.created_time = d.modified_time;
	fat_entry_set_cluster(&d, cluster);
	return d;
}

// --- Folders -----------------------------------------------------------------

static void fill_folder(struct fat_dir *d, const struct fat_dir *parent,
			bool in_root, int64_t time)
{
	struct fat_entry_disk e =
		make_entry(FAT_ATTR_DIRECTORY, d->first, 0, time);

	memcpy(e.name, ".          ", 11);
	memcpy(d->data, &e, sizeof(e));
	// The root folder is 0 here even on FAT32, where it has a cluster;
	// chkdsk and fsck.fat call that number an error.
	memcpy(e.name, "..         ", 11);
	fat_entry_set_cluster(&e, in_root ? 0 : parent->first);
	memcpy(d->data + sizeof(e), &e, sizeof(e));
}

static int make_folder(struct fat *f, struct fat_dir *parent, bool in_root,
		       const struct fat_part *part, int64_t time,
		       struct fat_dir **ret, struct err *err)
{
	struct fat_entry_disk e;
	struct fat_dir *d;
	int r = fat_dir_new(f, &d, err);

	if (r)
		return r;
	fill_folder(d, parent, in_root, time);
	e = make_entry(FAT_ATTR_DIRECTORY, d->first, 0, time);
	r = fat_dir_insert(f, parent, part->name, part->name_len, &e, err);
	if (r) {
		fat_table_give(f, d->first);
		fat_dir_drop(f, d->first);
		return r;
	}
	*ret = d;
	return 0;
}

int fat_mkdir_all(struct fat *f, const char *path, int64_t time,
		  struct err *err)
{
	struct fat_part part;
	struct fat_node node;
	struct fat_dir *d;
	bool in_root = true;
	int r = fat_check_writable(f, err);

	if (!r)
		r = fat_dir_get(f, 0, &d, err);
	while (!r && !(r = fat_path_next(&path, &part, err))) {
		if (!fat_dir_find(d, part.name, part.name_len, &node))
			r = make_folder(f, d, in_root, &part, time, &d, err);
		else if (!(node.d.attributes & FAT_ATTR_DIRECTORY))
			r = err_set(err, -ENOTDIR, part.text, ERR_NOWHERE,
				    "this is no folder");
		else
			r = fat_path_dir(f, &node, &d, err);
		if (r)
			return r;
		in_root = false;
	}
	return r == -ENOENT ? 0 : r;
}

// --- Files -------------------------------------------------------------------

// What a new file is made of.
struct spec {
	const char *path;
	const void *data; // NULL: the caller writes it
	uint32_t size;
	unsigned attributes;
	int64_t time;
};

// Zeroes what the last cluster has behind the file's end. What was there before
// would otherwise go out with the volume.
static int clear_slack(struct fat *f, struct disk *content, uint32_t first,
		       struct err *err)
{
	uint64_t used = content->size % f->info.cluster_size;
	uint32_t last = first, next;

	if (!used)
		return 0;
	while ((next = fat_table_get(f, last)) != FAT_END)
		last = next;
	return disk_zero(f->dev, fat_cluster_offset(f, last) + used,
			 f->info.cluster_size - used, err);
}

// Takes clusters, and writes the content when it is there. On success *ret_first
// may be given free again with fat_table_give.
static int make_content(struct fat *f, const struct spec *s,
			uint32_t *ret_first, struct disk **ret, struct err *err)
{
	uint32_t count =
		(uint32_t)(((uint64_t)s->size + f->info.cluster_size - 1) /
			   f->info.cluster_size);
	uint32_t first = 0;
	struct disk *content;
	int r = 0;

	if (count)
		r = fat_table_take(f, count, &first, err);
	if (r)
		return r;
	r = fat_open_chain(f, first, s->size, &content, err);
	if (r)
		goto give;
	r = clear_slack(f, content, first, err);
	if (!r && s->data)
		r = disk_write(content, 0, s->data, s->size, err);
	if (r)
		goto close;
	*ret_first = first;
	*ret = content;
	return 0;
close:
	disk_close(content);
give:
	fat_table_give(f, first);
	return r;
}

// Puts the content under its name, in place of another one if there is.
static int put_file(struct fat *f, const struct spec *s, uint32_t first,
		    struct fat_dir *dir, const struct fat_part *part,
		    struct err *err)
{
	struct fat_entry_disk e =
		make_entry(s->attributes, first, s->size, s->time);
	struct fat_node node;
	int r;

	if (!fat_dir_find(dir, part->name, part->name_len, &node))
		return fat_dir_insert(f, dir, part->name, part->name_len, &e,
				      err);
	if (node.d.attributes & FAT_ATTR_DIRECTORY)
		return err_set(err, -EISDIR, part->text, ERR_NOWHERE,
			       "this is a folder");
	// It stays taken until the entry on the volume leads to the new
	// content.
	r = fat_free_later(f, fat_entry_cluster(f, &node.d), err);
	if (!r)
		fat_dir_update(f, &node, &e);
	return r;
}

// The two other bits, label and folder, say what the entry is.
#define SETTABLE                                                               \
	(FAT_ATTR_READONLY | FAT_ATTR_HIDDEN | FAT_ATTR_SYSTEM |               \
	 FAT_ATTR_ARCHIVE)

static int check_attributes(const char *path, unsigned attributes,
			    struct err *err)
{
	return attributes & ~(unsigned)SETTABLE
		       ? err_set(err, -EINVAL, path, ERR_NOWHERE,
				 "a file cannot have attributes 0x%02x",
				 attributes)
		       : 0;
}

static int create(struct fat *f, const struct spec *s, struct disk **ret,
		  struct err *err)
{
	struct fat_part part;
	struct fat_dir *dir;
	uint32_t first;
	int r = check_attributes(s->path, s->attributes, err);

	if (!r)
		r = fat_check_writable(f, err);
	if (!r)
		r = fat_path_parent(f, s->path, &dir, &part, err);
	if (!r)
		r = make_content(f, s, &first, ret, err);
	if (r)
		return r;
	r = put_file(f, s, first, dir, &part, err);
	if (r) {
		disk_close(*ret);
		fat_table_give(f, first);
	}
	return r;
}

int fat_create_file(struct fat *f, const char *path, uint32_t size,
		    unsigned attributes, int64_t time, struct disk **ret,
		    struct err *err)
{
	struct spec s = {path, NULL, size, attributes, time};
	struct disk *content;
	int r = create(f, &s, &content, err);

	if (!r)
		*ret = content;
	return r;
}

int fat_write_file(struct fat *f, const char *path, const void *data,
		   uint32_t size, unsigned attributes, int64_t time,
		   struct err *err)
{
	struct spec s = {path, data, size, attributes, time};
	struct disk *content;
	int r = create(f, &s, &content, err);

	if (!r)
		disk_close(content);
	return r;
}

int fat_check_name(const char *name, struct err *err)
{
	struct fat_part part;
	int r = fat_path_next(&name, &part, err);

	return r == -ENOENT ? err_set(err, -EINVAL, "FAT path", ERR_NOWHERE,
				      "a name is missing")
			    : r;
}

int fat_set_info(struct fat *f, const char *path, unsigned attributes,
		 int64_t created, int64_t modified, struct err *err)
{
	struct fat_node node;
	bool is_root = false;
	int r = check_attributes(path, attributes, err);

	if (!r)
		r = fat_check_writable(f, err);
	if (!r)
		r = fat_path_find(f, path, &node, &is_root, err);
	if (!r && is_root)
		r = err_set(err, -EINVAL, path, ERR_NOWHERE,
			    "the root folder has neither attributes nor times");
	if (r)
		return r;
	node.d.attributes =
		(uint8_t)((node.d.attributes & ~(unsigned)SETTABLE) |
			  attributes);
	if (created)
		fat_time_encode(created, &node.d.created_date,
				&node.d.created_time);
	if (modified)
		fat_time_encode(modified, &node.d.modified_date,
				&node.d.modified_time);
	fat_dir_update(f, &node, &node.d);
	return 0;
}

int fat_remove(struct fat *f, const char *path, struct err *err)
{
	struct fat_node node;
	struct fat_dir *d;
	uint32_t first;
	bool is_root;
	int r = fat_check_writable(f, err);

	if (!r)
		r = fat_path_find(f, path, &node, &is_root, err);
	if (!r && is_root)
		r = err_set(err, -EINVAL, path, ERR_NOWHERE,
			    "the root folder cannot be removed");
	if (!r && node.d.attributes & FAT_ATTR_DIRECTORY) {
		r = fat_path_dir(f, &node, &d, err);
		if (!r && !fat_dir_is_empty(d))
			r = err_set(err, -ENOTEMPTY, path, ERR_NOWHERE,
				    "the folder is not empty");
	}
	first = r ? 0 : fat_entry_cluster(f, &node.d);
	if (!r)
		r = fat_free_later(f, first, err);
	if (r)
		return r;
	fat_dir_remove(f, &node);
	if (node.d.attributes & FAT_ATTR_DIRECTORY)
		fat_dir_drop(f, first);
	return 0;
}

// --- Writing it down ---------------------------------------------------------

static int write_new_clusters(struct fat *f, const struct fat_dir *d,
			      struct err *err)
{
	size_t size = f->info.cluster_size;
	int r = 0;

	for (size_t i = d->old_clusters; i < d->cluster_count && !r; i++)
		r = disk_write(f->dev, fat_cluster_offset(f, d->clusters[i]),
			       d->data + i * size, size, err);
	return r;
}

// Writes the sectors that a folder has on the volume, one after the other: the
// parts of a long name come before the entry they belong to, and are nothing
// without it. So a cut leaves an orphan, which readers pass over.
static int write_sectors(struct fat *f, struct fat_dir *d, uint8_t state,
			 struct err *err)
{
	size_t size = f->info.sector_size;
	size_t count = d->slots * sizeof(struct fat_entry_disk) / size;

	if (d->cluster_count)
		count = d->old_clusters * (f->info.cluster_size / size);
	for (size_t i = 0; i < count; i++) {
		int r;

		if (d->sectors[i] < state)
			continue;
		r = disk_write(f->dev, fat_dir_offset(f, d, i),
			       d->data + i * size, size, err);
		if (!r)
			r = disk_flush(f->dev, err);
		if (r)
			return r;
		d->sectors[i] = FAT_CLEAN;
	}
	return 0;
}

static int write_folders(struct fat *f, struct err *err)
{
	int r = 0;

	for (uint8_t state = FAT_URGENT; state > FAT_CLEAN; state--)
		for (size_t i = 0; i < f->dir_count && !r; i++)
			r = write_sectors(f, f->dirs[i], state, err);
	return r;
}

static int write_links(struct fat *f, struct err *err)
{
	int r = 0;

	for (size_t i = 0; i < f->link_count; i++)
		fat_table_set(f, f->links[i].from, f->links[i].to);
	if (f->link_count)
		r = fat_table_write(f, err);
	if (r)
		return r;
	// From here on the new clusters are the folder's own on the volume as
	// well.
	f->link_count = 0;
	for (size_t i = 0; i < f->dir_count; i++) {
		struct fat_dir *d = f->dirs[i];
		size_t size = d->slots * sizeof(struct fat_entry_disk);

		d->old_clusters = d->cluster_count;
		memset(d->sectors, FAT_CLEAN, size / f->info.sector_size);
		memset(d->held, 0, d->slots);
	}
	return 0;
}

static int write_frees(struct fat *f, struct err *err)
{
	if (!f->free_count)
		return 0;
	for (size_t i = 0; i < f->free_count; i++)
		fat_table_give(f, f->frees[i]);
	f->free_count = 0;
	return fat_table_write(f, err);
}

// FSInfo only helps drivers start quickly, and comes last: they check it, or
// count again. What lacks its marks is not written over.
int fat_info_write(struct fat *f, struct err *err)
{
	struct fat_info_disk info;
	int r;

	if (!f->info_offset)
		return 0;
	r = disk_read(f->dev, f->info_offset, &info, sizeof(info), err);
	if (r || get_le32(info.magic_1) != FAT_INFO_MAGIC_1 ||
	    get_le32(info.magic_2) != FAT_INFO_MAGIC_2)
		return r;
	info.free_clusters = to_le32(f->info.free_clusters);
	info.next_free = to_le32(f->lowest_free < f->info.clusters + 2
					 ? f->lowest_free
					 : 2);
	r = disk_write(f->dev, f->info_offset, &info, sizeof(info), err);
	return r ? r : disk_flush(f->dev, err);
}

// New clusters first, then the tables with their chains, the entries that lead
// to them, the links of folders that grew, and at last what nothing leads to
// any more is given free. Each step is flushed: cut off anywhere, the volume is
// sound, at worst with clusters in use by nothing, which fat_check_writable
// finds.
int fat_sync(struct fat *f, struct err *err)
{
	int r = 0;

	if (!f->changed)
		return 0;
	for (size_t i = 0; i < f->dir_count && !r; i++)
		r = write_new_clusters(f, f->dirs[i], err);
	if (!r)
		r = disk_flush(f->dev, err);
	if (!r)
		r = fat_table_write(f, err);
	if (!r)
		r = write_folders(f, err);
	if (!r)
		r = write_links(f, err);
	if (!r)
		r = write_frees(f, err);
	if (!r)
		r = fat_info_write(f, err);
	if (!r)
		f->changed = false;
	return r;
}
