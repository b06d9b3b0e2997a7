// SPDX-License-Identifier: MIT
//
// Opening a chain of disks in a made-up volume while the N-th allocation or read
// fails: the right error, nothing leaked, the output untouched. A parent that
// cannot be read is a failure, never "missing".

#include "chain.h"
#include "fault/fault.h"
#include "unit/libvdisk/model.h"

#define SIZE (1024 * K)

static const char *const paths[] = {"\\v\\c.vhd", "\\base\\b.vhd", "\\a.vhd"};
static struct disk *files[3];
static struct fault_plan *plan; // of all files, or NULL

static int find(const char *path)
{
	for (int i = 0; i < 3; i++)
		if (!strcmp(paths[i], path))
			return i;
	return -1;
}

static int identify(struct tree *t, const char *path, struct tree_id *ret,
		    struct err *err)
{
	int i = find(path);

	if (i < 0)
		return err_set(err, -ENOENT, path, ERR_NOWHERE, "none");
	*ret = (struct tree_id){1, (uint64_t)i};
	return 0;
}

static int open_file(struct tree *t, const char *path, unsigned flags,
		     struct disk **ret, struct err *err)
{
	struct disk *d = files[find(path)];

	if (!plan)
		return disk_slice(d, 0, d->size, ret, err);
	*ret = fault_disk(d, plan);
	(*ret)->read_only = flags & DISK_READ_ONLY;
	return 0;
}

static const struct tree_ops ops = {.identify = identify,
				    .open_file = open_file};
static struct tree volume = {.ops = &ops, .slash = '\\'};

static void make(int i, enum vdisk_format format, const char *relative,
		 const char *absolute)
{
	const struct kind kind = {
		format, i == 2 ? VDISK_DYNAMIC : VDISK_DIFFERENCING, 0, 512};
	struct vdisk_create c = create_of(&kind, SIZE);
	struct vdisk_info info;
	struct err err = {0};

	c.id.b[0] = (uint8_t)(i + 1);
	c.parent_relative = relative;
	c.parent_absolute = absolute;
	if (i < 2) {
		check_ok(vdisk_probe(files[i + 1], &info, &err), &err);
		c.parent_id = info.link_id;
	}
	files[i] = new_file();
	check_ok(vdisk_create(files[i], &c, &err), &err);
}

static int use(struct err *err)
{
	struct vdisk_chain *chain = NULL;
	uint8_t sector[512];
	int r = vdisk_chain_open(&volume, paths[0], NULL, DISK_READ_ONLY,
				 &chain, err);

	check(!r == (chain != NULL));
	if (!r)
		r = disk_read(chain->disk, 0, sector, 512, err);
	vdisk_chain_close(chain);
	return r;
}

static void fail_reads(void)
{
	for (int persistent = 0; persistent < 2; persistent++) {
		for (unsigned n = 1;; n++) {
			struct fault_plan p = {.fail_at = n,
					       .persistent = persistent};
			struct err err = {0};
			int r;

			plan = &p;
			r = use(&err);
			plan = NULL;
			check_eq(r, p.failed ? -EIO : 0);
			check_eq(err.code, r);
			if (!p.failed)
				break;
		}
	}
}

int main(void)
{
	static const enum vdisk_format formats[] = {VDISK_VHD, VDISK_VHDX};

	for (int i = 0; i < 2; i++) {
		make(2, formats[i], "", "");
		make(1, formats[i], "..\\nowhere\\a.vhd", "C:\\a.vhd");
		make(0, formats[i], "..\\base\\b.vhd", "C:\\nowhere.vhd");
		fault_mem_fails(use);
		fail_reads();
		for (int k = 0; k < 3; k++)
			disk_close(files[k]);
	}
	return 0;
}
