// SPDX-License-Identifier: MIT
//
// chkdsk: checks a volume, changing nothing, in the layout that the command of
// that name is known by.

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "address.h"
#include "cmd.h"
#include "disk.h"
#include "fat.h"
#include "ntfs.h"
#include "oddities.h"
#include "part.h"
#include "volume.h"

static const char usage[] =
	"usage: chkdsk VOLUME [/V] [/JSON] [/Progress:STYLE]\n"
	"\n"
	"Checks the NTFS or FAT volume at VOLUME (a device, an image file, or a\n"
	"partition of one, as disk.img@1) and changes nothing.\n"
	"\n"
	"  /V               name the broken rule with each problem\n"
	"  /JSON            write problems and counts as JSON lines\n"
	"  /Progress:STYLE  bar, lines, json or none\n"
	"\n"
	"Behind what does not keep slipway from writing to the volume stands why:\n"
	"(left over) what a power cut leaves, and the next change mends when it "
	"was\n"
	"one; (harmless) what no change depends on, as a folder's entry that "
	"repeats\n"
	"old sizes or times; (note) the boot sector's copy, which is no problem.\n"
	"\n"
	"Exit status, as Windows' chkdsk has it when it only looks: 0 no problems,\n"
	"2 only what is left over or harmless, 3 problems, or not able to check.\n";

// Exit statuses: "chkdsk" of Microsoft's documentation.
enum { NOT_CLEANED = 2, NOT_FIXED = 3 };

COMMAND(chkdsk, "chkdsk", "check an NTFS or FAT volume", usage);

