// SPDX-License-Identifier: MIT
//
// The few macros of all unit and fault tests. A test program prints what went
// wrong and exits 0 (passed), 1 (failed) or 77 (skipped).

#ifndef TEST_H
#define TEST_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "disk.h"

// Fails the program, with the line, unless the condition holds.
#define check(condition)                                                       \
	do {                                                                   \
		if (!(condition)) {                                            \
			fprintf(stderr, "%s:%d: not true: %s\n", __FILE__,     \
				__LINE__, #condition);                         \
			exit(1);                                               \
		}                                                              \
	} while (0)

// As check, for two integers; prints both.
#define check_eq(a, b)                                                         \
	do {                                                                   \
		long long check_a = (long long)(a), check_b = (long long)(b);  \
		if (check_a != check_b) {                                      \
			fprintf(stderr, "%s:%d: %s is %lld, not %s = %lld\n",  \
				__FILE__, __LINE__, #a, check_a, #b, check_b); \
			exit(1);                                               \
		}                                                              \
	} while (0)

// A call that must succeed: prints the error's words when it does not.
#define check_ok(call, e)                                                      \
	do {                                                                   \
		int check_r = (call);                                          \
		char check_text[512];                                          \
		if (check_r) {                                                 \
			fprintf(stderr, "%s:%d: %s: %d: %s\n", __FILE__,       \
				__LINE__, #call, check_r,                      \
				err_format(e, check_text,                      \
					   sizeof(check_text)));               \
			exit(1);                                               \
		}                                                              \
	} while (0)

// Ends writing to a disk and closes it; NULL is fine.
static inline void end_disk(struct disk *d)
{
	struct err err = {0};

	if (d)
		check_ok(disk_finish(d, &err), &err);
	disk_close(d);
}

// Ends the program as skipped, with one line that says why.
#define skip(why)                                                              \
	do {                                                                   \
		puts(why);                                                     \
		exit(77);                                                      \
	} while (0)

// Returns the folder of real sample files ($SLIPWAY_SAMPLES, by default
// ../shared/samples); skips the test when it is not there.
static inline const char *samples(void)
{
	const char *dir = getenv("SLIPWAY_SAMPLES");
	FILE *f;

	if (!dir || !*dir)
		dir = "../shared/samples";
	f = fopen(dir, "r");
	if (!f)
		skip("the folder of sample files is not there");
	fclose(f);
	return dir;
}

// Reads a whole file, through `xz -dc` when its name ends in .xz. Fails the
// program when that does not work. Free the result with free().
static inline uint8_t *read_sample(const char *path, size_t *ret_size)
{
	size_t len = strlen(path), size = 0, room = 1 << 16;
	bool xz = len > 3 && !strcmp(path + len - 3, ".xz");
	char command[1024];
	uint8_t *data = malloc(room);
	FILE *f;

	snprintf(command, sizeof(command), "xz -dc '%s'", path);
	f = xz ? popen(command, "r") : fopen(path, "rb");
	check(f && data);
	for (;;) {
		size_t n = fread(data + size, 1, room - size, f);

		if (!n)
			break;
		size += n;
		if (size == room) {
			data = realloc(data, room *= 2);
			check(data);
		}
	}
	check(size);
	xz ? pclose(f) : fclose(f);
	*ret_size = size;
	return data;
}

#endif
