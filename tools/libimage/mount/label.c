// SPDX-License-Identifier: MIT
//
// The last 4096 bytes of a file of changes, little-endian:
//
//     0   8  "SLIPMNT1"          8   8  bytes of the volume
//    16  16  GUID of the WIM    32  20  SHA-1 of the image's metadata
//    52  20  SHA-1 of the layout
//    72   4  number of the image        76   4  1: for reading alone
//    80   8  serial number of the volume
//    88   8  FILETIME of the system's files
//    96   4  CRC-32 of the bytes before
//
// and zeroes.

#include <string.h>

#include "mount.h"

#define MAGIC "SLIPMNT1"

struct label_disk {
	uint8_t magic[8];
	le64 volume;               // 8
	uint8_t guid[16];          // 16
	uint8_t image[SHA1_SIZE];  // 32
	uint8_t layout[SHA1_SIZE]; // 52
	le32 index, read_only;     // 72
	le64 serial, time;         // 80
	le32 crc;                  // 96
	uint8_t zeroes[MOUNT_LABEL - 100];
};
_Static_assert(sizeof(struct label_disk) == MOUNT_LABEL, "label_disk");
_Static_assert(offsetof(struct label_disk, crc) == 96, "label_disk.crc");

uint64_t image_mount_bits_size(uint64_t volume)
{
	return round_up((volume / MOUNT_CLUSTER + 7) / 8, MOUNT_CLUSTER);
}

uint64_t image_mount_file_size(uint64_t volume)
{
	return volume + image_mount_bits_size(volume) + MOUNT_LABEL;
}

static uint32_t sum(const struct label_disk *d)
{
	return crc32_update(0, d, offsetof(struct label_disk, crc));
}

void image_mount_label_encode(const struct mount_label *l, uint8_t *dst)
{
	struct label_disk d = {
		.magic = MAGIC,
		.volume = to_le64(l->volume),
		.index = to_le32(l->index),
		.read_only = to_le32(l->read_only),
		.serial = to_le64(l->serial),
		.time = to_le64(l->time),
	};

	memcpy(d.guid, l->guid.b, sizeof(d.guid));
	memcpy(d.image, l->image, SHA1_SIZE);
	memcpy(d.layout, l->layout, SHA1_SIZE);
	d.crc = to_le32(sum(&d));
	memcpy(dst, &d, sizeof(d));
}

int image_mount_label_decode(const uint8_t *src, uint64_t file,
			     struct mount_label *ret, struct err *err)
{
	static const char what[] = "file of changes";
	struct mount_label l;
	struct label_disk d;

	memcpy(&d, src, sizeof(d));
	if (memcmp(d.magic, MAGIC, sizeof(d.magic)))
		return err_corrupt(err, what, 0, "it does not end as one does");
	if (get_le32(d.crc) != sum(&d))
		return err_corrupt(err, what, 96, "its checksum is wrong");
	l = (struct mount_label){
		.index = get_le32(d.index),
		.read_only = get_le32(d.read_only),
		.volume = get_le64(d.volume),
		.serial = get_le64(d.serial),
		.time = get_le64(d.time),
	};
	if (!l.volume || l.volume % MOUNT_CLUSTER ||
	    l.volume > IMAGE_MOUNT_MAX ||
	    image_mount_file_size(l.volume) != file)
		return err_corrupt(err, what, 8,
				   "it has another size than its volume asks "
				   "for");
	memcpy(l.guid.b, d.guid, sizeof(l.guid.b));
	memcpy(l.image, d.image, SHA1_SIZE);
	memcpy(l.layout, d.layout, SHA1_SIZE);
	*ret = l;
	return 0;
}
