// SPDX-License-Identifier: MIT
//
// Partitions of addresses as devices of boot stores.

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bcd_place.h"
#include "machine.h"

#define WHOLE_DISK 96u // "/dev/nvme0n1@2"

void bcd_place_partition(const struct place_level *level,
			 struct bcd_device *ret)
{
	*ret = (struct bcd_device){
		.kind = BCD_DEVICE_PARTITION,
		.table = level->style == PART_GPT ? BCD_TABLE_GPT
						  : BCD_TABLE_MBR,
		.partition = level->part.id,
		.disk = level->disk_id,
		.signature = level->mbr_signature,
		.offset = level->part.start,
	};
}

// Builds the device of the last of n levels.
static int build(const struct place_level *l, size_t n, const char *text,
		 struct bcd_device *ret, struct err *err)
{
	struct bcd_device *file, *host;
	int r;

	if (!n || l[n - 1].kind != PLACE_PARTITION)
		return err_set(err, -EINVAL, text, ERR_NOWHERE,
			       "this is no partition: DISK@N is needed");
	bcd_place_partition(&l[n - 1], ret);
	if (n < 3 || l[n - 2].kind != PLACE_VIRTUAL)
		return 0;
	file = mem_alloc(sizeof(*file));
	host = mem_alloc(sizeof(*host));
	ret->host = file;
	if (!file || !host) {
		mem_free(host);
		return err_nomem(err);
	}
	file->kind = BCD_DEVICE_FILE;
	file->host = host;
	file->path = mem_strdup(l[n - 3].path);
	r = build(l, n - 3, text, host, err);
	return r || file->path ? r : err_nomem(err);
}

// Turns the node of a partition ("/dev/sda2") into "/dev/sda@2". Returns false when
// it is no such node.
static bool name_on_disk(const char *node, char ret[WHOLE_DISK])
{
	char disk[80];
	unsigned number;

	if (!machine_disk_of("", node, disk, &number))
		return false;
	snprintf(ret, WHOLE_DISK, "%s@%u", disk, number);
	return true;
}

char *bcd_place_address(const char *text)
{
	char disk[WHOLE_DISK], *address;
	struct address_parts parts;
	const char *path;
	size_t size;

	// what is no address is told by who opens it
	if (address_split(text, &parts, NULL))
		return mem_strdup(text);
	path = name_on_disk(parts.path, disk) ? disk : parts.path;
	size = strlen(path) + strlen(parts.rest) + 1;
	address = mem_alloc(size);
	if (address)
		snprintf(address, size, "%s%s", path, parts.rest);
	address_parts_done(&parts);
	return address;
}

int bcd_place_resolve(void *ctx, const char *text, struct bcd_device *ret,
		      struct err *err)
{
	char disk[WHOLE_DISK];
	struct err found = {0};
	struct place *place;
	struct address_parts parts;
	int r = address_split(text, &parts, &found);

	(void)ctx;
	// what a letter does not stand for is no form of the store's either
	if (r == -ENOENT && text[1] != ':')
		return r;
	if (r)
		return err_pass(err, r == -ENOENT ? -EINVAL : r, &found);
	r = !*parts.rest && access(parts.path, F_OK) ? -ENOENT : 0;
	if (!*parts.rest && name_on_disk(parts.path, disk))
		text = disk;
	address_parts_done(&parts);
	if (r)
		return r;
	r = address_open(text, 0, &place, &found);
	if (r)
		return err_pass(err, r == -ENOENT ? -EINVAL : r, &found);
	r = build(place->levels, place->level_count, text, ret, err);
	address_close(place);
	return r;
}
