// SPDX-License-Identifier: MIT
//
// The files of the host, as chains want them.

#include <string.h>
#include <sys/stat.h>

#include "vdisk.h"

// What makes a path none of a file, as what a child says of its parent may be.
static bool is_missing(int error)
{
	return error == ENOENT || error == ENOTDIR || error == ENAMETOOLONG ||
	       error == ELOOP || error == EINVAL;
}

static int host_identify(void *ctx, const char *path, struct vdisk_file_id *ret,
			 struct err *err)
{
	struct stat st;
	int r;

	(void)ctx;
	if (!stat(path, &st)) {
		*ret = (struct vdisk_file_id){st.st_dev, st.st_ino};
		return 0;
	}
	r = is_missing(errno) ? -ENOENT : -errno;
	return err_set(err, r, path, ERR_NOWHERE, "%s", strerror(-r));
}

static int host_open(void *ctx, const char *path, unsigned flags,
		     struct disk **ret, struct err *err)
{
	(void)ctx;
	return disk_open_file(path, flags, ret, err);
}

const struct vdisk_files vdisk_host_files = {.identify = host_identify,
					     .open_file = host_open};
