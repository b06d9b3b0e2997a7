// SPDX-License-Identifier: MIT
//
// What a volume must be before anything on it is written: closed in order by
// its last user, and without a single problem.

#include <string.h>

#include "log.h"
#include "reparse.h"

static int refuse(int code, const char *why, struct err *err)
{
	return err_set(err, code, "NTFS volume", ERR_NOWHERE, "%s", why);
}

static int check_flags(const struct ntfs *n, struct err *err)
{
	if (n->info.major != 3)
		return refuse(-ENOTSUP, "it is of a version before 3.0", err);
	if (n->info.flags & NTFS_VF_DIRTY)
		return refuse(-EBUSY,
			      "it is marked as dirty: let Windows check it first "
			      "(chkdsk /f)", err);
	if (n->info.flags & (NTFS_VF_RESIZE_LOG | NTFS_VF_UPGRADE |
			     NTFS_VF_USN_DELETION | NTFS_VF_CHKDSK_UNDERWAY))
		return refuse(-EBUSY,
			      "Windows has work on it that is not done: start "
			      "Windows and shut it down first", err);
	return 0;
}

static int check_log(struct ntfs *n, struct err *err)
{
	enum ntfs_log_state state;
	int r = ntfs_log_read(n, &state, err);

	if (r)
		return r;
	n->log_is_empty = state == NTFS_LOG_EMPTY;
	return state == NTFS_LOG_OPEN
		       ? refuse(-EBUSY,
				"it was not closed in order, its log holds "
				"changes: start Windows and shut it down, or let "
				"it check the volume (chkdsk /f)", err)
		       : 0;
}

// Windows that sleeps on the disk, or was shut down for a fast start, holds
// parts of the volume in its memory.
static int check_hibernation(struct ntfs *n, struct err *err)
{
	static const char *const marks[] = {"HIBR", "hibr", "RSTR", "rstr"};
	uint8_t begin[4] = {0};
	struct disk *d;
	int r = ntfs_open_file(n, "\\hiberfil.sys", &d, NULL);

	if (r == -ENOENT || r == -ENOTDIR)
		return 0;
	if (r)
		return refuse(r, "its hiberfil.sys cannot be read", err);
	if (d->size >= sizeof(begin))
		r = disk_read(d, 0, begin, sizeof(begin), err);
	disk_close(d);
	for (size_t i = 0; !r && i < 4; i++)
		if (!memcmp(begin, marks[i], 4))
			r = refuse(-EBUSY,
				   "a Windows sleeps on it (hiberfil.sys): start "
				   "it and shut it down wholly (shutdown /s /f "
				   "/t 0)", err);
	return r;
}

static void report(void *ctx, const struct ntfs_problem *p)
{
	struct err *first = ctx;

	if (!first->code)
		err_corrupt(first, "NTFS volume",
			    p->record == ERR_NOWHERE ? ERR_NOWHERE : p->record,
			    "%s (%s): let Windows check it first (chkdsk /f)",
			    p->text, p->rule);
}

static int check_all(struct ntfs *n, struct err *err)
{
	struct ntfs_check_result result;
	struct err first = {0};
	int r = ntfs_check(n->dev, report, &first, NULL, &result, err);

	if (r || !result.problems)
		return r;
	return err_corrupt(err, first.what, first.where, "%s", first.why);
}

int ntfs_check_writable(struct ntfs *n, struct err *err)
{
	int r;

	if (n->dev->read_only)
		return refuse(-EROFS, "it is open for reading only", err);
	if (n->is_writable)
		return 0;
	r = check_flags(n, err);
	if (!r)
		r = check_log(n, err);
	if (!r)
		r = check_hibernation(n, err);
	if (!r)
		r = check_all(n, err);
	n->is_writable = !r;
	return r;
}

static int check_content(const struct ntfs_file *f, const char *path,
			 struct err *err)
{
	struct ntfs_reparse point;
	struct ntfs_attr a;
	const char *why = NULL;
	int r = ntfs_reparse_read(f, &point, NULL);

	if (!r) {
		mem_free(point.memory);
		return ntfs_reparse_refuse(point.tag, path,
					   "such a file is not written to",
					   err);
	}
	r = ntfs_file_find(f, NTFS_AT_DATA, NULL, 0, &a, err);
	if (r)
		return r;
	if (a.flags & NTFS_AF_ENCRYPTED)
		why = "it is encrypted, and cannot be written in place";
	else if (a.flags & NTFS_AF_COMPRESSION_MASK)
		why = "it is compressed, and cannot be written in place: copy "
		      "it anew";
	else if (a.flags & NTFS_AF_SPARSE)
		why = "it is sparse, and cannot be written in place: copy it "
		      "anew";
	return why ? err_set(err, -ENOTSUP, path, ERR_NOWHERE, "%s", why) : 0;
}

int ntfs_check_in_place(struct ntfs *n, uint64_t record, const char *path,
			struct err *err)
{
	struct ntfs_file f;
	int r = ntfs_file_open(n, record, &f, err);

	if (r)
		return r;
	r = check_content(&f, path, err);
	ntfs_file_done(&f);
	return r;
}

const char *ntfs_note(const struct ntfs *n)
{
	return *n->note ? n->note : NULL;
}
