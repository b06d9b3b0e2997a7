// SPDX-License-Identifier: MIT
//
// Opening a volume: the boot sector, the MFT (which may itself be in pieces),
// $Volume and $UpCase (Linux-NTFS documentation, "$Boot" and "$MFT").

#include <string.h>

#include "read.h"

static int broken(struct err *err, uint64_t where, const char *why)
{
	return err_corrupt(err, "NTFS boot sector", where, "%s", why);
}

// Sizes are clusters, or 2^-n bytes when below zero. Returns 0 when senseless.
static uint32_t decode_size(int8_t v, uint32_t cluster_size, uint32_t limit)
{
	uint64_t size = v > 0              ? (uint64_t)v * cluster_size
			: v < 0 && v > -31 ? UINT64_C(1) << -v
					   : 0;

	return is_power_of_two(size) && size >= 512 && size <= limit
		       ? (uint32_t)size
		       : 0;
}

static uint32_t decode_cluster_size(uint8_t v, uint32_t sector_size)
{
	uint32_t sectors = v <= 128 ? v : v >= 244 ? 1u << (256 - v) : 0;

	return is_power_of_two(sectors) &&
			       sectors <= NTFS_MAX_CLUSTER / sector_size
		       ? sectors * sector_size
		       : 0;
}

int ntfs_boot_decode(const struct ntfs_boot_disk *boot, struct ntfs *n,
		     struct err *err)
{
	uint32_t sector_size = get_le16(boot->sector_size);
	struct ntfs_info *info = &n->info;
	uint64_t sectors = get_le64(boot->sectors);

	if (memcmp(boot->oem, "NTFS    ", 8))
		return broken(err, 3, "this is no NTFS volume");
	if (!is_power_of_two(sector_size) || sector_size < 256 ||
	    sector_size > 4096)
		return broken(err, 11, "its sector size is none");
	info->cluster_size =
		decode_cluster_size(boot->sectors_per_cluster, sector_size);
	if (info->cluster_size < 512)
		return broken(err, 13, "its cluster size is none");
	if (!sectors || sectors > n->dev->size / sector_size)
		return broken(err, 40,
			      "the volume is larger than what holds it");
	info->clusters = sectors / (info->cluster_size / sector_size);
	info->size = sectors * sector_size;
	info->mft_lcn = get_le64(boot->mft_lcn);
	n->mftmirr_lcn = get_le64(boot->mftmirr_lcn);
	if (info->mft_lcn >= info->clusters || n->mftmirr_lcn >= info->clusters)
		return broken(err, 48,
			      "the MFT or its mirror leave the volume");
	info->record_size = decode_size(boot->clusters_per_record,
					info->cluster_size, NTFS_MAX_RECORD);
	info->index_size = decode_size(boot->clusters_per_index,
				       info->cluster_size, NTFS_MAX_INDEX);
	if (!info->record_size || !info->index_size)
		return broken(err, 64, "its record or index size is none");
	if (!range_ok(info->mft_lcn * info->cluster_size, info->record_size,
		      n->dev->size))
		return broken(err, 48, "the MFT leaves the volume");
	info->serial = get_le64(boot->serial);
	info->hidden_sectors = get_le32(boot->hidden_sectors);
	return 0;
}

// The unnamed $DATA of one record whose piece begins at a VCN.
static int find_mft_piece(const struct ntfs_record *rec, uint64_t vcn,
			  struct ntfs_attr *ret, struct err *err)
{
	struct ntfs_attr a = {0};
	int r;

	while ((r = ntfs_attr_next(rec, &a, err)) > 0) {
		if (a.type != NTFS_AT_DATA || a.name_len || a.resident ||
		    a.first_vcn != vcn)
			continue;
		*ret = a;
		return 0;
	}
	return r ? r
		 : err_corrupt(err, NTFS_RECORD(rec->number), ERR_NOWHERE,
			       "it has no piece of the MFT's data");
}

