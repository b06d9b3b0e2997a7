// SPDX-License-Identifier: MIT
//
// The process that serves a device, for whoever stops it: the process ends with
// the device, and only then is the file free for others, and known whether all
// is written.

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "ublk.h"

// How long a server may take to write back and end: a slow disk has much to
// write, and to give up early would call sound data lost.
#define END_WAIT_MS 60000

struct ublk_server ublk_server_open(int id)
{
	struct ublk_server s = {-1, -1};
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

int ublk_server_wait(const struct ublk_server *s, const char *device,
		     struct err *err)
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

void ublk_server_close(struct ublk_server *s)
{
	if (s->process >= 0)
		close(s->process);
	if (s->result >= 0)
		close(s->result);
}
