// SPDX-License-Identifier: MIT
//
// The real volumes that several tests of libntfs read: those of the sample
// folder, as disks in memory.

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

#endif
