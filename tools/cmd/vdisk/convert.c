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

// A disk's table and volumes count in its sectors: it keeps their size. Of a raw
// image the table says it.
static int choose_sector_size(struct disk *from, struct vdisk_create *c,
			      struct err *err)
{
	uint32_t size = from->sector_size;
	int r = from->is_sector_guessed ? part_sector_size(from, &size, err)
					: 0;

	if (!r && c->format == VDISK_VHD && size != 512)
		r = err_set(err, -ENOTSUP, "source", ERR_NOWHERE,
			    "its sectors are of %u bytes, and those of a VHD "
			    "always of 512: nothing on it could be read; make "
			    "a VHDX",
			    size);
	if (!r && c->format == VDISK_VHDX)
		c->sector_size = size;
	return r;
}

// Makes the file: `c` says what, of the size of `from`.
static int make_target(const char *path, struct vdisk_create *c,
		       struct disk *from, struct disk **ret, struct err *err)
{
	int r = choose_sector_size(from, c, err);

	if (r)
		return r;
	c->size = from->size;
	if (c->format == VDISK_RAW)
		return disk_create_file(path, c->size, 512, ret, err);
	return storage_make_virtual(&storage_effects, path, c, ret, err);
}

static int convert_disk(struct disk *from, const char *path,
			struct vdisk_create *c, struct progress *progress,
			struct err *err)
{
	struct disk *file, *to = NULL;
	int r = make_target(path, c, from, &file, err);

	if (r)
		return r;
	if (c->format != VDISK_RAW)
		r = vdisk_open(file, &to, err);
	if (!r)
		r = disk_set_direct(file, err);
	if (!r)
		r = disk_copy_data(from, to ? to : file, from->size, progress,
				   "Converting", err);
	if (!r)
		r = to ? disk_finish(to, err) : 0;
	if (!r)
		r = disk_finish(file, err);
	disk_close(to);
	disk_close(file);
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
	r = convert_disk(source.disk, argv[2], &target, &progress.progress,
			 &err);
	cmd_progress_end(&progress);
	close_source(&source);
	return r ? cmd_fail("vdisk", argv[2], &err) : CMD_OK;
}
