// SPDX-License-Identifier: MIT
//
// One tree, captured by wimlib in three forms, applied by each algorithm: the volume
// is sound, every file reads as it does without compression, and those are compressed
// that become smaller and may be. Of the solid form pieces end within chunks.

#include "image.h"
#include "test.h"

#define MIB (1u << 20)

static const char *const files[] = {
	"tests/fuzz/wim_open/seeds/tree-lzx.wim",
	"tests/fuzz/wim_open/seeds/tree-x4.wim",
	"tests/fuzz/wim_open/seeds/tree-solid.wim",
};

static const struct {
	const char *path;
	bool is_compressed;
} tree[] = {
	{"\\numbers", true},
	{"\\again", true},
	{"\\zero", true},
	{"\\mixed", true},
	{"\\copy", true},
	{"\\noise", false},
	{"\\small", false},
	// the same content as copy
	{"\\Windows\\System32\\config\\SYSTEM", false},
};

static struct err err;

static struct disk *apply(const char *path, struct apply_options *options,
			  struct apply_result *ret)
{
	struct ntfs_check_result found = {0};
	struct disk *file, *volume;
	struct wim *w;

	check_ok(disk_memory(12 * MIB, 512, &volume, &err), &err);
	check_ok(disk_open_file(path, DISK_READ_ONLY, &file, &err), &err);
	check_ok(wim_open(file, &w, &err), &err);
	check_ok(apply_image(w, 1, volume, options, NULL, ret, &err), &err);
	wim_close(w);
	disk_close(file);
	check_ok(ntfs_check(volume, NULL, NULL, NULL, &found, &err), &err);
	check_eq(found.problems, 0);
	return volume;
}

static uint8_t *read_file(struct ntfs *n, const char *path, size_t *ret_size)
{
	struct disk *d;
	uint8_t *data;

	check_ok(ntfs_open_file(n, path, &d, &err), &err);
	*ret_size = (size_t)d->size;
	data = malloc(*ret_size);
	check_ok(disk_read(d, 0, data, *ret_size, &err), &err);
	disk_close(d);
	return data;
}

static bool is_compressed(struct ntfs *n, const char *path)
{
	struct ntfs_stat stat;
	uint64_t record;

	check_ok(ntfs_lookup(n, path, &record, &err), &err);
	check_ok(ntfs_stat(n, record, &stat, &err), &err);
	return stat.attributes & NTFS_ATTR_SPARSE;
}

static void compare(struct disk *one, struct disk *other)
{
	struct ntfs *plain, *n;

	check_ok(ntfs_open(one, &plain, &err), &err);
	check_ok(ntfs_open(other, &n, &err), &err);
	for (size_t i = 0; i < sizeof(tree) / sizeof(tree[0]); i++) {
		size_t size, size_there;
		uint8_t *a = read_file(plain, tree[i].path, &size);
		uint8_t *b = read_file(n, tree[i].path, &size_there);

		check_eq(size, size_there);
		check(!memcmp(a, b, size));
		check(!is_compressed(plain, tree[i].path));
		check_eq(is_compressed(n, tree[i].path), tree[i].is_compressed);
		free(a);
		free(b);
	}
	ntfs_close(plain);
	ntfs_close(n);
}

static void all_forms(void)
{
	struct apply_options plain = {.threads = 2};
	struct apply_result result;
	struct disk *volume = apply(files[0], &plain, &result);

	check_eq(result.compacted, 0);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		for (enum ntfs_wof_algorithm a = 0; a < NTFS_WOF_ALGORITHMS;
		     a++) {
			struct apply_options options = {
				.compact = true,
				.algorithm = a,
				.threads = 1 + (unsigned)i,
			};
			struct disk *d = apply(files[i], &options, &result);

			check_eq(result.compacted, 4);
			check(result.stored_bytes < result.compacted_bytes);
			compare(volume, d);
			disk_close(d);
		}
	disk_close(volume);
}

// The same bytes, whoever is first.
static void same_again(void)
{
	struct apply_options options = {.compact = true, .threads = 3};
	struct apply_result result;
	static uint8_t one[12 * MIB], other[12 * MIB];

	for (unsigned i = 0; i < 2; i++) {
		struct disk *d = apply(files[2], &options, &result);

		check_ok(disk_read(d, 0, i ? other : one, 12 * MIB, &err),
			 &err);
		check(!i || !memcmp(one, other, 12 * MIB));
		disk_close(d);
	}
}

static void names_of_algorithms(void)
{
	enum ntfs_wof_algorithm a = NTFS_WOF_LZX;

	check_eq(apply_algorithm_of("xpress16k", &a), 0);
	check_eq(a, NTFS_WOF_XPRESS16K);
	check_eq(apply_algorithm_of("lznt1", &a), -ENOENT);
	check_eq(a, NTFS_WOF_XPRESS16K);
}

int main(void)
{
	all_forms();
	same_again();
	names_of_algorithms();
	return 0;
}
