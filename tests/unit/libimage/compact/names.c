// SPDX-License-Identifier: MIT
//
// Which names keep a file from being compressed, with which algorithm, and that one
// name of several is enough.

#include "libimage/compact/compact.h"
#include "test.h"

// A path is a row of entries, the root first.
struct path {
	struct wim_dentry parts[8];
	le16 units[256];
};

static struct wim_dentry *make(struct path *p, const char *text, uint64_t group)
{
	size_t n = 0, at = 0;

	memset(p, 0, sizeof(*p));
	for (; *text; n++) {
		struct wim_dentry *d = &p->parts[n + 1];

		d->parent = &p->parts[n];
		d->name = p->units + at;
		for (text++; *text && *text != '\\'; text++) {
			p->units[at++] = to_le16((uint8_t)*text);
			d->name_len++;
		}
	}
	p->parts[n].link_group = group;
	return &p->parts[n];
}

static const struct {
	const char *path;
	bool xpress4k, lzx;
} rows[] = {
	{"\\Windows\\explorer.exe", true, true},
	{"\\Windows\\System32\\shell32.dll", true, true},
	{"\\Windows\\System32\\ntoskrnl.exe", false, false},
	{"\\WINDOWS\\SYSTEM32\\WINLOAD.EFI", false, false},
	{"\\Windows\\System32\\Config\\SYSTEM", false, false},
	{"\\Windows\\System32\\config\\RegBack\\SAM", false, false},
	{"\\Windows\\System32\\drivers\\wof.sys", false, false},
	{"\\Windows\\System32\\drivers\\disk.sys", true, false},
	{"\\Windows\\System32\\hal.dll", true, false},
	{"\\Windows\\System32\\c_1252.nls", true, false},
	{"\\Windows\\Boot\\EFI\\bootmgfw.efi", true, false},
	{"\\bootmgr", false, false},
	{"\\Boot\\Fonts\\segoe.ttf", false, false},
	{"\\Users\\x\\bootmgr", true, true},
	{"\\vhd\\base.VHDX", false, false},
	{"\\pagefile.sys", false, false},
};

static void each(enum ntfs_wof_algorithm algorithm)
{
	const struct wim_image none = {0};
	struct compact_names *names;
	struct err err = {0};

	check_ok(image_compact_names_new(algorithm, &none, &names, &err), &err);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct path p;

		check_eq(image_compact_may(names, make(&p, rows[i].path, 0)),
			 algorithm == NTFS_WOF_XPRESS4K ? rows[i].xpress4k
							: rows[i].lzx);
	}
	image_compact_names_free(names);
	image_compact_names_free(NULL);
}

static void several_names(void)
{
	struct path one, other;
	struct wim_dentry *all[] = {make(&one, "\\WinSxS\\kernel.exe", 7),
				    make(&other, "\\a\\ntoskrnl.exe", 7)};
	const struct wim_image image = {.dentries = all, .dentry_count = 2};
	struct compact_names *names;
	struct path p;
	struct err err = {0};

	check_ok(image_compact_names_new(NTFS_WOF_LZX, &image, &names, &err),
		 &err);
	check(!image_compact_may(names, all[0]));
	check(!image_compact_may(names, all[1]));
	check(image_compact_may(names, make(&p, "\\WinSxS\\kernel.exe", 8)));
	image_compact_names_free(names);
}

int main(void)
{
	each(NTFS_WOF_XPRESS4K);
	each(NTFS_WOF_LZX);
	several_names();
	return 0;
}
