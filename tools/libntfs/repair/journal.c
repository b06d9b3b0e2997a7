// SPDX-License-Identifier: MIT
//
// A plan written, all or nothing. The blocks that change go, together, to clusters
// that no file has, before or after; then a sector tells of them (struct
// ntfs_repair_disk), and they go to their places; then that sector is what it was
// again. Between these steps the device flushes. A power cut before the sector is
// there leaves the volume as it was; while it is there, all can be done again, any
// number of times.
//
// Content in the extents: the blocks' offsets, 8 bytes each, up to a multiple of the
// block's size; then the blocks, in the same order.

#include <stdlib.h>
#include <string.h>

#include "repair.h"
#include "../read/log.h"

#define BLOCK      DISK_SCRATCH_BLOCK
#define MAX_BLOCKS (2 * REPAIR_MAX_CHANGED / BLOCK)
#define LOG_PIECE  (1u << 20)
#define RESETS_LOG 1u // ntfs_repair_disk.flags

struct journal {
	struct disk *dev, *content; // the volume; the extents
	struct disk_extent extents[NTFS_REPAIR_EXTENTS];
	uint32_t extent_count;
	uint64_t *offsets; // of the blocks
	uint64_t count, capacity;
	uint32_t crc;
	bool resets_log;
	struct err *err;
};

static uint64_t table_size(const struct journal *j)
{
	return round_up(j->count * sizeof(le64), BLOCK);
}

static size_t block_size(const struct journal *j, uint64_t off)
{
	return j->dev->size - off < BLOCK ? (size_t)(j->dev->size - off)
					  : BLOCK;
}

static void journal_done(struct journal *j)
{
	disk_close(j->content);
	mem_free(j->offsets);
}

// --- From the journal to the volume ------------------------------------------

static int read_block(struct journal *j, uint64_t i, uint8_t *buf)
{
	return disk_read(j->content, table_size(j) + i * BLOCK, buf, BLOCK,
			 j->err);
}

// That with the journal's own sector comes last, as it ends the repair.
static bool is_last(uint64_t off)
{
	return off == NTFS_REPAIR_SECTOR / BLOCK * BLOCK;
}

static int put_blocks(struct journal *j, uint8_t *buf)
{
	int r = 0;

	for (uint64_t i = 0; !r && i < j->count; i++) {
		if (is_last(j->offsets[i]))
			continue;
		r = read_block(j, i, buf);
		if (!r)
			r = disk_write(j->dev, j->offsets[i], buf,
				       block_size(j, j->offsets[i]), j->err);
	}
	return r ? r : disk_flush(j->dev, j->err);
}

static int put_last(struct journal *j, uint8_t *buf)
{
	uint64_t in = NTFS_REPAIR_SECTOR % BLOCK, i = 0;
	int r;

	while (i < j->count && !is_last(j->offsets[i]))
		i++;
	if (i == j->count)
		return err_corrupt(j->err, "repair", ERR_NOWHERE,
				   "it does not tell what stood in its place");
	r = read_block(j, i, buf);
	// What else changes in that block, then the sector alone.
	if (!r)
		r = disk_write(j->dev, j->offsets[i], buf, (size_t)in, j->err);
	if (!r)
		r = disk_flush(j->dev, j->err);
	if (!r)
		r = disk_write(j->dev, NTFS_REPAIR_SECTOR, buf + in, BLOCK - in,
			       j->err);
	return r ? r : disk_flush(j->dev, j->err);
}

