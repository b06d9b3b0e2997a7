// SPDX-License-Identifier: MIT
//
// Folders in memory: reading, looking for names, entering and removing them.

#include <string.h>

#include "fat_priv.h"

#define DIR_WHAT   "FAT folder"
#define ENTRY_SIZE sizeof(struct fat_entry_disk)

static void get_entry(const struct fat_dir *d, size_t slot,
		      struct fat_entry_disk *ret)
{
	memcpy(ret, d->data + slot * ENTRY_SIZE, ENTRY_SIZE);
}

static void mark(const struct fat *f, struct fat_dir *d, size_t slot,
		 uint8_t state)
{
	uint8_t *s = &d->sectors[slot * ENTRY_SIZE / f->info.sector_size];

	if (*s < state)
		*s = state;
}

static void put_entry(struct fat *f, struct fat_dir *d, size_t slot,
		      const void *entry)
{
	memcpy(d->data + slot * ENTRY_SIZE, entry, ENTRY_SIZE);
	mark(f, d, slot, FAT_DIRTY);
	f->changed = true;
}

uint64_t fat_dir_offset(const struct fat *f, const struct fat_dir *d,
			size_t sector)
{
	uint64_t off = (uint64_t)sector * f->info.sector_size;

	// the root folder of FAT12 and FAT16
	if (!d->cluster_count)
		return f->root_start + off;
	return fat_cluster_offset(f, d->clusters[off / f->info.cluster_size]) +
	       off % f->info.cluster_size;
}

// --- Reading -----------------------------------------------------------------

static int read_chain(const struct fat *f, struct fat_dir *d, uint32_t first,
		      struct err *err)
{
	size_t max = FAT_MAX_FOLDER * ENTRY_SIZE / f->info.cluster_size;
	size_t capacity = 0;
	int r = 0;

	if (!fat_is_cluster(f, first))
		return err_corrupt(err, DIR_WHAT, ERR_NOWHERE,
				   "a folder begins at cluster %u", first);
	for (uint32_t c = first; c != FAT_END && !r;
	     r = fat_table_next(f, c, &c, err)) {
		void *clusters = d->clusters;

		// The limit, 2 MiB by the specification, also ends a chain that
		// runs in a circle.
		if (d->cluster_count == (max ? max : 1))
			return err_corrupt(err, DIR_WHAT,
					   fat_cluster_offset(f, first),
					   "a folder has over %u entries",
					   FAT_MAX_FOLDER);
		if (mem_grow(&clusters, d->cluster_count, &capacity,
			     sizeof(*d->clusters)))
			return err_nomem(err);
		d->clusters = clusters;
		d->clusters[d->cluster_count++] = c;
	}
	d->old_clusters = d->cluster_count;
	return r;
}

static int read_data(const struct fat *f, struct fat_dir *d, struct err *err)
{
	size_t size = f->info.cluster_size;
	int r = 0;

	if (!d->cluster_count)
		return disk_read(f->dev, f->root_start, d->data,
				 d->slots * ENTRY_SIZE, err);
	for (size_t i = 0; i < d->cluster_count && !r; i++)
		r = disk_read(f->dev, fat_cluster_offset(f, d->clusters[i]),
			      d->data + i * size, size, err);
	return r;
}

// A name that begins with 0 ends the folder, whatever lies behind it (section
// "FAT Directory Structure"). A new entry moves that end, and would bring back
// what formats and cameras left there. So it is zeroed, on the volume before
// anything else is written.
static void clear_behind_end(const struct fat *f, struct fat_dir *d)
{
	size_t slot = 0;

	while (slot < d->slots && d->data[slot * ENTRY_SIZE])
		slot++;
	for (; slot < d->slots; slot++) {
		uint8_t *entry = d->data + slot * ENTRY_SIZE;

		for (size_t i = 0; i < ENTRY_SIZE; i++) {
			if (!entry[i])
				continue;
			entry[i] = 0;
			mark(f, d, slot, FAT_URGENT);
		}
	}
}

