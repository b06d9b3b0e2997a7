// SPDX-License-Identifier: MIT
//
// Types and data of values as words, in the forms of Windows' reg.

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "reg.h"

static const char *const types[] = {
	"REG_NONE",
	"REG_SZ",
	"REG_EXPAND_SZ",
	"REG_BINARY",
	"REG_DWORD",
	"REG_DWORD_BIG_ENDIAN",
	"REG_LINK",
	"REG_MULTI_SZ",
	"REG_RESOURCE_LIST",
	"REG_FULL_RESOURCE_DESCRIPTOR",
	"REG_RESOURCE_REQUIREMENTS_LIST",
	"REG_QWORD",
};

#define TYPES (sizeof(types) / sizeof(types[0]))

const char *reg_type_name(uint32_t type, char buf[16])
{
	if (type < TYPES)
		return types[type];
	snprintf(buf, 16, "0x%x", type);
	return buf;
}

int reg_type_parse(const char *name, uint32_t *ret, struct err *err)
{
	if (!strcasecmp(name, "REG_DWORD_LITTLE_ENDIAN"))
		name = types[HIVE_DWORD];
	for (uint32_t i = 0; i < TYPES; i++) {
		if (!strcasecmp(types[i], name)) {
			*ret = i;
			return 0;
		}
	}
	return err_set(
		err, -EINVAL, name, ERR_NOWHERE,
		"no type of the registry: REG_SZ, REG_EXPAND_SZ, REG_MULTI_SZ, "
		"REG_DWORD, REG_QWORD, REG_BINARY, REG_NONE are some");
}

char *reg_value_name(const struct hive_value *v)
{
	return v->name_len ? utf16_to_utf8(v->name, v->name_len)
			   : mem_strdup("(Default)");
}

char *reg_path_below(const char *path, const struct hive_key *key)
{
	char *name = hive_key_name(key);
	size_t len = strlen(path);
	char *below = name ? mem_alloc(len + strlen(name) + 2) : NULL;

	if (below)
		snprintf(below, len + strlen(name) + 2, "%s\\%s", path, name);
	mem_free(name);
	return below;
}

// --- Showing -----------------------------------------------------------------

static char *hex_text(const struct hive_value *v)
{
	char *text = mem_array((size_t)v->size + 1, 2);

	for (size_t i = 0; text && i < v->size; i++)
		snprintf(text + 2 * i, 3, "%02X", v->data[i]);
	return text;
}

static char *number_text(const struct hive_value *v)
{
	char text[24];
	uint64_t n = 0;

	for (size_t i = v->size; i-- > 0;)
		n = n << 8 | v->data[i];
	snprintf(text, sizeof(text), "0x%" PRIx64, n);
	return mem_strdup(text);
}

static size_t string_len(const le16 *units, size_t n)
{
	size_t len = 0;

	while (len < n && get_le16(units[len]))
		len++;
	return len;
}

static char *strings_text(const struct hive_value *v, const char *separator)
{
	const le16 *units = (const void *)v->data;
	size_t n = v->size / 2, at = 0, len = 0, gap = strlen(separator);
	char *all = mem_alloc(1);

	while (all && at < n && get_le16(units[at])) {
		size_t part = string_len(units + at, n - at);
		char *text = utf16_to_utf8(units + at, part), *more = NULL;

		if (text)
			more = mem_resize(all, len + gap + strlen(text) + 1, 1);
		if (!more) {
			mem_free(text);
			mem_free(all);
			return NULL;
		}
		all = more;
		if (at) {
			memcpy(all + len, separator, gap);
			len += gap;
		}
		memcpy(all + len, text, strlen(text) + 1);
		len += strlen(text);
		mem_free(text);
		at += part + 1;
	}
	return all;
}

char *reg_data_text(const struct hive_value *v, const char *separator)
{
	const le16 *units = (const void *)v->data;

	switch (v->type) {
	case HIVE_SZ:
	case HIVE_EXPAND_SZ:
		return utf16_to_utf8(units, string_len(units, v->size / 2));
	case HIVE_MULTI_SZ:
		return strings_text(v, separator);
	case HIVE_DWORD:
		return v->size == 4 ? number_text(v) : hex_text(v);
	case HIVE_QWORD:
		return v->size == 8 ? number_text(v) : hex_text(v);
	default:
		return hex_text(v);
	}
}

// --- Reading -----------------------------------------------------------------

static int bad(const char *text, const char *why, struct err *err)
{
	return err_set(err, -EINVAL, text, ERR_NOWHERE, "%s", why);
}

// -1 is a number of 64 bits alone, and only in decimal.
static int parse_number(const char *text, size_t size, void **ret,
			struct err *err)
{
	bool is_negative = size == 8 && *text == '-';
	const char *digits = text + is_negative;
	bool is_hex = !is_negative && !strncasecmp(digits, "0x", 2);
	uint8_t bytes[8];
	uint64_t n;
	char *end;

