// SPDX-License-Identifier: MIT
//
// vdisk merge and vdisk reparent: changes of chains.

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "vdisk.h"
#include "vdisk_cmd.h"

static int failed(const char *what, struct err *err)
{
	int r = -errno;

	return err_set(err, r, what, ERR_NOWHERE, "%s", strerror(-r));
}

// --- merge ---------------------------------------------------------------------

struct merge {
	unsigned depth;
	bool keep, is_forced;
	char *paths[VDISK_MAX_CHAIN]; // of the children and of what they go into
};

// Nobody else may build on what changes or goes away.
static int guard(const struct vdisk_chain *chain, const struct merge *m,
		 struct err *err)
{
	const struct vdisk_link *l = chain->links;
	int r = 0;

	if (m->is_forced)
		return 0;
	if (!m->keep)
		r = vdisk_guard_children(l[0].path, &l[0].info.link_id, NULL,
					 "would have no parent any more", err);
	for (unsigned i = 1; i <= m->depth && !r; i++)
		r = vdisk_guard_children(l[i].path, &l[i].info.link_id,
					 l[i - 1].path,
					 "would read as something else", err);
	return r;
}

static int note(const struct vdisk_chain *chain, struct merge *m,
		struct err *err)
{
	if (m->depth >= chain->count)
		return err_set(err, -EINVAL, chain->links[0].path, ERR_NOWHERE,
			       chain->count == 1
				       ? "it has no parent"
				       : "it has %zu parents",
			       chain->count - 1);
	for (unsigned i = 0; i <= m->depth; i++) {
		m->paths[i] = mem_strdup(chain->links[i].path);
		if (!m->paths[i])
			return err_nomem(err);
	}
	return guard(chain, m, err);
}

// The topmost child is made one of the disk that has all now, before those
// between are gone, and goes last: what a cut leaves can be opened, and reads as
// before.
static int remove_children(const struct merge *m, struct err *err)
{
	int r = 0;

	if (m->depth > 1)
		r = vdisk_set_parent(m->paths[0], m->paths[m->depth], err);
	for (unsigned i = m->depth; i && !r; i--)
		if (unlink(m->paths[i - 1]))
			r = failed(m->paths[i - 1], err);
	return r;
}

static int merge(const char *path, struct merge *m, struct progress *progress,
		 struct err *err)
{
	struct vdisk_chain *chain;
	int r = vdisk_chain_open(path, DISK_EXCLUSIVE, &chain, err);

	if (r)
		return r;
	r = note(chain, m, err);
	if (r) {
		vdisk_chain_close(chain);
		return r;
	}
	r = vdisk_chain_merge(chain, m->depth, progress, err);
	return r || m->keep ? r : remove_children(m, err);
}

static int parse_depth(const char *s, unsigned *ret)
{
	char *end;
	unsigned long n = s ? strtoul(s, &end, 10) : 1;

	if (s && (*s < '0' || *s > '9' || *end || !n || n >= VDISK_MAX_CHAIN))
		return cmd_misuse("vdisk", "%s: not a number of parents", s);
	*ret = (unsigned)n;
	return 0;
}

int vdisk_cmd_merge(int argc, char **argv)
{
	struct cmd_switch table[] = {{"depth", true, NULL},
				     {"keep", false, NULL},
				     {"force", false, NULL},
				     {"progress", true, NULL},
				     {0}};
	struct cmd_progress progress;
	struct merge m = {0};
	struct err err = {0};
	int count, r;

	if (cmd_switches(argc, argv, table, &count) ||
	    parse_depth(table[0].value, &m.depth))
		return CMD_MISUSE;
	if (count != 1)
		return cmd_misuse("vdisk", "merge: which differencing disk?");
	if (cmd_progress_init(&progress, table[3].value))
		return cmd_misuse("vdisk", "%s: no style of progress",
				  table[3].value);
	m.keep = table[1].value;
	m.is_forced = table[2].value;
	r = merge(argv[1], &m, &progress.progress, &err);
	cmd_progress_end(&progress);
	if (!r)
		printf("%s: merged into %s%s\n", argv[1], m.paths[m.depth],
		       m.keep ? ""
		       : m.depth > 1
			       ? "; it and those between are deleted"
			       : "; it is deleted");
	for (unsigned i = 0; i <= m.depth; i++)
		mem_free(m.paths[i]);
	return r ? cmd_fail("vdisk", argv[1], &err) : CMD_OK;
}

