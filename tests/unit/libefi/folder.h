// SPDX-License-Identifier: MIT
//
// A folder that takes the place of the firmware's variables.

#ifndef FOLDER_H
#define FOLDER_H

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include "efi.h"
#include "test.h"

#define GLOBAL "8be4df61-93ca-11d2-aa0d-00e098032b8c"

static char folder[64];

static inline void folder_make(void)
{
	strcpy(folder, "/tmp/slipway-efi.XXXXXX");
	check(mkdtemp(folder));
}

static inline void folder_clear(void)
{
	DIR *dir = opendir(folder);
	const struct dirent *e;
	char path[512];

	check(dir);
	while ((e = readdir(dir))) {
		snprintf(path, sizeof(path), "%s/%s", folder, e->d_name);
		if (*e->d_name != '.')
			check(!remove(path));
	}
	closedir(dir);
}

static inline void folder_remove(void)
{
	folder_clear();
	check(!rmdir(folder));
}

static inline const char *folder_path(const char *name)
{
	static char path[512];

	snprintf(path, sizeof(path), "%s/%s-" GLOBAL, folder, name);
	return path;
}

// Puts a file there as it is, attributes included.
static inline void folder_put(const char *name, const void *data, size_t size)
{
	FILE *f = fopen(folder_path(name), "wb");

	check(f && fwrite(data, 1, size, f) == size);
	check(!fclose(f));
}

static inline size_t folder_get(const char *name, uint8_t *data, size_t room)
{
	FILE *f = fopen(folder_path(name), "rb");
	size_t n;

	check(f);
	n = fread(data, 1, room, f);
	fclose(f);
	return n;
}

#endif
