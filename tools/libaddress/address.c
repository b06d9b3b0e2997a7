// SPDX-License-Identifier: MIT
//
// Addresses: parsed from left to right, each part opened on what the parts
// before it gave.

#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "address_priv.h"
#include "chain.h"

#define ADDRESS_MAX_LEVELS 16 // nobody nests deeper; each level costs a layer

// What was opened, in order; closed from the end.
struct opened {
	struct disk *disk; // one of these
	struct tree *volume;
	struct vdisk_chain *chain;
};

// A level opens at most four, and PATH two.
struct address_stack {
	struct opened items[5 * ADDRESS_MAX_LEVELS];
	size_t count;
	char *host_path;
};

struct opening {
	struct place *place;
	unsigned flags;
	const struct net_logon *logon;
	const char *text;
	struct err *err;
};

static void push_disk(struct place *place, struct disk *d)
{
	place->stack->items[place->stack->count++].disk = d;
	place->disk = d;
	place->file_path = NULL; // what lies in a file is none itself
}

// As push_disk, of a file at `path` of `tree`.
static void push_file(struct place *place, struct disk *d, struct tree *tree,
		      const char *path)
{
	push_disk(place, d);
	place->tree = tree;
	place->file_path = path;
}

static int push_level(struct opening *o, enum place_kind kind,
		      struct place_level **ret)
{
	struct place *place = o->place;

	if (place->level_count == ADDRESS_MAX_LEVELS)
		return err_set(o->err, -EINVAL, o->text, ERR_NOWHERE,
			       "more than %d levels", ADDRESS_MAX_LEVELS);
	*ret = &place->levels[place->level_count++];
	**ret = (struct place_level){.kind = kind};
	return 0;
}

// Returns how a file of the host or of a volume is opened.
static unsigned open_flags(const struct opening *o, bool is_in_volume)
{
	unsigned flags = o->flags & ADDRESS_WRITE ? DISK_EXCLUSIVE
						  : DISK_READ_ONLY;

	if (o->flags & ADDRESS_LOOK)
		flags |= DISK_UNLOCKED;
	if (o->flags & ADDRESS_WRITE_LOCK)
		flags |= DISK_WRITE_LOCK;
	if (o->flags & ADDRESS_ALONE)
		flags |= DISK_EXCLUSIVE;
	// What lies in a volume goes the way that the volume's own disk goes.
	return !is_in_volume && (o->flags & ADDRESS_DIRECT)
		       ? flags | DISK_DIRECT
		       : flags;
}

// Refuses to write under the children of a disk: a child holds only what
// differs from its parent, so another parent makes it garbage.
static int guard_children(const struct opening *o,
			  const struct vdisk_info *info)
{
	const struct place *place = o->place;

	if (!(o->flags & ADDRESS_WRITE) || (o->flags & ADDRESS_FORCE) ||
	    !place->file_path)
		return 0;
	return vdisk_guard_children(place->tree, place->file_path,
				    &info->link_id, NULL, 0,
				    "would no longer fit to it: write to the "
				    "child, or merge it",
				    o->err);
}

// Opens a differencing disk with its parents.
static int open_chain(struct opening *o)
{
	struct place *place = o->place;
	struct vdisk_chain *chain;
	int r;

	if (!place->file_path)
		return err_set(o->err, -ENOTSUP, o->text, ERR_NOWHERE,
			       "a differencing disk must be a file, to find "
			       "its parent");
	r = vdisk_chain_open(place->tree, place->file_path, place->disk,
			     open_flags(o, tree_is_volume(place->tree)), &chain,
			     o->err);
	if (r)
		return r;
	place->stack->items[place->stack->count++].chain = chain;
	place->disk = chain->disk;
	place->file_path = NULL;
	return 0;
}

static int open_raw(struct opening *o)
{
	struct err why = {0};
	int r;

	disk_keep_room(o->place->disk);
	r = vdisk_check_foreign(o->place->disk, &why);
	if (r == -ENOTSUP)
		return err_set(o->err, r, o->text, ERR_NOWHERE, "%s", why.why);
	return r ? err_pass(o->err, r, &why) : 0;
}

// Lays the virtual disk on top, when the file is one; another program's image
// is no disk.
static int open_virtual(struct opening *o)
{
	struct place_level *level;
	struct vdisk_info info = {0};
	struct disk *d;
	int r = vdisk_probe(o->place->disk, &info, NULL);

	if (r == -ENOENT)
		return open_raw(o);
	r = guard_children(o, &info);
	if (!r)
		r = push_level(o, PLACE_VIRTUAL, &level);
	if (!r && info.type == VDISK_DIFFERENCING)
		r = open_chain(o);
	else if (!r)
		r = vdisk_open(o->place->disk, &d, o->err);
	if (r)
		return r;
	if (info.type != VDISK_DIFFERENCING)
		push_disk(o->place, d);
	if ((o->flags & ADDRESS_WRITE) && o->place->disk->read_only)
		return err_set(o->err, -ENOTSUP, o->text, ERR_NOWHERE,
			       "this kind of virtual disk is opened for "
			       "reading only");
	return 0;
}

