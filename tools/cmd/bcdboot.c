// SPDX-License-Identifier: MIT
//
// bcdboot: boot files and a store for a Windows, onto a system partition.

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "bcd_place.h"
#include "bcdboot.h"
#include "cmd.h"
#include "deploy.h"
#include "hive_file.h"

static const char usage[] =
	"usage: bcdboot SOURCE /s SYSTEM [/f UEFI | BIOS | ALL] [/l LOCALE] [/v]\n"
	"               [/m [{ID}]] [/d] [/addlast] [/p] [/c] [/bootex] [/vhdlocate]\n"
	"               [--firmware-db FILE [--firmware-dbx FILE]] [/description TEXT]\n"
	"\n"
	"Copies the boot files of the Windows folder SOURCE to the system partition\n"
	"SYSTEM (FAT) and enters that Windows into the store there. SOURCE and SYSTEM\n"
	"are addresses: disk.img@3:\\vhd\\win.vhd@1:\\Windows and disk.img@1.\n"
	"\n"
	"  /s SYSTEM     the system partition\n"
	"  /f FIRMWARE   UEFI, BIOS or ALL; by default what the partition table tells:\n"
	"                BIOS for an MBR, else UEFI\n"
	"  /l LOCALE     language of the boot manager (en-US)\n"
	"  /v            name every file that is copied\n"
	"  /m {ID}       settings of that loader of the store for the new one too\n"
	"  /d            keep the default entry of an existing store\n"
	"  /addlast      last in the menu, not first\n"
	"  /p            leave the firmware's boot order alone; with /s it always is\n"
	"  /c            do not keep what an existing store holds\n"
	"  /bootex       the boot manager that is signed by the certificate of 2023\n"
	"  /vhdlocate    a VHD is looked for on all volumes, not on its own alone\n"
	"  --firmware-db FILE, --firmware-dbx FILE\n"
	"                the machine's signature databases: the boot manager that it\n"
	"                trusts is taken. A disk of this machine: its own by default\n"
	"  /description TEXT   name in the menu (what Windows calls itself)\n";

COMMAND(bcdboot, "bcdboot", "make a disk boot a Windows", usage);

enum {
	SYSTEM, FIRMWARE, LOCALE, VERBOSE, MERGE, KEEP, LAST, PRESERVE, CLEAN,
	BOOTEX, VHDLOCATE, DB, DBX, NAME, NONE
};

#define EFIVAR(name) \
	"/sys/firmware/efi/efivars/" name "-d719b2cb-3d3a-4596-a3bc-dad00e67656f"

// How the boot manager finds the source: its partition, or the VHD that it is
// in and the partition which holds that.
struct devices {
	struct bcd_device partition, vhd, locate, system;
};

// SOURCE is one of  disk@N:\\Windows  and  disk@N:\\x.vhd@M:\\Windows.
static int source_device(const char *address, const struct place *place,
			 bool locate, struct devices *d,
			 const struct bcd_device **ret, struct err *err)
{
	const struct place_level *l = place->levels;
	size_t n = place->level_count;

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
	return err_set(err, -EINVAL, address, ERR_NOWHERE,
		       locate ? "/vhdlocate is for DISK@N:\\FILE.vhd@M:\\Windows"
			      : "must be DISK@N:\\Windows or "
				"DISK@N:\\FILE.vhd@M:\\Windows");
}

static void print_copied(void *ctx, const char *path)
{
	(void)ctx;
	printf("Copied %s\n", path);
}

// --- Which boot manager ------------------------------------------------------

// Reads a database of the firmware; of no bytes when it has none.
static int read_database(const char *path, bool must, struct hive_bytes *ret,
			 struct err *err)
{
	struct hive_file *f;
	int r = hive_file_open(path, 0, &f, must ? err : NULL);

	*ret = (struct hive_bytes){.size = 0};
	if (r == -ENOENT && !must)
		return 0;
	if (r)
		return r;
	r = hive_file_read(f, ret, err);
	hive_file_close(f);
	return r;
}

