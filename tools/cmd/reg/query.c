// SPDX-License-Identifier: MIT
//
// reg query: shows keys and values, and searches them.

#include <fnmatch.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "reg.h"

enum { V, VE, S, T, Z, SE, FIND, K, D, C, E, NAMES, REG, LOGS, NONE };

struct query {
	struct cmd_switch *s;
	const char *separator;
	uint32_t type;
	char *pattern; // of /f, for fnmatch; or NULL
	bool filters;  // what is shown was asked for by name or content
	unsigned matches;
};

static bool given(const struct query *q, int s)
{
	return q->s[s].value;
}

// Does a word match the text of /f?
static bool matches(const struct query *q, const char *word)
{
	return !fnmatch(q->pattern, word,
			FNM_NOESCAPE | (given(q, C) ? 0 : FNM_CASEFOLD));
}

static bool wants(const struct query *q, const struct hive_value *v,
		  const char *name, const char *data)
{
	const char *only = given(q, VE) ? "(Default)" : q->s[V].value;

	if (given(q, T) && v->type != q->type)
		return false;
	if (only && strcasecmp(only, name))
		return false;
	if (!q->pattern)
		return true;
	if (given(q, K))
		return false;
	if (given(q, NAMES))
		return matches(q, name);
	return (!given(q, D) && !only && matches(q, name)) ||
	       ((given(q, D) || only || !given(q, K)) && matches(q, data));
}

static void show_value(const struct query *q, const struct hive_value *v,
		       const char *name, const char *data)
{
	char buf[16];

	printf("    %s    %s", name, reg_type_name(v->type, buf));
	if (given(q, Z))
		printf(" (%u)", v->type);
	printf("    %s\n", data);
}

static int show_values(struct query *q, const struct hive_key *key,
		       const char *path, bool with_name)
{
	bool named = with_name;

	if (named)
		printf("\n%s\n", path);
	for (size_t i = 0; i < key->value_count; i++) {
		const struct hive_value *v = &key->values[i];
		char *name = reg_value_name(v);
		char *data = reg_data_text(v, q->separator);

		if (name && data && wants(q, v, name, data)) {
			if (!named)
				printf("\n%s\n", path);
			named = true;
			show_value(q, v, name, data);
			q->matches++;
		}
		mem_free(data);
		mem_free(name);
		if (!name || !data)
			return -ENOMEM;
	}
	return 0;
}

static int show_key(struct query *q, const struct hive_key *key,
		    const char *path)
{
	bool found = q->pattern && !given(q, D) && !given(q, V) &&
		     !given(q, NAMES) && !given(q, VE) && !given(q, T) &&
		     matches(q, strrchr(path, '\\') ? strrchr(path, '\\') + 1
						    : path);
	int r;

	q->matches += found;
	r = show_values(q, key, path,
			found || (!q->filters &&
				  (given(q, S) || key->value_count)));
	if (!r && !given(q, S) && !q->filters && key->subkey_count)
		putchar('\n');
	for (size_t i = 0; !r && i < key->subkey_count; i++) {
		char *below = reg_path_below(path, key->subkeys[i]);

		if (!below)
			return -ENOMEM;
		if (given(q, S))
			r = show_key(q, key->subkeys[i], below);
		else if (!q->filters)
			puts(below);
		mem_free(below);
	}
	return r;
}

// /f looks for the text anywhere, with /e for all of it; * and ? match.
static int make_pattern(struct query *q, struct err *err)
{
	const char *text = q->s[FIND].value;
	size_t n = 0;

	if (!text)
		return 0;
	q->pattern = mem_array(strlen(text) + 3, 3);
	if (!q->pattern)
		return err_nomem(err);
	if (!given(q, E))
		q->pattern[n++] = '*';
	for (; *text; text++) {
		if (*text == '[') { // for fnmatch it would begin a set
			memcpy(q->pattern + n, "[[]", 3);
			n += 3;
		} else {
			q->pattern[n++] = *text;
		}
	}
	if (!given(q, E))
		q->pattern[n++] = '*';
	return 0;
}

static int run(struct query *q, const char *text, struct err *err)
{
	struct hive_key *key;
	struct reg_key k;
	int r = 0;

	if (given(q, T))
		r = reg_type_parse(q->s[T].value, &q->type, err);
	if (!r)
		r = make_pattern(q, err);
	if (!r)
		r = reg_open(text, given(q, S) ? REG_TREE : REG_KEY,
			     q->s[REG].value, given(q, LOGS), &k, err);
	if (r)
		return r;
	r = reg_find(&k, &key, err);
	if (!r && show_key(q, key, k.name))
		r = err_nomem(err);
	if (!r && q->filters && (q->pattern || given(q, S))) {
		printf("\nEnd of search: %u match(es) found.\n", q->matches);
	} else if (!r && given(q, VE) && !q->matches) {
		printf("\n%s\n    (Default)    REG_SZ    (value not set)\n\n",
		       k.name);
		q->matches++;
	} else if (!r && q->filters && !q->matches) {
		r = given(q, V) ? reg_no_value(&k, q->s[V].value, err)
				: err_set(err, -ENOENT, k.name, ERR_NOWHERE,
					  "nothing in this key matches");
	} else if (!r) {
		putchar('\n');
	}
	reg_close(&k);
	return r;
}

// With /f, /v alone means names of values: it becomes a switch of its own.
static void mark_names(int argc, char **argv)
{
	static char names[] = "/valuenames";

	for (int i = 1; i < argc; i++)
		if (!strcasecmp(argv[i], "/v") &&
		    (i + 1 == argc || *argv[i + 1] == '/'))
			argv[i] = names;
}

int reg_query(int argc, char **argv)
{
	struct cmd_switch s[] = {
		[V] = {"v", true, NULL},
		[VE] = {"ve", false, NULL},
		[S] = {"s", false, NULL},
		[T] = {"t", true, NULL},
		[Z] = {"z", false, NULL},
		[SE] = {"se", true, NULL},
		[FIND] = {"f", true, NULL},
		[K] = {"k", false, NULL},
		[D] = {"d", false, NULL},
		[C] = {"c", false, NULL},
		[E] = {"e", false, NULL},
		[NAMES] = {"valuenames", false, NULL},
		[REG] = {"reg", true, NULL},
		[LOGS] = {"ignore-logs", false, NULL},
		[NONE] = {NULL, false, NULL},
	};
	struct query q = {.s = s, .separator = "\\0"};
	struct err err = {0};
	int count, r;

	mark_names(argc, argv);
	r = cmd_switches(argc, argv, s, &count);
	if (r)
		return r;
	if (count != 1)
		return cmd_misuse("reg", "query: name one key");
	if (s[NAMES].value && !s[FIND].value)
		return cmd_misuse("reg", "query: /v needs a name, or /f");
	if (s[V].value && s[VE].value)
		return cmd_misuse("reg", "query: only one of /v and /ve");
	if (s[SE].value)
		q.separator = s[SE].value;
	q.filters = s[V].value || s[VE].value || s[T].value || s[FIND].value;
	r = run(&q, argv[1], &err);
	mem_free(q.pattern);
	if (r)
		return cmd_fail("reg", argv[1], &err);
	return q.filters && !q.matches ? CMD_FAILED : CMD_OK;
}
