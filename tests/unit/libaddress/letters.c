// SPDX-License-Identifier: MIT
//
// Drive letters: the table's text, what a letter may stand for, and what "V:..."
// then means.

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "address.h"
#include "drives.h"
#include "test.h"

static struct err err;

// --- The text --------------------------------------------------------------------

static void check_text(void)
{
	static const struct {
		const char *text;
		bool is_table;
	} rows[] = {
		{"", true},
		{"A\tx\n", true},
		{"Z\t/d.img@1:\\a b\\\nA\t/x\n", true},
		{"A\tx", false},   // no end
		{"a\tx\n", false}, // no capital
		{"A x\n", false},  // no tab
		{"A\t\n", false},  // no address
		{"A\tx\nA\tx\n", false},
		{"A\tx\ty\n", false},
		{"\n", false},
		{"1\tx\n", false},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct address_letters l;
		int r = address_letters_decode(rows[i].text,
					       strlen(rows[i].text), &l, NULL);

		check_eq(r, rows[i].is_table
				    ? 0
				    : err_corrupt(NULL, "", 0, "%s", ""));
		if (!r)
			address_letters_done(&l);
	}
}

// --- Meaning -----------------------------------------------------------------------

// disk.img holds a FAT volume as a whole.
static void make_disk(void)
{
	struct fat_format_options o = {0};
	struct tree *v;
	struct disk *d;

	check_ok(disk_create_file("disk.img", 1 << 20, 512, &d, &err), &err);
	check_ok(fat_format(d, &o, &err), &err);
	check_ok(volume_open(d, &v, &err), &err);
	check_ok(tree_begin(v, &err), &err);
	check_ok(tree_mkdir_all(v, "a\\b", 1, &err), &err);
	check_ok(tree_write_file(v, "a\\file", "x", 1, 0, 1, &err), &err);
	check_ok(tree_sync(v, &err), &err);
	tree_close(v);
	check_ok(disk_finish(d, &err), &err);
	disk_close(d);
}

static void means(const char *text, const char *rest, size_t at)
{
	struct address_parts p;

	check_ok(address_split(text, &p, &err), &err);
	if (strcmp(p.rest, rest))
		fprintf(stderr, "%s: %s\n", text, p.rest);
	check(!strcmp(p.rest, rest) && p.at == at && p.is_letter);
	check(address_is_same_path(p.path, "disk.img"));
	check(*p.path == '/');
	address_parts_done(&p);
}

static void refuses(char letter, const char *address, int code)
{
	struct err why = {0};

	check_eq(address_letter_assign(letter, address, &why), code);
	check_eq(why.code, code);
}

static void check_meaning(void)
{
	check_ok(address_letter_assign('v', "disk.img:\\", &err), &err);
	check_ok(address_letter_assign('V', "./disk.img", &err), &err);
	check_ok(address_letter_assign('W', "V:\\a", &err), &err);
	means("V:", "", 2);
	means("v:\\x", ":\\x", 2);
	means("V:/x/y", ":\\x/y", 2);
	means("V:x", ":\\x", 2);
	means("V:@1", "@1", 2); // as of any disk
	means("V::\\x", ":\\x", 2);
	means("W:", ":\\a\\", 2);
	means("W:\\x", ":\\a\\x", 2);
	means("W::\\x", ":\\a\\x", 2);
	refuses('V', "disk.img:\\a\\b", -EEXIST);
	refuses('1', "disk.img", -EINVAL);
	refuses('X', "disk.img:\\none", -ENOENT);
	refuses('X', "disk.img:\\a\\file", -ENOTSUP);
	refuses('X', "none.img", -ENOENT);
	refuses('X', "Y:\\", -EINVAL);
	refuses('X', ".", -ENOTSUP);
	refuses('X', "http://server/x.vhd", -ENOTSUP);
	check_eq(address_check_host("V:", NULL), -ENOTSUP);
}

static void check_removal(void)
{
	struct address_parts p;
	struct err why = {0};

	check(!rename("disk.img", "gone.img"));
	check_eq(address_split("V:\\x", &p, &why), -ENOENT);
	check(strstr(why.why, "subst V: /D"));
	why = (struct err){0};
	check_eq(address_split("v:", &p, &why), -ENOENT);
	check_ok(address_letter_remove('v', &err), &err);
	check_eq(address_letter_remove('V', NULL), -ENOENT);
	check_eq(address_letter_remove('-', NULL), -EINVAL);
	check_eq(address_split("V:\\x", &p, NULL), -EINVAL);
	check(!unlink("gone.img"));
}

// --- The file -----------------------------------------------------------------------

static void check_file(void)
{
	struct address_letters l;
	struct stat st;

	check(!setenv("SLIPWAY_LETTERS", "", 1)); // as if it were not there
	check(!setenv("XDG_RUNTIME_DIR", "/proc/none", 1));
	if (geteuid()) {
		check_ok(address_letters_read(&l, &err), &err);
		address_letters_done(&l);
	}
	check(!setenv("SLIPWAY_LETTERS", "table", 1));
	check(!stat("table", &st));
	check(!truncate("table", 1));
	check_eq(address_letters_read(&l, NULL),
		 err_corrupt(NULL, "", 0, "%s", ""));
	check(!unlink("table") && !unlink("table.lock"));
}

int main(void)
{
	char folder[] = "/tmp/slipway-letters-XXXXXX";

	check(mkdtemp(folder) && !chdir(folder));
	check(!setenv("SLIPWAY_LETTERS", "table", 1));
	check_text();
	make_disk();
	check_meaning();
	check_removal();
	check_file();
	check(!chdir("/") && !rmdir(folder));
	return 0;
}
