// SPDX-License-Identifier: MIT
//
// Many security descriptors entered at once: $Secure is walked once, and what it has
// not is added in one piece (Linux-NTFS documentation, "$Secure").

#include <string.h>

#include "put.h"
#include "../encode/descriptor.h"
#include "../encode/secure.h"

#define MAX_ID     0x7fffffffu
#define MAX_ADDED  0x10000000u // bytes of $SDS
#define NO_FURTHER UINT32_MAX

// A descriptor that $Secure has, or will have.
struct known {
	uint32_t hash, id;
	uint32_t next;                  // of those in one slot
	uint64_t at;                    // of a new one: in $SDS
	const struct ntfs_bytes *bytes; // NULL: it is there already
};

struct entering {
	struct ntfs_change *c;
	struct known *known;
	size_t count, capacity, old; // the first `old` are there already
	uint32_t *slots;             // a power of two
	size_t slot_count;
	uint32_t greatest;
	uint64_t end; // of the last entry in $SDS
	struct err *err;
};

static int note_entry(void *ctx, const struct ntfs_index_entry *e)
{
	struct entering *x = ctx;
	const struct ntfs_sds_disk *h = (const void *)e->data;
	uint64_t end;

	if (e->data_len < sizeof(*h))
		return 0;
	if (mem_grow((void **)&x->known, x->count, &x->capacity,
		     sizeof(*x->known)))
		return err_nomem(x->err);
	x->known[x->count++] = (struct known){.hash = get_le32(h->hash),
					      .id = get_le32(h->security_id)};
	end = get_le64(h->offset) + get_le32(h->size);
	if (end > x->end)
		x->end = end;
	if (get_le32(h->security_id) > x->greatest)
		x->greatest = get_le32(h->security_id);
	return 0;
}

static int read_known(struct entering *x)
{
	struct ntfs_index index;
	struct ntfs_file f;
	int r = ntfs_file_open(x->c->n, NTFS_REC_SECURE, &f, x->err);

	if (r)
		return r;
	r = ntfs_index_open(&f, "$SDH", &index, x->err);
	if (!r) {
		r = ntfs_index_walk(&index, note_entry, x, x->err);
		ntfs_index_done(&index);
	}
	ntfs_file_done(&f);
	x->old = x->count;
	return r;
}

static void enter_slot(struct entering *x, uint32_t i)
{
	uint32_t *slot = &x->slots[x->known[i].hash & (x->slot_count - 1)];

	x->known[i].next = *slot;
	*slot = i;
}

static int make_slots(struct entering *x, size_t more)
{
	x->slot_count = 64;
	while (x->slot_count < x->count + more)
		x->slot_count *= 2;
	x->slots = mem_array(x->slot_count, sizeof(*x->slots));
	if (!x->slots)
		return err_nomem(x->err);
	for (size_t i = 0; i < x->slot_count; i++)
		x->slots[i] = NO_FURTHER;
	for (size_t i = 0; i < x->count; i++)
		enter_slot(x, (uint32_t)i);
	return 0;
}

static int is_equal(const struct entering *x, const struct known *k,
		    const struct ntfs_bytes *bytes, bool *ret)
{
	size_t size;
	void *data;
	int r;

	if (k->bytes) {
		*ret = k->bytes->size == bytes->size &&
		       !memcmp(k->bytes->data, bytes->data, bytes->size);
		return 0;
	}
	r = ntfs_read_descriptor(x->c->n, k->id, &data, &size, x->err);
	if (r)
		return r;
	*ret = size == bytes->size && !memcmp(data, bytes->data, size);
	mem_free(data);
	return 0;
}

// Numbers a descriptor that is new, and gives it its place.
static int add_known(struct entering *x, const struct ntfs_bytes *bytes,
		     uint32_t hash, uint32_t *ret_id)
{
	size_t size = sizeof(struct ntfs_sds_disk) + bytes->size;

	if (x->greatest < NTFS_FIRST_SECURITY_ID || x->greatest >= MAX_ID ||
	    size > NTFS_SDS_BLOCK)
		return err_set(x->err, -ENOTSUP, "$Secure", ERR_NOWHERE,
			       "no descriptor can be added to it");
	if (mem_grow((void **)&x->known, x->count, &x->capacity,
		     sizeof(*x->known)))
		return err_nomem(x->err);
	x->known[x->count] = (struct known){.hash = hash,
					    .id = ++x->greatest,
					    .at = ntfs_sds_next(x->end, size),
					    .bytes = bytes};
	x->end = x->known[x->count].at + size;
	enter_slot(x, (uint32_t)x->count++);
	*ret_id = x->greatest;
	return 0;
}

static int find_or_add(struct entering *x, const struct ntfs_bytes *bytes,
		       uint32_t *ret_id)
{
	uint32_t hash, i;

	if (!ntfs_descriptor_is_valid(bytes->data, bytes->size))
		return err_corrupt(x->err, "security descriptor", ERR_NOWHERE,
				   "a part of it is not inside of it");
	hash = ntfs_descriptor_hash(bytes->data, bytes->size);
	for (i = x->slots[hash & (x->slot_count - 1)]; i != NO_FURTHER;
	     i = x->known[i].next) {
		bool equal = false;
		int r = x->known[i].hash == hash
				? is_equal(x, &x->known[i], bytes, &equal)
				: 0;

		if (r)
			return r;
		if (equal) {
			*ret_id = x->known[i].id;
			return 0;
		}
	}
	return add_known(x, bytes, hash, ret_id);
}

