// SPDX-License-Identifier: MIT
//
// $Secure: its descriptors from whichever of their two copies is whole, and both
// indexes from the descriptors. What is in neither copy is gone; its files get
// another descriptor then.

#include <string.h>

#include "repair.h"
#include "../build/build.h"
#include "../encode/descriptor.h"
#include "../encode/secure.h"

#define MAX_SDS (64u << 20) // bytes of $SDS that are looked at
#define MAX_ID  0xffffu     // ids above are taken for broken when all are lost

struct secure {
	struct repair_round *w;
	struct change_file f;
	uint8_t *sds;
	size_t size;
	struct ntfs_tree sii, sdh;
	uint64_t count, lost;
	struct err *err;
};

// --- $SDS --------------------------------------------------------------------

// Returns the length of the entry at `at` that belongs to `offset`, or 0.
static uint32_t entry_at(const struct secure *k, size_t at, size_t end,
			 uint64_t offset)
{
	const struct ntfs_sds_disk *h = (const void *)(k->sds + at);
	const uint8_t *d = (const uint8_t *)(h + 1);
	uint32_t size;

	if (!range_ok(at, sizeof(*h), end))
		return 0;
	size = get_le32(h->size);
	if (size <= sizeof(*h) || !range_ok(at, size, end) ||
	    get_le64(h->offset) != offset ||
	    get_le32(h->security_id) < NTFS_FIRST_SECURITY_ID)
		return 0;
	size -= (uint32_t)sizeof(*h);
	return ntfs_descriptor_hash(d, size) == get_le32(h->hash) &&
			       ntfs_descriptor_is_valid(d, size) &&
			       get_le32(((const struct ntfs_descriptor_disk
						  *)(const void *)d)
						->owner) < size &&
			       get_le32(((const struct ntfs_descriptor_disk
						  *)(const void *)d)
						->group) < size
		       ? size + (uint32_t)sizeof(*h)
		       : 0;
}

// One that Windows' chkdsk took out: its length alone.
static uint32_t blank_at(const struct secure *k, size_t at, size_t end)
{
	struct ntfs_sds_disk h;
	uint32_t size;

	if (!range_ok(at, sizeof(h), end))
		return 0;
	memcpy(&h, k->sds + at, sizeof(h));
	size = get_le32(h.size);
	h.size = to_le32(0);
	return size >= sizeof(h) && range_ok(at, size, end) &&
			       mem_is_zero(&h, sizeof(h)) &&
			       mem_is_zero(k->sds + at + sizeof(h),
					   size - sizeof(h))
		       ? size
		       : 0;
}

static void put_blank(struct secure *k, size_t at, size_t size)
{
	struct ntfs_sds_disk h = {.size = to_le32((uint32_t)size)};

	memset(k->sds + at, 0, size);
	memcpy(k->sds + at, &h, sizeof(h));
}

static int insert(struct secure *k, struct ntfs_tree *t, const uint8_t *entry,
		  bool *ret_there)
{
	struct err e = {0};
	int r = ntfs_tree_insert(t, entry, &e);

	*ret_there = r == -EEXIST;
	return *ret_there ? 0 : r ? err_pass(k->err, r, &e) : 0;
}

// Enters a descriptor into both indexes; of two with one id the second goes.
static int enter(struct secure *k, size_t at)
{
	struct ntfs_sds_disk h;
	uint8_t entry[64];
	bool there = false;
	int r;

	memcpy(&h, k->sds + at, sizeof(h));
	ntfs_encode_sii(entry, &h);
	r = insert(k, &k->sii, entry, &there);
	if (!r && there) {
		put_blank(k, at, get_le32(h.size));
		k->lost++;
		return 0;
	}
	ntfs_encode_sdh(entry, &h);
	if (!r)
		r = insert(k, &k->sdh, entry, &there);
	k->count += !r;
	return r;
}

// Finds the next entry in a block or its copy, which is taken over. Returns its
// length, or 0 when there is none.
static uint32_t find_entry(struct secure *k, size_t start, size_t *off,
			   size_t len)
{
	size_t from = *off;

	for (; *off < len; *off += 16) {
		size_t at = start + *off, copy = at + NTFS_SDS_BLOCK;
		uint32_t n = entry_at(k, at, start + len, at);

		if (*off - from == 16)
			continue; // too short for what is blank
		if (n)
			return n;
		n = entry_at(k, copy, start + NTFS_SDS_BLOCK + len, at);
		if (n) {
			memcpy(k->sds + at, k->sds + copy, n);
			return n;
		}
	}
	return 0;
}

