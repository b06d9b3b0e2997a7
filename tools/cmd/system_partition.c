// SPDX-License-Identifier: MIT
//
// Which partition holds the boot manager, when nobody named it.

#include <stdio.h>
#include <string.h>

#include "bcd_place.h"
#include "machine.h"
#include "system_partition.h"

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

static bool holds(const char *address, const char *path)
{
	char inner[MAX_ADDRESS + 64];
	struct place *place;
	struct volume_stat stat;
	bool yes;

	snprintf(inner, sizeof(inner), "%s:%s", address, path);
	if (address_open(inner, 0, &place, NULL))
		return false;
	yes = !volume_stat(place->volume, path, &stat, NULL);
	address_close(place);
	return yes;
}

const char *system_partition_store(const char *address, bool uefi, bool bios)
{
	if (uefi && holds(address, uefi_store))
		return uefi_store;
	return bios && holds(address, bios_store) ? bios_store : NULL;
}

static bool is_system(const struct search *s, enum part_style style,
		      const struct part *p)
{
	bool is_efi = style == PART_GPT ? guid_equal(&p->type, &part_type_efi)
					: p->mbr_type == PART_MBR_EFI;

	return (s->uefi && is_efi) ||
	       (s->bios && style == PART_MBR && p->active);
}

static void add(struct search *s, const char *disk, const struct part_table *t,
		const struct part *p, const char *in_use)
{
	struct candidate *c = &s->found[s->count];

	if (s->count == MAX_FOUND || !is_system(s, t->style, p))
		return;
	*c = (struct candidate){.part = *p,
				.style = t->style,
				.signature = t->mbr_signature,
				.sector_size = t->sector_size};
	snprintf(c->in_use, sizeof(c->in_use), "%s", in_use);
	if (snprintf(c->address, sizeof(c->address), "%s@%u", disk,
		     p->number) >= (int)sizeof(c->address))
		return;
	if (!s->with_store ||
	    system_partition_store(c->address, s->uefi, s->bios))
		s->count++;
}

static int search_disk(struct search *s, const char *disk, const char *in_use,
		       struct err *err)
{
	struct part_table *t;
	int r = address_read_table(disk, &t, err);

	if (r)
		return r;
	for (size_t i = 0; i < t->count; i++)
		add(s, disk, t, &t->parts[i], in_use);
	part_table_free(t);
	return 0;
}

// A disk that cannot be read, or has no table, holds no candidate.
static int search_machine(struct search *s, struct err *err)
{
	struct inventory *inventory;
	int r = inventory_read("", &inventory, err);

	if (r)
		return r;
	for (size_t i = 0; i < inventory->count; i++)
		best_effort(search_disk(s, inventory->disks[i].path,
					inventory->disks[i].in_use, NULL));
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

static int several(const struct search *s, struct err *err)
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

static int take(const struct search *s, char **ret, struct err *err)
{
	char *address;

	if (s->count > 1)
		return several(s, err);
	address = mem_strdup(s->found[0].address);
	if (!address)
		return err_nomem(err);
	*ret = address;
	return 0;
}

// The disk that an address begins with; of a partition's node its disk.
static void disk_of(const struct place *place, char disk[MAX_ADDRESS])
{
	char *at;

	if (!bcd_place_whole_disk(place->host_path, disk, MAX_ADDRESS)) {
		snprintf(disk, MAX_ADDRESS, "%s", place->host_path);
		return;
	}
	at = strrchr(disk, '@');
	if (at)
		*at = 0;
}

int system_partition_for(const struct place *source, struct efi_vars *vars,
			 bool in_machine, char **ret, struct err *err)
{
	struct search s = {.uefi = true}, all = {.uefi = true};
	char disk[MAX_ADDRESS];
	int r;

	disk_of(source, disk);
	r = search_disk(&s, disk, "", err);
	if (r)
		return r;
	if (s.count > 1)
		keep_started(&s, vars);
	if (s.count)
		return take(&s, ret, err);
	r = in_machine ? search_machine(&all, err) : 0;
	if (r)
		return r;
	if (!keep_started(&all, vars))
		return err_set(err, -ENOENT, disk, ERR_NOWHERE,
			       "it has no EFI system partition: name one with "
			       "/s");
	if (all.count == 1 && all.found[0].in_use[0])
		return err_set(err, -EBUSY, disk, ERR_NOWHERE,
			       "it has no EFI system partition, and the one "
			       "that this machine was started from, %s, is in "
			       "use (%s): name one with /s",
			       all.found[0].address, all.found[0].in_use);
	return take(&all, ret, err);
}

static int choose(struct search *s, struct efi_vars *vars, const char *where,
		  char **ret, struct err *err)
{
	if (s->count > 1)
		keep_started(s, vars);
	if (!s->count)
		return err_set(err, -ENOENT, where, ERR_NOWHERE,
			       "no system partition with a boot store: name "
			       "the store with /store");
	return take(s, ret, err);
}

int system_partition_of(const char *disk, struct efi_vars *vars, char **ret,
			struct err *err)
{
	struct search s = {.uefi = true, .bios = true, .with_store = true};
	int r = search_disk(&s, disk, "", err);

	return r ? r : choose(&s, vars, disk, ret, err);
}

int system_partition_of_machine(struct efi_vars *vars, char **ret,
				struct err *err)
{
	struct search s = {.uefi = vars, .bios = !vars, .with_store = true};
	int r = search_machine(&s, err);

	return r ? r : choose(&s, vars, "this machine", ret, err);
}
