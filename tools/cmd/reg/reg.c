// SPDX-License-Identifier: MIT
//
// reg: keys and values of registry hives in files.

#include <string.h>
#include <strings.h>

#include "reg.h"

static const char usage[] =
	"usage: reg query KEY [/v NAME | /ve] [/s] [/t TYPE] [/z] [/se SEPARATOR]\n"
	"                     [/f TEXT [/k | /d | /v] [/c] [/e]] [/reg:32 | /reg:64]\n"
	"       reg add KEY [/v NAME | /ve] [/t TYPE] [/s SEPARATOR] [/d DATA] [/f]\n"
	"       reg delete KEY [/v NAME | /ve | /va] [/f]\n"
	"       reg copy KEY1 KEY2 [/s] [/f]\n"
	"       reg compare KEY1 KEY2 [/v NAME | /ve] [/oa | /od | /os | /on] [/s]\n"
	"       reg export KEY FILE [/y] [/as PATH]\n"
	"       reg import FILE KEY [/as PATH] [/part]\n"
	"\n"
	"Shows and changes keys of registry hives. KEY is a hive's file and a path in\n"
	"it: C/Windows/System32/config/SYSTEM\\Select, or one in a volume of a disk:\n"
	"disk.img@3:\\Windows\\System32\\config\\SYSTEM\\CurrentControlSet\\Services.\n"
	"With /reg:32 a key of a SOFTWARE hive is the one that 32-bit programs see.\n"
	"CurrentControlSet is the control set that Select\\Current names. A hive that\n"
	"was not closed is completed from the logs beside it; --ignore-logs reads it\n"
	"(query, compare, export) as it is without them: old, perhaps half written.\n"
	"\n"
	"query  /s all keys below; /v NAME or /ve one value; /t TYPE values of a type;\n"
	"       /z types with their numbers; /f TEXT search, in key names (/k) or data\n"
	"       (/d) or value names (/v) alone, with case (/c), whole words (/e)\n"
	"add    TYPE is REG_SZ (the default), REG_EXPAND_SZ, REG_MULTI_SZ (strings divided\n"
	"       by \\0, or by SEPARATOR, one character), REG_DWORD, REG_QWORD, REG_BINARY,\n"
	"       REG_NONE; without /v or /ve the unnamed value is set\n"
	"/f     do not ask before something is replaced or deleted; /y for a FILE\n"
	"compare ends with 0 for equal keys, 2 for others; /oa shows all, /od what\n"
	"       differs, /os what is the same, /on nothing\n"
	"export, import   FILE is a .reg file. /as PATH is what KEY is called in it;\n"
	"       by default the hive's own place, told by its name: SYSTEM is\n"
	"       HKEY_LOCAL_MACHINE\\SYSTEM, NTUSER.DAT is HKEY_CURRENT_USER. A file that\n"
	"       names keys of other hives too is refused; with /part what is KEY's is\n"
	"       imported, and the rest is listed. At a line that cannot be read nothing\n"
	"       is imported at all\n";

COMMAND(reg, "reg", "show and change registry hives", usage);

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
} operations[] = {
	{"query", reg_query},     {"add", reg_add},
	{"delete", reg_delete},   {"copy", reg_copy},
	{"compare", reg_compare}, {"export", reg_export},
	{"import", reg_import},
};

// What a running Windows does with hives, and why it is not needed.
static bool is_for_running(const char *word)
{
	static const char *const words[] = {"load", "unload", "save", "restore",
					    "flags"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strcasecmp(words[i], word))
			return true;
	return false;
}

static int cmd_reg(int argc, char **argv)
{
	char name[] = "reg";
	const char *word = argv[1];
	char text[CMD_SIMILAR_TEXT];
	struct cmd_similar s;

	if (argc < 2)
		return cmd_misuse("reg", "name an operation, such as query");
	cmd_similar_begin(&s, word);
	argv[1] = name; // who speaks, to the operation
	for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++)
		if (!strcasecmp(operations[i].name, word))
			return operations[i].run(argc - 1, argv + 1);
		else
			cmd_similar_add(&s, operations[i].name);
	if (is_for_running(word))
		return cmd_misuse("reg",
				  "%s: not needed here: KEY begins with "
				  "the hive's file, which can be copied",
				  word);
	return cmd_misuse("reg", "%s: there is no such operation%s", word,
			  cmd_similar_end(&s, text));
}
