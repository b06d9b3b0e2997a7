// SPDX-License-Identifier: MIT
//
// A file as its attributes: loaded from its records, changed, stored again. A
// file that needs extension records gets new ones each time, and a new list:
// the write of the base record is what changes the file.

#include <string.h>

#include "change.h"
#include "../encode/record.h"

// Bytes of the base record kept for the list: in it, or its runs. It must lie there
// and nowhere else: a reader finds all other records by it.
#define LIST_INSIDE  304u
#define LIST_OUTSIDE 128u

uint64_t ntfs_change_reference(const struct change_file *f)
{
	return f->number | (uint64_t)f->sequence << NTFS_SEQUENCE_SHIFT;
}

// --- Loading -----------------------------------------------------------------

static void free_attr(struct change_attr *a)
{
	mem_free(a->name);
	mem_free(a->value);
	ntfs_runs_done(&a->runs);
}

static int compare_attr(const struct change_file *f,
			const struct change_attr *a, uint32_t type,
			const le16 *name, size_t name_len)
{
	if (a->type != type)
		return a->type < type ? -1 : 1;
	return ntfs_name_compare(f->c->n, a->name, a->name_len, name, name_len);
}

int ntfs_change_add(struct change_file *f, uint32_t type, const le16 *name,
		    size_t name_len, struct change_attr **ret, struct err *err)
{
	struct change_attr a = {
		.type = type, .resident = true, .name_len = (uint8_t)name_len};
	size_t i = f->count;

	if (mem_grow((void **)&f->attrs, f->count, &f->capacity,
		     sizeof(*f->attrs)))
		return err_nomem(err);
	a.value = mem_alloc(1);
	a.name = name_len ? mem_dup(name, 2 * name_len) : NULL;
	if (!a.value || (name_len && !a.name)) {
		free_attr(&a);
		return err_nomem(err);
	}
	// Behind all that are equal: several names stay in their order.
	while (i && compare_attr(f, &f->attrs[i - 1], type, name, name_len) > 0)
		i--;
	memmove(&f->attrs[i + 1], &f->attrs[i],
		(f->count - i) * sizeof(*f->attrs));
	f->attrs[i] = a;
	f->count++;
	*ret = &f->attrs[i];
	return 0;
}

int ntfs_change_read_tag(const struct change_file *f, struct change_attr *a,
			 struct err *err)
{
	struct disk *d;
	le32 tag;
	int r;

	a->tag = 0;
	if (a->type != NTFS_AT_REPARSE_POINT || a->resident ||
	    a->size < sizeof(tag))
		return 0;
	r = ntfs_runs_open(f->c->n, &a->runs, a->size, a->valid, &d, err);
	if (r)
		return r;
	r = disk_read(d, 0, &tag, sizeof(tag), err);
	if (!r)
		a->tag = get_le32(tag);
	disk_close(d);
	return r;
}

static int load_attr(struct change_file *f, const struct ntfs_file *file,
		     const struct ntfs_attr *from, struct err *err)
{
	struct change_attr *a;
	int r = ntfs_change_add(f, from->type, from->name, from->name_len, &a,
				err);

	if (r)
		return r;
	a->flags = from->flags;
	a->indexed = from->indexed;
	if (from->resident)
		return ntfs_change_set(f, a, from->value, from->value_len, err);
	a->resident = false;
	a->unit_shift = from->unit_shift;
	a->allocated = from->allocated;
	a->size = from->size;
	a->valid = from->valid;
	a->total = from->total;
	r = ntfs_file_runs(file, from, &a->runs, err);
	return r ? r : ntfs_change_read_tag(f, a, err);
}

static int load_attrs(struct change_file *f, const struct ntfs_file *file,
		      struct err *err)
{
	struct ntfs_attr a = {0};
	int r;

	while ((r = ntfs_file_next(file, &a, err)) > 0) {
		r = 0;
		if (!a.resident && a.first_vcn)
			continue;
		if (a.type != NTFS_AT_ATTRIBUTE_LIST)
			r = load_attr(f, file, &a, err);
		else if (!a.resident)
			r = ntfs_runs_append(f->c->n, &a, &f->list_runs, err);
		if (r)
			return r;
	}
	return r;
}

int ntfs_change_load(struct ntfs_change *c, uint64_t number,
		     struct change_file *ret, struct err *err)
{
	struct change_file f = {.c = c, .number = number};
	const struct ntfs_record *base;
	struct ntfs_file file;
	int r = ntfs_file_open(c->n, number, &file, err);

	*ret = (struct change_file){0};
	if (r)
		return r;
	base = &file.records[0];
	f.sequence = base->sequence;
	f.flags = base->flags;
	f.lsn = ((const struct ntfs_record_disk *)base->data)->lsn;
	f.extensions = mem_array(file.count, sizeof(*f.extensions));
	r = f.extensions ? load_attrs(&f, &file, err) : err_nomem(err);
	for (size_t i = 1; !r && i < file.count; i++)
		f.extensions[f.extension_count++] = file.records[i].number;
	ntfs_file_done(&file);
	*ret = f;
	return r;
}

