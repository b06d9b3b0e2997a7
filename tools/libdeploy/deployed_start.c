// SPDX-License-Identifier: MIT
//
// Starting a UEFI machine from a deployed disk once, whatever comes first in
// its order (UEFI 2.10, 3.1.1: BootNext).

#include "plan_priv.h"

static const struct loader {
	const char *title, *path;
	bool is_windows;
} loaders[] = {
	{"Windows Boot Manager", "\\EFI\\Microsoft\\Boot\\bootmgfw.efi", true},
	{"Slipway: deployed disk", "\\EFI\\Boot\\bootx64.efi", false},
};

// Finds the first of the loaders that is there.
static int find_loader(struct disk *esp, const struct loader **ret,
		       struct err *err)
{
	struct tree_stat stat;
	struct tree *v;
	int r = volume_open(esp, &v, err);

	if (r)
		return r;
	*ret = NULL;
	for (size_t i = 0; i < sizeof(loaders) / sizeof(loaders[0]) && !*ret;
	     i++)
		if (!tree_stat(v, loaders[i].path, &stat, NULL))
			*ret = &loaders[i];
	tree_close(v);
	return *ret ? 0
		    : err_set(err, -ENOENT, "EFI system partition", ERR_NOWHERE,
			      "it holds no boot manager");
}

// An entry that is there is taken as it is, whatever its title.
static int find_entry(struct efi_vars *vars, const struct part *esp,
		      uint32_t sector_size, const struct loader *loader,
		      uint16_t *ret, struct err *err)
{
	struct efi_entry e = boot_firmware_entry(esp, sector_size,
						 loader->title, loader->path);
	struct err found = {0};
	void *optional = NULL;
	int r = efi_boot_find(vars, &e, ret, &found);

	if (r != -ENOENT)
		return r ? err_pass(err, r, &found) : 0;
	r = loader->is_windows
		    ? efi_windows_optional(&optional, &e.optional_size, err)
		    : 0;
	e.optional = optional;
	if (!r)
		r = efi_boot_add(vars, &e, EFI_BOOT_KEEP, ret, err);
	mem_free(optional);
	return r;
}

static int start(struct disk *disk, const struct part_table *t,
		 const struct part *esp, struct efi_vars *vars, struct err *err)
{
	const struct loader *loader;
	struct disk *slice;
	uint16_t number;
	int r = disk_slice(disk, esp->start, esp->size, &slice, err);

	if (r)
		return r;
	r = find_loader(slice, &loader, err);
	disk_close(slice);
	if (!r)
		r = find_entry(vars, esp, t->sector_size, loader, &number, err);
	return r ? r : efi_boot_next(vars, number, err);
}

int deployed_start_next(struct disk *disk, struct efi_vars *vars,
			struct err *err)
{
	const struct part *esp = NULL;
	struct part_table *t;
	int r = part_table_read(disk, &t, err);

	if (r)
		return r;
	for (size_t i = 0; i < t->count && !esp; i++)
		if (t->style == PART_GPT &&
		    guid_equal(&t->parts[i].type, &part_type_efi))
			esp = &t->parts[i];
	r = esp ? start(disk, t, esp, vars, err)
		: err_set(err, -ENOENT, "partition table", ERR_NOWHERE,
			  "it has no EFI system partition");
	part_table_free(t);
	return r;
}
