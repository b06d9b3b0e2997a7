// SPDX-License-Identifier: MIT
//
// type: writes a file's content to standard output, wherever the file lies.

#include <stdio.h>

#include "address.h"
#include "../cmd.h"

static const char usage[] =
	"usage: type ADDRESS...\n"
	"\n"
	"Writes files to standard output, as they are. An ADDRESS may lie in\n"
	"an NTFS or FAT volume: disk.img@1:\\EFI\\Boot\\bootx64.efi, and in NTFS be\n"
	"a named stream, as dir lists them: disk.img@2:\\file:stream\n";

COMMAND(type, "type", "write a file to standard output", usage);

static int show_content(struct disk *d, struct err *err)
{
	static uint8_t buf[1 << 16];
	int r = 0;

	for (uint64_t off = 0; off < d->size && !r; off += sizeof(buf)) {
		size_t n = d->size - off < sizeof(buf) ? (size_t)(d->size - off)
						       : sizeof(buf);

		r = disk_read(d, off, buf, n, err);
		if (!r && fwrite(buf, 1, n, stdout) != n)
			r = err_set(err, -EIO, "standard output", ERR_NOWHERE,
				    "it cannot be written");
	}
	return r;
}

static int cmd_type(int argc, char **argv)
{
	struct cmd_switch none[] = {{0}};
	int count, status = CMD_OK;

	if (cmd_switches(argc, argv, none, &count))
		return CMD_MISUSE;
	if (!count)
		return cmd_misuse("type", "name a file");
	for (int i = 1; i <= count; i++) {
		struct err err = {0};
		struct place *place;
		int r = address_open(argv[i], ADDRESS_FILE, &place, &err);

		if (!r) {
			r = show_content(place->disk, &err);
			address_close(place);
		}
		if (r)
			status = cmd_fail("type", argv[i], &err);
	}
	return status;
}
