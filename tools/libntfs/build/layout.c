// SPDX-License-Identifier: MIT
//
// The layout of a volume: folders are sorted, records numbered, every stream
// becomes resident or gets its run of clusters.

#include <stdlib.h>
#include <string.h>

#include "build.h"
#include "../encode/attr.h"

#define GAP_MAX           (200ull << 20) // room left for $MFT to grow, as Windows takes
#define TREE_WORTH_MOVING 256u // bytes of a root that blocks would relieve

// --- Folders -----------------------------------------------------------------

struct key {
	uint64_t start; // the first four units in upper case
	uint32_t parent, entry;
};

static const le16 *entry_name(const struct ntfs_build *b, uint32_t entry,
			      size_t *ret_len)
{
	const struct name *x = &b->names[entry / 2];

	*ret_len = entry & 1 ? x->dos_len : x->len;
	return b->units + (entry & 1 ? x->dos_chars : x->chars);
}

static int compare_upcase(const struct ntfs_build *b, uint32_t x, uint32_t y)
{
	size_t m, n;
	const le16 *s = entry_name(b, x, &m), *t = entry_name(b, y, &n);

	for (size_t i = 0; i < m && i < n; i++) {
		uint16_t c = b->upcase[get_le16(s[i])];
		uint16_t d = b->upcase[get_le16(t[i])];

		if (c != d)
			return c < d ? -1 : 1;
	}
	return (m > n) - (m < n);
}

// Names that differ in case alone have their order by their letters.
static int compare_names(const struct ntfs_build *b, uint32_t x, uint32_t y)
{
	size_t n;
	const le16 *s = entry_name(b, x, &n), *t = entry_name(b, y, &n);
	int d = compare_upcase(b, x, y);

	for (size_t i = 0; !d && i < n; i++)
		d = get_le16(s[i]) - get_le16(t[i]);
	return d;
}

static int by_folder(const void *x, const void *y, void *ctx)
{
	const struct key *i = x, *k = y;

	if (i->parent != k->parent)
		return i->parent < k->parent ? -1 : 1;
	if (i->start != k->start)
		return i->start < k->start ? -1 : 1;
	return compare_names(ctx, i->entry, k->entry);
}

static struct key make_key(const struct ntfs_build *b, uint32_t entry)
{
	struct key k = {.parent = b->names[entry / 2].parent, .entry = entry};
	size_t n;
	const le16 *name = entry_name(b, entry, &n);

	for (size_t i = 0; i < 4; i++)
		k.start = k.start << 16 |
			  (i < n ? b->upcase[get_le16(name[i])] : 0);
	return k;
}

static bool is_systems(const struct ntfs_build *b, uint32_t entry)
{
	return b->names[entry / 2].node >= b->user_nodes;
}

// Names of the system's files are theirs in any case.
static bool are_one(const struct ntfs_build *b, uint32_t x, uint32_t y)
{
	return is_systems(b, x) || is_systems(b, y) ? !compare_upcase(b, x, y)
						    : !compare_names(b, x, y);
}

static int refuse_equal(const struct ntfs_build *b, uint32_t x, uint32_t y,
			struct err *err)
{
	size_t m, n;
	const le16 *s = entry_name(b, x, &m), *t = entry_name(b, y, &n);
	char *one = utf16_to_utf8(s, m), *other = utf16_to_utf8(t, n);
	int r = !one || !other ? err_nomem(err)
			       : err_set(err, -EEXIST, one, ERR_NOWHERE,
					 "its folder has \"%s\" too", other);

	mem_free(one);
	mem_free(other);
	return r;
}

static int fill_dirs(struct ntfs_build *b, const struct key *keys,
		     struct err *err)
{
	for (size_t i = 0; i < b->node_count; i++)
		if (b->nodes[i].attributes & NTFS_ATTR_DIRECTORY)
			b->dir_count++;
	b->dirs = mem_array(b->dir_count, sizeof(*b->dirs));
	b->entries = mem_array(b->entry_count, sizeof(*b->entries));
	if (!b->dirs || !b->entries)
		return err_nomem(err);
	for (size_t i = 0, dir = 0; i < b->node_count; i++)
		if (b->nodes[i].attributes & NTFS_ATTR_DIRECTORY) {
			b->dirs[dir].node = (uint32_t)i;
			b->nodes[i].dir = (uint32_t)dir++;
		}
	for (size_t i = 0; i < b->entry_count; i++) {
		struct dir *dir = &b->dirs[b->nodes[keys[i].parent].dir];

		b->entries[i] = keys[i].entry;
		if (!dir->count++)
			dir->first = (uint32_t)i;
		else if (are_one(b, keys[i - 1].entry, keys[i].entry))
			return refuse_equal(b, keys[i - 1].entry, keys[i].entry,
					    err);
	}
	return 0;
}

