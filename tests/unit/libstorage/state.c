// SPDX-License-Identifier: MIT
//
// What is said of disks: the file's text, and changes of it.

#include <unistd.h>

#include "storage_state.h"
#include "test.h"

static struct err err;

static void test_text(void)
{
	static const struct {
		const char *text;
		size_t count; // 9: it is none
	} rows[] = {
		{"", 0},
		{"A\tx\n", 1},
		{"AR\tx\no\ty\nr\tz\n", 3},
		{"A\tx", 9},         // no end
		{"A x\n", 9},        // no tab
		{"A\t\n", 9},        // no address
		{"\tx\n", 9},        // nothing is said
		{"AA\tx\n", 9},      // twice
		{"R\tx\n", 9},       // read-only, and not attached
		{"Q\tx\n", 9},       // no such letter
		{"A\tx\no\tx\n", 9}, // one disk, two lines
		{"A\tx\ty\n", 9},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct storage_state s;
		int r = storage_state_decode(rows[i].text, strlen(rows[i].text),
					     &s, NULL);

		check_eq(r, rows[i].count < 9
				    ? 0
				    : err_corrupt(NULL, "", 0, "%s", ""));
		if (r)
			continue;
		check_eq(s.count, rows[i].count);
		storage_state_done(&s);
	}
}

static void put(const char *address, bool is_attached, bool is_offline)
{
	char name[64];
	struct storage_state_disk d = {.address = name,
				       .is_attached = is_attached,
				       .is_offline = is_offline};

	snprintf(name, sizeof(name), "%s", address);
	check_ok(storage_state_put(&d, &err), &err);
}

static void holds(const char *text)
{
	struct storage_state s;
	char *now;

	check_ok(storage_state_read(&s, &err), &err);
	now = storage_state_encode(&s);
	if (strcmp(now, text))
		fprintf(stderr, "it is: %s", now);
	check(!strcmp(now, text));
	mem_free(now);
	storage_state_done(&s);
}

static void test_session(void)
{
	char folder[] = "/tmp/slipway-state-XXXXXX", path[64];

	check(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/letters", folder);
	check(!setenv("SLIPWAY_LETTERS", path, 1));
	holds("");
	put("/b.vhd", true, false);
	put("/a.vhd", true, false);
	put("/b.vhd", true, true);
	holds("Ao\t/b.vhd\nA\t/a.vhd\n");
	put("/b.vhd", false, false);
	put("/c.vhd", false, false);
	holds("A\t/a.vhd\n");
	check_eq(storage_state_put(
			 &(struct storage_state_disk){
				 .address = (char[]){"a\tb"},
				 .is_offline = true},
			 NULL),
		 -EINVAL);
	for (int i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "%s/letters.disks%s", folder,
			 i ? ".lock" : "");
		check(!unlink(path));
	}
	check(!rmdir(folder));
}

int main(void)
{
	test_text();
	test_session();
	return 0;
}
