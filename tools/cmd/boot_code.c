// SPDX-License-Identifier: MIT
//
// Writing what a BIOS starts: the places that addresses name, and what commands
// say about them.

#include <stdio.h>
#include <string.h>

#include "address.h"
#include "bcd_place.h"
#include "boot_code.h"
#include "bootsect.h"
#include "cmd.h"

// A Windows that sleeps on the volume, or did not close it, has the say about it.
// A volume with a problem may be here to be mended, and what is none is told by
// who writes.
static int check_use(struct disk *d, struct err *err)
{
	struct err why = {0};
	struct tree *v;
	int r;

	if (volume_open(d, &v, NULL))
		return 0;
	r = tree_check_writable(v, &why);
	tree_close(v);
	return r == -EBUSY ? err_pass(err, r, &why) : 0;
}

// A partition's boot code, not a disk's.
static int check_volume(const struct place *place, const char **ret_name,
			struct err *err)
{
	struct part_content found;
	int r = part_probe(place->disk, &found, err);

	if (r)
		return r;
	if (part_is_table(&found))
		return err_set(err, -EINVAL, "volume", ERR_NOWHERE,
			       "this is a disk with partitions; name one, as "
			       "in disk.img@1");
	*ret_name = part_content_is(&found, "NTFS") ? "NTFS" : "FAT32";
	return 0;
}

int boot_code_write_volume(const char *address, bool is_forced,
			   const char **ret_name, struct err *err)
{
	struct place *place;
	const char *name = NULL;
	int r = address_open_volume(address, ADDRESS_WRITE, &place, err);

	if (r)
		return r;
	r = check_volume(place, &name, err);
	if (!r && !is_forced)
		r = check_use(place->disk, err);
	if (!r)
		r = bootsect_write_volume(place->disk, err);
	if (!r)
		r = address_finish(place, err);
	cmd_place_close(place);
	if (!r)
		*ret_name = name;
	return r;
}

int boot_code_write_mbr(const char *disk, struct err *err)
{
	struct place *place;
	int r = address_open(disk,
			     ADDRESS_WRITE | ADDRESS_FILE | ADDRESS_VIRTUAL,
			     &place, err);

	if (r)
		return r;
	r = bootsect_write_mbr(place->disk, err);
	if (!r)
		r = address_finish(place, err);
	cmd_place_close(place);
	return r;
}

int boot_code_find_disk(const char *address, char **ret, struct err *err)
{
	char *disk = bcd_place_address(address), *at;

	if (!disk)
		return err_nomem(err);
	at = strrchr(disk, '@');
	if (!at || at == disk || !at[1] ||
	    at[1 + strspn(at + 1, "0123456789")]) {
		mem_free(disk);
		return err_set(err, -EINVAL, "disk", ERR_NOWHERE,
			       "%s is no partition, so the disk is not known",
			       address);
	}
	*at = 0;
	*ret = disk;
	return 0;
}

static const struct part *find_active(const struct part_table *t)
{
	for (size_t i = 0; i < t->count; i++)
		if (t->parts[i].active && !t->parts[i].logical)
			return &t->parts[i];
	return NULL;
}

// The partition's address.
static int name_active(const char *disk, const struct part_table *t, char **ret,
		       struct err *err)
{
	const struct part *p = find_active(t);
	char *name;
	size_t size = strlen(disk) + 16;

	if (t->style != PART_MBR)
		return err_set(err, -EINVAL, "partition table", ERR_NOWHERE,
			       "this is a GPT, which a BIOS does not start");
	if (!p)
		return err_set(err, -ENOENT, "partition table", ERR_NOWHERE,
			       "no partition is active");
	name = mem_alloc(size);
	if (!name)
		return err_nomem(err);
	snprintf(name, size, "%s@%u", disk, p->number);
	*ret = name;
	return 0;
}

int boot_code_find_active(const char *disk, char **ret, struct err *err)
{
	struct part_table *t;
	int r = address_read_table(disk, &t, err);

	if (r)
		return r == -ENOENT ? -ENODEV : r;
	r = name_active(disk, t, ret, err);
	part_table_free(t);
	return r;
}
