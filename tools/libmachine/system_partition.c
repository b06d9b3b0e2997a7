// SPDX-License-Identifier: MIT
//
// Which partition holds the boot manager, when nobody named it. What cannot be
// told for certain is refused, with all that it could be.

#include <stdio.h>
#include <string.h>

#include "disk.h"
#include "efi.h"
#include "machine_priv.h"
#include "part.h"
#include "volume.h"

#define MAX_FOUND   16 // more could not be told apart anyhow
#define MAX_ADDRESS 512

static const char uefi_store[] = "\\EFI\\Microsoft\\Boot\\BCD";
static const char bios_store[] = "\\Boot\\BCD";

struct candidate {
	char address[MAX_ADDRESS];
	struct part part;
	enum part_style style;
	uint32_t signature;
	uint32_t sector_size;
	char in_use[320]; // of its disk, or ""
};

struct search {
	bool uefi, bios; // EFI system partitions, active ones
	bool with_store; // those alone that hold a store
	struct candidate found[MAX_FOUND];
	size_t count;
};

// --- Candidates --------------------------------------------------------------

const char *system_partition_store(struct disk *partition, bool uefi, bool bios)
{
	struct tree_stat stat;
	struct tree *v;
	const char *store = NULL;

	if (volume_open(partition, &v, NULL))
		return NULL;
	if (uefi && !tree_stat(v, uefi_store, &stat, NULL))
		store = uefi_store;
	else if (bios && !tree_stat(v, bios_store, &stat, NULL))
		store = bios_store;
	tree_close(v);
	return store;
}

static bool holds_store(const struct search *s, struct disk *disk,
			const struct part *part)
{
	struct disk *slice;
	bool yes;

	if (disk_slice(disk, part->start, part->size, &slice, NULL))
		return false;
	yes = system_partition_store(slice, s->uefi, s->bios);
	disk_close(slice);
	return yes;
}

static bool is_system(const struct search *s, enum part_style style,
		      const struct part *p)
{
	bool is_efi = style == PART_GPT ? guid_equal(&p->type, &part_type_efi)
					: p->mbr_type == PART_MBR_EFI;

	return (s->uefi && is_efi) ||
	       (s->bios && style == PART_MBR && p->active);
}

static void add_candidate(struct search *s, struct disk *disk, const char *name,
			  const struct part_table *t, const struct part *p,
			  const char *in_use)
{
	struct candidate *c = &s->found[s->count];

	if (s->count == MAX_FOUND || !is_system(s, t->style, p))
		return;
	*c = (struct candidate){.part = *p,
				.style = t->style,
				.signature = t->mbr_signature,
				.sector_size = t->sector_size};
	snprintf(c->in_use, sizeof(c->in_use), "%s", in_use);
	if (snprintf(c->address, sizeof(c->address), "%s@%u", name,
		     p->number) >= (int)sizeof(c->address))
		return;
	if (!s->with_store || holds_store(s, disk, p))
		s->count++;
}

static int search_disk(struct search *s, struct disk *disk, const char *name,
		       const char *in_use, struct err *err)
{
	struct part_table *t;
	int r = part_table_read(disk, &t, err);

	if (r)
		return r;
	for (size_t i = 0; i < t->count; i++)
		add_candidate(s, disk, name, t, &t->parts[i], in_use);
	part_table_free(t);
	return 0;
}

// A disk that cannot be read, or has no table, holds no candidate.
static int search_machine(struct search *s, const char *root, struct err *err)
{
	struct inventory *inventory;
	int r = inventory_read(root, &inventory, err);

	if (r)
		return r;
	for (size_t i = 0; i < inventory->count; i++) {
		const struct inventory_disk *d = &inventory->disks[i];
		char path[MACHINE_MAX_PATH];
		struct disk *disk;

		snprintf(path, sizeof(path), "%s%s", root, d->path);
		if (disk_open_file(path, DISK_READ_ONLY, &disk, NULL))
			continue;
		best_effort(search_disk(s, disk, d->path, d->in_use, NULL));
		disk_close(disk);
	}
	inventory_free(inventory);
	return 0;
}

// --- Choosing ----------------------------------------------------------------

// Leaves the one that the machine was started from, if it is among them.
static bool keep_started(struct search *s, struct efi_vars *vars)
{
	struct efi_entry e;
	size_t n = 0;

	if (!vars || efi_boot_current(vars, &e, NULL))
		return false;
	for (size_t i = 0; e.path && i < s->count; i++) {
		const struct candidate *c = &s->found[i];

		if (e.is_gpt
			    ? c->style == PART_GPT &&
				      guid_equal(&c->part.id, &e.partition)
			    : c->style == PART_MBR &&
				      c->signature == e.signature &&
				      c->part.start == e.start * c->sector_size)
			s->found[n++] = *c;
	}
	efi_entry_done(&e);
	if (!n)
		return false;
	s->count = n;
	return true;
}

static int refuse_several(const struct search *s, struct err *err)
{
	char list[2048] = "";

	for (size_t i = 0; i < s->count; i++) {
		size_t len = strlen(list);

		snprintf(list + len, sizeof(list) - len, "%s%s", i ? ", " : "",
			 s->found[i].address);
	}
	return err_set(err, -EEXIST, "system partition", ERR_NOWHERE,
		       "it could be any of %s: name it", list);
}

static int take_only(const struct search *s, char **ret, struct err *err)
{
	char *address;

	if (s->count > 1)
		return refuse_several(s, err);
	address = mem_strdup(s->found[0].address);
	if (!address)
		return err_nomem(err);
	*ret = address;
	return 0;
}

int system_partition_for(struct disk *disk, const char *name,
			 struct efi_vars *vars, const char *root, char **ret,
			 struct err *err)
{
	struct search s = {.uefi = true}, all = {.uefi = true};
	int r = search_disk(&s, disk, name, "", err);

	if (r)
		return r;
	if (s.count > 1)
		keep_started(&s, vars);
	if (s.count)
		return take_only(&s, ret, err);
	r = root ? search_machine(&all, root, err) : 0;
	if (r)
		return r;
	if (!keep_started(&all, vars))
		return err_set(err, -ENOENT, name, ERR_NOWHERE,
			       "it has no EFI system partition");
	if (all.count == 1 && all.found[0].in_use[0])
		return err_set(err, -EBUSY, name, ERR_NOWHERE,
			       "it has no EFI system partition, and the one "
			       "that this machine was started from, %s, is in "
			       "use (%s)",
			       all.found[0].address, all.found[0].in_use);
	return take_only(&all, ret, err);
}

static int choose_with_store(struct search *s, struct efi_vars *vars,
			     const char *where, char **ret, struct err *err)
{
	if (s->count > 1)
		keep_started(s, vars);
	if (!s->count)
		return err_set(err, -ENOENT, where, ERR_NOWHERE,
			       "no system partition with a boot store");
	return take_only(s, ret, err);
}

int system_partition_of(struct disk *disk, const char *name,
			struct efi_vars *vars, char **ret, struct err *err)
{
	struct search s = {.uefi = true, .bios = true, .with_store = true};
	int r = search_disk(&s, disk, name, "", err);

	return r ? r : choose_with_store(&s, vars, name, ret, err);
}

int system_partition_of_machine(const char *root, struct efi_vars *vars,
				char **ret, struct err *err)
{
	struct search s = {.uefi = vars, .bios = !vars, .with_store = true};
	int r = search_machine(&s, root, err);

	return r ? r : choose_with_store(&s, vars, "this machine", ret, err);
}
