// SPDX-License-Identifier: MIT
//
// The mark of a deployment that has not ended, in the sector that the new
// table's protective MBR replaces last. It has no boot signature.
//
// When the mark was made, all that was on the disk had been given up, and its
// ends were zeroed. What of it is still found between them, or was written
// since by the deployment, cannot be told apart and need not be. But a disk may
// have been put to use since. A new table, or a file system on the whole disk,
// takes the mark's place; what leaves that alone (members of RAIDs, LVM, ZFS,
// btrfs) has its own marks at the ends of the disk, where a deployment writes
// nothing but its table. So the mark counts when these hold that alone: a GPT
// of the id in the mark, or a part of one.

#include <string.h>

#include "plan_priv.h"

#define MARK_OFFSET 446 // of the MBR's partition entries (UEFI 2.10, 5.2.1)
#define EDGE        PART_ALIGN
#define ENTRIES     16384u // bytes of a GPT's entries

struct mark_disk {
	char text[48];       // 0x00
	struct guid disk_id; // 0x30: of the table that was to be
};
_Static_assert(sizeof(struct mark_disk) == 64, "mark");

static const char mark_text[48] = "Slipway: this deployment did not end";

int unfinished_mark(struct disk *disk, const struct guid *disk_id,
		    struct err *err)
{
	struct mark_disk m = {.disk_id = *disk_id};
	int r;

	memcpy(m.text, mark_text, sizeof(m.text));
	r = disk_write(disk, MARK_OFFSET, &m, sizeof(m), err);
	return r ? r : disk_flush(disk, err);
}

struct judging {
	struct guid disk_id;
	uint64_t size;
	struct part_content other;
};

// Between the ends lies what was given up, and what the deployment wrote.
static bool is_between(const struct judging *j, uint64_t at)
{
	return at >= EDGE && at < round_down(j->size, EDGE);
}

static int find_other(void *ctx, const struct part_content *found)
{
	struct judging *j = ctx;
	bool is_volume = !strcmp(found->name, "NTFS") ||
			 !strcmp(found->name, "FAT");

	if (found->kind == PART_HOLDS_DATA) // the ends' bytes are looked at
		return 0;
	if (found->kind == PART_HOLDS_TABLE &&
	    guid_equal(&found->disk_id, &j->disk_id) &&
	    !guid_is_zero(&j->disk_id))
		return 0;
	if (is_between(j, found->at) && (found->is_inside || is_volume))
		return 0;
	j->other = *found;
	return 1;
}

// Looks for bytes in a part of an end where a deployment writes nothing.
static int find_bytes(struct disk *disk, struct judging *j, uint64_t start,
		      uint64_t end, struct err *err)
{
	size_t len = (size_t)(end - start);
	uint8_t *bytes = mem_alloc(len);
	int r;

	if (!bytes)
		return err_nomem(err);
	r = disk_read(disk, start, bytes, len, err);
	if (!r && !mem_is_zero(bytes, len)) {
		j->other = (struct part_content){
			.kind = PART_HOLDS_DATA, .name = "data", .at = start};
		while (!bytes[j->other.at - start])
			j->other.at++;
		r = 1;
	}
	mem_free(bytes);
	return r;
}

// The table is the first two sectors (boot code, mark and GPT header) and the
// entries behind them; at the end the other way round.
static int find_in_ends(struct disk *disk, struct judging *j, struct err *err)
{
	uint64_t head = 2 * (uint64_t)disk->sector_size + ENTRIES;
	uint64_t last = round_down(j->size, EDGE);
	uint64_t tail = round_down(j->size, disk->sector_size) -
			disk->sector_size - ENTRIES;
	int r = find_bytes(disk, j, head, EDGE, err);

	return r || last >= tail ? r : find_bytes(disk, j, last, tail, err);
}

int unfinished_is_all(struct disk *disk, bool *ret, struct part_content *found,
		      struct err *err)
{
	struct judging j = {.size = disk->size};
	struct mark_disk m;
	int r;

	*ret = false;
	if (disk->size < 2 * EDGE)
		return 0;
	r = disk_read(disk, MARK_OFFSET, &m, sizeof(m), err);
	if (r || memcmp(m.text, mark_text, sizeof(m.text)))
		return r;
	j.disk_id = m.disk_id;
	r = part_probe_each(disk, find_other, &j, err);
	if (!r)
		r = find_in_ends(disk, &j, err);
	if (r < 0)
		return r;
	if (r)
		*found = j.other;
	else
		*ret = true;
	return 0;
}
