// SPDX-License-Identifier: MIT
//
// Pieces of content, as they are decompressed, become chunks of their files. In solid
// WIM files a piece may begin or end within a chunk, and the thread that has the rest
// is another: the chunk is put together, and goes on with whoever completes it.

#include <string.h>

#include "codec.h"
#include "compact.h"

// A chunk of which a part is there.
struct seam {
	struct seam *next;
	const struct pressed *pressed;
	uint64_t index;
	size_t filled;
	uint8_t data[];
};

static size_t size_of(const struct compact *c, const struct pressed *p,
		      uint64_t index)
{
	uint64_t left = p->blob->size - index * c->chunk;

	return left < c->chunk ? (size_t)left : c->chunk;
}

// Takes the seam of a chunk out of the list. Returns NULL when there is none.
static struct seam *take_seam(struct compact *c, const struct pressed *p,
			      uint64_t index)
{
	for (struct seam **at = &c->seams; *at; at = &(*at)->next) {
		struct seam *s = *at;

		if (s->pressed == p && s->index == index) {
			*at = s->next;
			return s;
		}
	}
	return NULL;
}

// Puts a part of a chunk beside what is there of it. Sets *ret to the chunk when it
// is whole, which the caller frees, else to NULL.
static int add_part(struct compact *c, const struct pressed *p, uint64_t off,
		    const uint8_t *data, size_t len, struct seam **ret,
		    struct err *err)
{
	uint64_t index = off / c->chunk;
	struct seam *seam;

	*ret = NULL;
	pthread_mutex_lock(&c->lock);
	seam = take_seam(c, p, index);
	if (!seam) {
		seam = mem_alloc(sizeof(*seam) + c->chunk);
		if (!seam) {
			pthread_mutex_unlock(&c->lock);
			return err_nomem(err);
		}
		seam->pressed = p;
		seam->index = index;
	}
	memcpy(seam->data + off % c->chunk, data, len);
	seam->filled += len;
	if (seam->filled == size_of(c, p, index)) {
		*ret = seam;
	} else {
		seam->next = c->seams;
		c->seams = seam;
	}
	pthread_mutex_unlock(&c->lock);
	return 0;
}

static int feed_part(struct compact *c, const struct pressed *p, uint64_t off,
		     const uint8_t *data, size_t len,
		     const struct chunk_sink *sink, struct err *err)
{
	struct seam *whole;
	int r = add_part(c, p, off, data, len, &whole, err);

	if (r || !whole)
		return r;
	r = sink->chunks(sink->ctx, p, whole->index, whole->data, whole->filled,
			 err);
	mem_free(whole);
	return r;
}

int image_compact_feed(struct compact *c, const struct pressed *p, uint64_t off,
		       const uint8_t *data, size_t len,
		       const struct chunk_sink *sink, struct err *err)
{
	bool is_end = off + len == p->blob->size;
	size_t head = (size_t)(round_up(off, c->chunk) - off), whole;
	int r = 0;

	if (head) {
		head = head < len ? head : len;
		r = feed_part(c, p, off, data, head, sink, err);
		off += head;
		data += head;
		len -= head;
	}
	whole = is_end ? len : (size_t)round_down(len, c->chunk);
	if (!r && whole)
		r = sink->chunks(sink->ctx, p, off / c->chunk, data, whole,
				 err);
	if (!r && len > whole)
		r = feed_part(c, p, off + whole, data + whole, len - whole,
			      sink, err);
	return r;
}

// --- What compresses ---------------------------------------------------------

static struct packer *new_packer(const struct compact *c)
{
	enum codec_kind kind = c->algorithm == NTFS_WOF_LZX ? CODEC_LZX
							    : CODEC_XPRESS;
	struct packer *p = mem_alloc(sizeof(*p));

	if (!p)
		return NULL;
	p->out = mem_alloc(COMPACT_ROOM + c->chunk);
	if (!p->out ||
	    codec_compressor_new(kind, c->chunk, CODEC_USUAL, &p->codec)) {
		mem_free(p->out);
		mem_free(p);
		return NULL;
	}
	return p;
}

struct packer *image_compact_take_packer(struct compact *c)
{
	struct packer *p;

	pthread_mutex_lock(&c->lock);
	p = c->packers;
	if (p)
		c->packers = p->next;
	pthread_mutex_unlock(&c->lock);
	if (!p)
		p = new_packer(c);
	if (p)
		p->used = 0;
	return p;
}

void image_compact_give_packer(struct compact *c, struct packer *packer)
{
	pthread_mutex_lock(&c->lock);
	packer->next = c->packers;
	c->packers = packer;
	pthread_mutex_unlock(&c->lock);
}

void image_compact_free_packers(struct compact *c)
{
	while (c->packers) {
		struct packer *p = c->packers;

		c->packers = p->next;
		codec_compressor_free(p->codec);
		mem_free(p->out);
		mem_free(p);
	}
	while (c->seams) {
		struct seam *s = c->seams;

		c->seams = s->next;
		mem_free(s);
	}
}

size_t image_compact_pack(struct packer *packer, const uint8_t *data, size_t n)
{
	uint8_t *to = packer->out + packer->used;
	size_t size = codec_compress(packer->codec, data, n, to, n - 1);

	if (!size) {
		memcpy(to, data, n);
		size = n;
	}
	packer->used += size;
	return size;
}