static int alloc_data(const struct fat *f, struct fat_dir *d, struct err *err)
{
	size_t size = d->slots * ENTRY_SIZE;

	size = (size_t)round_up(size, f->info.sector_size);
	d->data = mem_alloc(size);
	d->sectors = mem_alloc(size / f->info.sector_size);
	d->held = mem_alloc(d->slots);
	return d->data && d->sectors && d->held ? 0 : err_nomem(err);
}

int fat_dir_load(struct fat *f, uint32_t first, struct fat_dir **ret,
		 struct err *err)
{
	struct fat_dir *d = mem_alloc(sizeof(*d));
	int r = 0;

	if (!d)
		return err_nomem(err);
	if (!first && f->info.bits == 32)
		first = f->root_cluster;
	d->first = first;
	d->slots = f->root_entries;
	if (first)
		r = read_chain(f, d, first, err);
	if (first)
		d->slots = d->cluster_count * f->info.cluster_size / ENTRY_SIZE;
	if (!r)
		r = alloc_data(f, d, err);
	if (!r)
		r = read_data(f, d, err);
	if (r) {
		fat_dir_free(d);
		return r;
	}
	clear_behind_end(f, d);
	*ret = d;
	return 0;
}

void fat_dir_free(struct fat_dir *d)
{
	if (!d)
		return;
	mem_free(d->clusters);
	mem_free(d->data);
	mem_free(d->sectors);
	mem_free(d->held);
	mem_free(d);
}

// --- Those in memory ---------------------------------------------------------

struct fat_dir *fat_dir_find_cached(const struct fat *f, uint32_t first)
{
	if (!first && f->info.bits == 32)
		first = f->root_cluster;
	for (size_t i = 0; i < f->dir_count; i++)
		if (f->dirs[i]->first == first)
			return f->dirs[i];
	return NULL;
}

static int keep(struct fat *f, struct fat_dir *d, struct err *err)
{
	void *dirs = f->dirs;

	if (mem_grow(&dirs, f->dir_count, &f->dir_capacity, sizeof(*f->dirs)))
		return err_nomem(err);
	f->dirs = dirs;
	f->dirs[f->dir_count++] = d;
	return 0;
}

int fat_dir_get(struct fat *f, uint32_t first, struct fat_dir **ret,
		struct err *err)
{
	struct fat_dir *d = fat_dir_find_cached(f, first);
	int r;

	if (d) {
		*ret = d;
		return 0;
	}
	r = fat_dir_load(f, first, &d, err);
	if (r)
		return r;
	r = keep(f, d, err);
	if (r)
		fat_dir_free(d);
	else
		*ret = d;
	return r;
}

void fat_dir_drop(struct fat *f, uint32_t first)
{
	for (size_t i = 0; i < f->dir_count; i++) {
		if (f->dirs[i]->first != first)
			continue;
		fat_dir_free(f->dirs[i]);
		f->dirs[i] = f->dirs[--f->dir_count];
		return;
	}
}

int fat_dir_new(struct fat *f, struct fat_dir **ret, struct err *err)
{
	struct fat_dir *d = mem_alloc(sizeof(*d));
	int r;

	if (!d)
		return err_nomem(err);
	d->slots = f->info.cluster_size / ENTRY_SIZE;
	d->cluster_count = 1;
	d->clusters = mem_alloc(sizeof(*d->clusters));
	r = d->clusters ? alloc_data(f, d, err) : err_nomem(err);
	if (!r)
		r = keep(f, d, err);
	if (r) {
		fat_dir_free(d);
		return r;
	}
	r = fat_table_take(f, 1, &d->first, err);
	if (r) {
		f->dir_count--;
		fat_dir_free(d);
		return r;
	}
	d->clusters[0] = d->first;
	*ret = d;
	return 0;
}

// --- Looking -----------------------------------------------------------------

// A long name while its parts are gathered, last part first. 20 parts have room
// for 260 units, of which a name has up to 255.
struct long_name {
	unsigned next; // order of the part that must follow; 0: complete
	bool any;
	uint8_t checksum;
	size_t first_slot;
	le16 units[20 * FAT_LONG_UNITS];
};

