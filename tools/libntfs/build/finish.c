// SPDX-License-Identifier: MIT
//
// Writing a volume's metadata: in the order of the disk, through one large
// buffer, the boot sector and its copy after everything else is safe.

#include <string.h>

#include "build.h"

#define BUFFER       (1u << 20)
#define ZERO_AT_ONCE 65536u // more zeroes than these are no longer copied

// What goes to the disk in pieces of BUFFER bytes as long as it is in order.
struct sink {
	struct ntfs_build *b;
	struct progress *progress;
	struct err *err;
	uint8_t *buffer;
	uint64_t off; // of the buffer on the disk
	size_t used;
	uint64_t done, total;
	int r; // the first error: all after it is not written
	struct attrs attrs;
	uint8_t *extras, *block;
	size_t block_size;
};

static void sink_flush(struct sink *s)
{
	if (!s->r && s->used)
		s->r = disk_write(s->b->dev, s->off, s->buffer, s->used,
				  s->err);
	s->off += s->used;
	s->done += s->used;
	s->used = 0;
	if (!s->r)
		s->r = progress_report(s->progress, "Writing file records",
				       s->done, s->total);
	if (s->r == -ECANCELED)
		err_set(s->err, -ECANCELED, "NTFS volume", ERR_NOWHERE,
			"stopped");
}

// Starts at a cluster. What is there already stays in the buffer when the
// cluster follows it.
static void sink_seek(struct sink *s, uint64_t lcn)
{
	uint64_t off = lcn * s->b->cluster_size;

	if (s->off + s->used == off)
		return;
	sink_flush(s);
	s->off = off;
}

// Makes room for up to `len` bytes, at most BUFFER, in one piece. Returns where
// they go; they count as written.
static uint8_t *sink_room(struct sink *s, size_t len)
{
	uint8_t *at;

	if (BUFFER - s->used < len)
		sink_flush(s);
	at = s->buffer + s->used;
	s->used += len;
	return at;
}

static void sink_put(struct sink *s, const uint8_t *data, size_t len)
{
	while (len && !s->r) {
		size_t n = len < BUFFER ? len : BUFFER;

		memcpy(sink_room(s, n), data, n);
		data += n;
		len -= n;
	}
}

static void sink_zero(struct sink *s, uint64_t len)
{
	if (len > ZERO_AT_ONCE) {
		sink_flush(s);
		if (!s->r)
			s->r = disk_zero(s->b->dev, s->off, len, s->err);
		s->off += len;
		return;
	}
	memset(sink_room(s, (size_t)len), 0, (size_t)len);
}

static void sink_pad(struct sink *s)
{
	uint64_t at = s->off + s->used;

	sink_zero(s, round_up(at, s->b->cluster_size) - at);
}

// Memory for one piece of metadata. Returns it, or NULL after an error.
static uint8_t *sink_block(struct sink *s, size_t size)
{
	uint8_t *p;

	if (s->r)
		return NULL;
	if (size <= s->block_size)
		return s->block;
	p = mem_resize(s->block, size, 1);
	if (!p) {
		s->r = err_nomem(s->err);
		return NULL;
	}
	s->block = p;
	s->block_size = size;
	return p;
}

// --- File records ------------------------------------------------------------

static uint32_t node_of(const struct ntfs_build *b, uint64_t record)
{
	if (record < NTFS_REC_FIRST)
		return b->by_record[record];
	if (record < b->first_extra)
		return (uint32_t)(record - NTFS_REC_FIRST + 1);
	return NTFS_NONE;
}

// Makes a node's base record at dst, its extension records in s->extras.
static void make_node(struct sink *s, uint32_t node, uint8_t *dst,
		      uint8_t *list)
{
	const struct ntfs_build *b = s->b;
	size_t extra = b->nodes[node].first_extra - b->first_extra;

	if (!s->r)
		s->r = ntfs_attrs_collect(b, node, &s->attrs, s->err);
	if (!s->r)
		s->r = ntfs_record_write(b, node, &s->attrs, dst,
					 s->extras + extra * b->record_size,
					 list, s->err);
}

static void put_records(struct sink *s, uint64_t from, uint64_t to)
{
	const struct ntfs_build *b = s->b;

	for (uint64_t i = from; i < to && !s->r; i++) {
		uint8_t *dst = sink_room(s, b->record_size);
		uint32_t node = node_of(b, i);

		if (node != NTFS_NONE)
			make_node(s, node, dst, NULL);
		else if (i >= b->first_extra && i < b->records)
			memcpy(dst,
			       s->extras +
				       (i - b->first_extra) * b->record_size,
			       b->record_size);
		else
			ntfs_record_free(b, (uint32_t)i, dst);
	}
}

