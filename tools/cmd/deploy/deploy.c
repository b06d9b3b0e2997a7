// SPDX-License-Identifier: MIT
//
// deploy: an unattended deployment from an answer file.

#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "address.h"
#include "../cmd.h"
#include "choose.h"
#include "deploy.h"
#include "efi.h"
#include "end.h"
#include "image.h"
#include "../new_disk.h"

static const char usage[] =
	"usage: deploy ANSWER.INI [--target DISK] [--dry-run] [--ids]\n"
	"\n"
	"Partitions the one disk that the answer file's rule matches, applies\n"
	"images into VHDs or partitions on it, and writes boot configuration.\n"
	"\n"
	"  --target DISK        this disk, image file or virtual disk, whatever the\n"
	"                       rule says\n"
	"  --size SIZE          create the file of --target first (8G): a VHD or VHDX\n"
	"                       (fixed, with all its room) when it is called .vhd or\n"
	"                       .vhdx, else a raw image\n"
	"  --dry-run            print the plan and do nothing\n"
	"  --ids                print with the plan which GUIDs (with an MBR: which\n"
	"                       signature) disk and partitions get\n"
	"  --boot-files DIR     folder with EFI/ and slipway/ for system = linux and\n"
	"                       environment, also in a volume, as stick.img@1:\\ (the\n"
	"                       folder above the answer file's)\n"
	"  --image-folders A:B  where images are looked for that the answer file has\n"
	"                       in its own folder and that are not there\n"
	"  --efivars DIR        enter start entries into these variables (this\n"
	"                       machine's, when the target is a disk of it, in\n"
	"                       Slipway's environment)\n"
	"  --this-machine       this host is the machine that is deployed, as in the\n"
	"                       environment: its firmware gets start entries\n"
	"  --progress STYLE     bar, lines, json or none\n"
	"  --origin TEXT        what the answer file comes from: a medium's identity,\n"
	"                       or the URL it was fetched from, which names of images\n"
	"                       are then relative to. A disk that the rule matches and\n"
	"                       that was deployed from the same there is left alone\n"
	"  --again              not even then\n"
	"  --finish-file FILE   write how it ended into FILE: what [finish] asks for;\n"
	"                       \"deployed\" for a disk that was left alone; after a\n"
	"                       failure \"untouched\" or \"touched\"\n"
	"  --start-next DISK    let this machine's UEFI start from DISK next time, and\n"
	"                       only then\n"
	"  --keyboard           print the keyboard layout that the answer file asks for,\n"
	"                       and do nothing\n"
	"  --list-disks         list the disks of this machine and who uses them\n"
	"  --list-media         list the volumes that this environment starts from\n"
	"  --list-targets       list the disks that may be deployed, for scripts: path,\n"
	"                       bytes, size, what it holds and what it is, with tabs\n"
	"  --settle             with a list: wait before until every disk had its\n"
	"                       time to appear, as a deployment by a rule does\n";

COMMAND(deploy, "deploy", "deploy a machine or a disk image, unattended",
	usage);

#define MAX_ORIGIN 1000u // letters

enum {
	TARGET,
	SIZE,
	DRY_RUN,
	BOOT_FILES,
	IMAGE_FOLDERS,
	EFIVARS,
	PROGRESS,
	FINISH_FILE,
	KEYBOARD,
	LIST_DISKS,
	LIST_MEDIA,
	LIST_TARGETS,
	SETTLE,
	MACHINE,
	ORIGIN,
	AGAIN,
	START_NEXT,
	IDS,
	NONE
};

// Whether this machine is worked on, and not a disk that happens to be in it.
static bool is_meant(const struct cmd_switch *switches)
{
	return switches[MACHINE].value || machine_is_environment("");
}

static void print_line(void *ctx, const char *text)
{
	puts(text);
}

static void print_warning(void *ctx, const char *object, const char *why)
{
	cmd_warn("deploy", object, "%s", why);
}

static int make_target(const char *path, uint64_t size,
		       const struct answer *answer, struct disk_target *ret,
		       struct err *err)
{
	struct guid id;

	guid_from_name(&answer->seed, "target", &id);
	return disk_target_make(path, size, 0, answer->has_seed ? &id : NULL,
				ret, err);
}

