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

// --- Logs by others, entry by entry ------------------------------------------

#define SECTOR      VHDX_LOG_SECTOR
#define LOG_SECTORS (MIB / SECTOR)
#define MAX_DESCS   200u

// What an entry is made of: `fill` of 0 is a descriptor of zeroes.
struct desc {
	uint64_t offset, length;
	uint8_t fill;
};

static const struct guid log_id = {{4, 4, 4}};
static uint64_t last_size = VHDX_FILE + 2 * MIB; // that entries tell of

// Writes an entry at a sector of the log, round its end if need be. Returns the
// sector behind it.
static uint32_t put_entry(struct disk *file, uint32_t at, uint64_t sequence,
			  uint32_t tail, const struct desc *descs,
			  uint32_t count)
{
	uint32_t tables = count <= 126 ? 1 : 1 + (count - 126 + 127) / 128;
	static uint8_t bytes[(MAX_DESCS + 3) * SECTOR];
	struct vhdx_log_head_disk head = {
		.tail = to_le32(tail * SECTOR),
		.sequence = to_le64(sequence),
		.count = to_le32(count),
		.log = log_id,
		.flushed_size = to_le64(VHDX_FILE + MIB),
		.last_size = to_le64(last_size),
	};
	uint32_t sectors = tables;
	le32 sum;

	memset(bytes, 0, sizeof(bytes));
	for (uint32_t i = 0; i < count; i++) {
		struct vhdx_log_desc_disk d = {
			.offset = to_le64(descs[i].offset),
			.sequence = to_le64(sequence)};
		uint8_t *data = bytes + sectors * SECTOR;
		le64 length = to_le64(descs[i].length);
		le32 high = to_le32((uint32_t)(sequence >> 32));
		le32 low = to_le32((uint32_t)sequence);

		if (descs[i].fill) {
			memcpy(d.signature, "desc", 4);
			memset(d.leading, descs[i].fill, 8);
			memset(d.trailing, descs[i].fill, 4);
			memset(data, descs[i].fill, SECTOR);
			memcpy(data, "data", 4);
			memcpy(data + 4, &high, 4);
			memcpy(data + SECTOR - 4, &low, 4);
			sectors++;
		} else {
			memcpy(d.signature, "zero", 4);
			memcpy(d.leading, &length, 8);
		}
		memcpy(bytes + sizeof(head) + i * sizeof(d), &d, sizeof(d));
	}
	memcpy(head.signature, "loge", 4);
	head.length = to_le32(sectors * SECTOR);
	memcpy(bytes, &head, sizeof(head));
	sum = to_le32(vhdx_checksum(bytes, sectors * SECTOR));
	memcpy(bytes + 4, &sum, sizeof(sum));
	for (uint32_t i = 0; i < sectors; i++)
		put(file, LOG_AT + (at + i) % LOG_SECTORS * SECTOR,
		    bytes + i * SECTOR, SECTOR);
	return (at + sectors) % LOG_SECTORS;
}

// Block 1 lies at 3 MiB and holds sevens; its sectors as they are after the log.
static void expect(struct disk *file, const char *sevens)
{
	const struct vhdx_header h = {
		.log_offset = LOG_AT, .log_length = MIB, .log = log_id};
	struct vhdx_replay found;
	struct err err = {0};
	struct disk *seen;

	check_ok(vhdx_replay_find(file, &h, &found, &err), &err);
	check_ok(vhdx_overlay(file, &found, &seen, &err), &err);
	check_eq(seen->size, VHDX_FILE + 2 * MIB);
	for (unsigned i = 0; sevens[i]; i++)
		for (unsigned k = 0; k < SECTOR; k += SECTOR - 1)
			check_eq(byte_at(seen, 3 * MIB + i * SECTOR + k),
				 sevens[i] - '0');
	disk_close(seen);
	disk_close(file);
}

static struct disk *new_log(void)
{
	struct disk *file = new_vhdx((struct vhdx_spec){0});
	struct err err = {0};

	check_ok(disk_resize(file, VHDX_FILE + MIB, &err), &err);
	return file;
}

static struct desc at(unsigned sector, uint8_t fill)
{
	return (struct desc){3 * MIB + sector * SECTOR, SECTOR, fill};
}

