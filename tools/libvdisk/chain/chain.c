// SPDX-License-Identifier: MIT
//
// Chains of differencing disks: each parent is looked for where its child says
// it is, and taken when its identity is the one that the child remembers.

#include <string.h>

#include "chain_priv.h"

static void close_link(struct vdisk_link *l)
{
	disk_close(l->disk);
	if (!l->is_borrowed)
		disk_close(l->file);
	vdisk_parent_done(&l->parent);
	mem_free(l->path);
	*l = (struct vdisk_link){0};
}

// Opens the file at `path`, or takes one that is open, and reads about it.
static int open_link(struct tree *files, const char *path, struct disk *file,
		     unsigned flags, struct vdisk_link *ret, struct err *err)
{
	struct vdisk_link l = {.file = file, .is_borrowed = file != NULL};
	int r = tree_identify(files, path, &l.id, err);

	if (!r && !file)
		r = tree_open_file(files, path, flags, &l.file, err);
	if (!r)
		r = vdisk_probe(l.file, &l.info, err);
	if (!r && l.info.type == VDISK_DIFFERENCING)
		r = vdisk_parent_read(l.file, &l.parent, err);
	if (!r) {
		l.path = mem_strdup(path);
		r = l.path ? 0 : err_nomem(err);
	}
	if (r) {
		close_link(&l);
		return r;
	}
	*ret = l;
	return 0;
}

// --- Parents -----------------------------------------------------------------

// What became of the search for one parent.
struct search {
	struct vdisk_chain *chain;
	const struct vdisk_link *child;
	unsigned flags;
	const char *wrong; // a path where another disk was
	const char *loop;  // a path where a disk of the chain was
	int failed;        // the first failure to read one, and
	struct err why;    // in words
};

static bool is_known(const struct search *s, const struct tree_id *id)
{
	for (size_t i = 0; i < s->chain->count; i++)
		if (tree_is_same(&s->chain->links[i].id, id))
			return true;
	return false;
}

// Looks at one place. Returns 0 with *ret_found when the parent is there; what
// is wrong with a disk that is not is noted.
static int try_place(struct search *s, const char *path, struct vdisk_link *ret,
		     bool *ret_found, struct err *err)
{
	struct tree *files = s->chain->files;
	struct tree_id id;
	struct vdisk_link l;
	struct err why = {0};
	int r = tree_identify(files, path, &id, &why);

	if (r == -ENOENT)
		return 0;
	if (!r && is_known(s, &id)) {
		s->loop = path;
		return 0;
	}
	if (!r)
		r = open_link(files, path, NULL, s->flags, &l, &why);
	if (r == -ENOMEM)
		return err_nomem(err);
	if (r == -EISDIR || r == -ENOTBLK)
		return 0;
	if (r) {
		if (!s->failed)
			err_set(&s->why, r, path, why.where, "%s: %s", why.what,
				why.why);
		s->failed = s->why.code;
		return 0;
	}
	if (!vdisk_is_parent(&s->child->info, &l.info.link_id)) {
		s->wrong = path;
		close_link(&l);
		return 0;
	}
	if (l.id.volume != s->child->id.volume) {
		close_link(&l);
		return err_set(err, -EXDEV, s->child->path, ERR_NOWHERE,
			       "its parent, %s, is on another volume", path);
	}
	*ret = l;
	*ret_found = true;
	return 0;
}

static int tell_missing(const struct search *s,
			const struct vdisk_places *places, struct err *err)
{
	const char *name = s->child->path,
		   *absolute = s->child->parent.absolute;

	if (s->failed)
		return err_pass(err, s->failed, &s->why);
	if (s->wrong)
		return err_set(err, -ESTALE, name, ERR_NOWHERE,
			       "%s is not the parent it was made from, or was "
			       "changed since: what the child holds does not "
			       "fit to it",
			       s->wrong);
	if (s->loop)
		return err_set(err, -ELOOP, name, ERR_NOWHERE,
			       "the chain of parents is a loop: it comes back "
			       "to %s",
			       s->loop);
	if (absolute && vdisk_path_is_remote(absolute))
		return err_set(err, -EXDEV, name, ERR_NOWHERE,
			       "its parent is on another computer: %s",
			       absolute);
	return err_set(err, -ENOENT, name, ERR_NOWHERE,
		       "its parent is missing: %s; bring it there, or name it "
		       "by `vdisk reparent`",
		       places->count ? places->paths[0]
				     : s->child->info.parent);
}

