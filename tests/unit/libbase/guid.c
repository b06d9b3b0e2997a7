// SPDX-License-Identifier: MIT
#include "test.h"

int main(void)
{
	static const char *const bad[] = {
		"",
		"{",
		"c12a7328-f81f-11d2-ba4b-00a0c93ec93",
		"c12a7328-f81f-11d2-ba4b-00a0c93ec93bb",
		"c12a7328+f81f-11d2-ba4b-00a0c93ec93b",
		"{c12a7328-f81f-11d2-ba4b-00a0c93ec93b",
		"c12a7328-f81f-11d2-ba4b-00a0c93ec93b}",
		"g12a7328-f81f-11d2-ba4b-00a0c93ec93b"};
	struct guid g, h;
	char text[GUID_TEXT];

	check_eq(guid_parse("{C12A7328-F81F-11D2-BA4B-00A0C93EC93B}", &g), 0);
	check(!memcmp(&g,
		      "\x28\x73\x2a\xc1\x1f\xf8\xd2\x11\xba\x4b\x00\xa0"
		      "\xc9\x3e\xc9\x3b",
		      16));
	check(!strcmp(guid_format(&g, text),
		      "c12a7328-f81f-11d2-ba4b-00a0c93ec93b"));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		check_eq(guid_parse(bad[i], &h), -EINVAL);
	check(!guid_is_zero(&g));
	guid_from_name(&g, "a", &h);
	check(!guid_equal(&g, &h) && h.b[7] >> 4 == 5 && h.b[8] >> 6 == 2);
	guid_from_name(&g, "a", &g);
	check(guid_equal(&g, &h));
	check_eq(guid_random(&g, NULL), 0);
	check(g.b[7] >> 4 == 4 && g.b[8] >> 6 == 2);
	return 0;
}