// Stands in for a file that is not made.
static int open_stand_in(const char *path, uint64_t size,
			 struct disk_target *ret, struct err *err)
{
	enum vdisk_format format;
	int r = storage_new_disk_format(path, &format, err);

	if (!r)
		r = disk_zeroes(size, 512, &ret->made.file, err);
	if (!r)
		ret->disk = ret->made.disk = ret->made.file;
	return r;
}

static int check_whole(const struct place *place, const char *path,
		       struct err *err)
{
	size_t n = place->level_count;

	return n && place->levels[n - 1].kind == PLACE_PARTITION
		       ? err_set(err, -EINVAL, path, ERR_NOWHERE,
				 "this is a partition; a whole disk is needed: name it "
				 "without @N")
		       : 0;
}

// A size of 0: the disk is there. It may be a virtual one.
static int open_target(const char *path, uint64_t size, bool is_dry,
		       const struct answer *answer, struct disk_target *ret,
		       struct err *err)
{
	struct err why = {0};
	int r;

	if (size)
		return is_dry ? open_stand_in(path, size, ret, err)
			      : make_target(path, size, answer, ret, err);
	r = address_open(path,
			 ADDRESS_FILE | ADDRESS_VIRTUAL |
				 (is_dry ? 0 : ADDRESS_WRITE),
			 &ret->place, &why);
	if (r == -ENOENT && !strpbrk(path, "@:"))
		return err_set(err, r, path, ERR_NOWHERE,
			       "there is no such file or disk; with --size it "
			       "is made");
	if (r)
		return err_pass(err, r, &why);
	ret->disk = ret->place->disk;
	return check_whole(ret->place, path, err);
}

// The medium is laid out as /slipway/answer.ini beside /EFI; `separators` are those
// of the host, or of a volume.
static void go_up_twice(char *path, const char *separators)
{
	for (int up = 0; up < 2; up++) {
		size_t len = strlen(path);

		while (len && !strchr(separators, path[len - 1]))
			len--;
		if (len)
			path[len - 1] = 0;
	}
}

static int default_boot_files(const char *answer, char path[PATH_MAX])
{
	struct address_parts parts;
	int r = 0;

	if (address_split(answer, &parts, NULL))
		return -ENOENT;
	if (*parts.rest) {
		snprintf(path, PATH_MAX - 1, "%s%s", parts.path, parts.rest);
		go_up_twice(path + strlen(parts.path), "/\\");
	} else if (realpath(answer, path)) {
		go_up_twice(path, "/");
	} else {
		r = -errno;
	}
	address_parts_done(&parts);
	if (!r)
		strcat(path, "/");
	return r;
}

static double seconds_since(const struct timespec *start)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - start->tv_sec) +
	       (double)(now.tv_nsec - start->tv_nsec) / 1e9;
}

static int do_plan(struct plan *plan, struct disk_target *to, const char *name,
		   struct cmd_progress *progress, struct err *err)
{
	struct timespec start;
	const struct apply_result *result;
	char size[SIZE_TEXT];
	int r;

	clock_gettime(CLOCK_MONOTONIC, &start);
	fflush(stdout);
	r = plan_run(plan, &progress->progress, err);
	if (!r)
		r = disk_target_finish(to, err);
	cmd_progress_end(progress);
	if (r)
		return r;
	result = plan_result(plan);
	printf("%s is ready: %llu files, %llu folders, %s in %.1f s;\n"
	       "every file matched its hash in the image\n",
	       name, (unsigned long long)result->files,
	       (unsigned long long)result->folders,
	       size_text(result->bytes, size), seconds_since(&start));
	return 0;
}

// Opens the variables that get start entries: those that were named, or this
// machine's when it is meant, a disk of it is the target and it was started by
// UEFI; else *ret is NULL.
static int open_variables(const struct answer *answer, const char *target,
			  const struct cmd_switch *switches,
			  struct efi_vars **ret, struct err *err)
{
	const char *folder = switches[EFIVARS].value;
	bool meant = is_meant(switches);
	int r;

	*ret = NULL;
	if (answer->layout == ANSWER_MBR || answer->system == BOOT_LINUX ||
	    (!folder && (!meant || answer->other_machine ||
			 !machine_has_disk("", target))))
		return 0;
	r = efi_vars_open(folder, ret, folder ? err : NULL);
	if (r && !folder)
		return 0;
	if (!r)
		printf("start entries of the firmware: Windows Boot Manager%s%s\n",
		       answer->environment ? ", " : "",
		       answer->environment ? answer->environment : "");
	return r;
}