static int sort_folders(struct ntfs_build *b, struct err *err)
{
	struct key *keys = mem_array(b->name_count * 2, sizeof(*keys));
	int r;

	if (!keys)
		return err_nomem(err);
	for (size_t i = 0; i < b->name_count; i++) {
		keys[b->entry_count++] = make_key(b, (uint32_t)i * 2);
		if (b->names[i].dos_len)
			keys[b->entry_count++] =
				make_key(b, (uint32_t)i * 2 + 1);
	}
	qsort_r(keys, b->entry_count, sizeof(*keys), by_folder, b);
	r = fill_dirs(b, keys, err);
	mem_free(keys);
	return r;
}

// --- Residency ---------------------------------------------------------------

static int shape_dir(struct ntfs_build *b, uint32_t dir, bool in_root,
		     struct err *err)
{
	struct entries e = ntfs_dir_entries(b, dir);

	return ntfs_index_build(b, &e, in_root, &b->dirs[dir].tree, NULL, NULL,
				err);
}

static int shape_view(struct ntfs_build *b, uint32_t view, bool in_root,
		      struct err *err)
{
	struct entries e = ntfs_view_entries(b, view);

	return ntfs_index_build(b, &e, in_root, &b->views[view], NULL, NULL,
				err);
}

// Moves the largest index or stream of a node out of its record. Returns 1, 0
// when none is left, or an error.
static int move_out(struct ntfs_build *b, uint32_t node, struct err *err)
{
	const struct node *n = &b->nodes[node];
	uint32_t worst = 0, view = VIEWS;
	struct stream *stream = NULL;
	bool dir = false;
	int r = 0;

	for (uint32_t i = n->first_stream; i != NTFS_NONE;
	     i = b->streams[i].next) {
		struct stream *s = &b->streams[i];
		uint32_t room =
			s->resident ? ntfs_resident_size(s->name_len, s->size)
				    : 0;

		if (s->kind != NTFS_STREAM_OBJECT_ID && room > worst &&
		    room > ntfs_nonresident_room(s->name_len, false)) {
			stream = s;
			worst = room;
		}
	}
	if (n->dir != NTFS_NONE && !b->dirs[n->dir].tree.blocks &&
	    b->dirs[n->dir].tree.root_size > TREE_WORTH_MOVING &&
	    b->dirs[n->dir].tree.root_size > worst) {
		dir = true;
		worst = b->dirs[n->dir].tree.root_size;
	}
	for (uint32_t i = 0; i < VIEWS; i++)
		if (n->attributes & NTFS_FA_VIEW_INDEX &&
		    ntfs_view_record(i) == n->record && !b->views[i].blocks &&
		    b->views[i].root_size > TREE_WORTH_MOVING &&
		    b->views[i].root_size > worst) {
			view = i;
			worst = b->views[i].root_size;
		}
	if (view < VIEWS)
		r = shape_view(b, view, false, err);
	else if (dir)
		r = shape_dir(b, n->dir, false, err);
	else if (stream)
		stream->resident = false;
	return r ? r : worst != 0;
}

// Returns true when a stream may lie in a record, by its kind and size.
static bool may_be_resident(const struct ntfs_build *b, const struct stream *s)
{
	bool comes_later = b->options.data_elsewhere && !s->kept && s->size;

	return !s->reserve && !s->hole && !comes_later &&
	       s->size <= ntfs_record_room(b);
}

// Decides what of a node is resident, and counts its extension records.
static int settle(struct ntfs_build *b, uint32_t node, struct attrs *attrs,
		  struct err *err)
{
	struct node *n = &b->nodes[node];
	int r;

