// SPDX-License-Identifier: MIT
//
// Indexes: B-trees of entries in collation order, the root in $INDEX_ROOT and
// all other nodes in blocks of $INDEX_ALLOCATION (Linux-NTFS documentation,
// "$INDEX_ROOT" and "$INDEX_ALLOCATION").

#include <limits.h>
#include <string.h>

#include "read.h"

static int broken(const struct ntfs_index *x, const char *why, struct err *err)
{
	return err_corrupt(err, NTFS_INDEX_OF(x->record), ERR_NOWHERE, "%s",
			   why);
}

static int decode_root(struct ntfs_index *x, struct err *err)
{
	const struct ntfs_index_root_disk *h = (const void *)x->root;

	if (x->root_size < sizeof(*h))
		return broken(x, "its root is too short", err);
	x->type = get_le32(h->type);
	x->collation = get_le32(h->collation);
	x->block_size = get_le32(h->block_size);
	if (!is_power_of_two(x->block_size) || x->block_size < 512 ||
	    x->block_size > NTFS_MAX_INDEX)
		return broken(x,
			      "its block size is no power of two from 512 "
			      "to 65536",
			      err);
	x->vcn_size = ntfs_vcn_size(x->block_size, x->n->info.cluster_size);
	return 0;
}

int ntfs_index_decode(struct ntfs *n, uint64_t record, const uint8_t *root,
		      size_t size, struct ntfs_index *ret, struct err *err)
{
	struct ntfs_index x = {.n = n, .record = record, .root_size = size};
	int r;

	x.root = mem_dup(root, size);
	r = x.root ? decode_root(&x, err) : err_nomem(err);
	if (r) {
		ntfs_index_done(&x);
		return r;
	}
	*ret = x;
	return 0;
}

int ntfs_index_open(const struct ntfs_file *f, const char *name,
		    struct ntfs_index *ret, struct err *err)
{
	struct ntfs_index x = {.n = f->n, .record = f->records[0].number};
	struct ntfs_attr a;
	int r = ntfs_file_find_named(f, NTFS_AT_INDEX_ROOT, name, &a, err);

	if (r)
		return r;
	r = ntfs_stream_read(f, &a, NTFS_MAX_RECORD, &x.root, &x.root_size,
			     err);
	if (!r)
		r = decode_root(&x, err);
	if (r)
		goto fail;
	r = ntfs_file_find_named(f, NTFS_AT_INDEX_ALLOCATION, name, &a, NULL);
	if (!r)
		r = ntfs_stream_open(f, &a, &x.blocks, err);
	if (r && r != -ENOENT)
		goto fail;
	*ret = x;
	return 0;
fail:
	ntfs_index_done(&x);
	return r;
}

void ntfs_index_done(struct ntfs_index *x)
{
	disk_close(x->blocks);
	mem_free(x->root);
	*x = (struct ntfs_index){0};
}

// Offsets in a node count from its header, not from the beginning of its block.
//
// Decodes an index header with `room` bytes from it to the end of its node.
static int decode_header(const struct ntfs_index *x, const uint8_t *data,
			 size_t room, struct ntfs_node *ret, struct err *err)
{
	const struct ntfs_index_header_disk *h = (const void *)data;

	ret->data = data;
	ret->first = get_le32(h->entries_offset);
	ret->used = get_le32(h->used);
	ret->allocated = get_le32(h->allocated);
	ret->has_children = h->flags & NTFS_IH_HAS_CHILDREN;
	if (ret->first < sizeof(*h) || ret->first % 8 ||
	    ret->first > ret->used || ret->used > ret->allocated ||
	    ret->allocated > room)
		return broken(x, "a node's header does not fit it", err);
	return 0;
}

int ntfs_index_root(const struct ntfs_index *x, struct ntfs_node *ret,
		    struct err *err)
{
	size_t off = offsetof(struct ntfs_index_root_disk, header);

	ret->where = ERR_NOWHERE;
	return decode_header(x, x->root + off, x->root_size - off, ret, err);
}

int ntfs_index_block(const struct ntfs_index *x, uint64_t vcn, uint8_t *buf,
		     struct ntfs_node *ret, struct err *err)
{
	const struct ntfs_index_block_disk *h = (const void *)buf;
	size_t off = offsetof(struct ntfs_index_block_disk, header);
	uint64_t size = x->blocks ? x->blocks->size : 0;
	int r;

	if (vcn > size / x->vcn_size ||
	    !range_ok(vcn * x->vcn_size, x->block_size, size))
		return broken(x, "a block lies outside of its allocation", err);
	r = disk_read(x->blocks, vcn * x->vcn_size, buf, x->block_size, err);
	if (r)
		return r;
	if (memcmp(h->magic, "INDX", 4))
		return broken(x, "a block does not begin with INDX", err);
	r = ntfs_fixup(buf, x->block_size, "index block", vcn, err);
	if (r)
		return r;
	if (get_le64(h->vcn) != vcn)
		return broken(x, "a block says that it is another one", err);
	ret->where = vcn;
	return decode_header(x, buf + off, x->block_size - off, ret, err);
}

int ntfs_index_next(const struct ntfs_index *x, const struct ntfs_node *node,
		    struct ntfs_index_entry *e, struct err *err)
{
	uint32_t off = e->offset ? e->offset + e->length : node->first;
	const uint8_t *p = node->data + off;
	const struct ntfs_index_entry_disk *h = (const void *)p;
	struct ntfs_index_entry next = {.offset = off};
	uint32_t room, data_off;

