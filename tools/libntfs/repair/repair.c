// SPDX-License-Identifier: MIT
//
// The plan of a repair: rounds, until nothing is found or nothing more can be done.

#include <stdarg.h>
#include <stdio.h>

#include "repair.h"

// --- What is told ------------------------------------------------------------

static void say(struct ntfs_repair *r, bool is_loss, uint64_t record,
		const char *fmt, va_list ap)
{
	char text[ERR_TEXT];
	struct ntfs_repair_step step = {
		.record = record, .is_loss = is_loss, .text = text};

	r->result.steps++;
	r->result.losses += is_loss;
	if (!r->report)
		return;
	vsnprintf(text, sizeof(text), fmt, ap);
	r->report(r->ctx, &step);
}

void ntfs_repair_say(struct ntfs_repair *r, uint64_t record, const char *fmt,
		     ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(r, false, record, fmt, ap);
	va_end(ap);
}

void ntfs_repair_lose(struct ntfs_repair *r, uint64_t record, const char *fmt,
		      ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(r, true, record, fmt, ap);
	va_end(ap);
}

void ntfs_repair_leave(struct ntfs_repair *r, uint64_t record,
		       const struct err *why)
{
	char text[2 * ERR_TEXT];
	struct ntfs_repair_step step = {
		.record = record, .is_left = true, .text = text};

	if (record < r->tried_count) {
		if (r->tried[record] & REPAIR_TOLD_LEFT)
			return;
		r->tried[record] |= REPAIR_TOLD_LEFT;
	}
	if (!r->report)
		return;
	snprintf(text, sizeof(text), "%s: %s: %s",
		 record == ERR_NOWHERE ? "No file can be changed"
				       : "it is left as it is",
		 why->what, why->why);
	r->report(r->ctx, &step);
}

int ntfs_repair_hide(struct ntfs_repair *r, int code)
{
	if (code < 0 && !ntfs_check_is_content(code) && !r->hidden)
		r->hidden = code;
	return code;
}

// --- Rounds ------------------------------------------------------------------

static int run_kind(struct repair_round *w, enum repair_kind kind)
{
	switch (kind) {
	case REPAIR_RECORD:
		return ntfs_round_each(w, kind, ntfs_repair_record);
	case REPAIR_FILE:
		return ntfs_round_each(w, kind, ntfs_repair_file);
	case REPAIR_SYSTEM:
		return ntfs_round_each(w, kind, ntfs_repair_system);
	case REPAIR_CROSS:
		return ntfs_repair_cross(w);
	case REPAIR_ADOPT:
		return ntfs_repair_adopt(w);
	case REPAIR_INDEX:
		return ntfs_repair_folders(w);
	case REPAIR_NAME:
		return ntfs_repair_names(w);
	case REPAIR_ENTRY:
		return ntfs_repair_entries(w);
	case REPAIR_SECURE:
		return ntfs_repair_secure(w);
	case REPAIR_OWNER:
		return ntfs_round_each(w, kind, ntfs_repair_owner);
	case REPAIR_VIEW:
		return ntfs_repair_views(w);
	default:
		return 0;
	}
}

// *ret_more: something was done, and there may be more.
static int run_round(struct ntfs_repair *r, bool *ret_more)
{
	struct repair_round w;
	unsigned kind = REPAIR_NOTHING;
	int err = ntfs_round_begin(r, &w);

	r->found = NULL;
	*ret_more = false;
	r->resets_log = r->resets_log || (!err && w.log);
	while (!err && kind < REPAIR_KINDS && !(w.kinds >> kind & 1))
		kind++;
	if (!err && kind < REPAIR_KINDS && !r->is_full && !r->is_stuck) {
		err = ntfs_round_open(&w);
		if (!err && !r->is_stuck)
			err = run_kind(&w, (enum repair_kind)kind);
		if (!err && !r->is_stuck)
			err = ntfs_round_flush(&w);
		*ret_more = !err;
	} else if (!err) {
		err = ntfs_repair_end(&w);
	}
	ntfs_round_done(&w);
	return err;
}

static int run_rounds(struct ntfs_repair *r)
{
	bool more = true;
	int err = 0;

	for (unsigned i = 0; !err && more; i++) {
		if (i >= REPAIR_MAX_ROUNDS)
			r->is_full = true;
		err = run_round(r, &more);
		more = more && !r->hidden;
	}
	r->result.is_partial = r->is_full;
	return err;
}

// A file that cannot be found, as the way to it is broken, is looked for again when
// it can be.
static int check_awake(struct ntfs_repair *r)
{
	struct ntfs *n;
	struct err e = {0};
	int err = ntfs_repair_hide(r, ntfs_open(r->over, &n, NULL));

	if (err)
		return 0;
	err = ntfs_repair_hide(r, ntfs_check_awake(n, &e));
	ntfs_close(n);
	if (err == -EBUSY)
		r->hidden = 0; // that is no failure to read
	return err == -EBUSY ? err_pass(r->err, err, &e) : 0;
}

static int make_plan(struct ntfs_repair *r)
{
	int err = check_awake(r);

	if (!err)
		err = ntfs_repair_boot(r);
	if (!err)
		err = ntfs_repair_first(r);
	if (!err)
		err = ntfs_repair_bare(r);
	if (!err)
		err = run_rounds(r);
	if (!err)
		err = check_awake(r);
	return err || !r->hidden
		       ? err
		       : err_set(r->err, r->hidden, "NTFS volume", ERR_NOWHERE,
				 "part of it cannot be read: copy the disk, "
				 "and repair the copy");
}

int ntfs_repair_plan(struct disk *dev, const struct ntfs_repair_calls *calls,
		     struct ntfs_repair **ret, struct err *err)
{
	struct ntfs_repair *r = mem_alloc(sizeof(*r));
	int e;

	if (!r)
		return err_nomem(err);
	r->dev = dev;
	r->err = err;
	r->found = calls->found;
	r->report = calls->step;
	r->ctx = calls->ctx;
	r->progress = calls->progress;
	e = disk_scratch(dev, &r->over, err);
	if (!e)
		e = make_plan(r);
	if (e) {
		ntfs_repair_free(r);
		return e;
	}
	*ret = r;
	return 0;
}

const struct ntfs_repair_result *
ntfs_repair_get_result(const struct ntfs_repair *r)
{
	return &r->result;
}

void ntfs_repair_free(struct ntfs_repair *r)
{
	if (!r)
		return;
	disk_close(r->over);
	mem_free(r->tried);
	mem_free(r);
}
