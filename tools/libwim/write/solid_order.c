// SPDX-License-Identifier: MIT
//
// In what order content goes into a solid resource: what is alike side by side, so
// that a chunk has it all. Files whose names end alike are, and among them those
// whose names begin alike.

#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "pack.h"

#define NAME_ROOM 1024

struct entry {
	struct wim_content *content;
	const char *key; // "ending/name" in lower case
	size_t index;
};

static int by_key(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int r = strcmp(x->key, y->key);

	return r ? r : x->index < y->index ? -1 : 1;
}

static char *put_lower(char *out, const char *from, size_t len)
{
	for (; len--; from++)
		*out++ = *from >= 'A' && *from <= 'Z' ? (char)(*from | 32)
						      : *from;
	return out;
}

// Makes the key of a path. Returns NULL when there is no memory.
static const char *make_key(struct wim_arena **arena, const char *path)
{
	const char *name = path, *ending;
	char *key, *out;

	for (const char *p = path; *p; p++)
		if (*p == '\\' || *p == '/')
			name = p + 1;
	ending = strrchr(name, '.');
	ending = ending ? ending + 1 : "";
	key = wim_arena_alloc(arena, strlen(ending) + strlen(name) + 2);
	if (!key)
		return NULL;
	out = put_lower(key, ending, strlen(ending));
	*out++ = '/';
	put_lower(out, name, strlen(name));
	return key;
}

static int fill(struct entry *entries, struct wim_content *const *list,
		size_t count, struct wim_arena **arena, struct err *err)
{
	char name[NAME_ROOM];

	for (size_t i = 0; i < count; i++) {
		name[0] = 0;
		if (list[i]->name)
			list[i]->name(list[i], name, sizeof(name));
		entries[i] = (struct entry){list[i], make_key(arena, name), i};
		if (!entries[i].key)
			return err_nomem(err);
	}
	return 0;
}

int wim_solid_order(struct wim_content *const *list, size_t count,
		    struct wim_content ***ret, struct err *err)
{
	struct entry *entries = mem_array(count, sizeof(*entries));
	struct wim_content **sorted = mem_array(count, sizeof(*sorted));
	struct wim_arena *arena = NULL;
	int r;

	if (!entries || !sorted)
		r = err_nomem(err);
	else
		r = fill(entries, list, count, &arena, err);
	if (!r) {
		qsort(entries, count, sizeof(*entries), by_key);
		for (size_t i = 0; i < count; i++)
			sorted[i] = entries[i].content;
		*ret = sorted;
	} else {
		mem_free(sorted);
	}
	wim_arena_free(arena);
	mem_free(entries);
	return r;
}