static void put_mft_bitmap(struct sink *s)
{
	const struct ntfs_build *b = s->b;
	uint64_t size = b->mft_bitmap_size, used = (b->records + 7u) / 8;
	uint8_t *bits = sink_block(s, (size_t)size);

	if (!bits)
		return;
	memset(bits, 0, (size_t)size);
	memset(bits, 0xff, (size_t)used);
	bits[NTFS_REC_FREE / 8] = 0;
	if (b->records % 8)
		bits[used - 1] = (uint8_t)((1u << b->records % 8) - 1);
	sink_seek(s, b->mft_bitmap_lcn);
	sink_put(s, bits, (size_t)size);
	sink_pad(s);
}

// --- Clusters ----------------------------------------------------------------

static void set_bit(uint8_t *piece, uint64_t bit)
{
	piece[bit / 8] |= (uint8_t)(1u << bit % 8);
}

// Sets the bits of [from, to) that lie in a piece of the bitmap.
static void set_bits(uint8_t *piece, uint64_t first, uint64_t count,
		     uint64_t from, uint64_t to)
{
	if (from < first)
		from = first;
	if (to > first + count)
		to = first + count;
	for (; from < to && from % 8; from++)
		set_bit(piece, from - first);
	if (from >= to)
		return;
	memset(piece + (from - first) / 8, 0xff, (to - from) / 8);
	for (from += (to - from) / 8 * 8; from < to; from++)
		set_bit(piece, from - first);
}

static void put_bitmap(struct sink *s, uint64_t size)
{
	const struct ntfs_build *b = s->b;
	uint64_t gap_end = b->gap_lcn + b->gap;

	for (uint64_t at = 0; at < size && !s->r;) {
		uint64_t n = size - at < BUFFER ? size - at : BUFFER;
		uint64_t first = at * 8, count = n * 8;

		at += n;
		if (first >= b->next_lcn && first + count <= b->clusters) {
			sink_zero(s, n);
			continue;
		}
		memset(sink_room(s, (size_t)n), 0, (size_t)n);
		set_bits(s->buffer + s->used - n, first, count, 0, b->gap_lcn);
		set_bits(s->buffer + s->used - n, first, count, gap_end,
			 b->next_lcn);
		set_bits(s->buffer + s->used - n, first, count, b->clusters,
			 UINT64_MAX);
	}
}

// --- The system's streams ----------------------------------------------------

static void put_filled(struct sink *s, uint64_t size, uint8_t byte)
{
	while (size && !s->r) {
		size_t n = size < BUFFER ? (size_t)size : BUFFER;

		memset(sink_room(s, n), byte, n);
		size -= n;
	}
}

static void put_upcase(struct sink *s)
{
	uint8_t *dst = sink_room(s, NTFS_UPCASE_SIZE);

	for (size_t i = 0; i < 65536; i++) {
		dst[2 * i] = (uint8_t)s->b->upcase[i];
		dst[2 * i + 1] = (uint8_t)(s->b->upcase[i] >> 8);
	}
}

static void put_system(struct sink *s, enum ntfs_system which)
{
	const struct ntfs_build *b = s->b;
	const struct stream *stream = &b->streams[b->system[which]];

	sink_seek(s, stream->lcn);
	switch (which) {
	case SYSTEM_BOOT: // without the boot sector itself
		ntfs_boot_write(b, sink_room(s, NTFS_BOOT_FILE_SIZE));
		memset(s->buffer, 0, b->sector_size);
		break;
	case SYSTEM_MIRROR:
		put_records(s, 0, stream->size / b->record_size);
		break;
	case SYSTEM_UPCASE:
		put_upcase(s);
		break;
	case SYSTEM_ATTRDEF:
		ntfs_system_attrdef(sink_room(s, NTFS_ATTRDEF_SIZE));
		break;
	case SYSTEM_LOG: // all ones: a log that nothing was written to
		put_filled(s, stream->size, 0xff);
		break;
	case SYSTEM_BITMAP:
		put_bitmap(s, stream->size);
		break;
	case SYSTEM_SDS:
		for (uint64_t at = 0; at < stream->size && !s->r;) {
			uint64_t left = stream->size - at;
			size_t n = left < 65536 ? (size_t)left : 65536;

			ntfs_secure_read(b, at, sink_room(s, n), n);
			at += n;
		}
		break;
	default:
		put_records(s, 0, stream->size / b->record_size);
	}
	sink_pad(s);
}

// --- Indexes, and what did not fit in a record -------------------------------

