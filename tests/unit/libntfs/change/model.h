// SPDX-License-Identifier: MIT
//
// A volume that is changed at random beside a model of it: after each sync the
// checker has nothing to say and every file is what the model says.

#ifndef CHANGE_MODEL_H
#define CHANGE_MODEL_H

#include "disk.h"
#include "ntfs_change.h"
#include "test.h"

#define MODEL_FILES   200
#define MODEL_FOLDERS 12
#define MODEL_MAX     300000u // bytes of a file

struct model_file {
	char path[320];
	bool is_there;
	uint32_t size, seed, zero_from; // zeroes from there on
};

struct model {
	struct disk *disk;
	struct ntfs *ntfs;
	uint64_t random, time;
	struct model_file files[MODEL_FILES];
	char folders[MODEL_FOLDERS][300];
	bool is_folder[MODEL_FOLDERS];
	uint32_t max;  // bytes of a file
	unsigned full; // times that there was no space
};

static inline uint32_t model_random(struct model *m, uint32_t below)
{
	m->random = m->random * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(m->random >> 33) % below;
}

static inline uint8_t model_byte(uint32_t seed, uint32_t i)
{
	return (uint8_t)((i * 2654435761u ^ seed * 40503u) >> 13);
}

static void model_say(void *ctx, const struct ntfs_problem *p)
{
	(void)ctx;
	fprintf(stderr, "record %lld: %s: %s\n", (long long)p->record,
		ntfs_rule_name(p->rule), p->text);
}

static inline void model_check(struct disk *d)
{
	struct ntfs_check_result result;
	struct err err = {0};

	check_ok(ntfs_check(d, model_say, NULL, NULL, &result, &err), &err);
	check_eq(result.problems, 0);
}

// Names of all kinds: 8.3, long, beyond ASCII, many that begin alike.
static inline void model_init(struct model *m, struct disk *d, uint64_t seed,
			      uint32_t max)
{
	struct err err = {0};

	*m = (struct model){.disk = d,
			    .random = seed,
			    .max = max,
			    .time = 133000000000000000};
	strcpy(m->folders[0], "");
	for (int i = 1; i < MODEL_FOLDERS; i++)
		snprintf(m->folders[i], sizeof(m->folders[i]),
			 i % 3 ? "%s\\Fo\xc3\xb6lder %d" : "%s\\D%d",
			 m->folders[i < 4 ? 0 : model_random(m, (uint32_t)i)],
			 i);
	for (int i = 0; i < MODEL_FILES; i++) {
		const char *folder = m->folders[model_random(m, MODEL_FOLDERS)];
		static const char *const forms[] = {
			"%.250s\\F%d.BIN",
			"%.250s\\a file with a long name %d.dat",
			"%.250s\\\xc3\xa9t\xc3\xa9 %d",
			"%.250s\\.hidden.%d",
			"%.250s\\many that begin alike and are rather long, so "
			"that few go into one block %d",
		};

		snprintf(m->files[i].path, sizeof(m->files[i].path),
			 forms[model_random(m, 5)], folder, i);
	}
	check_ok(ntfs_open(d, &m->ntfs, &err), &err);
	check_ok(ntfs_change_begin(m->ntfs, &err), &err);
}

static inline void model_read(struct model *m, struct ntfs *n,
			      const struct model_file *f)
{
	struct err err = {0};
	uint8_t *data;
	size_t size;
	void *p;
	int r = ntfs_read_file(n, f->path, MODEL_MAX * 2, &p, &size, &err);

	(void)m;
	if (!f->is_there) {
		check(r == -ENOENT || r == -ENOTDIR);
		return;
	}
	if (r)
		fprintf(stderr, "%s: %s %s\n", f->path, err.what, err.why);
	check_eq(r, 0);
	check_eq(size, f->size);
	data = p;
	for (uint32_t i = 0; i < size; i++)
		if (data[i] !=
		    (i < f->zero_from ? model_byte(f->seed, i) : 0)) {
			fprintf(stderr, "%s at %u of %zu\n", f->path, i, size);
			check(!"content differs");
		}
	mem_free(p);
}

static inline void model_compare(struct model *m, struct ntfs *n)
{
	for (int i = 0; i < MODEL_FILES; i++)
		model_read(m, n, &m->files[i]);
}

static inline void model_sync(struct model *m)
{
	struct err err = {0};
	struct ntfs *n;

	model_compare(m, m->ntfs);
	check_ok(ntfs_sync(m->ntfs, &err), &err);
	model_check(m->disk);
	check_ok(ntfs_open(m->disk, &n, &err), &err);
	model_compare(m, n);
	ntfs_close(n);
}

