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

static int stat_file(struct tree *t, const char *path, struct tree_stat *ret,
		     struct err *err)
{
	return -ENOENT;
}

static int open_file(struct tree *t, const char *path, unsigned flags,
		     struct disk **ret, struct err *err)
{
	return disk_slice(file, 0, file->size, ret, err);
}

static int create(struct tree *t, const char *path, uint64_t size,
		  uint32_t attributes, uint64_t time, struct disk **ret,
		  struct err *err)
{
	CHECK(!disk_memory(size, 512, &file, err));
	return open_file(t, path, 0, ret, err);
}

static int remove_file(struct tree *t, const char *path, struct err *err)
{
	disk_close(file);
	return 0;
}

static const struct tree_ops ops = {.stat = stat_file,
				    .identify = identify,
				    .open_file = open_file,
				    .create_file = create,
				    .remove = remove_file};

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
