// SPDX-License-Identifier: MIT
//
// chkdsk /F: the plan is shown, then done.

#include <inttypes.h>
#include <stdio.h>

#include "chkdsk.h"
#include "ntfs_repair.h"

#define MAX_PLANS 16u // of a volume that is broken beyond one plan's memory

struct shown {
	struct output *o;
	bool has_steps; // their heading is there
};

static void show_found(void *ctx, const struct ntfs_problem *p)
{
	const struct shown *s = ctx;

	chkdsk_problem(s->o, p);
}

static void show_step(void *ctx, const struct ntfs_repair_step *step)
{
	struct shown *s = ctx;

	cmd_progress_end(&s->o->shown);
	if (s->o->json) {
		printf("{\"repair\":");
		cmd_print_json(step->text);
		if (step->record == ERR_NOWHERE)
			printf(",\"record\":null");
		else
			printf(",\"record\":%" PRIu64, step->record);
		printf(",\"loss\":%s,\"left\":%s}\n",
		       step->is_loss ? "true" : "false",
		       step->is_left ? "true" : "false");
		return;
	}
	if (!s->has_steps)
		puts("\nTo be done:");
	s->has_steps = true;
	if (step->record != ERR_NOWHERE)
		printf("File %" PRIu64 ": ", step->record);
	printf("%s%s.\n", step->text, step->is_loss ? " (lost)" : "");
}

// Stages of checks in between say nothing that the first and the last do not.
static int report_quietly(void *ctx, const char *stage, uint64_t done,
			  uint64_t total)
{
	struct shown *s = ctx;

	return s->o->shown.progress.report(s->o->shown.progress.ctx, stage,
					   done, total);
}

static int plan_and_write(struct disk *d, struct output *o,
			  struct ntfs_repair_result *ret, struct err *err)
{
	struct shown s = {.o = o};
	struct progress progress = {.report = report_quietly, .ctx = &s};
	struct ntfs_repair_calls calls = {.found = show_found,
					  .step = show_step,
					  .ctx = &s,
					  .progress = &progress};
	struct ntfs_repair *plan;
	int r = ntfs_repair_plan(d, &calls, &plan, err);

	cmd_progress_end(&o->shown);
	if (r)
		return r;
	*ret = *ntfs_repair_get_result(plan);
	fflush(stdout);
	if (ret->steps)
		r = ntfs_repair_write(plan, err);
	ntfs_repair_free(plan);
	return r;
}

static void show_end(const struct output *o,
		     const struct ntfs_repair_result *sum)
{
	if (o->json)
		printf("{\"steps\":%" PRIu64 ",\"losses\":%" PRIu64
		       ",\"left\":%" PRIu64 "}\n",
		       sum->steps, sum->losses, sum->left);
	else if (sum->steps)
		printf("\n%" PRIu64 " repair%s made, by %" PRIu64
		       " of which something is lost. The volume is checked "
		       "again.\n",
		       sum->steps, sum->steps == 1 ? " was" : "s were",
		       sum->losses);
}

int chkdsk_repair(struct disk *d, struct output *o, struct err *err)
{
	struct ntfs_repair_result sum = {0}, one = {.is_partial = true};
	bool was_cut;
	int r = ntfs_repair_resume(d, &was_cut, err);

	if (!r && was_cut && !o->json)
		puts("\nA repair that was cut off was ended.");
	for (unsigned i = 0; !r && one.is_partial && i < MAX_PLANS; i++) {
		one = (struct ntfs_repair_result){0};
		r = plan_and_write(d, o, &one, err);
		sum.steps += one.steps;
		sum.losses += one.losses;
		sum.left = one.left;
	}
	if (r)
		return r;
	show_end(o, &sum);
	o->is_changed = sum.steps || was_cut;
	o->losses = sum.losses;
	o->status = o->is_changed ? REPAIRED : CMD_OK;
	return 0;
}
