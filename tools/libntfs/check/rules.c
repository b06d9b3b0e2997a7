// SPDX-License-Identifier: MIT
//
// The names of the check's rules.

#include "ntfs.h"

const char *ntfs_rule_name(enum ntfs_rule rule)
{
#define NAME(id, name) [NTFS_RULE_##id] = name,
	static const char *const names[] = {NTFS_RULES(NAME)};
#undef NAME

	return names[rule];
}
