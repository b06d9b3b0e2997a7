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
	check(!strcmp(err_format(&err, text, sizeof(text)),
		      "a.ini:3: bad"));

	err = (struct err){0};
	check_eq(err_nomem(&err), -ENOMEM);
	check(!strcmp(err_format(&err, text, sizeof(text)),
		      "memory: out of memory"));
	check_eq(err_set(NULL, -EIO, "x", 0, "y"), -EIO);

	// too long a text is cut, not overrun
	err = (struct err){0};
	memset(text, 'a', sizeof(text));
	text[sizeof(text) - 1] = 0;
	err_set(&err, -EIO, text, 0, "%s", text);
	check_eq(strlen(err.what), sizeof(err.what) - 1);
	check_eq(strlen(err.why), sizeof(err.why) - 1);
	return 0;
}
