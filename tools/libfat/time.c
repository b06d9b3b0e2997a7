// SPDX-License-Identifier: MIT
//
// Dates and times of folder entries: two seconds fine, from 1980 to 2107, in
// whatever zone the writer had its clock. ("FAT Directory Structure": year
// since 1980, month, day in 7, 4 and 5 bits; hour, minute and half the second
// in 5, 6 and 5.)

#include "fat_priv.h"

#define FIRST_SECOND INT64_C(315532800)  // 1980-01-01
#define LAST_SECOND  INT64_C(4354819198) // 2107-12-31 23:59:58

// Days since 1970 of a day of the Gregorian calendar, counted in years that
// begin in March, so that the leap day comes last.
static int64_t days_from_date(int64_t year, unsigned month, unsigned day)
{
	int64_t y = month > 2 ? year : year - 1;
	int64_t day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;

	return y * 365 + y / 4 - y / 100 + y / 400 + day_of_year - 719468;
}

void fat_time_encode(int64_t time, le16 *ret_date, le16 *ret_time)
{
	unsigned year = 1980, month = 1;
	int64_t days, second;

	if (time < FIRST_SECOND)
		time = FIRST_SECOND;
	if (time > LAST_SECOND)
		time = LAST_SECOND;
	days = time / 86400;
	second = time % 86400;
	while (year < 2107 && days_from_date(year + 1, 1, 1) <= days)
		year++;
	while (month < 12 && days_from_date(year, month + 1, 1) <= days)
		month++;
	days -= days_from_date(year, month, 1);
	*ret_date = to_le16((uint16_t)((year - 1980) << 9 | month << 5 |
				       (unsigned)(days + 1)));
	*ret_time =
		to_le16((uint16_t)(second / 3600 << 11 | second / 60 % 60 << 5 |
				   second % 60 / 2));
}

int64_t fat_time_decode(le16 date, le16 time)
{
	unsigned d = get_le16(date), t = get_le16(time);
	unsigned month = d >> 5 & 15, day = d & 31;

	if (month < 1 || month > 12 || day < 1)
		return FIRST_SECOND;
	return days_from_date(1980 + (d >> 9), month, day) * 86400 +
	       (t >> 11) * 3600 + (t >> 5 & 63) * 60 + (t & 31) * 2;
}
