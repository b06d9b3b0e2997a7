// SPDX-License-Identifier: MIT
//
// Regular files and block devices: the only place where a library opens one.

#include <fcntl.h>
#include <linux/falloc.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "file_priv.h"

#define LARGE_WRITE (128u * 1024)
#define LARGE_ROOM  (UINT64_C(1) << 30) // from here on check_room looks before

static int failed(const struct file_disk *f, uint64_t off, const char *doing,
		  struct err *err)
{
	int code = -errno;

	if (code == -ENOENT)
		return err_set(err, code, f->name, ERR_NOWHERE,
			       "there is no such file or disk");
	if (f->is_device && (code == -EACCES || code == -EPERM))
		return err_set(err, code, f->name, off,
			       "%s failed: %s; disks are for root alone", doing,
			       strerror(-code));
	return err_set(err, code, f->name, off, "%s failed: %s", doing,
		       strerror(-code));
}

int disk_file_read(struct file_disk *f, uint64_t off, void *buf, size_t len,
		   struct err *err)
{
	uint8_t *out = buf;

	while (len) {
		ssize_t n = pread(f->fd, out, len, (off_t)off);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return failed(f, off, "reading", err);
		if (n == 0)
			return err_set(err, -EIO, f->name, off,
				       "the file became shorter while open");
		out += n;
		off += (uint64_t)n;
		len -= (size_t)n;
	}
	return 0;
}

// Large pieces begin their way to the device at once, so that a flush at the
// end finds little left to wait for.
int disk_file_write(struct file_disk *f, uint64_t off, const void *buf,
		    size_t len, struct err *err)
{
	const uint8_t *in = buf;
	uint64_t begin = off;

	while (len) {
		ssize_t n = pwrite(f->fd, in, len, (off_t)off);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return failed(f, off, "writing", err);
		in += n;
		off += (uint64_t)n;
		len -= (size_t)n;
	}
	if (!f->align && off - begin >= LARGE_WRITE)
		// A start, no promise: what must be durable is flushed.
		sync_file_range(f->fd, (off_t)begin, (off_t)(off - begin),
				SYNC_FILE_RANGE_WRITE);
	return 0;
}

static int file_read(struct disk *d, uint64_t off, void *buf, size_t len,
		     struct err *err)
{
	struct file_disk *f = (struct file_disk *)d;

	return f->align ? disk_direct_read(f, off, buf, len, err)
			: disk_file_read(f, off, buf, len, err);
}

static int file_write(struct disk *d, uint64_t off, const void *buf, size_t len,
		      struct err *err)
{
	struct file_disk *f = (struct file_disk *)d;

	return f->align ? disk_direct_write(f, off, buf, len, err)
			: disk_file_write(f, off, buf, len, err);
}

static int write_zeroes(struct disk *d, uint64_t off, uint64_t len,
			struct err *err)
{
	// Aligned as what goes past the page cache must be.
	static const uint8_t zeroes[65536] __attribute__((aligned(4096)));

	while (len) {
		size_t n = len < sizeof(zeroes) ? (size_t)len : sizeof(zeroes);
		int r = file_write(d, off, zeroes, n, err);

		if (r)
			return r;
		off += n;
		len -= n;
	}
	return 0;
}

// Makes a range zero without writing it. A file that has all its room keeps it:
// a hole would give it back, and a later write into an image that was made in
// full could fail for want of it. Returns 0 or as fallocate(2).
static int make_zero(struct file_disk *f, uint64_t off, uint64_t len)
{
	int hole = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;
	int range = FALLOC_FL_ZERO_RANGE | FALLOC_FL_KEEP_SIZE;
	int r = fallocate(f->fd, f->is_device || f->keeps_room ? range : hole,
			  (off_t)off, (off_t)len);

	// Where there is no other way, room is given away and taken again.
	if (!r || errno != EOPNOTSUPP || !f->keeps_room ||
	    fallocate(f->fd, hole, (off_t)off, (off_t)len))
		return r;
	return fallocate(f->fd, FALLOC_FL_KEEP_SIZE, (off_t)off, (off_t)len);
}

