// SPDX-License-Identifier: MIT
//
// vdisk list and vdisk detach.

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "storage.h"
#include "ublk.h"
#include "vdisk_cmd.h"

static void print_entry(const struct ublk_entry *e)
{
	char device[VDISK_MAX_NAME];

	snprintf(device, sizeof(device), "/dev/ublkb%d", e->id);
	printf("%-14s %15" PRIu64 "  %-10s  %7d  %s\n", device, e->size,
	       e->read_only ? "read-only" : "read-write", e->pid,
	       e->is_live ? "serving" : "dead");
}

static void print_json(const struct ublk_entry *e)
{
	printf("{\"device\":\"/dev/ublkb%d\",\"size\":%" PRIu64
	       ",\"read_only\":%s,\"pid\":%d,\"serving\":%s}\n",
	       e->id, e->size, e->read_only ? "true" : "false", e->pid,
	       e->is_live ? "true" : "false");
}

int vdisk_cmd_list(int argc, char **argv)
{
	struct cmd_switch table[] = {{"json", false, NULL}, {0}};
	struct ublk_entry *items = NULL;
	struct err err = {0};
	size_t n = 0;
	int count;

	if (cmd_switches(argc, argv, table, &count))
		return CMD_MISUSE;
	if (count)
		return cmd_misuse("vdisk", "list: %s: it takes no words",
				  argv[1]);
	// Without the driver there is none.
	if (!access(UBLK_CONTROL, F_OK) && ublk_list(&items, &n, &err))
		return cmd_fail("vdisk", NULL, &err);
	if (!table[0].value)
		printf("%-14s %15s  %-10s  %7s  %s\n", "Device", "Size", "Mode",
		       "Server", "State");
	for (size_t i = 0; i < n; i++) {
		if (table[0].value)
			print_json(&items[i]);
		else
			print_entry(&items[i]);
	}
	mem_free(items);
	return CMD_OK;
}

// Reads N of "/dev/ublkbN" or "ublkbN".
// Returns -1 when it is neither.
static int parse_device(const char *s)
{
	char *end;
	long n;

	if (!strncmp(s, "/dev/", 5))
		s += 5;
	if (strncmp(s, "ublkb", 5) || s[5] < '0' || s[5] > '9')
		return -1;
	n = strtol(s + 5, &end, 10);
	return *end || n > 0xfffff ? -1 : (int)n;
}

int vdisk_cmd_detach(int argc, char **argv)
{
	struct cmd_switch table[] = {{0}};
	struct err err = {0};
	int count, id, r;

	if (cmd_switches(argc, argv, table, &count))
		return CMD_MISUSE;
	if (count != 1)
		return cmd_misuse("vdisk", "detach: which device?");
	id = parse_device(argv[1]);
	if (id < 0)
		return cmd_misuse("vdisk", "%s: not of the form /dev/ublkbN",
				  argv[1]);
	r = storage_detach(&storage_effects, id, argv[1], &err);
	return r ? cmd_fail("vdisk", argv[1], &err) : CMD_OK;
}
