// SPDX-License-Identifier: MIT
//
// Indexes changed: B-trees of entries, where each entry of an inner node has
// the child with smaller keys, and the last one, without a key, that with the
// greatest (Linux-NTFS documentation, "Index Entry").
//
// A change is made in copies of the nodes on the path from the root; then each
// of these is written to a new block from the bottom up (node.c), split
// where it has become too large. Entries come and go in leaves alone: one in an
// inner node is replaced by the greatest one below it.

#include <string.h>

#include "change.h"
#include "../encode/index.h"

#define HEADER    ((uint32_t)sizeof(struct ntfs_index_header_disk))
#define ROOT_MIN  (HEADER + 24u)
#define ROOT_FILL 320u // of one that has blocks below

// A node on the path, as bytes from its block's (or the root's) begin.
struct level {
	uint64_t vcn;  // NTFS_HOLE: the root
	uint8_t *buf;  // with room for two blocks more
	uint32_t head; // offset of the index header
	uint32_t at;   // the entry that was chosen, from the header on
};

struct path {
	struct ntfs_tree *t;
	struct level levels[NTFS_MAX_DEPTH + 1];
	unsigned depth; // of the last one
	struct err *err;
};

// --- Nodes -------------------------------------------------------------------

static struct ntfs_index_header_disk *header(const struct level *l)
{
	return (void *)(l->buf + l->head);
}

static uint32_t used(const struct level *l)
{
	return get_le32(header(l)->used);
}

static struct ntfs_index_entry_disk *entry(const struct level *l, uint32_t at)
{
	return (void *)(l->buf + l->head + at);
}

static uint32_t length(const struct level *l, uint32_t at)
{
	return get_le16(entry(l, at)->length);
}

static uint32_t first(const struct level *l)
{
	return get_le32(header(l)->entries_offset);
}

static bool is_last(const struct level *l, uint32_t at)
{
	return entry(l, at)->flags & NTFS_IE_LAST;
}

static bool has_child(const struct level *l, uint32_t at)
{
	return entry(l, at)->flags & NTFS_IE_HAS_CHILD;
}

static uint64_t child(const struct level *l, uint32_t at)
{
	le64 vcn;

	memcpy(&vcn, l->buf + l->head + at + length(l, at) - 8, 8);
	return get_le64(vcn);
}

static void set_child(struct level *l, uint32_t at, uint64_t vcn)
{
	ntfs_entry_set_child(l->buf + l->head + at, vcn);
}

static bool is_empty(const struct level *l)
{
	return is_last(l, first(l));
}

static void cut_entry(struct level *l, uint32_t at)
{
	uint32_t n = length(l, at), end = used(l);
	uint8_t *base = l->buf + l->head;

	memmove(base + at, base + at + n, end - at - n);
	header(l)->used = to_le32(end - n);
}

// Puts an entry in; in an inner node with a child, which it gains or keeps.
static void paste_entry(struct level *l, uint32_t at, const uint8_t *from,
			uint64_t vcn)
{
	bool inner = header(l)->flags & NTFS_IH_HAS_CHILDREN;
	struct ntfs_index_entry_disk d;
	uint32_t bare, n, end = used(l);
	uint8_t *base = l->buf + l->head;

	memcpy(&d, from, sizeof(d));
	bare = get_le16(d.length) - (d.flags & NTFS_IE_HAS_CHILD ? 8u : 0u);
	n = bare + (inner ? 8 : 0);
	memmove(base + at + n, base + at, end - at);
	memcpy(base + at, from, bare);
	d.length = to_le16((uint16_t)n);
	d.flags = inner ? NTFS_IE_HAS_CHILD : 0;
	memcpy(base + at, &d, sizeof(d));
	header(l)->used = to_le32(end + n);
	if (inner)
		set_child(l, at, vcn);
}

// --- Paths -------------------------------------------------------------------

