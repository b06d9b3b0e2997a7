// SPDX-License-Identifier: MIT
//
// Whole screens, as they are to look; what no screen may be hurt by.

#include "world.h"

static const struct {
	unsigned rows, columns;
	bool has_colour, is_ascii;
	const char *keys, *text;
} screens[] = {
	// a picture
	{24, 80, true, false, ">>>",
	 " Disk Management                                                    Slipway 1.0\n"
	 " Disk 0  466 GB, GPT  /dev/nvme0n1  Fast SSD 980\n"
	 " ▀▀▀▀▀▀▀▀▀│▀▀▀▀▀▀▀▀▀│►▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀│─────────│▀▀▀▀▀▀▀▀▀│──────────\n"
	 " S: SYSTEM│Reserved │C: Windows                 │Free ░░░░│Recovery │Free ░░░░░\n"
	 " 260 MB   │16 MB    │400 GB NTFS                │60 GB ░░░│1 GB NTFS│4 GB ░░░░░\n"
	 "    C:\\vhd\\base.vhdx  60 GB, expandable\n"
	 "       └ C:\\vhd\\work.vhdx  60 GB, differencing, attached: disk 3\n"
	 "          Disk 3  60 GB, GPT  /dev/nvme0n1@3:\\vhd\\work.vhdx\n"
	 "          ▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀\n"
	 "          W: Work\n"
	 "          59 GB NTFS\n"
	 "       └ C:\\vhd\\try.vhdx  60 GB, differencing\n"
	 "    C:\\vhd\\odd.vhd  TROUBLE\n"
	 " Disk 1  32 GB, MBR  /dev/sda  Old drive\n"
	 " ▀▀▀▀▀▀▀▀▀│▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀│─────────────────────────│─────────────────────────\n"
	 " D: System│E: Data         │Free (logical) ░░░░░░░░░░│Free ░░░░░░░░░░░░░░░░░░░░\n"
	 " 500 MB   │8 GB NTFS       │12 GB ░░░░░░░░░░░░░░░░░░░│11 GB ░░░░░░░░░░░░░░░░░░░\n"
	 " Disk 2  8 GB, no table, start medium  /dev/sdb  Stick\n"
	 " ──────────────────────────────────────────────────────────────────────────────\n"
	 " No table\n"
	 "────────────────────────────────────────────────────────────────────   more ▼ ──\n"
	 " Disk 0, partition 3 (C:): Primary, volume 1 Windows, 429,496,729,600 bytes at…\n"
	 " NTFS, 300 GB free, clusters of 4096\n"
	 " Enter: actions   Arrows, Tab: go   L: log   R: rescan   ?: help   Q: leave\n"},
	// without UTF-8 and colours, narrow, a menu
	{24, 60, false, true, ">>>!",
	 " Disk Management                                Slipway 1.0\n"
	 " Disk 0  466 GB, GPT  /dev/nvme0n1  Fast SSD 980\n"
	 " S=======|M=======|P>==========|--------|R=======|---------\n"
	 " S: SYST.|Reserved|C: Windows  |Free ...|Recovery|Free ....\n"
	 " 260 MB  |16 MB   |400 GB NTFS |60 GB ..|1 GB    |4 GB ....\n"
	 "    C:\\vhd\\base.vhdx  60 GB, expandable\n"
	 "       + C:\\vhd\\work.vhdx  60 GB, differencing, attached: d.\n"
	 "     +- Disk 0, partition 3 (C:) ---------------------+vhdx\n"
	 "     | > f  Format                                    |====\n"
	 "     |   a  Letter                                    |\n"
	 "     |   e  Extend                                    |\n"
	 "     |   s  Shrink                                    |\n"
	 "    C|   k  Check (chkdsk)                            |\n"
	 " Disk|   v  Create a virtual disk in it               |\n"
	 " S===|   d  Delete                                    |----\n"
	 " D: S+------------------------------------------------+....\n"
	 " 500 MB   |8 GB NTFS  |12 GB ...........|11 GB ............\n"
	 " Disk 2  8 GB, no table, start medium  /dev/sdb  Stick\n"
	 " ----------------------------------------------------------\n"
	 " No table\n"
	 "------------------------------------------------   more v --\n"
	 " Disk 0, partition 3 (C:): Primary, volume 1 Windows, 429,.\n"
	 " NTFS, 300 GB free, clusters of 4096\n"
	 " Enter: actions   Arrows, Tab: go   L: log   R: rescan   ?:.\n"},
	// a question with its lines
	{20, 70, true, false, ">>>>c",
	 " Disk Management                                          Slipway 1.0\n"
	 " Disk 0  466 GB, GPT  /dev/nvme0n1  Fast SSD 980\n"
	 " ┌─ Disk 0, free space: Create a partition ─────────────────────────┐\n"
	 " │ ► Type          ◄ primary ►                                      │\n"
	 " │   Size                       MB; empty: 61440                    │\n"
	 " │   File system   ◄ ntfs ►                                         │\n"
	 " │   Label                                                          │\n"
	 " │   Letter        ◄ next free ►                                    │\n"
	 " │                                                                  │\n"
	 " │ What will be run:                                                │\n"
	 " │   select disk 0                                                  │\n"
	 " │   create partition primary offset=419714048                      │\n"
	 " │   format fs=ntfs quick                                           │\n"
	 " │   assign                                                         │\n"
	 " │                                                                  │\n"
	 " │ Enter: go on   Tab: next   Space: another   Escape: leave        │\n"
	 "─└──────────────────────────────────────────────────────────────────┘─\n"
	 " Disk 0, free space: 64,424,509,440 bytes at 400 GB\n"
	 "\n"
	 " Enter: actions   Arrows, Tab: go   L: log   R: rescan   ?: help   Q:…\n"},
};

