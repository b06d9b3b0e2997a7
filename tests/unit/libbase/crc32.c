// SPDX-License-Identifier: MIT
#include "test.h"

int main(void)
{
	// the check values of both polynomials, over "123456789"
	check_eq(crc32_update(0, "123456789", 9), 0xcbf43926);
	check_eq(crc32c_update(0, "123456789", 9), 0xe3069283);
	check_eq(crc32_update(crc32_update(0, "1234", 4), "56789", 5),
		 0xcbf43926);
	check_eq(crc32_update(0, "", 0), 0);
	return 0;
}
