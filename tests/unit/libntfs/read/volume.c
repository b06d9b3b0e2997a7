// SPDX-License-Identifier: MIT
//
// The boot sector's numbers, and opening: what real volumes say, and how each
// broken field is refused.

#include "libntfs/read/read.h"
#include "unit/libntfs/volumes.h"

static const struct {
	uint8_t sectors_per_cluster;
	int8_t record, index;
	uint32_t cluster_size, record_size, index_size; // 0: refused
} sizes[] = {
	{1, 2, 8, 512, 1024, 4096},
	{8, -10, 1, 4096, 1024, 4096},
	{8, 1, 1, 4096, 4096, 4096},
	{128, -10, -12, 65536, 1024, 4096},
	{0xf8, -12, -12, 131072, 4096, 4096}, // 2^(256 - f8) sectors
	{0xf4, -10, -12, 2097152, 1024, 4096},
	{0xf3, -10, -12, 0, 0, 0}, // over 2 MiB
	{0x80 + 1, -10, -12, 0, 0, 0},
	{0xe0, -10, -12, 0, 0, 0}, // 2^32 sectors
	{0, -10, -12, 0, 0, 0},
	{3, -10, -12, 0, 0, 0},
	{8, 0, 1, 0, 0, 0},
	{8, -8, 1, 0, 0, 0},  // records of 256 bytes
	{8, -17, 1, 0, 0, 0}, // of 128 KiB
	{8, -128, 1, 0, 0, 0},
	{8, 3, 1, 0, 0, 0},    // of 12 KiB
	{8, -10, 32, 0, 0, 0}, // blocks of 128 KiB
};

static void decode_sizes(struct disk *dev)
{
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct ntfs_boot_disk boot = {
			.oem = "NTFS    ",
			.sector_size = to_le16(512),
			.sectors_per_cluster = sizes[i].sectors_per_cluster,
			.sectors = to_le64((64u << 20) / 512 - 1),
			.mft_lcn = to_le64(4),
			.clusters_per_record = sizes[i].record,
			.clusters_per_index = sizes[i].index,
			.serial = to_le64(0x1234),
		};
		struct ntfs n = {.dev = dev};
		struct err err = {0};
		int r = ntfs_boot_decode(&boot, &n, &err);

		check_eq(r, sizes[i].cluster_size ? 0 : -EBADMSG);
		if (r)
			continue;
		check_eq(n.info.cluster_size, sizes[i].cluster_size);
		check_eq(n.info.record_size, sizes[i].record_size);
		check_eq(n.info.index_size, sizes[i].index_size);
		check_eq(n.info.serial, 0x1234);
	}
}

static const struct {
	uint32_t offset;
	uint8_t bytes[8];
	size_t len;
} broken[] = {
	{3, "XTFS", 4},
	{11, {0, 0}, 2},
	{11, {0, 3}, 2},
	{40, {0, 0, 0, 0, 0, 0, 0, 0}, 8},
	{40, {0, 0, 0, 0, 0, 0, 0, 1}, 8}, // larger than the disk
	{48, {0xff, 0xff, 0xff, 0}, 4},
	{56, {0xff, 0xff, 0xff, 0}, 4},
	{48, {0, 0, 0, 0}, 4}, // what is there is no record
};

static void refuse(void)
{
	struct ntfs *n = (struct ntfs *)&broken; // must stay as it is

	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		struct disk *d = load_seed("empty");
		struct err err = {0};

		check_ok(disk_write(d, broken[i].offset, broken[i].bytes,
				    broken[i].len, &err),
			 &err);
		check_eq(ntfs_open(d, &n, &err), -EBADMSG);
		check_eq(err.code, -EBADMSG);
		check(n == (struct ntfs *)&broken && *err.why);
		disk_close(d);
	}
	ntfs_close(NULL);
}