// Fills the log as it is before its first use. Its first pages were among the
// blocks: to whoever looks it is empty already.
static int fill_log(struct journal *j)
{
	uint8_t *buf = mem_alloc(LOG_PIECE);
	struct disk *d = NULL;
	struct ntfs *n;
	int r = buf ? ntfs_open_mft(j->dev, &n, j->err) : err_nomem(j->err);

	if (r) {
		mem_free(buf);
		return r;
	}
	r = ntfs_log_open(n, &d, NULL);
	if (r && ntfs_check_is_content(r))
		r = 0; // there is none
	else if (!r && !d->read_only) {
		memset(buf, 0xff, LOG_PIECE);
		for (uint64_t off = 0; !r && off < d->size; off += LOG_PIECE) {
			uint64_t left = d->size - off;

			r = disk_write(d, off, buf,
				       left < LOG_PIECE ? (size_t)left
							: LOG_PIECE,
				       j->err);
		}
	}
	disk_close(d);
	ntfs_close(n);
	mem_free(buf);
	return r ? r : disk_flush(j->dev, j->err);
}

static int put_all(struct journal *j)
{
	uint8_t *buf = mem_alloc(BLOCK);
	int r = buf ? put_blocks(j, buf) : err_nomem(j->err);

	if (!r)
		r = put_last(j, buf);
	mem_free(buf);
	return r || !j->resets_log ? r : fill_log(j);
}

// --- Into the journal --------------------------------------------------------

static int add_block(void *ctx, uint64_t off, const void *data, size_t len)
{
	struct journal *j = ctx;
	uint8_t before[BLOCK];
	int r = disk_read(j->dev, off, before, len, j->err);

	if (r || (!memcmp(before, data, len) && !is_last(off)))
		return r;
	if (j->count == j->capacity) {
		size_t capacity = (size_t)j->capacity;

		if (mem_grow((void **)&j->offsets, (size_t)j->count, &capacity,
			     sizeof(*j->offsets)))
			return err_nomem(j->err);
		j->capacity = capacity;
	}
	j->offsets[j->count++] = off;
	return 0;
}

static int write_table(struct journal *j)
{
	size_t size = (size_t)table_size(j);
	le64 *table = mem_alloc(size);
	int r;

	if (!table)
		return err_nomem(j->err);
	for (uint64_t i = 0; i < j->count; i++)
		table[i] = to_le64(j->offsets[i]);
	j->crc = crc32_update(0, table, size);
	r = disk_write(j->content, 0, table, size, j->err);
	mem_free(table);
	return r;
}

static int write_content(struct journal *j, struct disk *over)
{
	uint8_t buf[BLOCK];
	int r = write_table(j);

	for (uint64_t i = 0; !r && i < j->count; i++) {
		memset(buf, 0, BLOCK);
		r = disk_read(over, j->offsets[i], buf,
			      block_size(j, j->offsets[i]), j->err);
		j->crc = crc32_update(j->crc, buf, BLOCK);
		if (!r)
			r = disk_write(j->content, table_size(j) + i * BLOCK,
				       buf, BLOCK, j->err);
	}
	return r ? r : disk_flush(j->dev, j->err);
}

static int write_header(struct journal *j)
{
	struct ntfs_repair_disk h = {
		.magic = {0},
		.content = to_le32(j->crc),
		.blocks = to_le64(j->count),
		.block_size = to_le32(BLOCK),
		.flags = to_le32(j->resets_log ? RESETS_LOG : 0),
		.extents = to_le32(j->extent_count),
	};
	int r;

	memcpy(h.magic, NTFS_REPAIR_MAGIC, sizeof(h.magic));
	for (uint32_t i = 0; i < j->extent_count; i++) {
		h.extent[i].off = to_le64(j->extents[i].off);
		h.extent[i].len = to_le64(j->extents[i].len);
	}
	h.checksum = to_le32(crc32_update(0, &h, sizeof(h)));
	r = disk_write(j->dev, NTFS_REPAIR_SECTOR, &h, sizeof(h), j->err);
	return r ? r : disk_flush(j->dev, j->err);
}

// --- Room for it -------------------------------------------------------------

struct room {
	struct journal *j;
	uint32_t cluster;
	uint64_t clusters;
	uint8_t *taken;   // a bit a cluster: may not be used
	uint8_t *touched; // those in blocks that will be written
};

