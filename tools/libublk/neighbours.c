// SPDX-License-Identifier: MIT
//
// Reads and writes through the page cache, which take less than handing them
// on. Those of neighbours are one call: most of its price is the file system's.

#include <sys/syscall.h>
#include <unistd.h>

#include "ublk_priv.h"

bool ublk_joined_add(struct ublk_joined *j, uint16_t tag,
		     const struct disk_place *place, void *buf, bool is_write)
{
	if (!j->count)
		*j = (struct ublk_joined){.fd = place->cached_fd,
					  .is_write = is_write,
					  .off = place->off,
					  .end = place->off};
	if (j->count == UBLK_MAX_JOINED || place->cached_fd != j->fd ||
	    place->off != j->end || is_write != j->is_write)
		return false;
	j->tags[j->count] = tag;
	j->parts[j->count++] = (struct iovec){buf, (size_t)place->len};
	j->end += place->len;
	return true;
}

uint64_t ublk_joined_copy(const struct ublk_joined *j)
{
	// Reading takes only what is in memory: the queue has one thread, and
	// what must come from the device is handed on instead. By its number,
	// as older musl has no preadv2.
	ssize_t n = j->is_write ? pwritev(j->fd, j->parts, (int)j->count,
					  (off_t)j->off)
				: syscall(SYS_preadv2, j->fd, j->parts,
					  (unsigned long)j->count, j->off, 0UL,
					  RWF_NOWAIT);

	return n < 0 ? 0 : (uint64_t)n;
}
