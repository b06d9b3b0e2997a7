// SPDX-License-Identifier: MIT
//
// What a change mends before it, what it goes past, and what it refuses: by the
// state of the volume's log and flag, and by what the check finds.

#include "libntfs/change/change.h"
#include "test.h"

#define T0   132000000000000000ull
#define SIZE (16u << 20)

static struct err err;

static struct disk *new_volume(void)
{
	struct ntfs_build_options o = {.serial = 9, .time = T0};
	struct ntfs *n;
	struct disk *d;

	check_ok(disk_memory(SIZE, 512, &d, &err), &err);
	check_ok(ntfs_format(d, &o, &err), &err);
	check_ok(ntfs_open(d, &n, &err), &err);
	check_ok(ntfs_change_begin(n, &err), &err);
	check(!ntfs_note(n));
	check_ok(ntfs_mkdir_all(n, "folder\\below", T0, &err), &err);
	check_ok(ntfs_write_file(n, "folder\\a.txt", "the old", 7, 0, T0, &err),
		 &err);
	check_ok(ntfs_write_file(n, "folder\\below\\b.txt", "below", 5, 0, T0,
				 &err),
		 &err);
	check_ok(ntfs_sync(n, &err), &err);
	ntfs_close(n);
	return d;
}

static struct ntfs *open_volume(struct disk *d)
{
	struct ntfs *n;

	check_ok(ntfs_open(d, &n, &err), &err);
	return n;
}

static uint64_t find(struct ntfs *n, const char *path)
{
	uint64_t record;

	check_ok(ntfs_lookup(n, path, &record, &err), &err);
	return record;
}

static void expect(struct ntfs *n, const char *path, const char *content)
{
	size_t size;
	void *data;

	check_ok(ntfs_read_file(n, path, 100, &data, &size, &err), &err);
	check(size == strlen(content) && !memcmp(data, content, size));
	mem_free(data);
}

static struct ntfs_check_result look(struct disk *d)
{
	struct ntfs_check_result r;

	check_ok(ntfs_check(d, NULL, NULL, NULL, &r, &err), &err);
	return r;
}

// Changes a byte of a record's attribute, at an offset of the attribute, on the
// device; of the first records in the mirror too.
static void poke(struct disk *d, uint64_t number, uint8_t type, uint32_t off,
		 uint8_t value)
{
	struct ntfs *n = open_volume(d);
	const struct ntfs_info *i = ntfs_get_info(n);
	uint64_t at = i->mft_lcn * i->cluster_size + number * 1024;
	uint64_t mirror = n->mftmirr_lcn * i->cluster_size + number * 1024;
	uint8_t r[1024];
	uint32_t a;

	check_ok(disk_read(d, at, r, sizeof(r), &err), &err);
	for (a = r[0x14]; r[a] != type; a += r[a + 4])
		check(r[a] != 0xff);
	check((a + off) % 512 < 510);
	check_ok(disk_write(d, at + a + off, &value, 1, &err), &err);
	if (number < 4)
		check_ok(disk_write(d, mirror + a + off, &value, 1, &err),
			 &err);
	ntfs_close(n);
}

static void make_dirty(struct disk *d)
{
	poke(d, NTFS_REC_VOLUME, NTFS_AT_VOLUME_INFORMATION, 0x18 + 10, 1);
}