// Keeps the longest runs, of whole blocks: clusters may be smaller, and what is
// written to their neighbours takes them along.
static void offer(struct room *m, uint64_t first, uint64_t count)
{
	struct journal *j = m->j;
	uint64_t off = round_up(first * m->cluster, BLOCK);
	uint64_t end = round_down((first + count) * m->cluster, BLOCK);
	struct disk_extent x = {off, end > off ? end - off : 0};
	uint32_t i;

	if (!x.len || (j->extent_count == NTFS_REPAIR_EXTENTS &&
		       j->extents[j->extent_count - 1].len >= x.len))
		return;
	if (j->extent_count < NTFS_REPAIR_EXTENTS)
		j->extent_count++;
	for (i = j->extent_count - 1; i && j->extents[i - 1].len < x.len; i--)
		j->extents[i] = j->extents[i - 1];
	j->extents[i] = x;
}

// Offers what is clear in a bitmap between two clusters.
static void offer_clear(struct room *m, const uint8_t *bits, uint64_t from,
			uint64_t to)
{
	uint64_t first = from;

	for (uint64_t i = from; i <= to; i++) {
		if (i % 8 == 0 && i + 8 <= to && !bits[i / 8]) {
			i += 7;
			continue;
		}
		if (i < to && !check_bit(bits, i))
			continue;
		if (i > first)
			offer(m, first, i - first);
		first = i + 1;
	}
}

// What is written may be of no file any more, when the plan has used it and given it
// back.
static void mark_touched(struct room *m)
{
	for (uint64_t i = 0; i < m->j->count; i++) {
		uint64_t first = m->j->offsets[i] / m->cluster;
		uint64_t last = (m->j->offsets[i] + BLOCK - 1) / m->cluster;

		for (uint64_t at = first; at <= last && at < m->clusters;
		     at++) {
			m->touched[at / 8] |= (uint8_t)(1 << at % 8);
			m->taken[at / 8] |= (uint8_t)(1 << at % 8);
		}
	}
}

static int mark_bitmap(struct ntfs_repair *k, struct room *m, struct disk *dev)
{
	struct disk *d;
	struct ntfs *n;
	size_t size = (size_t)(m->clusters / 8 + 1);
	uint8_t *bits = NULL;
	int r = 0;

	if (ntfs_repair_hide(k, ntfs_open(dev, &n, NULL)))
		return 0; // its own state is not known by it anyway
	if (!ntfs_repair_hide(k,
			      ntfs_open_stream(n, NTFS_REC_BITMAP, NTFS_AT_DATA,
					       NULL, &d, NULL))) {
		if (d->size < size)
			size = (size_t)d->size;
		bits = mem_alloc(size);
		r = bits ? disk_read(d, 0, bits, size, m->j->err)
			 : err_nomem(m->j->err);
		for (size_t i = 0; !r && i < size; i++)
			m->taken[i] |= bits[i];
		disk_close(d);
	}
	mem_free(bits);
	ntfs_close(n);
	return r;
}

// Marks what any file has or may have, on one of the two disks.
static int mark_taken(struct ntfs_repair *r, struct room *m, struct disk *dev)
{
	struct repair_scan scan;
	struct ntfs *n;
	int err = ntfs_open_mft(dev, &n, NULL);

	if (ntfs_repair_hide(r, err))
		return 0;
	err = ntfs_repair_scan(r, n, &scan);
	if (!err) {
		uint64_t count = n->info.clusters < m->clusters
					 ? n->info.clusters
					 : m->clusters;

		for (uint64_t i = 0; i < count / 8 + 1; i++)
			m->taken[i] |= scan.claims[i];
		ntfs_repair_scan_done(&scan);
	}
	ntfs_close(n);
	return err ? err : mark_bitmap(r, m, dev);
}

