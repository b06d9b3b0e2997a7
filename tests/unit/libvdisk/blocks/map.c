// SPDX-License-Identifier: MIT
//
// Where the data of virtual disks lies: what is found in the file there is what
// the disk reads as, and what is written there shows in the disk.

#include "unit/libvdisk/model.h"
#include "unit/placed.h"

#define SIZE (5 * 1024 * K + 4096)

// Compares what is located with what is read, piece by piece.
static unsigned check_read(struct disk *d, struct placed *file,
			   struct placed *parent, uint64_t *seed)
{
	static uint8_t a[SIZE], b[SIZE];
	uint64_t off = random_number(seed) % (SIZE / 512) * 512, n;
	struct disk_place place;
	unsigned fds = 0;

	for (; off < SIZE; off += n) {
		check(disk_locate(d, off, SIZE - off, false, &place));
		n = place.len;
		check(n && n <= SIZE - off);
		check(!disk_read(d, off, a, n, NULL));
		memset(b, 0, n);
		if (place.fd >= 0)
			check(!disk_read(place.fd == file->fd ? file->below
							      : parent->below,
					 place.off, b, n, NULL));
		check(!memcmp(a, b, n));
		fds |= place.fd < 0 ? 1 : 1u << place.fd;
	}
	return fds;
}

static void check_write(struct disk *d, struct placed *file, uint64_t *seed)
{
	uint64_t off = random_number(seed) % (SIZE / 512) * 512;
	struct disk_place place;
	uint8_t a[512], b[512];

	if (!disk_locate(d, off, 512, true, &place))
		return;
	check_eq(place.fd, file->fd);
	check_eq(place.len, 512);
	memset(a, (int)off + 1, sizeof(a));
	check(!disk_write(file->below, place.off, a, 512, NULL));
	check(!disk_read(d, off, b, 512, NULL));
	check(!memcmp(a, b, 512));
}

static void check_kind(const struct kind *k)
{
	struct disk *below = new_file(), *d, *under = new_parent(SIZE);
	struct placed file = place_disk(below, 5),
		      parent = place_disk(under, 6);
	struct vdisk_create c = create_of(k, SIZE);
	unsigned fds = 0;
	uint64_t seed = 3;
	struct disk_place place;

	check(!vdisk_create(&file.disk, &c, NULL));
	d = open_kind(k, &file.disk, &parent.disk);
	// not before the file knows that it is written to
	if (k->type != VDISK_FIXED || k->format == VDISK_VHDX)
		check(!disk_locate(d, 0, 512, true, &place));
	check_eq(d->unit != 0,
		 k->type != VDISK_FIXED || k->format == VDISK_VHDX);
	for (int i = 0; i < 40; i++) {
		uint8_t bytes[5000];
		uint64_t off = random_number(&seed) % (SIZE - sizeof(bytes));

		memset(bytes, i + 1, sizeof(bytes));
		check(!disk_write(d, off, bytes, sizeof(bytes), NULL));
		if (i % 8 == 3)
			check(!disk_zero(d, 1024 * K, 2048 * K, NULL));
		fds |= check_read(d, &file, &parent, &seed);
		check_write(d, &file, &seed);
	}
	check(fds & 1u << 5);
	check_eq(!!(fds & 1u << 6), k->type == VDISK_DIFFERENCING);
	disk_close(d);
	disk_close(below);
	disk_close(under);
}

int main(void)
{
	for (size_t i = 0; i < KINDS; i++)
		check_kind(&kinds[i]);
	return 0;
}
