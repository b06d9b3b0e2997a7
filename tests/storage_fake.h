// SPDX-License-Identifier: MIT
//
// A made-up world for libstorage and what stands on it: disks in memory, letters and
// the session's list in variables, a machine of the disks that a test names. What the
// verbs write is written for real, into memory.
//
//     fake_begin();
//     fake_disk("/dev/sda", 64 << 20, 512)->model = "Disk";
//     fake_file("d.img", 64 << 20, 512);
//     storage_open(&fake_effects, &(struct storage_source){.root = ""}, ...);
//     fake_end();

#ifndef STORAGE_FAKE_H
#define STORAGE_FAKE_H

#include "storage_disks.h"
#include "storage_state.h"
#include "test.h"

#define FAKE_DISKS 16

struct fake_disk {
	char address[128]; // "/dev/sda", "d.img", "d.img@1:\\x.vhd"
	struct disk *disk;
	bool is_of_machine, is_medium, is_removable, is_read_only;
	bool is_busy;     // opening it for writing fails
	bool is_borrowed; // the disk is the test's
	const char *model, *serial, *sys_path, *in_use; // or NULL
	uint64_t sequence;
};

static struct fake {
	struct fake_disk disks[FAKE_DISKS];
	size_t count;
	char *letters[ADDRESS_LETTERS];
	struct storage_state state;
	char shown[64 * 32]; // the last disk whose volumes were shown to shells
	unsigned hidden[ADDRESS_LETTERS]; // how often one was taken down
	int open_count;                   // places that are open
	unsigned settled;                 // how often the machine was listed
} fake;

static inline struct fake_disk *fake_find(const char *address)
{
	for (size_t i = 0; i < fake.count; i++)
		if (!strcmp(fake.disks[i].address, address))
			return &fake.disks[i];
	return NULL;
}

// A file that is a disk of the test's own.
static inline struct fake_disk *fake_take(const char *address,
					  struct disk *disk)
{
	struct fake_disk *d = &fake.disks[fake.count++];

	check(fake.count <= FAKE_DISKS);
	*d = (struct fake_disk){.disk = disk, .is_borrowed = true};
	snprintf(d->address, sizeof(d->address), "%s", address);
	return d;
}

static inline struct fake_disk *fake_file(const char *address, uint64_t size,
					  uint32_t sector_size)
{
	struct err err = {0};
	struct disk *disk;
	struct fake_disk *d;

	check_ok(disk_memory(size, sector_size, &disk, &err), &err);
	d = fake_take(address, disk);
	d->is_borrowed = false;
	return d;
}

static inline struct fake_disk *fake_disk(const char *address, uint64_t size,
					  uint32_t sector_size)
{
	struct fake_disk *d = fake_file(address, size, sector_size);

	d->is_of_machine = true;
	d->sequence = fake.count;
	return d;
}

// --- A handle on a disk, which others may have as well ---------------------------

struct fake_handle {
	struct disk disk;
	struct disk *under;
};

static inline struct disk *fake_under(struct disk *d)
{
	return ((struct fake_handle *)d)->under;
}

static inline int fake_read(struct disk *d, uint64_t off, void *buf, size_t len,
			    struct err *err)
{
	return disk_read(fake_under(d), off, buf, len, err);
}

static inline int fake_write(struct disk *d, uint64_t off, const void *buf,
			     size_t len, struct err *err)
{
	return disk_write(fake_under(d), off, buf, len, err);
}

static inline int fake_zero(struct disk *d, uint64_t off, uint64_t len,
			    struct err *err)
{
	return disk_zero(fake_under(d), off, len, err);
}

static inline int fake_flush(struct disk *d, struct err *err)
{
	return disk_flush(fake_under(d), err);
}

static inline int fake_map(struct disk *d, uint64_t off, uint64_t len,
			   uint64_t *ret_len, bool *ret_data, struct err *err)
{
	return disk_map(fake_under(d), off, len, ret_len, ret_data, err);
}

static inline int fake_resize(struct disk *d, uint64_t size, struct err *err)
{
	int r = disk_resize(fake_under(d), size, err);

	d->size = fake_under(d)->size;
	return r;
}

static inline int fake_extend(struct disk *d, uint64_t off, const void *buf,
			      size_t len, struct err *err)
{
	int r = disk_extend(fake_under(d), off, buf, len, err);

	d->size = fake_under(d)->size;
	return r;
}

static inline void fake_close_handle(struct disk *d)
{
	free(d);
}

static inline struct disk *fake_handle(struct disk *under, bool read_only)
{
	static const struct disk_ops ops = {.read = fake_read,
					    .write = fake_write,
					    .zero = fake_zero,
					    .flush = fake_flush,
					    .map = fake_map,
					    .resize = fake_resize,
					    .extend = fake_extend,
					    .close = fake_close_handle};
	struct fake_handle *h = calloc(1, sizeof(*h));

	check(h);
	h->disk = *under;
	h->disk.ops = &ops;
	h->disk.read_only = read_only;
	h->under = under;
	return &h->disk;
}

