// SPDX-License-Identifier: MIT
//
// From an image's entry to its place below a folder of the host. What is there may
// be anything, links among it: each part of a path is opened by itself, as a folder
// and not as a link, so that nothing leads out.

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "host.h"

int host_open_folder(const struct host_place *p, const struct wim_dentry *d)
{
	const struct wim_dentry *chain[64];
	int count = 0, fd;

	if (!d->parent)
		return dup(p->root);
	while (d->parent && count < 64) {
		chain[count++] = d;
		d = d->parent;
	}
	// A tree as deep as this is rare, and its upper part the next call's.
	fd = host_open_folder(p, d);
	while (fd >= 0 && count--) {
		char name[HOST_NAME];
		int next =
			openat(fd, host_name(chain[count], name),
			       O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

		close(fd);
		fd = next;
	}
	return fd;
}

char *host_name(const struct wim_dentry *d, char buf[HOST_NAME])
{
	utf16_put_utf8(d->name, d->name_len, buf);
	return buf;
}

char *host_part_name(const struct host_place *p, const struct wim_dentry *d,
		     char buf[HOST_NAME])
{
	if (!p->is_part[d->index])
		return host_name(d, buf);
	snprintf(buf, HOST_NAME, ".%u%s", (unsigned)d->index, DISK_PART_SUFFIX);
	return buf;
}
