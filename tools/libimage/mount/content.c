// SPDX-License-Identifier: MIT
//
// Content of an image at any place, for several threads. A reader keeps the chunk
// that it decompressed last, so there are some, and each goes on with what it has:
// as many files can be read in their order at once without decompressing a chunk
// twice, and as many chunks be decompressed at once.

#include <pthread.h>
#include <string.h>

#include "mount.h"

#define READERS       4u
#define READERS_SOLID 2u // of which a chunk is some 64 MiB

// Content of one solid resource is told apart by these pieces of it, as large as
// DISM's chunks.
#define SOLID_PIECE 26u

struct slot {
	struct wim_reader *reader;
	const struct wim_blob *blob; // that is open, or NULL
	struct disk *open;
	bool is_busy;
	uint64_t used; // when, in reads
};

struct mount_content {
	struct wim *wim;
	pthread_mutex_t lock; // of all that is not a busy slot's own
	pthread_cond_t idle;
	uint64_t clock;
	unsigned count;
	struct slot slots[READERS];
};

int image_mount_content_new(struct wim *w, bool is_solid,
			    struct mount_content **ret, struct err *err)
{
	struct mount_content *c = mem_alloc(sizeof(*c));
	int r = 0;

	if (!c)
		return err_nomem(err);
	c->wim = w;
	pthread_mutex_init(&c->lock, NULL);
	pthread_cond_init(&c->idle, NULL);
	for (unsigned n = is_solid ? READERS_SOLID : READERS;
	     !r && c->count < n;) {
		r = wim_reader_new(w, &c->slots[c->count].reader, err);
		c->count += !r;
	}
	if (r)
		image_mount_content_free(c);
	else
		*ret = c;
	return r;
}

void image_mount_content_free(struct mount_content *c)
{
	if (!c)
		return;
	for (unsigned i = 0; i < c->count; i++) {
		disk_close(c->slots[i].open);
		wim_reader_free(c->slots[i].reader);
	}
	pthread_cond_destroy(&c->idle);
	pthread_mutex_destroy(&c->lock);
	mem_free(c);
}

// Tells whether what a slot read last is likely to be in the same chunk.
static bool is_near(const struct slot *s, const struct wim_blob *blob)
{
	if (!s->blob || s->blob == blob)
		return s->blob;
	return blob->solid && s->blob->solid == blob->solid &&
	       s->blob->offset >> SOLID_PIECE == blob->offset >> SOLID_PIECE;
}

// Returns the slot to read with, or NULL when that is to be waited for: of solid
// content the one that has it, as there to decompress a chunk takes a second.
static struct slot *choose(struct mount_content *c, const struct wim_blob *blob)
{
	struct slot *best = NULL;

	for (unsigned i = 0; i < c->count; i++) {
		struct slot *s = &c->slots[i];

		if (is_near(s, blob) && (blob->solid || !s->is_busy))
			return s->is_busy ? NULL : s;
		if (!s->is_busy && (!best || s->used < best->used))
			best = s;
	}
	return best;
}

static struct slot *take(struct mount_content *c, const struct wim_blob *blob)
{
	struct slot *s;

	pthread_mutex_lock(&c->lock);
	while (!(s = choose(c, blob)))
		pthread_cond_wait(&c->idle, &c->lock);
	s->is_busy = true;
	s->used = ++c->clock;
	pthread_mutex_unlock(&c->lock);
	return s;
}

static void give(struct mount_content *c, struct slot *s)
{
	pthread_mutex_lock(&c->lock);
	s->is_busy = false;
	pthread_cond_broadcast(&c->idle);
	pthread_mutex_unlock(&c->lock);
}

static int open_blob(struct mount_content *c, struct slot *s,
		     const struct wim_blob *blob, struct err *err)
{
	struct disk *d;
	int r;

	if (s->blob == blob)
		return 0;
	r = wim_reader_open(s->reader, blob, &d, err);
	if (r)
		return r;
	disk_close(s->open);
	s->open = d;
	// Others look at it when they choose.
	pthread_mutex_lock(&c->lock);
	s->blob = blob;
	pthread_mutex_unlock(&c->lock);
	return 0;
}

int image_mount_content_read(struct mount_content *c,
			     const struct wim_blob *blob, uint64_t off,
			     void *buf, size_t len, struct err *err)
{
	struct slot *s = take(c, blob);
	int r = open_blob(c, s, blob, err);

	if (!r)
		r = disk_read(s->open, off, buf, len, err);
	give(c, s);
	return r;
}
