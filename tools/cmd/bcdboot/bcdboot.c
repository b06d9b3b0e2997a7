// SPDX-License-Identifier: MIT
//
// bcdboot: boot files and a store for a Windows, onto a system partition.

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "../bcd_place.h"
#include "command.h"
#include "../boot_limits.h"
#include "../cmd.h"
#include "bcdboot.h"
#include "../oddities.h"
#include "machine.h"

static const char usage[] =
	"usage: bcdboot SOURCE [/s SYSTEM] [/f UEFI | BIOS | ALL] [/l LOCALE] [/v]\n"
	"               [/m [{ID}]] [/d] [/addlast | /p] [/c] [/bootex] [/vhdlocate]\n"
	"               [--firmware-db FILE [--firmware-dbx FILE]] [/description TEXT]\n"
	"\n"
	"Copies the boot files of the Windows folder SOURCE to the system partition\n"
	"SYSTEM (FAT, or for BIOS NTFS too) and enters that Windows into the store\n"
	"there. SOURCE and SYSTEM are addresses: disk.img@3:\\vhd\\win.vhd@1:\\Windows\n"
	"and disk.img@1; or hv.vhdx@3:\\Windows and hv.vhdx@1, on a virtual disk that\n"
	"is a machine's own.\n"
	"\n"
	"  /s SYSTEM     the system partition. Without it, in Slipway's environment on a\n"
	"                machine that was started by UEFI: the EFI system partition of\n"
	"                SOURCE's disk, or the one that the machine was started from; and\n"
	"                the firmware gets an entry that starts the boot manager, first\n"
	"                in its order\n"
	"  /f FIRMWARE   UEFI, BIOS or ALL; by default what the partition table tells:\n"
	"                BIOS for an MBR, else UEFI\n"
	"  /l LOCALE     language of the boot manager (en-US)\n"
	"  /v            name every file that is copied\n"
	"  /m            keep name, language and inheritance of an existing boot manager\n"
	"  /m {ID}       and settings of that loader of the store for the new one too\n"
	"  /d            keep the default entry of an existing store\n"
	"  /addlast      last in the menu and in the firmware's order, not first\n"
	"  /p            an entry that the firmware has stays where it is in the order\n"
	"  /c            do not keep what an existing store holds\n"
	"  /bootex       the boot manager that is signed by the certificate of 2023\n"
	"  /vhdlocate    a VHD is looked for on all volumes, not on its own alone\n"
	"  --firmware-db FILE, --firmware-dbx FILE\n"
	"                the machine's signature databases: the boot manager that it\n"
	"                trusts is taken. A disk of this machine: its own by default\n"
	"  --this-machine      this host is the machine that is meant, as in the\n"
	"                      environment: its system partition, its firmware\n"
	"  --efivars FOLDER    stands for this machine's firmware variables\n"
	"  /description TEXT   name in the menu (what Windows calls itself)\n";

COMMAND(bcdboot, "bcdboot", "make a disk boot a Windows", usage);

enum {
	SYSTEM,
	FIRMWARE,
	LOCALE,
	VERBOSE,
	MERGE,
	KEEP,
	LAST,
	PRESERVE,
	CLEAN,
	BOOTEX,
	VHDLOCATE,
	DB,
	DBX,
	EFIVARS,
	NAME,
	MACHINE,
	NONE
};

// How the boot manager finds the source: its partition, or the VHD that it is
// in and the partition which holds that.
struct devices {
	struct bcd_device partition, vhd, locate, system;
};

// SYSTEM is  disk@N  of the disk that the machine has: a real one, or a virtual
// one that is its whole disk, which the levels above the last one lead to. On the
// same disk SOURCE is one of  disk@N:\\Windows  and  disk@N:\\x.vhd@M:\\Windows.
static int source_device(const char *address, const struct place *place,
			 const struct place *system, bool locate,
			 struct devices *d, const struct bcd_device **ret,
			 struct err *err)
{
	size_t above = system->level_count - 1;
	const struct place_level *l = place->levels + above;
	size_t n = place->level_count - above;

