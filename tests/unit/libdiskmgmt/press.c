// SPDX-License-Identifier: MIT
//
// Keys from the picture to the lines, and what becomes of them.

#include "world.h"

// All lines, each with an end.
static const char *lines(const struct diskmgmt *d)
{
	static char text[8192];
	const struct diskmgmt_line *line;

	text[0] = 0;
	for (size_t i = 0; (line = diskmgmt_line(d, i)); i++) {
		strcat(text, line->is_command ? "slipway " : "");
		strcat(text, line->text);
		strcat(text, "\n");
	}
	return text;
}

static void check_lines(const struct diskmgmt *d, const char *wanted)
{
	if (strcmp(lines(d), wanted))
		fprintf(stderr, "%s", lines(d));
	check(!strcmp(lines(d), wanted));
}

static void check_screen(struct diskmgmt *d, const char *words, bool is_there)
{
	char *text = draw(d, 24, 80, true, false);

	if (!strstr(text, words) == is_there) {
		fprintf(stderr, "%s\n%s: %s\n", text, words,
			is_there ? "missing" : "there");
		exit(1);
	}
	free(text);
}

#define check_shows(d, words) check_screen(d, words, true)
#define check_hides(d, words) check_screen(d, words, false)

static void test_create(void)
{
	struct diskmgmt *d = start();

	check_eq(press(d, ">>>>c"), DISKMGMT_NOTHING);
	check_shows(d, "Disk 0, free space: Create a partition");
	check_shows(d, "create partition primary offset=419714048");
	// size, label; a letter that is no digit is none
	press(d, "_1x024__Data\"!");
	check_shows(d, "Do it? y: yes   n: no");
	check_eq(press(d, "y"), DISKMGMT_RUN);
	check_lines(d, "select disk 0\n"
		       "create partition primary size=1024 offset=419714048\n"
		       "format fs=ntfs label=\"Data\" quick\n"
		       "assign\n");
	diskmgmt_free(d);
}

// What holds something is lost after a word alone.
static void test_harmful(void)
{
	struct diskmgmt *d = start();

	press(d, ">>>f!");
	check_shows(d, "What it holds is lost.");
	check_eq(press(d, "!"), DISKMGMT_NOTHING);
	check_eq(press(d, "y!"), DISKMGMT_NOTHING);
	check_eq(press(d, "es!"), DISKMGMT_RUN);
	check_lines(d, "select disk 0\nselect partition 3\n"
		       "format fs=ntfs label=\"Windows\" quick\n");
	diskmgmt_free(d);
}

// A disk without a table may hold what we do not know: that is not called free.
static void test_unknown(void)
{
	struct diskmgmt *d = start();

	press(d, "||||||>c");
	check_shows(d, "Disk 2, no table: Create a table and a partition");
	press(d, "!");
	check_shows(d, "What it holds is lost.");
	check_eq(press(d, "y!"), DISKMGMT_NOTHING);
	press(d, "~<c!");
	check_shows(d, "What it holds is lost.");
	diskmgmt_free(d);
}

static void test_left(void)
{
	struct diskmgmt *d = start();

	press(d, ">>>!");
	check_shows(d, "► f  Format");
	press(d, "_!");
	check_shows(d, "(C:): Letter");
	press(d, "~");
	check_hides(d, "(C:): Letter");
	press(d, ">>>>d");
	press(d, "n~");
	check_eq(press(d, "R"), DISKMGMT_RESCAN);
	check_eq(press(d, "?q"), DISKMGMT_NOTHING); // closes the help
	check_eq(press(d, "z"), DISKMGMT_NOTHING);
	check_shows(d, "nothing here has that letter");
	check_eq(press(d, "q"), DISKMGMT_QUIT);
	diskmgmt_free(d);
}

