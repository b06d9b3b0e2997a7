// SPDX-License-Identifier: MIT
//
// An extraction goes on by itself, on threads of its own: those that it shared with who
// compresses might all wait for each other. Its pieces wait in the order
// of all content, as bytes of one long file, at most WINDOW of them ahead of the
// reader; whoever is farther ahead waits. The piece that the reader wants is always
// among those that the extraction began first, so it comes.

#include <pthread.h>
#include <string.h>

#include "../extract/extract.h"
#include "ahead.h"

#define WINDOW (UINT64_C(16) << 20)
#define SLICE  (UINT64_C(1) << 20)

struct range {
	uint64_t begin, end;
};

struct wim_ahead {
	struct wim *w;
	const struct wim_blob **blobs;
	size_t count;
	uint64_t *places;  // of each blob in all content
	uint32_t *numbers; // of each blob of w in blobs
	uint8_t *ring;     // byte n of all content is at n % WINDOW
	struct pool *pool,
		*runner; // the one runs the jobs, the other makes them
	struct wim_reader *reader; // for what is read out of order
	pthread_mutex_t lock;      // over what follows
	pthread_cond_t changed;
	struct range
		*ranges; // what is in the ring, by place, with gaps between
	size_t range_count, range_room;
	uint64_t next; // that the reader wants
	bool is_stopped, is_done;
	struct err error;
};

struct ahead_view {
	struct disk disk;
	struct wim_ahead *ahead;
	size_t i;
	struct disk *plain; // made when it is needed
};

// --- What is decompressed ----------------------------------------------------

// Enters what was put into the ring: behind a range that ends there, or as one of its
// own, of which there are no more than jobs at work.
static int enter(struct wim_ahead *a, uint64_t begin, uint64_t end,
		 struct err *err)
{
	size_t i = a->range_count;

	while (i && a->ranges[i - 1].begin > begin)
		i--;
	if (i && a->ranges[i - 1].end == begin) {
		a->ranges[i - 1].end = end;
		return 0;
	}
	if (mem_grow((void **)&a->ranges, a->range_count, &a->range_room,
		     sizeof(*a->ranges)))
		return err_nomem(err);
	memmove(a->ranges + i + 1, a->ranges + i,
		(a->range_count - i) * sizeof(*a->ranges));
	a->ranges[i] = (struct range){begin, end};
	a->range_count++;
	return 0;
}

// Waits until bytes up to `end` have room. Returns whether they are still wanted.
static bool wait_for_room(struct wim_ahead *a, uint64_t end, bool *ret_stopped)
{
	bool is_wanted;

	pthread_mutex_lock(&a->lock);
	while (!a->is_stopped && end > a->next + WINDOW)
		pthread_cond_wait(&a->changed, &a->lock);
	*ret_stopped = a->is_stopped;
	is_wanted = end > a->next;
	pthread_mutex_unlock(&a->lock);
	return is_wanted && !*ret_stopped;
}

static void copy_in(struct wim_ahead *a, uint64_t at, const uint8_t *data,
		    size_t size)
{
	size_t to = (size_t)(at % WINDOW), n = (size_t)(WINDOW - to);

	if (n > size)
		n = size;
	memcpy(a->ring + to, data, n);
	memcpy(a->ring, data + n, size - n);
}

static int put_slice(struct wim_ahead *a, uint64_t at, const uint8_t *data,
		     size_t size, struct err *err)
{
	bool is_stopped;
	int r;

	if (!wait_for_room(a, at + size, &is_stopped))
		return is_stopped ? err_set(err, -ECANCELED, "WIM", ERR_NOWHERE,
					    "stopped")
				  : 0;
	copy_in(a, at, data, size);
	pthread_mutex_lock(&a->lock);
	r = enter(a, at, at + size, err);
	pthread_cond_broadcast(&a->changed);
	pthread_mutex_unlock(&a->lock);
	return r;
}

static int put(void *ctx, const struct wim_blob *blob, uint64_t off,
	       const void *data, size_t len, struct err *err)
{
	struct wim_ahead *a = ctx;
	uint64_t at = a->places[a->numbers[blob - a->w->blobs]] + off;
	int r = 0;

	for (size_t i = 0; !r && i < len; i += SLICE)
		r = put_slice(a, at + i, (const uint8_t *)data + i,
			      len - i < SLICE ? len - i : SLICE, err);
	return r;
}

static void run(void *ctx)
{
	struct wim_ahead *a = ctx;
	const struct wim_sink sink = {put, a};
	struct err error = {0};

	// What is read is hashed by who reads it.
	if (wim_extract_any(a->w, a->blobs, a->count, &sink, READ_UNCHECKED,
			    a->pool, NULL, &error) &&
	    !error.code)
		best_effort(err_nomem(&error));
	pthread_mutex_lock(&a->lock);
	a->error = error;
	a->is_done = true;
	pthread_cond_broadcast(&a->changed);
	pthread_mutex_unlock(&a->lock);
}

// --- What is read ------------------------------------------------------------

// Drops what the reader has, or has gone past. Returns how much there is for it.
static uint64_t look(struct wim_ahead *a)
{
	size_t gone = 0;

	while (gone < a->range_count && a->ranges[gone].end <= a->next)
		gone++;
	a->range_count -= gone;
	if (gone && a->range_count)
		memmove(a->ranges, a->ranges + gone,
			a->range_count * sizeof(*a->ranges));
	return a->range_count && a->ranges[0].begin <= a->next
		       ? a->ranges[0].end - a->next
		       : 0;
}

