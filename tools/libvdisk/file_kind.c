// SPDX-License-Identifier: MIT
//
// Which kind of disk a file's name asks for, and files that are another program's
// kind of disk or image: neither is ever taken for a disk of plain sectors.
//
// Magic numbers: qcow2 and QED specifications (QEMU, docs/interop); VMware
// "Virtual Disk Format 5.0"; VirtualBox' VDI header; Parallels expandable image
// (QEMU, docs/interop/parallels.rst); Microsoft "Imaging Format" (WIM); libewf's
// "Expert Witness Compression Format"; Microsoft "FFU image format".

#include <string.h>
#include <strings.h>

#include "vdisk.h"

struct magic {
	const char *name;
	uint32_t at, size;
	const char *bytes;
};

static const struct magic magics[] = {
	{"qcow2", 0, 4, "QFI\xfb"},
	{"QED", 0, 4, "QED\0"},
	{"VMDK", 0, 4, "KDMV"},
	{"VMDK", 0, 4, "COWD"},
	{"VMDK", 0, 8, "\xbe\xba\xfe\xca\0\0\0\0"},
	{"VMDK", 0, 21, "# Disk DescriptorFile"},
	{"VDI", 64, 4, "\x7f\x10\xda\xbe"},
	{"Parallels HDD", 0, 16, "WithoutFreeSpace"},
	{"Parallels HDD", 0, 16, "WithouFreSpacExt"},
	{"WIM", 0, 8, "MSWIM\0\0\0"},
	{"WIM", 0, 8, "WLPWM\0\0\0"},
	{"EWF", 0, 8, "EVF\x09\x0d\x0a\xff\0"},
	{"FFU", 4, 12, "SignedImage "},
};

#define MAGIC_END 96u // behind the last of them

static const struct {
	const char *ending, *name;
} foreign[] = {
	{"vmdk", "VMDK"},         {"qcow", "qcow2"},   {"qcow2", "qcow2"},
	{"qed", "QED"},           {"vdi", "VDI"},      {"hdd", "Parallels HDD"},
	{"hds", "Parallels HDD"}, {"vhds", "VHD Set"}, {"wim", "WIM"},
	{"swm", "WIM"},           {"esd", "WIM"},      {"ppkg", "WIM"},
	{"ffu", "FFU"},           {"iso", "ISO 9660"}, {"dmg", "Apple DMG"},
	{"e01", "EWF"},           {"ex01", "EWF"},     {"ova", "OVA"},
	{"ovf", "OVF"},           {"gho", "Ghost"},    {"tib", "Acronis"},
	{"tibx", "Acronis"},      {"gz", "gzip"},      {"xz", "xz"},
	{"zst", "Zstandard"},     {"bz2", "bzip2"},    {"zip", "ZIP"},
	{"7z", "7-Zip"},          {"rar", "RAR"},
};

static const struct {
	const char *ending;
	enum vdisk_format format;
} own[] = {
	{"vhd", VDISK_VHD},    {"avhd", VDISK_VHD}, {"vhdx", VDISK_VHDX},
	{"avhdx", VDISK_VHDX}, {"raw", VDISK_RAW},
};

static const char *ending_of(const char *path)
{
	const char *end = "";

	for (const char *p = path; *p; p++) {
		if (*p == '/' || *p == '\\')
			end = "";
		else if (*p == '.')
			end = p + 1;
	}
	return end;
}

int vdisk_format_of_name(const char *path, enum vdisk_format otherwise,
			 enum vdisk_format *ret, struct err *err)
{
	const char *end = ending_of(path);

	for (size_t i = 0; i < sizeof(foreign) / sizeof(*foreign); i++)
		if (!strcasecmp(end, foreign[i].ending))
			return err_set(err, -ENOTSUP, path, ERR_NOWHERE,
				       "files called .%s are of another kind "
				       "(%s), which is not made here: .vhd, "
				       ".vhdx and .raw are",
				       foreign[i].ending, foreign[i].name);
	*ret = otherwise;
	for (size_t i = 0; i < sizeof(own) / sizeof(*own); i++)
		if (!strcasecmp(end, own[i].ending))
			*ret = own[i].format;
	return 0;
}

int vdisk_check_foreign(struct disk *file, struct err *err)
{
	uint8_t head[MAGIC_END] = {0};
	size_t size = file->size < sizeof(head) ? (size_t)file->size
						: sizeof(head);
	int r = disk_read(file, 0, head, size, err);

	for (size_t i = 0; !r && i < sizeof(magics) / sizeof(*magics); i++) {
		const struct magic *m = &magics[i];

		if (!memcmp(head + m->at, m->bytes, m->size))
			return err_set(err, -ENOTSUP, "disk", ERR_NOWHERE,
				       "this is a file of another kind (%s), "
				       "not a disk; a tool that knows it, such "
				       "as qemu-img convert, makes one of it",
				       m->name);
	}
	return r;
}
