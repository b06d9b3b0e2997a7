// SPDX-License-Identifier: MIT
//
// The blob table that is being made: what is in the file, by its SHA-1.

#include <string.h>

#include "write.h"

// SHA-1 is evenly spread, so a part of it is a good hash.
static size_t first_slot(const struct blob_list *list, const uint8_t *sha1)
{
	return (size_t)load_le64(sha1) & (list->slot_count - 1);
}

struct listed *wim_list_find(const struct blob_list *list,
			     const uint8_t sha1[SHA1_SIZE])
{
	if (!list->slot_count)
		return NULL;
	for (size_t i = first_slot(list, sha1); list->slots[i];
	     i = (i + 1) & (list->slot_count - 1)) {
		struct listed *l = &list->items[list->slots[i] - 1];

		if (!memcmp(l->sha1, sha1, SHA1_SIZE))
			return l;
	}
	return NULL;
}

static void enter(struct blob_list *list, size_t index)
{
	size_t i = first_slot(list, list->items[index].sha1);

	while (list->slots[i])
		i = (i + 1) & (list->slot_count - 1);
	list->slots[i] = (uint32_t)index + 1;
}

// At least half of the slots stay free, so every search comes to an end.
static int grow_slots(struct blob_list *list, struct err *err)
{
	size_t count = list->slot_count ? list->slot_count * 2 : 1024;
	uint32_t *slots;

	if (list->count * 2 < list->slot_count)
		return 0;
	slots = mem_array(count, sizeof(*slots));
	if (!slots)
		return err_nomem(err);
	mem_free(list->slots);
	list->slots = slots;
	list->slot_count = count;
	for (size_t i = 0; i < list->count; i++)
		enter(list, i);
	return 0;
}

int wim_list_add(struct blob_list *list, const struct listed *entry,
		 struct err *err)
{
	int r;

	// What is written must be readable: the table has a limit.
	if (list->count == WIM_MAX_BLOB_TABLE / sizeof(struct blob_disk))
		return err_set(err, -EFBIG, "WIM lookup table", ERR_NOWHERE,
			       "there is more content than %llu pieces",
			       (unsigned long long)list->count);
	if (mem_grow((void **)&list->items, list->count, &list->capacity,
		     sizeof(*list->items)))
		return err_nomem(err);
	r = grow_slots(list, err);
	if (r)
		return r;
	list->items[list->count] = *entry;
	enter(list, list->count++);
	return 0;
}

int wim_list_add_solid(struct blob_list *list, const struct listed_solid *solid,
		       struct err *err)
{
	if (mem_grow((void **)&list->solids, list->solid_count,
		     &list->solid_capacity, sizeof(*list->solids)))
		return err_nomem(err);
	list->solids[list->solid_count++] = *solid;
	return 0;
}

void wim_list_done(struct blob_list *list)
{
	mem_free(list->items);
	mem_free(list->slots);
	mem_free(list->solids);
	*list = (struct blob_list){0};
}

struct resource_disk wim_resource_encode(uint64_t offset, uint64_t stored_size,
					 uint64_t size, uint8_t flags)
{
	struct resource_disk r = {.flags = flags,
				  .offset = to_le64(offset),
				  .size = to_le64(size)};

	for (unsigned i = 0; i < sizeof(r.stored_size); i++)
		r.stored_size[i] = (uint8_t)(stored_size >> (8 * i));
	return r;
}
