// SPDX-License-Identifier: MIT
//
// An attribute's content as a disk: in memory when it is resident, else its
// extents on the volume, which can be written in place.

#include "read.h"

static int open_resident(const struct ntfs_attr *attr, struct disk **ret,
			 struct err *err)
{
	struct disk *d;
	int r = disk_memory(attr->value_len, 512, &d, err);

	if (r)
		return r;
	r = disk_write(d, 0, attr->value, attr->value_len, err);
	if (r) {
		disk_close(d);
		return r;
	}
	d->read_only = true;
	*ret = d;
	return 0;
}

static int open_extents(struct ntfs *n, const struct ntfs_attr *attr,
			const struct ntfs_runs *runs, struct disk **ret,
			struct err *err)
{
	struct disk *d;
	int r = ntfs_runs_open(n, runs, attr->size, attr->valid, &d, err);

	if (r)
		return r;
	if (attr->flags & NTFS_AF_SPARSE || runs->has_holes)
		d->read_only = true;
	*ret = d;
	return 0;
}

int ntfs_stream_open(const struct ntfs_file *f, const struct ntfs_attr *attr,
		     struct disk **ret, struct err *err)
{
	uint64_t number = f->records[0].number;
	uint32_t method = attr->flags & NTFS_AF_COMPRESSION_MASK;
	struct ntfs_runs runs = {0};
	int r;

	if (attr->flags & NTFS_AF_ENCRYPTED)
		return err_set(err, -ENOTSUP, NTFS_RECORD(number), ERR_NOWHERE,
			       "its content is encrypted");
	if (attr->resident)
		return open_resident(attr, ret, err);
	if (method > NTFS_AF_COMPRESSED)
		return err_set(err, -ENOTSUP, NTFS_RECORD(number), ERR_NOWHERE,
			       "its compression method %u is unknown", method);
	r = ntfs_file_runs(f, attr, &runs, err);
	if (!r && attr->size > runs.clusters * f->n->info.cluster_size)
		r = err_corrupt(err, NTFS_RECORD(number), ERR_NOWHERE,
				"an attribute (0x%x) has fewer clusters than "
				"its size needs",
				attr->type);
	if (!r && method)
		return ntfs_compressed_open(f->n, attr, &runs, ret, err);
	if (!r)
		r = open_extents(f->n, attr, &runs, ret, err);
	ntfs_runs_done(&runs);
	return r;
}

int ntfs_stream_read(const struct ntfs_file *f, const struct ntfs_attr *attr,
		     uint64_t limit, uint8_t **ret, size_t *ret_size,
		     struct err *err)
{
	struct disk *d;
	void *data;
	int r = ntfs_stream_open(f, attr, &d, err);

	if (r)
		return r;
	if (d->size > limit || d->size >= SIZE_MAX)
		r = err_set(err, -EFBIG, NTFS_RECORD(f->records[0].number),
			    ERR_NOWHERE,
			    "an attribute (0x%x) is over %llu bytes",
			    attr->type, (unsigned long long)limit);
	else
		r = disk_read_all(d, &data, err);
	if (!r) {
		*ret = data;
		*ret_size = (size_t)d->size;
	}
	disk_close(d);
	return r;
}

int ntfs_stream_open_record(struct ntfs *n, uint64_t record, struct disk **ret,
			    struct err *err)
{
	struct ntfs_file f;
	struct ntfs_attr a;
	int r = ntfs_file_open(n, record, &f, err);

	if (r)
		return r;
	r = ntfs_file_find(&f, NTFS_AT_DATA, NULL, 0, &a, err);
	if (!r)
		r = ntfs_stream_open(&f, &a, ret, err);
	ntfs_file_done(&f);
	return r;
}
