// SPDX-License-Identifier: MIT
//
// Whether two addresses lead into one volume: the same levels above it, on the
// same file or device of the host.

#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "address.h"

static bool is_same_host(const char *a, const char *b)
{
	struct stat x, y;

	if (stat(a, &x) || stat(b, &y))
		return false;
	if (S_ISBLK(x.st_mode) && S_ISBLK(y.st_mode))
		return x.st_rdev == y.st_rdev;
	return x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

static bool is_same_level(const struct place_level *a,
			  const struct place_level *b)
{
	if (a->kind != b->kind)
		return false;
	switch (a->kind) {
	case PLACE_PARTITION:
		return a->part.start == b->part.start &&
		       a->part.size == b->part.size;
	case PLACE_FILE:
		return !strcasecmp(a->path, b->path);
	default:
		return true;
	}
}

bool address_is_same_volume(const struct place *a, const struct place *b)
{
	size_t above = a->level_count - 1; // the last level is the INNER

	if (!a->path || !b->path || a->level_count != b->level_count ||
	    !is_same_host(a->host_path, b->host_path))
		return false;
	for (size_t i = 0; i < above; i++)
		if (!is_same_level(&a->levels[i], &b->levels[i]))
			return false;
	return true;
}
