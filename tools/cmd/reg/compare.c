// SPDX-License-Identifier: MIT
//
// reg compare: two keys, side by side.

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "reg.h"

enum { V, VE, OA, OD, OS, ON, S, REG, LOGS, NONE };

struct comparison {
	const char *only; // the one value that is compared, or NULL
	bool all;         // keys below too
	bool show_same, show_different;
	bool different;
};

static void show_value(char mark, const char *path, const struct hive_value *v)
{
	char *name = reg_value_name(v), *data = reg_data_text(v, "\\0");
	char buf[16];

	printf("%c Value:  %s  %s  %s  %s\n", mark, path, name ? name : "",
	       reg_type_name(v->type, buf), data ? data : "");
	mem_free(data);
	mem_free(name);
}

static const struct hive_value *find_value(const struct hive_key *key,
					   const struct hive_value *v)
{
	for (size_t i = 0; i < key->value_count; i++)
		if (!utf16_casecmp(key->values[i].name, key->values[i].name_len,
				   v->name, v->name_len))
			return &key->values[i];
	return NULL;
}

static bool same_data(const struct hive_value *a, const struct hive_value *b)
{
	return a->type == b->type && a->size == b->size &&
	       (!a->size || !memcmp(a->data, b->data, a->size));
}

static bool is_asked(const struct comparison *c, const struct hive_value *v)
{
	char *name = c->only ? utf16_to_utf8(v->name, v->name_len) : NULL;
	bool yes = !c->only || (name && !strcasecmp(name, c->only));

	mem_free(name);
	return yes;
}

static void compare_values(struct comparison *c, const struct hive_key *a,
			   const char *a_path, const struct hive_key *b,
			   const char *b_path)
{
	for (size_t i = 0; i < a->value_count; i++) {
		const struct hive_value *v = &a->values[i];
		const struct hive_value *w = find_value(b, v);

		if (!is_asked(c, v))
			continue;
		if (w && same_data(v, w)) {
			if (c->show_same)
				show_value('=', a_path, v);
			continue;
		}
		c->different = true;
		if (c->show_different)
			show_value('<', a_path, v);
		if (c->show_different && w)
			show_value('>', b_path, w);
	}
	for (size_t i = 0; i < b->value_count; i++) {
		const struct hive_value *v = &b->values[i];

		if (!is_asked(c, v) || find_value(a, v))
			continue;
		c->different = true;
		if (c->show_different)
			show_value('>', b_path, v);
	}
}

static int compare(struct comparison *c, const struct hive_key *a,
		   const char *a_path, const struct hive_key *b,
		   const char *b_path);

// A key that only one side has.
static int lone_key(struct comparison *c, char mark, const char *path,
		    const struct hive_key *key)
{
	char *below = reg_path_below(path, key);

	if (!below)
		return -ENOMEM;
	c->different = true;
	if (c->show_different)
		printf("%c Key:  %s\n", mark, below);
	mem_free(below);
	return 0;
}

static int same_key(struct comparison *c, const struct hive_key *a,
		    const char *a_path, const struct hive_key *b,
		    const char *b_path)
{
	char *a_below = reg_path_below(a_path, a),
	     *b_below = reg_path_below(b_path, b);
	int r = -ENOMEM;

	if (a_below && b_below) {
		if (c->show_same)
			printf("= Key:  %s\n", a_below);
		r = compare(c, a, a_below, b, b_below);
	}
	mem_free(b_below);
	mem_free(a_below);
	return r;
}

// Both sides' keys are sorted by the same rule.
static int compare(struct comparison *c, const struct hive_key *a,
		   const char *a_path, const struct hive_key *b,
		   const char *b_path)
{
	size_t i = 0, k = 0;
	int r = 0;

	compare_values(c, a, a_path, b, b_path);
	while (!r && c->all && (i < a->subkey_count || k < b->subkey_count)) {
		int order = i == a->subkey_count ? 1
			    : k == b->subkey_count
				    ? -1
				    : utf16_casecmp(a->subkeys[i]->name,
						    a->subkeys[i]->name_len,
						    b->subkeys[k]->name,
						    b->subkeys[k]->name_len);

		if (order < 0)
			r = lone_key(c, '<', a_path, a->subkeys[i++]);
		else if (order > 0)
			r = lone_key(c, '>', b_path, b->subkeys[k++]);
		else
			r = same_key(c, a->subkeys[i++], a_path,
				     b->subkeys[k++], b_path);
	}
	return r;
}

static int run(struct comparison *c, struct reg_key *a, struct reg_key *b,
	       struct err *err)
{
	struct hive_key *x, *y;
	int r = reg_find(a, &x, err);

	if (!r)
		r = reg_find(b, &y, err);
	if (!r && compare(c, x, a->name, y, b->name))
		r = err_nomem(err);
	return r;
}

int reg_compare(int argc, char **argv)
{
	struct cmd_switch s[] = {
		[V] = {"v", true, NULL},
		[VE] = {"ve", false, NULL},
		[OA] = {"oa", false, NULL},
		[OD] = {"od", false, NULL},
		[OS] = {"os", false, NULL},
		[ON] = {"on", false, NULL},
		[S] = {"s", false, NULL},
		[REG] = {"reg", true, NULL},
		[LOGS] = {"ignore-logs", false, NULL},
		[NONE] = {NULL, false, NULL},
	};
	struct comparison c = {.only = NULL};
	struct err err = {0};
	struct reg_key a, b;
	int count, r = cmd_switches(argc, argv, s, &count);

	if (r)
		return r;
	if (count != 2)
		return cmd_misuse("reg", "compare: name two keys");
	c.only = s[VE].value ? "" : s[V].value;
	c.all = s[S].value;
	c.show_same = s[OA].value || s[OS].value;
	c.show_different = !s[OS].value && !s[ON].value;
	r = reg_open(argv[1], c.all ? REG_TREE : REG_KEY, s[REG].value,
		     s[LOGS].value, &a, &err);
	if (r)
		return cmd_fail("reg", argv[1], &err);
	r = reg_open(argv[2], c.all ? REG_TREE : REG_KEY, s[REG].value,
		     s[LOGS].value, &b, &err);
	if (!r) {
		r = run(&c, &a, &b, &err);
		reg_close(&b);
	}
	reg_close(&a);
	if (r)
		return cmd_fail("reg", argv[2], &err);
	printf("Result Compared: %s\n",
	       c.different ? "Different" : "Identical");
	reg_done();
	return c.different ? 2 : CMD_OK;
}
