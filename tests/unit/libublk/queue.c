// SPDX-License-Identifier: MIT
//
// A queue without the driver: what cannot be mapped, and a file that takes none
// of the driver's commands. A start that fails says why, has no thread left,
// and gives back what it took.

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "libublk/ublk_priv.h"
#include "test.h"

#define DEPTH 4

static int start(struct ublk *u, int fd, struct err *err)
{
	struct ublk_queue *q = &u->queues[0];
	int r;

	*q = (struct ublk_queue){.owner = u, .depth = DEPTH, .char_fd = fd};
	r = ublk_queue_start(q, err);
	check_eq(r, err->code);
	check(!strcmp(err->what, "ublk queue") && err->why[0]);
	ublk_queue_join(q);
	check(!q->is_running && !q->descs && !q->buffers);
	ublk_queue_join(q); // once more is fine
	return r;
}

int main(void)
{
	static struct ublk u = {.target.max_bytes = MIN_BYTES};
	struct err err = {0}, other = {0};
	int fd = memfd_create("ublkc", MFD_CLOEXEC);

	check_eq(start(&u, -1, &err), -EBADF);
	check(strstr(err.why, "mapping"));

	// No right to be a disk's server, no rings in this kernel, or in the
	// end a file that has no such commands: never a queue that runs.
	check(fd >= 0);
	check(!ftruncate(fd, (off_t)(DEPTH * sizeof(struct ublksrv_io_desc))));
	check(start(&u, fd, &other) < 0);
	check(strstr(other.why, "PR_SET_IO_FLUSHER") ||
	      strstr(other.why, "ring") || strstr(other.why, "fetching"));
	close(fd);
	return 0;
}
