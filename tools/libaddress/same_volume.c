// SPDX-License-Identifier: MIT
//
// Whether two addresses lead into one volume: the same levels above it, on the
// same file or device of the host.

#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "address.h"

bool address_is_same_path(const char *a, const char *b)
{
	struct stat x, y;

	if (stat(a, &x) || stat(b, &y))
		return false;
	// Two nodes may be of one device.
	if (S_ISBLK(x.st_mode) && S_ISBLK(y.st_mode))
		return x.st_rdev == y.st_rdev;
	return x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

bool address_is_same_host(const char *a, const char *b)
{
	struct address_parts x = {0}, y = {0};
	bool same = !address_split(a, &x, NULL) &&
		    !address_split(b, &y, NULL) &&
		    address_is_same_path(x.path, y.path);

	address_parts_done(&x);
	address_parts_done(&y);
	return same;
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

// The first n levels, on the same file or device.
static bool is_same_way(const struct place *a, const struct place *b, size_t n)
{
	if (a->level_count < n || b->level_count < n ||
	    !address_is_same_path(a->host_path, b->host_path))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!is_same_level(&a->levels[i], &b->levels[i]))
			return false;
	return true;
}

bool address_is_same_volume(const struct place *a, const struct place *b)
{
	return a->path && b->path && a->level_count == b->level_count &&
	       is_same_way(a, b, a->level_count - 1); // the last is the INNER
}

bool address_is_below(const struct place *place, const struct place *disk,
		      size_t levels)
{
	return !levels || is_same_way(place, disk, levels);
}
