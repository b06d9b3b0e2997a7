// SPDX-License-Identifier: MIT
//
// The bytes of the log, by the specification's section 2.3 and not by what reads
// them here; that it goes round, and that a new entry never touches the last.

#include "unit/libvdisk/images.h"

#define SECTOR    4096u
#define MAX_ENTRY ((1 + VHDX_LOG_MAX_WRITES) * SECTOR)

static struct err err;
static uint8_t pages[VHDX_LOG_MAX_WRITES][SECTOR];
static struct vhdx_log_write writes[VHDX_LOG_MAX_WRITES];

static uint64_t number(const uint8_t *bytes, size_t n)
{
	uint64_t v = 0;

	while (n--)
		v = v << 8 | bytes[n];
	return v;
}

// Bit by bit: the checksum of an entry, whose own is taken as zero.
static uint32_t sum_of(const uint8_t *entry, size_t n)
{
	uint32_t crc = UINT32_MAX;

	for (size_t i = 0; i < n; i++) {
		crc ^= i >= 4 && i < 8 ? 0 : entry[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78 : 0);
	}
	return ~crc;
}

static void check_entry(const uint8_t *e, const struct guid *id, uint32_t at,
			uint64_t sequence, uint32_t count, uint64_t file_size)
{
	check(!memcmp(e, "loge", 4));
	check_eq(number(e + 8, 4), (1 + count) * SECTOR);
	check_eq(number(e + 4, 4), sum_of(e, (1 + count) * SECTOR));
	check_eq(number(e + 12, 4), at); // the tail: itself
	check_eq(number(e + 16, 8), sequence);
	check_eq(number(e + 24, 4), count);
	check_eq(number(e + 28, 4), 0);
	check(!memcmp(e + 32, id, sizeof(*id)));
	// whole MiB that the file has for sure
	check_eq(number(e + 48, 8), file_size / MIB * MIB);
	check_eq(number(e + 56, 8), file_size / MIB * MIB);
	for (uint32_t i = 0; i < count; i++) {
		const uint8_t *d = e + 64 + 32 * i, *s = e + (1 + i) * SECTOR;

		check(!memcmp(d, "desc", 4));
		check(!memcmp(d + 4, pages[i] + SECTOR - 4, 4));
		check(!memcmp(d + 8, pages[i], 8));
		check_eq(number(d + 16, 8), writes[i].offset);
		check_eq(number(d + 24, 8), sequence);
		check(!memcmp(s, "data", 4));
		check_eq(number(s + 4, 4), sequence >> 32);
		check(!memcmp(s + 8, pages[i] + 8, SECTOR - 12));
		check_eq(number(s + SECTOR - 4, 4), sequence & UINT32_MAX);
	}
}

static void fill(unsigned round)
{
	for (uint32_t i = 0; i < VHDX_LOG_MAX_WRITES; i++) {
		for (uint32_t j = 0; j < SECTOR; j++)
			pages[i][j] = (uint8_t)(round * 31 + i * 7 + j * 3 +
						(j >> 8));
		writes[i] = (struct vhdx_log_write){i * 3 * SECTOR, SECTOR,
						    pages[i]};
	}
}

static void check_bytes(void)
{
	struct vhdx_header h = {.log_offset = MIB, .log_length = MIB};
	static uint8_t found[MAX_ENTRY];
	struct disk *file = new_memory(3 * MIB + 12345);
	struct vhdx_log log;

	check_ok(vhdx_log_start(&log, file, &h, &err), &err);
	check(!guid_is_zero(&log.id));
	check_ok(disk_read(file, MIB, found, SECTOR, &err), &err);
	check_entry(found, &log.id, 0, 1, 0, file->size);
	log.sequence = UINT64_C(0x123456789a);
	fill(0);
	check_ok(vhdx_log_append(&log, writes, VHDX_LOG_MAX_WRITES, &err),
		 &err);
	check_ok(disk_read(file, MIB + SECTOR, found, MAX_ENTRY, &err), &err);
	check_entry(found, &log.id, SECTOR, UINT64_C(0x123456789a),
		    VHDX_LOG_MAX_WRITES, file->size);
	// what is short after what is long has nothing of it
	fill(1);
	check_ok(vhdx_log_append(&log, writes, 1, &err), &err);
	check_ok(disk_read(file, MIB + SECTOR + MAX_ENTRY, found, 2 * SECTOR,
			   &err),
		 &err);
	check_entry(found, &log.id, SECTOR + MAX_ENTRY, UINT64_C(0x123456789b),
		    1, file->size);
	for (size_t i = 96; i < SECTOR; i++)
		check_eq(found[i], 0);
	vhdx_log_done(&log);
	disk_close(file);
}

