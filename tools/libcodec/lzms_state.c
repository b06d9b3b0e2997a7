// SPDX-License-Identifier: MIT
//
// What an item of LZMS changes for those after it, as the encoder keeps it.

#include "lzms_encoder.h"

void lzms_state_start(struct lzms_state *s)
{
	*s = (struct lzms_state){0};
	for (unsigned i = 0; i <= LZMS_RECENT; i++)
		s->lz[i] = s->delta[i] = i + 1;
}

static inline uint8_t shift(uint8_t state, unsigned bit, unsigned remembered)
{
	return (uint8_t)((state << 1 | bit) & ((1u << remembered) - 1));
}

// Takes the n-th out and puts `source` in front of the queue.
static inline void put(uint32_t *queue, unsigned n, uint32_t source)
{
	for (; n; n--)
		queue[n] = queue[n - 1];
	queue[0] = source;
}

static inline void count_recent(uint8_t *later, uint32_t n)
{
	later[0] = shift(later[0], n > 0, LZMS_STATE);
	if (n)
		later[1] = shift(later[1], n > 1, LZMS_STATE);
}

void lzms_state_advance(struct lzms_state *s, const struct lzms_item *item)
{
	bool is_lz = false, is_delta = false;
	unsigned n = item->source;

	s->match =
		shift(s->match, item->kind != LZMS_LITERAL, LZMS_MATCH_STATE);
	switch ((enum lzms_kind)item->kind) {
	case LZMS_LITERAL:
		break;
	case LZMS_LZ:
		is_lz = true;
		s->lz_recent = shift(s->lz_recent, 0, LZMS_STATE);
		put(s->lz, LZMS_RECENT, item->source);
		break;
	case LZMS_LZ_RECENT:
		is_lz = true;
		s->lz_recent = shift(s->lz_recent, 1, LZMS_STATE);
		count_recent(s->lz_later, item->source);
		n += s->lz_pending;
		put(s->lz, n, s->lz[n]);
		break;
	case LZMS_DELTA:
		is_delta = true;
		s->delta_recent = shift(s->delta_recent, 0, LZMS_STATE);
		put(s->delta, LZMS_RECENT, item->source);
		break;
	case LZMS_DELTA_RECENT:
		is_delta = true;
		s->delta_recent = shift(s->delta_recent, 1, LZMS_STATE);
		count_recent(s->delta_later, item->source);
		n += s->delta_pending;
		put(s->delta, n, s->delta[n]);
		break;
	}
	if (is_lz || is_delta)
		s->is_delta = shift(s->is_delta, is_delta, LZMS_DELTA_STATE);
	s->lz_pending = is_lz;
	s->delta_pending = is_delta;
}
