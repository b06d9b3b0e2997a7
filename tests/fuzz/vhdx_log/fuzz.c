// SPDX-License-Identifier: MIT
//
// The log of a VHDX: the input is a row of records, each a place in the log (one
// byte, in sectors), a length in sectors (one byte), and 94 bytes that an entry
// begins with; magic, id, length and checksum are made right.

#include <string.h>

#include "libvdisk/vhdx_disk.h"
#include "libvdisk/vhdx_priv.h"

#define CHECK(c)                                                               \
	do {                                                                   \
		if (!(c))                                                      \
			__builtin_trap();                                      \
	} while (0)

#define MIB    (1u << 20)
#define RECORD 160u
#define SECTOR VHDX_LOG_SECTOR

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t entry[16 * SECTOR];

static void put(struct disk *file, const uint8_t *data,
		const struct vhdx_header *h)
{
	uint32_t n = (1 + data[1] % 16) * SECTOR, at = data[0] * SECTOR;
	struct vhdx_log_head_disk *head = (void *)entry;

	memset(entry, 0, n);
	memcpy(entry, data + 2, RECORD - 2);
	memcpy(head->signature, "loge", 4);
	head->log = h->log;
	head->length = to_le32(n);
	for (uint32_t i = SECTOR; i < n; i += SECTOR) {
		memcpy(entry + i, "data", 4);
		memcpy(entry + i + 4, head->sequence.b + 4, 4);
		memcpy(entry + i + SECTOR - 4, head->sequence.b, 4);
	}
	head->checksum = to_le32(vhdx_checksum(entry, n));
	for (uint32_t i = 0; i < n; i += SECTOR)
		CHECK(!disk_write(file, MIB + (at + i) % MIB, entry + i, SECTOR,
				  NULL));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vhdx_header h = {0, 0, {{0}}, {{0}}, {{1}}, MIB, MIB};
	struct vhdx_replay found;
	struct disk *file, *seen;
	uint8_t *a, *b;
	int r;

	if (size > 12 * RECORD)
		return 0;
	CHECK(!disk_memory(3 * MIB, 512, &file, NULL));
	for (; size >= RECORD; data += RECORD, size -= RECORD)
		put(file, data, &h);
	r = vhdx_replay_find(file, &h, &found, NULL);
	CHECK(!r || r == -EBADMSG || r == -ENOMEM);
	if (!r && found.last_size <= 8 * MIB) {
		a = mem_alloc(8 * MIB);
		b = mem_alloc(8 * MIB);
		CHECK(a && b && !vhdx_overlay(file, &found, &seen, NULL));
		CHECK(!disk_read(seen, 0, a, (size_t)seen->size, NULL));
		CHECK(!vhdx_replay_find(file, &h, &found, NULL));
		CHECK(!vhdx_replay_apply(file, &found, NULL));
		CHECK(!disk_read(file, 0, b, (size_t)file->size, NULL));
		CHECK(file->size == seen->size && !memcmp(a, b, file->size));
		disk_close(seen);
		mem_free(a);
		mem_free(b);
	}
	if (!r)
		vhdx_replay_done(&found);
	disk_close(file);
	return 0;
}
