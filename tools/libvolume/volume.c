// SPDX-License-Identifier: MIT
//
// Opening and reading a volume of either file system.

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "part.h"
#include "volume.h"

static bool is_foreign(struct disk *disk)
{
	struct part_content found;

	return !part_probe(disk, &found, NULL) && !found.is_inside &&
	       (found.kind == PART_HOLDS_VOLUME ||
		found.kind == PART_HOLDS_MEMBER) &&
	       strcmp(found.name, "FAT");
}

// Says what is there in place of a volume that can be read.
static int refuse(struct disk *disk, struct err *err)
{
	struct part_content found;
	int r = part_probe(disk, &found, err);

	if (r)
		return r;
	switch (found.kind) {
	case PART_HOLDS_NOTHING:
		return err_set(err, -ENOENT, "volume", ERR_NOWHERE,
			       "there is neither a FAT nor an NTFS file "
			       "system: it is blank");
	case PART_HOLDS_TABLE:
		return err_set(err, -ENOENT, "volume", ERR_NOWHERE,
			       "this is a disk with partitions (%s); name one, "
			       "as in disk.img@1",
			       found.name);
	case PART_HOLDS_VOLUME:
	case PART_HOLDS_MEMBER:
		if (!strcmp(found.name, "BitLocker"))
			return err_set(
				err, -ENOENT, "volume", ERR_NOWHERE,
				"this is encrypted by BitLocker, and is "
				"read by nobody without its key: decrypt "
				"it in Windows first (manage-bde -off)");
		if (!found.is_inside)
			return err_set(err, -ENOENT, "volume", ERR_NOWHERE,
				       "this is %s; only FAT and NTFS are read",
				       found.name);
		break;
	case PART_HOLDS_DATA:
		break;
	}
	return err_set(err, -ENOENT, "volume", ERR_NOWHERE,
		       "there is neither a FAT nor an NTFS file system, but "
		       "%s",
		       found.name);
}

// The first bytes of both: a jump of the processor, a name, and the mark at the
// end (FAT overview, "Boot Sector and BPB"; Linux-NTFS documentation, "$Boot").
// Others that begin so are known by their names.
static int open_kind(struct volume *v, struct err *err)
{
	uint8_t boot[512] = {0};
	struct err why = {0};
	const char *name;
	int r = v->disk->size < sizeof(boot)
			? 0
			: disk_read(v->disk, 0, boot, sizeof(boot), err);

	if (r)
		return r;
	name = part_name_boot(boot);
	if (name && !strcmp(name, "NTFS"))
		return ntfs_open(v->disk, &v->ntfs, err);
	if ((!name || !strcmp(name, "FAT")) &&
	    (boot[0] == 0xeb || boot[0] == 0xe9) && boot[510] == 0x55 &&
	    boot[511] == 0xaa) {
		r = fat_open(v->disk, &v->fat, &why);
		// Without a name it was a guess: others begin so, too.
		if (r != -EBADMSG || name || !is_foreign(v->disk)) {
			if (r && err)
				*err = why;
			return r;
		}
	}
	return refuse(v->disk, err);
}

int volume_open(struct disk *disk, struct volume **ret, struct err *err)
{
	struct volume *v = mem_alloc(sizeof(*v));
	int r;

	if (!v)
		return err_nomem(err);
	v->disk = disk;
	r = open_kind(v, err);
	if (r) {
		volume_close(v);
		return r;
	}
	*ret = v;
	return 0;
}

void volume_close(struct volume *v)
{
	if (!v)
		return;
	fat_close(v->fat);
	ntfs_close(v->ntfs);
	mem_free(v);
}

const char *volume_kind(const struct volume *v)
{
	if (v->ntfs)
		return "NTFS";
	switch (fat_get_info(v->fat)->bits) {
	case 12:
		return "FAT12";
	case 16:
		return "FAT16";
	default:
		return "FAT32";
	}
}

// --- FAT ---------------------------------------------------------------------

static void from_fat(const struct fat_stat *s, struct volume_stat *ret)
{
	*ret = (struct volume_stat){
		.attributes = s->attributes,
		.is_directory = s->is_directory,
		.size = s->size,
		.created = filetime_from_unix(s->created, 0),
		.modified = filetime_from_unix(s->modified, 0),
		.accessed = filetime_from_unix(s->accessed, 0),
	};
	memcpy(ret->name, s->name, sizeof(ret->name));
	if (strcasecmp(s->name, s->short_name))
		memcpy(ret->short_name, s->short_name, sizeof(ret->short_name));
}

struct list {
	int (*fn)(void *ctx, const struct volume_stat *entry);
	void *ctx;
};

static int list_fat(void *ctx, const struct fat_stat *s)
{
	const struct list *l = ctx;
	struct volume_stat stat;

	from_fat(s, &stat);
	return l->fn(l->ctx, &stat);
}

// --- NTFS --------------------------------------------------------------------