// Opens the parent of the last link, from the first place that has it.
static int open_parent(struct vdisk_chain *chain, unsigned flags,
		       struct err *err)
{
	struct search s = {.chain = chain,
			   .child = &chain->links[chain->count - 1],
			   .flags = flags};
	struct vdisk_places places;
	struct vdisk_link parent;
	bool found = false;
	int r;

	if (chain->count == VDISK_MAX_CHAIN)
		return err_set(err, -ELOOP, chain->links[0].path, ERR_NOWHERE,
			       "it has more than %d parents",
			       VDISK_MAX_CHAIN - 1);
	r = vdisk_places_list(tree_is_volume(chain->files), s.child->path,
			      &s.child->parent, &places, err);
	if (r)
		return r;
	for (size_t i = 0; i < places.count && !r && !found; i++)
		r = try_place(&s, places.paths[i], &parent, &found, err);
	if (!r && !found)
		r = tell_missing(&s, &places, err);
	vdisk_places_done(&places);
	if (!r)
		chain->links[chain->count++] = parent;
	return r;
}

// --- Chains ------------------------------------------------------------------

static bool is_complete(const struct vdisk_chain *chain)
{
	return chain->links[chain->count - 1].info.type != VDISK_DIFFERENCING;
}

int vdisk_chain_look(struct tree *files, const char *path, struct disk *file,
		     unsigned flags, struct vdisk_chain **ret, struct err *err)
{
	unsigned below = DISK_READ_ONLY | (flags & ~DISK_READ_ONLY);
	struct vdisk_chain *chain = mem_alloc(sizeof(*chain));
	int r;

	if (!chain)
		return err_nomem(err);
	chain->files = files;
	r = open_link(files, path, file, flags, &chain->links[0], err);
	if (r) {
		mem_free(chain);
		return r;
	}
	chain->count = 1;
	while (!chain->broken && !is_complete(chain))
		chain->broken = open_parent(chain, below, &chain->why);
	*ret = chain;
	return 0;
}

int vdisk_chain_open_disks(struct vdisk_chain *chain, struct err *err)
{
	int r = chain->broken;

	if (r)
		err_pass(err, r, &chain->why);
	for (size_t i = chain->count; i && !r; i--) {
		struct vdisk_link *l = &chain->links[i - 1];

		r = l->info.type == VDISK_DIFFERENCING
			    ? vdisk_open_child(l->file, l[1].disk,
					       &l[1].info.link_id, &l->disk,
					       err)
			    : vdisk_open(l->file, &l->disk, err);
	}
	chain->disk = chain->links[0].disk;
	return r;
}

int vdisk_chain_open(struct tree *files, const char *path, struct disk *file,
		     unsigned flags, struct vdisk_chain **ret, struct err *err)
{
	struct vdisk_chain *chain;
	int r = vdisk_chain_look(files, path, file, flags, &chain, err);

	if (r)
		return r;
	r = vdisk_chain_open_disks(chain, err);
	if (r) {
		vdisk_chain_close(chain);
		return r;
	}
	*ret = chain;
	return 0;
}

int vdisk_chain_finish(struct vdisk_chain *chain, struct err *err)
{
	const struct vdisk_link *top = &chain->links[0];
	int r = top->disk ? disk_finish(top->disk, err) : 0;

	return r || top->is_borrowed ? r : disk_finish(top->file, err);
}

void vdisk_chain_close(struct vdisk_chain *chain)
{
	for (size_t i = 0; chain && i < chain->count; i++)
		close_link(&chain->links[i]);
	mem_free(chain);
}
