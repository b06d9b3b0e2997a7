// SPDX-License-Identifier: MIT
//
// Opening a volume of either file system, and saying what else is there.

#include <string.h>

#include "part.h"
#include "volume_priv.h"

static bool is_foreign(struct disk *disk)
{
	struct part_content found;

	return !part_probe(disk, &found, NULL) && !found.is_inside &&
	       (found.kind == PART_HOLDS_VOLUME ||
		found.kind == PART_HOLDS_MEMBER) &&
	       strcmp(found.name, "FAT");
}

// Says what is there in place of a volume that can be read.
static int refuse(struct disk *disk, struct err *err)
{
	struct part_content found;
	int r = part_probe(disk, &found, err);

	if (r)
		return r;
	switch (found.kind) {
	case PART_HOLDS_NOTHING:
		return err_set(err, -ENOENT, "volume", ERR_NOWHERE,
			       "there is neither a FAT nor an NTFS file "
			       "system: it is blank");
	case PART_HOLDS_TABLE:
		return err_set(err, -ENOENT, "volume", ERR_NOWHERE,
			       "this is a disk with partitions (%s); name one, "
			       "as in disk.img@1",
			       found.name);
	case PART_HOLDS_VOLUME:
	case PART_HOLDS_MEMBER:
		if (!strcmp(found.name, "BitLocker"))
			return err_set(
				err, -ENOENT, "volume", ERR_NOWHERE,
				"this is encrypted by BitLocker, and is "
				"read by nobody without its key: decrypt "
				"it in Windows first (manage-bde -off)");
		if (!found.is_inside)
			return err_set(err, -ENOENT, "volume", ERR_NOWHERE,
				       "this is %s; only FAT and NTFS are read",
				       found.name);
		break;
	case PART_HOLDS_DATA:
		break;
	}
	return err_set(err, -ENOENT, "volume", ERR_NOWHERE,
		       "there is neither a FAT nor an NTFS file system, but "
		       "%s",
		       found.name);
}

// The first bytes of both: a jump of the processor, a name, and the mark at the
// end (FAT overview, "Boot Sector and BPB"; Linux-NTFS documentation, "$Boot").
// Others that begin so are known by their names.
int volume_open(struct disk *disk, struct tree **ret, struct err *err)
{
	uint8_t boot[512] = {0};
	struct err why = {0};
	const char *name;
	int r = disk->size < sizeof(boot)
			? 0
			: disk_read(disk, 0, boot, sizeof(boot), err);

	if (r)
		return r;
	name = part_name_boot(boot);
	if (name && !strcmp(name, "NTFS"))
		return volume_open_ntfs(disk, ret, err);
	if ((!name || !strcmp(name, "FAT")) &&
	    (boot[0] == 0xeb || boot[0] == 0xe9) && boot[510] == 0x55 &&
	    boot[511] == 0xaa) {
		r = volume_open_fat(disk, ret, &why);
		// Without a name it was a guess: others begin so, too.
		if (r != -EBADMSG || name || !is_foreign(disk))
			return r ? err_pass(err, r, &why) : 0;
	}
	return refuse(disk, err);
}
