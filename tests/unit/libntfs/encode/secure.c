// SPDX-License-Identifier: MIT
//
// Where entries of $SDS go, around the ends of its blocks, and the bytes of its
// entries and of those that index them.

#include "libntfs/encode/descriptor.h"
#include "libntfs/encode/secure.h"
#include "test.h"

#define BLOCK ((uint64_t)NTFS_SDS_BLOCK)

static void check_places(void)
{
	static const struct {
		uint64_t end;
		size_t size;
		uint64_t place;
	} rows[] = {
		{0, 120, 0},
		{1, 120, 16},
		{120, 120, 128},
		{BLOCK - 120, 120, 2 * BLOCK}, // 120 is no multiple of 16
		{BLOCK - 128, 128, BLOCK - 128},
		{BLOCK - 128, 129, 2 * BLOCK},
		{BLOCK, 120, 2 * BLOCK}, // the block is full
		{BLOCK + 500, 120, 2 * BLOCK},
		{2 * BLOCK, 120, 2 * BLOCK},
		{3 * BLOCK - 8, 20, 4 * BLOCK},
		{2 * BLOCK + 20, (size_t)BLOCK, 4 * BLOCK},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_eq(ntfs_sds_next(rows[i].end, rows[i].size),
			 rows[i].place);
}

static void check_entries(void)
{
	static const uint8_t descriptor[20] = {1, 0, 0, 0x80};
	static const uint8_t head[] = {
		0, 0, 0, 0, 5, 1, 0,    0, 0x10, 0,
		8, 0, 0, 0, 0, 0, 0x28, 0, 0,    0,
	};
	static const uint8_t sii[] = {
		0x14, 0, 0x14, 0, 0, 0, 0, 0, 0x28, 0, 4, 0, 0, 0, 0, 0, 5, 1,
	};
	static const uint8_t sdh[] = {
		0x18, 0, 0x14, 0, 0, 0, 0, 0, 0x30, 0, 8, 0, 0, 0, 0, 0,
	};
	uint32_t hash = ntfs_descriptor_hash(descriptor, sizeof(descriptor));
	struct ntfs_sds_disk sds;
	uint8_t out[64], entry[64];

	memset(out, 0xee, sizeof(out));
	ntfs_encode_sds(out, 0x105, 2 * BLOCK + 16, descriptor,
			sizeof(descriptor));
	check_eq(get_le32(*(const le32 *)out), hash);
	check(!memcmp(out + 4, head + 4, sizeof(head) - 4));
	check(!memcmp(out + sizeof(head), descriptor, sizeof(descriptor)));
	check_eq(out[40], 0xee);

	memcpy(&sds, out, sizeof(sds));
	check_eq(ntfs_encode_sii(NULL, &sds), 0x28);
	check_eq(ntfs_encode_sii(entry, &sds), 0x28);
	check(!memcmp(entry, sii, sizeof(sii)));
	check(!memcmp(entry + 0x14, out, sizeof(head)));
	check_eq(ntfs_encode_sdh(NULL, &sds), 0x30);
	check_eq(ntfs_encode_sdh(entry, &sds), 0x30);
	check(!memcmp(entry, sdh, sizeof(sdh)));
	check(!memcmp(entry + 0x10, out, 8)); // hash, then number
	check(!memcmp(entry + 0x18, out, sizeof(head)));
	check(!memcmp(entry + 0x2c, "I\0I", 4));
}

int main(void)
{
	check_places();
	check_entries();
	return 0;
}
