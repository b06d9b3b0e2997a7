// SPDX-License-Identifier: MIT
//
// Opening a volume and reading from it.

#include <string.h>

#include "fat_priv.h"

// --- Volumes -----------------------------------------------------------------

// The label is the root folder's; what the boot sector says may be old.
static int read_label(struct fat *f, struct err *err)
{
	struct fat_dir *root;
	int r = fat_dir_get(f, 0, &root, err);

	for (size_t i = 0; !r && i < root->slots; i++) {
		struct fat_entry_disk d;

		memcpy(&d, root->data + i * sizeof(d), sizeof(d));
		if (!d.name[0])
			break;
		// Parts of long names have the label's bit too.
		if (d.name[0] == FAT_ENTRY_FREE ||
		    (d.attributes & FAT_ATTR_MASK) == FAT_ATTR_LONG_NAME ||
		    !(d.attributes & FAT_ATTR_LABEL))
			continue;
		return fat_name_to_label(d.name, f->info.label, err);
	}
	return r;
}

int fat_open(struct disk *dev, struct fat **ret, struct err *err)
{
	struct fat_boot_disk boot;
	struct fat *f;
	int r;

	if (dev->size < sizeof(boot))
		return err_corrupt(err, "FAT boot sector", 0, "there is none");
	r = disk_read(dev, 0, &boot, sizeof(boot), err);
	if (r)
		return r;
	f = mem_alloc(sizeof(*f));
	if (!f)
		return err_nomem(err);
	f->dev = dev;
	r = fat_boot_decode(&boot, dev->size, f, err);
	if (!r)
		r = fat_table_load(f, err);
	if (!r)
		r = read_label(f, err);
	if (r) {
		fat_close(f);
		return r;
	}
	*ret = f;
	return 0;
}

void fat_close(struct fat *f)
{
	if (!f)
		return;
	for (size_t i = 0; i < f->dir_count; i++)
		fat_dir_free(f->dirs[i]);
	mem_free(f->dirs);
	mem_free(f->links);
	mem_free(f->frees);
	mem_free(f->table);
	mem_free(f->table_dirty);
	mem_free(f);
}

const struct fat_info *fat_get_info(struct fat *f)
{
	return &f->info;
}

// --- Content -----------------------------------------------------------------

struct runs {
	struct disk_extent *items;
	size_t count, capacity;
};

static int add_cluster(const struct fat *f, struct runs *runs, uint32_t cluster,
		       struct err *err)
{
	uint64_t off = fat_cluster_offset(f, cluster);
	struct disk_extent *last = runs->count ? &runs->items[runs->count - 1]
					       : NULL;
	void *items = runs->items;

	// Most files lie in one run; it is read as one.
	if (last && last->off + last->len == off) {
		last->len += f->info.cluster_size;
		return 0;
	}
	if (mem_grow(&items, runs->count, &runs->capacity,
		     sizeof(*runs->items)))
		return err_nomem(err);
	runs->items = items;
	runs->items[runs->count++] =
		(struct disk_extent){off, f->info.cluster_size};
	return 0;
}

// Follows a chain for as many clusters as `size` needs. A circle is found when
// the chain comes back to a cluster noted down at each power of two. The size
// decides: what the chain has beyond it is nobody's.
static int find_runs(const struct fat *f, uint32_t first, uint32_t size,
		     struct runs *runs, struct err *err)
{
	uint64_t n = ((uint64_t)size + f->info.cluster_size - 1) /
		     f->info.cluster_size;
	uint32_t c = first, noted = 0;
	int r;

	if (n && !fat_is_cluster(f, first))
		return err_corrupt(err, "FAT file", ERR_NOWHERE,
				   "a file of %u bytes begins at cluster %u",
				   size, first);
	for (uint64_t i = 0; i < n; i++) {
		if (c == FAT_END)
			return err_corrupt(err, "FAT file",
					   fat_cluster_offset(f, first),
					   "a file of %u bytes has only %llu "
					   "clusters",
					   size, (unsigned long long)i);
		if (c == noted)
			return err_corrupt(err, "FAT file",
					   fat_cluster_offset(f, first),
					   "its clusters run in a circle");
		if (is_power_of_two(i))
			noted = c;
		r = add_cluster(f, runs, c, err);
		if (!r && i + 1 < n)
			r = fat_table_next(f, c, &c, err);
		if (r)
			return r;
	}
	return 0;
}

