// SPDX-License-Identifier: MIT
//
// Load options: laid out as the specification has it (UEFI 2.10, 3.1.3), read
// back, and the odd ones that firmware holds.

#include "efi.h"
#include "test.h"

static const struct efi_entry gpt = {
	.title = "W\xc3\xa4",
	.active = true,
	.is_gpt = true,
	.partition_number = 1,
	.start = 0x800,
	.size = 0x32000,
	.partition = {{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}},
	.path = "\\a",
	.optional = (uint8_t *)"opt",
	.optional_size = 3,
};

static const uint8_t gpt_bytes[] = {
	1,   0,  0,  0,  56,   0,    'W', 0, 0xe4, 0,   0,  0,  4, 1,    42,
	0,   1,  0,  0,  0,    0,    8,   0, 0,    0,   0,  0,  0, 0,    0x20,
	3,   0,  0,  0,  0,    0,    1,   2, 3,    4,   5,  6,  7, 8,    9,
	10,  11, 12, 13, 14,   15,   16,  2, 2,    4,   4,  10, 0, '\\', 0,
	'a', 0,  0,  0,  0x7f, 0xff, 4,   0, 'o',  'p', 't'};

static bool same_text(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static bool same(const struct efi_entry *a, const struct efi_entry *b)
{
	return same_text(a->title, b->title) && same_text(a->path, b->path) &&
	       a->active == b->active && a->is_gpt == b->is_gpt &&
	       a->partition_number == b->partition_number &&
	       a->start == b->start && a->size == b->size &&
	       guid_equal(&a->partition, &b->partition) &&
	       a->signature == b->signature &&
	       a->optional_size == b->optional_size &&
	       (!a->optional_size ||
		!memcmp(a->optional, b->optional, a->optional_size));
}

static void round_trip(const struct efi_entry *e)
{
	struct err err = {0};
	struct efi_entry back;
	size_t size;
	void *data;

	check_ok(efi_entry_encode(e, &data, &size, &err), &err);
	check_ok(efi_entry_decode(data, size, &back, &err), &err);
	check(same(e, &back));
	efi_entry_done(&back);
	mem_free(data);
}

static void layout(void)
{
	struct efi_entry mbr = gpt, e;
	struct err err = {0};
	size_t size;
	void *data;

	check_ok(efi_entry_encode(&gpt, &data, &size, &err), &err);
	check_eq(size, sizeof(gpt_bytes));
	check(!memcmp(data, gpt_bytes, size));
	mem_free(data);
	round_trip(&gpt);

	mbr.is_gpt = mbr.active = false;
	mbr.partition = (struct guid){{0}};
	mbr.signature = 0x8899aabb;
	mbr.optional = NULL;
	mbr.optional_size = 0;
	round_trip(&mbr);
	check_ok(efi_entry_encode(&mbr, &data, &size, &err), &err);
	check(!memcmp((uint8_t *)data + 36, "\xbb\xaa\x99\x88\0\0", 6));
	check(!memcmp((uint8_t *)data + 52, "\1\1", 2));
	mem_free(data);

	// every cut is corrupt, but those within the optional data
	for (size_t n = 0; n < sizeof(gpt_bytes); n++)
		check_eq(efi_entry_decode(gpt_bytes, n, &e, NULL),
			 n < sizeof(gpt_bytes) - 3 ? -EBADMSG
						   : (efi_entry_done(&e), 0));
	efi_entry_done(&e);
}

// Reads an option whose device path is `nodes`. Returns its result.
static int read_nodes(const void *nodes, size_t size, struct efi_entry *ret)
{
	uint8_t data[256] = {1, 0, 0, 0, (uint8_t)size, 0, 'x', 0, 0, 0};

	memcpy(data + 10, nodes, size);
	return efi_entry_decode(data, 10 + size, ret, NULL);
}

#define DRIVE                                                                  \
	"\4\1\52\0\1\0\0\0\0\10\0\0\0\0\0\0\0\40\3\0\0\0\0\0"                  \
	"ABCDEFGHIJKLMNOP\2\2"
#define END "\x7f\xff\4\0"

static void odd_paths(void)
{
	static const struct {
		const char *nodes;
		size_t size;
		int code;
		const char *path;
	} cases[] = {
#define CASE(nodes, code, path) {nodes, sizeof(nodes) - 1, code, path}
		CASE("", 0, NULL),
		CASE(END, 0, NULL),
		// a whole path from the root of the machine
		CASE("\2\1\14\0\x41\xd0\12\3\0\0\0\0" DRIVE
		     "\4\4\10\0a\0\0\0" END,
		     0, "a"),
		// the file in several nodes, with and without backslashes
		CASE(DRIVE "\4\4\10\0a\0\0\0"
			   "\4\4\10\0b\0\0\0" END,
		     0, "a\\b"),
		CASE(DRIVE "\4\4\12\0\\\0a\0\0\0"
			   "\4\4\12\0\\\0b\0\0\0" END,
		     0, "\\a\\b"),
		// no NUL at the end, an odd byte
		CASE(DRIVE "\4\4\7\0a\0z" END, 0, "a"),
		CASE(DRIVE "\4\4\4\0" END, 0, NULL),
		// a second path after the first
		CASE(DRIVE "\4\4\10\0a\0\0\0"
			   "\x7f\1\4\0"
			   "\1\1\3\0",
		     0, "a"),
		// no file on a partition
		CASE(DRIVE END, 0, NULL),
		CASE("\4\4\10\0a\0\0\0" END, 0, NULL),
		CASE(DRIVE "\3\5\4\0"
			   "\4\4\10\0a\0\0\0" END,
		     0, NULL),
		CASE("\4\1\10\0\1\0\0\0"
		     "\4\4\10\0a\0\0\0" END,
		     0, NULL),
		// broken
		CASE(DRIVE "\4\4\10\0a\0\0\0", -EBADMSG, NULL),
		CASE("\4\4\3\0" END, -EBADMSG, NULL),
		CASE("\4\4\0\0" END, -EBADMSG, NULL),
		CASE("\4\4\20\0" END, -EBADMSG, NULL),
		CASE("\4\4", -EBADMSG, NULL),
#undef CASE
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct efi_entry e = {.path = NULL};

		check_eq(read_nodes(cases[i].nodes, cases[i].size, &e),
			 cases[i].code);
		check(same_text(e.path, cases[i].path));
		efi_entry_done(&e);
	}
}

static void refuse(void)
{
	struct efi_entry e = gpt;
	void *data = (void *)1;
	size_t size = 7;
	char *text;

	e.path = NULL;
	check_eq(efi_entry_encode(&e, &data, &size, NULL), -EINVAL);
	e.path = "";
	check_eq(efi_entry_encode(&e, &data, &size, NULL), -EINVAL);
	e.path = "\\\xff";
	check_eq(efi_entry_encode(&e, &data, &size, NULL), -EINVAL);
	e.path = "\\a";
	e.title = "\xff";
	check_eq(efi_entry_encode(&e, &data, &size, NULL), -EINVAL);
	e.title = NULL;
	e.optional_size = 65536;
	check_eq(efi_entry_encode(&e, &data, &size, NULL), -EFBIG);
	text = mem_alloc(40001);
	memset(text, 'x', 40000);
	e = gpt;
	e.path = text;
	check_eq(efi_entry_encode(&e, &data, &size, NULL), -EFBIG);
	mem_free(text);
	check(data == (void *)1 && size == 7);
	e = (struct efi_entry){.title = NULL};
	efi_entry_done(&e);
}

int main(void)
{
	layout();
	odd_paths();
	refuse();
	return 0;
}
