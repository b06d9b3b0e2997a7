// SPDX-License-Identifier: MIT
//
// A disk whose place is known later: a VHD's content is laid out before the
// volume that will hold its file.

#include "plan_priv.h"

struct late_disk {
	struct disk disk;
	struct disk *const *place;
};

// Returns the place, or NULL with an error.
static struct disk *place_of(struct disk *d, struct err *err)
{
	struct disk *place = *((struct late_disk *)d)->place;

	if (!place)
		err_set(err, -EINVAL, "virtual disk", ERR_NOWHERE,
			"it has no place yet");
	return place;
}

static int late_read(struct disk *d, uint64_t off, void *buf, size_t len,
		     struct err *err)
{
	struct disk *place = place_of(d, err);

	return place ? disk_read(place, off, buf, len, err) : -EINVAL;
}

static int late_write(struct disk *d, uint64_t off, const void *buf, size_t len,
		      struct err *err)
{
	struct disk *place = place_of(d, err);

	return place ? disk_write(place, off, buf, len, err) : -EINVAL;
}

static int late_zero(struct disk *d, uint64_t off, uint64_t len,
		     struct err *err)
{
	struct disk *place = place_of(d, err);

	return place ? disk_zero(place, off, len, err) : -EINVAL;
}

static int late_discard(struct disk *d, uint64_t off, uint64_t len,
			struct err *err)
{
	struct disk *place = place_of(d, err);

	return place ? disk_discard(place, off, len, err) : -EINVAL;
}

static int late_flush(struct disk *d, struct err *err)
{
	struct disk *place = place_of(d, err);

	return place ? disk_flush(place, err) : -EINVAL;
}

static void late_close(struct disk *d)
{
	mem_free(d);
}

static const struct disk_ops late_ops = {
	.read = late_read,
	.write = late_write,
	.zero = late_zero,
	.discard = late_discard,
	.flush = late_flush,
	.close = late_close,
};

int plan_late_disk(uint64_t size, uint32_t sector_size,
		   struct disk *const *place, struct disk **ret,
		   struct err *err)
{
	struct late_disk *l = mem_alloc(sizeof(*l));

	if (!l)
		return err_nomem(err);
	l->disk = (struct disk){
		.ops = &late_ops, .size = size, .sector_size = sector_size};
	l->place = place;
	*ret = &l->disk;
	return 0;
}
