// SPDX-License-Identifier: MIT
//
// A file or folder gets another name, in the place of what has it. The new entry is
// written first, then the ".." of a folder that moves, then the old entry goes,
// each with a sync of its own: cut off anywhere, the file has a name. Until then the
// new entry has a date of the last access by which it is known (twin.c). When both
// entries lie in one sector they are one write.

#include <string.h>

#include "fat_priv.h"

struct rename {
	struct fat *f;
	const char *from, *to;
	struct fat_node node; // that is renamed
	struct fat_dir *dir;  // that it goes to
	struct fat_part part; // its name there
	struct fat_node there;
	bool is_over; // something else has the name: `there`
	bool is_alike; // it has the name itself, in other letters or as an 8.3 one
};

static int refuse(int code, const char *path, const char *why, struct err *err)
{
	return err_set(err, code, path, ERR_NOWHERE, "%s", why);
}

// --- What is refused -----------------------------------------------------------

// Follows the path that a folder is to go to, and looks whether it leads through it.
static int check_above(struct rename *m, struct err *err)
{
	uint32_t first = fat_entry_cluster(m->f, &m->node.d);
	const char *path = m->to;
	bool is_in_it = false;
	struct fat_part part;
	struct fat_node node;
	struct fat_dir *dir;
	int r = fat_dir_get(m->f, 0, &dir, err);

	while (!r && !(r = fat_path_next(&path, &part, err))) {
		if (is_in_it)
			return refuse(-EINVAL, m->to,
				      "a folder cannot go into itself", err);
		if (!fat_dir_find(dir, part.name, part.name_len, &node) ||
		    !(node.d.attributes & FAT_ATTR_DIRECTORY))
			return 0;
		is_in_it = fat_entry_cluster(m->f, &node.d) == first;
		r = fat_path_dir(m->f, &node, &dir, err);
	}
	return r == -ENOENT ? 0 : r;
}

static int check_there(struct rename *m, struct err *err)
{
	bool is_folder = m->node.d.attributes & FAT_ATTR_DIRECTORY;
	bool is_onto = m->there.d.attributes & FAT_ATTR_DIRECTORY;
	struct fat_dir *d;
	int r;

	if (is_folder && !is_onto)
		return refuse(-ENOTDIR, m->to,
			      "a file is there, and a folder does not take its "
			      "place",
			      err);
	if (!is_folder && is_onto)
		return refuse(-EISDIR, m->to,
			      "a folder is there, and a file does not take its "
			      "place",
			      err);
	if (!is_onto)
		return 0;
	r = fat_path_dir(m->f, &m->there, &d, err);
	return r || fat_dir_is_empty(d) ? r
					: refuse(-ENOTEMPTY, m->to,
						 "the folder holds files", err);
}

static int look(struct rename *m, struct err *err)
{
	bool is_root, is_there;
	int r = fat_path_find(m->f, m->from, &m->node, &is_root, err);

	if (!r && is_root)
		r = refuse(-EINVAL, m->from, "the root folder has no name",
			   err);
	if (!r)
		r = fat_path_parent(m->f, m->to, &m->dir, &m->part, err);
	if (!r && m->node.d.attributes & FAT_ATTR_DIRECTORY)
		r = check_above(m, err);
	if (r)
		return r;
	is_there =
		fat_dir_find(m->dir, m->part.name, m->part.name_len, &m->there);
	m->is_alike = is_there && m->there.dir == m->node.dir &&
		      m->there.slot == m->node.slot;
	m->is_over = is_there && !m->is_alike;
	return m->is_over ? check_there(m, err) : 0;
}

static bool is_spelled_alike(const struct rename *m)
{
	return m->is_alike && m->node.name_len == m->part.name_len &&
	       !memcmp(m->node.name, m->part.name, 2 * m->part.name_len);
}

// --- Doing it ------------------------------------------------------------------

static int put_over(struct rename *m, const struct fat_entry_disk *e,
		    struct err *err)
{
	uint32_t old = fat_entry_cluster(m->f, &m->there.d);
	int r = fat_free_later(m->f, old, err);

	if (r)
		return r;
	fat_dir_update(m->f, &m->there, e);
	if (m->there.d.attributes & FAT_ATTR_DIRECTORY)
		fat_dir_drop(m->f, old);
	return 0;
}

static int put_new(struct rename *m, struct err *err)
{
	struct fat_entry_disk e = m->node.d;

	e.lower_case = 0; // of the old name
	e.accessed_date = to_le16(FAT_DATE_RENAMED);
	return m->is_over ? put_over(m, &e, err)
			  : fat_dir_insert(m->f, m->dir, m->part.name,
					   m->part.name_len, &e, err);
}

// The date is again what it was.
static void put_date(struct rename *m, struct fat_node *now)
{
	now->d.accessed_date = m->node.d.accessed_date;
	fat_dir_update(m->f, now, &now->d);
}

// Finds the new entry; the old one may be found by its name too.
static bool find_new(struct rename *m, struct fat_node *ret)
{
	return fat_dir_find(m->dir, m->part.name, m->part.name_len, ret) &&
	       (ret->dir != m->node.dir || ret->slot != m->node.slot);
}

// When both lie in one sector the date is not needed. Returns true then.
static bool make_one_write(struct rename *m)
{
	size_t per_sector = m->f->info.sector_size /
			    sizeof(struct fat_entry_disk);
	size_t sector = m->node.first_slot / per_sector;
	struct fat_node now;

	if (m->dir != m->node.dir || m->node.slot / per_sector != sector ||
	    !find_new(m, &now) || now.first_slot / per_sector != sector ||
	    now.slot / per_sector != sector)
		return false;
	put_date(m, &now);
	return true;
}

// A folder leads to the one that it lies in.
static int turn(struct rename *m, struct err *err)
{
	struct fat_dir *d;
	int r;

	if (m->dir == m->node.dir ||
	    !(m->node.d.attributes & FAT_ATTR_DIRECTORY))
		return 0;
	r = fat_path_dir(m->f, &m->node, &d, err);
	if (r)
		return r;
	fat_dir_set_parent(m->f, d, m->dir->first);
	return fat_sync(m->f, err);
}

static int remove_old(struct rename *m, struct err *err)
{
	fat_dir_remove(m->f, &m->node);
	return fat_sync(m->f, err);
}

// The steps that are not one write.
static int run_steps(struct rename *m, struct err *err)
{
	struct fat_node now;
	int r = fat_sync(m->f, err);

	if (!r)
		r = turn(m, err);
	if (!r)
		r = remove_old(m, err);
	if (r || !find_new(m, &now))
		return r;
	put_date(m, &now);
	return fat_sync(m->f, err);
}

int fat_rename(struct fat *f, const char *from, const char *to, struct err *err)
{
	struct rename m = {.f = f, .from = from, .to = to};
	int r = fat_check_writable(f, err);

	// What is not written yet has an order of its own.
	if (!r)
		r = fat_sync(f, err);
	if (!r)
		r = look(&m, err);
	if (r || is_spelled_alike(&m))
		return r;
	r = put_new(&m, err);
	if (r)
		return r;
	return make_one_write(&m) ? remove_old(&m, err) : run_steps(&m, err);
}