// --- Places ------------------------------------------------------------------------

struct fake_place {
	struct place place;
	struct place_level levels[3];
	struct disk *opened[3];
	size_t count;
};

static inline void fake_push(struct fake_place *p, struct disk *d)
{
	p->opened[p->count++] = d;
	p->place.disk = d;
}

static inline void fake_close(struct place *place)
{
	struct fake_place *p = (struct fake_place *)place;

	if (!p)
		return;
	while (p->count)
		disk_close(p->opened[--p->count]);
	free(p);
	fake.open_count--;
}

static inline int fake_finish(struct place *place, struct err *err)
{
	struct fake_place *p = (struct fake_place *)place;
	int r = 0;

	for (size_t i = p->count; i && !r; i--)
		r = disk_finish(p->opened[i - 1], err);
	return r;
}

// Its virtual disk and its partition, where there are some.
static inline int fake_open_inside(struct fake_place *p, const char *rest,
				   struct err *err)
{
	struct vdisk_info info;
	struct disk *d;
	int r = 0;

	if (!vdisk_probe(p->place.disk, &info, NULL)) {
		r = vdisk_open(p->place.disk, &d, err);
		if (r)
			return r;
		fake_push(p, d);
		p->levels[p->place.level_count++].kind = PLACE_VIRTUAL;
	}
	if (*rest == '@') {
		r = part_open(p->place.disk, (unsigned)atoi(rest + 1), &d, err);
		if (!r)
			fake_push(p, d);
		p->levels[p->place.level_count++].kind = PLACE_PARTITION;
	}
	return r;
}

static inline int fake_open(const char *address, unsigned flags,
			    struct place **ret, struct err *err)
{
	bool for_writing = flags & ADDRESS_WRITE;
	struct fake_disk *found = NULL;
	struct fake_place *p;
	size_t len = 0;
	int r;

	for (size_t i = 0; i < fake.count; i++) {
		size_t n = strlen(fake.disks[i].address);

		if (n > len && !strncmp(address, fake.disks[i].address, n) &&
		    (!address[n] || address[n] == '@')) {
			found = &fake.disks[i];
			len = n;
		}
	}
	if (!found)
		return err_set(err, -ENOENT, address, ERR_NOWHERE,
			       "there is no such file or disk");
	if (for_writing && found->is_busy)
		return err_set(err, -EBUSY, address, ERR_NOWHERE,
			       "somebody has it");
	p = calloc(1, sizeof(*p));
	check(p);
	fake.open_count++;
	p->place.levels = p->levels;
	p->place.host_path = found->address;
	fake_push(p, fake_handle(found->disk, !for_writing));
	r = fake_open_inside(p, address + len, err);
	if (r)
		fake_close(&p->place);
	else
		*ret = &p->place;
	return r;
}

static inline int fake_whole(const char *text, char **ret, struct err *err)
{
	*ret = mem_strdup(text);
	return *ret ? 0 : err_nomem(err);
}

static inline int fake_create_file(const char *path, uint64_t size,
				   uint32_t sector_size, struct disk **ret,
				   struct err *err)
{
	if (fake_find(path))
		return err_set(err, -EEXIST, path, ERR_NOWHERE,
			       "it is there already");
	*ret = fake_handle(fake_file(path, size, sector_size)->disk, false);
	return 0;
}

// --- The machine -------------------------------------------------------------------

static inline int fake_list(struct settle *settle, const char *root,
			    struct inventory **ret, struct err *err)
{
	struct inventory *v = mem_alloc(sizeof(*v));

	if (!v)
		return err_nomem(err);
	v->disks = mem_array(FAKE_DISKS, sizeof(*v->disks));
	if (!v->disks) {
		mem_free(v);
		return err_nomem(err);
	}
	fake.settled++;
	for (size_t i = 0; i < fake.count; i++) {
		const struct fake_disk *f = &fake.disks[i];
		struct inventory_disk *d = &v->disks[v->count];

		if (!f->is_of_machine)
			continue;
		snprintf(d->path, sizeof(d->path), "%.79s", f->address);
		snprintf(d->sys_path, sizeof(d->sys_path), "%s",
			 f->sys_path ? f->sys_path : f->address);
		snprintf(d->model, sizeof(d->model), "%s",
			 f->model ? f->model : "Disk");
		snprintf(d->serial, sizeof(d->serial), "%s",
			 f->serial ? f->serial : "");
		snprintf(d->in_use, sizeof(d->in_use), "%s",
			 f->in_use ? f->in_use : "");
		strcpy(d->bus, "sata");
		d->size = f->disk->size;
		d->sector_size = f->disk->sector_size;
		d->sequence = f->sequence;
		d->read_only = f->is_read_only;
		d->removable = f->is_removable;
		d->is_medium = f->is_medium;
		v->count++;
	}
	*ret = v;
	return 0;
}

