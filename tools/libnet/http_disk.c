// SPDX-License-Identifier: MIT
//
// A file on a web server as a disk. It is cut into blocks, of which some are
// kept. Who reads says which blocks it wants, and in order also those that
// follow; a few threads with a connection each fetch runs of them, and try
// again when a connection breaks, from the byte that is missing.

#include <pthread.h>
#include <string.h>

#include "net_priv.h"

#define BLOCK     (256u << 10)
#define BLOCKS    48u // kept: 12 MiB
#define AHEAD     32u // of these at most fetched ahead: 8 MiB
#define RUN       8u  // at most with one request: 2 MiB
#define NEAR      8u  // blocks around the last place that count as in order
#define WORKERS   3u
#define TRIES     3u    // of the first request
#define MAX_DELAY 4000u // milliseconds between attempts

enum state {
	FREE,
	WANTED, // queued
	COMING, // a thread fetches it
	READY,
	FAILED, // those who wait are told why
};

// Its bytes need no lock: while it is COMING they are of the thread that
// fetches them, and while it is READY and has users nobody changes them.
struct slot {
	enum state state;
	uint64_t block;
	unsigned users; // who wait for it, or copy out of it
	uint64_t used;  // when, by the disk's clock
	uint8_t *data;
	struct err why;
};

struct worker {
	struct http_disk *disk;
	pthread_t thread;
	struct http_link link;
};

struct http_disk {
	struct disk disk;
	struct http_file file; // only read once the threads run
	char *name;
	uint8_t *data;
	struct worker *workers;
	unsigned worker_count;

	pthread_mutex_t lock; // over what follows
	pthread_cond_t changed;
	struct slot slots[BLOCKS];
	uint64_t clock;
	uint64_t next;  // block behind the last read
	uint32_t ahead; // how many blocks are fetched ahead
	bool stop;
};

static uint64_t block_count(const struct http_disk *h)
{
	return (h->file.size + BLOCK - 1) / BLOCK;
}

// --- Slots; the lock is held ------------------------------------------------

static struct slot *find_slot(struct http_disk *h, uint64_t block)
{
	for (size_t i = 0; i < BLOCKS; i++)
		if (h->slots[i].state != FREE && h->slots[i].block == block)
			return &h->slots[i];
	return NULL;
}

static bool is_older(const struct slot *a, const struct slot *b)
{
	return !b || a->used < b->used;
}

// Finds the slot that is missed least, or NULL. A block that is only wanted
// ahead gives way to a reader.
static struct slot *find_room(struct http_disk *h, bool for_reader)
{
	struct slot *ready = NULL, *wanted = NULL;

	for (size_t i = 0; i < BLOCKS; i++) {
		struct slot *s = &h->slots[i];

		if (s->state == FREE)
			return s;
		if (s->users)
			continue;
		if (s->state == READY && is_older(s, ready))
			ready = s;
		if (s->state == WANTED && is_older(s, wanted))
			wanted = s;
	}
	return ready || !for_reader ? ready : wanted;
}

// Has a block fetched, if it is not there. Returns its slot, or NULL when there
// is no room.
static struct slot *want(struct http_disk *h, uint64_t block, bool for_reader)
{
	struct slot *s = find_slot(h, block);

	if (!s) {
		s = find_room(h, for_reader);
		if (!s)
			return NULL;
		s->state = WANTED;
		s->block = block;
	}
	s->used = ++h->clock;
	return s;
}

// Waits until a block is there, which is then kept until release.
static int acquire(struct http_disk *h, uint64_t block, struct slot **ret,
		   struct err *err)
{
	struct slot *s;
	int r = 0;

	// All slots are being fetched or copied out of; one will be free.
	while (!(s = want(h, block, true)))
		pthread_cond_wait(&h->changed, &h->lock);
	s->users++;
	if (s->state == WANTED)
		pthread_cond_broadcast(&h->changed);
	while (s->state != READY && s->state != FAILED)
		pthread_cond_wait(&h->changed, &h->lock);
	if (s->state == READY) {
		*ret = s;
		return 0;
	}
	r = err_pass(err, s->why.code, &s->why);
	if (!--s->users)
		s->state = FREE;
	return r;
}

