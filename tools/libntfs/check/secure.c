// SPDX-License-Identifier: MIT
//
// $Secure: the descriptors in $SDS and their copies, the two indexes over them,
// and that every file's id is among them (Linux-NTFS documentation, "$Secure").

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "../encode/descriptor.h"

#define MAX_DESCRIPTORS 0x1000000u

static void check_descriptor(struct check *c, const uint8_t *sd, size_t len,
			     uint32_t id)
{
	// Revision 1, self-relative, with an owner and a group inside it.
	if (len < 20 || sd[0] != 1 || !(sd[3] & 0x80) ||
	    get_le32(*(const le32 *)(sd + 4)) >= len ||
	    get_le32(*(const le32 *)(sd + 8)) >= len)
		ntfs_check_problem(c, NTFS_REC_SECURE,
				   NTFS_RULE_SECURITY_DESCRIPTOR,
				   "Security descriptor %u is none", id);
}

// Windows' chkdsk blanks the entry of a descriptor that it removes: the length
// stays, so that those behind it are found, and all else is zero.
static bool is_blank(const uint8_t *entry, uint32_t size)
{
	size_t length = offsetof(struct ntfs_sds_disk, size);

	for (size_t i = 0; i < size; i++)
		if (entry[i] && (i < length || i >= length + sizeof(le32)))
			return false;
	return true;
}

// Reads the entry at `off` of a block that begins at `start` of $SDS; a blank one
// has the id 0.
// Returns its length, or 0 at the end or when nothing more can be read.
static uint32_t read_entry(struct check *c, const uint8_t *block, size_t len,
			   size_t off, uint64_t start,
			   struct check_descriptor *ret)
{
	const struct ntfs_sds_disk *h = (const void *)(block + off);
	struct check_descriptor d = {0};

	if (!range_ok(off, sizeof(*h), len) || !get_le32(h->size))
		return 0;
	d.id = get_le32(h->security_id);
	d.hash = get_le32(h->hash);
	d.size = get_le32(h->size);
	d.offset = get_le64(h->offset);
	if (d.size >= sizeof(*h) && range_ok(off, d.size, len) &&
	    is_blank(block + off, d.size)) {
		*ret = d;
		return d.size;
	}
	if (d.offset != start + off || d.size < sizeof(*h) ||
	    !range_ok(off, d.size, len)) {
		ntfs_check_problem(c, NTFS_REC_SECURE, NTFS_RULE_SDS_ENTRY,
				   "$SDS is broken at %llu",
				   (unsigned long long)(start + off));
		return 0;
	}
	if (ntfs_descriptor_hash(block + off + sizeof(*h),
				 d.size - sizeof(*h)) != d.hash)
		ntfs_check_problem(
			c, NTFS_REC_SECURE, NTFS_RULE_SDS_HASH,
			"The hash of security descriptor %u is wrong", d.id);
	check_descriptor(c, block + off + sizeof(*h), d.size - sizeof(*h),
			 d.id);
	*ret = d;
	return d.size;
}

// One block and its copy.
static int check_block(struct check *c, const uint8_t *block,
		       const uint8_t *copy, size_t len, uint64_t start,
		       size_t *capacity)
{
	struct check_descriptor d;
	size_t off = 0;
	uint32_t size;

	while ((size = read_entry(c, block, len, off, start, &d))) {
		if (memcmp(block + off, copy + off, size))
			ntfs_check_problem(c, NTFS_REC_SECURE,
					   NTFS_RULE_SDS_MIRROR,
					   "The copy of security descriptor %u "
					   "differs",
					   d.id);
		off = (size_t)round_up(off + size, 16);
		if (!d.id)
			continue;
		if (c->descriptor_count >= MAX_DESCRIPTORS)
			return err_set(c->err, -EFBIG, "$Secure", ERR_NOWHERE,
				       "it has more than %u descriptors",
				       MAX_DESCRIPTORS);
		if (mem_grow((void **)&c->descriptors, c->descriptor_count,
			     capacity, sizeof(d)))
			return err_nomem(c->err);
		c->descriptors[c->descriptor_count++] = d;
	}
	return 0;
}

static int check_blocks(struct check *c, struct disk *sds, uint8_t *buf)
{
	size_t capacity = 0;
	uint8_t *copy = buf + NTFS_SDS_BLOCK;
	int r = 0;

	for (uint64_t at = 0; !r && at + NTFS_SDS_BLOCK < sds->size;
	     at += 2 * NTFS_SDS_BLOCK) {
		uint64_t left = sds->size - at - NTFS_SDS_BLOCK;
		size_t len = left < NTFS_SDS_BLOCK ? (size_t)left
						   : NTFS_SDS_BLOCK;

		r = disk_read(sds, at, buf, len, c->err);
		if (!r)
			r = disk_read(sds, at + NTFS_SDS_BLOCK, copy, len,
				      c->err);
		if (!r)
			r = check_block(c, buf, copy, len, at, &capacity);
	}
	return r;
}

