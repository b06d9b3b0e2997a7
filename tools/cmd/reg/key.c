// SPDX-License-Identifier: MIT
//
// What the operations of reg share: the key that a text names, opened, found and
// saved, and what is asked and said.

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "places.h"

char *reg_real_path(const struct hive *hive, const char *path)
{
	static const char current[] = "CurrentControlSet";
	const size_t len = sizeof(current) - 1;
	struct hive_key *key;
	uint32_t number;
	char *real;

	if (strncasecmp(path, current, len) ||
	    (path[len] && path[len] != '\\') ||
	    !hive_key_find(hive->root, current, &key, NULL) ||
	    hive_key_find(hive->root, "Select", &key, NULL) ||
	    hive_value_get_u32(key, "Current", &number, NULL) || number > 999)
		return mem_strdup(path);
	real = mem_alloc(strlen(path) + 1);
	// ControlSet001 is shorter than CurrentControlSet
	if (real)
		snprintf(real, strlen(path) + 1, "ControlSet%03u%s", number,
			 path + len);
	return real;
}

// Loads what leads to a path. *ret_found tells whether the key is there.
static int load_part(const struct hive_bytes *b, const char *path, bool all,
		     struct reg_key *k, bool *ret_found, struct err *err)
{
	struct hive_key *key;
	int r;

	hive_free(k->hive);
	k->hive = NULL;
	r = hive_load_part(b->data, b->size, b->logs, path, all, &k->hive, err);
	if (!r)
		*ret_found = !hive_key_find(k->hive->root, path, &key, NULL);
	return r;
}

// Finds the path that is asked for: of 32-bit programs those of SOFTWARE lie
// below a key of their own. *ret is new memory.
static int view_path(const struct reg_key *k, const char *view, char **ret,
		     struct err *err)
{
	static const char own[] = "WOW6432Node";
	const char *path = hive_place_key(k->file);
	size_t size = sizeof(own) + 1 + strlen(path);
	bool is_32 = view && !strcmp(view, "32");

	if (view && !is_32 && strcmp(view, "64"))
		return err_set(err, -EINVAL, view, ERR_NOWHERE,
			       "/reg takes 32 or 64");
	if (is_32 && !strcasecmp(hive_place_name(k->file), "SOFTWARE") &&
	    strncasecmp(path, own, sizeof(own) - 1)) {
		*ret = mem_alloc(size);
		if (*ret)
			snprintf(*ret, size, "%s%s%s", own, *path ? "\\" : "",
				 path);
	} else {
		*ret = mem_strdup(path);
	}
	return *ret ? 0 : err_nomem(err);
}

// Looks for a path that was not found behind the links on the way to it.
static int look_behind_links(struct reg_key *k, const struct hive_bytes *b,
			     bool all, bool *ret_found, struct err *err)
{
	const struct hive_key *link;
	struct hive_key *key;
	char *part, *next;
	size_t len;
	int r = 0;

	for (unsigned i = 0; !r && !*ret_found && i < REG_MAX_LINKS; i++) {
		if (!reg_find_link(k->hive, k->path, &len))
			return 0;
		part = mem_strdup(k->path);
		if (!part)
			return err_nomem(err);
		part[len] = 0;
		r = load_part(b, part, false, k, ret_found, err);
		*ret_found = false;
		link = r || hive_key_find(k->hive->root, part, &key, NULL)
			       ? NULL
			       : key;
		mem_free(part);
		if (!link)
			return r;
		r = reg_follow_link(k, link, k->path + len + 1, &next, err);
		if (r)
			return r;
		mem_free(k->path);
		k->path = next;
		r = load_part(b, k->path, all, k, ret_found, err);
	}
	return r;
}

// Loads the key for looking at it: the path is tried as it stands first.
static int load_to_look(struct reg_key *k, const char *path, bool all,
			struct err *err)
{
	struct hive_bytes b;
	bool found = false;
	int r = hive_place_read(k->file, &b, err);