// A part counts when it follows the one before it, counting down, and has its
// checksum. Systems that know no long names take entries out from among them or
// write over them; what remains is an orphan, which readers must pass over
// ("FAT Long Directory Entries").
static void add_part(struct long_name *l, const struct fat_entry_disk *entry,
		     size_t slot)
{
	struct fat_long_disk part;
	unsigned order;
	le16 *units;

	memcpy(&part, entry, sizeof(part));
	order = part.order & ~FAT_LONG_LAST & 0xff;
	if (part.order & FAT_LONG_LAST) {
		*l = (struct long_name){.any = true,
					.next = order,
					.checksum = part.checksum,
					.first_slot = slot};
	}
	if (!l->any || !order || order > 20 || order != l->next ||
	    part.checksum != l->checksum) {
		l->any = false;
		return;
	}
	units = l->units + (order - 1) * FAT_LONG_UNITS;
	memcpy(units, part.name_1, sizeof(part.name_1));
	memcpy(units + 5, part.name_2, sizeof(part.name_2));
	memcpy(units + 11, part.name_3, sizeof(part.name_3));
	l->next = order - 1;
}

// Gives a node its name. The long one is its own only if the checksum is that
// of the 8.3 name: DOS renames a file without touching the parts before it. A
// name that no volume may have hides nothing but itself: a bad long name is
// passed over, a bad 8.3 name escaped.
static void finish_node(const struct long_name *l, struct fat_node *node)
{
	le16 name[FAT_MAX_ESCAPED];
	size_t n = 0;

	node->first_slot = node->slot;
	node->name_len = fat_name_from_short(&node->d, false, name);
	node->has_bad_name = !node->name_len;
	if (!node->name_len)
		node->name_len = fat_name_escape(&node->d, name);
	memcpy(node->name, name, node->name_len * sizeof(*name));
	if (!l->any || l->next ||
	    l->checksum != fat_name_checksum(node->d.name))
		return;
	while (n < sizeof(l->units) / sizeof(*l->units) &&
	       get_le16(l->units[n]))
		n++;
	if (!fat_name_is_valid(l->units, n)) {
		node->has_bad_name = true;
		return;
	}
	node->name_len = n;
	node->first_slot = l->first_slot;
	memcpy(node->name, l->units, n * sizeof(*node->name));
}

static bool is_dot(const struct fat_entry_disk *d)
{
	return !memcmp(d->name, ".          ", 11) ||
	       !memcmp(d->name, "..         ", 11);
}

bool fat_dir_next(struct fat_dir *d, size_t *slot, struct fat_node *ret)
{
	struct long_name l = {0};

	for (; *slot < d->slots; (*slot)++) {
		struct fat_entry_disk e;

		get_entry(d, *slot, &e);
		if (!e.name[0])
			break;
		if (e.name[0] == FAT_ENTRY_FREE) {
			l.any = false;
			continue;
		}
		// before the label: its bit is one of these
		if ((e.attributes & FAT_ATTR_MASK) == FAT_ATTR_LONG_NAME) {
			add_part(&l, &e, *slot);
			continue;
		}
		if (e.attributes & FAT_ATTR_LABEL || is_dot(&e)) {
			l.any = false;
			continue;
		}
		ret->dir = d;
		ret->slot = (*slot)++;
		ret->d = e;
		finish_node(&l, ret);
		return true;
	}
	return false;
}

// A file answers to both its names; so no other in the folder may have either.
static bool matches(const struct fat_node *node, const le16 *name, size_t n)
{
	le16 alias[12];
	size_t alias_len;

	if (!utf16_casecmp(node->name, node->name_len, name, n))
		return true;
	// eight, a dot and three
	if (n > 12)
		return false;
	alias_len = fat_name_from_short(&node->d, true, alias);
	return !utf16_casecmp(alias, alias_len, name, n);
}

bool fat_dir_find(struct fat_dir *d, const le16 *name, size_t n,
		  struct fat_node *ret)
{
	struct fat_node node;
	bool found = false;
	size_t slot = 0;

	while (fat_dir_next(d, &slot, &node)) {
		// A true name comes before one that was made up.
		if (!matches(&node, name, n) || (found && node.has_bad_name))
			continue;
		*ret = node;
		found = true;
		if (!node.has_bad_name)
			break;
	}
	return found;
}

