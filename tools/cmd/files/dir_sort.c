// SPDX-License-Identifier: MIT
//
// The order of dir: /O with letters, each of which decides where those before
// it find two entries alike; the name decides at last.

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "dir.h"

static const char *extension(const struct tree_stat *s)
{
	const char *dot = strrchr(s->name, '.');

	return dot ? dot : "";
}

static int compare_numbers(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

uint64_t dir_entry_time(const struct dir_options *o, const struct tree_stat *s)
{
	return o->time == 'C'   ? s->created
	       : o->time == 'A' ? s->accessed
				: s->modified;
}

static int compare_by(char letter, const struct dir_options *o,
		      const struct tree_stat *a, const struct tree_stat *b)
{
	switch (letter) {
	case 'G':
		return b->is_directory - a->is_directory;
	case 'S':
		return compare_numbers(a->size, b->size);
	case 'D':
		return compare_numbers(dir_entry_time(o, a),
				       dir_entry_time(o, b));
	case 'E':
		return strcasecmp(extension(a), extension(b));
	default:
		return strcasecmp(a->name, b->name);
	}
}

static int compare(const void *x, const void *y, void *ctx)
{
	const struct dir_entry *a = x, *b = y;
	const struct dir_options *o = ctx;
	bool is_reversed = false;
	int d = b->is_dots - a->is_dots; // they stay in front

	for (const char *c = o->order; *c && !d; c++) {
		if (*c == '-') {
			is_reversed = true;
			continue;
		}
		d = compare_by(*c, o, &a->stat, &b->stat);
		d = is_reversed ? -d : d;
		is_reversed = false;
	}
	return d ? d : strcmp(a->stat.name, b->stat.name);
}

void dir_sort(const struct dir_options *o, struct dir_folder *f)
{
	struct dir_options ctx = *o;

	if (o->order && f->count)
		qsort_r(f->entries, f->count, sizeof(*f->entries), compare,
			&ctx);
}
