// SPDX-License-Identifier: MIT
//
// The picture while allocations fail: it is there or it is said that it is not, and
// the program goes on.

#include "fault/fault.h"
#include "unit/libdiskmgmt/world.h"

static int picture(struct err *err)
{
	static const struct diskmgmt_calls calls;
	struct diskmgmt *d;
	int r = diskmgmt_new(&calls, "1.0", &d, err);

	if (r)
		return r;
	r = diskmgmt_look(d, &world, err);
	press(d, ">>>!_^~|"); // on what there is
	diskmgmt_free(d);
	return r;
}

int main(void)
{
	make_world();
	fault_mem_fails(picture);
	return 0;
}
