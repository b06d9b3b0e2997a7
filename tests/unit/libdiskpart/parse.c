// SPDX-License-Identifier: MIT
//
// Which command a line means, with which options; and that every command of the
// table can be reached, also by its shortest words.

#include "libdiskpart/diskpart_priv.h"
#include "text.h"

static void add(char *text, const char *more)
{
	strcat(text, more);
}

static void add_call(char *text, const struct call *c)
{
	for (int i = 0; i < MAX_OPTIONS && c->command->options[i].name; i++) {
		const struct option *o = &c->command->options[i];
		char number[32];

		if (!c->values[i])
			continue;
		snprintf(number, sizeof(number), "%llu",
			 (unsigned long long)c->numbers[i]);
		add(text, " ");
		add(text, *o->name ? o->name : "value");
		add(text, o->kind == OPTION_FLAG ? "" : "=");
		add(text, o->kind == OPTION_NUMBER ? number : c->values[i]);
	}
	add(text, c->has_noerr ? " noerr" : "");
}

// Writes what a line means.
static const char *meaning(const char *line)
{
	static char text[1024];
	char name[DISKPART_NAME];
	struct words w;
	struct parse p;

	check_eq(diskpart_words_read(line, &w, NULL), 0);
	diskpart_parse(&w, &p);
	*text = 0;
	if (p.result == PARSE_UNKNOWN)
		add(text, "unknown");
	else
		add(text, diskpart_command_name(p.like, name));
	if (p.result == PARSE_UNFINISHED)
		snprintf(text, sizeof(text), "unfinished %zu", p.matched);
	if (p.result == PARSE_AMBIGUOUS) {
		add(text, " or ");
		add(text, diskpart_command_name(p.other, name));
	}
	if (p.result == PARSE_ARGUMENTS) {
		add(text, "? ");
		add(text, p.why.what);
	}
	if (p.result == PARSE_DONE)
		add_call(text, &p.call);
	diskpart_words_done(&w);
	return text;
}

static void test_commands(void)
{
	static const struct {
		const char *line, *meaning;
	} rows[] = {
		{"sel dis 0", "SELECT DISK value=0"},
		{"select disk=0", "SELECT DISK value=0"},
		{"SELECT DISK = 0", "SELECT DISK value=0"},
		{"select disk", "SELECT DISK"},
		{"select disk 0 noerr", "SELECT DISK value=0 noerr"},
		{"select disk noerr", "SELECT DISK noerr"},
		{"select volume c", "SELECT VOLUME value=c"},
		{"sel vdi file=\"C:\\a b.vhd\"",
		 "SELECT VDISK file=C:\\a b.vhd"},
		{"cre par pri size=500", "CREATE PARTITION PRIMARY size=500"},
		{"create partition primary size = 260 noerr",
		 "CREATE PARTITION PRIMARY size=260 noerr"},
		{"create noerr", "unfinished 1"},
		{"cre part efi size 100", "CREATE PARTITION EFI size=100"},
		{"att vdi", "ATTACH VDISK"},
		{"att dis cle rea", "ATTRIBUTES DISK clear readonly"},
		{"lis vol", "LIST VOLUME"},
		{"det par", "DETAIL PARTITION"},
		{"det vdi", "DETACH VDISK or DETAIL VDISK"},
		{"deta vdi", "DETACH VDISK or DETAIL VDISK"},
		{"detai vdi", "DETAIL VDISK"},
		{"format quick fs=ntfs label=\"System\"",
		 "FORMAT fs=ntfs label=System quick"},
		{"format FS = NTFS quick override",
		 "FORMAT fs=NTFS quick override"},
		{"format noerr quick fs ntfs", "FORMAT fs=ntfs quick noerr"},
		{"assign letter C", "ASSIGN letter=C"},
		{"ass let=\"W\"", "ASSIGN letter=W"},
		{"set id=27", "SET id=27"},
		{"set id = \"de94bba4-06d1-4d40-a16a-bfd50179d6ac\" override",
		 "SET id=de94bba4-06d1-4d40-a16a-bfd50179d6ac override"},
		{"setid id=07", "SETID id=07"},
		{"gpt attributes=0x8000000000000001",
		 "GPT attributes=0x8000000000000001"},
		{"uniqueid disk id=1", "UNIQUEID DISK id=1"},
		{"shr min=500", "SHRINK minimum=500"},
		{"shrink querymax", "SHRINK querymax"},
		{"clean all", "CLEAN all"},
		{"con gpt noerr", "CONVERT GPT noerr"},
		{"help create partition primary", "HELP"},
		{"rem remove", "REM"},
		{"remo all", "REMOVE all"},
		{"exit now", "EXIT"},
		{"create volume simple size=1 disk=2", "CREATE VOLUME SIMPLE"},
		{"repair disk=1", "REPAIR"},
		{"repair table", "REPAIR TABLE"},
		{"bogus", "unknown"},
		{"se dis 0", "unknown"},
		{"\"list\" disk", "unknown"},
		{"list", "unfinished 1"},
		{"list bogus", "unfinished 1"},
		{"create partition", "unfinished 2"},
		{"create par size=5", "unfinished 2"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		check_str(meaning(rows[i].line), rows[i].meaning);
}

static void test_refusals(void)
{
	static const struct {
		const char *line, *meaning;
	} rows[] = {
		{"format label=Windows RE tools", "FORMAT? RE"},
		{"format fs=ntfs fs=fat", "FORMAT? fs"},
		{"format quick=yes", "FORMAT? quick"},
		{"format fs", "FORMAT? fs"},
		{"format fs unit=4096", "FORMAT? fs"},
		{"clean disk", "CLEAN? disk"},
		{"clean=0", "CLEAN? clean"},
		{"create partition primary size=100MB",
		 "CREATE PARTITION PRIMARY? size"},
		{"create partition primary size=-1",
		 "CREATE PARTITION PRIMARY? size"},
		{"create partition primary size=",
		 "CREATE PARTITION PRIMARY? size"},
		{"create partition primary size=99999999999999999999",
		 "CREATE PARTITION PRIMARY? size"},
		{"select disk 0 1", "SELECT DISK? 1"},
		{"list disk=0", "LIST DISK? disk"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		check_str(meaning(rows[i].line), rows[i].meaning);
}

// The first `len` letters of each word of a command (0: all).
static void path_of(const struct command *c, int len, char line[128])
{
	*line = 0;
	for (int i = 0; i < MAX_PATH_WORDS && c->words[i]; i++)
		snprintf(line + strlen(line), 128 - strlen(line), "%.*s ",
			 len ? len : 32, c->words[i]);
}

static void test_table(void)
{
	for (size_t i = 0; i < diskpart_command_count; i++) {
		const struct command *c = &diskpart_commands[i];
		char line[128], name[DISKPART_NAME];

		check(c->summary && *c->summary);
		check(!c->run != !c->refusal);
		path_of(c, 0, line);
		check_str(meaning(line), diskpart_command_name(c, name));
		path_of(c, 3, line);
		// "det vdi" alone is of two; REM and SET are words of their own
		if (strcmp(line, "det vdi ") && strcmp(line, "rem ") &&
		    strcmp(line, "set "))
			check_str(meaning(line),
				  diskpart_command_name(c, name));
	}
}

int main(void)
{
	test_commands();
	test_refusals();
	test_table();
	return 0;
}
