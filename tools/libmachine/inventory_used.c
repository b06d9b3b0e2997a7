// SPDX-License-Identifier: MIT
//
// Which disks are in use: by mounts (proc(5), mountinfo), swap and holders.

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "disk.h"
#include "machine_priv.h"

#define START_MEDIUM "/run/medium" // where the environment mounts it

static void mark(struct inventory_disk *d, const char *how, const char *where)
{
	if (!d->in_use[0])
		snprintf(d->in_use, sizeof(d->in_use), "%s%s", how, where);
}

// Finds the disk that a block device belongs to: the device's folder below
// /sys/dev/block is the disk's own, or inside it. Numbers are "major:minor".
static struct inventory_disk *
owner(const char *root, struct inventory *inventory, const char *numbers)
{
	char link[300], resolved[4096];

	snprintf(link, sizeof(link), "%s/sys/dev/block/%s", root, numbers);
	if (!realpath(link, resolved))
		return NULL;
	for (size_t i = 0; i < inventory->count; i++) {
		struct inventory_disk *d = &inventory->disks[i];
		size_t n = strlen(d->sys_path);
		const char *path = resolved + strlen(root);

		if (n && !strncmp(path, d->sys_path, n) &&
		    (path[n] == '/' || !path[n]))
			return d;
	}
	return NULL;
}

// Finds the disk that "/dev/sda2" or "/dev/nvme0n1p2" belongs to, or is.
static struct inventory_disk *owner_by_name(struct inventory *inventory,
					    const char *path)
{
	for (size_t i = 0; i < inventory->count; i++) {
		struct inventory_disk *d = &inventory->disks[i];
		size_t n = strlen(d->path);

		if (!n || strncmp(path, d->path, n))
			continue;
		if (!path[n])
			return d;
		// a "p" stands behind a digit, and nowhere else
		if (isdigit((unsigned char)d->path[n - 1]) && path[n++] != 'p')
			continue;
		if (!path[n + strspn(path + n, "0123456789")])
			return d;
	}
	return NULL;
}

// A mount's device has a number, which btrfs and others make up: then the
// source behind the "-" tells.
static void mark_mounts(const char *root, struct inventory *inventory)
{
	char path[300], line[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/proc/self/mountinfo", root);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f)) {
		char numbers[32], where[256], source[256] = "";
		const char *rest = strstr(line, " - ");
		struct inventory_disk *d;

		if (sscanf(line, "%*s %*s %31s %*s %255s", numbers, where) != 2)
			continue;
		// shown to shells, and taken down for who writes
		if (!strncmp(where, DISK_MOUNTS, strlen(DISK_MOUNTS)))
			continue;
		d = owner(root, inventory, numbers);
		if (!d && rest && sscanf(rest, " - %*s %255s", source) == 1)
			d = owner_by_name(inventory, source);
		if (!d)
			continue;
		d->is_medium |= !strcmp(where, START_MEDIUM);
		mark(d,
		     strcmp(where, START_MEDIUM) ? "mounted at "
						 : "start medium, mounted at ",
		     where);
	}
	if (f)
		fclose(f);
}

static void mark_swaps(const char *root, struct inventory *inventory)
{
	char path[300], line[1024];
	FILE *f;

	snprintf(path, sizeof(path), "%s/proc/swaps", root);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f)) {
		struct inventory_disk *d;

		line[strcspn(line, " \t\n")] = 0;
		d = owner_by_name(inventory, line);
		if (d)
			mark(d, "used as swap", "");
	}
	if (f)
		fclose(f);
}

// Device mapper, md and their like name themselves in "holders" of the disk
// and of each partition.
static int mark_holder(void *ctx, const char *dir, const char *name)
{
	mark(ctx, "held by ", name);
	return 0;
}

static int mark_holders(void *ctx, const char *dir, const char *name)
{
	struct inventory_disk *d = ctx;
	const char *disk = strrchr(d->sys_path, '/') + 1;
	char path[MACHINE_MAX_PATH];

	if (strcmp(name, "holders") && strncmp(name, disk, strlen(disk)))
		return 0;
	snprintf(path, sizeof(path), "%s/%s%s", dir, name,
		 strcmp(name, "holders") ? "/holders" : "");
	machine_each(path, mark_holder, d);
	return 0;
}

static void mark_held(const char *root, struct inventory_disk *d)
{
	char dir[300];

	if (!d->sys_path[0])
		return;
	snprintf(dir, sizeof(dir), "%s%s", root, d->sys_path);
	machine_each(dir, mark_holders, d);
}

// The stick that this machine was started from, an older one, a copy: none is
// what a rule means, whatever it says.
static int mark_media(const char *root, struct inventory *inventory,
		      struct err *err)
{
	struct media *media;
	int r = media_read(root, &media, err);

	if (r)
		return r;
	for (size_t i = 0; i < media->count; i++) {
		for (size_t k = 0; k < inventory->count; k++) {
			struct inventory_disk *d = &inventory->disks[k];

			if (strcmp(media->list[i].disk, d->path))
				continue;
			d->is_medium = true;
			mark(d, "a medium of Slipway is on it, ",
			     media->list[i].path);
		}
	}
	media_free(media);
	return 0;
}

int inventory_mark_used(const char *root, struct inventory *inventory,
			struct err *err)
{
	mark_mounts(root, inventory);
	mark_swaps(root, inventory);
	for (size_t i = 0; i < inventory->count; i++)
		mark_held(root, &inventory->disks[i]);
	return mark_media(root, inventory, err);
}
