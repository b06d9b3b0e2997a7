// SPDX-License-Identifier: MIT
//
// $SDS with entries that Windows' chkdsk has blanked: those behind them are found,
// and new ones come behind those at the end.

#include "ntfs_change.h"
#include "libntfs/read/read.h"
#include "test.h"

#define T0 132000000000000000ull

static struct err err;

struct found {
	unsigned problems, index, of_id;
	uint32_t id;
};

static void count(void *ctx, const struct ntfs_problem *p)
{
	struct found *f = ctx;
	char id[32];

	snprintf(id, sizeof(id), "(id %u)", (unsigned)f->id);
	f->problems++;
	f->index += p->rule == NTFS_RULE_SECURITY_INDEX;
	f->of_id += !!strstr(p->text, id);
}

static struct found check_volume(struct disk *d, uint32_t id)
{
	struct ntfs_check_result result;
	struct found f = {.id = id};

	check_ok(ntfs_check(d, count, &f, NULL, &result, &err), &err);
	return f;
}

#define ADMINISTRATORS 1, 2, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0, 32, 2, 0, 0

// Whose entries inherit another one: all rights to administrators.
static const uint8_t root_descriptor[] = {
	1,
	0,
	4,
	0x80,
	0x34,
	0,
	0,
	0,
	0x44,
	0,
	0,
	0,
	0,
	0,
	0,
	0,
	0x14,
	0,
	0,
	0,
	2,
	0,
	32,
	0,
	1,
	0,
	0,
	0, // DACL, one entry
	0,
	3,
	24,
	0,
	0xff,
	1,
	0x1f,
	0,
	ADMINISTRATORS,
	ADMINISTRATORS,
	ADMINISTRATORS // owner, group
};

static struct disk *new_volume(void)
{
	struct ntfs_build_options o = {.serial = 9, .time = T0};
	struct ntfs_node_spec root = {NTFS_ATTR_DIRECTORY, T0, T0, T0, T0, 0};
	struct ntfs_build *b;
	struct disk *d;

	check_ok(disk_memory(16 << 20, 512, &d, &err), &err);
	check_ok(ntfs_build_new(d, &o, &b, &err), &err);
	check_ok(ntfs_build_security(b, root_descriptor,
				     sizeof(root_descriptor), &root.security,
				     &err),
		 &err);
	check_ok(ntfs_build_set(b, NTFS_ROOT, &root, &err), &err);
	check_ok(ntfs_build_layout(b, &err), &err);
	check_ok(ntfs_build_begin(b, &err), &err);
	check_ok(ntfs_build_finish(b, NULL, &err), &err);
	ntfs_build_free(b);
	return d;
}

static struct disk *open_sds(struct disk *d, struct ntfs **n)
{
	struct disk *sds;

	check_ok(ntfs_open(d, n, &err), &err);
	check_ok(ntfs_open_stream(*n, NTFS_REC_SECURE, NTFS_AT_DATA, "$SDS",
				  &sds, &err),
		 &err);
	return sds;
}

static void blank(struct disk *sds, uint64_t at, uint32_t size)
{
	uint8_t entry[512] = {0};

	memcpy(entry + 0x10, to_le32(size).b, 4);
	check(size <= sizeof(entry));
	check_ok(disk_write(sds, at, entry, size, &err), &err);
	check_ok(disk_write(sds, at + NTFS_SDS_BLOCK, entry, size, &err), &err);
}

// The first entry is blank: what is said is of it alone, not of those behind it.
static void blank_first(void)
{
	struct disk *d = new_volume(), *sds;
	struct ntfs_sds_disk h;
	struct found f;
	struct ntfs *n;
	uint32_t id;

	sds = open_sds(d, &n);
	check_ok(disk_read(sds, 0, &h, sizeof(h), &err), &err);
	id = get_le32(h.security_id);
	check_eq(check_volume(d, id).problems, 0);
	blank(sds, 0, get_le32(h.size));
	f = check_volume(d, id);
	check_eq(f.index, 2); // of $SII and $SDH, which Windows removes too
	check_eq(f.of_id, 2);
	// What is not all blank is broken.
	check_ok(disk_write(sds, 0x40, "x", 1, &err), &err);
	check(check_volume(d, id).problems > f.problems);
	disk_close(sds);
	ntfs_close(n);
	disk_close(d);
}

// Makes $SDS longer in its record, without a cluster more.
static void lengthen(struct disk *d, struct ntfs *n, uint64_t more)
{
	uint64_t at = n->info.mft_lcn * n->info.cluster_size +
		      (uint64_t)NTFS_REC_SECURE * n->info.record_size;
	uint8_t r[1024];
	uint32_t off;

	check_ok(disk_read(d, at, r, sizeof(r), &err), &err);
	for (off = r[0x14]; r[off] != 0x80; off += r[off + 4])
		check(r[off] && r[off] != 0xff);
	check(off + 0x40 < 510 && r[off + 0x31] + more <= 0xffff);
	for (unsigned i = 0x30; i <= 0x38; i += 8) { // size, valid size
		uint64_t size = get_le64(*(const le64 *)(r + off + i)) + more;

		memcpy(r + off + i, to_le64(size).b, 8);
	}
	check_ok(disk_write(d, at, r, sizeof(r), &err), &err);
}

static void blank_last(void)
{
	struct disk *d = new_volume(), *sds;
	struct ntfs_stat s;
	uint64_t end, record;
	struct ntfs *n;
	uint8_t zero[0x60] = {0};
	void *sd;
	size_t size;

	sds = open_sds(d, &n);
	end = round_up(sds->size - NTFS_SDS_BLOCK, 16);
	lengthen(d, n, end + 0x60 - (sds->size - NTFS_SDS_BLOCK));
	disk_close(sds);
	ntfs_close(n);
	sds = open_sds(d, &n);
	check_ok(disk_write(sds, end + NTFS_SDS_BLOCK, zero, 0x60, &err), &err);
	blank(sds, end, 0x5c);
	disk_close(sds);
	check_eq(check_volume(d, 0).problems, 0);
	check_ok(ntfs_change_begin(n, &err), &err);
	// A file of the root: its descriptor is new.
	check_ok(ntfs_write_file(n, "file", "text", 4, 0, T0, &err), &err);
	check_ok(ntfs_sync(n, &err), &err);
	check_ok(ntfs_lookup(n, "file", &record, &err), &err);
	check_ok(ntfs_stat(n, record, &s, &err), &err);
	check_ok(ntfs_read_security(n, record, &sd, &size, &err), &err);
	mem_free(sd);
	ntfs_close(n);
	check_eq(check_volume(d, 0).problems, 0);
	sds = open_sds(d, &n);
	check(sds->size > end + 0x60 + NTFS_SDS_BLOCK);
	disk_close(sds);
	ntfs_close(n);
	disk_close(d);
}

int main(void)
{
	blank_first();
	blank_last();
	return 0;
}
