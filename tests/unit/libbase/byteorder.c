// SPDX-License-Identifier: MIT
#include "test.h"

int main(void)
{
	uint8_t bytes[9] = {0};

	check_eq(get_le16(to_le16(0x1234)), 0x1234);
	check_eq(get_be16(to_be16(0x1234)), 0x1234);
	check_eq(get_le32(to_le32(0x89abcdef)), 0x89abcdef);
	check_eq(get_be32(to_be32(0x89abcdef)), 0x89abcdef);
	check(get_le64(to_le64(UINT64_C(0x89abcdef01234567))) ==
	      UINT64_C(0x89abcdef01234567));
	check(get_be64(to_be64(UINT64_C(0x89abcdef01234567))) ==
	      UINT64_C(0x89abcdef01234567));
	check(!memcmp(to_le32(0x01020304).b, "\4\3\2\1", 4));
	check(!memcmp(to_be64(1).b, "\0\0\0\0\0\0\0\1", 8));

	store_le32(bytes + 1, 0x89abcdef);
	check(!memcmp(bytes, "\0\xef\xcd\xab\x89\0", 6));
	check_eq(load_le32(bytes + 1), 0x89abcdef);
	check(load_le64(bytes + 1) == 0x89abcdef);

	check(range_ok(0, 0, 0));
	check(range_ok(5, 5, 10));
	check(!range_ok(5, 6, 10));
	check(!range_ok(11, 0, 10));
	check(!range_ok(UINT64_MAX, 1, UINT64_MAX));
	check(!range_ok(1, UINT64_MAX, UINT64_MAX));
	check(round_up(1, 512) == 512 && round_up(512, 512) == 512);
	check(round_down(1023, 512) == 512);
	check(is_power_of_two(1) && is_power_of_two(4096));
	check(!is_power_of_two(0) && !is_power_of_two(12));
	return 0;
}
