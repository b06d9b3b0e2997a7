// SPDX-License-Identifier: MIT
//
// Checks a whole volume: every chain is sound and belongs to one file or folder
// only, sizes fit, names can be.

#include <string.h>

#include "fat_priv.h"

struct check {
	struct fat *f;
	uint8_t *owned;  // a bit for each cluster
	uint32_t *queue; // folders still to be read
	size_t queue_count, queue_capacity;
	bool gives_lost; // lost clusters free
	struct fat_twin *twin;
	struct fat_check_result result;
};

// Marks a cluster as someone's.
static int own(struct check *c, uint32_t cluster, struct err *err)
{
	uint8_t bit = (uint8_t)(1 << (cluster & 7));

	if (c->owned[cluster / 8] & bit)
		return err_corrupt(err, "FAT",
				   fat_cluster_offset(c->f, cluster),
				   "cluster %u belongs to two files", cluster);
	c->owned[cluster / 8] |= bit;
	return 0;
}

// Marks a chain. *ret_count is its length.
static int own_chain(struct check *c, uint32_t first, uint64_t *ret_count,
		     struct err *err)
{
	int r = 0;

	*ret_count = 0;
	if (!fat_is_cluster(c->f, first))
		return err_corrupt(err, "FAT", ERR_NOWHERE,
				   "something begins at cluster %u", first);
	for (uint32_t at = first; at != FAT_END && !r; ++*ret_count) {
		r = own(c, at, err);
		if (!r)
			r = fat_table_next(c->f, at, &at, err);
	}
	return r;
}

static int check_file(struct check *c, const struct fat_node *node,
		      struct err *err)
{
	uint32_t first = fat_entry_cluster(c->f, &node->d);
	uint64_t size = get_le32(node->d.size), count = 0;
	int r = 0;

	c->result.files++;
	if (first)
		r = own_chain(c, first, &count, err);
	// More clusters than the size needs are fine: a writer that was cut off
	// leaves them, and they go when the file does.
	if (!r && size > count * c->f->info.cluster_size)
		r = err_corrupt(err, "FAT file", ERR_NOWHERE,
				"a file of %llu bytes has %llu clusters",
				(unsigned long long)size,
				(unsigned long long)count);
	return r;
}

static int add_folder(struct check *c, const struct fat_node *node,
		      struct err *err)
{
	uint32_t first = fat_entry_cluster(c->f, &node->d);
	void *queue = c->queue;

	c->result.folders++;
	if (!first)
		return err_corrupt(err, "FAT folder", ERR_NOWHERE,
				   "a folder has no clusters");
	// A folder within itself is found when its clusters are marked a second
	// time, which also bounds how many there can be to do.
	if (mem_grow(&queue, c->queue_count, &c->queue_capacity,
		     sizeof(*c->queue)))
		return err_nomem(err);
	c->queue = queue;
	c->queue[c->queue_count++] = first;
	// Its others are marked when it is read; this one is found twice at once.
	return fat_is_cluster(c->f, first) ? own(c, first, err) : 0;
}

static int bad_name(const struct fat *f, const struct fat_node *node,
		    struct err *err)
{
	size_t sector = node->slot * sizeof(node->d) / f->info.sector_size;
	char *name = utf16_to_utf8(node->name, node->name_len);
	int r;

	if (!name)
		return err_nomem(err);
	r = err_corrupt(err, "FAT folder", fat_dir_offset(f, node->dir, sector),
			"the name of \"%s\" is none that can be", name);
	mem_free(name);
	return r;
}

static bool is_owned(const struct check *c, uint32_t cluster)
{
	return fat_is_cluster(c->f, cluster) &&
	       c->owned[cluster / 8] >> (cluster & 7) & 1;
}

// A rename that was cut off leaves two entries of one file: once, since each is
// done before the next. *ret tells whether this is the second.
static int check_twin(struct check *c, const struct fat_node *node, bool *ret,
		      struct err *err)
{
	struct fat_spot first;
	int r;

	*ret = false;
	if (c->result.twins || !is_owned(c, fat_entry_cluster(c->f, &node->d)))
		return 0;
	r = fat_twin_find(c->f, node, &first, ret, err);
	if (r || !*ret)
		return r;
	c->result.twins = 1;
	*c->twin = (struct fat_twin){first, {node->dir->first, node->slot}};
	return 0;
}

static int check_entries(struct check *c, struct fat_dir *d, bool is_root,
			 struct err *err)
{
	struct fat_node node;
	size_t slot = 0;
	bool is_twin;
	int r = 0;

	for (size_t i = is_root ? 0 : 1; i < d->cluster_count && !r; i++)
		r = own(c, d->clusters[i], err);
	while (!r && fat_dir_next(d, &slot, &node)) {
		if (node.has_bad_name)
			return bad_name(c->f, &node, err);
		r = check_twin(c, &node, &is_twin, err);
		if (r || is_twin)
			continue;
		r = node.d.attributes & FAT_ATTR_DIRECTORY
			    ? add_folder(c, &node, err)
			    : check_file(c, &node, err);
	}
	return r;
}

static int check_folder(struct check *c, uint32_t first, struct err *err)
{
	struct fat_dir *cached = fat_dir_find_cached(c->f, first), *d = cached;
	int r = 0;

	if (!d)
		r = fat_dir_load(c->f, first, &d, err);
	if (!r)
		r = check_entries(c, d, !first, err);
	if (!cached)
		fat_dir_free(d);
	return r;
}

static void find_lost(struct check *c)
{
	for (uint32_t i = 2; i < c->f->info.clusters + 2; i++) {
		uint32_t v = fat_table_get(c->f, i);

		// bad ones belong to nobody on purpose
		if (!v || v == FAT_BAD || c->owned[i / 8] >> (i & 7) & 1)
			continue;
		c->result.lost_clusters++;
		if (c->gives_lost)
			fat_table_give_one(c->f, i);
	}
}

int fat_check_all(struct fat *f, bool gives_lost, struct fat_check_result *ret,
		  struct fat_twin *twin, struct err *err)
{
	struct check c = {.f = f, .gives_lost = gives_lost, .twin = twin};
	int r;

	c.owned = mem_alloc(f->info.clusters / 8 + 1);
	if (!c.owned)
		return err_nomem(err);
	r = check_folder(&c, 0, err);
	while (!r && c.queue_count)
		r = check_folder(&c, c.queue[--c.queue_count], err);
	if (!r) {
		find_lost(&c);
		*ret = c.result;
	}
	mem_free(c.owned);
	mem_free(c.queue);
	return r;
}

int fat_check(struct fat *f, struct fat_check_result *ret, struct err *err)
{
	struct fat_twin twin;

	return fat_check_all(f, false, ret, &twin, err);
}