	errno = 0;
	n = strtoull(digits, &end, is_hex ? 16 : 10);
	if (*digits < '0' || *digits > '9' || *end || errno ||
	    (size == 4 && n > UINT32_MAX) || (is_negative && n > 1ull << 63))
		return bad(text, "no number of that type", err);
	if (is_negative)
		n = -n;
	for (size_t i = 0; i < size; i++)
		bytes[i] = (uint8_t)(n >> 8 * i);
	*ret = mem_dup(bytes, size);
	return *ret ? 0 : err_nomem(err);
}

static int parse_binary(const char *text, void **ret, size_t *ret_size,
			struct err *err)
{
	size_t len = strlen(text);
	uint8_t *data = mem_alloc(len / 2 + 1);

	if (!data)
		return err_nomem(err);
	if (strspn(text, "0123456789abcdefABCDEF") != len) {
		mem_free(data);
		return bad(text, "no hexadecimal digits", err);
	}
	// an odd number of digits: as if a 0 stood first
	for (size_t i = 0; i < len; i++) {
		char digit[2] = {text[i], 0};
		size_t at = (i + len % 2) / 2;

		data[at] = (uint8_t)(data[at] << 4 | strtoul(digit, NULL, 16));
	}
	*ret = data;
	*ret_size = (len + 1) / 2;
	return 0;
}

// Turns text into units, with a NUL behind them that is counted.
static int parse_text(const char *text, void **ret, size_t *ret_size,
		      struct err *err)
{
	size_t n;
	le16 *units;
	int r = utf16_from_utf8(text, &units, &n);

	if (r)
		return r == -EINVAL ? bad(text, "no UTF-8 text", err)
				    : err_nomem(err);
	*ret = units;
	*ret_size = (n + 1) * sizeof(*units);
	return 0;
}

bool reg_is_separator(const char *text)
{
	le16 *units;
	size_t n;

	if (utf16_from_utf8(text, &units, &n))
		return false;
	mem_free(units);
	return n == 1;
}

// Puts a NUL in the place of each separator. *ret_n is then what is left of the
// n units, with a NUL behind the last string. One at the end divides nothing; an
// empty string among others is none, as it would end them.
// Returns false when there is one.
static bool divide(le16 *units, size_t n, const le16 *separator, size_t gap,
		   size_t *ret_n)
{
	bool is_alone = n == gap;
	size_t done = 0, start = 0;

	for (size_t i = 0; i < n;) {
		bool ends = n - i >= gap &&
			    !memcmp(units + i, separator, gap * sizeof(*units));

		if (ends && done == start && !is_alone)
			return false;
		units[done++] = ends ? to_le16(0) : units[i];
		i += ends ? gap : 1;
		if (ends)
			start = done;
	}
	if (done > start)
		units[done++] = to_le16(0);
	*ret_n = done;
	return true;
}

static int parse_strings(const char *text, const char *separator, void **ret,
			 size_t *ret_size, struct err *err)
{
	le16 *units = NULL, *gap = NULL, *more;
	size_t n = 0, gap_n = 0;
	int r = utf16_from_utf8(text, &units, &n);

	if (!r)
		r = utf16_from_utf8(separator, &gap, &gap_n);
	// all units, a NUL behind the last string and one behind all
	more = r ? NULL : mem_resize(units, n + 2, sizeof(*units));
	if (!r && !more)
		r = -ENOMEM;
	if (more)
		units = more;
	if (r == -ENOMEM)
		err_nomem(err);
	else if (r)
		r = bad(text, "no UTF-8 text", err);
	else if (!divide(units, n, gap, gap_n, &n))
		r = bad(text, "an empty string among others", err);
	mem_free(gap);
	if (r) {
		mem_free(units);
		return r;
	}
	units[n] = to_le16(0);
	*ret = units;
	*ret_size = (n + 1) * sizeof(*units);
	return 0;
}

int reg_data_parse(const char *text, uint32_t type, const char *separator,
		   void **ret, size_t *ret_size, struct err *err)
{
	switch (type) {
	case HIVE_DWORD:
	case HIVE_DWORD_BIG_ENDIAN: // little-endian too, as reg.exe writes it
		if (!text)
			return bad("/d", "a number of 32 bits is needed", err);
		*ret_size = 4;
		return parse_number(text, 4, ret, err);
	case HIVE_QWORD:
		*ret_size = 8;
		return parse_number(text ? text : "0", 8, ret, err);
	case HIVE_NONE:
	case HIVE_SZ:
	case HIVE_EXPAND_SZ:
		return parse_text(text ? text : "", ret, ret_size, err);
	case HIVE_MULTI_SZ:
		return parse_strings(text ? text : "", separator, ret, ret_size,
				     err);
	case HIVE_BINARY:
		return parse_binary(text ? text : "", ret, ret_size, err);
	default:
		return bad("/t",
			   "a value of this type is made by reg import "
			   "alone",
			   err);
	}
}
