// SPDX-License-Identifier: MIT
//
// Merging children into the disk below them. All that is written to it is
// hidden by the children, who show the same: so the chain reads as before at any
// moment, until they are gone, and a merge that was cut off is done again.

#include <string.h>

#include "../blocks/blocks.h"
#include "merge.h"
#include "../vdisk_priv.h"
#include "chain_priv.h"

struct merge {
	struct tree *place;        // where they lie
	struct vdisk_chain *below; // from the target on
	size_t count;              // of the children
	char *paths[VDISK_MAX_CHAIN];
	struct disk *files[VDISK_MAX_CHAIN], *layers[VDISK_MAX_CHAIN];
};

// Says in our words that a file may not be written to.
static int may_not(int r, const char *path, const struct err *why,
		   struct err *err)
{
	if (r == -EACCES || r == -EPERM || r == -EROFS)
		return err_set(err, -EROFS, path, ERR_NOWHERE,
			       "it may not be written to");
	return r ? err_pass(err, r, why) : 0;
}

// Makes the target as large as what is merged into it.
static int fit_target(const struct merge *m, const char *path, uint64_t size,
		      struct err *err)
{
	struct vdisk_info info;
	struct err why = {0};
	struct disk *file;
	int r = tree_open_file(m->place, path, DISK_EXCLUSIVE, &file, &why);

	if (r)
		return may_not(r, path, &why, err);
	r = vdisk_probe(file, &info, err);
	if (!r && info.size < size)
		r = vdisk_expand_as(file, size, true, err);
	if (!r)
		r = disk_finish(file, err);
	disk_close(file);
	return r;
}

static int open_target(struct merge *m, struct err *err)
{
	const struct vdisk_link *l;
	int r = vdisk_chain_open(m->place, m->paths[m->count], NULL,
				 DISK_EXCLUSIVE, &m->below, err);

	if (r)
		return r;
	l = &m->below->links[0];
	if (vdisk_has_blocks(&l->info))
		((struct vdisk_blocks *)l->disk)->keeps_id = true;
	return 0;
}

// Opens the children for reading, and so that nobody else has them.
static int open_layers(struct merge *m, struct err *err)
{
	struct vdisk_info below = m->below->links[0].info;
	struct disk *parent = m->below->disk;
	int r = 0;

	for (size_t i = m->count; i && !r; i--) {
		struct disk **file = &m->files[i - 1];

		r = tree_open_file(m->place, m->paths[i - 1], DISK_EXCLUSIVE,
				   file, err);
		if (r)
			break;
		(*file)->read_only = true;
		r = vdisk_open_child(*file, parent, &below.link_id,
				     &m->layers[i - 1], err);
		parent = m->layers[i - 1];
		if (!r)
			r = vdisk_probe(*file, &below, err);
	}
	return r;
}

static void close_all(struct merge *m)
{
	for (size_t i = 0; i < m->count; i++) {
		disk_close(m->layers[i]);
		disk_close(m->files[i]);
	}
	vdisk_chain_close(m->below);
	for (size_t i = 0; i <= m->count; i++)
		mem_free(m->paths[i]);
}

static int check_depth(const struct vdisk_chain *chain, unsigned depth,
		       struct err *err)
{
	if (depth && depth < chain->count)
		return 0;
	return err_set(err, -EINVAL, chain->links[0].path, ERR_NOWHERE,
		       "it has %zu parents, and %u cannot be merged",
		       chain->count - 1, depth);
}

static int note_paths(struct merge *m, const struct vdisk_chain *chain,
		      unsigned depth, struct err *err)
{
	m->count = depth;
	m->place = chain->files;
	for (size_t i = 0; i <= m->count; i++) {
		m->paths[i] = mem_strdup(chain->links[i].path);
		if (!m->paths[i])
			return err_nomem(err);
	}
	return 0;
}

int vdisk_merge_chain(struct vdisk_chain *chain, unsigned depth,
		      struct progress *progress, struct err *err)
{
	uint64_t size = chain->disk->size;
	struct merge m = {0};
	int r = note_paths(&m, chain, depth, err);

	// Others must not get in between; but a lock for reading cannot be made
	// one for writing while it is held.
	vdisk_chain_close(chain);
	if (!r)
		r = fit_target(&m, m.paths[m.count], size, err);
	if (!r)
		r = open_target(&m, err);
	if (!r)
		r = open_layers(&m, err);
	if (!r)
		r = vdisk_merge_layers(m.layers, m.count, m.below->disk,
				       progress, err);
	if (!r)
		r = vdisk_chain_finish(m.below, err);
	close_all(&m);
	return r;
}

int vdisk_chain_merge(struct vdisk_chain *chain, unsigned depth,
		      struct progress *progress, struct err *err)
{
	struct tree *files = chain->files;
	int r = check_depth(chain, depth, err);

	if (!r)
		r = tree_begin(files, err);
	if (!r && tree_is_volume(files))
		r = vdisk_merge_has_room(chain, depth, err);
	if (!r)
		return vdisk_merge_chain(chain, depth, progress, err);
	vdisk_chain_close(chain);
	return r;
}
