// SPDX-License-Identifier: MIT
//
// The disks of a machine, from sysfs (Documentation/ABI/stable/sysfs-block of
// the kernel), and who uses them, from /proc.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machine_priv.h"

// Devices that stand for no hardware of their own.
static const char *const not_disks[] = {"loop",  "ram", "zram", "dm-",     "md",
					"ublkb", "nbd", "fd",   "mtdblock"};

// SCSI and ATA disks tell their serial number by a page of vital product data
// (SPC-4, 7.8.9): four bytes of header, then the text.
static bool read_vpd_serial(const char *dir, char *buf, size_t size)
{
	char path[512];
	uint8_t page[256];
	size_t n, out = 0;
	FILE *f;

	snprintf(path, sizeof(path), "%s/device/vpd_pg80", dir);
	f = fopen(path, "re");
	if (!f)
		return false;
	n = fread(page, 1, sizeof(page), f);
	fclose(f);
	for (size_t i = 4; i < n && out < size - 1; i++)
		if (page[i] > ' ' && page[i] < 0x7f)
			buf[out++] = (char)page[i];
	buf[out] = 0;
	return out;
}

// A stick's is its USB device's (Documentation/ABI/stable/sysfs-bus-usb): that of
// the nearest folder above the disk's which has a vendor's number.
static bool read_usb_serial(const char *root, const char *sys_path, char *buf,
			    size_t size)
{
	char dir[MACHINE_MAX_PATH], vendor[16];
	size_t least = strlen(root);
	char *end;

	snprintf(dir, sizeof(dir), "%s%s", root, sys_path);
	while ((end = strrchr(dir + least, '/'))) {
		*end = 0;
		if (machine_line(dir, "idVendor", vendor, sizeof(vendor)))
			return machine_line(dir, "serial", buf, size);
	}
	return false;
}

void inventory_device(const char *name, char path[80])
{
	snprintf(path, 80, "/dev/%s", name);
	for (char *c = path; *c; c++)
		if (*c == '!')
			*c = '/';
}

static void read_disk(const char *root, const char *name,
		      struct inventory_disk *d)
{
	char dir[300], resolved[4096];

	snprintf(dir, sizeof(dir), "%s/sys/block/%s", root, name);
	inventory_device(name, d->path);
	if (realpath(dir, resolved))
		snprintf(d->sys_path, sizeof(d->sys_path), "%s",
			 resolved + strlen(root));
	machine_bus(d->sys_path, d->bus);
	d->sequence = machine_number(dir, "diskseq");
	d->size = machine_number(dir, "size") * 512; // always in 512-byte units
	d->sector_size =
		(uint32_t)machine_number(dir, "queue/logical_block_size");
	if (!d->sector_size)
		d->sector_size = 512;
	d->read_only = machine_number(dir, "ro");
	d->removable = machine_number(dir, "removable");
	machine_line(dir, "device/model", d->model, sizeof(d->model));
	if (!machine_line(dir, "device/serial", d->serial, sizeof(d->serial)) &&
	    !machine_line(dir, "serial", d->serial, sizeof(d->serial)) &&
	    !read_vpd_serial(dir, d->serial, sizeof(d->serial)))
		read_usb_serial(root, d->sys_path, d->serial,
				sizeof(d->serial));
}

static bool begins_with(const char *name, const char *word)
{
	size_t n = strlen(word);

	return !strncmp(name, word, n) &&
	       strchr("0123456789-", word[n - 1] == '-' ? '0' : name[n]);
}

bool inventory_is_cd(const char *name)
{
	return begins_with(name, "sr");
}

bool inventory_is_hardware(const char *name)
{
	// an eMMC's boot areas and protected memory are no disks of their own
	if (begins_with(name, "mmcblk") &&
	    (strstr(name, "boot") || strstr(name, "rpmb")))
		return false;
	for (size_t i = 0; i < sizeof(not_disks) / sizeof(not_disks[0]); i++)
		if (begins_with(name, not_disks[i]))
			return false;
	return true;
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct inventory_disk *)a)->path,
		      ((const struct inventory_disk *)b)->path);
}

struct reading {
	const char *root;
	struct inventory *inventory;
	size_t room;
};

static int add_disk(void *ctx, const char *dir, const char *name)
{
	struct reading *r = ctx;
	struct inventory *inventory = r->inventory;
	struct inventory_disk *d;

	if (!inventory_is_hardware(name) || inventory_is_cd(name))
		return 0;
	if (mem_grow((void **)&inventory->disks, inventory->count, &r->room,
		     sizeof(*d)))
		return -ENOMEM;
	d = &inventory->disks[inventory->count];
	*d = (struct inventory_disk){0};
	read_disk(r->root, name, d);
	if (d->size) // an empty card reader has none
		inventory->count++;
	return 0;
}

static int read_disks(const char *root, struct inventory *inventory,
		      struct err *err)
{
	struct reading reading = {root, inventory, 0};
	char path[300];
	int r;

	snprintf(path, sizeof(path), "%s/sys/block", root);
	r = machine_each(path, add_disk, &reading);
	if (r)
		return err_set(err, r, path, ERR_NOWHERE, "%s", strerror(-r));
	if (inventory->count)
		qsort(inventory->disks, inventory->count,
		      sizeof(*inventory->disks), by_path);
	return 0;
}

int inventory_read(const char *root, struct inventory **ret, struct err *err)
{
	struct inventory *inventory = mem_alloc(sizeof(*inventory));
	int r;

	if (!inventory)
		return err_nomem(err);
	r = read_disks(root, inventory, err);
	if (!r)
		r = inventory_mark_used(root, inventory, err);
	if (r) {
		inventory_free(inventory);
		return r;
	}
	*ret = inventory;
	return 0;
}

void inventory_free(struct inventory *inventory)
{
	if (!inventory)
		return;
	mem_free(inventory->disks);
	mem_free(inventory);
}
