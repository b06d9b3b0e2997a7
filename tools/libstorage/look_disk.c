// SPDX-License-Identifier: MIT
//
// One disk: its table, its partitions, the volumes in them.

#include <stdio.h>
#include <string.h>

#include "storage_priv.h"

#define MAX_TROUBLE 512

void storage_volume_done(struct storage_volume *v)
{
	mem_free(v->address);
	mem_free(v->label);
	mem_free(v->fs);
	mem_free(v->mount);
	*v = (struct storage_volume){0};
}

void storage_disk_done(struct storage_disk *d)
{
	mem_free(d->address);
	mem_free(d->name);
	mem_free(d->serial);
	mem_free(d->bus);
	mem_free(d->location);
	part_table_free(d->table);
	mem_free(d->regions);
	mem_free(d->in_use);
	mem_free(d->trouble);
	mem_free(d->virtual_file);
	*d = (struct storage_disk){0};
}

// --- Volumes -------------------------------------------------------------------

static int name_volume(const struct storage_disk *d, unsigned partition,
		       struct storage_volume *v, struct err *err)
{
	size_t size = strlen(d->address) + 16;

	v->address = mem_alloc(size);
	v->mount = mem_strdup("");
	if (!v->address || !v->mount)
		return err_nomem(err);
	if (partition)
		snprintf(v->address, size, "%s@%u", d->address, partition);
	else
		snprintf(v->address, size, "%s", d->address);
	return 0;
}

static void take_attributes(const struct storage_disk *d, const struct part *p,
			    struct storage_volume *v)
{
	bool is_hidden = storage_is_hidden_type(p, d->style);
	uint64_t a = d->style == PART_GPT ? p->attributes : 0;

	v->is_hidden = is_hidden || a & PART_GPT_HIDDEN;
	v->no_letter = is_hidden || a & PART_GPT_NO_LETTER;
	v->is_read_only = a & PART_GPT_READ_ONLY;
	v->is_system = d->style == PART_GPT
			       ? guid_equal(&p->type, &part_type_efi)
			       : p->active;
}

static int append(struct storage_lists *l, const struct storage_volume *v,
		  struct err *err)
{
	void *volumes = l->volumes;

	if (mem_grow(&volumes, l->volume_count, &l->volume_room,
		     sizeof(*l->volumes)))
		return err_nomem(err);
	l->volumes = volumes;
	l->volumes[l->volume_count++] = *v;
	return 0;
}

// Adds the volume in a partition (NULL: on all of the disk).
static int add_volume(const struct storage_disk *d, struct disk *disk,
		      const struct part *p, struct storage_lists *l,
		      struct err *err)
{
	struct storage_volume v = {
		.number = STORAGE_NO_NUMBER,
		.disk = d->number,
		.partition = p ? p->number : 0,
		.kind = p ? STORAGE_PARTITION : STORAGE_SUPERFLOPPY,
		.on = d->kind,
		.size = p ? p->size : d->size,
		.free = UINT64_MAX,
		.is_boot = d->is_medium,
	};
	struct disk *slice = NULL;
	int r = name_volume(d, v.partition, &v, err);

	if (p)
		take_attributes(d, p, &v);
	if (!r && p)
		r = disk_slice(disk, p->start, p->size, &slice, err);
	if (!r)
		r = storage_look_volume(p ? slice : disk, &v, err);
	disk_close(slice);
	v.is_read_only |= d->is_read_only;
	if (!r)
		r = append(l, &v, err);
	if (r)
		storage_volume_done(&v);
	return r;
}

static int add_volumes(const struct storage_disk *d, struct disk *disk,
		       struct storage_lists *l, struct err *err)
{
	int r = 0;

	for (size_t i = 0; i < d->region_count && !r && !d->is_offline; i++)
		if (!d->regions[i].is_free &&
		    storage_has_volume(&d->regions[i].part, d->style))
			r = add_volume(d, disk, &d->regions[i].part, l, err);
	return r;
}

// --- The table -----------------------------------------------------------------

static int put_trouble(struct storage_disk *d, int code, const char *text,
		       struct err *err)
{
	char *copy = mem_strdup(text);

	if (!copy)
		return err_nomem(err);
	mem_free(d->trouble);
	d->trouble = copy;
	d->trouble_code = code;
	return 0;
}

// Keeps an error as the disk's trouble; not to have memory is the caller's.
static int keep_trouble(struct storage_disk *d, const struct err *why,
			struct err *err)
{
	char text[ERR_TEXT];

	if (why->code == -ENOMEM)
		return err_nomem(err);
	return put_trouble(d, -why->code, err_format(why, text, sizeof(text)),
			   err);
}

