// SPDX-License-Identifier: MIT
//
// Elements of an object: what each format is in the registry.
//
//     device     REG_BINARY    see device_encode.c
//     string     REG_SZ
//     object     REG_SZ        "{guid}"
//     objects    REG_MULTI_SZ  of such
//     integer    REG_BINARY    8 bytes
//     boolean    REG_BINARY    1 byte
//     integers   REG_BINARY    8 bytes each
//
// An element is a key named by its number, with one value "Element".

#include <stdio.h>
#include <string.h>

#include "bcd_priv.h"

#define ELEMENT_NAME 9 // eight hex digits and a NUL

static const char value_name[] = "Element";

static int wrong_format(uint32_t element, struct err *err)
{
	return err_set(err, -EINVAL, "element", ERR_NOWHERE,
		       "%08x holds another kind of value", element);
}

static int broken(uint32_t element, const char *why, struct err *err)
{
	char what[32];

	snprintf(what, sizeof(what), "element %08x", element);
	return err_corrupt(err, what, ERR_NOWHERE, "%s", why);
}

// --- Stepping and finding ----------------------------------------------------

static bool parse_number(const struct hive_key *key, uint32_t *ret)
{
	uint32_t n = 0;

	// Keys with other names are no elements, and left alone.
	if (key->name_len != 8)
		return false;
	for (size_t i = 0; i < 8; i++) {
		uint16_t c = get_le16(key->name[i]);
		uint32_t digit;

		if (c >= '0' && c <= '9')
			digit = c - '0';
		else if ((c | 32) >= 'a' && (c | 32) <= 'f')
			digit = (c | 32) - 'a' + 10u;
		else
			return false;
		n = n << 4 | digit;
	}
	*ret = n;
	return true;
}

static const struct hive_value *element_value(const struct hive_key *key)
{
	for (size_t i = 0; i < key->value_count; i++) {
		const struct hive_value *v = &key->values[i];
		size_t n = 0;

		while (n < sizeof(value_name) - 1 && n < v->name_len &&
		       (get_le16(v->name[n]) | 32) == (value_name[n] | 32))
			n++;
		if (n == sizeof(value_name) - 1 && n == v->name_len)
			return v;
	}
	return NULL;
}

bool bcd_element_next(const struct bcd_object *obj, size_t *cursor,
		      struct bcd_element *ret)
{
	while (obj->elements && *cursor < obj->elements->subkey_count) {
		const struct hive_key *key = obj->elements->subkeys[*cursor];

		++*cursor;
		ret->value = element_value(key);
		if (ret->value && parse_number(key, &ret->number))
			return true;
	}
	return false;
}

// Finds the key of an element that has a value.
static struct hive_key *find_key(const struct bcd_object *obj, uint32_t element)
{
	struct bcd_element e;
	size_t cursor = 0;

	while (bcd_element_next(obj, &cursor, &e))
		if (e.number == element)
			return obj->elements->subkeys[cursor - 1];
	return NULL;
}

bool bcd_element_exists(const struct bcd_object *obj, uint32_t element)
{
	return find_key(obj, element) != NULL;
}

// Finds the value of an element that must have that format and registry type.
static int find_element(const struct bcd_object *obj, uint32_t element,
			enum bcd_format format, uint32_t type,
			const struct hive_value **ret, struct err *err)
{
	const struct hive_key *key = find_key(obj, element);
	const struct hive_value *v;

	if (bcd_element_format(element) != format)
		return wrong_format(element, err);
	if (!key)
		return -ENOENT;
	v = element_value(key);
	// Not converted: Windows never writes another type than the number
	// says.
	if (v->type != type)
		return broken(element, "its registry type is wrong", err);
	*ret = v;
	return 0;
}

int bcd_element_remove(struct bcd *bcd, struct bcd_object *obj,
		       uint32_t element, struct err *err)
{
	struct hive_key *key = find_key(obj, element);

	if (!key)
		return -ENOENT;
	hive_key_remove(bcd->hive, key);
	return 0;
}

// --- Setting -----------------------------------------------------------------

int bcd_set_raw(struct bcd *bcd, struct bcd_object *obj, uint32_t element,
		uint32_t type, const void *data, size_t size, struct err *err)
{
	struct hive_key *key;
	char name[ELEMENT_NAME];
	bool is_new;
	int r;

	if (!obj->elements) {
		r = hive_key_add(bcd->hive, obj->key, "Elements",
				 &obj->elements, err);
		if (r)
			return r;
	}
	is_new = !find_key(obj, element);
	snprintf(name, sizeof(name), "%08x", element);
	r = hive_key_add(bcd->hive, obj->elements, name, &key, err);
	if (r)
		return r;
	r = hive_value_set(bcd->hive, key, value_name, type, data, size, err);
	if (r && is_new)
		hive_key_remove(bcd->hive, key);
	return r;
}

