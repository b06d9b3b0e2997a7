// SPDX-License-Identifier: MIT
#include "test.h"

int main(void)
{
	struct err err = {0};
	char text[512];

	check_eq(err_corrupt(&err, "GPT header", 512, "checksum %d", 7),
		 -EBADMSG);
	check(!strcmp(err_format(&err, text, sizeof(text)),
		      "GPT header: corrupt: checksum 7 (at offset 512)"));
	// the first one wins
	check_eq(err_set(&err, -EIO, "x", 0, "later"), -EIO);
	check_eq(err.code, -EBADMSG);

	err = (struct err){0};
	check_eq(err_bad_text(&err, "a.ini", 3, "bad"), -EBADMSG);
	check(!strcmp(err_format(&err, text, sizeof(text)), "a.ini:3: bad"));

	err = (struct err){0};
	check_eq(err_nomem(&err), -ENOMEM);
	check(!strcmp(err_format(&err, text, sizeof(text)),
		      "memory: out of memory"));
	check_eq(err_set(NULL, -EIO, "x", 0, "y"), -EIO);

	// one kept aside is passed on whole
	struct err other = {0};
	check_eq(err_pass(&other, -EBADMSG, &err), -EBADMSG);
	check_eq(other.code, -EBADMSG);
	check(!strcmp(other.what, "memory"));
	check_eq(err_pass(&other, -EIO, &(struct err){0}), -EIO);
	check_eq(other.code, -EBADMSG);
	check_eq(err_pass(NULL, -EIO, &err), -EIO);

	// and with what it is in; what is that itself is said once
	struct err outer = {0};
	err = (struct err){0};
	check_eq(err_corrupt(&err, "WIM header", 8, "bad"), -EBADMSG);
	check_eq(err_of(&outer, "x.wim", &err), -EBADMSG);
	check(!strcmp(err_format(&outer, text, sizeof(text)),
		      "x.wim: corrupt: WIM header: bad (at offset 8)"));
	outer = (struct err){0};
	check_eq(err_of(&outer, "WIM header", &err), -EBADMSG);
	check(!strcmp(outer.why, "bad"));
	outer = (struct err){0};
	outer = (struct err){0};
	err = (struct err){0};
	err_bad_text(&err, "INF file", 7, "no");
	check_eq(err_of(&outer, "x.inf", &err), -EBADMSG);
	check(!strcmp(err_format(&outer, text, sizeof(text)),
		      "x.inf:7: INF file: no"));
	outer = (struct err){0};
	check_eq(err_of(&outer, "x", &(struct err){.code = -EIO}), -EIO);
	check(!strcmp(outer.why, strerror(EIO)));

	// a drive's letter has its colon
	err = (struct err){0};
	err_set(&err, -ENOENT, "V:", ERR_NOWHERE, "gone");
	check(!strcmp(err_format(&err, text, sizeof(text)), "V: gone"));
	outer = (struct err){0};
	check_eq(err_of(&outer, "x", &err), -ENOENT);
	check(!strcmp(outer.why, "V: gone"));

	// without an object the reason stands alone
	other.what[0] = 0;
	other.code = -ENOMEM;
	check(!strcmp(err_format(&other, text, sizeof(text)), "out of memory"));

	// too long a text is cut, marked, and cut between characters: of the
	// object its end is kept, of the reason its beginning
	for (size_t shift = 0; shift < 4; shift++) {
		char in[2048] = "abc";

		for (size_t i = shift; i + 2 < sizeof(in); i += 2)
			memcpy(in + i, "\xc3\xa9", 3);
		strcpy(in + 2000 + shift, "end");
		err = (struct err){0};
		err_set(&err, -EIO, in, 0, "%s", in);
		check(!strncmp(err.what, "...\xc3\xa9", 5));
		check(!strcmp(err.what + strlen(err.what) - 5, "\xc3\xa9"
							       "end"));
		check(strlen(err.what) >= sizeof(err.what) - 2);
		check(!strncmp(err.why, in, shift + 2));
		check(!strcmp(err.why + strlen(err.why) - 5, "\xc3\xa9..."));
		check(strlen(err.why) >= sizeof(err.why) - 2);
	}
	// one that just fits is whole
	memset(text, 'a', sizeof(text));
	text[sizeof(err.what) - 1] = 0;
	err = (struct err){0};
	err_set(&err, -EIO, text, 0, "%s", text);
	check(!strcmp(err.what, text) && !strcmp(err.why, text));
	return 0;
}
