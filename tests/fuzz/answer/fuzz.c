// SPDX-License-Identifier: MIT
//
// Answer files: what can be read keeps the promises of its fields.

#include <string.h>

#include "answer.h"

#define CHECK(c)                                                               \
	do {                                                                   \
		if (!(c))                                                      \
			__builtin_trap();                                      \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_system(const struct answer *a, const struct answer_system *s)
{
	CHECK(s->on_partition == !s->path && s->base);
	CHECK(!s->path ||
	      (s->path[0] == '\\' && !strpbrk(s->path, "/:*?\"<>|\n")));
	CHECK(s->size % 512 == 0 && s->size >> 40 < 65);
	CHECK(s->type != VDISK_DIFFERENCING ||
	      (s->parent && s->parent->has_child));
	CHECK(s->type == VDISK_DIFFERENCING || (s->image && s->image_file));
	CHECK(a->system == BOOT_WINDOWS || !s->path || !strchr(s->path, '\''));
}

static void check_fields(const struct answer *a)
{
	CHECK(a->rule.size_min <= a->rule.size_max);
	CHECK(a->system_count && a->system_size && a->msr_size);
	for (size_t i = 0; i < a->system_count; i++)
		check_system(a, a->systems[i]);
	CHECK(!a->options || !strpbrk(a->options, "'\"\\$`;{}\n"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct answer *a;
	int r = answer_parse((const char *)data, size, "answer.ini",
			     ANSWER_START_UNKNOWN, &a, NULL);

	CHECK(!r || r == -EBADMSG || r == -EFBIG);
	if (!r) {
		check_fields(a);
		answer_free(a);
	}
	return 0;
}
