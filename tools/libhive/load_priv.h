// SPDX-License-Identifier: MIT
//
// What the files that load a hive share.
//
// All bins are walked first and each cell in use is marked. A reference must
// hit a mark and takes it away, except to security descriptors: so no cell
// belongs to two owners, there are no loops, and the tree is never bigger than
// the file.

#ifndef HIVE_LOAD_PRIV_H
#define HIVE_LOAD_PRIV_H

#include <string.h>

#include "hive_priv.h"

struct security_cell {
	uint32_t offset, index;
};

// How much of a key is loaded.
enum loading {
	LOAD_ALL,   // and all below it
	LOAD_FOUND, // its values, and the names of the keys below it
	LOAD_BARE,  // nothing that it holds
	LOAD_WAY,   // the one key below it that is next on the path
};

struct loader {
	struct hive *hive;
	const uint8_t *bins;
	uint32_t size;
	uint32_t minor;
	uint8_t *marks;              // a bit for each 8 bytes
	struct security_cell *cells; // in order of their offsets
	size_t cell_count, cell_capacity;
	const le16 *path; // LOAD_WAY: what is left of it
	size_t path_len;
	enum loading at_end; // of the key that the path ends with
	bool lends;          // values' data stays in the hive's bytes
	struct err *err;
};

// Returns where in the file a cell lies.
static inline uint64_t hive_file_offset(uint32_t cell)
{
	return (uint64_t)HIVE_HEADER_SIZE + cell;
}

// Finds the data of a cell in use that has at least `least` bytes.
// Returns 0 or -EBADMSG, as the next two.
int hive_cell_look(struct loader *l, uint32_t offset, uint32_t least,
		   const char *what, const uint8_t **ret, uint32_t *ret_len);

// As hive_cell_look, and the cell now has an owner.
int hive_cell_take(struct loader *l, uint32_t offset, uint32_t least,
		   const char *what, const uint8_t **ret, uint32_t *ret_len);

// As hive_cell_take; the data begins with a signature of two letters.
int hive_cell_take_signed(struct loader *l, uint32_t offset, uint32_t least,
			  const char *signature, const char *what,
			  const uint8_t **ret, uint32_t *ret_len);

// Loads a key; *place gets it as soon as it is there, also when what it holds
// turns out to be corrupt, so that it is freed with the tree.
// Returns 0, -EBADMSG, -EFBIG or -ENOMEM.
int hive_load_key(struct loader *l, uint32_t cell, struct hive_key *parent,
		  unsigned depth, enum loading how, struct hive_key **place);

#endif
