// SPDX-License-Identifier: MIT
//
// $Boot: the boot sector with its BIOS parameter block, and code that says why
// nothing happens.

#include <string.h>

#include "build.h"

// Runs at 0:7C54. Prints what follows it, by BIOS teletype, and halts.
static const uint8_t code[] = {
	0xfa,             // cli
	0x31, 0xc0,       // xor ax, ax
	0x8e, 0xd8,       // mov ds, ax
	0x8e, 0xd0,       // mov ss, ax
	0xbc, 0x00, 0x7c, // mov sp, 0x7c00
	0xfb,             // sti
	0xfc,             // cld
	0xbe, 0x74, 0x7c, // mov si, text
	0xac,             // next: lodsb
	0x08, 0xc0,       // or al, al
	0x74, 0x09,       // jz done
	0xb4, 0x0e,       // mov ah, 0x0e
	0xbb, 0x07, 0x00, // mov bx, 7
	0xcd, 0x10,       // int 0x10
	0xeb, 0xf2,       // jmp next
	0xf4,             // done: hlt
	0xeb, 0xfd,       // jmp done
};
_Static_assert(0x54 + sizeof(code) == 0x74, "the code points to its text");
static const char text[] =
	"This volume has no boot loader.\r\nStart from another disk.\r\n";

// Sectors of a cluster in one byte: above 128 as a negative power of two, which
// Windows writes since its clusters go over 64 KiB.
static uint8_t in_byte(uint32_t count)
{
	uint8_t log = 0;

	if (count <= 128)
		return (uint8_t)count;
	while (count >> log > 1)
		log++;
	return (uint8_t)(256 - log);
}

// Clusters of a record or block; smaller ones have no count of clusters, and are
// told as a negative power of two, of bytes (libfsntfs' format paper).
static int8_t in_clusters(const struct ntfs_build *b, uint32_t size)
{
	int8_t log = 0;

	if (size >= b->cluster_size)
		return (int8_t)(size / b->cluster_size);
	while (size >> log > 1)
		log++;
	return (int8_t)-log;
}

void ntfs_boot_write(const struct ntfs_build *b, uint8_t *dst)
{
	// The last sector holds the copy of this one and is no part of the volume:
	// Windows counts one sector less than the partition has.
	const struct ntfs_build_options *o = &b->options;
	uint16_t track = o->sectors_per_track ? o->sectors_per_track : 63;
	const struct stream *mft = &b->streams[b->system[SYSTEM_MFT]];
	const struct stream *mirror = &b->streams[b->system[SYSTEM_MIRROR]];
	struct ntfs_boot_disk d = {
		.jump = {0xeb, 0x52, 0x90},
		.sector_size = to_le16((uint16_t)b->sector_size),
		.sectors_per_cluster =
			in_byte(b->cluster_size / b->sector_size),
		.media = 0xf8,
		.sectors_per_track = to_le16(track),
		.heads = to_le16(o->heads ? o->heads : 255),
		.hidden_sectors = to_le32((uint32_t)o->hidden_sectors),
		.drive = 0x80,
		.signature_0x26 = 0x80,
		.sectors = to_le64(b->dev->size / b->sector_size - 1),
		.mft_lcn = to_le64(mft->lcn),
		.mftmirr_lcn = to_le64(mirror->lcn),
		.clusters_per_record = in_clusters(b, b->record_size),
		.clusters_per_index = in_clusters(b, NTFS_INDEX_BLOCK),
		.serial = to_le64(o->serial),
		.signature = {0x55, 0xaa},
	};

	memcpy(d.oem, "NTFS    ", 8);
	memcpy(d.code, code, sizeof(code));
	memcpy(d.code + sizeof(code), text, sizeof(text));
	memset(dst, 0, NTFS_BOOT_FILE_SIZE);
	memcpy(dst, &d, sizeof(d));
}
