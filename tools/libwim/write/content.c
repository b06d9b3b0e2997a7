// SPDX-License-Identifier: MIT
//
// What is read, how often, and in what pieces. Content that fits into a job is
// read into it, whatever becomes of it. What is larger is compressed while it is
// hashed when no other has its size: it cannot be there already. Else it is
// hashed first, and read again when it is new.

#include <string.h>

#include "pack.h"

bool wim_content_is_there(const struct wim_writer *w, struct wim_content *c)
{
	if (!c->known || !wim_list_find(&w->list, c->known))
		return false;
	memcpy(c->blob.sha1, c->known, SHA1_SIZE);
	return true;
}

// --- Small content -----------------------------------------------------------

struct filler {
	struct packer *p;
	struct pack_job *job; // that is being filled, or NULL
};

static void submit(struct filler *f)
{
	if (f->job)
		wim_packer_submit(f->p, f->job);
	f->job = NULL;
}

static int add_small(struct filler *f, struct wim_content *c, struct err *err)
{
	size_t size = (size_t)c->blob.size;
	struct reading reading;
	int r;

	if (f->job && (f->job->piece_count == PACK_PIECES ||
		       size > f->p->job_size - f->job->in_size))
		submit(f);
	r = f->job ? 0 : wim_packer_take(f->p, &f->job, err);
	if (!r)
		r = wim_reading_open(&reading, c, err);
	if (r)
		return r;
	r = wim_reading_read(&reading, 0, f->job->in + f->job->in_size, size,
			     err);
	wim_reading_close(&reading);
	f->job->pieces[f->job->piece_count++] =
		(struct piece){.content = c, .at = f->job->in_size};
	f->job->in_size += size;
	return r;
}

// --- Large content -----------------------------------------------------------

int wim_content_hash(struct packer *p, struct wim_content *c,
		     uint8_t sha1[SHA1_SIZE], struct err *err)
{
	struct reading reading;
	struct sha1 hash;
	uint8_t *buf;
	int r = wim_reading_open(&reading, c, err);

	if (r)
		return r;
	buf = mem_alloc(PACK_JOB);
	if (!buf)
		r = err_nomem(err);
	sha1_init(&hash);
	for (uint64_t at = 0; !r && at < c->blob.size; at += PACK_JOB) {
		size_t n = c->blob.size - at < PACK_JOB
				   ? (size_t)(c->blob.size - at)
				   : PACK_JOB;

		r = wim_reading_read(&reading, at, buf, n, err);
		if (!r)
			sha1_update(&hash, buf, n);
		if (!r)
			r = wim_packer_count(p, 0, err);
	}
	sha1_final(&hash, sha1);
	mem_free(buf);
	wim_reading_close(&reading);
	return r;
}

static int pack_parts(struct packer *p, struct long_resource *l,
		      const struct reading *reading, struct sha1 *hash,
		      struct err *err)
{
	int r = 0;

	for (uint64_t at = 0; !r && at < l->size; at += p->job_size) {
		uint64_t left = l->size - at;
		size_t n = left < p->job_size ? (size_t)left : p->job_size;
		struct pack_job *job;

		r = wim_packer_take(p, &job, err);
		if (!r)
			r = wim_reading_read(reading, at, job->in, n, err);
		if (r)
			break;
		sha1_update(hash, job->in, n);
		job->resource = l;
		job->in_size = n;
		job->is_last = n == left;
		// The hash is there before the last part can be written.
		if (job->is_last)
			sha1_final(hash, l->content->blob.sha1);
		wim_packer_submit(p, job);
	}
	return r;
}

// Packs content whose hash, if it is known, must be the same then.
static int pack_large(struct packer *p, struct wim_content *c,
		      const uint8_t *known, struct err *err)
{
	struct long_resource *l;
	struct reading reading;
	struct sha1 hash;
	int r = wim_packer_begin_long(p, c, c->blob.size, &l, err);

	if (!r)
		r = wim_reading_open(&reading, c, err);
	if (r)
		return r;
	sha1_init(&hash);
	r = pack_parts(p, l, &reading, &hash, err);
	wim_reading_close(&reading);
	if (!r && known && memcmp(known, c->blob.sha1, SHA1_SIZE))
		r = wim_content_changed(c, err);
	return r;
}

static int add_large(struct filler *f, struct wim_content *c, struct err *err)
{
	struct packer *p = f->p;
	uint8_t sha1[SHA1_SIZE];
	const uint8_t *known = NULL;
	int r = 0;

	submit(f);
	if (!p->is_metadata && !c->is_unique &&
	    wim_writer_has_size(p->writer, c->blob.size)) {
		r = wim_content_hash(p, c, sha1, err);
		// What is on its way may be the same.
		if (!r)
			r = wim_packer_drain(p, err);
		if (!r && wim_list_find(&p->writer->list, sha1)) {
			memcpy(c->blob.sha1, sha1, SHA1_SIZE);
			return wim_packer_count(p, c->blob.size, err);
		}
		known = sha1;
	}
	if (!r && !p->is_metadata)
		r = wim_writer_note_size(p->writer, c->blob.size, err);
	return r ? r : pack_large(p, c, known, err);
}

int wim_pack_content(struct packer *p, struct wim_content *const *list,
		     size_t count, struct err *err)
{
	struct filler f = {.p = p};
	int r = 0;

	for (size_t i = 0; !r && i < count; i++) {
		struct wim_content *c = list[i];

		if (wim_content_is_there(p->writer, c))
			r = wim_packer_count(p, c->blob.size, err);
		else if (c->blob.size)
			r = c->blob.size <= p->job_size ? add_small(&f, c, err)
							: add_large(&f, c, err);
	}
	if (r)
		return r;
	submit(&f);
	return wim_packer_drain(p, err);
}

int wim_writer_add_content(struct wim_writer *w,
			   struct wim_content *const *list, size_t count,
			   struct progress *progress, struct err *err)
{
	struct packer p;
	uint64_t largest = 0, total = 0;
	int r;

	for (size_t i = 0; i < count; i++) {
		total += list[i]->blob.size;
		if (list[i]->blob.size > largest)
			largest = list[i]->blob.size;
	}
	if (!total)
		return 0;
	r = wim_packer_init(&p, w,
			    w->is_solid ? &w->solid_packing : &w->packing,
			    w->is_solid ? total : largest, err);
	if (r)
		return r;
	p.progress = progress;
	p.total = total;
	r = w->is_solid ? wim_pack_solid(&p, list, count, err)
			: wim_pack_content(&p, list, count, err);
	wim_packer_done(&p);
	return r;
}
