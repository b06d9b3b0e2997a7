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

#define TEXT 16

static const struct boot_copy files[] = {
	{"EFI/BOOT/BOOTX64.EFI", "EFI/slipway/shimx64.efi"},
	{"EFI/BOOT/grubx64.efi", "EFI/slipway/grubx64.efi"},
	{"EFI/BOOT/BOOTX64.EFI", "EFI/Boot/bootx64.efi"},
	{"EFI/BOOT/grubx64.efi", "EFI/Boot/grubx64.efi"},
	{"slipway/vmlinuz", "slipway/vmlinuz"},
	{"slipway/initramfs", "slipway/initramfs"},
};

// Windows' own menu comes after this one, so it is short, but never gone.
static struct boot_set make_set(const struct plan *p, char seconds[TEXT])
{
	uint32_t wait = p->answer->timeout;

	wait = wait > MAX_WAIT ? MAX_WAIT : wait ? wait : 1;
	snprintf(seconds, TEXT, "%u", wait);
	return (struct boot_set){
		.what = "environment",
		.files = files,
		.count = sizeof(files) / sizeof(files[0]),
		.config_from = "slipway/grub-windows.cfg",
		.config_to = "EFI/debian/grub.cfg",
		.blanks = {{"@TITLE@", p->answer->environment},
			   {"@TIMEOUT@", seconds}},
	};
}

int boot_environment(const struct boot_job *job, struct err *err)
{
	char seconds[TEXT];
	struct boot_set set = make_set(job->plan, seconds);

	return boot_set_write(job, &set, err);
}

int boot_environment_check(const struct plan *p, uint64_t *ret, struct err *err)
{
	char seconds[TEXT];
	struct boot_set set = make_set(p, seconds);

	return boot_set_check(p, &set, ret, err);
}
