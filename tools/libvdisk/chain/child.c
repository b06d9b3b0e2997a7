// SPDX-License-Identifier: MIT
//
// Making children, and making one the child of a disk: what it keeps of where
// that is. Forms as in path.c.

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "chain_priv.h"

// --- Paths -------------------------------------------------------------------

struct relation {
	char *absolute, *relative; // Windows' forms; a host's path has none of
				   // the first, which would say nothing there
	char *real;                // of the host, else NULL
};

static void relation_done(struct relation *x)
{
	mem_free(x->absolute);
	mem_free(x->relative);
	mem_free(x->real);
}

// Returns what both begin with, up to a slash that divides parts.
static size_t common(const char *a, const char *b, char slash)
{
	size_t same = 0;

	for (size_t i = 0; a[i] && b[i]; i++) {
		if (slash == '/' ? a[i] != b[i]
				 : strncasecmp(a + i, b + i, 1) != 0)
			break;
		if (a[i] == slash)
			same = i + 1;
	}
	return same;
}

// Returns where `parent` is, seen from `folder`, which ends in a slash, in
// Windows' form. Both are whole paths.
static char *relative_path(const char *folder, const char *parent, char slash)
{
	size_t same = common(folder, parent, slash), n = 0;
	char *s = mem_alloc(3 * strlen(folder) + strlen(parent) + 3);

	if (!s)
		return NULL;
	if (!folder[same])
		n = (size_t)sprintf(s, ".\\");
	for (const char *f = folder + same; *f; f++)
		if (*f == slash)
			n += (size_t)sprintf(s + n, "..\\");
	strcpy(s + n, parent + same);
	for (char *c = s + n; *c; c++)
		if (*c == slash)
			*c = '\\';
	return s;
}

static int failed(const char *what, struct err *err)
{
	int r = -errno;

	return err_set(err, r, what, ERR_NOWHERE, "%s", strerror(-r));
}

static int relate_host(const char *child, const char *parent,
		       struct relation *ret, struct err *err)
{
	char real[PATH_MAX], folder[PATH_MAX], given[PATH_MAX];
	const char *slash = strrchr(child, '/');
	int len = slash ? (int)(slash - child + 1) : 0;
	struct stat above, below;

	snprintf(given, sizeof(given), "%.*s", len ? len : 1,
		 len ? child : ".");
	if (!realpath(parent, real) || stat(real, &below))
		return failed(parent, err);
	if (!realpath(given, folder) || stat(folder, &above))
		return failed(given, err);
	if (above.st_dev != below.st_dev)
		return err_set(err, -EXDEV, parent, ERR_NOWHERE,
			       "a parent is on the same volume as its child");
	if (strlen(folder) + 2 > sizeof(folder))
		return err_set(err, -ENAMETOOLONG, parent, ERR_NOWHERE,
			       "its path is too long");
	if (folder[1])
		strcat(folder, "/");
	ret->real = mem_strdup(real);
	ret->relative = relative_path(folder, real, '/');
	return ret->real && ret->relative ? 0 : err_nomem(err);
}

// The drive is that of Windows itself, to most.
static int relate_inner(const char *child, const char *parent,
			struct relation *ret, struct err *err)
{
	char *whole = mem_alloc(strlen(parent) + 4);
	char *folder = mem_alloc(strlen(child) + 3);
	int r = 0;

	if (whole && folder && vdisk_path_clean(parent, whole + 2) &&
	    vdisk_path_clean(child, folder)) {
		memcpy(whole, "C:", 2);
		*(char *)vdisk_path_name(folder) = 0;
		ret->relative = relative_path(folder, whole + 2, '\\');
	} else if (whole && folder) {
		r = err_set(err, -EINVAL, parent, ERR_NOWHERE,
			    "that is no path of a file");
	}
	mem_free(folder);
	ret->absolute = whole;
	return r || ret->relative ? r : err_nomem(err);
}

static int relate(struct tree *files, const char *child, const char *parent,
		  struct relation *ret, struct err *err)
{
	struct relation x = {0};
	int r = tree_is_volume(files) ? relate_inner(child, parent, &x, err)
				      : relate_host(child, parent, &x, err);

	if (r)
		relation_done(&x);
	else
		*ret = x;
	return r;
}

// --- Making children ---------------------------------------------------------

static int create(struct tree *files, const char *path,
		  const struct vdisk_create *c, struct disk *parent,
		  const struct vdisk_child *child, struct err *err)
{
	struct vdisk_filling f = {.parent = parent,
				  .parent_id = &c->parent_id,
				  .fill = child->fill,
				  .ctx = child->ctx};

	return vdisk_create_filled(files, path, c, f.fill ? &f : NULL, err);
}

int vdisk_child_create(struct tree *files, const char *path, const char *parent,
		       const struct vdisk_child *child, struct err *err)
{
	struct vdisk_create c = {.type = VDISK_DIFFERENCING,
				 .block_size = child->block_size,
				 .id = child->id,
				 .created = child->created};
	struct vdisk_chain *chain;
	struct relation x;
	int r = relate(files, path, parent, &x, err);

	if (r)
		return r;
	c.parent_absolute = x.absolute;
	c.parent_relative = x.relative;
	// Of the host the real path, from where its own parents are looked for.
	r = vdisk_chain_open(files, x.real ? x.real : parent, NULL,
			     DISK_READ_ONLY | DISK_EXCLUSIVE, &chain, err);
	if (!r) {
		c.format = chain->links[0].info.format;
		c.size = chain->disk->size;
		c.sector_size = chain->disk->sector_size;
		c.parent_id = chain->links[0].info.link_id;
		r = vdisk_files_modified(files, parent, &c.parent_time, err);
		if (!r)
			r = create(files, path, &c, chain->disk, child, err);
		vdisk_chain_close(chain);
	}
	relation_done(&x);
	return r;
}

// --- Another parent ----------------------------------------------------------

static int set_parent(struct tree *files, const char *path,
		      const struct vdisk_link *parent, struct err *err)
{
	struct relation x;
	struct disk *file;
	int64_t time;
	int r = relate(files, path, parent->path, &x, err);

	if (r)
		return r;
	r = vdisk_files_modified(files, parent->path, &time, err);
	if (!r)
		r = tree_open_file(files, path, DISK_EXCLUSIVE, &file, err);
	if (!r) {
		r = vdisk_reparent(file, &parent->info.link_id, x.absolute,
				   x.relative, time, err);
		if (!r)
			r = disk_finish(file, err);
		disk_close(file);
	}
	relation_done(&x);
	return r;
}

int vdisk_set_parent(struct tree *files, const char *path, const char *parent,
		     struct err *err)
{
	struct vdisk_chain *chain;
	int r = tree_begin(files, err);

	if (!r)
		r = vdisk_chain_open(files, parent, NULL,
				     DISK_READ_ONLY | DISK_EXCLUSIVE, &chain,
				     err);
	if (r)
		return r;
	r = set_parent(files, path, &chain->links[0], err);
	vdisk_chain_close(chain);
	return r;
}
