// SPDX-License-Identifier: MIT
//
// A plan is carried out. In a volume a file is made in memory first, its content
// on free clusters; a sync makes all of that true at once. So a file whose content
// cannot be read or written must not be there at a sync: then what was not synced
// is dropped, and done again without it.

#include <stdio.h>
#include <string.h>

#include "../cmd.h"
#include "transfer.h"

#define BATCH_BYTES (UINT64_C(1) << 30)
#define BATCH_FILES 5000u
#define SHOW_FROM   (UINT64_C(64) << 20) // files with progress
#define PIECE       (UINT64_C(32) << 20)
#define MANY_FROM   (UINT64_C(16) << 20) // copied by several threads

// --- Content -----------------------------------------------------------------

static int copy_piece(struct disk *from, struct disk *to, uint64_t off,
		      uint64_t to_off, uint64_t len, struct err *err)
{
	struct disk *a = NULL, *b = NULL;
	int r = disk_slice(from, off, len, &a, err);

	if (!r)
		r = disk_slice(to, to_off, len, &b, err);
	if (!r)
		r = disk_copy(a, b, len, err);
	disk_close(a);
	disk_close(b);
	return r;
}

// Copies one part to where it goes in the new file.
static int copy_part(const struct transfer *t, struct disk *from,
		     struct disk *to, uint64_t off, struct progress *progress,
		     struct err *err)
{
	int r = 0;

	// A new file of the host is all zeroes.
	if (spot_is_host(t->to) && from->size == to->size &&
	    from->size >= MANY_FROM)
		return disk_copy_data(from, to, from->size, progress, "Copying",
				      err);
	for (uint64_t at = 0; at < from->size && !r; at += PIECE) {
		uint64_t left = from->size - at;
		uint64_t len = left < PIECE ? left : PIECE;

		r = copy_piece(from, to, at, off + at, len, err);
		if (!r)
			r = progress_report(progress, "Copying", off + at + len,
					    to->size);
	}
	return r;
}

static int copy_content(const struct transfer *t, const struct transfer_file *f,
			struct disk *to, struct err *err)
{
	struct cmd_progress p;
	uint64_t off = 0;
	int r = 0;

	best_effort(cmd_progress_init(&p, f->size < SHOW_FROM ? "none" : NULL));
	for (size_t i = 0; i < f->part_count && !r; i++) {
		struct disk *from;

		r = transfer_open(&f->parts[i], &from, err);
		if (r)
			break;
		r = from->size > to->size - off
			    ? err_set(err, -EAGAIN, f->to, ERR_NOWHERE,
				      "the source grew meanwhile")
			    : copy_part(t, from, to, off, &p.progress, err);
		off += from->size;
		disk_close(from);
	}
	cmd_progress_end(&p);
	if (!r && off != to->size)
		r = err_set(err, -EAGAIN, f->to, ERR_NOWHERE,
			    "the source became smaller meanwhile");
	return r;
}

// --- One file ------------------------------------------------------------------

static int make_folder(struct transfer *t, const struct transfer_file *f,
		       struct err *err)
{
	uint32_t shown = f->attributes & (TREE_HIDDEN | TREE_SYSTEM);
	int r;

	if (f->is_there)
		return 0;
	r = tree_mkdir_all(t->to->tree, f->to, t->time, err);
	if (!r && shown)
		r = tree_set_info(t->to->tree, f->to, shown, 0, 0, err);
	return r;
}

static int make_parent(struct transfer *t, const struct transfer_file *f,
		       struct err *err)
{
	const char *slash = strrchr(f->to, t->to->tree->slash);
	char *folder;
	int r;

	if (!t->make_parents || !slash || slash == f->to)
		return 0;
	folder = mem_strdup(f->to);
	if (!folder)
		return err_nomem(err);
	folder[slash - f->to] = 0;
	r = tree_mkdir_all(t->to->tree, folder, t->time, err);
	mem_free(folder);
	return r;
}

// On the host one that came meanwhile is not replaced.
static int create_file(struct transfer *t, const struct transfer_file *f,
		       struct disk **ret, struct err *err)
{
	return spot_is_host(t->to) && !f->is_there
		       ? disk_create_file(f->to, f->size, 512, ret, err)
		       : tree_create_file(t->to->tree, f->to, f->size,
					  f->attributes, f->modified, ret, err);
}

// The host's file has its time before it has its name; in a volume a sync makes
// all of it true.
static int end_content(const struct transfer *t, const struct transfer_file *f,
		       struct disk *to, struct err *err)
{
	int64_t seconds = filetime_to_unix(f->modified);
	uint64_t rest = f->modified - filetime_from_unix(seconds, 0);
	int r;