static void open_seed(void)
{
	struct disk *d = load_seed("files");
	const struct ntfs_info *info;
	struct err err = {0};
	struct ntfs *n;
	uint64_t record;
	bool empty;

	check_ok(ntfs_open(d, &n, &err), &err);
	info = ntfs_get_info(n);
	check(!strcmp(info->label, "seed"));
	check_eq(info->cluster_size, 512);
	check_eq(info->major * 10 + info->minor, 31);
	check_eq(info->size, SEED_VOLUME - 512);
	check_ok(ntfs_is_empty(n, &empty, &err), &err);
	check(!empty);
	check_ok(ntfs_lookup(n, "", &record, &err), &err);
	check_eq(record, 5);
	check_ok(ntfs_lookup(n, "//$EXTEND\\$quota/", &record, &err), &err);
	check_eq(record, 24);
	record = 77;
	check_eq(ntfs_lookup(n, "\\file9", &record, &err), -ENOENT);
	check(record == 77 && !strcmp(err.what, "file9"));
	check_eq(ntfs_lookup(n, "\\file1\\x", &record, NULL), -ENOTDIR);
	ntfs_close(n);
	disk_close(d);
	d = load_seed("empty");
	check_ok(ntfs_open(d, &n, &err), &err);
	check_ok(ntfs_is_empty(n, &empty, &err), &err);
	check(empty);
	ntfs_close(n);
	disk_close(d);
}

// Puts the update sequence back and writes a record.
static void put_record(struct ntfs *n, uint64_t number, uint8_t *data)
{
	struct ntfs_record_disk *h = (void *)data;
	uint8_t *array = data + get_le16(h->usa_offset);
	struct err err = {0};

	for (unsigned i = 1; i <= 2; i++) {
		memcpy(array + 2 * i, data + 512 * i - 2, 2);
		memcpy(data + 512 * i - 2, array, 2);
	}
	check_ok(disk_write(n->mft, number * 1024, data, 1024, &err), &err);
}

// Writes a piece of the MFT's data, of one run, to p. Returns its length.
static uint32_t make_piece(uint8_t *p, uint64_t first, uint64_t last,
			   uint64_t lcn, const struct ntfs_attr *whole)
{
	struct ntfs_nonresident_disk h = {
		.attr = {.type = to_le32(NTFS_AT_DATA),
			 .length = to_le32(0x48),
			 .nonresident = 1,
			 .id = to_le16(first ? 0 : 1)},
		.first_vcn = to_le64(first),
		.last_vcn = to_le64(last),
		.runs_offset = to_le16(0x40),
	};
	uint64_t len = last + 1 - first;
	uint8_t runs[8] = {0x22, (uint8_t)len, (uint8_t)(len >> 8),
			   (uint8_t)lcn, (uint8_t)(lcn >> 8)};

	if (!first) {
		h.allocated = to_le64(whole->allocated);
		h.size = to_le64(whole->size);
		h.valid = to_le64(whole->valid);
	}
	memcpy(p, &h, sizeof(h));
	memcpy(p + sizeof(h), runs, sizeof(runs));
	return 0x48;
}

static uint32_t end_record(uint8_t *data, uint32_t at)
{
	struct ntfs_record_disk *h = (void *)data;

	memset(data + at, 0xff, 4);
	memset(data + at + 4, 0, 4);
	h->used = to_le32(at + 8);
	return at + 8;
}

static uint32_t add_entry(uint8_t *list, uint32_t at, uint32_t type,
			  uint64_t vcn, uint64_t record, uint16_t id)
{
	struct ntfs_list_entry_disk e = {.type = to_le32(type),
					 .length = to_le16(0x20),
					 .name_offset = 0x1a,
					 .first_vcn = to_le64(vcn),
					 .record = to_le64(record),
					 .id = to_le16(id)};

	memcpy(list + at, &e, sizeof(e));
	return at + 0x20;
}

