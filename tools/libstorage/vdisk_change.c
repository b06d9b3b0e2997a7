// SPDX-License-Identifier: MIT
//
// Changes of one virtual disk as a whole, by its file's address.

#include <stdio.h>
#include <string.h>

#include "storage.h"
#include "vdisk_priv.h"

int storage_vdisk_look(const char *address, struct vdisk_info *ret,
		       struct err *err)
{
	struct place *place;
	int r = address_open(address, ADDRESS_FILE | ADDRESS_LOOK, &place, err);

	if (r)
		return r;
	r = vdisk_probe(place->disk, ret, err);
	address_close(place);
	return r;
}

// A virtual disk's file that is open for a change.
struct edit {
	struct place *place;
	struct vdisk_info info;
};

// Opens it; one that has children beside it is refused unless forced.
static int edit_open(const char *address, bool is_forced, bool is_child,
		     struct edit *ret, struct err *err)
{
	int r = address_open(address, ADDRESS_FILE | ADDRESS_WRITE, &ret->place,
			     err);

	if (r)
		return r;
	r = vdisk_probe(ret->place->disk, &ret->info, err);
	if (!r && is_child && ret->info.type != VDISK_DIFFERENCING)
		r = err_set(err, -EINVAL, address, ERR_NOWHERE,
			    "it is no differencing disk");
	if (!r && !is_forced && ret->place->file_path)
		r = vdisk_guard_children(
			ret->place->tree, ret->place->file_path,
			&ret->info.link_id, NULL, 0,
			"would no longer fit to it; vdisk with --force "
			"does it all the same",
			err);
	if (r)
		address_close(ret->place);
	return r;
}

// As edit_open, of one whose content or size becomes another.
static int edit_open_detached(const char *address, bool is_forced,
			      bool is_child, struct edit *ret, struct err *err)
{
	int r = storage_check_attached_text(&storage_effects, address, true,
					    err);

	return r ? r : edit_open(address, is_forced, is_child, ret, err);
}

// Ends a change that came to `r`.
static int edit_end(struct edit *e, int r,
		    const struct storage_vdisk_listener *l, struct err *err)
{
	if (!r)
		r = address_finish(e->place, err);
	storage_vdisk_close(e->place, l);
	return r;
}

// --- Expand ------------------------------------------------------------------

// A fixed disk's file becomes longer by as much: whether it can is asked before
// anything is written.
static int check_room(const struct edit *e, uint64_t size, struct err *err)
{
	struct tree *files = e->place->tree;

	if (e->info.type != VDISK_FIXED || size <= e->info.size ||
	    !e->place->file_path || !tree_is_volume(files))
		return 0;
	return tree_check_growth(files, e->place->file_path,
				 size - e->info.size, err);
}

int storage_vdisk_expand(const char *address, uint64_t size, bool is_forced,
			 const struct storage_vdisk_listener *l,
			 struct vdisk_info *ret, struct err *err)
{
	struct edit e;
	int r = edit_open_detached(address, is_forced, false, &e, err);

	if (r)
		return r;
	r = check_room(&e, size, err);
	if (!r)
		r = vdisk_expand(e.place->disk, size, err);
	r = edit_end(&e, r, l, err);
	if (!r && ret)
		*ret = e.info;
	return r;
}

// --- Compact -----------------------------------------------------------------

// Opens what a differencing disk is made from.
static int open_parent(const struct edit *e, struct vdisk_chain **ret,
		       struct err *err)
{
	struct tree *files = e->place->tree;
	struct vdisk_chain *chain;
	char *parent;
	int r = vdisk_chain_look(files, e->place->file_path, e->place->disk,
				 DISK_READ_ONLY, &chain, err);

	if (r)
		return r;
	r = chain->broken;
	if (r)
		err_pass(err, r, &chain->why);
	parent = r ? NULL : mem_strdup(chain->links[1].path);
	vdisk_chain_close(chain);
	if (!r)
		r = parent ? vdisk_chain_open(files, parent, NULL,
					      DISK_READ_ONLY | DISK_EXCLUSIVE,
					      ret, err)
			   : err_nomem(err);
	mem_free(parent);
	return r;
}

int storage_vdisk_compact(const char *address, bool is_forced,
			  const struct storage_vdisk_listener *l,
			  struct vdisk_info *ret, uint64_t *ret_size,
			  struct err *err)
{
	struct storage_vdisk_listener nobody = {0};
	struct vdisk_chain *below = NULL;
	bool has_parent;
	uint64_t size;
	struct edit e;
	int r = edit_open(address, is_forced, false, &e, err);

	if (r)
		return r;
	if (!l)
		l = &nobody;
	has_parent = e.info.type == VDISK_DIFFERENCING;
	if (has_parent && e.place->file_path)
		r = open_parent(&e, &below, err);
	if (!r)
		r = vdisk_compact(e.place->disk, below ? below->disk : NULL,
				  has_parent ? NULL : storage_vdisk_unused,
				  (void *)l, l->progress, err);
	size = e.place->disk->size;
	vdisk_chain_close(below);
	r = edit_end(&e, r, l, err);
	if (r)
		return r;
	if (ret)
		*ret = e.info;
	if (ret_size)
		*ret_size = size;
	return 0;
}

// --- Reset, merge ------------------------------------------------------------

int storage_vdisk_reset(const char *address, bool is_forced,
			const struct storage_vdisk_listener *l, struct err *err)
{
	struct edit e;
	int r = edit_open_detached(address, is_forced, true, &e, err);

	return r ? r : edit_end(&e, vdisk_reset(e.place->disk, err), l, err);
}

static int address_of(const char *address, const struct storage_spot *spot,
		      const char *path, char **ret, struct err *err)
{
	size_t size = (size_t)spot->prefix + strlen(path) + 1;
	char *text = mem_alloc(size);

	if (!text)
		return err_nomem(err);
	snprintf(text, size, "%.*s%s", spot->prefix, address, path);
	*ret = text;
	return 0;
}

int storage_vdisk_merge(const char *address, const struct vdisk_merge *m,
			const struct storage_vdisk_listener *l, char **ret_into,
			struct err *err)
{
	struct vdisk_merge merge = *m;
	struct storage_spot spot;
	char *into = NULL;
	int r = storage_check_attached_text(&storage_effects, address, true,
					    err);

	if (!r)
		r = storage_spot_open(address, true, &spot, err);
	if (r)
		return r;
	merge.progress = l ? l->progress : NULL;
	r = vdisk_merge(spot.tree, spot.path, &merge, &into, err);
	if (!r)
		r = storage_spot_finish(&spot, err);
	if (!r)
		r = address_of(address, &spot, into, ret_into, err);
	mem_free(into);
	storage_spot_close(&spot, l);
	return r;
}
