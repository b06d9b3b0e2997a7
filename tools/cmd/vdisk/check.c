// SPDX-License-Identifier: MIT
//
// vdisk check and vdisk map.

#include <inttypes.h>
#include <stdio.h>

#include "address.h"
#include "vdisk.h"
#include "vdisk_cmd.h"

static int print_check(const char *address, const struct vdisk_check *c,
		       bool is_vhdx)
{
	const char *colon = err_colon(address);
	bool bad = c->footer_lost || c->copy_differs || c->needs_replay;

	if (c->footer_lost)
		printf("%s%sthe footer is damaged\n", address, colon);
	if (c->copy_differs && !c->footer_lost)
		printf("%s%sthe copy of the %s is damaged\n", address, colon,
		       is_vhdx ? "header or of the region table" : "footer");
	if (c->needs_replay)
		printf("%s%sit was not closed, its log is to be replayed\n",
		       address, colon);
	if (c->repaired)
		printf("%s%srepaired\n", address, colon);
	printf("%s%s%" PRIu64 " blocks, %" PRIu64 " bytes unused", address,
	       colon, c->blocks, c->unused);
	if (c->lost)
		printf(", %" PRIu64 " of them lost at the end%s", c->lost,
		       c->repaired ? ", cut off" : "");
	putchar('\n');
	return bad && !c->repaired ? CMD_FAILED : CMD_OK;
}

int vdisk_cmd_check(int argc, char **argv)
{
	struct cmd_switch table[] = {{"repair", false, NULL}, {0}};
	struct vdisk_check check;
	struct vdisk_info info;
	struct place *place;
	struct err err = {0};
	int count, r;

	if (cmd_switches(argc, argv, table, &count))
		return CMD_MISUSE;
	if (count != 1)
		return cmd_misuse("vdisk", "check: which virtual disk?");
	r = address_open(argv[1],
			 ADDRESS_FILE | (table[0].value ? ADDRESS_WRITE : 0),
			 &place, &err);
	if (r)
		return cmd_fail("vdisk", argv[1], &err);
	r = vdisk_check(place->disk, table[0].value, &check, &err);
	if (!r)
		r = vdisk_probe(place->disk, &info, &err);
	if (!r)
		r = address_finish(place, &err);
	cmd_place_close(place);
	return r ? cmd_fail("vdisk", argv[1], &err)
		 : print_check(argv[1], &check, info.format == VDISK_VHDX);
}

static int print_map(struct disk *d, struct err *err)
{
	uint64_t off = 0, n = 0;
	int r = 0;

	for (; off < d->size && !r; off += n) {
		bool data;

		r = disk_map(d, off, d->size - off, &n, &data, err);
		if (!r)
			printf("%" PRIu64 " %" PRIu64 " %s\n", off, n,
			       data ? "data" : "zero");
	}
	return r;
}

int vdisk_cmd_map(int argc, char **argv)
{
	struct cmd_switch table[] = {{0}};
	struct place *place;
	struct err err = {0};
	int count, r;

	if (cmd_switches(argc, argv, table, &count))
		return CMD_MISUSE;
	if (count != 1)
		return cmd_misuse("vdisk", "map: which disk?");
	r = address_open(argv[1], ADDRESS_FILE | ADDRESS_VIRTUAL, &place, &err);
	if (!r) {
		r = print_map(place->disk, &err);
		cmd_place_close(place);
	}
	return r ? cmd_fail("vdisk", argv[1], &err) : CMD_OK;
}
