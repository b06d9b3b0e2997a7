// SPDX-License-Identifier: MIT
//
// Files of other machines as the outermost part of an address: for reading,
// each by itself. The parents of a virtual disk there are looked for on the
// same server.

#include <string.h>

#include "address_priv.h"

// A name is one file: servers tell nothing better.
static int identify(void *ctx, const char *path, struct vdisk_file_id *ret,
		    struct err *err)
{
	uint8_t sum[SHA1_SIZE];

	// What a child says of its parent opens nothing of this host.
	if (!net_is_name(path))
		return err_set(err, -ENOENT, path, ERR_NOWHERE,
			       "it is not on the child's server");
	sha1_digest(path, strlen(path), sum);
	*ret = (struct vdisk_file_id){0};
	memcpy(&ret->file, sum, sizeof(ret->file));
	return 0;
}

static int open_file(void *ctx, const char *path, unsigned flags,
		     struct disk **ret, struct err *err)
{
	if (flags & DISK_READ_ONLY)
		return net_open(path, ctx, ret, err);
	return err_set(err, -EROFS, path, ERR_NOWHERE,
		       "files of other machines are read, not written: make "
		       "it here, and copy it there by other means");
}

struct vdisk_files address_net_files(const struct net_logon *logon)
{
	return (struct vdisk_files){.ctx = (void *)(uintptr_t)logon,
				    .identify = identify,
				    .open_file = open_file};
}
