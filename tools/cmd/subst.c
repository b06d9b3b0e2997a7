// SPDX-License-Identifier: MIT
//
// subst: drive letters for disks, volumes and folders in them (Microsoft's
// reference of commands, "subst").

#include <ctype.h>
#include <stdio.h>

#include "address.h"
#include "cmd.h"
#include "drives.h"

static const char usage[] =
	"usage: subst [LETTER: ADDRESS]\n"
	"       subst LETTER: /D\n"
	"\n"
	"Gives a letter to a disk, a volume, or a folder or virtual disk in one:\n"
	"subst V: disk.img@1. Every command then takes V:\\Windows, and V: for the\n"
	"volume. Nothing is mounted; letters are kept until the machine ends, for this\n"
	"user alone. Without words the letters are listed.\n"
	"\n"
	"  /D  take the letter away\n";

COMMAND(subst, "subst", "give drive letters to disks, volumes and folders",
	usage);

static int show_letters(void)
{
	struct address_letters l;
	struct err err = {0};

	if (address_letters_read(&l, &err))
		return cmd_fail("subst", NULL, &err);
	for (int i = 0; i < ADDRESS_LETTERS; i++)
		if (l.addresses[i])
			printf("%c:\\: => %s\n", 'A' + i, l.addresses[i]);
	address_letters_done(&l);
	return CMD_OK;
}

static int cmd_subst(int argc, char **argv)
{
	enum { REMOVE };
	struct cmd_switch s[] = {[REMOVE] = {.name = "D"}, {0}};
	struct err err = {0};
	int count, r;

	if (cmd_switches(argc, argv, s, &count))
		return CMD_MISUSE;
	if (!count && !s[REMOVE].value)
		return show_letters();
	if (!count || !isalpha((unsigned char)argv[1][0]) ||
	    argv[1][1] != ':' || argv[1][2])
		return cmd_misuse("subst", "%s: name a letter, as in V:",
				  count ? argv[1] : "/D");
	if (count != (s[REMOVE].value ? 1 : 2))
		return cmd_misuse("subst", s[REMOVE].value
						   ? "/D takes a letter alone"
						   : "name one address");
	r = s[REMOVE].value ? address_letter_remove(argv[1][0], &err)
			    : address_letter_assign(argv[1][0], argv[2], &err);
	return r ? cmd_fail("subst", argv[1], &err) : CMD_OK;
}
