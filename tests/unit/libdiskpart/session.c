// SPDX-License-Identifier: MIT
//
// Sessions: what is selected when, how scripts stop, what is said when something is
// missing.

#include "session.h"

#define MIB ((uint64_t)1 << 20)

static void begin_disks(void)
{
	fake_begin();
	fake_disk("/dev/sda", 300 * MIB, 512)->model = "Disk one";
	fake_disk("/dev/sdb", 64 * MIB, 512)->model = "Disk two";
	begin(NULL, 0);
}

// What must be selected is asked for by name, and nothing is done.
static void test_missing(void)
{
	static const struct {
		const char *line, *sentence;
	} rows[] = {
		{"list partition",
		 "There is no disk selected to list partitions."},
		{"clean", "There is no disk selected."},
		{"detail disk", "There is no disk selected."},
		{"select partition 1", "There is no disk selected."},
		{"detail partition", "There is no disk selected."},
		{"format", "There is no volume selected."},
		{"assign", "There is no volume selected."},
		{"shrink", "There is no volume selected."},
		{"attach vdisk", "There is no virtual disk selected."},
		{"select disk 7", "The disk you specified is not valid.\n\n"
				  "There is no disk selected."},
		{"select disk x", "The disk you specified is not valid."},
		{"select volume 3", "The volume you selected is not valid"},
		{"select volume z", "The volume you selected is not valid"},
	};

	begin_disks();
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		check_eq(run(rows[i].line), DISKPART_OBJECT);
		check_said(rows[i].sentence);
	}
	check_done("select disk 0");
	check_eq(run("select partition 1"), DISKPART_OBJECT);
	check_said("The specified partition is not valid.");
	check_eq(run("delete partition"), DISKPART_OBJECT);
	check_said("There is no partition selected.");
	end();
}

static void test_focus(void)
{
	begin_disks();
	check_done("select disk");
	check_said("There is no disk selected.");
	check_done("select disk 0\nclean\nconvert mbr\n"
		   "create partition primary size=20\nformat quick fs=fat\n"
		   "assign letter=s\n"
		   "create partition primary size=30\nformat quick fs=fat");
	check_done("select volume");
	check_said("Volume 1 is the selected volume.");
	// a volume has its partition and disk
	check_done("select disk 1\nselect volume S\nselect partition");
	check_said("Partition 1 is now the selected partition.");
	check_done("select disk");
	check_said("Disk 0 is now the selected disk.");
	// a disk has neither
	check_done("select disk 0\nselect volume");
	check_said("There is no volume selected.");
	// a partition has its volume
	check_done("select partition 2\nselect volume");
	check_said("Volume 1 is the selected volume.");
	// what is deleted is not selected any more, the disk still is
	check_done("delete partition\nselect partition");
	check_said("There is no partition selected.");
	check_done("select disk");
	check_said("Disk 0 is now the selected disk.");
	check_done("select disk next");
	check_said("Disk 1 is now the selected disk.");
	check_eq(run("select disk next"), DISKPART_OBJECT);
	end();
}

// A logical partition keeps its number when one before it goes, which the table's
// own of it does not.
static void test_numbers(void)
{
	begin_disks();
	check_done("sel dis 0\ncle\ncre par ext\ncre par log size=20\n"
		   "cre par log size=30\nlist par");
	check_said("  Partition ###  Type              Size     Offset\n"
		   "  -------------  ----------------  -------  -------\n"
		   "  Partition 0    Extended           299 MB  1024 KB\n"
		   "  Partition 1    Logical             20 MB  2048 KB\n"
		   "* Partition 2    Logical             30 MB    23 MB\n");
	check_done("sel par 2\nsel par 1\ndel par\nsel par 2\nlis par");
	check_said("* Partition 2    Logical             30 MB    23 MB\n");
	check_eq(run("sel par 0\ndel par"), DISKPART_FAILED);
	check_said("The extended partition is not empty.");
	check_done("sel par 0\ndel par override\nlis par");
	check_said("There are no partitions on this disk to show.");
	check_done("cle\ncon gpt\ncre par efi\nfor qui");
	check_eq(run("del vol"), DISKPART_FAILED);
	check_said("Cannot delete a protected partition without");
	end();
}

