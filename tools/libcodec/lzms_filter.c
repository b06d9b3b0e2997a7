// SPDX-License-Identifier: MIT
//
// The filter of LZMS for x86 code. It runs over everything: what is code is
// guessed from two instructions, not far apart, that refer to one target.

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "lzms.h"

#define TAIL          16    // an instruction does not begin in the last bytes
#define CODE_REACH    1023  // so far behind a sure instruction it is code
#define CALL_REACH    511   // for calls, whose opcode is common in other data
#define TARGET_WINDOW 65535 // so far apart two references make one sure
#define ADDRESS       4

// Returns the bytes before the address that the instruction at p refers to, or
// 0 when it is none of those that are changed.
static inline unsigned opcode_length(const uint8_t *p)
{
	switch (p[0]) {
	case 0x48: // REX.W: lea or mov, relative to the next instruction
	case 0x4c:
		// The format looks at three bits of ModR/M alone, and at
		// more of them for mov without REX.R only.
		if ((p[2] & 7) != 5)
			return 0;
		if (p[1] == 0x8d)
			return 3;
		return p[1] == 0x8b && p[0] == 0x48 && p[2] < 0x10 ? 3 : 0;
	case 0xe8: // call
		return 1;
	case 0xf0: // lock add
		return p[1] == 0x83 && p[2] == 0x05 ? 3 : 0;
	case 0xff: // call through memory
		return p[1] == 0x15 ? 2 : 0;
	}
	return 0;
}

// What may begin one of them: most bytes do not, and are passed over quickly.
#ifdef __SSE2__
#define STEP 16

static inline __m128i equal(__m128i v, int byte)
{
	return _mm_cmpeq_epi8(v, _mm_set1_epi8((char)byte));
}

// Returns which of 16 places do, the first as the lowest bit.
static inline unsigned find_begins(const uint8_t *p)
{
	__m128i a = _mm_loadu_si128((const __m128i *)p);
	__m128i b = _mm_loadu_si128((const __m128i *)(p + 1));
	// 0x48 and 0x4c, 0xe8 and 0xe9 differ in a bit each
	__m128i rex = equal(_mm_andnot_si128(_mm_set1_epi8(4), a), 0x48);
	__m128i near = equal(_mm_andnot_si128(_mm_set1_epi8(1), a), 0xe8);
	__m128i mov = _mm_or_si128(equal(b, 0x8d), equal(b, 0x8b));
	__m128i lock = _mm_and_si128(equal(a, 0xf0), equal(b, 0x83));
	__m128i far = _mm_and_si128(equal(a, 0xff), equal(b, 0x15));

	rex = _mm_and_si128(rex, mov);
	rex = _mm_or_si128(_mm_or_si128(rex, near), _mm_or_si128(lock, far));
	return (unsigned)_mm_movemask_epi8(rex);
}

// Returns the next place from `at` on, or `end`. There are 16 bytes behind
// `end`.
static inline uint32_t next_begin(const uint8_t *data, uint32_t at,
				  uint32_t end)
{
	for (; at < end; at += STEP) {
		unsigned found = find_begins(data + at);

		if (found) {
			at += (unsigned)__builtin_ctz(found);
			break;
		}
	}
	return at < end ? at : end;
}
#else
static inline bool may_begin(const uint8_t *p)
{
	switch (p[0]) {
	case 0x48:
	case 0x4c:
		return p[1] == 0x8d || p[1] == 0x8b;
	case 0xe8:
	case 0xe9:
		return true;
	case 0xf0:
		return p[1] == 0x83;
	case 0xff:
		return p[1] == 0x15;
	}
	return false;
}

static inline uint32_t next_begin(const uint8_t *data, uint32_t at,
				  uint32_t end)
{
	while (at < end && !may_begin(data + at))
		at++;
	return at;
}
#endif

// Takes the places of this chunk out of those of the ones before: one array,
// cleared once, does for many chunks.
static void start(struct lzms_filter *f, size_t size)
{
	if (!f->base || f->base > UINT32_MAX - 2 * LZMS_MAX_CHUNK) {
		for (size_t i = 0; i < sizeof(f->seen) / sizeof(*f->seen); i++)
			f->seen[i] = 0;
		f->base = 0;
	}
	f->base += TARGET_WINDOW + 1;
}

static inline __attribute__((always_inline)) void
run(struct lzms_filter *f, uint8_t *data, size_t size, bool make_absolute)
{
	uint32_t end = (uint32_t)size - TAIL;
	// the last byte of the last sure instruction; none yet
	uint32_t sure = UINT32_MAX - CODE_REACH;

	// The first byte never begins one.
	for (uint32_t at = 1;;) {
		unsigned opcode, reach;
		uint32_t address, relative, last;

		at = next_begin(data, at, end);
		if (at == end)
			return;
		opcode = opcode_length(data + at);
		if (!opcode) {
			// a jump is passed over with its address, no more
			at += data[at] == 0xe9 ? 1 + ADDRESS : 1;
			continue;
		}
		reach = data[at] == 0xe8 ? CALL_REACH : CODE_REACH;
		address = load_le32(data + at + opcode);
		relative = address;
		if (at - sure <= reach) {
			if (!make_absolute)
				relative -= at;
			store_le32(data + at + opcode,
				   make_absolute ? address + at : relative);
		}
		last = at + opcode + ADDRESS - 1;
		relative = (relative + at) & 0xffff;
		if (f->base + last - f->seen[relative] <= TARGET_WINDOW)
			sure = last;
		f->seen[relative] = f->base + last;
		at = last + 1;
	}
}

void lzms_filter_run(struct lzms_filter *f, uint8_t *data, size_t size,
		     bool make_absolute)
{
	if (size <= TAIL + 1)
		return;
	start(f, size);
	if (make_absolute)
		run(f, data, size, true);
	else
		run(f, data, size, false);
	f->base += (uint32_t)size;
}
