// SPDX-License-Identifier: MIT
//
// reg export and import: registry files.
//
// In a registry file a hive is known by its place in a running Windows. Which
// place that is, is told by the hive's file name.

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "reg.h"

static const struct {
	const char *file, *root;
} places[] = {
	{"SYSTEM", "HKEY_LOCAL_MACHINE\\SYSTEM"},
	{"SOFTWARE", "HKEY_LOCAL_MACHINE\\SOFTWARE"},
	{"SAM", "HKEY_LOCAL_MACHINE\\SAM"},
	{"SECURITY", "HKEY_LOCAL_MACHINE\\SECURITY"},
	{"BCD", "HKEY_LOCAL_MACHINE\\BCD00000000"},
	{"DEFAULT", "HKEY_USERS\\.DEFAULT"},
	{"NTUSER.DAT", "HKEY_CURRENT_USER"},
	{"USRCLASS.DAT", "HKEY_CURRENT_USER\\Software\\Classes"},
};

static const struct {
	const char *short_form, *root;
} roots[] = {
	{"HKLM", "HKEY_LOCAL_MACHINE"},
	{"HKCU", "HKEY_CURRENT_USER"},
	{"HKU", "HKEY_USERS"},
	{"HKCR", "HKEY_LOCAL_MACHINE\\SOFTWARE\\Classes"},
	{"HKEY_CLASSES_ROOT", "HKEY_LOCAL_MACHINE\\SOFTWARE\\Classes"},
};

// Is `path` the key `root` or below it? *ret_rest is then what follows.
static bool is_below(const char *path, const char *root, const char **ret_rest)
{
	size_t len = strlen(root);

	if (strncasecmp(path, root, len) || (path[len] && path[len] != '\\'))
		return false;
	*ret_rest = path + len + (path[len] == '\\');
	return true;
}

// Returns a path with its root in full; new memory, or NULL.
static char *full_path(const char *path)
{
	const char *rest, *root = NULL;
	size_t size;
	char *full;

	for (size_t i = 0; !root && i < sizeof(roots) / sizeof(roots[0]); i++)
		if (is_below(path, roots[i].short_form, &rest))
			root = roots[i].root;
	if (!root)
		return mem_strdup(path);
	size = strlen(root) + strlen(rest) + 2;
	full = mem_alloc(size);
	if (full)
		snprintf(full, size, "%s%s%s", root, *rest ? "\\" : "", rest);
	return full;
}

// Returns what a key is called in a registry file: the place of its hive, and
// its path in it. New memory, or NULL.
static char *place_of(const struct reg_key *k)
{
	const char *name = hive_file_name(k->file), *root = NULL;
	const char *key = hive_file_key(k->file);
	char made[300], *place;
	size_t size;

	for (size_t i = 0; !root && i < sizeof(places) / sizeof(places[0]);
	     i++)
		if (!strcasecmp(places[i].file, name))
			root = places[i].root;
	if (!root) {
		snprintf(made, sizeof(made), "HKEY_LOCAL_MACHINE\\%s", name);
		root = made;
	}
	size = strlen(root) + strlen(key) + 2;
	place = mem_alloc(size);
	if (place)
		snprintf(place, size, "%s%s%s", root, *key ? "\\" : "", key);
	return place;
}

// --- export ------------------------------------------------------------------

enum { E_Y, E_AS, E_REG, E_LOGS, E_NONE };

static int write_text(const char *path, bool replace, const void *data,
		      size_t size, bool *ret_done, struct err *err)
{
	struct hive_file *file;
	int r = hive_file_open(path, HIVE_FILE_WRITE | HIVE_FILE_NEW, &file,
			       replace ? NULL : err);

	if (r == -EEXIST && (replace || reg_ask("File %s already exists. "
						"Overwrite", path))) {
		*err = (struct err){0};
		r = hive_file_open(path, HIVE_FILE_WRITE, &file, err);
	} else if (r == -EEXIST) {
		*ret_done = false;
		return 0;
	}
	if (r)
		return r;
	r = hive_file_write(file, data, size, err);
	hive_file_close(file);
	return r;
}

static int export(const char *text, const char *to, const struct cmd_switch *s,
		  bool *ret_done, struct err *err)
{
	struct hive_key *key;
	struct reg_key k;
	char *place;
	size_t size;
	void *data;
	int r = reg_open(text, REG_TREE, s[E_REG].value, s[E_LOGS].value, &k,
			 err);

	if (r)
		return r;
	place = s[E_AS].value ? full_path(s[E_AS].value) : place_of(&k);
	r = place ? reg_find(&k, &key, err) : err_nomem(err);
	if (!r)
		r = hive_reg_format(key, place, &data, &size, err);
	mem_free(place);
	reg_close(&k);
	if (r)
		return r;
	r = write_text(to, s[E_Y].value, data, size, ret_done, err);
	mem_free(data);
	return r;
}