// Makes n->mft of the runs known so far.
static int map_mft(struct ntfs *n, const struct ntfs_runs *runs,
		   const struct ntfs_attr *data, struct err *err)
{
	uint64_t size = runs->clusters * n->info.cluster_size;
	struct disk *d;
	int r;

	if (size > data->size)
		size = data->size;
	r = ntfs_runs_open(n, runs, size, data->valid, &d, err);
	if (r)
		return r;
	disk_close(n->mft);
	n->mft = d;
	n->records = size / n->info.record_size;
	return 0;
}

// The further pieces of the MFT lie in extension records, each in a part of the
// MFT that pieces before it describe.
static int extend_mft(struct ntfs *n, const uint8_t *list, size_t list_size,
		      const struct ntfs_attr *data, struct ntfs_runs *runs,
		      struct err *err)
{
	struct ntfs_list_entry e;
	size_t off = 0;
	int r;

	while ((r = ntfs_list_next(list, list_size, &off, &e, err)) > 0) {
		struct ntfs_record rec;
		struct ntfs_attr piece;

		if (e.type != NTFS_AT_DATA || e.name_len || !e.first_vcn)
			continue;
		r = ntfs_record_read(n, ntfs_ref_record(e.record), &rec, err);
		if (r)
			return r;
		r = find_mft_piece(&rec, runs->clusters, &piece, err);
		if (!r)
			r = ntfs_runs_append(n, &piece, runs, err);
		mem_free(rec.data);
		if (!r)
			r = map_mft(n, runs, data, err);
		if (r)
			return r;
	}
	return r;
}

static int load_mft(struct ntfs *n, const struct ntfs_record *rec,
		    struct err *err)
{
	struct ntfs_attr data, a = {0};
	struct ntfs_runs runs = {0};
	uint8_t *list = NULL;
	size_t list_size = 0;
	int r = find_mft_piece(rec, 0, &data, err);

	if (r)
		return r;
	r = ntfs_runs_append(n, &data, &runs, err);
	if (!r)
		r = map_mft(n, &runs, &data, err);
	while (!r && (r = ntfs_attr_next(rec, &a, err)) > 0) {
		r = 0;
		if (a.type == NTFS_AT_ATTRIBUTE_LIST)
			r = ntfs_list_read(n, &a, &list, &list_size, err);
		if (r || list)
			break;
	}
	if (!r && list)
		r = extend_mft(n, list, list_size, &data, &runs, err);
	if (!r && runs.clusters * n->info.cluster_size < data.size)
		r = err_corrupt(err, NTFS_RECORD(NTFS_REC_MFT), ERR_NOWHERE,
				"the MFT is longer than its runs");
	mem_free(list);
	ntfs_runs_done(&runs);
	return r;
}

// Reads the boot sector and the first record.
static int open_mft(struct ntfs *n, struct err *err)
{
	struct ntfs_boot_disk boot;
	struct ntfs_record rec;
	uint8_t *data;
	int r = n->dev->size < sizeof(boot)
			? broken(err, 0, "this is no NTFS volume")
			: disk_read(n->dev, 0, &boot, sizeof(boot), err);

	if (!r)
		r = ntfs_boot_decode(&boot, n, err);
	if (r)
		return r;
	data = mem_alloc(n->info.record_size);
	if (!data)
		return err_nomem(err);
	r = disk_read(n->dev, n->info.mft_lcn * n->info.cluster_size, data,
		      n->info.record_size, err);
	if (!r)
		r = ntfs_record_decode(data, n->info.record_size, 0, &rec, err);
	if (!r)
		r = load_mft(n, &rec, err);
	mem_free(data);
	return r;
}

// Passes an error on: what a volume must have and has not makes it corrupt.
static int must_have(int r, const struct err *e, struct err *err)
{
	return r == -ENOENT ? err_corrupt(err, e->what, e->where, "%s", e->why)
			    : err_pass(err, r, e);
}