// --- Scripts -------------------------------------------------------------------

static void test_scripts(void)
{
	begin_disks();
	check_eq(run("rem \"\n\n  REM==\" x\nselect disk 9\nselect disk 0\n"),
		 DISKPART_OBJECT);
	check_said("The script stopped at line 4: select disk 9");
	check(!strstr(said, "Disk 0 is now"));
	check_done("select disk 9 noerr\nselect disk 0");
	check_said("Disk 0 is now the selected disk.");
	// what is not understood stops one in any case
	check_eq(run("select dusk 0 noerr\nselect disk 0"), DISKPART_MISUSE);
	check_eq(run("clean bogus noerr\nselect disk 0"), DISKPART_MISUSE);
	check_said("HELP CLEAN");
	check(!strstr(said, "Disk 0 is now"));
	check_eq(run("list disk\nremark\nlist disk"), DISKPART_MISUSE);
	check_done("list disk\r\nexit\r\nbogus");
	check(diskpart_has_left(session));
	end();
}

static void test_texts(void)
{
	static const char utf16[] =
		"\xff\xfes\0e\0l\0 \0d\0i\0s\0 \0001\0\r\0\n\0";
	static const char utf8[] = "\xef\xbb\xbfsel dis 1\rsel dis 0\r\n";

	static const char swapped[] =
		"\xfe\xff\0s\0e\0l\0 \0d\0i\0s\0 \0001\0\n";
	static const char nul[] = "sel dis 0\r\nlis dis\r\0clean";

	begin_disks();
	check_eq(diskpart_run_script(session, nul, sizeof(nul) - 1),
		 DISKPART_MISUSE);
	check_said("script:3: there is a NUL");
	check(!strstr(said, "selected disk"));
	check_eq(diskpart_run_script(session,
				     "\xff\xfe"
				     "a",
				     3),
		 DISKPART_MISUSE);
	check_said("script:1: ");
	check_eq(diskpart_run_script(session, swapped, sizeof(swapped) - 1), 0);
	check_said("Disk 1 is now the selected disk.");
	check_eq(diskpart_run_script(session, utf16, sizeof(utf16) - 1), 0);
	check_said("Disk 1 is now the selected disk.");
	check_eq(diskpart_run_script(session, utf8, sizeof(utf8) - 1), 0);
	check_said("Disk 0 is now the selected disk.");
	check_eq(diskpart_run_script(session, "", 0), 0);
	check_done("select disk 1");
	end();
	diskpart_close(NULL);
}

// --- Help ----------------------------------------------------------------------

// No line is longer than a terminal's.
static void check_width(void)
{
	for (const char *at = said; *at; at += strcspn(at, "\n") + 1)
		check(strcspn(at, "\n") < 80);
}

static void test_help(void)
{
	begin_disks();
	check_eq(run("bogus"), DISKPART_MISUSE);
	check_said("CREATE      - PARTITION, VDISK, VOLUME\n");
	check_said("bogus: this is no command.");
	check_done("help format\nhelp create vdisk\nhelp gpt");
	check_width();
	check_done("help");
	check_width();
	check_said("SELECT      - DISK, PARTITION, VOLUME, VDISK\n");
	check_done("help cre par");
	check_said("PRIMARY     - Create a primary partition.\n");
	check(!strstr(said, "VDISK"));
	check_done("help create partition primary");
	check_said("Syntax: CREATE PARTITION PRIMARY [SIZE=<N>] "
		   "[OFFSET=<N>] [ID=<TYPE>]\n"
		   "         [ALIGN=<N>] [NOERR]\n");
	check_done("help set id");
	check_said("Syntax: SET [ID=<TYPE>] [OVERRIDE] [NOERR]\n");
	check_eq(run("list"), DISKPART_MISUSE);
	check_said("VDISK       - Show the virtual disks.\n");
	check_eq(run("create volume simple"), DISKPART_FAILED);
	check_said("CREATE VOLUME SIMPLE: dynamic disks are not supported");
	end();
}

int main(void)
{
	test_missing();
	test_focus();
	test_numbers();
	test_scripts();
	test_texts();
	test_help();
	return 0;
}
