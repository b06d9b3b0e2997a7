// SPDX-License-Identifier: MIT
//
// Everything in a FAT volume is read, as far as a budget goes.

#ifndef FUZZ_FAT_VISIT_H
#define FUZZ_FAT_VISIT_H

#include <stdio.h>

#include "fat.h"

struct visit {
	struct fat *f;
	const char *path;
	int depth;
	unsigned *budget;
};

// For fat_list: reads a file, or all in a folder.
static int visit(void *ctx, const struct fat_stat *s)
{
	struct visit *up = ctx;
	char path[2048];
	struct visit v = {up->f, path, up->depth + 1, up->budget};
	size_t n;
	void *content;

	if (!(*up->budget)--)
		return 1;
	snprintf(path, sizeof(path), "%s\\%s", up->path, s->name);
	if (s->is_directory && v.depth < 3)
		return fat_list(up->f, path, visit, &v, NULL) == 1;
	if (!fat_read_file(up->f, path, 100000, &content, &n, NULL))
		mem_free(content);
	return 0;
}

#endif