struct output {
	struct progress progress; // ours, in front of the shared one
	struct cmd_progress shown;
	char stage[80];
	bool verbose, json;
	int status;
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

static void show_room(uint64_t unit, uint64_t units, uint64_t free,
		      uint64_t size)
{
	printf("%10" PRIu64 " KB total disk space.\n", size / 1024);
	printf("%10" PRIu64 " KB in use.\n", (units - free) * unit / 1024);
	printf("%10" PRIu64 " KB available on disk.\n\n", free * unit / 1024);
	printf("%10" PRIu64 " bytes in each allocation unit.\n", unit);
	printf("%10" PRIu64 " total allocation units on disk.\n", units);
	printf("%10" PRIu64 " allocation units available on disk.\n\n", free);
}

static void show_counts(const struct ntfs_info *info,
			const struct ntfs_check_result *r)
{
	printf("\n%10" PRIu64 " files, %" PRIu64 " folders and %" PRIu64
	       " index entries processed.\n\n",
	       r->files, r->folders, r->index_entries);
	show_room(info->cluster_size, r->clusters,
		  r->clusters - r->clusters_used, info->size);
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

static void show_head(const struct output *o, const char *type,
		      const char *label)
{
	if (o->json)
		return;
	printf("The type of the file system is %s.\n", type);
	if (*label)
		printf("Volume label is %s.\n", label);
	puts("\nNothing will be changed on the volume.");
}

// --- NTFS --------------------------------------------------------------------

// A volume too broken to open is still checked.
static int check_ntfs(struct disk *d, struct output *o, struct err *err)
{
	struct ntfs_check_result result;
	struct ntfs_info info = {0};
	struct ntfs *n;
	int r;

	if (!ntfs_open(d, &n, NULL)) {
		info = *ntfs_get_info(n);
		ntfs_close(n);
	}
	show_head(o, "NTFS", info.label);
	r = ntfs_check(d, report_problem, o, &o->progress, &result, err);
	cmd_progress_end(&o->shown);
	if (r)
		return r;
	show_result(o, &info, &result);
	o->status = result.problems > result.leftovers + result.harmless
			    ? NOT_FIXED
		    : result.problems ? NOT_CLEANED
				      : CMD_OK;
	return 0;
}

// --- FAT ---------------------------------------------------------------------

static void show_fat(const struct output *o, const struct fat_info *info,
		     const struct fat_check_result *r)
{
	uint64_t unit = info->cluster_size;

	if (o->json) {
		printf("{\"files\":%" PRIu64 ",\"folders\":%" PRIu64
		       ",\"clusters\":%u,\"clusters_used\":%u,"
		       "\"cluster_size\":%u,\"problems\":%d,"
		       "\"leftovers\":%u}\n",
		       r->files, r->folders, info->clusters,
		       info->clusters - info->free_clusters, info->cluster_size,
		       !!r->lost_clusters + !!r->twins,
		       r->lost_clusters + r->twins);
		return;
	}
	printf("\n%10" PRIu64 " files and %" PRIu64 " folders processed.\n\n",
	       r->files, r->folders);
	show_room(unit, info->clusters, info->free_clusters, info->size);
	if (r->lost_clusters)
		printf("%u allocation unit%s in use by no file (left over). "
		       "Nothing was changed.\n",
		       r->lost_clusters,
		       r->lost_clusters == 1 ? " is" : "s are");
	if (r->twins)
		puts("A file has two names: a rename was cut off (left over). "
		     "Nothing was changed.");
	if (!r->lost_clusters && !r->twins)
		puts("The file system was examined and has no problems.");
}

static int check_fat(struct disk *d, struct output *o, struct err *err)
{
	struct fat_check_result result;
	char type[16] = "FAT";
	struct fat *f;
	int r = fat_open(d, &f, err);

	if (r)
		return r;
	snprintf(type, sizeof(type), "FAT%d", fat_get_info(f)->bits);
	show_head(o, type, fat_get_info(f)->label);
	r = fat_check(f, &result, err);
	if (!r)
		show_fat(o, fat_get_info(f), &result);
	if (!r)
		o->status = result.lost_clusters || result.twins ? NOT_CLEANED
								 : CMD_OK;
	fat_close(f);
	return r;
}

// --- Which it is -------------------------------------------------------------

static bool is_ntfs(struct disk *d)
{
	uint8_t boot[512];
	const char *name;

	if (d->size < sizeof(boot) || disk_read(d, 0, boot, sizeof(boot), NULL))
		return false;
	name = part_name_boot(boot);
	return name && !strcmp(name, "NTFS");
}

// A FAT volume; of anything else it is said what it is.
static int check_other(struct disk *d, struct output *o, struct err *err)
{
	struct tree *v;
	int r = volume_open(d, &v, err);

	if (r)
		return r;
	tree_close(v);
	return check_fat(d, o, err);
}

static int run(const char *path, struct output *o)
{
	struct err err = {0};
	struct place *place;
	int r = address_open_volume(path, 0, &place, &err);

	if (r) {
		cmd_say_windows("Cannot open volume for direct access.", r);
		return cmd_fail("chkdsk", path, &err);
	}
	warn_of_oddities("chkdsk", path, place->disk);
	r = is_ntfs(place->disk) ? check_ntfs(place->disk, o, &err)
				 : check_other(place->disk, o, &err);
	address_close(place);
	if (r) {
		fflush(stdout);
		return cmd_fail("chkdsk", path, &err);
	}
	return o->status;
}

// Windows' switches that change the volume.
enum { VERBOSE, JSON, PROGRESS, FIRST_MEND };

static int refuse_mending(const struct cmd_switch *s)
{
	for (s += FIRST_MEND; s->name; s++)
		if (s->value)
			return cmd_misuse(
				"chkdsk",
				"/%s: this chkdsk only looks; the "
				"next change of the volume mends what "
				"was left over, the rest is for "
				"Windows' chkdsk /f",
				s->name);
	return 0;
}

static int cmd_chkdsk(int argc, char **argv)
{
	struct cmd_switch s[] = {
		[VERBOSE] = {.name = "V"},
		[JSON] = {.name = "JSON"},
		[PROGRESS] = {.name = "Progress", .has_value = true},
		[FIRST_MEND] = {.name = "f"},
		{.name = "r"},
		{.name = "x"},
		{.name = "scan"},
		{.name = "spotfix"},
		{.name = NULL},
	};
	struct output o = {.progress = {.report = report_progress, .ctx = &o}};
	int count, r = cmd_switches(argc, argv, s, &count);

	if (!r)
		r = refuse_mending(s);
	if (r)
		return r;
	if (count != 1)
		return cmd_misuse("chkdsk", count ? "one volume at a time"
						  : "name the volume to check");
	o.verbose = s[VERBOSE].value;
	o.json = s[JSON].value;
	if (cmd_progress_init(&o.shown, s[PROGRESS].value))
		return cmd_misuse("chkdsk",
				  "/Progress:%s: must be bar, lines, "
				  "json or none",
				  s[PROGRESS].value);
	return run(argv[1], &o);
}
