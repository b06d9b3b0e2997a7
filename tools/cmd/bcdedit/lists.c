// SPDX-License-Identifier: MIT
//
// bcdedit /displayorder, /toolsdisplayorder, /bootsequence: lists of entries.

#include "bcdedit.h"

bool bcdedit_joins(const struct edit *e)
{
	return bcdedit_given(e, ADDFIRST) || bcdedit_given(e, ADDLAST) ||
	       bcdedit_given(e, REMOVE);
}

int bcdedit_join(struct edit *e, struct bcd_object *obj, uint32_t element,
		 const struct guid *ids, size_t n)
{
	struct guid *old = NULL, *list;
	size_t old_count = 0, count = 0;
	int r = bcd_get_objects(obj, element, &old, &old_count, &e->err);

	if (r && r != -ENOENT)
		return r;
	list = mem_array(old_count + n, sizeof(*list));
	if (!list) {
		mem_free(old);
		return err_nomem(&e->err);
	}
	for (size_t i = 0; bcdedit_given(e, ADDFIRST) && i < n; i++)
		list[count++] = ids[i];
	for (size_t i = 0; i < old_count; i++) {
		size_t k = 0;

		while (k < n && !guid_equal(&old[i], &ids[k]))
			k++;
		if (k == n)
			list[count++] = old[i];
	}
	for (size_t i = 0; bcdedit_given(e, ADDLAST) && i < n; i++)
		list[count++] = ids[i];
	if (count)
		r = bcd_set_objects(e->bcd, obj, element, list, count, &e->err);
	else
		r = bcd_element_remove(e->bcd, obj, element, &e->err);
	mem_free(list);
	mem_free(old);
	return r == -ENOENT ? 0 : r;
}

static int run_list(struct edit *e, uint32_t element)
{
	struct bcd_object *manager;
	struct guid *ids;
	size_t n;
	int r = bcdedit_manager(e, &manager);

	if (!r)
		r = bcdedit_ids(e, 0, &ids, &n);
	if (r)
		return r;
	if (bcdedit_joins(e))
		r = bcdedit_join(e, manager, element, ids, n);
	else
		r = bcd_set_objects(e->bcd, manager, element, ids, n, &e->err);
	mem_free(ids);
	return r;
}

int bcdedit_displayorder(struct edit *e)
{
	return run_list(e, BCD_DISPLAY_ORDER);
}

int bcdedit_toolsorder(struct edit *e)
{
	return run_list(e, BCD_TOOLS_ORDER);
}

int bcdedit_bootsequence(struct edit *e)
{
	return run_list(e, BCD_BOOT_SEQUENCE);
}
