// SPDX-License-Identifier: MIT
//
// Parent locators of VHDX: as Windows writes them, other orders and unknown
// keys, and damage.

#include "unit/libvdisk/images.h"

#define AT 4096u // where the locator lies in the file

static struct err err;

static const struct guid type = {{0xb7, 0xef, 0x4a, 0xb0, 0x9e, 0xd1, 0x81,
				  0x4a, 0xb7, 0x89, 0x25, 0xb8, 0xe9, 0x44,
				  0x59, 0x13}};

#define LINKAGE  "{f88d4d92-6fcc-408d-9bef-9b7c89f15c89}"
#define LINKAGE2 "{e9e37682-8227-44a7-8648-39cb9f52e5e6}"
#define ZERO     "{00000000-0000-0000-0000-000000000000}"

struct pair {
	const char *key, *value;
};

// Writes a locator, whose texts begin `odd` bytes late. Returns its length.
static uint32_t put_pairs(struct disk *file, const struct pair *pairs, size_t n,
			  uint32_t odd)
{
	struct vhdx_locator_disk head = {.type = type,
					 .count = to_le16((uint16_t)n)};
	uint32_t end = (uint32_t)(sizeof(head) +
				  n * sizeof(struct vhdx_locator_entry_disk)) +
		       odd;

	put(file, AT, &head, sizeof(head));
	for (size_t i = 0; i < n; i++) {
		struct vhdx_locator_entry_disk e;
		const char *texts[2] = {pairs[i].key, pairs[i].value};
		uint32_t places[2];
		size_t lengths[2];

		for (int k = 0; k < 2; k++) {
			le16 *units;

			check(!utf16_from_utf8(texts[k], &units, &lengths[k]));
			places[k] = end;
			lengths[k] *= 2;
			put(file, AT + end, units, lengths[k]);
			end += (uint32_t)lengths[k];
			mem_free(units);
		}
		e.key = to_le32(places[0]);
		e.value = to_le32(places[1]);
		e.key_length = to_le16((uint16_t)lengths[0]);
		e.value_length = to_le16((uint16_t)lengths[1]);
		put(file, AT + sizeof(head) + i * sizeof(e), &e, sizeof(e));
	}
	return end;
}

static int read_pairs(const struct pair *pairs, size_t n, uint32_t odd,
		      struct vhdx_locator *ret)
{
	struct disk *file = new_memory(65536);
	struct vhdx v = {.locator_offset = AT};
	int r;

	err = (struct err){0};
	v.locator_length = put_pairs(file, pairs, n, odd);
	r = vhdx_locator_read(file, &v, ret, &err);
	disk_close(file);
	return r;
}

static void check_good(void)
{
	static const struct pair windows[] = {
		{"parent_linkage", LINKAGE},
		{"absolute_win32_path", "C:\\v\\p.vhdx"},
		{"relative_path", ".\\p.vhdx"},
		{"volume_path", "\\\\?\\Volume{1}\\v\\p.vhdx"},
		{"parent_linkage2", ZERO},
	};
	static const struct pair odd[] = {
		{"something", "else"},       {"parent_linkage2", LINKAGE2},
		{"relative_path", ""},       {"relative_path", "second"},
		{"parent_linkage", LINKAGE}, {"", ""},
	};
	struct vhdx_locator l;

	check_ok(read_pairs(windows, 5, 0, &l), &err);
	check(!strcmp(l.paths.absolute, "C:\\v\\p.vhdx"));
	check(!strcmp(l.paths.relative, ".\\p.vhdx"));
	check(!strcmp(l.paths.volume, "\\\\?\\Volume{1}\\v\\p.vhdx"));
	check_eq(l.id.b[0], 0x92);
	check(guid_is_zero(&l.id_2));
	vdisk_parent_done(&l.paths);
	check_ok(read_pairs(odd, 6, 1, &l), &err);
	check(!l.paths.absolute && !l.paths.volume);
	check(!strcmp(l.paths.relative, "")); // the first counts
	check_eq(l.id.b[0], 0x92);
	check_eq(l.id_2.b[0], 0x82);
	vdisk_parent_done(&l.paths);
}

