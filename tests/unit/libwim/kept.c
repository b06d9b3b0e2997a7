// SPDX-License-Identifier: MIT
//
// Data of reparse points out of a solid resource: all are read with the first, and
// the file only then; what is no such data is read by itself.

#include "counted.h"
#include "libwim/wim_priv.h"
#include "solid_wim.h"

#define CHUNK  4096
#define PIECES 6

static const size_t sizes[PIECES] = {100, 50000, 300, 16384, 16385, 7};

static void read_piece(struct wim *w, size_t i)
{
	struct err err = {0};
	uint8_t *data;
	void *read;

	check_ok(wim_read_blob(w, &w->blobs[i], 1 << 20, &read, &err), &err);
	data = read;
	for (size_t k = 0; k < sizes[i]; k++)
		check_eq(data[k], solid_wim_byte(i, k));
	mem_free(read);
}

int main(void)
{
	struct solid_wim s = {.chunk_size = CHUNK,
			      .compression = SOLID_NONE,
			      .sizes = sizes,
			      .count = PIECES};
	struct counted c = {.disk.ops = &counting};
	struct wim_dentry d[PIECES + 1] = {0}, *list[PIECES + 1];
	struct wim_image image = {.dentries = list, .dentry_count = PIECES + 1};
	struct err err = {0};
	struct wim *w;

	solid_wim_make(&s);
	c.base = s.disk;
	c.disk.size = s.disk->size;
	check_ok(wim_open(&c.disk, &w, &err), &err);
	for (size_t i = 0; i <= PIECES; i++) {
		d[i].reparse = i == 1 ? NULL : &w->blobs[i % PIECES];
		list[i] = &d[i];
	}
	read_piece(w, 3); // nothing is noted yet
	check_ok(wim_kept_note(w, &image, &err), &err);
	read_piece(w, 5);
	c.bytes = 0;
	read_piece(w, 0);
	read_piece(w, 3);
	read_piece(w, 2);
	check_eq(c.bytes, 0);
	read_piece(w, 1);
	read_piece(w, 4); // too large for such data
	check(c.bytes > 50000 + 16384);
	image.dentry_count = 0;
	check_ok(wim_kept_note(w, &image, &err), &err);
	c.bytes = 0;
	read_piece(w, 3);
	check(c.bytes > 16384);
	wim_kept_free(NULL);
	wim_close(w);
	disk_close(s.disk);
	return 0;
}
