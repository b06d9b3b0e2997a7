// SPDX-License-Identifier: MIT
//
// Where VHDs say that their parents are: Windows' two kinds of path and those of
// older makers, at odd places, long, and damaged.

#include "unit/libvdisk/images.h"

#define ROOM     (200u << 10)
#define PLACE(i) (65536u + (i) * 70000u + 3) // of the i-th path: odd

static struct err err;

// A path as a maker writes it; `wide` in UTF-16.
struct path {
	const char *platform, *text;
	bool wide;
};

static const struct {
	struct path paths[3];
	const char *relative, *absolute; // NULL: none
} cases[] = {
	{{{"W2ku", "C:\\v\\p.vhd", true}, {"W2ru", ".\\p.vhd", true}},
	 ".\\p.vhd",
	 "C:\\v\\p.vhd"},
	{{{"W2ru", "..\\b\xc3\xa4s\xe2\x82\xac\\p.vhd", true}},
	 "..\\b\xc3\xa4s\xe2\x82\xac\\p.vhd",
	 "p\xc3\xa9"},
	// Without any the name in the header counts.
	{{{0}}, NULL, "p\xc3\xa9"},
	{{{"Wi2k", "C:\\v\\p.vhd", false}, {"Wi2r", ".\\p.vhd", false}},
	 ".\\p.vhd",
	 "C:\\v\\p.vhd"},
	// In the bytes of its time, of which nobody knows the code page.
	{{{"Wi2r", ".\\p\xe9.vhd", false}}, ".\\p\xc3\xa9.vhd", "p\xc3\xa9"},
	{{{"Wi2r", ".\\p\xc3\xa9.vhd", false}},
	 ".\\p\xc3\xa9.vhd",
	 "p\xc3\xa9"},
	// The new ones win.
	{{{"Wi2r", ".\\old.vhd", false},
	  {"W2ru", ".\\new.vhd", true},
	  {"Wi2k", "C:\\old.vhd", false}},
	 ".\\new.vhd",
	 "C:\\old.vhd"},
	{{{"MacX", "file://localhost/Users/a%20b/p.vhd", false}},
	 NULL,
	 "/Users/a b/p.vhd"},
	{{{"MacX", "file:///p%2.vhd%zz%00", false}}, NULL, "/p%2.vhd%zz%00"},
	{{{"MacX", "/plain/p.vhd", false}}, NULL, "/plain/p.vhd"},
	{{{"MacX", "file:///p.vhd", false}, {"W2ku", "C:\\p.vhd", true}},
	 NULL,
	 "C:\\p.vhd"},
	// Not known, or a Mac's own.
	{{{"Mac ", "\1\2\3", false}, {"Xyz ", "p", false}}, NULL, "p\xc3\xa9"},
};

static void put_path(struct disk *file, struct vhd_header *h, size_t i,
		     const struct path *p)
{
	struct vhd_locator *l = &h->locators[i];
	size_t n = strlen(p->text);
	const void *bytes = p->text;
	le16 *units = NULL;

	if (p->wide) {
		check(!utf16_from_utf8(p->text, &units, &n));
		bytes = units;
		n *= 2;
	}
	memcpy(l->platform, p->platform, 4);
	l->offset = PLACE(i);
	l->length = (uint32_t)n;
	put(file, l->offset, bytes, n);
	mem_free(units);
}

static bool is_same(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static void check_cases(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct vhd_header h = {.parent = "p\xc3\xa9"};
		struct disk *file = new_memory(2 * ROOM);
		struct vdisk_parent p;

		for (size_t k = 0; k < 3 && cases[i].paths[k].text; k++)
			put_path(file, &h, k, &cases[i].paths[k]);
		check_ok(vhd_parent_read(file, &h, &p, &err), &err);
		if (!is_same(p.relative, cases[i].relative) ||
		    !is_same(p.absolute, cases[i].absolute) || p.volume) {
			fprintf(stderr, "case %zu: %s, %s\n", i, p.relative,
				p.absolute);
			exit(1);
		}
		vdisk_parent_done(&p);
		vdisk_parent_done(&p); // twice is fine
		disk_close(file);
	}
}

// What follows a NUL is not the path's; the longest path there can be.
static void check_ends(void)
{
	struct vhd_header h = {.locators = {{"W2ru", PLACE(0), 65534}}};
	static le16 units[32767];
	struct disk *file = new_memory(2 * ROOM);
	struct vdisk_parent p;

	for (size_t i = 0; i < 32767; i++)
		units[i] = to_le16('a');
	put(file, PLACE(0), units, sizeof(units));
	check_ok(vhd_parent_read(file, &h, &p, &err), &err);
	check_eq(strlen(p.relative), 32767);
	vdisk_parent_done(&p);
	put(file, PLACE(0) + 10, "\0\0", 2);
	check_ok(vhd_parent_read(file, &h, &p, &err), &err);
	check_eq(strlen(p.relative), 5);
	vdisk_parent_done(&p);
	disk_close(file);
}

static void check_damage(void)
{
	static const struct vhd_locator bad[] = {
		{"W2ru", PLACE(0), 7},       // half a character
		{"W2ru", PLACE(0), 65538},   // too long
		{"W2ru", 2 * ROOM - 10, 12}, // over the end
		{"W2ku", UINT64_MAX - 1, 4}, // wraps
		{"Wi2r", 2 * ROOM, 1},       {"MacX", 2 * ROOM - 1, 2},
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct vhd_header h = {.locators = {bad[i]}};
		struct vdisk_parent p = {(char *)1, (char *)2, (char *)3};
		struct disk *file = new_memory(2 * ROOM);
		struct err e = {0};

		check_eq(vhd_parent_read(file, &h, &p, &e), -EBADMSG);
		check_eq(e.where, bad[i].offset);
		check(!strcmp(e.what, "VHD parent locator"));
		check(p.relative == (char *)1 && p.volume == (char *)3);
		disk_close(file);
	}
}

int main(void)
{
	check_cases();
	check_ends();
	check_damage();
	return 0;
}
