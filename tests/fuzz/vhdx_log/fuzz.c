// SPDX-License-Identifier: MIT
//
// The log of a VHDX: the input is a row of records, each a place in the log (one
// byte, in sectors), a length in sectors (one byte), and 94 bytes that an entry
// begins with; magic, id, length and checksum are made right.

#include "fuzz/pages.h"
#include "libvdisk/vhdx/vhdx_disk.h"
#include "libvdisk/vhdx/vhdx_priv.h"

// A small file with a small log, for speed: 64 KiB from 64 KiB on.
#define LOG       (64u << 10)
#define FILE_SIZE (256u << 10)
#define MAX_SIZE  (512u << 10) // of the file after the replay, to compare it
#define RECORD    160u
#define SECTOR    VHDX_LOG_SECTOR

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
		CHECK(!disk_write(file, LOG + (at + i) % LOG, entry + i, SECTOR,
				  NULL));
}

// What is seen of a file that is not changed is what the file then becomes.
static void compare(struct disk *file, const struct vhdx_header *h,
		    struct vhdx_replay *found)
{
	static uint8_t a[MAX_SIZE], b[MAX_SIZE];
	struct disk *seen;

	CHECK(!vhdx_overlay(file, found, &seen, NULL));
	CHECK(!disk_read(seen, 0, a, (size_t)seen->size, NULL));
	CHECK(!vhdx_replay_find(file, h, found, NULL));
	CHECK(!vhdx_replay_apply(file, found, NULL));
	CHECK(file->size == seen->size);
	CHECK(!disk_read(file, 0, b, (size_t)file->size, NULL));
	CHECK(!memcmp(a, b, (size_t)file->size));
	disk_close(seen);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vhdx_header h = {0, 0, {{0}}, {{0}}, {{1}}, LOG, LOG};
	struct vhdx_replay found;
	struct disk *file;
	int r;

	if (size > 12 * RECORD)
		return 0;
	file = pages_disk(FILE_SIZE);
	for (; size >= RECORD; data += RECORD, size -= RECORD)
		put(file, data, &h);
	r = vhdx_replay_find(file, &h, &found, NULL);
	CHECK(!r || r == -EBADMSG || r == -ENOMEM);
	if (!r && found.last_size <= MAX_SIZE)
		compare(file, &h, &found);
	if (!r)
		vhdx_replay_done(&found);
	disk_close(file);
	return 0;
}
