// SPDX-License-Identifier: MIT
//
// Where the parent of a VHDX is: "VHDX Format Specification" 1.00, section
// 2.6.2.6, a list of keys and values, in the order in which Windows writes them.

#include <stdio.h>
#include <string.h>

#include "../vdisk_priv.h"
#include "vhdx_disk.h"
#include "vhdx_priv.h"

// In on-disk order.
static const struct guid locator_type = {{0xb7, 0xef, 0x4a, 0xb0, 0x9e, 0xd1,
					  0x81, 0x4a, 0xb7, 0x89, 0x25, 0xb8,
					  0xe9, 0x44, 0x59, 0x13}};

// What Windows writes as parent_linkage2.
#define NO_LINKAGE "{00000000-0000-0000-0000-000000000000}"

// Copies n bytes of UTF-16 at `off` of the item.
static int text(const uint8_t *item, uint32_t length, uint32_t off, uint32_t n,
		uint64_t where, char **ret, struct err *err)
{
	le16 *units;
	char *s;

	if (n % 2 || !range_ok(off, n, length))
		return err_corrupt(err, "VHDX parent locator", where,
				   "a text of %u bytes cannot be there", n);
	units = mem_dup(item + off, n);
	s = units ? utf16_to_utf8(units, n / 2) : NULL;
	mem_free(units);
	if (!s)
		return err_nomem(err);
	*ret = s;
	return 0;
}

// The values of a locator, as they are written; NULL: not there.
struct values {
	struct vdisk_parent paths;
	char *id, *id_2;
};

static void free_values(struct values *v)
{
	vdisk_parent_free(&v->paths);
	mem_free(v->id);
	mem_free(v->id_2);
}

