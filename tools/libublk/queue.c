// SPDX-License-Identifier: MIT
//
// A queue: one thread, one ring. It keeps a command open for each tag; one that
// completes brings a request, and the command that commits its result fetches
// the tag's next one (Documentation/block/ublk.rst, "Data plane").
//
// Each tag has a buffer. The driver puts the data of a write there before the
// request arrives, and takes that of a read when it is committed. A read or
// write of what lies in a file or device in one piece (disk_locate) is handed
// to the kernel as it is, so all tags' I/O overlaps, and all that has come
// together is handed on by one system call. What else there is to do (flushes,
// blocks that have no place yet) the thread does itself, one after another.

#include <linux/fs.h>
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

// What completes carries the tag, and this when it is I/O on the disk below and
// not a command of the driver.
#define IS_IO (UINT64_C(1) << 32)

#define COMMIT_BATCH 8

static uint8_t *buffer_of(const struct ublk_queue *q, uint16_t tag)
{
	return q->buffers + (size_t)tag * q->owner->target.max_bytes;
}

// A tag has one thing under way at a time, and the ring an entry for each, so
// it is never full. The driver takes commands of a queue only from the thread
// that sent the first; so nothing here needs a lock.
static int send_command(struct ublk_queue *q, uint32_t command, uint16_t tag,
			int result)
{
	struct ublksrv_io_cmd cmd = {.q_id = q->id,
				     .tag = tag,
				     .result = result,
				     .addr = (uintptr_t)buffer_of(q, tag)};
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

// Hands I/O to the kernel.
static int send_io(struct ublk_queue *q, uint16_t tag,
		   const struct disk_place *place, bool is_write)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(&q->ring);

	if (!sqe)
		return -EBUSY;
	io_uring_prep_rw(is_write ? IORING_OP_WRITE : IORING_OP_READ, sqe,
			 place->fd, buffer_of(q, tag), (unsigned)place->len,
			 place->off);
	if (q->has_fixed) {
		sqe->opcode = is_write ? IORING_OP_WRITE_FIXED
				       : IORING_OP_READ_FIXED;
		sqe->buf_index = 0;
	}
	sqe->user_data = IS_IO | tag;
	q->open_commands++;
	return 0;
}

// Copies what was joined; what could not be copied so is handed on.
static int end_joined(struct ublk_queue *q)
{
	struct ublk_joined *j = &q->joined;
	uint64_t done = j->count ? ublk_joined_copy(j) : 0;
	struct disk_place place = {.fd = j->fd, .off = j->off};
	int r = 0;

	for (unsigned i = 0; i < j->count && !r; i++) {
		place.len = j->parts[i].iov_len;
		if (place.off + place.len <= j->off + done)
			r = send_command(q, IO_COMMIT, j->tags[i],
					 (int)place.len);
		else
			r = send_io(q, j->tags[i], &place, j->is_write);
		place.off += place.len;
	}
	j->count = 0;
	// Who waits for these need not wait for the rest that has come.
	if (!r && io_uring_sq_ready(&q->ring) >= COMMIT_BATCH)
		io_uring_submit(&q->ring);
	return r;
}

// Tells whether a small piece goes through the page cache. What is not read in
// order is not there, and nobody reads on from it.
static bool is_copied(struct ublk_queue *q, const struct disk_place *place,
		      bool is_write)
{
	bool is_next = place->off == q->read_end;

	if (!is_write)
		q->read_end = place->off + place->len;
	return place->is_cached && (is_write || is_next);
}

// Moves the data of a read or write that lies in one piece.
static int move(struct ublk_queue *q, uint16_t tag,
		const struct disk_place *place, bool is_write)
{
	void *buf = buffer_of(q, tag);
	int r;

	if (!is_copied(q, place, is_write))
		return send_io(q, tag, place, is_write);
	if (ublk_joined_add(&q->joined, tag, place, buf, is_write))
		return 0;
	r = end_joined(q);
	if (!r)
		ublk_joined_add(&q->joined, tag, place, buf, is_write);
	return r;
}

// Does a request here and now. What was begun before goes first, so that none
// waits for another's I/O.
static int run_here(struct ublk_queue *q, uint16_t tag,
		    const struct ublk_request *request, int r, struct err *err)
{
	struct ublk *u = q->owner;
	int begun = end_joined(q);

	if (begun)
		return begun;
	if (io_uring_sq_ready(&q->ring))
		io_uring_submit(&q->ring);
	if (!r)
		r = ublk_request_run(&u->target, request, buffer_of(q, tag),
				     err);
	if (r && u->failed)
		u->failed(u->ctx, u->id, err);
	return send_command(q, IO_COMMIT, tag, ublk_request_result(request, r));
}