// The disk starts without an entry too, by the fallback path: it is ready
// whatever becomes of the entries.
static void enter(const struct plan *plan, const char *target,
		  struct efi_vars *vars)
{
	struct err err = {0};

	if (vars && plan_enter(plan, vars, &err))
		fprintf(stderr,
			"deploy: the firmware's start entries could not be "
			"changed: %s\n"
			"%s is ready all the same and starts by "
			"\\EFI\\Boot\\bootx64.efi; if the firmware starts "
			"something else, choose the disk in its menu.\n",
			err.why, target);
}

static int say_end(struct deploy_end *end, int r,
		   const struct cmd_switch *switches, struct err *err)
{
	bool is_dry = switches[DRY_RUN].value;

	end->file = is_dry ? NULL : switches[FINISH_FILE].value;
	if (!r && !is_dry)
		r = deploy_end_done(end, err);
	if (r == -EALREADY)
		return deploy_end_deployed(end, err);
	if (r && is_dry)
		return cmd_fail("deploy", NULL, err);
	return r ? deploy_end_failed(end, err) : CMD_OK;
}

// A disk of the machine that is worked on starts as the machine does; what is named
// otherwise will be some machine's.
static enum answer_start machine_start(const struct cmd_switch *switches)
{
	const char *target = switches[TARGET].value;

	if (!is_meant(switches) || (target && !machine_has_disk("", target)))
		return ANSWER_START_UNKNOWN;
	return machine_has_uefi("") ? ANSWER_START_UEFI : ANSWER_START_BIOS;
}

static int deploy(const char *answer_path, uint64_t size,
		  const struct cmd_switch *switches,
		  struct cmd_progress *progress)
{
	char path[PATH_MAX] = "", boot_files[PATH_MAX];
	struct plan_target target = {.name = path,
				     .boot_files = boot_files,
				     .origin = switches[ORIGIN].value,
				     .now = (uint64_t)time(NULL),
				     .progress = &progress->progress};
	struct deploy_end end = {.target = path, .is_new = size};
	bool is_dry = switches[DRY_RUN].value;
	struct disk_target opened = {0};
	struct answer *answer = NULL;
	struct efi_vars *vars = NULL;
	struct plan *plan = NULL;
	struct deploy_disk disk;
	struct err err = {0};
	int r = answer_read(answer_path, switches[ORIGIN].value,
			    machine_start(switches), &answer, &err);

	if (!r)
		r = deploy_disk_choose(&disk, answer, switches[TARGET].value,
				       path, &err);
	if (!r)
		r = open_target(path, size, is_dry, answer, &opened, &err);
	target.disk = opened.disk;
	if (!r)
		target.once = disk.by_rule && target.origin && !answer->again &&
			      !switches[AGAIN].value;
	target.image_folders = switches[IMAGE_FOLDERS].value;
	if (!r && switches[BOOT_FILES].value)
		target.boot_files = switches[BOOT_FILES].value;
	else if (!r && default_boot_files(answer_path, boot_files))
		target.boot_files = NULL;
	if (!r)
		r = plan_make(answer, &target, &plan, &err);
	cmd_progress_end(progress);
	if (!r)
		plan_print(plan, print_line, NULL);
	if (!r && switches[IDS].value)
		plan_print_ids(plan, print_line, NULL);
	fflush(stdout);
	if (!r)
		plan_warn(plan, print_warning, NULL);
	if (!r)
		r = open_variables(answer, path, switches, &vars, &err);
	if (!r && !is_dry)
		r = deploy_disk_confirm(&disk, answer, &err);
	if (!r && !is_dry)
		r = do_plan(plan, &opened, path, progress, &err);
	if (!r && !is_dry)
		enter(plan, path, vars);
	end.answer = answer;
	end.plan = plan;
	r = say_end(&end, r, switches, &err);
	efi_vars_close(vars);
	plan_free(plan);
	disk_target_close(&opened);
	answer_free(answer);
	return r;
}

static bool is_origin(const char *s)
{
	size_t n = 0;

	while (s[n] && !iscntrl((unsigned char)s[n]))
		n++;
	return n && !s[n] && n <= MAX_ORIGIN;
}