int reg_export(int argc, char **argv)
{
	struct cmd_switch s[] = {
		[E_Y] = {"y", false, NULL},
		[E_AS] = {"as", true, NULL},
		[E_REG] = {"reg", true, NULL},
		[E_LOGS] = {"ignore-logs", false, NULL},
		[E_NONE] = {NULL, false, NULL},
	};
	struct err err = {0};
	bool done = true;
	int count, r = cmd_switches(argc, argv, s, &count);

	if (r)
		return r;
	if (count != 2)
		return cmd_misuse("reg", "export: name a key and a file");
	if (export(argv[1], argv[2], s, &done, &err))
		return cmd_fail("reg", NULL, &err);
	if (done)
		reg_done();
	return done ? CMD_OK : CMD_FAILED;
}

// --- import ------------------------------------------------------------------

enum { I_AS, I_REG, I_LOGS, I_NONE };

struct import {
	struct reg_key *target;
	const char *root;     // what the target is called in the file
	struct hive_key *key; // of the last [KEY]
};

// Returns the path in the hive of a key that the file names, or NULL with err.
static char *map_path(const struct import *im, const char *path,
		      struct err *err)
{
	const char *base = im->target->path, *rest;
	char *full = full_path(path), *joined = NULL, *real = NULL;
	size_t size;

	if (full && !is_below(full, im->root, &rest)) {
		err_set(err, -EINVAL, path, ERR_NOWHERE,
			"not below %s, which this hive stands for", im->root);
		mem_free(full);
		return NULL;
	}
	if (full) {
		size = strlen(base) + strlen(rest) + 2;
		joined = mem_alloc(size);
		if (joined)
			snprintf(joined, size, "%s%s%s", base,
				 *base && *rest ? "\\" : "", rest);
	}
	if (joined)
		real = reg_real_path(im->target->hive, joined);
	mem_free(joined);
	mem_free(full);
	if (!real)
		err_nomem(err);
	return real;
}

static int import_key(void *ctx, const char *path, bool remove, struct err *err)
{
	struct import *im = ctx;
	struct hive *hive = im->target->hive;
	char *real = map_path(im, path, err);
	int r;

	if (!real)
		return err->code;
	if (remove) {
		r = hive_key_find(hive->root, real, &im->key, err);
		if (!r && !im->key->parent)
			r = err_set(err, -EPERM, path, ERR_NOWHERE,
				    "a hive's root key cannot be deleted");
		else if (!r)
			hive_key_remove(hive, im->key);
		else if (r == -ENOENT)
			r = 0; // it is gone already
	} else {
		r = hive_key_add(hive, hive->root, real, &im->key, err);
	}
	mem_free(real);
	return r;
}

static int import_value(void *ctx, const char *name, bool remove, uint32_t type,
			const void *data, size_t size, struct err *err)
{
	struct import *im = ctx;
	int r;

	if (!remove)
		return hive_value_set(im->target->hive, im->key, name, type,
				      data, size, err);
	r = hive_value_remove(im->target->hive, im->key, name, err);
	return r == -ENOENT ? 0 : r;
}

static int import(const char *from, const char *to, const struct cmd_switch *s,
		  struct err *err)
{
	struct hive_bytes text;
	struct hive_file *file;
	struct reg_key target;
	char *root;
	int r = hive_file_open(from, 0, &file, err);

	if (r)
		return r;
	r = hive_file_read(file, &text, err);
	hive_file_close(file);
	if (r)
		return r;
	r = reg_open(to, REG_CHANGE, s[I_REG].value, s[I_LOGS].value, &target,
		     err);
	if (r)
		goto out;
	root = s[I_AS].value ? full_path(s[I_AS].value)
			       : place_of(&target);
	if (root) {
		struct import im = {.target = &target, .root = root};
		const struct hive_reg_visitor visitor = {
			.key = import_key, .value = import_value, .ctx = &im};

		r = hive_reg_parse(text.data, text.size, &visitor, err);
	} else {
		r = err_nomem(err);
	}
	if (!r)
		r = reg_save(&target, err);
	mem_free(root);
	reg_close(&target);
out:
	hive_bytes_done(&text);
	return r;
}

int reg_import(int argc, char **argv)
{
	struct cmd_switch s[] = {
		[I_AS] = {"as", true, NULL},
		[I_REG] = {"reg", true, NULL},
		[I_LOGS] = {"ignore-logs", false, NULL},
		[I_NONE] = {NULL, false, NULL},
	};
	struct err err = {0};
	int count, r = cmd_switches(argc, argv, s, &count);

	if (r)
		return r;
	if (count != 2)
		return cmd_misuse("reg", "import: name a file and a hive");
	if (import(argv[1], argv[2], s, &err))
		return cmd_fail("reg", NULL, &err);
	reg_done();
	return CMD_OK;
}