static int by_id(const void *a, const void *b)
{
	const struct check_descriptor *x = a, *y = b;

	return x->id < y->id ? -1 : x->id > y->id;
}

static struct check_descriptor *find_descriptor(const struct check *c,
						uint32_t id)
{
	struct check_descriptor key = {.id = id};

	return c->descriptor_count
		       ? bsearch(&key, c->descriptors, c->descriptor_count,
				 sizeof(key), by_id)
		       : NULL;
}

static int check_sds(struct check *c, const struct ntfs_file *f)
{
	struct err e = {0};
	struct ntfs_attr a;
	struct disk *d;
	uint8_t *buf;
	int r = ntfs_file_find_named(f, NTFS_AT_DATA, "$SDS", &a, &e);

	if (!r)
		r = ntfs_stream_open(f, &a, &d, &e);
	if (r)
		return ntfs_check_failed(c, NTFS_REC_SECURE, NTFS_RULE_SDS, r,
					 &e);
	buf = mem_alloc(2 * NTFS_SDS_BLOCK);
	r = buf ? check_blocks(c, d, buf) : err_nomem(c->err);
	mem_free(buf);
	disk_close(d);
	if (c->descriptor_count)
		qsort(c->descriptors, c->descriptor_count,
		      sizeof(*c->descriptors), by_id);
	for (size_t i = 1; i < c->descriptor_count; i++)
		if (c->descriptors[i - 1].id == c->descriptors[i].id)
			ntfs_check_problem(
				c, NTFS_REC_SECURE, NTFS_RULE_SDS_ENTRY,
				"Two security descriptors have the id %u",
				c->descriptors[i].id);
	return r;
}

static int check_entry(struct check *c, const struct ntfs_index *x,
		       const struct ntfs_index_entry *e, void *ctx)
{
	bool is_sdh = x->collation == NTFS_COLLATE_SECURITY_HASH;
	const struct ntfs_sds_disk *h = (const void *)e->data;
	size_t key_len = is_sdh ? 8 : 4;
	struct check_descriptor *d;

	if (e->key_len != key_len || e->data_len < sizeof(*h)) {
		ntfs_check_problem(c, x->record, NTFS_RULE_SECURITY_INDEX,
				   "An entry of %s is too short",
				   is_sdh ? "$SDH" : "$SII");
		return 0;
	}
	d = find_descriptor(c, get_le32(h->security_id));
	if (!d || d->hash != get_le32(h->hash) ||
	    d->offset != get_le64(h->offset) || d->size != get_le32(h->size) ||
	    get_le32(*(const le32 *)(e->key + key_len - 4)) != d->id ||
	    (is_sdh && get_le32(*(const le32 *)e->key) != d->hash)) {
		ntfs_check_problem(c, x->record, NTFS_RULE_SECURITY_INDEX,
				   "An entry of %s is of no descriptor (id %u)",
				   is_sdh ? "$SDH" : "$SII",
				   get_le32(h->security_id));
		return 0;
	}
	if (is_sdh)
		d->in_sdh = true;
	else
		d->in_sii = true;
	return 0;
}

static void check_ids(struct check *c)
{
	for (size_t i = 0; i < c->descriptor_count; i++) {
		const struct check_descriptor *d = &c->descriptors[i];

		if (!d->in_sii || !d->in_sdh)
			ntfs_check_problem(
				c, NTFS_REC_SECURE, NTFS_RULE_SECURITY_INDEX,
				"Security descriptor %u is not in %s", d->id,
				d->in_sii ? "$SDH" : "$SII");
	}
	for (uint64_t i = 0; i < c->n->records; i++) {
		const struct check_record *r = &c->records[i];

		if (r->security_id && r->flags & CR_IN_USE &&
		    !find_descriptor(c, r->security_id))
			ntfs_check_problem(
				c, i, NTFS_RULE_SECURITY_ID,
				"The file's security descriptor %u does "
				"not exist",
				r->security_id);
	}
}

int ntfs_check_security(struct check *c)
{
	struct err e = {0};
	struct ntfs_file f;
	int r;

	if (c->n->info.major < 3)
		return 0; // there is none yet
	r = ntfs_file_open(c->n, NTFS_REC_SECURE, &f, &e);
	if (r)
		return ntfs_check_failed(c, NTFS_REC_SECURE, NTFS_RULE_SDS, r,
					 &e);
	r = check_sds(c, &f);
	if (!r)
		r = ntfs_check_index(c, &f, "$SII", check_entry, NULL);
	if (!r)
		r = ntfs_check_index(c, &f, "$SDH", check_entry, NULL);
	if (!r)
		check_ids(c);
	ntfs_file_done(&f);
	return r;
}
