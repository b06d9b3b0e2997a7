// SPDX-License-Identifier: MIT
#include "test.h"

int main(void)
{
	static const struct {
		const char *text;
		uint64_t size;
	} good[] = {{"0", 0},
		    {"512", 512},
		    {"512B", 512},
		    {"7b", 7},
		    {"1k", 1024},
		    {"3M", 3 << 20},
		    {"8G", UINT64_C(8) << 30},
		    {"2t", UINT64_C(2) << 40}};
	static const char *const bad[] = {"",
					  "M",
					  "-1",
					  "1 G",
					  "1GB",
					  "1BB",
					  "1X",
					  "18446744073709551616",
					  "99999999999T"};
	uint64_t size = 7;
	const char *end;
	char text[SIZE_TEXT];

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		check_eq(size_parse(good[i].text, NULL, &size), 0);
		check(size == good[i].size);
	}
	size = 7;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		check_eq(size_parse(bad[i], NULL, &size), -EINVAL);
		check_eq(size, 7);
	}
	check_eq(size_parse("4G..", &end, &size), 0);
	check(!strcmp(end, "..") && size == UINT64_C(4) << 30);
	check(!strcmp(size_text(UINT64_C(500107862016), text), "465 GB"));
	check(!strcmp(size_text((UINT64_C(1) << 30) - 1, text), "1023 MB"));
	check(!strcmp(size_text(UINT64_C(1945) << 20, text), "1945 MB"));
	check(!strcmp(size_text(UINT64_C(8) << 30, text), "8 GB"));
	check(!strcmp(size_text(UINT64_C(12) << 40, text), "12 TB"));
	return 0;
}