static int tell_flaws(struct storage_disk *d, struct err *err)
{
	const struct part_table *t = d->table;
	const struct {
		bool is_so;
		const char *text;
	} flaws[] = {
		{t->grown, "the disk is larger than its GPT says"},
		{t->shrunk, "the disk is smaller than its GPT says"},
		{t->primary_broken, "the GPT's primary copy is damaged"},
		{t->backup_broken && !t->shrunk, "the GPT's backup is damaged"},
		{t->protective_broken, "the protective MBR is missing"},
		{t->hybrid, "the MBR lists partitions beside the GPT"},
		{t->overlapping, "partitions overlap"},
	};
	char text[MAX_TROUBLE] = "";

	for (size_t i = 0; i < sizeof(flaws) / sizeof(*flaws); i++)
		if (flaws[i].is_so)
			snprintf(text + strlen(text),
				 sizeof(text) - strlen(text), "%s%s",
				 *text ? "; " : "", flaws[i].text);
	return *text ? put_trouble(d, EBADMSG, text, err) : 0;
}

static int take_table(struct storage_disk *d, struct disk *disk,
		      struct storage_lists *l, struct err *err)
{
	int r;

	d->style = d->table->style;
	r = storage_list_regions(d->table, &d->regions, &d->region_count, err);
	if (!r)
		r = tell_flaws(d, err);
	return r ? r : add_volumes(d, disk, l, err);
}

// A disk without a table is a volume, or free.
static int take_bare(struct storage_disk *d, struct disk *disk,
		     struct storage_lists *l, struct err *err)
{
	uint8_t boot[512];

	if (d->size >= sizeof(boot)) {
		struct err why = {0};
		int r = disk_read(disk, 0, boot, sizeof(boot), &why);

		if (r)
			return keep_trouble(d, &why, err);
		if (part_name_boot(boot) && !d->is_offline)
			return add_volume(d, disk, NULL, l, err);
	}
	d->regions = mem_array(1, sizeof(*d->regions));
	if (!d->regions)
		return err_nomem(err);
	d->regions[0] = (struct storage_region){
		.size = d->size, .is_free = true, .volume = -1};
	d->region_count = 1;
	return 0;
}

static void sum_free(struct storage_disk *d)
{
	d->free = 0;
	for (size_t i = 0; i < d->region_count; i++)
		if (d->regions[i].is_free)
			d->free += d->regions[i].size;
}

int storage_read_table(const struct storage *s, struct disk *disk,
		       struct part_table **ret, struct err *err)
{
	bool is_guessed = disk->is_sector_guessed;
	struct err why = {0};
	int r;

	*ret = NULL;
	r = part_table_read(disk, ret, &why);
	if (r != -ENOENT)
		return r ? err_pass(err, r, &why) : 0;
	if (is_guessed && s->sector_size)
		disk->sector_size = s->sector_size;
	return 0;
}

// Of a damaged table all that is sound is shown.
static int take_damaged(struct storage_disk *d, struct disk *disk,
			const struct err *why, struct storage_lists *l,
			struct err *err)
{
	struct err flaw;
	int r = part_table_look(disk, &d->table, &flaw, NULL);

	if (r == -ENOMEM)
		return err_nomem(err);
	if (!r)
		r = take_table(d, disk, l, err);
	else
		r = 0;
	return r ? r : keep_trouble(d, why, err);
}

static int read_content(const struct storage *s, struct storage_disk *d,
			struct disk *disk, struct storage_lists *l,
			struct err *err)
{
	struct err why = {0};
	int r;

	d->size = disk->size;
	r = storage_read_table(s, disk, &d->table, &why);
	d->sector_size = disk->sector_size;
	if (r == -EBADMSG || r == -EFBIG)
		return take_damaged(d, disk, &why, l, err);
	if (r)
		return keep_trouble(d, &why, err);
	return d->table ? take_table(d, disk, l, err)
			: take_bare(d, disk, l, err);
}

int storage_look_disk(const struct storage *s, struct storage_disk *d,
		      struct storage_lists *l, struct err *err)
{
	struct err why = {0};
	struct place *place;
	int r = put_trouble(d, 0, "", err);

	if (r)
		return r;
	r = s->effects->open_place(d->address,
				   ADDRESS_FILE | ADDRESS_VIRTUAL |
					   ADDRESS_LOOK,
				   &place, &why);
	if (r)
		return keep_trouble(d, &why, err);
	r = read_content(s, d, place->disk, l, err);
	s->effects->close_place(place);
	storage_number_partitions(&s->lists, d);
	sum_free(d);
	return r;
}