static int broken(const struct path *p, const char *why)
{
	return err_corrupt(p->err, NTFS_INDEX_OF(p->t->file->number),
			   ERR_NOWHERE, "%s", why);
}

static size_t buffer_size(const struct ntfs_tree *t)
{
	return t->x.root_size + 3 * (size_t)t->x.block_size;
}

static int add_level(struct path *p, struct level **ret)
{
	struct level *l = &p->levels[p->depth];

	l->buf = mem_alloc(buffer_size(p->t));
	if (!l->buf)
		return err_nomem(p->err);
	*ret = l;
	return 0;
}

static void path_done(struct path *p)
{
	for (unsigned i = 0; i <= NTFS_MAX_DEPTH; i++)
		mem_free(p->levels[i].buf);
}

static int enter_root(struct path *p)
{
	struct level *l = NULL;
	int r = add_level(p, &l);

	if (r)
		return r;
	l->vcn = NTFS_HOLE;
	l->head = NTFS_ROOT_NODE;
	memcpy(l->buf, p->t->x.root, l->head + p->t->root_used);
	return 0;
}

// Goes from the chosen entry of the last level to its child.
static int enter_child(struct path *p)
{
	uint64_t vcn = child(&p->levels[p->depth], p->levels[p->depth].at);
	struct level *l = NULL;
	int r;

	if (p->depth >= NTFS_MAX_DEPTH)
		return broken(p, "it is too deep");
	p->depth++;
	r = add_level(p, &l);
	if (r)
		return r;
	l->vcn = vcn;
	l->head = NTFS_BLOCK_NODE;
	return ntfs_node_read(p->t, vcn, l->buf, p->err);
}

// Chooses in the last level the entry with a key, or the first one behind.
// Returns 1 when it is that with the key, 0, or an error.
static int choose_entry(struct path *p, const uint8_t *key, size_t len)
{
	struct level *l = &p->levels[p->depth];
	struct ntfs_node node = {
		.data = l->buf + l->head, .first = first(l), .used = used(l)};
	struct ntfs_index_entry e = {0};
	int r;

	while ((r = ntfs_index_next(&p->t->x, &node, &e, p->err)) > 0) {
		int d = e.flags & NTFS_IE_LAST
				? -1
				: ntfs_key_compare(p->t->x.n, p->t->x.collation,
						   key, len, e.key, e.key_len);

		l->at = e.offset;
		if (d <= 0)
			return d == 0;
	}
	return r < 0 ? r : broken(p, "a node has no last entry");
}

// Returns 1 when the key was found, 0 when the leaf's entry is where it goes.
static int find_key(struct path *p, const uint8_t *key, size_t len)
{
	int r = enter_root(p);

	while (!r) {
		r = choose_entry(p, key, len);
		if (r)
			return r;
		if (!has_child(&p->levels[p->depth], p->levels[p->depth].at))
			return 0;
		r = enter_child(p);
	}
	return r;
}

// Goes down along the last entries to the leaf with the greatest keys.
static int enter_greatest(struct path *p)
{
	int r = enter_child(p);

	while (!r) {
		struct level *l = &p->levels[p->depth];

		l->at = first(l);
		while (!is_last(l, l->at))
			l->at += length(l, l->at);
		if (!has_child(l, l->at))
			break;
		r = enter_child(p);
	}
	return r;
}

// --- Writing a path ----------------------------------------------------------

static uint32_t capacity(const struct ntfs_tree *t)
{
	return ntfs_block_room(t->x.block_size);
}

// Makes an empty block of the same kind as a node.
static void begin_block(const struct ntfs_tree *t, struct level *l,
			uint8_t flags)
{
	memset(l->buf, 0, buffer_size(t));
	ntfs_encode_block(l->buf, t->x.block_size, 0, flags);
	l->head = NTFS_BLOCK_NODE;
	l->vcn = NTFS_HOLE;
}

