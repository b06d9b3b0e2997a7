// SPDX-License-Identifier: MIT
//
// FAT volumes: the input is the start of one, the rest of its size zeroes. All
// of it is read; a sound one is changed, made larger, and is sound afterwards.

#include "fat.h"
#include "fuzz/fat_visit.h"

#define CHECK(c)                                                               \
	do {                                                                   \
		if (!(c))                                                      \
			__builtin_trap();                                      \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void change(struct fat *f)
{
	struct fat_check_result result;
	int r;

	if (fat_check(f, &result, NULL))
		return;
	r = fat_mkdir_all(f, "new\\folder with a long name", 0, NULL);
	CHECK(r != -EINVAL);
	fat_write_file(f, "a file.txt", "text", 4, 0, 0, NULL);
	fat_remove(f, "A", NULL);
	fat_rename(f, "B", "C", NULL);
	fat_rename(f, "a file.txt", "new\\C", NULL);
	fat_rename(f, "D", "new\\another folder", NULL);
	CHECK(!fat_sync(f, NULL));
	CHECK(!fat_check(f, &result, NULL));
}

static bool is_sound(struct disk *d)
{
	struct fat_check_result result;
	struct fat *f;
	int r = fat_open(d, &f, NULL);

	if (r)
		return false;
	r = fat_check(f, &result, NULL);
	fat_close(f);
	return !r;
}

static void extend(struct disk *d)
{
	bool was_sound = is_sound(d);
	int r = fat_extend(d, d->size, NULL, NULL);

	CHECK(r != -EINVAL && r != -EIO);
	CHECK(is_sound(d) || (r && !was_sound));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned budget = 200;
	struct visit v = {.path = "", .budget = &budget};
	struct disk *d;
	int r;

	if (size > 1 << 18)
		return 0;
	CHECK(!disk_memory(1 << 20, 512, &d, NULL));
	CHECK(!disk_write(d, 0, data, size, NULL));
	r = fat_open(d, &v.f, NULL);
	CHECK(r != -EINVAL);
	if (!r) {
		fat_list(v.f, "", visit, &v, NULL);
		change(v.f);
		fat_close(v.f);
		extend(d);
	}
	disk_close(d);
	return 0;
}
