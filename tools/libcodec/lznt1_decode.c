// SPDX-License-Identifier: MIT
//
// LZNT1 ([MS-XCA] 2.5): chunks of up to 4096 bytes, each a 16-bit header and
// either plain bytes or groups of a flag byte and eight literals or copies. A
// copy's split into distance and length moves with the place in the chunk.

#include <string.h>

#include "codec.h"

#define CHUNK      4096u
#define COMPRESSED 0x8000u

static int broken(size_t off, const char *why, struct err *err)
{
	return err_corrupt(err, "LZNT1 data", off, "%s", why);
}

// Copies byte by byte: the source may run into what is being written.
static void copy(uint8_t *to, size_t distance, size_t len)
{
	for (const uint8_t *from = to - distance; len--;)
		*to++ = *from++;
}

// Decodes one copy at `pos` of the chunk. The further into the chunk, the more
// there is to point at: bits move from the length to the distance, 4 being the
// least. Returns its length, or 0 when it begins before the chunk.
static size_t split(uint16_t token, size_t pos, size_t *distance)
{
	unsigned shift = 12;

	for (size_t i = pos - 1; i >= 0x10; i >>= 1)
		shift--;
	*distance = (size_t)(token >> shift) + 1;
	return *distance > pos ? 0 : (token & ((1u << shift) - 1)) + 3u;
}

// Decodes one compressed chunk of in_len bytes to at most room bytes; what is
// over that is cut off. *ret_len is what was written.
static int decode_chunk(const uint8_t *in, size_t in_len, uint8_t *out,
			size_t room, size_t where, size_t *ret_len,
			struct err *err)
{
	size_t i = 0, pos = 0;

	while (i < in_len && pos < room) {
		unsigned flags = in[i++];

		for (int bit = 0; bit < 8 && i < in_len && pos < room;
		     bit++, flags >>= 1) {
			size_t distance, len;

			if (!(flags & 1)) {
				out[pos++] = in[i++];
				continue;
			}
			if (in_len - i < 2)
				return broken(where + i, "a copy is cut off",
					      err);
			len = pos ? split((uint16_t)(in[i] | in[i + 1] << 8),
					  pos, &distance)
				  : 0;
			if (!len)
				return broken(where + i,
					      "a copy begins before its chunk",
					      err);
			if (len > room - pos)
				len = room - pos;
			copy(out + pos, distance, len);
			pos += len;
			i += 2;
		}
	}
	*ret_len = pos;
	return 0;
}

int lznt1_decompress(const void *input, size_t in_size, void *output,
		     size_t out_size, struct err *err)
{
	const uint8_t *in = input;
	uint8_t *out = output;
	size_t i = 0, pos = 0;

	while (pos < out_size && in_size - i >= 2) {
		// The size in the header is that of the data, less one. Bits 12
		// to 14 are a signature that tells nothing: not looked at.
		unsigned header = in[i] | (unsigned)in[i + 1] << 8;
		size_t len = (header & 0xfff) + 1, room = out_size - pos;
		size_t written = 0;
		int r;

		// The end. What lies behind it in the last cluster means
		// nothing.
		if (!header)
			break;
		i += 2;
		if (len > in_size - i)
			return broken(i, "a chunk is cut off", err);
		if (room > CHUNK)
			room = CHUNK;
		if (header & COMPRESSED) {
			r = decode_chunk(in + i, len, out + pos, room, i,
					 &written, err);
			if (r)
				return r;
		} else {
			written = len < room ? len : room;
			memcpy(out + pos, in + i, written);
		}
		// Every chunk stands for 4096 bytes, whatever it decodes to;
		// the next one begins behind those.
		memset(out + pos + written, 0, room - written);
		pos += room;
		i += len;
	}
	memset(out + pos, 0, out_size - pos);
	return 0;
}