// Adds entries [from, to) of a node to the end of another.
static void append_entries(struct level *l, const struct level *source,
			   uint32_t from, uint32_t to)
{
	memcpy(l->buf + l->head + used(l), source->buf + source->head + from,
	       to - from);
	header(l)->used = to_le32(used(l) + to - from);
}

static void append_last(struct level *l, uint64_t vcn)
{
	bool inner = header(l)->flags & NTFS_IH_HAS_CHILDREN;
	uint32_t at = used(l);

	at += ntfs_encode_last_entry(l->buf + l->head + at,
				     inner ? &vcn : NULL);
	header(l)->used = to_le32(at);
}

static int write_block(struct path *p, struct level *l, uint64_t *vcn)
{
	uint32_t room = capacity(p->t), end = used(l);

	if (end > room)
		return err_set(p->err, -ENOTSUP,
			       NTFS_INDEX_OF(p->t->file->number), ERR_NOWHERE,
			       "its entries are too large to change it");
	header(l)->allocated = to_le32(room);
	memset(l->buf + l->head + end, 0, room - end);
	return ntfs_node_write(p->t, l->buf, vcn, p->err);
}

// The entry in the middle: neither the first nor the last two.
static uint32_t middle(const struct level *l)
{
	uint32_t at = first(l), half = (used(l) + at) / 2;

	at += length(l, at);
	while (at + length(l, at) < half) {
		uint32_t next = at + length(l, at);

		if (is_last(l, next) || is_last(l, next + length(l, next)))
			break;
		at = next;
	}
	return at;
}

// Divides the node at depth d: its first half goes to a new block, and the
// entry between the halves up, before the one that led to the node.
static int split_node(struct path *p, unsigned d)
{
	struct level *l = &p->levels[d], *up = &p->levels[d - 1];
	struct level left = {.buf = mem_alloc(buffer_size(p->t))};
	uint32_t at = middle(l), from = first(l);
	uint64_t left_vcn = NTFS_HOLE, vcn = l->vcn;
	uint8_t *base = l->buf + l->head;
	int r;

	if (!left.buf)
		return err_nomem(p->err);
	begin_block(p->t, &left, header(l)->flags);
	append_entries(&left, l, from, at);
	append_last(&left, has_child(l, at) ? child(l, at) : 0);
	r = write_block(p, &left, &left_vcn);
	mem_free(left.buf);
	if (r)
		return r;
	paste_entry(up, up->at, base + at, left_vcn);
	at += length(l, at);
	memmove(base + from, base + at, used(l) - at);
	header(l)->used = to_le32(used(l) - (at - from));
	r = write_block(p, l, &vcn);
	up->at += length(up, up->at);
	set_child(up, up->at, vcn);
	return r;
}

// What the root may have: the room that is left in the base record, or little
// when it has blocks, whose runs need room too.
static uint32_t root_limit(const struct ntfs_tree *t)
{
	const struct change_attr *a =
		ntfs_change_find(t->file, NTFS_AT_INDEX_ROOT, t->name);
	int64_t room = ntfs_change_room(t->file, a) - (int64_t)NTFS_ROOT_NODE;
	int64_t most = t->runs.count ? ROOT_FILL : (int64_t)capacity(t);

	// What a first block adds: its runs and its bitmap.
	if (!t->runs.count)
		room -= 136;
	room = room < most ? room : most;
	return room < ROOT_MIN ? ROOT_MIN : (uint32_t)room;
}

static int write_up(struct path *p, unsigned d);

// Moves all of the root's entries into a new block below it.
static int push_down(struct path *p)
{
	struct level *root = &p->levels[0];
	struct level below = {.buf = mem_alloc(buffer_size(p->t))};

	if (!below.buf)
		return err_nomem(p->err);
	begin_block(p->t, &below, header(root)->flags);
	append_entries(&below, root, first(root), used(root));
	mem_free(p->levels[1].buf);
	p->levels[1] = below;
	header(root)->entries_offset = to_le32(HEADER);
	header(root)->used = to_le32(HEADER);
	header(root)->flags = NTFS_IH_HAS_CHILDREN;
	append_last(root, 0);
	root->at = HEADER;
	return write_up(p, 1);
}

