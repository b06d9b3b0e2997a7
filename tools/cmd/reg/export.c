// SPDX-License-Identifier: MIT
//
// reg export: a key as a registry file.

#include <stdio.h>
#include <string.h>

#include "reg.h"
#include "places.h"

enum { Y, AS, REG, LOGS, NONE };

static int write_text(const char *path, bool replace, const void *data,
		      size_t size, bool *ret_done, struct err *err)
{
	struct hive_place *file;
	struct err there = {0};
	int r = hive_place_open(path, HIVE_PLACE_WRITE | HIVE_PLACE_NEW, &file,
				&there);

	if (r == -EEXIST && (replace || reg_ask("File %s already exists. "
						"Overwrite",
						path))) {
		r = hive_place_open(path, HIVE_PLACE_WRITE, &file, err);
	} else if (r == -EEXIST) {
		*ret_done = false;
		return 0;
	} else if (r) {
		err_pass(err, r, &there);
	}
	if (r)
		return r;
	r = hive_place_write(file, data, size, err);
	hive_place_close(file);
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
	int r = reg_open(text, REG_TREE, s[REG].value, s[LOGS].value, &k, err);

	if (r)
		return r;
	place = s[AS].value ? reg_full_path(s[AS].value) : reg_place_of(&k);
	r = place ? reg_find(&k, &key, err) : err_nomem(err);
	if (!r)
		r = hive_reg_format(key, place, &data, &size, err);
	mem_free(place);
	reg_close(&k);
	if (r)
		return r;
	r = write_text(to, s[Y].value, data, size, ret_done, err);
	mem_free(data);
	return r;
}

int reg_export(int argc, char **argv)
{
	struct cmd_switch s[] = {
		[Y] = {"y", false, NULL},
		[AS] = {"as", true, NULL},
		[REG] = {"reg", true, NULL},
		[LOGS] = {"ignore-logs", false, NULL},
		[NONE] = {NULL, false, NULL},
	};
	struct err err = {0};
	bool done = true;
	int count, r = cmd_switches(argc, argv, s, &count);

	if (r)
		return r;
	if (count != 2)
		return cmd_misuse("reg", "export: name a key and a file");
	if (export(argv[1], argv[2], s, &done, &err))
		return cmd_fail("reg", argv[1], &err);
	if (done)
		reg_done();
	return done ? CMD_OK : CMD_FAILED;
}
