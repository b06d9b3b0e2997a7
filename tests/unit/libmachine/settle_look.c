// SPDX-License-Identifier: MIT
//
// One look at a made-up machine: what is on its way to become a disk, and what
// only looks so.
#include "machine.h"
#include "sysfs.h"

#define PCI  "sys/devices/pci0/0000:00:04.0/"
#define USB  PCI "usb1/1-1/1-1:1.0"
#define SATA "sys/devices/pci0/0000:00:1f.2/ata1/host0"

static struct settle_look look;

static void look_again(void)
{
	settle_look_at(root, &look);
	for (size_t i = 0; i < look.count && i < SETTLE_MAX_PENDING; i++)
		printf("%s [%s] %s\n", look.pending[i].name,
		       look.pending[i].bus, look.pending[i].why);
}

// Each case changes the machine; then so much is on its way.
static const struct {
	const char *script;
	size_t count;
	const char *name, *bus; // of the first, or NULL
} cases[] = {
	{"true", 0, NULL, NULL},
	// the environment's drivers; any other system has none of the loader
	{"mkdir -p run/slipway sys/kernel && echo 700 >sys/kernel/uevent_seqnum"
	 " && : >run/slipway/drivers",
	 1, "drivers", ""},
	{"echo 699 5.25 >run/slipway/drivers", 1, "drivers", ""},
	{"echo 700 5.25 >run/slipway/drivers", 0, NULL, NULL},
	{"echo 702 5.25 >run/slipway/drivers", 0, NULL, NULL},
	{"echo 'ahci 4 1 - Live 0x0' >proc/modules", 0, NULL, NULL},
	{"echo 'nvme 4 1 nvme_core, Loading 0x0' >>proc/modules", 1,
	 "driver nvme", ""},
	{"echo 'nvme 4 1 nvme_core, Live 0x0' >proc/modules", 0, NULL, NULL},
	// USB: a port, then an interface without a host, without a target
	{"mkdir -p " USB "/../1-0 " USB " sys/bus/usb/devices sys/drivers/hub"
	 " sys/drivers/usb-storage sys/drivers/uas sys/drivers/sd"
	 " && ln -s $PWD/" PCI "usb1 $PWD/" USB " sys/bus/usb/devices"
	 " && mkdir -p " PCI "usb1/1-0:1.0/usb1-port1"
	 " && ln -s $PWD/" PCI "usb1/1-0:1.0 sys/bus/usb/devices"
	 " && ln -s ../../../../../drivers/hub " PCI "usb1/1-0:1.0/driver"
	 " && echo 'not attached' >" PCI "usb1/1-0:1.0/usb1-port1/state",
	 0, NULL, NULL},
	{"echo powered >" PCI "usb1/1-0:1.0/usb1-port1/state", 1,
	 "USB port usb1-port1", "usb"},
	{"echo default >" PCI "usb1/1-0:1.0/usb1-port1/state", 1,
	 "USB port usb1-port1", "usb"},
	{"echo configured >" PCI "usb1/1-0:1.0/usb1-port1/state", 0, NULL,
	 NULL},
	{"echo 'Data Traveler' >" USB "/../product"
	 " && ln -s ../../../../../drivers/usb-storage " USB "/driver",
	 1, "USB device 1-1 (Data Traveler)", "usb"},
	{"mkdir " USB "/host6", 1, "USB device 1-1 (Data Traveler)", "usb"},
	{"mkdir -p " USB "/host6/target6:0:0/6:0:0:0", 0, NULL, NULL},
	{"rm -r " USB "/host6 && ln -sfn ../../x/uas " USB "/driver", 1,
	 "USB device 1-1 (Data Traveler)", "usb"},
	{"ln -sfn ../../x/ums-realtek " USB "/driver", 1,
	 "USB device 1-1 (Data Traveler)", "usb"},
	{"ln -sfn ../../x/usbhid " USB "/driver", 0, NULL, NULL},
	// SCSI: a disk that spins up; a RAID's member, a CD, a ready one are not
	{"mkdir -p " SATA "/target0/0:0:0:0 sys/bus/scsi/devices"
	 " && ln -s $PWD/" SATA "/target0/0:0:0:0 sys/bus/scsi/devices"
	 " && echo 0 >" SATA "/target0/0:0:0:0/type",
	 0, NULL, NULL},
	{"ln -s ../sd " SATA "/target0/0:0:0:0/driver"
	 " && echo ST1000 >" SATA "/target0/0:0:0:0/model",
	 1, "SCSI device 0:0:0:0 (ST1000)", "sata"},
	{"echo 5 >" SATA "/target0/0:0:0:0/type", 0, NULL, NULL},
	{"echo 14 >" SATA "/target0/0:0:0:0/type", 1, NULL, NULL},
	{"mkdir " SATA "/target0/0:0:0:0/block", 0, NULL, NULL},
	{"mkdir -p " SATA "/scsi_host/host0 sys/class/scsi_host"
	 " && ln -s $PWD/" SATA "/scsi_host/host0 sys/class/scsi_host"
	 " && echo recovery >" SATA "/scsi_host/host0/state",
	 1, "host0", "sata"},
	{"echo running >" SATA "/scsi_host/host0/state", 0, NULL, NULL},
	// NVMe: before and after its driver, and when it has failed
	{"mkdir -p sys/bus/pci/devices/0000:00:03.0"
	 " && echo 0x010802 >sys/bus/pci/devices/0000:00:03.0/class",
	 1, "NVMe controller at PCI 0000:00:03.0", "nvme"},
	{"ln -s ../nvme sys/bus/pci/devices/0000:00:03.0/driver"
	 " && mkdir -p sys/class/nvme/nvme0"
	 " && echo 'Fast Disk  ' >sys/class/nvme/nvme0/model"
	 " && echo new >sys/class/nvme/nvme0/state",
	 1, "NVMe controller nvme0 (Fast Disk)", "nvme"},
	{"echo connecting >sys/class/nvme/nvme0/state", 1, NULL, NULL},
	{"echo live >sys/class/nvme/nvme0/state", 0, NULL, NULL},
	{"echo dead >sys/class/nvme/nvme0/state", 1, NULL, NULL},
	{"echo live >sys/class/nvme/nvme0/state", 0, NULL, NULL},
	{"mkdir -p sys/bus/pci/devices/0000:00:07.0"
	 " && echo 0x010400 >sys/bus/pci/devices/0000:00:07.0/class",
	 0, NULL, NULL},
	// cards and machines that are virtual
	{"mkdir -p sys/bus/mmc/devices/mmc0:1/x && cd sys/bus/mmc/devices/mmc0:1"
	 " && echo SD >type && ln -s ../mmcblk driver",
	 1, "memory card mmc0:1", NULL},
	{"echo SDIO >sys/bus/mmc/devices/mmc0:1/type", 0, NULL, NULL},
	{"echo MMC >sys/bus/mmc/devices/mmc0:1/type"
	 " && mkdir sys/bus/mmc/devices/mmc0:1/block",
	 0, NULL, NULL},
	{"mkdir -p sys/bus/virtio/devices/virtio0 &&"
	 " cd sys/bus/virtio/devices/virtio0 && echo 0x0002 >device"
	 " && ln -s ../virtio_blk driver",
	 1, "virtio0", "virtio"},
	{"echo 0x0001 >sys/bus/virtio/devices/virtio0/device", 0, NULL, NULL},
};