static void put_tree(struct sink *s, const struct entries *e,
		     const struct tree *tree)
{
	size_t size = (size_t)tree->blocks * NTFS_INDEX_BLOCK;
	struct tree same;
	uint8_t *blocks;

	if (!tree->blocks)
		return;
	blocks = sink_block(s, size);
	if (!blocks)
		return;
	s->r = ntfs_index_build(s->b, e, false, &same, NULL, blocks, s->err);
	sink_seek(s, tree->lcn);
	sink_put(s, blocks, size);
	sink_pad(s);
	if (!tree->bitmap_lcn || s->r)
		return;
	size = (size_t)round_up((tree->blocks + 7) / 8, 8);
	memset(blocks, 0, size);
	set_bits(blocks, 0, size * 8, 0, tree->blocks);
	sink_seek(s, tree->bitmap_lcn);
	sink_put(s, blocks, size);
	sink_pad(s);
}

static void put_trees(struct sink *s)
{
	const struct ntfs_build *b = s->b;

	for (uint32_t i = 0; i < VIEWS; i++) {
		struct entries e = ntfs_view_entries(b, i);

		put_tree(s, &e, &b->views[i]);
	}
	for (uint32_t i = 0; i < b->dir_count; i++) {
		struct entries e = ntfs_dir_entries(b, i);

		put_tree(s, &e, &b->dirs[i].tree);
	}
}

static void put_lists(struct sink *s)
{
	const struct ntfs_build *b = s->b;

	for (uint32_t i = 0; i < b->node_count; i++) {
		const struct node *n = &b->nodes[i];
		uint8_t *list;

		if (!n->list_lcn)
			continue;
		list = sink_block(s, n->list_size + b->record_size);
		if (!list)
			return;
		make_node(s, i, list + n->list_size, list);
		sink_seek(s, n->list_lcn);
		sink_put(s, list, n->list_size);
		sink_pad(s);
	}
}

static void put_kept(struct sink *s)
{
	const struct ntfs_build *b = s->b;

	for (size_t i = 0; i < b->stream_count; i++) {
		const struct stream *x = &b->streams[i];

		if (!x->kept || x->resident)
			continue;
		sink_seek(s, x->lcn);
		sink_put(s, x->data, (size_t)x->size);
		sink_pad(s);
	}
}

// A reserved stream is written as a disk, which ends with its last byte.
static void put_slack(struct sink *s)
{
	const struct ntfs_build *b = s->b;

	for (size_t i = 0; i < b->user_streams && !s->r; i++) {
		const struct stream *x = &b->streams[i];
		uint64_t end = x->lcn * b->cluster_size + x->size;
		uint64_t slack = ntfs_clusters(b, x->size) * b->cluster_size -
				 x->size;

		if (x->reserve && slack)
			s->r = disk_zero(b->dev, end, slack, s->err);
	}
}

// --- All of it ---------------------------------------------------------------

static int put_boot_sectors(struct ntfs_build *b, uint8_t *buffer,
			    struct err *err)
{
	uint64_t last = round_down(b->dev->size, b->sector_size) -
			b->sector_size;
	int r = disk_flush(b->dev, err);

	ntfs_boot_write(b, buffer);
	if (!r)
		r = disk_write(b->dev, last, buffer, b->sector_size, err);
	if (!r)
		r = disk_flush(b->dev, err);
	if (!r)
		r = disk_write(b->dev, 0, buffer, b->sector_size, err);
	return r ? r : disk_flush(b->dev, err);
}

static void put_all(struct sink *s)
{
	put_slack(s);
	for (unsigned i = 0; i < SYSTEM_MFT; i++)
		put_system(s, i);
	put_trees(s);
	put_lists(s);
	put_kept(s);
	put_mft_bitmap(s);
	put_system(s, SYSTEM_MFT);
	s->done = s->total - s->used;
	sink_flush(s);
}

int ntfs_build_finish(struct ntfs_build *b, struct progress *progress,
		      struct err *err)
{
	struct sink s = {
		.b = b,
		.progress = progress,
		.err = err,
		.total = b->gap_lcn * b->cluster_size,
	};

	if (!b->placed)
		return err_set(err, -EINVAL, "NTFS volume", ERR_NOWHERE,
			       "it is not laid out");
	s.buffer = mem_aligned(4096, BUFFER);
	s.extras = mem_array(b->records - b->first_extra, b->record_size);
	if (!s.buffer || !s.extras)
		s.r = err_nomem(err);
	else
		put_all(&s);
	if (!s.r)
		s.r = put_boot_sectors(b, s.buffer, err);
	mem_free(s.buffer);
	mem_free(s.extras);
	mem_free(s.block);
	mem_free(s.attrs.items);
	return s.r;
}
