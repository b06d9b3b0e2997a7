// SPDX-License-Identifier: MIT
//
// Merging with what becomes of the files. Over more than one disk:
//
//     1  a note is put beside the topmost disk (note.h)
//     2  the merge
//     3  the topmost is made a child of the disk that has all now
//     4  those between are deleted
//     5  the topmost is
//     6  the note is
//
// Each is durable before the next. Up to 3 asking again begins anew; after it the
// chain is shorter than what is asked for, and the note tells of that. Whatever a
// cut leaves can be opened, and reads as before; what has been written to it
// since then is merged too, as the rest is a merge again.

#include "merge.h"
#include "note.h"
#include "../format.h"
#include "chain_priv.h"

struct job {
	struct tree *files;
	const struct vdisk_merge *m;
	const char *path;
	struct vdisk_note note; // of this merge, begun now or before
	unsigned depth;         // of what is left to merge
};

// --- Looking -----------------------------------------------------------------

// What a file is that is no virtual disk, or none that we could have noted.
static bool is_another(int r)
{
	return r == -ENOENT || r == -EBADMSG || r == -ENOTSUP;
}

// Tells whether a file of the note is there, and is the one that was noted.
static int is_there(const struct job *j, unsigned i, bool *ret, struct err *err)
{
	struct tree *files = j->files;
	const char *path = j->note.paths[i];
	struct vdisk_info info = {0};
	struct tree_id id;
	struct err why = {0};
	struct disk *file;
	int r = tree_identify(files, path, &id, &why);

	*ret = false;
	if (r == -ENOENT)
		return 0;
	if (!r)
		r = tree_open_file(files, path, DISK_READ_ONLY | DISK_UNLOCKED,
				   &file, &why);
	if (!r) {
		r = vdisk_probe(file, &info, &why);
		disk_close(file);
		if (is_another(r))
			return 0;
	}
	*ret = !r && info.type == VDISK_DIFFERENCING &&
	       guid_equal(&info.link_id, &j->note.ids[i]);
	return r ? err_pass(err, r, &why) : 0;
}

// The disk is gone already: only the note was left, if it is ours.
static int finish(struct job *j, bool *ret_done, struct err *err)
{
	struct tree_id id;
	bool found;
	int r = tree_identify(j->files, j->path, &id, NULL);

	*ret_done = false;
	if (r != -ENOENT || j->m->keep || j->note.depth != j->m->depth)
		return 0;
	for (unsigned i = 1; i < j->note.depth; i++) {
		r = is_there(j, i, &found, err);
		if (r || found)
			return r;
	}
	r = tree_begin(j->files, err);
	if (!r)
		r = vdisk_note_remove(j->files, j->path, err);
	*ret_done = true;
	return r;
}

// Finds out what is left to do.
static int find_depth(struct job *j, const struct vdisk_chain *chain,
		      struct err *err)
{
	const struct vdisk_link *l = chain->links;
	const struct vdisk_note *n = &j->note;

	j->depth = j->m->depth;
	if (n->depth && guid_equal(&l[0].info.id, &n->child) &&
	    chain->count > 1 &&
	    guid_equal(&l[1].info.link_id, &n->ids[n->depth])) {
		if (j->depth != n->depth && j->depth != 1)
			return err_set(err, -EINVAL, j->path, ERR_NOWHERE,
				       "a merge over %u parents was cut off, "
				       "and is to be ended first",
				       n->depth);
		j->depth = 1;
		return 0;
	}
	vdisk_note_done(&j->note);
	if (!j->depth || j->depth >= chain->count)
		return err_set(err, -EINVAL, j->path, ERR_NOWHERE,
			       chain->count == 1 ? "it has no parent"
						 : "it has %zu parents",
			       chain->count - 1);
	return j->depth == 1 || j->m->keep
		       ? 0
		       : vdisk_note_make(chain, j->depth, &j->note, err);
}

// Nobody else may build on what changes or goes away.
static int guard(const struct job *j, const struct vdisk_chain *chain,
		 struct err *err)
{
	char *except[VDISK_MAX_CHAIN];
	const struct vdisk_link *l = chain->links;
	size_t count = 1;
	int r = 0;

