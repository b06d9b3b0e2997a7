// SPDX-License-Identifier: MIT
//
// Finding matches in chunks of many megabytes. All places of the chunk are
// sorted by the bytes that begin there, up to a depth; those that share their
// first bytes then lie side by side, and these groups, one within the other,
// are a tree (of LCP intervals: Abouelhoda, Kurtz, Ohlebusch, "Replacing suffix
// trees with enhanced suffix arrays", 2004). Each group remembers its member
// that was passed last. So a walk from a place's smallest group up finds for
// each length of match the nearest place that has it, in the whole chunk.

#ifndef CODEC_LZMS_INDEX_H
#define CODEC_LZMS_INDEX_H

#include "base.h"

#define LZMS_INDEX_MAX_DEPTH   63
#define LZMS_INDEX_MIN_MATCH   2
#define LZMS_INDEX_MAX_SEGMENT (UINT32_C(1) << 26)

// So many bytes behind the data are read, and may be anything.
#define LZMS_INDEX_SLACK (LZMS_INDEX_MAX_DEPTH + 9)

struct lzms_match {
	uint32_t length, offset;
};

struct lzms_index;

// Makes an index for data of up to max bytes, which finds matches of up to
// `depth` bytes within each `segment` (at most LZMS_INDEX_MAX_SEGMENT) of them.
// It takes 17 bytes for each byte of a segment. Returns 0 or -ENOMEM. Free with
// lzms_index_free.
int lzms_index_new(size_t max, uint32_t segment, unsigned depth,
		   struct lzms_index **ret);

// Goes to the begin of new data, which must stay.
void lzms_index_start(struct lzms_index *x, const uint8_t *data, size_t size);

// Finds the matches at the current place, each longer than the one before and
// no nearer, and goes to the next. Room for LZMS_INDEX_MAX_DEPTH of them.
// Returns how many there are.
unsigned lzms_index_next(struct lzms_index *x, struct lzms_match *matches);

// Passes over n places.
void lzms_index_skip(struct lzms_index *x, size_t n);

// Frees an index; NULL is fine.
void lzms_index_free(struct lzms_index *x);

// So many places at most are sorted in the cache: their keys are of six bytes
// and a number.
#define LZMS_SORT_NUMBER_BITS 16
#define LZMS_SORT_SMALL       (1u << LZMS_SORT_NUMBER_BITS)
#define LZMS_SORT_PAIRS       (1u << 16) // of two bytes

struct lzms_sort_work {
	uint64_t keys[LZMS_SORT_SMALL];
	uint32_t counts[LZMS_SORT_PAIRS];
};

// Sorts the places 0 to n - 1 of the data by the first `depth` bytes. common[i]
// becomes how many the i-th has in common with the one before, up to depth.
// `other` is room for n.
void lzms_sort(const uint8_t *data, uint32_t n, unsigned depth,
	       uint32_t *sorted, uint8_t *common, uint32_t *other,
	       struct lzms_sort_work *work);

#endif
