// SPDX-License-Identifier: MIT
//
// A differencing disk in an NTFS volume grows while the power goes: after each
// prefix of the log of writes the volume has at worst clusters that nothing
// uses, the chain opens, and what the guest flushed is there. And the N-th I/O
// fails: the guest is told, and both stay sound.

#include "chain.h"
#include "scene.h"

#define SIZE  (3u << 20) // of the virtual disk, in blocks of 512 KiB
#define STEPS 5

// Writes of the guest, a sector of each, and from which entry of the log on each
// is flushed.
static const uint32_t places[STEPS] = {100, 1200, 2300, 3400, 101};
static size_t flushed[STEPS];
static struct fault_operation operation;

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
	struct tree *v;

	check_ok(disk_memory(SPACE, 512, &d, &err), &err);
	check_ok(ntfs_format(d, &o, &err), &err);
	check_ok(disk_memory(0, 512, &p, &err), &err);
	check_ok(vdisk_create(p, &c, &err), &err);
	c.type = VDISK_DIFFERENCING;
	c.id.b[0] = 2;
	check_ok(disk_memory(0, 512, &child, &err), &err);
	check_ok(vdisk_create(child, &c, &err), &err);
	check_ok(volume_open(d, &v, &err), &err);
	check_ok(tree_begin(v, &err), &err);
	put_file(v, "\\p.vhd", p);
	put_file(v, "\\c.vhd", child);
	check_ok(tree_sync(v, &err), &err);
	tree_close(v);
	disk_close(child);
	disk_close(p);
	return d;
}

static int open_chain(struct tree *v, unsigned flags, struct vdisk_chain **ret,
		      struct err *e)
{
	return vdisk_chain_open(v, "\\c.vhd", NULL, flags, ret, e);
}

// What the guest does.
static int run(void *ctx, struct disk *d, struct err *e)
{
	struct vdisk_chain *chain;
	struct tree *v;
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
		if (!r && operation.log)
			flushed[i] = i % 2 ? operation.log->count : SIZE_MAX;
		if (r)
			vdisk_chain_close(chain);
	}
	if (!r) {
		r = vdisk_chain_finish(chain, e);
		vdisk_chain_close(chain);
	}
	tree_close(v);
	return r;
}

// Returns how many of the first writes must be there.
static unsigned safe_at(const struct fault_cut *cut)
{
	unsigned safe = 0;

	if (cut->count == cut->log->count)
		return STEPS;
	for (unsigned i = 0; i < STEPS; i++)
		if (flushed[i] <= cut->count)
			safe = i + 1;
	return safe;
}

// Checks volume and chain.
static void check_all(void *ctx, struct disk *d, const struct fault_cut *cut,
		      bool is_done)
{
	unsigned safe = cut ? safe_at(cut) : is_done ? STEPS : 0;
	struct vdisk_check found;
	struct vdisk_chain *chain;
	struct tree *v;
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
	tree_close(v);
}

static enum record_fate choose(void *cut, size_t index)
{
	return fault_draw(cut, index) == RECORD_KEEP ? RECORD_KEEP
						     : RECORD_DROP;
}

int main(void)
{
	operation = (struct fault_operation){.base = new_volume(),
					     .run = run,
					     .judge = check_all,
					     .choose = choose};
	fault_cut_each(&operation, 1, 3);
	fault_io_each(&operation, 1, true, true);
	disk_close(operation.base);
	return 0;
}