int fat_open_chain(struct fat *f, uint32_t first, uint32_t size,
		   struct disk **ret, struct err *err)
{
	struct runs runs = {0};
	int r = find_runs(f, first, size, &runs, err);

	if (!r)
		r = disk_extents(f->dev, runs.items, runs.count, size, size,
				 ret, err);
	mem_free(runs.items);
	return r;
}

// --- By path -----------------------------------------------------------------

int fat_open_file(struct fat *f, const char *path, struct disk **ret,
		  struct err *err)
{
	struct fat_node node;
	bool is_root;
	int r = fat_path_find(f, path, &node, &is_root, err);

	if (r)
		return r;
	if (is_root || node.d.attributes & FAT_ATTR_DIRECTORY)
		return err_set(err, -EISDIR, path, ERR_NOWHERE,
			       "this is a folder");
	return fat_open_chain(f, fat_entry_cluster(f, &node.d),
			      get_le32(node.d.size), ret, err);
}

int fat_read_file(struct fat *f, const char *path, uint64_t limit, void **ret,
		  size_t *ret_size, struct err *err)
{
	struct disk *content;
	int r = fat_open_file(f, path, &content, err);

	if (r)
		return r;
	if (content->size > limit)
		r = err_set(err, -EFBIG, path, ERR_NOWHERE,
			    "it has %llu bytes, over the limit of %llu",
			    (unsigned long long)content->size,
			    (unsigned long long)limit);
	else
		r = disk_read_all(content, ret, err);
	if (!r)
		*ret_size = (size_t)content->size;
	disk_close(content);
	return r;
}

static int copy_name(const le16 *units, size_t n, char *ret, struct err *err)
{
	char *s = utf16_to_utf8(units, n);

	if (!s)
		return err_nomem(err);
	memcpy(ret, s, strlen(s) + 1);
	mem_free(s);
	return 0;
}

static int node_stat(const struct fat_node *node, struct fat_stat *ret,
		     struct err *err)
{
	const struct fat_entry_disk *d = &node->d;
	le16 alias[FAT_MAX_ESCAPED];
	size_t n = fat_name_from_short(d, true, alias);
	int r;

	if (!n)
		n = fat_name_escape(d, alias);
	ret->is_directory = d->attributes & FAT_ATTR_DIRECTORY;
	ret->attributes = d->attributes & FAT_ATTR_MASK;
	// folders have size 0 by the specification; some writers differ
	ret->size = ret->is_directory ? 0 : get_le32(d->size);
	ret->created = fat_time_decode(d->created_date, d->created_time);
	ret->modified = fat_time_decode(d->modified_date, d->modified_time);
	ret->accessed = fat_time_decode(d->accessed_date, to_le16(0));
	r = copy_name(alias, n, ret->short_name, err);
	return r ? r : copy_name(node->name, node->name_len, ret->name, err);
}

int fat_stat(struct fat *f, const char *path, struct fat_stat *ret,
	     struct err *err)
{
	struct fat_stat stat = {.attributes = FAT_ATTR_DIRECTORY,
				.is_directory = true};
	struct fat_node node;
	bool is_root;
	int r = fat_path_find(f, path, &node, &is_root, err);

	if (!r && !is_root)
		r = node_stat(&node, &stat, err);
	if (!r)
		*ret = stat;
	return r;
}

int fat_list(struct fat *f, const char *path,
	     int (*fn)(void *ctx, const struct fat_stat *entry), void *ctx,
	     struct err *err)
{
	struct fat_stat stat;
	struct fat_node node;
	struct fat_dir *dir;
	bool is_root;
	size_t slot = 0;
	int r = fat_path_find(f, path, &node, &is_root, err);

	if (r)
		return r;
	if (is_root)
		r = fat_dir_get(f, 0, &dir, err);
	else if (node.d.attributes & FAT_ATTR_DIRECTORY)
		r = fat_path_dir(f, &node, &dir, err);
	else
		r = err_set(err, -ENOTDIR, path, ERR_NOWHERE,
			    "this is no folder");
	if (r)
		return r;
	while (!r && fat_dir_next(dir, &slot, &node)) {
		r = node_stat(&node, &stat, err);
		if (!r)
			r = fn(ctx, &stat);
	}
	return r;
}
