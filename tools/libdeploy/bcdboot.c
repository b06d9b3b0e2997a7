// SPDX-License-Identifier: MIT
//
// What BCDBoot does: boot files from a Windows folder onto an EFI system
// partition, and the store beside them.

#include <stdio.h>
#include <string.h>

#include "deploy.h"

#define MAX_FILE  (UINT64_C(256) << 20) // no boot file is near that
#define MAX_STORE (UINT64_C(16) << 20)
#define MAX_DEPTH 8 // of folders below \Windows\Boot; Windows has two
#define MAX_PATH  600

static const char store_path[] = "\\EFI\\Microsoft\\Boot\\BCD";

struct copy {
	struct ntfs *source;
	struct fat *esp;
	const struct bcdboot_options *options;
	const char *to; // folder on the system partition
	unsigned depth;
	struct err *err;
};

static int copy_folder(const struct copy *parent, uint64_t record,
		       const char *to);

static int join(char path[MAX_PATH], const char *folder, const char *name,
		struct err *err)
{
	if (snprintf(path, MAX_PATH, "%s\\%s", folder, name) < MAX_PATH)
		return 0;
	return err_set(err, -ENAMETOOLONG, name, ERR_NOWHERE,
		       "its path is too long");
}

static int copy_stream(const struct copy *c, struct disk *from, const char *to)
{
	struct disk *file;
	int r;

	if (from->size > MAX_FILE)
		return err_set(c->err, -EFBIG, to, ERR_NOWHERE,
			       "too large for a boot file");
	r = fat_create_file(c->esp, to, (uint32_t)from->size, FAT_ATTR_ARCHIVE,
			    filetime_to_unix(c->options->time), &file, c->err);
	if (r)
		return r;
	r = disk_copy(from, file, from->size, c->err);
	disk_close(file);
	if (!r && c->options->copied)
		c->options->copied(c->options->ctx, to);
	return r;
}

static int copy_file(const struct copy *c, uint64_t record, const char *to)
{
	struct disk *from;
	int r = ntfs_open_stream(c->source, record, 0x80, NULL, &from, c->err);

	if (r)
		return r;
	r = copy_stream(c, from, to);
	disk_close(from);
	return r;
}

static int copy_entry(void *ctx, const struct ntfs_entry *entry)
{
	const struct copy *c = ctx;
	char to[MAX_PATH];
	int r;

	if (entry->name_space == 2) // the 8.3 name of a longer one
		return 0;
	r = join(to, c->to, entry->utf8, c->err);
	if (r)
		return r;
	if (entry->attributes & NTFS_ATTR_DIRECTORY)
		return copy_folder(c, entry->record, to);
	return copy_file(c, entry->record, to);
}

static int copy_folder(const struct copy *parent, uint64_t record,
		       const char *to)
{
	struct copy c = *parent;
	int r;

	c.to = to;
	if (c.depth++ == MAX_DEPTH)
		return err_set(c.err, -EFBIG, to, ERR_NOWHERE,
			       "folders nest too deep");
	r = fat_mkdir_all(c.esp, to, filetime_to_unix(c.options->time), c.err);
	return r ? r : ntfs_list(c.source, record, copy_entry, &c, c.err);
}

// Copies a folder below the Windows folder. One that is not there is left out
// unless it must be.
static int copy_named(const struct copy *c, const char *name, const char *to,
		      bool must)
{
	char from[MAX_PATH];
	uint64_t record;
	int r = join(from, c->options->windows, name, c->err);

	if (!r)
		r = ntfs_lookup(c->source, from, &record, must ? c->err : NULL);
	if (r == -ENOENT && !must)
		return 0;
	return r ? r : copy_folder(c, record, to);
}

static int copy_fallback(const struct copy *c)
{
	char from[MAX_PATH];
	struct disk *manager;
	int r = join(from, c->options->windows, "Boot\\EFI\\bootmgfw.efi",
		     c->err);

	if (!r)
		r = fat_mkdir_all(c->esp, "\\EFI\\Boot",
				  filetime_to_unix(c->options->time), c->err);
	if (!r)
		r = ntfs_open_file(c->source, from, &manager, c->err);
	if (r)
		return r;
	r = copy_stream(c, manager, "\\EFI\\Boot\\bootx64.efi");
	disk_close(manager);
	return r;
}

// Loads the store that is there, or begins one.
static int open_store(const struct copy *c, struct bcd **ret)
{
	void *data;
	size_t size;
	int r = -ENOENT;

	if (!c->options->clean)
		r = fat_read_file(c->esp, store_path, MAX_STORE, &data, &size,
				  NULL);
	if (r == -ENOENT)
		return bcd_new(true, ret, c->err);
	if (r)
		return err_set(c->err, r, store_path, ERR_NOWHERE,
			       "the store that is there cannot be read");
	r = bcd_load(data, size, ret, c->err);
	mem_free(data);
	return r;
}

static int write_store(const struct copy *c)
{
	struct bcd *bcd;
	void *data;
	size_t size;
	int r = open_store(c, &bcd);

	if (r)
		return r;
	bcd->hive->now = c->options->time;
	r = bcd_add_windows(bcd, &c->options->entry, NULL, c->err);
	if (!r)
		r = bcd_save(bcd, &data, &size, c->err);
	bcd_free(bcd);
	if (r)
		return r;
	r = fat_write_file(c->esp, store_path, data, (uint32_t)size,
			   FAT_ATTR_ARCHIVE | FAT_ATTR_HIDDEN | FAT_ATTR_SYSTEM,
			   filetime_to_unix(c->options->time), c->err);
	mem_free(data);
	if (!r && c->options->copied)
		c->options->copied(c->options->ctx, store_path);
	return r;
}

int bcdboot_write(struct ntfs *source, struct fat *esp,
		  const struct bcdboot_options *options, struct err *err)
{
	const struct copy c = {.source = source,
			       .esp = esp,
			       .options = options,
			       .err = err};
	int r = copy_named(&c, "Boot\\EFI", "\\EFI\\Microsoft\\Boot", true);

	if (!r)
		r = copy_named(&c, "Boot\\Fonts", "\\EFI\\Microsoft\\Boot\\Fonts",
			       false);
	if (!r)
		r = copy_named(&c, "Boot\\Resources",
			       "\\EFI\\Microsoft\\Boot\\Resources", false);
	if (!r)
		r = copy_fallback(&c);
	return r ? r : write_store(&c);
}
