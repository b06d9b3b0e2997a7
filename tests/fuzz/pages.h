// SPDX-License-Identifier: MIT
//
// A disk in static memory for the targets of a fuzzer, which must not pay for
// megabytes of zeroes at each run: what was written is zeroed again, and only
// that.

#ifndef PAGES_H
#define PAGES_H

#include <string.h>

#include "disk.h"

#define CHECK(c)                                                               \
	do {                                                                   \
		if (!(c))                                                      \
			__builtin_trap();                                      \
	} while (0)

#define PAGES_MAX (8u << 20)
#define PAGE      4096u

static uint8_t page_bytes[PAGES_MAX];
static uint32_t pages_written[PAGES_MAX / PAGE], pages_count;
static bool page_is_written[PAGES_MAX / PAGE];

static inline int pages_read(struct disk *d, uint64_t off, void *buf,
			     size_t len, struct err *err)
{
	memcpy(buf, page_bytes + off, len);
	return 0;
}

static inline void pages_note(uint64_t off, uint64_t len)
{
	for (uint64_t i = off / PAGE; i <= (off + len - 1) / PAGE; i++) {
		if (!page_is_written[i])
			pages_written[pages_count++] = (uint32_t)i;
		page_is_written[i] = true;
	}
}

static inline int pages_write(struct disk *d, uint64_t off, const void *buf,
			      size_t len, struct err *err)
{
	pages_note(off, len);
	memcpy(page_bytes + off, buf, len);
	return 0;
}

// Of pages that hold zeroes there is nothing to do.
static inline int pages_zero(struct disk *d, uint64_t off, uint64_t len,
			     struct err *err)
{
	for (uint64_t end = off + len; off < end;) {
		uint64_t n = PAGE - off % PAGE;

		if (n > end - off)
			n = end - off;
		if (page_is_written[off / PAGE])
			memset(page_bytes + off, 0, (size_t)n);
		off += n;
	}
	return 0;
}

// What is cut off is zero when the disk grows again.
static inline int pages_resize(struct disk *d, uint64_t size, struct err *err)
{
	if (size > PAGES_MAX)
		return err_nomem(err);
	if (size < d->size)
		pages_zero(d, size, d->size - size, err);
	d->size = size;
	return 0;
}

static inline void pages_close(struct disk *d)
{
	for (; pages_count; pages_count--) {
		uint32_t i = pages_written[pages_count - 1];

		memset(page_bytes + (size_t)i * PAGE, 0, PAGE);
		page_is_written[i] = false;
	}
}

// Gives the disk, of zeroes; disk_close makes it so again. There is one.
static inline struct disk *pages_disk(uint64_t size)
{
	static const struct disk_ops ops = {.read = pages_read,
					    .write = pages_write,
					    .zero = pages_zero,
					    .resize = pages_resize,
					    .close = pages_close};
	static struct disk d;

	d = (struct disk){.ops = &ops, .size = size, .sector_size = 512};
	CHECK(size <= PAGES_MAX);
	return &d;
}

#endif
