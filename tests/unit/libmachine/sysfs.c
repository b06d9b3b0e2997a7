// SPDX-License-Identifier: MIT
//
// Small files of sysfs as they are found: with and without a line end or blanks,
// empty, longer than the buffer, missing; names in folders; buses by their paths.
#include <errno.h>

#include "libmachine/machine_priv.h"
#include "sysfs.h"

static void lines(void)
{
	static const struct {
		const char *text, *line;
		bool is_there;
	} cases[] = {
		{"QEMU NVMe Ctrl   \n", "QEMU NVMe Ctrl", true},
		{"  two words", "two words", true},
		{"first\nsecond\n", "first", true},
		{"\nsecond\n", "", false},
		{"   \n", "", false},
		{"", "", false},
		{"12345678901234567890", "123456789012345", true},
	};
	char buf[16];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		put("dir/file", cases[i].text);
		check_eq(machine_line(root, "dir/file", buf, sizeof(buf)),
			 cases[i].is_there);
		check(!strcmp(buf, cases[i].line));
	}
	strcpy(buf, "before");
	check(!machine_line(root, "dir/none", buf, sizeof(buf)) && !buf[0]);
}

static void numbers(void)
{
	static const struct {
		const char *text;
		uint64_t number;
	} cases[] = {
		{"4096\n", 4096}, {"18446744073709551615\n", UINT64_MAX},
		{"0\n", 0},       {"none\n", 0},
		{"", 0},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		put("dir/file", cases[i].text);
		check(machine_number(root, "dir/file") == cases[i].number);
	}
	check_eq(machine_number(root, "dir/none"), 0);
}

static int seen(void *ctx, const char *dir, const char *name)
{
	check(machine_has(dir, name));
	strcat(ctx, name);
	return !strcmp(name, "stop") ? -EINTR : 0;
}

static void folders(void)
{
	char dir[100], names[100] = "";

	snprintf(dir, sizeof(dir), "%s/many", root);
	check_eq(machine_each(dir, seen, names), -ENOENT);
	put("many/.hidden", "");
	check_eq(machine_each(dir, seen, names), 0);
	check(!names[0]);
	point("many/dangling", "nowhere"); // as a driver's link while it goes
	check_eq(machine_each(dir, seen, names), 0);
	check(!strcmp(names, "dangling"));
	check(machine_has(dir, ".hidden") && !machine_has(dir, "other"));
	put("many/stop", "");
	check_eq(machine_each(dir, seen, names), -EINTR);
}

static void buses(void)
{
	static const struct {
		const char *path, *bus;
	} cases[] = {
		{"/sys/devices/pci0000:00/0000:00:14.0/usb1/1-1/1-1:1.0/host6/"
		 "target6:0:0/6:0:0:0/block/sda",
		 "usb"},
		{"/sys/devices/pci0000:00/0000:00:1f.2/ata1/host0/block/sda",
		 "sata"},
		{"/sys/devices/pci0000:00/0000:01:00.0/nvme/nvme0/nvme0n1",
		 "nvme"},
		{"/sys/devices/pci0000:00/0000:00:1a.0/mmc_host/mmc0/block",
		 "mmc"},
		{"/sys/devices/pci0000:00/0000:00:05.0/virtio2/block/vda",
		 "virtio"},
		{"/sys/devices/pci0000:00/0000:02:00.0/host2/block/sdb",
		 "scsi"},
		// a disk behind a bridge hangs on USB, whatever the bridge is
		{"/sys/devices/pci0000:00/usb2/2-1/ata1/host3", "usb"},
	};
	char bus[16];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		machine_bus(cases[i].path, bus);
		check(!strcmp(bus, cases[i].bus));
	}
}

int main(void)
{
	check(mkdtemp(root));
	lines();
	numbers();
	folders();
	buses();
	remove_root();
	return 0;
}
