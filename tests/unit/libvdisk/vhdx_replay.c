// SPDX-License-Identifier: MIT
//
// The log of a VHDX: what it writes is seen without changing a file that is
// opened for reading, and is written to one that is not; which entries count.

#include "unit/libvdisk/images.h"

static uint8_t byte_at(struct disk *d, uint64_t off)
{
	struct err err = {0};
	uint8_t b;

	check_ok(disk_read(d, off, &b, 1, &err), &err);
	return b;
}

static uint8_t *copy_of(struct disk *file)
{
	uint8_t *b = malloc(file->size);

	check(b && !disk_read(file, 0, b, file->size, NULL));
	return b;
}

static void check_replay(void)
{
	struct disk *file = new_vhdx((struct vhdx_spec){.dirty = true}), *d;
	uint8_t *before = copy_of(file), *after;
	struct vdisk_info info;
	struct err err = {0};

	file->read_only = true;
	check_ok(vdisk_open(file, &d, &err), &err);
	check(d->read_only);
	check_eq(byte_at(d, MIB), 5);
	check_eq(byte_at(d, MIB + 4095), 5);
	check_eq(byte_at(d, MIB + 4096), 7);
	disk_close(d);
	after = copy_of(file);
	check(!memcmp(before, after, file->size));
	file->read_only = false;
	check_ok(vdisk_open(file, &d, &err), &err);
	check(!d->read_only);
	check_eq(byte_at(d, MIB), 5);
	disk_close(d);
	check_eq(byte_at(file, 3 * MIB), 5);
	check_ok(vdisk_probe(file, &info, &err), &err);
	check(!info.needs_replay);
	free(before);
	free(after);
	disk_close(file);
}

// A log that ends with what `writes` bytes at `off` make of the second entry.
static int open_damaged(uint64_t off, const void *bytes, size_t n, int *ret)
{
	struct disk *file = new_vhdx((struct vhdx_spec){.dirty = true});
	struct disk *d = NULL;
	struct err err = {0};
	int r;

	put(file, LOG_AT + off, bytes, n);
	file->read_only = true;
	r = vdisk_open(file, &d, &err);
	if (d)
		*ret = byte_at(d, MIB);
	disk_close(d);
	disk_close(file);
	return r;
}

static void check_damage(void)
{
	int b = 0;

	// The second entry is torn: the first one, which is empty, counts.
	check_eq(open_damaged(2 * 4096 + 100, "x", 1, &b), 0);
	check_eq(b, 7);
	check_eq(open_damaged(4096, "x", 1, &b), 0);
	check_eq(b, 7);
	// The first, which is not of its sequence, does not matter.
	check_eq(open_damaged(0, "x", 1, &b), 0);
	check_eq(b, 5);
}

// Without any entry the file is not to be trusted, and cut behind what was
// flushed neither.
static void check_none(void)
{
	struct disk *file = new_vhdx((struct vhdx_spec){.dirty = true});
	struct disk *d = NULL, *cut;
	struct err err = {0};

	check_ok(disk_slice(file, 0, VHDX_FILE + MIB - 512, &cut, &err), &err);
	check_eq(vdisk_open(cut, &d, NULL), -EBADMSG);
	disk_close(cut);
	check_ok(disk_zero(file, LOG_AT, MIB, &err), &err);
	check_eq(vdisk_open(file, &d, &err), -EBADMSG);
	check_eq(err.where, LOG_AT);
	check(!d);
	disk_close(file);
}

// Entries go round: many, of all sizes, and the last one counts.
static void check_ring(void)
{
	struct disk *file = new_vhdx((struct vhdx_spec){.dirty = true});
	struct vhdx_header h = {.log_offset = LOG_AT, .log_length = MIB};
	static uint8_t page[4096];
	struct err err = {0};
	struct vhdx_log log;

	check_ok(vhdx_log_start(&log, file, &h, &err), &err);
	h.log = log.id;
	for (unsigned i = 1; i < 300; i++) {
		struct vhdx_log_write w[VHDX_LOG_MAX_WRITES];
		size_t n = 1 + i * 7 % VHDX_LOG_MAX_WRITES;
		struct vhdx_replay found;

		memset(page, (int)i, sizeof(page));
		for (size_t j = 0; j < n; j++)
			w[j] = (struct vhdx_log_write){3 * MIB + j * 4096, 4096,
						       page};
		check_ok(vhdx_log_append(&log, w, n, &err), &err);
		check_ok(vhdx_replay_find(file, &h, &found, &err), &err);
		check_eq(found.count, n);
		check_eq(found.writes[n - 1].offset, w[n - 1].offset);
		check(!memcmp(found.writes[n - 1].data, page, 4096));
		vhdx_replay_done(&found);
	}
	vhdx_log_done(&log);
	disk_close(file);
}

int main(void)
{
	check_replay();
	check_damage();
	check_none();
	check_ring();
	return 0;
}