// The log goes anyway; but its first pages, which are blocks of their own.
static int free_log(struct ntfs_repair *r, struct room *m)
{
	struct ntfs_runs runs = {0};
	struct ntfs_file f;
	struct ntfs_attr a;
	struct ntfs *n;
	uint64_t skip = (2 * NTFS_LOG_PAGE + m->cluster - 1) / m->cluster;
	int err;

	if (!r->resets_log ||
	    ntfs_repair_hide(r, ntfs_open_mft(r->over, &n, NULL)))
		return 0;
	err = ntfs_file_open(n, NTFS_REC_LOGFILE, &f, NULL);
	if (!err) {
		err = ntfs_file_find(&f, NTFS_AT_DATA, NULL, 0, &a, NULL);
		if (!err && !a.resident)
			err = ntfs_file_runs(&f, &a, &runs, NULL);
		ntfs_file_done(&f);
	}
	for (size_t i = 0; !err && i < runs.count; i++) {
		uint64_t lcn = runs.items[i].lcn, len = runs.items[i].len;
		uint64_t past = skip < len ? skip : len;

		if (lcn != NTFS_HOLE && len > past)
			offer_clear(m, m->touched, lcn + past, lcn + len);
		skip -= past;
	}
	ntfs_runs_done(&runs);
	ntfs_close(n);
	(void)ntfs_repair_hide(r, err);
	return 0;
}

static uint64_t sum(const struct journal *j)
{
	uint64_t n = 0;

	for (uint32_t i = 0; i < j->extent_count; i++)
		n += j->extents[i].len;
	return n;
}

static int find_room(struct ntfs_repair *r, struct journal *j)
{
	struct room m = {.j = j};
	uint64_t want = table_size(j) + j->count * BLOCK;
	struct ntfs *n;
	int err = ntfs_open_mft(r->over, &n, j->err);

	if (err)
		return err;
	m.cluster = n->info.cluster_size;
	m.clusters = n->info.clusters;
	ntfs_close(n);
	m.taken = mem_alloc((size_t)(m.clusters / 8 + 2));
	m.touched = mem_alloc((size_t)(m.clusters / 8 + 2));
	err = m.taken && m.touched ? mark_taken(r, &m, r->dev)
				   : err_nomem(j->err);
	if (!err)
		err = mark_taken(r, &m, r->over);
	if (!err)
		mark_touched(&m);
	if (!err)
		offer_clear(&m, m.taken, 0, m.clusters);
	if (!err && sum(j) < want)
		err = free_log(r, &m);
	mem_free(m.taken);
	mem_free(m.touched);
	if (!err && r->hidden)
		err = err_set(j->err, r->hidden, "NTFS volume", ERR_NOWHERE,
			      "it cannot be read");
	if (!err && sum(j) < want)
		err = err_set(j->err, -ENOSPC, "NTFS volume", ERR_NOWHERE,
			      "it has no room for the %llu bytes by which a "
			      "repair is made safe: delete a file on it",
			      (unsigned long long)want);
	return err ? err
		   : disk_extents(j->dev, j->extents, j->extent_count, sum(j),
				  sum(j), &j->content, j->err);
}

// The block with the journal's sector is always among them, to be put back.
static int touch_last(struct ntfs_repair *r)
{
	uint8_t byte;
	int err = disk_read(r->over, NTFS_REPAIR_SECTOR, &byte, 1, r->err);

	return err ? err
		   : disk_write(r->over, NTFS_REPAIR_SECTOR, &byte, 1, r->err);
}

int ntfs_repair_write(struct ntfs_repair *r, struct err *err)
{
	struct journal j = {
		.dev = r->dev, .err = err, .resets_log = r->resets_log};
	int e = 0;

	if (r->dev->read_only)
		return err_set(err, -EROFS, "NTFS volume", ERR_NOWHERE,
			       "it is open for reading only");
	r->err = err;
	r->hidden = 0;
	e = touch_last(r);
	if (!e)
		e = disk_scratch_each(r->over, add_block, &j, err);
	if (!e && j.count > MAX_BLOCKS)
		e = err_set(err, -EFBIG, "repair", ERR_NOWHERE,
			    "it changes too much at once");
	if (!e)
		e = find_room(r, &j);
	if (!e)
		e = write_content(&j, r->over);
	if (!e)
		e = write_header(&j);
	if (!e)
		e = put_all(&j);
	journal_done(&j);
	return e;
}