static int set_value(struct bcd *bcd, struct bcd_object *obj, uint32_t element,
		     enum bcd_format format, uint32_t type, const void *data,
		     size_t size, struct err *err)
{
	if (bcd_element_format(element) != format)
		return wrong_format(element, err);
	return bcd_set_raw(bcd, obj, element, type, data, size, err);
}

static int set_text(struct bcd *bcd, struct bcd_object *obj, uint32_t element,
		    enum bcd_format format, uint32_t type, const char *text,
		    struct err *err)
{
	le16 *units;
	size_t len;
	int r;

	r = utf16_from_utf8(text, &units, &len);
	if (r == -ENOMEM)
		return err_nomem(err);
	if (r)
		return err_set(err, -EINVAL, text, ERR_NOWHERE,
			       "not UTF-8 text");
	r = set_value(bcd, obj, element, format, type, units,
		      (len + 1) * sizeof(*units), err);
	mem_free(units);
	return r;
}

int bcd_set_string(struct bcd *bcd, struct bcd_object *obj, uint32_t element,
		   const char *text, struct err *err)
{
	return set_text(bcd, obj, element, BCD_FORMAT_STRING, HIVE_SZ, text,
			err);
}

int bcd_set_object(struct bcd *bcd, struct bcd_object *obj, uint32_t element,
		   const struct guid *id, struct err *err)
{
	char text[BCD_OBJECT_TEXT];

	return set_text(bcd, obj, element, BCD_FORMAT_OBJECT, HIVE_SZ,
			bcd_object_text(id, text), err);
}

int bcd_set_objects(struct bcd *bcd, struct bcd_object *obj, uint32_t element,
		    const struct guid *ids, size_t count, struct err *err)
{
	char text[BCD_OBJECT_TEXT];
	le16 *units = mem_array(count * BCD_OBJECT_TEXT + 1, sizeof(*units));
	size_t n = 0;
	int r;

	if (!units)
		return err_nomem(err);
	for (size_t i = 0; i < count; i++) {
		bcd_object_text(&ids[i], text);
		for (const char *c = text; *c; c++)
			units[n++] = to_le16((uint8_t)*c);
		n++;
	}
	// one more NUL ends the list
	r = set_value(bcd, obj, element, BCD_FORMAT_OBJECTS, HIVE_MULTI_SZ,
		      units, (n + 1) * sizeof(*units), err);
	mem_free(units);
	return r;
}

int bcd_set_integer(struct bcd *bcd, struct bcd_object *obj, uint32_t element,
		    uint64_t value, struct err *err)
{
	le64 data = to_le64(value);

	return set_value(bcd, obj, element, BCD_FORMAT_INTEGER, HIVE_BINARY,
			 &data, sizeof(data), err);
}

int bcd_set_bool(struct bcd *bcd, struct bcd_object *obj, uint32_t element,
		 bool value, struct err *err)
{
	uint8_t data = value;

	return set_value(bcd, obj, element, BCD_FORMAT_BOOL, HIVE_BINARY, &data,
			 sizeof(data), err);
}

int bcd_set_integers(struct bcd *bcd, struct bcd_object *obj, uint32_t element,
		     const uint64_t *values, size_t count, struct err *err)
{
	le64 *data = mem_array(count, sizeof(*data));
	int r;

	if (!data)
		return err_nomem(err);
	for (size_t i = 0; i < count; i++)
		data[i] = to_le64(values[i]);
	r = set_value(bcd, obj, element, BCD_FORMAT_INTEGERS, HIVE_BINARY, data,
		      count * sizeof(*data), err);
	mem_free(data);
	return r;
}

int bcd_set_device(struct bcd *bcd, struct bcd_object *obj, uint32_t element,
		   const struct bcd_device *device, struct err *err)
{
	void *data;
	size_t size;
	int r = bcd_device_encode(device, &data, &size, err);

	if (r)
		return r;
	r = set_value(bcd, obj, element, BCD_FORMAT_DEVICE, HIVE_BINARY, data,
		      size, err);
	mem_free(data);
	return r;
}

// --- Getting -----------------------------------------------------------------

// Returns the units of a value from `from` on up to a NUL or the value's end.
static size_t text_len(const struct hive_value *v, size_t from)
{
	const le16 *units = (const void *)v->data;
	size_t n = from;

	while (n < v->size / 2 && get_le16(units[n]))
		n++;
	return n - from;
}

