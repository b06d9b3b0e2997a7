// SPDX-License-Identifier: MIT
//
// Loading: each broken rule is found and named; real hives load. A hive that is
// damaged must not be saved over itself, so nothing is guessed.

#include "hive.h"
#include "test.h"

static void put(uint8_t *p, uint32_t v)
{
	le32 disk = to_le32(v);

	memcpy(p, &disk, sizeof(disk));
}

static uint32_t get(const uint8_t *p)
{
	le32 v;

	memcpy(&v, p, sizeof(v));
	return get_le32(v);
}

static void sum(uint8_t *h)
{
	uint32_t x = 0;

	for (size_t i = 0; i < 508; i += 4)
		x ^= get(h + i);
	put(h + 508, x == UINT32_MAX ? UINT32_MAX - 1 : x ? x : 1);
}

static const uint8_t *make(size_t *ret_size)
{
	struct hive *hive;
	struct err err = {0};
	void *data;

	check_ok(hive_new("root", &hive, &err), &err);
	check_ok(hive_key_add(hive, hive->root, "a", NULL, &err), &err);
	check_ok(hive_key_add(hive, hive->root, "b", NULL, &err), &err);
	check_ok(hive_value_set_string(hive, hive->root, "v", "longer", &err),
		 &err);
	check_ok(hive_save(hive, &data, ret_size, &err), &err);
	hive_free(hive);
	return data;
}

// The root's cell is the first one: its nk begins at 0x1024.
#define NK(field) (0x1024 + (field))

static const struct {
	const char *name;
	uint32_t at, value;
	int r;
	const char *why;
} rows[] = {
	{"no hive", 0, 0, -EBADMSG, "no registry hive"},
	{"checksum", 0x1fc, 1, -EBADMSG, "checksum"},
	{"dirty", 4, 7, -ENOTSUP, "logs"},
	{"major", 0x14, 2, -ENOTSUP, "version 2.3"},
	{"minor", 0x18, 1, -ENOTSUP, "version 1.1"},
	{"log", 0x1c, 6, -ENOTSUP, "log"},
	{"root outside", 0x24, 0x10000, -EBADMSG, "not a cell"},
	{"root in a cell", 0x24, 0x28, -EBADMSG, "not a cell"},
	{"bins too long", 0x28, 0x2000, -EBADMSG, "length of bins"},
	{"bins odd", 0x28, 0x800, -EBADMSG, "length of bins"},
	{"no bin", 0x1000, 0, -EBADMSG, "no bin"},
	{"bin's size", 0x1008, 0x2000, -EBADMSG, "its size"},
	{"cell's size", 0x1020, 5, -EBADMSG, "its size"},
	{"cell leaves", 0x1020, 0x80000000, -EBADMSG, "its size"},
	{"no nk", NK(0), 0x2c0000, -EBADMSG, "signature"},
	{"more subkeys", NK(0x14), 3, -EBADMSG, "3 counted"},
	{"fewer subkeys", NK(0x14), 1, -EBADMSG, "1 counted"},
	{"list is root", NK(0x1c), 0x20, -EBADMSG, "used twice"},
	{"many values", NK(0x24), 0x7fffffff, -EBADMSG, "values"},
	{"no security", NK(0x2c), UINT32_MAX, -EBADMSG, "not a cell"},
	{"name too long", NK(0x48), 0x7fff, -EBADMSG, "name leaves"},
};

static void test_rows(void)
{
	size_t size;
	const uint8_t *good = make(&size);

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t *bad = mem_dup(good, size);
		struct hive *hive = NULL;
		struct err err = {0};

		put(bad + rows[i].at, rows[i].value);
		if (rows[i].at < 0x1fc)
			sum(bad);
		check_eq(hive_is_dirty(bad, size),
			 rows[i].at == 4 || rows[i].at == 0x1fc);
		if (hive_load(bad, size, &hive, &err) != rows[i].r ||
		    !strstr(err.why, rows[i].why)) {
			fprintf(stderr, "%s: %d %s\n", rows[i].name, err.code,
				err.why);
			exit(1);
		}
		check(!hive);
		mem_free(bad);
	}
	for (size_t n = 0; n < size; n += 97) {
		struct hive *hive;

		check_eq(hive_load(good, n, &hive, NULL), -EBADMSG);
	}
	mem_free((void *)good);
}

static const struct {
	const char *path;
	int r;
	size_t keys;
} files[] = {
	{"bcd/win10-uefi-gpt.BCD", 0, 2},
	{"bcd/bcdedit-2025-vhd-and-ramdisk.BCD", 0, 2},
	{"regf/hivex-minimal", 0, 0},
	{"regf/hivex-rlenvalue", 0, 1},
	{"regf/regedit-special-names", 0, 3},
	{"regf/plaso-100-subkeys.hiv.xz", 0, 100},
	{"regf/windows-BCD.xz", 0, 2},
	{"regf/yarp-UnicodeHive.xz", 0, 1},
	{"regf/yarp-NewDirtyHive1/NewDirtyHive.xz", -ENOTSUP, 0},
	{"regf/yarp-NewDirtyHive1/NewDirtyHive.LOG1.xz", -ENOTSUP, 0},
};

static void test_files(void)
{
	const char *dir = samples();

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		struct err err = {0};
		struct hive *hive;
		char path[512];
		uint8_t *data;
		size_t size;

		snprintf(path, sizeof(path), "%s/%s", dir, files[i].path);
		data = read_sample(path, &size);
		check_eq(hive_load(data, size, &hive, &err), files[i].r);
		if (!files[i].r) {
			check_eq(hive->root->subkey_count, files[i].keys);
			hive_free(hive);
		}
		free(data);
	}
}

// A hive that was not closed, as it stands: without the bins that its header
// counts and the file has not, and with no cell trusted because of it.
static void test_without_logs(void)
{
	static const uint32_t bins[] = {0x1000, 0x2000, 0x7ffff000, 0xfffff000};
	struct hive *hive;
	size_t size;
	const uint8_t *good = make(&size);

	for (size_t i = 0; i < sizeof(bins) / sizeof(bins[0]); i++) {
		uint8_t *b = mem_alloc(size + 0x1000);

		memcpy(b, good, size);
		put(b + 4, 99);
		put(b + 0x28, bins[i]);
		check_eq(hive_load(b, size + 0x1000, &hive, NULL), -EBADMSG);
		check(hive_is_dirty(b, size + 0x1000));
		hive_forget_logs(b, size + 0x1000);
		check(!hive_is_dirty(b, size + 0x1000));
		check(!hive_load(b, size + 0x1000, &hive, NULL));
		check_eq(hive->sequence, 99);
		hive_free(hive);
		put(b + 0x1020, 5);
		check_eq(hive_load(b, size + 0x1000, &hive, NULL), -EBADMSG);
		mem_free(b);
	}
	for (size_t n = 0; n < size; n += 97) {
		uint8_t *b = mem_dup(good, n ? n : 1);

		hive_forget_logs(b, n);
		check_eq(hive_load(b, n, &hive, NULL), -EBADMSG);
		mem_free(b);
	}
	mem_free((void *)good);
}

int main(void)
{
	test_rows();
	test_without_logs();
	test_files();
	return 0;
}
