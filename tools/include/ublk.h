// SPDX-License-Identifier: MIT
//
// libublk: serves any disk to the kernel as /dev/ublkbN, by Linux' ublk driver
// (Documentation/block/ublk.rst; Linux 6.9 or later with the module ublk_drv
// loaded). Needs CAP_SYS_ADMIN and CAP_SYS_RESOURCE.
//
//     struct ublk *u;
//     struct ublk_options options = {.id = -1};
//     ublk_start(disk, &options, &u, &err);   // /dev/ublkbN is there
//     ublk_wait(u, &err);                     // until somebody stops it
//     ublk_free(u);
//     disk_close(disk);
//
// Each hardware queue has a thread that carries its requests out one after
// another: so many reads and writes run at once as there are queues. Flush,
// zero and discard are called by one thread at a time, while others read and
// write. Nothing is allocated while requests are served, and the threads are
// marked as I/O flushers (prctl(2), PR_SET_IO_FLUSHER), so the disk may carry
// swap or the root file system. The process should lock its memory.
//
// The threads live in the process that called ublk_start: fork before it. When
// that process dies, the kernel fails what is under way and removes the disk.

#ifndef UBLK_H
#define UBLK_H

#include "disk.h"

struct ublk;

#define UBLK_CONTROL    "/dev/ublk-control" // there while the driver is loaded
#define UBLK_MAX_QUEUES 16
#define UBLK_MAX_DEPTH  1024

struct ublk_options {
	int id;          // N of /dev/ublkbN; -1: the first free one
	unsigned queues; // 0: one a core, at most 4
	unsigned depth;  // requests the kernel may have open a queue; 0: 64
	bool read_only;  // also when the disk is
	// Called by queue threads for a request that failed, with what failed;
	// must not allocate or wait for the disk itself. May be NULL. The
	// kernel is told in any case.
	void (*failed)(void *ctx, int id, const struct err *err);
	void *ctx;
};

// Makes the device, starts serving, and returns when /dev/ublkbN and its
// partitions are there. The disk is borrowed and must outlive the result.
// Returns 0, -EINVAL for options over the limits or a disk below one sector,
// -ENODEV when the driver is not there, -EEXIST when the id is taken, -EPERM,
// -ENOMEM, or what io_uring_setup(2) and the driver give.
int ublk_start(struct disk *disk, const struct ublk_options *options,
	       struct ublk **ret, struct err *err);

// Returns the N of /dev/ublkbN.
int ublk_id(const struct ublk *u);

// Waits until the device was stopped by ublk_stop, here or in another process,
// and flushes the disk.
// Returns 0, the error that ended a queue, or the one of the flush.
int ublk_wait(struct ublk *u, struct err *err);

// Stops the device if it still runs, removes it, and frees everything; NULL is
// fine. A device in use fails its users' I/O from then on.
void ublk_free(struct ublk *u);

// Stops and removes a device, which may be served by any process, or by none
// any more. Its users' writes reach the disk first. Waits until it is gone and
// the serving process has let go of it.
// Returns 0, -ENOENT when there is no such device, -EBUSY when it or one of its
// partitions is mounted or held exclusively, -ENODEV, -EPERM, or the driver's
// error.
int ublk_stop(int id, struct err *err);

// --- How a serving process ended -----------------------------------------------
//
// The server makes a result before it serves and puts it when all is written, at
// its very end; who stops the device opens that of the process before and reads it
// when the process has ended.

// Makes the result of this process, which says that it serves. *ret is a
// descriptor (close).
// Returns 0, or what memfd_create(2) and write(2) give.
int ublk_result_new(int *ret, struct err *err);

// Says how serving ended: 0, or a negative errno with `what` failed. Allocates
// nothing.
// Returns 0 or what write(2) gives.
MUST_CHECK
int ublk_result_put(int fd, int code, const struct err *what, struct err *err);

// Opens the result of a process.
// Returns a descriptor (close), -ENOENT when it has none or there is no such
// process, or what /proc gives.
int ublk_result_open(int pid);

// Reads a result.
// Returns what was put, with its error in err, -EPIPE when nothing was, -EPROTO
// for one of another version, or what read(2) gives.
MUST_CHECK
int ublk_result_get(int fd, struct err *err);

// --- The serving process, for who stops it ---------------------------------------

struct ublk_server {
	int process, result; // descriptors; -1: there is none
};

// Finds the process that serves a device, while it does.
// Returns it, or one of -1 when nobody serves it. End with ublk_server_close.
struct ublk_server ublk_server_open(int id);

// Waits for its end, when the device was stopped; `device` is its name for
// messages.
// Returns 0, -ETIMEDOUT when it does not end within a minute, or as
// ublk_result_open and ublk_result_get.
MUST_CHECK
int ublk_server_wait(const struct ublk_server *s, const char *device,
		     struct err *err);

// Lets go of it.
void ublk_server_close(struct ublk_server *s);

struct ublk_entry {
	int id;
	bool is_live; // false: its server died, only ublk_stop is of use
	bool read_only;
	uint64_t size; // bytes
	int pid;       // of the server
	unsigned queues, depth;
};

// Lists the devices in order of their ids. *ret is new memory (mem_free).
// Returns 0, -ENODEV when the driver is not there, -EPERM, -ENOMEM, or the
// driver's error.
int ublk_list(struct ublk_entry **ret, size_t *ret_count, struct err *err);

#endif
