// SPDX-License-Identifier: MIT
//
// vdisk expand, compact and reset: changes of one disk as a whole.

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "address.h"
#include "../new_disk.h"
#include "chain.h"
#include "vdisk_cmd.h"

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
			"would no longer fit to it; --force does "
			"it all the same",
			err);
	if (r)
		cmd_place_close(ret->place);
	return r;
}

// --- expand --------------------------------------------------------------------

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

static int expand(const char *address, uint64_t size, bool is_forced,
		  struct err *err)
{
	struct edit e;
	int r = edit_open(address, is_forced, false, &e, err);

	if (r)
		return r;
	r = check_room(&e, size, err);
	if (!r)
		r = vdisk_expand(e.place->disk, size, err);
	if (!r)
		r = address_finish(e.place, err);
	cmd_place_close(e.place);
	if (!r)
		printf("%s: the disk had %" PRIu64 " bytes, and has %" PRIu64
		       " now\n",
		       address, e.info.size, size);
	return r;
}

int vdisk_cmd_expand(int argc, char **argv)
{
	struct cmd_switch table[] = {{"force", false, NULL}, {0}};
	struct err err = {0};
	uint64_t size;
	int count;

	if (cmd_switches(argc, argv, table, &count))
		return CMD_MISUSE;
	if (count != 2)
		return cmd_misuse("vdisk",
				  "expand: a FILE and its new SIZE are "
				  "needed");
	if (new_disk_parse_size("vdisk", argv[2], &size))
		return CMD_MISUSE;
	return expand(argv[1], size, table[0].value, &err)
		       ? cmd_fail("vdisk", argv[1], &err)
		       : CMD_OK;
}

// --- compact -------------------------------------------------------------------

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

static void print_compact(const char *address, const struct vdisk_info *old,
			  uint64_t now)
{
	if (now < old->file_size)
		printf("%s: the file had %" PRIu64 " bytes, and has %" PRIu64
		       " now\n",
		       address, old->file_size, now);
	else if (old->type == VDISK_FIXED)
		printf("%s: a fixed disk has no blocks to give back\n",
		       address);
	else
		printf("%s: the file keeps its %" PRIu64 " bytes: there was "
		       "nothing to give back\n",
		       address, now);
}

static int compact(const char *address, bool is_forced,
		   struct progress *progress, uint64_t *ret_size,
		   struct vdisk_info *ret_info, struct err *err)
{
	struct vdisk_unused_ctx unused = {address, progress};
	struct vdisk_chain *below = NULL;
	struct edit e;
	bool has_parent = false;
	int r = edit_open(address, is_forced, false, &e, err);

	if (r)
		return r;
	has_parent = e.info.type == VDISK_DIFFERENCING;
	if (has_parent && e.place->file_path)
		r = open_parent(&e, &below, err);
	if (!r)
		r = vdisk_compact(e.place->disk, below ? below->disk : NULL,
				  has_parent ? NULL : vdisk_unused_volumes,
				  &unused, progress, err);
	if (!r)
		r = address_finish(e.place, err);
	*ret_size = e.place->disk->size;
	*ret_info = e.info;
	vdisk_chain_close(below);
	cmd_place_close(e.place);
	return r;
}

int vdisk_cmd_compact(int argc, char **argv)
{
	struct cmd_switch table[] = {
		{"force", false, NULL}, {"progress", true, NULL}, {0}};
	struct cmd_progress progress;
	struct vdisk_info info;
	struct err err = {0};
	uint64_t size;
	int count, r;

	if (cmd_switches(argc, argv, table, &count))
		return CMD_MISUSE;
	if (count != 1)
		return cmd_misuse("vdisk", "compact: which virtual disk?");
	if (cmd_progress_init(&progress, table[1].value))
		return cmd_misuse("vdisk",
				  "%s: must be bar, lines, json or none",
				  table[1].value);
	r = compact(argv[1], table[0].value, &progress.progress, &size, &info,
		    &err);
	cmd_progress_end(&progress);
	if (r)
		return cmd_fail("vdisk", argv[1], &err);
	print_compact(argv[1], &info, size);
	return CMD_OK;
}

// --- reset ---------------------------------------------------------------------

int vdisk_cmd_reset(int argc, char **argv)
{
	struct cmd_switch table[] = {{"force", false, NULL}, {0}};
	struct err err = {0};
	struct edit e;
	int count, r;

	if (cmd_switches(argc, argv, table, &count))
		return CMD_MISUSE;
	if (count != 1)
		return cmd_misuse("vdisk", "reset: which differencing disk?");
	r = edit_open(argv[1], table[0].value, true, &e, &err);
	if (!r) {
		r = vdisk_reset(e.place->disk, &err);
		if (!r)
			r = address_finish(e.place, &err);
		cmd_place_close(e.place);
	}
	return r ? cmd_fail("vdisk", argv[1], &err) : CMD_OK;
}
