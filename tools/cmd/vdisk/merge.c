// SPDX-License-Identifier: MIT
//
// vdisk merge and vdisk reparent: changes of chains.

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "chain.h"
#include "vdisk_cmd.h"

// --- merge ---------------------------------------------------------------------

static int parse_depth(const char *s, unsigned *ret)
{
	char *end;
	unsigned long n = s ? strtoul(s, &end, 10) : 1;

	if (s && (*s < '0' || *s > '9' || *end || !n || n >= VDISK_MAX_CHAIN))
		return cmd_misuse("vdisk", "%s: not a number of parents from 1",
				  s);
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
	struct vdisk_listening w;
	struct vdisk_merge m = {0};
	struct err err = {0};
	char *into;
	int count, r;

	if (cmd_switches(argc, argv, table, &count) ||
	    parse_depth(table[0].value, &m.depth))
		return CMD_MISUSE;
	if (count != 1)
		return cmd_misuse("vdisk", "merge: which differencing disk?");
	if (vdisk_listen(&w, argv[1], table[3].value))
		return CMD_MISUSE;
	m.keep = table[1].value;
	m.is_forced = table[2].value;
	r = storage_vdisk_merge(argv[1], &m, &w.listener, &into, &err);
	cmd_progress_end(&w.progress);
	if (r)
		return cmd_fail("vdisk", argv[1], &err);
	printf("%s%smerged into %s%s\n", argv[1], err_colon(argv[1]), into,
	       m.keep        ? ""
	       : m.depth > 1 ? "; it and those between are deleted"
			     : "; it is deleted");
	mem_free(into);
	return CMD_OK;
}

// --- reparent ------------------------------------------------------------------

// Refuses what cannot be; unless forced, also what may be a mistake.
static int check_parent(const char *path, const struct tree_id *id,
			const struct vdisk_info *child,
			const struct vdisk_chain *parent, bool is_forced,
			struct err *err)
{
	const struct vdisk_info *p = &parent->links[0].info;
	const char *name = parent->links[0].path;

	for (size_t i = 0; i < parent->count; i++)
		if (parent->links[i].id.volume == id->volume &&
		    parent->links[i].id.file == id->file)
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
			       "it has %" PRIu64
			       " bytes, and its child %" PRIu64
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

// Looks at both before anything is written.
static int check_new_parent(const struct storage_spot *spot, const char *parent,
			    bool is_forced, struct err *err)
{
	struct tree *files = spot->tree;
	struct vdisk_chain *chain;
	struct tree_id id;
	struct vdisk_info info;
	struct disk *file;
	int r = vdisk_chain_open(files, parent, NULL, DISK_READ_ONLY, &chain,
				 err);

	if (r)
		return r;
	r = tree_identify(files, spot->path, &id, err);
	if (!r)
		r = tree_open_file(files, spot->path, DISK_READ_ONLY, &file,
				   err);
	if (!r) {
		r = vdisk_probe(file, &info, err);
		disk_close(file);
	}
	if (!r && info.type != VDISK_DIFFERENCING)
		r = err_set(err, -EINVAL, spot->path, ERR_NOWHERE,
			    "it is no differencing disk");
	if (!r)
		r = check_parent(spot->path, &id, &info, chain, is_forced, err);
	vdisk_chain_close(chain);
	return r;
}

static int reparent(const char *address, const char *parent, bool is_forced,
		    const struct storage_vdisk_listener *l, struct err *err)
{
	struct storage_spot spot;
	char *path = NULL;
	int r = storage_spot_open(address, true, &spot, err);

	if (r)
		return r;
	r = storage_spot_beside(&spot, parent, &path, err);
	if (!r)
		r = check_new_parent(&spot, path, is_forced, err);
	if (!r)
		r = vdisk_set_parent(spot.tree, spot.path, path, err);
	if (!r)
		r = storage_spot_finish(&spot, err);
	mem_free(path);
	storage_spot_close(&spot, l);
	return r;
}

int vdisk_cmd_reparent(int argc, char **argv)
{
	struct cmd_switch table[] = {
		{"parent", true, NULL}, {"force", false, NULL}, {0}};
	struct vdisk_listening w;
	struct err err = {0};
	int count;

	if (cmd_switches(argc, argv, table, &count))
		return CMD_MISUSE;
	if (count != 1 || !table[0].value || !*table[0].value)
		return cmd_misuse("vdisk", "reparent: a disk and its --parent "
					   "are needed");
	if (vdisk_listen(&w, argv[1], NULL))
		return CMD_MISUSE;
	if (reparent(argv[1], table[0].value, table[1].value, &w.listener,
		     &err))
		return cmd_fail("vdisk", argv[1], &err);
	printf("%s%sits parent is %s\n", argv[1], err_colon(argv[1]),
	       table[0].value);
	return CMD_OK;
}
