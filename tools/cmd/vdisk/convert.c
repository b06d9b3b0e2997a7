// SPDX-License-Identifier: MIT
//
// vdisk convert: copies a disk of any kind into a new image of another.

#include "address.h"
#include "storage.h"
#include "vdisk_cmd.h"

struct source {
	struct place *place; // or, with a parent given, the child's file
	struct place *below; // that parent
	struct disk *child;  // the child on top of it
	struct disk *disk;   // what is copied
};

static void close_source(struct source *s)
{
	disk_close(s->child);
	address_close(s->place);
	address_close(s->below);
}

static int parent_id(const char *address, struct guid *ret, struct err *err)
{
	struct vdisk_info info;
	struct place *place;
	int r = address_open(address, ADDRESS_FILE, &place, err);

	if (r)
		return r;
	r = vdisk_probe(place->disk, &info, err);
	address_close(place);
	if (!r)
		*ret = info.link_id;
	return r;
}

static int open_child(const char *address, const char *parent, struct source *s,
		      struct err *err)
{
	struct guid id;
	int r = parent_id(parent, &id, err);

	if (!r)
		r = address_open(parent, ADDRESS_FILE | ADDRESS_VIRTUAL,
				 &s->below, err);
	if (!r)
		r = address_open(address, ADDRESS_FILE, &s->place, err);
	if (!r)
		r = vdisk_open_child(s->place->disk, s->below->disk, &id,
				     &s->child, err);
	s->disk = s->child;
	return r;
}

static int open_source(const char *address, const char *parent,
		       struct source *s, struct err *err)
{
	int r;

	if (parent)
		return open_child(address, parent, s, err);
	r = address_open(address, ADDRESS_FILE | ADDRESS_VIRTUAL, &s->place,
			 err);
	if (!r)
		s->disk = s->place->disk;
	return r;
}

// Reads what is to be made. Returns 0, CMD_FAILED or CMD_MISUSE.
static int parse_target(const char *path, const char *format, const char *type,
			struct vdisk_create *ret, struct err *err)
{
	*ret = (struct vdisk_create){.format = VDISK_VHD, .type = VDISK_FIXED};
	if (vdisk_format_of_name(path, VDISK_VHD, &ret->format, err))
		return cmd_fail("vdisk", NULL, err);
	if (format && vdisk_parse_format(format, &ret->format))
		return CMD_MISUSE;
	if (type && vdisk_parse_type(type, &ret->type))
		return CMD_MISUSE;
	if (ret->type == VDISK_DIFFERENCING ||
	    (type && ret->format == VDISK_RAW))
		return cmd_misuse(
			"vdisk",
			"convert: --type %s cannot be made from another disk",
			type);
	return 0;
}

int vdisk_cmd_convert(int argc, char **argv)
{
	struct cmd_switch table[] = {{"format", true, NULL},
				     {"type", true, NULL},
				     {"parent", true, NULL},
				     {"progress", true, NULL},
				     {0}};
	struct source source = {0};
	struct cmd_progress progress;
	struct vdisk_create target;
	struct err err = {0};
	int count, r;

	if (cmd_switches(argc, argv, table, &count))
		return CMD_MISUSE;
	if (count != 2)
		return cmd_misuse("vdisk", "convert: an ADDRESS and a FILE are "
					   "needed");
	r = parse_target(argv[2], table[0].value, table[1].value, &target,
			 &err);
	if (r)
		return r;
	if (cmd_progress_init(&progress, table[3].value))
		return cmd_misuse("vdisk",
				  "%s: must be bar, lines, json or none",
				  table[3].value);
	if (address_check_host(argv[2], &err))
		return cmd_fail("vdisk", argv[2], &err);
	r = open_source(argv[1], table[2].value, &source, &err);
	if (r) {
		close_source(&source);
		return cmd_fail("vdisk", argv[1], &err);
	}
	r = storage_vdisk_copy_disk(&storage_effects, source.disk, argv[2],
				    &target, &progress.progress, &err);
	cmd_progress_end(&progress);
	close_source(&source);
	return r ? cmd_fail("vdisk", argv[2], &err) : CMD_OK;
}
