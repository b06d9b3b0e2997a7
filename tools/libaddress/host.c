// SPDX-License-Identifier: MIT
//
// Paths of the host as Windows writes them: found part by part.

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "address.h"

#define MAX_PATH 4096

// Looks in a folder for a name that differs in case alone. Returns false when
// there is none, or more than one: Windows' text does not say which is meant.
static bool find_name(const char *folder, const char *name, char found[256])
{
	DIR *dir = opendir(*folder ? folder : ".");
	const struct dirent *e;
	unsigned count = 0;

	while (dir && (e = readdir(dir))) {
		if (strcasecmp(e->d_name, name))
			continue;
		count++;
		snprintf(found, 256, "%s", e->d_name);
	}
	if (dir)
		closedir(dir);
	return count == 1;
}

// Adds the part [from, from + len) of the text to the path, if it is there.
static bool add_part(char path[MAX_PATH], const char *from, size_t len)
{
	char name[256], found[256];
	size_t old = strlen(path);
	struct stat st;

	if (len >= sizeof(name) || old + len + 2 > MAX_PATH)
		return false;
	memcpy(name, from, len);
	name[len] = 0;
	snprintf(path + old, MAX_PATH - old, "%s", name);
	if (!stat(path, &st))
		return true;
	path[old] = 0;
	if (!find_name(path, name, found))
		return false;
	snprintf(path + old, MAX_PATH - old, "%s", found);
	return true;
}

char *address_find_host(const char *text, size_t *ret_len)
{
	char path[MAX_PATH] = "";
	struct stat st;
	size_t at = 0;

	while (text[at]) {
		size_t len = strcspn(text + at, "\\/");

		if (len && !add_part(path, text + at, len))
			return NULL;
		at += len;
		if (len && (stat(path, &st) || !S_ISDIR(st.st_mode))) {
			*ret_len = at;
			return mem_strdup(path);
		}
		if (text[at] && strlen(path) + 2 < MAX_PATH) {
			strcat(path, "/");
			at++;
		}
	}
	return NULL;
}
