// SPDX-License-Identifier: MIT
//
// All files of a volume by their records: each as opening it by its number tells,
// and as many as the folders lead to.

#include "libntfs/read/reparse.h"
#include "unit/libntfs/volumes.h"

static struct err err;

static uint64_t seen[100000];
static size_t seen_count;

static void compare_content(struct ntfs *n, const struct ntfs_scan_stream *s,
			    struct disk *d)
{
	uint8_t *wanted, *got = calloc(1, (size_t)s->size + 1);
	struct disk *x;

	check_eq(d->size, s->size);
	check_ok(disk_read_all(d, (void **)&wanted, &err), &err);
	if (s->content == NTFS_HELD_RESIDENT) {
		memcpy(got, s->value, (size_t)s->size);
	} else {
		check_ok(disk_extents(n->dev, s->extents, s->extent_count,
				      s->size, s->valid, &x, &err),
			 &err);
		check_ok(disk_read(x, 0, got, (size_t)s->size, &err), &err);
		disk_close(x);
		check(!s->place || s->place == s->extents[0].off ||
		      s->extents[0].off == DISK_HOLE);
	}
	check(!memcmp(wanted, got, (size_t)s->size));
	mem_free(wanted);
	free(got);
}

static int see(void *ctx, const struct ntfs_scan_file *file)
{
	struct ntfs *n = ctx;
	struct ntfs_stat stat;
	unsigned names = 0;

	check_ok(ntfs_stat(n, file->stat.record, &stat, &err), &err);
	check(!memcmp(&stat, &file->stat, sizeof(stat)));
	check(!seen_count || seen[seen_count - 1] < stat.record);
	check(seen_count < 100000);
	seen[seen_count++] = stat.record;
	for (size_t i = 0; i < file->name_count; i++)
		names += file->names[i].name_space != NTFS_NS_DOS;
	check_eq(names, stat.links);
	for (size_t i = 0; i < file->stream_count; i++) {
		const struct ntfs_scan_stream *s = &file->streams[i];
		struct disk *d;
		char *name;

		check(!i || s->name_len);
		// A link's data is nobody's, and is not opened.
		if (file->reparse.data && !s->name_len && !s->size)
			continue;
		name = utf16_to_utf8(s->name, s->name_len);
		check_ok(ntfs_open_stream(n, stat.record, NTFS_DATA, name, &d,
					  &err),
			 &err);
		if (s->content <= NTFS_HELD_PLAIN)
			compare_content(n, s, d);
		disk_close(d);
		mem_free(name);
	}
	check(!file->reparse.data == !stat.reparse_tag);
	check(!file->reparse.data ||
	      load_le32(file->reparse.data) == stat.reparse_tag);
	return 0;
}

static int walk_one(void *ctx, const struct ntfs_entry *e)
{
	void **x = ctx;
	size_t *count = x[1];
	size_t i = 0;

	if (e->record < NTFS_FIRST_FILE || e->name_space == NTFS_NS_DOS)
		return 0;
	while (i < seen_count && seen[i] != e->record)
		i++;
	check(i < seen_count);
	++*count;
	if (!(e->attributes & NTFS_ATTR_DIRECTORY))
		return 0;
	check_ok(ntfs_list(x[0], e->record, walk_one, ctx, &err), &err);
	return 0;
}

static void whole(struct disk *d)
{
	struct ntfs *n;
	size_t count = 1; // the root
	void *ctx[2];

	seen_count = 0;
	check_ok(ntfs_open(d, &n, &err), &err);
	check_ok(ntfs_scan(n, see, n, NULL, &err), &err);
	ctx[0] = n;
	ctx[1] = &count;
	check_ok(ntfs_list(n, 5, walk_one, ctx, &err), &err);
	check(seen_count >= count);
	ntfs_close(n);
	disk_close(d);
}

static void seeds(void)
{
	whole(load_seed("empty"));
	whole(load_seed("files"));
}

// --- What a record that is broken does ---------------------------------------

static int none(void *ctx, const struct ntfs_scan_file *file)
{
	return 0;
}

static int stop(void *ctx, const struct ntfs_scan_file *file)
{
	return ++*(int *)ctx == 3 ? 42 : 0;
}

static void broken(void)
{
	struct disk *d = load_seed("files");
	struct ntfs *n;
	uint64_t record, at;
	int count = 0;
	uint8_t sector[512];

	check_ok(ntfs_open(d, &n, &err), &err);
	check_eq(ntfs_scan(n, stop, &count, NULL, &err), 42);
	check_eq(err.code, 0);
	check_ok(ntfs_lookup(n, "\\file1", &record, &err), &err);
	at = n->info.mft_lcn * n->info.cluster_size +
	     record * n->info.record_size;
	check_ok(disk_read(d, at, sector, 512, &err), &err);
	memcpy(sector, "BAAD", 4);
	check_ok(disk_write(d, at, sector, 512, &err), &err);
	check_eq(ntfs_scan(n, none, NULL, NULL, &err), -EBADMSG);
	check(strstr(err.what, "file record") && strstr(err.why, "bad"));
	// One that is not in use may hold anything.
	memcpy(sector, "FILE", 4);
	sector[0x16] = 0;
	memset(sector + 0x30, 0xaa, 400);
	err = (struct err){0};
	check_ok(disk_write(d, at, sector, 512, &err), &err);
	check_ok(ntfs_scan(n, none, NULL, NULL, &err), &err);
	ntfs_close(n);
	disk_close(d);
}

int main(void)
{
	seeds();
	broken();
	for (size_t i = 0; i < SAMPLE_VOLUMES; i++)
		whole(load_volume(&sample_volumes[i]));
	return 0;
}
