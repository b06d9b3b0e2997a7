// SPDX-License-Identifier: MIT
//
// Columns by sizes.

#include "diskmgmt.h"

// So that sizes times columns fit into 64 bits.
static unsigned shift_for(const uint64_t *sizes, size_t count)
{
	uint64_t total = 0;
	unsigned shift = 0;

	for (size_t i = 0; i < count; i++)
		total += sizes[i] >> 12;
	while (total >> shift >> 40)
		shift++;
	return shift + 12;
}

struct share {
	const uint64_t *sizes;
	size_t count;
	unsigned shift, least;
	unsigned *widths; // 0: not settled
};

// What those that are not settled have in all.
static uint64_t left_size(const struct share *s)
{
	uint64_t total = 0;

	for (size_t i = 0; i < s->count; i++)
		if (!s->widths[i])
			total += (s->sizes[i] >> s->shift) + 1;
	return total;
}

static unsigned width_of(const struct share *s, size_t i, uint64_t total,
			 unsigned width)
{
	return (unsigned)(((s->sizes[i] >> s->shift) + 1) * width / total);
}

// Settles one that would have less than the least. Returns false for none.
static bool settle_small(const struct share *s, unsigned *width)
{
	uint64_t total = left_size(s);

	for (size_t i = 0; i < s->count; i++) {
		if (s->widths[i] || width_of(s, i, total, *width) >= s->least)
			continue;
		s->widths[i] = s->least;
		*width -= s->least;
		return true;
	}
	return false;
}

void diskmgmt_split(const uint64_t *sizes, size_t count, unsigned width,
		    unsigned least, unsigned *ret_widths)
{
	struct share s = {sizes, count, shift_for(sizes, count), least,
			  ret_widths};
	uint64_t total;

	if (!count || !least || count > width / least)
		return;
	for (size_t i = 0; i < count; i++)
		ret_widths[i] = 0;
	while (settle_small(&s, &width))
		;
	// each of the others takes its part of what is left then, so that no
	// column is lost by rounding
	for (size_t i = 0; i < count; i++) {
		if (ret_widths[i])
			continue;
		total = left_size(&s);
		ret_widths[i] = width_of(&s, i, total, width);
		width -= ret_widths[i];
	}
	// all were small: the first ones take the rest
	for (size_t i = 0; width; i = (i + 1) % count, width--)
		ret_widths[i]++;
}
