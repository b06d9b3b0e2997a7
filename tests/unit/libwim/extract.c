// SPDX-License-Identifier: MIT
//
// Extraction: content against lists made by wimlib, and what happens to damaged
// content. With arguments, a tool: extract WIM INDEX FOLDER [THREADS].

#include <unistd.h>

#include "unpack.h"

static int tool(int argc, char **argv)
{
	struct err err = {0};
	struct disk *file;
	struct wim *w;
	struct pool *pool;
	char text[512];
	int r;

	check_ok(disk_open_file(argv[1], DISK_READ_ONLY, &file, &err), &err);
	check_ok(pool_new(argc > 4 ? (unsigned)atoi(argv[4]) : 2, &pool, &err),
		 &err);
	r = wim_open(file, &w, &err);
	if (!r) {
		r = unpack_image(w, (uint32_t)atoi(argv[2]), argv[3], pool,
				 &err);
		wim_close(w);
	}
	if (r)
		fprintf(stderr, "%s\n", err_format(&err, text, sizeof(text)));
	pool_free(pool);
	disk_close(file);
	return r ? 1 : 0;
}

int main(int argc, char **argv)
{
	if (argc >= 4)
		return tool(argc, argv);
	return 0;
}
