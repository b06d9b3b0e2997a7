// SPDX-License-Identifier: MIT
//
// Chains of differencing disks in files of the host: where a parent is looked
// for, and that it is the right one.

#include <string.h>
#include <sys/stat.h>

#include "vdisk.h"
#include "vdisk_priv.h"

// Paths that a parent may be at, in the order in which they are tried.
#define MAX_CANDIDATES 3

struct candidates {
	char *paths[MAX_CANDIDATES];
	size_t count;
};

static void free_candidates(struct candidates *c)
{
	for (size_t i = 0; i < c->count; i++)
		mem_free(c->paths[i]);
	c->count = 0;
}

// Adds `path`, of the child's folder unless it is absolute.
static int add_candidate(struct candidates *c, const char *child,
			 const char *path, struct err *err)
{
	const char *slash = strrchr(child, '/');
	size_t folder = slash && *path != '/' ? (size_t)(slash - child + 1) : 0;
	char *s = mem_alloc(folder + strlen(path) + 1);

	if (!s)
		return err_nomem(err);
	memcpy(s, child, folder);
	memcpy(s + folder, path, strlen(path) + 1);
	c->paths[c->count++] = s;
	return 0;
}

// The relative path first, then the absolute one if it is one of this host, else
// a file of that name beside the child.
static int list_candidates(struct candidates *c, struct disk *file,
			   const char *child, struct err *err)
{
	struct vdisk_parent p = {0};
	int r = vdisk_parent_read(file, &p, err);

	for (char *s = p.relative; s && *s; s++)
		if (*s == '\\')
			*s = '/';
	if (!r && p.relative && *p.relative)
		r = add_candidate(c, child, p.relative, err);
	if (!r && p.absolute && *p.absolute == '/')
		r = add_candidate(c, child, p.absolute, err);
	if (!r && p.absolute && *p.absolute) {
		const char *name = strrchr(p.absolute, '\\');

		if (!name)
			name = strrchr(p.absolute, '/');
		name = name ? name + 1 : p.absolute;
		if (*name)
			r = add_candidate(c, child, name, err);
	}
	vdisk_parent_done(&p);
	return r;
}

// --- Links -------------------------------------------------------------------

static void close_link(struct vdisk_link *l)
{
	disk_close(l->disk);
	disk_close(l->file);
	mem_free(l->path);
	*l = (struct vdisk_link){0};
}

static int open_link(const char *path, unsigned flags, struct vdisk_link *ret,
		     struct err *err)
{
	struct vdisk_link l = {0};
	int r = disk_open_file(path, flags, &l.file, err);

	if (!r)
		r = vdisk_probe(l.file, &l.info, err);
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

static bool is_same_file(const char *a, const char *b)
{
	struct stat x, y;

	return !stat(a, &x) && !stat(b, &y) && x.st_dev == y.st_dev &&
	       x.st_ino == y.st_ino;
}

static int check_place(const struct vdisk_chain *chain, const char *path,
		       struct err *err)
{
	const char *child = chain->links[chain->count - 1].path;
	struct stat x, y;

	for (size_t i = 0; i < chain->count; i++)
		if (is_same_file(chain->links[i].path, path))
			return err_set(err, -ELOOP, child, ERR_NOWHERE,
				       "the chain of parents is a loop: it "
				       "comes back to %s",
				       path);
	if (!stat(child, &x) && !stat(path, &y) && x.st_dev != y.st_dev)
		return err_set(err, -EXDEV, child, ERR_NOWHERE,
			       "its parent, %s, is on another volume", path);
	return 0;
}

// Opens the parent of the last link, from the first candidate that is the
// parent by its identity.
static int open_parent(struct vdisk_chain *chain, unsigned flags,
		       struct err *err)
{
	struct vdisk_link *child = &chain->links[chain->count - 1], parent;
	struct candidates c = {0};
	const char *wrong = NULL;
	bool found = false;
	int r = list_candidates(&c, child->file, child->path, err);

	for (size_t i = 0; i < c.count && !r && !found; i++) {
		struct stat st;

		if (stat(c.paths[i], &st))
			continue;
		r = check_place(chain, c.paths[i], err);
		if (!r)
			r = open_link(c.paths[i], flags, &parent, err);
		if (r)
			break;
		found = guid_equal(&parent.info.link_id,
				   &child->info.parent_id);
		if (!found) {
			wrong = c.paths[i];
			close_link(&parent);
		}
	}
	if (!r && !found)
		r = wrong ? err_set(err, -ESTALE, child->path, ERR_NOWHERE,
				    "%s is not the parent it was made from, or "
				    "was changed since",
				    wrong)
			  : err_set(err, -ENOENT, child->path, ERR_NOWHERE,
				    "its parent is missing: %s",
				    c.count ? c.paths[0] : child->info.parent);
	free_candidates(&c);
	if (!r)
		chain->links[chain->count++] = parent;
	return r;
}

static int open_links(struct vdisk_chain *chain, const char *path,
		      unsigned flags, struct err *err)
{
	unsigned below = DISK_READ_ONLY | (flags & ~DISK_READ_ONLY);
	int r = open_link(path, flags, &chain->links[0], err);

	if (r)
		return r;
	chain->count = 1;
	while (chain->links[chain->count - 1].info.type == VDISK_DIFFERENCING) {
		if (chain->count == VDISK_MAX_CHAIN)
			return err_set(err, -ELOOP, path, ERR_NOWHERE,
				       "it has more than %d parents",
				       VDISK_MAX_CHAIN - 1);
		r = open_parent(chain, below, err);
		if (r)
			return r;
	}
	return 0;
}

int vdisk_chain_open(const char *path, unsigned flags, struct vdisk_chain **ret,
		     struct err *err)
{
	struct vdisk_chain *chain = mem_alloc(sizeof(*chain));
	int r;

	if (!chain)
		return err_nomem(err);
	r = open_links(chain, path, flags, err);
	for (size_t i = chain->count; i && !r; i--) {
		struct vdisk_link *l = &chain->links[i - 1];

		r = l->info.type == VDISK_DIFFERENCING
			    ? vdisk_open_child(l->file, l[1].disk,
					       &l[1].info.link_id, &l->disk,
					       err)
			    : vdisk_open(l->file, &l->disk, err);
	}
	if (r) {
		vdisk_chain_close(chain);
		return r;
	}
	chain->disk = chain->links[0].disk;
	*ret = chain;
	return 0;
}

void vdisk_chain_close(struct vdisk_chain *chain)
{
	for (size_t i = 0; chain && i < chain->count; i++)
		close_link(&chain->links[i]);
	mem_free(chain);
}