void ntfs_change_done(struct change_file *f)
{
	for (size_t i = 0; i < f->count; i++)
		free_attr(&f->attrs[i]);
	mem_free(f->attrs);
	mem_free(f->extensions);
	ntfs_runs_done(&f->list_runs);
	*f = (struct change_file){0};
}

// --- Attributes --------------------------------------------------------------

struct change_attr *ntfs_change_find(const struct change_file *f, uint32_t type,
				     const char *name)
{
	for (size_t i = 0; i < f->count; i++)
		if (f->attrs[i].type == type &&
		    ntfs_name_is(f->attrs[i].name, f->attrs[i].name_len,
				 name ? name : ""))
			return &f->attrs[i];
	return NULL;
}

int ntfs_change_remove(struct change_file *f, struct change_attr *a,
		       struct err *err)
{
	size_t i = (size_t)(a - f->attrs);
	int r = ntfs_space_give(f->c, &a->runs, 0, err);

	if (r)
		return r;
	free_attr(a);
	memmove(a, a + 1, (--f->count - i) * sizeof(*a));
	return 0;
}

int ntfs_change_set(struct change_file *f, struct change_attr *a,
		    const void *value, size_t len, struct err *err)
{
	uint8_t *copy = mem_dup(value, len);
	int r = copy ? ntfs_space_give(f->c, &a->runs, 0, err) : err_nomem(err);

	if (r) {
		mem_free(copy);
		return r;
	}
	ntfs_runs_done(&a->runs);
	mem_free(a->value);
	a->value = copy;
	a->value_len = (uint32_t)len;
	a->resident = true;
	a->unit_shift = 0;
	a->size = a->valid = len;
	a->allocated = a->total = round_up(len, 8);
	return 0;
}

int ntfs_change_set_outside(struct change_file *f, struct change_attr *a,
			    const void *value, size_t len, uint32_t stage,
			    struct err *err)
{
	uint32_t cluster = f->c->n->info.cluster_size;
	struct ntfs_runs runs = {0};
	struct disk *d;
	int r = ntfs_space_take(f->c, (len + cluster - 1) / cluster, 0, &runs,
				err);

	if (!r)
		r = ntfs_runs_open(f->c->n, &runs, len, len, &d, err);
	if (!r) {
		r = ntfs_cache_write(f->c, d, 0, value, len, stage, err);
		disk_close(d);
	}
	if (!r)
		r = ntfs_space_give(f->c, &a->runs, 0, err);
	if (r) {
		ntfs_runs_done(&runs);
		return r;
	}
	ntfs_runs_done(&a->runs);
	mem_free(a->value);
	a->value = NULL;
	a->value_len = 0;
	a->resident = false;
	a->unit_shift = 0;
	a->runs = runs;
	a->size = a->valid = len;
	a->allocated = a->total = runs.clusters * cluster;
	return ntfs_change_read_tag(f, a, err);
}

int ntfs_change_get(const struct change_file *f, const struct change_attr *a,
		    uint64_t limit, uint8_t **ret, size_t *ret_size,
		    struct err *err)
{
	size_t size = a->resident ? a->value_len : (size_t)a->size;
	uint8_t *data;
	struct disk *d;
	int r = 0;

	if (a->size > limit)
		return err_set(err, -EFBIG, NTFS_RECORD(f->number), ERR_NOWHERE,
			       "an attribute (0x%x) is over %llu bytes",
			       a->type, (unsigned long long)limit);
	data = mem_alloc(size);
	if (!data)
		return err_nomem(err);
	if (a->resident) {
		memcpy(data, a->value, size);
	} else {
		r = ntfs_runs_open(f->c->n, &a->runs, a->size, a->valid, &d,
				   err);
		if (!r) {
			r = disk_read(d, 0, data, size, err);
			disk_close(d);
		}
	}
	if (r) {
		mem_free(data);
		return r;
	}
	*ret = data;
	*ret_size = size;
	return 0;
}

// --- Storing -----------------------------------------------------------------

static uint32_t base_stage(const struct change_file *f)
{
	uint32_t stage = ntfs_record_stage(f->c, f->number);

	if (f->stage)
		return f->stage;
	if ((stage >= STAGE_FILES && stage <= STAGE_LAST_FOLDER) ||
	    stage == STAGE_UNNAMED)
		return stage;
	switch (f->number) {
	case NTFS_REC_MFT:
		return STAGE_MFT;
	case NTFS_REC_SECURE:
		return STAGE_SECURE;
	default:
		return f->flags & NTFS_RF_DIRECTORY ? STAGE_CHANGED_FOLDERS
						    : STAGE_CHANGED;
	}
}