// What comes or goes, or gets another size, changes the sum.
static void sums(void)
{
	static const char *const changes[] = {
		"mkdir sys/bus/usb/devices/2-1",
		"rmdir sys/bus/usb/devices/2-1",
		"mkdir sys/block/sdz",
		"echo 4096 >sys/block/sdz/size",
		"mv sys/block/sdz sys/block/sdy",
		"mkdir sys/class/nvme/nvme1",
		"echo live >sys/class/nvme/nvme1/state",
		"mkdir sys/bus/pci/devices/0000:00:09.0",
		"mkdir sys/bus/scsi/devices/host7",
	};
	uint64_t before;

	look_again();
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		before = look.devices;
		look_again();
		check(look.devices == before);
		run(changes[i]);
		look_again();
		check(look.devices != before);
	}
}

int main(void)
{
	check(mkdtemp(root));
	run("mkdir -p proc sys/block");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		printf("-- %zu: %s\n", i, cases[i].script);
		run(cases[i].script);
		look_again();
		check_eq(look.count, cases[i].count);
		check(!cases[i].name ||
		      !strcmp(look.pending[0].name, cases[i].name));
		check(!cases[i].bus ||
		      !strcmp(look.pending[0].bus, cases[i].bus));
	}
	check_eq(look.last_event, 5250);
	sums();
	// more than there is room for are counted
	run("for i in 1 2 3 4 5 6 7 8 9 10; do mkdir sys/class/nvme/nvme1$i; done");
	look_again();
	check_eq(look.count, 10);
	remove_root();
	settle_look_at(root, &look);
	check(!look.count && !look.devices);
	return 0;
}
