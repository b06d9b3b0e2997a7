// SPDX-License-Identifier: MIT
//
// A queue: one thread, one ring. It keeps a command open for each tag; one that
// completes brings a request, and the command that commits its result fetches
// the tag's next one (Documentation/block/ublk.rst, "Data plane").
//
// Data is copied by pread and pwrite on the character device
// (UBLK_F_USER_COPY), so a queue needs one buffer and not one for each tag.

#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "ublk_priv.h"

#ifndef PR_SET_IO_FLUSHER
#define PR_SET_IO_FLUSHER 57
#endif

// Locked in memory by most callers; the disks below need little.
#define STACK_SIZE (256u << 10)

static int send_command(struct ublk_queue *q, uint32_t command, uint16_t tag,
			int result)
{
	struct ublksrv_io_cmd cmd = {
		.q_id = q->id, .tag = tag, .result = result};
	struct io_uring_sqe *sqe = io_uring_get_sqe(&q->ring);

	if (!sqe)
		return -EBUSY;
	io_uring_prep_rw(IORING_OP_URING_CMD, sqe, q->char_fd, NULL, 0, 0);
	sqe->cmd_op = command;
	sqe->user_data = tag;
	memcpy((uint8_t *)sqe + offsetof(struct io_uring_sqe, cmd), &cmd,
	       sizeof(cmd));
	q->open_commands++;
	return 0;
}