// --- reparent ------------------------------------------------------------------

static bool is_same(const char *a, const char *b)
{
	struct stat x, y;

	return !stat(a, &x) && !stat(b, &y) && x.st_dev == y.st_dev &&
	       x.st_ino == y.st_ino;
}

// Refuses what cannot be; unless forced, also what may be a mistake.
static int check_parent(const char *path, const struct vdisk_info *child,
			const struct vdisk_chain *parent, bool is_forced,
			struct err *err)
{
	const struct vdisk_info *p = &parent->links[0].info;
	const char *name = parent->links[0].path;

	for (size_t i = 0; i < parent->count; i++)
		if (is_same(parent->links[i].path, path))
			return err_set(err, -ELOOP, name, ERR_NOWHERE,
				       "it is made from %s itself", path);
	if (p->format != child->format || p->sector_size != child->sector_size)
		return err_set(err, -EINVAL, name, ERR_NOWHERE,
			       "a parent has the format and the sectors of its "
			       "child");
	if (is_forced)
		return 0;
	if (p->size != child->size)
		return err_set(err, -EINVAL, name, ERR_NOWHERE,
			       "it has %" PRIu64 " bytes, and its child %" PRIu64
			       "; --force takes it all the same",
			       p->size, child->size);
	if (!guid_equal(&p->link_id, &child->parent_id))
		return err_set(err, -ESTALE, name, ERR_NOWHERE,
			       "it is not the parent that %s was made from, or "
			       "was changed since: with another content below "
			       "it, the child is broken; --force takes it all "
			       "the same",
			       path);
	return 0;
}

static int set_parent(const char *path, struct disk *file,
		      const struct vdisk_link *parent, struct err *err)
{
	char absolute[PATH_MAX], relative[PATH_MAX];
	struct stat st;
	int r = vdisk_parent_paths(path, parent->path, absolute, relative, err);

	if (r)
		return r;
	if (stat(absolute, &st))
		return failed(absolute, err);
	return vdisk_reparent(file, &parent->info.link_id, absolute, relative,
			      st.st_mtime, err);
}

int vdisk_set_parent(const char *path, const char *parent, struct err *err)
{
	struct vdisk_chain *chain;
	struct disk *file;
	int r = vdisk_chain_open(parent, DISK_READ_ONLY | DISK_EXCLUSIVE,
				 &chain, err);

	if (r)
		return r;
	r = disk_open_file(path, DISK_EXCLUSIVE, &file, err);
	if (!r) {
		r = set_parent(path, file, &chain->links[0], err);
		disk_close(file);
	}
	vdisk_chain_close(chain);
	return r;
}

static int reparent(const char *path, const char *parent, bool is_forced,
		    struct err *err)
{
	struct vdisk_chain *chain;
	struct vdisk_info info;
	struct disk *file;
	int r = vdisk_chain_open(parent, DISK_READ_ONLY, &chain, err);

	if (r)
		return r;
	r = disk_open_file(path, DISK_READ_ONLY, &file, err);
	if (!r) {
		r = vdisk_probe(file, &info, err);
		disk_close(file);
	}
	if (!r && info.type != VDISK_DIFFERENCING)
		r = err_set(err, -EINVAL, path, ERR_NOWHERE,
			    "it is no differencing disk");
	if (!r)
		r = check_parent(path, &info, chain, is_forced, err);
	vdisk_chain_close(chain);
	return r ? r : vdisk_set_parent(path, parent, err);
}

int vdisk_cmd_reparent(int argc, char **argv)
{
	struct cmd_switch table[] = {{"parent", true, NULL},
				     {"force", false, NULL},
				     {0}};
	struct err err = {0};
	int count;

	if (cmd_switches(argc, argv, table, &count))
		return CMD_MISUSE;
	if (count != 1 || !table[0].value || !*table[0].value)
		return cmd_misuse("vdisk", "reparent: a FILE and its --parent "
				  "are needed");
	if (reparent(argv[1], table[0].value, table[1].value, &err))
		return cmd_fail("vdisk", argv[1], &err);
	printf("%s: its parent is %s\n", argv[1], table[0].value);
	return CMD_OK;
}
