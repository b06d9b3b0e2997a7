// SPDX-License-Identifier: MIT
//
// What BCDBoot does: boot files from a Windows folder onto a system partition,
// and the stores beside them.

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "bcdboot_priv.h"
#include "volume.h"

#define MAX_FILE  (UINT64_C(256) << 20) // no boot file is near that
#define MAX_DEPTH 8 // of folders below \Windows\Boot; Windows has two

struct copy {
	const struct bcdboot *b;
	const char *from; // folder of the Windows
	const char *to;   // folder on the system partition
	unsigned depth;
	bool strip_ex; // names lose the "_EX" before their dot
	bool bios;     // the boot manager goes to the root folder
};

static int copy_folder(const struct copy *parent, const char *from,
		       const char *to);

int bcdboot_join(char path[BCDBOOT_MAX_PATH], const char *folder,
		 const char *name, struct err *err)
{
	if (snprintf(path, BCDBOOT_MAX_PATH, "%s\\%s", folder, name) <
	    BCDBOOT_MAX_PATH)
		return 0;
	return err_set(err, -ENAMETOOLONG, name, ERR_NOWHERE,
		       "its path is too long");
}

// Reads all of a file: what cannot be read is found before anything is copied.
static int read_through(struct disk *from, struct err *err)
{
	const size_t room = 1u << 20;
	uint8_t *buffer = mem_alloc(room);
	int r = buffer ? 0 : err_nomem(err);

	for (uint64_t at = 0; at < from->size && !r; at += room) {
		uint64_t left = from->size - at;

		r = disk_read(from, at, buffer,
			      left < room ? (size_t)left : room, err);
	}
	mem_free(buffer);
	return r;
}

static int copy_stream(const struct bcdboot *b, struct disk *from,
		       const char *to, unsigned attributes)
{
	struct disk *file;
	int r;

	if (from->size > MAX_FILE)
		return err_set(b->err, -EFBIG, to, ERR_NOWHERE,
			       "too large for a boot file");
	r = tree_create_file(b->system, to, from->size,
			     TREE_ARCHIVE | attributes, b->options->time, &file,
			     b->err);
	if (r)
		return r;
	r = b->options->dry ? read_through(from, b->err)
			    : disk_copy(from, file, from->size, b->err);
	disk_close(file);
	if (!r && !b->options->dry && b->options->copied)
		b->options->copied(b->options->ctx, to);
	return r;
}

// Opens a file, and says which one it is that cannot be.
static int open_source(const struct bcdboot *b, const char *from,
		       const char *to, struct disk **ret)
{
	struct err inner = {0};
	int r = tree_open_file(b->source, from, DISK_READ_ONLY, ret, &inner);

	return r ? err_set(b->err, r, to, ERR_NOWHERE, "%s", inner.why) : 0;
}

static int copy_file(const struct copy *c, const char *from, const char *to,
		     unsigned attributes)
{
	struct disk *file;
	int r = open_source(c->b, from, to, &file);

	if (r)
		return r;
	r = copy_stream(c->b, file, to, attributes);
	disk_close(file);
	return r;
}

// "bootmgfw_EX.efi" -> "bootmgfw.efi"
static void strip_ex(char *name)
{
	char *dot = strrchr(name, '.');

	if (dot && dot - name > 3 && !strncasecmp(dot - 3, "_EX", 3))
		memmove(dot - 3, dot, strlen(dot) + 1);
}

static int copy_entry(void *ctx, const struct tree_stat *entry)
{
	const unsigned hidden = TREE_HIDDEN | TREE_SYSTEM;
	const struct copy *c = ctx;
	char from[BCDBOOT_MAX_PATH], to[BCDBOOT_MAX_PATH];
	int r = bcdboot_join(from, c->from, entry->name, c->b->err);

	if (r)
		return r;
	if (c->bios && c->depth == 1 && !strcasecmp(entry->name, "bootmgr"))
		return copy_file(c, from, "\\bootmgr", hidden);
	if (c->bios && c->depth == 1 && !strcasecmp(entry->name, "bootnxt"))
		return copy_file(c, from, "\\BOOTNXT", hidden);
	r = bcdboot_join(to, c->to, entry->name, c->b->err);
	if (r)
		return r;
	if (entry->is_directory)
		return copy_folder(c, from, to);
	if (c->strip_ex)
		strip_ex(to);
	return copy_file(c, from, to, 0);
}