// On a file a hole reads as zeroes. On a device ZERO_RANGE lets it choose its
// own way (write zeroes, or unmap when that is known to read as zeroes), and
// must be whole sectors.
static int file_zero(struct disk *d, uint64_t off, uint64_t len,
		     struct err *err)
{
	struct file_disk *f = (struct file_disk *)d;

	if (!make_zero(f, off, len))
		return 0;
	// What the file system or device cannot do, or not to a part of a
	// sector, is written.
	if (errno != EOPNOTSUPP && errno != EINVAL && errno != ENOSYS)
		return failed(f, off, "zeroing", err);
	return write_zeroes(d, off, len, err);
}

static int file_discard(struct disk *d, uint64_t off, uint64_t len,
			struct err *err)
{
	struct file_disk *f = (struct file_disk *)d;
	uint64_t range[2] = {off, len};
	int r;

	r = f->is_device ? ioctl(f->fd, BLKDISCARD, range)
			 : make_zero(f, off, len);
	// A hint: a device that cannot, or not this range, is no failure.
	if (r && errno != EOPNOTSUPP && errno != EINVAL && errno != ENOTTY)
		return failed(f, off, "discarding", err);
	return 0;
}

static int file_flush(struct disk *d, struct err *err)
{
	struct file_disk *f = (struct file_disk *)d;

	return fdatasync(f->fd) ? failed(f, ERR_NOWHERE, "flushing", err) : 0;
}

// A file system that knows no holes (or a device) says that all is data, which
// costs time and is never wrong; ENXIO: from here on all is a hole.
static int file_map(struct disk *d, uint64_t off, uint64_t len,
		    uint64_t *ret_len, bool *ret_data, struct err *err)
{
	struct file_disk *f = (struct file_disk *)d;
	off_t data = f->is_device ? (off_t)off
				  : lseek(f->fd, (off_t)off, SEEK_DATA);
	off_t end = (off_t)(off + len);

	*ret_data = true;
	*ret_len = len;
	if (f->is_device || (data < 0 && errno != ENXIO))
		return 0;
	if (data < 0 || data > (off_t)off) {
		*ret_data = false;
		if (data >= 0 && data < end)
			*ret_len = (uint64_t)data - off;
		return 0;
	}
	data = lseek(f->fd, (off_t)off, SEEK_HOLE);
	if (data > (off_t)off && data < end)
		*ret_len = (uint64_t)data - off;
	return 0;
}

static bool file_locate(struct disk *d, uint64_t off, uint64_t len,
			bool for_writing, struct disk_place *ret)
{
	return disk_direct_locate((struct file_disk *)d, off, len, for_writing,
				  ret);
}

// Some file systems fill themselves before they say that there is no room.
static int check_room(struct file_disk *f, uint64_t len, struct err *err)
{
	struct statvfs fs;
	struct stat st;
	uint64_t have, free_bytes;

	if (fstat(f->fd, &st) || fstatvfs(f->fd, &fs))
		return failed(f, ERR_NOWHERE, "looking at it", err);
	have = (uint64_t)st.st_blocks * 512;
	free_bytes = (uint64_t)fs.f_bavail * fs.f_frsize;
	if (len <= have || len - have <= free_bytes)
		return 0;
	return err_set(err, -ENOSPC, f->name, ERR_NOWHERE,
		       "No space left: %llu MiB more are needed, and %llu are "
		       "free",
		       (unsigned long long)(len - have) >> 20,
		       (unsigned long long)free_bytes >> 20);
}

// Room behind the end of a file is taken, too; its size stays.
static int file_allocate(struct disk *d, uint64_t off, uint64_t len,
			 struct err *err)
{
	struct file_disk *f = (struct file_disk *)d;
	int r;

	if (f->is_device)
		return 0;
	if (len >= LARGE_ROOM) {
		r = check_room(f, len, err);
		if (r)
			return r;
	}
	do {
		r = fallocate(f->fd, FALLOC_FL_KEEP_SIZE, (off_t)off,
			      (off_t)len);
	} while (r && errno == EINTR);
	if (!r)
		return 0;
	if (errno == EOPNOTSUPP || errno == ENOSYS)
		return err_set(err, -ENOTSUP, f->name, ERR_NOWHERE,
			       "its file system cannot reserve room");
	return failed(f, off, "reserving room", err);
}

