// SPDX-License-Identifier: MIT
//
// The one disk that a rule means: chosen, and confirmed as the same one later.
#include "machine.h"
#include "test.h"

static struct inventory_disk disks[] = {
	{.path = "/dev/nvme0n1",
	 .sys_path = "/sys/devices/pci0/nvme/nvme0n1",
	 .model = "QEMU NVMe Ctrl",
	 .serial = "S1",
	 .bus = "nvme",
	 .size = UINT64_C(8) << 30},
	{.path = "/dev/sda",
	 .model = "Stick",
	 .serial = "U1",
	 .bus = "usb",
	 .size = UINT64_C(16) << 30,
	 .in_use = "mounted at /run/medium"},
	{.path = "/dev/sdb",
	 .model = "ST1000",
	 .serial = "D1",
	 .bus = "sata",
	 .size = UINT64_C(1000) << 30},
};

static int choose(struct disk_rule rule, const char **ret)
{
	const struct inventory inventory = {disks, 3};
	const struct inventory_disk *d = NULL;
	struct err err = {0};
	int r;

	if (!rule.size_max)
		rule.size_max = UINT64_MAX;
	r = inventory_choose(&inventory, &rule, &d, &err);
	*ret = r ? err.why : d->path;
	if (r) {
		static char why[256];

		strcpy(why, err.why);
		*ret = why;
	}
	return r;
}

// The same disk must still be the only one: before anything is written.
static void confirm(void)
{
	struct disk_rule rule = {.bus = (char[]){"nvme"},
				 .size_max = UINT64_MAX};
	struct inventory_disk now[2] = {disks[0], disks[2]};
	const struct inventory inventory = {now, 2};
	struct err err = {0};

	check_ok(inventory_confirm(&inventory, &rule, &disks[0], &err), &err);
	strcpy(now[1].bus, "nvme"); // a second one has come
	check_eq(inventory_confirm(&inventory, &rule, &disks[0], NULL),
		 -EEXIST);
	strcpy(now[1].bus, "sata");
	strcpy(now[0].bus, "usb"); // gone
	check_eq(inventory_confirm(&inventory, &rule, &disks[0], NULL),
		 -ENOENT);
	now[0] = disks[0];
	strcpy(now[0].in_use, "mounted at /mnt");
	check_eq(inventory_confirm(&inventory, &rule, &disks[0], NULL), -EBUSY);
	for (int i = 0; i < 5; i++) { // another one under the same name
		now[0] = disks[0];
		switch (i) {
		case 0:
			strcpy(now[0].serial, "S2");
			break;
		case 1:
			strcpy(now[0].sys_path, "/sys/devices/other");
			break;
		case 2:
			now[0].size += 512;
			break;
		case 3:
			now[0].sequence++;
			break;
		case 4:
			strcpy(now[0].path, "/dev/nvme1n1");
			break;
		}
		err = (struct err){0};
		check_eq(inventory_confirm(&inventory, &rule, &disks[0], &err),
			 -ESTALE);
		check(strstr(err.why, "nothing was written"));
	}
}

int main(void)
{
	const char *s;

	check_eq(choose((struct disk_rule){.bus = (char[]){"nvme"}}, &s), 0);
	check(!strcmp(s, "/dev/nvme0n1"));
	check_eq(choose((struct disk_rule){.model = (char[]){"qemu*"}}, &s), 0);
	check_eq(choose((struct disk_rule){.serial = (char[]){"D1"}}, &s), 0);
	check(!strcmp(s, "/dev/sdb"));
	check_eq(choose((struct disk_rule){.path = (char[]){"/sys/*/pci0/*"}},
			&s),
		 0);
	check_eq(choose((struct disk_rule){.size_min = UINT64_C(100) << 30},
			&s),
		 0);
	check(!strcmp(s, "/dev/sdb"));
	// none, several, in use: never a guess
	check_eq(choose((struct disk_rule){.serial = (char[]){"X"}}, &s),
		 -ENOENT);
	check(strstr(s, "/dev/sda (usb"));
	check_eq(choose((struct disk_rule){.size_min = UINT64_C(8) << 30}, &s),
		 -EEXIST);
	check(strstr(s, "3 disks match"));
	check_eq(choose((struct disk_rule){.bus = (char[]){"usb"}}, &s),
		 -EBUSY);
	check(strstr(s, "mounted at /run/medium"));
	confirm();
	return 0;
}