static int copy_folder(const struct copy *parent, const char *from,
		       const char *to)
{
	struct copy c = *parent;
	struct err inner = {0};
	int r;

	c.from = from;
	c.to = to;
	if (c.depth++ == MAX_DEPTH)
		return err_set(c.b->err, -EFBIG, to, ERR_NOWHERE,
			       "folders nest too deep");
	r = tree_mkdir_all(c.b->system, to, c.b->options->time, c.b->err);
	if (!r)
		r = tree_list(c.b->source, from, copy_entry, &c, &inner);
	return inner.code
		       ? err_set(c.b->err, r, to, ERR_NOWHERE, "%s", inner.why)
		       : r;
}

// Copies a folder below the Windows folder. One that is not there is left out
// unless it must be.
static int copy_named(const struct copy *c, const char *name, const char *to,
		      bool must)
{
	const struct bcdboot *b = c->b;
	char from[BCDBOOT_MAX_PATH];
	struct tree_stat stat;
	struct err inner = {0};
	int r = bcdboot_join(from, b->options->windows, name, b->err);

	if (r)
		return r;
	r = tree_stat(b->source, from, &stat, &inner);
	if (r == -ENOENT && !must)
		return 0;
	return r ? err_pass(b->err, r, &inner) : copy_folder(c, from, to);
}

// --- UEFI --------------------------------------------------------------------

// The firmware's fallback path is named by the processor (UEFI 2.10, 3.5.1.1),
// which the file's PE header tells.
static const char *fallback_name(struct disk *manager)
{
	uint8_t head[4], pe[6];
	uint32_t at;

	if (manager->size < 0x40 ||
	    disk_read(manager, 0x3c, head, sizeof(head), NULL))
		return "bootx64.efi";
	at = load_le32(head);
	if (!range_ok(at, sizeof(pe), manager->size) ||
	    disk_read(manager, at, pe, sizeof(pe), NULL) ||
	    memcmp(pe, "PE\0", 4))
		return "bootx64.efi";
	switch (pe[4] | pe[5] << 8) {
	case 0xaa64:
		return "bootaa64.efi";
	case 0x14c:
		return "bootia32.efi";
	default:
		return "bootx64.efi";
	}
}

static int copy_fallback(const struct bcdboot *b)
{
	char from[BCDBOOT_MAX_PATH], to[64];
	struct disk *manager;
	int r = bcdboot_join(from, b->options->windows,
			     b->options->use_ex
				     ? "Boot\\EFI_EX\\bootmgfw_EX.efi"
				     : "Boot\\EFI\\bootmgfw.efi",
			     b->err);

	if (!r)
		r = tree_mkdir_all(b->system, "\\EFI\\Boot", b->options->time,
				   b->err);
	if (!r)
		r = open_source(b, from, from, &manager);
	if (r)
		return r;
	snprintf(to, sizeof(to), "\\EFI\\Boot\\%s", fallback_name(manager));
	r = copy_stream(b, manager, to, 0);
	disk_close(manager);
	return r;
}

// What is to be copied must be there, before anything is changed.
static int check_source(const struct bcdboot *b, const char *name,
			const char *why)
{
	char path[BCDBOOT_MAX_PATH];
	struct err found = {0};
	struct tree_stat stat;
	int r = bcdboot_join(path, b->options->windows, name, b->err);

	if (r)
		return r;
	r = tree_stat(b->source, path, &stat, &found);
	if (r == -ENOENT && *b->options->windows &&
	    tree_stat(b->source, b->options->windows, &stat, NULL) == -ENOENT)
		return err_set(b->err, -ENOENT, b->options->windows,
			       ERR_NOWHERE, "there is no such folder");
	if (r == -ENOENT || r == -ENOTDIR)
		return err_set(b->err, -ENOENT, path, ERR_NOWHERE, "%s", why);
	if (r && b->err && !b->err->code)
		*b->err = found;
	return r;
}

static int check_uefi(const struct bcdboot *b)
{
	int r = check_source(b, "Boot\\EFI\\bootmgfw.efi",
			     "this Windows has no boot manager for UEFI");

	if (r || !b->options->use_ex)
		return r;
	return check_source(b, "Boot\\EFI_EX\\bootmgfw_EX.efi",
			    "this Windows has no boot manager that is signed "
			    "by the certificate of 2023; update it first");
}

