// SPDX-License-Identifier: MIT
//
// What there is: disks in their order and by lasting numbers, partitions and free
// space, volumes and letters; verbs work on what was looked up, or not at all.

#include "storage_fake.h"

#define MIB ((uint64_t)1 << 20)

static struct err err;

static struct storage *open_files(const char *const *files, size_t count)
{
	const struct storage_source source = {.files = files,
					      .file_count = count};
	struct storage *s;

	err = (struct err){0};
	check_ok(storage_open(&fake_effects, &source, &s, &err), &err);
	return s;
}

static struct storage *open_machine(void)
{
	const struct storage_source source = {.root = ""};
	struct storage *s;

	err = (struct err){0};
	check_ok(storage_open(&fake_effects, &source, &s, &err), &err);
	return s;
}

static void shows(const struct storage *s, const char *text)
{
	if (strcmp(fake_show(s), text))
		fprintf(stderr, "shown: %s\nnot:   %s\n", fake_show(s), text);
	check(!strcmp(fake_show(s), text));
}

// The way of CreatePartitions-UEFI.
static void test_uefi(void)
{
	const struct part efi = {.type = part_type_efi, .size = 16 * MIB};
	const struct part msr = {.type = part_type_msr, .size = 2 * MIB};
	const struct part data = {.type = part_type_data};
	const struct storage_format fat = {.fs = STORAGE_FAT,
					   .label = "SYSTEM"};
	const struct storage_format ntfs = {.fs = STORAGE_NTFS,
					    .label = "Windows"};
	static const char *const files[] = {"d.img"};
	const struct storage_volume *v;
	struct storage *s;
	unsigned n;

	fake_begin();
	fake_file("d.img", 64 * MIB, 512);
	s = open_files(files, 1);
	shows(s, "0 none 64M: free 0+64");
	check_ok(storage_clean(s, 0, false, false, NULL, &err), &err);
	check_ok(storage_convert(s, 0, PART_GPT, &err), &err);
	check_eq(storage_convert(s, 0, PART_GPT, NULL), -EALREADY);
	check_ok(storage_create_partition(s, 0, &efi, &n, &err), &err);
	check_eq(n, 1);
	check_ok(storage_create_partition(s, 0, &msr, &n, &err), &err);
	check_ok(storage_create_partition(s, 0, &data, &n, &err), &err);
	check_eq(n, 3);
	shows(s, "0 GPT 64M: 1 1+16, 2 17+2, 3 19+44");
	check_eq(storage_convert(s, 0, PART_MBR, NULL), -EEXIST);
	// the reserved one is no volume
	check(storage_find_volume(s, 1) && !storage_find_volume(s, 2));
	check(!strcmp(storage_find_volume(s, 0)->fs, "RAW"));
	check_ok(storage_format_volume(s, 0, &fat, false, false, NULL, &err),
		 &err);
	check_ok(storage_format_volume(s, 1, &ntfs, true, false, NULL, &err),
		 &err);
	check_ok(storage_assign(s, 0, 's', &err), &err);
	check_ok(storage_assign(s, 1, 0, &err), &err);
	v = storage_find_letter(s, 's');
	check(v && !strcmp(v->address, "d.img@1") && v->is_hidden);
	check(!strcmp(v->fs, "FAT") && !strcmp(v->label, "SYSTEM"));
	v = storage_find_letter(s, 'C');
	check(v && !strcmp(v->address, "d.img@3") && !v->is_hidden);
	check(!strcmp(v->fs, "NTFS") && !strcmp(v->label, "Windows"));
	check(v->free == UINT64_MAX);
	check_ok(storage_look_free(s, 1, &err), &err);
	check(v->free > 30 * MIB && v->free < 44 * MIB);
	check_eq(storage_assign(s, 1, 'S', NULL), -EEXIST);
	check_ok(storage_assign(s, 1, 'W', &err), &err);
	check(!storage_find_letter(s, 'C') && storage_find_letter(s, 'W'));
	// protected partitions
	check_eq(storage_delete_partition(s, 0, 1, false, NULL), -EPERM);
	check_ok(storage_delete_partition(s, 0, 1, true, &err), &err);
	check(!storage_find_letter(s, 'S') && !fake.letters['S' - 'A']);
	// the others keep their numbers, and a new one gets the free one
	shows(s, "0 GPT 64M: free 0+16, 2 17+2, 3 19+44");
	check_ok(storage_create_partition(s, 0, &efi, &n, &err), &err);
	check_eq(n, 1);
	shows(s, "0 GPT 64M: 1 1+16, 2 17+2, 3 19+44");
	check_eq(storage_find_letter(s, 'W')->number, 1);
	check_ok(storage_clean(s, 0, false, false, NULL, &err), &err);
	shows(s, "0 none 64M: free 0+64");
	check(!fake.letters['W' - 'A']);
	storage_close(s);
	fake_end();
}