// --- Writing -----------------------------------------------------------------

static void put_entries(const struct entering *x, uint64_t from, uint8_t *data)
{
	for (size_t i = x->old; i < x->count; i++) {
		const struct known *k = &x->known[i];
		uint8_t *at = data + (k->at - from);
		size_t size = sizeof(struct ntfs_sds_disk) + k->bytes->size;

		ntfs_encode_sds(at, k->id, k->at, k->bytes->data,
				k->bytes->size);
		memcpy(at + NTFS_SDS_BLOCK, at, size);
	}
}

// Writes $SDS from the first new entry, or its old end, to the second copy of the
// last one.
static int write_sds(struct entering *x, struct change_file *f)
{
	struct change_attr *a = ntfs_change_find(f, NTFS_AT_DATA, "$SDS");
	uint64_t cluster = x->c->n->info.cluster_size;
	uint64_t first = x->known[x->old].at, end = x->end + NTFS_SDS_BLOCK;
	uint64_t from = a->size < first ? a->size : first, want;
	struct disk *d = NULL;
	uint8_t *data;
	int r = 0;

	if (end - from > MAX_ADDED)
		return err_set(x->err, -ENOTSUP, "$Secure", ERR_NOWHERE,
			       "its descriptors would be too many");
	data = mem_alloc((size_t)(end - from));
	if (!data)
		return err_nomem(x->err);
	if (from < a->size)
		r = ntfs_runs_open(x->c->n, &a->runs, a->size, a->valid, &d,
				   x->err);
	if (d)
		r = disk_read(d, from, data, (size_t)(a->size - from), x->err);
	disk_close(d);
	want = (end + cluster - 1) / cluster;
	if (!r && want > a->runs.clusters)
		r = ntfs_space_take(x->c, want - a->runs.clusters, 0, &a->runs,
				    x->err);
	a->allocated = a->total = a->runs.clusters * cluster;
	if (!r) {
		put_entries(x, from, data);
		r = ntfs_change_patch(f, a, from, data, (size_t)(end - from),
				      x->err);
		a->size = a->valid = end;
	}
	mem_free(data);
	return r;
}

static int
write_index(struct entering *x, struct change_file *f, const char *name,
	    uint32_t (*encode)(uint8_t *dst, const struct ntfs_sds_disk *sds))
{
	struct ntfs_tree t;
	int r = ntfs_tree_open(f, name, &t, x->err);

	for (size_t i = x->old; !r && i < x->count; i++) {
		const struct known *k = &x->known[i];
		const struct ntfs_sds_disk head = {
			.hash = to_le32(k->hash),
			.security_id = to_le32(k->id),
			.offset = to_le64(k->at),
			.size = to_le32((uint32_t)(sizeof(head) +
						   k->bytes->size)),
		};
		uint8_t entry[64];

		encode(entry, &head);
		r = ntfs_tree_insert(&t, entry, x->err);
	}
	if (!r)
		r = ntfs_tree_save(&t, x->err);
	ntfs_tree_done(&t);
	return r;
}

// Blank entries at the end are Windows': the second copy shows them.
static int check_sds(struct entering *x, const struct change_file *f)
{
	const struct change_attr *a = ntfs_change_find(f, NTFS_AT_DATA, "$SDS");

	if (!a || a->resident || a->flags || a->runs.has_holes ||
	    a->valid < a->size)
		return err_set(x->err, -ENOTSUP, "$Secure", ERR_NOWHERE,
			       "its $SDS is of a kind that cannot be added to");
	if (a->size > NTFS_SDS_BLOCK && a->size - NTFS_SDS_BLOCK > x->end)
		x->end = a->size - NTFS_SDS_BLOCK;
	return 0;
}

static int enter_all(struct entering *x, const struct ntfs_bytes *descriptors,
		     size_t count, uint32_t *ret_ids)
{
	struct change_file f;
	int r = ntfs_change_load(x->c, NTFS_REC_SECURE, &f, x->err);

	if (!r)
		r = check_sds(x, &f);
	for (size_t i = 0; !r && i < count; i++)
		r = find_or_add(x, &descriptors[i], &ret_ids[i]);
	if (!r && x->count > x->old) {
		r = write_sds(x, &f);
		if (!r)
			r = write_index(x, &f, "$SII", ntfs_encode_sii);
		if (!r)
			r = write_index(x, &f, "$SDH", ntfs_encode_sdh);
		if (!r)
			r = ntfs_change_store(&f, x->err);
	}
	ntfs_change_done(&f);
	return r;
}

int ntfs_secure_enter(struct ntfs_change *c,
		      const struct ntfs_bytes *descriptors, size_t count,
		      uint32_t *ret_ids, struct err *err)
{
	struct entering x = {.c = c, .err = err};
	int r = read_known(&x);

	if (!r)
		r = make_slots(&x, count);
	if (!r)
		r = enter_all(&x, descriptors, count, ret_ids);
	mem_free(x.slots);
	mem_free(x.known);
	return r;
}
