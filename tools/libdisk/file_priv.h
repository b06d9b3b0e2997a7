// SPDX-License-Identifier: MIT
//
// Files and devices inside libdisk: what file.c and direct.c share.

#ifndef FILE_PRIV_H
#define FILE_PRIV_H

#include <pthread.h>
#include <sys/stat.h>

#include "disk.h"

struct file_disk {
	struct disk disk;
	int fd;
	bool is_device;
	bool keeps_room;          // of a file: zeroes are not made by holes
	char name[1024];          // the end of the path, for messages
	struct new_file *made;    // of a file that has no name yet (new.c)
	struct disk_shown *shown; // volumes that were taken down (mounts.c)

	// Past the page cache (direct.c).
	uint32_t align;  // of places and lengths; 0: through the page cache
	int cached_fd;   // the same file through it, or -1
	uint8_t *bounce; // for what is not aligned
	pthread_mutex_t lock; // of it
};

// Returns what disk_close takes, without a file, or NULL.
struct file_disk *disk_file_new(const char *path);

// Takes the locks that flags of disk_open_file ask for (lock.c); others of our
// own that have it for a short time are waited for. Returns 0 or -EBUSY.
int disk_file_lock(struct file_disk *f, unsigned flags, struct err *err);

// Who has a file.
struct disk_user {
	int pid;           // 0: not known
	char name[32];     // of the process
	char attached[24]; // as this device ("ublkb0"), or ""
	bool is_brief;     // a command of ours that will soon be done
};

// Finds who else has locks on the file of a descriptor (users.c).
// Returns true when it is this process alone.
bool disk_user_find(int fd, struct disk_user *ret);

// Refuses a file that is a loop device or a mounted file system, of which none
// holds a lock; to who reads, when these may write.
// Returns 0 or -EBUSY.
int disk_user_check(const struct file_disk *f, bool writes, struct err *err);

// Takes down what of a device is mounted below DISK_MOUNTS, once; puts it back, behind
// the device's closing.
// Returns true when something was taken down.
bool disk_shown_take(struct file_disk *f, const struct stat *device);
void disk_shown_put(struct file_disk *f);

// Makes a new file durable and gives it its name.
// Returns 0, -EEXIST, or the error of fsync(2) and rename(2).
int disk_new_finish(struct file_disk *f, struct err *err);

// Gives a new file up that was not finished; another file is left alone.
void disk_new_done(struct file_disk *f);

// Refuses a file that nobody may write to, root too.
// Returns 0 or -EACCES.
int disk_check_writable(const char *path, const struct stat *st,
			struct err *err);

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