static int file_resize(struct disk *d, uint64_t size, struct err *err)
{
	struct file_disk *f = (struct file_disk *)d;

	if (f->is_device)
		return err_set(err, -ENOTSUP, f->name, ERR_NOWHERE,
			       "the size of a device is fixed");
	if (f->align && size % f->align)
		return err_set(err, -EINVAL, f->name, ERR_NOWHERE,
			       "past the page cache its size is a multiple of "
			       "%u bytes",
			       f->align);
	if (ftruncate(f->fd, (off_t)size))
		return failed(f, size, "setting its size", err);
	__atomic_store_n(&d->size, size, __ATOMIC_RELAXED);
	return 0;
}

// The size is set when the bytes are there: other threads read it without a
// lock (atomically), and must not read what is not written yet.
static int file_extend(struct disk *d, uint64_t off, const void *buf,
		       size_t len, struct err *err)
{
	struct file_disk *f = (struct file_disk *)d;
	int r;

	if (f->is_device)
		return file_resize(d, off + len, err);
	r = file_write(d, off, buf, len, err);
	if (!r)
		__atomic_store_n(&d->size, off + len, __ATOMIC_RELAXED);
	else if (ftruncate(f->fd, (off_t)d->size))
		return r; // a tail that does not count is left
	return r;
}

static int file_finish(struct disk *d, struct err *err)
{
	struct file_disk *f = (struct file_disk *)d;

	return f->made ? disk_new_finish(f, err) : file_flush(d, err);
}

static void file_close(struct disk *d)
{
	struct file_disk *f = (struct file_disk *)d;

	disk_new_done(f);
	if (f->fd >= 0)
		close(f->fd);
	disk_direct_done(f);
	disk_shown_put(f);
	mem_free(f);
}

static const struct disk_ops file_ops = {
	.read = file_read,
	.write = file_write,
	.zero = file_zero,
	.discard = file_discard,
	.flush = file_flush,
	.map = file_map,
	.resize = file_resize,
	.extend = file_extend,
	.locate = file_locate,
	.allocate = file_allocate,
	.finish = file_finish,
	.close = file_close,
};

int disk_set_direct(struct disk *d, struct err *err)
{
	struct file_disk *f = (struct file_disk *)d;
	int r;

	if (d->ops != &file_ops || f->align)
		return 0;
	r = disk_flush(d, err);
	return r ? r : disk_direct_start(f, err);
}

void disk_keep_room(struct disk *d)
{
	struct file_disk *f = (struct file_disk *)d;
	struct stat st;

	if (d->ops == &file_ops && !f->is_device && !fstat(f->fd, &st))
		f->keeps_room = (uint64_t)st.st_blocks * 512 >= d->size;
}

struct file_disk *disk_file_new(const char *path)
{
	struct file_disk *f = mem_alloc(sizeof(*f));
	size_t len = strlen(path);

	if (!f)
		return NULL;
	f->fd = f->cached_fd = -1;
	f->disk.ops = &file_ops;
	f->disk.sector_size = 512;
	f->disk.is_sector_guessed = true;
	if (len >= sizeof(f->name))
		path += len - sizeof(f->name) + 1;
	memcpy(f->name, path, strlen(path) + 1);
	return f;
}

static int measure(struct file_disk *f, struct err *err)
{
	struct stat st;
	int sector = 512;

	if (fstat(f->fd, &st))
		return failed(f, ERR_NOWHERE, "looking at it", err);
	if (S_ISREG(st.st_mode)) {
		f->disk.size = (uint64_t)st.st_size;
		return 0;
	}
	if (!S_ISBLK(st.st_mode))
		return err_set(err, -ENOTBLK, f->name, ERR_NOWHERE,
			       "neither a file nor a disk");
	f->is_device = true;
	if (ioctl(f->fd, BLKGETSIZE64, &f->disk.size) ||
	    ioctl(f->fd, BLKSSZGET, &sector))
		return failed(f, ERR_NOWHERE, "asking for its size", err);
	f->disk.sector_size = (uint32_t)sector;
	return 0;
}

