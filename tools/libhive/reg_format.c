// SPDX-License-Identifier: MIT
//
// Writing registry files, in the layout of those that Windows exports: UTF-16
// with its mark, bytes in hex broken after column 77.

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "hive_priv.h"

// regedit breaks there, and only between bytes
#define HEX_COLUMN 77u

struct text {
	le16 *units;
	size_t count, capacity;
	unsigned column;
	bool failed;
};

static void add_units(struct text *t, const le16 *units, size_t n)
{
	for (size_t i = 0; !t->failed && i < n; i++) {
		if (mem_grow((void **)&t->units, t->count, &t->capacity,
			     sizeof(*t->units))) {
			t->failed = true;
			return;
		}
		t->units[t->count++] = units[i];
		t->column = get_le16(units[i]) == '\n' ? 0 : t->column + 1;
	}
}

__attribute__((format(printf, 2, 3))) static void add(struct text *t,
						      const char *fmt, ...)
{
	char line[80];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	for (const char *c = line; *c; c++) {
		le16 unit = to_le16((uint8_t)*c);

		add_units(t, &unit, 1);
	}
}

static void add_quoted(struct text *t, const le16 *units, size_t n)
{
	add(t, "\"");
	for (size_t i = 0; i < n; i++) {
		if (get_le16(units[i]) == '"' || get_le16(units[i]) == '\\')
			add(t, "\\");
		add_units(t, units + i, 1);
	}
	add(t, "\"");
}

// The format has no escape for these: text that holds one goes as hex, and a
// name that does cannot go at all.
static bool fits_line(const le16 *units, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint16_t u = get_le16(units[i]);

		if (!u || u == '\r' || u == '\n')
			return false;
	}
	return true;
}

static void add_hex(struct text *t, const uint8_t *data, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		add(t, "%02x%s", data[i], i + 1 < size ? "," : "");
		if (i + 1 < size && t->column >= HEX_COLUMN)
			add(t, "\\\r\n  ");
	}
}

// In quotes only what reads back as the same bytes: one NUL, at the end.
// Anything else goes as hex(1).
static bool is_plain_text(const struct hive_value *v)
{
	const le16 *units = (const void *)v->data;
	size_t n = v->size / 2;

	return v->type == HIVE_SZ && n && !(v->size % 2) &&
	       !get_le16(units[n - 1]) && fits_line(units, n - 1);
}

static int add_value(struct text *t, const struct hive_value *v,
		     struct err *err)
{
	if (!fits_line(v->name, v->name_len))
		return err_set(err, -ENOTSUP, "value", ERR_NOWHERE,
			       "a name that a registry file cannot hold");
	if (v->name_len)
		add_quoted(t, v->name, v->name_len);
	else
		add(t, "@");
	add(t, "=");
	if (is_plain_text(v)) {
		add_quoted(t, (const void *)v->data, v->size / 2 - 1);
	} else if (v->type == HIVE_DWORD && v->size == 4) {
		add(t, "dword:%08x", load_le32(v->data));
	} else {
		if (v->type == HIVE_BINARY)
			add(t, "hex:");
		else
			add(t, "hex(%x):", v->type);
		add_hex(t, v->data, v->size);
	}
	add(t, "\r\n");
	return 0;
}

static void add_path(struct text *t, const struct hive_key *top,
		     const le16 *path, size_t len, const struct hive_key *key)
{
	if (key == top) {
		add_units(t, path, len);
		return;
	}
	add_path(t, top, path, len, key->parent);
	add(t, "\\");
	add_units(t, key->name, key->name_len);
}

static int add_key(struct text *t, const struct hive_key *top, const le16 *path,
		   size_t len, const struct hive_key *key, struct err *err)
{
	int r = 0;

	if (key != top && !fits_line(key->name, key->name_len))
		return err_set(err, -ENOTSUP, "key", ERR_NOWHERE,
			       "a name that a registry file cannot hold");
	add(t, "[");
	add_path(t, top, path, len, key);
	add(t, "]\r\n");
	for (size_t i = 0; !r && i < key->value_count; i++)
		r = add_value(t, &key->values[i], err);
	add(t, "\r\n");
	for (size_t i = 0; !r && i < key->subkey_count; i++)
		r = add_key(t, top, path, len, key->subkeys[i], err);
	return r;
}

int hive_reg_format(const struct hive_key *key, const char *path, void **ret,
		    size_t *ret_size, struct err *err)
{
	const le16 mark = to_le16(0xfeff);
	struct text t = {.failed = false};
	le16 *units;
	size_t len;
	int r = utf16_from_utf8(path, &units, &len);

	if (r)
		return r == -ENOMEM ? err_nomem(err)
				    : err_set(err, r, path, ERR_NOWHERE,
					      "not UTF-8 text");
	add_units(&t, &mark, 1);
	add(&t, "Windows Registry Editor Version 5.00\r\n\r\n");
	r = add_key(&t, key, units, len, key, err);
	if (!r && t.failed)
		r = err_nomem(err);
	mem_free(units);
	if (r) {
		mem_free(t.units);
		return r;
	}
	*ret = t.units;
	*ret_size = t.count * sizeof(*t.units);
	return 0;
}
