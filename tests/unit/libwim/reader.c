// SPDX-License-Identifier: MIT
//
// Content as disks: any range of it, of resources of each kind, and damaged ones.

#include "unit/libwim/write/scene.h"

static const struct scene_piece pieces[] = {{70000, 1, 0},
					    {300000, 2, 1},
					    {1, 3, 0},
					    {600000, 4, 0},
					    {800000, 5, 2}};
#define PIECES (sizeof(pieces) / sizeof(*pieces))

static struct scene scene;

static struct disk *make(const struct wim_write_options *options)
{
	struct disk *file;
	struct wim_writer *w;
	struct err err = {0};

	check_ok(disk_memory(0, 512, &file, NULL), NULL);
	check_ok(wim_writer_create(file, options, &w, &err), &err);
	check_ok(scene_write(&scene, w, "One", &err), &err);
	check_ok(wim_writer_finish(w, NULL, &err), &err);
	wim_writer_free(w);
	return file;
}

static void read_ranges(struct disk *d, const struct wim_content *c)
{
	static const size_t lengths[] = {1, 4096, 32768, 70000, 1000000};
	uint8_t *buf = malloc(c->blob.size);
	struct err err = {0};

	check_eq(d->size, c->blob.size);
	for (size_t i = 0; i < 5; i++) {
		size_t step = lengths[i] == 1 ? 9973 : lengths[i];

		for (size_t at = i; at < c->blob.size; at += step) {
			size_t n = c->blob.size - at < lengths[i]
					   ? c->blob.size - at
					   : lengths[i];

			check_ok(disk_read(d, at, buf, n, &err), &err);
			check(!memcmp(buf, (uint8_t *)c->ctx + at, n));
		}
	}
	check_eq(disk_write(d, 0, buf, 1, NULL), -EROFS);
	free(buf);
}

static void each_kind(void)
{
	static const struct wim_write_options kinds[] = {
		{.compression = WIM_COMPRESSION_NONE},
		{.compression = WIM_COMPRESSION_XPRESS, .chunk_size = 4096},
		{.compression = WIM_COMPRESSION_XPRESS, .chunk_size = 65536},
		{.compression = WIM_COMPRESSION_XPRESS, .is_solid = true},
	};

	for (size_t i = 0; i < 4; i++) {
		struct disk *file = make(&kinds[i]), *disks[PIECES];
		struct wim_reader *reader;
		struct wim_image *image;
		struct wim *w;

		check_ok(wim_open(file, &w, NULL), NULL);
		check_ok(wim_image_load(w, 1, &image, NULL), NULL);
		check_ok(wim_reader_new(w, &reader, NULL), NULL);
		for (size_t k = 0; k < PIECES; k++)
			check_ok(wim_reader_open(reader,
						 image->root->children[k]
							 ->streams[0]
							 .blob,
						 &disks[k], NULL),
				 NULL);
		// In turn: what was kept is of another one.
		for (int round = 0; round < 2; round++)
			for (size_t k = 0; k < PIECES; k++)
				read_ranges(disks[k], scene.contents[k]);
		for (size_t k = 0; k < PIECES; k++)
			disk_close(disks[k]);
		wim_reader_free(reader);
		wim_image_free(image);
		wim_close(w);
		disk_close(file);
	}
}

// Each byte of a chunk table, and of a chunk's first bytes, set to others: an error
// or any content, and nothing read from elsewhere.
static void damaged(bool is_solid)
{
	const struct wim_write_options options = {
		.compression = WIM_COMPRESSION_XPRESS, .is_solid = is_solid};
	struct disk *file = make(&options), *d;
	struct wim_reader *reader;
	struct wim_image *image;
	uint8_t *buf = malloc(600000);
	unsigned bad = 0;
	struct wim *w;

	check_ok(wim_open(file, &w, NULL), NULL);
	check_ok(wim_image_load(w, 1, &image, NULL), NULL);
	for (uint64_t at = 0; at < 120; at++) {
		const struct wim_blob *blob =
			image->root->children[3]->streams[0].blob;
		uint64_t where = at + (is_solid ? 224 : blob->offset);
		uint8_t byte, other;
		int r;

		check_ok(disk_read(file, where, &byte, 1, NULL), NULL);
		other = byte ^ 0x91;
		check_ok(disk_write(file, where, &other, 1, NULL), NULL);
		check_ok(wim_reader_new(w, &reader, NULL), NULL);
		check_ok(wim_reader_open(reader, blob, &d, NULL), NULL);
		r = disk_read(d, 0, buf, 600000, NULL);
		check(!r || r == -EBADMSG);
		bad += r != 0;
		disk_close(d);
		wim_reader_free(reader);
		check_ok(disk_write(file, where, &byte, 1, NULL), NULL);
	}
	check(bad > 10);
	free(buf);
	wim_image_free(image);
	wim_close(w);
	disk_close(file);
}

int main(void)
{
	scene_make(&scene, pieces, PIECES);
	each_kind();
	damaged(false);
	damaged(true);
	wim_reader_free(NULL);
	scene_free(&scene);
	return 0;
}