	if (!address_is_below(place, system, above))
		return err_set(err, -EINVAL, address, ERR_NOWHERE,
			       "the system partition is in a virtual disk, "
			       "where it starts what is on that disk itself; "
			       "this lies elsewhere");
	if (n >= 2 && l[0].kind == PLACE_PARTITION) {
		bcd_place_partition(&l[0], &d->partition);
		*ret = &d->partition;
		if (n == 2 && l[1].kind == PLACE_FILE && !locate)
			return 0;
		if (n == 5 && l[1].kind == PLACE_FILE &&
		    l[2].kind == PLACE_VIRTUAL &&
		    l[3].kind == PLACE_PARTITION) {
			d->locate = (struct bcd_device){
				.kind = BCD_DEVICE_LOCATE, .path = l[1].path};
			d->vhd = (struct bcd_device){
				.kind = BCD_DEVICE_VHD,
				.path = l[1].path,
				.host = locate ? &d->locate : &d->partition};
			*ret = &d->vhd;
			return 0;
		}
	}
	return err_set(
		err, -EINVAL, address, ERR_NOWHERE,
		locate ? "/vhdlocate is for DISK@N:\\FILE.vhd@M:\\Windows"
		       : "must be DISK@N:\\Windows or "
			 "DISK@N:\\FILE.vhd@M:\\Windows");
}

static void print_copied(void *ctx, const char *path)
{
	(void)ctx;
	printf("Copied %s\n", path);
}

// --- Doing it ----------------------------------------------------------------

// Returns BCDBOOT_* of the word after /f, or 0.
static unsigned parse_firmware(const char *word)
{
	static const struct {
		const char *word;
		unsigned systems;
	} words[] = {{"UEFI", BCDBOOT_UEFI},
		     {"BIOS", BCDBOOT_BIOS},
		     {"ALL", BCDBOOT_UEFI | BCDBOOT_BIOS}};

	for (size_t i = 0; i < 3; i++)
		if (!strcasecmp(words[i].word, word))
			return words[i].systems;
	return 0;
}

static const struct place_level *last_level(const struct place *place)
{
	return &place->levels[place->level_count - 1];
}

static unsigned firmware_of(const struct place_level *l)
{
	return l->style == PART_MBR && l->part.mbr_type != PART_MBR_EFI
		       ? BCDBOOT_BIOS
		       : BCDBOOT_UEFI;
}

static int parse_merge(const char *word, struct guid *ret)
{
	for (const struct bcd_alias *a = bcd_aliases; a->name; a++) {
		if (!strcasecmp(a->name, word)) {
			*ret = a->id;
			return 0;
		}
	}
	return *word == '{' ? guid_parse(word, ret) : -EINVAL;
}

static int check_places(const struct place *source, const char *address,
			const struct place *system, const char *system_address,
			struct err *err)
{
	if (!volume_ntfs(source->volume))
		return err_set(
			err, -ENOTSUP, address, ERR_NOWHERE,
			"there is no NTFS volume, and Windows is on one");
	if (!system->level_count || last_level(system)->kind != PLACE_PARTITION)
		return err_set(err, -EINVAL, system_address, ERR_NOWHERE,
			       "the system partition must be DISK@N");
	return 0;
}

// Says so when the boot manager will speak English after all.
static void check_locale(const struct place *source,
			 const struct bcdboot_options *o)
{
	const char *locale = o->entry.locale;
	char path[512];
	struct tree_stat stat;

	if (!strcasecmp(locale, "en-US"))
		return;
	snprintf(path, sizeof(path), "%s\\Boot\\%s\\%s", o->windows,
		 o->systems & BCDBOOT_UEFI ? "EFI" : "PCAT", locale);
	if (tree_stat(source->volume, path, &stat, NULL))
		fprintf(stderr,
			"bcdboot: note: %s: this Windows has no boot "
			"texts in that language; English is shown\n",
			locale);
}

