// SPDX-License-Identifier: MIT
#include "fixture.h"

static char said[20][400];
static size_t lines;

static void keep(void *ctx, const char *text)
{
	check(ctx == said && lines < 20);
	snprintf(said[lines++], sizeof(said[0]), "%s", text);
}

static void print(const struct answer *a)
{
	struct disk *d = fixture_disk(96 * MIB);
	struct plan *plan;

	lines = 0;
	check_ok(fixture_plan(a, d, &plan, &fixture_err), &fixture_err);
	plan_print(plan, keep, said);
	plan_free(plan);
	plan_free(NULL);
	disk_close(d);
	for (size_t i = 0; i < lines; i++)
		printf("%s\n", said[i]);
}

static void check_line(size_t i, const char *words)
{
	check(i < lines);
	check(strstr(said[i], words));
	check(!strchr(said[i], '\n'));
}

int main(void)
{
	struct answer *a;

	fixture_make();
	a = fixture_answer("linux", "efi-size = 40M\nmsr-size = 1M");
	print(a);
	check_eq(lines, 8);
	check_line(0, "disk test disk, 96 MB: blank, new GPT {");
	check_line(1, "partition 1        40 MB  EFI system, FAT32");
	check_line(2, "partition 2         1 MB  Microsoft reserved");
	check_line(3, "partition 3        53 MB  data, NTFS");
	check_line(4, "file \\v\\g.vhd on partition 3: fixed VHD, 16 MB");
	check_line(5, "linux.wim (linux image): 2 files, 2 folders, 1 MB");
	check_line(6, "boot: Linux from \\v\\g.vhd, by UEFI");
	check_line(7, "then: stay");
	answer_free(a);

	a = fixture_answer("windows", "efi-size = 40M\nwipe = yes");
	a->finish = FINISH_POWEROFF;
	print(a);
	check_line(0, "blank, new GPT {");
	check_line(6, "boot: Windows from");
	check_line(7, "then: power off");
	a->finish = FINISH_RESTART;
	print(a);
	check_line(7, "then: restart");
	answer_free(a);
	fixture_end();
	return 0;
}