// Moves the data of a request between the kernel and the queue's buffer.
static int copy_data(struct ublk_queue *q, uint16_t tag, bool to_kernel,
		     uint64_t len, struct err *err)
{
	uint64_t base = COPY_BASE + ((uint64_t)q->id << COPY_QUEUE_OFF |
				     (uint64_t)tag << COPY_TAG_OFF);
	uint64_t done = 0;

	while (done < len) {
		off_t at = (off_t)(base + done);
		size_t left = (size_t)(len - done);
		ssize_t n = to_kernel ? pwrite(q->char_fd, q->buffer + done,
					       left, at)
				      : pread(q->char_fd, q->buffer + done,
					      left, at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return err_set(err, -EIO, "request", ERR_NOWHERE,
				       "copying its data failed: %s",
				       n ? strerror(errno) : "too short");
		done += (uint64_t)n;
	}
	return 0;
}

static int serve(struct ublk_queue *q, uint16_t tag)
{
	struct ublk *u = q->owner;
	struct ublk_request request = {0};
	struct err err = {0};
	int r;

	r = ublk_request_decode(&q->descs[tag], u->target.disk, &request, &err);
	if (!r && request.operation == UBLK_WRITE)
		r = copy_data(q, tag, false, request.len, &err);
	if (!r)
		r = ublk_request_run(&u->target, &request, q->buffer, &err);
	if (!r && request.operation == UBLK_READ)
		r = copy_data(q, tag, true, request.len, &err);
	if (r && u->failed)
		u->failed(u->ctx, u->id, &err);
	return ublk_request_result(&request, r);
}

static int fail(struct ublk_queue *q, int r, const char *doing)
{
	return err_set(&q->err, r, "ublk queue", ERR_NOWHERE, "%s failed: %s",
		       doing, strerror(-r));
}

// Takes what has completed, one at a time: a result is committed before the
// next request is begun, so none waits for another's I/O. A command that
// completes with -ENODEV is not sent again: the device is being stopped.
static int take(struct ublk_queue *q)
{
	struct io_uring_cqe *cqe;

	while (!io_uring_peek_cqe(&q->ring, &cqe)) {
		uint16_t tag = (uint16_t)cqe->user_data;
		int r = cqe->res;

		io_uring_cqe_seen(&q->ring, cqe);
		q->open_commands--;
		if (r == UBLK_IO_RES_ABORT)
			continue;
		if (r != UBLK_IO_RES_OK || tag >= q->depth)
			return fail(q, r < 0 ? r : -EIO, "fetching a request");
		r = send_command(q, IO_COMMIT, tag, serve(q, tag));
		if (!r)
			r = io_uring_submit(&q->ring);
		if (r < 0 && r != -EINTR && r != -EAGAIN && r != -EBUSY)
			return fail(q, r, "committing a request");
	}
	return 0;
}

static int loop(struct ublk_queue *q)
{
	while (q->open_commands) {
		int r = io_uring_submit_and_wait(&q->ring, 1);

		if (r < 0 && r != -EINTR && r != -EAGAIN && r != -EBUSY)
			return fail(q, r, "waiting for requests");
		r = take(q);
		if (r)
			return r;
	}
	return 0;
}

// Opens a command for each tag. Those that fail do so at once.
static int fetch_all(struct ublk_queue *q)
{
	struct io_uring_cqe *cqe;
	int r = 0;

	for (uint16_t tag = 0; tag < q->depth && !r; tag++)
		r = send_command(q, IO_FETCH, tag, 0);
	while (!r && io_uring_sq_ready(&q->ring)) {
		r = io_uring_submit(&q->ring);
		r = r < 0 && r != -EINTR ? r : 0;
	}
	if (!r && !io_uring_peek_cqe(&q->ring, &cqe) && cqe->res < 0)
		r = cqe->res;
	return r ? fail(q, r, "fetching requests") : 0;
}

static int prepare(struct ublk_queue *q)
{
	int r;

	// The thread's own memory must not be got by writing to its disk.
	if (prctl(PR_SET_IO_FLUSHER, 1, 0, 0, 0))
		return fail(q, -errno, "prctl(PR_SET_IO_FLUSHER)");
	r = io_uring_queue_init(q->depth, &q->ring,
				IORING_SETUP_SINGLE_ISSUER |
					IORING_SETUP_DEFER_TASKRUN);
	if (r)
		return fail(q, r, "setting a ring up");
	r = fetch_all(q);
	if (r)
		io_uring_queue_exit(&q->ring);
	return r;
}

static void *queue_thread(void *arg)
{
	struct ublk_queue *q = arg;
	int r = prepare(q);

	q->result = r;
	sem_post(&q->ready);
	if (r)
		return NULL;
	r = loop(q);
	// Leaving commands open ends them, and with them the device.
	io_uring_queue_exit(&q->ring);
	q->result = r;
	return NULL;
}

static int map_memory(struct ublk_queue *q, struct err *err)
{
	size_t size = (size_t)q->depth * sizeof(*q->descs);
	void *descs = mmap(NULL, size, PROT_READ, MAP_SHARED | MAP_POPULATE,
			   q->char_fd, (off_t)(q->id * DESCS_STRIDE));

	if (descs == MAP_FAILED)
		return err_set(err, -errno, "ublk queue", ERR_NOWHERE,
			       "mapping its descriptors failed: %s",
			       strerror(errno));
	q->descs = descs;
	q->buffer = mem_aligned(4096, BUFFER_SIZE);
	return q->buffer ? 0 : err_nomem(err);
}

static int start_thread(struct ublk_queue *q, struct err *err)
{
	pthread_attr_t attr;
	sigset_t all, before;
	int r;

	r = -pthread_attr_init(&attr);
	if (r)
		return err_set(err, r, "ublk queue", ERR_NOWHERE,
			       "starting its thread failed: %s", strerror(-r));
	pthread_attr_setstacksize(&attr, STACK_SIZE);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	r = -pthread_create(&q->thread, &attr, queue_thread, q);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attr);
	if (r)
		return err_set(err, r, "ublk queue", ERR_NOWHERE,
			       "starting its thread failed: %s", strerror(-r));
	q->is_running = true;
	return 0;
}

int ublk_queue_start(struct ublk_queue *q, struct err *err)
{
	int r = map_memory(q, err);

	if (r)
		return r;
	sem_init(&q->ready, 0, 0);
	r = start_thread(q, err);
	if (r)
		return r;
	while (sem_wait(&q->ready))
		;
	// Only a failed start has a result yet; the thread is at its end then.
	if (q->result && err && !err->code)
		*err = q->err;
	return q->result;
}

void ublk_queue_join(struct ublk_queue *q)
{
	if (q->is_running)
		pthread_join(q->thread, NULL);
	q->is_running = false;
	if (q->descs)
		munmap(q->descs, (size_t)q->depth * sizeof(*q->descs));
	q->descs = NULL;
	mem_free(q->buffer);
	q->buffer = NULL;
}
