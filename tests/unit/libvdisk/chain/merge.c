// SPDX-License-Identifier: MIT
//
// Merging over a disk that is shorter than those above and below it: what it
// hides must be hidden afterwards too.

#include "libvdisk/chain/merge.h"
#include "unit/libvdisk/images.h"
#include "unit/libvdisk/model.h"

#define SIZE (2 * 1024 * K)
#define MORE (1024 * K + 4096)

static struct disk *new_disk(const struct kind *k, enum vdisk_type type,
			     uint64_t size)
{
	struct vdisk_create c = create_of(k, size);
	struct disk *file = new_file();
	struct err err = {0};

	c.type = type;
	check_ok(vdisk_create(file, &c, &err), &err);
	return file;
}

static struct disk *open_on(struct disk *file, struct disk *below)
{
	struct err err = {0};
	struct disk *d;

	if (below)
		check_ok(vdisk_open_child(file, below, &parent_id, &d, &err),
			 &err);
	else
		check_ok(vdisk_open(file, &d, &err), &err);
	return d;
}

static void check_hidden(const struct kind *k)
{
	struct disk *files[3] = {new_disk(k, VDISK_DYNAMIC, SIZE + MORE),
				 new_disk(k, VDISK_DIFFERENCING, SIZE),
				 new_disk(k, VDISK_DIFFERENCING, SIZE)};
	struct disk *d[3], *layers[2];
	struct err err = {0};
	uint8_t b[4096];

	check_ok(vdisk_expand(files[2], SIZE + MORE, &err), &err);
	d[0] = open_on(files[0], NULL);
	put(d[0], 0, "below", 5);
	put(d[0], SIZE - 4, "across it", 9);
	put(d[0], SIZE + MORE - 6, "hidden", 6);
	d[1] = open_on(files[1], d[0]);
	put(d[1], 8192, "middle", 6);
	d[2] = open_on(files[2], d[1]);
	put(d[2], 0, "above", 5);
	layers[0] = d[2];
	layers[1] = d[1];
	check_ok(vdisk_merge_layers(layers, 2, d[0], NULL, &err), &err);
	check_ok(disk_read(d[0], 0, b, 4096, &err), &err);
	check(!memcmp(b, "above", 5));
	check_ok(disk_read(d[0], 8192, b, 4096, &err), &err);
	check(!memcmp(b, "middle", 6));
	check_ok(disk_read(d[0], SIZE - 4, b, 16, &err), &err);
	check(!memcmp(b, "acro", 4) && !b[4] && !memcmp(b + 4, b + 5, 11));
	check_ok(disk_read(d[0], SIZE + MORE - 4096, b, 4096, &err), &err);
	check(!b[0] && !memcmp(b, b + 1, 4095));
	for (int i = 2; i >= 0; i--) {
		disk_close(d[i]);
		disk_close(files[i]);
	}
}

int main(void)
{
	check_hidden(&kinds[3]);
	check_hidden(&kinds[8]);
	return 0;
}
