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

// Reads the name of a file, not the 8.3 one, into new memory, and its folder.
static int find_name(struct ntfs *n, uint64_t record, char **ret,
		     uint64_t *ret_parent, struct err *err)
{
	struct ntfs_attr a = {0};
	struct ntfs_file_name name;
	struct ntfs_file f;
	char *text = NULL;
	int r = ntfs_file_open(n, record, &f, err);

	if (r)
		return r;
	while (!text && (r = ntfs_file_next(&f, &a, err)) > 0) {
		if (a.type != NTFS_AT_FILE_NAME || !a.resident)
			continue;
		r = ntfs_file_name_decode(a.value, a.value_len, ERR_NOWHERE,
					  &name, err);
		if (r)
			break;
		if (name.name_space == NTFS_NS_DOS)
			continue;
		text = utf16_to_utf8(name.name, name.name_len);
		*ret_parent = ntfs_ref_record(name.parent);
		r = text ? 0 : err_nomem(err);
		break;
	}
	ntfs_file_done(&f);
	if (!r && !text)
		r = err_set(err, -ENOENT, NTFS_RECORD(record), ERR_NOWHERE,
			    "it has no name");
	*ret = text;
	return r;
}

void ntfs_resize_path(struct ntfs *n, uint64_t record,
		      char ret[NTFS_RESIZE_PATH])
{
	size_t at = NTFS_RESIZE_PATH - 1, len;
	uint64_t parent;
	char path[NTFS_RESIZE_PATH] = "", *name;

	for (unsigned i = 0; i < MAX_DEPTH && record != NTFS_REC_ROOT; i++) {
		if (find_name(n, record, &name, &parent, NULL))
			break;
		len = strlen(name);
		if (len + 1 > at) {
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

static int look_at_name(const struct search *s, uint64_t record,
			const char **ret_why, struct err *err)
{
	uint64_t parent;
	struct err e = {0};
	char *name;
	int r;

	if (!s->has_snapshots || record < NTFS_REC_USER)
		return 0;
	r = find_name(s->n, record, &name, &parent, &e);
	if (r) // one that has an 8.3 name alone is none of them
		return r == -ENOENT ? 0 : err_pass(err, r, &e);
	if (strstr(name, SNAPSHOT_NAME))
		*ret_why = "it holds shadow copies of the volume, which name "
			   "clusters by their numbers: delete them first "
			   "(vssadmin delete shadows)";
	mem_free(name);
	return 0;
}

static int look_for_list(struct ntfs *n, uint64_t record, const char **ret_why,
			 struct err *err)
{
	struct ntfs_file f;
	int r = ntfs_file_open(n, record, &f, err);

	if (r)
		return r;
	if (f.list)
		*ret_why = "it is in too many pieces for its record";
	ntfs_file_done(&f);
	return 0;
}

// *ret_why becomes why a file must stay where it is, unless it need not.
static int find_why(const struct search *s, uint64_t record,
		    const char **ret_why, struct err *err)
{
	switch (record) {
	case NTFS_REC_BOOT:
		*ret_why = "the volume starts by it";
		return 0;
	case NTFS_REC_VOLUME:
		*ret_why = "it is written while all others are moved";
		return 0;
	case NTFS_REC_MFT:
	case NTFS_REC_BITMAP:
		return look_for_list(s->n, record, ret_why, err);
	default:
		return look_at_name(s, record, ret_why, err);
	}
}

static int look(void *ctx, uint64_t record, const struct ntfs_run *run,
		struct err *err)
{
	struct search *s = ctx;
	uint64_t end = run->lcn + run->len;
	const char *why = NULL;
	int r = end > s->stays ? find_why(s, record, &why, err) : 0;

	if (r)
		return r;
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
