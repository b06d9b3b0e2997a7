// SPDX-License-Identifier: MIT
//
// The lines that a plan is told in: what they say, and that none is too wide.
#include "fixture.h"

static char said[20][400];
static size_t lines;

static void keep(void *ctx, const char *text)
{
	check(ctx == said && lines < 20);
	snprintf(said[lines++], sizeof(said[0]), "%s", text);
}

static void print_for(const char *name, const struct answer *a)
{
	const struct plan_target target = {.disk = fixture_disk(96 * MIB),
					   .name = name,
					   .boot_files = fixture_boot};
	struct plan *plan;

	lines = 0;
	check_ok(plan_make(a, &target, &plan, &fixture_err), &fixture_err);
	plan_print(plan, keep, said);
	plan_free(plan);
	plan_free(NULL);
	disk_close(target.disk);
	for (size_t i = 0; i < lines; i++)
		printf("%s\n", said[i]);
}

static void print(const struct answer *a)
{
	print_for("test disk", a);
}

static void check_line(size_t i, const char *words)
{
	check(i < lines);
	check(strstr(said[i], words));
	check(!strchr(said[i], '\n'));
}

static void check_width(void)
{
	for (size_t i = 0; i < lines; i++) {
		size_t columns = 0;

		for (const char *s = said[i]; *s; s++)
			columns += ((unsigned char)*s & 0xC0) != 0x80;
		check(columns && columns <= 79);
	}
}

int main(void)
{
	struct answer *a;

	fixture_make();
	a = fixture_answer("linux", "efi-size = 40M\nmsr-size = 1M");
	print(a);
	check_eq(lines, 9);
	check_width();
	check_line(0, "disk test disk, 96 MB: blank, new GPT");
	check_line(1, "partition 1     40 MB  EFI system, FAT32");
	check_line(2, "partition 2      1 MB  Microsoft reserved");
	check_line(3, "partition 3     53 MB  data, NTFS");
	check_line(4, "file \\v\\g.vhd on partition 3: fixed VHD, 16 MB");
	check_line(5, "linux.wim (linux image)");
	check_line(6, "  2 files, 2 folders, 1 MB");
	check_line(7, "boot: Linux from \\v\\g.vhd, by UEFI");
	check_line(8, "then: a shell");
	answer_free(a);

	// what is long goes on below, between words
	a = fixture_answer("linux", "efi-size = 40M\nmsr-size = 1M");
	print_for("/a folder/with \xC3\xA4 and a name of its own/of several "
		  "words.img",
		  a);
	check_eq(lines, 10);
	check_width();
	check(!strcmp(said[0], "disk /a folder/with \xC3\xA4 and a name of its "
			       "own/of several words.img, 96 MB: blank,"));
	check(!strcmp(said[1], "    new GPT"));
	// a word is left whole
	print_for(
		"/0123456789012345678901234567890123456789012345678901234567890"
		"1234567890123456789",
		a);
	check(!strcmp(said[1],
		      "    /0123456789012345678901234567890123456789012"
		      "345678901234567890"
		      "1234567890123456789,"));
	answer_free(a);

	a = fixture_answer("windows", "efi-size = 40M\nwipe = yes");
	a->finish = FINISH_POWEROFF;
	print(a);
	check_line(0, "blank, new GPT");
	check_line(7, "boot: Windows from");
	check_line(8, "then: power off");
	a->finish = FINISH_RESTART;
	print(a);
	check_line(8, "then: restart");
	answer_free(a);
	fixture_end();
	return 0;
}