// The MFT cut into two pieces, the second one described by record 17, which
// lies in the first: records behind the cut are still read.
static void split_mft(struct ntfs *n, uint64_t cut)
{
	struct ntfs_resident_disk list_head = {
		.attr = {.type = to_le32(NTFS_AT_ATTRIBUTE_LIST),
			 .id = to_le16(9)},
		.value_offset = to_le16(0x18)};
	struct ntfs_record rec, ext;
	struct ntfs_attr a = {0}, whole = {0};
	struct ntfs_runs runs = {0};
	uint8_t *data = mem_alloc(1024), list[0x20 * 8] = {0};
	struct ntfs_record_disk *h;
	uint32_t at, at_list = 0;
	struct err err = {0};
	uint64_t lcn, self = UINT64_C(1) << 48;

	check_ok(ntfs_record_read(n, 0, &rec, &err), &err);
	check_ok(ntfs_record_read(n, 17, &ext, &err), &err);
	while (ntfs_attr_next(&rec, &a, &err) > 0) {
		if (a.type == NTFS_AT_DATA)
			whole = a;
		at_list = add_entry(list, at_list, a.type, 0, self,
				    a.type == NTFS_AT_DATA ? 1 : a.id);
		if (a.type == NTFS_AT_DATA)
			at_list = add_entry(list, at_list, a.type, cut,
					    17 | (uint64_t)ext.sequence << 48,
					    0);
	}
	check_ok(ntfs_runs_append(n, &whole, &runs, &err), &err);
	check_eq(runs.count, 1);
	lcn = runs.items[0].lcn;
	memcpy(data, rec.data, rec.attrs_offset);
	at = rec.attrs_offset;
	for (a = (struct ntfs_attr){0}; ntfs_attr_next(&rec, &a, &err) > 0;) {
		if (a.type == NTFS_AT_DATA) {
			at += make_piece(data + at, 0, cut - 1, lcn, &whole);
			continue;
		}
		memcpy(data + at, rec.data + a.offset, a.length);
		at += a.length;
		if (a.type != NTFS_AT_STANDARD_INFORMATION)
			continue;
		list_head.attr.length = to_le32(0x18 + at_list);
		list_head.value_len = to_le32(at_list);
		memcpy(data + at, &list_head, 0x18);
		memcpy(data + at + 0x18, list, at_list);
		at += 0x18 + at_list;
	}
	check(end_record(data, at) <= 1024);
	h = (void *)data;
	h->next_attr_id = to_le16(10);
	put_record(n, 0, data);
	h = (void *)ext.data;
	h->flags = to_le16(NTFS_RF_IN_USE);
	h->base = to_le64(self);
	h->number = to_le32(17);
	h->next_attr_id = to_le16(1);
	at = ext.attrs_offset;
	at += make_piece(ext.data + at, cut, whole.last_vcn, lcn + cut, &whole);
	end_record(ext.data, at);
	put_record(n, 17, ext.data);
	mem_free(rec.data);
	mem_free(ext.data);
	mem_free(data);
	ntfs_runs_done(&runs);
}

static void note(void *ctx, const struct ntfs_problem *p)
{
	// what the change leaves behind: record 17's bit, and the mirror
	check(p->rule == NTFS_RULE_MFT_BITMAP ||
	      p->rule == NTFS_RULE_MFT_MIRROR);
}

static void fragmented_mft(void)
{
	struct disk *d = load_seed("files");
	struct ntfs_check_result result;
	struct err err = {0};
	uint64_t records, record;
	struct ntfs *n;
	void *data;
	size_t size;

	check_ok(ntfs_open(d, &n, &err), &err);
	records = n->records;
	split_mft(n, 2 * 32); // records from 32 on are behind it
	ntfs_close(n);
	check_ok(ntfs_open(d, &n, &err), &err);
	check_eq(n->records, records);
	check_ok(ntfs_lookup(n, "\\file2", &record, &err), &err);
	check(record >= 32);
	check_ok(ntfs_read_file(n, "\\file2", 100, &data, &size, &err), &err);
	check(size == 6 && !memcmp(data, "hello\n", 6));
	mem_free(data);
	ntfs_close(n);
	check_ok(ntfs_check(d, note, NULL, NULL, &result, &err), &err);
	check_eq(result.problems, 2);
	disk_close(d);
}

static void open_samples(void)
{
	for (size_t i = 0; i < SAMPLE_VOLUMES; i++) {
		struct disk *d = load_volume(&sample_volumes[i]);
		struct err err = {0};
		struct ntfs *n;

		check_ok(ntfs_open(d, &n, &err), &err);
		check(!strcmp(ntfs_get_info(n)->label,
			      sample_volumes[i].label));
		check_eq(ntfs_get_info(n)->cluster_size,
			 sample_volumes[i].cluster_size);
		ntfs_close(n);
		disk_close(d);
	}
}

int main(void)
{
	struct err err = {0};
	struct disk *dev;

	check_ok(disk_memory(64u << 20, 512, &dev, &err), &err);
	decode_sizes(dev);
	disk_close(dev);
	refuse();
	open_seed();
	fragmented_mft();
	open_samples();
	return 0;
}