static int write_all(const struct place *source, struct place *system,
		     const struct bcdboot_options *options, struct err *err)
{
	struct tree *v;
	int r = bcdboot_try(source->volume, system->disk, options, err);

	if (!r)
		r = volume_open(system->disk, &v, err);
	if (r)
		return r;
	r = tree_begin(v, err);
	if (!r)
		r = bcdboot_write(source->volume, v, options, err);
	if (!r)
		r = tree_sync(v, err);
	cmd_note(system->host_path, tree_note(v));
	tree_close(v);
	return r ? r : address_finish(system, err);
}

// One run of the command.
struct run {
	const struct cmd_switch *s;
	char **words; // SOURCE, and {ID} or NULL
	struct bcdboot_firmware firmware;
	bool is_meant; // this machine, by what nobody named
	struct place *source, *system;
	char *system_address; // found, or NULL
	char *windows;        // the folder, without a backslash at its end
	struct err err;
};

static bool given(const struct run *run, int s)
{
	return run->s[s].value;
}

// The firmware of this machine has no say about what is not on a disk of it,
// unless a folder stands for another machine's.
static bool is_machines(const struct run *run, const struct place *place)
{
	return run->firmware.is_given ||
	       (run->is_meant && machine_has_disk("", place->host_path));
}

// A Windows on a disk of this machine may be started from another disk of it.
static bool is_own(const struct run *run)
{
	return run->is_meant && machine_has_disk("", run->source->host_path);
}

static int open_place(const char *text, unsigned flags, struct place **ret,
		      struct err *err)
{
	char *address = bcd_place_address(text);
	int r = address ? address_open(address, flags, ret, err)
			: err_nomem(err);

	mem_free(address);
	return r;
}

// What is to be written to lies on the same disk, as a rule.
static int open_source(struct run *run)
{
	const char *source = run->words[0], *system = run->s[SYSTEM].value;
	bool is_same = !system || address_is_same_host(source, system);

	return open_place(source, is_same ? ADDRESS_WRITE_LOCK : 0,
			  &run->source, &run->err);
}

// Finds the system partition on the disk that the source lies on, or, when that is
// one of this machine's, the one that it was started from.
static int find_system_for(struct run *run)
{
	const char *disk = run->source->host_path;
	struct place *place;
	int r = address_open(disk, ADDRESS_FILE | ADDRESS_VIRTUAL, &place,
			     &run->err);

	if (r)
		return r;
	r = system_partition_for(place->disk, disk, run->firmware.vars,
				 is_own(run) ? "" : NULL, &run->system_address,
				 &run->err);
	address_close(place);
	if (r == -ENOENT || r == -EBUSY)
		cmd_advise(&run->err, "name one with /s");
	return r;
}

static int find_system(struct run *run)
{
	const char *address = run->s[SYSTEM].value;
	int r;

	if (!run->source->path)
		return err_set(&run->err, -EINVAL, run->words[0], ERR_NOWHERE,
			       "name the Windows folder, such as %s%s\\Windows",
			       run->words[0],
			       run->words[0][1] == ':' ? "" : ":");
	if (!address && (!run->firmware.vars || !is_machines(run, run->source)))
		return err_set(&run->err, -EINVAL, run->words[0], ERR_NOWHERE,
			       "%s: name the system partition with /s, such as "
			       "/s %s@1",
			       !run->is_meant
				       ? "this is not Slipway's environment, "
					 "nor is --this-machine given"
			       : run->firmware.vars
				       ? "it is not on a disk of this machine"
				       : "this machine was not started by UEFI",
			       run->source->host_path);
	if (!address) {
		r = find_system_for(run);
		if (r)
			return r;
		address = run->system_address;
	}
	r = open_place(address, ADDRESS_WRITE, &run->system, &run->err);
	return r ? r
		 : check_places(run->source, run->words[0], run->system,
				address, &run->err);
}

static int check_file_system(const struct place *system, unsigned systems,
			     struct err *err)
{
	struct part_content holds;
	int r = part_probe(system->disk, &holds, err);