	if (!spot_is_host(t->to))
		return 0;
	r = disk_set_modified(to, seconds, (uint32_t)rest * 100, err);
	return r ? r : disk_finish(to, err);
}

// *is_begun: the file is made in its volume, and its content is not yet what it is
// to be.
static int put_file(struct transfer *t, const struct transfer_file *f,
		    bool *is_begun, struct err *err)
{
	struct disk *to;
	int r = f->is_there ? transfer_check_attached(t->to, f->to, err) : 0;

	if (!r)
		r = create_file(t, f, &to, err);
	if (r)
		return r;
	r = copy_content(t, f, to, err);
	if (!r)
		r = end_content(t, f, to, err);
	disk_close(to);
	if (!r)
		r = tree_set_info(t->to->tree, f->to, f->attributes,
				  f->is_there ? 0 : t->time,
				  spot_is_host(t->to) ? 0 : f->modified, err);
	*is_begun = r && !spot_is_host(t->to);
	return r;
}

static int put_one(struct transfer *t, const struct transfer_file *f,
		   bool *is_begun, struct err *err)
{
	int r;

	*is_begun = false;
	if (f->is_directory)
		return make_folder(t, f, err);
	r = make_parent(t, f, err);
	if (r)
		return r;
	return put_file(t, f, is_begun, err);
}

static void show_names(const struct transfer *t, const struct transfer_file *f)
{
	const struct transfer_part *p = f->parts;

	if (!t->verbose || f->is_directory || !p->spot)
		return;
	printf("%s%s", p->spot->prefix, p->path);
	if (t->show_both)
		printf(" -> %s%s", t->to->prefix, f->to);
	putchar('\n');
	fflush(stdout);
}

// --- All -----------------------------------------------------------------------

// What is done since the last sync: files [first, next) of the plan.
struct batch {
	size_t first, next, files;
	uint64_t bytes;
};

static int sync_batch(struct transfer *t, struct batch *b, struct err *err)
{
	int r = spot_is_host(t->to) ? 0 : address_finish(t->to->place, err);

	if (r)
		return r;
	t->done += b->files;
	*b = (struct batch){.first = b->next, .next = b->next};
	return 0;
}

// Drops what was not synced, and does that again: all of it went well before.
static int redo_batch(struct transfer *t, struct batch *b, struct err *err)
{
	bool is_begun;
	int r;

	spot_close(t->to);
	t->to = NULL;
	r = spot_open(t->to_text, ADDRESS_WRITE | SPOT_HOST_FILE, &t->to, err);
	if (!r)
		r = tree_begin(t->to->tree, err);
	for (size_t i = b->first; i < b->next && !r; i++)
		if (t->files[i].to)
			r = put_one(t, &t->files[i], &is_begun, err);
	return r ? r : sync_batch(t, b, err);
}

// One could not be done. What was before it is made to last.
static int after_failure(struct transfer *t, struct batch *b, bool is_begun,
			 struct err *err)
{
	return is_begun ? redo_batch(t, b, err) : sync_batch(t, b, err);
}

static int do_one(struct transfer *t, struct batch *b, struct err *err)
{
	struct transfer_file *f = &t->files[b->next];
	struct err why = {0};
	bool is_begun;
	int r, after;

	show_names(t, f);
	r = put_one(t, f, &is_begun, &why);
	// What replaced files had is free after a sync.
	if (r == -ENOSPC && !is_begun && b->files) {
		r = sync_batch(t, b, err);
		if (r)
			return r;
		why = (struct err){0};
		r = put_one(t, f, &is_begun, &why);
	}
	if (!r) {
		b->files += !f->is_directory;
		b->bytes += f->size;
		b->next++;
		return 0;
	}
	// opened anew, it has the same prefix
	transfer_set_failing(t, t->to, f->to);
	after = after_failure(t, b, is_begun, t->keep_going ? err : NULL);
	if (!t->keep_going || after) {
		err_pass(err, why.code, &why);
		return r;
	}
	cmd_fail(t->command, t->failing, &why);
	transfer_set_failing(t, NULL, NULL);
	t->failed++;
	b->first = ++b->next;
	return 0;
}

int transfer_run(struct transfer *t, struct err *err)
{
	struct batch b = {0};
	int r = t->count ? tree_begin(t->to->tree, err) : 0;

	while (b.next < t->count && !r) {
		r = do_one(t, &b, err);
		if (!r && (spot_is_host(t->to) || b.bytes >= BATCH_BYTES ||
			   b.files >= BATCH_FILES))
			r = sync_batch(t, &b, err);
	}
	return r || !t->count ? r : sync_batch(t, &b, err);
}
