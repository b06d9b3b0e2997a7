// SPDX-License-Identifier: MIT
//
// LZX: uncompressed blocks made by hand (alignment, odd sizes, recent offsets),
// the translation of calls, and block headers that are none. Compressed blocks
// are judged by what wimlib compressed.

#include "test.h"
#include "codec.h"

// Puts an uncompressed block's header, with a size of 16 bits, at an aligned
// place. Returns its length.
static size_t put_header(uint8_t *out, unsigned type, uint16_t size,
			 uint32_t recent)
{
	// type: 3 bits, 0: 1 bit, size: 16 bits, padding: 12 bits
	uint32_t bits = (uint32_t)type << 29 | (uint32_t)size << 12;

	out[0] = (uint8_t)(bits >> 16);
	out[1] = (uint8_t)(bits >> 24);
	out[2] = (uint8_t)bits;
	out[3] = (uint8_t)(bits >> 8);
	for (int i = 0; i < 3; i++)
		memcpy(out + 4 + 4 * i, to_le32(recent).b, 4);
	return 16;
}

static void uncompressed(struct lzx_decoder *d)
{
	uint8_t in[128], out[64];
	size_t size = put_header(in, 3, 5, 1);

	memcpy(in + size, "hello\0", 6);
	size += 6;
	size += put_header(in + size, 3, 7, 1);
	memcpy(in + size, ", world\0", 8);
	size += 8;
	check_eq(lzx_decompress(d, in, size, out, 12), 0);
	check(!memcmp(out, "hello, world", 12));
	// the padding byte of the last block may be missing
	check_eq(lzx_decompress(d, in, size - 1, out, 12), 0);
	for (size_t n = 0; n < size - 1; n++) {
		uint8_t *exact = malloc(n ? n : 1);

		memcpy(exact, in, n);
		check_eq(lzx_decompress(d, exact, n, out, 12), -EBADMSG);
		free(exact);
	}
	// a block that is larger than what is left
	check_eq(lzx_decompress(d, in, size, out, 11), -EBADMSG);
	// a recent offset of 0
	put_header(in, 3, 5, 0);
	check_eq(lzx_decompress(d, in, size, out, 12), -EBADMSG);
	// a type that does not exist; a block of nothing
	put_header(in, 4, 5, 1);
	check_eq(lzx_decompress(d, in, size, out, 12), -EBADMSG);
	put_header(in, 3, 0, 1);
	check_eq(lzx_decompress(d, in, size, out, 12), -EBADMSG);
}

static const struct {
	uint32_t stored, content;
} calls[] = {
	{0x1000, 0x1000 - 20}, // 20: where the call is
	{0, (uint32_t)-20},
	{11999999, 11999999 - 20},
	{12000000, 12000000}, // outside: as it is
	{(uint32_t)-20, 12000000 - 20},
	{(uint32_t)-21, (uint32_t)-21}, // outside
};

static void translation(struct lzx_decoder *d)
{
	for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++) {
		uint8_t in[128], out[64], want[64];
		size_t size = put_header(in, 3, 64, 1);

		memset(want, 0x90, sizeof(want));
		want[20] = 0xe8;
		want[54] = 0xe8; // within the last ten bytes: never translated
		memcpy(want + 21, to_le32(calls[i].content).b, 4);
		memcpy(in + size, want, sizeof(want));
		memcpy(in + size + 21, to_le32(calls[i].stored).b, 4);
		check_eq(lzx_decompress(d, in, size + 64, out, 64), 0);
		check(!memcmp(out, want, sizeof(want)));
	}
}

int main(void)
{
	struct lzx_decoder *d = NULL;

	check_eq(lzx_decoder_new(14, &d), -EINVAL);
	check_eq(lzx_decoder_new(22, &d), -EINVAL);
	check(!d);
	check_eq(lzx_decoder_new(15, &d), 0);
	uncompressed(d);
	translation(d);
	lzx_decoder_free(d);
	lzx_decoder_free(NULL);
	return 0;
}
