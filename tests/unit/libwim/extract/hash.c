// SPDX-License-Identifier: MIT
//
// Hashes: parts in any order are hashed in theirs, and jobs come back to the
// ring when they are; what differs is told by hash, place and file.

#include "stored.h"

#define SIZE (3 * 4096 - 5)

static size_t count_free(const struct engine *e)
{
	size_t n = 0;

	for (const struct job *job = e->free_jobs; job; job = job->next)
		n++;
	return n;
}

// Three parts, the first one last.
static int in_parts(struct engine *e, const struct wim_blob *blob,
		    const uint8_t *content, struct err *err)
{
	static const unsigned order[] = {2, 1, 0};
	struct large large = {.blob = blob, .hash = e->fresh};
	struct job jobs[3] = {0};
	int r = 0;

	e->free_jobs = NULL;
	e->free_larges = NULL;
	e->done = 0;
	for (size_t i = 0; i < 3; i++) {
		struct job *job = &jobs[order[i]];

		check(!r && !count_free(e) && !e->free_larges);
		*job = (struct job){.engine = e,
				    .wanted = order[i] < 2 ? 4096 : 4091,
				    .uses = 1};
		job->head = (struct piece){
			.job = job,
			.large = &large,
			.off = order[i] * 4096u,
			.content = content + order[i] * 4096u,
			.size = job->wanted,
		};
		r = wim_hash_piece(&job->head, err);
	}
	check_eq(count_free(e), 3);
	check_eq(e->done, SIZE);
	check(e->free_larges == &large);
	return r;
}

int main(void)
{
	static uint8_t content[SIZE];
	struct wim_file file = {.name = "x.wim"};
	struct wim w = {.files = &file, .info.parts = 2};
	struct wim_blob blob = {.size = SIZE, .part = 1, .offset = 77};
	struct engine e = {.w = &w, .reading = READ_CONTENT};
	struct err err = {0};
	char text[ERR_TEXT];

	for (size_t i = 0; i < SIZE; i++)
		content[i] = (uint8_t)(i * 13 + i / 256);
	sha1_digest(content, SIZE, blob.sha1);
	sha1_init(&e.fresh);
	pthread_mutex_init(&e.lock, NULL);
	pthread_cond_init(&e.changed, NULL);
	check_ok(wim_hash_whole(&e, &blob, content, &err), &err);
	check_ok(in_parts(&e, &blob, content, &err), &err);

	content[9000] ^= 1;
	check_eq(in_parts(&e, &blob, content, NULL), -EBADMSG);
	check_eq(wim_hash_whole(&e, &blob, content, &err), -EBADMSG);
	check_eq(err.where, 77);
	err_format(&err, text, sizeof(text));
	check(!strncmp(text, "x.wim: corrupt: the content with SHA-1 ", 39));
	file.name = NULL; // a part without a name is told by its number
	err = (struct err){0};
	wim_hash_whole(&e, &blob, content, &err);
	check(strstr(err.what, " of part 1"));

	e.reading = READ_UNCHECKED;
	check(!wim_hash_whole(&e, &blob, content, NULL));
	check(!in_parts(&e, &blob, content, NULL));
	pthread_cond_destroy(&e.changed);
	pthread_mutex_destroy(&e.lock);
	return 0;
}
