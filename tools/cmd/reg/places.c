// SPDX-License-Identifier: MIT
//
// Where hives hang in a running Windows, which is how registry files name them.
// Which place a hive's is, is told by its file's name.

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "places.h"

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
	{"HKEY_CURRENT_CONFIG",
	 "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\"
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

// Returns the place of a hive, told by its file's name; new memory, or NULL.
static char *hive_place(const struct reg_key *k)
{
	const char *name = hive_place_name(k->file);

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (!strcasecmp(places[i].file, name))
			return mem_strdup(places[i].root);
	return join("HKEY_LOCAL_MACHINE", name);
}

char *reg_place_of(const struct reg_key *k)
{
	char *place = hive_place(k);
	char *full = place ? join(place, hive_place_key(k->file)) : NULL;

	mem_free(place);
	return full;
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

// --- Links -------------------------------------------------------------------

// In a link's value keys are named as the kernel does.
static const struct {
	const char *kernel, *root;
} kernel_roots[] = {
	{"\\REGISTRY\\MACHINE", "HKEY_LOCAL_MACHINE"},
	{"\\REGISTRY\\USER", "HKEY_USERS"},
};

const struct hive_key *reg_find_link(const struct hive *hive, const char *path,
				     size_t *ret_len)
{
	const struct hive_key *found = NULL;
	char *part = mem_strdup(path);

	for (size_t i = 0; part && !found && path[i]; i++) {
		struct hive_key *key;

		if (path[i] != '\\')
			continue;
		part[i] = 0;
		if (!hive_key_find(hive->root, part, &key, NULL) &&
		    key->flags & HIVE_KEY_LINK)
			found = key;
		part[i] = '\\';
		*ret_len = i;
	}
	mem_free(part);
	return found;
}

// Returns the full path that a link leads to, or its value as it is; new memory,
// or NULL.
static char *link_target(const struct hive_key *link)
{
	struct hive_value *v;
	const char *rest;
	char *text, *full;

	if (hive_value_find(link, "SymbolicLinkValue", &v, NULL))
		return mem_strdup("another place");
	text = utf16_to_utf8((const void *)v->data, v->size / 2);
	for (size_t i = 0; text && i < 2; i++) {
		if (!reg_is_below(text, kernel_roots[i].kernel, &rest))
			continue;
		full = join(kernel_roots[i].root, rest);
		mem_free(text);
		return full;
	}
	return text;
}

int reg_follow_link(const struct reg_key *k, const struct hive_key *link,
		    const char *rest, char **ret, struct err *err)
{
	char *place = hive_place(k), *target = link_target(link);
	char *name = hive_key_name(link);
	const char *below;
	int r = place && target && name ? 0 : err_nomem(err);

	if (!r && !reg_is_below(target, place, &below))
		r = err_set(
			err, -ENOTSUP, name, ERR_NOWHERE,
			"the key is a link to %s, which is not in this hive",
			target);
	if (!r)
		*ret = join(below, rest);
	if (!r && !*ret)
		r = err_nomem(err);
	mem_free(name);
	mem_free(target);
	mem_free(place);
	return r;
}

int reg_follow_links(const struct reg_key *k, char **path, struct err *err)
{
	const struct hive_key *link;
	size_t len;

	for (unsigned i = 0; i < REG_MAX_LINKS; i++) {
		char *next;
		int r;

		link = reg_find_link(k->hive, *path, &len);
		if (!link)
			return 0;
		r = reg_follow_link(k, link, *path + len + 1, &next, err);
		if (r)
			return r;
		mem_free(*path);
		*path = next;
	}
	return err_set(err, -ELOOP, *path, ERR_NOWHERE,
		       "over %u links on the way", REG_MAX_LINKS);
}
