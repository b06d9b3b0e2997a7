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

#include "../cmd.h"
#include "choose.h"
#include "volume.h"

static bool has_windows(struct disk *part)
{
	struct tree_stat stat;
	struct tree *v;
	bool found;

	if (volume_open(part, &v, NULL))
		return false;
	found = !tree_stat(v, "\\Windows\\System32\\config\\SYSTEM", &stat,
			   NULL);
	tree_close(v);
	return found;
}

static bool has_windows_partition(struct disk *disk)
{
	struct part_table *table;
	struct disk *part;
	bool found = false;

	if (part_table_read(disk, &table, NULL))
		return false;
	for (size_t i = 0; i < table->count && !found; i++) {
		if (part_open(disk, table->parts[i].number, &part, NULL))
			continue;
		found = has_windows(part);
		disk_close(part);
	}
	part_table_free(table);
	return found;
}

// One that cannot be looked at may hold anything.
void deploy_holds(const char *path, char text[DEPLOY_HOLDS_TEXT])
{
	struct part_content found;
	struct disk *disk;

	snprintf(text, DEPLOY_HOLDS_TEXT, "cannot be read");
	if (disk_open_file(path, DISK_READ_ONLY, &disk, NULL))
		return;
	if (!part_probe(disk, &found, NULL))
		snprintf(text, DEPLOY_HOLDS_TEXT, "%s%s",
			 part_is_table(&found) && has_windows_partition(disk)
				 ? "Windows, "
				 : "",
			 found.name ? found.name : "blank");
	disk_close(disk);
}

int deploy_list_targets(void)
{
	char size[SIZE_TEXT], holds[DEPLOY_HOLDS_TEXT];
	struct inventory *inventory;
	struct err err = {0};

	if (inventory_read("", &inventory, &err))
		return cmd_fail("deploy", NULL, &err);
	for (size_t i = 0; i < inventory->count; i++) {
		const struct inventory_disk *d = &inventory->disks[i];

		if (d->in_use[0] || d->read_only || !d->size)
			continue;
		size_text(d->size, size);
		deploy_holds(d->path, holds);
		printf("%s\t%llu\t%s\t%s\t%s%s%s%s%s\n", d->path,
		       (unsigned long long)d->size, size, holds, d->bus,
		       d->model[0] ? ", " : "", d->model,
		       d->serial[0] ? ", " : "", d->serial);
	}
	inventory_free(inventory);
	return CMD_OK;
}