static void test_screens(void)
{
	for (size_t i = 0; i < sizeof(screens) / sizeof(*screens); i++) {
		struct diskmgmt *d = start();
		char *text;

		press(d, screens[i].keys);
		text = draw(d, screens[i].rows, screens[i].columns,
			    screens[i].has_colour, screens[i].is_ascii);
		if (strcmp(text, screens[i].text))
			fprintf(stderr, "screen %zu:\n%s", i, text);
		check(!strcmp(text, screens[i].text));
		free(text);
		diskmgmt_free(d);
	}
}

// Any size, with anything open.
static void test_sizes(void)
{
	static const char *const keys[] = {"",  ">>>!",  ">>>f",   ">>>f!", "?",
					   "L", ">>>>c", "||||||", ">>>a!y"};

	for (unsigned rows = 1; rows < 60; rows += 11) {
		for (unsigned columns = 1; columns < 200; columns += 37) {
			for (size_t i = 0; i < 9; i++) {
				struct diskmgmt *d = start();

				press(d, keys[i]);
				free(draw(d, rows, columns, i % 2, false));
				free(draw(d, 24, 80, true, false));
				diskmgmt_free(d);
			}
		}
	}
}

// More than fit: what is marked is in sight, and arrows say that there is more.
static void test_scroll(void)
{
	struct diskmgmt *d = start();
	char *text = draw(d, 14, 80, true, false);

	check(strstr(text, "more ▼") && !strstr(text, "▲"));
	free(text);
	press(d, "||||||");
	text = draw(d, 14, 80, true, false);
	check(strstr(text, "►Disk 2") && strstr(text, "▲"));
	free(text);
	diskmgmt_free(d);
}

// A label may be anything; a terminal gets nothing of it but letters.
static void test_hostile(void)
{
	struct diskmgmt *d = start();
	char *text;

	volumes[1].label = TEXT("\033]0;x\a\u202edrives\xff");
	text = draw(d, 24, 80, true, false);
	check(strstr(text, "C: ?]0;x??drives\ufffd"));
	check(!strpbrk(text, "\033\a"));
	free(text);
	diskmgmt_free(d);
}

static void test_bars(void)
{
	struct term_screen *s;
	struct err err = {0};
	char *text;

	make_world();
	check_ok(term_screen_new(30, 80, &s, &err), &err);
	check_eq(diskmgmt_draw_bars(&world, true, s, &err), 20);
	text = screen_text(s, false);
	check(strstr(text, " Disk 2  8 GB, no table, start medium  /dev/sdb"));
	check(!strstr(text, "►"));
	free(text);
	term_screen_free(s);
}

// A disk of 128 partitions is several bars.
static void test_many(void)
{
	struct storage_region *regions = calloc(128, sizeof(*regions));
	struct diskmgmt_world many = {.disks = disks, .disk_count = 1};
	struct term_screen *s;
	struct err err = {0};

	check(regions);
	make_world();
	for (unsigned i = 0; i < 128; i++)
		region(&regions[i], (i + 1) * GIB, GIB, i + 1, -1);
	disk(0, "/dev/sda", "many", 130 * GIB, PART_GPT, regions, 128);
	check_ok(term_screen_new(60, 80, &s, &err), &err);
	check_eq(diskmgmt_draw_bars(&many, true, s, &err), 1 + 3 * 9);
	term_screen_free(s);
	free(regions);
}

int main(void)
{
	test_screens();
	test_sizes();
	test_scroll();
	test_hostile();
	test_bars();
	test_many();
	return 0;
}
