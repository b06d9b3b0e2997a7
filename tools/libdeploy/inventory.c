// SPDX-License-Identifier: MIT
//
// The disks of a machine, from sysfs (Documentation/ABI/stable/sysfs-block of
// the kernel), and who uses them, from /proc.

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "inventory_priv.h"

// Devices that stand for no hardware of their own.
static const char *const not_disks[] = {"loop", "ram", "zram", "dm-", "md",
					"ublkb", "nbd", "sr", "fd", "mtdblock"};

// Reads one line of a small file. Returns false when there is none.
static bool read_line(const char *dir, const char *file, char *buf, size_t size)
{
	char path[512];
	size_t n;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, file);
	f = fopen(path, "re");
	if (!f)
		return false;
	n = fread(buf, 1, size - 1, f);
	fclose(f);
	buf[n] = 0;
	buf[strcspn(buf, "\n")] = 0;
	for (n = strlen(buf); n && buf[n - 1] == ' '; n--)
		buf[n - 1] = 0;
	n = strspn(buf, " ");
	memmove(buf, buf + n, strlen(buf + n) + 1);
	return *buf;
}

static uint64_t read_number(const char *dir, const char *file)
{
	char text[32];

	return read_line(dir, file, text, sizeof(text))
		       ? strtoull(text, NULL, 10)
		       : 0;
}

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

static void find_bus(const char *sys_path, char bus[16])
{
	static const struct {
		const char *part, *bus;
	} marks[] = {{"/usb", "usb"},	  {"/nvme", "nvme"},
		     {"/ata", "sata"},	  {"/mmc", "mmc"},
		     {"/virtio", "virtio"}};

	strcpy(bus, "scsi");
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		if (strstr(sys_path, marks[i].part)) {
			strcpy(bus, marks[i].bus);
			return;
		}
	}
}

static void read_disk(const char *root, const char *name,
		      struct inventory_disk *d)
{
	char dir[300], resolved[4096];

	snprintf(dir, sizeof(dir), "%s/sys/block/%s", root, name);
	snprintf(d->path, sizeof(d->path), "/dev/%s", name);
	for (char *c = d->path; *c; c++) // sysfs writes "/" of names as "!"
		if (*c == '!')
			*c = '/';
	if (realpath(dir, resolved))
		snprintf(d->sys_path, sizeof(d->sys_path), "%s",
			 resolved + strlen(root));
	find_bus(d->sys_path, d->bus);
	d->size = read_number(dir, "size") * 512; // always in 512-byte units
	d->sector_size = (uint32_t)read_number(dir, "queue/logical_block_size");
	if (!d->sector_size)
		d->sector_size = 512;
	d->read_only = read_number(dir, "ro");
	d->removable = read_number(dir, "removable");
	read_line(dir, "device/model", d->model, sizeof(d->model));
	if (!read_line(dir, "device/serial", d->serial, sizeof(d->serial)) &&
	    !read_line(dir, "serial", d->serial, sizeof(d->serial)))
		read_vpd_serial(dir, d->serial, sizeof(d->serial));
}

static bool is_disk(const char *name)
{
	if (name[0] == '.')
		return false;
	for (size_t i = 0; i < sizeof(not_disks) / sizeof(not_disks[0]); i++) {
		size_t n = strlen(not_disks[i]);

		if (!strncmp(name, not_disks[i], n) &&
		    strchr("0123456789-", name[n - 1] == '-' ? '0' : name[n]))
			return false;
	}
	return true;
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct inventory_disk *)a)->path,
		      ((const struct inventory_disk *)b)->path);
}

static int read_disks(const char *root, struct inventory *inventory,
		      struct err *err)
{
	char path[300];
	size_t room = 0;
	struct dirent *e;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/sys/block", root);
	dir = opendir(path);
	if (!dir) {
		int code = -errno;

		return err_set(err, code, path, ERR_NOWHERE, "%s",
			       strerror(-code));
	}
	while ((e = readdir(dir))) {
		struct inventory_disk *d;

		if (!is_disk(e->d_name))
			continue;
		if (mem_grow((void **)&inventory->disks, inventory->count,
			     &room, sizeof(*d))) {
			closedir(dir);
			return err_nomem(err);
		}
		d = &inventory->disks[inventory->count];
		*d = (struct inventory_disk){0};
		read_disk(root, e->d_name, d);
		if (d->size) // an empty card reader has none
			inventory->count++;
	}
	closedir(dir);
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
