// SPDX-License-Identifier: MIT
//
// vdisk list and vdisk detach.

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "ublk.h"
#include "vdisk_cmd.h"

// How long a server may take to write back and end.
#define END_WAIT_MS 60000

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

// The process that serves a device: it ends with it.
struct server {
	int process; // descriptors; -1: there is none
	int result;
};

static struct server open_server(int id)
{
	struct server s = {-1, -1};
	struct ublk_entry *items;
	size_t n;

	if (ublk_list(&items, &n, NULL))
		return s;
	for (size_t i = 0; i < n; i++) {
		int pid = items[i].pid;

		if (items[i].id != id || !items[i].is_live || pid <= 0)
			continue;
		s.process = (int)syscall(SYS_pidfd_open, pid, 0);
		s.result = ublk_result_open(pid);
	}
	mem_free(items);
	return s;
}

// Waits for its end: only then is the file free for others, and whether all is
// written is known.
static int wait_end(const struct server *s, const char *device, struct err *err)
{
	struct pollfd end = {.fd = s->process, .events = POLLIN};

	if (s->process < 0)
		return 0;
	if (poll(&end, 1, END_WAIT_MS) == 0)
		return err_set(err, -ETIMEDOUT, device, ERR_NOWHERE,
			       "it is gone, but its server has not ended");
	if (s->result < 0)
		return err_set(
			err, s->result, device, ERR_NOWHERE,
			"it is gone, but its server does not say whether "
			"all was written");
	return ublk_result_get(s->result, err);
}

static void close_server(struct server *s)
{
	if (s->process >= 0)
		close(s->process);
	if (s->result >= 0)
		close(s->result);
}

int vdisk_cmd_detach(int argc, char **argv)
{
	struct cmd_switch table[] = {{0}};
	struct err err = {0};
	struct server server;
	int count, id, r;

	if (cmd_switches(argc, argv, table, &count))
		return CMD_MISUSE;
	if (count != 1)
		return cmd_misuse("vdisk", "detach: which device?");
	id = parse_device(argv[1]);
	if (id < 0)
		return cmd_misuse("vdisk", "%s: not of the form /dev/ublkbN",
				  argv[1]);
	server = open_server(id);
	r = ublk_stop(id, &err);
	if (!r)
		r = wait_end(&server, argv[1], &err);
	close_server(&server);
	return r ? cmd_fail("vdisk", argv[1], &err) : CMD_OK;
}
