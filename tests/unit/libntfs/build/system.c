// SPDX-License-Identifier: MIT
//
// $AttrDef, $UpCase, the boot sector and the size of $LogFile against a volume
// that Windows formatted.

#include "libntfs/build/build.h"
#include "unit/libntfs/volumes.h"

static struct err err;

static void *whole(struct disk *d, const char *path, size_t *ret_size)
{
	struct ntfs *n;
	void *data;

	check_ok(ntfs_open(d, &n, &err), &err);
	check_ok(ntfs_read_file(n, path, 1 << 20, &data, ret_size, &err), &err);
	ntfs_close(n);
	return data;
}

static void compare_file(struct disk *ours, struct disk *theirs,
			 const char *path)
{
	size_t n, m;
	void *x = whole(ours, path, &n), *y = whole(theirs, path, &m);

	check_eq(n, m);
	check(!memcmp(x, y, n));
	mem_free(x);
	mem_free(y);
}

// All fields before the code but where the metadata lies.
static void compare_boot(struct disk *ours, struct disk *theirs)
{
	struct ntfs_boot_disk x, y;

	check_ok(disk_read(ours, 0, &x, sizeof(x), &err), &err);
	check_ok(disk_read(theirs, 0, &y, sizeof(y), &err), &err);
	y.mft_lcn = x.mft_lcn;
	check(!memcmp(&x, &y, offsetof(struct ntfs_boot_disk, code)));
	check(!memcmp(x.signature, y.signature, 2));
	check_ok(disk_read(ours, ours->size - 512, &y, sizeof(y), &err), &err);
	check(!memcmp(&x, &y, sizeof(x)));
}

static void log_sizes(void)
{
	static const struct {
		uint64_t volume, log;
	} rows[] = {
		{1 << 20, 256 << 10},   {3 << 20, 384 << 10},
		{80 << 20, 2 << 20},    {200 << 20, 2 << 20},
		{1000 << 20, 10 << 20}, {64ull << 30, 64 << 20},
		{2ull << 40, 64 << 20},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		check_eq(ntfs_system_log_size(rows[i].volume), rows[i].log);
}

int main(void)
{
	struct ntfs_build_options o = {
		.serial = 0xc29cd4ef9cd4decb,
		.cluster_size = 512,
		.hidden_sectors = 128,
	};
	struct disk *theirs, *ours;

	log_sizes();
	theirs = load_volume(&sample_volumes[1]);
	check_ok(disk_memory(theirs->size, 512, &ours, &err), &err);
	check_ok(ntfs_format(ours, &o, &err), &err);
	compare_file(ours, theirs, "$AttrDef");
	compare_file(ours, theirs, "$UpCase");
	compare_file(ours, theirs, "$UpCase:$Info");
	compare_boot(ours, theirs);
	disk_close(ours);
	disk_close(theirs);
	return 0;
}
