// SPDX-License-Identifier: MIT
//
// DiskPart's language: each line of any text is taken apart, and what it is held to
// mean stands in the table, with values for options that are there.

#include "libdiskpart/diskpart_priv.h"
#include "test.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_call(const struct call *c)
{
	check(c->command >= diskpart_commands &&
	      c->command < diskpart_commands + diskpart_command_count);
	for (size_t i = 0; i < MAX_OPTIONS; i++)
		if (c->values[i])
			check(c->command->options[i].name);
}

static void try_line(const char *line)
{
	struct err err = {0};
	struct words w;
	struct parse p;
	int r = diskpart_words_read(line, &w, &err);

	if (r) {
		check(r == -EINVAL || r == -EFBIG || r == -ENOMEM);
		check_eq(err.code, r);
		return;
	}
	if (w.count) {
		diskpart_parse(&w, &p);
		check(p.matched <= w.count);
		check((p.result == PARSE_ARGUMENTS) == (p.why.code != 0));
		if (p.result == PARSE_DONE)
			check_call(&p.call);
	}
	diskpart_words_done(&w);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = text_to_utf8(data, size), *rest = text, *line;

	while (text && (line = strsep(&rest, "\r\n")))
		try_line(line);
	mem_free(text);
	return 0;
}
