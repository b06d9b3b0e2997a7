// SPDX-License-Identifier: MIT
//
// How small a volume can become: as small as what it holds, with some room for what
// moving itself needs; but not below what cannot be moved.
//
// Shadow copies of the volume tell by numbers of clusters where they lie, in files of
// "System Volume Information" whose names hold the GUID of the program that keeps
// them, and a sector of $Boot leads there (libvshadow's format paper, "Volume Shadow
// Snapshot"): moved, they would be lost, so they stay, as Windows leaves them.

#include <stdio.h>
#include <string.h>

#include "resize.h"

#define SNAPSHOT_HEADER 7680u // bytes from the volume's begin
#define SNAPSHOT_NAME   "{3808876b-c176-4e48-b7ae-04046e6cc752}"
#define MAX_DEPTH       64u

// For new extension records and lists of files: in the worst case each of the runs
// takes so many bytes, and twice, while the old ones are not free.
#define RUN_BYTES  16u
#define FILE_BYTES 256u
#define LEAST_ROOM 65536u

// --- Names -------------------------------------------------------------------

// The name of a file, not the 8.3 one, in new memory, and its folder.
static char *find_name(struct ntfs *n, uint64_t record, uint64_t *ret_parent)
{
	struct ntfs_attr a = {0};
	struct ntfs_file_name name;
	struct ntfs_file f;
	char *text = NULL;

	if (ntfs_file_open(n, record, &f, NULL))
		return NULL;
	while (ntfs_file_next(&f, &a, NULL) > 0) {
		if (a.type != NTFS_AT_FILE_NAME || !a.resident ||
		    ntfs_file_name_decode(a.value, a.value_len, ERR_NOWHERE,
					  &name, NULL) ||
		    (text && name.name_space == NTFS_NS_DOS))
			continue;
		mem_free(text);
		text = utf16_to_utf8(name.name, name.name_len);
		*ret_parent = ntfs_ref_record(name.parent);
		if (name.name_space != NTFS_NS_DOS)
			break;
	}
	ntfs_file_done(&f);
	return text;
}

void ntfs_resize_path(struct ntfs *n, uint64_t record,
		      char ret[NTFS_RESIZE_PATH])
{
	size_t at = NTFS_RESIZE_PATH - 1, len;
	uint64_t parent;
	char path[NTFS_RESIZE_PATH] = "", *name;

	for (unsigned i = 0; i < MAX_DEPTH && record != NTFS_REC_ROOT; i++) {
		name = find_name(n, record, &parent);
		len = name ? strlen(name) : 0;
		if (!name || len + 1 > at) {
			mem_free(name);
			break;
		}
		at -= len + 1;
		path[at] = '\\';
		memcpy(path + at + 1, name, len);
		mem_free(name);
		record = parent;
	}
	memcpy(ret, path + at, NTFS_RESIZE_PATH - at);
}

// --- What stays where it is ----------------------------------------------------

struct search {
	struct ntfs *n;
	bool has_snapshots;
	uint64_t last;  // behind the last cluster of any file
	uint64_t stays; // behind the last one that cannot be moved
	uint64_t record;
	const char *why;
	uint64_t files, moved, runs; // behind `from`
	uint64_t from, before;
};

static int find_snapshots(struct search *s, struct err *err)
{
	static const uint8_t mark[16] = {0x6b, 0x87, 0x08, 0x38, 0x76, 0xc1,
					 0x48, 0x4e, 0xb7, 0xae, 0x04, 0x04,
					 0x6e, 0x6c, 0xc7, 0x52};
	uint8_t there[16];
	int r = disk_read(s->n->dev, SNAPSHOT_HEADER, there, sizeof(there),
			  err);

	s->has_snapshots = !r && !memcmp(there, mark, sizeof(mark));
	return r;
}

static bool is_snapshot(const struct search *s, uint64_t record)
{
	uint64_t parent;
	char *name = s->has_snapshots && record >= NTFS_REC_USER
			     ? find_name(s->n, record, &parent)
			     : NULL;
	bool is = name && strstr(name, SNAPSHOT_NAME);

	mem_free(name);
	return is;
}

static bool has_list(struct ntfs *n, uint64_t record)
{
	struct ntfs_file f;
	bool has = false;

	if (!ntfs_file_open(n, record, &f, NULL)) {
		has = f.list;
		ntfs_file_done(&f);
	}
	return has;
}