// Takes a file's one entry out of its folder and nothing else.
static void lose_entry(struct disk *d, const char *folder, const char *path)
{
	struct ntfs *n = open_volume(d);
	struct change_file dir, f;
	struct change_attr *a;
	struct ntfs_tree t;

	check_ok(ntfs_change_begin(n, &err), &err);
	ntfs_operation_begin(ntfs_change_of(n));
	check_ok(ntfs_change_load(ntfs_change_of(n), find(n, path), &f, &err),
		 &err);
	check_ok(ntfs_change_load(ntfs_change_of(n), find(n, folder), &dir,
				  &err),
		 &err);
	check_ok(ntfs_tree_open(&dir, "$I30", &t, &err), &err);
	a = ntfs_change_find(&f, NTFS_AT_FILE_NAME, NULL);
	check_ok(ntfs_tree_remove(&t, a->value, a->value_len, &err), &err);
	check_ok(ntfs_tree_save(&t, &err), &err);
	check_ok(ntfs_change_store(&dir, &err), &err);
	ntfs_tree_done(&t);
	ntfs_change_done(&dir);
	ntfs_change_done(&f);
	check_eq(ntfs_operation_end(ntfs_change_of(n), 0), 0);
	check_ok(ntfs_sync(n, &err), &err);
	ntfs_close(n);
}

// Readies, syncs; the volume must have nothing left. Returns it open.
static struct ntfs *mend(struct disk *d, const char *words)
{
	struct ntfs *n = open_volume(d);

	check_ok(ntfs_change_begin(n, &err), &err);
	if (!ntfs_note(n) || !strstr(ntfs_note(n), words))
		fprintf(stderr, "note: %s\n", ntfs_note(n));
	check(ntfs_note(n) && strstr(ntfs_note(n), words));
	check_ok(ntfs_sync(n, &err), &err);
	check_eq(look(d).problems, 0);
	check_eq(look(d).notes, 0);
	ntfs_close(n);
	return open_volume(d);
}

static void refuses(struct disk *d, int code, const char *words)
{
	struct ntfs *n = open_volume(d);

	err = (struct err){0};
	check_eq(ntfs_change_begin(n, &err), code);
	check(strstr(err.why, words));
	check_eq(ntfs_write_file(n, "x", "", 0, 0, T0, NULL), -EINVAL);
	ntfs_close(n);
}

// --- Cases ---------------------------------------------------------------------

static void flag_alone(void)
{
	struct disk *d = new_volume();
	struct ntfs *n;

	make_dirty(d);
	n = open_volume(d);
	check_ok(ntfs_check_writable(n, &err), &err);
	check(strstr(ntfs_note(n), "not closed in order"));
	ntfs_close(n);
	check_eq(look(d).problems, 1);
	ntfs_close(mend(d, "not closed in order"));
	disk_close(d);
}

// Dirty by a Windows that has its log.
static void flag_of_another(void)
{
	struct disk *d = new_volume(), *log;
	static const uint8_t page[0x40] = {'R', 'S',           'T',
					   'R', [0x18] = 0x20, [0x2e] = 2};
	struct ntfs *n;

	n = open_volume(d);
	check_ok(ntfs_open_stream(n, NTFS_REC_LOGFILE, NTFS_AT_DATA, NULL, &log,
				  &err),
		 &err);
	check_ok(disk_write(log, 0, page, sizeof(page), &err), &err);
	disk_close(log);
	ntfs_close(n);
	n = open_volume(d);
	check_ok(ntfs_change_begin(n, &err), &err);
	ntfs_close(n);
	make_dirty(d);
	refuses(d, -EBUSY, "ntfsfix");
	disk_close(d);
}

static void boot_copy(void)
{
	struct disk *d = new_volume();
	uint8_t sector[512] = {0};

	check_ok(disk_write(d, SIZE - 512, sector, 512, &err), &err);
	check_eq(look(d).problems, 0);
	check_eq(look(d).notes, 1);
	ntfs_close(mend(d, "boot sector's copy"));
	disk_close(d);
}

static void stale_entries(void)
{
	struct disk *d = new_volume();
	struct ntfs *n = open_volume(d);
	uint64_t record = find(n, "folder\\a.txt");

	ntfs_close(n);
	poke(d, record, NTFS_AT_STANDARD_INFORMATION, 0x18 + 3, 0x55);
	check_eq(look(d).problems, 1);
	check_eq(look(d).harmless, 1);
	n = open_volume(d);
	check_ok(ntfs_change_begin(n, &err), &err);
	check(strstr(ntfs_note(n), "1 folder entries or attributes"));
	check_ok(ntfs_write_file(n, "new", "new", 3, 0, T0, &err), &err);
	check_ok(ntfs_sync(n, &err), &err);
	ntfs_close(n);
	check_eq(look(d).problems, 1); // left as it was
	make_dirty(d);
	ntfs_close(mend(d, "1 folder entry"));
	disk_close(d);
}

