// SPDX-License-Identifier: MIT
//
// Files that Windows' overlay filter compressed: the first byte is the algorithm,
// three are the file's size, the rest is the stream.

#include "libntfs/read/reparse.h"
#include "test.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_all(struct disk *d, uint8_t *out)
{
	size_t size = (size_t)d->size;
	uint8_t again;

	// The whole, a piece that is no chunk's, and a byte of what is kept.
	if (!size || disk_read(d, 0, out, size, NULL))
		return;
	check_eq(disk_read(d, size / 2, &again, 1, NULL), 0);
	check_eq(again, out[size / 2]);
	check_eq(disk_read(d, size - 1, &again, 1, NULL), 0);
	check_eq(again, out[size - 1]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct disk *stream, *d;
	size_t file_size;
	uint8_t *out;
	int r;

	if (size < 4)
		return 0;
	file_size = data[1] | (size_t)data[2] << 8 |
		    (size_t)(data[3] & 7) << 16;
	out = malloc(file_size + 1);
	check(out && !disk_memory(size - 4, 512, &stream, NULL));
	check_eq(disk_write(stream, 0, data + 4, size - 4, NULL), 0);
	r = ntfs_wof_open_chunks(stream, file_size, data[0], &d, NULL);
	check(!r || r == -EBADMSG || r == -ENOTSUP);
	if (!r) {
		read_all(d, out);
		disk_close(d);
	}
	free(out);
	return 0;
}
