// SPDX-License-Identifier: MIT
//
// Elements and their values as words of bcdedit's command line.

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../bcd_place.h"
#include "bcdedit.h"
#include "../boot_limits.h"

static int bad_value(const char *value, const char *why, struct err *err)
{
	return err_set(err, -EINVAL, value, ERR_NOWHERE, "%s", why);
}

int bcdedit_element(const struct bcd_object *obj, const char *name,
		    uint32_t *ret, struct err *err)
{
	const struct bcd_name *known = bcd_name_find(obj->type, name);
	unsigned long n;
	char *end;

	if (known) {
		*ret = known->element;
		return 0;
	}
	if (!strncasecmp(name, "custom:", 7)) {
		n = strtoul(name + 7, &end, 16);
		if (end != name + 7 && !*end && n <= UINT32_MAX) {
			*ret = (uint32_t)n;
			return 0;
		}
	}
	return bad_value(
		name,
		"not an element of this kind of entry; bcdedit /? types lists them",
		err);
}

static int parse_integer(const char *s, const char *values, uint64_t *ret,
			 struct err *err)
{
	bool hex = !strncasecmp(s, "0x", 2);
	char *end;

	for (const char *v = values; v && *v;) {
		const char *word = strchr(v, '=') + 1;
		size_t len = strcspn(word, ",");

		if (strlen(s) == len && !strncasecmp(s, word, len)) {
			*ret = strtoull(v, NULL, 10);
			return 0;
		}
		v = word + len + (word[len] == ',');
	}
	errno = 0;
	*ret = strtoull(s, &end, hex ? 16 : 10);
	if (*s < '0' || *s > '9' || *end || errno)
		return bad_value(s, values ? values : "not a number", err);
	return 0;
}

static int parse_bool(const char *s, bool *ret, struct err *err)
{
	static const char *const words[][2] = {
		{"off", "on"}, {"no", "yes"}, {"false", "true"}, {"0", "1"}};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		for (size_t k = 0; k < 2; k++) {
			if (!strcasecmp(s, words[i][k])) {
				*ret = k;
				return 0;
			}
		}
	}
	return bad_value(s, "neither on nor off", err);
}

static int set_objects(struct bcd *bcd, struct bcd_object *obj,
		       uint32_t element, char **values, int count,
		       struct err *err)
{
	struct guid *ids = mem_array((size_t)count, sizeof(*ids));
	int r = 0;

	if (!ids)
		return err_nomem(err);
	for (int i = 0; !r && i < count; i++)
		if (bcd_resolve(bcd, values[i], &ids[i]))
			r = bad_value(values[i], "no identifier", err);
	if (!r && bcd_element_format(element) == BCD_FORMAT_OBJECT)
		r = bcd_set_object(bcd, obj, element, ids, err);
	else if (!r)
		r = bcd_set_objects(bcd, obj, element, ids, (size_t)count, err);
	mem_free(ids);
	return r;
}

bool bcdedit_is_ip(const struct bcd_name *name)
{
	size_t len = strlen(name->name);

	return len >= 6 && !strcmp(name->name + len - 6, "hostip");
}

static int set_ip(struct bcd *bcd, struct bcd_object *obj, uint32_t element,
		  const char *value, struct err *err)
{
	struct in_addr a;
	uint64_t n;

	if (inet_pton(AF_INET, value, &a) == 1)
		n = ntohl(a.s_addr);
	else if (strchr(value, '.') || parse_integer(value, NULL, &n, NULL) ||
		 n > UINT32_MAX)
		return bad_value(value, "no IPv4 address", err);
	return bcd_set_integer(bcd, obj, element, n, err);
}

static int set_integers(struct bcd *bcd, struct bcd_object *obj,
			uint32_t element, const char *words, char **values,
			int count, struct err *err)
{
	uint64_t *n = mem_array((size_t)count, sizeof(*n));
	int r = 0;

	if (!n)
		return err_nomem(err);
	for (int i = 0; !r && i < count; i++)
		r = parse_integer(values[i], words, &n[i], err);
	if (!r && bcd_element_format(element) == BCD_FORMAT_INTEGER)
		r = bcd_set_integer(bcd, obj, element, *n, err);
	else if (!r)
		r = bcd_set_integers(bcd, obj, element, n, (size_t)count, err);
	mem_free(n);
	return r;
}

static int set_device(struct bcd *bcd, struct bcd_object *obj, uint32_t element,
		      const char *value, struct err *err)
{
	struct bcd_device *d;
	int r = bcd_device_parse(value, element, bcd_place_resolve, NULL, &d,
				 err);

	if (r)
		return r;
	r = bcd_set_device(bcd, obj, element, d, err);
	if (!r)
		boot_limits_device("bcdedit", d);
	bcd_device_free(d);
	return r;
}

int bcdedit_set_element(struct bcd *bcd, struct bcd_object *obj,
			const char *element, char **values, int count,
			struct err *err)
{
	const struct bcd_name *known;
	uint32_t number;
	bool yes = false;
	int r = bcdedit_element(obj, element, &number, err);

	if (r)
		return r;
	if (count < 1)
		return bad_value(element, "a value is needed", err);
	known = bcd_name_of(obj->type, number);
	switch (bcd_element_format(number)) {
	case BCD_FORMAT_OBJECTS:
		return set_objects(bcd, obj, number, values, count, err);
	case BCD_FORMAT_INTEGERS:
		return set_integers(bcd, obj, number, NULL, values, count, err);
	default:
		break;
	}
	if (count > 1)
		return bad_value(values[1], "one value too many", err);
	switch (bcd_element_format(number)) {
	case BCD_FORMAT_DEVICE:
		return set_device(bcd, obj, number, *values, err);
	case BCD_FORMAT_STRING:
		boot_limits_string("bcdedit", number, *values);
		return bcd_set_string(bcd, obj, number, *values, err);
	case BCD_FORMAT_OBJECT:
		return set_objects(bcd, obj, number, values, 1, err);
	case BCD_FORMAT_INTEGER:
		if (known && bcdedit_is_ip(known))
			return set_ip(bcd, obj, number, *values, err);
		return set_integers(bcd, obj, number,
				    known ? known->values : NULL, values, 1,
				    err);
	case BCD_FORMAT_BOOL:
		r = parse_bool(*values, &yes, err);
		return r ? r : bcd_set_bool(bcd, obj, number, yes, err);
	default:
		return bad_value(element, "this element is of no known kind",
				 err);
	}
}
