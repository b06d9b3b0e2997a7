// SPDX-License-Identifier: MIT
//
// Installing a volume's code. The boot sector alone decides which code starts,
// and tells where its second part lies. So that goes first, to sectors that the
// old code does not use; then one sector's writing changes from the old code to
// the new one.

#include <string.h>

#include "bootsect_priv.h"

#define BOOT_WHAT "boot sector"

struct install {
	struct bootsect_volume v;
	uint8_t area[BOOTSECT_MAX_AREA * BOOTSECT_SECTOR];
	uint8_t first[BOOTSECT_SECTOR];
	uint8_t second[BOOTSECT_MAX_SIZE];
	uint32_t count, at;         // sectors of the second part
	uint32_t old_count, old_at; // of our code that is there; 0: none
};

static uint64_t bits(uint32_t at, uint32_t count)
{
	uint64_t mask = count < 64 ? (1ull << count) - 1 : UINT64_MAX;

	return at < 64 ? mask << at : 0;
}

static uint16_t sum(const uint8_t *bytes, size_t size)
{
	uint32_t total = 0;

	for (size_t i = 0; i + 1 < size; i += 2)
		total += bytes[i] | (uint32_t)bytes[i + 1] << 8;
	return (uint16_t)total;
}

// Finds where our own older code has its second part.
static void find_old(struct install *in)
{
	struct bootsect_tail_disk tail;
	uint32_t at, count;

	memcpy(&tail, in->area + BOOTSECT_SECTOR - sizeof(tail), sizeof(tail));
	at = get_le16(tail.second_at);
	count = get_le16(tail.second_count);
	if (memcmp(tail.ours, BOOTSECT_OURS, sizeof(tail.ours)) || !count ||
	    !range_ok(at, count, in->v.area) ||
	    bits(at, count) & in->v.not_free)
		return;
	in->old_at = at;
	in->old_count = count;
}

enum quality { FREE, EQUAL, USED };

// A sector with the mark of a boot sector and nothing else is empty: formats
// leave such ones.
static bool is_empty(const uint8_t *sector)
{
	bool marked = sector[510] == 0x55 && sector[511] == 0xaa;

	for (size_t i = 0; i < (marked ? 510 : BOOTSECT_SECTOR); i++)
		if (sector[i])
			return false;
	return true;
}

static enum quality judge_place(const struct install *in, uint32_t at)
{
	const uint8_t *there = in->area + (size_t)at * BOOTSECT_SECTOR;
	size_t size = (size_t)in->count * BOOTSECT_SECTOR;

	if (!memcmp(there, in->second, size))
		return EQUAL;
	for (size_t i = 0; i < size; i += BOOTSECT_SECTOR)
		if (!is_empty(there + i))
			return USED;
	return FREE;
}

// Returns the first place that may be taken and is as wanted, or 0.
static uint32_t find_place(const struct install *in, uint64_t taken,
			   enum quality wanted)
{
	for (uint32_t at = 1; at + in->count <= in->v.area; at++)
		if (!(bits(at, in->count) & taken) &&
		    (wanted == USED || judge_place(in, at) == wanted))
			return at;
	return 0;
}

// Where it lies already; else what is empty, first away from where other
// systems' code goes; else what none of these fill. The old code's second part
// is never written over while the old boot sector still leads to it.
static int choose_place(struct install *in, struct err *err)
{
	uint64_t taken = in->v.not_free;

	in->at = find_place(in, taken, EQUAL);
	taken |= bits(in->old_at, in->old_count);
	if (!in->at)
		in->at = find_place(in, taken | in->v.known, FREE);
	if (!in->at)
		in->at = find_place(in, taken, FREE);
	if (!in->at)
		in->at = find_place(in, taken | in->v.known, USED);
	if (in->at)
		return 0;
	return err_set(err, -ENOTSUP, BOOT_WHAT, ERR_NOWHERE,
		       "of its first %u sectors no %u that follow each other "
		       "are free for boot code",
		       in->v.area, in->count);
}

