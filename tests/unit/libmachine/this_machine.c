// SPDX-License-Identifier: MIT
//
// What a made-up machine is: whether the mark is this start's own, how it was
// started, and whose disk a device is.
#include "machine.h"
#include "sysfs.h"

#define BOOT_ID "0a1b2c3d-0000-4000-8000-0123456789ab"

static void environment(void)
{
	static const char *const others[] = {"", "yes\n", BOOT_ID "0\n",
					     "0a1b2c3d\n"};

	check(!machine_is_environment(root));
	put("proc/sys/kernel/random/boot_id", BOOT_ID "\n");
	check(!machine_is_environment(root));
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		put("run/slipway/environment", others[i]);
		check(!machine_is_environment(root));
	}
	put("run/slipway/environment", BOOT_ID "\n");
	check(machine_is_environment(root));
	put("proc/sys/kernel/random/boot_id", "");
	put("run/slipway/environment", "");
	check(!machine_is_environment(root));
}

static void firmware(void)
{
	check(!machine_has_uefi(root));
	put("sys/firmware/efi/fw_platform_size", "64\n");
	check(machine_has_uefi(root));
}

// Of what is no block device of this machine there is no disk.
static void disks(void)
{
	char node[100], disk[80] = "none";
	unsigned number = 7;

	add_disk("nvme0n1", "pci0/nvme/nvme0", "259:0", "16777216\n");
	put("sys/devices/pci0/nvme/nvme0/block/nvme0n1/nvme0n1p3/partition",
	    "3\n");
	point("sys/class/block/nvme0n1p3",
	      "sys/devices/pci0/nvme/nvme0/block/nvme0n1/nvme0n1p3");
	point("sys/class/block/nvme0n1",
	      "sys/devices/pci0/nvme/nvme0/block/nvme0n1");
	put("dev/nvme0n1", "");
	put("dev/nvme0n1p3", "");
	snprintf(node, sizeof(node), "%s/dev/nvme0n1", root);
	check(!machine_disk_of(root, node, disk, &number));
	check(!machine_has_disk(root, node));
	check(!machine_disk_of(root, "/nowhere", disk, &number));
	put("dev/shm/nvme0n1p3", ""); // an image of that partition
	snprintf(node, sizeof(node), "%s/dev/shm/nvme0n1p3", root);
	check(!machine_disk_of(root, node, disk, &number));
	check(!strcmp(disk, "none") && number == 7);
	snprintf(node, sizeof(node), "%s/dev/nvme0n1", root);
	strcat(node, "p3");
	check(machine_disk_of(root, node, disk, &number));
	check(!strcmp(disk, "/dev/nvme0n1") && number == 3);
}

int main(void)
{
	check(mkdtemp(root));
	put("sys/block/.keep", "");
	environment();
	firmware();
	disks();
	remove_root();
	return 0;
}
