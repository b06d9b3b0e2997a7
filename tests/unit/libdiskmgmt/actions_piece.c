// SPDX-License-Identifier: MIT
//
// Every action with the answers that it offers: its lines.

#include "world.h"

// An item is reached by the keys; the action's letter, and Enter, ask for it.
static const struct {
	const char *item, *keys, *lines;
} cases[] = {
	// disks
	{"", "w!", "select disk 0|clean"},
	{"", "w>!", "select disk 0|clean all"},
	{"", "o", "select disk 0|offline disk"},
	{"", "p", "select disk 0|attributes disk set readonly"},
	{"", "aa.vhd!", "select vdisk file=\"a.vhd\"|attach vdisk"},
	{"||||||", "c!", "select disk 2|convert gpt"},
	{"|", "u",
	 "select vdisk file=\"/dev/nvme0n1@3:\\vhd\\work.vhdx\"|detach vdisk"},
	// partitions
	{">", "d",
	 "select disk 0|select partition 1|delete partition override"},
	{">", "a>!", "select disk 0|select partition 1|assign letter=T"},
	{">", "aaa!", "select disk 0|select partition 1|assign letter=A"},
	{">>>>>", "a!", "select disk 0|select partition 4|assign letter=F"},
	{">", "an!", "select disk 0|select partition 1|remove letter=S"},
	{">", "f!",
	 "select disk 0|select partition 1|format fs=fat32 label=\"SYSTEM\" "
	 "quick"},
	{">>>", "f__>>>>>_n!",
	 "select disk 0|select partition 3|format fs=ntfs label=\"Windows\" "
	 "unit=8192"},
	{">>>", "e!", "select disk 0|select partition 3|extend"},
	{">>>", "e50!", "select disk 0|select partition 3|extend size=50"},
	{">>>", "s!", "select disk 0|select partition 3|shrink"},
	{">>>", "s50!", "select disk 0|select partition 3|shrink desired=50"},
	{">>>", "k!", "slipway chkdsk \"/dev/nvme0n1@3\""},
	{">>>", "k>!", "slipway chkdsk \"/dev/nvme0n1@3\" /f"},
	{">>>", "v!",
	 "create vdisk file=\"C:\\disk.vhdx\" maximum=204800 "
	 "type=expandable|attach vdisk"},
	{">>>", "v__>_n!",
	 "create vdisk file=\"C:\\disk.vhdx\" maximum=204800 type=fixed"},
	{">>>>>", "v!",
	 "create vdisk file=\"/dev/nvme0n1@4:\\disk.vhdx\" maximum=512 "
	 "type=expandable|attach vdisk"},
	// an MBR
	{"||>", "t", "select disk 1|select partition 1|inactive"},
	{"||>>", "d", "select disk 1|select partition 2|delete partition"},
	{"||>>>", "c__n!", "select disk 1|create partition logical|assign"},
	{"||>>>>", "c!",
	 "select disk 1|create partition primary|format fs=ntfs quick|assign"},
	// nothing yet
	{"||||||>", "c_>!",
	 "select disk 2|convert gpt|create partition efi|format fs=fat32 "
	 "quick|assign"},
	{"||||||>", "cm|>>!", "select disk 2|convert mbr|create partition msr"},
	// files
	{"_>>_", "a!",
	 "select vdisk file=\"C:\\vhd\\base.vhdx\"|attach vdisk readonly"},
	{"_>>_", "n!",
	 "create vdisk file=\"C:\\vhd\\base-child.vhdx\" "
	 "parent=\"C:\\vhd\\base.vhdx\""},
	{"_>>_", "k",
	 "slipway vdisk check \"/dev/nvme0n1@3:\\vhd\\base.vhdx\""},
	{"_>>__", "u", "select vdisk file=\"C:\\vhd\\work.vhdx\"|detach vdisk"},
	{"||^^", "m",
	 "select vdisk file=\"C:\\vhd\\try.vhdx\"|merge vdisk depth=1"},
	{"||^^", "r", "slipway vdisk reset \"/dev/nvme0n1@3:\\vhd\\try.vhdx\""},
	{"||^^", "e!",
	 "select vdisk file=\"C:\\vhd\\try.vhdx\"|expand vdisk maximum=61440"},
	{"||^^", "p", "select vdisk file=\"C:\\vhd\\try.vhdx\"|compact vdisk"},
};

static void lines(const struct diskmgmt *d, char *text)
{
	const struct diskmgmt_line *line;

	*text = 0;
	for (size_t i = 0; (line = diskmgmt_line(d, i)); i++) {
		strcat(text, i ? "|" : "");
		strcat(text, line->is_command ? "slipway " : "");
		strcat(text, line->text);
	}
}

static void test_lines(void)
{
	static char text[8192];

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct diskmgmt *d = start();

		press(d, cases[i].item);
		press(d, cases[i].keys);
		press(d, "yes!");
		lines(d, text);
		if (strcmp(text, cases[i].lines))
			fprintf(stderr, "case %zu (%s %s): %s\n", i,
				cases[i].item, cases[i].keys, text);
		check(!strcmp(text, cases[i].lines));
		diskmgmt_free(d);
	}
}

// What does not fit is not offered.
static void test_unfit(void)
{
	static const char *const keys[][2] = {
		{"", "c"},      // a disk with partitions is not converted
		{">>", "f"},    // no volume to format
		{">", "e"},     // nothing free behind it
		{">>>", "t"},   // no MBR
		{"_>>_", "m"},  // no parent
		{"_>>_", "e"},  // others are made from it
		{"_>>__", "a"}, // attached already
		{"||^", "a"},   // damaged
	};

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		struct diskmgmt *d = start();
		char *text;

		press(d, keys[i][0]);
		press(d, keys[i][1]);
		text = draw(d, 24, 80, true, false);
		if (!strstr(text, "nothing here has that letter"))
			fprintf(stderr, "case %zu: %s", i, text);
		check(strstr(text, "nothing here has that letter"));
		free(text);
		diskmgmt_free(d);
	}
}

int main(void)
{
	test_lines();
	test_unfit();
	return 0;
}