static int begin(struct ublk_queue *q, uint16_t tag)
{
	struct ublk *u = q->owner;
	struct ublk_request request = {0};
	struct disk_place place;
	struct err err = {0};
	int r = ublk_request_decode(&q->descs[tag], &u->target, &request, &err);

	if (!r && ublk_request_locate(&u->target, &request, &place) &&
	    place.fd >= 0)
		return move(q, tag, &place, request.operation == UBLK_WRITE);
	return run_here(q, tag, &request, r, &err);
}

// What did not end as it should (also: of which a part was done) is done once
// more by the disk, which knows what to do about it, or what to say.
static int end_io(struct ublk_queue *q, uint16_t tag, int result)
{
	struct ublk_request request = {0};
	struct err err = {0};
	int r = ublk_request_decode(&q->descs[tag], &q->owner->target, &request,
				    &err);

	if (!r && result >= 0 && (uint64_t)result == request.len)
		return send_command(q, IO_COMMIT, tag, result);
	return run_here(q, tag, &request, r, &err);
}

static int fail(struct ublk_queue *q, int r, const char *doing)
{
	return err_set(&q->err, r, "ublk queue", ERR_NOWHERE, "%s failed: %s",
		       doing, strerror(-r));
}

// Takes what has completed. A command that completes with -ENODEV is not sent
// again: the device is being stopped.
static int take_completed(struct ublk_queue *q)
{
	struct io_uring_cqe *cqe;

	while (!io_uring_peek_cqe(&q->ring, &cqe)) {
		uint64_t data = cqe->user_data;
		uint16_t tag = (uint16_t)data;
		int r = cqe->res;

		io_uring_cqe_seen(&q->ring, cqe);
		q->open_commands--;
		if (data & IS_IO) {
			r = end_io(q, tag, r);
		} else {
			if (r == UBLK_IO_RES_ABORT)
				continue;
			if (r != UBLK_IO_RES_OK || tag >= q->depth)
				return fail(q, r < 0 ? r : -EIO,
					    "fetching a request");
			r = begin(q, tag);
		}
		if (r)
			return fail(q, r, "committing a request");
	}
	return 0;
}

static int loop(struct ublk_queue *q)
{
	while (q->open_commands) {
		int r = io_uring_submit_and_wait(&q->ring, 1);

		// With the last two the kernel wants what has completed to be
		// taken before it takes more.
		if (r < 0 && r != -EINTR && r != -EAGAIN && r != -EBUSY)
			return fail(q, r, "waiting for requests");
		r = take_completed(q);
		if (r)
			return r;
		r = end_joined(q);
		if (r)
			return fail(q, r, "committing a request");
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

	// When memory is short, what this thread asks for must not be got by
	// writing to its own disk: it would wait for itself (prctl(2)).
	if (prctl(PR_SET_IO_FLUSHER, 1, 0, 0, 0))
		return fail(q, -errno, "prctl(PR_SET_IO_FLUSHER)");
	r = io_uring_queue_init(q->depth, &q->ring,
				IORING_SETUP_SINGLE_ISSUER |
					IORING_SETUP_DEFER_TASKRUN);
	if (r)
		return fail(q, r, "setting a ring up");
	// Saves the kernel looking each page up; it works without, too.
	q->has_fixed = !io_uring_register_buffers(
		&q->ring,
		&(struct iovec){q->buffers,
				(size_t)q->depth * q->owner->target.max_bytes},
		1);
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
	q->buffers = mem_aligned(4096,
				 (size_t)q->depth * q->owner->target.max_bytes);
	return q->buffers ? 0 : err_nomem(err);
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
	// Signals are for the thread that the caller has wait for them.
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
	return q->result ? err_pass(err, q->result, &q->err) : 0;
}

void ublk_queue_join(struct ublk_queue *q)
{
	if (q->is_running)
		pthread_join(q->thread, NULL);
	q->is_running = false;
	if (q->descs)
		munmap(q->descs, (size_t)q->depth * sizeof(*q->descs));
	q->descs = NULL;
	mem_free(q->buffers);
	q->buffers = NULL;
}
