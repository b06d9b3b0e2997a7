// SPDX-License-Identifier: MIT
//
// Which kind of file each name asks for, and other programs' files, known by
// their names and by their first bytes.

#include "test.h"
#include "vdisk.h"

static const struct {
	const char *path;
	int r;
	enum vdisk_format format; // asked with VDISK_RAW, then with VDISK_VHD
	bool is_other;            // it is what was asked with
} names[] = {
	{"x.vhd", 0, VDISK_VHD, false},
	{"x.VHDX", 0, VDISK_VHDX, false},
	{"a.vhd/x.AvHdX", 0, VDISK_VHDX, false},
	{"x.avhd", 0, VDISK_VHD, false},
	{"x.raw", 0, VDISK_RAW, false},
	{"x.img", 0, 0, true},
	{"x", 0, 0, true},
	{"x.vhdx/disk", 0, 0, true},
	{"d.img@1:\\x.vhdx\\disk", 0, 0, true},
	{"vhdx", 0, 0, true},
	{"x.vhdx ", 0, 0, true},
	{"x.qcow2", -ENOTSUP, 0, false},
	{"x.vhdx.QCOW2", -ENOTSUP, 0, false},
	{"x.vmdk", -ENOTSUP, 0, false},
	{"x.vdi", -ENOTSUP, 0, false},
	{"x.qed", -ENOTSUP, 0, false},
	{"install.wim", -ENOTSUP, 0, false},
	{"x.iso", -ENOTSUP, 0, false},
	{"x.img.gz", -ENOTSUP, 0, false},
};

static void check_names(void)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		for (int ask = VDISK_RAW; ask <= VDISK_VHD; ask++) {
			enum vdisk_format want =
				names[i].is_other ? (enum vdisk_format)ask
						  : names[i].format;
			enum vdisk_format got = 77;
			struct err err = {0};

			printf("%s\n", names[i].path);
			check(vdisk_format_of_name(names[i].path, ask, &got,
						   &err) == names[i].r);
			check(got == (names[i].r ? 77 : want));
			check(!names[i].r || *err.why);
		}
	}
}

static const struct {
	uint32_t at;
	const char *bytes;
	size_t size;
	const char *name; // NULL: nobody's
} contents[] = {
	{0, "QFI\xfb", 4, "qcow2"},
	{0, "QED", 4, "QED"},
	{0, "KDMV", 4, "VMDK"},
	{0, "COWD", 4, "VMDK"},
	{0, "# Disk DescriptorFile\nversion=1", 31, "VMDK"},
	{64, "\x7f\x10\xda\xbe", 4, "VDI"},
	{0, "WithouFreSpacExt", 16, "Parallels"},
	{0, "MSWIM\0\0\0", 8, "WIM"},
	{0, "QFI", 3, NULL},
	{1, "QFI\xfb", 4, NULL},
	{0, "conectix", 8, NULL},
	{0, "vhdxfile", 8, NULL},
	{3, "NTFS    ", 8, NULL},
};

static void check_contents(uint64_t size)
{
	for (size_t i = 0; i < sizeof(contents) / sizeof(contents[0]); i++) {
		struct err err = {0};
		struct disk *d;

		check_ok(disk_memory(size, 512, &d, &err), &err);
		check_ok(disk_write(d, contents[i].at, contents[i].bytes,
				    contents[i].size, &err),
			 &err);
		check(vdisk_check_foreign(d, &err) ==
		      (contents[i].name ? -ENOTSUP : 0));
		check(!contents[i].name || strstr(err.why, contents[i].name));
		disk_close(d);
	}
}

int main(void)
{
	struct disk *d;

	check_names();
	check_contents(1 << 20);
	check_contents(69); // shorter than the longest look
	check(!disk_memory(0, 512, &d, NULL));
	check(!vdisk_check_foreign(d, NULL));
	disk_close(d);
	return 0;
}
