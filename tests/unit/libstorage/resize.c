// SPDX-License-Identifier: MIT
//
// Volumes that grow and shrink with their partitions, and what is left when one of the
// two was not done.

#include "ntfs_resize.h"
#include "storage_fake.h"

#include "libntfs/read/read.h"

#define MIB ((uint64_t)1 << 20)

static struct err err;
static struct storage *s;

static void begin(enum part_style style)
{
	static const char *const files[] = {"d.img"};
	const struct storage_source source = {.files = files, .file_count = 1};

	err = (struct err){0};
	fake_begin();
	fake_file("d.img", 64 * MIB, 512);
	check_ok(storage_open(&fake_effects, &source, &s, &err), &err);
	check_ok(storage_convert(s, 0, style, &err), &err);
}

static void end(void)
{
	storage_close(s);
	fake_end();
}

static void add(uint64_t size)
{
	const struct part p = {
		.type = part_type_data, .mbr_type = 7, .size = size};
	unsigned n;

	check_ok(storage_create_partition(s, 0, &p, &n, &err), &err);
}

static void format(unsigned volume, enum storage_fs fs)
{
	const struct storage_format how = {.fs = fs};

	check_ok(storage_format_volume(s, volume, &how, false, false, NULL,
				       &err),
		 &err);
}

static void shows(const char *text)
{
	if (strcmp(fake_show(s), text))
		fprintf(stderr, "shown: %s\nnot:   %s\n", fake_show(s), text);
	check(!strcmp(fake_show(s), text));
}

// What the file system itself says, in MiB, rounded.
static uint64_t inner_size(unsigned volume)
{
	struct place *place;
	struct ntfs *n;
	uint64_t size;

	check_ok(fake_open(storage_find_volume(s, volume)->address, 0, &place,
			   &err),
		 &err);
	check_ok(ntfs_open(place->disk, &n, &err), &err);
	size = (ntfs_get_info(n)->size + MIB / 2) / MIB;
	ntfs_close(n);
	fake_close(place);
	return size;
}

// CreatePartitions-UEFI makes room behind a partition that holds nothing yet.
static void test_raw(void)
{
	uint64_t by;

	begin(PART_GPT);
	add(0);
	check_ok(storage_shrink_query(s, 0, &by, &err), &err);
	check_eq(by, 61 * MIB);
	check_ok(storage_shrink(s, 0, 20 * MIB, 0, &by, NULL, &err), &err);
	check_eq(by, 20 * MIB);
	shows("0 GPT 64M: 1 1+42, free 43+20");
	check_ok(storage_extend(s, 0, 5 * MIB, NULL, &err), &err);
	shows("0 GPT 64M: 1 1+47, free 48+15");
	check_eq(storage_extend(s, 0, 16 * MIB, NULL, NULL), -ENOSPC);
	check_ok(storage_extend(s, 0, 0, NULL, &err), &err);
	shows("0 GPT 64M: 1 1+62");
	check_eq(storage_extend(s, 0, 0, NULL, NULL), -ENOSPC);
	check_eq(storage_shrink(s, 0, 70 * MIB, 0, &by, NULL, NULL), -ENOSPC);
	check_ok(storage_shrink(s, 0, 70 * MIB, 50 * MIB, &by, NULL, &err),
		 &err);
	check_eq(by, 61 * MIB);
	end();
}

static void refused(const char *what)
{
	uint64_t by;

	err = (struct err){0};
	check_eq(storage_shrink_query(s, 0, &by, NULL), -ENOTSUP);
	check_eq(storage_shrink(s, 0, 20 * MIB, 0, &by, NULL, &err), -ENOTSUP);
	check(strstr(err.why, what));
	shows("0 GPT 64M: 1 1+62");
}

