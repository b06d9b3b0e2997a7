// SPDX-License-Identifier: MIT
//
// The boot sector, which says how large a volume is, and its copy in the last sector
// of the partition (Linux-NTFS documentation, "$Boot").

#include "resize.h"

int ntfs_resize_read_boot(struct resize *z, struct ntfs_boot_disk *ret,
			  struct err *err)
{
	return disk_read(z->c->base, 0, ret, sizeof(*ret), err);
}

uint64_t ntfs_resize_sectors(const struct ntfs_boot_disk *boot, uint64_t size)
{
	uint64_t sectors = size / get_le16(boot->sector_size);

	return sectors ? sectors - 1 : 0;
}

uint64_t ntfs_resize_clusters(const struct ntfs *n,
			      const struct ntfs_boot_disk *boot,
			      uint64_t sectors)
{
	return sectors / (n->info.cluster_size / get_le16(boot->sector_size));
}

int ntfs_resize_write_boot(struct resize *z, const struct ntfs_boot_disk *boot,
			   struct err *err)
{
	struct disk *d = z->c->base;
	uint64_t copy = get_le64(boot->sectors) * get_le16(boot->sector_size);
	int r = disk_write(d, copy, boot, sizeof(*boot), err);

	if (!r)
		r = disk_flush(d, err);
	if (!r)
		r = disk_write(d, 0, boot, sizeof(*boot), err);
	return r ? r : disk_flush(d, err);
}

int ntfs_resize_switch(struct resize *z, uint64_t sectors, struct err *err)
{
	struct ntfs_boot_disk boot;
	int r = ntfs_resize_read_boot(z, &boot, err);

	if (r)
		return r;
	boot.sectors = to_le64(sectors);
	r = ntfs_resize_write_boot(z, &boot, err);
	if (r)
		return r;
	z->n->info.size = sectors * get_le16(boot.sector_size);
	z->n->info.clusters = ntfs_resize_clusters(z->n, &boot, sectors);
	return ntfs_clusters_open(z->c, z->n->info.clusters, err);
}
