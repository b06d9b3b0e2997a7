// SPDX-License-Identifier: MIT
//
// Reparse points ([MS-FSCC] 2.1.2): what a tag says about a file's content. Where
// it lies elsewhere, the unnamed stream holds as many zeroes as the content is
// long, which are never given out for it.

#include "reparse.h"

#define MAX_REPARSE    16384u      // bytes, as Windows
#define MICROSOFT      0x80000000u // else a GUID stands before the data
#define NAME_SURROGATE 0x20000000u // stands for another file or folder

int ntfs_reparse_read(const struct ntfs_file *f, struct ntfs_reparse *ret,
		      struct err *err)
{
	uint64_t number = f->records[0].number;
	const struct ntfs_reparse_disk *h;
	size_t size, head = sizeof(*h);
	struct ntfs_attr a;
	uint8_t *data;
	int r = ntfs_file_find(f, NTFS_AT_REPARSE_POINT, NULL, 0, &a, err);

	if (!r)
		r = ntfs_stream_read(f, &a, MAX_REPARSE, &data, &size, err);
	if (r)
		return r;
	h = (const void *)data;
	if (size >= sizeof(*h) && !(get_le32(h->tag) & MICROSOFT))
		head += sizeof(struct guid);
	if (size < head || get_le16(h->length) > size - head) {
		mem_free(data);
		return err_corrupt(err, NTFS_RECORD(number), ERR_NOWHERE,
				   "its reparse point is cut off");
	}
	*ret = (struct ntfs_reparse){.tag = get_le32(h->tag),
				     .data = data + head,
				     .size = get_le16(h->length),
				     .memory = data};
	return 0;
}

// Returns true when all of the content lies in the unnamed stream: in clusters of
// its own, written to its end, or in the record, and nothing says that it is
// away. Compressed data has holes whether or not it is.
static bool is_plainly_there(const struct ntfs_file *f,
			     const struct ntfs_attr *a)
{
	const uint32_t away = NTFS_ATTR_OFFLINE | NTFS_ATTR_RECALL_ON_OPEN |
			      NTFS_ATTR_RECALL_ON_ACCESS;
	const struct ntfs_standard_disk *h;
	struct ntfs_runs runs = {0};
	struct ntfs_attr standard;
	bool is_there;

	if (ntfs_file_find(f, NTFS_AT_STANDARD_INFORMATION, NULL, 0, &standard,
			   NULL) ||
	    standard.value_len < NTFS_STANDARD_SHORT)
		return false;
	h = (const void *)standard.value;
	if (get_le32(h->attributes) & away)
		return false;
	if (a->resident)
		return true;
	if (a->flags & (NTFS_AF_SPARSE | NTFS_AF_COMPRESSION_MASK) ||
	    a->valid < a->size)
		return false;
	is_there = !ntfs_file_runs(f, a, &runs, NULL) && !runs.has_holes;
	ntfs_runs_done(&runs);
	return is_there;
}

enum ntfs_held ntfs_reparse_content(const struct ntfs_file *f,
				    const struct ntfs_attr *a,
				    const struct ntfs_reparse *point)
{
	if (point->tag == NTFS_TAG_WOF)
		return ntfs_wof_is_here(point) ? NTFS_HELD_PACKED
					       : NTFS_HELD_ELSEWHERE;
	// As links have it: there is nothing to be had anywhere.
	if (!a->size)
		return NTFS_HELD_PLAIN;
	return is_plainly_there(f, a) ? NTFS_HELD_PLAIN : NTFS_HELD_ELSEWHERE;
}

static int open_placeholder(const struct ntfs_file *f,
			    const struct ntfs_attr *a, uint32_t tag,
			    struct disk **ret, struct err *err)
{
	const struct ntfs_tag *t = ntfs_tag_find(tag);
	bool is_there = (t ? t->is_placeholder : !(tag & NAME_SURROGATE)) &&
			is_plainly_there(f, a);
	int r;

	// Of a tag that nobody knows an empty stream proves nothing.
	if (!is_there || (!t && !a->size))
		return ntfs_reparse_refuse(tag, NTFS_REPARSE_POINT,
					   "its content is not, or not wholly, "
					   "in this file",
					   err);
	r = ntfs_stream_open(f, a, ret, err);
	if (!r)
		(*ret)->read_only = true;
	return r;
}

int ntfs_reparse_open(const struct ntfs_file *f, const struct ntfs_attr *a,
		      struct disk **ret, struct err *err)
{
	struct ntfs_reparse p;
	int r = ntfs_reparse_read(f, &p, err);

	if (r)
		return r;
	r = p.tag == NTFS_TAG_WOF ? ntfs_wof_open(f, a, &p, ret, err)
				  : open_placeholder(f, a, p.tag, ret, err);
	mem_free(p.memory);
	return r;
}
