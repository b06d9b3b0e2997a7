// SPDX-License-Identifier: MIT
//
// Where parents are looked for, by every form in which children keep paths.

#include "libvdisk/chain/chain_priv.h"
#include "test.h"

static struct err err;

static const struct {
	bool is_volume;
	const char *child, *relative, *absolute, *volume;
	const char *places; // in order, divided by "|"
} cases[] = {
	// The host.
	{false, "c.vhd", ".\\p.vhd", NULL, NULL, "./p.vhd|p.vhd"},
	{false, "/a/c.vhd", ".\\p.vhd", NULL, NULL, "/a/./p.vhd|/a/p.vhd"},
	{false, "a/b/c.vhd", "..\\base\\p.vhd", "/x/p.vhd", NULL,
	 "a/b/../base/p.vhd|/x/p.vhd|a/b/p.vhd"},
	{false, "/a/c.vhd", NULL, "C:\\x\\p.vhd", NULL, "/a/p.vhd"},
	{false, "/a/c.vhd", NULL, "\\\\server\\share\\p.vhd", NULL, "/a/p.vhd"},
	{false, "/a/c.vhd", NULL, "p.vhd", NULL, "/a/p.vhd"},
	{false, "/a/c.vhd", NULL, NULL, "\\\\?\\Volume{1}\\y\\q.vhdx",
	 "/a/q.vhdx"},
	{false, "/a/c.vhd", "", "", "", ""},
	{false, "/a/c.vhd", NULL, NULL, NULL, ""},
	{false, "/a/c.vhd", "..\\", NULL, NULL, "/a/../"},
	// A volume: relative paths.
	{true, "\\v\\c.vhd", ".\\p.vhd", NULL, NULL, "\\v\\p.vhd"},
	{true, "\\c.vhd", "p.vhd", NULL, NULL, "\\p.vhd"},
	{true, "/v/c.vhd", "p.vhd", NULL, NULL, "\\v\\p.vhd"},
	{true, "\\v\\w\\c.vhd", "..\\base\\.\\p.vhd", NULL, NULL,
	 "\\v\\base\\p.vhd|\\v\\w\\p.vhd"},
	{true, "\\v\\w\\c.vhd", "..\\..\\p.vhd", NULL, NULL,
	 "\\p.vhd|\\v\\w\\p.vhd"},
	{true, "\\v\\w\\c.vhd", "..\\..\\..\\p.vhd", NULL, NULL,
	 "\\v\\w\\p.vhd"}, // above the root
	{true, "\\c.vhd", "..\\p.vhd", NULL, NULL, "\\p.vhd"},
	{true, "\\c.vhd", "a\\..\\..\\p.vhd", NULL, NULL, "\\p.vhd"},
	{true, "\\v\\c.vhd", "a\\\\b//p.vhd", NULL, NULL,
	 "\\v\\a\\b\\p.vhd|\\v\\p.vhd"},
	{true, "\\v\\c.vhd", "...\\p.vhd", NULL, NULL,
	 "\\v\\...\\p.vhd|\\v\\p.vhd"},
	{true, "\\v\\c.vhd", "..", NULL, NULL, ""}, // a folder
	{true, "\\v\\c.vhd", "p.vhd:stream", NULL, NULL, ""},
	{true, "\\v\\c.vhd", "", "", "", ""},
	// A volume: absolute paths.
	{true, "\\v\\c.vhd", NULL, "C:\\x\\p.vhd", NULL,
	 "\\x\\p.vhd|\\v\\p.vhd"},
	{true, "\\v\\c.vhd", NULL, "z:/x/p.vhd", NULL, "\\x\\p.vhd|\\v\\p.vhd"},
	{true, "\\v\\c.vhd", NULL, "C:p.vhd", NULL, ""},
	{true, "\\v\\c.vhd", NULL, "C:\\..\\p.vhd", NULL, "\\v\\p.vhd"},
	{true, "\\v\\c.vhd", NULL, "\\x\\p.vhd", NULL, "\\x\\p.vhd|\\v\\p.vhd"},
	{true, "\\v\\c.vhd", NULL, "/x/p.vhd", NULL, "\\x\\p.vhd|\\v\\p.vhd"},
	{true, "\\v\\c.vhd", NULL, "\\\\?\\C:\\x\\p.vhd", NULL,
	 "\\x\\p.vhd|\\v\\p.vhd"},
	{true, "\\v\\c.vhd", NULL, "\\??\\C:\\x\\p.vhd", NULL,
	 "\\x\\p.vhd|\\v\\p.vhd"},
	{true, "\\v\\c.vhd", NULL, NULL,
	 "\\\\?\\Volume{5e0bd954-71b2-4bff-a928-082af7ab0f8f}\\x\\p.vhd",
	 "\\x\\p.vhd|\\v\\p.vhd"},
	{true, "\\v\\c.vhd", NULL, "C:\\y\\p.vhd", "\\\\?\\VOLUME{}\\x\\p.vhd",
	 "\\y\\p.vhd|\\x\\p.vhd|\\v\\p.vhd"},
	{true, "\\v\\c.vhd", NULL, "\\Device\\HarddiskVolume12\\x\\p.vhd", NULL,
	 "\\x\\p.vhd|\\v\\p.vhd"},
	{true, "\\v\\c.vhd", NULL,
	 "\\\\?\\GLOBALROOT\\Device\\HarddiskVolume3\\x\\p.vhd", NULL,
	 "\\x\\p.vhd|\\v\\p.vhd"},
	{true, "\\v\\c.vhd", NULL, "\\\\server\\share\\p.vhd", NULL,
	 "\\v\\p.vhd"},
	{true, "\\v\\c.vhd", NULL, "\\\\?\\UNC\\server\\share\\p.vhd", NULL,
	 "\\v\\p.vhd"},
	{true, "\\v\\c.vhd", NULL, "\\\\?\\Volume{1}", NULL, "\\v\\Volume{1}"},
	{true, "\\v\\c.vhd", ".\\p.vhd", "C:\\v\\p.vhd", NULL, "\\v\\p.vhd"},
};

static void check_case(size_t i)
{
	struct vdisk_parent parent = {(char *)cases[i].relative,
				      (char *)cases[i].absolute,
				      (char *)cases[i].volume};
	struct vdisk_places places;
	char all[512] = "";

	check_ok(vdisk_places_list(cases[i].is_volume, cases[i].child, &parent,
				   &places, &err),
		 &err);
	for (size_t k = 0; k < places.count; k++)
		snprintf(all + strlen(all), sizeof(all) - strlen(all), "%s%s",
			 k ? "|" : "", places.paths[k]);
	if (strcmp(all, cases[i].places)) {
		fprintf(stderr, "case %zu: %s, not %s\n", i, all,
			cases[i].places);
		exit(1);
	}
	vdisk_places_done(&places);
	check_eq(places.count, 0);
}

int main(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_case(i);
	check(vdisk_path_is_remote("\\\\server\\share\\x"));
	check(vdisk_path_is_remote("\\\\?\\unc\\server\\share\\x"));
	check(vdisk_path_is_remote("//server/share/x"));
	check(!vdisk_path_is_remote("\\\\?\\C:\\x"));
	check(!vdisk_path_is_remote("\\\\.\\C:\\x"));
	check(!vdisk_path_is_remote("C:\\x"));
	check(!vdisk_path_is_remote(""));
	return 0;
}
