// SPDX-License-Identifier: MIT
//
// A file's names against the entries that folders have of it, after a cut: which
// are there, which are put back, and which go. Both writes are not one (a file's
// record, a folder's index), so that a rename writes the record with the old names
// and the new ones first, then the folder, then the record without those that have
// no entry any more: at each moment the file has a name whose entry is there, and
// the other ones are known by having none.

#include <limits.h>
#include <string.h>

#include "change.h"

// --- What is there -------------------------------------------------------------

enum name_state {
	NAME_THERE,
	NAME_MISSING, // its folder has no such entry
	NAME_LOST,    // there is no such folder, or it has another name there
};

struct wanted {
	const struct change_file *f;
	const struct ntfs_file_name *name;
	const struct change_attr *key; // NULL: in any case
	bool is_there; // this name of this file, in the same letters
};

static int compare_wanted(void *ctx, const uint8_t *key, size_t len)
{
	const struct wanted *w = ctx;
	struct ntfs_file_name name;

	if (ntfs_file_name_decode(key, len, 0, &name, NULL))
		return INT_MIN;
	if (w->key)
		return ntfs_key_compare(w->f->c->n, NTFS_COLLATE_FILE_NAME,
					w->key->value, w->key->value_len, key,
					len);
	return ntfs_name_compare(w->f->c->n, w->name->name, w->name->name_len,
				 name.name, name.name_len);
}

static int take_wanted(void *ctx, const struct ntfs_index_entry *e)
{
	struct wanted *w = ctx;
	struct ntfs_file_name name;

	w->is_there =
		e->file == ntfs_change_reference(w->f) &&
		!ntfs_file_name_decode(e->key, e->key_len, 0, &name, NULL) &&
		name.name_space == w->name->name_space &&
		name.name_len == w->name->name_len &&
		!memcmp(name.name, w->name->name, 2u * name.name_len);
	return 0;
}

static int look_in_folder(struct wanted *w, uint64_t folder, struct err *err)
{
	struct ntfs_index x;
	struct ntfs_file file;
	struct err e = {0};
	int r = ntfs_file_open(w->f->c->n, folder, &file, err);

	if (r)
		return r;
	r = ntfs_index_open(&file, "$I30", &x, err);
	ntfs_file_done(&file);
	if (r)
		return r;
	// Its entry may stand beside one of another file that differs in case alone.
	r = ntfs_index_find(&x, compare_wanted, take_wanted, w, &e);
	if (r == -ENOENT) {
		w->key = NULL;
		e = (struct err){0};
		r = ntfs_index_find(&x, compare_wanted, take_wanted, w, &e);
	}
	ntfs_index_done(&x);
	return r ? err_pass(err, r, &e) : 0;
}

static int find_state(const struct change_file *f, const struct change_attr *a,
		      enum name_state *ret, struct err *err)
{
	struct ntfs_file_name name;
	struct wanted w = {.f = f, .name = &name, .key = a};
	struct err e = {0};
	struct ntfs_stat s;
	int r = ntfs_file_name_decode(a->value, a->value_len, f->number, &name,
				      err);

	if (r)
		return r;
	r = ntfs_ref_record(name.parent) < f->c->n->records
		    ? ntfs_stat(f->c->n, ntfs_ref_record(name.parent), &s, &e)
		    : -ENOENT;
	if (!r &&
	    (!s.is_directory || s.sequence != ntfs_ref_sequence(name.parent)))
		r = -ENOENT;
	*ret = NAME_LOST;
	if (r == -ENOENT)
		return 0;
	if (!r)
		r = look_in_folder(&w, s.record, &e);
	if (r == -ENOENT)
		*ret = NAME_MISSING;
	else if (!r && w.is_there)
		*ret = NAME_THERE;
	return !r || r == -ENOENT ? 0 : err_pass(err, r, &e);
}

static bool is_same_name(const struct change_attr *a,
			 const struct change_attr *b)
{
	const size_t name = offsetof(struct ntfs_file_name_disk, name_len);

	return a->value_len == b->value_len &&
	       ntfs_name_parent(a) == ntfs_name_parent(b) &&
	       !memcmp(a->value + name, b->value + name, a->value_len - name);
}

// --- Names too many ------------------------------------------------------------

// What is known of a file's names while a half-done rename is looked at. They are
// counted in the folder of one of them: an 8.3 name goes with a long one of its
// folder, and of those that are written twice one counts.
struct names {
	struct change_file *f;
	enum name_state *states; // of all attributes
};