// A pipe is refused (by measure), not waited for; what is read and written
// later may wait as ever.
static int open_at_once(const char *path, int mode)
{
	int fd = open(path, mode | O_NONBLOCK | O_CLOEXEC);

	if (fd >= 0)
		fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
	return fd;
}

// Opens a file and locks it. Who replaced it while the lock was waited for left
// another file under its name: then that is to be opened.
// Returns 0, 1 when it is to be opened again, or an error.
static int open_locked(struct file_disk *f, const char *path, unsigned flags,
		       struct err *err)
{
	int mode = flags & DISK_READ_ONLY ? O_RDONLY : O_RDWR;
	struct stat before, now, named;
	int r = 0;

	// A pipe would be waited for.
	if (stat(path, &before))
		return failed(f, ERR_NOWHERE, "opening", err);
	if (!S_ISREG(before.st_mode) && !S_ISBLK(before.st_mode))
		return err_set(err, -ENOTBLK, f->name, ERR_NOWHERE,
			       S_ISDIR(before.st_mode)
				       ? "this is a folder; a file or disk is "
					 "needed"
				       : "neither a file nor a disk");
	if (S_ISREG(before.st_mode) && !(flags & DISK_READ_ONLY))
		r = disk_check_writable(path, &before, err);
	if (r)
		return r;
	// With O_EXCL the kernel refuses a device that is mounted or in use by
	// a driver (open(2)): nothing else would keep us from writing under it.
	if ((flags & DISK_EXCLUSIVE) && S_ISBLK(before.st_mode))
		mode |= O_EXCL;
	f->is_device = S_ISBLK(before.st_mode);
	f->fd = f->is_device ? open(path, mode | O_CLOEXEC)
			     : open_at_once(path, mode);
	if (f->fd < 0 && errno == EBUSY && (mode & O_EXCL)) {
		if (disk_shown_take(f, &before))
			f->fd = open(path, mode | O_CLOEXEC);
		else
			errno = EBUSY;
	}
	if (f->fd < 0)
		return errno == EBUSY
			       ? err_set(err, -EBUSY, f->name, ERR_NOWHERE,
					 "it is mounted, or in use by a driver")
			       : failed(f, ERR_NOWHERE, "opening", err);
	r = disk_file_lock(f, flags, err);
	if (r || !S_ISREG(before.st_mode))
		return r;
	if (fstat(f->fd, &now))
		return failed(f, ERR_NOWHERE, "looking at it", err);
	return stat(path, &named) || named.st_dev != now.st_dev ||
	       named.st_ino != now.st_ino;
}

int disk_open_file(const char *path, unsigned flags, struct disk **ret,
		   struct err *err)
{
	struct file_disk *f = disk_file_new(path);
	int r;

	if (!f)
		return err_nomem(err);
	while ((r = open_locked(f, path, flags, err)) > 0) {
		close(f->fd);
		f->fd = -1;
	}
	f->disk.read_only = flags & DISK_READ_ONLY;
	if (!r)
		r = measure(f, err);
	if (!r && flags & DISK_DIRECT)
		r = disk_direct_start(f, err);
	if (r) {
		file_close(&f->disk);
		return r;
	}
	*ret = &f->disk;
	return 0;
}

int disk_set_modified(struct disk *d, int64_t seconds, uint32_t nanoseconds,
		      struct err *err)
{
	struct file_disk *f = (struct file_disk *)d;
	struct timespec times[2] = {{.tv_nsec = UTIME_OMIT},
				    {seconds, (long)nanoseconds}};

	if (d->ops->close != file_close || f->is_device)
		return err_set(err, -EINVAL, "disk", ERR_NOWHERE,
			       "it is no file");
	return futimens(f->fd, times)
		       ? failed(f, ERR_NOWHERE, "setting its time", err)
		       : 0;
}
