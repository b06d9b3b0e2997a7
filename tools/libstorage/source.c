// SPDX-License-Identifier: MIT
//
// A file of the host that stands for a disk: one by its size and its first bytes, so
// that a slip of the name does not wipe a document.

#include <sys/stat.h>

#include "storage_priv.h"

#define SECTOR 512

static bool is_raw_file(const struct place *p)
{
	struct stat st;

	return p->file_path && !p->level_count && !stat(p->host_path, &st) &&
	       S_ISREG(st.st_mode);
}

static int check_start(struct disk *disk, const char *address, struct err *err)
{
	struct part_content what;
	uint8_t boot[SECTOR];
	int r;

	if (disk->size % SECTOR)
		return err_set(err, -EINVAL, address, ERR_NOWHERE,
			       "it is no disk: its size is no multiple of a "
			       "sector's");
	if (!disk->size)
		return 0;
	r = disk_read(disk, 0, boot, sizeof(boot), err);
	if (r || mem_is_zero(boot, sizeof(boot)) ||
	    (boot[SECTOR - 2] == 0x55 && boot[SECTOR - 1] == 0xaa))
		return r;
	r = part_probe(disk, &what, err);
	if (!r && (what.kind == PART_HOLDS_DATA || what.is_inside))
		r = err_set(err, -EINVAL, address, ERR_NOWHERE,
			    "it is no disk: what it begins with is of no "
			    "table and no volume");
	return r;
}

int storage_check_source(const struct storage *s, const char *address,
			 struct err *err)
{
	struct place *place;
	int r = s->effects->open_place(address,
				       ADDRESS_FILE | ADDRESS_VIRTUAL |
					       ADDRESS_LOOK,
				       &place, NULL);

	// What cannot be opened is listed with its trouble.
	if (r)
		return 0;
	r = is_raw_file(place) ? check_start(place->disk, address, err) : 0;
	s->effects->close_place(place);
	return r;
}
