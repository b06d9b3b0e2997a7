// SPDX-License-Identifier: MIT
//
// A round: the volume as it would be by now is looked at, and one kind of what is
// found is repaired.

#include <string.h>

#include "repair.h"
#include "../read/log.h"

// --- What was found ----------------------------------------------------------

// How often a record was tried, by kind: two bits each.
static bool may_try(struct ntfs_repair *r, uint64_t number,
		    enum repair_kind kind)
{
	unsigned shift = 2 * (unsigned)kind;
	uint32_t *tried;

	if (number >= r->tried_count)
		return false;
	tried = &r->tried[number];
	if ((*tried >> shift & 3) == REPAIR_MAX_TRIES)
		return false;
	return true;
}

void ntfs_round_want(struct repair_round *w, uint64_t number,
		     enum repair_kind kind)
{
	if (number >= w->scan.count || !may_try(w->r, number, kind))
		return;
	w->needs[number] |= (uint16_t)(1u << kind);
	w->kinds |= (uint16_t)(1u << kind);
}

// An extension that its base does not name is the base's business, if there is one.
static void want_orphan(struct repair_round *w, uint64_t number)
{
	struct ntfs_record rec;
	uint64_t base = 0;

	if (!ntfs_repair_hide(w->r,
			      ntfs_record_read(w->n, number, &rec, NULL))) {
		base = rec.base;
		mem_free(rec.data);
	}
	if (base && ntfs_repair_is_base(&w->scan, base))
		ntfs_round_want(w, ntfs_ref_record(base), REPAIR_FILE);
	else
		ntfs_round_want(w, number, REPAIR_RECORD);
}

// The check says so too of a record whose attributes it cannot follow.
static void want_record(struct repair_round *w, uint64_t number)
{
	bool is_header = number < w->scan.count &&
			 w->scan.flags[number] & (SCAN_ODD | SCAN_BROKEN);

	if (number < w->scan.count && !w->scan.flags[number]) {
		w->mft_bitmap =
			true; // it is none; what takes it for one is wrong
		return;
	}
	ntfs_round_want(w, number, is_header ? REPAIR_RECORD : REPAIR_FILE);
}

static bool is_folder(const struct repair_round *w, uint64_t number)
{
	const struct check_record *r = ntfs_check_get(&w->check, number);

	return r && r->flags & CR_FOLDER;
}

// Other indexes than folders' are of $Secure, or in $Extend.
static void want_index(struct repair_round *w, uint64_t number)
{
	if (number == NTFS_REC_SECURE)
		ntfs_round_want(w, number, REPAIR_SECURE);
	else if (!is_folder(w, number))
		ntfs_round_want(w, number, REPAIR_VIEW);
	else
		ntfs_round_want(w, number, REPAIR_INDEX);
}

static void take(void *ctx, const struct ntfs_problem *p)
{
	struct repair_round *w = ctx;
	const struct repair_rule *rule = ntfs_repair_rule(p->rule);

	w->found += p->finding != NTFS_NOTE;
	if (w->r->found && w->r->found_count++ < CHECK_MAX_REPORTS)
		w->r->found(w->r->ctx, p);
	switch (p->rule) {
	case NTFS_RULE_BITMAP_FREE:
	case NTFS_RULE_BITMAP_LOST:
		w->bitmap = true;
		return;
	case NTFS_RULE_MFT_BITMAP:
		w->mft_bitmap = true;
		return;
	case NTFS_RULE_MFT_MIRROR:
	case NTFS_RULE_BOOT_MFT:
		w->mirror = true;
		return;
	case NTFS_RULE_VOLUME_DIRTY:
		w->dirty = true;
		return;
	case NTFS_RULE_LOG_UNCLEAN:
		w->log = true;
		return;
	case NTFS_RULE_RECORD_ORPHAN:
		want_orphan(w, p->record);
		return;
	case NTFS_RULE_RECORD_HEADER:
		want_record(w, p->record);
		return;
	case NTFS_RULE_FILE_NAME:
		ntfs_round_want(w, p->record, REPAIR_NAME);
		if (w->check.records[p->record].flags & CR_NAMELESS &&
		    p->record >= NTFS_REC_FREE)
			return;
		break;
	case NTFS_RULE_ENTRY_FILE:
		if (p->record < w->check.n->records &&
		    w->check.records[p->record].flags & CR_STRAY) {
			ntfs_round_want(w, p->record, REPAIR_ADOPT);
			return;
		}
		break;
	case NTFS_RULE_NAME_ENTRY:
		if (p->record == NTFS_REC_ROOT &&
		    w->check.records[p->record].parent != NTFS_REC_ROOT)
			ntfs_round_want(w, p->record, REPAIR_FILE);
		break;
	case NTFS_RULE_ENTRY_PARENT:
		ntfs_round_want(w, p->record, REPAIR_ADOPT);
		break;
	default:
		break;
	}
	if (rule->kind == REPAIR_INDEX)
		want_index(w, p->record);
	else if (rule->kind)
		ntfs_round_want(w,
				p->record == ERR_NOWHERE ? NTFS_REC_VOLUME
							 : p->record,
				rule->kind);
}