#define LIST_TEXT 128

// Says which partitions there are.
static const char *list_partitions(const struct part_table *t,
				   char text[LIST_TEXT])
{
	size_t used = 0;

	for (size_t i = 0; i < t->count && used < LIST_TEXT; i++)
		used += (size_t)snprintf(text + used, LIST_TEXT - used,
					 i ? ", %u" : "there are %u",
					 t->parts[i].number);
	if (used >= LIST_TEXT)
		strcpy(text + LIST_TEXT - sizeof("..."), "...");
	return t->count ? text : "there is none";
}

// A slice is all that is opened of it: a slip in what comes behind cannot reach
// the disk's other partitions.
static int open_partition(struct opening *o, unsigned long number)
{
	struct place_level *level;
	struct part_table *table;
	char list[LIST_TEXT];
	const struct part *part;
	struct disk *d;
	int r = open_virtual(o);

	if (!r)
		r = push_level(o, PLACE_PARTITION, &level);
	if (!r)
		r = part_table_read(o->place->disk, &table, o->err);
	if (r)
		return r;
	part = number <= 0xffff ? part_find(table, (unsigned)number) : NULL;
	if (part) {
		level->part = *part;
		level->style = table->style;
		level->disk_id = table->disk_id;
		level->mbr_signature = table->mbr_signature;
		r = disk_slice(o->place->disk, part->start, part->size, &d,
			       o->err);
	} else {
		r = err_set(o->err, -ENOENT, o->text, ERR_NOWHERE,
			    "there is no partition %lu; %s", number,
			    list_partitions(table, list));
	}
	part_table_free(table);
	if (!r)
		push_disk(o->place, d);
	return r;
}

static int open_volume(struct opening *o)
{
	struct place *place = o->place;
	struct tree *v = NULL;
	struct err inner = {0};
	int r = volume_open(place->disk, &v, &inner);

	place->volume = v;
	if (r == -ENOENT) // no volume is there
		return err_set(o->err, r, o->text, inner.where, "%s",
			       inner.why);
	if (r)
		return err_pass(o->err, r, &inner);
	place->stack->items[place->stack->count++].volume = v;
	// The one door: what is written in this volume goes past here.
	return o->flags & ADDRESS_WRITE ? tree_check_writable(v, o->err) : 0;
}

static int open_file(struct opening *o, const char *path)
{
	struct tree *volume = o->place->volume;
	struct disk *d;
	int r = tree_open_file(volume, path,
			       o->flags & ADDRESS_WRITE ? 0 : DISK_READ_ONLY,
			       &d, o->err);

	if (r)
		return r;
	d->is_sector_guessed = true; // it may be an image of any disk
	push_file(o->place, d, volume, path);
	return 0;
}

// An INNER ends at the next "@N" or ":\" or the end. A drive's colon cannot be
// in it.
static size_t inner_length(const char *s)
{
	size_t n = 0;

	while (s[n] && !address_partition_mark(s + n) &&
	       !address_is_inner(s + n))
		n++;
	return n;
}

// Opens ":INNER" at s. Returns how it went; *ret_len is what it took of s.
static int open_inner(struct opening *o, const char *s, size_t *ret_len)
{
	struct place *place = o->place;
	struct place_level *level;
	size_t len = inner_length(s + 1);
	bool is_last = !s[1 + len];
	// A volume may fill a virtual disk, without a partition table.
	int r = place->file_path ? open_virtual(o) : 0;

	if (!r)
		r = push_level(o, PLACE_FILE, &level);
	if (r)
		return r;
	level->path = mem_alloc(len + 1);
	if (!level->path)
		return err_nomem(o->err);
	for (size_t i = 0; i < len; i++)
		level->path[i] = s[1 + i] == '/' ? '\\' : s[1 + i];
	*ret_len = 1 + len;
	r = open_volume(o);
	if (r)
		return r;
	if (is_last) {
		place->path = level->path;
		place->tree = place->volume;
		if (!(o->flags & ADDRESS_FILE))
			return 0;
	}
	r = open_file(o, level->path);
	if (!r && is_last && (o->flags & ADDRESS_VIRTUAL))
		r = open_virtual(o);
	return r;
}