// What is RAW for want of its boot sector, or of another system, is not cut; what lies
// in a new partition of an earlier one hinders nobody.
static void test_raw_holds(void)
{
	static const uint8_t zero[4096], data[] = "data", ext[] = {0x53, 0xef};
	struct disk *d;
	uint64_t by;

	begin(PART_GPT);
	d = fake_find("d.img")->disk;
	check_ok(disk_write(d, 30 * MIB, data, sizeof(data), &err), &err);
	add(0);
	check_ok(storage_shrink_query(s, 0, &by, &err), &err);
	check_ok(disk_write(d, MIB + 1024 + 56, ext, sizeof(ext), &err), &err);
	refused("it holds ext");
	check_ok(disk_write(d, MIB + 1024, zero, 512, &err), &err);
	check_ok(disk_write(d, 63 * MIB - 512, data, sizeof(data), &err), &err);
	refused("it holds data");
	format(0, STORAGE_NTFS);
	check_ok(disk_write(d, MIB, zero, 512, &err), &err);
	check_ok(storage_rescan(s, &err), &err);
	refused("chkdsk /F");
	end();
}

static void test_ntfs(void)
{
	uint64_t by, most;

	begin(PART_GPT);
	add(0);
	format(0, STORAGE_NTFS);
	check_ok(storage_shrink_query(s, 0, &most, &err), &err);
	check(most > 30 * MIB && most % MIB == 0);
	check_ok(storage_shrink(s, 0, 22 * MIB, 0, &by, NULL, &err), &err);
	shows("0 GPT 64M: 1 1+40, free 41+22");
	check_eq(inner_size(0), 40);
	add(10 * MIB);
	check_eq(storage_extend(s, 0, MIB, NULL, NULL), -ENOSPC);
	check_ok(storage_delete_partition(s, 0, 2, false, &err), &err);
	check_ok(storage_extend(s, 0, 0, NULL, &err), &err);
	check_eq(inner_size(0), 62);
	check_eq(storage_shrink(s, 0, 61 * MIB, 0, &by, NULL, NULL), -ENOSPC);
	check_ok(storage_shrink(s, 0, UINT64_MAX, 0, &by, NULL, &err), &err);
	check_eq(by, most);
	end();
}

// Logical partitions end where the next one's record is.
static void test_logical(void)
{
	const struct part extended = {.mbr_type = 0x0f};
	const struct part logical = {
		.mbr_type = 7, .logical = true, .size = 20 * MIB};
	unsigned n;
	uint64_t by;

	begin(PART_MBR);
	check_ok(storage_create_partition(s, 0, &extended, &n, &err), &err);
	check_ok(storage_create_partition(s, 0, &logical, &n, &err), &err);
	check_ok(storage_create_partition(s, 0, &logical, &n, &err), &err);
	format(0, STORAGE_NTFS);
	check_eq(storage_extend(s, 0, MIB, NULL, NULL), -ENOSPC);
	check_ok(storage_shrink(s, 0, 4 * MIB, 0, &by, NULL, &err), &err);
	shows("0 MBR 64M: 0 1+63, l1 2+16, lfree 18+4, l2 23+20, lfree 43+21");
	check_ok(storage_extend(s, 0, 0, NULL, &err), &err);
	check_ok(storage_extend(s, 1, 0, NULL, &err), &err);
	shows("0 MBR 64M: 0 1+63, l1 2+20, l2 23+41");
	check_eq(inner_size(0), 20);
	end();
}

static int no_extend(struct disk *volume, uint64_t size,
		     struct progress *progress, struct err *e)
{
	return err_set(e, -EBUSY, "volume", ERR_NOWHERE, "it is dirty");
}

static int no_table(const struct part_table *t, struct disk *d, struct err *e)
{
	return err_set(e, -EIO, "disk", ERR_NOWHERE, "it broke");
}

static void test_half(void)
{
	uint64_t by;

	begin(PART_GPT);
	add(30 * MIB);
	format(0, STORAGE_NTFS);
	// a file system that does not grow leaves its partition as it was
	fake_effects.extend_ntfs = no_extend;
	check_eq(storage_extend(s, 0, 0, NULL, NULL), -EBUSY);
	shows("0 GPT 64M: 1 1+30, free 31+32");
	// the table alone grew: the next call does the rest, and no more
	fake_effects.extend_ntfs = storage_effects.extend_ntfs;
	{
		struct part_table *t;
		struct disk *d = fake_find("d.img")->disk;

		check_ok(part_table_read(d, &t, &err), &err);
		t->parts[0].size += 10 * MIB;
		check_ok(part_table_write(t, d, &err), &err);
		part_table_free(t);
	}
	check_ok(storage_rescan(s, &err), &err);
	check_ok(storage_extend(s, 0, 10 * MIB, NULL, &err), &err);
	shows("0 GPT 64M: 1 1+40, free 41+22");
	check_eq(inner_size(0), 40);
	// the file system alone shrank
	fake_effects.write_table = no_table;
	check_eq(storage_shrink(s, 0, 10 * MIB, 0, &by, NULL, NULL), -EIO);
	check_eq(inner_size(0), 30);
	fake_effects.write_table = storage_effects.write_table;
	check_ok(storage_shrink(s, 0, 10 * MIB, 0, &by, NULL, &err), &err);
	shows("0 GPT 64M: 1 1+30, free 31+32");
	check_eq(inner_size(0), 30);
	end();
}

