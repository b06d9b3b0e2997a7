// SPDX-License-Identifier: MIT
//
// vdisk expand, compact and reset: changes of one disk as a whole.

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "../new_disk.h"
#include "vdisk_cmd.h"

int vdisk_cmd_expand(int argc, char **argv)
{
	struct cmd_switch table[] = {{"force", false, NULL}, {0}};
	struct vdisk_listening w;
	struct vdisk_info old;
	struct err err = {0};
	uint64_t size;
	int count;

	if (cmd_switches(argc, argv, table, &count))
		return CMD_MISUSE;
	if (count != 2)
		return cmd_misuse("vdisk",
				  "expand: a FILE and its new SIZE are "
				  "needed");
	if (new_disk_parse_size("vdisk", argv[2], &size) ||
	    vdisk_listen(&w, argv[1], NULL))
		return CMD_MISUSE;
	if (storage_vdisk_expand(argv[1], size, table[0].value, &w.listener,
				 &old, &err))
		return cmd_fail("vdisk", argv[1], &err);
	printf("%s%sthe disk had %" PRIu64 " bytes, and has %" PRIu64 " now\n",
	       argv[1], err_colon(argv[1]), old.size, size);
	return CMD_OK;
}

static void print_compact(const char *address, const struct vdisk_info *old,
			  uint64_t now)
{
	const char *colon = err_colon(address);

	if (now < old->file_size)
		printf("%s%sthe file had %" PRIu64 " bytes, and has %" PRIu64
		       " now\n",
		       address, colon, old->file_size, now);
	else if (old->type == VDISK_FIXED)
		printf("%s%sa fixed disk has no blocks to give back\n", address,
		       colon);
	else
		printf("%s%sthe file keeps its %" PRIu64 " bytes: there was "
		       "nothing to give back\n",
		       address, colon, now);
}

int vdisk_cmd_compact(int argc, char **argv)
{
	struct cmd_switch table[] = {
		{"force", false, NULL}, {"progress", true, NULL}, {0}};
	struct vdisk_listening w;
	struct vdisk_info old;
	struct err err = {0};
	uint64_t size;
	int count, r;

	if (cmd_switches(argc, argv, table, &count))
		return CMD_MISUSE;
	if (count != 1)
		return cmd_misuse("vdisk", "compact: which virtual disk?");
	if (vdisk_listen(&w, argv[1], table[1].value))
		return CMD_MISUSE;
	r = storage_vdisk_compact(argv[1], table[0].value, &w.listener, &old,
				  &size, &err);
	cmd_progress_end(&w.progress);
	if (r)
		return cmd_fail("vdisk", argv[1], &err);
	print_compact(argv[1], &old, size);
	return CMD_OK;
}

int vdisk_cmd_reset(int argc, char **argv)
{
	struct cmd_switch table[] = {{"force", false, NULL}, {0}};
	struct vdisk_listening w;
	struct err err = {0};
	int count;

	if (cmd_switches(argc, argv, table, &count))
		return CMD_MISUSE;
	if (count != 1)
		return cmd_misuse("vdisk", "reset: which differencing disk?");
	if (vdisk_listen(&w, argv[1], NULL))
		return CMD_MISUSE;
	return storage_vdisk_reset(argv[1], table[0].value, &w.listener, &err)
		       ? cmd_fail("vdisk", argv[1], &err)
		       : CMD_OK;
}
