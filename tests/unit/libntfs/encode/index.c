// SPDX-License-Identifier: MIT
//
// Roots, blocks and entries of indexes: their bytes where a reader would not tell
// (padding, where a block's entries begin), and the rest read back.

#include "libntfs/encode/index.h"
#include "libntfs/encode/record.h"
#include "libntfs/read/read.h"
#include "test.h"

static struct err err;

static void check_name_entry(void)
{
	uint8_t out[0x68];
	const struct ntfs_index_entry_disk *d = (const void *)out;

	memset(out, 0xee, sizeof(out));
	check_eq(ntfs_encode_name_entry(NULL, 0, 0x44), 0x58);
	check_eq(ntfs_encode_name_entry(out, 0x5000000000005, 0x44), 0x58);
	check_eq(get_le64(d->u.file), 0x5000000000005);
	check_eq(get_le16(d->length), 0x58);
	check_eq(get_le16(d->key_len), 0x44);
	check_eq(d->flags, 0);
	check(mem_is_zero(out + 0x0d, 0x58 - 0x0d));
	check_eq(out[0x58], 0xee);
}

static void check_view_entry(void)
{
	static const uint8_t expected[] = {
		0x13, 0, 5, 0, 0,   0,   0,   0,   0x18, 0,   3,   0,
		0,    0, 0, 0, 'k', 'e', 'y', 'd', 'a',  't', 'a', '!',
	};
	uint8_t out[sizeof(expected) + 8];

	memset(out, 0xee, sizeof(out));
	check_eq(ntfs_encode_view_entry(NULL, "key", 3, "data!", 5), 0x18);
	check_eq(ntfs_encode_view_entry(out, "key", 3, "data!", 5), 0x18);
	check(!memcmp(out, expected, sizeof(expected)));
	check_eq(out[0x18], 0xee);
	check_eq(ntfs_encode_view_entry(out, "key", 3, NULL, 0), 0x18);
	check(mem_is_zero(out + 0x13, 5));
}

static void check_children(void)
{
	const uint64_t vcn = 0x123456789a;
	uint8_t out[32] = {0};
	const struct ntfs_index_entry_disk *d = (const void *)out;

	check_eq(ntfs_encode_last_entry(NULL, NULL), 0x10);
	check_eq(ntfs_encode_last_entry(NULL, &vcn), 0x18);
	check_eq(ntfs_encode_last_entry(out, NULL), 0x10);
	check_eq(d->flags, NTFS_IE_LAST);
	check_eq(ntfs_encode_last_entry(out, &vcn), 0x18);
	check_eq(d->flags, NTFS_IE_LAST | NTFS_IE_HAS_CHILD);
	check_eq(get_le16(d->length), 0x18);
	check_eq(get_le64(*(const le64 *)(out + 0x10)), vcn);
	ntfs_entry_set_child(out, 7);
	check_eq(get_le64(*(const le64 *)(out + 0x10)), 7);
	ntfs_encode_view_entry(out, "", 0, NULL, 0);
	check_eq(ntfs_entry_add_child(out, 8), 0x18);
	check_eq(d->flags, NTFS_IE_HAS_CHILD);
	check_eq(get_le64(*(const le64 *)(out + 0x10)), 8);
}

// The update sequence of a block lies before its entries, however long it is.
static void check_blocks(void)
{
	static const struct {
		uint32_t size, entries;
	} rows[] = {{512, 0x18}, {1024, 0x18}, {4096, 0x28}, {65536, 0x118}};
	static uint8_t block[65536];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint32_t size = rows[i].size;
		const struct ntfs_index_block_disk *d = (const void *)block;
		uint8_t *node = block + NTFS_BLOCK_NODE;

		memset(block, 0xee, sizeof(block));
		check_eq(ntfs_block_entries(size), rows[i].entries);
		check_eq(ntfs_block_room(size), size - 0x18);
		ntfs_encode_block(block, size, 9, NTFS_IH_HAS_CHILDREN);
		check_eq(get_le64(d->vcn), 9);
		check_eq(get_le32(d->header.entries_offset), rows[i].entries);
		check_eq(get_le32(d->header.used), rows[i].entries);
		check_eq(get_le32(d->header.allocated), size - 0x18);
		check_eq(d->header.flags, NTFS_IH_HAS_CHILDREN);
		check(mem_is_zero(node + 0x10, size - 0x28));
		if (size < sizeof(block))
			check_eq(block[size], 0xee);
		ntfs_encode_usa(block, size, NULL);
		check_ok(ntfs_fixup(block, size, "block", 0, &err), &err);
	}
}

// A root that has one entry and the last one, through the reader.
static void check_root(uint32_t block_size, uint32_t cluster_size,
		       uint8_t clusters)
{
	struct ntfs n = {.info = {.cluster_size = cluster_size}};
	uint8_t root[0x100] = {0}, *node = root + NTFS_ROOT_NODE;
	uint32_t used = sizeof(struct ntfs_index_header_disk);
	struct ntfs_index_entry e = {0};
	struct ntfs_node decoded;
	struct ntfs_index x;

	ntfs_encode_root(root, 0, NTFS_COLLATE_U32, block_size, cluster_size);
	check_eq(root[0x0c], clusters);
	used += ntfs_encode_view_entry(node + used, "\1\0\0\0", 4, "value", 5);
	used += ntfs_encode_last_entry(node + used, NULL);
	ntfs_encode_node(node, 0x10, used, used, 0);
	check_ok(ntfs_index_decode(&n, 30, root, NTFS_ROOT_NODE + used, &x,
				   &err),
		 &err);
	check_eq(x.collation, NTFS_COLLATE_U32);
	check_eq(x.block_size, block_size);
	check_ok(ntfs_index_root(&x, &decoded, &err), &err);
	check_eq(ntfs_index_next(&x, &decoded, &e, &err), 1);
	check(e.key_len == 4 && e.data_len == 5);
	check(!memcmp(e.data, "value", 5));
	check_eq(ntfs_index_next(&x, &decoded, &e, &err), 1);
	check_eq(e.flags, NTFS_IE_LAST);
	check_eq(ntfs_index_next(&x, &decoded, &e, &err), 0);
	ntfs_index_done(&x);
}

int main(void)
{
	check_name_entry();
	check_view_entry();
	check_children();
	check_blocks();
	check_root(4096, 4096, 1);
	check_root(4096, 512, 8);
	check_root(4096, 65536, 8); // of 512 bytes each
	return 0;
}
