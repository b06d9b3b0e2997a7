// SPDX-License-Identifier: MIT
//
// A UEFI machine's own start entries. Windows' comes first, as BCDBoot makes
// it: the firmware starts it itself, and what it measures is what Windows
// expects. The environment is the next, so that it is in the firmware's menu,
// and what starts when Windows cannot.

#include "plan_priv.h"

struct efi_entry boot_firmware_entry(const struct part *esp,
				     uint32_t sector_size, const char *title,
				     const char *path)
{
	return (struct efi_entry){
		.title = (char *)title,
		.active = true,
		.is_gpt = true,
		.partition_number = esp->number,
		.start = esp->start / sector_size,
		.size = esp->size / sector_size,
		.partition = esp->id,
		.path = (char *)path,
	};
}

static struct efi_entry entry(const struct plan *p, const char *title,
			      const char *path)
{
	return boot_firmware_entry(p->esp, p->target.disk->sector_size, title,
				   path);
}

static int enter_windows(const struct plan *p, struct efi_vars *vars,
			 struct err *err)
{
	struct efi_entry e = entry(p, "Windows Boot Manager",
				   "\\EFI\\Microsoft\\Boot\\bootmgfw.efi");
	void *optional;
	int r = efi_windows_optional(&optional, &e.optional_size, err);

	if (r)
		return r;
	e.optional = optional;
	r = efi_boot_add(vars, &e, EFI_BOOT_FIRST, NULL, err);
	mem_free(optional);
	return r;
}

int plan_enter(const struct plan *p, struct efi_vars *vars, struct err *err)
{
	struct efi_entry e;
	int r = 0;

	if (p->answer->layout == ANSWER_MBR || p->answer->system == BOOT_LINUX)
		return 0;
	if (p->answer->environment) {
		e = entry(p, p->answer->environment,
			  "\\EFI\\slipway\\shimx64.efi");
		r = efi_boot_add(vars, &e, EFI_BOOT_FIRST, NULL, err);
	}
	// Each goes to the front of the order: the last one is the first.
	return r ? r : enter_windows(p, vars, err);
}
