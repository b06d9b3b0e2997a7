// SPDX-License-Identifier: MIT
//
// Locks of files, so that no two programs have one that either writes to:
//
// - flock(2), which util-linux takes and we do;
// - single bytes that QEMU locks for reading, by which it says what it does
//   (from 100 on) and what nobody else may do (from 200 on): QEMU's
//   docs/system/images, "Disk image file locking", and the permissions of its
//   block layer;
// - fcntl(2) on all of a file, as ntfs-3g takes it.
//
// File systems without locks (some of FUSE and of networks) go without. Who has
// a lock is found out when one is in the way (users.c).

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "file_priv.h"

// QEMU's permissions, as bytes behind a base.
#define QEMU_USED     100
#define QEMU_UNSHARED 200
enum { QEMU_CONSISTENT_READ = 0, QEMU_WRITE = 1, QEMU_RESIZE = 3 };

// One of our own, behind QEMU's: marked with DISK_EXCLUSIVE, so that one
// process does not have a file twice so either.
#define EXCLUSIVE_MARK 300

// How long each of our own is waited for: what they do is short, unless they
// attach or deploy. Who comes behind many waits as long as they get on.
#define WAIT_MS    30000
#define UNKNOWN_MS 1000 // for one who is not seen, and may be gone by now
#define DEVICE_MS  5000 // udev looks at a device that was just written
#define SHORT_MS   20

static bool is_without_locks(int error)
{
	return error == EINVAL || error == ENOLCK || error == ENOSYS ||
	       error == EOPNOTSUPP || error == EBADF;
}

static bool is_taken(int error)
{
	return error == EWOULDBLOCK || error == EACCES;
}

// Marks one byte. Returns 0 or a positive errno.
static int mark(int fd, off_t byte)
{
	struct flock l = {.l_type = F_RDLCK, .l_start = byte, .l_len = 1};

	return fcntl(fd, F_OFD_SETLK, &l) ? errno : 0;
}

static int mark_all(int fd, bool writes, bool is_exclusive)
{
	int r = mark(fd, QEMU_USED + QEMU_CONSISTENT_READ);

	if (!r && is_exclusive)
		r = mark(fd, EXCLUSIVE_MARK);
	if (!r && writes)
		r = mark(fd, QEMU_USED + QEMU_WRITE);
	if (!r && writes)
		r = mark(fd, QEMU_USED + QEMU_RESIZE);
	if (!r)
		r = mark(fd, QEMU_UNSHARED + QEMU_WRITE);
	return r ? r : mark(fd, QEMU_UNSHARED + QEMU_RESIZE);
}

static void unlock(int fd)
{
	struct flock l = {.l_type = F_UNLCK};

	fcntl(fd, F_OFD_SETLK, &l);
	flock(fd, LOCK_UN);
}

// Tells whether somebody else's lock is in the way of such a one.
static bool has_other(int fd, short type, off_t start, off_t len)
{
	struct flock l = {.l_type = type,
			  .l_whence = SEEK_SET,
			  .l_start = start,
			  .l_len = len};

	if (fcntl(fd, F_OFD_GETLK, &l) || l.l_type == F_UNLCK)
		return false;
	// Asked about one byte: a reader that locks all of the file has not
	// marked it.
	return !len || l.l_type == F_WRLCK || l.l_len;
}

// Who writes must be alone; who reads, without writers.
static bool has_others(int fd, bool writes)
{
	if (writes)
		return has_other(fd, F_WRLCK, 0, 0);
	return has_other(fd, F_RDLCK, 0, 0) ||
	       has_other(fd, F_WRLCK, QEMU_USED + QEMU_WRITE, 1) ||
	       has_other(fd, F_WRLCK, QEMU_UNSHARED + QEMU_CONSISTENT_READ, 1);
}

// Returns 0, -EBUSY when somebody is in the way, or another error.
static int try_lock(int fd, bool writes, bool is_exclusive)
{
	bool is_taken_by_flock = false;
	int e;

	if (flock(fd, (writes ? LOCK_EX : LOCK_SH) | LOCK_NB)) {
		if (is_without_locks(errno))
			return 0;
		if (!is_taken(errno))
			return -errno;
		is_taken_by_flock = true;
	}
	// Mark first, look then: of two that come at once, at least one sees
	// the other.
	e = mark_all(fd, writes, is_exclusive);
	if (e && !is_taken(e) && !is_without_locks(e))
		return -e;
	if (is_taken_by_flock || is_taken(e) || (!e && has_others(fd, writes)))
		return -EBUSY;
	return 0;
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

// Longer from time to time: to find out who has it costs many looks at /proc.
static void wait_a_little(unsigned times)
{
	long ms = (SHORT_MS / 2 + getpid() % SHORT_MS)
		  << (times < 24 ? times / 8 : 3);
	struct timespec t = {.tv_nsec = ms * 1000000};

	nanosleep(&t, NULL);
}

static int refuse(const struct file_disk *f, const struct disk_user *user,
		  bool writes, struct err *err)
{
	const char *does = writes ? "is using it" : "is writing to it";
	const char *instead = writes ? "end that first"
				     : "end that first, or read a copy";

	if (user->attached[0])
		return err_set(err, -EBUSY, f->name, ERR_NOWHERE,
			       "it is attached as /dev/%s: `vdisk detach "
			       "/dev/%s` ends that",
			       user->attached, user->attached);
	if (user->pid)
		return err_set(err, -EBUSY, f->name, ERR_NOWHERE,
			       "%s (process %d) %s: %s", user->name, user->pid,
			       does, instead);
	return err_set(err, -EBUSY, f->name, ERR_NOWHERE,
		       "another program %s: %s", does, instead);
}

// What this process has open is its own affair; only what is to be its only
// opening is refused.
static int check_own(const struct file_disk *f, bool is_exclusive,
		     struct err *err)
{
	if (!is_exclusive || !has_other(f->fd, F_WRLCK, EXCLUSIVE_MARK, 1))
		return 0;
	return err_set(err, -EBUSY, f->name, ERR_NOWHERE,
		       "it is open already, as the same disk or one that it is "
		       "made from");
}

// Returns how long somebody is waited for.
static int64_t time_for(const struct file_disk *f, const struct disk_user *user)
{
	if (user->is_brief || !user->pid)
		return WAIT_MS;
	return f->is_device && !user->attached[0] ? DEVICE_MS : 0;
}

int disk_file_lock(struct file_disk *f, unsigned flags, struct err *err)
{
	bool writes = !(flags & DISK_READ_ONLY) || flags & DISK_WRITE_LOCK;
	bool is_exclusive = flags & DISK_EXCLUSIVE;
	int64_t start = now_ms(), known = start;
	unsigned times = 0;
	int r, before = 0;

	if (flags & DISK_UNLOCKED)
		return 0;
	while ((r = try_lock(f->fd, writes, is_exclusive)) == -EBUSY) {
		struct disk_user user;
		int64_t now = now_ms();

		if (disk_user_find(f->fd, &user))
			return check_own(f, is_exclusive, err);
		if (user.pid)
			known = now;
		if (user.pid && user.pid != before)
			start = now;
		before = user.pid ? user.pid : before;
		if (now - start >= time_for(f, &user) ||
		    now - known >= UNKNOWN_MS)
			return refuse(f, &user, writes, err);
		// Two that wait must not hold their marks against each other.
		unlock(f->fd);
		wait_a_little(times++);
	}
	return r ? err_set(err, r, f->name, ERR_NOWHERE, "locking failed: %s",
			   strerror(-r))
		 : disk_user_check(f, writes, err);
}
