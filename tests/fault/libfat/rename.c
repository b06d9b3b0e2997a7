// SPDX-License-Identifier: MIT
//
// Names given anew on a FAT volume while allocations and I/Os fail and the power
// goes: the file has its old name or the new one, for a moment both, and what is
// replaced is there old or new. The next change leaves one name.

#include "fault/fault.h"
#include "fat.h"
#include "test.h"

#define SIZE ((uint64_t)300 << 10)

#define FROM   "A\\a file with a long name that is the source of all of this.txt"
#define OVER   "A\\a file with a long name that is the target of some of this.txt"
#define BESIDE "A\\B.TXT"
#define NEW    "B\\a name that nobody has.txt"
#define CASE   "A\\A FILE with a long name that is the source of all of this.txt"
#define FOLDER "A\\a folder with a long name"
#define BELOW  "B\\the folder, moved"

static const struct change {
	const char *from, *to;
	bool is_folder, is_over;
} changes[] = {
	{FROM, OVER, false, true},
	{FROM, BESIDE, false, false},
	{FROM, NEW, false, false},
	{FROM, CASE, false, false},
	{"A\\C", "A\\D", false, false}, // in one sector
	{FOLDER, "A\\it", true, false},
	{FOLDER, BELOW, true, false},
	{"B", "A\\a folder with a long name\\empty", true, true},
};

static void put(struct fat *f, const char *path)
{
	struct err err = {0};

	check_ok(fat_write_file(f, path, path, (uint32_t)strlen(path), 0, 0,
				&err),
		 &err);
}

static struct disk *new_volume(void)
{
	struct fat_format_options o = {.bits = 12, .cluster_size = 512};
	struct err err = {0};
	struct disk *d;
	struct fat *f;

	check_ok(disk_memory(SIZE, 512, &d, &err), &err);
	check_ok(fat_format(d, &o, &err), &err);
	check_ok(fat_open(d, &f, &err), &err);
	check_ok(fat_mkdir_all(f, "B", 7, &err), &err);
	check_ok(fat_mkdir_all(f, FOLDER "\\empty", 0, &err), &err);
	put(f, "A\\C");
	put(f, FROM);
	put(f, OVER);
	put(f, FOLDER "\\x");
	check_ok(fat_sync(f, &err), &err);
	fat_close(f);
	return d;
}

static int run(void *ctx, struct disk *d, struct err *err)
{
	const struct change *c = ctx;
	struct fat *f;
	int r = fat_open(d, &f, err);

	if (r)
		return r;
	r = fat_rename(f, c->from, c->to, err);
	fat_close(f);
	return r;
}

// --- What must hold ----------------------------------------------------------

// Tells whether a path has a folder, or a file with some content.
static bool has(struct fat *f, const char *path, const char *content)
{
	struct err err = {0};
	struct fat_stat stat;
	bool is_it;
	size_t size;
	void *data;
	int r = content ? fat_read_file(f, path, 1000, &data, &size, &err)
			: fat_stat(f, path, &stat, &err);

	if (r == -ENOENT || r == -ENOTDIR)
		return false;
	check_ok(r, &err);
	if (!content)
		return stat.is_directory;
	is_it = size == strlen(content) && !memcmp(data, content, size);
	mem_free(data);
	return is_it;
}

static void check_names(struct fat *f, const struct change *c, bool is_mended)
{
	bool from, to;

	from = has(f, c->from, c->is_folder ? NULL : c->from);
	to = has(f, c->to, c->is_folder ? NULL : c->from);
	check(from || to);
	if (c->is_over && !c->is_folder)
		check(to || has(f, c->to, c->to));
	if (is_mended && strcmp(c->to, CASE) && !(c->is_over && c->is_folder))
		check(from != to);
	if (!strcmp(c->from, FOLDER))
		check(has(f, to ? BELOW "\\x" : FOLDER "\\x", FOLDER "\\x") ||
		      has(f, "A\\it\\x", FOLDER "\\x"));
}

static void check_mended(struct disk *d, const struct change *c)
{
	struct fat_check_result result;
	struct err err = {0};
	struct fat *f;

	check_ok(fat_open(d, &f, &err), &err);
	put(f, "next");
	check_ok(fat_sync(f, &err), &err);
	check_names(f, c, true);
	fat_close(f);
	check_ok(fat_open(d, &f, &err), &err);
	check_ok(fat_check(f, &result, &err), &err);
	check(!result.lost_clusters && !result.twins);
	check_names(f, c, true);
	fat_close(f);
}

static const char *dump_folder;
static unsigned dumped;

static void check_volume(void *ctx, struct disk *d, const struct fault_cut *cut,
			 bool is_done)
{
	const struct change *c = ctx;
	struct fat_check_result result;
	struct disk *copy;
	struct err err = {0};
	struct fat *f;

	check_ok(fat_open(d, &f, &err), &err);
	check_ok(fat_check(f, &result, &err), &err);
	check(!is_done || !result.twins);
	check_names(f, c, is_done);
	fat_close(f);
	copy = fault_copy(d);
	check_mended(copy, c);
	if (dump_folder)
		fault_keep(copy, dump_folder, "mended", dumped++);
	disk_close(copy);
}

//     rename FOLDER
//
// puts the volumes there, as they are after the next change, for judges.
int main(int argc, char **argv)
{
	struct fault_operation o = {.run = run, .judge = check_volume};

	dump_folder = argc == 2 ? argv[1] : NULL;
	o.base = new_volume();
	for (size_t i = 0; i < sizeof(changes) / sizeof(*changes); i++) {
		o.ctx = (void *)(uintptr_t)&changes[i];
		fault_cut_each(&o, 1, dump_folder ? 1 : 4);
		if (dump_folder)
			continue;
		fault_io_each(&o, 1, false, false);
		fault_mem_each_on(&o, 1);
	}
	disk_close(o.base);
	return 0;
}