static int write_root(struct path *p)
{
	struct level *l = &p->levels[0];
	struct ntfs_tree *t = p->t;
	uint8_t *copy;

	if (used(l) > root_limit(t) && !(is_empty(l) && has_child(l, first(l))))
		return push_down(p);
	copy = mem_dup(l->buf, l->head + used(l));
	if (!copy)
		return err_nomem(p->err);
	mem_free(t->x.root);
	t->x.root = copy;
	t->root_used = used(l);
	t->x.root_size = l->head + used(l);
	((struct ntfs_index_root_disk *)(void *)copy)->header.allocated =
		to_le32(t->root_used);
	return 0;
}

// Writes all levels from depth d up.
static int write_up(struct path *p, unsigned d)
{
	int r = 0;

	for (; !r && d; d--) {
		struct level *l = &p->levels[d], *up = &p->levels[d - 1];
		uint64_t vcn = l->vcn;

		if (used(l) > capacity(p->t)) {
			r = split_node(p, d);
			continue;
		}
		r = write_block(p, l, &vcn);
		set_child(up, up->at, vcn);
	}
	return r ? r : write_root(p);
}

// --- Operations --------------------------------------------------------------

static const uint8_t *key_of(const uint8_t *from, size_t *ret_len)
{
	struct ntfs_index_entry_disk d;

	memcpy(&d, from, sizeof(d));
	*ret_len = get_le16(d.key_len);
	return from + sizeof(d);
}

int ntfs_tree_insert(struct ntfs_tree *t, const uint8_t *from, struct err *err)
{
	struct path p = {.t = t, .err = err};
	size_t len;
	const uint8_t *key = key_of(from, &len);
	int r = find_key(&p, key, len);

	if (r > 0)
		r = err_set(err, -EEXIST, NTFS_INDEX_OF(t->file->number),
			    ERR_NOWHERE, "there is such an entry already");
	if (!r) {
		struct level *l = &p.levels[p.depth];

		paste_entry(l, l->at, from, 0);
		r = write_up(&p, p.depth);
	}
	path_done(&p);
	return r;
}

int ntfs_tree_update(struct ntfs_tree *t, const uint8_t *from, struct err *err)
{
	struct path p = {.t = t, .err = err};
	size_t len;
	const uint8_t *key = key_of(from, &len);
	int r = find_key(&p, key, len);

	if (r > 0 && get_le16(entry(&p.levels[p.depth], p.levels[p.depth].at)
				      ->key_len) != len) {
		r = broken(&p, "an entry's key is longer than its name");
	} else if (r > 0) {
		struct level *l = &p.levels[p.depth];

		memcpy(l->buf + l->head + l->at +
			       sizeof(struct ntfs_index_entry_disk),
		       key, len);
		r = write_up(&p, p.depth);
	} else if (!r) {
		r = err_set(err, -ENOENT, NTFS_INDEX_OF(t->file->number),
			    ERR_NOWHERE, "there is no such entry");
	}
	path_done(&p);
	return r;
}

// The node at depth d, with nothing but its last entry, is given back together
// with what led to it. *ret_moved becomes the entry (new memory) that stood for
// it and must be put in again, or NULL.
static int remove_empty(struct path *p, unsigned d, uint8_t **ret_moved)
{
	struct level *up = &p->levels[d - 1];
	uint32_t at = up->at, before;
	int r = ntfs_node_give(p->t, p->levels[d].vcn, p->err);

	if (r)
		return r;
	if (is_empty(up)) { // this was its only child
		if (d > 1)
			return remove_empty(p, d - 1, ret_moved);
		header(up)->flags = 0;
		header(up)->used = header(up)->entries_offset;
		append_last(up, 0);
		return write_root(p);
	}
	if (is_last(up, at)) { // the one before becomes the last
		uint64_t vcn;

		for (before = first(up); before + length(up, before) < at;)
			before += length(up, before);
		vcn = child(up, before);
		set_child(up, at, vcn);
		at = before;
	}
	*ret_moved = mem_dup(entry(up, at), length(up, at));
	if (!*ret_moved)
		return err_nomem(p->err);
	cut_entry(up, at);
	return write_up(p, d - 1);
}

