// SPDX-License-Identifier: MIT
//
// Configuration lists (WimScript.ini): what can be read has rules of whole parts, and
// each can be held against a path.

#include "libimage/capture/rules.h"
#include "test.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool part(const void *ctx, size_t depth, struct rule_part *ret)
{
	static const le16 name[] = {{{'a', 0}}, {{'.', 0}}, {{'t', 0}}};

	*ret = (struct rule_part){name, 3};
	return depth < 3;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct capture_rules *rules;
	struct err err = {0};
	int r = capture_rules_parse(data, size, "list", &rules, &err);

	if (r) {
		check(r == -EBADMSG || r == -EFBIG || r == -ENOMEM);
		check_eq(err.code, r);
		return 0;
	}
	for (size_t i = 0; i < rules->count; i++) {
		check(rules->items[i].part_count);
		for (size_t k = 0; k < rules->items[i].part_count; k++)
			check(rules->items[i].parts[k].len);
	}
	capture_rules_judge(rules, part, NULL);
	capture_rules_free(rules);
	return 0;
}
