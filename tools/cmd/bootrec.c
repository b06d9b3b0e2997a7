// SPDX-License-Identifier: MIT
//
// bootrec: finds the Windows installations on a disk, on its volumes and in the
// virtual disks on them, and enters them into the store of its system partition;
// writes the code that a BIOS starts.

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "address.h"
#include "bcdboot/command.h"
#include "boot_code.h"
#include "cmd.h"
#include "bcdboot.h"

static const char usage[] =
	"usage: bootrec /fixmbr DISK\n"
	"       bootrec /fixboot DISK | VOLUME\n"
	"       bootrec /scanos DISK\n"
	"       bootrec /rebuildbcd DISK /s SYSTEM [/f UEFI | BIOS | ALL] [/y]\n"
	"\n"
	"/fixmbr writes the code in the MBR of DISK, which starts the active partition;\n"
	"the partition table stays as it is. /fixboot writes the boot code that loads\n"
	"BOOTMGR to VOLUME (NTFS or FAT32), or to the active partition of DISK. Both are\n"
	"for machines with a BIOS.\n"
	"\n"
	"/scanos finds the Windows installations on the NTFS volumes of DISK and in the\n"
	"VHD and VHDX files on them (in the root folder and three levels below).\n"
	"/rebuildbcd asks for each one (not with /y) and runs bcdboot for it: boot files\n"
	"and an entry on the system partition SYSTEM.\n"
	"\n"
	"DISK, VOLUME and SYSTEM are addresses, such as disk.img and disk.img@1.\n";

COMMAND(bootrec, "bootrec", "repair boot code, find Windows, rebuild a store",
	usage);

#define MAX_DEPTH   3 // of folders that are searched for virtual disks
#define MAX_ADDRESS 1200
#define MAX_FOUND   64 // nobody has more on a disk

enum { FIXMBR, FIXBOOT, SCANOS, REBUILDBCD, SYSTEM, FIRMWARE, YES, NONE };

struct scan {
	char *found[MAX_FOUND]; // addresses of Windows folders
	size_t count;
	int r;
	struct err err;
};

// A folder that is searched for virtual disks.
struct folder {
	struct scan *scan;
	struct tree *volume;
	const char *address; // of the folder
	size_t prefix;       // of that, before the path in the volume
	unsigned depth;
};

static void scan_disk(struct scan *s, const char *address, bool is_inner);

static void note(struct scan *s, const char *volume)
{
	char address[MAX_ADDRESS];

	if (s->r)
		return;
	if (s->count == MAX_FOUND) {
		s->r = err_set(&s->err, -EFBIG, volume, ERR_NOWHERE,
			       "over %d Windows installations: name a part of "
			       "them with bcdboot",
			       MAX_FOUND);
		return;
	}
	snprintf(address, sizeof(address), "%s:\\Windows", volume);
	s->found[s->count] = mem_strdup(address);
	if (s->found[s->count])
		s->count++;
	else
		s->r = err_nomem(&s->err);
}

static bool is_virtual_disk(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot && (!strcasecmp(dot, ".vhd") || !strcasecmp(dot, ".vhdx"));
}

static void search_folder(struct folder *f);

static int visit(void *ctx, const struct tree_stat *entry)
{
	struct folder *f = ctx, below = *f;
	char address[MAX_ADDRESS];

	if (f->scan->r)
		return f->scan->r;
	if (entry->name[0] == '$' ||
	    snprintf(address, sizeof(address), "%s\\%s", f->address,
		     entry->name) >= (int)sizeof(address))
		return 0;
	if (!entry->is_directory) {
		if (is_virtual_disk(entry->name))
			scan_disk(f->scan, address, true);
		return 0;
	}
	below.address = address;
	below.depth++;
	// What a link leads to is found where it lies.
	if (f->depth < MAX_DEPTH && entry->reparse_tag != TREE_TAG_SYMLINK &&
	    strcasecmp(entry->name, "Windows"))
		search_folder(&below);
	return 0;
}

// A folder that cannot be read hides what is in it, not the rest.
static void search_folder(struct folder *f)
{
	best_effort(tree_list(f->volume, f->address + f->prefix, visit, f,
			      NULL));
}

static bool holds_windows(struct tree *t)
{
	static const char *const loaders[] = {
		"\\Windows\\System32\\winload.efi",
		"\\Windows\\System32\\winload.exe"};
	struct tree_stat stat;

	for (size_t i = 0; i < 2; i++)
		if (!tree_stat(t, loaders[i], &stat, NULL))
			return true;
	return false;
}

static void scan_volume(struct scan *s, const char *address, bool is_inner)
{
	struct folder root = {.scan = s, .prefix = strlen(address) + 1};
	char inner[MAX_ADDRESS];
	struct place *place;

	if (address_open(address, 0, &place, NULL))
		return;
	if (!volume_open(place->disk, &root.volume, NULL)) {
		if (volume_ntfs(root.volume) && holds_windows(root.volume))
			note(s, address);
		snprintf(inner, sizeof(inner), "%s:", address);
		root.address = inner;
		// Windows boots no VHD that lies in a VHD
		if (volume_ntfs(root.volume) && !is_inner)
			search_folder(&root);
		tree_close(root.volume);
	}
	address_close(place);
}

// What is no disk with partitions holds nothing that could boot.
static void scan_disk(struct scan *s, const char *address, bool is_inner)
{
	struct part_table *t;
	int r = address_read_table(address, &t, is_inner ? NULL : &s->err);

	if (r) {
		s->r = is_inner ? s->r : r;
		return;
	}
	for (size_t i = 0; !s->r && i < t->count; i++) {
		char part[MAX_ADDRESS];

		if (snprintf(part, sizeof(part), "%s@%u", address,
			     t->parts[i].number) < (int)sizeof(part))
			scan_volume(s, part, is_inner);
	}
	part_table_free(t);
}

