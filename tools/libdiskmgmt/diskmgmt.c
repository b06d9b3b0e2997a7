// SPDX-License-Identifier: MIT
//
// The program's state: what is marked, which question is open, what was done.

#include <stdio.h>
#include <string.h>

#include "diskmgmt_priv.h"

int diskmgmt_new(const struct diskmgmt_calls *calls, const char *version,
		 struct diskmgmt **ret, struct err *err)
{
	struct diskmgmt *d = mem_alloc(sizeof(*d));

	if (!d)
		return err_nomem(err);
	d->calls = *calls;
	d->version = version;
	d->columns = 80;
	*ret = d;
	return 0;
}

void diskmgmt_free(struct diskmgmt *d)
{
	if (!d)
		return;
	diskmgmt_picture_done(&d->picture);
	mem_free(d->journal.entries);
	mem_free(d);
}

const struct item *diskmgmt_marked(const struct diskmgmt *d)
{
	return d->marked < d->picture.count ? &d->picture.items[d->marked]
					    : NULL;
}

long diskmgmt_marked_volume(const struct diskmgmt *d)
{
	const struct item *item = diskmgmt_marked(d);

	return item && item->kind == ITEM_PIECE && item->piece.volume
		       ? (long)item->piece.volume->number
		       : -1;
}

// --- What is marked is found again -------------------------------------------

static struct mark mark_of(const struct item *item)
{
	struct mark m = {.kind = item->kind,
			 .disk = item->disk->number,
			 .start = item->piece.start};

	if (item->file)
		snprintf(m.address, sizeof(m.address), "%s",
			 item->file->address);
	return m;
}

// How well an item fits: the same, the piece that lies there now, its disk.
static int fitness(const struct mark *m, const struct item *item)
{
	if (m->kind == ITEM_FILE && item->kind == ITEM_FILE)
		return strncmp(item->file->address, m->address,
			       sizeof(m->address) - 1)
			       ? 0
			       : 3;
	if (item->disk->number != m->disk || item->kind == ITEM_FILE)
		return 0;
	if (item->kind != m->kind || m->kind == ITEM_DISK)
		return item->kind == ITEM_DISK ? 1 + (m->kind == ITEM_DISK) : 0;
	if (item->piece.start == m->start)
		return 3;
	return m->start > item->piece.start &&
			       m->start - item->piece.start < item->piece.size
		       ? 2
		       : 0;
}

static void mark_again(struct diskmgmt *d)
{
	int best = 0;

	d->marked = 0;
	for (size_t i = 0; i < d->picture.count; i++) {
		int fits = fitness(&d->mark, &d->picture.items[i]);

		if (fits > best) {
			best = fits;
			d->marked = i;
		}
	}
	diskmgmt_remember(d);
}

void diskmgmt_remember(struct diskmgmt *d)
{
	const struct item *item = diskmgmt_marked(d);

	if (item)
		d->mark = mark_of(item);
}

int diskmgmt_lay_out(struct diskmgmt *d, unsigned columns, struct err *err)
{
	int r;

	diskmgmt_picture_done(&d->picture);
	d->columns = columns;
	r = diskmgmt_picture(&d->world, columns, &d->picture, err);
	mark_again(d);
	return r;
}

int diskmgmt_look(struct diskmgmt *d, const struct diskmgmt_world *world,
		  struct err *err)
{
	d->world = *world;
	return diskmgmt_lay_out(d, d->columns, err);
}

// --- Running -------------------------------------------------------------------

const struct diskmgmt_line *diskmgmt_line(const struct diskmgmt *d, size_t n)
{
	return n < d->lines.count ? &d->lines.line[n] : NULL;
}

void diskmgmt_begin_line(struct diskmgmt *d, size_t n)
{
	if (!n) {
		d->said = (struct said){0};
		d->has_failed = false;
		// what it is drawn from changes from now on
		diskmgmt_picture_done(&d->picture);
	}
	d->mode = MODE_RUN;
	d->running = n;
}

void diskmgmt_tell(struct diskmgmt *d, const char *text)
{
	diskmgmt_said_add(&d->said, text);
}

void diskmgmt_end_line(struct diskmgmt *d, size_t n, bool is_done)
{
	struct journal *j = &d->journal;

	d->has_failed |= !is_done;
	d->running = n + is_done;
	// a line that the log has no room for was done all the same
	if (mem_grow((void **)&j->entries, j->count, &j->capacity,
		     sizeof(*j->entries)))
		return;
	j->entries[j->count++] = (struct log_entry){.line = d->lines.line[n],
						    .is_done = is_done};
}

void diskmgmt_end_run(struct diskmgmt *d)
{
	d->mode = MODE_RESULT;
}

void diskmgmt_say(struct diskmgmt *d, const char *text)
{
	snprintf(d->message, sizeof(d->message), "%s", text);
}

static void add_text(char *out, size_t *len, const char *text)
{
	size_t n = strlen(text);

	memcpy(out + *len, text, n + 1);
	*len += n;
}

char *diskmgmt_script(const struct diskmgmt *d)
{
	static const size_t most = sizeof(((struct diskmgmt_line *)0)->text);
	char *text = mem_array(d->journal.count + 1, most + 32);
	size_t len = 0;

	for (size_t i = 0; text && i < d->journal.count; i++) {
		const struct log_entry *e = &d->journal.entries[i];

		if (!e->is_done)
			add_text(text, &len, "rem failed: ");
		else if (e->line.is_command)
			add_text(text, &len, "rem slipway ");
		add_text(text, &len, e->line.text);
		add_text(text, &len, "\r\n");
	}
	return text;
}

const char *diskmgmt_save_path(const struct diskmgmt *d)
{
	return diskmgmt_value(&d->form, "File");
}
