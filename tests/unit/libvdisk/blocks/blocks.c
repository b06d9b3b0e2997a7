// SPDX-License-Identifier: MIT
//
// Every kind of virtual disk against a plain array: random operations, closing
// and opening between them, several threads at once, a file that cannot grow.

#include <pthread.h>

#include "unit/libvdisk/model.h"

#define SIZE (5 * 1024 * K + 4096)

static void start_model(struct disk *parent, const struct kind *k,
			uint8_t *model, uint64_t size)
{
	struct err err = {0};

	memset(model, 0, size);
	if (k->type == VDISK_DIFFERENCING)
		check_ok(disk_read(parent, 0, model, parent->size, &err), &err);
}

static void one_step(struct disk *d, uint8_t *model, uint64_t *seed, int i)
{
	uint64_t off = random_number(seed) % SIZE, len;
	struct err err = {0};
	bool whole = random_number(seed) % 2;

	len = random_number(seed) % (random_number(seed) % 4 ? 20000 : 2000000);
	if (whole)
		off = off / 4096 * 4096, len = len / 4096 * 4096;
	if (len > SIZE - off)
		len = SIZE - off;
	switch (random_number(seed) % 8) {
	case 0:
		memset(model + off, 0, len);
		check_ok(disk_zero(d, off, len, &err), &err);
		break;
	case 1:
		check_ok(disk_flush(d, &err), &err);
		break;
	default:
		memset(model + off, i + 1, len);
		check_ok(disk_write(d, off, model + off, len, &err), &err);
	}
}

static void check_random(const struct kind *k)
{
	struct disk *file = new_file(), *parent = new_parent(SIZE), *d;
	struct vdisk_create c = create_of(k, SIZE);
	uint8_t *model = malloc(SIZE), *below = malloc(SIZE);
	uint64_t seed = k->block_size + k->type;
	struct vdisk_info info;
	struct err err = {0};

	check(model && below);
	start_model(parent, k, model, SIZE);
	memcpy(below, model, SIZE);
	check_ok(vdisk_create(file, &c, &err), &err);
	for (int i = 0; i < 120; i++) {
		d = open_kind(k, file, parent);
		check_eq(d->size, SIZE);
		compare_disk(d, model, SIZE);
		for (int j = 0; j < 4; j++)
			one_step(d, model, &seed, i);
		end_disk(d);
	}
	check_ok(vdisk_probe(file, &info, &err), &err);
	check_eq(info.type, k->type);
	check(!info.footer_lost);
	if (k->type == VDISK_DIFFERENCING) {
		start_model(parent, k, model, SIZE);
		check(!memcmp(model, below, SIZE));
	}
	free(below);
	free(model);
	end_disk(parent);
	end_disk(file);
}

// --- Threads -----------------------------------------------------------------

#define THREADS 4

struct worker {
	struct disk *d;
	uint8_t *model;
	unsigned number;
};

// Writes pages of its own, which lie between those of the others.
static void *work(void *arg)
{
	struct worker *w = arg;
	uint64_t seed = w->number;
	struct err err = {0};
	uint8_t page[4096];

	for (int i = 0; i < 400; i++) {
		uint64_t n = random_number(&seed) % (SIZE / 4096 / THREADS);
		uint64_t off = (n * THREADS + w->number) * 4096;

		check_ok(disk_read(w->d, off, page, sizeof(page), &err), &err);
		check(!memcmp(page, w->model + off, sizeof(page)));
		memset(w->model + off, i * THREADS + (int)w->number, 4096);
		check_ok(disk_write(w->d, off, w->model + off, 4096, &err),
			 &err);
		if (i % 50 == 9)
			check_ok(disk_flush(w->d, &err), &err);
	}
	return NULL;
}

static void check_threads(const struct kind *k)
{
	struct disk *file = new_file(), *parent = new_parent(SIZE), *d;
	struct vdisk_create c = create_of(k, SIZE);
	uint8_t *model = malloc(SIZE);
	struct worker workers[THREADS];
	pthread_t threads[THREADS];
	struct err err = {0};

	check(model);
	start_model(parent, k, model, SIZE);
	check_ok(vdisk_create(file, &c, &err), &err);
	d = open_kind(k, file, parent);
	for (unsigned i = 0; i < THREADS; i++) {
		workers[i] = (struct worker){d, model, i};
		check(!pthread_create(&threads[i], NULL, work, &workers[i]));
	}
	for (unsigned i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	compare_disk(d, model, SIZE);
	end_disk(d);
	d = open_kind(k, file, parent);
	compare_disk(d, model, SIZE);
	end_disk(d);
	free(model);
	end_disk(parent);
	end_disk(file);
}

// --- A place of fixed size ---------------------------------------------------

// The disk fills it, then says so, and what is there stays readable.
static void check_fixed_place(const struct kind *k)
{
	struct disk *file = new_file(), *slice, *d, *parent = new_parent(SIZE);
	struct vdisk_create c = create_of(k, SIZE);
	uint32_t block = k->block_size ? k->block_size : 2048 * K;
	uint64_t room = block + (k->format == VDISK_VHD ? 1600 : 5120) * K;
	struct err err = {0};
	uint8_t *junk = malloc(room), *model = malloc(SIZE);
	int r = 0;

	check(junk && model);
	start_model(parent, k, model, SIZE);
	memset(junk, 0xaa, room);
	check_ok(disk_resize(file, room, &err), &err);
	check_ok(disk_write(file, 0, junk, room, &err), &err);
	check_ok(disk_slice(file, 0, room, &slice, &err), &err);
	check_ok(vdisk_create(slice, &c, &err), &err);
	d = open_kind(k, slice, parent);
	for (uint64_t off = 0; off < SIZE && !r; off += 300 * K) {
		r = disk_write(d, off, "here", 4, NULL);
		if (!r)
			memcpy(model + off, "here", 4);
	}
	check_eq(r, -ENOSPC);
	compare_disk(d, model, SIZE);
	check_ok(disk_flush(d, &err), &err);
	end_disk(d);
	d = open_kind(k, slice, parent);
	compare_disk(d, model, SIZE);
	end_disk(d);
	end_disk(slice);
	end_disk(parent);
	end_disk(file);
	free(model);
	free(junk);
}

int main(void)
{
	for (size_t i = 0; i < KINDS; i++) {
		check_random(&kinds[i]);
		check_threads(&kinds[i]);
		if (kinds[i].type != VDISK_FIXED)
			check_fixed_place(&kinds[i]);
	}
	return 0;
}