static int start_next(const struct cmd_switch *switches)
{
	const char *name = switches[START_NEXT].value;
	struct place *place = NULL;
	struct efi_vars *vars = NULL;
	struct err err = {0};
	int r;

	if (!switches[EFIVARS].value && !is_meant(switches))
		return cmd_misuse("deploy", "--start-next is for Slipway's "
					    "environment; elsewhere add "
					    "--this-machine");
	r = address_open(name, ADDRESS_FILE | ADDRESS_VIRTUAL, &place, &err);
	if (!r)
		r = check_whole(place, name, &err);
	if (!r)
		r = efi_vars_open(switches[EFIVARS].value, &vars, &err);
	if (!r)
		r = deployed_start_next(place->disk, vars, &err);
	efi_vars_close(vars);
	address_close(place);
	if (r)
		return cmd_fail("deploy", name, &err);
	printf("the next start is from %s\n", name);
	return CMD_OK;
}

static int print_keyboard(const char *path, const struct cmd_switch *switches)
{
	struct answer *answer;
	struct err err = {0};

	if (answer_read(path, NULL, machine_start(switches), &answer, &err))
		return cmd_fail("deploy", NULL, &err);
	if (answer->keyboard)
		puts(answer->keyboard);
	answer_free(answer);
	return CMD_OK;
}

static int list(const struct cmd_switch *switches)
{
	bool settle = switches[SETTLE].value;

	return switches[LIST_MEDIA].value ? deploy_list_media(settle)
					  : deploy_list_disks(settle);
}

static int cmd_deploy(int argc, char **argv)
{
	struct cmd_switch switches[] = {
		[TARGET] = {"target", true, NULL},
		[SIZE] = {"size", true, NULL},
		[DRY_RUN] = {"dry-run", false, NULL},
		[IDS] = {"ids", false, NULL},
		[BOOT_FILES] = {"boot-files", true, NULL},
		[IMAGE_FOLDERS] = {"image-folders", true, NULL},
		[EFIVARS] = {"efivars", true, NULL},
		[PROGRESS] = {"progress", true, NULL},
		[FINISH_FILE] = {"finish-file", true, NULL},
		[KEYBOARD] = {"keyboard", false, NULL},
		[LIST_DISKS] = {"list-disks", false, NULL},
		[LIST_MEDIA] = {"list-media", false, NULL},
		[SETTLE] = {"settle", false, NULL},
		[MACHINE] = {"this-machine", false, NULL},
		[ORIGIN] = {"origin", true, NULL},
		[AGAIN] = {"again", false, NULL},
		[START_NEXT] = {"start-next", true, NULL},
		[LIST_TARGETS] = {"list-targets", false, NULL},
		[NONE] = {NULL, false, NULL},
	};
	struct cmd_progress progress;
	uint64_t size = 0;
	int words, r = cmd_switches(argc, argv, switches, &words);

	if (r)
		return r;
	if (switches[LIST_DISKS].value || switches[LIST_MEDIA].value)
		return words ? cmd_misuse("deploy", "a list takes no words")
			     : list(switches);
	if (switches[LIST_TARGETS].value)
		return words ? cmd_misuse("deploy", "too many words")
			     : deploy_list_targets();
	if (switches[SETTLE].value)
		return cmd_misuse("deploy",
				  "--settle goes with --list-disks and "
				  "--list-media alone");
	if (switches[START_NEXT].value)
		return words ? cmd_misuse("deploy", "a list takes no words")
			     : start_next(switches);
	if (words != 1)
		return cmd_misuse("deploy",
				  "name one answer file, such as answer.ini");
	if (switches[ORIGIN].value && !is_origin(switches[ORIGIN].value))
		return cmd_misuse("deploy",
				  "--origin is a line of at most %u "
				  "letters",
				  MAX_ORIGIN);
	if (switches[KEYBOARD].value)
		return print_keyboard(argv[1], switches);
	if (switches[SIZE].value && !switches[TARGET].value)
		return cmd_misuse("deploy", "--size goes with --target");
	if (switches[SIZE].value &&
	    new_disk_parse_size("deploy", switches[SIZE].value, &size))
		return CMD_MISUSE;
	if (cmd_progress_init(&progress, switches[PROGRESS].value))
		return cmd_misuse("deploy",
				  "%s: must be bar, lines, json or none",
				  switches[PROGRESS].value);
	return deploy(argv[1], size, switches, &progress);
}
