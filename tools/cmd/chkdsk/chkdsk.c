// SPDX-License-Identifier: MIT
//
// chkdsk: checks a volume, and with /F repairs it, in the layout that the command
// of that name is known by.

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "address.h"
#include "chkdsk.h"
#include "disk.h"
#include "fat.h"
#include "ntfs_repair.h"
#include "../oddities.h"
#include "part.h"
#include "volume.h"

static const char usage[] =
	"usage: chkdsk VOLUME [/F | /Scan] [/V] [/JSON] [/Progress:STYLE]\n"
	"       chkdsk /F /?\n"
	"\n"
	"Checks the NTFS or FAT volume at VOLUME (a device, an image file, or a\n"
	"partition of one, as disk.img@1) and, without /F, changes nothing.\n"
	"\n"
	"  /F               repair it (NTFS): every step is shown, then all of them\n"
	"                   are done at once, safe from a power cut, and the volume is\n"
	"                   checked again; /F /? tells what each repair is\n"
	"  /Scan            only look, as without it\n"
	"  /V               name the broken rule with each problem\n"
	"  /JSON            write problems, steps and counts as JSON lines\n"
	"  /Progress:STYLE  bar, lines, json or none\n"
	"\n"
	"Behind what does not keep slipway from writing to the volume stands why:\n"
	"(left over) what a power cut leaves, and the next change mends when it "
	"was\n"
	"one; (harmless) what no change depends on, as a folder's entry that "
	"repeats\n"
	"old sizes or times; (note) the boot sector's copy, which is no problem.\n"
	"\n"
	"Exit status, as Windows' chkdsk has it: 0 no problems, 1 problems, and /F\n"
	"repaired all of them, 2 (without /F) only what is left over or harmless,\n"
	"3 problems, some left after /F, or not able to check.\n";

static bool help_repair(const char *topic, const char *more);

COMMAND_WITH_HELP(chkdsk, "chkdsk", "check or repair an NTFS or FAT volume",
		  usage, help_repair);

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

void chkdsk_problem(void *ctx, const struct ntfs_problem *p)
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

static void show_state(const struct output *o,
		       const struct ntfs_check_result *r)
{
	const char *plural = r->problems == 1 ? "" : "s";

	if (!r->problems)
		printf("The file system %s.", o->is_changed
						      ? "has no problems now"
						      : "was examined and has "
							"no problems");
	else if (r->problems == r->leftovers + r->harmless)
		printf("The file system has nothing that is broken: %" PRIu64
		       " left over, %" PRIu64 " harmless.",
		       r->leftovers, r->harmless);
	else if (o->repairs)
		printf("The file system has %" PRIu64
		       " problem%s that cannot be repaired: what is "
		       "named above with %s may be out of reach. Copy all else "
		       "to another volume, then format this one.",
		       r->problems, plural, *plural ? "them" : "it");
	else
		printf("The file system has %" PRIu64 " problem%s.",
		       r->problems, plural);
}

// The last words.
static void show_done(const struct output *o, bool has_problems)
{
	if (o->losses)
		printf(" Corrections were made, and by %" PRIu64
		       " of them something was lost: see (lost) above.\n",
		       o->losses);
	else if (o->is_changed)
		puts(" Corrections were made.");
	else
		puts(has_problems ? " Nothing was changed." : "");
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
	show_state(o, r);
	show_done(o, r->problems);
}

