// SPDX-License-Identifier: MIT
//
// The note beside a disk that is being merged, on the host and in a volume: what
// is read can be written, and is then the same.

#include <string.h>

#include "libvdisk/chain/note.h"

#define CHECK(c)                                                               \
	do {                                                                   \
		if (!(c))                                                      \
			__builtin_trap();                                      \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct disk *file;

static int identify(struct tree *t, const char *path, struct tree_id *ret,
		    struct err *err)
{
	*ret = (struct tree_id){1, 1};
	return 0;
}

static int open_file(struct tree *t, const char *path, unsigned flags,
		     struct disk **ret, struct err *err)
{
	return disk_slice(file, 0, file->size, ret, err);
}

static int write_file(struct tree *t, const char *path, const void *data,
		      size_t size, uint32_t attributes, uint64_t time,
		      struct err *err)
{
	disk_close(file);
	CHECK(!disk_memory(size, 512, &file, err));
	return disk_write(file, 0, data, size, err);
}

static const struct tree_ops ops = {
	.identify = identify, .open_file = open_file, .write_file = write_file};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tree files = {
		.ops = &ops, .slash = size % 2 ? '\\' : '/', .is_ready = true};
	const char *disk = size % 2 ? "\\v\\c.vhd" : "v/c.vhd";
	struct vdisk_note n, again;

	CHECK(!disk_memory(size, 512, &file, NULL));
	CHECK(!disk_write(file, 0, data, size, NULL));
	CHECK(!vdisk_note_read(&files, disk, &n, NULL));
	if (n.depth) {
		CHECK(!vdisk_note_put(&files, disk, &n, NULL));
		CHECK(!vdisk_note_read(&files, disk, &again, NULL));
		CHECK(again.depth == n.depth);
		for (unsigned i = 1; i <= n.depth; i++)
			CHECK(!strcmp(n.paths[i], again.paths[i]) &&
			      guid_equal(&n.ids[i], &again.ids[i]));
		vdisk_note_done(&again);
	}
	vdisk_note_done(&n);
	disk_close(file);
	return 0;
}
