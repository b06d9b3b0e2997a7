// SPDX-License-Identifier: MIT
//
// Opening by name, and the names of a split WIM's parts: DISM /Split-Image,
// ImageX and wimlib call them install.swm, install2.swm, install3.swm, ...;
// "install1.swm, install2.swm" is met too.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wim_priv.h"

#define VARIANTS 2 // ways in which a part may be called

struct opened {
	struct wim_files files;
	struct wim_part *parts; // names are new memory
	size_t count, room;
};

static int open_part(struct opened *o, const char *name, struct err *err)
{
	struct wim_part part = {0};
	int r;

	if (mem_grow((void **)&o->parts, o->count, &o->room, sizeof(part)))
		return err_nomem(err);
	part.name = mem_strdup(name);
	if (!part.name)
		return err_nomem(err);
	r = o->files.open_file(o->files.ctx, name, &part.file, err);
	if (r)
		mem_free((void *)part.name);
	else
		o->parts[o->count++] = part;
	return r;
}

static void close_last(struct opened *o)
{
	struct wim_part *part = &o->parts[--o->count];

	disk_close(part->file);
	mem_free((void *)part->name);
}

void wim_opened_close(struct opened *o)
{
	if (!o)
		return;
	while (o->count)
		close_last(o);
	mem_free(o->parts);
	mem_free(o);
}

// Where a path's last part begins.
static const char *last_part(const char *name)
{
	const char *p = name + strlen(name);

	while (p > name && p[-1] != '/' && p[-1] != '\\')
		p--;
	return p;
}

// How part `wanted` is called when part `own` is called `name`. Part 1 has no
// number, or, as a variant, has.
// Returns 0, -ENOENT when there is no such variant, or -ENOMEM.
static int name_part(const char *name, unsigned own, unsigned wanted,
		     unsigned variant, char **ret)
{
	const char *last = last_part(name), *dot = strrchr(last, '.');
	size_t len = strlen(name), stem = dot ? (size_t)(dot - name) : len;
	bool has_one = own == 1 ? !variant : variant;
	char number[8];
	size_t digits = (size_t)snprintf(number, sizeof(number), "%u", own);
	char *text;

	if (own > 1 || has_one) {
		if (stem - (size_t)(last - name) < digits ||
		    memcmp(name + stem - digits, number, digits))
			return -ENOENT;
	} else {
		digits = 0;
	}
	if (own > 1 && wanted > 1 && variant)
		return -ENOENT;
	text = mem_alloc(len + sizeof(number));
	if (!text)
		return -ENOMEM;
	snprintf(number, sizeof(number), "%u", wanted);
	snprintf(text, len + sizeof(number), "%.*s%s%s", (int)(stem - digits),
		 name, wanted > 1 || has_one ? number : "", name + stem);
	*ret = text;
	return 0;
}

// Looks whether the file that was opened last is the wanted part.
// Returns 0, -ESTALE when it is another file, or the device's error.
static int check_last(const struct opened *o, unsigned wanted,
		      const struct header *first, struct err *err)
{
	const struct wim_part *part = &o->parts[o->count - 1];
	struct err inner = {0};
	struct header h;
	int r = wim_header_read(part->file, &h, &inner);

	switch (r) {
	case 0:
		return h.part == wanted && h.info.parts == first->info.parts &&
				       guid_equal(&h.info.guid,
						  &first->info.guid)
			       ? 0
			       : -ESTALE;
	case -EBADMSG: // no WIM that we read: not the part
	case -ENOTSUP:
	case -EFBIG:
		return -ESTALE;
	default:
		return err_of(err, part->name, &inner);
	}
}

// Opens a file that may be the wanted part.
// Returns 0, -ENOENT when it is not there, -ESTALE when it is another file, or
// an error.
static int try_part(struct opened *o, const char *name, unsigned wanted,
		    const struct header *first, struct err *err)
{
	struct err inner = {0};
	int r = open_part(o, name, &inner);

	if (r)
		return r == -ENOENT ? r : err_pass(err, r, &inner);
	r = check_last(o, wanted, first, err);
	if (r)
		close_last(o);
	return r;
}

static int find_part(struct opened *o, unsigned wanted,
		     const struct header *first, struct err *err)
{
	const char *given = o->parts[0].name;
	char there[64] = "", missing[64] = "";

	for (unsigned v = 0; v < VARIANTS; v++) {
		char *name;
		int r = name_part(given, first->part, wanted, v, &name);

		if (r == -ENOENT)
			continue;
		if (r)
			return err_nomem(err);
		r = try_part(o, name, wanted, first, err);
		if (r == -ESTALE)
			snprintf(there, sizeof(there), "%s", last_part(name));
		else if (r == -ENOENT && !missing[0])
			snprintf(missing, sizeof(missing), "%s",
				 last_part(name));
		mem_free(name);
		if (r != -ENOENT && r != -ESTALE)
			return r;
	}
	if (there[0])
		return err_set(err, -ESTALE, there, ERR_NOWHERE,
			       "this is not part %u of the split WIM that %s "
			       "is part %u of",
			       wanted, last_part(given), first->part);
	if (missing[0])
		return err_set(err, -ENOENT, missing, ERR_NOWHERE,
			       "this file is missing: %s is part %u of %u of a "
			       "split WIM",
			       last_part(given), first->part,
			       first->info.parts);
	return err_set(err, -ENOENT, given, ERR_NOWHERE,
		       "this is part %u of %u of a split WIM, but its name "
		       "does not end with %u: the others cannot be found",
		       first->part, first->info.parts, first->part);
}

static int find_parts(struct opened *o, struct err *err)
{
	struct header first;
	struct err inner = {0};
	int r = wim_header_read(o->parts[0].file, &first, &inner);

	if (r)
		return err_of(err, o->parts[0].name, &inner);

	for (unsigned k = 1; !r && k <= first.info.parts; k++)
		if (k != first.part)
			r = find_part(o, k, &first, err);
	return r;
}

int wim_open_files(const struct wim_files *files, const char *const *names,
		   size_t count, struct wim **ret, struct err *err)
{
	struct opened *o = mem_alloc(sizeof(*o));
	struct wim *w;
	int r = 0;

	if (!o)
		return err_nomem(err);
	o->files = *files;
	for (size_t i = 0; i < count && !r; i++)
		r = open_part(o, names[i], err);
	if (!r && count == 1)
		r = find_parts(o, err);
	if (!r)
		r = wim_open_parts(o->parts, o->count, &w, err);
	if (r) {
		wim_opened_close(o);
		return r;
	}
	w->opened = o;
	*ret = w;
	return 0;
}
