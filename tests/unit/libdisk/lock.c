// SPDX-License-Identifier: MIT
//
// Who writes is alone, who reads is without writers; what a process has open
// itself is not in its way, what it inherited is.

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test.h"

static char path[] = "/tmp/slipway-lock-XXXXXX";

// Opens the file in another process.
static int open_elsewhere(unsigned flags)
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		struct disk *d;
		struct err err = {0};
		int r = disk_open_file(path, flags, &d, &err);

		if (r == -EBUSY && !strstr(err.why, "end that first"))
			_exit(99);
		_exit(-r);
	}
	check(waitpid(pid, &status, 0) == pid && WIFEXITED(status));
	return -WEXITSTATUS(status);
}

// A lock of a foreign kind: `take` takes it in a process that then waits.
static pid_t hold(void (*take)(int fd))
{
	int ready[2];
	pid_t pid;
	char c;

	check(!pipe(ready));
	pid = fork();
	if (!pid) {
		int fd = open(path, O_RDWR);

		// Not a command of ours, which would be waited for.
		prctl(PR_SET_NAME, "vdisk-test");
		take(fd);
		check(write(ready[1], "x", 1) == 1);
		pause();
		_exit(0);
	}
	check(read(ready[0], &c, 1) == 1);
	close(ready[0]);
	close(ready[1]);
	return pid;
}

static void release(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void mark(int fd, short type, off_t start, off_t len)
{
	struct flock l = {.l_type = type, .l_start = start, .l_len = len};

	check(!fcntl(fd, F_OFD_SETLK, &l));
}

static void flock_shared(int fd)
{
	check(!flock(fd, LOCK_SH));
}

static void flock_exclusive(int fd)
{
	check(!flock(fd, LOCK_EX));
}

static void qemu_reads(int fd)
{
	mark(fd, F_RDLCK, 100, 1);
	mark(fd, F_RDLCK, 201, 1);
}

static void qemu_writes(int fd)
{
	mark(fd, F_RDLCK, 100, 2);
	mark(fd, F_RDLCK, 103, 1);
	mark(fd, F_RDLCK, 201, 1);
}

static void whole_reads(int fd)
{
	struct flock l = {.l_type = F_RDLCK};

	check(!fcntl(fd, F_SETLK, &l));
}

static void whole_writes(int fd)
{
	struct flock l = {.l_type = F_WRLCK};

	check(!fcntl(fd, F_SETLK, &l));
}

static const struct {
	void (*take)(int fd);
	bool may_be_read;
} foreign[] = {{flock_shared, true}, {flock_exclusive, false},
	       {qemu_reads, true},   {qemu_writes, false},
	       {whole_reads, true},  {whole_writes, false}};

static void check_foreign(void)
{
	for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++) {
		pid_t pid = hold(foreign[i].take);
		struct err err = {0};
		struct disk *d;

		check_eq(disk_open_file(path, 0, &d, &err), -EBUSY);
		check(strstr(err.why, "attached as /dev/test"));
		err = (struct err){0};
		check_eq(disk_open_file(path, DISK_READ_ONLY, &d, &err),
			 foreign[i].may_be_read ? 0 : -EBUSY);
		if (foreign[i].may_be_read)
			disk_close(d);
		check_ok(disk_open_file(path, DISK_READ_ONLY | DISK_UNLOCKED,
					&d, NULL),
			 &err);
		disk_close(d);
		release(pid);
	}
}

// What QEMU asks before it writes: whether somebody marked what it is to do as
// not shared.
static bool qemu_may_write(int fd)
{
	struct flock l = {.l_type = F_WRLCK, .l_start = 201, .l_len = 1};

	check(!fcntl(fd, F_OFD_GETLK, &l));
	return l.l_type == F_UNLCK;
}

static void check_own(void)
{
	struct disk *reader, *writer, *other;
	int fd = open(path, O_RDWR | O_CLOEXEC), inherited;
	struct err err = {0};

	check_ok(disk_open_file(path, DISK_READ_ONLY, &reader, &err), &err);
	check_eq(open_elsewhere(DISK_READ_ONLY), 0);
	check(!qemu_may_write(fd));
	// Its own reader is not in the way of a writer, nor that of a reader.
	check_ok(disk_open_file(path, 0, &writer, &err), &err);
	check_ok(disk_open_file(path, DISK_READ_ONLY, &other, &err), &err);
	disk_close(other);
	disk_close(writer);
	disk_close(reader);
	check(qemu_may_write(fd));
	// But for what each wants to be the only one.
	check_ok(disk_open_file(path, DISK_READ_ONLY | DISK_EXCLUSIVE, &reader,
				&err),
		 &err);
	check_eq(disk_open_file(path, DISK_EXCLUSIVE, &writer, NULL), -EBUSY);
	check_ok(disk_open_file(path, 0, &writer, &err), &err);
	disk_close(writer);
	disk_close(reader);
	inherited = open(path, O_RDWR); // as a shell's
	check(!flock(inherited, LOCK_EX));
	check_eq(disk_open_file(path, 0, &writer, NULL), -EBUSY);
	close(inherited);
	check_ok(disk_open_file(path, 0, &writer, &err), &err);
	disk_close(writer);
	close(fd);
}

int main(void)
{
	close(mkstemp(path));
	check_foreign();
	check_own();
	unlink(path);
	return 0;
}