static void check_bad(void)
{
	static const struct pair none[] = {{"relative_path", "p"}};
	static const struct pair no_id[] = {{"parent_linkage", "p"}};
	static const struct pair no_id_2[] = {{"parent_linkage", LINKAGE},
					      {"parent_linkage2", "p"}};
	struct vhdx_locator l;

	check_eq(read_pairs(NULL, 0, 0, &l), -EBADMSG);
	check_eq(read_pairs(none, 1, 0, &l), -EBADMSG);
	check_eq(read_pairs(no_id, 1, 0, &l), -EBADMSG);
	check_eq(read_pairs(no_id_2, 2, 0, &l), -EBADMSG);
	check_eq(err.where, AT);
}

// Bytes of a good locator changed, at which it must fail.
static void check_damage(void)
{
	static const struct {
		uint32_t at;
		uint8_t value;
		int code;
	} cases[] = {
		{0, 0, -ENOTSUP},   // type
		{19, 1, -EBADMSG},  // 257 entries
		{22, 1, -EBADMSG},  // place of a key
		{26, 1, -EBADMSG},  // of a value
		{28, 27, -EBADMSG}, // half a character
		{31, 80, -EBADMSG}, // length of a value
	};
	static const struct pair pairs[] = {{"parent_linkage", LINKAGE}};
	struct vhdx v = {.locator_offset = AT};
	struct vhdx_locator l;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct disk *file = new_memory(65536);

		err = (struct err){0};
		v.locator_length = put_pairs(file, pairs, 1, 0);
		put(file, AT + cases[i].at, &cases[i].value, 1);
		if (vhdx_locator_read(file, &v, &l, &err) != cases[i].code) {
			fprintf(stderr, "case %zu: %d\n", i, err.code);
			exit(1);
		}
		check(err.where >= AT && err.where < AT + 100);
		disk_close(file);
	}
	v.locator_length = sizeof(struct vhdx_locator_disk) - 1;
	{
		struct disk *file = new_memory(65536);

		check_eq(vhdx_locator_read(file, &v, &l, NULL), -EBADMSG);
		disk_close(file);
	}
}

// What is written is read, and its keys stand as Windows has them.
static void check_round(void)
{
	struct vdisk_create c = {.parent_id = {{1, 2, 3}},
				 .parent_absolute = "C:\\p.vhdx",
				 .parent_relative = ".\\\xc3\xa9.vhdx"};
	struct disk *file = new_memory(1 << 20);
	struct vhdx v = {.locator_offset = AT};
	struct vhdx_locator l;
	uint8_t *bytes;
	size_t n;

	for (int i = 0; i < 4; i++) {
		c.parent_volume = i & 1 ? "\\\\?\\Volume{2}\\p.vhdx" : NULL;
		c.parent_absolute = i & 2 ? "C:\\p.vhdx" : NULL;
		check_ok(vhdx_locator_encode(&c, &bytes, &n, &err), &err);
		check_eq(bytes[18], 3 + (i & 1) + (i >> 1));
		// each entry is there: key and value have a place
		for (int at = 20; at < 20 + 12 * bytes[18]; at += 4)
			check(bytes[at] || bytes[at + 1]);
		put(file, AT, bytes, n);
		v.locator_length = (uint32_t)n;
		check_ok(vhdx_locator_read(file, &v, &l, &err), &err);
		check(!l.paths.absolute == !c.parent_absolute);
		check(!l.paths.absolute ||
		      !strcmp(l.paths.absolute, c.parent_absolute));
		check(!strcmp(l.paths.relative, c.parent_relative));
		check(!c.parent_volume == !l.paths.volume);
		check(guid_equal(&l.id, &c.parent_id));
		check(guid_is_zero(&l.id_2));
		vdisk_parent_done(&l.paths);
		mem_free(bytes);
	}
	c.parent_relative = "\xff";
	check_eq(vhdx_locator_encode(&c, &bytes, &n, NULL), -EINVAL);
	disk_close(file);
}

int main(void)
{
	check_good();
	check_bad();
	check_damage();
	check_round();
	return 0;
}