// Takes the leaf at the path's end, which is empty, out of the tree.
static int remove_leaf(struct path *p)
{
	uint8_t *moved = NULL;
	int r = remove_empty(p, p->depth, &moved);

	if (!r && moved)
		r = ntfs_tree_insert(p->t, moved, p->err);
	mem_free(moved);
	return r;
}

// Takes the chosen entry out of the leaf at the path's end.
static int remove_from_leaf(struct path *p)
{
	struct level *l = &p->levels[p->depth];

	cut_entry(l, l->at);
	return p->depth && is_empty(l) ? remove_leaf(p) : write_up(p, p->depth);
}

// Takes out the greatest entry below the one at the path's end: a copy of it
// becomes *ret. When there is but an empty leaf, that goes, and *ret is NULL.
static int take_greatest(struct path *p, uint8_t **ret)
{
	struct level *l = NULL;
	uint32_t at;
	int r = enter_greatest(p);

	if (r)
		return r;
	l = &p->levels[p->depth];
	if (is_empty(l))
		return remove_leaf(p);
	for (at = first(l); at + length(l, at) < l->at;)
		at += length(l, at);
	l->at = at;
	*ret = mem_dup(entry(l, at), length(l, at));
	return *ret ? remove_from_leaf(p) : err_nomem(p->err);
}

// Puts an entry in the place of the one with a key, wherever that is by now.
static int replace_entry(struct ntfs_tree *t, const uint8_t *key, size_t len,
			 const uint8_t *by, struct err *err)
{
	struct path p = {.t = t, .err = err};
	bool is_inner = false;
	int r = find_key(&p, key, len);

	if (r > 0) {
		struct level *l = &p.levels[p.depth];

		is_inner = has_child(l, l->at);
		if (is_inner) {
			uint64_t vcn = child(l, l->at);

			cut_entry(l, l->at);
			paste_entry(l, l->at, by, vcn);
			r = write_up(&p, p.depth);
		} else {
			r = remove_from_leaf(&p);
		}
	} else if (!r) {
		r = broken(&p, "an entry is lost");
	}
	path_done(&p);
	return r || is_inner ? r : ntfs_tree_insert(t, by, err);
}

// Returns 1 when it must be tried again.
static int remove_once(struct ntfs_tree *t, const uint8_t *key, size_t len,
		       struct err *err)
{
	struct path p = {.t = t, .err = err};
	uint8_t *greatest = NULL;
	bool is_inner = false;
	int r = find_key(&p, key, len);

	if (!r)
		r = err_set(err, -ENOENT, NTFS_INDEX_OF(t->file->number),
			    ERR_NOWHERE, "there is no such entry");
	else if (r > 0)
		is_inner = has_child(&p.levels[p.depth], p.levels[p.depth].at);
	if (r > 0)
		r = is_inner ? take_greatest(&p, &greatest)
			     : remove_from_leaf(&p);
	path_done(&p);
	if (!r && greatest)
		r = replace_entry(t, key, len, greatest, err);
	else if (!r && is_inner)
		r = 1;
	mem_free(greatest);
	return r;
}

int ntfs_tree_remove(struct ntfs_tree *t, const uint8_t *key, size_t len,
		     struct err *err)
{
	int r;

	// Each further try has one empty leaf less.
	do
		r = remove_once(t, key, len, err);
	while (r > 0);
	return r;
}

bool ntfs_tree_is_empty(const struct ntfs_tree *t)
{
	struct level l = {.buf = t->x.root, .head = NTFS_ROOT_NODE};

	return is_empty(&l) && !has_child(&l, first(&l));
}
