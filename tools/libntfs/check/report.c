// SPDX-License-Identifier: MIT
//
// How the stages of the check report problems, and ask for what was found so far.

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "check.h"

static void pass_on(struct check *c, struct ntfs_problem *p, const char *fmt,
		    va_list ap)
{
	char text[ERR_TEXT];

	c->result.leftovers += p->finding == NTFS_LEFTOVER;
	c->result.harmless += p->finding == NTFS_HARMLESS;
	c->result.notes += p->finding == NTFS_NOTE;
	c->result.problems += p->finding != NTFS_NOTE;
	if (c->reports++ >= c->max_reports || !c->report)
		return;
	vsnprintf(text, sizeof(text), fmt, ap);
	p->text = text;
	c->report(c->ctx, p);
}

void ntfs_check_problem(struct check *c, uint64_t record, enum ntfs_rule rule,
			const char *fmt, ...)
{
	struct ntfs_problem p = {.record = record, .rule = rule};
	va_list ap;

	va_start(ap, fmt);
	pass_on(c, &p, fmt, ap);
	va_end(ap);
}

void ntfs_check_find(struct check *c, enum ntfs_finding finding,
		     uint64_t record, enum ntfs_rule rule, const char *fmt, ...)
{
	struct ntfs_problem p = {
		.finding = finding, .record = record, .rule = rule};
	va_list ap;

	va_start(ap, fmt);
	pass_on(c, &p, fmt, ap);
	va_end(ap);
}

void ntfs_check_lost(struct check *c, uint64_t first, uint64_t count,
		     const char *fmt, ...)
{
	struct ntfs_problem p = {.finding = NTFS_LEFTOVER,
				 .record = ERR_NOWHERE,
				 .rule = NTFS_RULE_BITMAP_LOST,
				 .first = first,
				 .count = count};
	va_list ap;

	va_start(ap, fmt);
	pass_on(c, &p, fmt, ap);
	va_end(ap);
}

bool ntfs_check_is_content(int r)
{
	// base.h: that function alone gives the code for what is corrupt.
	int corrupt = err_corrupt(NULL, "", ERR_NOWHERE, "%s", "");

	return r == corrupt || r == -ENOENT || r == -ENOTDIR || r == -EFBIG ||
	       r == -ENOTSUP;
}

int ntfs_check_failed(struct check *c, uint64_t record, enum ntfs_rule rule,
		      int r, const struct err *e)
{
	if (!ntfs_check_is_content(r))
		return err_pass(c->err, r, e);
	// whose record it is, is said in front of every problem
	if (!strcmp(e->what, NTFS_RECORD(record)))
		ntfs_check_problem(c, record, rule, "%s", e->why);
	else
		ntfs_check_problem(c, record, rule, "%s: %s", e->what, e->why);
	return 0;
}

struct check_record *ntfs_check_get(const struct check *c, uint64_t number)
{
	return number < c->n->records ? &c->records[number] : NULL;
}

bool ntfs_check_is_file(const struct check *c, uint64_t reference)
{
	const struct check_record *r =
		ntfs_check_get(c, ntfs_ref_record(reference));

	return r && r->flags & CR_IN_USE && !(r->flags & CR_EXTENSION) &&
	       r->sequence == ntfs_ref_sequence(reference);
}

int ntfs_check_read(struct check *c, uint64_t record, uint32_t type,
		    const char *name, uint64_t limit, enum ntfs_rule rule,
		    uint8_t **ret, size_t *ret_size)
{
	struct err e = {0};
	struct ntfs_file f;
	struct ntfs_attr a;
	int r = ntfs_file_open(c->n, record, &f, &e);

	*ret = NULL;
	if (!r) {
		r = ntfs_file_find_named(&f, type, name, &a, &e);
		if (!r)
			r = ntfs_stream_read(&f, &a, limit, ret, ret_size, &e);
		ntfs_file_done(&f);
	}
	return r ? ntfs_check_failed(c, record, rule, r, &e) : 0;
}
