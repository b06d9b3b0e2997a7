// SPDX-License-Identifier: MIT
//
// Lines of mountinfo and swaps that name their disk in other ways than by the
// number of a device; see inventory.c for those.
#include "libmachine/machine_priv.h"
#include "sysfs.h"

static const struct {
	const char *mounts, *swaps, *in_use[3]; // of sda, sdaa, nvme0n1
} cases[] = {
	{"", "", {"", "", ""}},
	{"30 1 0:35 / /data rw shared:1 - btrfs /dev/sda2 rw\n",
	 "",
	 {"mounted at /data", "", ""}},
	{"30 1 0:35 / /data rw - btrfs /dev/sdaa rw\n",
	 "",
	 {"", "mounted at /data", ""}},
	{"30 1 0:35 /@ / rw - btrfs /dev/nvme0n1p3 rw\n",
	 "",
	 {"", "", "mounted at /"}},
	{"30 1 0:35 / /x rw - tmpfs sda rw\n"
	 "31 1 0:36 / /y rw - fuse /dev/sda2x rw\n"
	 "32 1 0:37 / /z rw - fuse /dev/nvme0n10 rw\n",
	 "",
	 {"", "", ""}},
	{"broken\n31 1\n32 1 0:36 / /y rw -\n", "", {"", "", ""}},
	{"",
	 "Filename Type Size\n/dev/sdaa2 partition 1\n",
	 {"", "used as swap", ""}},
	{"",
	 "Filename Type Size\n/dev/nvme0n1p1\tpartition 1\n/swap file 2\n",
	 {"", "", "used as swap"}},
};

int main(void)
{
	check(mkdtemp(root));
	run("mkdir -p sys/block");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct inventory_disk disks[] = {{.path = "/dev/sda"},
						 {.path = "/dev/sdaa"},
						 {.path = "/dev/nvme0n1"}};
		struct inventory inventory = {disks, 3};

		put("proc/self/mountinfo", cases[i].mounts);
		put("proc/swaps", cases[i].swaps);
		check(!inventory_mark_used(root, &inventory, NULL));
		for (int k = 0; k < 3; k++) {
			printf("%zu %s: %s\n", i, disks[k].path,
			       disks[k].in_use);
			check(!strcmp(disks[k].in_use, cases[i].in_use[k]));
		}
	}
	remove_root();
	return 0;
}