int ntfs_open_mft(struct disk *dev, struct ntfs **ret, struct err *err)
{
	struct ntfs *n = mem_alloc(sizeof(*n));
	struct err e = {0};
	int r;

	if (!n)
		return err_nomem(err);
	n->dev = dev;
	r = open_mft(n, &e);
	if (r) {
		ntfs_close(n);
		return must_have(r, &e, err);
	}
	*ret = n;
	return 0;
}

static int load_label(struct ntfs *n, const struct ntfs_attr *a)
{
	size_t units = a->value_len / 2;
	char *label;

	if (units > 32)
		units = 32;
	label = utf16_to_utf8((const le16 *)a->value, units);
	if (!label)
		return -ENOMEM;
	strncpy(n->info.label, label, sizeof(n->info.label) - 1);
	mem_free(label);
	return 0;
}

int ntfs_load_volume(struct ntfs *n, struct err *err)
{
	const struct ntfs_volume_information_disk *v;
	struct ntfs_file f;
	struct ntfs_attr a;
	int r = ntfs_file_open(n, NTFS_REC_VOLUME, &f, err);

	if (r)
		return r;
	r = ntfs_file_find(&f, NTFS_AT_VOLUME_NAME, NULL, 0, &a, NULL);
	if (!r && a.resident && load_label(n, &a))
		r = err_nomem(err);
	else
		r = ntfs_file_find(&f, NTFS_AT_VOLUME_INFORMATION, NULL, 0, &a,
				   err);
	if (!r && (!a.resident || a.value_len < sizeof(*v)))
		r = err_corrupt(err, "$Volume", ERR_NOWHERE,
				"its information is too short");
	if (!r) {
		v = (const void *)a.value;
		n->info.major = v->major;
		n->info.minor = v->minor;
		n->info.flags = get_le16(v->flags);
	}
	ntfs_file_done(&f);
	return r;
}

int ntfs_load_upcase(struct ntfs *n, struct err *err)
{
	struct ntfs_file f;
	struct ntfs_attr a;
	uint8_t *table;
	size_t size;
	int r = ntfs_file_open(n, NTFS_REC_UPCASE, &f, err);

	if (r)
		return r;
	r = ntfs_file_find(&f, NTFS_AT_DATA, NULL, 0, &a, err);
	if (!r)
		r = ntfs_stream_read(&f, &a, NTFS_UPCASE_SIZE, &table, &size,
				     err);
	ntfs_file_done(&f);
	if (r)
		return r;
	if (size == NTFS_UPCASE_SIZE)
		n->upcase = mem_array(65536, sizeof(*n->upcase));
	else
		r = err_corrupt(err, "$UpCase", ERR_NOWHERE,
				"its size is %zu, not 131072", size);
	if (!r && !n->upcase)
		r = err_nomem(err);
	for (size_t i = 0; !r && i < 65536; i++)
		n->upcase[i] = get_le16(((const le16 *)table)[i]);
	mem_free(table);
	return r;
}

// Reads what a volume must have besides the MFT.
static int load_system(struct ntfs *n, struct err *err)
{
	int r = ntfs_load_volume(n, err);

	if (!r && (n->info.major < 1 || n->info.major > 3))
		r = err_set(err, -ENOTSUP, "$Volume", ERR_NOWHERE,
			    "its version %u.%u is not handled", n->info.major,
			    n->info.minor);
	return r ? r : ntfs_load_upcase(n, err);
}

int ntfs_open(struct disk *dev, struct ntfs **ret, struct err *err)
{
	struct err e = {0};
	struct ntfs *n;
	int r = ntfs_open_mft(dev, &n, err);

	if (r)
		return r;
	r = load_system(n, &e);
	if (r) {
		ntfs_close(n);
		return must_have(r, &e, err);
	}
	*ret = n;
	return 0;
}

void ntfs_close(struct ntfs *n)
{
	if (!n)
		return;
	if (n->writer)
		n->writer->close(n);
	disk_close(n->mft);
	mem_free(n->upcase);
	mem_free(n);
}

const struct ntfs_info *ntfs_get_info(const struct ntfs *n)
{
	return &n->info;
}