// The first records are the system's own files, the root folder among them.
#define FIRST_FILE 16

#define DATA 0x80 // type of an attribute, as ntfs_open_stream takes it

#define DOS_NAME  2 // name spaces of struct ntfs_entry: beside a long name,
#define LONG_NAME 1 // and that one

// The 8.3 names of a folder: they stand elsewhere in it than the long ones.
struct short_name {
	uint64_t record;
	char name[12 * 3 + 1];
};

struct list_ntfs {
	struct list list;
	struct short_name *names; // by record
	size_t count, capacity;
	struct err *err;
};

static int take_short_name(void *ctx, const struct ntfs_entry *e)
{
	struct list_ntfs *l = ctx;
	struct short_name *s;

	if (e->name_space != DOS_NAME)
		return 0;
	if (mem_grow((void **)&l->names, l->count, &l->capacity,
		     sizeof(*l->names)))
		return err_nomem(l->err);
	s = &l->names[l->count++];
	*s = (struct short_name){.record = e->record};
	strncpy(s->name, e->utf8, sizeof(s->name) - 1);
	return 0;
}

static int by_record(const void *a, const void *b)
{
	const struct short_name *x = a, *y = b;

	return x->record < y->record ? -1 : x->record > y->record;
}

static int list_entry(void *ctx, const struct ntfs_entry *e)
{
	const struct list_ntfs *l = ctx;
	struct short_name key = {.record = e->record};
	const struct short_name *found = NULL;
	struct volume_stat s = {
		.attributes = e->attributes,
		.is_directory = e->attributes & NTFS_ATTR_DIRECTORY,
		.created = e->created,
		.modified = e->modified,
		.accessed = e->accessed,
		.reparse_tag = e->reparse_tag,
	};

	if (e->name_space == DOS_NAME || e->record < FIRST_FILE)
		return 0;
	s.size = s.is_directory ? 0 : e->size;
	strncpy(s.name, e->utf8, sizeof(s.name) - 1);
	if (e->name_space == LONG_NAME && l->count)
		found = bsearch(&key, l->names, l->count, sizeof(*l->names),
				by_record);
	if (found)
		memcpy(s.short_name, found->name, sizeof(s.short_name));
	return l->list.fn(l->list.ctx, &s);
}

static int list_ntfs(struct volume *v, const char *path,
		     const struct list *list, struct err *err)
{
	struct list_ntfs l = {.list = *list, .err = err};
	uint64_t record;
	int r = ntfs_lookup(v->ntfs, path, &record, err);

	if (!r)
		r = ntfs_list(v->ntfs, record, take_short_name, &l, err);
	if (!r && l.count)
		qsort(l.names, l.count, sizeof(*l.names), by_record);
	if (!r)
		r = ntfs_list(v->ntfs, record, list_entry, &l, err);
	mem_free(l.names);
	return r;
}

struct find_name {
	uint64_t record;
	const char *given;
	char *name; // of struct volume_stat
};

// A file may have several names in one folder: the given one is preferred.
static int find_name(void *ctx, const struct ntfs_entry *e)
{
	struct find_name *f = ctx;

	if (e->name_space == DOS_NAME || e->record != f->record)
		return 0;
	strncpy(f->name, e->utf8, 255 * 3);
	return !strcasecmp(e->utf8, f->given);
}

// Finds the name that a path's last part has in its folder; the root has none.
static int real_name(struct volume *v, const char *path, char *name,
		     struct err *err)
{
	char *folder = mem_strdup(path);
	size_t len = strlen(path), start;
	struct find_name find = {.name = name};
	uint64_t parent;
	int r;

	if (!folder)
		return err_nomem(err);
	while (len && strchr("\\/", folder[len - 1]))
		len--;
	for (start = len; start && !strchr("\\/", folder[start - 1]);)
		start--;
	folder[start] = 0;
	r = ntfs_lookup(v->ntfs, folder, &parent, err);
	if (!r)
		r = ntfs_lookup_link(v->ntfs, path, &find.record, err);
	mem_free(folder);
	if (r || start == len)
		return r;
	find.given = path + start;
	r = ntfs_list(v->ntfs, parent, find_name, &find, err);
	return r < 0 ? r : 0;
}

static int stat_ntfs(struct volume *v, const char *path,
		     struct volume_stat *ret, struct err *err)
{
	struct volume_stat s = {.name = ""};
	struct ntfs_stat stat;
	uint64_t record;
	int r = ntfs_lookup(v->ntfs, path, &record, err);

	if (!r)
		r = ntfs_stat(v->ntfs, record, &stat, err);
	if (!r)
		r = real_name(v, path, s.name, err);
	if (r)
		return r;
	s.attributes = stat.attributes;
	s.is_directory = stat.is_directory;
	s.size = stat.is_directory ? 0 : stat.size;
	s.created = stat.created;
	s.modified = stat.modified;
	s.accessed = stat.accessed;
	s.reparse_tag = stat.reparse_tag;
	*ret = s;
	return 0;
}

