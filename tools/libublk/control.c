// SPDX-License-Identifier: MIT
//
// The control channel: commands to /dev/ublk-control through io_uring
// (Documentation/block/ublk.rst, "Control plane").

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "ublk_priv.h"

int ublk_control_open(struct ublk_control *ret, struct err *err)
{
	struct ublk_control c;
	int r;

	c.fd = open(UBLK_CONTROL, O_RDWR | O_CLOEXEC);
	if (c.fd < 0 && (errno == ENOENT || errno == ENXIO || errno == ENODEV))
		return err_set(err, -ENODEV, UBLK_CONTROL, ERR_NOWHERE,
			       "the kernel's ublk driver is not there "
			       "(modprobe ublk_drv)");
	if (c.fd < 0) {
		r = errno == EACCES ? -EPERM : -errno;
		return err_set(err, r, UBLK_CONTROL, ERR_NOWHERE,
			       "opening failed: %s", strerror(-r));
	}
	// A control command has 32 bytes; an entry of the usual size has room
	// for 16.
	r = io_uring_queue_init(4, &c.ring, IORING_SETUP_SQE128);
	if (r) {
		close(c.fd);
		return err_set(err, r, "io_uring", ERR_NOWHERE,
			       "setting a ring up failed: %s", strerror(-r));
	}
	*ret = c;
	return 0;
}

void ublk_control_close(struct ublk_control *c)
{
	io_uring_queue_exit(&c->ring);
	close(c->fd);
}

int ublk_control_send(struct ublk_control *c, uint32_t command, int id,
		      void *addr, uint16_t len, uint64_t data)
{
	struct ublksrv_ctrl_cmd cmd = {
		.dev_id = (uint32_t)id,
		.queue_id = UINT16_MAX, // of no queue
		.len = len,
		.addr = (uintptr_t)addr,
		.data = {data},
	};
	struct io_uring_sqe *sqe = io_uring_get_sqe(&c->ring);
	struct io_uring_cqe *cqe;
	int r;

	memset(sqe, 0, 2 * sizeof(*sqe));
	io_uring_prep_rw(IORING_OP_URING_CMD, sqe, c->fd, NULL, 0, 0);
	sqe->cmd_op = command;
	memcpy((uint8_t *)sqe + offsetof(struct io_uring_sqe, cmd), &cmd,
	       sizeof(cmd));
	r = io_uring_submit(&c->ring);
	if (r < 0)
		return r;
	do {
		r = io_uring_wait_cqe(&c->ring, &cqe);
	} while (r == -EINTR);
	if (r)
		return r;
	r = cqe->res;
	io_uring_cqe_seen(&c->ring, cqe);
	return r;
}
