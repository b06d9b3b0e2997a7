// SPDX-License-Identifier: MIT
//
// libublk inside: the control channel, requests and queues.

#ifndef UBLK_PRIV_H
#define UBLK_PRIV_H

#include <pthread.h>
#include <semaphore.h>
#include <sys/uio.h>

#include "ublk.h"
#include "ublk_abi.h"

#define SECTOR_SHIFT 9

// The most data of one request; less when there are many tags, as each has a
// buffer for it. 4 KiB is the least that the driver takes.
#define MAX_BYTES    (128u << 10)
#define MIN_BYTES    4096u
#define BUFFERS_SIZE (8u << 20) // of all tags together

// --- Control (control.c) ----------------------------------------------------

struct ublk_control {
	int fd;
	struct io_uring ring;
};

// Opens the control channel.
// Returns 0, -ENODEV without the driver, -EPERM, or what open(2) and
// io_uring_setup(2) give.
int ublk_control_open(struct ublk_control *ret, struct err *err);

// Closes what ublk_control_open opened.
void ublk_control_close(struct ublk_control *c);

// Sends a command about device `id` and waits for it. `addr` and `len` are the
// command's buffer or NULL, `data` its inline argument.
// Returns the command's result: 0 or a negative errno.
int ublk_control_send(struct ublk_control *c, uint32_t command, int id,
		      void *addr, uint16_t len, uint64_t data);

// --- Requests (request.c) ---------------------------------------------------

enum ublk_operation {
	UBLK_READ,
	UBLK_WRITE,
	UBLK_FLUSH,
	UBLK_DISCARD,
	UBLK_ZERO,
};

struct ublk_request {
	enum ublk_operation operation;
	bool fua; // the write must be durable when it is done
	uint64_t off, len;
};

// What requests are carried out on.
struct ublk_target {
	struct disk *disk;
	bool read_only;
	uint32_t max_bytes;     // of one read or write
	pthread_mutex_t others; // one flush, zero or discard at a time
};

// Translates a descriptor of the kernel.
// Returns 0, -EOPNOTSUPP for an operation that is not served, or -EIO when it
// reaches beyond the disk or its buffer.
int ublk_request_decode(const struct ublksrv_io_desc *desc,
			const struct ublk_target *target,
			struct ublk_request *ret, struct err *err);

// Finds the one piece of a file or device that a read or write is of. Returns
// false when there is none, or when the request is more than that.
bool ublk_request_locate(const struct ublk_target *target,
			 const struct ublk_request *request,
			 struct disk_place *ret);

// Carries a request out; buf has max_bytes: the data of a write, or room for
// that of a read.
// Returns 0 or the disk's error.
int ublk_request_run(struct ublk_target *target,
		     const struct ublk_request *request, void *buf,
		     struct err *err);

// Returns what the kernel is told of a request that ended with r: the bytes
// moved, or an errno that it passes on.
int ublk_request_result(const struct ublk_request *request, int r);

// --- Joined reads and writes (neighbours.c) ---------------------------------

#define UBLK_MAX_JOINED 8

// Neighbours in one file, in its order. All zero: none.
struct ublk_joined {
	int fd;
	bool is_write;
	uint64_t off, end;
	unsigned count;
	uint16_t tags[UBLK_MAX_JOINED];
	struct iovec parts[UBLK_MAX_JOINED];
};

// Adds the read or write of a cached place, whose data is or will be in buf.
// Returns false when it is no neighbour of the last, or there is no room.
bool ublk_joined_add(struct ublk_joined *j, uint16_t tag,
		     const struct disk_place *place, void *buf, bool is_write);

// Copies all to the page cache, or from it as far as it is there. Returns how
// many bytes were copied from the first on.
uint64_t ublk_joined_copy(const struct ublk_joined *j);

// --- Queues (queue.c) -------------------------------------------------------

struct ublk_queue {
	struct ublk *owner;
	uint16_t id, depth;
	int char_fd;
	pthread_t thread;
	bool is_running; // the thread was started and not joined
	sem_t ready;     // posted once, when `result` of the start is known
	int result;      // 0, or what kept it from starting or ended it
	struct err err;
	struct io_uring ring;
	struct ublksrv_io_desc *descs;
	uint8_t *buffers;          // max_bytes for each tag
	bool has_fixed;            // the ring knows them
	struct ublk_joined joined; // begun, to be copied
	uint64_t read_end;         // of the last read, where it lies
	unsigned open_commands;    // of the driver and of the disk below
};

struct ublk {
	struct ublk_control control;
	struct ublk_target target;
	void (*failed)(void *ctx, int id, const struct err *err);
	void *ctx;
	int id;
	int char_fd;
	bool is_added;
	struct ublksrv_ctrl_dev_info info;
	unsigned count;
	struct ublk_queue queues[UBLK_MAX_QUEUES];
};

// Starts the thread of a queue whose owner, id, depth and char_fd are set, and
// waits until it takes requests.
// Returns 0, or what kept it from that.
int ublk_queue_start(struct ublk_queue *q, struct err *err);

// Waits for the end of the thread; its verdict is in q->result and q->err.
void ublk_queue_join(struct ublk_queue *q);

#endif
