// SPDX-License-Identifier: MIT
//
// bcdboot and the firmware of the machine: which boot manager it would start,
// and the entry by which it starts it.

#include <stdio.h>
#include <string.h>

#include "command.h"
#include "bcdboot.h"
#include "../hive_place.h"

int bcdboot_firmware_open(const char *folder, struct bcdboot_firmware *ret,
			  struct err *err)
{
	struct err none = {0};
	int r = efi_vars_open(folder, &ret->vars, &none);

	ret->is_given = folder;
	if (!folder && r == -ENOENT) {
		ret->vars = NULL;
		return 0;
	}
	return r ? err_pass(err, r, &none) : 0;
}

void bcdboot_firmware_close(struct bcdboot_firmware *f)
{
	efi_vars_close(f->vars);
}

// --- Which boot manager ------------------------------------------------------

static int read_file(const char *path, struct hive_bytes *ret, struct err *err)
{
	struct hive_place *f;
	int r = hive_place_open(path, 0, &f, err);

	if (r)
		return r;
	r = hive_place_read(f, ret, err);
	hive_place_close(f);
	return r;
}

// Reads a database of the firmware; of no bytes when it has none.
static int read_variable(struct efi_vars *vars, const char *name,
			 struct hive_bytes *ret, struct err *err)
{
	struct err found = {0};
	void *data;
	int r = efi_var_read(vars, name, &efi_security, &data, &ret->size,
			     &found);

	if (r == -ENOENT)
		return 0;
	if (r)
		return err_pass(err, r, &found);
	ret->data = data;
	return 0;
}

// Without Secure Boot the firmware starts what it does not trust, too.
static bool is_secure(const struct bcdboot_firmware *f)
{
	uint8_t *on;
	size_t size;
	void *data;
	bool yes;

	if (!f->vars || efi_var_read(f->vars, "SecureBoot", &efi_global, &data,
				     &size, NULL))
		return true;
	on = data;
	yes = !size || *on;
	mem_free(data);
	return yes;
}

static int choose(unsigned trust, bool wants_ex, bool is_secure,
		  const char *where, bool *ret_ex, struct err *err)
{
	bool ex = wants_ex || (!(trust & BCDBOOT_TRUST_2011) && trust);

	*ret_ex = ex;
	if (trust & (ex ? BCDBOOT_TRUST_2023 : BCDBOOT_TRUST_2011))
		return 0;
	if (!is_secure) {
		fprintf(stderr, "bcdboot: note: Secure Boot is off; with it "
				"this firmware would not start the boot "
				"manager\n");
		return 0;
	}
	return err_set(err, -EPERM, where, ERR_NOWHERE,
		       wants_ex ? "the firmware does not trust the certificate "
				  "of 2023 (Windows UEFI CA 2023)"
				: "the firmware trusts neither of Microsoft's "
				  "certificates for Windows and would start no "
				  "boot manager");
}

int bcdboot_firmware_choose(const struct bcdboot_firmware *f,
			    const char *db_file, const char *dbx_file,
			    bool wants_ex, bool *ret_ex, struct err *err)
{
	struct hive_bytes db = {.size = 0}, dbx = {.size = 0};
	unsigned trust = 0;
	int r = 0;

	*ret_ex = wants_ex;
	if (db_file)
		r = read_file(db_file, &db, err);
	else if (f->vars)
		r = read_variable(f->vars, "db", &db, err);
	if (!r && dbx_file)
		r = read_file(dbx_file, &dbx, err);
	else if (!r && !db_file && f->vars)
		r = read_variable(f->vars, "dbx", &dbx, err);
	if (!r && (db_file || db.size)) {
		r = bcdboot_trust(db.data, db.size, dbx.data, dbx.size, &trust,
				  err);
		if (!r)
			r = choose(trust, wants_ex, db_file || is_secure(f),
				   db_file ? db_file : "firmware's db", ret_ex,
				   err);
	}
	hive_bytes_done(&db);
	hive_bytes_done(&dbx);
	return r;
}

// --- The boot entry ----------------------------------------------------------

static enum efi_boot_place place(const struct bcdboot_entry_options *o)
{
	if (o->last)
		return EFI_BOOT_LAST;
	return o->keep ? EFI_BOOT_KEEP_FIRST : EFI_BOOT_FIRST;
}

int bcdboot_firmware_enter(const struct bcdboot_firmware *f,
			   const struct place *system,
			   const struct bcdboot_entry_options *options,
			   uint16_t *ret_number, struct err *err)
{
	const struct place_level *l = &system->levels[system->level_count - 1];
	uint32_t sector = system->disk->sector_size;
	struct efi_entry e = {
		.title = "Windows Boot Manager",
		.active = true,
		.is_gpt = l->style == PART_GPT,
		.partition_number = l->part.number,
		.start = l->part.start / sector,
		.size = l->part.size / sector,
		.partition = l->part.id,
		.signature = l->mbr_signature,
		.path = "\\EFI\\Microsoft\\Boot\\bootmgfw.efi",
	};
	void *optional;
	int r = efi_windows_optional(&optional, &e.optional_size, err);

	if (r)
		return r;
	e.optional = optional;
	r = efi_boot_add(f->vars, &e, place(options), ret_number, err);
	mem_free(optional);
	return r;
}
