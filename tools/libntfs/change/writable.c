// SPDX-License-Identifier: MIT
//
// What a volume must be before anything on it is written: closed in order by its
// last user, or cut off by a power cut in a way that is known, and without
// anything that is broken.

#include <stdio.h>
#include <string.h>

#include "change.h"
#include "../read/log.h"
#include "../read/reparse.h"

static int refuse(int code, const char *why, struct err *err)
{
	return err_set(err, code, "NTFS volume", ERR_NOWHERE, "%s", why);
}

// An empty log and the dirty flag are what a power cut leaves while we change a
// volume, and what ntfsfix leaves: then what the check finds is mended.
static int check_state(struct ntfs *n, struct err *err)
{
	struct ntfs_state *s = ntfs_state_of(n);
	enum ntfs_log_state state;
	int r = ntfs_log_read(n, &state, err);

	if (r)
		return r;
	if (n->info.major != 3)
		return refuse(-ENOTSUP, "it is of a version before 3.0", err);
	s->log_is_empty = state == NTFS_LOG_EMPTY;
	s->was_cut = s->log_is_empty && n->info.flags & NTFS_VF_DIRTY;
	if (n->info.flags & NTFS_VF_DIRTY && !s->was_cut)
		return refuse(-EBUSY,
			      "it is marked as dirty by its last user: let "
			      "Windows check it first (chkdsk /f), or, without "
			      "Windows, ntfsfix",
			      err);
	if (n->info.flags & (NTFS_VF_RESIZE_LOG | NTFS_VF_UPGRADE |
			     NTFS_VF_USN_DELETION | NTFS_VF_CHKDSK_UNDERWAY))
		return refuse(-EBUSY,
			      "Windows has work on it that is not done: start "
			      "Windows and shut it down first",
			      err);
	return state == NTFS_LOG_OPEN
		       ? refuse(-EBUSY,
				"it was not closed in order, its log holds "
				"changes: start Windows and shut it down, or let "
				"it check the volume (chkdsk /f)",
				err)
		       : 0;
}

int ntfs_check_awake(struct ntfs *n, struct err *err)
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
			r = refuse(
				-EBUSY,
				"a Windows sleeps on it (hiberfil.sys): start "
				"it and shut it down wholly (shutdown /s /f "
				"/t 0)",
				err);
	return r;
}

// --- What the check finds ------------------------------------------------------

struct findings {
	struct ntfs_state *state;
	struct err first; // that nothing is written with
	bool is_short;    // of memory
	uint64_t lost, harmless;
};

// Whether a change goes past it. What a power cut leaves is mended, when it was
// one; else only what takes room and nothing more is left alone: of files that no
// folder leads to it is not known what happened to them.
static bool is_passed(const struct findings *f, const struct ntfs_problem *p)
{
	static const enum ntfs_rule harmless[] = {
		NTFS_RULE_BITMAP_LOST, NTFS_RULE_MFT_BITMAP,
		NTFS_RULE_MFT_MIRROR, NTFS_RULE_OBJECT_ID, NTFS_RULE_REPARSE};

	if (p->finding != NTFS_LEFTOVER)
		return p->finding != NTFS_UNSAFE;
	if (f->state->was_cut)
		return p->record == ERR_NOWHERE || p->record >= NTFS_REC_USER ||
		       p->rule != NTFS_RULE_NAME_ENTRY;
	for (size_t i = 0; i < sizeof(harmless) / sizeof(harmless[0]); i++)
		if (p->rule == harmless[i])
			return true;
	return false;
}

static void report(void *ctx, const struct ntfs_problem *p)
{
	struct findings *f = ctx;
	struct ntfs_state *s = f->state;

	if (!is_passed(f, p)) {
		if (!f->first.code)
			err_corrupt(&f->first,
				    p->record == ERR_NOWHERE
					    ? "NTFS volume"
					    : NTFS_RECORD(p->record),
				    ERR_NOWHERE,
				    "%s (%s): let Windows check it first "
				    "(chkdsk /f)",
				    p->text, ntfs_rule_name(p->rule));
		return;
	}
	f->lost += p->count;
	f->harmless += p->finding == NTFS_HARMLESS;
	if (mem_grow((void **)&s->findings, s->finding_count,
		     &s->finding_capacity, sizeof(*s->findings))) {
		f->is_short = true;
		return;
	}
	s->findings[s->finding_count] = *p;
	s->findings[s->finding_count++].text = NULL; // it is gone after this
}

// What is said when files are written in place alone: nothing is mended by that.
static void say(const struct findings *f)
{
	struct ntfs_state *s = f->state;

	if (s->was_cut)
		snprintf(
			s->note, sizeof(s->note),
			"it was not closed in order (a power cut, or ntfsfix); "
			"every file is whole, and what is left over is mended "
			"when a file is next made or removed");
	else if (f->harmless || f->lost)
		snprintf(s->note, sizeof(s->note),
			 "left as it is, since no change depends on it: %llu "
			 "folder entries or attributes are out of date, %llu "
			 "clusters are marked as used and are no file's; see "
			 "chkdsk",
			 (unsigned long long)f->harmless,
			 (unsigned long long)f->lost);
}

static int check_all(struct ntfs *n, struct err *err)
{
	struct ntfs_check_result result;
	struct findings f = {.state = ntfs_state_of(n)};
	int r;

	f.state->finding_count = 0;
	r = ntfs_check(n->dev, report, &f, NULL, &result, err);
	if (r)
		return r;
	if (f.first.code)
		return err_pass(err, f.first.code, &f.first);
	// Beyond those that are passed on there are others that nobody has seen.
	if (result.problems > result.leftovers + result.harmless)
		return err_corrupt(err, "NTFS volume", ERR_NOWHERE,
				   "it has %llu problems: let Windows check it "
				   "first (chkdsk /f)",
				   (unsigned long long)result.problems);
	say(&f);
	return f.is_short ? err_nomem(err) : 0;
}

int ntfs_check_writable(struct ntfs *n, struct err *err)
{
	int r;

	if (n->dev->read_only)
		return refuse(-EROFS, "it is open for reading only", err);
	r = ntfs_state_new(n, err);
	if (r || ntfs_state_of(n)->is_writable)
		return r;
	r = check_state(n, err);
	if (!r)
		r = ntfs_check_awake(n, err);
	if (!r)
		r = check_all(n, err);
	ntfs_state_of(n)->is_writable = !r;
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
	const struct ntfs_state *s = ntfs_state_of(n);

	return s && *s->note ? s->note : NULL;
}
