// SPDX-License-Identifier: MIT
#include "test.h"

static unsigned calls;
static uint64_t last;
static int answer;

static int report(void *ctx, const char *stage, uint64_t done, uint64_t total)
{
	calls++;
	last = done;
	return answer;
}

int main(void)
{
	struct progress p = {.report = report};

	check_eq(progress_report(NULL, "x", 0, 1), 0);
	for (unsigned i = 0; i <= 100000; i++)
		check_eq(progress_report(&p, "x", i, 100000), 0);
	check(calls >= 2 && calls < 1000); // the first and last, not each
	check_eq(last, 100000);
	answer = 1;
	check_eq(progress_report(&p, "x", 0, 1), -ECANCELED);
	return 0;
}
