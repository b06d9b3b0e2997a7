// SPDX-License-Identifier: MIT
//
// A disk that is served to the kernel from the background (block_server.c).

#ifndef BLOCK_SERVER_H
#define BLOCK_SERVER_H

#include "disk.h"

#define BLOCK_SERVER_NAME 32 // bytes of "/dev/ublkbN"

// What is served. The functions are called in the serving process, which has of the
// command's what lies in memory, and none of its open files.
struct block_source {
	const char *command; // that serves, for names and messages
	bool read_only;
	int (*open)(void *ctx, struct disk **ret, struct err *err);
	// Ends writing, when the device was stopped.
	int (*finish)(void *ctx, struct err *err);
	// Closes all; also after an open that failed.
	void (*close)(void *ctx);
	void *ctx;
};

// Starts a server, which outlives the session, and returns when /dev/ublkbN is there;
// the driver is loaded when it is not. ublk_stop ends it.
// Returns 0, -ENODEV without the driver, -EPIPE when the server died, what fork(2)
// gives, or as source->open and ublk_start.
MUST_CHECK
int block_server_start(const struct block_source *source, int *ret_id,
		       struct err *err);

#endif