static void make_first(struct install *in)
{
	const uint8_t *code = in->v.code->bytes;
	struct bootsect_tail_disk tail;
	size_t end = sizeof(in->first) - sizeof(tail);

	memcpy(&tail, code + end, sizeof(tail));
	tail.second_count = to_le16((uint16_t)in->count);
	tail.second_at = to_le16((uint16_t)in->at);
	tail.second_sum =
		to_le16(sum(in->second, (size_t)in->count * BOOTSECT_SECTOR));
	// The fields are the volume's own: its file system would not mount with
	// others. Only the jump over them is code.
	memcpy(in->first, in->area, in->v.code_offset);
	memcpy(in->first, code, 3); // the jump
	memcpy(in->first + in->v.code_offset, code + in->v.code_offset,
	       end - in->v.code_offset);
	memcpy(in->first + end, &tail, sizeof(tail));
}

static int prepare(struct disk *volume, struct install *in, struct err *err)
{
	size_t second;
	int r;

	if (volume->sector_size != BOOTSECT_SECTOR)
		return err_set(err, -ENOTSUP, BOOT_WHAT, ERR_NOWHERE,
			       "a BIOS starts no disk with sectors of %u bytes",
			       volume->sector_size);
	if (volume->size < sizeof(in->first))
		return err_set(err, -ENOENT, BOOT_WHAT, ERR_NOWHERE,
			       "there is no file system here");
	r = disk_read(volume, 0, in->area, sizeof(in->first), err);
	if (!r)
		r = bootsect_volume_decode(in->area, volume->size, &in->v, err);
	if (!r)
		r = disk_read(volume, 0, in->area,
			      (size_t)in->v.area * BOOTSECT_SECTOR, err);
	if (r)
		return r;
	second = in->v.code->size - BOOTSECT_SECTOR;
	memcpy(in->second, in->v.code->bytes + BOOTSECT_SECTOR, second);
	in->count =
		(uint32_t)((second + BOOTSECT_SECTOR - 1) / BOOTSECT_SECTOR);
	find_old(in);
	r = choose_place(in, err);
	if (!r)
		make_first(in);
	return r;
}

// Writes what is not there yet, and waits for it.
static int put(struct disk *d, uint64_t off, const void *data, size_t size,
	       const void *there, struct err *err)
{
	int r;

	if (there && !memcmp(there, data, size))
		return 0;
	r = disk_write(d, off, data, size, err);
	return r ? r : disk_flush(d, err);
}

// The copy, unless something else lies in its place. chkdsk, ntfsfix and
// fsck.fat put it back when the first is broken: with old code in it, that
// would lead to sectors that are gone.
static int put_backup(struct disk *volume, const struct install *in,
		      struct err *err)
{
	uint8_t there[BOOTSECT_SECTOR];
	bool empty = true;
	int r;

	if (!in->v.backup)
		return 0;
	r = disk_read(volume, in->v.backup, there, sizeof(there), err);
	for (size_t i = 0; i < sizeof(there); i++)
		empty &= !there[i];
	if (r || (!empty && (there[510] != 0x55 || there[511] != 0xaa)))
		return r;
	return put(volume, in->v.backup, in->first, sizeof(in->first), there,
		   err);
}

// Zeroes the second part of our older code, where the new one does not lie over
// it.
static int clear_old(struct disk *volume, const struct install *in,
		     struct err *err)
{
	int r = 0;

	for (uint32_t i = in->old_at; i < in->old_at + in->old_count; i++)
		if (!r && (i < in->at || i >= in->at + in->count))
			r = disk_zero(volume, (uint64_t)i * BOOTSECT_SECTOR,
				      BOOTSECT_SECTOR, err);
	return r ? r : disk_flush(volume, err);
}

static int write_all(struct disk *volume, const struct install *in,
		     struct err *err)
{
	size_t off = (size_t)in->at * BOOTSECT_SECTOR;
	int r = put(volume, off, in->second,
		    (size_t)in->count * BOOTSECT_SECTOR, in->area + off, err);

	if (!r)
		r = put_backup(volume, in, err);
	if (!r)
		r = put(volume, 0, in->first, sizeof(in->first), in->area, err);
	return r ? r : clear_old(volume, in, err);
}

int bootsect_write_volume(struct disk *volume, struct err *err)
{
	struct install *in = mem_alloc(sizeof(*in));
	int r;

	if (!in)
		return err_nomem(err);
	r = prepare(volume, in, err);
	if (!r)
		r = write_all(volume, in, err);
	mem_free(in);
	return r;
}