// Returns where the value of a key goes, or NULL when it is not known.
static char **place_of(struct values *values, const char *key)
{
	const struct {
		const char *key;
		char **place;
	} known[] = {
		{"parent_linkage", &values->id},
		{"parent_linkage2", &values->id_2},
		{"relative_path", &values->paths.relative},
		{"absolute_win32_path", &values->paths.absolute},
		{"volume_path", &values->paths.volume},
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (!strcmp(key, known[i].key))
			return known[i].place;
	return NULL;
}

// Takes one entry, if its key is known.
static int take_entry(const uint8_t *item, const struct vhdx *v, uint32_t i,
		      struct values *values, struct err *err)
{
	struct vhdx_locator_entry_disk e;
	uint64_t at = sizeof(struct vhdx_locator_disk) + i * sizeof(e);
	char *key, **place;
	int r;

	if (!range_ok(at, sizeof(e), v->locator_length))
		return err_corrupt(err, "VHDX parent locator",
				   v->locator_offset, "entry %u does not fit",
				   i);
	memcpy(&e, item + at, sizeof(e));
	r = text(item, v->locator_length, get_le32(e.key),
		 get_le16(e.key_length), v->locator_offset + at, &key, err);
	if (r)
		return r;
	place = place_of(values, key);
	mem_free(key);
	if (!place || *place)
		return 0;
	return text(item, v->locator_length, get_le32(e.value),
		    get_le16(e.value_length), v->locator_offset + at, place,
		    err);
}

static int decode(const uint8_t *item, const struct vhdx *v,
		  struct values *values, struct err *err)
{
	struct vhdx_locator_disk head;

	if (v->locator_length < sizeof(head))
		return err_corrupt(err, "VHDX parent locator",
				   v->locator_offset, "it is too short");
	memcpy(&head, item, sizeof(head));
	if (!guid_equal(&head.type, &locator_type))
		return err_set(err, -ENOTSUP, "VHDX parent locator",
			       v->locator_offset, "its type is not known");
	for (uint32_t i = 0; i < get_le16(head.count); i++) {
		int r = take_entry(item, v, i, values, err);

		if (r)
			return r;
	}
	return 0;
}

int vhdx_locator_read(struct disk *file, const struct vhdx *v,
		      struct vhdx_locator *ret, struct err *err)
{
	uint8_t *item = mem_alloc(v->locator_length);
	struct vhdx_locator locator = {0};
	struct values values = {0};
	int r;

	if (!item)
		return err_nomem(err);
	r = disk_read(file, v->locator_offset, item, v->locator_length, err);
	if (!r)
		r = decode(item, v, &values, err);
	if (!r && (!values.id || guid_parse(values.id, &locator.id)))
		r = err_corrupt(err, "VHDX parent locator", v->locator_offset,
				"it does not say which disk the parent is");
	if (!r && values.id_2 && guid_parse(values.id_2, &locator.id_2))
		r = err_corrupt(err, "VHDX parent locator", v->locator_offset,
				"its parent_linkage2 is no identity");
	if (!r) {
		locator.paths = values.paths;
		values.paths = (struct vdisk_parent){0};
		*ret = locator;
	}
	free_values(&values);
	mem_free(item);
	return r;
}

// --- Writing -----------------------------------------------------------------

struct locator {
	uint8_t *bytes;
	uint32_t end;
	uint32_t count;
};

static int add_text(struct locator *l, const char *s, uint32_t *ret_off,
		    uint32_t *ret_n, struct err *err)
{
	le16 *units;
	size_t n;
	int r = utf16_from_utf8(s, &units, &n);

	if (r == -EINVAL)
		return err_set(err, r, s, ERR_NOWHERE, "the path is not UTF-8");
	if (r)
		return err_nomem(err);
	n *= sizeof(*units);
	if (n > UINT16_MAX || n > VHDX_MAX_LOCATOR - l->end) {
		r = err_set(err, -EFBIG, "VHDX", ERR_NOWHERE,
			    "the path of the parent is too long");
	} else {
		memcpy(l->bytes + l->end, units, n);
		*ret_off = l->end;
		*ret_n = (uint32_t)n;
		l->end += (uint32_t)n;
	}
	mem_free(units);
	return r;
}

static int add_entry(struct locator *l, const char *key, const char *value,
		     struct err *err)
{
	struct vhdx_locator_entry_disk e;
	uint32_t off = 0, n = 0;
	int r = add_text(l, key, &off, &n, err);

	e.key = to_le32(off);
	e.key_length = to_le16((uint16_t)n);
	if (!r)
		r = add_text(l, value, &off, &n, err);
	e.value = to_le32(off);
	e.value_length = to_le16((uint16_t)n);
	memcpy(l->bytes + sizeof(struct vhdx_locator_disk) +
		       l->count++ * sizeof(e),
	       &e, sizeof(e));
	return r;
}

int vhdx_locator_encode(const struct vdisk_create *c, uint8_t **ret,
			size_t *ret_n, struct err *err)
{
	uint16_t count = (uint16_t)(3 + (c->parent_absolute != NULL) +
				    (c->parent_volume != NULL));
	struct vhdx_locator_disk head = {.type = locator_type,
					 .count = to_le16(count)};
	struct locator l = {
		.bytes = mem_alloc(VHDX_MAX_LOCATOR),
		.end = (uint32_t)(sizeof(head) +
				  count * sizeof(struct
						 vhdx_locator_entry_disk))};
	char guid[GUID_TEXT], linkage[GUID_TEXT + 2];
	int r;

	if (!l.bytes)
		return err_nomem(err);
	snprintf(linkage, sizeof(linkage), "{%s}",
		 guid_format(&c->parent_id, guid));
	memcpy(l.bytes, &head, sizeof(head));
	r = add_entry(&l, "parent_linkage", linkage, err);
	if (!r && c->parent_absolute)
		r = add_entry(&l, "absolute_win32_path", c->parent_absolute,
			      err);
	if (!r)
		r = add_entry(&l, "relative_path", c->parent_relative, err);
	if (!r && c->parent_volume)
		r = add_entry(&l, "volume_path", c->parent_volume, err);
	if (!r)
		r = add_entry(&l, "parent_linkage2", NO_LINKAGE, err);
	if (r) {
		mem_free(l.bytes);
		return r;
	}
	*ret = l.bytes;
	*ret_n = l.end;
	return 0;
}
