// SPDX-License-Identifier: MIT
//
// FILETIME: 100 ns units since 1601-01-01 UTC ([MS-DTYP] 2.3.3).

#include <time.h>

#include "base.h"

#define UNITS_PER_SECOND 10000000
#define EPOCH_DIFFERENCE INT64_C(11644473600) // seconds from 1601 to 1970

uint64_t filetime_from_unix(int64_t seconds, uint32_t nanoseconds)
{
	if (seconds < -EPOCH_DIFFERENCE)
		return 0;
	return (uint64_t)(seconds + EPOCH_DIFFERENCE) * UNITS_PER_SECOND +
	       nanoseconds / 100;
}

int64_t filetime_to_unix(uint64_t filetime)
{
	return (int64_t)(filetime / UNITS_PER_SECOND) - EPOCH_DIFFERENCE;
}

uint64_t filetime_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return filetime_from_unix(now.tv_sec, (uint32_t)now.tv_nsec);
}
