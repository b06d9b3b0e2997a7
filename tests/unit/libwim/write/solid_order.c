// SPDX-License-Identifier: MIT
//
// The order of content in a solid resource: by how names end, then by names; what
// has none comes first, as it was.

#include "libwim/write/pack.h"
#include "test.h"

static void name(const struct wim_content *c, char *buf, size_t size)
{
	snprintf(buf, size, "%s", (const char *)c->ctx);
}

int main(void)
{
	static const char *const names[] = {
		"\\b\\x.TXT", "\\a.dll", NULL, "\\z",
		"\\c\\A.txt", "\\q.d/a", NULL, "\\B.Dll"};
	static const int sorted[] = {2, 6, 5, 3, 1, 7, 4, 0};
	struct wim_content contents[8] = {0}, *list[8], **ret;

	for (int i = 0; i < 8; i++) {
		contents[i].ctx = (void *)names[i];
		contents[i].name = names[i] ? name : NULL;
		list[i] = &contents[i];
	}
	check_ok(wim_solid_order(list, 8, &ret, NULL), NULL);
	for (int i = 0; i < 8; i++)
		check_eq(ret[i] - contents, sorted[i]);
	mem_free(ret);
	check_ok(wim_solid_order(list, 0, &ret, NULL), NULL);
	mem_free(ret);
	return 0;
}