// What the installation calls itself, or nothing.
static char *describe(const char *address)
{
	struct place *place;
	char *name = NULL;

	if (address_open(address, 0, &place, NULL))
		return NULL;
	if (volume_ntfs(place->volume))
		best_effort(bcdboot_describe(place->volume, place->path, &name,
					     NULL));
	address_close(place);
	return name;
}

static void show(const struct scan *s)
{
	printf("Total identified Windows installations: %zu\n", s->count);
	for (size_t i = 0; i < s->count; i++) {
		char *name = describe(s->found[i]);

		printf("[%zu]  %s%s%s\n", i + 1, s->found[i], name ? "  " : "",
		       name ? name : "");
		mem_free(name);
	}
}

// Runs bcdboot for one installation.
static int enter(char *windows, const struct cmd_switch *s)
{
	char name[] = "bcdboot", system[] = "/s", firmware[] = "/f";
	char *argv[] = {name,     windows,
			system,   (char *)s[SYSTEM].value,
			firmware, (char *)s[FIRMWARE].value,
			NULL};

	if (s[FIRMWARE].value)
		return bcdboot_command(6, argv);
	argv[4] = NULL;
	return bcdboot_command(4, argv);
}

static bool wanted(const char *windows, const struct cmd_switch *s)
{
	char answer[32];

	if (s[YES].value)
		return true;
	printf("Add %s to boot list? Yes(Y)/No(N): ", windows);
	fflush(stdout);
	return fgets(answer, sizeof(answer), stdin) &&
	       (*answer == 'y' || *answer == 'Y');
}

// Asks for each installation, and enters those that are wanted. Each becomes the
// first in the menu: the first one found is last.
static int rebuild(const struct scan *scan, const struct cmd_switch *s)
{
	size_t entered = 0;
	int status = CMD_OK;

	for (size_t i = scan->count; i-- > 0 && !status;) {
		if (!wanted(scan->found[i], s))
			continue;
		status = enter(scan->found[i], s);
		entered++;
	}
	if (entered)
		return status;
	fputs("bootrec: nothing was added to the store\n", stderr);
	return CMD_FAILED;
}

// What cannot be opened is told by who reads it.
static int check_whole(const char *address, struct err *err)
{
	const struct place_level *last;
	struct place *place;
	int r = 0;

	if (address_open(address, 0, &place, NULL))
		return 0;
	last = place->levels + place->level_count - 1;
	if (place->level_count && last->kind == PLACE_PARTITION)
		r = err_set(err, -EINVAL, address, ERR_NOWHERE,
			    "this is a partition; name the whole disk, "
			    "without @N");
	address_close(place);
	return r;
}

static int find_windows(const char *disk, const struct cmd_switch *s)
{
	struct scan scan = {.count = 0};
	int status = CMD_OK;

	scan.r = check_whole(disk, &scan.err);
	if (!scan.r)
		scan_disk(&scan, disk, false);
	if (scan.r)
		status = cmd_fail("bootrec", disk, &scan.err);
	else
		show(&scan);
	if (!status && s[REBUILDBCD].value)
		status = rebuild(&scan, s);
	for (size_t i = 0; i < scan.count; i++)
		mem_free(scan.found[i]);
	return status;
}

static int fix_mbr(const char *disk)
{
	struct err err = {0};

	if (boot_code_write_mbr(disk, &err))
		return cmd_fail("bootrec", disk, &err);
	return CMD_OK;
}

// A disk's active partition, or the volume itself.
static int fix_boot(const char *address)
{
	struct err err = {0};
	const char *name;
	char *active;
	int r = boot_code_find_active(address, &active, &err);

	if (!r) {
		r = boot_code_write_volume(active, false, &name, &err);
		if (!r)
			printf("%s\n", active);
		mem_free(active);
	} else if (r == -ENODEV) {
		err = (struct err){0};
		r = boot_code_write_volume(address, false, &name, &err);
	}
	return r ? cmd_fail("bootrec", address, &err) : CMD_OK;
}

static int cmd_bootrec(int argc, char **argv)
{
	struct cmd_switch s[] = {
		[FIXMBR] = {"fixmbr", false, NULL},
		[FIXBOOT] = {"fixboot", false, NULL},
		[SCANOS] = {"scanos", false, NULL},
		[REBUILDBCD] = {"rebuildbcd", false, NULL},
		[SYSTEM] = {"s", true, NULL},
		[FIRMWARE] = {"f", true, NULL},
		[YES] = {"y", false, NULL},
		[NONE] = {NULL, false, NULL},
	};
	int words, verbs = 0, status, r = cmd_switches(argc, argv, s, &words);

	if (r)
		return r;
	for (int i = FIXMBR; i <= REBUILDBCD; i++)
		verbs += !!s[i].value;
	if (words != 1 || verbs != 1)
		return cmd_misuse("bootrec",
				  "one of /fixmbr, /fixboot, /scanos and "
				  "/rebuildbcd, and one DISK");
	if (s[REBUILDBCD].value && !s[SYSTEM].value)
		return cmd_misuse("bootrec", "/rebuildbcd needs /s SYSTEM");
	if (s[FIXMBR].value)
		status = fix_mbr(argv[1]);
	else if (s[FIXBOOT].value)
		status = fix_boot(argv[1]);
	else
		status = find_windows(argv[1], s);
	if (!status)
		puts("The operation completed successfully.");
	return status;
}