static void lost_clusters(void)
{
	struct disk *d = new_volume(), *bitmap;
	struct ntfs *n = open_volume(d);
	uint8_t byte;
	uint64_t at = SIZE / 4096 / 8 - 20;

	check_ok(ntfs_open_stream(n, NTFS_REC_BITMAP, NTFS_AT_DATA, NULL,
				  &bitmap, &err),
		 &err);
	check_ok(disk_read(bitmap, at, &byte, 1, &err), &err);
	check_eq(byte, 0);
	check_ok(disk_write(bitmap, at, "\x3c", 1, &err), &err);
	disk_close(bitmap);
	ntfs_close(n);
	n = open_volume(d);
	check_ok(ntfs_change_begin(n, &err), &err);
	check(strstr(ntfs_note(n), "4 clusters are marked"));
	ntfs_close(n);
	make_dirty(d);
	ntfs_close(mend(d, "4 clusters freed"));
	disk_close(d);
}

// A file that has lost its entry is named again; a whole folder likewise.
static void orphans(void)
{
	struct disk *d = new_volume();
	struct ntfs *n;

	lose_entry(d, "folder", "folder\\a.txt");
	refuses(d, err_corrupt(NULL, "", 0, "%s", ""), "name-entry");
	make_dirty(d);
	n = mend(d, "1 file named in its folder again");
	expect(n, "folder\\a.txt", "the old");
	ntfs_close(n);
	lose_entry(d, "", "folder");
	make_dirty(d);
	n = mend(d, "1 file named in its folder again");
	expect(n, "folder\\a.txt", "the old");
	expect(n, "folder\\below\\b.txt", "below");
	ntfs_close(n);
	disk_close(d);
}

// The name is another's by now, or the folder is gone: nothing is lost.
static void found(void)
{
	struct disk *d = new_volume();
	struct ntfs *n;

	n = open_volume(d);
	check_ok(ntfs_change_begin(n, &err), &err);
	check_ok(ntfs_mkdir_all(n, "gone", T0, &err), &err);
	check_ok(ntfs_write_file(n, "gone\\c.txt", "c", 1, 0, T0, &err), &err);
	check_ok(ntfs_sync(n, &err), &err);
	ntfs_close(n);
	lose_entry(d, "gone", "gone\\c.txt");
	make_dirty(d);
	lose_entry(d, "folder", "folder\\a.txt"); // names c.txt again
	make_dirty(d);
	n = open_volume(d);
	expect(n, "gone\\c.txt", "c");
	ntfs_close(n);
	disk_close(d);

	d = new_volume();
	lose_entry(d, "folder", "folder\\a.txt");
	// What was not mended before is now another's: as a cut between
	// removing and making would leave it.
	make_dirty(d);
	n = open_volume(d);
	check_ok(ntfs_check_writable(n, &err), &err);
	ntfs_state_of(n)->finding_count = 0; // nothing is mended
	check_ok(ntfs_change_begin(n, &err), &err);
	check_ok(ntfs_write_file(n, "folder\\a.txt", "the new", 7, 0, T0, &err),
		 &err);
	check_ok(ntfs_sync(n, &err), &err);
	ntfs_close(n);
	make_dirty(d);
	n = mend(d, "1 file put into \\found.000");
	expect(n, "folder\\a.txt", "the new");
	expect(n, "\\found.000\\file0000.chk", "the old");
	ntfs_close(n);
	disk_close(d);
}

int main(void)
{
	flag_alone();
	flag_of_another();
	boot_copy();
	stale_entries();
	lost_clusters();
	orphans();
	found();
	return 0;
}
