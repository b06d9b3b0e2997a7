// SPDX-License-Identifier: MIT
//
// Memory in blocks, the newest first.

#include "arena.h"

#define BLOCK_SIZE (64 << 10)

struct wim_arena {
	struct wim_arena *older;
	size_t used, size;
	uint64_t bytes[];
};

static struct wim_arena *block_new(struct wim_arena *older, size_t size)
{
	struct wim_arena *b = mem_alloc(sizeof(*b) + size);

	if (!b)
		return NULL;
	b->older = older;
	b->size = size;
	return b;
}

void *wim_arena_alloc(struct wim_arena **arena, size_t size)
{
	struct wim_arena *b = *arena;
	size_t need = (size_t)round_up(size, 8);

	// What is large has a block of its own, behind the newest, in which
	// there is still room.
	if (b && need > BLOCK_SIZE / 4) {
		b = block_new((*arena)->older, need);
		if (!b)
			return NULL;
		(*arena)->older = b;
	} else if (!b || need > b->size - b->used) {
		b = block_new(*arena, need > BLOCK_SIZE ? need : BLOCK_SIZE);
		if (!b)
			return NULL;
		*arena = b;
	}
	b->used += need;
	return (uint8_t *)b->bytes + b->used - need;
}

void wim_arena_free(struct wim_arena *arena)
{
	while (arena) {
		struct wim_arena *older = arena->older;

		mem_free(arena);
		arena = older;
	}
}
