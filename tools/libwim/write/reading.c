// SPDX-License-Identifier: MIT
//
// Content as it is read, and what sizes there were.

#include <inttypes.h>
#include <string.h>

#include "pack.h"

#define NAME_ROOM 300

// --- Reading -----------------------------------------------------------------

static const char *name_of(const struct wim_content *c, char *buf, size_t size)
{
	if (!c->name)
		return "content";
	buf[0] = 0;
	c->name(c, buf, size);
	return buf;
}

int wim_content_changed(const struct wim_content *c, struct err *err)
{
	char name[NAME_ROOM];

	return err_set(err, -ESTALE, name_of(c, name, sizeof(name)),
		       ERR_NOWHERE, "it changed while it was read");
}

int wim_reading_open(struct reading *r, struct wim_content *content,
		     struct err *err)
{
	char name[NAME_ROOM];
	uint64_t size;
	int rc;

	*r = (struct reading){.content = content};
	if (content->data)
		return 0;
	rc = (*content->open)(content, &r->disk, err);
	if (rc || r->disk->size >= content->blob.size)
		return rc;
	size = r->disk->size;
	disk_close(r->disk);
	return err_set(err, -ESTALE, name_of(content, name, sizeof(name)),
		       ERR_NOWHERE,
		       "it had %" PRIu64 " bytes and now has %" PRIu64,
		       content->blob.size, size);
}

int wim_reading_read(const struct reading *r, uint64_t off, void *buf,
		     size_t len, struct err *err)
{
	if (r->disk)
		return disk_read(r->disk, off, buf, len, err);
	memcpy(buf, (const uint8_t *)r->content->data + off, len);
	return 0;
}

void wim_reading_close(struct reading *r)
{
	disk_close(r->disk);
}

// --- Sizes -------------------------------------------------------------------

static void put_size(uint64_t *set, size_t slots, uint64_t size)
{
	size_t i = (size_t)(size * UINT64_C(0x9e3779b97f4a7c15) >> 20) &
		   (slots - 1);

	while (set[i] && set[i] != size)
		i = (i + 1) & (slots - 1);
	set[i] = size;
}

bool wim_writer_has_size(const struct wim_writer *w, uint64_t size)
{
	size_t i = (size_t)(size * UINT64_C(0x9e3779b97f4a7c15) >> 20) &
		   (w->size_slots - 1);

	if (!w->size_slots)
		return false;
	while (w->sizes[i] && w->sizes[i] != size)
		i = (i + 1) & (w->size_slots - 1);
	return w->sizes[i];
}

int wim_writer_note_size(struct wim_writer *w, uint64_t size, struct err *err)
{
	size_t slots = w->size_slots ? w->size_slots * 2 : 256;

	if (w->size_count * 2 >= w->size_slots) {
		uint64_t *more = mem_array(slots, sizeof(*more));

		if (!more)
			return err_nomem(err);
		for (size_t i = 0; i < w->size_slots; i++)
			if (w->sizes[i])
				put_size(more, slots, w->sizes[i]);
		mem_free(w->sizes);
		w->sizes = more;
		w->size_slots = slots;
	}
	w->size_count += !wim_writer_has_size(w, size);
	put_size(w->sizes, w->size_slots, size);
	return 0;
}
