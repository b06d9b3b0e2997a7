// SPDX-License-Identifier: MIT
//
// bcdedit /retarget: the partitions of a store are pointed at those of another
// disk, or at none.
//
// Which partition of the new disk takes the place of an old one is told by its
// identifier (or, with an MBR, its offset) when that is there, else by what it
// must hold: the files that the store's entries name on it. One that no file
// tells goes where its neighbours of the same old partition went.

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "../bcd_place.h"
#include "bcdedit.h"

#define MAX_OLD 64 // different partitions in a store; real ones have a handful

struct known {
	struct bcd_device old;
	struct bcd_device new;
};

struct retarget {
	struct edit *e;
	const char *disk;
	struct part_table *table; // NULL: to locate
	struct known known[MAX_OLD];
	size_t count;
};

// A use of a partition: the paths that it must hold.
struct use {
	char *paths[2];
};

// --- Which partition ---------------------------------------------------------

static bool same_partition(const struct bcd_device *a,
			   const struct bcd_device *b)
{
	if (a->table != b->table)
		return false;
	return a->table == BCD_TABLE_GPT
		       ? guid_equal(&a->partition, &b->partition)
		       : a->signature == b->signature && a->offset == b->offset;
}

static const struct known *find_known(const struct retarget *t,
				      const struct bcd_device *old)
{
	for (size_t i = 0; i < t->count; i++)
		if (same_partition(&t->known[i].old, old))
			return &t->known[i];
	return NULL;
}

static const struct part *same_place(const struct part_table *t,
				     const struct bcd_device *old)
{
	for (size_t i = 0; i < t->count; i++) {
		const struct part *p = &t->parts[i];

		if (t->style == PART_GPT
			    ? old->table == BCD_TABLE_GPT &&
				      guid_equal(&p->id, &old->partition)
			    : old->table == BCD_TABLE_MBR &&
				      p->start == old->offset)
			return p;
	}
	return NULL;
}

static bool holds(const struct retarget *t, unsigned number, const char *path)
{
	char address[4096];
	struct place *place;
	struct tree_stat stat;
	bool yes;

	if (snprintf(address, sizeof(address), "%s@%u:%s", t->disk, number,
		     path) >= (int)sizeof(address) ||
	    address_open(address, 0, &place, NULL))
		return false;
	yes = !tree_stat(place->volume, path, &stat, NULL);
	address_close(place);
	return yes;
}

// Looks for the one partition that holds a path; *ret NULL: none does.
static int find_holder(const struct retarget *t, const char *path,
		       const struct part **ret)
{
	*ret = NULL;
	for (size_t i = 0; i < t->table->count; i++) {
		const struct part *p = &t->table->parts[i];

		if (!holds(t, p->number, path))
			continue;
		if (*ret)
			return err_set(&t->e->err, -EEXIST, path, ERR_NOWHERE,
				       "partitions %u and %u both hold it",
				       (*ret)->number, p->number);
		*ret = p;
	}
	return 0;
}

static int learn(struct retarget *t, const struct bcd_device *old,
		 const struct use *use)
{
	const struct part *p = same_place(t->table, old);
	struct place_level level = {.kind = PLACE_PARTITION,
				    .style = t->table->style,
				    .disk_id = t->table->disk_id,
				    .mbr_signature = t->table->mbr_signature};
	int r = 0;

	if (find_known(t, old))
		return 0;
	for (size_t i = 0; !r && !p && i < 2 && use->paths[i]; i++)
		r = find_holder(t, use->paths[i], &p);
	if (r || !p)
		return r;
	if (t->count == MAX_OLD)
		return err_set(&t->e->err, -EFBIG, "boot store", ERR_NOWHERE,
			       "over %d partitions", MAX_OLD);
	level.part = *p;
	t->known[t->count].old = *old;
	bcd_place_partition(&level, &t->known[t->count++].new);
	return 0;
}

// --- Devices -----------------------------------------------------------------

// The element that holds the path which a device element is for, or 0.
static uint32_t path_of(uint32_t element)
{
	switch (element) {
	case BCD_DEVICE:
		return BCD_PATH;
	case BCD_OS_DEVICE: // and BCD_FILE_DEVICE, with BCD_FILE_PATH
		return BCD_SYSTEM_ROOT;
	case BCD_SDI_DEVICE:
		return BCD_SDI_PATH;
	default:
		return 0;
	}
}

static void use_done(struct use *use)
{
	mem_free(use->paths[0]);
	mem_free(use->paths[1]);
}

