// SPDX-License-Identifier: MIT
//
// The machine's disk: a system partition, partitions with a system of their
// own, and the rest of it for the VHDs.

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "plan_priv.h"

// What both kinds of table are told of a partition.
struct wanted {
	const struct guid *type; // GPT
	uint8_t mbr_type;
	bool active;      // MBR
	uint64_t size;    // 0: the rest
	const char *name; // for people, and GPT
	const char *id;   // what its identifier is made from
};

static int add(struct plan *p, const struct wanted *w, unsigned *ret,
	       struct err *err)
{
	struct part spec = {.type = *w->type,
			    .mbr_type = w->mbr_type,
			    .active = w->active,
			    .size = w->size};
	struct err inner = {0};
	int r;

	strcpy(spec.name, w->name);
	// The store and loaders name partitions by these before they exist.
	guid_from_name(&p->disk_id, w->id, &spec.id);
	r = part_table_add(p->table, &spec, ret, &inner);
	if (r == -ENOSPC && p->answer->layout == ANSWER_MBR &&
	    p->table->count == 4)
		return err_set(err, r, p->target.name, ERR_NOWHERE,
			       "layout = mbr has room for four partitions, "
			       "none is left for \"%s\"",
			       w->name);
	if (r == -ENOSPC)
		return err_set(err, r, p->target.name, ERR_NOWHERE,
			       "the disk is too small: %" PRIu64
			       " MB, no room for the partition \"%s\"",
			       p->target.disk->size >> 20, w->name);
	return r ? err_pass(err, r, &inner) : 0;
}

static int add_system_partition(struct plan *p, unsigned *ret, struct err *err)
{
	const struct answer *a = p->answer;
	bool is_mbr = a->layout == ANSWER_MBR;
	const struct wanted w = {
		.type = &part_type_efi,
		.mbr_type = a->system_format == ANSWER_NTFS ? PART_MBR_NTFS
							    : PART_MBR_FAT32,
		.active = true,
		.size = a->system_size,
		.name = is_mbr ? "system partition" : "EFI system partition",
		.id = "EFI system partition",
	};

	return add(p, &w, ret, err);
}

// Windows keeps it in reserve; it has no file system, and is not written to.
static int add_msr(struct plan *p, unsigned *ret, struct err *err)
{
	const struct wanted w = {
		.type = &part_type_msr,
		.size = p->answer->msr_size,
		.name = "Microsoft reserved partition",
		.id = "Microsoft reserved partition",
	};

	return add(p, &w, ret, err);
}

static int add_data(struct plan *p, uint64_t size, const char *id,
		    unsigned *ret, struct err *err)
{
	const struct wanted w = {
		.type = &part_type_data,
		.mbr_type = PART_MBR_NTFS,
		.size = size,
		.name = "Basic data partition",
		.id = id,
	};

	return add(p, &w, ret, err);
}

// Numbers of partitions, as pointers to them do not outlive the next one.
struct numbers {
	unsigned esp, msr, data, systems[64];
};

static int add_all(struct plan *p, struct numbers *n, struct err *err)
{
	bool has_vhd = false;
	char id[32];
	int r = add_system_partition(p, &n->esp, err);

	if (!r && p->answer->layout == ANSWER_GPT)
		r = add_msr(p, &n->msr, err);
	for (size_t i = 0; i < p->system_count && !r; i++) {
		const struct answer_system *s = p->systems[i].answer;

		has_vhd |= !s->on_partition;
		snprintf(id, sizeof(id), "system partition %zu", i + 1);
		if (s->on_partition)
			r = add_data(p, s->size, id, &n->systems[i], err);
	}
	if (!r && has_vhd)
		r = add_data(p, 0, "Basic data partition", &n->data, err);
	return r;
}

static int open_slices(struct plan *p, struct err *err)
{
	struct disk *disk = p->target.disk;
	int r = disk_slice(disk, p->esp->start, p->esp->size, &p->esp_disk,
			   err);

	if (!r && p->data)
		r = disk_slice(disk, p->data->start, p->data->size,
			       &p->data_disk, err);
	for (size_t i = 0; i < p->system_count && !r; i++) {
		struct plan_system *s = &p->systems[i];

		if (s->answer->on_partition)
			r = disk_slice(disk, s->part->start, s->part->size,
				       &s->volume, err);
	}
	return r;
}

int plan_partitions(struct plan *p, struct err *err)
{
	enum part_style style = p->answer->layout == ANSWER_MBR ? PART_MBR
								: PART_GPT;
	struct numbers n = {0};
	int r = part_table_new(style, p->target.disk, &p->disk_id,
			       (uint32_t)plan_number(&p->disk_id, "signature"),
			       &p->table, err);

	if (!r)
		r = add_all(p, &n, err);
	if (r)
		return r;
	p->esp = part_find(p->table, n.esp);
	p->msr = part_find(p->table, n.msr);
	p->data = part_find(p->table, n.data);
	for (size_t i = 0; i < p->system_count; i++)
		if (n.systems[i])
			p->systems[i].part = part_find(p->table, n.systems[i]);
	return open_slices(p, err);
}
