// SPDX-License-Identifier: MIT
//
// Any disk's table, looked at.

#ifndef FUZZ_PART_LOOK_H
#define FUZZ_PART_LOOK_H

#include "part.h"

#define CHECK(c)                                                               \
	do {                                                                   \
		if (!(c))                                                      \
			__builtin_trap();                                      \
	} while (0)

// All that is sound is seen by who only looks, and nothing else.
static inline void look_at_table(struct disk *d)
{
	struct part_table *t;
	struct err flaw;
	int r = part_table_look(d, &t, &flaw, NULL);

	CHECK(r != -EINVAL);
	if (r)
		return;
	CHECK(!!t->lost == !!flaw.code);
	for (size_t i = 0; i < t->count; i++)
		CHECK(range_ok(t->parts[i].start, t->parts[i].size, d->size));
	part_table_free(t);
}

#endif
