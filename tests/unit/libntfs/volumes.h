// SPDX-License-Identifier: MIT
//
// Volumes that several tests of libntfs read, as disks in memory: real ones of
// the sample folder, and small ones that mkntfs made, which are seeds of a fuzz
// target.

#ifndef VOLUMES_H
#define VOLUMES_H

#include "disk.h"
#include "test.h"

static const struct sample {
	const char *file;
	uint64_t start, size; // of the volume, in bytes; size 0: all of it
	const char *label;
	uint32_t cluster_size;
} sample_volumes[] = {
	{"ntfs/win-1k-cluster-test-volume.raw.xz", 0, 0, "Test Volume", 1024},
	{"ntfs/win10-512-cluster-vss.raw.xz", 0, 0, "TestVolume", 512},
	{"ntfs/mkntfs-features.raw.xz", 0, 0, "mylabel", 512},
	{"vhd/ntfs-fixed.vhd.xz", 65536, 6016 * 512, "TestVolume", 4096},
};
#define SAMPLE_VOLUMES (sizeof(sample_volumes) / sizeof(sample_volumes[0]))

static inline bool has_samples(void)
{
	const char *dir = getenv("SLIPWAY_SAMPLES");
	FILE *f = fopen(dir && *dir ? dir : "../shared/samples", "r");

	if (f)
		fclose(f);
	return f;
}

// Loads one. Skips the test when the folder is not there.
static inline struct disk *load_volume(const struct sample *s)
{
	char path[1024];
	struct err err = {0};
	struct disk *d;
	uint8_t *data;
	size_t size;

	snprintf(path, sizeof(path), "%s/%s", samples(), s->file);
	data = read_sample(path, &size);
	check(s->start < size && s->size <= size - s->start);
	check_ok(disk_memory(s->size ? s->size : size, 512, &d, &err), &err);
	check_ok(disk_write(d, 0, data + s->start, (size_t)d->size, &err),
		 &err);
	free(data);
	return d;
}

// A seed is a volume of 2 MiB without its empty sectors: the places of $UpCase
// and $LogFile (32 bits each), whose content is known, then sectors of 512
// bytes, each with its number (16 bits) before it. tests/fuzz/ntfs/make-seed.py
// writes it.
#define SEED_VOLUME (2u << 20)
#define SEED_PIECE  (512 + 2)

// Puts a seed's sectors onto a disk of SEED_VOLUME bytes.
static inline void expand_seed(const uint8_t *data, size_t size, struct disk *d)
{
	static le16 table[65536];
	static uint8_t log[8192];
	const le32 *places = (const le32 *)data;

	if (size < 8)
		return;
	for (uint32_t i = 0; !log[0] && i < 65536; i++)
		table[i] = to_le16(utf16_upcase((uint16_t)i));
	memset(log, 0xff, sizeof(log)); // closed in order
	best_effort(disk_write(d,
			       get_le32(places[0]) %
				       (SEED_VOLUME - sizeof(table)),
			       table, sizeof(table), NULL));
	best_effort(disk_write(d,
			       get_le32(places[1]) %
				       (SEED_VOLUME - sizeof(log)),
			       log, sizeof(log), NULL));
	for (data += 8, size -= 8; size >= SEED_PIECE;
	     data += SEED_PIECE, size -= SEED_PIECE)
		best_effort(disk_write(d,
				       get_le16(*(const le16 *)data) % 4096u *
					       512,
				       data + 2, 512, NULL));
}

// Loads tests/fuzz/ntfs/seeds/NAME; run from the project's root.
static inline struct disk *load_seed(const char *name)
{
	char path[256];
	struct err err = {0};
	struct disk *d;
	uint8_t *data;
	size_t size;

	snprintf(path, sizeof(path), "tests/fuzz/ntfs/seeds/%s", name);
	data = read_sample(path, &size);
	check_ok(disk_memory(SEED_VOLUME, 512, &d, &err), &err);
	expand_seed(data, size, d);
	free(data);
	return d;
}

#endif
