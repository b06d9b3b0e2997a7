// SPDX-License-Identifier: MIT
//
// Reading, setting and removing values of a key.

#include <string.h>

#include "hive_priv.h"

// Values keep the order in which they were made, as in Windows.
static struct hive_value *search(const struct hive_key *key, const le16 *name,
				 size_t len)
{
	for (size_t i = 0; i < key->value_count; i++)
		if (!utf16_casecmp(key->values[i].name, key->values[i].name_len,
				   name, len))
			return &key->values[i];
	return NULL;
}

int hive_value_find(const struct hive_key *key, const char *name,
		    struct hive_value **ret, struct err *err)
{
	struct hive_value *v;
	le16 *units;
	size_t len;
	int r = hive_text_units(name, &units, &len, err);

	if (r)
		return r;
	v = search(key, units, len);
	mem_free(units);
	if (!v)
		return -ENOENT;
	*ret = v;
	return 0;
}

// Gives `v`, a value of the key or NULL, the type and data; takes both name and
// data on success.
static int store(struct hive_key *key, struct hive_value *v, le16 *name,
		 size_t len, uint32_t type, uint8_t *data, size_t size)
{
	struct hive_value value = {
		.name = name,
		.name_len = (uint16_t)len,
		.type = type,
		.size = (uint32_t)size,
		.data = data,
	};

	if (v) {
		mem_free(name);
		if (!v->lent)
			mem_free(v->data);
		v->lent = false;
		v->type = type;
		v->size = (uint32_t)size;
		v->data = data;
		return 0;
	}
	if (mem_grow((void **)&key->values, key->value_count,
		     &key->value_capacity, sizeof(*key->values)))
		return -ENOMEM;
	key->values[key->value_count++] = value;
	return 0;
}

int hive_value_put(struct hive *hive, struct hive_key *key, const le16 *name,
		   size_t len, uint32_t type, const void *data, size_t size,
		   struct err *err)
{
	struct hive_value *v = search(key, name, len);
	uint8_t *copy = NULL;
	le16 *units;

	// Its count of values is the handle (load_key.c): with a value it would
	// be another one.
	if (key->flags & HIVE_KEY_PREDEFINED)
		return err_set(err, -EPERM, "value", ERR_NOWHERE,
			       "the key stands for a handle of Windows, and "
			       "holds no values");
	if (size > HIVE_MAX_DATA)
		return err_set(err, -EFBIG, "value", ERR_NOWHERE,
			       "a value of %zu bytes", size);
	if (len > HIVE_MAX_VALUE_NAME)
		return err_set(err, -EINVAL, "value", ERR_NOWHERE,
			       "a name of %zu characters", len);
	units = mem_dup(name, len * sizeof(*name));
	if (!units)
		return err_nomem(err);
	if (size) {
		copy = mem_dup(data, size);
		if (!copy)
			goto fail;
	}
	if (store(key, v, units, len, type, copy, size))
		goto fail;
	if (hive->now)
		key->written = hive->now;
	return 0;
fail:
	mem_free(copy);
	mem_free(units);
	return err_nomem(err);
}

int hive_value_set(struct hive *hive, struct hive_key *key, const char *name,
		   uint32_t type, const void *data, size_t size,
		   struct err *err)
{
	le16 *units;
	size_t len;
	int r = hive_text_units(name, &units, &len, err);

	if (r)
		return r;
	r = hive_value_put(hive, key, units, len, type, data, size, err);
	mem_free(units);
	return r;
}

int hive_value_set_u32(struct hive *hive, struct hive_key *key,
		       const char *name, uint32_t value, struct err *err)
{
	le32 data = to_le32(value);

	return hive_value_set(hive, key, name, HIVE_DWORD, &data, sizeof(data),
			      err);
}

int hive_value_set_string(struct hive *hive, struct hive_key *key,
			  const char *name, const char *text, struct err *err)
{
	le16 *units;
	size_t len;
	int r = hive_text_units(text, &units, &len, err);

	if (r)
		return r;
	r = hive_value_set(hive, key, name, HIVE_SZ, units,
			   (len + 1) * sizeof(*units), err);
	mem_free(units);
	return r;
}

int hive_value_get_u32(const struct hive_key *key, const char *name,
		       uint32_t *ret, struct err *err)
{
	struct hive_value *v;
	int r = hive_value_find(key, name, &v, err);

	if (r)
		return r;
	if (v->type != HIVE_DWORD || v->size != sizeof(le32))
		return err_corrupt(err, name, ERR_NOWHERE,
				   "not a 32-bit number");
	*ret = load_le32(v->data);
	return 0;
}

int hive_value_get_string(const struct hive_key *key, const char *name,
			  char **ret, struct err *err)
{
	struct hive_value *v;
	const le16 *units;
	size_t len = 0;
	char *text;
	int r = hive_value_find(key, name, &v, err);

	if (r)
		return r;
	// Windows does not force a NUL at the end, nor stops a caller from
	// storing more behind it.
	if (v->type != HIVE_SZ && v->type != HIVE_EXPAND_SZ)
		return err_corrupt(err, name, ERR_NOWHERE, "not a string");
	units = (const void *)v->data;
	while (len < v->size / 2 && get_le16(units[len]))
		len++;
	text = utf16_to_utf8(units, len);
	if (!text)
		return err_nomem(err);
	*ret = text;
	return 0;
}

int hive_value_remove(struct hive *hive, struct hive_key *key, const char *name,
		      struct err *err)
{
	struct hive_value *v;
	size_t pos;
	int r = hive_value_find(key, name, &v, err);

	if (r)
		return r;
	pos = (size_t)(v - key->values);
	hive_value_done(v);
	key->value_count--;
	memmove(v, v + 1, (key->value_count - pos) * sizeof(*v));
	if (hive->now)
		key->written = hive->now;
	return 0;
}

void hive_value_remove_all(struct hive *hive, struct hive_key *key)
{
	for (size_t i = 0; i < key->value_count; i++)
		hive_value_done(&key->values[i]);
	key->value_count = 0;
	if (hive->now)
		key->written = hive->now;
}
