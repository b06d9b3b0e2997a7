// SPDX-License-Identifier: MIT
//
// Tagged items: what entries get of them, by wimlib's own forms too; what nobody
// knows is kept, and bytes that make no item are none.

#include "libwim/wim_priv.h"
#include "test.h"

// Puts an item at *size of `out`.
static void put(uint8_t *out, size_t *size, uint32_t tag, const void *data,
		size_t len)
{
	struct tag_disk head = {to_le32(tag), to_le32((uint32_t)len)};

	memcpy(out + *size, &head, sizeof(head));
	memcpy(out + *size + sizeof(head), data, len);
	*size += sizeof(head) + (size_t)round_up(len, 8);
}

// Decodes items; *ret has them until the next call.
static bool decode(const uint8_t *items, size_t size, struct wim_dentry *ret)
{
	static uint8_t ea[256];
	struct loaded_image image = {.metadata = (uint8_t *)items, .ea = ea};
	size_t ea_size;

	memset(ea, 0, sizeof(ea));
	*ret = (struct wim_dentry){0};
	if (!wim_items_measure(items, 0, size, &ea_size))
		return false;
	wim_items_decode(&image, 0, size, ret);
	check_eq(image.ea_size, ea_size);
	check_eq(ret->ea_size, ea_size);
	return true;
}

static void all_kinds(void)
{
	static const uint8_t linux_ea[] = {
		6,   0,   0,   0,   3,   0,   0,   0,   'u', 's', 'e', 'r',
		'.', 'x', 'a', 'b', 'c', 0,   0,   0,   8,   0,   0,   0,
		0,   0,   0,   0,   'u', 's', 'e', 'r', '.', 'n', 'i', 'l'};
	static const uint8_t want[] = {20,  0,   0,   0,   0,   6,   3,   0,
				       'u', 's', 'e', 'r', '.', 'x', 0,   'a',
				       'b', 'c', 0,   0,   20,  0,   0,   0,
				       0,   8,   0,   0,   'u', 's', 'e', 'r',
				       '.', 'n', 'i', 'l', 0,   0,   0,   0};
	struct unix_disk u = {to_le32(1000), to_le32(100), to_le32(0100644),
			      to_le32(0x103)};
	uint8_t items[512] = {0}, unknown[64] = {0};
	struct wim_dentry d;
	size_t size = 0, len;

	put(items, &size, 0x1234, "what?", 5);
	put(items, &size, TAG_UNIX, &u, sizeof(u));
	put(items, &size, TAG_LINUX_EA, linux_ea, sizeof(linux_ea));
	put(items, &size, TAG_OBJECT_ID, "0123456789abcdef", 16);
	put(items, &size, 0x1235, "", 0);
	check(decode(items, size, &d));
	check(d.has_unix);
	check_eq(d.uid, 1000);
	check_eq(d.gid, 100);
	check_eq(d.mode, 0100644);
	check_eq(d.rdev, 0x103);
	check_eq(d.object_id.b[15], 'f');
	check(!d.long_id);
	check_eq(d.ea_size, sizeof(want));
	check(!memcmp(d.ea, want, sizeof(want)));
	check(d.items == items && d.items_size == size);
	check_eq(wim_items_unknown(&d, NULL), 24);
	check_eq(wim_items_unknown(&d, unknown), 24);
	check(!memcmp(unknown, "\x34\x12\0\0\5\0\0\0what?\0\0\0\x35\x12\0",
		      20));
	check(wim_items_find(&d, TAG_OBJECT_ID, &len) && len == 16);
	check(!wim_items_find(&d, TAG_EA, &len));
}

static void wrong(void)
{
	static const uint8_t ea[] = {1, 0, 1, 0, 'A', 0, 'b'};
	uint8_t items[64] = {0};
	struct wim_dentry d;
	size_t size = 0;

	check(decode(items, 0, &d));
	check(!d.items && !d.has_unix && !d.ea);
	put(items, &size, TAG_UNIX, "short", 5);
	check(decode(items, size, &d));
	check(!d.has_unix);
	items[4] = 200; // longer than there is
	check(decode(items, size, &d));
	check_eq(wim_items_unknown(&d, NULL), 0);
	size = 0;
	put(items, &size, TAG_EA, ea, sizeof(ea));
	check(decode(items, size, &d));
	check_eq(d.ea_size, 12);
	items[4]--; // the value is cut off
	check(!decode(items, size, &d));
	size = 0;
	put(items, &size, TAG_LINUX_EA, "\1\0\0\0\2\0\0\0ab", 10);
	check(!decode(items, size, &d));
	size = 0;
	put(items, &size, TAG_LINUX_EA, "\1\0\0\0\0\0\1\0a", 9); // 64 KiB
	check(!decode(items, size, &d));
}

int main(void)
{
	all_kinds();
	wrong();
	return 0;
}
