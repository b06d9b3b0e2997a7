// SPDX-License-Identifier: MIT
//
// Memory that is given out in small pieces and freed as a whole.

#ifndef WIM_ARENA_H
#define WIM_ARENA_H

#include "base.h"

struct wim_arena;

// Returns `size` zeroed bytes at a multiple of 8, or NULL. *arena is NULL at
// first.
void *wim_arena_alloc(struct wim_arena **arena, size_t size);

// Frees all pieces; NULL is fine.
void wim_arena_free(struct wim_arena *arena);

#endif
