// SPDX-License-Identifier: MIT
//
// Dates and times: both ends of what FAT can say, leap days, and what is no
// date.

#include "libfat/fat_priv.h"
#include "test.h"

int main(void)
{
	static const struct {
		int64_t in, out;
		uint16_t date, time;
	} rows[] = {
		{0, 315532800, 0x0021, 0},
		{315532800, 315532800, 0x0021, 0},
		{951782399, 951782398, 0x285c, 0xbf7d}, // 2000-02-28 23:59:59
		{951782400, 951782400, 0x285d, 0},      // 2000-02-29
		{1700000001, 1700000000, 0x576e, 0xb1aa},
		{4354819199, 4354819198, 0xff9f, 0xbf7d},
		{INT64_MAX, 4354819198, 0xff9f, 0xbf7d},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		le16 date, time;

		fat_time_encode(rows[i].in, &date, &time);
		check_eq(get_le16(date), rows[i].date);
		check_eq(get_le16(time), rows[i].time);
		check_eq(fat_time_decode(date, time), rows[i].out);
	}
	check_eq(fat_time_decode(to_le16(0), to_le16(0)), 315532800);
	check_eq(fat_time_decode(to_le16(15 << 5), to_le16(0)), 315532800);
	return 0;
}
