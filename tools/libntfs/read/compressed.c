// SPDX-License-Identifier: MIT
//
// Compressed streams as disks (Linux-NTFS documentation, "Compression"). A
// stream is cut into units of 2^n clusters: a unit without clusters is zero,
// one with all of them is plain, one with some of them is LZNT1 data. The last
// unit decompressed is kept.

#include <pthread.h>
#include <string.h>

#include "codec.h"
#include "read.h"

struct compressed {
	struct disk disk;
	struct disk *raw; // the clusters as they are, holes as zeroes
	struct ntfs_runs runs;
	uint64_t *starts; // the VCN of each run
	uint32_t cluster_size, unit;
	uint64_t valid;
	pthread_mutex_t lock; // over the rest
	uint64_t loaded;      // number of the unit in `plain`, or UINT64_MAX
	uint8_t *raw_unit, *plain;
};

// Counts the clusters that a unit has before its first hole.
static uint32_t count_clusters(const struct compressed *c, uint64_t vcn,
			       uint32_t limit)
{
	size_t low = 0, high = c->runs.count;
	uint64_t end = vcn;

	while (high - low > 1) {
		size_t middle = (low + high) / 2;

		if (c->starts[middle] <= vcn)
			low = middle;
		else
			high = middle;
	}
	for (; low < c->runs.count && end < vcn + limit; low++) {
		if (c->runs.items[low].lcn == NTFS_HOLE)
			break;
		end = c->starts[low] + c->runs.items[low].len;
	}
	return end - vcn < limit ? (uint32_t)(end - vcn) : limit;
}

static int load_unit(struct compressed *c, uint64_t number, struct err *err)
{
	uint32_t per_unit = c->unit / c->cluster_size, count;
	uint64_t vcn = number * per_unit, left = c->runs.clusters - vcn;
	uint32_t whole = left < per_unit ? (uint32_t)left : per_unit;
	int r = 0;

	if (c->loaded == number)
		return 0;
	c->loaded = UINT64_MAX;
	count = count_clusters(c, vcn, whole);
	if (!count) {
		memset(c->plain, 0, c->unit);
	} else if (count == whole) {
		r = disk_read(c->raw, number * c->unit, c->plain,
			      (size_t)whole * c->cluster_size, err);
	} else {
		size_t len = (size_t)count * c->cluster_size;

		r = disk_read(c->raw, number * c->unit, c->raw_unit, len, err);
		if (!r)
			r = lznt1_decompress(c->raw_unit, len, c->plain,
					     c->unit, err);
	}
	if (!r)
		c->loaded = number;
	return r;
}

static int compressed_read(struct disk *d, uint64_t off, void *buf, size_t len,
			   struct err *err)
{
	struct compressed *c = (struct compressed *)d;
	uint8_t *out = buf;
	int r = 0;

	pthread_mutex_lock(&c->lock);
	while (len && off < c->valid && !r) {
		uint64_t in = off % c->unit, n = c->unit - in;

		n = n < len ? n : len;
		n = n < c->valid - off ? n : c->valid - off;
		r = load_unit(c, off / c->unit, err);
		if (!r)
			memcpy(out, c->plain + in, (size_t)n);
		off += n;
		out += n;
		len -= (size_t)n;
	}
	pthread_mutex_unlock(&c->lock);
	if (!r)
		memset(out, 0, len);
	return r;
}

static void compressed_close(struct disk *d)
{
	struct compressed *c = (struct compressed *)d;

	disk_close(c->raw);
	ntfs_runs_done(&c->runs);
	mem_free(c->starts);
	mem_free(c->raw_unit);
	mem_free(c->plain);
	pthread_mutex_destroy(&c->lock);
	mem_free(c);
}

static const struct disk_ops compressed_ops = {
	.read = compressed_read,
	.close = compressed_close,
};

static int prepare(struct ntfs *n, struct compressed *c, struct err *err)
{
	uint64_t size = c->runs.clusters * c->cluster_size, vcn = 0;
	int r = ntfs_runs_open(n, &c->runs, size, size, &c->raw, err);

	if (r)
		return r;
	c->starts = mem_array(c->runs.count, sizeof(*c->starts));
	c->raw_unit = mem_alloc(c->unit);
	c->plain = mem_alloc(c->unit);
	if (!c->starts || !c->raw_unit || !c->plain)
		return err_nomem(err);
	for (size_t i = 0; i < c->runs.count; i++) {
		c->starts[i] = vcn;
		vcn += c->runs.items[i].len;
	}
	return 0;
}

int ntfs_compressed_open(struct ntfs *n, const struct ntfs_attr *attr,
			 struct ntfs_runs *runs, struct disk **ret,
			 struct err *err)
{
	struct compressed *c;
	int r;

	if (!attr->unit_shift || attr->unit_shift > 16 ||
	    n->info.cluster_size > NTFS_MAX_UNIT >> attr->unit_shift) {
		ntfs_runs_done(runs);
		return err_set(err, -ENOTSUP, NTFS_RECORD(attr->record->number),
			       ERR_NOWHERE,
			       "its compression unit of 2^%u clusters is not "
			       "handled",
			       attr->unit_shift);
	}
	c = mem_alloc(sizeof(*c));
	if (!c) {
		ntfs_runs_done(runs);
		return err_nomem(err);
	}
	c->disk = (struct disk){.ops = &compressed_ops,
				.size = attr->size,
				.sector_size = 512,
				.read_only = true};
	c->runs = *runs;
	*runs = (struct ntfs_runs){0};
	c->cluster_size = n->info.cluster_size;
	c->unit = c->cluster_size << attr->unit_shift;
	c->valid = attr->valid < attr->size ? attr->valid : attr->size;
	c->loaded = UINT64_MAX;
	pthread_mutex_init(&c->lock, NULL);
	r = prepare(n, c, err);
	if (r) {
		compressed_close(&c->disk);
		return r;
	}
	*ret = &c->disk;
	return 0;
}
