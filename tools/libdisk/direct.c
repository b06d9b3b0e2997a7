// SPDX-License-Identifier: MIT
//
// Files and devices past the page cache, by O_DIRECT. What begins or
// ends inside of the unit that a device works in goes through a buffer; writes
// of that kind take turns, so that none puts old bytes back over another's.

#include <fcntl.h>
#include <linux/stat.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "file_priv.h"

#define MEMORY_ALIGN 512u // no device of Linux wants more
#define MAX_ALIGN    4096u
#define BOUNCE_SIZE  (64u << 10)
#define PAGE_SIZE    4096u
#define CACHED_MAX   (32u << 10) // what is copied faster than sent

// Returns what places and lengths must be a multiple of, or 0 when it cannot be
// done or is not told.
static uint32_t find_align(const struct file_disk *f)
{
	struct statx st = {0};

	if (syscall(SYS_statx, f->fd, "", AT_EMPTY_PATH, STATX_DIOALIGN, &st) ||
	    !(st.stx_mask & STATX_DIOALIGN))
		return 0;
	if (st.stx_dio_mem_align > MEMORY_ALIGN)
		return 0;
	return st.stx_dio_offset_align;
}

// Returns a descriptor of the same file through the page cache, or -1: then all
// goes past it. Opened anew, as a copy would share O_DIRECT; our locks belong
// to the other opening (F_OFD_SETLK), so closing this one drops none.
static int open_cached(const struct file_disk *f)
{
	char path[32];

	if (f->is_device)
		return -1;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", f->fd);
	return open(path, (f->disk.read_only ? O_RDONLY : O_RDWR) | O_CLOEXEC);
}

// Where a file may end inside of a unit the page cache stays: making the file
// longer for a moment would move its end, where a VHD's footer is looked for.
int disk_direct_start(struct file_disk *f, struct err *err)
{
	uint32_t align = find_align(f);
	int flags = fcntl(f->fd, F_GETFL);

	if (!align || !is_power_of_two(align) || align > MAX_ALIGN ||
	    f->disk.size % align || (!f->is_device && align > 512))
		return 0;
	f->bounce = mem_aligned(MAX_ALIGN, BOUNCE_SIZE);
	if (!f->bounce)
		return err_nomem(err);
	if (flags < 0 || fcntl(f->fd, F_SETFL, flags | O_DIRECT))
		return 0;
	f->cached_fd = open_cached(f);
	pthread_mutex_init(&f->lock, NULL);
	f->align = align;
	return 0;
}

void disk_direct_done(struct file_disk *f)
{
	if (f->align)
		pthread_mutex_destroy(&f->lock);
	if (f->cached_fd >= 0)
		close(f->cached_fd);
	mem_free(f->bounce);
}

bool disk_direct_locate(const struct file_disk *f, uint64_t off, uint64_t len,
			bool for_writing, struct disk_place *ret)
{
	if (!f->align || off % f->align || len % f->align)
		return false;
	*ret = (struct disk_place){.fd = f->fd, .off = off, .len = len};
	// The rest of a page that is written in part would have to be read.
	if (f->cached_fd >= 0 && len <= CACHED_MAX &&
	    !((off | len) % PAGE_SIZE && for_writing)) {
		ret->cached_fd = f->cached_fd;
		ret->is_cached = true;
	}
	return true;
}

// Returns how much of a range can go as it is, from its start.
static size_t direct_part(const struct file_disk *f, uint64_t off,
			  const void *buf, size_t len)
{
	if (off % f->align || (uintptr_t)buf % MEMORY_ALIGN)
		return 0;
	return len - len % f->align;
}

// What the buffer is to hold for the start of a range: *ret_off and *ret_len
// are whole units. Returns how much of the range is in it.
static size_t bounce_part(const struct file_disk *f, uint64_t off, size_t len,
			  uint64_t *ret_off, size_t *ret_len)
{
	uint64_t start = off - off % f->align;
	uint64_t n = round_up(off + len, f->align) - start;

	if (n > BOUNCE_SIZE)
		n = BOUNCE_SIZE;
	*ret_off = start;
	*ret_len = (size_t)n;
	n -= off - start;
	return n < len ? (size_t)n : len;
}

static int read_bounced(struct file_disk *f, uint64_t off, uint8_t *out,
			size_t *len, struct err *err)
{
	uint64_t start;
	size_t n;
	int r;

	*len = bounce_part(f, off, *len, &start, &n);
	pthread_mutex_lock(&f->lock);
	r = disk_file_read(f, start, f->bounce, n, err);
	if (!r)
		memcpy(out, f->bounce + (off - start), *len);
	pthread_mutex_unlock(&f->lock);
	return r;
}

static int write_bounced(struct file_disk *f, uint64_t off, const uint8_t *in,
			 size_t *len, struct err *err)
{
	bool is_whole;
	uint64_t start;
	size_t n;
	int r = 0;

	*len = bounce_part(f, off, *len, &start, &n);
	is_whole = off == start && *len == n;
	pthread_mutex_lock(&f->lock);
	if (!is_whole)
		r = disk_file_read(f, start, f->bounce, n, err);
	if (!r) {
		memcpy(f->bounce + (off - start), in, *len);
		r = disk_file_write(f, start, f->bounce, n, err);
	}
	pthread_mutex_unlock(&f->lock);
	return r;
}

int disk_direct_read(struct file_disk *f, uint64_t off, void *buf, size_t len,
		     struct err *err)
{
	uint8_t *out = buf;

	while (len) {
		size_t n = direct_part(f, off, out, len);
		int r;

		if (n) {
			r = disk_file_read(f, off, out, n, err);
		} else {
			n = len;
			r = read_bounced(f, off, out, &n, err);
		}
		if (r)
			return r;
		off += n;
		out += n;
		len -= n;
	}
	return 0;
}

int disk_direct_write(struct file_disk *f, uint64_t off, const void *buf,
		      size_t len, struct err *err)
{
	const uint8_t *in = buf;

	while (len) {
		size_t n = direct_part(f, off, in, len);
		int r;

		if (n) {
			r = disk_file_write(f, off, in, n, err);
		} else {
			n = len;
			r = write_bounced(f, off, in, &n, err);
		}
		if (r)
			return r;
		off += n;
		in += n;
		len -= n;
	}
	return 0;
}