int bcd_get_string(const struct bcd_object *obj, uint32_t element, char **ret,
		   struct err *err)
{
	const struct hive_value *v;
	char *text;
	int r = find_element(obj, element, BCD_FORMAT_STRING, HIVE_SZ, &v, err);

	if (r)
		return r;
	// without a NUL too: the registry does not force one
	text = v->size ? utf16_to_utf8((const void *)v->data, text_len(v, 0))
		       : mem_strdup("");
	if (!text)
		return err_nomem(err);
	*ret = text;
	return 0;
}

// Reads "{guid}", `len` units from `from` on.
static int read_object(const struct hive_value *v, size_t from, size_t len,
		       uint32_t element, struct guid *ret, struct err *err)
{
	const le16 *units = (const void *)v->data;
	char text[BCD_OBJECT_TEXT] = {0};

	for (size_t i = 0; i < len && i < BCD_OBJECT_TEXT - 1; i++)
		text[i] = get_le16(units[from + i]) < 0x80
				  ? (char)units[from + i].b[0]
				  : '?';
	if (len >= BCD_OBJECT_TEXT || *text != '{' || guid_parse(text, ret))
		return broken(element, "it holds no GUID", err);
	return 0;
}

int bcd_get_object(const struct bcd_object *obj, uint32_t element,
		   struct guid *ret, struct err *err)
{
	const struct hive_value *v;
	int r = find_element(obj, element, BCD_FORMAT_OBJECT, HIVE_SZ, &v, err);

	return r ? r : read_object(v, 0, text_len(v, 0), element, ret, err);
}

int bcd_get_objects(const struct bcd_object *obj, uint32_t element,
		    struct guid **ret, size_t *ret_count, struct err *err)
{
	const struct hive_value *v;
	struct guid *ids;
	size_t count = 0, at = 0, len;
	int r = find_element(obj, element, BCD_FORMAT_OBJECTS, HIVE_MULTI_SZ,
			     &v, err);

	if (r)
		return r;
	// "{", "}" and the NUL alone take six bytes
	ids = mem_array(v->size / 6 + 1, sizeof(*ids));
	if (!ids)
		return err_nomem(err);
	while (!r && (len = text_len(v, at))) {
		r = read_object(v, at, len, element, &ids[count++], err);
		at += len + 1;
		if (at >= v->size / 2)
			break;
	}
	if (r) {
		mem_free(ids);
		return r;
	}
	*ret = ids;
	*ret_count = count;
	return 0;
}

int bcd_get_integer(const struct bcd_object *obj, uint32_t element,
		    uint64_t *ret, struct err *err)
{
	const struct hive_value *v;
	le64 data = {{0}};
	int r = find_element(obj, element, BCD_FORMAT_INTEGER, HIVE_BINARY, &v,
			     err);

	if (r)
		return r;
	// Windows writes 8 bytes; a shorter one is the same number
	if (!v->size || v->size > sizeof(data))
		return broken(element, "an integer has 1 to 8 bytes", err);
	memcpy(&data, v->data, v->size);
	*ret = get_le64(data);
	return 0;
}

int bcd_get_bool(const struct bcd_object *obj, uint32_t element, bool *ret,
		 struct err *err)
{
	const struct hive_value *v;
	int r = find_element(obj, element, BCD_FORMAT_BOOL, HIVE_BINARY, &v,
			     err);

	if (r)
		return r;
	if (v->size != 1)
		return broken(element, "a boolean has one byte", err);
	*ret = v->data[0] != 0;
	return 0;
}

int bcd_get_integers(const struct bcd_object *obj, uint32_t element,
		     uint64_t **ret, size_t *ret_count, struct err *err)
{
	const struct hive_value *v;
	uint64_t *values;
	size_t count;
	int r = find_element(obj, element, BCD_FORMAT_INTEGERS, HIVE_BINARY, &v,
			     err);

	if (r)
		return r;
	if (v->size % sizeof(le64))
		return broken(element, "an integer of a list has 8 bytes", err);
	count = v->size / sizeof(le64);
	values = mem_array(count, sizeof(*values));
	if (!values)
		return err_nomem(err);
	for (size_t i = 0; i < count; i++) {
		values[i] = load_le64(v->data + i * sizeof(le64));
	}
	*ret = values;
	*ret_count = count;
	return 0;
}

int bcd_get_device(const struct bcd_object *obj, uint32_t element,
		   struct bcd_device **ret, struct err *err)
{
	const struct hive_value *v;
	int r = find_element(obj, element, BCD_FORMAT_DEVICE, HIVE_BINARY, &v,
			     err);

	return r ? r : bcd_device_decode(v->data, v->size, ret, err);
}