// --- Both --------------------------------------------------------------------

int volume_stat(struct volume *v, const char *path, struct volume_stat *ret,
		struct err *err)
{
	struct fat_stat s;
	int r;

	if (v->ntfs)
		return stat_ntfs(v, path, ret, err);
	r = fat_stat(v->fat, path, &s, err);
	if (!r)
		from_fat(&s, ret);
	return r;
}

int volume_list(struct volume *v, const char *path,
		int (*fn)(void *ctx, const struct volume_stat *entry),
		void *ctx, struct err *err)
{
	struct list l = {fn, ctx};

	return v->fat ? fat_list(v->fat, path, list_fat, &l, err)
		      : list_ntfs(v, path, &l, err);
}

struct streams {
	int (*fn)(void *ctx, const char *name, uint64_t size);
	void *ctx;
	struct err *err;
};

static int list_stream(void *ctx, const struct ntfs_stream *stream)
{
	const struct streams *s = ctx;
	char *name;
	int r;

	if (stream->type != DATA || !stream->name_len)
		return 0;
	name = utf16_to_utf8(stream->name, stream->name_len);
	if (!name)
		return err_nomem(s->err);
	r = s->fn(s->ctx, name, stream->size);
	mem_free(name);
	return r;
}

int volume_streams(struct volume *v, const char *path,
		   int (*fn)(void *ctx, const char *name, uint64_t size),
		   void *ctx, struct err *err)
{
	struct streams s = {fn, ctx, err};
	struct volume_stat stat;
	uint64_t record;
	int r;

	if (v->fat)
		return volume_stat(v, path, &stat, err);
	r = ntfs_lookup_link(v->ntfs, path, &record, err);
	return r ? r : ntfs_streams(v->ntfs, record, list_stream, &s, err);
}

static int add_free(void *ctx, uint64_t off, uint64_t len)
{
	uint64_t *sum = ctx;

	*sum += len;
	return 0;
}

int volume_get_info(struct volume *v, struct volume_info *ret, struct err *err)
{
	struct volume_info info = {0};
	int r = 0;

	if (v->fat) {
		const struct fat_info *fat = fat_get_info(v->fat);

		info.serial = fat->serial;
		info.cluster_size = fat->cluster_size;
		info.free = (uint64_t)fat->free_clusters * fat->cluster_size;
		memcpy(info.label, fat->label, sizeof(fat->label));
	} else {
		const struct ntfs_info *ntfs = ntfs_get_info(v->ntfs);

		info.serial = (uint32_t)ntfs->serial;
		info.cluster_size = ntfs->cluster_size;
		memcpy(info.label, ntfs->label, sizeof(info.label));
		r = ntfs_free_ranges(v->ntfs, add_free, &info.free, err);
	}
	if (!r)
		*ret = info;
	return r;
}

// A folder of NTFS has no data to open, unless by the name of a stream; it is
// called what it is.
static int check_is_file(struct volume *v, const char *path, struct err *err)
{
	const char *stream = strchr(path, ':');
	struct ntfs_stat stat;
	uint64_t record;
	int r;

	if (stream && stream[1] != ':')
		return 0;
	if (stream) { // "path::$DATA"
		char *file = mem_strdup(path);

		if (!file)
			return err_nomem(err);
		file[stream - path] = 0;
		r = check_is_file(v, file, err);
		mem_free(file);
		return r;
	}
	r = ntfs_lookup(v->ntfs, path, &record, err);
	if (!r)
		r = ntfs_stat(v->ntfs, record, &stat, err);
	if (!r && stat.is_directory)
		r = err_set(err, -EISDIR, path, ERR_NOWHERE, "it is a folder");
	return r;
}

int volume_read_link(struct volume *v, const char *path, char **ret,
		     struct err *err)
{
	uint64_t record;
	int r;

	if (v->fat)
		return err_set(err, -ENOENT, path, ERR_NOWHERE,
			       "it is no link");
	r = ntfs_lookup_link(v->ntfs, path, &record, err);
	return r ? r : ntfs_read_link(v->ntfs, record, ret, err);
}

int volume_open_file(struct volume *v, const char *path, struct disk **ret,
		     struct err *err)
{
	int r;

	if (v->fat)
		return fat_open_file(v->fat, path, ret, err);
	r = check_is_file(v, path, err);
	return r ? r : ntfs_open_file(v->ntfs, path, ret, err);
}

int volume_read_file(struct volume *v, const char *path, uint64_t limit,
		     void **ret, size_t *ret_size, struct err *err)
{
	int r;

	if (v->fat)
		return fat_read_file(v->fat, path, limit, ret, ret_size, err);
	r = check_is_file(v, path, err);
	return r ? r : ntfs_read_file(v->ntfs, path, limit, ret, ret_size, err);
}
