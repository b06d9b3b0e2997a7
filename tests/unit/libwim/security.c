// SPDX-License-Identifier: MIT
//
// Security data: counts and sizes that fit, and that do not.

#include "libwim/wim_priv.h"
#include "test.h"

static const struct {
	uint32_t size, count;
	uint64_t first;
	int code;
	size_t tree; // where it begins
} cases[] = {
	{8, 0, 0, 0, 8},
	{0, 0, 0, 0, 8}, // an empty one may say so
	{36, 1, 20, 0, 40},
	{40, 1, 24, 0, 40},
	{36, 1, 19, -EBADMSG, 0},
	{36, 1, 25, -EBADMSG, 0},
	{36, 1, UINT64_MAX, -EBADMSG, 0},
	{36, 5, 20, -EBADMSG, 0},
	{36, UINT32_MAX, 20, -EBADMSG, 0},
	{65, 1, 20, -EBADMSG, 0},
	{UINT32_MAX, 1, 20, -EBADMSG, 0},
};

int main(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct wim_image image = {0};
		uint8_t data[64] = {0};
		size_t tree = 0;

		memcpy(data, to_le32(cases[i].size).b, 4);
		memcpy(data + 4, to_le32(cases[i].count).b, 4);
		memcpy(data + 8, to_le64(cases[i].first).b, 8);
		check_eq(wim_security_read(data, sizeof(data), &image, &tree,
					   NULL),
			 cases[i].code);
		check_eq(tree, cases[i].tree);
		mem_free(image.security);
	}
	return 0;
}