// --- A repair that was cut off -----------------------------------------------

static int broken(struct err *err, const char *why)
{
	return err_corrupt(err, "repair", NTFS_REPAIR_SECTOR, "%s", why);
}

static int read_header(struct journal *j, struct ntfs_repair_disk *h)
{
	le32 crc = h->checksum;
	uint64_t total = 0;

	h->checksum = to_le32(0);
	if (crc32_update(0, h, sizeof(*h)) != get_le32(crc) ||
	    get_le32(h->block_size) != BLOCK)
		return broken(j->err, "its sector is not whole");
	j->count = get_le64(h->blocks);
	j->extent_count = get_le32(h->extents);
	j->resets_log = get_le32(h->flags) & RESETS_LOG;
	if (!j->count || j->count > MAX_BLOCKS || !j->extent_count ||
	    j->extent_count > NTFS_REPAIR_EXTENTS)
		return broken(j->err, "its numbers make no sense");
	for (uint32_t i = 0; i < j->extent_count; i++) {
		struct disk_extent *x = &j->extents[i];

		*x = (struct disk_extent){get_le64(h->extent[i].off),
					  get_le64(h->extent[i].len)};
		if (!x->len || !range_ok(x->off, x->len, j->dev->size))
			return broken(j->err, "it leaves the volume");
		total += x->len;
	}
	if (total < table_size(j) + j->count * BLOCK)
		return broken(j->err, "it is too short");
	return disk_extents(j->dev, j->extents, j->extent_count, total, total,
			    &j->content, j->err);
}

static int read_table(struct journal *j)
{
	size_t size = (size_t)table_size(j);
	le64 *table = mem_alloc(size);
	int r;

	j->offsets = mem_array((size_t)j->count, sizeof(*j->offsets));
	r = table && j->offsets ? disk_read(j->content, 0, table, size, j->err)
				: err_nomem(j->err);
	if (!r)
		j->crc = crc32_update(0, table, size);
	for (uint64_t i = 0; !r && i < j->count; i++) {
		j->offsets[i] = get_le64(table[i]);
		if (j->offsets[i] % BLOCK || j->offsets[i] >= j->dev->size)
			r = broken(j->err, "it leaves the volume");
	}
	mem_free(table);
	return r;
}

static int check_content(struct journal *j, uint32_t wanted)
{
	uint8_t buf[BLOCK];
	int r = read_table(j);

	for (uint64_t i = 0; !r && i < j->count; i++) {
		r = read_block(j, i, buf);
		j->crc = crc32_update(j->crc, buf, BLOCK);
	}
	return r || j->crc == wanted
		       ? r
		       : broken(j->err, "what it was to write is not whole");
}

int ntfs_repair_resume(struct disk *dev, bool *ret_was_cut, struct err *err)
{
	struct journal j = {.dev = dev};
	struct ntfs_repair_disk h;
	struct err e = {0};
	int r = 0;

	*ret_was_cut = false;
	if (!range_ok(NTFS_REPAIR_SECTOR, sizeof(h), dev->size))
		return 0;
	r = disk_read(dev, NTFS_REPAIR_SECTOR, &h, sizeof(h), err);
	if (r || memcmp(h.magic, NTFS_REPAIR_MAGIC, sizeof(h.magic)))
		return r;
	if (dev->read_only)
		return err_set(err, -EROFS, "NTFS volume", ERR_NOWHERE,
			       "it is open for reading only");
	j.err = &e;
	r = read_header(&j, &h);
	if (!r)
		r = check_content(&j, get_le32(h.content));
	j.err = err;
	if (r)
		// The sector was not written as a whole, and nothing after it;
		// or the disk has lost what it told of. The plan begins anew.
		r = ntfs_check_is_content(r) ? 0 : err_pass(err, r, &e);
	else
		r = put_all(&j);
	*ret_was_cut = !r && !e.code;
	journal_done(&j);
	return r;
}
