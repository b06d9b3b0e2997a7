// SPDX-License-Identifier: MIT
//
// What an image holds of Linux' own: owner, group, mode, devices, and extended
// attributes (xattr(7)), as NTFS has them ([MS-FSCC] 2.4.15).

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "../unix.h"
#include "host.h"

// Attributes of Linux have a class in front: others are of Windows.
static bool is_of_linux(const struct ea *ea)
{
	static const char *const classes[] = {"user.", "security.", "trusted.",
					      "system."};

	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
		if (!strncmp(ea->name, classes[i], strlen(classes[i])))
			return true;
	return false;
}

// Sets those that can be. Returns whether all were. WSL's say what is set anyway.
static bool set_attributes(int fd, const void *ea, size_t size)
{
	struct ea item;
	bool all = true;
	size_t at = 0;
	int r;

	while ((r = ea_next(ea, size, &at, &item)) > 0)
		if (!image_ea_is_unix(&item) &&
		    (item.name[item.name_len] || !is_of_linux(&item) ||
		     fsetxattr(fd, item.name, item.value, item.value_len, 0)))
			all = false;
	return all && !r;
}

static bool open_and_set(int at, const char *name, const struct wim_dentry *d)
{
	int fd = openat(at, name,
			O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	bool all = fd >= 0 && set_attributes(fd, d->ea, d->ea_size);

	if (fd >= 0)
		close(fd);
	return all;
}

void host_find_unix(const struct into *into)
{
	struct image_unix u;

	for (size_t i = 0; i < into->image->dentry_count; i++) {
		struct wim_dentry *d = into->image->dentries[i];

		if (!into->options->unix_data || d->has_unix ||
		    !image_unix_of_ea(d->ea, d->ea_size, &u))
			continue;
		d->has_unix = true;
		d->uid = u.uid;
		d->gid = u.gid;
		d->mode = u.mode;
		d->rdev = u.rdev;
	}
}

bool host_is_special(const struct wim_dentry *d)
{
	return d->has_unix && (d->mode & S_IFMT) && !S_ISREG(d->mode) &&
	       !S_ISDIR(d->mode) && !S_ISLNK(d->mode);
}

int host_make_special(int at, const char *name, const struct wim_dentry *d)
{
	// as the kernel encodes a device's number in 32 bits
	dev_t dev = makedev((d->rdev & 0xfff00) >> 8,
			    (d->rdev & 0xff) | ((d->rdev >> 12) & 0xfff00));

	return mknodat(at, name, d->mode & (S_IFMT | 0777), dev);
}

// A link has no mode, and no attributes that its owner could set.
int host_set_unix(struct into *into, int at, const char *name,
		  const struct wim_dentry *d, struct err *err)
{
	bool is_link = d->has_unix && S_ISLNK(d->mode), all = true;

	if (!into->options->unix_data) {
		int r = d->has_unix ? into_lose(into, d, INTO_UNIX, err) : 0;

		return r || !d->ea_size ? r : into_lose(into, d, INTO_EA, err);
	}
	// the owner first: changing it takes away set-user-id bits
	if (d->has_unix)
		all = !fchownat(at, name, d->uid, d->gid, AT_SYMLINK_NOFOLLOW);
	if (d->has_unix && !is_link && !(d->attributes & NTFS_ATTR_REPARSE))
		all &= !fchmodat(at, name, d->mode & 07777, 0);
	if (d->ea_size && !is_link && !host_is_special(d) &&
	    !(d->attributes & NTFS_ATTR_REPARSE))
		all &= open_and_set(at, name, d);
	return all ? 0 : into_lose(into, d, INTO_UNIX, err);
}
