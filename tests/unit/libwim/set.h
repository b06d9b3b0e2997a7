// SPDX-License-Identifier: MIT
//
// A split WIM in one piece of memory, as the seeds of fuzz/wim_parts have it:
// of each part its length, a le32, and its bytes.

#ifndef SET_H
#define SET_H

#include "test.h"
#include "wim.h"

#define SET_MAX 8

struct set {
	struct wim_part parts[SET_MAX];
	size_t count;
};

// Takes apart as much of it as can be. What is left at the end is a part too.
static inline void set_load(struct set *s, const uint8_t *data, size_t size)
{
	static const char *const names[SET_MAX] = {"a.swm",  "a2.swm", "a3.swm",
						   "a4.swm", "a5.swm", "a6.swm",
						   "a7.swm", "a8.swm"};

	for (s->count = 0; s->count < SET_MAX && size > 4; s->count++) {
		struct wim_part *part = &s->parts[s->count];
		size_t len = data[0] | (size_t)data[1] << 8 |
			     (size_t)data[2] << 16 | (size_t)data[3] << 24;

		data += 4;
		size -= 4;
		if (len > size)
			len = size;
		part->name = names[s->count];
		check(!disk_memory(len, 512, &part->file, NULL));
		check(!disk_write(part->file, 0, data, len, NULL));
		data += len;
		size -= len;
	}
}

static inline void set_free(struct set *s)
{
	while (s->count)
		disk_close(s->parts[--s->count].file);
}

#endif