// Tells whether a name stands before as well, in the same letters.
static bool is_there_before(const struct change_file *f, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (ntfs_is_name(&f->attrs[j]) &&
		    is_same_name(&f->attrs[j], &f->attrs[i]))
			return true;
	return false;
}

static unsigned count_there(const struct names *n, size_t of, uint8_t space)
{
	const struct change_file *f = n->f;
	unsigned count = 0;

	for (size_t i = 0; i < f->count; i++) {
		const struct change_attr *a = &f->attrs[i];

		if (!ntfs_is_name(a) || ntfs_name_space(a) != space ||
		    ntfs_name_parent(a) != ntfs_name_parent(&f->attrs[of]) ||
		    n->states[i] != NAME_THERE)
			continue;
		count += !is_there_before(f, i);
	}
	return count;
}

static int drop(struct names *n, size_t i, struct err *err)
{
	int r = ntfs_change_remove(n->f, &n->f->attrs[i], err);

	if (!r)
		memmove(&n->states[i], &n->states[i + 1],
			(n->f->count - i) * sizeof(*n->states));
	return r;
}

// A long name without an entry, unless it is the partner of an 8.3 one that has it.
static bool is_spare_long(const struct names *n, size_t i)
{
	if (ntfs_name_space(&n->f->attrs[i]) == NTFS_NS_DOS)
		return false;
	return n->states[i] == NAME_THERE
		       ? is_there_before(n->f, i)
		       : count_there(n, i, NTFS_NS_WIN32) >=
				 count_there(n, i, NTFS_NS_DOS);
}

// An 8.3 name that is left of a pair, or is there twice.
static bool is_spare_short(const struct names *n, size_t i)
{
	const struct change_file *f = n->f;
	const struct change_attr *a = &f->attrs[i];
	unsigned longs = 0, shorts = 0;

	if (ntfs_name_space(a) != NTFS_NS_DOS)
		return false;
	for (size_t j = 0; j < f->count; j++) {
		const struct change_attr *b = &f->attrs[j];

		if (!ntfs_is_name(b) ||
		    ntfs_name_parent(b) != ntfs_name_parent(a))
			continue;
		longs += ntfs_name_space(b) == NTFS_NS_WIN32;
		shorts += ntfs_name_space(b) == NTFS_NS_DOS;
	}
	return shorts > longs &&
	       (n->states[i] != NAME_THERE || is_there_before(f, i));
}

static int drop_spare(struct names *n,
		      bool (*is_spare)(const struct names *n, size_t i),
		      bool *ret_dropped, struct err *err)
{
	int r = 0;

	for (size_t i = n->f->count; !r && i--;) {
		if (!ntfs_is_name(&n->f->attrs[i]) || !is_spare(n, i))
			continue;
		r = drop(n, i, err);
		*ret_dropped = true;
	}
	return r;
}

int ntfs_folder_drop_spare(struct change_file *f, bool *ret_dropped,
			   struct err *err)
{
	struct names n = {f, mem_array(f->count, sizeof(*n.states))};
	bool is_there = false;
	int r = n.states ? 0 : err_nomem(err);

	*ret_dropped = false;
	for (size_t i = 0; !r && i < f->count; i++) {
		if (!ntfs_is_name(&f->attrs[i]))
			continue;
		r = find_state(f, &f->attrs[i], &n.states[i], err);
		is_there |= n.states[i] == NAME_THERE &&
			    ntfs_name_space(&f->attrs[i]) != NTFS_NS_DOS;
	}
	if (!r && is_there)
		r = drop_spare(&n, is_spare_long, ret_dropped, err);
	if (!r && is_there)
		r = drop_spare(&n, is_spare_short, ret_dropped, err);
	mem_free(n.states);
	return r;
}

int ntfs_folder_keep(const struct change_file *f, struct change_attr **ret,
		     size_t *ret_count, struct err *err)
{
	struct change_attr *names = mem_array(f->count, sizeof(*names));
	size_t count = 0;
	int r = names ? 0 : err_nomem(err);

	for (size_t i = 0; !r && i < f->count; i++) {
		const struct change_attr *a = &f->attrs[i];

		if (!ntfs_is_name(a))
			continue;
		names[count].value = mem_dup(a->value, a->value_len);
		names[count].value_len = a->value_len;
		r = names[count++].value ? 0 : err_nomem(err);
	}
	*ret = names;
	*ret_count = names ? count : 0;
	return r;
}