	for (uint32_t i = n->first_stream; i != NTFS_NONE;
	     i = b->streams[i].next)
		b->streams[i].resident = may_be_resident(b, &b->streams[i]);
	if (n->dir != NTFS_NONE) {
		// A folder entry takes more than 64 bytes.
		bool small = b->dirs[n->dir].count <= b->record_size / 64;

		r = shape_dir(b, n->dir, small, err);
		if (r)
			return r;
	}
	for (;;) {
		r = ntfs_attrs_collect(b, node, attrs, err);
		if (r)
			return r;
		if (!attrs->list_size)
			break;
		r = move_out(b, node, err);
		if (r < 0)
			return r;
		if (!r)
			break;
	}
	n->extras = attrs->records;
	n->list_size = attrs->list_size;
	return 0;
}

static int settle_all(struct ntfs_build *b, struct err *err)
{
	struct attrs attrs = {.items = NULL};
	uint64_t next = NTFS_REC_FIRST + b->user_nodes - 1;
	int r = 0;

	for (uint32_t i = 0; i < VIEWS && !r; i++)
		r = shape_view(b, i, true, err);
	b->first_extra = (uint32_t)next;
	for (size_t i = 0; i < b->node_count && !r; i++) {
		r = settle(b, (uint32_t)i, &attrs, err);
		b->nodes[i].first_extra = (uint32_t)next;
		next += b->nodes[i].extras;
		if (!r && next > UINT32_MAX - 64)
			r = err_set(err, -EFBIG, "NTFS volume", ERR_NOWHERE,
				    "more than 2^32 - 64 file records");
	}
	b->records = (uint32_t)next;
	mem_free(attrs.items);
	return r;
}

// Gives resident streams a place in memory until their records are written.
static int keep_resident(struct ntfs_build *b, struct err *err)
{
	size_t size = 0;

	for (size_t i = 0; i < b->stream_count; i++)
		if (b->streams[i].resident && !b->streams[i].kept)
			size += (size_t)b->streams[i].size;
	b->resident = mem_alloc(size);
	if (!b->resident)
		return err_nomem(err);
	size = 0;
	for (size_t i = 0; i < b->stream_count; i++) {
		struct stream *s = &b->streams[i];

		if (!s->resident || s->kept)
			continue;
		s->data = b->resident + size;
		size += (size_t)s->size;
	}
	return 0;
}

// --- Places ------------------------------------------------------------------

static uint64_t take_clusters(struct ntfs_build *b, uint64_t bytes)
{
	uint64_t lcn = b->next_lcn;

	b->next_lcn += ntfs_clusters(b, bytes);
	return bytes ? lcn : 0;
}

static void place_tree(struct ntfs_build *b, struct tree *tree)
{
	uint64_t bits = round_up((tree->blocks + 7) / 8, 8);

	tree->lcn = take_clusters(b, (uint64_t)tree->blocks * NTFS_INDEX_BLOCK);
	if (bits > NTFS_BITMAP_RESIDENT)
		tree->bitmap_lcn = take_clusters(b, bits);
}

static void place_metadata(struct ntfs_build *b)
{
	struct stream *mft = &b->streams[b->system[SYSTEM_MFT]];
	uint64_t unit = b->clusters * b->cluster_size < (16 << 20) ? 65536
								   : 262144;

	// The mirror has at least a cluster of records, and the MFT as many.
	unit = unit < b->cluster_size ? b->cluster_size : unit;
	mft->size = round_up((uint64_t)b->records * b->record_size, unit);
	b->mft_bitmap_size = round_up(mft->size / b->record_size / 8, 8);
	for (unsigned i = 0; i < SYSTEM_MFT; i++)
		b->streams[b->system[i]].lcn =
			take_clusters(b, b->streams[b->system[i]].size);
	for (unsigned i = 0; i < VIEWS; i++)
		place_tree(b, &b->views[i]);
	for (size_t i = 0; i < b->dir_count; i++)
		place_tree(b, &b->dirs[i].tree);
	for (size_t i = 0; i < b->node_count; i++)
		if (b->nodes[i].list_size > NTFS_LIST_RESIDENT)
			b->nodes[i].list_lcn =
				take_clusters(b, b->nodes[i].list_size);
	for (size_t i = 0; i < b->stream_count; i++)
		if (b->streams[i].kept && !b->streams[i].resident)
			b->streams[i].lcn =
				take_clusters(b, b->streams[i].size);
	b->mft_bitmap_lcn = take_clusters(b, b->mft_bitmap_size);
	mft->lcn = take_clusters(b, mft->size);
}