static uint16_t count_names(const struct change_file *f)
{
	uint16_t names = 0;

	for (size_t i = 0; i < f->count; i++)
		names += f->attrs[i].type == NTFS_AT_FILE_NAME;
	return names;
}

// Places the list, and puts it into the base record: not the whole of it where only
// the room for its runs was left, also when it has become shorter by that.
static int put_list(struct change_file *f, struct change_pack *p,
		    struct err *err)
{
	struct change_attr list = {.type = NTFS_AT_ATTRIBUTE_LIST};
	int r;

	if (p->list_size + sizeof(struct ntfs_resident_disk) <= p->reserve) {
		ntfs_pack_list(f, p, NULL);
		return 0;
	}
	r = ntfs_change_set_outside(f, &list, p->list, p->list_size,
				    STAGE_FRESH, err);
	if (r)
		return r;
	f->list_runs = list.runs;
	if (list.runs.count > 4) // then LIST_OUTSIDE does not hold them
		return err_set(err, -ENOSPC, "NTFS volume", ERR_NOWHERE,
			       "its free space is in too small pieces");
	ntfs_pack_list(f, p, &f->list_runs);
	return 0;
}

// Gives the extension records numbers, here and in the list.
static int number_records(struct change_file *f, struct change_pack *p,
			  uint16_t *sequences, struct err *err)
{
	size_t off = 0;
	int r = 0;

	f->extension_count = 0;
	for (size_t i = 1; !r && i < p->count; i++) {
		r = ntfs_record_take(f->c, &f->extensions[i - 1], &sequences[i],
				     err);
		f->extension_count += !r;
	}
	while (!r && off < p->list_size) {
		struct ntfs_list_entry_disk *e = (void *)(p->list + off);
		size_t i = (size_t)get_le64(e->record);

		e->record =
			to_le64(i ? f->extensions[i - 1] |
						(uint64_t)sequences[i]
							<< NTFS_SEQUENCE_SHIFT
				  : ntfs_change_reference(f));
		off += get_le16(e->length);
	}
	return r;
}

static int put_records(struct change_file *f, struct change_pack *p,
		       const uint16_t *sequences, struct err *err)
{
	int r = 0;

	for (size_t i = 0; !r && i < p->count; i++) {
		uint64_t number = i ? f->extensions[i - 1] : f->number;
		struct ntfs_record_disk head = {
			.lsn = f->lsn,
			.sequence = to_le16(i ? sequences[i] : f->sequence),
			.links = to_le16(i ? 0 : count_names(f)),
			.flags = to_le16(i ? NTFS_RF_IN_USE : f->flags),
			.base = to_le64(i ? ntfs_change_reference(f) : 0),
			.next_attr_id = to_le16(p->records[i].next_id),
			.number = to_le32((uint32_t)number),
		};

		ntfs_encode_record(p->records[i].data,
				   f->c->n->info.record_size,
				   p->records[i].used, &head);
		r = ntfs_record_put(f->c, number, p->records[i].data,
				    i ? STAGE_EXTENSIONS : base_stage(f), err);
	}
	return r;
}

static int store_packed(struct change_file *f, struct change_pack *p,
			struct err *err)
{
	uint16_t *sequences = mem_array(p->count, sizeof(*sequences));
	uint64_t *old = f->extensions;
	size_t old_count = f->extension_count;
	struct ntfs_runs old_list = f->list_runs;
	int r;

	f->list_runs = (struct ntfs_runs){0};
	f->extension_count = 0;
	f->extensions = mem_array(p->count, sizeof(*f->extensions));
	r = sequences && f->extensions ? number_records(f, p, sequences, err)
				       : err_nomem(err);
	if (!r && p->count > 1)
		r = put_list(f, p, err);
	if (!r)
		r = put_records(f, p, sequences, err);
	for (size_t i = 0; !r && i < old_count; i++)
		r = ntfs_record_give(f->c, old[i], STAGE_FREED_EXTENSIONS, err);
	if (!r)
		r = ntfs_space_give(f->c, &old_list, 0, err);
	ntfs_runs_done(&old_list);
	mem_free(old);
	mem_free(sequences);
	return r;
}

int ntfs_change_store(struct change_file *f, struct err *err)
{
	struct change_pack p;
	int r = ntfs_pack(f, 0, &p, err);

	if (!r && p.count > 1) {
		ntfs_pack_done(&p);
		r = ntfs_pack(f, LIST_INSIDE, &p, err);
		if (!r && p.list_size + sizeof(struct ntfs_resident_disk) >
				  LIST_INSIDE) {
			ntfs_pack_done(&p);
			r = ntfs_pack(f, LIST_OUTSIDE, &p, err);
		}
	}
	if (r)
		return r;
	r = store_packed(f, &p, err);
	ntfs_pack_done(&p);
	return r;
}