static inline void fake_show_volumes(const char *root, const char *disk,
				     const struct machine_volume *volumes,
				     size_t count)
{
	char *at = fake.shown;

	at += snprintf(at, 64, "%s:", disk);
	for (size_t i = 0; i < count; i++)
		at += snprintf(at, 64, " %c@%u %s", volumes[i].letter,
			       volumes[i].partition, volumes[i].type);
}

static inline void fake_hide_volume(const char *root, char letter)
{
	fake.hidden[letter - 'A']++;
}

static inline uint64_t fake_sequence(const char *root, const char *path)
{
	const struct fake_disk *d = fake_find(path);

	return d ? d->sequence : 0;
}

// --- The session -------------------------------------------------------------------

static inline int fake_read_letters(struct address_letters *ret,
				    struct err *err)
{
	struct address_letters l = {0};

	for (int i = 0; i < ADDRESS_LETTERS; i++) {
		if (!fake.letters[i])
			continue;
		l.addresses[i] = mem_strdup(fake.letters[i]);
		if (!l.addresses[i]) {
			address_letters_done(&l);
			return err_nomem(err);
		}
	}
	*ret = l;
	return 0;
}

static inline int fake_assign_letter(char letter, const char *address,
				     struct err *err)
{
	char **at = &fake.letters[letter - 'A'];

	if (*at && strcmp(*at, address))
		return err_set(err, -EEXIST, "letter", ERR_NOWHERE,
			       "it stands for %s already", *at);
	free(*at);
	check((*at = strdup(address)));
	return 0;
}

static inline int fake_remove_letter(char letter, struct err *err)
{
	char **at = &fake.letters[letter - 'A'];

	if (!*at)
		return err_set(err, -ENOENT, "letter", ERR_NOWHERE,
			       "it stands for nothing");
	free(*at);
	*at = NULL;
	return 0;
}

static inline int fake_read_state(struct storage_state *ret, struct err *err)
{
	struct storage_state s = {0};
	int r = 0;

	for (size_t i = 0; i < fake.state.count && !r; i++)
		r = storage_state_set(&s, &fake.state.disks[i], err);
	if (r)
		storage_state_done(&s);
	else
		*ret = s;
	return r;
}

static inline int fake_put_state(const struct storage_state_disk *disk,
				 struct err *err)
{
	return storage_state_set(&fake.state, disk, err);
}

static struct storage_effects fake_effects;

// Begins with nothing.
static inline void fake_begin(void)
{
	memset(&fake, 0, sizeof(fake));
	fake_effects = storage_effects;
	fake_effects.create_file = fake_create_file;
	fake_effects.list_machine = fake_list;
	fake_effects.sequence = fake_sequence;
	fake_effects.show_volumes = fake_show_volumes;
	fake_effects.hide_volume = fake_hide_volume;
	fake_effects.whole = fake_whole;
	fake_effects.open_place = fake_open;
	fake_effects.finish_place = fake_finish;
	fake_effects.close_place = fake_close;
	fake_effects.read_letters = fake_read_letters;
	fake_effects.assign_letter = fake_assign_letter;
	fake_effects.remove_letter = fake_remove_letter;
	fake_effects.read_state = fake_read_state;
	fake_effects.put_state = fake_put_state;
}

// Ends, and fails when a place was left open.
static inline void fake_end(void)
{
	check_eq(fake.open_count, 0);
	for (size_t i = 0; i < fake.count; i++)
		if (!fake.disks[i].is_borrowed)
			disk_close(fake.disks[i].disk);
	for (int i = 0; i < ADDRESS_LETTERS; i++)
		free(fake.letters[i]);
	storage_state_done(&fake.state);
}

// Writes "0 GPT 64M: 1 1M+16M efi, free 17M+46M" a disk of the lists: what a test
// compares with.
static inline const char *fake_show(const struct storage *s)
{
	static const char *const styles[] = {"none", "MBR", "GPT"};
	static char text[4096];
	const struct storage_disk *disks;
	size_t count, used = 0;

	disks = storage_disks(s, &count);
	*text = 0;
	for (size_t i = 0; i < count; i++) {
		const struct storage_disk *d = &disks[i];

		used += (size_t)snprintf(text + used, sizeof(text) - used,
					 "%s%u %s %lluM:", i ? "; " : "",
					 d->number, styles[d->style],
					 (unsigned long long)d->size >> 20);
		for (size_t k = 0; k < d->region_count; k++) {
			const struct storage_region *r = &d->regions[k];
			char name[16] = "free";

			if (!r->is_free)
				snprintf(name, sizeof(name), "%u", r->number);
			used += (size_t)
				snprintf(text + used, sizeof(text) - used,
					 "%s %s%s %llu+%llu", k ? "," : "",
					 r->is_logical ? "l" : "", name,
					 (unsigned long long)r->start >> 20,
					 (unsigned long long)r->size >> 20);
		}
	}
	return text;
}

#endif
