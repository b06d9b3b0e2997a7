// SPDX-License-Identifier: MIT
//
// Compressing LZMS (lzms.h tells the format).

#include <string.h>

#include "lzms_encoder.h"

#define MIN_CHUNK                                                              \
	4 // codes of offsets have two symbols at least, and wimlib wants it

static const struct {
	unsigned depth, delta_below;
	bool with_steps;
} levels[CODEC_LEVELS] = {
	[CODEC_FAST] = {24, 0, false},
	[CODEC_USUAL] = {LZMS_INDEX_MAX_DEPTH, 8, true},
	[CODEC_MAX] = {LZMS_INDEX_MAX_DEPTH, LZMS_INDEX_MAX_DEPTH, true},
};

int lzms_encoder_new(size_t max_chunk, enum codec_level level,
		     struct lzms_encoder **ret)
{
	struct lzms_encoder *e;
	int r = -ENOMEM;

	if (!max_chunk || max_chunk > LZMS_MAX_CHUNK || level >= CODEC_LEVELS)
		return -EINVAL;
	e = mem_alloc(sizeof(*e));
	if (!e)
		return -ENOMEM;
	e->depth = levels[level].depth;
	e->delta_below = levels[level].delta_below;
	e->with_steps = levels[level].with_steps;
	e->max_chunk = max_chunk;
	lzms_slots_fill(&e->slots);
	e->data = mem_alloc(max_chunk + LZMS_INDEX_SLACK);
	e->delta = mem_alloc(sizeof(*e->delta));
	if (!e->data || !e->delta)
		goto failed;
	r = lzms_parser_new(&e->slots, &e->parser);
	if (!r)
		r = lzms_index_new(max_chunk, LZMS_INDEX_MAX_SEGMENT, e->depth,
				   &e->index);
	if (r)
		goto failed;
	*ret = e;
	return 0;
failed:
	lzms_encoder_free(e);
	return r;
}

size_t lzms_compress(struct lzms_encoder *e, const void *in, size_t in_size,
		     void *out, size_t out_size)
{
	if (in_size < MIN_CHUNK || in_size > e->max_chunk)
		return 0;
	memcpy(e->data, in, in_size);
	e->size = (uint32_t)in_size;
	lzms_filter_run(&e->filter, e->data, in_size, true);
	lzms_index_start(e->index, e->data, in_size);
	memset(e->delta, 0, sizeof(*e->delta));
	lzms_write_start(e, out, out_size);
	lzms_choose(e);
	return lzms_write_end(e, out_size);
}

void lzms_encoder_free(struct lzms_encoder *e)
{
	if (!e)
		return;
	lzms_index_free(e->index);
	lzms_parser_free(e->parser);
	mem_free(e->delta);
	mem_free(e->data);
	mem_free(e);
}
