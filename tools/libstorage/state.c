// SPDX-License-Identifier: MIT
//
// What is said of disks for the session, as storage_state.h tells.

#include <stdio.h>
#include <string.h>

#include "drives.h"
#include "storage_state.h"

#define STATE_FILE "disks"

static bool is_anything(const struct storage_state_disk *d)
{
	return d->is_attached || d->is_offline || d->is_read_only;
}

void storage_state_done(struct storage_state *s)
{
	for (size_t i = 0; i < s->count; i++)
		mem_free(s->disks[i].address);
	mem_free(s->disks);
	*s = (struct storage_state){0};
}

static size_t index_of(const struct storage_state *s, const char *address)
{
	size_t i = 0;

	while (i < s->count && strcmp(s->disks[i].address, address))
		i++;
	return i;
}

const struct storage_state_disk *
storage_state_find(const struct storage_state *s, const char *address)
{
	size_t i = index_of(s, address);

	return i < s->count ? &s->disks[i] : NULL;
}

static void remove_at(struct storage_state *s, size_t i)
{
	mem_free(s->disks[i].address);
	s->count--;
	memmove(&s->disks[i], &s->disks[i + 1],
		(s->count - i) * sizeof(*s->disks));
}

static int append(struct storage_state *s, const struct storage_state_disk *d,
		  struct err *err)
{
	struct storage_state_disk copy = *d;
	void *disks = s->disks;

	if (mem_grow(&disks, s->count, &s->capacity, sizeof(*s->disks)))
		return err_nomem(err);
	s->disks = disks;
	copy.address = mem_strdup(d->address);
	if (!copy.address)
		return err_nomem(err);
	s->disks[s->count++] = copy;
	return 0;
}

int storage_state_set(struct storage_state *s,
		      const struct storage_state_disk *d, struct err *err)
{
	size_t i = index_of(s, d->address);
	char *address;

	if (!is_anything(d)) {
		if (i < s->count)
			remove_at(s, i);
		return 0;
	}
	if (i == s->count)
		return append(s, d, err);
	address = s->disks[i].address;
	s->disks[i] = *d;
	s->disks[i].address = address;
	return 0;
}

// --- The file's text -----------------------------------------------------------

static int refuse_line(size_t off, struct err *err)
{
	return err_corrupt(err, "list of attached disks", off,
			   "a line is no letters, tab and address");
}

static bool take_mark(char c, struct storage_state_disk *d)
{
	bool *mark = c == 'A'   ? &d->is_attached
		     : c == 'R' ? &d->is_attached_read_only
		     : c == 'o' ? &d->is_offline
		     : c == 'r' ? &d->is_read_only
				: NULL;

	if (!mark || *mark)
		return false;
	*mark = true;
	return true;
}

static int take_line(const char *line, size_t len, size_t off,
		     struct storage_state *s, struct err *err)
{
	const char *tab = memchr(line, '\t', len);
	struct storage_state_disk d = {0};
	size_t n = tab ? len - (size_t)(tab - line) - 1 : 0;
	int r;

	if (!n || memchr(tab + 1, '\t', n) || memchr(line, 0, len))
		return refuse_line(off, err);
	for (const char *c = line; c < tab; c++)
		if (!take_mark(*c, &d))
			return refuse_line(off, err);
	d.address = mem_dup(tab + 1, n + 1);
	if (!d.address)
		return err_nomem(err);
	d.address[n] = 0;
	if (!is_anything(&d) || storage_state_find(s, d.address) ||
	    (d.is_attached_read_only && !d.is_attached))
		r = refuse_line(off, err);
	else
		r = append(s, &d, err);
	mem_free(d.address);
	return r;
}

int storage_state_decode(const char *text, size_t size,
			 struct storage_state *ret, struct err *err)
{
	struct storage_state s = {0};
	size_t off = 0;
	int r = 0;

	while (!r && off < size) {
		const char *end = memchr(text + off, '\n', size - off);

		r = end ? take_line(text + off, (size_t)(end - text) - off, off,
				    &s, err)
			: refuse_line(off, err);
		off = end ? (size_t)(end - text) + 1 : size;
	}
	if (r)
		storage_state_done(&s);
	else
		*ret = s;
	return r;
}

char *storage_state_encode(const struct storage_state *s)
{
	size_t size = 1, used = 0;
	char *text;

	for (size_t i = 0; i < s->count; i++)
		size += strlen(s->disks[i].address) + 6;
	text = mem_alloc(size);
	for (size_t i = 0; text && i < s->count; i++) {
		const struct storage_state_disk *d = &s->disks[i];

		used += (size_t)snprintf(text + used, size - used,
					 "%s%s%s%s\t%s\n",
					 d->is_attached ? "A" : "",
					 d->is_attached_read_only ? "R" : "",
					 d->is_offline ? "o" : "",
					 d->is_read_only ? "r" : "",
					 d->address);
	}
	return text;
}

// --- The session's -------------------------------------------------------------

int storage_state_read(struct storage_state *ret, struct err *err)
{
	size_t size;
	char *text;
	int r = address_session_read(STATE_FILE, &text, &size, err);

	if (r)
		return r;
	r = storage_state_decode(text, size, ret, err);
	mem_free(text);
	return r;
}

static int change_text(void *ctx, const char *text, size_t size, char **ret,
		       struct err *err)
{
	struct storage_state s;
	int r = storage_state_decode(text, size, &s, err);

	if (r)
		return r;
	r = storage_state_set(&s, ctx, err);
	if (!r) {
		*ret = storage_state_encode(&s);
		r = *ret ? 0 : err_nomem(err);
	}
	storage_state_done(&s);
	return r;
}

int storage_state_put(const struct storage_state_disk *disk, struct err *err)
{
	struct storage_state_disk copy = *disk;

	if (disk->address[strcspn(disk->address, "\t\n")])
		return err_set(err, -EINVAL, disk->address, ERR_NOWHERE,
			       "a tab or a line's end is in it");
	return address_session_change(STATE_FILE, change_text, &copy, err);
}