// Extended and logical partitions.
static void test_mbr(void)
{
	const struct part primary = {.mbr_type = 6, .size = 8 * MIB};
	const struct part extended = {.mbr_type = 0x0f, .size = 32 * MIB};
	const struct part logical = {
		.mbr_type = 6, .logical = true, .size = 8 * MIB};
	const struct storage_format ntfs = {.fs = STORAGE_NTFS};
	static const char *const files[] = {"d.img"};
	struct storage *s;
	unsigned n;

	fake_begin();
	fake_file("d.img", 64 * MIB, 512);
	s = open_files(files, 1);
	check_ok(storage_create_partition(s, 0, &primary, &n, &err), &err);
	check_ok(storage_create_partition(s, 0, &extended, &n, &err), &err);
	check_eq(n, 0);
	check_ok(storage_create_partition(s, 0, &logical, &n, &err), &err);
	check_eq(n, 2);
	check_ok(storage_create_partition(s, 0, &logical, &n, &err), &err);
	check_eq(n, 3);
	shows(s, "0 MBR 64M: 1 1+8, 0 9+32, l2 10+8, l3 19+8, "
		 "lfree 27+14, free 41+23");
	check_ok(storage_format_volume(s, 2, &ntfs, false, false, NULL, &err),
		 &err);
	check_ok(storage_assign(s, 2, 'L', &err), &err);
	check_eq(storage_find_disk(s, 0)->regions[3].part.mbr_type, 7);
	// its number in the table is another then, and its letter still its own
	check_ok(storage_delete_partition(s, 0, 2, false, &err), &err);
	check(!strcmp(fake.letters['L' - 'A'], "d.img@5"));
	check_eq(storage_find_letter(s, 'L')->number, 2);
	check_eq(storage_delete_partition(s, 0, 0, false, NULL), -EPERM);
	check_ok(storage_delete_partition(s, 0, 0, true, &err), &err);
	shows(s, "0 MBR 64M: 1 1+8, free 9+55");
	check(!fake.letters['L' - 'A']);
	storage_close(s);
	fake_end();
}

// By the firmware's paths; what the environment was started from comes last.
static void test_machine(void)
{
	struct storage *s;

	fake_begin();
	fake_disk("/dev/sda", 4 * MIB, 512)->is_medium = true;
	fake_disk("/dev/sdb", 5 * MIB, 512)->sys_path =
		"/sys/devices/pci0000:00/0000:00:1f.2/ata10/x";
	fake_disk("/dev/sdc", 6 * MIB, 512)->sys_path =
		"/sys/devices/pci0000:00/0000:00:1f.2/ata2/x";
	fake_disk("/dev/nvme0n1", 7 * MIB, 512)->sys_path =
		"/sys/devices/pci0000:00/0000:00:03.0/nvme/nvme0/nvme0n1";
	s = open_machine();
	shows(s, "0 none 7M: free 0+7; 1 none 6M: free 0+6; "
		 "2 none 5M: free 0+5; 3 none 4M: free 0+4");
	check(!strcmp(storage_find_disk(s, 0)->location,
		      "PCIROOT(0)#PCI(0300)#NVME(P00T00L00)"));
	// one goes and one comes: the others keep their numbers
	fake_find("/dev/sdc")->is_of_machine = false;
	fake_disk("/dev/sdd", 8 * MIB, 512);
	check_ok(storage_rescan(s, &err), &err);
	shows(s, "0 none 7M: free 0+7; 1 none 8M: free 0+8; "
		 "2 none 5M: free 0+5; 3 none 4M: free 0+4");
	storage_close(s);
	fake_end();
}

