// SPDX-License-Identifier: MIT
//
// reg import: registry files, all of one or what of it is the hive's.

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "reg.h"
#include "places.h"

enum { AS, PART, REG, LOGS, NONE };

// A key of the file that is not the hive's: "[-HKCU\Software]".
struct other {
	char *line, *full;
	size_t place; // how much of `full` names the place of its hive
};

struct import {
	struct reg_key *target;
	char *root;           // what the target is called in the file
	bool part;            // only what is below it
	struct hive_key *key; // of the last [KEY]; NULL: it is not the hive's
	unsigned keys, values;
	struct other *others;
	size_t other_count, other_capacity;
};

// Returns the path in the hive of a full path, as new memory, or NULL with err:
// its code is -EINVAL for a key that is not below the hive's root.
static char *map_path(const struct import *im, const char *full,
		      struct err *err)
{
	const char *base = im->target->path, *rest;
	char *joined, *real;
	size_t size;

	if (!reg_is_below(full, im->root, &rest)) {
		err_set(err, -EINVAL, full, ERR_NOWHERE,
			"not below %s, which this hive stands for: /part "
			"imports what is, /as PATH names another root",
			im->root);
		return NULL;
	}
	size = strlen(base) + strlen(rest) + 2;
	joined = mem_alloc(size);
	if (!joined) {
		err_nomem(err);
		return NULL;
	}
	snprintf(joined, size, "%s%s%s", base, *base && *rest ? "\\" : "",
		 rest);
	real = reg_real_path(im->target->hive, joined);
	mem_free(joined);
	if (!real)
		err_nomem(err);
	return real;
}

static int keep_other(struct import *im, const char *path, bool remove,
		      const char *full, struct err *err)
{
	size_t size = strlen(path) + 4;
	struct other o = {mem_alloc(size), mem_strdup(full), 0};
	const char *file;

	if (!o.line || !o.full ||
	    mem_grow((void **)&im->others, im->other_count, &im->other_capacity,
		     sizeof(o))) {
		mem_free(o.line);
		mem_free(o.full);
		return err_nomem(err);
	}
	snprintf(o.line, size, "[%s%s]", remove ? "-" : "", path);
	o.place = reg_place_len(full, &file);
	im->others[im->other_count++] = o;
	im->key = NULL;
	return 0;
}

static int remove_key(struct import *im, const char *real, const char *path,
		      struct err *err)
{
	struct hive *hive = im->target->hive;
	int r = hive_key_find(hive->root, real, &im->key, err);

	if (r == -ENOENT)
		return 0; // it is gone already
	if (!r && !im->key->parent)
		return err_set(err, -EPERM, path, ERR_NOWHERE,
			       "a hive's root key cannot be deleted");
	if (!r)
		hive_key_remove(hive, im->key);
	return r;
}

static int import_key(void *ctx, const char *path, bool remove, struct err *err)
{
	struct import *im = ctx;
	struct hive *hive = im->target->hive;
	struct err why = {0};
	char *full = reg_full_path(path), *real;
	int r;

	if (!full)
		return err_nomem(err);
	real = map_path(im, full, &why);
	r = real ? reg_follow_links(im->target, &real, &why) : why.code;
	if (!r) {
		im->keys++;
		r = remove ? remove_key(im, real, path, err)
			   : hive_key_add(hive, hive->root, real, &im->key,
					  err);
	} else if (im->part && (r == -EINVAL || r == -ENOTSUP)) {
		r = keep_other(im, path, remove, full, err);
	} else {
		err_pass(err, r, &why);
	}
	mem_free(real);
	mem_free(full);
	return r;
}

static int import_value(void *ctx, const char *name, bool remove, uint32_t type,
			const void *data, size_t size, struct err *err)
{
	struct import *im = ctx;
	int r;

	if (!im->key)
		return 0;
	im->values++;
	if (!remove)
		return hive_value_set(im->target->hive, im->key, name, type,
				      data, size, err);
	r = hive_value_remove(im->target->hive, im->key, name, err);
	return r == -ENOENT ? 0 : r;
}

static bool is_same_place(const struct other *a, const struct other *b)
{
	return a->place == b->place && !strncasecmp(a->full, b->full, a->place);
}

// Lists what was not imported, place by place.
static void show_others(const struct import *im)
{
	printf("%u of %zu keys (%u values) are below %s and are imported.\n",
	       im->keys, im->keys + im->other_count, im->values, im->root);
	for (size_t i = 0; i < im->other_count; i++) {
		const struct other *o = &im->others[i];
		const char *file;
		size_t first = 0, count = 0;

		while (!is_same_place(&im->others[first], o))
			first++;
		if (first < i)
			continue;
		for (size_t k = i; k < im->other_count; k++)
			count += is_same_place(&im->others[k], o);
		reg_place_len(o->full, &file);
		printf("Not imported: %zu of %.*s%s%s%s\n", count,
		       (int)o->place, o->full, file ? " (" : "",
		       file ? file : "", file ? ")" : "");
		for (size_t k = i; k < im->other_count; k++)
			if (is_same_place(&im->others[k], o))
				printf("    %s\n", im->others[k].line);
	}
}

static int run(struct import *im, const struct hive_bytes *text,
	       struct err *err)
{
	const struct hive_reg_visitor visitor = {
		.key = import_key, .value = import_value, .ctx = im};
	int r = hive_reg_parse(text->data, text->size, &visitor, err);

	if (r)
		return r;
	if (im->part)
		show_others(im);
	if (im->part && !im->keys)
		return err_set(err, -ENOENT, im->root, ERR_NOWHERE,
			       "the file names nothing below it");
	return reg_save(im->target, err);
}

static int import(const char *from, const char *to, const struct cmd_switch *s,
		  struct err *err)
{
	struct import im = {.part = s[PART].value};
	struct hive_bytes text;
	struct hive_place *file;
	struct reg_key target;
	struct err inner = {0};
	int r = hive_place_open(from, 0, &file, err);

	if (r)
		return r;
	r = hive_place_read(file, &text, err);
	hive_place_close(file);
	if (r)
		return r;
	r = reg_open(to, REG_CHANGE, s[REG].value, s[LOGS].value, &target, err);
	if (r) {
		hive_bytes_done(&text);
		return r;
	}
	im.target = &target;
	im.root = s[AS].value ? reg_full_path(s[AS].value)
			      : reg_place_of(&target);
	r = im.root ? run(&im, &text, &inner) : err_nomem(err);
	if (inner.is_line) // of the file that is imported
		snprintf(inner.what, sizeof(inner.what), "%s", from);
	if (r)
		err_pass(err, r, &inner);
	for (size_t i = 0; i < im.other_count; i++) {
		mem_free(im.others[i].line);
		mem_free(im.others[i].full);
	}
	mem_free(im.others);
	mem_free(im.root);
	reg_close(&target);
	hive_bytes_done(&text);
	return r;
}

int reg_import(int argc, char **argv)
{
	struct cmd_switch s[] = {
		[AS] = {"as", true, NULL},
		[PART] = {"part", false, NULL},
		[REG] = {"reg", true, NULL},
		[LOGS] = {"ignore-logs", false, NULL},
		[NONE] = {NULL, false, NULL},
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