static void use_volume(void (*fn)(struct disk *d))
{
	struct place *place;

	check_ok(fake_open(storage_find_volume(s, 0)->address, ADDRESS_WRITE,
			   &place, &err),
		 &err);
	fn(place->disk);
	fake_close(place);
}

// What a cut leaves that comes when the size is the new one already.
static void mark(struct disk *d)
{
	const le16 dirty = to_le16(NTFS_VF_DIRTY);
	struct ntfs_file f;
	struct ntfs_attr a;
	struct ntfs *n;
	uint64_t off;

	check_ok(ntfs_open(d, &n, &err), &err);
	check_ok(ntfs_file_open(n, NTFS_REC_VOLUME, &f, &err), &err);
	check_ok(ntfs_file_find(&f, NTFS_AT_VOLUME_INFORMATION, NULL, 0, &a,
				&err),
		 &err);
	off = (uint64_t)NTFS_REC_VOLUME * n->info.record_size +
	      (uint64_t)(a.value - a.record->data) +
	      offsetof(struct ntfs_volume_information_disk, flags);
	check_ok(disk_write(n->mft, off, &dirty, sizeof(dirty), &err), &err);
	ntfs_file_done(&f);
	ntfs_close(n);
}

static void is_clean(struct disk *d)
{
	struct ntfs_check_result result;

	check_ok(ntfs_check(d, NULL, NULL, NULL, &result, &err), &err);
	check_eq(result.problems, 0);
}

static void test_late(void)
{
	uint64_t by;

	begin(PART_GPT);
	add(0);
	format(0, STORAGE_NTFS);
	check_eq(storage_extend(s, 0, 0, NULL, NULL), -ENOSPC);
	use_volume(mark);
	check_ok(storage_extend(s, 0, 0, NULL, &err), &err);
	use_volume(is_clean);
	shows("0 GPT 64M: 1 1+62");
	fake_effects.write_table = no_table;
	check_eq(storage_shrink(s, 0, 10 * MIB, 0, &by, NULL, NULL), -EIO);
	fake_effects.write_table = storage_effects.write_table;
	use_volume(mark);
	check_ok(storage_shrink(s, 0, 10 * MIB, 0, &by, NULL, &err), &err);
	shows("0 GPT 64M: 1 1+52, free 53+10");
	use_volume(is_clean);
	end();
}

// FAT grows and does not shrink.
static void test_fat(void)
{
	uint64_t by;

	begin(PART_GPT);
	add(20 * MIB);
	format(0, STORAGE_FAT);
	check_eq(storage_shrink(s, 0, MIB, 0, &by, NULL, NULL), -ENOTSUP);
	check_eq(storage_shrink_query(s, 0, &by, NULL), -ENOTSUP);
	check_ok(storage_extend(s, 0, 10 * MIB, NULL, &err), &err);
	shows("0 GPT 64M: 1 1+30, free 31+32");
	check_ok(storage_look_free(s, 0, &err), &err);
	check(storage_find_volume(s, 0)->free > 29 * MIB);
	check_eq(storage_shrink_query(s, 7, &by, NULL), -ENODEV);
	check_eq(storage_extend(s, 7, 0, NULL, NULL), -ENODEV);
	end();
}

int main(void)
{
	test_raw();
	test_raw_holds();
	test_ntfs();
	test_logical();
	test_half();
	test_late();
	test_fat();
	return 0;
}