	if (e->offset && e->flags & NTFS_IE_LAST)
		return 0;
	if (!range_ok(off, sizeof(*h), node->used))
		return broken(x, "a node has no last entry", err);
	next.length = get_le16(h->length);
	next.key_len = get_le16(h->key_len);
	next.flags = h->flags;
	room = sizeof(*h) + (next.flags & NTFS_IE_HAS_CHILD ? 8 : 0);
	if (next.length % 8 || next.length < room ||
	    !range_ok(off, next.length, node->used))
		return broken(x, "an entry's length is wrong", err);
	if (next.flags & NTFS_IE_HAS_CHILD)
		next.child =
			get_le64(*(const le64 *)(const void *)(p + next.length -
							       8));
	if (next.flags & NTFS_IE_LAST)
		next.key_len = 0;
	next.key = p + sizeof(*h);
	if (next.key_len > next.length - room)
		return broken(x, "an entry's key leaves it", err);
	next.file = get_le64(h->u.file);
	if (x->type != NTFS_AT_FILE_NAME && !(next.flags & NTFS_IE_LAST)) {
		data_off = get_le16(h->u.view.data_offset);
		next.data_len = get_le16(h->u.view.data_len);
		if (!range_ok(data_off, next.data_len,
			      next.length - (room - sizeof(*h))))
			return broken(x, "an entry's data leave it", err);
		next.data = p + data_off;
	}
	*e = next;
	return 1;
}

// Finds in a node where to go on: *e is the entry with the key, or the first
// one behind it. Returns 1 when it is the key's own, 0, or an error.
static int search(const struct ntfs_index *x, const struct ntfs_node *node,
		  int (*compare)(void *ctx, const uint8_t *key, size_t len),
		  void *ctx, struct ntfs_index_entry *e, struct err *err)
{
	int r;

	*e = (struct ntfs_index_entry){0};
	while ((r = ntfs_index_next(x, node, e, err)) > 0) {
		int c;

		if (e->flags & NTFS_IE_LAST)
			return 0;
		c = compare(ctx, e->key, e->key_len);
		if (c == INT_MIN)
			return broken(x, "an entry's key is no key", err);
		if (c <= 0)
			return c == 0;
	}
	return r;
}

int ntfs_index_find(const struct ntfs_index *x,
		    int (*compare)(void *ctx, const uint8_t *key, size_t len),
		    int (*found)(void *ctx, const struct ntfs_index_entry *e),
		    void *ctx, struct err *err)
{
	uint8_t *buf = mem_alloc(x->block_size);
	struct ntfs_index_entry e;
	struct ntfs_node node;
	int r;

	if (!buf)
		return err_nomem(err);
	r = ntfs_index_root(x, &node, err);
	for (unsigned depth = 0; !r; depth++) {
		r = search(x, &node, compare, ctx, &e, err);
		if (r)
			break;
		if (!(e.flags & NTFS_IE_HAS_CHILD))
			r = err_set(err, -ENOENT, NTFS_INDEX_OF(x->record),
				    ERR_NOWHERE, "there is no such entry");
		else if (depth >= NTFS_MAX_DEPTH)
			r = broken(x, "it is too deep", err);
		else
			r = ntfs_index_block(x, e.child, buf, &node, err);
	}
	if (r == 1)
		r = found(ctx, &e);
	mem_free(buf);
	return r;
}

struct walk {
	const struct ntfs_index *x;
	int (*fn)(void *ctx, const struct ntfs_index_entry *e);
	void *ctx;
	uint64_t budget; // blocks that may still be visited
	struct err *err;
};

static int walk_node(struct walk *w, const struct ntfs_node *node,
		     unsigned depth);

static int walk_block(struct walk *w, uint64_t vcn, unsigned depth)
{
	struct ntfs_node node;
	uint8_t *buf;
	int r;

	if (depth > NTFS_MAX_DEPTH || !w->budget--)
		return broken(w->x, "it is too deep or has a cycle", w->err);
	buf = mem_alloc(w->x->block_size);
	if (!buf)
		return err_nomem(w->err);
	r = ntfs_index_block(w->x, vcn, buf, &node, w->err);
	if (!r)
		r = walk_node(w, &node, depth);
	mem_free(buf);
	return r;
}

static int walk_node(struct walk *w, const struct ntfs_node *node,
		     unsigned depth)
{
	struct ntfs_index_entry e = {0};
	int r;

	while ((r = ntfs_index_next(w->x, node, &e, w->err)) > 0) {
		r = e.flags & NTFS_IE_HAS_CHILD
			    ? walk_block(w, e.child, depth + 1)
			    : 0;
		if (!r && !(e.flags & NTFS_IE_LAST))
			r = w->fn(w->ctx, &e);
		if (r)
			return r;
	}
	return r;
}

int ntfs_index_walk(const struct ntfs_index *x,
		    int (*fn)(void *ctx, const struct ntfs_index_entry *e),
		    void *ctx, struct err *err)
{
	struct walk w = {.x = x, .fn = fn, .ctx = ctx, .err = err};
	struct ntfs_node node;
	int r = ntfs_index_root(x, &node, err);

	w.budget = x->blocks ? x->blocks->size / x->block_size : 0;
	return r ? r : walk_node(&w, &node, 0);
}
