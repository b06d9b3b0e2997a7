// SPDX-License-Identifier: MIT
//
// Two entries of one file. A rename writes the new entry before it takes the old
// one away, so that the file has a name at each moment; when the power goes between
// the two, both lead to the same clusters. They differ in nothing but the name and
// the date of the last access, by which the new one is known. Two files on one
// cluster without that date in one of them are damage, be they ever so alike.

#include <string.h>

#include "fat_priv.h"

// A search of all folders, each once: `seen` has a bit for each cluster.
struct search {
	struct fat *f;
	const struct fat_node *node;
	struct fat_spot *ret;
	uint8_t *seen;
	uint32_t *queue; // folders still to be read
	size_t count, capacity;
	bool is_found;
};

// All of an entry but its name, and the letters' case that is stored beside it.
static struct fat_entry_disk without_name(const struct fat_entry_disk *d)
{
	struct fat_entry_disk copy = *d;

	memset(copy.name, 0, sizeof(copy.name));
	copy.lower_case = 0;
	copy.accessed_date = to_le16(0);
	return copy;
}

static bool is_renamed(const struct fat_node *node)
{
	return get_le16(node->d.accessed_date) == FAT_DATE_RENAMED;
}

static bool is_twin(const struct fat_node *a, const struct fat_node *b)
{
	struct fat_entry_disk x = without_name(&a->d), y = without_name(&b->d);

	return is_renamed(a) != is_renamed(b) && !memcmp(&x, &y, sizeof(x));
}

static int look_later(struct search *s, uint32_t first, struct err *err)
{
	void *queue = s->queue;
	uint8_t bit = (uint8_t)(1 << (first & 7));

	if (!fat_is_cluster(s->f, first) || s->seen[first / 8] & bit)
		return 0;
	s->seen[first / 8] |= bit;
	if (mem_grow(&queue, s->count, &s->capacity, sizeof(*s->queue)))
		return err_nomem(err);
	s->queue = queue;
	s->queue[s->count++] = first;
	return 0;
}

static int search_entries(struct search *s, struct fat_dir *d, struct err *err)
{
	struct fat_node other;
	size_t slot = 0;
	int r = 0;

	while (!r && !s->is_found && fat_dir_next(d, &slot, &other)) {
		bool is_itself = d->first == s->node->dir->first &&
				 other.slot == s->node->slot;

		if (!is_itself && is_twin(s->node, &other)) {
			*s->ret = (struct fat_spot){d->first, other.slot};
			s->is_found = true;
		} else if (other.d.attributes & FAT_ATTR_DIRECTORY) {
			r = look_later(s, fat_entry_cluster(s->f, &other.d),
				       err);
		}
	}
	return r;
}

static int search_folder(struct search *s, uint32_t first, struct err *err)
{
	struct fat_dir *cached = fat_dir_find_cached(s->f, first), *d = cached;
	int r = cached ? 0 : fat_dir_load(s->f, first, &d, err);

	if (!r)
		r = search_entries(s, d, err);
	if (!cached && !r)
		fat_dir_free(d);
	return r;
}

int fat_twin_find(struct fat *f, const struct fat_node *node,
		  struct fat_spot *ret, bool *ret_found, struct err *err)
{
	struct search s = {.f = f, .node = node, .ret = ret};
	int r;

	s.seen = mem_alloc(f->info.clusters / 8 + 1);
	if (!s.seen)
		return err_nomem(err);
	r = search_folder(&s, 0, err);
	while (!r && !s.is_found && s.count)
		r = search_folder(&s, s.queue[--s.count], err);
	*ret_found = s.is_found;
	mem_free(s.seen);
	mem_free(s.queue);
	return r;
}

static int read_spot(struct fat *f, const struct fat_spot *spot,
		     struct fat_node *ret, struct err *err)
{
	struct fat_dir *dir;
	size_t slot = 0;
	int r = fat_dir_get(f, spot->folder, &dir, err);

	while (!r && fat_dir_next(dir, &slot, ret))
		if (ret->slot == spot->slot)
			return 0;
	return r ? r
		 : err_corrupt(err, "FAT folder", ERR_NOWHERE,
			       "an entry is not where it was");
}

// The folder then lies where the entry is that stays.
int fat_twin_remove(struct fat *f, const struct fat_twin *twin, struct err *err)
{
	struct fat_node nodes[2], *old, *new;
	struct fat_dir *moved = NULL;
	int r = read_spot(f, &twin->first, &nodes[0], err);

	if (!r)
		r = read_spot(f, &twin->second, &nodes[1], err);
	if (!r && nodes[0].d.attributes & FAT_ATTR_DIRECTORY)
		r = fat_path_dir(f, &nodes[0], &moved, err);
	if (r)
		return r;
	new = get_le16(nodes[1].d.accessed_date) == FAT_DATE_RENAMED
		      ? &nodes[1]
		      : &nodes[0];
	old = new == &nodes[0] ? &nodes[1] : &nodes[0];
	new->d.accessed_date = old->d.accessed_date;
	fat_dir_update(f, new, &new->d);
	fat_dir_remove(f, old);
	if (moved)
		fat_dir_set_parent(f, moved, new->dir->first);
	return 0;
}