static bool is_data(const struct stream *s)
{
	return !s->resident && !s->kept && !s->hole && s->size;
}

static int by_order(const void *x, const void *y, void *ctx)
{
	const struct ntfs_build *b = ctx;
	uint32_t i = *(const uint32_t *)x, k = *(const uint32_t *)y;
	uint64_t m = b->streams[i].order, n = b->streams[k].order;

	return m != n ? (m < n ? -1 : 1) : (i > k) - (i < k);
}

static int place_data(struct ntfs_build *b, struct err *err)
{
	uint32_t *list = mem_array(b->user_streams, sizeof(*list));
	size_t count = 0;
	uint64_t need = 0, left;

	if (!list)
		return err_nomem(err);
	for (size_t i = 0; i < b->user_streams; i++)
		if (is_data(&b->streams[i])) {
			list[count++] = (uint32_t)i;
			// Never wraps: more than any volume has is enough.
			if (need <= b->clusters)
				need += ntfs_clusters(b, b->streams[i].size);
		}
	if (b->next_lcn + need > b->clusters) {
		mem_free(list);
		return err_set(err, -ENOSPC, "NTFS volume", ERR_NOWHERE,
			       "%llu bytes are missing",
			       (unsigned long long)(b->next_lcn + need -
						    b->clusters) *
				       b->cluster_size);
	}
	// Room behind the MFT, so that it grows there and stays in one run: its runs
	// must fit into its own record.
	left = b->clusters - b->next_lcn - need;
	b->gap_lcn = b->next_lcn;
	b->gap = left / 8 < GAP_MAX / b->cluster_size
			 ? left / 8
			 : GAP_MAX / b->cluster_size;
	b->next_lcn += b->gap;
	qsort_r(list, count, sizeof(*list), by_order, b);
	for (size_t i = 0; i < count; i++)
		b->streams[list[i]].lcn =
			take_clusters(b, b->streams[list[i]].size);
	mem_free(list);
	return 0;
}

// --- All of it ---------------------------------------------------------------

static int close_description(struct ntfs_build *b, struct err *err)
{
	if (b->laid_out)
		return err_set(err, -EINVAL, "NTFS volume", ERR_NOWHERE,
			       "laid out already");
	b->laid_out = true;
	b->user_nodes = b->node_count;
	b->user_streams = b->stream_count;
	for (size_t i = 1; i < b->node_count; i++) {
		b->nodes[i].record = (uint32_t)(NTFS_REC_FIRST + i - 1);
		if (!b->nodes[i].names)
			return err_set(err, -EINVAL, "NTFS volume", ERR_NOWHERE,
				       "a node has no name");
	}
	return 0;
}

int ntfs_build_layout(struct ntfs_build *b, struct err *err)
{
	int r = close_description(b, err);

	if (!r)
		r = ntfs_system_add(b, err);
	if (!r)
		r = ntfs_build_short_names(b, err);
	if (!r)
		r = sort_folders(b, err);
	if (!r)
		r = ntfs_views_list(b, err);
	if (!r)
		r = settle_all(b, err);
	if (!r)
		r = keep_resident(b, err);
	if (r)
		return r;
	place_metadata(b);
	r = place_data(b, err);
	b->placed = !r;
	return r;
}

void ntfs_build_used(const struct ntfs_build *b,
		     struct disk_extent ret[NTFS_BUILD_RANGES])
{
	uint64_t gap_end = b->gap_lcn + b->gap;
	uint64_t last = round_down(b->dev->size, b->sector_size) -
			b->sector_size;

	ret[0] = (struct disk_extent){0, b->gap_lcn * b->cluster_size};
	ret[1] =
		(struct disk_extent){gap_end * b->cluster_size,
				     (b->next_lcn - gap_end) * b->cluster_size};
	ret[2] = (struct disk_extent){last, b->sector_size};
}

// Whatever the partition held, it is no volume from now on: if this is cut off, no
// system takes the old boot sector for that of what lies there by then.
int ntfs_build_begin(struct ntfs_build *b, struct err *err)
{
	uint64_t last = round_down(b->dev->size, b->sector_size) -
			b->sector_size;
	int r = disk_zero(b->dev, 0, NTFS_BOOT_FILE_SIZE, err);

	if (!r)
		r = disk_zero(b->dev, last, b->sector_size, err);
	return r ? r : disk_flush(b->dev, err);
}
