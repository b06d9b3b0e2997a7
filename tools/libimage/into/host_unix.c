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

#include "host.h"

#define EA_HEADER 8u // next, flags, length of the name, length of the value

// Attributes of Linux have a class in front: others are of Windows.
static bool is_of_linux(const char *name)
{
	static const char *const classes[] = {"user.", "security.", "trusted.",
					      "system."};

	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
		if (!strncmp(name, classes[i], strlen(classes[i])))
			return true;
	return false;
}

// Sets those that can be. Returns whether all were.
static bool set_attributes(int fd, const uint8_t *ea, size_t size)
{
	bool all = true;
	size_t at = 0;

	while (size - at > EA_HEADER) {
		const uint8_t *p = ea + at;
		uint32_t next = load_le32(p);
		size_t name_len = p[5], value_len = p[6] | (size_t)p[7] << 8;
		const char *name = (const char *)p + EA_HEADER;

		if (!range_ok(EA_HEADER, name_len + 1 + value_len, size - at) ||
		    name[name_len])
			return false;
		if (!is_of_linux(name) ||
		    fsetxattr(fd, name, name + name_len + 1, value_len, 0))
			all = false;
		if (!next || next > size - at)
			break;
		at += next;
	}
	return all;
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
