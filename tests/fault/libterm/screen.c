// SPDX-License-Identifier: MIT
//
// A screen while allocations fail: it is there or not, and a redraw says when bytes
// are missing.

#include "fault/fault.h"
#include "term.h"
#include "test.h"

static int draw(struct err *err)
{
	static const struct term_caps caps = {.is_utf8 = true};
	struct term_bytes out = {0};
	struct term_screen *s;
	int r = term_screen_new(50, 200, &s, err);

	if (r)
		return r;
	for (unsigned row = 0; row < s->rows; row++)
		term_fill(s, row, 0, s->columns, TERM_PLAIN, "░");
	r = term_redraw(NULL, s, &caps, &out, err);
	mem_free(out.data);
	term_screen_free(s);
	return r;
}

int main(void)
{
	fault_mem_fails(draw);
	return 0;
}
