// SPDX-License-Identifier: MIT
//
// Files and devices inside libdisk: what file.c and direct.c share.

#ifndef FILE_PRIV_H
#define FILE_PRIV_H

#include <pthread.h>

#include "disk.h"

struct file_disk {
	struct disk disk;
	int fd;
	bool is_device;
	char name[64]; // the end of the path, for messages

	// Past the page cache (direct.c).
	uint32_t align;  // of places and lengths; 0: through the page cache
	int cached_fd;   // the same file through it, or -1
	uint8_t *bounce; // for what is not aligned
	pthread_mutex_t lock; // of it
};

// Reads and writes as they are (file.c): aligned when f->align is set.
// Returns 0 or the error of pread(2) and pwrite(2).
int disk_file_read(struct file_disk *f, uint64_t off, void *buf, size_t len,
		   struct err *err);
int disk_file_write(struct file_disk *f, uint64_t off, const void *buf,
		    size_t len, struct err *err);

// Goes past the page cache from now on, if that can be done for this file.
// Returns 0 also when not, or -ENOMEM.
int disk_direct_start(struct file_disk *f, struct err *err);

// Reads and writes any range past the page cache.
// Returns as disk_file_read.
int disk_direct_read(struct file_disk *f, uint64_t off, void *buf, size_t len,
		     struct err *err);
int disk_direct_write(struct file_disk *f, uint64_t off, const void *buf,
		      size_t len, struct err *err);

// As disk_locate; false also when nothing goes past the page cache.
bool disk_direct_locate(const struct file_disk *f, uint64_t off, uint64_t len,
			bool for_writing, struct disk_place *ret);

// Frees what start made.
void disk_direct_done(struct file_disk *f);

#endif
