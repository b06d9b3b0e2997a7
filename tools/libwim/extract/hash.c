// SPDX-License-Identifier: MIT
//
// Content against its SHA-1. Small blobs are hashed by the thread that decoded
// them. The parts of a large blob are hashed in order: who finishes the part
// that is due hashes it and all that wait behind it, while other threads go on
// decoding.

#include <stdio.h>
#include <string.h>

#include "extract.h"

int wim_hash_damaged(const struct wim *w, const struct wim_blob *blob,
		     uint64_t where, const char *how, struct err *err)
{
	static const char digits[] = "0123456789abcdef";
	char hex[2 * SHA1_SIZE + 1] = "", part[32] = "", name[128];
	const struct wim_file *file = &w->files[blob->part - 1];
	struct err inner = {0};

	for (size_t i = 0; i < SHA1_SIZE; i++) {
		hex[2 * i] = digits[blob->sha1[i] >> 4];
		hex[2 * i + 1] = digits[blob->sha1[i] & 15];
	}
	if (w->info.parts > 1 && !file->name)
		snprintf(part, sizeof(part), " of part %u", blob->part);
	snprintf(name, sizeof(name), "the content with SHA-1 %s%s", hex, part);
	err_corrupt(&inner, name, where,
		    "%s: the file is damaged, copy it anew", how);
	return wim_file_fail(w, blob->part - 1u, &inner, err);
}

// Where in its file a blob lies, or the solid resource that it lies in.
static uint64_t place_of(const struct wim *w, const struct wim_blob *blob)
{
	return blob->solid ? w->solids[blob->solid - 1].offset : blob->offset;
}

// A piece of a file is not what the integrity table says.
static int piece_differs(const struct wim *w, const struct wim_blob *piece,
			 struct err *err)
{
	struct err inner = {0};

	err_corrupt(&inner, "WIM", piece->offset,
		    "the %llu bytes here do not match the integrity table",
		    (unsigned long long)piece->size);
	return wim_file_fail(w, piece->part - 1u, &inner, err);
}

static int check_hash(const struct engine *e, const struct wim_blob *blob,
		      struct sha1 *hash, struct err *err)
{
	uint8_t found[SHA1_SIZE];

	sha1_final(hash, found);
	if (!memcmp(found, blob->sha1, SHA1_SIZE))
		return 0;
	if (e->reading == READ_INTEGRITY)
		return piece_differs(e->w, blob, err);
	return wim_hash_damaged(e->w, blob, place_of(e->w, blob),
				"its content does not match its SHA-1", err);
}

int wim_hash_whole(const struct engine *e, const struct wim_blob *blob,
		   const void *content, struct err *err)
{
	struct sha1 hash = e->fresh;

	if (e->reading == READ_UNCHECKED)
		return 0;
	sha1_update(&hash, content, (size_t)blob->size);
	return check_hash(e, blob, &hash, err);
}

// Takes the piece that is due from those that wait. Returns NULL when none is.
static struct piece *take_due(struct large *large)
{
	for (struct piece **p = &large->waiting; *p; p = &(*p)->next) {
		struct piece *piece = *p;

		if (piece->off == large->hashed) {
			*p = piece->next;
			return piece;
		}
	}
	return NULL;
}

int wim_hash_piece(struct piece *piece, struct err *err)
{
	struct engine *e = piece->job->engine;
	struct large *large = piece->large;
	bool is_done;
	int r = 0;

	pthread_mutex_lock(&e->lock);
	piece->next = large->waiting;
	large->waiting = piece;
	if (large->is_hashing) {
		pthread_mutex_unlock(&e->lock);
		return 0;
	}
	// From here on large->hash is this thread's, without the lock.
	large->is_hashing = true;
	while ((piece = take_due(large))) {
		pthread_mutex_unlock(&e->lock);
		if (e->reading != READ_UNCHECKED)
			sha1_update(&large->hash, piece->content, piece->size);
		pthread_mutex_lock(&e->lock);
		large->hashed += piece->size;
		wim_job_drop(piece->job);
	}
	large->is_hashing = false;
	is_done = large->hashed == large->blob->size;
	pthread_mutex_unlock(&e->lock);
	if (!is_done)
		return 0;
	if (e->reading != READ_UNCHECKED)
		r = check_hash(e, large->blob, &large->hash, err);
	pthread_mutex_lock(&e->lock);
	large->next = e->free_larges;
	e->free_larges = large;
	pthread_mutex_unlock(&e->lock);
	return r;
}
