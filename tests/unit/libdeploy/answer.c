// SPDX-License-Identifier: MIT
//
// Answer files: what a good one says, comments and quotes, several systems, how
// many there may be, and what is wrong in bad ones, with its line.
#include "answer.h"
#include "test.h"

#define REST                                                                   \
	"[image]\nfile = install.wim\n[vhd]\npath = \\vhd\\win.vhd\n"          \
	"size = 6G\n[boot]\nsystem = linux\n"

#define IMAGE   "[image]\nfile = i.wim\n"
#define A       "[vhd]\npath = \\a.vhd\nsize = 1G\n"
#define B       "[vhd]\npath = \\b.vhd\nsize = 1G\n"
#define LINUX   "[boot]\nsystem = linux\n"
#define WINDOWS "[boot]\nsystem = windows\n"

static void check_good(void)
{
	static const char text[] =
		"\xef\xbb\xbf; comment\r\n[disk]\r\n size = 4G..16G \r\n"
		"bus=nvme\nmodel = QEMU*\nwipe = yes\n"
		"seed = 01234567-89ab-cdef-0123-456789abcdef\n" REST
		"# comment\noptions = console=ttyS0 quiet\ntimeout = 5\n"
		"[finish]\naction = restart";
	struct answer *a;
	struct err err = {0};

	check_ok(answer_parse(text, sizeof(text) - 1, "/m/a/answer.ini",
			      ANSWER_START_UNKNOWN, &a, &err),
		 &err);
	check(a->rule.size_min == UINT64_C(4) << 30);
	check(a->rule.size_max == UINT64_C(16) << 30);
	check(!strcmp(a->rule.bus, "nvme") && !strcmp(a->rule.model, "QEMU*"));
	check(a->has_rule && a->wipe && a->has_seed);
	check(!strcmp(a->image_file, "/m/a/install.wim"));
	check_eq(a->system_count, 1);
	check(!strcmp(a->systems[0]->image_file, "/m/a/install.wim"));
	check(!strcmp(a->systems[0]->image, "1"));
	check(!strcmp(a->systems[0]->path, "\\vhd\\win.vhd"));
	check(!strcmp(a->systems[0]->label, "Windows"));
	check(a->systems[0]->size == UINT64_C(6) << 30);
	check(a->systems[0]->in_menu && !a->systems[0]->parent);
	check(a->layout == ANSWER_GPT && !a->environment && !a->default_entry);
	check(a->system == BOOT_LINUX && a->finish == FINISH_RESTART);
	check(!strcmp(a->options, "console=ttyS0 quiet"));
	check_eq(a->timeout, 5);
	check(a->system_size == 260 << 20 && a->msr_size == 16 << 20);
	answer_free(a);
	answer_free(NULL);

	check_ok(answer_parse(REST, strlen(REST), "a.ini", ANSWER_START_UNKNOWN,
			      &a, &err),
		 &err);
	check(!a->has_rule && !a->wipe && !a->has_seed);
	check(!strcmp(a->image_file, "install.wim"));
	answer_free(a);
}

static struct answer *parse(const char *text)
{
	struct answer *a = NULL;
	struct err err = {0};

	check_ok(answer_parse(text, strlen(text), "/m/a.ini",
			      ANSWER_START_UNKNOWN, &a, &err),
		 &err);
	return a;
}

