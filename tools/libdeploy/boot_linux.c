// SPDX-License-Identifier: MIT
//
// A machine that boots Linux natively from the VHD: Debian's signed shim, GRUB
// and kernel, and the environment's initramfs, which attaches the VHD and
// switches to it. All of them come from the medium, as they are.

#include <stdio.h>
#include <string.h>

#include "plan_priv.h"

#define CONFIG_MAX_SIZE (64u * 1024)
#define ROOT_MAX	1024u

// Where each file is on the medium, and goes on the EFI system partition.
static const char *const files[] = {
	"EFI/BOOT/BOOTX64.EFI",
	"EFI/BOOT/grubx64.efi",
	"slipway/vmlinuz",
	"slipway/initramfs",
};
static const char config_from[] = "slipway/grub-native.cfg";
static const char config_to[] = "EFI/debian/grub.cfg";

#define FILES (sizeof(files) / sizeof(files[0]))

static int open_source(const struct plan *p, const char *name,
		       struct disk **ret, struct err *err)
{
	char path[1024];

	if ((size_t)snprintf(path, sizeof(path), "%s/%s", p->target.boot_files,
			     name) >= sizeof(path))
		return err_set(err, -ENAMETOOLONG, p->target.boot_files,
			       ERR_NOWHERE, "the path is too long");
	return disk_open_file(path, DISK_READ_ONLY, ret, err);
}

static int make_folder(struct plan *p, struct fat *esp, const char *path,
		       struct err *err)
{
	char folder[64];

	snprintf(folder, sizeof(folder), "%.*s",
		 (int)(strrchr(path, '/') - path), path);
	return fat_mkdir_all(esp, folder, filetime_to_unix(p->time), err);
}

static int copy_file(struct plan *p, struct fat *esp, const char *name,
		     struct err *err)
{
	struct disk *from, *to;
	int r = open_source(p, name, &from, err);

	if (r)
		return r;
	r = from->size > UINT32_MAX
		    ? err_set(err, -EFBIG, name, ERR_NOWHERE,
			      "too large for FAT32")
		    : make_folder(p, esp, name, err);
	if (!r)
		r = fat_create_file(esp, name, (uint32_t)from->size,
				    FAT_ATTR_ARCHIVE, filetime_to_unix(p->time),
				    &to, err);
	if (!r) {
		r = disk_copy(from, to, from->size, err);
		disk_close(to);
	}
	disk_close(from);
	return r;
}

// What the template's places are filled with: where the VHD is, and what the
// answer file adds to the kernel's command line.
static void make_root(const struct plan *p, char root[ROOT_MAX])
{
	char id[GUID_TEXT];

	snprintf(root, ROOT_MAX, "PARTUUID=%s:%s@%u",
		 guid_format(&p->data->id, id), p->answer->vhd_path,
		 p->guest_part->number);
}

static size_t count_marks(const char *text, const char *mark)
{
	size_t n = 0;

	while ((text = strstr(text, mark))) {
		text += strlen(mark);
		n++;
	}
	return n;
}

// Puts `value` in the place of every `mark`; there must be one. *text is
// replaced.
static int substitute(char **text, const char *mark, const char *value,
		      struct err *err)
{
	size_t marks = count_marks(*text, mark);
	const char *from = *text, *place;
	char *result, *to;

	if (!marks)
		return err_corrupt(err, config_from, ERR_NOWHERE,
				   "it has no place for %s", mark);
	result = mem_alloc(strlen(from) + marks * strlen(value) + 1);
	if (!result)
		return err_nomem(err);
	to = result;
	while ((place = strstr(from, mark))) {
		memcpy(to, from, (size_t)(place - from));
		to = stpcpy(to + (place - from), value);
		from = place + strlen(mark);
	}
	strcpy(to, from);
	mem_free(*text);
	*text = result;
	return 0;
}

static int read_template(const struct plan *p, char **ret, struct err *err)
{
	struct disk *d;
	char *text = NULL;
	int r = open_source(p, config_from, &d, err);

	if (r)
		return r;
	if (d->size > CONFIG_MAX_SIZE)
		r = err_set(err, -EFBIG, config_from, ERR_NOWHERE, "too long");
	if (!r) {
		text = mem_alloc((size_t)d->size + 1);
		r = text ? disk_read(d, 0, text, (size_t)d->size, err)
			 : err_nomem(err);
	}
	disk_close(d);
	if (r)
		mem_free(text);
	else
		*ret = text;
	return r;
}

static int make_config(const struct plan *p, char **ret, struct err *err)
{
	const char *options = p->answer->options;
	char root[ROOT_MAX], *text;
	int r = read_template(p, &text, err);

	if (r)
		return r;
	make_root(p, root);
	r = substitute(&text, "@ROOT@", root, err);
	if (!r)
		r = substitute(&text, "@OPTIONS@", options ? options : "", err);
	if (r)
		mem_free(text);
	else
		*ret = text;
	return r;
}

static int write_config(struct plan *p, struct fat *esp, struct err *err)
{
	char *config;
	int r = make_config(p, &config, err);

	if (r)
		return r;
	r = make_folder(p, esp, config_to, err);
	if (!r)
		r = fat_write_file(esp, config_to, config,
				   (uint32_t)strlen(config), FAT_ATTR_ARCHIVE,
				   filetime_to_unix(p->time), err);
	mem_free(config);
	return r;
}

int boot_linux(struct plan *p, struct fat *esp, struct err *err)
{
	int r = 0;

	for (size_t i = 0; i < FILES && !r; i++)
		r = copy_file(p, esp, files[i], err);
	if (!r)
		r = write_config(p, esp, err);
	return r;
}

int boot_linux_check(const struct plan *p, struct err *err)
{
	uint64_t size = 0;
	int r = 0;
	char *text;

	if (!p->target.boot_files)
		return err_set(err, -ENOENT, "boot files", ERR_NOWHERE,
			       "system = linux needs the folder that holds "
			       "EFI/ and slipway/ (--boot-files)");
	for (size_t i = 0; i < FILES; i++) {
		struct disk *d;

		r = open_source(p, files[i], &d, err);
		if (r)
			return r;
		size += d->size;
		disk_close(d);
	}
	r = boot_check_room(p, size, err);
	if (!r)
		r = make_config(p, &text, err);
	if (!r)
		mem_free(text);
	return r;
}