// One block: what is between its entries becomes blank, what is behind the last one
// zero.
static int repair_block(struct secure *k, size_t start, size_t len)
{
	size_t off = 0, end = 0;
	uint32_t n;
	int r = 0;

	while (!r && off < len) {
		size_t from = off;

		n = blank_at(k, start + off, start + len);
		if (n) {
			off = (size_t)round_up(off + n, 16);
			end = off;
			continue;
		}
		n = find_entry(k, start, &off, len);
		if (!n)
			break;
		if (off > from)
			put_blank(k, start + from, off - from);
		k->lost += off > from;
		r = enter(k, start + off);
		off = (size_t)round_up(off + n, 16);
		end = off;
	}
	if (end < len)
		memset(k->sds + start + end, 0, len - end);
	memcpy(k->sds + start + NTFS_SDS_BLOCK, k->sds + start, len);
	return r;
}

static int repair_blocks(struct secure *k)
{
	int r = 0;

	for (size_t at = 0; !r && at + NTFS_SDS_BLOCK < k->size;
	     at += 2 * NTFS_SDS_BLOCK) {
		size_t left = k->size - at - NTFS_SDS_BLOCK;

		r = repair_block(k, at,
				 left < NTFS_SDS_BLOCK ? left : NTFS_SDS_BLOCK);
	}
	return r;
}

// --- Without any of it --------------------------------------------------------
// A volume cannot be without. The ids that files have get what a new file or folder of
// the root has: files keep their ids, and stay as they are.

static int put_default(struct secure *k, uint32_t id, unsigned which,
		       size_t *end)
{
	size_t size;
	const uint8_t *d = ntfs_secure_default(which, &size);
	size_t at = (size_t)round_up(*end, 16);
	size_t length = sizeof(struct ntfs_sds_disk) + size;

	if (at + length > NTFS_SDS_BLOCK)
		return 0; // the file gets another id then
	ntfs_encode_sds(k->sds + at, id, at, d, size);
	*end = at + length;
	return enter(k, at);
}

static bool is_first_with(const struct check *c, uint64_t number)
{
	const struct check_record *r = &c->records[number];

	if (!(r->flags & CR_IN_USE) ||
	    r->security_id < NTFS_FIRST_SECURITY_ID || r->security_id > MAX_ID)
		return false;
	for (uint64_t i = 0; i < number; i++)
		if (c->records[i].flags & CR_IN_USE &&
		    c->records[i].security_id == r->security_id)
			return false;
	return true;
}

static int make_defaults(struct secure *k)
{
	const struct check *c = &k->w->check;
	size_t end = 0;
	int r = 0;

	mem_free(k->sds);
	k->size = 2 * NTFS_SDS_BLOCK;
	k->sds = mem_alloc(k->size);
	if (!k->sds)
		return err_nomem(k->err);
	for (uint64_t i = 0; !r && i < c->n->records; i++)
		if (is_first_with(c, i))
			r = put_default(k, c->records[i].security_id,
					i < NTFS_REC_FREE && i != NTFS_REC_ROOT
						? SECURITY_WRITE
					: c->records[i].flags & CR_FOLDER
						? SECURITY_ROOT
						: SECURITY_FILE,
					&end);
	if (!r && !k->count)
		r = put_default(k, NTFS_FIRST_SECURITY_ID, SECURITY_FILE, &end);
	k->size = NTFS_SDS_BLOCK + end;
	memcpy(k->sds + NTFS_SDS_BLOCK, k->sds, end);
	if (!r)
		ntfs_repair_lose(k->w->r, NTFS_REC_SECURE,
				 "$Secure: none of its security descriptors "
				 "can be read: the %llu that files refer to "
				 "are those of new files now, so who may use "
				 "these is to be set again",
				 (unsigned long long)k->count);
	return r;
}

// --- The file ----------------------------------------------------------------

static int load_sds(struct secure *k)
{
	struct change_attr *a = ntfs_change_find(&k->f, NTFS_AT_DATA, "$SDS");
	int r;

	if (!a || a->flags || a->resident || a->runs.has_holes)
		return 0;
	r = ntfs_change_get(&k->f, a, MAX_SDS, &k->sds, &k->size, NULL);
	(void)ntfs_repair_hide(k->w->r, r);
	return 0;
}

static int open_index(struct secure *k, const char *name, struct ntfs_tree *t)
{
	int r = ntfs_repair_empty_index(&k->f, name, k->err);

	return r ? r : ntfs_tree_open(&k->f, name, t, k->err);
}

// In its place, which the journal makes safe, when it is as long as it was: a volume
// that is nearly full has no room for another.
static int put_in_place(struct secure *k, const struct change_attr *a)
{
	struct disk *d;
	int r = ntfs_runs_open(k->f.c->n, &a->runs, a->size, a->valid, &d,
			       k->err);

	if (r)
		return r;
	r = ntfs_cache_write(k->f.c, d, 0, k->sds, k->size, STAGE_SECURE,
			     k->err);
	disk_close(d);
	return r;
}

