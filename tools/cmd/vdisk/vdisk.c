// SPDX-License-Identifier: MIT
//
// vdisk: virtual disks on the command line.

#include <stdio.h>
#include <string.h>

#include "vdisk_cmd.h"

static const char usage[] =
	"usage: vdisk info ADDRESS [--json]\n"
	"       vdisk create ADDRESS SIZE [--format vhd|vhdx] "
	"[--type fixed|dynamic]\n"
	"                    [--block-size SIZE] [--sector-size SIZE] "
	"[--sparse]\n"
	"       vdisk create ADDRESS --parent ADDRESS [--source ADDRESS]\n"
	"                    [--block-size SIZE]\n"
	"       vdisk expand ADDRESS SIZE [--force]\n"
	"       vdisk compact ADDRESS [--force] [--progress STYLE]\n"
	"       vdisk merge ADDRESS [--depth N] [--keep] [--force] "
	"[--progress STYLE]\n"
	"       vdisk reparent ADDRESS --parent ADDRESS [--force]\n"
	"       vdisk reset ADDRESS [--force]\n"
	"       vdisk check ADDRESS [--repair]\n"
	"       vdisk map ADDRESS\n"
	"       vdisk convert ADDRESS FILE [--format vhd|vhdx|raw] "
	"[--type fixed|dynamic]\n"
	"                     [--parent ADDRESS]\n"
	"       vdisk attach ADDRESS [--read-only] [--force]\n"
	"       vdisk detach DEVICE\n"
	"       vdisk list [--json]\n"
	"\n"
	"info    shows format, type and size of a VHD or VHDX\n"
	"create  makes a new disk; SIZE in bytes, or with K, M, G, T; with a\n"
	"        parent, one that holds only differences to it, at first none\n"
	"        or those that make it read as the source. A fixed disk takes\n"
	"        all its room at once, unless it is to be a sparse file, from\n"
	"        which Windows does not boot. A file whose name\n"
	"        ends in .vhdx becomes a VHDX, others a VHD (and .raw a raw file,\n"
	"        by convert)\n"
	"expand  makes a disk larger; volumes on it keep their size\n"
	"compact makes the file of a dynamic or differencing disk shorter:\n"
	"        blocks of zeroes, those that the NTFS and FAT volumes on it do\n"
	"        not use, and of a differencing disk those that are as the\n"
	"        parent's are given back\n"
	"merge   writes what a differencing disk holds into its parent, or\n"
	"        over N parents down, and deletes what was merged unless it is\n"
	"        to be kept. After a power cut, ask for the same again. Over\n"
	"        more than one, a note (FILE.merge) lies beside the file meanwhile\n"
	"reparent says anew where the parent is, or makes another disk the\n"
	"        parent\n"
	"reset   empties a disk that has a parent: it is as its parent again\n"
	"check   looks for damage; repairs a lost footer, and replays a log\n"
	"map     lists which bytes are data and which read as zeroes\n"
	"convert copies a disk of any kind into a new one; the parents of a\n"
	"        differencing disk are found as it names them, unless one is\n"
	"        given\n"
	"attach  serves a disk as a block device and prints its name,\n"
	"        /dev/ublkbN; a server stays in the background\n"
	"detach  ends that, unless the device is in use, and fails when not all that\n"
	"        was written to it could be kept\n"
	"list    shows what is attached\n"
	"\n"
	"What other disks in the folder are made from is not changed, nor\n"
	"attached for writing, unless forced (--force): that would break them.\n"
	"Disks of a chain lie on one volume. In a FAT volume files keep their\n"
	"size: what would need a longer one is refused there before anything is\n"
	"written.\n"
	"\n"
	"An ADDRESS is a file or device, or what lies inside of one:\n"
	"  win.vhd                      a virtual disk\n"
	"  /dev/nvme0n1p3:\\vhd\\win.vhd  one in the volume on a partition\n"
	"  disk.img@3:\\vhd\\win.vhd@1    a partition of it\n"
	"attach, detach and list need root and Linux 6.9 or later.\n";

COMMAND(vdisk, "vdisk", "make, show and attach virtual disks", usage);

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
} parts[] = {
	{"info", vdisk_cmd_info},     {"create", vdisk_cmd_create},
	{"expand", vdisk_cmd_expand}, {"compact", vdisk_cmd_compact},
	{"merge", vdisk_cmd_merge},   {"reparent", vdisk_cmd_reparent},
	{"reset", vdisk_cmd_reset},   {"check", vdisk_cmd_check},
	{"map", vdisk_cmd_map},       {"convert", vdisk_cmd_convert},
	{"attach", vdisk_cmd_attach}, {"detach", vdisk_cmd_detach},
	{"list", vdisk_cmd_list},
};

static int cmd_vdisk(int argc, char **argv)
{
	char text[CMD_SIMILAR_TEXT];
	struct cmd_similar s;

	if (argc < 2)
		return cmd_misuse("vdisk", "say what is to be done: info, "
					   "create, attach, ...");
	cmd_similar_begin(&s, argv[1]);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (!strcmp(argv[1], parts[i].name))
			return parts[i].run(argc - 1, argv + 1);
		else
			cmd_similar_add(&s, parts[i].name);
	return cmd_misuse("vdisk", "%s: there is no such subcommand%s", argv[1],
			  cmd_similar_end(&s, text));
}
