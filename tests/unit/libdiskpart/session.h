// SPDX-License-Identifier: MIT
//
// A session in a made-up world, and what it said.

#ifndef DISKPART_SESSION_H
#define DISKPART_SESSION_H

#include "diskpart.h"
#include "storage_fake.h"
#include "text.h"

static struct storage *storage;
static struct diskpart *session;
static char said[16384];

static inline void hear(void *ctx, const char *text)
{
	check(strlen(said) + strlen(text) < sizeof(said));
	strcat(said, text);
}

// Begins one on disks that fake_disk and fake_file have made: these files are
// added behind them.
static inline void begin(const char *const *files, size_t count)
{
	const struct storage_source source = {
		.root = "", .files = files, .file_count = count};
	const struct diskpart_options how = {
		.write = hear, .version = "1", .computer = "BENCH"};
	struct err err = {0};

	check_ok(storage_open(&fake_effects, &source, &storage, &err), &err);
	check_ok(diskpart_open(storage, &how, &session, &err), &err);
	*said = 0;
}

static inline void end(void)
{
	diskpart_close(session);
	storage_close(storage);
	fake_end();
}

// Runs a script; `said` is what it says.
static inline int run(const char *script)
{
	*said = 0;
	return (int)diskpart_run_script(session, script, strlen(script));
}

// Runs one that must be done.
#define check_done(script)                                                     \
	do {                                                                   \
		int check_status = run(script);                                \
		if (check_status) {                                            \
			fprintf(stderr, "%s:%d: %s: %d: %s\n", __FILE__,       \
				__LINE__, script, check_status, said);         \
			exit(1);                                               \
		}                                                              \
	} while (0)

#define check_said(text)                                                       \
	do {                                                                   \
		if (!strstr(said, text)) {                                     \
			fprintf(stderr, "%s:%d: %s\nwas not said, but\n%s\n",  \
				__FILE__, __LINE__, text, said);               \
			exit(1);                                               \
		}                                                              \
	} while (0)

#endif
