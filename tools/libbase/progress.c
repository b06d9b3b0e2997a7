// SPDX-License-Identifier: MIT
//
// Progress reports, thinned out so that callers need not count.

#include <time.h>

#include "base.h"

#define REPORT_EVERY_NS UINT64_C(50000000)

int progress_report(struct progress *p, const char *stage, uint64_t done,
		    uint64_t total)
{
	struct timespec now;
	uint64_t ns;

	if (!p)
		return 0;
	clock_gettime(CLOCK_MONOTONIC, &now);
	ns = (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
	if (done && done != total && ns - p->last_ns < REPORT_EVERY_NS)
		return 0;
	p->last_ns = ns;
	return p->report(p->ctx, stage, done, total) ? -ECANCELED : 0;
}
