// SPDX-License-Identifier: MIT
//
// Whether two addresses mean one file of the host, or one volume: by what they
// lead to, not by how they are written.

#include <unistd.h>

#include "address.h"
#include "test.h"

static char dir[] = "/tmp/slipway-same-XXXXXX";

static void hosts(void)
{
	static const struct {
		const char *a, *b;
		bool is_same;
	} cases[] = {
		{"a", "a", true},        {"a", "./a", true},
		{"a", "hard", true},     {"a@1:\\x", "soft@2", true},
		{"a", "b", false},       {"a", "none", false},
		{"none", "none", false}, // nobody knows what it will be
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		check_eq(address_is_same_host(cases[i].a, cases[i].b),
			 cases[i].is_same);
		check_eq(address_is_same_host(cases[i].b, cases[i].a),
			 cases[i].is_same);
	}
}

#define PART(first)                                                            \
	{.kind = PLACE_PARTITION, .part = {.start = first, .size = 100}}
#define FILE_AT(name) {.kind = PLACE_FILE, .path = (char *)name}

// The levels of `a@1:\v.vhd@1:\x`, with one of them another.
static void volumes(void)
{
	static struct place_level levels[][4] = {
		{PART(1), FILE_AT("\\v.vhd"), PART(1), FILE_AT("\\x")},
		{PART(1), FILE_AT("\\V.VHD"), PART(1), FILE_AT("\\y")},
		{PART(1), FILE_AT("\\w.vhd"), PART(1), FILE_AT("\\x")},
		{PART(2), FILE_AT("\\v.vhd"), PART(1), FILE_AT("\\x")},
		{PART(1), FILE_AT("\\v.vhd"), PART(2), FILE_AT("\\x")},
	};
	struct place first = {.host_path = "a",
			      .level_count = 4,
			      .levels = levels[0],
			      .path = "\\x"};

	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		struct place other = first;

		other.host_path = "hard";
		other.levels = levels[i];
		check_eq(address_is_same_volume(&first, &other), i < 2);
		check(address_is_below(&first, &other, 0));
		check_eq(address_is_below(&first, &other, 1), i != 3);
		check_eq(address_is_below(&first, &other, 3), i < 2);
		check(!address_is_below(&first, &other, 5));
		other.host_path = "b";
		check(!address_is_same_volume(&first, &other));
		other = first;
		other.path = NULL; // a disk, no place in a volume
		check(!address_is_same_volume(&first, &other));
		other.path = first.path;
		other.level_count = 2;
		check(!address_is_same_volume(&first, &other));
	}
}

int main(void)
{
	char command[100];

	check(mkdtemp(dir) && !chdir(dir));
	check(!system("touch a b && ln a hard && ln -s a soft"));
	hosts();
	volumes();
	check(!chdir("/"));
	snprintf(command, sizeof(command), "rm -r '%s'", dir);
	check(!system(command));
	return 0;
}