size_t ntfs_folder_gone(const struct change_file *f, struct change_attr *names,
			size_t count)
{
	size_t gone = 0;

	for (size_t i = 0; i < count; i++) {
		struct change_attr name = names[i];
		bool is_there = false;

		for (size_t j = 0; j < f->count && !is_there; j++)
			is_there = ntfs_is_name(&f->attrs[j]) &&
				   is_same_name(&f->attrs[j], &name);
		if (is_there)
			continue;
		names[i] = names[gone];
		names[gone++] = name;
	}
	return gone;
}

void ntfs_folder_forget(struct change_attr *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		mem_free(names[i].value);
	mem_free(names);
}

// --- Names lost ----------------------------------------------------------------

static bool is_pair(const struct change_attr *a, const struct change_attr *b)
{
	return ntfs_is_name(b) && ntfs_name_parent(a) == ntfs_name_parent(b) &&
	       ((ntfs_name_space(a) == NTFS_NS_WIN32 &&
		 ntfs_name_space(b) == NTFS_NS_DOS) ||
		(ntfs_name_space(a) == NTFS_NS_DOS &&
		 ntfs_name_space(b) == NTFS_NS_WIN32));
}

// A long and a short name stay together: one that is lost takes the other along.
static int take_lost(struct change_file *f, size_t i, struct err *err)
{
	enum name_state state = NAME_MISSING;
	size_t other = 0, last;
	int r = 0;

	while (other < f->count && !is_pair(&f->attrs[i], &f->attrs[other]))
		other++;
	if (other == f->count)
		return ntfs_change_remove(f, &f->attrs[i], err);
	r = find_state(f, &f->attrs[other], &state, err);
	if (!r && state == NAME_THERE)
		r = err_set(err, -ENOTSUP, NTFS_RECORD(f->number), ERR_NOWHERE,
			    "of a long and a short name one alone has its "
			    "entry");
	last = i > other ? i : other;
	if (!r)
		r = ntfs_change_remove(f, &f->attrs[last], err);
	return r ? r : ntfs_change_remove(f, &f->attrs[i + other - last], err);
}

// A folder has one name: of two that a move between folders left, the one that was
// added last is the new one.
static int take_older(struct change_file *f, bool *ret_taken, struct err *err)
{
	size_t first = f->count, longs = 0;
	struct ntfs_file_name name;
	unsigned left;
	uint8_t *value;
	int r;

	for (size_t i = f->count; i--;) {
		if (!ntfs_is_name(&f->attrs[i]) ||
		    ntfs_name_space(&f->attrs[i]) == NTFS_NS_DOS)
			continue;
		first = i;
		longs++;
	}
	if (longs != 2)
		return 0;
	value = mem_dup(f->attrs[first].value, f->attrs[first].value_len);
	if (!value)
		return err_nomem(err);
	r = ntfs_file_name_decode(value, f->attrs[first].value_len, f->number,
				  &name, err);
	if (!r)
		r = ntfs_folder_take(f, ntfs_ref_record(name.parent), name.name,
				     name.name_len, filetime_now(), &left, err);
	mem_free(value);
	*ret_taken = true;
	return r;
}

int ntfs_folder_put_missing(struct change_file *f, unsigned *ret_put,
			    struct err *err)
{
	int r = 0;

	for (size_t i = 0; !r && i < f->count; i++) {
		enum name_state state = NAME_THERE;

		if (ntfs_is_name(&f->attrs[i]))
			r = find_state(f, &f->attrs[i], &state, err);
		if (r || state != NAME_MISSING)
			continue;
		r = ntfs_folder_put_back(f, &f->attrs[i], err);
		++*ret_put;
	}
	return r;
}

int ntfs_folder_restore(struct change_file *f, unsigned *ret_left,
			unsigned *ret_put, bool *ret_lost, struct err *err)
{
	unsigned left = 0;
	int r = ntfs_folder_drop_spare(f, ret_lost, err);

	if (!r && f->flags & NTFS_RF_DIRECTORY)
		r = take_older(f, ret_lost, err);
	for (size_t i = 0; !r && i < f->count;) {
		enum name_state state = NAME_THERE;

		if (ntfs_is_name(&f->attrs[i]))
			r = find_state(f, &f->attrs[i], &state, err);
		if (!r && state == NAME_LOST) {
			r = take_lost(f, i, err);
			*ret_lost = true;
			i = 0; // the others have moved
		} else {
			i++;
		}
	}
	for (size_t i = 0; !r && i < f->count; i++)
		left += ntfs_is_name(&f->attrs[i]);
	*ret_left = left;
	return r ? r : ntfs_folder_put_missing(f, ret_put, err);
}