// Fixed disks first, hidden ones not at all; shells see what they can.
static void test_letters(void)
{
	const struct part data = {.type = part_type_data, .size = 8 * MIB};
	const struct part efi = {.type = part_type_efi, .size = 8 * MIB};
	const struct storage_format fat = {.fs = STORAGE_FAT},
				    ntfs = {.fs = STORAGE_NTFS};
	struct storage *s;
	unsigned n;

	fake_begin();
	fake_disk("/dev/sda", 32 * MIB, 512)->is_removable = true;
	fake_disk("/dev/sdb", 32 * MIB, 512);
	s = open_machine();
	for (unsigned i = 0; i < 2; i++) {
		check_ok(storage_convert(s, i, PART_GPT, &err), &err);
		check_ok(storage_create_partition(s, i, &efi, &n, &err), &err);
		check_ok(storage_create_partition(s, i, &data, &n, &err), &err);
		check_ok(storage_create_partition(s, i, &data, &n, &err), &err);
	}
	for (unsigned i = 0; i < 5; i++) // one stays as it is
		check_ok(storage_format_volume(s, i, i % 3 ? &ntfs : &fat,
					       false, false, NULL, &err),
			 &err);
	check_ok(storage_assign(s, 2, 'D', &err), &err);
	check_ok(storage_assign_all(s, &err), &err);
	check_eq(storage_find_letter(s, 'C')->number, 4);
	check_eq(storage_find_letter(s, 'D')->number, 2);
	check_eq(storage_find_letter(s, 'E')->number, 1);
	check(!storage_find_letter(s, 'F'));
	check(!strcmp(fake.shown, "/dev/sdb: C@2 ntfs3"));
	check_ok(storage_remove_letter(s, 4, &err), &err);
	check_eq(fake.hidden['C' - 'A'], 1);
	check_ok(storage_format_volume(s, 2, &fat, false, false, NULL, &err),
		 &err);
	check(!strcmp(fake.shown, "/dev/sda: E@2 ntfs3 D@3 vfat"));
	storage_close(s);
	fake_end();
}

static void test_refusals(void)
{
	const struct part p = {.mbr_type = 7};
	struct storage *s;
	unsigned n;

	fake_begin();
	fake_disk("/dev/sda", 8 * MIB, 512);
	fake_disk("/dev/sdb", 8 * MIB, 512)->in_use = "mounted at /";
	fake_disk("/dev/sdc", 8 * MIB, 512)->is_medium = true;
	fake_disk("/dev/sdd", 8 * MIB, 512)->is_read_only = true;
	s = open_machine();
	check_eq(storage_clean(s, 9, false, false, NULL, NULL), -ENODEV);
	check_eq(storage_clean(s, 1, false, false, NULL, NULL), -EBUSY);
	check_eq(storage_create_partition(s, 1, &p, &n, NULL), -EBUSY);
	check_eq(storage_clean(s, 3, false, false, NULL, NULL), -EBUSY);
	check_eq(storage_clean(s, 2, false, true, NULL, NULL), -EROFS);
	check_ok(storage_clean(s, 1, false, true, NULL, &err), &err);
	// said of it for the session
	check_ok(storage_set_offline(s, 0, true, &err), &err);
	check_eq(storage_convert(s, 0, PART_GPT, NULL), -ENXIO);
	check_eq(storage_set_offline(s, 3, true, NULL), -EBUSY);
	check_ok(storage_set_offline(s, 0, false, &err), &err);
	check_ok(storage_set_read_only(s, 0, true, &err), &err);
	check_eq(storage_convert(s, 0, PART_GPT, NULL), -EROFS);
	check_ok(storage_set_read_only(s, 0, false, &err), &err);
	check_eq(fake.state.count, 0);
	// another disk at the same place
	fake_find("/dev/sda")->sequence = 77;
	check_eq(storage_convert(s, 0, PART_GPT, NULL), -ESTALE);
	check_ok(storage_rescan(s, &err), &err);
	check_ok(storage_convert(s, 0, PART_GPT, &err), &err);
	check(storage_find_disk(s, 0)->sector_size == 512);
	storage_close(s);
	fake_end();
}

// Somebody else changed the table.
static void test_stale(void)
{
	static const char *const files[] = {"d.img"};
	const struct part p = {.type = part_type_data};
	struct storage *s, *other;
	unsigned n;

	fake_begin();
	fake_file("d.img", 8 * MIB, 512);
	s = open_files(files, 1);
	check_ok(storage_convert(s, 0, PART_GPT, &err), &err);
	other = open_files(files, 1);
	check_ok(storage_create_partition(other, 0, &p, &n, &err), &err);
	check_eq(storage_create_partition(s, 0, &p, &n, &err), -ESTALE);
	err = (struct err){0};
	check_eq(storage_clean(s, 0, false, false, NULL, NULL), -ESTALE);
	check_ok(storage_rescan(s, &err), &err);
	check_ok(storage_clean(s, 0, true, false, NULL, &err), &err);
	storage_close(other);
	storage_close(s);
	fake_end();
}

