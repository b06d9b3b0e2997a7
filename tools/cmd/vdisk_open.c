// SPDX-License-Identifier: MIT
//
// How the parts of vdisk open what an address names: a file of the host with all
// its parents, or a place inside of something.

#include <string.h>
#include <sys/stat.h>

#include "address.h"
#include "vdisk.h"
#include "vdisk_cmd.h"

static int open_source(const char *address, bool for_writing, bool direct,
		       struct vdisk_source *ret, struct err *err)
{
	unsigned flags = ADDRESS_FILE | ADDRESS_VIRTUAL |
			 (for_writing ? ADDRESS_WRITE : 0) |
			 (direct ? ADDRESS_DIRECT : 0);
	struct vdisk_source s = {0};
	struct err why = {0};
	struct stat st;
	int r = -ENOENT;

	if (!stat(address, &st) && S_ISREG(st.st_mode)) {
		r = vdisk_chain_open(address,
				     (for_writing ? DISK_EXCLUSIVE
						  : DISK_READ_ONLY) |
					     (direct ? DISK_DIRECT : 0),
				     &s.chain, &why);
		if (!r)
			s.disk = s.chain->disk;
		// Of a raw image, where no virtual disk is, there is no chain.
		if (r && !(r == -ENOENT && !strcmp(why.what, "virtual disk"))) {
			*err = why;
			return r;
		}
	}
	if (r) {
		r = address_open(address, flags, &s.place, err);
		if (r)
			return r;
		s.disk = s.place->disk;
	}
	*ret = s;
	return 0;
}

int vdisk_source_open(const char *address, bool for_writing,
		      struct vdisk_source *ret, struct err *err)
{
	return open_source(address, for_writing, false, ret, err);
}

int vdisk_source_open_direct(const char *address, bool for_writing,
			     struct vdisk_source *ret, struct err *err)
{
	return open_source(address, for_writing, true, ret, err);
}

void vdisk_source_close(struct vdisk_source *s)
{
	vdisk_chain_close(s->chain);
	address_close(s->place);
}
