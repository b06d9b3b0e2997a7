// SPDX-License-Identifier: MIT
//
// Disks of a made-up machine, from a folder in the shape of sysfs and procfs.
#include "machine.h"
#include "sysfs.h"

static const struct inventory_disk *find(const struct inventory *inventory,
					 const char *path)
{
	for (size_t i = 0; i < inventory->count; i++)
		if (!strcmp(inventory->disks[i].path, path))
			return &inventory->disks[i];
	return NULL;
}

static void make_machine(void)
{
	check(mkdtemp(root));
	add_disk("nvme0n1", "pci0/0000:00:03.0/nvme/nvme0", "259:0",
		 "16777216\n");
	put("sys/devices/pci0/0000:00:03.0/nvme/nvme0/block/nvme0n1/device/"
	    "model",
	    "QEMU NVMe Ctrl   \n");
	put("sys/devices/pci0/0000:00:03.0/nvme/nvme0/block/nvme0n1/device/"
	    "serial",
	    "DEMO0001\n");
	put("sys/devices/pci0/0000:00:03.0/nvme/nvme0/block/nvme0n1/queue/"
	    "logical_block_size",
	    "4096\n");
	add_disk("sda", "pci0/usb1/1-1/host0", "8:0", "2000000\n");
	put("sys/devices/pci0/usb1/1-1/host0/block/sda/sda1/size", "100\n");
	point("sys/dev/block/8:1",
	      "sys/devices/pci0/usb1/1-1/host0/block/sda/sda1");
	put("sys/devices/pci0/usb1/idVendor", "1d6b\n"); // the root hub
	put("sys/devices/pci0/usb1/serial", "0000:00:14.0\n");
	put("sys/devices/pci0/usb1/1-1/idVendor", "0951\n");
	put("sys/devices/pci0/usb1/1-1/serial", "60A44C413A7A\n");
	add_disk("sde", "pci0/usb1/1-3/1-3:1.0/host5", "8:64", "2000000\n");
	put("sys/devices/pci0/usb1/1-3/idVendor", "0951\n"); // it has none
	add_disk("sdf", "pci0/usb1/1-4/1-4:1.0/host6/target6:0:0/6:0:0:0",
		 "8:80", "2000000\n");
	put("sys/devices/pci0/usb1/1-4/idVendor", "0951\n");
	put("sys/devices/pci0/usb1/1-4/serial", "of the bridge\n");
	put("sys/devices/pci0/usb1/1-4/1-4:1.0/host6/target6:0:0/6:0:0:0/block/"
	    "sdf/device/vpd_pg80",
	    "\1\200xxof the disk  ");
	add_disk("sdb", "pci0/ata2/host1", "8:16", "4000000\n");
	put("sys/devices/pci0/ata2/host1/block/sdb/sdb1/holders/dm-0", "");
	add_disk("sdc", "pci0/ata3/host2", "8:32", "4000000\n");
	add_disk("sdd", "pci0/usb1/1-2/host3", "8:48", "0\n"); // no card in it
	add_disk("mmcblk0", "pci0/mmc_host/mmc0/mmc0:0001", "179:0",
		 "900000\n");
	add_disk("mmcblk0boot0", "pci0/mmc_host/mmc0/mmc0:0001", "179:8",
		 "8192\n");
	put("sys/block/mmcblk0/diskseq", "9\n");
	add_disk("sr0", "pci0/ata4/host4", "11:0", "4000\n");
	add_disk("loop0", "virtual/block", "7:0", "100\n");
	put("proc/self/mountinfo",
	    "22 1 0:21 / /proc rw - proc proc rw\n"
	    "30 1 8:1 / /run/medium ro - vfat /dev/sda1 ro\n");
	put("proc/swaps", "Filename Type Size Used Priority\n"
			  "/dev/sdc2 partition 1000 0 -2\n");
}

int main(void)
{
	const struct inventory_disk *d;
	struct inventory *inventory;
	struct err err = {0};

	make_machine();
	check_ok(inventory_read(root, &inventory, &err), &err);
	check_eq(inventory->count, 7);
	d = find(inventory, "/dev/nvme0n1");
	check(d && d->size == UINT64_C(8) << 30 && d->sector_size == 4096);
	check(!strcmp(d->model, "QEMU NVMe Ctrl"));
	check(!strcmp(d->serial, "DEMO0001") && !strcmp(d->bus, "nvme"));
	check(!d->in_use[0]);
	d = find(inventory, "/dev/sda");
	check(d && !strcmp(d->bus, "usb") && d->sector_size == 512);
	check(!strcmp(d->in_use, "start medium, mounted at /run/medium"));
	check(!strcmp(d->serial, "60A44C413A7A"));
	d = find(inventory, "/dev/sde");
	check(d && !d->serial[0]); // the hub's is not its
	d = find(inventory, "/dev/sdf");
	check(d && !strcmp(d->serial, "ofthedisk"));
	d = find(inventory, "/dev/sdb");
	check(d && !d->serial[0]);
	check(d && !strcmp(d->bus, "sata"));
	check(!strcmp(d->in_use, "held by dm-0"));
	d = find(inventory, "/dev/sdc");
	check(d && !strcmp(d->in_use, "used as swap"));
	d = find(inventory, "/dev/mmcblk0");
	check(d && !strcmp(d->bus, "mmc") && d->sequence == 9);
	inventory_free(inventory);
	inventory_free(NULL);
	remove_root();
	check_eq(inventory_read("/nonexistent", &inventory, NULL), -ENOENT);
	return 0;
}
