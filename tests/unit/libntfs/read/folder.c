// SPDX-License-Identifier: MIT
//
// Folders and metadata: every name of a volume is found again by its path, and
// what is listed goes with what the files say. Reading up to the valid size.

#include "libntfs/read/read.h"
#include "unit/libntfs/volumes.h"

struct walk {
	struct ntfs *n;
	char path[2048];
	uint64_t folder;
	unsigned files, folders, depth;
};

static void swap_case(char *s)
{
	for (; *s; s++)
		if ((*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z'))
			*s ^= 0x20;
}

static int visit(void *ctx, const struct ntfs_entry *e)
{
	struct walk *w = ctx;
	size_t len = strlen(w->path);
	uint64_t record = 0, folder = w->folder;
	struct ntfs_stat s;
	struct err err = {0};
	void *sd;
	size_t sd_len;
	int r;

	if (e->record == w->folder) // "." of the root
		return 0;
	snprintf(w->path + len, sizeof(w->path) - len, "\\%s", e->utf8);
	swap_case(w->path + len);
	check_ok(ntfs_lookup_link(w->n, w->path, &record, &err), &err);
	swap_case(w->path + len);
	check_eq(record, e->record);
	check_ok(ntfs_stat(w->n, record, &s, &err), &err);
	check_eq(s.sequence, e->sequence);
	check(s.links >= 1);
	check_eq(s.is_directory, !!(e->attributes & NTFS_ATTR_DIRECTORY));
	r = ntfs_read_security(w->n, record, &sd, &sd_len, &err);
	check(!r || (r == -ENOENT && record < NTFS_REC_USER + 8)); // mkntfs
	check(r || (sd_len >= 20 && *(uint8_t *)sd == 1));
	if (!r)
		mem_free(sd);
	w->files++;
	if (s.is_directory) {
		w->folders++;
		check(++w->depth < 20);
		w->folder = record;
		check_ok(ntfs_list(w->n, record, visit, w, &err), &err);
		w->folder = folder;
		w->depth--;
	}
	w->path[len] = 0;
	return 0;
}

static void walk_volume(struct disk *d, unsigned files, unsigned folders)
{
	struct walk w = {.folder = NTFS_REC_ROOT};
	struct err err = {0};

	check_ok(ntfs_open(d, &w.n, &err), &err);
	check_ok(ntfs_list(w.n, NTFS_REC_ROOT, visit, &w, &err), &err);
	check_eq(w.files, files);
	check_eq(w.folders, folders);
	check_eq(ntfs_list(w.n, NTFS_REC_UPCASE, visit, &w, NULL), -ENOTDIR);
	check_eq(ntfs_list(w.n, 20, visit, &w, NULL), -ENOENT);
	ntfs_close(w.n);
	disk_close(d);
}

static int stop(void *ctx, const struct ntfs_entry *e)
{
	return 7;
}

// Bytes behind the valid size read as zeroes and cannot be written.
static void valid_size(void)
{
	struct disk *d = load_seed("files"), *s;
	struct ntfs_attr a;
	struct ntfs_file f;
	struct err err = {0};
	struct ntfs *n;
	uint8_t buf[1500];
	le64 valid = to_le64(100);
	uint64_t record;

	check_ok(ntfs_open(d, &n, &err), &err);
	check_eq(ntfs_list(n, NTFS_REC_ROOT, stop, NULL, &err), 7);
	check_ok(ntfs_lookup(n, "file1", &record, &err), &err);
	check_ok(ntfs_file_open(n, record, &f, &err), &err);
	check_ok(ntfs_file_find(&f, NTFS_AT_DATA, NULL, 0, &a, &err), &err);
	check_ok(disk_write(n->mft, a.record->number * 1024 + a.offset + 0x38,
			    &valid, sizeof(valid), &err),
		 &err);
	ntfs_file_done(&f);
	check_ok(ntfs_open_file(n, "FILE1", &s, &err), &err);
	check_eq(s->size, 1500);
	check_ok(disk_read(s, 0, buf, 1500, &err), &err);
	check(buf[0] == 'x' && buf[99] == 'x' && !buf[100] && !buf[1499]);
	check_ok(disk_write(s, 99, "y", 1, &err), &err);
	check_eq(disk_write(s, 99, "yy", 2, NULL), -EROFS);
	disk_close(s);
	check_eq(ntfs_open_file(n, "file1:no such", &s, NULL), -ENOENT);
	check_eq(ntfs_open_file(n, "file1:x:$INDEX", &s, NULL), -ENOENT);
	check_ok(ntfs_open_file(n, "file1:stream_with_a_long_NAME12:$DATA", &s,
				&err),
		 &err);
	check_eq(s->size, 6);
	disk_close(s);
	ntfs_close(n);
	disk_close(d);
}

int main(void)
{
	walk_volume(load_seed("files"), 16, 1);
	walk_volume(load_seed("empty"), 14, 1);
	valid_size();
	// as fls of The Sleuth Kit counts them
	walk_volume(load_volume(&sample_volumes[0]), 35, 11);
	walk_volume(load_volume(&sample_volumes[1]), 35, 7);
	walk_volume(load_volume(&sample_volumes[2]), 531, 514);
	walk_volume(load_volume(&sample_volumes[3]), 25, 6);
	return 0;
}