// Returns why a file must stay where it is; NULL when it need not.
static const char *why_stays(const struct search *s, uint64_t record)
{
	switch (record) {
	case NTFS_REC_BOOT:
		return "the volume starts by it";
	case NTFS_REC_VOLUME:
		return "it is written while all others are moved";
	case NTFS_REC_MFT:
	case NTFS_REC_BITMAP:
		return has_list(s->n, record)
			       ? "it is in too many pieces for its record"
			       : NULL;
	default:
		return is_snapshot(s, record)
			       ? "it holds shadow copies of the volume, which "
				 "name clusters by their numbers: delete them "
				 "first (vssadmin delete shadows)"
			       : NULL;
	}
}

static int look(void *ctx, uint64_t record, const struct ntfs_run *run,
		struct err *err)
{
	struct search *s = ctx;
	uint64_t end = run->lcn + run->len;
	const char *why = end > s->stays ? why_stays(s, record) : NULL;

	(void)err;
	s->last = end > s->last ? end : s->last;
	if (why) {
		s->stays = end;
		s->record = record;
		s->why = why;
	}
	if (end <= s->from)
		return 0;
	s->moved += run->lcn < s->from ? end - s->from : run->len;
	s->runs++;
	s->files += record != s->before;
	s->before = record;
	return 0;
}

// --- All of it -------------------------------------------------------------------

struct count {
	uint64_t free, pieces;
};

static int count_free(void *ctx, uint64_t off, uint64_t len)
{
	struct count *c = ctx;

	(void)off;
	c->free += len;
	c->pieces++;
	return 0;
}

static uint64_t room_for_moving(const struct search *s, const struct count *c)
{
	uint32_t cluster = s->n->info.cluster_size;
	uint64_t pieces = s->moved < c->pieces ? s->moved : c->pieces;
	uint64_t bytes = (s->runs + pieces) * RUN_BYTES +
			 s->files * FILE_BYTES + LEAST_ROOM;

	return s->moved ? bytes / cluster + 2 : 0;
}

int ntfs_resize_find_limits(struct ntfs *n, struct resize_limits *ret,
			    struct err *err)
{
	struct search s = {.n = n, .before = ERR_NOWHERE};
	struct count free = {0};
	struct resize_limits l;
	int r = find_snapshots(&s, err);

	if (!r)
		r = ntfs_free_ranges(n, count_free, &free, err);
	if (r)
		return r;
	s.from = n->info.clusters - free.free / n->info.cluster_size;
	r = ntfs_resize_scan(n, look, &s, err);
	if (r)
		return r;
	l = (struct resize_limits){.in_place = s.last,
				   .cluster = ERR_NOWHERE,
				   .record = ERR_NOWHERE};
	l.minimum = s.from + room_for_moving(&s, &free);
	if (l.minimum <= s.stays) {
		l.minimum = s.stays;
		l.cluster = s.stays - 1;
		l.record = s.record;
		l.why = s.why;
	}
	if (l.minimum > s.last)
		l.minimum = s.last;
	*ret = l;
	return 0;
}

static void fill(struct ntfs *n, uint32_t sector, const struct resize_limits *l,
		 struct ntfs_shrink_limits *ret)
{
	uint32_t cluster = n->info.cluster_size;

	*ret = (struct ntfs_shrink_limits){
		.size = n->info.size + sector,
		.in_place = l->in_place * cluster + sector,
		.minimum = l->minimum * cluster + sector,
		.cluster = l->cluster,
		.record = l->record,
		.why = l->why,
	};
	if (l->record != ERR_NOWHERE)
		ntfs_resize_path(n, l->record, ret->path);
}

static int query(struct disk *d, struct ntfs_shrink_limits *ret,
		 struct err *err)
{
	struct ntfs_boot_disk boot;
	struct resize_limits l;
	struct ntfs *n;
	int r = ntfs_open(d, &n, err);

	if (r)
		return r;
	r = ntfs_check_writable(n, err);
	if (!r)
		r = ntfs_resize_find_limits(n, &l, err);
	if (!r)
		r = disk_read(d, 0, &boot, sizeof(boot), err);
	if (!r)
		fill(n, get_le16(boot.sector_size), &l, ret);
	ntfs_close(n);
	return r;
}

int ntfs_shrink_query(struct disk *dev, struct ntfs_shrink_limits *ret,
		      struct err *err)
{
	// What a change would refuse is asked of a disk to which nothing is written,
	// as the volume's own may be open for reading alone.
	struct disk *d;
	int r = disk_scratch(dev, &d, err);

	if (r)
		return r;
	r = query(d, ret, err);
	disk_close(d);
	return r;
}
