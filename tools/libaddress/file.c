// SPDX-License-Identifier: MIT
//
// The file at an address as a disk of its own, with all that it is read
// through.

#include "address.h"

struct placed_file {
	struct disk disk; // first
	struct place *place;
};

static int read_place(struct disk *d, uint64_t off, void *buf, size_t len,
		      struct err *err)
{
	return disk_read(((struct placed_file *)d)->place->disk, off, buf, len,
			 err);
}

static void close_place(struct disk *d)
{
	address_close(((struct placed_file *)d)->place);
	mem_free(d);
}

static const struct disk_ops place_ops = {.read = read_place,
					  .close = close_place};

int address_open_file(const char *text, const struct net_logon *logon,
		      struct disk **ret, struct err *err)
{
	struct placed_file *d = mem_alloc(sizeof(*d));
	const struct disk *file;
	int r;

	if (!d)
		return err_nomem(err);
	r = address_open_as(text, ADDRESS_FILE, logon, &d->place, err);
	if (r) {
		mem_free(d);
		return r;
	}
	file = d->place->disk;
	d->disk = (struct disk){.ops = &place_ops,
				.size = file->size,
				.sector_size = file->sector_size,
				.is_sector_guessed = file->is_sector_guessed,
				.read_only = true};
	*ret = &d->disk;
	return 0;
}
