// SPDX-License-Identifier: MIT
//
// bcdedit /set, /deletevalue, /default, /timeout: elements of an entry.

#include "bcdedit.h"

// Changes a list of identifiers as /addfirst, /addlast or /remove say.
static int join_element(struct edit *e, struct bcd_object *obj)
{
	struct guid *ids;
	uint32_t element;
	size_t n;
	int r = bcdedit_element(obj, e->words[0], &element, &e->err);

	if (r)
		return r;
	if (bcd_element_format(element) != BCD_FORMAT_OBJECTS)
		return err_set(&e->err, -EINVAL, e->words[0], ERR_NOWHERE,
			       "this element is no list of identifiers");
	r = bcdedit_ids(e, 1, &ids, &n);
	if (r)
		return r;
	r = bcdedit_join(e, obj, element, ids, n);
	mem_free(ids);
	return r;
}

int bcdedit_set(struct edit *e)
{
	struct bcd_object *obj;
	int r = bcdedit_take_object(e, &obj);

	if (r)
		return r;
	if (!e->count)
		return bcdedit_needs(e, "the name of an element");
	if (bcdedit_joins(e))
		return join_element(e, obj);
	return bcdedit_set_element(e->bcd, obj, e->words[0], e->words + 1,
				   e->count - 1, &e->err);
}

int bcdedit_deletevalue(struct edit *e)
{
	struct bcd_object *obj;
	uint32_t element;
	int r = bcdedit_take_object(e, &obj);

	if (r)
		return r;
	if (e->count != 1)
		return bcdedit_needs(e, "the name of one element");
	r = bcdedit_element(obj, e->words[0], &element, &e->err);
	if (!r)
		r = bcd_element_remove(e->bcd, obj, element, &e->err);
	return r == -ENOENT
		       ? err_set(&e->err, -ENODATA, e->words[0], ERR_NOWHERE,
				 "the entry has no such element")
		       : r;
}

static int set_manager(struct edit *e, const char *element)
{
	struct bcd_object *manager;
	int r = bcdedit_manager(e, &manager);

	return r ? r
		 : bcdedit_set_element(e->bcd, manager, element, e->words,
				       e->count, &e->err);
}

int bcdedit_default(struct edit *e)
{
	struct bcd_object *obj;

	if (e->count != 1)
		return bcdedit_needs(e, "one identifier");
	if (bcdedit_find(e, e->words[0], &obj))
		return e->err.code;
	return set_manager(e, "default");
}

int bcdedit_timeout(struct edit *e)
{
	return set_manager(e, "timeout");
}
