// SPDX-License-Identifier: MIT
//
// What another name changes in an NTFS volume and what not: names in pairs, links,
// the parts of a file that stay, and what a cut between two folders leaves.

#include "libntfs/change/change.h"
#include "test.h"

#define T0    132000000000000000ull
#define T1    133000000000000000ull
#define SIZE  (8u << 20)
#define LONG  "A file with a long name.txt"
#define OTHER "Another name that is long.txt"

static struct err err;

static void put(struct ntfs *n, const char *path)
{
	check_ok(ntfs_write_file(n, path, path, strlen(path), 0x20, T0, &err),
		 &err);
}

static struct disk *new_volume(struct ntfs **ret)
{
	struct ntfs_build_options o = {.serial = 9, .time = T0};
	struct disk *d;

	check_ok(disk_memory(SIZE, 512, &d, &err), &err);
	check_ok(ntfs_format(d, &o, &err), &err);
	check_ok(ntfs_open(d, ret, &err), &err);
	check_ok(ntfs_change_begin(*ret, &err), &err);
	check_ok(ntfs_mkdir_all(*ret, "a\\below", T0, &err), &err);
	check_ok(ntfs_mkdir_all(*ret, "b", T0, &err), &err);
	put(*ret, "a\\" LONG);
	put(*ret, "b\\" OTHER);
	check_ok(ntfs_sync(*ret, &err), &err);
	return d;
}

static void end_volume(struct disk *d, struct ntfs *n)
{
	struct ntfs_check_result result;

	ntfs_close(n);
	check_ok(ntfs_check(d, NULL, NULL, NULL, &result, &err), &err);
	check_eq(result.problems, 0);
	disk_close(d);
}

static struct ntfs_stat stat_of(struct ntfs *n, const char *path)
{
	struct ntfs_stat s;
	uint64_t record;

	check_ok(ntfs_lookup(n, path, &record, &err), &err);
	check_ok(ntfs_stat(n, record, &s, &err), &err);
	return s;
}

static bool is_there(struct ntfs *n, const char *path)
{
	uint64_t record;

	return !ntfs_lookup(n, path, &record, NULL);
}

// The 8.3 name is that of the new name; the number "~1" is free again.
static void short_names(void)
{
	struct ntfs *n;
	struct disk *d = new_volume(&n);

	check(is_there(n, "a\\AFILEW~1.TXT"));
	check_ok(ntfs_rename(n, "a\\" LONG, "a\\A file with, again.txt", T1,
			     &err),
		 &err);
	check(is_there(n, "a\\AFILEW~1.TXT"));
	check_ok(ntfs_rename(n, "a\\AFILEW~1.TXT", "a\\SHORT.TXT", T1, &err),
		 &err);
	check(!is_there(n, "a\\AFILEW~1.TXT"));
	check(!is_there(n, "a\\A file with, again.txt"));
	// The 8.3 name of what is replaced leads to it too.
	check_ok(ntfs_rename(n, "a\\short.txt", "b\\ANOTHE~1.TXT", T1, &err),
		 &err);
	check(!is_there(n, "b\\" OTHER));
	check(is_there(n, "b\\ANOTHE~1.TXT"));
	end_volume(d, n);
}

static void what_stays(void)
{
	struct ntfs *n;
	struct disk *d = new_volume(&n);
	struct ntfs_stat before = stat_of(n, "a\\" LONG), after;

	check_ok(ntfs_rename(n, "a\\" LONG, "b\\x", T1, &err), &err);
	after = stat_of(n, "b\\x");
	check_eq(after.record, before.record);
	check_eq(after.sequence, before.sequence);
	check_eq(after.security_id, before.security_id);
	check_eq(after.created, T0);
	check_eq(after.modified, T0);
	check_eq(after.changed, T1);
	check_eq(stat_of(n, "a").modified, T1);
	check_eq(stat_of(n, "b").modified, T1);
	end_volume(d, n);
}

// Gives a file a second name, as Windows does: without an 8.3 one.
static void add_link(struct ntfs *n, const char *path, const char *folder)
{
	struct change_file f;
	uint64_t record, parent;
	le16 name[4];

	check_ok(ntfs_lookup(n, path, &record, &err), &err);
	check_ok(ntfs_lookup(n, folder, &parent, &err), &err);
	ntfs_operation_begin(ntfs_change_of(n));
	check_ok(ntfs_change_load(ntfs_change_of(n), record, &f, &err), &err);
	check_ok(ntfs_folder_add(&f, parent, name,
				 ntfs_ascii_units("LINK", name), T0, &err),
		 &err);
	check_ok(ntfs_change_store(&f, &err), &err);
	ntfs_change_done(&f);
	check_eq(ntfs_operation_end(ntfs_change_of(n), 0), 0);
	check_ok(ntfs_sync(n, &err), &err);
}

// Onto another name of the same file: the old one goes.
static void links(const char *folder, const char *link)
{
	struct ntfs *n;
	struct disk *d = new_volume(&n);

	add_link(n, "a\\" LONG, folder);
	check_ok(ntfs_rename(n, "a\\" LONG, link, T1, &err), &err);
	check(!is_there(n, "a\\" LONG) && !is_there(n, "a\\AFILEW~1.TXT"));
	check_eq(stat_of(n, link).links, 1);
	check_ok(ntfs_rename(n, link, "a\\below\\back", T1, &err), &err);
	check(!is_there(n, link));
	end_volume(d, n);
}

// A file with two names that is replaced keeps the other one.
static void replaced_link(void)
{
	struct ntfs *n;
	struct disk *d = new_volume(&n);

	add_link(n, "b\\" OTHER, "b");
	check_ok(ntfs_rename(n, "a\\" LONG, "b\\" OTHER, T1, &err), &err);
	check(is_there(n, "b\\LINK"));
	check(stat_of(n, "b\\LINK").record != stat_of(n, "b\\" OTHER).record);
	end_volume(d, n);
}

// A folder with two names, of which none is a cut's: the volume is not dirty.
static void two_names(void)
{
	struct ntfs *n;
	struct disk *d = new_volume(&n);

	add_link(n, "a\\below", "b");
	ntfs_close(n);
	check_ok(ntfs_open(d, &n, &err), &err);
	check_eq(ntfs_change_begin(n, &err),
		 err_corrupt(NULL, "", ERR_NOWHERE, "%s", ""));
	check(strstr(err.why, "folder-names"));
	err = (struct err){0};
	ntfs_close(n);
	disk_close(d);
}

int main(void)
{
	short_names();
	what_stays();
	links("a", "a\\LINK");
	links("b", "b\\LINK");
	replaced_link();
	two_names();
	return 0;
}
