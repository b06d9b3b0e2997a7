// SPDX-License-Identifier: MIT
//
// A split WIM: all its parts opened together, and what fuzz/wim_open does with
// one file.

#include "fuzz/wim_use.h"
#include "unit/libwim/set.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct set set;
	struct wim *w;
	int r;

	if (size > 1 << 20)
		return 0;
	set_load(&set, data, size);
	if (set.count) {
		r = wim_open_parts(set.parts, set.count, &w, NULL);
		if (r != -EEXIST && r != -ESTALE)
			expect(r);
		if (!r) {
			wim_use(w);
			wim_close(w);
		}
	}
	set_free(&set);
	return 0;
}