static void show_head(const struct output *o, const char *type,
		      const char *label)
{
	if (o->json)
		return;
	printf("The type of the file system is %s.\n", type);
	if (*label)
		printf("Volume label is %s.\n", label);
	if (!o->repairs)
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
	if (o->repairs) {
		r = chkdsk_repair(d, o, err);
		if (r)
			return r;
		if (!ntfs_open(d, &n, NULL)) {
			info = *ntfs_get_info(n);
			ntfs_close(n);
		}
	}
	r = ntfs_check(d, chkdsk_problem, o, &o->progress, &result, err);
	cmd_progress_end(&o->shown);
	if (r)
		return r;
	show_result(o, &info, &result);
	if (o->repairs)
		o->status = result.problems ? NOT_FIXED : o->status;
	else
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

static bool says_ntfs(struct disk *d, uint64_t off)
{
	uint8_t boot[512];
	const char *name;

	if (d->size < sizeof(boot) || off > d->size - sizeof(boot) ||
	    disk_read(d, off, boot, sizeof(boot), NULL))
		return false;
	name = part_name_boot(boot);
	return name && !strcmp(name, "NTFS");
}

// One whose boot sector says nothing may have its copy.
static bool is_ntfs(struct disk *d, const struct output *o)
{
	return says_ntfs(d, 0) ||
	       (o->repairs && d->size > 512 && says_ntfs(d, d->size - 512));
}

// A FAT volume; of anything else it is said what it is.
static int check_other(struct disk *d, struct output *o, struct err *err)
{
	struct tree *v;
	int r = volume_open(d, &v, err);

	if (r)
		return r;
	tree_close(v);
	if (o->repairs)
		return err_set(err, -ENOTSUP, "/F", ERR_NOWHERE,
			       "only NTFS volumes are repaired; a FAT volume "
			       "by fsck.fat, or on Windows");
	return check_fat(d, o, err);
}

static int run(const char *path, struct output *o)
{
	struct err err = {0};
	struct place *place;
	int r = address_open_volume(path, o->repairs ? ADDRESS_WRITE : 0,
				    &place, &err);

	if (r) {
		cmd_say_windows("Cannot open volume for direct access.", r);
		return cmd_fail("chkdsk", path, &err);
	}
	warn_of_oddities("chkdsk", path, place->disk);
	r = is_ntfs(place->disk, o) ? check_ntfs(place->disk, o, &err)
				    : check_other(place->disk, o, &err);
	if (!r && o->repairs)
		r = address_finish(place, &err);
	if (o->repairs)
		cmd_place_close(place);
	else
		address_close(place);
	if (r) {
		fflush(stdout);
		return cmd_fail("chkdsk", path, &err);
	}
	return o->status;
}

// Windows' switches that do more than /F does.
enum { VERBOSE, JSON, PROGRESS, REPAIR, SCAN, FIRST_OTHER };

static int refuse_others(const struct cmd_switch *s)
{
	for (const struct cmd_switch *o = s + FIRST_OTHER; o->name; o++)
		if (o->value)
			return cmd_misuse(
				"chkdsk",
				"/%s: this chkdsk repairs by /F alone, and "
				"does not look for bad sectors",
				o->name);
	if (s[REPAIR].value && s[SCAN].value)
		return cmd_misuse("chkdsk", "/F repairs, /Scan only looks: "
					    "give one of them");
	return 0;
}

// "chkdsk /F /?" tells what each repair is.
static bool help_repair(const char *topic, const char *more)
{
	static const struct {
		enum ntfs_rule rule;
		const char *name;
	} rules[] = {
#define RULE(id, text) {NTFS_RULE_##id, text},
		NTFS_RULES(RULE)
#undef RULE
	};

	(void)more;
	if (strcasecmp(topic, "/f") && strcasecmp(topic, "f") &&
	    strcasecmp(topic, "--f"))
		return false;
	puts("What chkdsk /F does about each finding, by the names that /V "
	     "shows:\n");
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		const char *action = ntfs_repair_action(rules[i].rule);

		printf("  %-20s  %s\n", rules[i].name,
		       action ? action : "it is left as it is");
	}
	return true;
}

static int cmd_chkdsk(int argc, char **argv)
{
	struct cmd_switch s[] = {
		[VERBOSE] = {.name = "V"},
		[JSON] = {.name = "JSON"},
		[PROGRESS] = {.name = "Progress", .has_value = true},
		[REPAIR] = {.name = "F"},
		[SCAN] = {.name = "Scan"},
		[FIRST_OTHER] = {.name = "r"},
		{.name = "x"},
		{.name = "spotfix"},
		{.name = NULL},
	};
	struct output o = {.progress = {.report = report_progress, .ctx = &o}};
	int count, r = cmd_switches(argc, argv, s, &count);

	if (!r)
		r = refuse_others(s);
	if (r)
		return r;
	if (count != 1)
		return cmd_misuse("chkdsk", count ? "one volume at a time"
						  : "name the volume to check");
	o.verbose = s[VERBOSE].value;
	o.json = s[JSON].value;
	o.repairs = s[REPAIR].value;
	if (cmd_progress_init(&o.shown, s[PROGRESS].value))
		return cmd_misuse("chkdsk",
				  "/Progress:%s: must be bar, lines, "
				  "json or none",
				  s[PROGRESS].value);
	return run(argv[1], &o);
}
