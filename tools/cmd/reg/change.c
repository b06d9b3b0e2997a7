// SPDX-License-Identifier: MIT
//
// reg add, delete and copy.

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "reg.h"

// --- add ---------------------------------------------------------------------

enum { A_V, A_VE, A_T, A_S, A_D, A_F, A_REG, A_LOGS, A_NONE };

// Sets the value that the switches describe: without /v the unnamed one, as
// reg.exe does even where nothing else is said. *ret_done false: the user said
// No.
static int add_value(struct reg_key *k, struct hive_key *key,
		     const struct cmd_switch *s, bool *ret_done,
		     struct err *err)
{
	const char *name = s[A_V].value ? s[A_V].value : "";
	const char *separator = s[A_S].value ? s[A_S].value : "\\0";
	uint32_t type = HIVE_SZ;
	struct hive_value *old;
	size_t size = 0;
	void *data = NULL;
	int r = 0;

	if (s[A_T].value)
		r = reg_type_parse(s[A_T].value, &type, err);
	if (!r && !hive_value_find(key, name, &old, NULL) && !s[A_F].value &&
	    !reg_ask("Value %s exists, overwrite",
		     *name ? name : "(Default)")) {
		*ret_done = false;
		return 0;
	}
	if (!r)
		r = reg_data_parse(s[A_D].value, type, separator, &data, &size,
				   err);
	if (!r)
		r = hive_value_set(k->hive, key, name, type, data, size, err);
	mem_free(data);
	return r;
}

int reg_add(int argc, char **argv)
{
	struct cmd_switch s[] = {
		[A_V] = {"v", true, NULL},
		[A_VE] = {"ve", false, NULL},
		[A_T] = {"t", true, NULL},
		[A_S] = {"s", true, NULL},
		[A_D] = {"d", true, NULL},
		[A_F] = {"f", false, NULL},
		[A_REG] = {"reg", true, NULL},
		[A_LOGS] = {"ignore-logs", false, NULL},
		[A_NONE] = {NULL, false, NULL},
	};
	struct err err = {0};
	struct hive_key *key;
	struct reg_key k;
	bool done = true;
	int count, r = cmd_switches(argc, argv, s, &count);

	if (r)
		return r;
	if (count != 1)
		return cmd_misuse("reg", "add: name one key");
	if (s[A_V].value && s[A_VE].value)
		return cmd_misuse("reg", "add: only one of /v and /ve");
	if (s[A_S].value && !reg_is_separator(s[A_S].value))
		return cmd_misuse("reg", "add: /s takes one character");
	if (reg_open(argv[1], REG_CHANGE, s[A_REG].value, s[A_LOGS].value, &k,
		     &err))
		return cmd_fail("reg", argv[1], &err);
	r = hive_key_add(k.hive, k.hive->root, k.path, &key, &err);
	if (!r)
		r = add_value(&k, key, s, &done, &err);
	if (!r && done)
		r = reg_save(&k, &err);
	reg_close(&k);
	if (r)
		return cmd_fail("reg", argv[1], &err);
	if (done)
		reg_done();
	return done ? CMD_OK : CMD_FAILED;
}

// --- delete ------------------------------------------------------------------

enum { D_V, D_VE, D_VA, D_F, D_REG, D_LOGS, D_NONE };

static int delete(struct reg_key *k, const struct cmd_switch *s,
		  struct err *err)
{
	const char *name = s[D_VE].value ? "" : s[D_V].value;
	struct hive_key *key;
	int r = reg_find(k, &key, err);

	if (r)
		return r;
	if (s[D_VA].value) {
		hive_value_remove_all(k->hive, key);
		return 0;
	}
	if (name) {
		r = hive_value_remove(k->hive, key, name, err);
		return r == -ENOENT ? reg_no_value(k, name, err) : r;
	}
	if (!key->parent)
		return err_set(err, -EPERM, k->name, ERR_NOWHERE,
			       "a hive's root key cannot be deleted");
	hive_key_remove(k->hive, key);
	return 0;
}

static bool may_delete(const struct reg_key *k, const struct cmd_switch *s)
{
	if (s[D_F].value)
		return true;
	if (s[D_VA].value)
		return reg_ask("Delete all values under the registry key %s",
			       k->name);
	if (s[D_V].value || s[D_VE].value)
		return reg_ask("Delete the registry value %s",
			       s[D_V].value ? s[D_V].value : "(Default)");
	return reg_ask("Permanently delete the registry key %s", k->name);
}