	if (j->m->is_forced)
		return 0;
	if (!j->m->keep)
		r = vdisk_guard_children(j->files, l[0].path,
					 &l[0].info.link_id, NULL, 0,
					 "would have no parent any more; "
					 "--force merges all the same",
					 err);
	for (unsigned i = 1; i < j->note.depth; i++)
		except[count++] = j->note.paths[i];
	for (unsigned i = 1; i <= j->depth && !r; i++) {
		except[0] = l[i - 1].path;
		r = vdisk_guard_children(j->files, l[i].path,
					 &l[i].info.link_id, except, count,
					 "would read as something else; "
					 "--force merges all the same",
					 err);
	}
	return r;
}

static int has_room(const struct job *j, const struct vdisk_chain *chain,
		    struct err *err)
{
	struct tree *files = j->files;
	const struct vdisk_link *top = &chain->links[0];
	uint32_t more = vdisk_format_of(&top->info)->reparent_room;
	bool is_noted = j->depth > 1 && !j->m->keep;
	struct err why = {0};
	int r = 0;

	if (!tree_is_volume(files))
		return 0;
	if (is_noted && more)
		r = tree_check_growth(files, top->path, more, &why);
	if (r)
		return err_set(err, r, why.what, ERR_NOWHERE,
			       "%s; merged one by one (a depth of 1) it needs "
			       "none",
			       why.why);
	return vdisk_merge_has_room(chain, j->depth, err);
}

static int look(struct job *j, const struct vdisk_chain *chain, struct err *err)
{
	int r = find_depth(j, chain, err);

	if (!r)
		r = guard(j, chain, err);
	if (!r)
		r = tree_begin(j->files, err);
	return r ? r : has_room(j, chain, err);
}

// --- Doing -------------------------------------------------------------------

static int delete(const struct job *j, const char *into, struct err *err)
{
	struct tree *files = j->files;
	bool found;
	int r = tree_begin(files, err);

	if (!r && j->depth > 1)
		r = vdisk_set_parent(files, j->path, into, err);
	for (unsigned i = j->note.depth; i > 1 && !r; i--) {
		r = is_there(j, i - 1, &found, err);
		if (!r && found)
			r = tree_remove(files, j->note.paths[i - 1], err);
	}
	if (!r && j->note.depth)
		r = tree_sync(files, err);
	if (!r)
		r = tree_remove(files, j->path, err);
	if (!r)
		r = tree_sync(files, err);
	return r ? r : vdisk_note_remove(files, j->path, err);
}

// Merges; closes the chain.
static int merge(const struct job *j, struct vdisk_chain *chain,
		 const char *into, struct err *err)
{
	bool is_noted = j->depth > 1 && !j->m->keep;
	int r = 0;

	if (is_noted)
		r = vdisk_note_put(j->files, j->path, &j->note, err);
	if (r) {
		vdisk_chain_close(chain);
		return r;
	}
	r = vdisk_merge_chain(chain, j->depth, j->m->progress, err);
	if (r && is_noted)
		best_effort(vdisk_note_remove(j->files, j->path, NULL));
	return r || j->m->keep ? r : delete (j, into, err);
}

static int run(struct job *j, char **ret_into, struct err *err)
{
	struct vdisk_chain *chain;
	char *into = NULL;
	int r = vdisk_chain_open(j->files, j->path, NULL, DISK_EXCLUSIVE,
				 &chain, err);

	if (r)
		return r;
	r = look(j, chain, err);
	if (!r) {
		into = mem_strdup(chain->links[j->depth].path);
		r = into ? 0 : err_nomem(err);
	}
	if (r)
		vdisk_chain_close(chain);
	else
		r = merge(j, chain, into, err);
	if (r)
		mem_free(into);
	else
		*ret_into = into;
	return r;
}

int vdisk_merge(struct tree *files, const char *path,
		const struct vdisk_merge *m, char **ret_into, struct err *err)
{
	struct job j = {.files = files, .m = m, .path = path};
	bool is_done = false;
	char *into;
	int r = vdisk_note_read(files, path, &j.note, err);

	if (!r && j.note.depth)
		r = finish(&j, &is_done, err);
	if (!r && !is_done)
		r = run(&j, ret_into, err);
	if (!r && is_done) {
		into = mem_strdup(j.note.paths[j.note.depth]);
		if (into)
			*ret_into = into;
		else
			r = err_nomem(err);
	}
	vdisk_note_done(&j.note);
	return r;
}
