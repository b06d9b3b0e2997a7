// SPDX-License-Identifier: MIT
//
// Changing volumes of every shape at random, against a model.

#include "unit/libntfs/change_model.h"
#include "unit/libntfs/volumes.h"

static struct disk *new_volume(uint64_t size, uint32_t cluster)
{
	struct ntfs_build_options o = {.serial = 5, .cluster_size = cluster};
	struct err err = {0};
	struct disk *d;

	check_ok(disk_memory(size, 512, &d, &err), &err);
	check_ok(ntfs_format(d, &o, &err), &err);
	return d;
}

static void run(struct disk *d, uint64_t seed, uint32_t max, unsigned steps)
{
	static struct model m;

	model_init(&m, d, seed, max);
	model_run(&m, steps);
	model_end(&m);
	disk_close(d);
}

int main(int argc, char **argv)
{
	static const uint32_t clusters[] = {512, 1024, 2048, 4096, 8192,
					    16384, 32768, 65536};
	unsigned steps = argc > 1 ? (unsigned)atoi(argv[1]) : 150;
	uint64_t seed = argc > 2 ? (uint64_t)atoi(argv[2]) : 1;

	for (size_t i = 0; i < 8; i++)
		run(new_volume(40 << 20, clusters[i]), seed + i, 100000, steps);
	// Small ones, which are soon full.
	run(new_volume(6 << 20, 512), seed + 20, MODEL_MAX, steps * 3);
	run(new_volume(6 << 20, 4096), seed + 21, 60000, steps * 3);
	return 0;
}
