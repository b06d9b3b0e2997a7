// SPDX-License-Identifier: MIT
//
// A machine that boots Linux natively from the VHD: Debian's signed shim, GRUB
// and kernel, and the environment's initramfs, which attaches the VHD and
// switches to it. All of them come from the medium, as they are.

#include <stdio.h>

#include "plan_priv.h"

#define ROOT_MAX 1024u

static const struct boot_copy files[] = {
	{"EFI/BOOT/BOOTX64.EFI", "EFI/BOOT/BOOTX64.EFI"},
	{"EFI/BOOT/grubx64.efi", "EFI/BOOT/grubx64.efi"},
	{"slipway/vmlinuz", "slipway/vmlinuz"},
	{"slipway/initramfs", "slipway/initramfs"},
};

// The configuration's blanks: where the VHD is, and what the answer file adds
// to the kernel's command line.
static struct boot_set make_set(const struct plan *p, char root[ROOT_MAX])
{
	const char *options = p->answer->options;
	char id[GUID_TEXT];

	snprintf(root, ROOT_MAX, "PARTUUID=%s:%s@%u",
		 guid_format(&p->data->id, id), p->first->answer->path,
		 p->first->part->number);
	return (struct boot_set){
		.what = "system = linux",
		.files = files,
		.count = sizeof(files) / sizeof(files[0]),
		.config_from = "slipway/grub-native.cfg",
		.config_to = "EFI/debian/grub.cfg",
		.blanks = {{"@ROOT@", root},
			   {"@OPTIONS@", options ? options : ""}},
	};
}

int boot_linux(const struct boot_job *job, struct err *err)
{
	char root[ROOT_MAX];
	struct boot_set set = make_set(job->plan, root);

	return boot_set_write(job, &set, err);
}

int boot_linux_check(const struct plan *p, uint64_t *ret, struct err *err)
{
	char root[ROOT_MAX];
	struct boot_set set = make_set(p, root);

	return boot_set_check(p, &set, ret, err);
}
