// SPDX-License-Identifier: MIT
//
// Values that lie in more than one place: file references, sizes, standard
// information, and FILE_NAME with its copies in folders.

#include <string.h>

#include "build.h"

// The system's files have their record's number as their sequence number, $MFT 1
// (Linux-NTFS documentation, "$MFT"); all other files begin with 1.
uint64_t ntfs_reference(const struct ntfs_build *b, uint32_t node)
{
	uint64_t record = b->nodes[node].record;
	uint64_t sequence = record && record < NTFS_REC_FREE ? record : 1;

	return record | sequence << NTFS_SEQUENCE_SHIFT;
}

uint64_t ntfs_clusters(const struct ntfs_build *b, uint64_t bytes)
{
	return (bytes + b->cluster_size - 1) / b->cluster_size;
}

uint64_t ntfs_allocated(const struct ntfs_build *b, const struct stream *s)
{
	return s->hole ? 0
		       : round_up(s->size, s->resident ? 8 : b->cluster_size);
}

static uint32_t attributes(const struct ntfs_build *b, const struct node *n)
{
	bool has_hole = n->data != NTFS_NONE && b->streams[n->data].hole;

	return (n->attributes & ~(uint32_t)NTFS_ATTR_DIRECTORY) |
	       (n->reparse_tag ? NTFS_ATTR_REPARSE : 0) |
	       (has_hole ? NTFS_ATTR_SPARSE : 0);
}

static uint32_t security(const struct node *n)
{
	if (n->security != NTFS_NO_SECURITY)
		return n->security;
	return n->attributes & NTFS_ATTR_DIRECTORY ? SECURITY_ROOT
						   : SECURITY_FILE;
}

void ntfs_value_standard(const struct ntfs_build *b, uint32_t node,
			 uint8_t *dst)
{
	const struct node *n = &b->nodes[node];
	struct ntfs_standard_disk d = {
		.created = to_le64(n->created),
		.modified = to_le64(n->modified),
		.changed = to_le64(n->changed),
		.accessed = to_le64(n->accessed),
		.attributes = to_le32(attributes(b, n)),
		.security_id = to_le32(NTFS_FIRST_SECURITY_ID + security(n)),
	};

	memcpy(dst, &d, sizeof(d));
}

uint32_t ntfs_value_file_name(const struct ntfs_build *b, uint32_t entry,
			      uint8_t *dst)
{
	const struct name *x = &b->names[entry / 2];
	const struct node *n = &b->nodes[x->node];
	bool dos = entry & 1;
	uint8_t len = dos ? x->dos_len : x->len;
	uint32_t size = (uint32_t)sizeof(struct ntfs_file_name_disk) + 2u * len;
	struct ntfs_file_name_disk d = {
		.parent = to_le64(ntfs_reference(b, x->parent)),
		.created = to_le64(n->created),
		.modified = to_le64(n->modified),
		.changed = to_le64(n->changed),
		.accessed = to_le64(n->accessed),
		.attributes = to_le32(attributes(b, n)),
		.ea_or_reparse =
			to_le32(n->reparse_tag ? n->reparse_tag : n->ea_size),
		.name_len = len,
		.name_space = dos ? NTFS_NS_DOS : x->space,
	};

	if (!dst)
		return size;
	if (n->attributes & NTFS_ATTR_DIRECTORY)
		d.attributes = to_le32(attributes(b, n) | NTFS_FA_DIRECTORY);
	if (n->data != NTFS_NONE) {
		const struct stream *s = &b->streams[n->data];

		d.allocated = to_le64(ntfs_allocated(b, s));
		d.size = to_le64(s->size);
	}
	memcpy(dst, &d, sizeof(d));
	memcpy(dst + sizeof(d), b->units + (dos ? x->dos_chars : x->chars),
	       2u * len);
	return size;
}