	if (r)
		return r;
	if (b.is_stale)
		hive_place_warn("reg", k->file);
	r = load_part(&b, path, all, k, &found, err);
	if (!r && !found) {
		r = load_part(&b, "Select", false, k, &found, err);
		if (!r) {
			k->path = reg_real_path(k->hive, path);
			r = k->path ? load_part(&b, k->path, all, k, &found,
						err)
				    : err_nomem(err);
		}
		if (!r && !found)
			r = look_behind_links(k, &b, all, &found, err);
	} else if (!r) {
		k->path = mem_strdup(path);
		r = k->path ? 0 : err_nomem(err);
	}
	if (r)
		hive_place_advise(&b, err);
	hive_bytes_done(&b);
	return r;
}

static int load_to_change(struct reg_key *k, const char *path, struct err *err)
{
	int r = hive_place_load(k->file, &k->hive, err);

	if (r)
		return r;
	k->hive->now = filetime_now();
	k->path = reg_real_path(k->hive, path);
	return k->path ? reg_follow_links(k, &k->path, err) : err_nomem(err);
}

// Says how a hive is named here, to who means a running Windows'.
static int no_hive(const char *text, int r, const struct err *why,
		   struct err *err)
{
	if (r == -ENOENT &&
	    (!strncasecmp(text, "HKLM\\", 5) ||
	     !strncasecmp(text, "HKEY_", 5) || !strncasecmp(text, "HKU\\", 4) ||
	     !strncasecmp(text, "HKCU\\", 5)))
		return err_set(
			err, r, text, ERR_NOWHERE,
			"no Windows is running here: begin with the "
			"hive's file, such as "
			"disk.img@3:\\Windows\\System32\\config\\SYSTEM");
	return err_pass(err, r, why);
}

int reg_open(const char *text, enum reg_use use, const char *view, bool no_logs,
	     struct reg_key *ret, struct err *err)
{
	unsigned flags = HIVE_PLACE_KEY |
			 (use == REG_CHANGE ? HIVE_PLACE_WRITE : 0) |
			 (no_logs ? HIVE_PLACE_NO_LOGS : 0);
	struct reg_key k = {NULL, NULL, NULL, NULL};
	char *path = NULL;
	size_t len = strlen(text);
	struct err why = {0};
	int r;

	if (len > 1 && text[len - 1] == '\\')
		len--;
	if (len > 1 && text[len - 1] == '\\')
		return err_set(err, -EINVAL, text, ERR_NOWHERE,
			       "a key's path ends with one backslash at most");
	k.name = mem_strdup(text);
	if (!k.name)
		return err_nomem(err);
	k.name[len] = 0;
	r = hive_place_open(k.name, flags, &k.file, &why);
	if (r)
		r = no_hive(text, r, &why, err);
	if (!r)
		r = view_path(&k, view, &path, err);
	if (!r)
		r = use == REG_CHANGE
			    ? load_to_change(&k, path, err)
			    : load_to_look(&k, path, use == REG_TREE, err);
	mem_free(path);
	if (r)
		reg_close(&k);
	else
		*ret = k;
	return r;
}

void reg_close(struct reg_key *k)
{
	hive_free(k->hive);
	hive_place_close(k->file);
	mem_free(k->path);
	mem_free(k->name);
}

int reg_find(const struct reg_key *k, struct hive_key **ret, struct err *err)
{
	int r = hive_key_find(k->hive->root, k->path, ret, err);

	return r == -ENOENT ? err_set(err, r, k->name, ERR_NOWHERE,
				      "there is no such key")
			    : r;
}

int reg_save(struct reg_key *k, struct err *err)
{
	k->hive->sequence++;
	return hive_place_save(k->file, k->hive, err);
}

int reg_no_value(const struct reg_key *k, const char *name, struct err *err)
{
	return err_set(err, -ENOENT, k->name, ERR_NOWHERE,
		       "the key has no value \"%s\"",
		       *name ? name : "(Default)");
}

bool reg_ask(const char *fmt, ...)
{
	char answer[32];
	va_list ap;

	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	fputs(" (Yes/No)? ", stdout);
	fflush(stdout);
	if (fgets(answer, sizeof(answer), stdin) &&
	    (*answer == 'y' || *answer == 'Y'))
		return true;
	puts("\nThe operation was canceled by the user.");
	return false;
}

void reg_done(void)
{
	puts("The operation completed successfully.");
}
