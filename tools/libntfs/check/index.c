// SPDX-License-Identifier: MIT
//
// The rules of any index: the tree's shape, its blocks and their bitmap, the
// entries' form and their order by the index's collation.

#include <string.h>

#include "check.h"

static const struct kind {
	const char *name;
	uint64_t record; // 0: any
	uint32_t type, collation;
} kinds[] = {
	{"$I30", 0, NTFS_AT_FILE_NAME, NTFS_COLLATE_FILE_NAME},
	{"$SII", NTFS_REC_SECURE, 0, NTFS_COLLATE_U32},
	{"$SDH", NTFS_REC_SECURE, 0, NTFS_COLLATE_SECURITY_HASH},
	{"$Q", 0, 0, NTFS_COLLATE_U32},
	{"$R", 0, 0, NTFS_COLLATE_U32S},
};

struct index_check {
	struct check *c;
	struct ntfs_index x;
	const char *name;
	uint64_t record, blocks; // blocks that the allocation has room for
	uint8_t *seen;           // a bit a block
	uint8_t *last;           // the key before, of last_len bytes
	size_t last_len;
	bool has_last;
	int (*fn)(struct check *c, const struct ntfs_index *x,
		  const struct ntfs_index_entry *e, void *ctx);
	void *ctx;
};

static void problem(struct index_check *k, enum ntfs_rule rule,
		    const char *text)
{
	ntfs_check_problem(k->c, k->record, rule, "Index %s: %s", k->name,
			   text);
}

// Two names that differ in case alone are one, unless one of them is of POSIX.
static bool is_same_name(struct index_check *k, const uint8_t *a, size_t a_len,
			 const uint8_t *b, size_t b_len)
{
	struct ntfs_file_name x, y;

	return !ntfs_file_name_decode(a, a_len, 0, &x, NULL) &&
	       !ntfs_file_name_decode(b, b_len, 0, &y, NULL) &&
	       x.name_space != NTFS_NS_POSIX && y.name_space != NTFS_NS_POSIX &&
	       !ntfs_name_compare(k->c->n, x.name, x.name_len, y.name,
				  y.name_len);
}

static int compare_keys(struct index_check *k, const uint8_t *a, size_t a_len,
			const uint8_t *b, size_t b_len)
{
	if (k->x.collation == NTFS_COLLATE_FILE_NAME &&
	    is_same_name(k, a, a_len, b, b_len))
		return 0;
	return ntfs_key_compare(k->c->n, k->x.collation, a, a_len, b, b_len);
}

static int check_order(struct index_check *k, const struct ntfs_index_entry *e)
{
	int d = k->has_last ? compare_keys(k, k->last, k->last_len, e->key,
					   e->key_len)
			    : -1;

	if (d == 0)
		problem(k, NTFS_RULE_INDEX_DUPLICATE,
			"Two entries have equal keys");
	else if (d > 0 && k->x.collation != NTFS_COLLATE_SID)
		problem(k, NTFS_RULE_INDEX_ORDER,
			"Its entries are not in order");
	memcpy(k->last, e->key, e->key_len);
	k->last_len = e->key_len;
	k->has_last = true;
	return 0;
}

static int check_node(struct index_check *k, const struct ntfs_node *node,
		      unsigned depth);

static int check_block(struct index_check *k, uint64_t vcn, unsigned depth)
{
	uint64_t i = vcn * k->x.vcn_size / k->x.block_size;
	struct ntfs_node node;
	struct err e = {0};
	uint8_t *buf;
	int r;

	if (vcn > UINT32_MAX || i >= k->blocks ||
	    i * k->x.block_size != vcn * k->x.vcn_size) {
		problem(k, NTFS_RULE_INDEX_VCN,
			"A block's number is outside of it");
		return 0;
	}
	if (depth > NTFS_MAX_DEPTH || check_bit(k->seen, i)) {
		problem(k, NTFS_RULE_INDEX_CYCLE,
			"A block is used twice, or the tree is too deep");
		return 0;
	}
	k->seen[i / 8] |= (uint8_t)(1 << i % 8);
	buf = mem_alloc(k->x.block_size);
	if (!buf)
		return err_nomem(k->c->err);
	r = ntfs_index_block(&k->x, vcn, buf, &node, &e);
	if (r) {
		r = ntfs_check_failed(k->c, k->record, NTFS_RULE_INDEX_BLOCK, r,
				      &e);
	} else {
		size_t off = offsetof(struct ntfs_index_block_disk, header);

		if (node.allocated != k->x.block_size - off)
			problem(k, NTFS_RULE_INDEX_HEADER,
				"A block's allocated size is wrong");
		r = check_node(k, &node, depth);
	}
	mem_free(buf);
	return r;
}

