// SPDX-License-Identifier: MIT
//
// A machine that boots Linux natively from the VHD: Debian's signed shim, GRUB
// and kernel, and the environment's initramfs, which attaches the VHD and
// switches to it. All of them come from the medium, as they are.

#include <stdio.h>
#include <string.h>

#include "plan_priv.h"

#define ROOT_MAX 1024u

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

// What the template's places are filled with: where the VHD is, and what the
// answer file adds to the kernel's command line.
static void make_root(const struct plan *p, char root[ROOT_MAX])
{
	char id[GUID_TEXT];

	snprintf(root, ROOT_MAX, "PARTUUID=%s:%s@%u",
		 guid_format(&p->data->id, id), p->first->answer->path,
		 p->first->part->number);
}

static int make_config(const struct plan *p, char **ret, struct err *err)
{
	const char *options = p->answer->options;
	char root[ROOT_MAX], *text;
	int r = boot_file_template(p, config_from, &text, err);

	if (r)
		return r;
	make_root(p, root);
	r = boot_file_fill(&text, config_from, "@ROOT@", root, err);
	if (!r)
		r = boot_file_fill(&text, config_from, "@OPTIONS@",
				   options ? options : "", err);
	if (r)
		mem_free(text);
	else
		*ret = text;
	return r;
}

int boot_linux(struct plan *p, struct volume *esp, struct err *err)
{
	char *config;
	int r = 0;

	for (size_t i = 0; i < FILES && !r; i++)
		r = boot_file_copy(p, esp, files[i], files[i], err);
	if (!r)
		r = make_config(p, &config, err);
	if (r)
		return r;
	r = boot_file_write(p, esp, config_to, config, err);
	mem_free(config);
	return r;
}

int boot_linux_check(const struct plan *p, uint64_t *ret, struct err *err)
{
	int r = 0;
	char *text;

	if (!p->target.boot_files)
		return err_set(err, -ENOENT, "boot files", ERR_NOWHERE,
			       "system = linux needs the folder that holds "
			       "EFI/ and slipway/ (--boot-files)");
	for (size_t i = 0; i < FILES && !r; i++) {
		uint64_t size = 0;

		r = boot_file_size(p, files[i], &size, err);
		*ret += size;
	}
	if (!r)
		r = make_config(p, &text, err);
	if (!r)
		mem_free(text);
	return r;
}
