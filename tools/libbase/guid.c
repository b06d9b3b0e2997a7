// SPDX-License-Identifier: MIT
//
// GUIDs in on-disk order (UEFI 2.10, appendix A; RFC 9562 for versions 4, 5).

#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "base.h"

// Text position of each byte's first hex digit, in on-disk order.
static const uint8_t digit_at[16] = {6,  4,  2,  0,  11, 9,  16, 14,
				     19, 21, 24, 26, 28, 30, 32, 34};

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

int guid_parse(const char *s, struct guid *ret)
{
	bool braces = s[0] == '{';
	struct guid g;

	s += braces;
	if (strlen(s) != 36u + braces || (braces && s[36] != '}'))
		return -EINVAL;
	if (s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-')
		return -EINVAL;
	for (size_t i = 0; i < 16; i++) {
		int high = hex_digit(s[digit_at[i]]);
		int low = hex_digit(s[digit_at[i] + 1]);

		if (high < 0 || low < 0)
			return -EINVAL;
		g.b[i] = (uint8_t)(high << 4 | low);
	}
	*ret = g;
	return 0;
}

char *guid_format(const struct guid *g, char buf[GUID_TEXT])
{
	static const char hex[] = "0123456789abcdef";

	memcpy(buf, "00000000-0000-0000-0000-000000000000", 37);
	for (size_t i = 0; i < 16; i++) {
		buf[digit_at[i]] = hex[g->b[i] >> 4];
		buf[digit_at[i] + 1] = hex[g->b[i] & 15];
	}
	return buf;
}

bool guid_equal(const struct guid *a, const struct guid *b)
{
	return !memcmp(a, b, sizeof(*a));
}

bool guid_is_zero(const struct guid *g)
{
	static const struct guid zero;

	return guid_equal(g, &zero);
}

// In on-disk order the version is in the high byte of the third field, which
// comes second there.
static void set_version(struct guid *g, uint8_t version)
{
	g->b[7] = (uint8_t)((g->b[7] & 0x0f) | version << 4);
	g->b[8] = (uint8_t)((g->b[8] & 0x3f) | 0x80);
}

int guid_random(struct guid *ret, struct err *err)
{
	struct guid g;

	if (getrandom(&g, sizeof(g), 0) != (ssize_t)sizeof(g))
		return err_set(err, -EIO, "random generator", ERR_NOWHERE,
			       "the kernel gave no random bytes");
	set_version(&g, 4);
	*ret = g;
	return 0;
}

void guid_from_name(const struct guid *seed, const char *name, struct guid *ret)
{
	uint8_t hash[SHA1_SIZE];
	struct sha1 s;

	sha1_init(&s);
	sha1_update(&s, seed, sizeof(*seed));
	sha1_update(&s, name, strlen(name));
	sha1_final(&s, hash);
	memcpy(ret->b, hash, sizeof(ret->b));
	set_version(ret, 5);
}