// Copies what there is at a->next, which nobody else changes. Returns how much, or 0
// when an error ends it.
static size_t take(struct wim_ahead *a, uint8_t *to, size_t len)
{
	size_t from = (size_t)(a->next % WINDOW);
	uint64_t n;

	pthread_mutex_lock(&a->lock);
	while (!(n = look(a)) && !a->is_done)
		pthread_cond_wait(&a->changed, &a->lock);
	pthread_mutex_unlock(&a->lock);
	if (n > len)
		n = len;
	if (n > WINDOW - from)
		n = WINDOW - from;
	memcpy(to, a->ring + from, (size_t)n);
	pthread_mutex_lock(&a->lock);
	a->next += n;
	pthread_cond_broadcast(&a->changed);
	pthread_mutex_unlock(&a->lock);
	return (size_t)n;
}

static int read_in_order(struct wim_ahead *a, uint8_t *to, size_t len,
			 struct err *err)
{
	while (len) {
		size_t n = take(a, to, len);

		if (!n)
			return a->error.code
				       ? err_pass(err, a->error.code, &a->error)
				       : err_set(err, -EIO, "WIM", ERR_NOWHERE,
						 "reading ended early");
		to += n;
		len -= n;
	}
	return 0;
}

static int read_plain(struct ahead_view *v, uint64_t off, void *buf, size_t len,
		      struct err *err)
{
	struct wim_ahead *a = v->ahead;
	int r = v->plain ? 0
			 : wim_reader_open(a->reader, a->blobs[v->i], &v->plain,
					   err);

	return r ? r : disk_read(v->plain, off, buf, len, err);
}

static int view_read(struct disk *d, uint64_t off, void *buf, size_t len,
		     struct err *err)
{
	struct ahead_view *v = (struct ahead_view *)d;
	struct wim_ahead *a = v->ahead;
	uint64_t at = a->places[v->i] + off;
	bool is_next;

	pthread_mutex_lock(&a->lock);
	// What another one was not read to its end is gone past.
	if (!off && at > a->next) {
		a->next = at;
		pthread_cond_broadcast(&a->changed);
	}
	is_next = at == a->next;
	pthread_mutex_unlock(&a->lock);
	return is_next ? read_in_order(a, buf, len, err)
		       : read_plain(v, off, buf, len, err);
}

static void view_close(struct disk *d)
{
	disk_close(((struct ahead_view *)d)->plain);
	mem_free(d);
}

static const struct disk_ops view_ops = {
	.read = view_read,
	.close = view_close,
};

int wim_ahead_open(struct wim_ahead *a, size_t i, struct disk **ret,
		   struct err *err)
{
	struct ahead_view *v = mem_alloc(sizeof(*v));

	if (!v)
		return err_nomem(err);
	v->disk = (struct disk){.ops = &view_ops,
				.size = a->blobs[i]->size,
				.sector_size = 512,
				.read_only = true};
	v->ahead = a;
	v->i = i;
	*ret = &v->disk;
	return 0;
}

// --- Beginning and end -------------------------------------------------------

static int init(struct wim_ahead *a, unsigned threads, struct err *err)
{
	uint64_t at = 0;
	int r;

	a->places = mem_array(a->count, sizeof(*a->places));
	a->numbers = mem_array(a->w->blob_count, sizeof(*a->numbers));
	a->ring = mem_alloc(WINDOW);
	if (!a->places || !a->numbers || !a->ring)
		return err_nomem(err);
	wim_extract_sort(a->w, a->blobs, a->count);
	for (size_t i = 0; i < a->count; i++) {
		a->places[i] = at;
		a->numbers[a->blobs[i] - a->w->blobs] = (uint32_t)i;
		at += a->blobs[i]->size;
	}
	r = wim_reader_new(a->w, &a->reader, err);
	if (!r)
		r = pool_new(threads, &a->pool, err);
	return r ? r : pool_new(1, &a->runner, err);
}

int wim_ahead_new(struct wim *w, const struct wim_blob **blobs, size_t count,
		  unsigned threads, struct wim_ahead **ret, struct err *err)
{
	struct wim_ahead *a = mem_alloc(sizeof(*a));
	int r;

	if (!a)
		return err_nomem(err);
	a->w = w;
	a->blobs = blobs;
	a->count = count;
	pthread_mutex_init(&a->lock, NULL);
	pthread_cond_init(&a->changed, NULL);
	r = init(a, threads, err);
	if (r) {
		wim_ahead_free(a);
		return r;
	}
	pool_submit(a->runner, run, a);
	*ret = a;
	return 0;
}

void wim_ahead_free(struct wim_ahead *a)
{
	if (!a)
		return;
	pthread_mutex_lock(&a->lock);
	a->is_stopped = true;
	pthread_cond_broadcast(&a->changed);
	pthread_mutex_unlock(&a->lock);
	pool_free(a->runner);
	pool_free(a->pool);
	wim_reader_free(a->reader);
	pthread_cond_destroy(&a->changed);
	pthread_mutex_destroy(&a->lock);
	mem_free(a->places);
	mem_free(a->numbers);
	mem_free(a->ranges);
	mem_free(a->ring);
	mem_free(a);
}
