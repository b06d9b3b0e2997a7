// SPDX-License-Identifier: MIT
//
// Files that no folder leads to. None is deleted: it is named again where it was;
// when that folder is gone, or has another of that name, it is put into \found.000,
// as Windows' own check does; when that is full, into the next.

#include <stdio.h>

#include "change.h"

#define MAX_FOUND   10000u // files in one: four digits
#define MAX_FOLDERS 1000u

static void folder_path(const struct ntfs_found *m, char ret[16])
{
	snprintf(ret, 16, "\\found.%03u", m->next / MAX_FOUND % MAX_FOLDERS);
}

// The folder is made by an operation of its own, after this one is undone.
static int find_folder(struct ntfs_found *m, uint64_t *ret, struct err *err)
{
	char path[16];
	struct err e = {0};
	int r;

	folder_path(m, path);
	r = ntfs_lookup_link(m->c->n, path, ret, &e);
	m->lacks_folder = r == -ENOENT;
	return !r || m->lacks_folder ? r : err_pass(err, r, &e);
}

// Takes the next name that is free there; -EFBIG when none is.
static int next_name(struct ntfs_found *m, uint64_t folder, bool is_directory,
		     le16 name[12], size_t *ret_len, struct err *err)
{
	uint32_t end = (uint32_t)round_up(m->next + 1, MAX_FOUND);
	char text[16];
	uint64_t file;
	int r = 0;

	for (; !r && m->next < end; m->next++) {
		snprintf(text, sizeof(text), "%s%04u.chk",
			 is_directory ? "dir" : "file", m->next % MAX_FOUND);
		*ret_len = ntfs_ascii_units(text, name);
		r = ntfs_folder_find(m->c->n, folder, name, *ret_len, &file,
				     NULL);
	}
	if (r == -ENOENT)
		return 0;
	return r ? err_set(err, r, "\\found.000", ERR_NOWHERE,
			   "it cannot be searched")
		 : -EFBIG;
}

int ntfs_found_put(struct ntfs_found *m, struct change_file *f, struct err *err)
{
	uint64_t folder;
	le16 name[12];
	size_t len = 0;
	int r = -EFBIG;

	while (r == -EFBIG && m->next < MAX_FOUND * MAX_FOLDERS) {
		r = find_folder(m, &folder, err);
		if (!r)
			r = next_name(m, folder, f->flags & NTFS_RF_DIRECTORY,
				      name, &len, err);
	}
	if (r == -EFBIG)
		return err_set(err, -ENOSPC, "\\found.000", ERR_NOWHERE,
			       "no name is free in it");
	if (!r)
		r = ntfs_folder_add(f, folder, name, len, filetime_now(), err);
	m->found += !r;
	return r;
}

int ntfs_found_restore(struct ntfs_found *m, uint64_t number, struct err *err)
{
	struct change_file f;
	unsigned left = 0, put = 0;
	bool lost = false;
	int r = ntfs_change_load(m->c, number, &f, err);

	m->lacks_folder = false;
	if (!r && m->puts_all)
		r = ntfs_folder_put_missing(&f, &put, err);
	if (!r)
		r = ntfs_folder_restore(&f, &left, &put, &lost, err);
	if (!r && !left)
		r = ntfs_found_put(m, &f, err);
	// What is left may be all: an entry is then as the file is.
	if (!r && lost && left)
		r = ntfs_folder_refresh(&f, err);
	// Its names are there before a folder, new or old, has their entries.
	if (!r && (lost || !left)) {
		f.stage = left ? STAGE_UNNAMED : STAGE_FILES;
		r = ntfs_change_store(&f, err);
	}
	m->named += !r && put;
	m->renamed += !r && lost && left && !put;
	ntfs_change_done(&f);
	return r;
}

int ntfs_found_make(struct ntfs_found *m, struct err *err)
{
	char path[16];

	folder_path(m, path);
	m->lacks_folder = false;
	return ntfs_mkdir_all(m->c->n, path, filetime_now(), err);
}