static int put_sds(struct secure *k, struct change_attr *a)
{
	if (!a->resident && !a->flags && !a->runs.has_holes &&
	    a->size == k->size && a->valid == a->size &&
	    a->runs.clusters * k->f.c->n->info.cluster_size >= a->size)
		return put_in_place(k, a);
	ntfs_runs_done(&a->runs);
	a->flags = 0;
	return ntfs_change_set_outside(&k->f, a, k->sds, k->size, STAGE_FRESH,
				       k->err);
}

static int store(struct secure *k)
{
	struct change_attr *a;
	le16 units[4];
	int r = ntfs_tree_save(&k->sii, k->err);

	if (!r)
		r = ntfs_tree_save(&k->sdh, k->err);
	a = ntfs_change_find(&k->f, NTFS_AT_DATA, "$SDS");
	if (!r && !a)
		r = ntfs_change_add(&k->f, NTFS_AT_DATA, units,
				    ntfs_ascii_units("$SDS", units), &a,
				    k->err);
	if (!r)
		r = put_sds(k, a);
	return r ? r : ntfs_change_store(&k->f, k->err);
}

static int repair(struct secure *k)
{
	bool lost;
	int r = ntfs_salvage(k->w, NTFS_REC_SECURE, &k->f, &lost, k->err);

	if (!r)
		r = load_sds(k);
	if (!r)
		r = open_index(k, "$SII", &k->sii);
	if (!r)
		r = open_index(k, "$SDH", &k->sdh);
	if (!r)
		r = repair_blocks(k);
	if (!r && !k->count)
		r = make_defaults(k);
	return r ? r : store(k);
}

int ntfs_repair_secure(struct repair_round *w)
{
	struct err e = {0};
	struct secure k = {.w = w, .err = &e};
	uint64_t number = NTFS_REC_SECURE;
	int r;

	if (!ntfs_round_takes(w, number, REPAIR_SECURE))
		return 0;
	ntfs_operation_begin(w->c);
	r = repair(&k);
	ntfs_tree_done(&k.sii);
	ntfs_tree_done(&k.sdh);
	ntfs_change_done(&k.f);
	mem_free(k.sds);
	if (!r && k.lost)
		ntfs_repair_lose(w->r, number,
				 "$Secure: %llu security descriptors are in "
				 "neither copy",
				 (unsigned long long)k.lost);
	if (!r)
		ntfs_repair_say(w->r, number,
				"$Secure: both copies of %llu security "
				"descriptors and the indexes over them are "
				"made anew",
				(unsigned long long)k.count);
	return ntfs_round_end(w, number, r, &e);
}

// --- A file's descriptor -----------------------------------------------------

static uint64_t parent_of(const struct change_file *f)
{
	const struct change_attr *a =
		ntfs_change_find(f, NTFS_AT_FILE_NAME, NULL);
	const struct ntfs_file_name_disk *h = a ? (const void *)a->value : NULL;

	return h && f->number != NTFS_REC_ROOT
		       ? ntfs_ref_record(get_le64(h->parent))
		       : NTFS_REC_ROOT;
}

// The first of all, when the folder's cannot be read.
static uint32_t first_id(struct ntfs_repair *r, struct ntfs *n)
{
	struct ntfs_stat s;

	return ntfs_repair_hide(r, ntfs_stat(n, NTFS_REC_MFT, &s, NULL)) ||
			       !s.security_id
		       ? NTFS_FIRST_SECURITY_ID
		       : s.security_id;
}

// Returns the id that a new file in its place would get. The file is not open while
// that is found out: $Secure may be it, and change.
static int inherit(struct repair_round *w, uint64_t number, uint32_t *ret,
		   struct err *err)
{
	struct change_file f;
	bool is_folder;
	uint64_t parent;
	int r = ntfs_change_load(w->c, number, &f, err);

	parent = r ? 0 : parent_of(&f);
	is_folder = !r && f.flags & NTFS_RF_DIRECTORY;
	ntfs_change_done(&f);
	if (!r &&
	    ntfs_repair_hide(w->r, ntfs_secure_inherit(w->c, parent, is_folder,
						       ret, NULL)))
		*ret = first_id(w->r, w->n);
	return r;
}

int ntfs_repair_owner(struct repair_round *w, uint64_t number, struct err *err)
{
	struct ntfs_standard_disk *h;
	struct change_attr *a;
	struct change_file f = {.c = w->c};
	uint32_t id = 0;
	int r = inherit(w, number, &id, err);

	if (!r)
		r = ntfs_change_load(w->c, number, &f, err);
	a = r ? NULL : ntfs_change_find(&f, NTFS_AT_STANDARD_INFORMATION, NULL);
	if (!r && (!a || a->value_len < sizeof(*h)))
		r = 1;
	if (!r) {
		h = (void *)a->value;
		h->security_id = to_le32(id);
		r = ntfs_change_store(&f, err);
	}
	if (!r)
		ntfs_repair_lose(w->r, number,
				 "its security descriptor is gone: it gets "
				 "the one (%u) of a new file in its folder",
				 (unsigned)id);
	ntfs_change_done(&f);
	return r;
}
