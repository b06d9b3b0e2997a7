// SPDX-License-Identifier: MIT
//
// The descriptors of new files: the one that the folder's entries give is looked
// for in $Secure and, when no file has it yet, added (Linux-NTFS documentation,
// "$Secure"): to $SDS in both copies, and to its indexes by id and by hash.

#include <string.h>

#include "change.h"
#include "../encode/descriptor.h"
#include "../encode/secure.h"

#define MAX_ID 0x7fffffffu

// A descriptor that is looked for, and what there is in $Secure.
struct lookup {
	struct ntfs *n;
	const uint8_t *descriptor;
	size_t size;
	uint32_t hash, id; // id 0: not found
	uint32_t greatest;
	uint64_t end; // of the last entry in $SDS
	struct err *err;
};

static int compare_descriptor(struct lookup *l, uint32_t id)
{
	size_t size;
	void *data;
	int r = ntfs_read_descriptor(l->n, id, &data, &size, l->err);

	if (r)
		return r;
	if (size == l->size && !memcmp(data, l->descriptor, size))
		l->id = id;
	mem_free(data);
	return 0;
}

static int look_at_entry(void *ctx, const struct ntfs_index_entry *e)
{
	struct lookup *l = ctx;
	const struct ntfs_sds_disk *h = (const void *)e->data;
	uint64_t end;

	if (e->data_len < sizeof(*h))
		return 0;
	end = get_le64(h->offset) + get_le32(h->size);
	if (end > l->end)
		l->end = end;
	if (get_le32(h->security_id) > l->greatest)
		l->greatest = get_le32(h->security_id);
	if (get_le32(h->hash) != l->hash || l->id)
		return 0;
	return compare_descriptor(l, get_le32(h->security_id));
}

static int find_descriptor(struct lookup *l, struct err *err)
{
	struct ntfs_index x;
	struct ntfs_file f;
	int r = ntfs_file_open(l->n, NTFS_REC_SECURE, &f, err);

	if (r)
		return r;
	r = ntfs_index_open(&f, "$SDH", &x, err);
	if (!r) {
		r = ntfs_index_walk(&x, look_at_entry, l, err);
		ntfs_index_done(&x);
	}
	ntfs_file_done(&f);
	return r;
}

// --- Adding ------------------------------------------------------------------

static int grow_sds(struct change_file *f, struct change_attr *a, uint64_t size,
		    struct err *err)
{
	uint32_t cluster = f->c->n->info.cluster_size;
	uint64_t want = (size + cluster - 1) / cluster;
	int r = want > a->runs.clusters
			? ntfs_space_take(f->c, want - a->runs.clusters, 0,
					  &a->runs, err)
			: 0;

	a->allocated = a->total = a->runs.clusters * cluster;
	return r;
}

// The second copy is there for when the first is broken: both are written, and our
// check, too, compares them.
//
// Puts an entry behind the last one: what lies between the old end of $SDS and
// its new one, with the entry's second copy, then the first copy.
static int add_to_sds(struct change_file *f, uint64_t at, const uint8_t *entry,
		      size_t size, struct err *err)
{
	struct change_attr *a = ntfs_change_find(f, NTFS_AT_DATA, "$SDS");
	uint64_t copy = at + NTFS_SDS_BLOCK, end = copy + size, from;
	uint8_t *tail;
	int r;

	if (!a || a->resident || a->flags || a->runs.has_holes ||
	    a->valid < a->size || a->size > copy)
		return err_set(err, -ENOTSUP, "$Secure", ERR_NOWHERE,
			       "its $SDS is of a kind that cannot be added to");
	from = a->size;
	tail = mem_alloc((size_t)(end - from));
	r = tail ? grow_sds(f, a, end, err) : err_nomem(err);
	if (!r) {
		memcpy(tail + (copy - from), entry, size);
		if (at >= from)
			memcpy(tail + (at - from), entry, size);
		r = ntfs_change_patch(f, a, from, tail, (size_t)(end - from),
				      err);
		a->size = a->valid = end;
	}
	if (!r && at < from)
		r = ntfs_change_patch(f, a, at, entry, size, err);
	mem_free(tail);
	return r;
}

