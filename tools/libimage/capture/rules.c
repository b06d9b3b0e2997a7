// SPDX-License-Identifier: MIT
//
// Rules of what is left out, and what paths they mean.

#include <string.h>

#include "rules.h"

#define MAX_PART 255 // units, as of a name

static bool is_slash(char c)
{
	return c == '\\' || c == '/';
}

static const char *part_fault(const char *s, size_t n)
{
	if (!n)
		return "a part of the path is empty";
	if (n > MAX_PART * 3)
		return "a name is longer than 255 units";
	if ((n == 1 && *s == '.') || (n == 2 && !memcmp(s, "..", 2)))
		return "no file is called \".\" or \"..\"";
	for (size_t i = 0; i < n; i++)
		if (strchr("<>|\":", s[i]))
			return "a name cannot have <, >, |, : or \" in it";
	return NULL;
}

const char *capture_path_fault(const char *path)
{
	const char *why = NULL;

	if (is_slash(*path))
		path++;
	if (!*path)
		return "it would leave out everything";
	while (*path && !why) {
		size_t n = strcspn(path, "\\/");

		why = part_fault(path, n);
		path += n;
		path += *path != 0;
	}
	return why;
}

static int cut(struct capture_rule *rule, size_t len, struct err *err)
{
	size_t count = 1, start = 0;

	for (size_t i = 0; i < len; i++)
		count += get_le16(rule->units[i]) == '\\';
	rule->parts = mem_array(count, sizeof(*rule->parts));
	if (!rule->parts)
		return err_nomem(err);
	for (size_t i = 0; i <= len; i++) {
		if (i < len && get_le16(rule->units[i]) != '\\')
			continue;
		if (i > start)
			rule->parts[rule->part_count++] = (struct rule_part){
				rule->units + start, i - start};
		start = i + 1;
	}
	return 0;
}

int capture_rule_add(struct capture_rules *rules, const char *path,
		     bool is_exception, struct err *err)
{
	struct capture_rule rule = {.from_root = is_slash(*path),
				    .is_exception = is_exception};
	size_t len;
	int r;

	if (mem_grow((void **)&rules->items, rules->count, &rules->capacity,
		     sizeof(*rules->items)))
		return err_nomem(err);
	r = utf16_from_utf8(path, &rule.units, &len);
	if (r)
		return r == -ENOMEM ? err_nomem(err)
				    : err_corrupt(err, path, ERR_NOWHERE,
						  "it is not UTF-8");
	for (size_t i = 0; i < len; i++)
		if (get_le16(rule.units[i]) == '/')
			rule.units[i] = to_le16('\\');
	r = cut(&rule, len, err);
	if (r) {
		mem_free(rule.units);
		return r;
	}
	rules->items[rules->count++] = rule;
	rules->has_exceptions |= is_exception;
	return 0;
}

int capture_rules_add_default(struct capture_rules *rules, struct err *err)
{
	static const char *const paths[] = {
		"\\$ntfs.log",
		"\\hiberfil.sys",
		"\\pagefile.sys",
		"\\swapfile.sys",
		"\\System Volume Information",
		"\\RECYCLER",
		"\\$Recycle.Bin",
		"\\Windows\\CSC",
	};
	int r = 0;

	for (size_t i = 0; !r && i < sizeof(paths) / sizeof(paths[0]); i++)
		r = capture_rule_add(rules, paths[i], false, err);
	return r;
}

int capture_rules_new(struct capture_rules **ret, struct err *err)
{
	struct capture_rules *rules = mem_alloc(sizeof(*rules));
	int r = rules ? capture_rules_add_default(rules, err) : err_nomem(err);

	if (r) {
		capture_rules_free(rules);
		return r;
	}
	*ret = rules;
	return 0;
}

void capture_rules_free(struct capture_rules *rules)
{
	if (!rules)
		return;
	for (size_t i = 0; i < rules->count; i++) {
		mem_free(rules->items[i].units);
		mem_free(rules->items[i].parts);
	}
	capture_rules_free(rules->compression);
	mem_free(rules->items);
	mem_free(rules);
}

// The last part is compared first: most names differ from most rules there.
static bool matches(const struct capture_rule *rule, rule_path_fn *fn,
		    const void *ctx)
{
	struct rule_part name;

	for (size_t i = 0; i < rule->part_count; i++) {
		const struct rule_part *p =
			&rule->parts[rule->part_count - 1 - i];

		if (!fn(ctx, i, &name) ||
		    !wildcard_match(p->name, p->len, name.name, name.len))
			return false;
	}
	return !rule->from_root || !fn(ctx, rule->part_count, &name);
}

enum rule_verdict capture_rules_judge(const struct capture_rules *rules,
				      rule_path_fn *fn, const void *ctx)
{
	enum rule_verdict verdict = RULE_NONE;

	for (size_t i = 0; i < rules->count; i++) {
		const struct capture_rule *rule = &rules->items[i];

		if (verdict == RULE_EXCLUDED && !rule->is_exception)
			continue;
		if (!matches(rule, fn, ctx))
			continue;
		if (rule->is_exception)
			return RULE_EXCEPTED;
		verdict = RULE_EXCLUDED;
	}
	return verdict;
}
