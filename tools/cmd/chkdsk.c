// SPDX-License-Identifier: MIT
//
// chkdsk: checks an NTFS volume, changing nothing, in the layout that the
// command of that name is known by.

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "address.h"
#include "cmd.h"
#include "disk.h"
#include "ntfs.h"
#include "oddities.h"

static const char usage[] =
	"usage: chkdsk VOLUME [/V] [/JSON] [/Progress:STYLE]\n"
	"\n"
	"Checks the NTFS volume at VOLUME (a device or an image file) and\n"
	"changes nothing.\n"
	"\n"
	"  /V               name the broken rule with each problem\n"
	"  /JSON            write problems and counts as JSON lines\n"
	"  /Progress:STYLE  bar, lines, json or none\n"
	"\n"
	"Behind what does not keep slipway from writing to the volume stands why:\n"
	"(left over) what a power cut leaves, and the next change mends when it was\n"
	"one; (harmless) what no change depends on, as a folder's entry that repeats\n"
	"old sizes or times; (note) the boot sector's copy, which is no problem.\n"
	"\n"
	"Exit status: 0 no problems, 1 problems found or not able to check,\n"
	"2 misuse.\n";

COMMAND(chkdsk, "chkdsk", "check an NTFS volume", usage);

struct output {
	struct progress progress; // ours, in front of the shared one
	struct cmd_progress shown;
	char stage[80];
	bool verbose, json;
};

// A new stage gets its line; how far it is goes to the terminal.
static int report_progress(void *ctx, const char *stage, uint64_t done,
			   uint64_t total)
{
	struct output *o = ctx;

	if (strncmp(stage, o->stage, sizeof(o->stage) - 1)) {
		snprintf(o->stage, sizeof(o->stage), "%s", stage);
		cmd_progress_end(&o->shown);
		if (!o->json)
			printf("\n%s ...\n", stage);
		fflush(stdout);
	}
	if (o->shown.style == CMD_PROGRESS_LINES || !total)
		return 0;
	return o->shown.progress.report(o->shown.progress.ctx, stage, done,
					total);
}

static void report_problem(void *ctx, const struct ntfs_problem *p)
{
	static const char *const findings[] = {
		[NTFS_UNSAFE] = "unsafe",
		[NTFS_LEFTOVER] = "left over",
		[NTFS_HARMLESS] = "harmless",
		[NTFS_NOTE] = "note",
	};
	struct output *o = ctx;

	cmd_progress_end(&o->shown);
	if (o->json) {
		printf("{\"problem\":\"%s\",\"record\":",
		       ntfs_rule_name(p->rule));
		if (p->record == ERR_NOWHERE)
			printf("null");
		else
			printf("%" PRIu64, p->record);
		printf(",\"text\":");
		cmd_print_json(p->text);
		printf(",\"finding\":\"%s\"}\n", findings[p->finding]);
		return;
	}
	if (o->verbose)
		printf("[%s] ", ntfs_rule_name(p->rule));
	if (p->record != ERR_NOWHERE)
		printf("File %" PRIu64 ": ", p->record);
	printf("%s", p->text);
	if (p->finding == NTFS_UNSAFE)
		puts(".");
	else
		printf(" (%s).\n", findings[p->finding]);
}

static void show_counts(const struct ntfs_info *info,
			const struct ntfs_check_result *r)
{
	uint64_t unit = info->cluster_size;
	uint64_t free = r->clusters - r->clusters_used;

	printf("\n%10" PRIu64 " files, %" PRIu64 " folders and %" PRIu64
	       " index entries processed.\n\n",
	       r->files, r->folders, r->index_entries);
	printf("%10" PRIu64 " KB total disk space.\n", info->size / 1024);
	printf("%10" PRIu64 " KB in use.\n", r->clusters_used * unit / 1024);
	printf("%10" PRIu64 " KB available on disk.\n\n", free * unit / 1024);
	printf("%10" PRIu64 " bytes in each allocation unit.\n", unit);
	printf("%10" PRIu64 " total allocation units on disk.\n", r->clusters);
	printf("%10" PRIu64 " allocation units available on disk.\n\n", free);
}

static void show_result(const struct output *o, const struct ntfs_info *info,
			const struct ntfs_check_result *r)
{
	if (o->json) {
		printf("{\"files\":%" PRIu64 ",\"folders\":%" PRIu64
		       ",\"index_entries\":%" PRIu64 ",\"clusters\":%" PRIu64
		       ",\"clusters_used\":%" PRIu64 ",\"cluster_size\":%u"
		       ",\"problems\":%" PRIu64 ",\"leftovers\":%" PRIu64
		       ",\"harmless\":%" PRIu64 ",\"notes\":%" PRIu64 "}\n",
		       r->files, r->folders, r->index_entries, r->clusters,
		       r->clusters_used, info->cluster_size, r->problems,
		       r->leftovers, r->harmless, r->notes);
		return;
	}
	show_counts(info, r);
	if (r->problems && r->problems == r->leftovers + r->harmless)
		printf("The file system has nothing that is broken: %" PRIu64
		       " left over, %" PRIu64 " harmless. Nothing was "
		       "changed.\n",
		       r->leftovers, r->harmless);
	else if (r->problems)
		printf("The file system has %" PRIu64 " problem%s. Nothing "
		       "was changed.\n",
		       r->problems, r->problems == 1 ? "" : "s");
	else
		puts("The file system was examined and has no problems.");
}

// What stands at the top; a volume too broken to open is still checked.
static void show_head(struct disk *d, const struct output *o,
		      struct ntfs_info *ret)
{
	struct ntfs *n;

	*ret = (struct ntfs_info){0};
	if (!ntfs_open(d, &n, NULL)) {
		*ret = *ntfs_get_info(n);
		ntfs_close(n);
	}
	if (o->json)
		return;
	puts("The type of the file system is NTFS.");
	if (*ret->label)
		printf("Volume label is %s.\n", ret->label);
	puts("\nNothing will be changed on the volume.");
}

static int run(const char *path, struct output *o)
{
	struct ntfs_check_result result;
	struct ntfs_info info;
	struct err err = {0};
	struct place *place;
	struct disk *d;
	int r = address_open_volume(path, 0, &place, &err);

	if (r)
		return cmd_fail("chkdsk", path, &err);
	d = place->disk;
	warn_of_oddities("chkdsk", path, d);
	show_head(d, o, &info);
	r = ntfs_check(d, report_problem, o, &o->progress, &result, &err);
	cmd_progress_end(&o->shown);
	address_close(place);
	if (r) {
		fflush(stdout);
		return cmd_fail("chkdsk", path, &err);
	}
	show_result(o, &info, &result);
	return result.problems ? CMD_FAILED : CMD_OK;
}

static int cmd_chkdsk(int argc, char **argv)
{
	struct cmd_switch s[] = {
		{.name = "V"},
		{.name = "JSON"},
		{.name = "Progress", .has_value = true},
		{.name = NULL},
	};
	struct output o = {.progress = {.report = report_progress, .ctx = &o}};
	int count;

	if (cmd_switches(argc, argv, s, &count))
		return CMD_MISUSE;
	if (count != 1)
		return cmd_misuse("chkdsk", count ? "one volume at a time"
						  : "name the volume to check");
	o.verbose = s[0].value;
	o.json = s[1].value;
	if (cmd_progress_init(&o.shown, s[2].value))
		return cmd_misuse("chkdsk", "/Progress:%s: there is no such "
					    "style", s[2].value);
	return run(argv[1], &o);
}