static void test_attach(void)
{
	const struct vdisk_create c = {
		.format = VDISK_VHD, .type = VDISK_DYNAMIC, .size = 32 * MIB};
	const struct part p = {.type = part_type_data};
	const struct storage_format ntfs = {.fs = STORAGE_NTFS};
	struct storage *s, *next;
	struct disk *file;
	unsigned disk, n;

	fake_begin();
	fake_disk("/dev/sda", 8 * MIB, 512);
	check_ok(storage_make_virtual(&fake_effects, "/dev/sda@1:\\x.vhd", &c,
				      &file, &err),
		 &err);
	disk_close(file);
	s = open_machine();
	check_eq(storage_attach(s, "/dev/sda", false, &disk, NULL), -EINVAL);
	check_ok(storage_attach(s, "/dev/sda@1:\\x.vhd", false, &disk, &err),
		 &err);
	check_eq(disk, 1);
	check_eq(storage_attach(s, "/dev/sda@1:\\x.vhd", false, &disk, NULL),
		 -EALREADY);
	check_eq(storage_find_disk(s, 1)->host_disk, 0);
	check_ok(storage_convert(s, 1, PART_GPT, &err), &err);
	check_ok(storage_create_partition(s, 1, &p, &n, &err), &err);
	check_ok(storage_format_volume(s, 0, &ntfs, false, false, NULL, &err),
		 &err);
	check_ok(storage_assign(s, 0, 'V', &err), &err);
	// another program of the session
	next = open_machine();
	check(storage_is_attached(next, "/dev/sda@1:\\x.vhd", &disk));
	check(!strcmp(storage_find_letter(next, 'V')->fs, "NTFS"));
	storage_close(next);
	check_ok(storage_detach_file(s, "/dev/sda@1:\\x.vhd", &err), &err);
	check(!storage_find_disk(s, 1) && !fake.letters['V' - 'A']);
	check_eq(storage_detach_file(s, "/dev/sda@1:\\x.vhd", NULL), -ENOENT);
	check_eq(fake.settled, 2); // verbs do not look at the machine again
	storage_close(s);
	fake_end();
}

// The file of an attached virtual disk keeps what it lies in from going.
static void test_held(void)
{
	const struct vdisk_create c = {
		.format = VDISK_VHD, .type = VDISK_DYNAMIC, .size = 32 * MIB};
	const struct part primary = {.mbr_type = 7, .size = 8 * MIB};
	const struct part extended = {.mbr_type = 0x0f, .size = 48 * MIB};
	const struct part logical = {
		.mbr_type = 7, .logical = true, .size = 8 * MIB};
	const struct storage_format ntfs = {.fs = STORAGE_NTFS};
	static const char *const files[] = {"d.img"};
	struct disk *file;
	struct storage *s;
	unsigned disk, n;

	fake_begin();
	fake_file("d.img", 64 * MIB, 512);
	check_ok(storage_make_virtual(&fake_effects, "d.img@6:\\x.vhd", &c,
				      &file, &err),
		 &err);
	disk_close(file);
	s = open_files(files, 1);
	check_ok(storage_create_partition(s, 0, &primary, &n, &err), &err);
	check_ok(storage_create_partition(s, 0, &extended, &n, &err), &err);
	for (int i = 0; i < 3; i++)
		check_ok(storage_create_partition(s, 0, &logical, &n, &err),
			 &err);
	check_ok(storage_attach(s, "d.img@6:\\x.vhd", false, &disk, &err),
		 &err);
	check_eq(storage_clean(s, 0, false, true, NULL, &err), -EBUSY);
	check(strstr(err.why, "d.img@6:\\x.vhd"));
	check_eq(storage_delete_partition(s, 0, 3, true, NULL), -EBUSY);
	check_eq(storage_delete_partition(s, 0, 0, true, NULL), -EBUSY);
	// the number of its own partition would be another
	check_eq(storage_delete_partition(s, 0, 2, true, NULL), -EBUSY);
	check_eq(storage_format_volume(s, 2, &ntfs, false, true, NULL, NULL),
		 -EBUSY);
	check_eq(storage_shrink(s, 2, MIB, 0, &(uint64_t){0}, NULL, NULL),
		 -EBUSY);
	check_ok(storage_format_volume(s, 1, &ntfs, false, false, NULL, &err),
		 &err);
	check_ok(storage_delete_partition(s, 0, 4, false, &err), &err);
	check_ok(storage_delete_partition(s, 0, 1, false, &err), &err);
	// what is attached is nobody's but its own
	check_ok(storage_clean(s, disk, false, false, NULL, &err), &err);
	err = (struct err){0};
	check_ok(storage_detach_file(s, "d.img@6:\\x.vhd", &err), &err);
	check_ok(storage_clean(s, 0, false, false, NULL, &err), &err);
	storage_close(s);
	fake_end();
}

