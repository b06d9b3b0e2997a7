// SPDX-License-Identifier: MIT
//
// Attributes as they are written into records, their runs, and their entries in
// $ATTRIBUTE_LIST.

#ifndef NTFS_ENCODE_ATTR_H
#define NTFS_ENCODE_ATTR_H

#include "../ntfs_disk.h"

// What any attribute has.
struct ntfs_attr_form {
	uint32_t type;
	uint16_t flags, id;
	uint8_t name_len;
	const le16 *name;
};

// --- Resident ones -----------------------------------------------------------

// Returns the bytes that one takes.
uint32_t ntfs_resident_size(size_t name_len, uint64_t value_len);

// Writes one but for its value, for which there are zeroes. Returns where that
// goes.
uint8_t *ntfs_encode_resident(uint8_t *at, const struct ntfs_attr_form *form,
			      uint32_t value_len, bool is_indexed);

// --- Others: one piece with its runs -----------------------------------------

struct ntfs_piece {
	uint64_t first_vcn, clusters;
	// Of the whole, which the first piece tells.
	uint64_t allocated, size, valid, total;
	uint8_t unit_shift; // compression unit; 0: none, and no `total`
};

// Returns where the runs of a piece begin; `has_total`: the first of a compressed
// attribute.
uint32_t ntfs_runs_offset(size_t name_len, bool has_total);

// Writes a piece around its runs, `runs_len` bytes with their end that are there
// already. Returns the bytes that it takes.
uint32_t ntfs_encode_piece(uint8_t *at, const struct ntfs_attr_form *form,
			   const struct ntfs_piece *piece, uint32_t runs_len);

#define NTFS_RUN_SIZE 17u // at most

// Writes one run; `before` is where the last one that is no hole began, or 0.
// Returns its size. A zero byte ends a list of runs.
uint32_t ntfs_encode_run(uint8_t out[NTFS_RUN_SIZE], uint64_t lcn,
			 uint64_t clusters, uint64_t before);

// --- $ATTRIBUTE_LIST ---------------------------------------------------------

// Returns the bytes that an entry takes.
uint32_t ntfs_list_entry_size(size_t name_len);

// Writes the entry of an attribute, or of a piece, in a record. Returns its size.
uint32_t ntfs_encode_list_entry(uint8_t *at, const struct ntfs_attr_form *form,
				uint64_t first_vcn, uint64_t reference);

#endif
