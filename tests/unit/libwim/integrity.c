// SPDX-License-Identifier: MIT
//
// The integrity table: right, absent, and each byte that it covers changed; and all
// of a file verified, with a table or without.

#include "test.h"
#include "wim.h"

static int run(struct disk *disk, struct err *err)
{
	struct wim *w;
	int r = wim_open(disk, &w, err);

	if (r)
		return r;
	r = wim_check_integrity(w, NULL, err);
	wim_close(w);
	return r;
}

static struct disk *load(const char *path, uint8_t **ret, size_t *ret_size)
{
	struct disk *disk;

	*ret = read_sample(path, ret_size);
	check(!disk_memory(*ret_size, 512, &disk, NULL));
	check(!disk_write(disk, 0, *ret, *ret_size, NULL));
	return disk;
}

static int verify(struct disk *disk, struct err *err)
{
	struct wim *w;
	int r = wim_open(disk, &w, err);

	if (r)
		return r;
	r = wim_verify(w, NULL, err);
	wim_close(w);
	return r;
}

// Content, and the metadata of an image, of a file without a table.
static void verified(const char *path)
{
	struct err err = {0};
	uint8_t zero[24] = {0}, *data, wrong;
	size_t size;
	struct disk *disk = load(path, &data, &size);

	check_ok(verify(disk, &err), &err);
	check(!disk_write(disk, 0x7c, zero, sizeof(zero), NULL));
	check_ok(verify(disk, &err), &err);
	for (size_t i = 208; i < 1500; i += 61) {
		wrong = data[i] ^ 1;
		err = (struct err){0};
		check(!disk_write(disk, i, &wrong, 1, NULL));
		check_eq(verify(disk, &err), -EBADMSG);
		check(err.why[0]);
		check(!disk_write(disk, i, data + i, 1, NULL));
	}
	disk_close(disk);
	free(data);
}

int main(void)
{
	struct err err = {0};
	uint8_t zero[24] = {0}, *data;
	size_t size;
	struct disk *disk =
		load("tests/fuzz/wim_open/seeds/none.wim", &data, &size);

	check_ok(run(disk, &err), &err);
	for (size_t i = 208; i < 3000; i += 31) {
		uint8_t wrong = data[i] ^ 1;

		err = (struct err){0};
		check(!disk_write(disk, i, &wrong, 1, NULL));
		check_eq(run(disk, &err), -EBADMSG);
		check_eq(err.where, 208);
		check(!disk_write(disk, i, data + i, 1, NULL));
	}
	// what the table says of itself: its size and its count
	for (size_t i = 0; i < 8; i += 4) {
		uint64_t at = data[0x7c + 8] | (uint64_t)data[0x7c + 9] << 8;
		uint8_t wrong = data[at + i] ^ 1;

		check(!disk_write(disk, at + i, &wrong, 1, NULL));
		check_eq(run(disk, NULL), -EBADMSG);
		check(!disk_write(disk, at + i, data + at + i, 1, NULL));
	}
	// none
	check(!disk_write(disk, 0x7c, zero, sizeof(zero), NULL));
	check_eq(run(disk, NULL), -ENOENT);
	disk_close(disk);
	free(data);
	verified("tests/fuzz/wim_open/seeds/none.wim");
	verified("tests/fuzz/wim_open/seeds/lzx.wim");
	return 0;
}