static int choose_manager(const struct cmd_switch *s, bool this_machine,
			  bool *ret_ex, struct err *err)
{
	const char *db_path = s[DB].value ? s[DB].value : EFIVAR("db");
	const char *dbx_path = s[DBX].value ? s[DBX].value : EFIVAR("dbx");
	bool wants_ex = s[BOOTEX].value;
	struct hive_bytes db, dbx = {.size = 0};
	unsigned trust;
	int r;

	*ret_ex = wants_ex;
	if (!s[DB].value && !this_machine)
		return 0;
	r = read_database(db_path, s[DB].value, &db, err);
	if (!r && (s[DBX].value || !s[DB].value))
		r = read_database(dbx_path, s[DBX].value, &dbx, err);
	if (!r && !db.size && !s[DB].value)
		return 0; // no Secure Boot here
	if (!r)
		r = bcdboot_trust(db.data, db.size, dbx.data, dbx.size, &trust,
				  err);
	hive_bytes_done(&db);
	hive_bytes_done(&dbx);
	if (r)
		return r;
	*ret_ex = wants_ex || !(trust & BCDBOOT_TRUST_2011);
	if (*ret_ex && !(trust & BCDBOOT_TRUST_2023))
		return err_set(err, -EPERM, db_path, ERR_NOWHERE,
			       wants_ex ? "the firmware does not trust the "
					  "certificate of 2023 (Windows UEFI "
					  "CA 2023)"
					: "the firmware trusts neither of "
					  "Microsoft's certificates for Windows "
					  "and would start no boot manager");
	return 0;
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
	const char *holds = NULL;
	int r;

	if (!source->ntfs)
		return err_set(err, -ENOTSUP, address, ERR_NOWHERE,
			       "Windows lies on NTFS");
	if (system->level_count != 1 ||
	    system->levels[0].kind != PLACE_PARTITION)
		return err_set(err, -EINVAL, system_address, ERR_NOWHERE,
			       "the system partition must be DISK@N");
	r = part_probe(system->disk, &holds, err);
	if (!r && holds && !strcmp(holds, "NTFS"))
		r = err_set(err, -ENOTSUP, system_address, ERR_NOWHERE,
			    "files cannot be added to an NTFS volume; format "
			    "the system partition with FAT32");
	return r;
}

static int write_all(const struct place *source, struct place *system,
		     const struct bcdboot_options *options, struct err *err)
{
	struct fat *esp;
	int r = fat_open(system->disk, &esp, err);

	if (r)
		return r;
	r = bcdboot_write(source->ntfs, esp, options, err);
	if (!r)
		r = fat_sync(esp, err);
	fat_close(esp);
	return r ? r : disk_flush(system->disk, err);
}

static int run(struct place *source, struct place *system, char **words,
	       const struct cmd_switch *s, struct err *err)
{
	struct devices devices;
	const struct bcd_device *windows = NULL;
	char *name = NULL;
	struct bcdboot_options options = {
		.entry = {.locale = s[LOCALE].value ? s[LOCALE].value : "en-US",
			  .system = &devices.system,
			  .timeout = 30,
			  .keep_default = s[KEEP].value,
			  .add_last = s[LAST].value},
		.windows = source->path,
		.time = filetime_now(),
		.clean = s[CLEAN].value,
		.copied = s[VERBOSE].value ? print_copied : NULL,
	};
	int r = check_places(source, words[0], system, s[SYSTEM].value, err);

	if (!r)
		r = source_device(words[0], source, s[VHDLOCATE].value,
				  &devices, &windows, err);
	options.systems = s[FIRMWARE].value
				  ? parse_firmware(s[FIRMWARE].value)
			  : r ? 0
			      : firmware_of(&system->levels[0]);
	if (!r && words[1] && parse_merge(words[1], &options.merge))
		r = err_set(err, -EINVAL, words[1], ERR_NOWHERE,
			    "no identifier");
	if (!r && options.systems & BCDBOOT_UEFI)
		r = choose_manager(s, !strncmp(system->host_path, "/dev/", 5),
				   &options.use_ex, err);
	if (!r)
		r = guid_random(&options.entry.loader, err);
	if (!r)
		r = guid_random(&options.entry.resume, err);
	if (r)
		return r;
	bcd_place_partition(&system->levels[0], &devices.system);
	options.entry.windows = windows;
	options.entry.description = s[NAME].value;
	if (!s[NAME].value)
		options.entry.description =
			bcdboot_describe(source->ntfs, source->path, &name,
					 NULL)
				? "Windows"
				: name;
	r = write_all(source, system, &options, err);
	mem_free(name);
	return r;
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
		[NAME] = {"description", true, NULL},
		[NONE] = {NULL, false, NULL},
	};
	struct place *source, *system;
	struct err err = {0};
	int words, r = cmd_switches(argc, argv, s, &words);

	if (r)
		return r;
	if (words < 1 || words > 1 + (s[MERGE].value != NULL) ||
	    !s[SYSTEM].value)
		return cmd_misuse("bcdboot", "SOURCE and /s are needed");
	if (s[FIRMWARE].value && !parse_firmware(s[FIRMWARE].value))
		return cmd_misuse("bcdboot", "/f %s: not UEFI, BIOS or ALL",
				  s[FIRMWARE].value);
	if (s[DBX].value && !s[DB].value)
		return cmd_misuse("bcdboot", "--firmware-dbx goes with "
					     "--firmware-db");
	if (words == 1)
		argv[2] = NULL;
	if (address_open(argv[1], 0, &source, &err))
		return cmd_fail("bcdboot", NULL, &err);
	r = address_open(s[SYSTEM].value, ADDRESS_WRITE, &system, &err);
	if (!r) {
		r = run(source, system, argv + 1, s, &err);
		address_close(system);
	}
	address_close(source);
	if (r)
		return cmd_fail("bcdboot", NULL, &err);
	puts("Boot files successfully created.");
	return CMD_OK;
}

static int cmd_bcdboot(int argc, char **argv)
{
	return bcdboot_command(argc, argv);
}