static int check_entry(struct index_check *k, const struct ntfs_node *node,
		       const struct ntfs_index_entry *e, unsigned depth)
{
	bool has_child = e->flags & NTFS_IE_HAS_CHILD;
	int r = 0;

	if (has_child != node->has_children)
		problem(k, NTFS_RULE_INDEX_CHILDREN,
			"An entry has a child in a node that has none, or the "
			"reverse");
	if (has_child)
		r = check_block(k, e->child, depth + 1);
	if (r || e->flags & NTFS_IE_LAST)
		return r;
	k->c->result.index_entries++;
	check_order(k, e);
	return k->fn(k->c, &k->x, e, k->ctx);
}

static int check_node(struct index_check *k, const struct ntfs_node *node,
		      unsigned depth)
{
	struct ntfs_index_entry e = {0};
	struct err err = {0};
	int r;

	while ((r = ntfs_index_next(&k->x, node, &e, &err)) > 0) {
		r = check_entry(k, node, &e, depth);
		if (r)
			return r;
	}
	if (r)
		return ntfs_check_failed(k->c, k->record, NTFS_RULE_INDEX_ENTRY,
					 r, &err);
	if (e.offset + e.length != node->used)
		problem(k, NTFS_RULE_INDEX_HEADER,
			"A node's used size is not where its entries end");
	return 0;
}

static void check_root(struct index_check *k)
{
	const struct ntfs_index_root_disk *h = (const void *)k->x.root;
	uint32_t cluster = k->c->n->info.cluster_size;
	uint32_t unit = k->x.block_size < cluster ? 512 : cluster;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(kinds[i].name, k->name) ||
		    (kinds[i].record && kinds[i].record != k->record))
			continue;
		if (k->x.type != kinds[i].type ||
		    k->x.collation != kinds[i].collation)
			problem(k, NTFS_RULE_INDEX_ROOT,
				"Its type or collation is not that of its "
				"name");
	}
	if (k->x.block_size != k->c->n->info.index_size)
		problem(k, NTFS_RULE_INDEX_ROOT,
			"Its block size is not the volume's");
	if (h->clusters_per_block != (k->x.block_size / unit & 0xff))
		problem(k, NTFS_RULE_INDEX_ROOT,
			"Its block size in clusters is wrong");
}

static int check_blocks_bitmap(struct index_check *k, const struct ntfs_file *f)
{
	struct ntfs_attr a;
	uint8_t *bits;
	size_t size;
	struct err e = {0};
	int r;

	if (!k->x.blocks)
		return 0;
	r = ntfs_file_find_named(f, NTFS_AT_BITMAP, k->name, &a, &e);
	if (!r)
		r = ntfs_stream_read(f, &a, UINT32_MAX / 8, &bits, &size, &e);
	if (r)
		return ntfs_check_failed(k->c, k->record,
					 NTFS_RULE_INDEX_BITMAP, r, &e);
	if (size < (k->blocks + 7) / 8)
		problem(k, NTFS_RULE_INDEX_BITMAP, "Its bitmap is too short");
	for (uint64_t i = 0; i < (uint64_t)size * 8; i++) {
		bool seen = i < k->blocks && check_bit(k->seen, i);

		if (seen == check_bit(bits, i))
			continue;
		ntfs_check_problem(k->c, k->record,
				   seen ? NTFS_RULE_INDEX_BITMAP
					: NTFS_RULE_INDEX_UNREACHED,
				   "Index %s: block %llu is %s", k->name,
				   (unsigned long long)i,
				   seen ? "used but marked as free"
					: "marked as used but not in the tree");
	}
	mem_free(bits);
	return 0;
}

static int walk(struct index_check *k, const struct ntfs_file *f)
{
	struct ntfs_node root;
	struct err e = {0};
	int r = ntfs_index_root(&k->x, &root, &e);

	if (r)
		return ntfs_check_failed(k->c, k->record,
					 NTFS_RULE_INDEX_HEADER, r, &e);
	k->blocks = k->x.blocks ? k->x.blocks->size / k->x.block_size : 0;
	k->seen = mem_alloc((size_t)(k->blocks / 8 + 1));
	k->last = mem_alloc(NTFS_MAX_INDEX);
	if (!k->seen || !k->last)
		return err_nomem(k->c->err);
	if (root.allocated !=
	    k->x.root_size - offsetof(struct ntfs_index_root_disk, header))
		problem(k, NTFS_RULE_INDEX_HEADER,
			"The root's allocated size is wrong");
	check_root(k);
	r = check_node(k, &root, 0);
	return r ? r : check_blocks_bitmap(k, f);
}

int ntfs_check_index(struct check *c, const struct ntfs_file *f,
		     const char *name,
		     int (*fn)(struct check *c, const struct ntfs_index *x,
			       const struct ntfs_index_entry *e, void *ctx),
		     void *ctx)
{
	struct index_check k = {.c = c,
				.name = name,
				.record = f->records[0].number,
				.fn = fn,
				.ctx = ctx};
	struct err e = {0};
	int r = ntfs_index_open(f, name, &k.x, &e);

	if (r)
		return ntfs_check_failed(c, k.record, NTFS_RULE_INDEX_ROOT, r,
					 &e);
	r = walk(&k, f);
	mem_free(k.seen);
	mem_free(k.last);
	ntfs_index_done(&k.x);
	return r;
}