static void check_sequences(void)
{
	const struct desc a[] = {at(0, 1), at(1, 1)}, b[] = {at(1, 2)};
	const struct desc c[] = {at(2, 3), at(0, 3)};
	struct disk *file = new_log();
	uint32_t next;

	// Three entries that begin with the first: in order, later ones win.
	next = put_entry(file, 5, 10, 5, a, 2);
	next = put_entry(file, next, 11, 5, b, 1);
	put_entry(file, next, 12, 5, c, 2);
	expect(file, "3237");
	// The last says that the first two are in place.
	file = new_log();
	next = put_entry(file, 5, 10, 5, a, 2);
	next = put_entry(file, next, 11, 5, b, 1);
	put_entry(file, next, 12, next, c, 2);
	expect(file, "3737");
	// The last is torn: the two before it count.
	file = new_log();
	next = put_entry(file, 5, 10, 5, a, 2);
	next = put_entry(file, next, 11, 5, b, 1);
	put_entry(file, next, 12, 5, c, 2);
	put(file, LOG_AT + (next + 2) * SECTOR + 100, "x", 1);
	expect(file, "1277");
	// One is missing between: the newest that is whole counts.
	file = new_log();
	next = put_entry(file, 5, 10, 5, a, 2);
	put_entry(file, next, 12, 5, c, 2);
	expect(file, "1177");
	// Two sequences: the one with the higher number.
	file = new_log();
	put_entry(file, 40, 100, 40, a, 2);
	next = put_entry(file, 80, 20, 80, b, 1);
	put_entry(file, next, 21, 80, c, 2);
	expect(file, "1177");
	// Numbers over 32 bits.
	file = new_log();
	put_entry(file, 40, UINT64_C(1) << 32, 40, a, 2);
	put_entry(file, 80, 20, 80, b, 1);
	expect(file, "1177");
}

static void check_shapes(void)
{
	const struct desc zero[] = {at(0, 4),
				    {3 * MIB + SECTOR, 2 * SECTOR, 0}};
	struct desc many[MAX_DESCS];
	struct disk *file = new_log();
	uint32_t next;

	put_entry(file, 9, 1, 9, zero, 2);
	expect(file, "4007");
	// Round the end, in the middle of an entry and between two.
	file = new_log();
	next = put_entry(file, LOG_SECTORS - 1, 1, LOG_SECTORS - 1, zero, 2);
	check_eq(next, 1);
	put_entry(file, next, 2, LOG_SECTORS - 1, zero, 1);
	expect(file, "4007");
	// More descriptors than fit beside the header.
	for (unsigned i = 0; i < MAX_DESCS; i++)
		many[i] = at(i % 3, (uint8_t)(1 + i % 3));
	file = new_log();
	put_entry(file, LOG_SECTORS - 60, 1, LOG_SECTORS - 60, many, MAX_DESCS);
	expect(file, "1237");
}

// What would be written behind the end that the log itself tells of.
static void check_beyond(void)
{
	const struct desc far = {VHDX_FILE + 2 * MIB, SECTOR, 4};
	const struct vhdx_header h = {
		.log_offset = LOG_AT, .log_length = MIB, .log = log_id};
	struct disk *file = new_log();
	struct vhdx_replay found;
	struct err err = {0};

	put_entry(file, 3, 1, 3, &far, 1);
	check_eq(vhdx_replay_find(file, &h, &found, &err), -EBADMSG);
	check_eq(err.where, LOG_AT + 3 * SECTOR);
	disk_close(file);
	// An earlier entry's own end does not count, but that of the last.
	file = new_log();
	last_size += MIB;
	put_entry(file, 3, 1, 3, &far, 1);
	last_size -= MIB;
	put_entry(file, 5, 2, 3, NULL, 0);
	err = (struct err){0};
	check_eq(vhdx_replay_find(file, &h, &found, &err), -EBADMSG);
	check_eq(err.where, LOG_AT + 3 * SECTOR);
	disk_close(file);
}

int main(void)
{
	check_sequences();
	check_shapes();
	check_beyond();
	check_replay();
	check_damage();
	check_none();
	check_ring();
	return 0;
}
