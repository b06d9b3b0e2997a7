// SPDX-License-Identifier: MIT
//
// Changing volumes of every shape at random, against a model.

#include "unit/libntfs/change/model.h"
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

static void run_samples(void)
{
	static const char *const seeds[] = {"empty", "files"};

	for (size_t i = 0; i < 2; i++)
		run(load_seed(seeds[i]), 30 + i, 20000, 150);
	for (size_t i = 1; i < SAMPLE_VOLUMES; i++) // the first is not closed
		run(load_volume(&sample_volumes[i]), 40 + i, 50000, 60);
}

// For judges: changes a volume in a file, and lists the files that must be on it
// with the SHA-1 of each.
static int change_file(const char *path, uint64_t seed, unsigned steps)
{
	static struct model m;
	struct err err = {0};
	struct disk *d;

	check_ok(disk_open_file(path, 0, &d, &err), &err);
	model_init(&m, d, seed, 100000);
	model_run(&m, steps);
	for (int i = 0; i < MODEL_FILES; i++) {
		uint8_t hash[SHA1_SIZE];
		size_t size;
		void *p;

		if (!m.files[i].is_there)
			continue;
		check_ok(ntfs_read_file(m.ntfs, m.files[i].path, MODEL_MAX, &p,
					&size, &err),
			 &err);
		sha1_digest(p, size, hash);
		for (size_t j = 0; j < SHA1_SIZE; j++)
			printf("%02x", hash[j]);
		for (char *c = m.files[i].path; *c; c++)
			if (*c == '\\')
				*c = '/';
		printf(" %s\n", m.files[i].path);
		mem_free(p);
	}
	ntfs_close(m.ntfs);
	disk_close(d);
	return 0;
}

int main(int argc, char **argv)
{
	static const uint32_t clusters[] = {512, 4096, 65536};

	if (argc == 4)
		return change_file(argv[1], strtoull(argv[2], NULL, 10),
				   (unsigned)atoi(argv[3]));
	for (size_t i = 0; i < 3; i++)
		run(new_volume(40 << 20, clusters[i]), 1 + i, 100000, 100);
	// Small ones, which are soon full.
	run(new_volume(6 << 20, 512), 20, MODEL_MAX, 250);
	run(new_volume(6 << 20, 4096), 21, 60000, 250);
	run_samples();
	return 0;
}
