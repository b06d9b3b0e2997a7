// SPDX-License-Identifier: MIT
//
// Reading files: sizes around a cluster's, hostile chains, what stat tells. A
// chain that ends early or runs in a circle must end in an error, not in other
// people's bytes.

#include "unit/libfat/volume.h"

static uint8_t data[5000];

static void test_sizes(void)
{
	struct disk *d = new_volume(1 << 20, 512, 12, 512), *content;
	static const uint32_t sizes[] = {0, 1, 511, 512, 513, 1024, 5000};
	struct fat *f = open_volume(d);
	struct fat_stat s;
	size_t n = 7;
	void *p = d;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		put(f, "File", data, sizes[i]);
		f = reopen(f, d);
		expect(f, "FILE", data, sizes[i]);
	}
	check_eq(fat_read_file(f, "file", 4999, &p, &n, NULL), -EFBIG);
	check(p == d && n == 7);
	check_ok(fat_stat(f, "file", &s, NULL), NULL);
	check(!strcmp(s.name, "File") && !strcmp(s.short_name, "FILE"));
	check_eq(s.size, 5000);
	check_eq(s.modified, 1700000000);
	check_eq(s.accessed, 1699920000);
	check_eq(s.attributes, FAT_ATTR_ARCHIVE);
	check_ok(fat_stat(f, "", &s, NULL), NULL);
	check(s.is_directory && !s.name[0]);
	check_eq(fat_list(f, "file", NULL, NULL, NULL), -ENOTDIR);
	check_ok(fat_open_file(f, "file", &content, NULL), NULL);
	check_ok(disk_write(content, 4998, "!!", 2, NULL), NULL);
	check_eq(disk_write(content, 4999, "!!", 2, NULL), -EINVAL);
	disk_close(content);
	data[4998] = data[4999] = '!';
	expect(f, "file", data, 5000);
	fat_close(f);
	disk_close(d);
}

// A file of 5000 bytes, whose third cluster leads where the row says.
static void test_chains(void)
{
	static const uint32_t targets[] = {0,   1,     2,       3,      4,
					   100, 0xff0, FAT_BAD, FAT_END};

	for (size_t i = 0; i < sizeof(targets) / sizeof(*targets); i++) {
		struct disk *d = new_volume(200 << 10, 512, 12, 512), *content;
		struct fat *f = open_volume(d);

		put(f, "FILE", data, 5000);
		fat_table_set(f, 4, targets[i] == FAT_BAD ? 0xff7 : targets[i]);
		check_eq(fat_open_file(f, "FILE", &content, NULL), -EBADMSG);
		fat_close(f);
		disk_close(d);
	}
}

int main(void)
{
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 7 + i / 256);
	test_sizes();
	test_chains();
	return 0;
}
