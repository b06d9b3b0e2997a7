// SPDX-License-Identifier: MIT
//
// The environment as an entry of a machine that boots Windows by UEFI. Its
// loaders are Debian's, signed for factory keys, so it starts under Secure Boot
// too.
//
// Windows' boot manager stays as BCDBoot leaves it in \EFI\Microsoft\Boot; a
// firmware entry for it starts it as ever. What takes the fallback's place,
// which firmware without an entry starts, is shim and GRUB with a short menu:
// Windows Boot Manager first, this environment second. The same loaders lie in
// \EFI\slipway for a firmware entry of their own, since Windows puts its boot
// manager back into the fallback's place at times.

#include <stdio.h>

#include "plan_priv.h"

#define MAX_WAIT 5u // seconds that the short menu is shown at most

static const struct {
	const char *from, *to;
} files[] = {
	{"EFI/BOOT/BOOTX64.EFI", "EFI/slipway/shimx64.efi"},
	{"EFI/BOOT/grubx64.efi", "EFI/slipway/grubx64.efi"},
	{"EFI/BOOT/BOOTX64.EFI", "EFI/Boot/bootx64.efi"},
	{"EFI/BOOT/grubx64.efi", "EFI/Boot/grubx64.efi"},
	{"slipway/vmlinuz", "slipway/vmlinuz"},
	{"slipway/initramfs", "slipway/initramfs"},
};
static const char config_from[] = "slipway/grub-windows.cfg";
static const char config_to[] = "EFI/debian/grub.cfg";

#define FILES (sizeof(files) / sizeof(files[0]))

static int make_config(const struct plan *p, char **ret, struct err *err)
{
	uint32_t wait = p->answer->timeout;
	char seconds[16], *text;
	int r = boot_file_template(p, config_from, &text, err);

	if (r)
		return r;
	// Windows' own menu comes after it, so it is short, but never gone.
	wait = wait > MAX_WAIT ? MAX_WAIT : wait ? wait : 1;
	snprintf(seconds, sizeof(seconds), "%u", wait);
	r = boot_file_fill(&text, config_from, "@TITLE@",
			   p->answer->environment, err);
	if (!r)
		r = boot_file_fill(&text, config_from, "@TIMEOUT@", seconds,
				   err);
	if (r)
		mem_free(text);
	else
		*ret = text;
	return r;
}

int boot_environment(struct plan *p, struct volume *esp, struct err *err)
{
	char *config;
	int r = 0;

	for (size_t i = 0; i < FILES && !r; i++)
		r = boot_file_copy(p, esp, files[i].from, files[i].to, err);
	if (!r)
		r = make_config(p, &config, err);
	if (r)
		return r;
	r = boot_file_write(p, esp, config_to, config, err);
	mem_free(config);
	return r;
}

int boot_environment_check(const struct plan *p, uint64_t *ret,
			   struct err *err)
{
	char *text;
	int r = 0;

	if (!p->target.boot_files)
		return err_set(err, -ENOENT, "boot files", ERR_NOWHERE,
			       "environment needs the folder that holds EFI/ "
			       "and slipway/ (--boot-files)");
	for (size_t i = 0; i < FILES && !r; i++) {
		uint64_t size = 0;

		r = boot_file_size(p, files[i].from, &size, err);
		*ret += size;
	}
	if (!r)
		r = make_config(p, &text, err);
	if (!r)
		mem_free(text);
	return r;
}