// A device that is named alone is meant as it is, from its first sector to its
// last. When that is a virtual disk it is not clear what is to be written to.
static int open_device(struct opening *o)
{
	struct vdisk_info info;

	if ((o->flags & ADDRESS_WRITE) &&
	    !vdisk_probe(o->place->disk, &info, NULL))
		return err_set(o->err, -ENOTSUP, o->text, ERR_NOWHERE,
			       "the device itself holds a virtual disk: its "
			       "partitions are %s@N; clear its first and last "
			       "sectors if it is to be used anew",
			       o->text);
	return o->flags & ADDRESS_VIRTUAL ? open_virtual(o) : 0;
}

// PATH ends the address.
static int open_whole(struct opening *o)
{
	struct stat st;

	if ((o->flags & (ADDRESS_FILE | ADDRESS_VIRTUAL)) == ADDRESS_FILE)
		return 0;
	if (!stat(o->place->host_path, &st) && S_ISBLK(st.st_mode))
		return open_device(o);
	return open_virtual(o);
}

static int open_parts(struct opening *o, const char *rest)
{
	int r = 0;

	if (!*rest)
		return open_whole(o);
	while (*rest && !r) {
		size_t len = address_partition_mark(rest);

		if (len)
			r = open_partition(o, strtoul(rest + 1, NULL, 10));
		else if (address_is_inner(rest))
			r = open_inner(o, rest, &len);
		else
			r = err_set(o->err, -EINVAL, o->text, ERR_NOWHERE,
				    "not an address: PATH[@N[:\\INNER]]");
		rest += len;
	}
	return r;
}

// Opens PATH: a file or device of the host, or one of another machine.
static int open_path(struct opening *o)
{
	struct place *place = o->place;
	const char *path = place->stack->host_path;
	struct tree *tree;
	struct disk *d;
	int r = net_is_name(path) ? address_open_net(o->logon, &tree, o->err)
				  : tree_open_host(&tree, o->err);

	if (r)
		return r;
	place->stack->items[place->stack->count++].volume = tree;
	place->host_path = path;
	r = tree_open_file(tree, path, open_flags(o, false), &d, o->err);
	if (!r)
		push_file(place, d, tree, path);
	return r;
}

int address_open(const char *text, unsigned flags, struct place **ret,
		 struct err *err)
{
	return address_open_as(text, flags, NULL, ret, err);
}

int address_open_as(const char *text, unsigned flags,
		    const struct net_logon *logon, struct place **ret,
		    struct err *err)
{
	struct place *place = mem_alloc(sizeof(*place));
	struct opening o = {.place = place,
			    .flags = flags,
			    .logon = logon,
			    .text = text,
			    .err = err};
	struct address_parts parts = {0};
	int r;

	if (!place)
		return err_nomem(err);
	place->stack = mem_alloc(sizeof(*place->stack));
	place->levels = mem_array(ADDRESS_MAX_LEVELS, sizeof(*place->levels));
	r = place->stack && place->levels ? address_split(text, &parts, err)
					  : err_nomem(err);
	if (!r) {
		place->stack->host_path = parts.path;
		r = open_path(&o);
		if (!r)
			r = open_parts(&o, parts.rest);
		mem_free(parts.rest);
	}
	if (r) {
		address_close(place);
		return r;
	}
	*ret = place;
	return 0;
}

static int finish_item(const struct opened *item, struct err *err)
{
	if (item->chain)
		return vdisk_chain_finish(item->chain, err);
	if (item->disk)
		return disk_finish(item->disk, err);
	return item->volume->is_ready ? tree_sync(item->volume, err) : 0;
}

// From the innermost out: each flush writes into what lies below it.
int address_finish(struct place *place, struct err *err)
{
	const struct address_stack *s = place->stack;
	int r = 0;

	for (size_t i = s->count; i && !r; i--)
		r = finish_item(&s->items[i - 1], err);
	return r;
}

void address_notes(const struct place *place,
		   void (*note)(void *ctx, const char *text), void *ctx)
{
	const struct address_stack *s = place->stack;

	for (size_t i = 0; i < s->count; i++) {
		const struct tree *v = s->items[i].volume;
		const char *text = v ? tree_note(v) : NULL;

		if (text)
			note(ctx, text);
	}
}

void address_close(struct place *place)
{
	struct address_stack *s;

	if (!place)
		return;
	s = place->stack;
	while (s && s->count) {
		struct opened *item = &s->items[--s->count];

		vdisk_chain_close(item->chain);
		disk_close(item->disk);
		tree_close(item->volume);
	}
	for (size_t i = 0; i < place->level_count; i++)
		mem_free(place->levels[i].path);
	if (s)
		mem_free(s->host_path);
	mem_free(s);
	mem_free(place->levels);
	mem_free(place);
}
