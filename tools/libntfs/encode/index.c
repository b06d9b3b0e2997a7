// SPDX-License-Identifier: MIT
//
// Indexes (Linux-NTFS documentation, "Index Root", "Index Block", "Index Entry").

#include <string.h>

#include "index.h"
#include "record.h"

// --- Nodes -------------------------------------------------------------------

void ntfs_encode_node(uint8_t *node, uint32_t entries, uint32_t used,
		      uint32_t allocated, uint8_t flags)
{
	struct ntfs_index_header_disk d = {
		.entries_offset = to_le32(entries),
		.used = to_le32(used),
		.allocated = to_le32(allocated),
		.flags = flags,
	};

	memcpy(node, &d, sizeof(d));
}

void ntfs_encode_root(uint8_t *root, uint32_t type, uint32_t collation,
		      uint32_t block_size, uint32_t cluster_size)
{
	uint32_t unit = ntfs_vcn_size(block_size, cluster_size);
	struct ntfs_index_root_disk d = {
		.type = to_le32(type),
		.collation = to_le32(collation),
		.block_size = to_le32(block_size),
		.clusters_per_block = (uint8_t)(block_size / unit),
	};

	memcpy(root, &d, NTFS_ROOT_NODE);
}

uint32_t ntfs_block_room(uint32_t size)
{
	return size - (uint32_t)NTFS_BLOCK_NODE;
}

// Behind the update sequence.
uint32_t ntfs_block_entries(uint32_t size)
{
	return (uint32_t)(round_up(sizeof(struct ntfs_index_block_disk) +
					   2u * ntfs_usa_count(size),
				   8) -
			  NTFS_BLOCK_NODE);
}

void ntfs_encode_block(uint8_t *block, uint32_t size, uint64_t vcn,
		       uint8_t flags)
{
	uint32_t entries = ntfs_block_entries(size);
	struct ntfs_index_block_disk d = {
		.magic = {'I', 'N', 'D', 'X'},
		.usa_offset = to_le16(sizeof(d)),
		.usa_count = to_le16(ntfs_usa_count(size)),
		.vcn = to_le64(vcn),
	};

	memset(block, 0, size);
	memcpy(block, &d, sizeof(d));
	ntfs_encode_node(block + NTFS_BLOCK_NODE, entries, entries,
			 ntfs_block_room(size), flags);
}

// --- Entries -----------------------------------------------------------------

uint32_t ntfs_encode_name_entry(uint8_t *dst, uint64_t file, size_t key_len)
{
	uint32_t size = (uint32_t)round_up(NTFS_ENTRY_KEY + key_len, 8);
	struct ntfs_index_entry_disk d = {
		.u.file = to_le64(file),
		.length = to_le16((uint16_t)size),
		.key_len = to_le16((uint16_t)key_len),
	};

	if (!dst)
		return size;
	memset(dst, 0, size);
	memcpy(dst, &d, sizeof(d));
	return size;
}

uint32_t ntfs_encode_view_entry(uint8_t *dst, const void *key, size_t key_len,
				const void *data, size_t data_len)
{
	size_t data_at = NTFS_ENTRY_KEY + key_len;
	uint32_t size = (uint32_t)round_up(data_at + data_len, 8);
	struct ntfs_index_entry_disk d = {
		.u.view = {.data_offset = to_le16((uint16_t)data_at),
			   .data_len = to_le16((uint16_t)data_len)},
		.length = to_le16((uint16_t)size),
		.key_len = to_le16((uint16_t)key_len),
	};

	if (!dst)
		return size;
	memset(dst, 0, size);
	memcpy(dst, &d, sizeof(d));
	memcpy(dst + sizeof(d), key, key_len);
	if (data_len)
		memcpy(dst + data_at, data, data_len);
	return size;
}

uint32_t ntfs_encode_last_entry(uint8_t *dst, const uint64_t *child)
{
	struct ntfs_index_entry_disk d = {
		.length = to_le16(sizeof(d)),
		.flags = NTFS_IE_LAST,
	};

	if (dst)
		memcpy(dst, &d, sizeof(d));
	if (!child)
		return sizeof(d);
	return dst ? ntfs_entry_add_child(dst, *child) : sizeof(d) + 8;
}

uint32_t ntfs_entry_add_child(uint8_t *entry, uint64_t vcn)
{
	struct ntfs_index_entry_disk *d = (void *)entry;
	uint32_t length = get_le16(d->length) + 8u;

	d->length = to_le16((uint16_t)length);
	d->flags |= NTFS_IE_HAS_CHILD;
	ntfs_entry_set_child(entry, vcn);
	return length;
}

void ntfs_entry_set_child(uint8_t *entry, uint64_t vcn)
{
	const struct ntfs_index_entry_disk *d = (const void *)entry;
	le64 v = to_le64(vcn);

	memcpy(entry + get_le16(d->length) - sizeof(v), &v, sizeof(v));
}
