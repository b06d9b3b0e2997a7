// SPDX-License-Identifier: MIT
#include "test.h"

int main(void)
{
	check(filetime_from_unix(0, 0) == UINT64_C(116444736000000000));
	check(filetime_from_unix(1, 100) == UINT64_C(116444736010000001));
	check_eq(filetime_from_unix(INT64_MIN, 0), 0);
	check_eq(filetime_to_unix(UINT64_C(116444736010000001)), 1);
	check_eq(filetime_to_unix(0), INT64_C(-11644473600));
	check(filetime_now() > filetime_from_unix(1600000000, 0));
	return 0;
}
