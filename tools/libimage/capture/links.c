// SPDX-License-Identifier: MIT
//
// Files of several names: an open hash table, at most half full.

#include "links.h"

static struct link_slot *find(const struct capture_links *t, uint64_t volume,
			      uint64_t number)
{
	size_t i = (size_t)((number + volume * 31) *
				    UINT64_C(0x9e3779b97f4a7c15) >>
			    20);

	for (i &= t->mask; t->slots[i].is_used; i = (i + 1) & t->mask)
		if (t->slots[i].volume == volume &&
		    t->slots[i].number == number)
			break;
	return &t->slots[i];
}

static int grow(struct capture_links *t, struct err *err)
{
	struct capture_links larger = {.count = t->count};

	if (t->slots && t->count * 2 <= t->mask)
		return 0;
	larger.mask = t->slots ? t->mask * 2 + 1 : 63;
	larger.slots = mem_array(larger.mask + 1, sizeof(*larger.slots));
	if (!larger.slots)
		return err_nomem(err);
	for (size_t i = 0; t->slots && i <= t->mask; i++)
		if (t->slots[i].is_used)
			*find(&larger, t->slots[i].volume, t->slots[i].number) =
				t->slots[i];
	mem_free(t->slots);
	*t = larger;
	return 0;
}

int capture_links_find(struct capture_links *t, uint64_t volume,
		       uint64_t number, uint32_t **ret, struct err *err)
{
	struct link_slot *slot;
	int r = grow(t, err);

	if (r)
		return r;
	slot = find(t, volume, number);
	if (!slot->is_used) {
		*slot = (struct link_slot){volume, number, CAPTURE_NO_FILE,
					   true};
		t->count++;
	}
	*ret = &slot->file;
	return 0;
}

void capture_links_done(struct capture_links *t)
{
	mem_free(t->slots);
	*t = (struct capture_links){0};
}