static void release(struct http_disk *h, struct slot *s)
{
	if (!--s->users)
		pthread_cond_broadcast(&h->changed);
}

// Reading in order, also with gaps and by several threads, has more and more
// fetched ahead.
static void look_ahead(struct http_disk *h, uint64_t first, uint64_t last)
{
	// Reading here and there, as of metadata, is not to fetch megabytes
	// that nobody reads.
	bool in_order = first <= h->next + NEAR && first + NEAR >= h->next;
	uint64_t count = block_count(h);

	if (!in_order)
		h->ahead = 0;
	else if (last + 1 > h->next && h->ahead < AHEAD)
		h->ahead = h->ahead ? h->ahead * 2 : 2;
	if (!in_order || last + 1 > h->next)
		h->next = last + 1;
	for (uint64_t b = first; b <= last + h->ahead && b < count; b++)
		if (!want(h, b, false))
			break;
	pthread_cond_broadcast(&h->changed);
}

static int disk_read_blocks(struct disk *d, uint64_t off, void *buf, size_t len,
			    struct err *err)
{
	struct http_disk *h = (struct http_disk *)d;
	uint8_t *to = buf;
	int r = 0;

	pthread_mutex_lock(&h->lock);
	look_ahead(h, off / BLOCK, (off + len - 1) / BLOCK);
	while (len) {
		size_t within = (size_t)(off % BLOCK), n = BLOCK - within;
		struct slot *s = NULL;

		if (n > len)
			n = len;
		r = acquire(h, off / BLOCK, &s, err);
		if (r)
			break;
		pthread_mutex_unlock(&h->lock);
		memcpy(to, s->data + within, n);
		pthread_mutex_lock(&h->lock);
		release(h, s);
		to += n;
		off += n;
		len -= n;
	}
	pthread_mutex_unlock(&h->lock);
	return r;
}

// --- Fetching ---------------------------------------------------------------

// Blocks that follow one another, and how far they are.
struct run {
	struct slot *slots[RUN];
	size_t count;
	uint64_t first;   // block
	uint64_t at, end; // bytes
};

// Chooses what is fetched next: what somebody waits for, then what comes first.
static bool pick(struct http_disk *h, struct run *run)
{
	struct slot *best = NULL;

	for (size_t i = 0; i < BLOCKS; i++) {
		struct slot *s = &h->slots[i];

		if (s->state != WANTED)
			continue;
		if (!best || !s->users < !best->users ||
		    (!s->users == !best->users && s->block < best->block))
			best = s;
	}
	run->count = 0;
	for (struct slot *s = best; s && s->state == WANTED && run->count < RUN;
	     s = find_slot(h, run->first + run->count)) {
		if (!run->count)
			run->first = s->block;
		s->state = COMING;
		run->slots[run->count++] = s;
	}
	run->at = run->first * BLOCK;
	run->end = (run->first + run->count) * BLOCK;
	if (run->end > h->file.size)
		run->end = h->file.size;
	return run->count;
}

static void is_ready(struct http_disk *h, struct slot *s)
{
	pthread_mutex_lock(&h->lock);
	s->state = READY;
	pthread_cond_broadcast(&h->changed);
	pthread_mutex_unlock(&h->lock);
}

// Reads `len` bytes of a body into their blocks.
static int take_body(struct worker *w, struct run *run, uint64_t len,
		     struct err *err)
{
	struct http_disk *h = w->disk;

	while (len) {
		struct slot *s = run->slots[run->at / BLOCK - run->first];
		size_t within = (size_t)(run->at % BLOCK);
		size_t room = BLOCK - within, n;
		int r;

		if (room > len)
			room = (size_t)len;
		r = http_body(&h->file, &w->link, s->data + within, room, &n,
			      err);
		if (r)
			return r;
		if (!n)
			return err_set(err, -ECONNRESET, h->name, run->at,
				       "the server sent less than it said");
		run->at += n;
		len -= n;
		if (run->at % BLOCK == 0 || run->at == h->file.size)
			is_ready(h, s);
	}
	http_end(&h->file, &w->link);
	return 0;
}

