// SPDX-License-Identifier: MIT
//
// vdisk create.

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "../boot_limits.h"
#include "../new_disk.h"
#include "vdisk_cmd.h"

int vdisk_parse_type(const char *s, enum vdisk_type *ret)
{
	static const char *const names[] = {
		[VDISK_FIXED] = "fixed",
		[VDISK_DYNAMIC] = "dynamic",
		[VDISK_DIFFERENCING] = "differencing"};

	if (!strcasecmp(s, "expandable")) // DiskPart's word
		s = names[VDISK_DYNAMIC];
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcasecmp(s, names[i])) {
			*ret = (enum vdisk_type)i;
			return 0;
		}
	return cmd_misuse("vdisk",
			  "%s: neither fixed, dynamic (expandable) nor "
			  "differencing",
			  s);
}

int vdisk_parse_format(const char *s, enum vdisk_format *ret)
{
	static const char *const names[] = {[VDISK_RAW] = "raw",
					    [VDISK_VHD] = "vhd",
					    [VDISK_VHDX] = "vhdx"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcasecmp(s, names[i])) {
			*ret = (enum vdisk_format)i;
			return 0;
		}
	return cmd_misuse("vdisk", "%s: neither raw, vhd nor vhdx", s);
}

// --- The commands ------------------------------------------------------------

static int parse_block(const char *s, uint32_t *ret)
{
	uint64_t size = 0;

	if (s && (size_parse(s, NULL, &size) || !size || size > UINT32_MAX))
		return cmd_misuse("vdisk",
				  "%s: not a size of blocks, such as 2M", s);
	*ret = (uint32_t)size;
	return 0;
}

static int create_child(int count, char **argv, const char *parent,
			const char *type, const char *source, uint32_t block)
{
	struct vdisk_listening w;
	struct err err = {0};

	if (count != 1)
		return cmd_misuse("vdisk", "create: a child has the size of "
					   "its parent");
	if (type && strcasecmp(type, "differencing"))
		return cmd_misuse("vdisk",
				  "%s: a disk with a parent is "
				  "differencing",
				  type);
	if (vdisk_listen(&w, argv[1], NULL))
		return CMD_MISUSE;
	if (storage_vdisk_create_child(&storage_effects, argv[1], parent,
				       source, block, &w.listener, &err))
		return cmd_fail("vdisk", argv[1], &err);
	boot_limits_virtual("vdisk", argv[1]);
	return CMD_OK;
}

static int make_disk(const char *address, const struct vdisk_create *c,
		     bool sparse)
{
	struct vdisk_listening w;
	struct err err = {0};
	int r = vdisk_listen(&w, address, NULL);

	if (r)
		return r;
	r = storage_vdisk_create(&storage_effects, address, c, sparse,
				 &w.listener, &err);
	cmd_progress_end(&w.progress);
	if (r)
		return cmd_fail("vdisk", address, &err);
	boot_limits_virtual("vdisk", address);
	return CMD_OK;
}

int vdisk_cmd_create(int argc, char **argv)
{
	struct cmd_switch table[] = {
		{"type", true, NULL},        {"parent", true, NULL},
		{"block-size", true, NULL},  {"format", true, NULL},
		{"sector-size", true, NULL}, {"source", true, NULL},
		{"sparse", false, NULL},     {0}};
	struct vdisk_create c = {.type = VDISK_FIXED};
	struct err err = {0};
	int count;

	if (cmd_switches(argc, argv, table, &count) ||
	    parse_block(table[2].value, &c.block_size) ||
	    parse_block(table[4].value, &c.sector_size))
		return CMD_MISUSE;
	if (table[1].value)
		return create_child(count, argv, table[1].value, table[0].value,
				    table[5].value, c.block_size);
	if (table[5].value)
		return cmd_misuse("vdisk", "create: --source goes with "
					   "--parent; without it, use convert");
	if (count != 2)
		return cmd_misuse("vdisk", "create: an ADDRESS and a SIZE are "
					   "needed");
	if (new_disk_parse_size("vdisk", argv[2], &c.size))
		return CMD_MISUSE;
	if (vdisk_format_of_name(argv[1], VDISK_VHD, &c.format, &err))
		return cmd_fail("vdisk", NULL, &err);
	if (table[3].value && vdisk_parse_format(table[3].value, &c.format))
		return CMD_MISUSE;
	if (c.format == VDISK_RAW)
		return cmd_misuse("vdisk", "create: a raw file needs no tool");
	if (table[0].value && vdisk_parse_type(table[0].value, &c.type))
		return CMD_MISUSE;
	if (c.type == VDISK_DIFFERENCING)
		return cmd_misuse("vdisk", "create: a differencing disk needs "
					   "--parent");
	return make_disk(argv[1], &c, table[6].value);
}
