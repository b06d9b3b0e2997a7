// SPDX-License-Identifier: MIT
//
// A differencing disk in an NTFS volume grows while the power goes: after each
// prefix of the log of writes the volume has at worst clusters that nothing
// uses, the chain opens, and what the guest flushed is there. And the N-th I/O
// fails: the guest is told, and both stay sound.

#include "scene.h"

#define SIZE  (3u << 20) // of the virtual disk, in blocks of 512 KiB
#define STEPS 5

// Writes of the guest, a sector of each; flushed are those before `flushed`.
static const uint32_t places[STEPS] = {100, 1200, 2300, 3400, 101};

static struct disk *new_volume(void)
{
	struct ntfs_build_options o = {.serial = 1, .cluster_size = 4096};
	struct vdisk_create c = {.format = VDISK_VHD,
				 .type = VDISK_DYNAMIC,
				 .size = SIZE,
				 .block_size = 512 << 10,
				 .id = {{1}},
				 .parent_id = {{1}},
				 .parent_absolute = "C:\\p.vhd",
				 .parent_relative = ".\\p.vhd"};
	struct disk *d, *p, *child;
	struct volume *v;

	check_ok(disk_memory(SPACE, 512, &d, &err), &err);
	check_ok(ntfs_format(d, &o, &err), &err);
	check_ok(disk_memory(0, 512, &p, &err), &err);
	check_ok(vdisk_create(p, &c, &err), &err);
	c.type = VDISK_DIFFERENCING;
	c.id.b[0] = 2;
	check_ok(disk_memory(0, 512, &child, &err), &err);
	check_ok(vdisk_create(child, &c, &err), &err);
	check_ok(volume_open(d, &v, &err), &err);
	check_ok(volume_change_begin(v, &err), &err);
	put_file(v, "\\p.vhd", p);
	put_file(v, "\\c.vhd", child);
	check_ok(volume_sync(v, &err), &err);
	volume_close(v);
	disk_close(child);
	disk_close(p);
	return d;
}

static int open_chain(struct volume *v, unsigned flags,
		      struct vdisk_chain **ret, struct err *e)
{
	struct vdisk_files files = address_files(v);

	return vdisk_chain_open_in(&files, "\\c.vhd", NULL, flags, ret, e);
}

// What the guest does. `log` tells when each flush was done.
static int run(struct disk *d, const struct record_log *log, size_t *flushed,
	       struct err *e)
{
	struct vdisk_chain *chain;
	struct volume *v;
	int r = volume_open(d, &v, e);

	if (r)
		return r;
	r = open_chain(v, 0, &chain, e);
	for (unsigned i = 0; i < STEPS && !r; i++) {
		uint8_t sector[512];

		memset(sector, (int)i + 1, sizeof(sector));
		r = disk_write(chain->disk, places[i] * 512u, sector, 512, e);
		if (!r && i % 2)
			r = disk_flush(chain->disk, e);
		if (!r && log)
			flushed[i] = i % 2 ? log->count : SIZE_MAX;
		if (r)
			vdisk_chain_close(chain);
	}
	if (!r)
		vdisk_chain_close(chain);
	volume_close(v);
	return r;
}

// Checks volume and chain; the first `safe` writes must be there.
static void check_all(struct disk *d, unsigned safe)
{
	struct vdisk_check found;
	struct vdisk_chain *chain;
	struct volume *v;
	struct err e = {0};

	check_volume(d);
	check_ok(volume_open(d, &v, &e), &e);
	check_ok(open_chain(v, DISK_READ_ONLY, &chain, &e), &e);
	for (unsigned i = 0; i < STEPS; i++) {
		uint8_t sector[512];

		check_ok(disk_read(chain->disk, places[i] * 512u, sector, 512,
				   &e),
			 &e);
		check(sector[0] == i + 1 || (i >= safe && !sector[0]));
		check(!memcmp(sector, sector + 1, 511));
	}
	check_ok(vdisk_check(chain->links[0].file, false, &found, &e), &e);
	vdisk_chain_close(chain);
	volume_close(v);
}

static void cut_power(struct disk *base)
{
	size_t flushed[STEPS] = {0};
	struct record_log log = {0};
	struct disk *work = copy_disk(base);
	struct disk *d = record_disk(work, &log);

	check_ok(run(d, &log, flushed, &err), &err);
	check(log.count > 20);
	for (size_t n = 0; n <= log.count; n++) {
		unsigned safe = n == log.count ? STEPS : 0;

		for (unsigned i = 0; i < STEPS; i++)
			if (flushed[i] <= n && safe < i + 1)
				safe = i + 1;
		for (unsigned round = 0; round < 3; round++) {
			struct disk *cut = copy_disk(base);

			seed = round * 77 + (uint32_t)n;
			record_replay(&log, n, cut, round ? fate : NULL, NULL);
			check_all(cut, safe);
			disk_close(cut);
		}
	}
	record_free(&log);
	disk_close(d);
	disk_close(work);
}

static void fail_io(struct disk *base)
{
	for (int persistent = 0; persistent < 2; persistent++) {
		for (unsigned n = 1;; n++) {
			struct fault_plan plan = {.fail_at = n,
						  .persistent = persistent,
						  .writes_only = true};
			struct disk *work = copy_disk(base);
			struct disk *d = fault_disk(work, &plan);
			struct err e = {0};
			int r = run(d, NULL, NULL, &e);

			disk_close(d);
			check(!r || (r == -EIO && e.code == -EIO));
			check_all(work, 0);
			disk_close(work);
			if (!plan.failed)
				break;
		}
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
