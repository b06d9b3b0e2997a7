// SPDX-License-Identifier: MIT
//
// The attributes of a node, in the order of the disk (type, then name), and how
// they are divided among its base record and extension records.

#include <string.h>

#include "build.h"
#include "../encode/attr.h"
#include "../encode/record.h"

#define RUNS_ROOM 16u // one run of up to 2^32 clusters, and the end

static const le16 i30[4] = {{{'$'}}, {{'I'}}, {{'3'}}, {{'0'}}};
static const le16 bad[4] = {{{'$'}}, {{'B'}}, {{'a'}}, {{'d'}}};

uint32_t ntfs_record_room(const struct ntfs_build *b)
{
	return b->record_size - ntfs_record_first(b->record_size) -
	       NTFS_END_MARK;
}

uint32_t ntfs_nonresident_room(size_t name_len, bool hole)
{
	return ntfs_runs_offset(name_len, hole) + RUNS_ROOM;
}

static int add_attr(struct attrs *attrs, const struct attr *a, struct err *err)
{
	struct attr *x;

	if (mem_grow((void **)&attrs->items, attrs->count, &attrs->capacity,
		     sizeof(*attrs->items)))
		return err_nomem(err);
	x = &attrs->items[attrs->count++];
	*x = *a;
	x->room = x->nonresident
			  ? ntfs_nonresident_room(x->name_len, x->hole)
			  : ntfs_resident_size(x->name_len, x->value_len);
	return 0;
}

static int add_resident(struct attrs *attrs, uint32_t type, uint32_t index,
			uint32_t value_len, struct err *err)
{
	return add_attr(attrs,
			&(struct attr){
				.type = type,
				.index = index,
				.value_len = value_len,
			},
			err);
}

static int add_names(const struct ntfs_build *b, const struct node *n,
		     struct attrs *attrs, struct err *err)
{
	int r = 0;

	for (uint32_t i = n->first_name; i != NTFS_NONE && !r;
	     i = b->names[i].next) {
		r = add_resident(attrs, NTFS_AT_FILE_NAME, i * 2,
				 ntfs_value_file_name(b, i * 2, NULL), err);
		if (!r && b->names[i].dos_len)
			r = add_resident(attrs, NTFS_AT_FILE_NAME, i * 2 + 1,
					 ntfs_value_file_name(b, i * 2 + 1,
							      NULL),
					 err);
	}
	return r;
}

// A hole has whole units.
static uint64_t clusters_of(const struct ntfs_build *b, const struct stream *s)
{
	uint64_t clusters = ntfs_clusters(b, s->size);

	return s->hole ? round_up(clusters, 1u << NTFS_HOLE_UNIT) : clusters;
}

// Of an object id the file has the id alone: where it came from stands in $ObjId.
static uint32_t value_size(const struct stream *s)
{
	return s->kind == NTFS_STREAM_OBJECT_ID ? NTFS_OBJECT_ID_SIZE
						: (uint32_t)s->size;
}

static int add_stream(const struct ntfs_build *b, uint32_t id,
		      struct attrs *attrs, struct err *err)
{
	static const uint32_t types[] = {
		[NTFS_STREAM_DATA] = NTFS_AT_DATA,
		[NTFS_STREAM_REPARSE] = NTFS_AT_REPARSE_POINT,
		[NTFS_STREAM_EA] = NTFS_AT_EA,
		[NTFS_STREAM_OBJECT_ID] = NTFS_AT_OBJECT_ID,
	};
	const struct stream *s = &b->streams[id];
	int r = 0;

	if (s->kind == NTFS_STREAM_EA)
		r = add_resident(attrs, NTFS_AT_EA_INFORMATION, id,
				 sizeof(struct ntfs_ea_information_disk), err);
	if (r)
		return r;
	return add_attr(attrs,
			&(struct attr){
				.type = types[s->kind],
				.index = id,
				.name = b->units + s->chars,
				.name_len = s->name_len,
				.nonresident = !s->resident,
				.hole = s->hole,
				.value_len = value_size(s),
				.lcn = s->lcn,
				.clusters = clusters_of(b, s),
				.size = s->size,
				.valid = s->size,
			},
			err);
}