	warn_of_oddities("bcdboot", system->host_path, system->disk);
	if (!r && systems & BCDBOOT_UEFI && part_content_is(&holds, "NTFS"))
		r = err_set(err, -ENOTSUP, "system partition", ERR_NOWHERE,
			    "the firmware of UEFI reads no NTFS: format the "
			    "system partition with FAT32, or write for BIOS "
			    "alone (/f BIOS)");
	return r;
}

// Fills in what the switches say.
static int read_options(struct run *run, struct bcdboot_options *o)
{
	const struct cmd_switch *s = run->s;
	static const struct bcdboot_firmware none = {NULL, false};
	int r = 0;

	o->entry.locale = s[LOCALE].value ? s[LOCALE].value : "en-US";
	o->entry.timeout = 30;
	o->entry.keep_default = given(run, KEEP);
	o->entry.add_last = given(run, LAST);
	o->entry.keep_settings = given(run, MERGE);
	o->windows = o->entry.system_root = run->windows;
	o->time = filetime_now();
	o->clean = given(run, CLEAN);
	o->copied = given(run, VERBOSE) ? print_copied : NULL;
	o->systems = s[FIRMWARE].value ? parse_firmware(s[FIRMWARE].value)
				       : firmware_of(last_level(run->system));
	r = check_file_system(run->system, o->systems, &run->err);
	if (r)
		return r;
	if (run->words[1] && parse_merge(run->words[1], &o->merge))
		return err_set(&run->err, -EINVAL, run->words[1], ERR_NOWHERE,
			       "no identifier: a GUID in braces, or a name "
			       "such as {default}");
	if (o->systems & BCDBOOT_UEFI)
		r = bcdboot_firmware_choose(is_machines(run, run->system)
						    ? &run->firmware
						    : &none,
					    s[DB].value, s[DBX].value,
					    given(run, BOOTEX), &o->use_ex,
					    &run->err);
	if (!r)
		r = guid_random(&o->entry.loader, &run->err);
	return r ? r : guid_random(&o->entry.resume, &run->err);
}

static int enter(struct run *run)
{
	const struct bcdboot_entry_options options = {
		.last = given(run, LAST), .keep = given(run, PRESERVE)};
	uint16_t number;
	int r = bcdboot_firmware_enter(&run->firmware, run->system, &options,
				       &number, &run->err);

	if (r) {
		fprintf(stderr, "bcdboot: the boot files are in place, but the "
				"firmware has no entry for them\n");
		return r;
	}
	if (given(run, VERBOSE))
		printf("Firmware entry Boot%04X starts %s\n", number,
		       run->system_address);
	return 0;
}

static void check_template(const struct run *run)
{
	struct err err = {0};

	if (bcdboot_check_template(run->source->volume, run->windows, &err) ==
	    -EBADMSG)
		cmd_warn("bcdboot", err.what, "%s" BCDBOOT_NO_TEMPLATE,
			 err.why);
}

static int write_with_name(struct run *run, struct bcdboot_options *o)
{
	struct tree *volume = run->source->volume;
	struct boot_windows windows = {.folder = run->windows};
	char *name = NULL;
	int r;

	o->entry.description = run->s[NAME].value;
	if (!o->entry.description)
		o->entry.description =
			bcdboot_describe(volume, run->windows, &name, NULL)
				? "Windows"
				: name;
	best_effort(bcdboot_version(volume, run->windows, &o->entry.version,
				    NULL));
	best_effort(bcdboot_max_chain(volume, run->windows, &windows.max_chain,
				      NULL));
	windows.version = o->entry.version;
	check_template(run);
	r = boot_limits_source("bcdboot", run->words[0], o->entry.windows,
			       &windows, &run->err);
	if (!r)
		r = write_all(run->source, run->system, o, &run->err);
	mem_free(name);
	return r;
}

