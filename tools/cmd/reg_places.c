// SPDX-License-Identifier: MIT
//
// Where hives hang in a running Windows, which is how registry files name them.
// Which place a hive's is, is told by its file's name.

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "reg_places.h"

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

// Other names; what one stands for may begin with another.
static const struct {
	const char *name, *root;
} names[] = {
	{"HKLM", "HKEY_LOCAL_MACHINE"},
	{"HKCU", "HKEY_CURRENT_USER"},
	{"HKU", "HKEY_USERS"},
	{"HKCR", "HKEY_LOCAL_MACHINE\\SOFTWARE\\Classes"},
	{"HKEY_CLASSES_ROOT", "HKEY_LOCAL_MACHINE\\SOFTWARE\\Classes"},
	{"HKCC", "HKEY_CURRENT_CONFIG"},
	{"HKEY_CURRENT_CONFIG", "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\"
				"Hardware Profiles\\Current"},
	{"HKEY_USERS\\S-1-5-18", "HKEY_USERS\\.DEFAULT"}, // the system's own
};

bool reg_is_below(const char *path, const char *root, const char **ret_rest)
{
	size_t len = strlen(root);

	if (strncasecmp(path, root, len) || (path[len] && path[len] != '\\'))
		return false;
	*ret_rest = path + len + (path[len] == '\\');
	return true;
}

// Joins two paths with a backslash, unless one is empty; new memory, or NULL.
static char *join(const char *path, const char *below)
{
	size_t size = strlen(path) + strlen(below) + 2;
	char *joined = mem_alloc(size);

	if (joined)
		snprintf(joined, size, "%s%s%s", path,
			 *path && *below ? "\\" : "", below);
	return joined;
}

char *reg_full_path(const char *path)
{
	char *full = mem_strdup(path);
	size_t len = strlen(path);

	while (full && len > 1 && full[len - 1] == '\\')
		full[--len] = 0;
	for (size_t i = 0; full && i < sizeof(names) / sizeof(names[0]); i++) {
		const char *rest;
		char *longer;

		if (!reg_is_below(full, names[i].name, &rest))
			continue;
		longer = join(names[i].root, rest);
		mem_free(full);
		full = longer;
	}
	return full;
}

char *reg_place_of(const struct reg_key *k)
{
	const char *name = hive_file_name(k->file), *root = NULL;
	char made[300];

	for (size_t i = 0; !root && i < sizeof(places) / sizeof(places[0]);
	     i++)
		if (!strcasecmp(places[i].file, name))
			root = places[i].root;
	if (!root) {
		snprintf(made, sizeof(made), "HKEY_LOCAL_MACHINE\\%s", name);
		root = made;
	}
	return join(root, hive_file_key(k->file));
}

size_t reg_place_len(const char *full, const char **ret_file)
{
	size_t len = strcspn(full, "\\");
	const char *rest;

	*ret_file = NULL;
	if (full[len] && (reg_is_below(full, "HKEY_LOCAL_MACHINE", &rest) ||
			  reg_is_below(full, "HKEY_USERS", &rest)))
		len += 1 + strcspn(full + len + 1, "\\");
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (!reg_is_below(full, places[i].root, &rest) ||
		    strlen(places[i].root) < len)
			continue;
		len = strlen(places[i].root);
		*ret_file = places[i].file;
	}
	return len;
}

// Says where a link leads.
static int refuse_link(const struct hive_key *key, struct err *err)
{
	static const char value[] = "SymbolicLinkValue";
	struct hive_value *v;
	char *to = NULL, *name = hive_key_name(key);

	if (!hive_value_find(key, value, &v, NULL))
		to = utf16_to_utf8((const void *)v->data, v->size / 2);
	err_set(err, -ENOTSUP, name ? name : value, ERR_NOWHERE,
		"the key is a link to %s: change that",
		to ? to : "another place");
	mem_free(name);
	mem_free(to);
	return -ENOTSUP;
}

int reg_check_links(const struct hive *hive, const char *path, struct err *err)
{
	char *part = mem_strdup(path);
	int r = part ? 0 : err_nomem(err);

	for (size_t i = 0; !r && path[i]; i++) {
		struct hive_key *key;

		if (path[i] != '\\')
			continue;
		part[i] = 0;
		if (!hive_key_find(hive->root, part, &key, NULL) &&
		    key->flags & HIVE_KEY_LINK)
			r = refuse_link(key, err);
		part[i] = '\\';
	}
	mem_free(part);
	return r;
}
