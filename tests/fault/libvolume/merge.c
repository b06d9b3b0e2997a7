// SPDX-License-Identifier: MIT
//
// Two children in an NTFS volume are merged into the disk below them, whose file
// grows, and deleted, while the power goes: after each prefix of the log of
// writes the volume has at worst clusters that nothing uses, and what the chain
// shows is what it did. Where the volume is sound, asking again ends it. And the
// N-th write fails.

#include "chain.h"
#include "scene.h"

#define SIZE (3u << 20) // of the virtual disks, in blocks of 512 KiB

static const char *const names[] = {"\\r.vhd", "\\p.vhd", "\\b\\m.vhd",
				    "\\c.vhd"};
#define FILES 4

// Of each disk above the first one a sector, and one that the next one hides.
static const uint32_t own[] = {0, 100, 1200, 2300}, shared = 3400;

static void put_sector(struct disk *d, uint32_t sector, uint8_t byte)
{
	uint8_t data[512];

	memset(data, byte, sizeof(data));
	check_ok(disk_write(d, sector * 512u, data, 512, &err), &err);
}

static struct disk *new_volume(void)
{
	struct ntfs_build_options o = {.serial = 1, .cluster_size = 4096};
	struct vdisk_create c = {.format = VDISK_VHD,
				 .type = VDISK_DYNAMIC,
				 .size = SIZE,
				 .block_size = 512 << 10};
	struct disk *d, *files[FILES], *disks[FILES];
	char relative[16];
	struct tree *v;

	for (uint8_t i = 0; i < FILES; i++) {
		c.type = i ? VDISK_DIFFERENCING : VDISK_DYNAMIC;
		c.parent_id = c.id;
		c.id.b[0] = i + 1;
		snprintf(relative, sizeof(relative), "%s%s",
			 i == 2 ? ".." : ".", names[i ? i - 1 : 0]);
		c.parent_relative = c.parent_absolute = relative;
		check_ok(disk_memory(0, 512, &files[i], &err), &err);
		check_ok(vdisk_create(files[i], &c, &err), &err);
		check_ok(i ? vdisk_open_child(files[i], disks[i - 1],
					      &c.parent_id, &disks[i], &err)
			   : vdisk_open(files[i], &disks[i], &err),
			 &err);
		put_sector(disks[i], own[i], i + 1);
		put_sector(disks[i], shared, i + 1);
	}
	for (int i = FILES - 1; i >= 0; i--)
		end_disk(disks[i]);
	check_ok(disk_memory(SPACE, 512, &d, &err), &err);
	check_ok(ntfs_format(d, &o, &err), &err);
	check_ok(volume_open(d, &v, &err), &err);
	check_ok(tree_begin(v, &err), &err);
	check_ok(tree_mkdir_all(v, "\\b", 1, &err), &err);
	for (int i = 0; i < FILES; i++) {
		put_file(v, names[i], files[i]);
		disk_close(files[i]);
	}
	check_ok(tree_sync(v, &err), &err);
	tree_close(v);
	return d;
}

static int run(struct disk *d, struct err *e)
{
	const struct vdisk_merge m = {.depth = 2};
	struct tree *v;
	char *into = NULL;
	int r = volume_open(d, &v, e);

	if (r)
		return r;
	r = vdisk_merge(v, "\\c.vhd", &m, &into, e);
	if (!r)
		check(!strcmp(into, "\\p.vhd"));
	mem_free(into);
	tree_close(v);
	return r;
}

static bool is_there(struct tree *v, const char *path)
{
	uint64_t record;

	return !ntfs_lookup(volume_ntfs(v), path, &record, NULL);
}

static void check_sector(struct disk *d, uint32_t sector, uint8_t byte)
{
	uint8_t data[512];
	struct err e = {0};

	check_ok(disk_read(d, sector * 512u, data, 512, &e), &e);
	check_eq(data[0], byte);
	check(!memcmp(data, data + 1, 511));
}

// Reads all from the topmost disk that is left. Returns the leftovers of the
// volume.
static uint64_t check_all(struct disk *d, bool is_done)
{
	uint64_t leftovers = check_volume(d);
	struct vdisk_chain *chain;
	struct tree *v;
	struct err e = {0};
	bool has_top;

	check_ok(volume_open(d, &v, &e), &e);
	has_top = is_there(v, "\\c.vhd");
	// It goes last, but for the note.
	check(has_top || !is_there(v, names[2]));
	check(!is_done || (!has_top && !is_there(v, "\\c.vhd.merge")));
	check_ok(vdisk_chain_open(v, has_top ? "\\c.vhd" : "\\p.vhd", NULL,
				  DISK_READ_ONLY, &chain, &e),
		 &e);
	for (uint8_t i = 0; i < FILES; i++) {
		struct vdisk_check found;

		check_sector(chain->disk, own[i], i + 1);
		if (i < chain->count)
			check_ok(vdisk_check(chain->links[i].file, false,
					     &found, &e),
				 &e);
	}
	check_sector(chain->disk, shared, FILES);
	vdisk_chain_close(chain);
	// What lies below stays as it is.
	check_ok(vdisk_chain_open(v, "\\r.vhd", NULL, DISK_READ_ONLY, &chain,
				  &e),
		 &e);
	check_sector(chain->disk, shared, 1);
	check_sector(chain->disk, own[1], 0);
	vdisk_chain_close(chain);
	tree_close(v);
	return leftovers;
}

static void ask_again(struct disk *d)
{
	struct tree *v;
	struct err e = {0};
	bool is_gone;

	check_ok(volume_open(d, &v, &e), &e);
	is_gone = !is_there(v, "\\c.vhd") && !is_there(v, "\\c.vhd.merge");
	tree_close(v);
	if (!is_gone)
		check_ok(run(d, &e), &e);
	check_eq(check_all(d, true), 0);
}

static void cut_power(struct disk *base)
{
	struct record_log log = {0};
	struct disk *work = copy_disk(base);
	struct disk *d = record_disk(work, &log);
	unsigned again = 0;

	check_ok(run(d, &err), &err);
	check_eq(check_all(work, true), 0);
	check(log.count > 50);
	for (size_t n = 0; n <= log.count; n++) {
		for (unsigned round = 0; round < 2; round++) {
			struct disk *cut = copy_disk(base);

			seed = round * 77 + (uint32_t)n;
			record_replay(&log, n, cut, round ? fate : NULL, NULL);
			if (!check_all(cut, n == log.count && !round)) {
				ask_again(cut);
				again++;
			}
			disk_close(cut);
		}
	}
	check(again > 20);
	record_free(&log);
	disk_close(d);
	disk_close(work);
}

static void fail_io(struct disk *base)
{
	for (unsigned n = 1;; n++) {
		struct fault_plan plan = {
			.fail_at = n, .persistent = n % 2, .writes_only = true};
		struct disk *work = copy_disk(base);
		struct disk *d = fault_disk(work, &plan);
		struct err e = {0};
		int r = run(d, &e);

		disk_close(d);
		check(!r || (r == -EIO && e.code == -EIO));
		check_all(work, false);
		disk_close(work);
		if (!plan.failed)
			break;
	}
}

int main(void)
{
	struct disk *base = new_volume();

	cut_power(base);
	fail_io(base);
	disk_close(base);
	return 0;
}