bool fat_dir_is_empty(const struct fat_dir *d)
{
	for (size_t i = 0; i < d->slots; i++) {
		struct fat_entry_disk e;

		get_entry(d, i, &e);
		if (!e.name[0])
			break;
		if (e.name[0] != FAT_ENTRY_FREE && !is_dot(&e) &&
		    (e.attributes & FAT_ATTR_MASK) != FAT_ATTR_LONG_NAME &&
		    !(e.attributes & FAT_ATTR_LABEL))
			return false;
	}
	return true;
}

// --- Changing ----------------------------------------------------------------

static bool has_short(const struct fat_dir *d, const uint8_t name[11])
{
	const uint8_t *end = d->data + d->slots * ENTRY_SIZE;

	for (const uint8_t *e = d->data; e < end && *e; e += ENTRY_SIZE)
		if (!memcmp(e, name, 11) &&
		    (e[offsetof(struct fat_entry_disk, attributes)] &
		     FAT_ATTR_MASK) != FAT_ATTR_LONG_NAME)
			return true;
	return false;
}

// Returns the first of `count` free slots in a row, or d->slots; *ret_room is
// how many are free at the end.
static size_t find_slots(const struct fat_dir *d, size_t count,
			 size_t *ret_room)
{
	size_t n = 0;

	for (size_t i = 0; i < d->slots; i++) {
		uint8_t c = d->data[i * ENTRY_SIZE];

		n = (!c || c == FAT_ENTRY_FREE) && !d->held[i] ? n + 1 : 0;
		if (n == count)
			return i + 1 - count;
	}
	*ret_room = n;
	return d->slots;
}

static int resize(void **p, size_t old, size_t new, struct err *err)
{
	uint8_t *q = mem_resize(*p, new, 1);

	if (!q)
		return err_nomem(err);
	memset(q + old, 0, new - old);
	*p = q;
	return 0;
}

// Makes the arrays of a folder larger by `more` clusters.
static int grow_arrays(const struct fat *f, struct fat_dir *d, size_t more,
		       struct err *err)
{
	size_t size = d->slots * ENTRY_SIZE;
	size_t new_size = size + more * f->info.cluster_size;
	void *data = d->data, *sectors = d->sectors, *held = d->held;
	uint32_t *clusters;
	int r = resize(&data, size, new_size, err);

	d->data = data;
	if (!r)
		r = resize(&sectors, size / f->info.sector_size,
			   new_size / f->info.sector_size, err);
	d->sectors = sectors;
	if (!r)
		r = resize(&held, d->slots, new_size / ENTRY_SIZE, err);
	d->held = held;
	if (r)
		return r;
	clusters = mem_resize(d->clusters, d->cluster_count + more,
			      sizeof(*clusters));
	if (!clusters)
		return err_nomem(err);
	d->clusters = clusters;
	return 0;
}

// Adds clusters that are not yet part of the folder on the volume.
static int grow(struct fat *f, struct fat_dir *d, size_t more, struct err *err)
{
	size_t slots = more * f->info.cluster_size / ENTRY_SIZE;
	void *links = f->links;
	uint32_t first, last;
	int r;

	// The root folder of FAT12 and FAT16 has its fixed place and cannot
	// grow.
	if (!d->cluster_count || d->slots + slots > FAT_MAX_FOLDER)
		return err_set(err, -ENOSPC, DIR_WHAT, ERR_NOWHERE,
			       "it is full with %zu entries", d->slots);
	if (mem_grow(&links, f->link_count, &f->link_capacity,
		     sizeof(*f->links)))
		return err_nomem(err);
	f->links = links;
	r = grow_arrays(f, d, more, err);
	if (!r)
		r = fat_table_take(f, (uint32_t)more, &first, err);
	if (r)
		return r;
	// The volume's own chain gets its link when the new clusters are
	// written (fat_sync): before that it would lead to rubbish.
	last = d->clusters[d->cluster_count - 1];
	if (d->cluster_count == d->old_clusters)
		f->links[f->link_count++] = (struct fat_link){last, first};
	else
		fat_table_set(f, last, first);
	for (uint32_t c = first; c != FAT_END; c = fat_table_get(f, c))
		d->clusters[d->cluster_count++] = c;
	d->slots += slots;
	return 0;
}

