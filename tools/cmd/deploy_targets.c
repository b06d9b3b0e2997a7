// SPDX-License-Identifier: MIT
//
// deploy: the disks that a deployment may be put on, a line each for a script:
//
//     /dev/nvme0n1 TAB 500107862016 TAB 465 GB TAB blank TAB nvme, Samsung SSD
//     980
//
// The place, its bytes, the size as people know it (by powers of 1024, as
// Windows shows it), what is on it ("blank", or what is known by its marks),
// and what else tells one disk from another. Those that are in use are not
// among them.

#include <stdio.h>

#include "cmd.h"
#include "deploy_disk.h"
#include "part.h"

static void size_text(uint64_t size, char text[32])
{
	if (size < UINT64_C(1) << 30)
		snprintf(text, 32, "%llu MB", (unsigned long long)size >> 20);
	else if (size < UINT64_C(10) << 40)
		snprintf(text, 32, "%llu GB", (unsigned long long)size >> 30);
	else
		snprintf(text, 32, "%llu TB", (unsigned long long)size >> 40);
}

// One that cannot be looked at may hold anything.
static void holds_text(const char *path, char text[PART_CONTENT_TEXT])
{
	struct part_content found;
	struct disk *disk;

	snprintf(text, PART_CONTENT_TEXT, "cannot be read");
	if (disk_open_file(path, DISK_READ_ONLY, &disk, NULL))
		return;
	if (!part_probe(disk, &found, NULL))
		snprintf(text, PART_CONTENT_TEXT, "%s",
			 found.name ? found.name : "blank");
	disk_close(disk);
}

int deploy_list_targets(void)
{
	char size[32], holds[PART_CONTENT_TEXT];
	struct inventory *inventory;
	struct err err = {0};

	if (inventory_read("", &inventory, &err))
		return cmd_fail("deploy", NULL, &err);
	for (size_t i = 0; i < inventory->count; i++) {
		const struct inventory_disk *d = &inventory->disks[i];

		if (d->in_use[0] || d->read_only || !d->size)
			continue;
		size_text(d->size, size);
		holds_text(d->path, holds);
		printf("%s\t%llu\t%s\t%s\t%s%s%s%s%s\n", d->path,
		       (unsigned long long)d->size, size, holds, d->bus,
		       d->model[0] ? ", " : "", d->model,
		       d->serial[0] ? ", " : "", d->serial);
	}
	inventory_free(inventory);
	return CMD_OK;
}
