// SPDX-License-Identifier: MIT
//
// 8.3 names: the forms, the checksum (against names that Windows made), names
// given, names taken, and name spaces.

#include "libntfs/build/build.h"
#include "test.h"

static struct err err;

static struct ntfs_build *start(struct disk **d, bool no_dos)
{
	struct ntfs_build_options o = {.no_dos_names = no_dos};
	struct ntfs_build *b;

	check_ok(disk_memory(32 << 20, 512, d, &err), &err);
	check_ok(ntfs_build_new(*d, &o, &b, &err), &err);
	return b;
}

static uint32_t add(struct ntfs_build *b)
{
	struct ntfs_node_spec spec = {.security = NTFS_NO_SECURITY};
	uint32_t node;

	check_ok(ntfs_build_add(b, &spec, &node, &err), &err);
	return node;
}

static uint32_t name(struct ntfs_build *b, uint32_t node, const char *text,
		     const char *dos)
{
	struct ntfs_name n = {.name_len = 0};
	le16 *units, *dos_units = NULL;

	check(!utf16_from_utf8(text, &units, &n.name_len));
	if (dos)
		check(!utf16_from_utf8(dos, &dos_units, &n.dos_name_len));
	n.name = units;
	n.dos_name = dos_units;
	check_ok(ntfs_build_link(b, node, NTFS_ROOT, &n, &err), &err);
	mem_free(units);
	mem_free(dos_units);
	return (uint32_t)b->name_count - 1;
}

static void is(const struct ntfs_build *b, uint32_t id, const char *dos,
	       unsigned space)
{
	const struct name *x = &b->names[id];
	char *text = utf16_to_utf8(b->units + x->dos_chars, x->dos_len);

	if (strcmp(text, dos) || x->space != space) {
		fprintf(stderr, "name %u: %s, %u, not %s, %u\n", id, text,
			x->space, dos, space);
		exit(1);
	}
	mem_free(text);
}

static void check_forms(void)
{
	static const struct {
		const char *name, *dos;
		unsigned space;
	} rows[] = {
		{"SomeStuff.aspx", "SOMEST~1.ASP", NTFS_NS_WIN32},
		{"SOMESTuff.asp", "SOMEST~2.ASP", NTFS_NS_WIN32},
		{"Somestuff2.aspx", "SOMEST~3.ASP", NTFS_NS_WIN32},
		{"somestuff3.aspx", "SOMEST~4.ASP", NTFS_NS_WIN32},
		{"Rammstein 1.mp3", "RAMMST~1.MP3", NTFS_NS_WIN32},
		{"Rammstein 2.mp3", "RAMMST~2.MP3", NTFS_NS_WIN32},
		{"Rammstein 3.mp3", "RAMMST~3.MP3", NTFS_NS_WIN32},
		{"Rammstein 4.mp3", "RAMMST~4.MP3", NTFS_NS_WIN32},
		{"Rammstein & Tatu - Moscow.mp3", "RA8E17~1.MP3",
		 NTFS_NS_WIN32},
		{"Rammstein - Asche zu Asche.mp3", "RA23A6~1.MP3",
		 NTFS_NS_WIN32},
		{"Rammstein - Du Hast.mp3", "RA0CAE~1.MP3", NTFS_NS_WIN32},
		{"Rammstein - Haifisch.mp3", "RA6BAA~1.MP3", NTFS_NS_WIN32},
		{"5+6 June Report.doc", "5_6JUN~1.DOC", NTFS_NS_WIN32},
		{"a.testing.file.bat", "ATESTI~1.BAT", NTFS_NS_WIN32},
		{"EIGHTCHR.TXT", "", NTFS_NS_BOTH},
		{"lower.c", "", NTFS_NS_BOTH},
		{"no_dot", "", NTFS_NS_BOTH},
		{"colon:inside", "", NTFS_NS_POSIX},
		{"ends with dot.", "", NTFS_NS_POSIX},
		{"ends with space ", "", NTFS_NS_POSIX},
		{"..double leading", "DOUBLE~1", NTFS_NS_WIN32},
	};
	uint32_t ids[sizeof(rows) / sizeof(*rows)];
	struct disk *d;
	struct ntfs_build *b = start(&d, false);

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		ids[i] = name(b, add(b), rows[i].name, NULL);
	check_ok(ntfs_build_short_names(b, &err), &err);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		is(b, ids[i], rows[i].dos, rows[i].space);
	ntfs_build_free(b);
	disk_close(d);
}

static void check_given(void)
{
	struct disk *d;
	struct ntfs_build *b = start(&d, false);
	uint32_t node = add(b);
	uint32_t given = name(b, add(b), "given a name", "HERE.IT");
	uint32_t same = name(b, add(b), "Same.txt", "SAME.TXT");
	uint32_t taken = name(b, add(b), "wants a taken one", "Same.txt");
	uint32_t first = name(b, node, "first of two links", NULL);
	uint32_t second = name(b, node, "second of two links", "SECOND~1");
	uint32_t third = name(b, node, "THIRD.TXT", NULL);
	uint32_t long_one = name(b, add(b), "LONGNA~1", NULL);
	uint32_t avoids = name(b, add(b), "longname of something", NULL);

	check_ok(ntfs_build_short_names(b, &err), &err);
	is(b, given, "HERE.IT", NTFS_NS_WIN32);
	is(b, same, "", NTFS_NS_BOTH);
	is(b, taken, "WANTSA~1", NTFS_NS_WIN32);
	is(b, first, "", NTFS_NS_POSIX);
	is(b, second, "SECOND~1", NTFS_NS_WIN32);
	is(b, third, "", NTFS_NS_POSIX);
	is(b, long_one, "", NTFS_NS_BOTH);
	is(b, avoids, "LONGNA~2", NTFS_NS_WIN32);
	check_eq(b->nodes[node].names, 4);
	ntfs_build_free(b);
	disk_close(d);
}

static void check_off(void)
{
	struct disk *d;
	struct ntfs_build *b = start(&d, true);
	uint32_t one = name(b, add(b), "a long name indeed", NULL);
	uint32_t two = name(b, add(b), "SHORT.TXT", NULL);
	uint32_t given = name(b, add(b), "given a name", "HERE.IT");

	check_ok(ntfs_build_short_names(b, &err), &err);
	is(b, one, "", NTFS_NS_POSIX);
	is(b, two, "", NTFS_NS_POSIX);
	is(b, given, "HERE.IT", NTFS_NS_WIN32);
	ntfs_build_free(b);
	disk_close(d);
}

// Thousands of names alike: all different, none over 8.3.
static void check_many(void)
{
	struct disk *d;
	struct ntfs_build *b = start(&d, false);
	char text[64];

	for (unsigned i = 0; i < 5000; i++) {
		snprintf(text, sizeof(text), "component file %u.manifest", i);
		name(b, add(b), text, NULL);
	}
	check_ok(ntfs_build_layout(b, &err), &err); // fails for equal names
	for (size_t i = 0; i < 5000; i++)
		check(b->names[i].dos_len >= 8 && b->names[i].dos_len <= 12);
	ntfs_build_free(b);
	disk_close(d);
}

int main(void)
{
	check_forms();
	check_given();
	check_off();
	check_many();
	return 0;
}