static int ask_and_take(struct worker *w, struct run *run, struct err *err)
{
	int r = 0;

	while (run->at < run->end && !r) {
		uint64_t len;

		r = http_ask(&w->disk->file, &w->link, run->at,
			     run->end - run->at, &len, err);
		if (!r)
			r = take_body(w, run, len, err);
	}
	return r;
}

// Tells those who wait for the rest of a run why it does not come.
static void give_up(struct http_disk *h, const struct run *run,
		    const struct err *why)
{
	pthread_mutex_lock(&h->lock);
	// Those before are ready, and may be others' by now.
	for (size_t i = run->at / BLOCK - run->first; i < run->count; i++) {
		struct slot *s = run->slots[i];

		s->state = s->users ? FAILED : FREE;
		s->why = *why;
	}
	pthread_cond_broadcast(&h->changed);
	pthread_mutex_unlock(&h->lock);
}

static void explain(const struct http_disk *h, const struct run *run,
		    struct err *err)
{
	struct err why = {0};

	if (!http_is_passing(err->code))
		return;
	err_set(&why, err->code, h->name, run->at,
		"nothing came for %u seconds, by any number of attempts: %s",
		h->file.patience.broken / 1000, err->why);
	*err = why;
}

// Tries again from the byte that is missing; the time counts from the last byte
// that came, so a slow server that gets on is not given up.
static void fetch(struct worker *w, struct run *run)
{
	struct http_disk *h = w->disk;
	uint64_t since = net_clock();
	unsigned delay = 0; // a connection that was idle may just be old

	for (;;) {
		uint64_t before = run->at;
		struct err err = {0};
		int r = ask_and_take(w, run, &err);

		if (!r)
			return;
		http_close(&w->link);
		if (run->at > before) {
			since = net_clock();
			delay = 0;
		}
		if (!http_is_passing(r) ||
		    net_clock() - since >= h->file.patience.broken ||
		    !net_sleep(delay, &h->stop)) {
			explain(h, run, &err);
			give_up(h, run, &err);
			return;
		}
		delay = delay ? delay * 2 : 50;
		if (delay > MAX_DELAY)
			delay = MAX_DELAY;
	}
}

static void *work(void *arg)
{
	struct worker *w = arg;
	struct http_disk *h = w->disk;
	struct run run;

	pthread_mutex_lock(&h->lock);
	while (!h->stop) {
		if (!pick(h, &run)) {
			pthread_cond_wait(&h->changed, &h->lock);
			continue;
		}
		pthread_mutex_unlock(&h->lock);
		fetch(w, &run);
		pthread_mutex_lock(&h->lock);
	}
	pthread_mutex_unlock(&h->lock);
	http_close(&w->link);
	return NULL;
}

// --- Opening and closing ----------------------------------------------------

static void disk_close_blocks(struct disk *d)
{
	struct http_disk *h = (struct http_disk *)d;

	pthread_mutex_lock(&h->lock);
	__atomic_store_n(&h->stop, true, __ATOMIC_RELAXED);
	pthread_cond_broadcast(&h->changed);
	pthread_mutex_unlock(&h->lock);
	for (unsigned i = 0; i < h->worker_count; i++)
		pthread_join(h->workers[i].thread, NULL);
	for (unsigned i = 0; h->workers && i < WORKERS; i++)
		http_close(&h->workers[i].link);
	pthread_cond_destroy(&h->changed);
	pthread_mutex_destroy(&h->lock);
	mem_free(h->workers);
	mem_free(h->data);
	mem_free(h->name);
	mem_free(h);
}

static const struct disk_ops http_ops = {
	.read = disk_read_blocks,
	.close = disk_close_blocks,
};

static int make(const char *url, const struct net_patience *patience,
		struct http_disk **ret, struct err *err)
{
	struct http_disk *h = mem_alloc(sizeof(*h));