static int write_uefi(const struct bcdboot *b)
{
	const struct copy c = {.b = b}, ex = {.b = b, .strip_ex = true};
	int r = copy_named(&c, "Boot\\EFI", "\\EFI\\Microsoft\\Boot", true);

	if (!r)
		r = copy_named(&c, "Boot\\Fonts",
			       "\\EFI\\Microsoft\\Boot\\Fonts", false);
	if (!r)
		r = copy_named(&c, "Boot\\Resources",
			       "\\EFI\\Microsoft\\Boot\\Resources", false);
	// what is signed anew takes the place of the old
	if (!r && b->options->use_ex)
		r = copy_named(&ex, "Boot\\EFI_EX", "\\EFI\\Microsoft\\Boot",
			       true);
	if (!r && b->options->use_ex)
		r = copy_named(&ex, "Boot\\Fonts_EX",
			       "\\EFI\\Microsoft\\Boot\\Fonts", false);
	return r ? r : copy_fallback(b);
}

// --- BIOS --------------------------------------------------------------------

// The boot manager opens a virtual disk with the help of bootvhd.dll, and stops
// at an empty screen without it.
static int check_bios(const struct bcdboot *b)
{
	int r = check_source(b, "Boot\\PCAT\\bootmgr",
			     "this Windows has no boot manager for BIOS");

	if (r || b->options->entry.windows->kind != BCD_DEVICE_VHD)
		return r;
	return check_source(b, "Boot\\PCAT\\bootvhd.dll",
			    "without it a BIOS cannot boot from a VHD");
}

static int write_bios(const struct bcdboot *b)
{
	const struct copy pcat = {.b = b, .bios = true}, c = {.b = b};
	int r = copy_named(&pcat, "Boot\\PCAT", "\\Boot", true);

	if (!r)
		r = copy_named(&c, "Boot\\Fonts", "\\Boot\\Fonts", false);
	if (!r)
		r = copy_named(&c, "Boot\\Resources", "\\Boot\\Resources",
			       false);
	return r;
}

// Everything is checked for all firmware before anything is written for one.
static int check(const struct bcdboot *b, enum bcd_firmware firmware)
{
	int r = 0;

	if (!b->options->store_only)
		r = firmware == BCD_UEFI ? check_uefi(b) : check_bios(b);
	return r ? r : bcdboot_check_store(b, firmware);
}

static int write_all(const struct bcdboot *b, enum bcd_firmware firmware)
{
	int r;

	if (b->options->store_only)
		r = tree_mkdir_all(b->system,
				   firmware == BCD_UEFI
					   ? "\\EFI\\Microsoft\\Boot"
					   : "\\Boot",
				   b->options->time, b->err);
	else
		r = firmware == BCD_UEFI ? write_uefi(b) : write_bios(b);
	return r ? r : bcdboot_write_store(b, firmware);
}

int bcdboot_write(struct tree *source, struct tree *system,
		  const struct bcdboot_options *options, struct err *err)
{
	const struct bcdboot b = {source, system, options, err};
	unsigned systems = options->systems;
	int r = 0;

	if (!systems)
		systems = options->entry.firmware == BCD_BIOS ? BCDBOOT_BIOS
							      : BCDBOOT_UEFI;
	if (systems & BCDBOOT_UEFI)
		r = check(&b, BCD_UEFI);
	if (!r && systems & BCDBOOT_BIOS)
		r = check(&b, BCD_BIOS);
	if (!r && systems & BCDBOOT_UEFI)
		r = write_all(&b, BCD_UEFI);
	if (!r && systems & BCDBOOT_BIOS)
		r = write_all(&b, BCD_BIOS);
	return r;
}

int bcdboot_try(struct tree *source, struct disk *system,
		const struct bcdboot_options *options, struct err *err)
{
	struct bcdboot_options dry = *options;
	struct tree *v = NULL;
	struct disk *scratch;
	int r = disk_scratch(system, &scratch, err);

	if (r)
		return r;
	dry.dry = true;
	r = volume_open(scratch, &v, err);
	if (!r)
		r = tree_begin(v, err);
	if (!r)
		r = bcdboot_write(source, v, &dry, err);
	if (!r)
		r = tree_sync(v, err);
	tree_close(v);
	disk_close(scratch);
	return r;
}