// From row to row, from disk to disk.
static void test_go(void)
{
	static const struct {
		const char *keys, *told;
	} cases[] = {
		{"", "Disk 0: Fast"},
		{"^<", "Disk 0: Fast"},
		{"_", "Disk 0, partition 1 (S:)"},
		{"_>>", "Disk 0, partition 3 (C:)"},
		{"_>>_", "/dev/nvme0n1@3:\\vhd\\base.vhdx"},
		{"_>>__", "a child of \\vhd\\base.vhdx"},
		{"|", "Disk 3: work.vhdx"},
		{"||", "Disk 1: Old drive"},
		{"||_>", "Disk 1, partition 2 (E:)"},
		{"||_>^^", "VHD: its footer is damaged"},
		{"||_>>__", "Disk 2, no table"},
		{"||||||", "started from it"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct diskmgmt *d = start();

		press(d, cases[i].keys);
		check_shows(d, cases[i].told);
		diskmgmt_free(d);
	}
}

static void test_pasted(void)
{
	struct diskmgmt *d = start();
	struct term_key key = {.code = TERM_KEY_CHARACTER,
			       .character = 'w',
			       .is_pasted = true};

	diskmgmt_press(d, &key);
	check_hides(d, "Wipe its table (clean)");
	press(d, ">>>f|");
	diskmgmt_press(d, &key);
	check_shows(d, "label=\"Windowsw\"");
	key.code = TERM_KEY_ENTER;
	diskmgmt_press(d, &key);
	check_hides(d, "What it holds is lost.");
	diskmgmt_free(d);
}

static void run(struct diskmgmt *d, size_t good)
{
	for (size_t i = 0; diskmgmt_line(d, i); i++) {
		diskmgmt_begin_line(d, i);
		diskmgmt_tell(d, "\r\nDisk 0 is now the selected disk.\r\n");
		diskmgmt_tell(d, "  10 percent completed\r  20 percent");
		check_shows(d, "Working ...");
		check_hides(d, "  10 percent");
		diskmgmt_end_line(d, i, i < good);
		if (i >= good)
			break;
	}
	diskmgmt_end_run(d);
}

static void test_log(void)
{
	struct diskmgmt *d = start();
	struct err err = {0};
	char *script;

	press(d, "L");
	check_shows(d, "Nothing yet.");
	press(d, "~>>>a!");
	check_eq(press(d, "y"), DISKMGMT_RUN);
	run(d, 9);
	check_ok(diskmgmt_look(d, &world, &err), &err);
	check_shows(d, "Done. Press a key.");
	press(d, " k!");
	check_eq(press(d, "!"), DISKMGMT_RUN);
	check_lines(d, "slipway chkdsk \"/dev/nvme0n1@3\"\n");
	run(d, 0);
	check_shows(d, "FAILED");
	check_shows(d, "It failed; what follows it was not run.");
	press(d, " L");
	check_shows(d, "FAILED slipway chkdsk");
	press(d, "s{{{{{{{{{{{{");
	check_eq(press(d, "x.txt!"), DISKMGMT_SAVE);
	check(!strcmp(diskmgmt_save_path(d), "x.txt"));
	script = diskmgmt_script(d);
	check(script);
	check(!strcmp(script, "select disk 0\r\nselect partition 3\r\n"
			      "assign letter=C\r\n"
			      "rem failed: chkdsk \"/dev/nvme0n1@3\"\r\n"));
	mem_free(script);
	diskmgmt_free(d);
}

// What is marked stays marked while disks come and go.
static void test_look(void)
{
	struct diskmgmt_world less = world;
	struct diskmgmt *d = start();
	struct err err = {0};

	press(d, ">>>");
	less.file_count = 0;
	check_ok(diskmgmt_look(d, &less, &err), &err);
	check_shows(d, "Disk 0, partition 3 (C:)");
	press(d, "||");
	check_shows(d, "►Disk 1");
	less.disk_count = 1;
	check_ok(diskmgmt_look(d, &less, &err), &err);
	check_shows(d, "►Disk 0");
	less.disk_count = 0;
	check_ok(diskmgmt_look(d, &less, &err), &err);
	check_shows(d, "There are no disks.");
	press(d, "!c<>^_|?");
	diskmgmt_free(d);
	diskmgmt_free(NULL);
}

// While a line runs the lists that are drawn from are made anew.
static void test_changing(void)
{
	struct diskmgmt *d = start();
	struct diskmgmt_world old = world;
	struct storage_disk *gone = malloc(sizeof(disks));
	struct err err = {0};

	check(gone);
	memcpy(gone, disks, sizeof(disks));
	old.disks = gone;
	check_ok(diskmgmt_look(d, &old, &err), &err);
	press(d, ">>>a!y");
	diskmgmt_begin_line(d, 0);
	memset(gone, 0xff, sizeof(disks));
	free(gone);
	check_shows(d, "Disk 0, partition 3 (C:): Letter");
	diskmgmt_end_line(d, 0, true);
	diskmgmt_end_run(d);
	check_ok(diskmgmt_look(d, &world, &err), &err);
	press(d, "!");
	check_shows(d, "Disk 0, partition 3 (C:): Primary");
	diskmgmt_free(d);
}

int main(void)
{
	test_create();
	test_harmful();
	test_left();
	test_unknown();
	test_go();
	test_pasted();
	test_log();
	test_look();
	test_changing();
	return 0;
}