static int find_use(struct retarget *t, const struct bcd_object *obj,
		    uint32_t element, struct use *ret)
{
	uint32_t paths[] = {path_of(element), BCD_PATH};
	size_t n = 0;

	*ret = (struct use){{NULL, NULL}};
	for (size_t i = 0; i < 2; i++) {
		char *path;
		int r = paths[i] ? bcd_get_string(obj, paths[i], &path, NULL)
				 : -ENOENT;

		if (r == -ENOMEM)
			return err_nomem(&t->e->err);
		if (!r)
			ret->paths[n++] = path;
	}
	if (!n && obj->type == BCD_BOOT_MANAGER) {
		ret->paths[0] = mem_strdup("\\bootmgr");
		if (!ret->paths[0])
			return err_nomem(&t->e->err);
	}
	return 0;
}

// Where a device has its partition: itself or one of its hosts. The use of a
// host is the file on it.
static struct bcd_device *partition_in(struct bcd_device *d,
				       const char **ret_file)
{
	*ret_file = NULL;
	while (d && !(d->kind == BCD_DEVICE_PARTITION && !d->host)) {
		if (d->kind == BCD_DEVICE_FILE || d->kind == BCD_DEVICE_VHD ||
		    d->kind == BCD_DEVICE_RAMDISK)
			*ret_file = d->path;
		d = (struct bcd_device *)d->host;
	}
	return d;
}

// Puts a device in the place of a partition that needs no disk's identifiers.
static int locate(struct retarget *t, const struct bcd_object *obj,
		  uint32_t element, const char *file, struct bcd_device *d)
{
	if (!file &&
	    (obj->type == BCD_BOOT_MANAGER || obj->type == BCD_MEMORY_TESTER)) {
		*d = (struct bcd_device){.kind = BCD_DEVICE_BOOT,
					 .options = d->options};
		return 0;
	}
	*d = (struct bcd_device){.kind = BCD_DEVICE_LOCATE,
				 .options = d->options,
				 .element = file ? 0 : path_of(element)};
	if (!file)
		return 0;
	d->path = mem_strdup(file);
	return d->path ? 0 : err_nomem(&t->e->err);
}

// Visits a device element: learns about its partition, or changes it.
static int visit(struct retarget *t, struct bcd_object *obj, uint32_t element,
		 bool change)
{
	struct bcd_device *d, *partition;
	const struct known *known;
	struct use use = {{NULL, NULL}};
	const char *file;
	int r = bcd_get_device(obj, element, &d, &t->e->err);

	if (r)
		return r;
	partition = partition_in(d, &file);
	if (!partition || (!t->table && !file && !path_of(element)))
		goto out;
	if (!t->table) {
		r = locate(t, obj, element, file, partition);
	} else if (!change) {
		if (file)
			use.paths[0] = (char *)file;
		else
			r = find_use(t, obj, element, &use);
		if (!r)
			r = learn(t, partition, &use);
		if (!file)
			use_done(&use);
	} else {
		known = find_known(t, partition);
		if (known)
			*partition = known->new;
		else
			r = err_set(&t->e->err, -ENOENT, t->disk, ERR_NOWHERE,
				    "none of its partitions holds what element "
				    "%08x of %s is for",
				    element,
				    bcd_alias_name(&obj->id)
					    ? bcd_alias_name(&obj->id)
					    : "an entry");
	}
	if (!r && change)
		r = bcd_set_device(t->e->bcd, obj, element, d, &t->e->err);
out:
	bcd_device_free(d);
	return r;
}

static int visit_all(struct retarget *t, bool change)
{
	struct bcd *bcd = t->e->bcd;
	int r = 0;

	for (size_t i = 0; !r && i < bcd->object_count; i++) {
		struct bcd_object *obj = bcd->objects[i];
		struct bcd_element el;
		size_t cursor = 0;

		// setting an element that is there keeps their order
		while (!r && bcd_element_next(obj, &cursor, &el))
			if (bcd_element_format(el.number) == BCD_FORMAT_DEVICE)
				r = visit(t, obj, el.number, change);
	}
	return r;
}

int bcdedit_retarget(struct edit *e)
{
	struct retarget t = {.e = e, .disk = e->switches[RETARGET].value};
	struct place *place;
	int r;

	if (e->count)
		return bcdedit_needs(e, "one disk, or locate,");
	if (!strcasecmp(t.disk, "locate"))
		return visit_all(&t, true);
	r = address_open(t.disk, ADDRESS_FILE | ADDRESS_VIRTUAL, &place,
			 &e->err);
	if (r)
		return r;
	r = part_table_read(place->disk, &t.table, &e->err);
	if (!r)
		r = visit_all(&t, false);
	if (!r)
		r = visit_all(&t, true);
	part_table_free(t.table);
	address_close(place);
	return r;
}
