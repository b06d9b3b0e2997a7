// SPDX-License-Identifier: MIT
//
// The media of this environment among all disks and CDs of a machine. Volumes
// are what the kernel knows as such: disks as a whole, and their partitions.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "disk.h"
#include "machine_priv.h"

struct reading {
	const char *root;
	struct media *media;
	size_t room;
	struct medium now; // path, disk and model of the volume that is read
	const char *block; // name of its disk in /sys/block
};

static int add_medium(void *ctx, const char *id, bool is_cd)
{
	struct reading *r = ctx;
	struct medium *m;

	if (mem_grow((void **)&r->media->list, r->media->count, &r->room,
		     sizeof(*m)))
		return -ENOMEM;
	m = &r->media->list[r->media->count++];
	*m = r->now;
	snprintf(m->id, sizeof(m->id), "%s", id);
	m->is_cd = is_cd;
	return 0;
}

static int read_volume(struct reading *r, const char *name)
{
	char path[MACHINE_MAX_PATH];
	struct disk *volume;
	int result;

	inventory_device(name, r->now.path);
	snprintf(path, sizeof(path), "%s%s", r->root, r->now.path);
	if (disk_open_file(path, DISK_READ_ONLY, &volume, NULL))
		return 0;
	result = medium_probe(volume, add_medium, r);
	disk_close(volume);
	return result;
}

static int read_partition(void *ctx, const char *dir, const char *name)
{
	struct reading *r = ctx;
	char path[MACHINE_MAX_PATH];

	if (strncmp(name, r->block, strlen(r->block)))
		return 0;
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return machine_has(path, "partition") ? read_volume(r, name) : 0;
}

static int read_disk(void *ctx, const char *dir, const char *name)
{
	struct reading *r = ctx;
	char path[MACHINE_MAX_PATH];
	int result;

	if (!inventory_is_hardware(name))
		return 0;
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	if (!machine_number(path, "size"))
		return 0;
	r->block = name;
	inventory_device(name, r->now.disk);
	machine_line(path, "device/model", r->now.model, sizeof(r->now.model));
	result = read_volume(r, name);
	if (!result)
		result = machine_each(path, read_partition, r);
	return result == -ENOMEM ? result : 0; // else it went away meanwhile
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct medium *)a)->path,
		      ((const struct medium *)b)->path);
}

int media_read(const char *root, struct media **ret, struct err *err)
{
	struct reading reading = {.root = root};
	char path[300];
	int r;

	reading.media = mem_alloc(sizeof(*reading.media));
	if (!reading.media)
		return err_nomem(err);
	snprintf(path, sizeof(path), "%s/sys/block", root);
	r = machine_each(path, read_disk, &reading);
	if (r) {
		media_free(reading.media);
		return err_set(err, r, path, ERR_NOWHERE, "%s", strerror(-r));
	}
	if (reading.media->count)
		qsort(reading.media->list, reading.media->count,
		      sizeof(*reading.media->list), by_path);
	*ret = reading.media;
	return 0;
}

void media_free(struct media *media)
{
	if (!media)
		return;
	mem_free(media->list);
	mem_free(media);
}