	if (!h)
		return err_nomem(err);
	pthread_mutex_init(&h->lock, NULL);
	pthread_cond_init(&h->changed, NULL);
	h->disk = (struct disk){.ops = &http_ops,
				.sector_size = 512,
				.is_sector_guessed = true,
				.read_only = true};
	h->name = mem_strdup(url);
	h->data = mem_alloc((size_t)BLOCKS * BLOCK);
	h->workers = mem_array(WORKERS, sizeof(*h->workers));
	for (unsigned i = 0; h->workers && i < WORKERS; i++) {
		h->workers[i].disk = h;
		h->workers[i].link.fd = -1;
		h->workers[i].link.stop = &h->stop;
	}
	for (size_t i = 0; h->data && i < BLOCKS; i++)
		h->slots[i].data = h->data + i * BLOCK;
	h->file.name = h->name;
	h->file.patience = *patience;
	*ret = h;
	return h->name && h->data && h->workers ? 0 : err_nomem(err);
}

// The first answer tells what the file is, and brings its first block.
static int begin(struct http_disk *h, struct err *err)
{
	struct http_link *link = &h->workers[0].link;

	for (unsigned i = 0;; i++) {
		struct err why = {0};
		int r = http_begin(&h->file, link, BLOCK, &why);

		if (!r)
			break;
		if (i + 1 < TRIES && (r == -ECONNRESET || r == -EREMOTEIO)) {
			net_sleep(250u << i, NULL);
			continue;
		}
		return err_pass(err, r, &why);
	}
	h->disk.size = h->file.size;
	return 0;
}

// Takes what the first answer brings; if that fails it is fetched again.
static void take_first(struct http_disk *h)
{
	struct worker *w = &h->workers[0];
	struct run run = {.slots = {&h->slots[0]}, .count = 1};
	uint64_t len = w->link.head.last - w->link.head.first + 1;

	h->slots[0].state = COMING;
	if (!take_body(w, &run, len, NULL) && h->slots[0].state == READY)
		return;
	http_close(&w->link);
	h->slots[0].state = FREE;
}

static int start(struct http_disk *h, struct err *err)
{
	for (; h->worker_count < WORKERS; h->worker_count++) {
		struct worker *w = &h->workers[h->worker_count];
		int r = pthread_create(&w->thread, NULL, work, w);

		if (r && !h->worker_count)
			return err_set(err, -r, h->name, ERR_NOWHERE,
				       "starting a thread failed: %s",
				       strerror(r));
		if (r)
			break; // it goes on with those that there are
	}
	return 0;
}

static int refuse_large(const struct http_disk *h, struct err *err)
{
	return err_set(err, -ENOTSUP, h->name, ERR_NOWHERE,
		       "this server sends files as a whole only, and this one "
		       "is too large to be kept in memory: use one that knows "
		       "ranges (nginx, Apache, IIS, busybox httpd; python's "
		       "http.server does not)");
}

// A file of a server without ranges, when it is small: in memory.
static int read_whole(struct http_disk *h, struct disk **ret, struct err *err)
{
	struct http_link *link = &h->workers[0].link;
	size_t room = (size_t)BLOCKS * BLOCK, have = 0, n = 1;
	struct disk *d;
	int r = 0;

	if (link->head.has_length && link->head.length > room)
		return refuse_large(h, err);
	while (!r && n && have < room) {
		r = http_body(&h->file, link, h->data + have, room - have, &n,
			      err);
		have += r ? 0 : n;
	}
	if (r)
		return r;
	if (!link->is_done)
		return refuse_large(h, err);
	r = disk_memory(have, 512, &d, err);
	if (r)
		return r;
	r = disk_write(d, 0, h->data, have, err);
	d->read_only = d->is_sector_guessed = true;
	if (r)
		disk_close(d);
	else
		*ret = d;
	return r;
}

int net_http_open(const char *url, const struct net_patience *patience,
		  struct disk **ret, struct err *err)
{
	struct http_disk *h = NULL;
	struct disk *whole = NULL;
	int r = make(url, patience, &h, err);

	if (!r)
		r = begin(h, err);
	if (!r && !h->file.has_ranges)
		r = read_whole(h, &whole, err);
	else if (!r && h->file.size)
		take_first(h);
	if (!r && !whole)
		r = start(h, err);
	if (r || whole) {
		if (h)
			disk_close(&h->disk);
		if (!r)
			*ret = whole;
		return r;
	}
	*ret = &h->disk;
	return 0;
}
