// SPDX-License-Identifier: MIT
//
// The end of a plan: what follows from all that was done before it, and what is left
// then.

#include <string.h>

#include "repair.h"
#include "../encode/record.h"
#include "../read/log.h"

static int count_left(struct ntfs_repair *r)
{
	struct ntfs_check_result result;
	int err = ntfs_check(r->over, NULL, NULL, r->progress, &result, r->err);

	if (!err)
		r->result.left = result.problems;
	return err;
}

// The first of it on the scratch disk, so that the check sees it; the rest is filled
// when all else is written.
static int reset_log(struct ntfs_repair *r, struct ntfs *n)
{
	uint8_t pages[2 * NTFS_LOG_PAGE];
	enum ntfs_log_state state;
	struct disk *d;
	int err = 0;

	if (ntfs_repair_hide(r, ntfs_log_read(n, &state, NULL)) ||
	    state == NTFS_LOG_EMPTY ||
	    (!r->result.steps && !r->resets_log && state != NTFS_LOG_BROKEN))
		return 0;
	if (ntfs_repair_hide(r, ntfs_log_open(n, &d, NULL)))
		return 0;
	memset(pages, 0xff, sizeof(pages));
	if (!d->read_only && d->size >= sizeof(pages))
		err = disk_write(d, 0, pages, sizeof(pages), r->err);
	disk_close(d);
	if (state == NTFS_LOG_OPEN)
		ntfs_repair_lose(r, NTFS_REC_LOGFILE,
				 "$LogFile is reset: the changes that it "
				 "holds and the volume does not are given up");
	else
		ntfs_repair_say(r, NTFS_REC_LOGFILE, "$LogFile is reset");
	r->resets_log = true;
	return err;
}

// Sets or clears the dirty flag on the scratch disk.
static int set_dirty(struct ntfs_repair *r, struct ntfs *n, bool value)
{
	struct ntfs_record rec;
	struct ntfs_attr a = {0};
	bool differs = false;
	uint32_t size = n->info.record_size;
	int err = 0;

	if (ntfs_repair_hide(r,
			     ntfs_record_read(n, NTFS_REC_VOLUME, &rec, NULL)))
		return 0;
	while (ntfs_attr_next(&rec, &a, NULL) > 0) {
		struct ntfs_volume_information_disk *v =
			(void *)(uintptr_t)a.value;
		uint16_t flags;

		if (a.type != NTFS_AT_VOLUME_INFORMATION || !a.resident ||
		    a.value_len < sizeof(*v))
			continue;
		flags = get_le16(v->flags);
		differs = !!(flags & NTFS_VF_DIRTY) != value;
		flags = (uint16_t)(value ? flags | NTFS_VF_DIRTY
					 : flags & ~NTFS_VF_DIRTY);
		v->flags = to_le16(flags);
	}
	if (differs) {
		ntfs_encode_usa(rec.data, size, rec.data);
		err = disk_write(n->mft, (uint64_t)NTFS_REC_VOLUME * size,
				 rec.data, size, r->err);
	}
	mem_free(rec.data);
	return err;
}

static int renew_copy(struct ntfs_repair *r, struct ntfs *n)
{
	struct ntfs_boot_disk boot, copy;
	uint64_t at = n->info.size;
	int err;

	if (!r->result.steps || !range_ok(at, sizeof(copy), r->over->size))
		return 0;
	err = disk_read(r->over, 0, &boot, sizeof(boot), r->err);
	if (!err)
		err = disk_read(r->over, at, &copy, sizeof(copy), r->err);
	if (err || !memcmp(&boot, &copy, sizeof(boot)))
		return err;
	ntfs_repair_say(r, ERR_NOWHERE,
			"Boot sector: its copy is written anew");
	return disk_write(r->over, at, &boot, sizeof(boot), r->err);
}

int ntfs_repair_end(struct repair_round *w)
{
	struct ntfs_repair *r = w->r;
	int err = 0;

	if (w->bitmap || w->mft_bitmap || r->result.steps)
		err = ntfs_repair_bitmaps(r, w->n, &w->scan, &w->check);
	if (!err && w->dirty && !r->result.steps && w->found == 1)
		ntfs_repair_say(r, NTFS_REC_VOLUME,
				"$Volume: the dirty flag is cleared");
	if (!err)
		err = ntfs_repair_mirror(r, w->n);
	if (!err)
		err = reset_log(r, w->n);
	if (!err)
		err = renew_copy(r, w->n);
	if (!err && r->result.steps)
		err = set_dirty(r, w->n, false);
	if (!err)
		err = ntfs_repair_mirror(r, w->n);
	if (!err)
		err = count_left(r);
	if (!err && r->result.left && r->result.steps) {
		err = set_dirty(r, w->n, true);
		if (!err)
			err = ntfs_repair_mirror(r, w->n);
		if (!err)
			err = count_left(r); // the flag is one of them
	}
	return err;
}