static int take_folder(struct run *run)
{
	size_t len;

	run->windows = mem_strdup(run->source->path);
	if (!run->windows)
		return err_nomem(&run->err);
	len = strlen(run->windows);
	while (len && run->windows[len - 1] == '\\')
		run->windows[--len] = 0;
	return 0;
}

static int run_all(struct run *run)
{
	struct devices devices;
	struct bcdboot_options o = {.entry = {.system = &devices.system}};
	int r = find_system(run);

	if (!r)
		r = take_folder(run);

	if (!r)
		r = source_device(run->words[0], run->source, run->system,
				  given(run, VHDLOCATE), &devices,
				  &o.entry.windows, &run->err);
	if (!r)
		r = read_options(run, &o);
	if (r)
		return r;
	bcd_place_partition(last_level(run->system), &devices.system);
	check_locale(run->source, &o);
	r = write_with_name(run, &o);
	if (!r && run->system_address && o.systems & BCDBOOT_UEFI)
		r = enter(run);
	return r;
}

static int check_switches(const struct cmd_switch *s, int words)
{
	if (words < 1 || words > 1 + (s[MERGE].value != NULL))
		return cmd_misuse("bcdboot", "name one Windows folder, such as "
					     "disk.img@3:\\Windows");
	if (s[FIRMWARE].value && !parse_firmware(s[FIRMWARE].value))
		return cmd_misuse("bcdboot", "/f %s: not UEFI, BIOS or ALL",
				  s[FIRMWARE].value);
	if (s[LOCALE].value && !bcdboot_is_locale(s[LOCALE].value))
		return cmd_misuse("bcdboot",
				  "/l %s: not a language such as "
				  "en-US",
				  s[LOCALE].value);
	if (s[DBX].value && !s[DB].value)
		return cmd_misuse("bcdboot", "--firmware-dbx goes with "
					     "--firmware-db");
	if (s[LAST].value && s[PRESERVE].value)
		return cmd_misuse("bcdboot", "/addlast and /p exclude each "
					     "other");
	return 0;
}

int bcdboot_command(int argc, char **argv)
{
	struct cmd_switch s[] = {
		[SYSTEM] = {"s", true, NULL},
		[FIRMWARE] = {"f", true, NULL},
		[LOCALE] = {"l", true, NULL},
		[VERBOSE] = {"v", false, NULL},
		[MERGE] = {"m", false, NULL},
		[KEEP] = {"d", false, NULL},
		[LAST] = {"addlast", false, NULL},
		[PRESERVE] = {"p", false, NULL},
		[CLEAN] = {"c", false, NULL},
		[BOOTEX] = {"bootex", false, NULL},
		[VHDLOCATE] = {"vhdlocate", false, NULL},
		[DB] = {"firmware-db", true, NULL},
		[DBX] = {"firmware-dbx", true, NULL},
		[EFIVARS] = {"efivars", true, NULL},
		[NAME] = {"description", true, NULL},
		[MACHINE] = {"this-machine", false, NULL},
		[NONE] = {NULL, false, NULL},
	};
	struct run run = {.s = s, .words = argv + 1};
	int words, r = cmd_switches(argc, argv, s, &words);

	if (!r)
		r = check_switches(s, words);
	if (r)
		return r;
	if (words == 1)
		argv[2] = NULL;
	run.is_meant = s[MACHINE].value || machine_is_environment("");
	if (run.is_meant || s[EFIVARS].value)
		r = bcdboot_firmware_open(s[EFIVARS].value, &run.firmware,
					  &run.err);
	if (!r)
		r = open_source(&run);
	if (!r)
		r = run_all(&run);
	cmd_place_close(run.system);
	cmd_place_close(run.source);
	bcdboot_firmware_close(&run.firmware);
	mem_free(run.system_address);
	mem_free(run.windows);
	if (r)
		return cmd_fail("bcdboot", NULL, &run.err);
	puts("Boot files successfully created.");
	return CMD_OK;
}

static int cmd_bcdboot(int argc, char **argv)
{
	return bcdboot_command(argc, argv);
}