// Folders that are empty for having been made anew: their names are many, and found
// in one pass.
static void want_bare_folders(struct repair_round *w)
{
	static const uint64_t folders[] = {NTFS_REC_ROOT, NTFS_REC_EXTEND};

	for (size_t i = 0; i < 2; i++)
		if (w->r->is_bare >> folders[i] & 1)
			ntfs_round_want(w, folders[i], REPAIR_INDEX);
}

// --- Looking -----------------------------------------------------------------

// The MFT may have grown.
static int fit_tried(struct ntfs_repair *r, uint64_t count)
{
	uint32_t *tried;

	if (count <= r->tried_count)
		return 0;
	tried = mem_resize(r->tried, (size_t)count, sizeof(*tried));
	if (!tried)
		return err_nomem(r->err);
	memset(tried + r->tried_count, 0,
	       (size_t)(count - r->tried_count) * sizeof(*tried));
	r->tried = tried;
	r->tried_count = count;
	return 0;
}

int ntfs_round_begin(struct ntfs_repair *r, struct repair_round *w)
{
	int err;

	*w = (struct repair_round){.r = r};
	w->check = (struct check){.report = take,
				  .ctx = w,
				  .progress = r->progress,
				  .err = r->err,
				  .max_reports = UINT64_MAX};
	err = ntfs_open_mft(r->over, &w->n, r->err);
	if (!err)
		err = ntfs_repair_scan(r, w->n, &w->scan);
	if (!err)
		err = fit_tried(r, w->scan.count);
	if (err)
		return err;
	w->needs = mem_array((size_t)w->scan.count, sizeof(*w->needs));
	err = w->needs ? ntfs_check_run(r->over, &w->check) : err_nomem(r->err);
	if (!err)
		want_bare_folders(w);
	return err;
}

void ntfs_round_done(struct repair_round *w)
{
	ntfs_check_done(&w->check);
	ntfs_repair_scan_done(&w->scan);
	mem_free(w->needs);
	ntfs_close(w->n);
	*w = (struct repair_round){0};
}

// --- Changing ----------------------------------------------------------------

int ntfs_round_open(struct repair_round *w)
{
	struct err e = {0};
	int r = ntfs_repair_fit_bitmaps(w->r, w->n);

	if (!r)
		r = ntfs_repair_bitmaps(w->r, w->n, &w->scan, NULL);

	// What these two need may be what is to be repaired.
	if (!r && ntfs_repair_hide(w->r, ntfs_load_volume(w->n, NULL)))
		w->n->info.major = 3;
	if (!r && !w->n->upcase)
		(void)ntfs_repair_hide(w->r, ntfs_load_upcase(w->n, NULL));
	if (!r)
		r = ntfs_state_new(w->n, w->r->err);
	if (!r)
		r = ntfs_change_start(w->n, &e);
	if (r && !ntfs_check_is_content(r))
		return err_pass(w->r->err, r, &e);
	w->r->is_stuck = r;
	if (r) {
		ntfs_repair_leave(w->r, ERR_NOWHERE, &e);
		return 0;
	}
	w->c = ntfs_change_of(w->n);
	w->c->is_begun = true;
	return 0;
}

int ntfs_round_flush(struct repair_round *w)
{
	struct ntfs_cached *list = NULL;
	size_t count = 0;
	int r = ntfs_cache_list(w->c, &list, &count, w->r->err);

	for (size_t i = 0; !r && i < count; i++)
		r = disk_write(w->c->base, list[i].off, list[i].data,
			       CHANGE_SECTOR, w->r->err);
	mem_free(list);
	if (!r)
		ntfs_cache_clear(w->c);
	return r;
}

// Returns true when so much is changed that the rest has to wait.
static bool is_full(struct repair_round *w)
{
	struct ntfs_repair *r = w->r;

	r->is_full = disk_scratch_used(r->over) +
			     w->c->count * (uint64_t)CHANGE_SECTOR >
		     REPAIR_MAX_CHANGED;
	return r->is_full;
}

bool ntfs_round_takes(struct repair_round *w, uint64_t number,
		      enum repair_kind kind)
{
	if (!(w->needs[number] >> kind & 1) || is_full(w))
		return false;
	w->r->tried[number] += 1u << 2 * (unsigned)kind;
	if (kind == REPAIR_INDEX && number < NTFS_REC_FREE)
		w->r->is_bare &= (uint16_t)~(1u << number);
	return true;
}

int ntfs_round_end(struct repair_round *w, uint64_t number, int result,
		   const struct err *e)
{
	int r = ntfs_operation_end(w->c, result);

	if (r >= 0)
		return 0;
	if (!ntfs_check_is_content(r) && r != -ENOSPC && r != -EEXIST)
		return err_pass(w->r->err, r, e);
	ntfs_repair_leave(w->r, number, e);
	return 0;
}

int ntfs_round_each(struct repair_round *w, enum repair_kind kind,
		    int (*fn)(struct repair_round *w, uint64_t number,
			      struct err *err))
{
	int r = 0;

	for (uint64_t i = 0; !r && i < w->scan.count; i++) {
		struct err e = {0};

		if (!ntfs_round_takes(w, i, kind))
			continue;
		ntfs_operation_begin(w->c);
		r = ntfs_round_end(w, i, fn(w, i, &e), &e);
	}
	return r;
}
