// SPDX-License-Identifier: MIT
#include "test.h"

static void round_trip(const char *s, size_t units)
{
	le16 *u;
	size_t n;
	char *back;

	check_eq(utf16_from_utf8(s, &u, &n), 0);
	check_eq(n, units);
	back = utf16_to_utf8(u, n);
	check(!strcmp(back, s));
	mem_free(back);
	mem_free(u);
}

static int compare(const char *a, const char *b)
{
	le16 *x, *y;
	size_t n, m;
	int r;

	check_eq(utf16_from_utf8(a, &x, &n), 0);
	check_eq(utf16_from_utf8(b, &y, &m), 0);
	r = utf16_casecmp(x, n, y, m);
	mem_free(x);
	mem_free(y);
	return r;
}

int main(void)
{
	static const char *const bad[] = {"\x80",
					  "\xc3",
					  "\xc0\xaf",
					  "\xe0\x80\xaf",
					  "\xf4\x90\x80\x80",
					  "\xf8\x88\x80\x80\x80"};
	le16 lone = to_le16(0xd800);
	char *s = utf16_to_utf8(&lone, 1);
	le16 *u;
	size_t n;

	check(!strcmp(s, "\xed\xa0\x80"));
	check_eq(utf16_from_utf8(s, &u, &n), 0);
	check(n == 1 && get_le16(u[0]) == 0xd800);
	mem_free(u);
	mem_free(s);
	round_trip("", 0);
	round_trip("Grüße", 5);
	round_trip("日本語", 3);
	round_trip("😀", 2);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		check_eq(utf16_from_utf8(bad[i], &u, &n), -EINVAL);

	check_eq(utf16_upcase('a'), 'A');
	check_eq(utf16_upcase(0xe4), 0xc4);
	check_eq(utf16_upcase(0xff), 0x178);
	check_eq(utf16_upcase(0xdf), 0xdf); // sharp s stays
	check_eq(utf16_upcase(0x3b1), 0x391);
	check_eq(utf16_upcase(0xffff), 0xffff);
	check_eq(compare("ÄRGER.TXT", "ärger.txt"), 0);
	check(compare("a", "b") < 0 && compare("B", "a") > 0);
	check(compare("a", "ab") < 0 && compare("_", "a") > 0);
	return 0;
}