static int add_to_index(struct change_file *f, const char *name,
			const uint8_t *entry, struct err *err)
{
	struct ntfs_tree t;
	int r = ntfs_tree_open(f, name, &t, err);

	if (!r)
		r = ntfs_tree_insert(&t, entry, err);
	if (!r)
		r = ntfs_tree_save(&t, err);
	ntfs_tree_done(&t);
	return r;
}

// Returns where the entries end: behind the last one of the indexes, and
// behind blank ones that Windows left at the end, which the second copy shows.
static uint64_t find_end(struct change_file *f, const struct lookup *l)
{
	const struct change_attr *a = ntfs_change_find(f, NTFS_AT_DATA, "$SDS");
	uint64_t end = a && a->size > NTFS_SDS_BLOCK ? a->size - NTFS_SDS_BLOCK
						     : 0;

	return end > l->end ? end : l->end;
}

static int add_entry(struct change_file *f, const struct lookup *l,
		     uint8_t *entry, size_t size, struct err *err)
{
	uint64_t at = ntfs_sds_next(find_end(f, l), size);
	struct ntfs_sds_disk head;
	uint8_t of_index[64];
	int r;

	ntfs_encode_sds(entry, l->greatest + 1, at, l->descriptor, l->size);
	memcpy(&head, entry, sizeof(head));
	r = add_to_sds(f, at, entry, size, err);
	ntfs_encode_sii(of_index, &head);
	if (!r)
		r = add_to_index(f, "$SII", of_index, err);
	ntfs_encode_sdh(of_index, &head);
	if (!r)
		r = add_to_index(f, "$SDH", of_index, err);
	return r ? r : ntfs_change_store(f, err);
}

static int add_descriptor(struct ntfs_change *c, struct lookup *l,
			  struct err *err)
{
	size_t size = sizeof(struct ntfs_sds_disk) + l->size;
	uint8_t *entry = mem_alloc(size);
	struct change_file f = {0};
	int r = entry ? 0 : err_nomem(err);

	if (!r && (l->greatest < NTFS_FIRST_SECURITY_ID ||
		   l->greatest >= MAX_ID || size > NTFS_SDS_BLOCK))
		r = err_set(err, -ENOTSUP, "$Secure", ERR_NOWHERE,
			    "no descriptor can be added to it");
	if (!r)
		r = ntfs_change_load(c, NTFS_REC_SECURE, &f, err);
	if (!r)
		r = add_entry(&f, l, entry, size, err);
	l->id = l->greatest + 1;
	ntfs_change_done(&f);
	mem_free(entry);
	return r;
}

static int inherit(struct ntfs_change *c, uint64_t folder, bool is_folder,
		   uint32_t *ret_id, struct err *err)
{
	struct lookup l = {.n = c->n, .err = err};
	uint8_t *made = NULL;
	size_t size;
	void *parent;
	int r = ntfs_read_security(c->n, folder, &parent, &size, err);

	if (r)
		return r;
	r = ntfs_inherit(parent, size, is_folder, &made, &l.size, err);
	mem_free(parent);
	l.descriptor = made;
	if (!r) {
		l.hash = ntfs_descriptor_hash(made, l.size);
		r = find_descriptor(&l, err);
	}
	if (!r && !l.id)
		r = add_descriptor(c, &l, err);
	mem_free(made);
	if (!r)
		*ret_id = l.id;
	return r;
}

int ntfs_secure_inherit(struct ntfs_change *c, uint64_t folder, bool is_folder,
			uint32_t *ret_id, struct err *err)
{
	struct ntfs_stat s;
	int r = ntfs_stat(c->n, folder, &s, err);

	if (r)
		return r;
	if (s.security_id && c->inherited.from == s.security_id &&
	    c->inherited.is_folder == is_folder) {
		*ret_id = c->inherited.id;
		return 0;
	}
	r = inherit(c, folder, is_folder, ret_id, err);
	if (!r) {
		c->inherited.from = s.security_id;
		c->inherited.id = *ret_id;
		c->inherited.is_folder = is_folder;
	}
	return r;
}