static int add_tree(const struct ntfs_build *b, const struct tree *tree,
		    uint32_t index, const le16 *name, uint8_t name_len,
		    struct attrs *attrs, struct err *err)
{
	uint64_t size = (uint64_t)tree->blocks * NTFS_INDEX_BLOCK;
	uint64_t bits = round_up((tree->blocks + 7) / 8, 8);
	struct attr a = {
		.type = NTFS_AT_INDEX_ROOT,
		.index = index,
		.name = name,
		.name_len = name_len,
		.value_len = tree->root_size,
	};
	int r = add_attr(attrs, &a, err);

	if (r || !tree->blocks)
		return r;
	a.type = NTFS_AT_INDEX_ALLOCATION;
	a.nonresident = true;
	a.lcn = tree->lcn;
	a.clusters = ntfs_clusters(b, size);
	a.size = a.valid = size;
	r = add_attr(attrs, &a, err);
	if (r)
		return r;
	a.type = NTFS_AT_BITMAP;
	a.nonresident = bits > NTFS_BITMAP_RESIDENT;
	a.value_len = (uint32_t)bits;
	a.lcn = tree->bitmap_lcn;
	a.clusters = ntfs_clusters(b, bits);
	a.size = a.valid = bits;
	return add_attr(attrs, &a, err);
}

static int add_views(const struct ntfs_build *b, uint32_t record,
		     struct attrs *attrs, struct err *err)
{
	int r = 0;

	for (uint32_t i = 0; i < VIEWS && !r; i++) {
		uint8_t len;
		const le16 *name = ntfs_view_name(i, &len);

		if (ntfs_view_record(i) == record)
			r = add_tree(b, &b->views[i], i, name, len, attrs, err);
	}
	return r;
}

// What only one of the system's files has.
static int add_special(const struct ntfs_build *b, uint32_t record,
		       struct attrs *attrs, struct err *err)
{
	struct attr a = {.nonresident = true};
	int r;

	switch (record) {
	case NTFS_REC_MFT:
		a.type = NTFS_AT_BITMAP;
		a.lcn = b->mft_bitmap_lcn;
		a.size = a.valid = b->mft_bitmap_size;
		a.clusters = ntfs_clusters(b, a.size);
		return add_attr(attrs, &a, err);
	case NTFS_REC_VOLUME:
		r = add_resident(attrs, NTFS_AT_VOLUME_NAME, 0,
				 (uint32_t)b->label_len * 2, err);
		if (r)
			return r;
		return add_resident(attrs, NTFS_AT_VOLUME_INFORMATION, 0,
				    sizeof(struct ntfs_volume_information_disk),
				    err);
	case NTFS_REC_BADCLUS:
		a.type = NTFS_AT_DATA;
		a.index = NTFS_NONE;
		a.name = bad;
		a.name_len = 4;
		a.clusters = b->clusters;
		a.size = b->clusters * b->cluster_size;
		return add_attr(attrs, &a, err);
	default:
		return add_views(b, record, attrs, err);
	}
}

// Names as $UpCase orders them, case deciding between equal ones.
static bool is_before(const struct attr *x, const struct attr *y)
{
	if (x->type != y->type)
		return x->type < y->type;
	return utf16_casecmp(x->name, x->name_len, y->name, y->name_len) < 0;
}

// Nearly sorted already, and stable: names stay in their order.
static void sort(struct attrs *attrs)
{
	for (size_t i = 1; i < attrs->count; i++) {
		struct attr a = attrs->items[i];
		size_t k = i;

		for (; k && is_before(&a, &attrs->items[k - 1]); k--)
			attrs->items[k] = attrs->items[k - 1];
		attrs->items[k] = a;
	}
}