// Returns true when an operation that could fail for lack of space was done.
static inline bool model_done(struct model *m, int r, const struct err *err)
{
	char text[512];

	if (r == -ENOSPC) {
		m->full++;
		return false;
	}
	if (r)
		fprintf(stderr, "%s\n", err_format(err, text, sizeof(text)));
	check_eq(r, 0);
	return true;
}

static inline uint32_t model_size(struct model *m)
{
	switch (model_random(m, 4)) {
	case 0:
		return model_random(m, 700);
	case 1:
		return model_random(m, 5000);
	default:
		return model_random(m, m->max);
	}
}

static inline void model_write(struct model *m, struct model_file *f)
{
	static uint8_t data[MODEL_MAX];
	uint32_t size = model_size(m), seed = model_random(m, 1u << 30);
	struct err err = {0};
	struct disk *d = NULL;
	int r;

	for (uint32_t i = 0; i < size; i++)
		data[i] = model_byte(seed, i);
	if (model_random(m, 3)) {
		r = ntfs_write_file(m->ntfs, f->path, data, size,
				    model_random(m, 2) ? 0x20 : 0x6, ++m->time,
				    &err);
	} else {
		r = ntfs_create_file(m->ntfs, f->path, size, 0x20, ++m->time,
				     &d, &err);
		if (!r)
			check_ok(disk_write(d, 0, data, size, &err), &err);
		disk_close(d);
	}
	if (r == -ENOENT) // its folder
		return;
	if (!model_done(m, r, &err))
		return;
	f->is_there = true;
	f->size = f->zero_from = size;
	f->seed = seed;
}

static inline void model_resize(struct model *m, struct model_file *f)
{
	uint32_t size = model_size(m);
	struct err err = {0};
	int r;

	if (!f->is_there)
		return;
	r = ntfs_resize_file(m->ntfs, f->path, size, ++m->time, &err);
	if (!model_done(m, r, &err))
		return;
	f->size = size;
	f->zero_from = size < f->zero_from ? size : f->zero_from;
}

static inline void model_remove(struct model *m, struct model_file *f)
{
	struct err err = {0};
	int r = ntfs_remove(m->ntfs, f->path, &err);

	check(f->is_there ? !r || r == -ENOSPC : r == -ENOENT || r == -ENOTDIR);
	if (!r)
		f->is_there = false;
	m->full += r == -ENOSPC;
}

static inline void model_rename(struct model *m, struct model_file *f)
{
	struct model_file *to = &m->files[model_random(m, MODEL_FILES)];
	struct err err = {0};
	int r = ntfs_rename(m->ntfs, f->path, to->path, ++m->time, &err);

	if (r == -ENOENT || r == -ENOTDIR)
		return;
	check(f->is_there);
	if (!model_done(m, r, &err) || f == to)
		return;
	to->is_there = true;
	to->size = f->size;
	to->seed = f->seed;
	to->zero_from = f->zero_from;
	f->is_there = false;
}

static inline void model_folder(struct model *m)
{
	uint32_t i = 1 + model_random(m, MODEL_FOLDERS - 1);
	struct err err = {0};
	int r;

	if (model_random(m, 3)) {
		r = ntfs_mkdir_all(m->ntfs, m->folders[i], ++m->time, &err);
		model_done(m, r, &err);
	} else {
		r = ntfs_remove(m->ntfs, m->folders[i], &err);
		check(!r || r == -ENOENT || r == -ENOTEMPTY || r == -ENOSPC);
	}
}

static inline void model_step(struct model *m)
{
	struct model_file *f = &m->files[model_random(m, MODEL_FILES)];

	switch (model_random(m, 12)) {
	case 0:
		model_folder(m);
		break;
	case 1:
	case 2:
		model_remove(m, f);
		break;
	case 3:
		model_resize(m, f);
		break;
	case 4:
		model_rename(m, f);
		break;
	default:
		model_write(m, f);
	}
}

// Does `steps` steps with a sync after every few.
static inline void model_run(struct model *m, unsigned steps)
{
	for (unsigned i = 0; i < steps; i++) {
		model_step(m);
		if (!model_random(m, 25))
			model_sync(m);
	}
	model_sync(m);
}

// Removes all that is there; the volume is empty again.
static inline void model_end(struct model *m)
{
	for (int i = 0; i < MODEL_FILES; i++)
		model_remove(m, &m->files[i]);
	for (int round = 0; round < MODEL_FOLDERS; round++)
		for (int i = 1; i < MODEL_FOLDERS; i++)
			ntfs_remove(m->ntfs, m->folders[i], NULL);
	model_sync(m);
	ntfs_close(m->ntfs);
}

#endif
