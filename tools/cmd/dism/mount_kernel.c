// SPDX-License-Identifier: MIT
//
// Mount points and devices of mounted images.

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../block_server.h"
#include "../driver.h"
#include "mounted.h"
#include "storage.h"
#include "ublk.h"

static void name_device(const struct mounted *m, char name[BLOCK_SERVER_NAME])
{
	snprintf(name, BLOCK_SERVER_NAME, "/dev/ublkb%d", m->device);
}

// Tells whether the folder is the root of a volume on this mount's device. With its
// server the device went away, but not the mount: then whatever is mounted there.
static bool is_mounted(const struct mounted *m)
{
	char name[BLOCK_SERVER_NAME], above[PATH_MAX + 4];
	struct stat dir, device, parent;

	name_device(m, name);
	snprintf(above, sizeof(above), "%s/..", m->dir);
	if (m->device < 0 || stat(m->dir, &dir))
		return false;
	if (!stat(name, &device))
		return S_ISBLK(device.st_mode) && dir.st_dev == device.st_rdev;
	return !stat(above, &parent) && dir.st_dev != parent.st_dev;
}

// Finds this mount's device, which may have been made anew for something else.
static bool has_device(const struct mounted *m, bool *ret_live)
{
	struct ublk_entry *items;
	struct err err = {0};
	bool found = false;
	size_t count;

	*ret_live = false;
	if (m->device < 0 || access(UBLK_CONTROL, F_OK) ||
	    ublk_list(&items, &count, &err))
		return false;
	for (size_t i = 0; i < count; i++)
		if (items[i].id == m->device &&
		    (items[i].pid == m->pid || !items[i].is_live)) {
			found = true;
			*ret_live = items[i].is_live;
		}
	mem_free(items);
	return found;
}

enum mounted_status mounted_look(const struct mounted *m)
{
	struct stat st;
	bool is_live;

	if (has_device(m, &is_live) && is_live && is_mounted(m))
		return MOUNTED_OK;
	return stat(m->dir, &st) || stat(m->changes, &st) ? MOUNTED_INVALID
							  : MOUNTED_LOST;
}

static int failed(const struct mounted *m, const char *doing, struct err *err)
{
	int r = -errno;

	if (r == -EBUSY)
		return err_set(err, r, m->dir, ERR_NOWHERE,
			       "it is in use: close the files that are open "
			       "there, and leave the folder");
	return err_set(err, r, m->dir, ERR_NOWHERE, "%s failed: %s", doing,
		       strerror(-r));
}

static int try_mount(const struct mounted *m)
{
	char device[BLOCK_SERVER_NAME];

	name_device(m, device);
	return mount(device, m->dir, "ntfs3",
		     MS_NODEV | (m->read_only ? MS_RDONLY : 0),
		     "iocharset=utf8");
}

int mounted_attach(const struct mounted *m, struct err *err)
{
	int r;

	if (!try_mount(m))
		return 0;
	if (errno != ENODEV)
		return failed(m, "mounting it", err);
	r = driver_load("ntfs3", "/sys/module/ntfs3", err);
	if (r)
		return r;
	return try_mount(m) ? failed(m, "mounting it", err) : 0;
}

int mounted_detach(struct mounted *m, bool force, struct err *err)
{
	char device[BLOCK_SERVER_NAME];
	struct err why = {0};
	bool is_live;
	int r = 0;

	if (is_mounted(m) && umount2(m->dir, 0) &&
	    (!force || umount2(m->dir, MNT_DETACH)))
		return failed(m, "unmounting it", err);
	name_device(m, device);
	if (has_device(m, &is_live))
		r = storage_detach(&storage_effects, m->device, device, &why);
	// What a server had that died is in the file of changes.
	if (r && is_live)
		return err_pass(err, r, &why);
	m->device = m->pid = -1;
	return 0;
}
