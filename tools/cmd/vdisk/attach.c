// SPDX-License-Identifier: MIT
//
// vdisk attach: what an address names, served to the kernel.

#include <stdio.h>

#include "address.h"
#include "../block_server.h"
#include "vdisk_cmd.h"

struct job {
	const char *address;
	unsigned flags; // of address_open
	struct place *place;
};

static int open_place(void *ctx, struct disk **ret, struct err *err)
{
	struct job *job = ctx;
	struct disk *d;
	int r = address_open(job->address, job->flags, &job->place, err);

	if (r)
		return r;
	d = job->place->disk;
	// The kernel looks for the table of a raw image where its sectors say.
	if (d->is_sector_guessed)
		r = part_sector_size(d, &d->sector_size, err);
	if (!r)
		*ret = d;
	return r;
}

static int finish_place(void *ctx, struct err *err)
{
	return address_finish(((struct job *)ctx)->place, err);
}

static void close_place(void *ctx)
{
	address_close(((struct job *)ctx)->place);
}

int vdisk_cmd_attach(int argc, char **argv)
{
	struct cmd_switch table[] = {
		{"read-only", false, NULL}, {"force", false, NULL}, {0}};
	struct job job = {.flags = ADDRESS_FILE | ADDRESS_VIRTUAL |
				   ADDRESS_DIRECT};
	struct block_source source = {"vdisk",      false,       open_place,
				      finish_place, close_place, &job};
	struct err err = {0};
	int count, id;

	if (cmd_switches(argc, argv, table, &count))
		return CMD_MISUSE;
	if (count != 1)
		return cmd_misuse("vdisk", "attach: which virtual disk?");
	job.address = argv[1];
	source.read_only = table[0].value;
	if (!source.read_only)
		job.flags |= ADDRESS_WRITE;
	if (table[1].value)
		job.flags |= ADDRESS_FORCE;
	if (block_server_start(&source, &id, &err))
		return cmd_fail("vdisk", argv[1], &err);
	printf("/dev/ublkb%d\n", id);
	return CMD_OK;
}
