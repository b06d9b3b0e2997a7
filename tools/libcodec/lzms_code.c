// SPDX-License-Identifier: MIT
//
// What LZMS begins a chunk with: slots, probabilities, counts of symbols.

#include <string.h>

#include "lzms.h"

// --- Slots -------------------------------------------------------------------

// How many slots have so many plain bits.
static const uint8_t offset_counts[31] = {
	8,  0,  9,  7,  10, 15, 15, 20, 20,  30, 33,
	40, 42, 45, 60, 73, 80, 85, 95, 105, 6,  [30] = 1,
};
static const uint8_t length_counts[31] = {
	26, 4, 6, 4, 5, 2, 1, 1, 1, 1, 1, [16] = 1, [30] = 1,
};

static void fill(const uint8_t *counts, uint32_t *base, uint8_t *bits,
		 struct lzms_runs *runs)
{
	unsigned slot = 0, run = 0;
	uint32_t value = 1;

	for (unsigned n = 0; n <= 30; n++) {
		if (!counts[n])
			continue;
		runs->base[run] = value;
		runs->bits[run] = (uint8_t)n;
		runs->slot[run++] = (uint16_t)slot;
		for (unsigned i = 0; i < counts[n]; i++, slot++) {
			bits[slot] = (uint8_t)n;
			base[slot] = value;
			value += UINT32_C(1) << n;
		}
	}
	runs->base[run] = UINT32_MAX;
	for (unsigned n = 0; n < 32; n++) {
		while (runs->base[runs->first[n] + 1] <= UINT32_C(1) << n)
			runs->first[n]++;
		if (n < 31)
			runs->first[n + 1] = runs->first[n];
	}
}

void lzms_slots_fill(struct lzms_slots *slots)
{
	memset(slots, 0, sizeof(*slots));
	fill(offset_counts, slots->offset_base, slots->offset_bits,
	     &slots->offset_runs);
	fill(length_counts, slots->length_base, slots->length_bits,
	     &slots->length_runs);
}

unsigned lzms_offset_symbols(const struct lzms_slots *slots, size_t size)
{
	// There is no code of fewer symbols. What the second would mean in
	// chunks of two bytes lies before the chunk, and so is refused.
	unsigned n = 2;

	while (n < LZMS_OFFSET_SLOTS && slots->offset_base[n] < size)
		n++;
	return n;
}

// --- Range-coded bits --------------------------------------------------------

static void start(struct lzms_decision *d)
{
	d->state = 0;
	for (unsigned i = 0; i < 1u << LZMS_STATE; i++)
		d->odds[i] =
			(struct lzms_odds){.recent = 0x55555555, .zeros = 48};
}

void lzms_decisions_start(struct lzms_decisions *d)
{
	start(&d->match);
	start(&d->delta);
	start(&d->lz_recent);
	start(&d->delta_recent);
	for (unsigned i = 0; i < LZMS_RECENT - 1; i++) {
		start(&d->lz_later[i]);
		start(&d->delta_later[i]);
	}
}

// --- Counts of symbols -------------------------------------------------------

void lzms_counts_start(uint32_t *counts, unsigned symbols)
{
	for (unsigned i = 0; i < symbols; i++)
		counts[i] = 1;
}

void lzms_counts_halve(uint32_t *counts, unsigned symbols)
{
	for (unsigned i = 0; i < symbols; i++)
		counts[i] = counts[i] / 2 + 1;
}
