// SPDX-License-Identifier: MIT
//
// What the verbs of bcdedit share: switches, and entries by their identifiers.

#include <strings.h>

#include "bcdedit.h"

bool bcdedit_given(const struct edit *e, int s)
{
	return e->switches[s].value != NULL;
}

int bcdedit_id(struct edit *e, const char *text, struct guid *ret)
{
	int r = bcd_resolve(e->bcd, text, ret);

	if (r == -ENOENT)
		return err_set(&e->err, r, text, ERR_NOWHERE,
			       "the store has no default entry");
	return r ? err_set(&e->err, r, text, ERR_NOWHERE,
			   "no identifier: a GUID in braces, or a name such as "
			   "{default}")
		 : 0;
}

int bcdedit_ids(struct edit *e, int first, struct guid **ret, size_t *ret_count)
{
	size_t n = e->count > first ? (size_t)(e->count - first) : 0;
	struct guid *ids;
	int r = 0;

	if (!n)
		return bcdedit_needs(e, "an identifier");
	ids = mem_array(n, sizeof(*ids));
	if (!ids)
		return err_nomem(&e->err);
	for (size_t i = 0; !r && i < n; i++)
		r = bcdedit_id(e, e->words[first + (int)i], &ids[i]);
	if (r) {
		mem_free(ids);
		return r;
	}
	*ret = ids;
	*ret_count = n;
	return 0;
}

int bcdedit_find(struct edit *e, const char *text, struct bcd_object **ret)
{
	struct guid id;

	*ret = bcd_resolve(e->bcd, text, &id) ? NULL
					      : bcd_object_find(e->bcd, &id);
	if (*ret)
		return 0;
	return err_set(
		&e->err, -ENOENT, text, ERR_NOWHERE,
		!strcasecmp(text, "{current}")
			? "no Windows is running here: name {default} "
			  "or another entry"
		: !strcasecmp(text, "{fwbootmgr}")
			? "the firmware's own order is not in the store: "
			  "bcdboot without /s puts Windows first in it, "
			  "with /addlast last"
			: "the store has no such entry");
}

int bcdedit_take_object(struct edit *e, struct bcd_object **ret)
{
	const char *text = "{default}";

	if (e->count && *e->words[0] == '{') {
		text = *e->words++;
		e->count--;
	}
	return bcdedit_find(e, text, ret);
}

int bcdedit_needs(struct edit *e, const char *what)
{
	return err_set(&e->err, -EINVAL, "", ERR_NOWHERE,
		       "%s is needed; see bcdedit /?", what);
}

int bcdedit_obtain(struct edit *e, const struct guid *id, uint32_t type,
		   struct bcd_object **ret)
{
	*ret = bcd_object_find(e->bcd, id);
	return *ret ? 0 : bcd_object_add(e->bcd, id, type, ret, &e->err);
}

int bcdedit_manager(struct edit *e, struct bcd_object **ret)
{
	return bcdedit_obtain(e, &bcd_id_bootmgr, BCD_BOOT_MANAGER, ret);
}
