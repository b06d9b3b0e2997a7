// SPDX-License-Identifier: MIT
//
// A store and its objects: the keys of a hive.
//
//     Description     KeyName, System
//     Objects
//       {guid}
//         Description  Type
//         Elements
//           12000004   Element

#include <stdio.h>
#include <string.h>

#include "bcd_priv.h"

char *bcd_object_text(const struct guid *id, char buf[BCD_OBJECT_TEXT])
{
	char text[GUID_TEXT];

	snprintf(buf, BCD_OBJECT_TEXT, "{%s}", guid_format(id, text));
	return buf;
}

// Returns where in the array an object of that GUID is, or belongs: in order of
// the text, as the hive has their keys.
static size_t position(const struct bcd *bcd, const struct guid *id)
{
	char text[GUID_TEXT], other[GUID_TEXT];
	size_t low = 0, high = bcd->object_count;

	guid_format(id, text);
	while (low < high) {
		size_t mid = (low + high) / 2;

		if (strcmp(guid_format(&bcd->objects[mid]->id, other), text) <
		    0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static struct bcd_object *lookup(const struct bcd *bcd, const struct guid *id)
{
	size_t pos = position(bcd, id);

	if (pos == bcd->object_count || !guid_equal(&bcd->objects[pos]->id, id))
		return NULL;
	return bcd->objects[pos];
}

struct bcd_object *bcd_object_find(const struct bcd *bcd, const struct guid *id)
{
	const struct bcd_object *manager;
	struct guid chosen;

	if (!guid_equal(id, &bcd_id_default))
		return lookup(bcd, id);
	manager = lookup(bcd, &bcd_id_bootmgr);
	if (!manager || bcd_get_object(manager, BCD_DEFAULT, &chosen, NULL))
		return NULL;
	return lookup(bcd, &chosen);
}

// Enters an object into the array; there is none of that GUID yet.
static int enter(struct bcd *bcd, const struct bcd_object *obj,
		 struct bcd_object **ret, struct err *err)
{
	size_t pos = position(bcd, &obj->id);
	struct bcd_object *copy = mem_dup(obj, sizeof(*obj));

	if (!copy ||
	    mem_grow((void **)&bcd->objects, bcd->object_count,
		     &bcd->object_capacity, sizeof(struct bcd_object *))) {
		mem_free(copy);
		return err_nomem(err);
	}
	memmove(&bcd->objects[pos + 1], &bcd->objects[pos],
		(bcd->object_count - pos) * sizeof(struct bcd_object *));
	bcd->objects[pos] = copy;
	bcd->object_count++;
	if (ret)
		*ret = copy;
	return 0;
}

// Reads what a key under "Objects" is.
// Returns 0, -ENOMEM, or another error when it is no object.
static int read_object(struct hive_key *key, struct bcd_object *ret)
{
	struct hive_key *description;
	char *name = hive_key_name(key);
	int r;

	if (!name)
		return -ENOMEM;
	ret->key = key;
	ret->elements = NULL;
	r = *name == '{' && !guid_parse(name, &ret->id) ? 0 : -ENOENT;
	mem_free(name);
	if (!r)
		r = hive_key_find(key, "Description", &description, NULL);
	if (!r)
		r = hive_value_get_u32(description, "Type", &ret->type, NULL);
	if (!r)
		r = hive_key_find(key, "Elements", &ret->elements, NULL);
	// an object without elements may lack the key
	return r == -ENOENT && ret->type ? 0 : r;
}

static int read_objects(struct bcd *bcd, struct err *err)
{
	struct hive_key *root = bcd->hive->root, *description;
	int r = hive_key_find(root, "Description", &description, err);

	if (!r)
		r = hive_key_find(root, "Objects", &bcd->objects_key, err);
	if (r == -ENOENT)
		return err_corrupt(err, "boot store", ERR_NOWHERE,
				   "it has no \"Description\" or no "
				   "\"Objects\" key");
	for (size_t i = 0; !r && i < bcd->objects_key->subkey_count; i++) {
		struct bcd_object obj = {.type = 0};

		r = read_object(bcd->objects_key->subkeys[i], &obj);
		if (r == -ENOMEM)
			return err_nomem(err);
		if (!r)
			// what is no object stays in the hive, untouched
			r = enter(bcd, &obj, NULL, err);
		else
			r = 0;
	}
	return r;
}

// KeyName is where Windows mounts the store (HKLM\BCD00000000); System marks
// the one that the machine starts from, rather than a file made by bcdedit
// /createstore.
static int describe(struct hive *hive, bool is_system, struct err *err)
{
	struct hive_key *key;
	int r = hive_key_add(hive, hive->root, "Description", &key, err);

	if (!r)
		r = hive_value_set_string(hive, key, "KeyName",
					  is_system ? "BCD00000000"
						    : "BCD00000001",
					  err);
	if (!r && is_system)
		r = hive_value_set_u32(hive, key, "System", 1, err);
	return r ? r : hive_key_add(hive, hive->root, "Objects", NULL, err);
}

int bcd_new(bool is_system, struct bcd **ret, struct err *err)
{
	struct bcd *bcd = mem_alloc(sizeof(*bcd));
	int r;

	if (!bcd)
		return err_nomem(err);
	// as bcdedit /createstore names it; nothing goes by it
	r = hive_new("NewStoreRoot", &bcd->hive, err);
	if (!r)
		r = describe(bcd->hive, is_system, err);
	if (!r)
		r = read_objects(bcd, err);
	if (r)
		bcd_free(bcd);
	else
		*ret = bcd;
	return r;
}

int bcd_load(const void *data, size_t size, struct bcd **ret, struct err *err)
{
	static const struct hive_log none[HIVE_LOGS];

	return bcd_load_with_logs(data, size, none, ret, err);
}

int bcd_load_with_logs(const void *data, size_t size,
		       const struct hive_log logs[HIVE_LOGS], struct bcd **ret,
		       struct err *err)
{
	struct bcd *bcd = mem_alloc(sizeof(*bcd));
	int r;

	if (!bcd)
		return err_nomem(err);
	r = hive_load_with_logs(data, size, logs, &bcd->hive, err);
	if (!r)
		r = read_objects(bcd, err);
	if (r)
		bcd_free(bcd);
	else
		*ret = bcd;
	return r;
}

int bcd_save(const struct bcd *bcd, void **ret, size_t *ret_size,
	     struct err *err)
{
	return hive_save(bcd->hive, ret, ret_size, err);
}

void bcd_free(struct bcd *bcd)
{
	if (!bcd)
		return;
	for (size_t i = 0; i < bcd->object_count; i++)
		mem_free(bcd->objects[i]);
	mem_free(bcd->objects);
	hive_free(bcd->hive);
	mem_free(bcd);
}

int bcd_object_add(struct bcd *bcd, const struct guid *id, uint32_t type,
		   struct bcd_object **ret, struct err *err)
{
	struct bcd_object obj = {.id = *id, .type = type};
	struct hive_key *description;
	char name[BCD_OBJECT_TEXT];
	int r;

	bcd_object_text(id, name);
	if (lookup(bcd, id))
		return err_set(err, -EEXIST, name, ERR_NOWHERE,
			       "the store has this object already");
	r = hive_key_add(bcd->hive, bcd->objects_key, name, &obj.key, err);
	if (r)
		return r;
	r = hive_key_add(bcd->hive, obj.key, "Description", &description, err);
	if (!r)
		r = hive_value_set_u32(bcd->hive, description, "Type", type,
				       err);
	if (!r)
		r = hive_key_add(bcd->hive, obj.key, "Elements", &obj.elements,
				 err);
	if (!r)
		r = enter(bcd, &obj, ret, err);
	if (r)
		hive_key_remove(bcd->hive, obj.key);
	return r;
}

// Takes a GUID out of one element of another object, if it is there.
static int forget_in(struct bcd *bcd, struct bcd_object *obj, uint32_t element,
		     const struct guid *id, struct err *err)
{
	struct guid *ids, one;
	size_t count, left = 0;
	int r;

	if (bcd_element_format(element) == BCD_FORMAT_OBJECT) {
		r = bcd_get_object(obj, element, &one, NULL);
		return !r && guid_equal(&one, id)
			       ? bcd_element_remove(bcd, obj, element, err)
			       : 0;
	}
	r = bcd_get_objects(obj, element, &ids, &count, NULL);
	if (r)
		return r == -ENOMEM ? err_nomem(err) : 0;
	for (size_t i = 0; i < count; i++)
		if (!guid_equal(&ids[i], id))
			ids[left++] = ids[i];
	// An empty list says nothing: the element goes instead.
	if (left && left < count)
		r = bcd_set_objects(bcd, obj, element, ids, left, err);
	else if (!left && count)
		r = bcd_element_remove(bcd, obj, element, err);
	mem_free(ids);
	return r;
}

static int forget(struct bcd *bcd, struct bcd_object *obj,
		  const struct guid *id, struct err *err)
{
	struct bcd_element e;
	size_t cursor = 0;

	while (bcd_element_next(obj, &cursor, &e)) {
		unsigned format = bcd_element_format(e.number);
		size_t before = obj->elements->subkey_count;
		int r;

		if (format != BCD_FORMAT_OBJECT && format != BCD_FORMAT_OBJECTS)
			continue;
		r = forget_in(bcd, obj, e.number, id, err);
		if (r)
			return r;
		// an element that was removed: the next one took its place
		cursor -= before - obj->elements->subkey_count;
	}
	return 0;
}

int bcd_object_remove(struct bcd *bcd, struct bcd_object *obj, bool everywhere,
		      struct err *err)
{
	size_t pos = position(bcd, &obj->id);

	for (size_t i = 0; everywhere && i < bcd->object_count; i++) {
		int r = forget(bcd, bcd->objects[i], &obj->id, err);

		if (r)
			return r;
	}
	bcd->object_count--;
	memmove(&bcd->objects[pos], &bcd->objects[pos + 1],
		(bcd->object_count - pos) * sizeof(struct bcd_object *));
	hive_key_remove(bcd->hive, obj->key);
	mem_free(obj);
	return 0;
}