// What is sound is listed, and said to be not all; only clean takes such a disk.
static void test_damaged(void)
{
	const struct part extended = {.mbr_type = 0x0f, .size = 32 * MIB};
	const struct part logical = {
		.mbr_type = 7, .logical = true, .size = 8 * MIB};
	static const char *const files[] = {"d.img"};
	struct storage *s;
	unsigned n;

	fake_begin();
	fake_file("d.img", 64 * MIB, 512);
	s = open_files(files, 1);
	check_ok(storage_create_partition(s, 0, &extended, &n, &err), &err);
	for (int i = 0; i < 2; i++)
		check_ok(storage_create_partition(s, 0, &logical, &n, &err),
			 &err);
	// the second one's record
	check_ok(disk_zero(fake_find("d.img")->disk, 10 * MIB, 512, &err),
		 &err);
	check_ok(storage_rescan(s, &err), &err);
	shows(s, "0 MBR 64M: 0 1+32, l1 2+8, lfree 10+23, free 33+31");
	check_eq(storage_find_disk(s, 0)->trouble_code, EBADMSG);
	check(*storage_find_disk(s, 0)->trouble);
	check(storage_create_partition(s, 0, &logical, &n, NULL) ==
	      err_corrupt(NULL, "", 0, "%s", ""));
	check_ok(storage_clean(s, 0, false, false, NULL, &err), &err);
	check(!*storage_find_disk(s, 0)->trouble);
	storage_close(s);
	fake_end();
}

// The disk grew behind its table: it is said, and mended when somebody asks.
static void test_grown(void)
{
	static const char *const files[] = {"d.img"};
	struct storage *s;

	fake_begin();
	fake_file("d.img", 8 * MIB, 512);
	s = open_files(files, 1);
	check_ok(storage_convert(s, 0, PART_GPT, &err), &err);
	check_eq(storage_mend_table(s, 0, false, NULL), -ENOENT);
	check_ok(disk_resize(fake_find("d.img")->disk, 16 * MIB, &err), &err);
	check_eq(storage_mend_table(s, 0, false, NULL), -ESTALE);
	check_ok(storage_rescan(s, &err), &err);
	check(strstr(storage_find_disk(s, 0)->trouble, "larger"));
	check_ok(storage_mend_table(s, 0, false, &err), &err);
	check(!*storage_find_disk(s, 0)->trouble);
	storage_close(s);
	fake_end();
}

// For other judges: prints number, start and size in sectors, type and mark of a
// file's partitions, in the table's order.
static int list(const char *file)
{
	const struct storage_source source = {.files = &file, .file_count = 1};
	const struct part_table *t;
	char id[GUID_TEXT];
	struct storage *s;

	check_ok(storage_open(&storage_effects, &source, &s, &err), &err);
	t = storage_find_disk(s, 0)->table;
	for (size_t i = 0; t && i < t->count; i++) {
		const struct part *p = &t->parts[i];

		printf("%u %llu %llu", p->number,
		       (unsigned long long)p->start / t->sector_size,
		       (unsigned long long)p->size / t->sector_size);
		if (t->style == PART_GPT)
			printf(" %s\n", guid_format(&p->type, id));
		else
			printf(" %x%s\n", p->mbr_type,
			       p->active ? " active" : "");
	}
	storage_close(s);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return list(argv[1]);
	storage_close(NULL);
	test_damaged();
	test_grown();
	test_uefi();
	test_mbr();
	test_machine();
	test_letters();
	test_refusals();
	test_stale();
	test_attach();
	test_held();
	return 0;
}