// What must be in the base record, since readers look for it there before they read
// the list, and what they want first.
static bool is_at_home(const struct attr *a)
{
	return a->type == NTFS_AT_STANDARD_INFORMATION ||
	       a->type == NTFS_AT_ATTRIBUTE_LIST ||
	       a->type == NTFS_AT_INDEX_ROOT ||
	       (a->type == NTFS_AT_DATA && !a->name_len);
}

static int add_list(const struct ntfs_build *b, const struct node *n,
		    struct attrs *attrs, struct err *err)
{
	struct attr a = {.type = NTFS_AT_ATTRIBUTE_LIST, .lcn = n->list_lcn};
	uint64_t size = 0;

	for (size_t i = 0; i < attrs->count; i++)
		size += ntfs_list_entry_size(attrs->items[i].name_len);
	if (size > NTFS_MAX_LIST)
		return err_set(err, -EFBIG, "file", ERR_NOWHERE,
			       "more names and streams than a file can have");
	attrs->list_size = a.value_len = (uint32_t)size;
	a.size = a.valid = size;
	a.clusters = ntfs_clusters(b, size);
	a.nonresident = size > NTFS_LIST_RESIDENT;
	return add_attr(attrs, &a, err);
}

// The base record takes what belongs there, then what fits in the order of the
// disk; extension records are filled one after the other.
static int divide(const struct ntfs_build *b, const struct node *n,
		  struct attrs *attrs, struct err *err)
{
	uint32_t left = ntfs_record_room(b), used = 0, extra = 0;
	int r;

	for (size_t i = 0; i < attrs->count; i++)
		used += attrs->items[i].room;
	if (used <= left)
		return 0;
	r = add_list(b, n, attrs, err);
	if (r)
		return r;
	sort(attrs);
	for (size_t i = 0; i < attrs->count; i++) {
		struct attr *a = &attrs->items[i];

		a->record = NTFS_NONE;
		if (is_at_home(a) && a->room <= left) {
			a->record = 0;
			left -= a->room;
		}
	}
	for (size_t i = 0; i < attrs->count; i++) {
		struct attr *a = &attrs->items[i];

		if (a->record != NTFS_NONE)
			continue;
		if (!attrs->records && a->room <= left) {
			a->record = 0;
			left -= a->room;
			continue;
		}
		if (a->room > extra) {
			attrs->records++;
			extra = ntfs_record_room(b);
		}
		// Too large for any record until the layout moves it out.
		a->record = attrs->records;
		extra -= a->room < extra ? a->room : extra;
	}
	return 0;
}

int ntfs_attrs_collect(const struct ntfs_build *b, uint32_t node,
		       struct attrs *ret, struct err *err)
{
	const struct node *n = &b->nodes[node];
	bool is_dir = n->attributes & NTFS_ATTR_DIRECTORY;
	int r;

	ret->count = 0;
	ret->records = 0;
	ret->list_size = 0;
	r = add_resident(ret, NTFS_AT_STANDARD_INFORMATION, node,
			 sizeof(struct ntfs_standard_disk), err);
	if (!r)
		r = add_names(b, n, ret, err);
	for (uint32_t i = n->first_stream; i != NTFS_NONE && !r;
	     i = b->streams[i].next)
		r = add_stream(b, i, ret, err);
	if (!r && is_dir)
		r = add_tree(b, &b->dirs[n->dir].tree, n->dir, i30, 4, ret,
			     err);
	else if (!r && n->data == NTFS_NONE &&
		 !(n->attributes & NTFS_FA_VIEW_INDEX))
		r = add_resident(ret, NTFS_AT_DATA, NTFS_NONE, 0, err);
	if (!r && node >= b->user_nodes)
		r = add_special(b, n->record, ret, err);
	if (r)
		return r;
	sort(ret);
	return divide(b, n, ret, err);
}
