// SPDX-License-Identifier: MIT
//
// Paths followed part by part, through the links in them: a link's target is a
// path too.

#include <stdio.h>
#include <string.h>

#include "reparse.h"

// One part of a path, of len bytes.
static int find_part(struct ntfs *n, const char *part, size_t len,
		     uint64_t *record, struct err *err)
{
	char text[NTFS_MAX_NAME * 3 + 1];
	struct err inner = {0};
	uint64_t file;
	le16 *name;
	size_t name_len;
	int r;

	if (len >= sizeof(text))
		return err_set(err, -ENOENT, "path", ERR_NOWHERE,
			       "a part of it is too long for a name");
	memcpy(text, part, len);
	text[len] = 0;
	r = utf16_from_utf8(text, &name, &name_len);
	if (r)
		return r == -ENOMEM ? err_nomem(err)
				    : err_set(err, -ENOENT, text, ERR_NOWHERE,
					      "it is not UTF-8");
	r = ntfs_folder_find(n, *record, name, name_len, &file, &inner);
	mem_free(name);
	if (r == -ENOENT || r == -ENOTDIR)
		return err_set(
			err, r, text, ERR_NOWHERE,
			r == -ENOENT
				? "there is no such file or folder"
				: "a part of this path is a file, not a folder");
	if (r)
		return err_pass(err, r, &inner);
	*record = ntfs_ref_record(file);
	return 0;
}

static int find_parent(struct ntfs *n, uint64_t *record, struct err *err)
{
	struct ntfs_file_name name;
	struct ntfs_attr a = {0};
	struct ntfs_file f;
	int r = ntfs_file_open(n, *record, &f, err);

	if (r)
		return r;
	while ((r = ntfs_file_next(&f, &a, err)) > 0)
		if (a.type == NTFS_AT_FILE_NAME && a.resident)
			break;
	if (!r)
		r = err_corrupt(err, NTFS_RECORD(*record), ERR_NOWHERE,
				"the folder has no name");
	else if (r > 0)
		r = ntfs_file_name_decode(a.value, a.value_len, *record, &name,
					  err);
	if (!r)
		*record = ntfs_ref_record(name.parent);
	ntfs_file_done(&f);
	return r;
}

// A path as it is written, or (links counts them) a link's target.
struct walk {
	const char *path;
	bool is_target, keep_last; // the last part stays a link
	unsigned *links;
};

static int walk(struct ntfs *n, const struct walk *w, uint64_t *record,
		struct err *err);

// Follows a link's target from a folder, links of it too, up to what it ends in. "."
// and ".." are the folder and the one above it.
static int follow_target(struct ntfs *n, uint64_t folder, const char *path,
			 unsigned *links, uint64_t *ret_record, struct err *err)
{
	struct walk w = {.path = path, .is_target = true, .links = links};
	int r = walk(n, &w, &folder, err);

	if (!r)
		*ret_record = folder;
	return r;
}

static int refuse(uint32_t tag, const struct ntfs_link *link, struct err *err)
{
	char why[ERR_TEXT];

	snprintf(why, sizeof(why),
		 "it leads to %s, and which volume that is cannot be known "
		 "here; name the file itself",
		 link->target);
	return ntfs_reparse_refuse(tag, NTFS_REPARSE_POINT, why, err);
}

int ntfs_link_follow(struct ntfs *n, uint64_t folder, uint64_t *record,
		     unsigned *links, struct err *err)
{
	struct ntfs_reparse p;
	struct ntfs_link link;
	struct err e = {0};
	struct ntfs_file f;
	int r = ntfs_file_open(n, *record, &f, err);

	if (r)
		return r;
	r = ntfs_reparse_read(&f, &p, &e);
	ntfs_file_done(&f);
	if (!r) {
		r = ntfs_link_decode(&p, &link, &e);
		mem_free(p.memory);
	}
	if (r)
		return r == -ENOENT ? 0 : err_pass(err, r, &e);
	if (++*links > NTFS_MAX_LINKS)
		r = err_set(err, -ELOOP, link.target, ERR_NOWHERE,
			    "more than %u links lead to it", NTFS_MAX_LINKS);
	else if (!link.is_relative)
		r = refuse(p.tag, &link, err);
	else
		r = follow_target(n,
				  *link.target == '\\' ? NTFS_REC_ROOT : folder,
				  link.target, links, record, err);
	mem_free(link.target);
	return r;
}

static int walk(struct ntfs *n, const struct walk *w, uint64_t *record,
		struct err *err)
{
	const char *path = w->path + strspn(w->path, "\\/");
	int r = 0;

	while (*path && !r) {
		size_t len = strcspn(path, "\\/"), gap;
		bool is_dots = w->is_target && path[0] == '.' &&
			       (len == 1 || (len == 2 && path[1] == '.'));
		uint64_t folder = *record;

		gap = strspn(path + len, "\\/");
		if (is_dots && len == 1)
			r = 0;
		else if (is_dots)
			r = find_parent(n, record, err);
		else
			r = find_part(n, path, len, record, err);
		path += len + gap;
		if (!r && !is_dots && (*path || !w->keep_last))
			r = ntfs_link_follow(n, folder, record, w->links, err);
	}
	return r;
}

static int lookup(struct ntfs *n, const char *path, bool keep_last,
		  uint64_t *ret_record, struct err *err)
{
	uint64_t record = NTFS_REC_ROOT;
	unsigned links = 0;
	struct walk w = {.path = path, .keep_last = keep_last, .links = &links};
	int r = walk(n, &w, &record, err);

	if (!r)
		*ret_record = record;
	return r;
}

int ntfs_lookup(struct ntfs *n, const char *path, uint64_t *ret_record,
		struct err *err)
{
	return lookup(n, path, false, ret_record, err);
}

int ntfs_lookup_link(struct ntfs *n, const char *path, uint64_t *ret_record,
		     struct err *err)
{
	return lookup(n, path, true, ret_record, err);
}