int reg_delete(int argc, char **argv)
{
	struct cmd_switch s[] = {
		[D_V] = {"v", true, NULL},
		[D_VE] = {"ve", false, NULL},
		[D_VA] = {"va", false, NULL},
		[D_F] = {"f", false, NULL},
		[D_REG] = {"reg", true, NULL},
		[D_LOGS] = {"ignore-logs", false, NULL},
		[D_NONE] = {NULL, false, NULL},
	};
	struct err err = {0};
	struct reg_key k;
	bool yes;
	int count, r = cmd_switches(argc, argv, s, &count);

	if (r)
		return r;
	if (count != 1)
		return cmd_misuse("reg", "delete: name one key");
	if (!!s[D_V].value + !!s[D_VE].value + !!s[D_VA].value > 1)
		return cmd_misuse("reg", "delete: only one of /v, /ve and /va");
	if (reg_open(argv[1], REG_CHANGE, s[D_REG].value, s[D_LOGS].value, &k,
		     &err))
		return cmd_fail("reg", argv[1], &err);
	yes = may_delete(&k, s);
	if (yes)
		r = delete (&k, s, &err);
	if (yes && !r)
		r = reg_save(&k, &err);
	reg_close(&k);
	if (r)
		return cmd_fail("reg", argv[1], &err);
	if (yes)
		reg_done();
	return yes ? CMD_OK : CMD_FAILED;
}

// --- copy --------------------------------------------------------------------

enum { C_S, C_F, C_REG, C_LOGS, C_NONE };

// Asks about each value that another would take the place of.
static bool may_overwrite_values(const struct hive_key *from,
				 const struct hive_key *to)
{
	bool yes = true;

	for (size_t i = 0; yes && i < from->value_count; i++) {
		const struct hive_value *v = &from->values[i];
		char *name;

		for (size_t k = 0; yes && k < to->value_count; k++) {
			if (utf16_casecmp(v->name, v->name_len,
					  to->values[k].name,
					  to->values[k].name_len))
				continue;
			name = reg_value_name(v);
			yes = reg_ask("Value %s exists, overwrite",
				      name ? name : "");
			mem_free(name);
		}
	}
	return yes;
}

// As above, with `all` in the keys below that both have too.
static bool may_overwrite(const struct hive_key *from,
			  const struct hive_key *to, bool all)
{
	bool yes = may_overwrite_values(from, to);

	for (size_t i = 0; all && yes && i < from->subkey_count; i++) {
		const struct hive_key *a = from->subkeys[i];

		for (size_t k = 0; yes && k < to->subkey_count; k++) {
			const struct hive_key *b = to->subkeys[k];

			if (!utf16_casecmp(a->name, a->name_len, b->name,
					   b->name_len))
				yes = may_overwrite(a, b, true);
		}
	}
	return yes;
}

static bool is_same_key(const struct reg_key *a, const struct reg_key *b)
{
	size_t len = hive_place_prefix(a->file);

	return len == hive_place_prefix(b->file) &&
	       !strncmp(a->name, b->name, len) && !strcasecmp(a->path, b->path);
}

static int copy(struct reg_key *from, struct reg_key *to,
		const struct cmd_switch *s, bool *ret_done, struct err *err)
{
	struct hive_key *source, *target;
	int r = reg_find(from, &source, err);

	if (!r && is_same_key(from, to))
		r = err_set(err, -EINVAL, to->name, ERR_NOWHERE,
			    "it is the key that is copied from");
	if (!r)
		r = hive_key_add(to->hive, to->hive->root, to->path, &target,
				 err);
	if (r)
		return r;
	*ret_done = s[C_F].value || may_overwrite(source, target, s[C_S].value);
	if (!*ret_done)
		return 0;
	r = hive_key_copy(to->hive, target, source, s[C_S].value, err);
	return r ? r : reg_save(to, err);
}

int reg_copy(int argc, char **argv)
{
	struct cmd_switch s[] = {
		[C_S] = {"s", false, NULL},
		[C_F] = {"f", false, NULL},
		[C_REG] = {"reg", true, NULL},
		[C_LOGS] = {"ignore-logs", false, NULL},
		[C_NONE] = {NULL, false, NULL},
	};
	struct reg_key from, to;
	struct err err = {0};
	bool done = false;
	int count, r = cmd_switches(argc, argv, s, &count);

	if (r)
		return r;
	if (count != 2)
		return cmd_misuse("reg", "copy: name two keys");
	r = reg_open(argv[1], s[C_S].value ? REG_TREE : REG_KEY, s[C_REG].value,
		     s[C_LOGS].value, &from, &err);
	if (r)
		return cmd_fail("reg", argv[1], &err);
	r = reg_open(argv[2], REG_CHANGE, s[C_REG].value, s[C_LOGS].value, &to,
		     &err);
	if (!r) {
		r = copy(&from, &to, s, &done, &err);
		reg_close(&to);
	}
	reg_close(&from);
	if (r)
		return cmd_fail("reg", argv[1], &err);
	if (done)
		reg_done();
	return done ? CMD_OK : CMD_FAILED;
}
