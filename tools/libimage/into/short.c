// SPDX-License-Identifier: MIT
//
// The short names of a folder of an image, as an open hash table.

#include <string.h>

#include "short.h"

#define LONGEST 12u

static struct short_name *find(const struct short_names *s, const le16 *name,
			       size_t len)
{
	uint64_t h = len;
	size_t i;

	for (i = 0; i < len; i++)
		h = (h ^ utf16_upcase(get_le16(name[i]))) *
		    UINT64_C(0x100000001b3);
	for (i = (size_t)(h ^ h >> 29) & s->mask; s->slots[i].name;
	     i = (i + 1) & s->mask)
		if (!utf16_casecmp(s->slots[i].name, s->slots[i].len, name,
				   len))
			break;
	return &s->slots[i];
}

static bool is_own(const struct wim_dentry *d)
{
	return !utf16_casecmp(d->name, d->name_len, d->short_name,
			      d->short_name_len);
}

// Long names first: no 8.3 name repeats one of them.
static void enter(struct short_names *s, const struct wim_dentry *folder,
		  bool *is_dropped)
{
	for (size_t i = 0; i < folder->child_count; i++) {
		const struct wim_dentry *d = folder->children[i];

		if (d->name_len <= LONGEST)
			*find(s, d->name, d->name_len) =
				(struct short_name){d->name, d->name_len};
	}
	for (size_t i = 0; i < folder->child_count; i++) {
		const struct wim_dentry *d = folder->children[i];
		struct short_name *slot;

		if (!d->short_name_len || is_own(d))
			continue;
		slot = find(s, d->short_name, d->short_name_len);
		if (slot->name)
			is_dropped[d->index] = true;
		else
			*slot = (struct short_name){d->short_name,
						    d->short_name_len};
	}
}

int into_short_load(struct short_names *s, const struct wim_dentry *folder,
		    bool *is_dropped, struct err *err)
{
	size_t count = 16;

	if (s->folder == folder)
		return 0;
	while (count < 4 * folder->child_count)
		count *= 2;
	mem_free(s->slots);
	s->slots = mem_array(count, sizeof(*s->slots));
	s->mask = count - 1;
	s->folder = NULL;
	if (!s->slots)
		return err_nomem(err);
	enter(s, folder, is_dropped);
	s->folder = folder;
	return 0;
}

bool into_short_has(const struct short_names *s, const le16 *name, size_t len)
{
	return find(s, name, len)->name != NULL;
}
