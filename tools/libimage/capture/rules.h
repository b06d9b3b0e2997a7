// SPDX-License-Identifier: MIT
//
// Inside libimage: what is left out of a capture by the paths of files.

#ifndef RULES_H
#define RULES_H

#include "capture.h"

// A part of a path, or of a rule.
struct rule_part {
	const le16 *name;
	size_t len;
};

struct capture_rule {
	le16 *units;             // of the whole path
	struct rule_part *parts; // into that
	size_t part_count;
	bool from_root, is_exception;
};

struct capture_rules {
	struct capture_rule *items;
	size_t count, capacity;
	bool has_exceptions;
	struct capture_rules *compression; // what is not compressed; NULL: none
};

// Tells why a text, which ends a rule, can be no path; NULL: it can.
const char *capture_path_fault(const char *path);

// Adds a rule.
// Returns 0, -EBADMSG for what is no UTF-8, or -ENOMEM.
int capture_rule_add(struct capture_rules *rules, const char *path,
		     bool is_exception, struct err *err);

// Adds those of capture_rules_new. Returns 0 or -ENOMEM.
int capture_rules_add_default(struct capture_rules *rules, struct err *err);

// Gives the parts of a path from its end: fills in the one at `depth` parts from
// it (0: the last), and returns false when there are not so many.
typedef bool rule_path_fn(const void *ctx, size_t depth, struct rule_part *ret);

enum rule_verdict { RULE_NONE, RULE_EXCLUDED, RULE_EXCEPTED };

// Finds out what the rules say of the path that fn gives, by itself: not of the
// folders that it lies in.
enum rule_verdict capture_rules_judge(const struct capture_rules *rules,
				      rule_path_fn *fn, const void *ctx);

#endif
