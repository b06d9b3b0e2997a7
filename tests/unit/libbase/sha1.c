// SPDX-License-Identifier: MIT
#include "test.h"

static void check_hex(const void *data, size_t len, const char *expected)
{
	uint8_t out[SHA1_SIZE];
	char text[41];

	for (int portable = 0; portable < 2; portable++) {
		struct sha1 s;

		sha1_init(&s);
		if (portable)
			s.has_sha = false;
		// in uneven pieces, to cross blocks
		for (size_t at = 0; at < len;) {
			size_t n = at % 61 + 1 < len - at ? at % 61 + 1
							  : len - at;

			sha1_update(&s, (const char *)data + at, n);
			at += n;
		}
		sha1_final(&s, out);
		for (int i = 0; i < SHA1_SIZE; i++)
			sprintf(text + 2 * i, "%02x", out[i]);
		check(!strcmp(text, expected));
	}
	sha1_digest(data, len, out);
	for (int i = 0; i < SHA1_SIZE; i++)
		sprintf(text + 2 * i, "%02x", out[i]);
	check(!strcmp(text, expected));
}

int main(void)
{
	static char a[1000000];

	check_hex("", 0, "da39a3ee5e6b4b0d3255bfef95601890afd80709");
	check_hex("abc", 3, "a9993e364706816aba3e25717850c26c9cd0d89d");
	check_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		  56, "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
	memset(a, 'a', sizeof(a));
	check_hex(a, sizeof(a), "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
	return 0;
}