// What is a comment behind a section or a value, and what is not.
static void check_comments(void)
{
	static const struct {
		const char *line, *model;
	} rows[] = {
		{"model = A  ; a disk\n", "A"},
		{"model = A\t; a # disk\r\n", "A"},
		{"model = A;b#c\n", "A;b#c"},
		{"model = A ;b\n", "A"},
		{"model=;b\n", ";b"},
		{"model=A = B ; = C\n", "A = B"},
		{"model = \"A ; b # c\"\n", "A ; b # c"},
		{"model = \" A \"   ; behind\r\n", " A "},
		{"model = \"A\"#behind\n", "A"},
		{"model = 5.25\" disk ; \"x\"\n", "5.25\" disk"},
		{"model = \xc3\xa0 ; behind\n", "\xc3\xa0"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[300];
		struct answer *a;

		snprintf(text, sizeof(text), "[disk]  ; one [disk]\n%s%s",
			 rows[i].line, REST);
		a = parse(text);
		check(!strcmp(a->rule.model, rows[i].model));
		answer_free(a);
	}
}

// Several systems: order, parents, and what each takes from [image].
static void check_several(void)
{
	struct answer *a = parse(
		"[disk]\nlayout = mbr\nsystem-size = 200M\n"
		"system-format = ntfs\n"
		"[image]\nfile = i.wim\nindex = 3\n"
		"[vhd]\npath = \\v\\c.vhdx\nparent = \\v\\b\\base.VHDX\n"
		"description = Child\n"
		"[vhd]\npath = \\v\\d.vhdx\nparent = \\v\\c.vhdx\n"
		"[vhd]\npath = \\v\\b\\base.vhdx\nsize = 3G\ntype = dynamic\n"
		"[partition]\nsize = 20G\nimage = other.wim\nlabel = Own\n"
		"[partition]\nsize = 8K\nindex = two\nmenu = no\n"
		"[boot]\nsystem = windows\ndefault = Child\n");

	check(a->layout == ANSWER_MBR && a->system_format == ANSWER_NTFS);
	check(a->system_size == 200 << 20);
	check_eq(a->system_count, 5);
	check_eq(a->systems[0]->type, VDISK_DIFFERENCING);
	check_eq(a->systems[0]->format, VDISK_VHDX);
	check(a->systems[0]->parent == a->systems[2]);
	check(a->systems[1]->parent == a->systems[0]);
	check(a->systems[1]->base == a->systems[2]);
	check(a->systems[2]->base == a->systems[2]);
	check(a->systems[1]->size == UINT64_C(3) << 30);
	check_eq(a->systems[2]->type, VDISK_DYNAMIC);
	// parents are not in the menu
	check(!a->systems[0]->in_menu && a->systems[1]->in_menu);
	check(!a->systems[2]->in_menu && a->systems[3]->in_menu);
	check(!a->systems[4]->in_menu);
	check(!strcmp(a->systems[2]->image, "3"));
	check(!strcmp(a->systems[2]->image_file, "/m/i.wim"));
	check(!strcmp(a->systems[3]->image, "1"));
	check(!strcmp(a->systems[3]->image_file, "/m/other.wim"));
	check(!strcmp(a->systems[3]->label, "Own"));
	check(!strcmp(a->systems[4]->image, "two"));
	check(!strcmp(a->systems[4]->image_file, "/m/i.wim"));
	check(!strcmp(a->default_entry, "Child"));
	check_eq(a->default_line, 29);
	answer_free(a);

	// a parent is in the menu when somebody says so
	a = parse(IMAGE A "menu = yes\n[vhd]\npath = \\c.vhd\n"
			  "parent = \\a.vhd\n" WINDOWS "environment = yes\n");
	check(a->systems[0]->in_menu && a->systems[1]->in_menu);
	check(!strcmp(a->environment, "Slipway"));
	answer_free(a);
	a = parse("[vhd]\nimage = own.wim\npath = \\a.vhd\nsize = 1G\n" WINDOWS
		  "environment = Rescue\n");
	check(!strcmp(a->environment, "Rescue") && !a->image_file);
	answer_free(a);
	a = parse(IMAGE "[partition]\n" WINDOWS "environment = no\n");
	check(!a->environment && !a->systems[0]->size);
	answer_free(a);
}

// More systems than any menu has.
static void check_many(void)
{
	char text[4000] = IMAGE, *end = text + strlen(text);
	struct answer *a;
	struct err err = {0};

	for (int i = 0; i < 64; i++)
		end += sprintf(end, "[vhd]\npath = \\v%02d.vhd\nsize = 1M\n",
			       i);
	strcpy(end, WINDOWS);
	a = parse(text);
	check_eq(a->system_count, 64);
	answer_free(a);
	strcpy(end, "[vhd]\n");
	check_eq(answer_parse(text, strlen(text), "a.ini", ANSWER_START_UNKNOWN,
			      &a, &err),
		 -EBADMSG);
	check(strstr(err.why, "more than 64 systems"));
}

static const struct {
	const char *text;
	uint64_t line; // ERR_NOWHERE: of the whole file
	const char *why;
} bad[] = {
	{"", ERR_NOWHERE, "[image] needs \"file\""},
	{"x = 1\n", 1, "before the first section"},
	{"[disk\n", 1, "\"]\" is missing"},
	{"[disk ; ]\n", 1, "no section [disk ;]"},
	{"[disk] x\n", 1, "only a comment"},
	{"[disk]\nmodel = ; none\n", 2, "given a value"},
	{"[disk]\nmodel = \"\"\n", 2, "given a value"},
	{"[disk]\nmodel = \"A\n", 2, "closing quote is missing"},
	{"[disk]\nmodel = A #2\n", 2, "put the value in double quotes"},
	{"[disk]\nmodel = \"A\" B\n", 2, "only a comment"},
	{"[disk]\nmodel ; = A\n", 2, "no key \"model ;\""},
	{"[disc]\n", 1, "no section [disc]"},
	{"[disk]\nnonsense\n", 2, "neither"},
	{"[disk]\n\ncolour = red\n", 3, "no key \"colour\" in [disk]"},
	{"[disk]\nwipe = yes\nwipe = no\n", 3, "on line 2 already"},
	{"[disk]\nwipe = maybe\n", 2, "must be yes or no"},
	{"[disk]\nsize = 8GB\n", 2, "must be like 8G"},
	{"[disk]\nsize = 8G..4G\n", 2, "must be like 8G"},
	{"[disk]\nsize = 8G...9G\n", 2, "must be like 8G"},
	{"[disk]\nbus = floppy\n", 2, "must be nvme"},
	{"[disk]\nserial =\n", 2, "given a value"},
	{"[disk]\nseed = 123\n", 2, "must be a GUID"},
	{"[vhd]\nsize = 0\n", 2, "must be a size"},
	{"[vhd]\npath = win.vhd\n", 2, "must be a path"},
	{"[vhd]\npath = \\..\\win.vhd\n", 2, "must be a path"},
	{"[vhd]\npath = \\a:b.vhd\n", 2, "must be a path"},
	{"[vhd]\npath = \\folder\\\n", 2, "must be a path"},
	{"[vhd]\npath = \\a\x1b.vhd\n", 2, "must be a path"},
	{"[vhd]\ntype = elastic\n", 2, "must be"},
	{"[boot]\nsystem = beos\n", 2, "must be windows or linux"},
	{"[image]\ncompact = zip\n", 2, "must be no, yes, xpress4k"},
	{IMAGE "compact = lzx\n" A LINUX, 3, "cannot have compressed files"},
	{"[boot]\noptions = 'quoted'\n", 2, "must be words"},
	{"[boot]\ntimeout = -1\n", 2, "must be a number"},
	{"[vhd]\nparent = win.vhd\n", 2, "must be a path"},
	{"[vhd]\nmenu = perhaps\n", 2, "must be yes or no"},
	{"[partition]\npath = \\w.vhd\n", 2, "no key \"path\""},
	{"[boot]\nenvironment = it's\n", 2, "must be yes, no, or a title"},
	{"[disk]\nlayout = bsd\n", 2, "must be gpt or mbr"},
	{"[disk]\nsystem-format = ext4\n", 2, "must be fat32 or ntfs"},
	{IMAGE "[vhd]\npath = \\w.vhd\nsize = 1000\n" LINUX, 5,
	 "multiple of 512"},
	{IMAGE "[vhd]\npath = \\w.vhd\nsize = 2041G\n" LINUX, 5,
	 "over 2040 GiB"},
	{IMAGE "[vhd]\npath = \\w.vhdx\nsize = 65T\n" LINUX, 5, "over 64 TiB"},
	{"[disk]\nefi-size = 40000001\n" IMAGE "[vhd]\npath = \\w.vhd\n"
	 "size = 1G\n" LINUX,
	 ERR_NOWHERE, "multiples of 4K"},
	{IMAGE "[vhd]\npath = \\it's.vhd\nsize = 1G\n" LINUX, 3, "cannot have"},
	{IMAGE "[vhd]\nsize = 1G\n[vhd]\n", 3, "[vhd] needs \"path\""},
	{IMAGE "[vhd]\npath = \\w.vhd\n" WINDOWS, 3,
	 "needs \"size\" or \"parent\""},
	{IMAGE LINUX, ERR_NOWHERE, "[vhd] or [partition] is missing"},
	{"[vhd]\npath = \\w.vhd\nsize = 1G\n" WINDOWS, ERR_NOWHERE,
	 "[image] needs \"file\""},
	{IMAGE A A WINDOWS, 6, "\\a.vhd is the [vhd] of line 3 already"},
	{IMAGE A "[vhd]\npath = \\A.VHD\nsize = 2M\n" WINDOWS, 6, "already"},
	{IMAGE A B "path = \\c.vhd\n", 9, "path is given on line 7 already"},
	{IMAGE "[vhd]\npath = \\w.img\nsize = 1G\n" WINDOWS, 3,
	 "end with .vhd or .vhdx"},
	// children
	{IMAGE A "[vhd]\npath = \\c.vhd\nparent = \\x.vhd\n" WINDOWS, 6,
	 "no [vhd] has that path"},
	{IMAGE A "[vhd]\npath = \\c.vhdx\nparent = \\a.vhd\n" WINDOWS, 6,
	 "a VHDX's a VHDX"},
	{IMAGE A "[vhd]\npath = \\d\\c.vhd\nparent = \\a.vhd\n" WINDOWS, 6,
	 "folder or below it"},
	{IMAGE A "[vhd]\npath = \\c.vhd\nparent = \\a.vhd\nsize = 1G\n" WINDOWS,
	 9, "has no size of its own"},
	{IMAGE A "[vhd]\nindex = 2\npath = \\c.vhd\nparent = \\a.vhd\n" WINDOWS,
	 7, "has no index of its own"},
	{IMAGE "[vhd]\npath = \\c.vhd\nparent = \\d.vhd\n"
	       "[vhd]\npath = \\d.vhd\nparent = \\c.vhd\n" WINDOWS,
	 3, "lead back to itself"},
	{IMAGE "[vhd]\npath = \\c.vhd\nparent = \\c.vhd\n" WINDOWS, 3,
	 "lead back to itself"},
	// partitions
	{IMAGE "[partition]\nsize = 1000\n" WINDOWS, 4, "a multiple of 4K"},
	{IMAGE "[partition]\n[partition]\n" WINDOWS, 3, "only the last one"},
	{IMAGE "[partition]\n" A WINDOWS, 3, "holds the VHDs"},
	{IMAGE "[partition]\nsize = 1G\n" LINUX, 3, "starts from a VHD"},
	// the menu
	{IMAGE A "menu = no\n" WINDOWS, ERR_NOWHERE, "left out of the menu"},
	{IMAGE A B WINDOWS "description = x\n", 11, "its own description"},
	{IMAGE A B LINUX, 10, "starts one VHD"},
	{IMAGE "[vhd]\npath = \\a.vhd\nsize = 1G\ntype = dynamic\n" LINUX, 3,
	 "starts from a fixed VHD"},
	// layouts
	{"[disk]\nlayout = mbr\n" IMAGE A LINUX, 2, "needs layout = gpt"},
	{"[disk]\nlayout = mbr\nefi-size = 100M\n" IMAGE A WINDOWS, 3,
	 "layout = mbr has system-size"},
	{"[disk]\nlayout = mbr\nmsr-size = 16M\n" IMAGE A WINDOWS, 3,
	 "needs layout = gpt"},
	{"[disk]\nsystem-size = 100M\n" IMAGE A WINDOWS, 2,
	 "needs layout = mbr"},
	{"[disk]\nsystem-format = ntfs\n" IMAGE A WINDOWS, 2,
	 "needs layout = mbr"},
	{"[disk]\nlayout = mbr\n" IMAGE A WINDOWS "environment = yes\n", 10,
	 "environment needs layout = gpt"},
	{IMAGE A LINUX "environment = yes\n", 8, "in its menu already"},
};

static void check_bad(void)
{
	struct answer *a = (struct answer *)1;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct err err = {0};

		printf("%s\n", bad[i].text);
		check_eq(answer_parse(bad[i].text, strlen(bad[i].text), "a.ini",
				      ANSWER_START_UNKNOWN, &a, &err),
			 -EBADMSG);
		check_eq(err.where, bad[i].line);
		check(strstr(err.why, bad[i].why));
		check(a == (struct answer *)1);
	}
	check_eq(answer_parse("[disk]\0", 7, "a.ini", ANSWER_START_UNKNOWN, &a,
			      NULL),
		 -EBADMSG);
}

int main(void)
{
	check_good();
	check_comments();
	check_several();
	check_many();
	check_bad();
	return 0;
}
