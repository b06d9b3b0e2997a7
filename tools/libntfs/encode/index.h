// SPDX-License-Identifier: MIT
//
// Indexes as they are written: roots, blocks, and entries.

#ifndef NTFS_ENCODE_INDEX_H
#define NTFS_ENCODE_INDEX_H

#include "../ntfs_disk.h"

// --- Nodes -------------------------------------------------------------------
// `node` is where a node's header lies: offsets in it count from there.

#define NTFS_ROOT_NODE  offsetof(struct ntfs_index_root_disk, header)
#define NTFS_BLOCK_NODE offsetof(struct ntfs_index_block_disk, header)

// Bytes of a node that has its last entry alone, without a child.
#define NTFS_EMPTY_NODE                                                        \
	((uint32_t)(sizeof(struct ntfs_index_header_disk) +                    \
		    sizeof(struct ntfs_index_entry_disk)))

// Writes the header of a node: its entries begin at `entries` and end at `used`.
void ntfs_encode_node(uint8_t *node, uint32_t entries, uint32_t used,
		      uint32_t allocated, uint8_t flags);

// Writes what stands before the node of a root.
void ntfs_encode_root(uint8_t *root, uint32_t type, uint32_t collation,
		      uint32_t block_size, uint32_t cluster_size);

// Writes a block without entries, not yet protected (ntfs_encode_usa).
void ntfs_encode_block(uint8_t *block, uint32_t size, uint64_t vcn,
		       uint8_t flags);

// Returns where the entries of a block begin.
uint32_t ntfs_block_entries(uint32_t size);

// Returns the bytes that a block has from its node's header on.
uint32_t ntfs_block_room(uint32_t size);

// --- Entries -----------------------------------------------------------------
// Each returns its length. With dst NULL nothing is written.

// Writes the entry of a folder but for its key, a FILE_NAME of `key_len` bytes,
// for which there are zeroes from NTFS_ENTRY_KEY on.
#define NTFS_ENTRY_KEY sizeof(struct ntfs_index_entry_disk)
uint32_t ntfs_encode_name_entry(uint8_t *dst, uint64_t file, size_t key_len);

// Writes an entry of another index: `data` follows the key at once.
uint32_t ntfs_encode_view_entry(uint8_t *dst, const void *key, size_t key_len,
				const void *data, size_t data_len);

// Writes the entry that ends a node; `child`: NULL, or the VCN of the block with
// the greatest keys.
uint32_t ntfs_encode_last_entry(uint8_t *dst, const uint64_t *child);

// Makes an entry eight bytes longer, for a child.
uint32_t ntfs_entry_add_child(uint8_t *entry, uint64_t vcn);

// Writes the child of an entry that has one.
void ntfs_entry_set_child(uint8_t *entry, uint64_t vcn);

#endif