// Round and round, with entries of every length: each lies inside the log, and
// the one before it is untouched.
static void check_ring(void)
{
	struct vhdx_header h = {.log_offset = MIB, .log_length = MIB};
	static uint8_t before[MAX_ENTRY], after[MAX_ENTRY], edges[2][SECTOR];
	struct disk *file = new_memory(3 * MIB);
	unsigned rounds = 0;
	struct vhdx_log log;
	uint32_t last = 0, last_n = SECTOR;

	memset(edges, 0xee, sizeof(edges));
	put(file, MIB - SECTOR, edges[0], SECTOR);
	put(file, 2 * MIB, edges[1], SECTOR);
	fill(2);
	check_ok(vhdx_log_start(&log, file, &h, &err), &err);
	for (unsigned i = 0; i < 400; i++) {
		uint32_t count = i % 3 ? i * 11 % VHDX_LOG_MAX_WRITES + 1
				       : VHDX_LOG_MAX_WRITES;
		uint32_t n = (1 + count) * SECTOR, at;

		check_ok(disk_read(file, MIB + last, before, last_n, &err),
			 &err);
		check_ok(vhdx_log_append(&log, writes, count, &err), &err);
		check_ok(disk_read(file, MIB + last, after, last_n, &err),
			 &err);
		check(!memcmp(before, after, last_n));
		at = log.next - n;
		check(at <= MIB - n);
		rounds += at == 0;
		check_ok(disk_read(file, MIB + at, after, n, &err), &err);
		check_entry(after, &log.id, at, i + 2, count, file->size);
		last = at;
		last_n = n;
	}
	check(rounds > 20);
	for (int i = 0; i < 2; i++) {
		check_ok(disk_read(file, i ? 2 * MIB : MIB - SECTOR, after,
				   SECTOR, &err),
			 &err);
		check(!memcmp(after, edges[i], SECTOR));
	}
	vhdx_log_done(&log);
	disk_close(file);
}

// The last sectors are filled, and not one more.
static void check_end(void)
{
	struct vhdx_header h = {.log_offset = MIB, .log_length = MIB};
	struct disk *file = new_memory(2 * MIB);

	fill(4);
	for (uint32_t over = 0; over < 2; over++) {
		struct vhdx_log log;
		uint32_t left;

		check_ok(vhdx_log_start(&log, file, &h, &err), &err);
		for (int i = 0; i < 4; i++)
			check_ok(vhdx_log_append(&log, writes, 60, &err), &err);
		left = (MIB - log.next) / SECTOR;
		check_ok(vhdx_log_append(&log, writes, left - 1 + over, &err),
			 &err);
		check_eq(log.next, over ? (left + 1) * SECTOR : MIB);
		vhdx_log_done(&log);
	}
	disk_close(file);
}

// An entry that could not be written is no entry: the next takes its place and
// its number.
static void check_failing(void)
{
	struct vhdx_header h = {.log_offset = MIB, .log_length = MIB};
	struct disk *file = new_memory(2 * MIB);
	struct vhdx_log log;
	uint32_t next;

	fill(3);
	check_ok(vhdx_log_start(&log, file, &h, &err), &err);
	next = log.next;
	file->read_only = true;
	check_eq(vhdx_log_append(&log, writes, 2, NULL), -EROFS);
	check_eq(log.next, next);
	check_eq(log.sequence, 2);
	vhdx_log_done(&log);
	vhdx_log_done(&log);
	check_eq(vhdx_log_start(&log, file, &h, NULL), -EROFS);
	check(!log.bytes);
	disk_close(file);
}

int main(void)
{
	check_bytes();
	check_ring();
	check_end();
	check_failing();
	return 0;
}
