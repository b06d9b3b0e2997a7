// SPDX-License-Identifier: MIT
//
// A folder in the shape of a machine's /sys, /proc and /dev, for tests.

#ifndef TEST_SYSFS_H
#define TEST_SYSFS_H

#include <sys/stat.h>
#include <unistd.h>

#include "test.h"

static char root[] = "/tmp/slipway-machine-XXXXXX";

static inline void put_data(const char *path, const void *data, size_t size)
{
	char full[600], *c;
	FILE *f;

	snprintf(full, sizeof(full), "%s/%s", root, path);
	for (c = full + strlen(root) + 1; *c; c++) {
		if (*c != '/')
			continue;
		*c = 0;
		mkdir(full, 0777);
		*c = '/';
	}
	f = fopen(full, "w");
	check(f && fwrite(data, 1, size, f) == size);
	fclose(f);
}

static inline void put(const char *path, const char *text)
{
	put_data(path, text, strlen(text));
}

static inline void point(const char *path, const char *to)
{
	char full[600], target[600];

	put(path, "");
	snprintf(full, sizeof(full), "%s/%s", root, path);
	snprintf(target, sizeof(target), "%s/%s", root, to);
	unlink(full);
	check(!symlink(target, full));
}

// A disk of that many sectors of 512 bytes, below sys/devices/PLACE.
static inline void add_disk(const char *name, const char *place,
			    const char *numbers, const char *sectors)
{
	char path[300], at[300];

	snprintf(at, sizeof(at), "sys/devices/%s/block/%s", place, name);
	snprintf(path, sizeof(path), "%s/size", at);
	put(path, sectors);
	snprintf(path, sizeof(path), "sys/block/%s", name);
	point(path, at);
	snprintf(path, sizeof(path), "sys/dev/block/%s", numbers);
	point(path, at);
}

static inline void run(const char *script)
{
	char command[1000];

	snprintf(command, sizeof(command), "cd '%s' && { %s\n}", root, script);
	check(!system(command));
}

static inline void remove_root(void)
{
	char command[100];

	snprintf(command, sizeof(command), "rm -r '%s'", root);
	check(!system(command));
}

#endif