// Parts go last first, so that the first one of the name stands beside its
// entry. What is not set here must be 0: old tools call an entry damaged that
// has a cluster.
static void put_long_name(struct fat *f, struct fat_dir *d, size_t slot,
			  const le16 *name, size_t n, size_t parts,
			  uint8_t checksum)
{
	for (size_t order = parts; order; order--, slot++) {
		struct fat_long_disk part = {
			.order =
				(uint8_t)(order |
					  (order == parts ? FAT_LONG_LAST : 0)),
			.attributes = FAT_ATTR_LONG_NAME,
			.checksum = checksum,
		};
		le16 units[FAT_LONG_UNITS];

		for (size_t i = 0; i < FAT_LONG_UNITS; i++) {
			size_t at = (order - 1) * FAT_LONG_UNITS + i;

			// A NUL behind the name, then all ones. A name that
			// fills its last part has neither.
			units[i] = at < n    ? name[at]
				   : at == n ? to_le16(0)
					     : to_le16(0xffff);
		}
		memcpy(part.name_1, units, sizeof(part.name_1));
		memcpy(part.name_2, units + 5, sizeof(part.name_2));
		memcpy(part.name_3, units + 11, sizeof(part.name_3));
		put_entry(f, d, slot, &part);
	}
}

int fat_dir_insert(struct fat *f, struct fat_dir *d, const le16 *name, size_t n,
		   const struct fat_entry_disk *entry, struct err *err)
{
	struct fat_entry_disk e = *entry;
	size_t parts, slot, room = 0;
	unsigned attempt = 0;
	bool is_long;

	do {
		if (!fat_name_to_short(name, n, attempt++, e.name, &is_long))
			return err_set(err, -ENOSPC, DIR_WHAT, ERR_NOWHERE,
				       "there are too many names alike");
	} while (has_short(d, e.name));
	parts = is_long ? (n + FAT_LONG_UNITS - 1) / FAT_LONG_UNITS : 0;
	slot = find_slots(d, parts + 1, &room);
	if (slot == d->slots) {
		size_t bytes = (parts + 1 - room) * ENTRY_SIZE;
		int r = grow(f, d,
			     (bytes + f->info.cluster_size - 1) /
				     f->info.cluster_size,
			     err);

		if (r)
			return r;
		// those at the end count too: the new clusters follow them
		slot -= room;
	}
	put_long_name(f, d, slot, name, n, parts, fat_name_checksum(e.name));
	put_entry(f, d, slot + parts, &e);
	return 0;
}

void fat_dir_update(struct fat *f, const struct fat_node *node,
		    const struct fat_entry_disk *entry)
{
	struct fat_entry_disk e = *entry;

	memcpy(e.name, node->d.name, sizeof(e.name));
	// It belongs to the name, which stays as it was written.
	e.lower_case = node->d.lower_case;
	put_entry(f, node->dir, node->slot, &e);
}

// ".." is the second entry; it has 0 for the root folder, as when it is made.
void fat_dir_set_parent(struct fat *f, struct fat_dir *d, uint32_t parent)
{
	struct fat_entry_disk e;

	get_entry(d, 1, &e);
	if (memcmp(e.name, "..         ", 11))
		return;
	fat_entry_set_cluster(&e,
			      f->info.bits == 32 && parent == f->root_cluster
				      ? 0
				      : parent);
	put_entry(f, d, 1, &e);
}

// Where a name and its entry lie in different sectors, that of the entry must
// be written first, or the file would be seen under its 8.3 name only.
void fat_dir_remove(struct fat *f, const struct fat_node *node)
{
	size_t per_sector = f->info.sector_size / ENTRY_SIZE;

	for (size_t i = node->first_slot; i <= node->slot; i++) {
		node->dir->data[i * ENTRY_SIZE] = FAT_ENTRY_FREE;
		node->dir->held[i] = 1;
		mark(f, node->dir, i, FAT_DIRTY);
	}
	if (node->first_slot / per_sector != node->slot / per_sector)
		mark(f, node->dir, node->slot, FAT_URGENT);
	f->changed = true;
}
