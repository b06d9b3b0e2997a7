// SPDX-License-Identifier: MIT
//
// An NTFS volume is captured: its file records from the first to the last, and then
// the tree that the files' names make. The names stand in the files themselves, so
// that no folder's index is needed to know them; that the indexes lead to the same
// files is looked at last.

#include <string.h>

#include "../unix.h"
#include "capture_priv.h"
#include "ntfs_priv.h"

#define TAG_OBJECT_ID  1u
#define OBJECT_ID_SIZE 64u

// --- What a file holds -------------------------------------------------------

static int set_security(struct volume *v, const struct ntfs_scan_file *from,
			struct capture_file *f, struct err *err)
{
	uint32_t id = from->stat.security_id;
	struct known_security *k;
	struct err e = {0};
	void *data;
	size_t size;
	int r;

	if (!id)
		return from->security.data
			       ? wim_image_security(v->c->image,
						    from->security.data,
						    from->security.size,
						    &f->security, err)
			       : 0;
	k = &v->security[id % KNOWN_SECURITY];
	if (k->id == id) {
		f->security = k->index;
		return 0;
	}
	r = ntfs_read_descriptor(v->n, id, &data, &size, &e);
	if (r)
		return r == -ENOENT
			       ? err_corrupt(err, "$Secure", ERR_NOWHERE,
					     "security descriptor %u of file "
					     "record %llu is not there",
					     id, (unsigned long long)f->number)
			       : err_pass(err, r, &e);
	r = wim_image_security(v->c->image, data, size, &f->security, err);
	mem_free(data);
	if (!r)
		*k = (struct known_security){id, f->security};
	return r;
}

// Extents are kept, so that no record is read again between content and content; a
// stream of very many is looked up when it is its turn.
static int keep_place(struct volume *v, const struct ntfs_scan_stream *from,
		      struct capture_source *s, struct err *err)
{
	const void *copy;
	int r;

	s->place = from->place;
	s->valid = from->valid;
	if (from->content != NTFS_HELD_PLAIN || !from->extent_count ||
	    from->extent_count > CAPTURE_MAX_EXTENTS)
		return 0;
	r = wim_image_keep(v->c->image, from->extents,
			   from->extent_count * sizeof(*from->extents), &copy,
			   err);
	if (r)
		return r;
	s->extents = copy;
	s->extent_count = from->extent_count;
	return 0;
}

// Asks whoever captures for the hash of what lies in one piece.
static const uint8_t *ask_hash(const struct capture_options *o,
			       const struct capture_source *s)
{
	const struct disk_extent *e = s->extents;
	uint64_t size = s->content.blob.size;

	if (!o->known || !e || s->extent_count != 1 || e->off == DISK_HOLE ||
	    s->valid < size)
		return NULL;
	return o->known(o->ctx, e->off, size);
}

static int add_stream(struct volume *v, const struct ntfs_scan_file *file,
		      const struct ntfs_scan_stream *from,
		      struct capture_file *f, struct err *err)
{
	struct capture_source *s = NULL;
	int r = 0;

	// A folder has no unnamed data; what says otherwise nobody can read.
	if (file->stat.is_directory && !from->name_len)
		return 0;
	if (from->size) {
		bool is_here = from->content == NTFS_HELD_RESIDENT;

		r = capture_add_source(v->c, is_here ? from->value : NULL,
				       from->size, &s, err);
		if (!r)
			r = keep_place(v, from, s, err);
		if (!r) {
			s->file = file->stat.record;
			s->content.known = ask_hash(&v->c->options, s);
		}
	}
	if (!r)
		r = capture_add_stream(v->c, f, from->name, from->name_len, s,
				       err);
	if (!r && s) {
		s->stream = f->streams->name;
		s->stream_len = from->name_len;
	}
	return r;
}

static int add_streams(struct volume *v, const struct ntfs_scan_file *file,
		       struct capture_file *f, struct err *err)
{
	int r = 0;

	for (size_t i = 0; !r && i < file->stream_count; i++) {
		const struct ntfs_scan_stream *s = &file->streams[i];

		if (s->content == NTFS_HELD_ENCRYPTED)
			f->loss = CAPTURE_ENCRYPTED;
		else if (s->content == NTFS_HELD_ELSEWHERE)
			f->loss = CAPTURE_ELSEWHERE;
		else
			r = add_stream(v, file, s, f, err);
	}
	return r;
}

static int add_point(struct volume *v, const struct ntfs_bytes *point,
		     struct capture_file *f, struct err *err)
{
	const uint8_t *p = point->data;
	struct capture_point made;
	int r;

	f->attributes &= ~(uint32_t)NTFS_ATTR_REPARSE;
	if (!p || point->size < 8)
		return 0;
	f->attributes |= NTFS_ATTR_REPARSE;
	f->reparse_tag = load_le32(p);
	r = capture_judge_point(&v->c->options, v->folder, v->folder_len,
				f->reparse_tag,
				get_le16(*(const le16 *)(p + 6)), p + 8,
				point->size - 8, &made, err);
	if (r)
		return r;
	f->reparse_flags = made.flags;
	if (made.leads_out)
		f->loss = CAPTURE_LINK_OUT;
	else if (made.size)
		r = capture_add_source(v->c, made.data, made.size, &f->reparse,
				       err);
	mem_free(made.memory);
	return r;
}

// The id, and where the file had it from ([MS-FSCC] 2.1.3), which an entry has as
// an item behind its names: tag and size, then the same 64 bytes.
static int keep_id(struct volume *v, const struct ntfs_bytes *id,
		   struct capture_file *f, struct err *err)
{
	uint8_t item[8 + OBJECT_ID_SIZE];
	int r;

	if (id->size < sizeof(struct guid))
		return 0;
	memset(item, 0, sizeof(item));
	store_le32(item, TAG_OBJECT_ID);
	store_le32(item + 4, OBJECT_ID_SIZE);
	memcpy(item + 8, id->data,
	       id->size < OBJECT_ID_SIZE ? id->size : OBJECT_ID_SIZE);
	r = wim_image_keep(v->c->image, item, sizeof(item), &f->items, err);
	if (r)
		return r;
	f->items_size = sizeof(item);
	f->object_id = (const void *)((const uint8_t *)f->items + 8);
	return 0;
}

// What WSL says of a file by its attributes, in wimlib's form too.
static void find_unix(const struct volume *v, const struct ntfs_bytes *ea,
		      struct capture_file *f)
{
	struct image_unix u;

	if (!v->c->options.unix_data ||
	    !image_unix_of_ea(ea->data, ea->size, &u))
		return;
	f->uid = u.uid;
	f->gid = u.gid;
	f->mode = u.mode;
	f->rdev = u.rdev;
}

static int keep_bytes(struct volume *v, const struct ntfs_scan_file *from,
		      struct capture_file *f, struct err *err)
{
	int r = 0;

	if (from->ea.size) {
		r = wim_image_keep(v->c->image, from->ea.data, from->ea.size,
				   &f->ea, err);
		f->ea_size = (uint32_t)from->ea.size;
		find_unix(v, &from->ea, f);
	}
	return r ? r : keep_id(v, &from->object_id, f, err);
}

static int fill(struct volume *v, const struct ntfs_scan_file *from,
		struct capture_file *f, struct err *err)
{
	const struct ntfs_stat *s = &from->stat;
	int r;

	f->number = s->record;
	f->sequence = s->sequence;
	f->created = s->created;
	f->accessed = s->accessed;
	f->modified = s->modified;
	f->attributes = s->attributes & NTFS_ATTR_KNOWN &
			~(uint32_t)NTFS_ATTR_DIRECTORY;
	if (s->is_directory)
		f->attributes |= NTFS_ATTR_DIRECTORY;
	// What EFS does with a folder is to be said by nobody but EFS; a file with
	// the attribute is encrypted.
	if (f->attributes & NTFS_ATTR_ENCRYPTED)
		f->loss = s->is_directory ? CAPTURE_ENCRYPTED_FOLDER
					  : CAPTURE_ENCRYPTED;
	f->attributes &= ~(uint32_t)NTFS_ATTR_ENCRYPTED;
	r = add_streams(v, from, f, err);
	if (!r)
		r = add_point(v, &from->reparse, f, err);
	if (!r)
		r = set_security(v, from, f, err);
	if (!r)
		r = keep_bytes(v, from, f, err);
	if (!f->attributes)
		f->attributes = NTFS_ATTR_NORMAL;
	return r;
}

// --- Names -------------------------------------------------------------------

static int add_name(struct volume *v, uint32_t file,
		    const struct ntfs_scan_name *from, struct err *err)
{
	struct name *n;
	int r;

	if (v->name_count >= CAPTURE_MAX_FILES)
		return err_set(err, -EFBIG, "capture", ERR_NOWHERE,
			       "there are more than %u names",
			       CAPTURE_MAX_FILES);
	if (mem_grow((void **)&v->names, v->name_count, &v->name_room,
		     sizeof(*v->names)))
		return err_nomem(err);
	n = &v->names[v->name_count];
	*n = (struct name){.file = file,
			   .parent = from->parent,
			   .parent_sequence = from->parent_sequence,
			   .name_space = from->name_space,
			   .name_len = (uint8_t)from->name_len};
	r = capture_keep_name(v->c, from->name, from->name_len, &n->name, err);
	if (!r)
		v->name_count++;
	return r;
}

// An 8.3 name belongs to a long one of the same folder, first of all to one that
// is marked so.
static struct name *long_name(struct volume *v, size_t first, uint64_t parent)
{
	struct name *found = NULL;

	for (size_t i = first; i < v->name_count; i++) {
		struct name *n = &v->names[i];

		if (n->parent != parent || n->short_len)
			continue;
		if (n->name_space == NTFS_NS_WIN32)
			return n;
		found = found ? found : n;
	}
	return found;
}

static int add_names(struct volume *v, uint32_t file,
		     const struct ntfs_scan_file *from, struct err *err)
{
	size_t first = v->name_count;
	int r = 0;

	for (size_t i = 0; !r && i < from->name_count; i++)
		if (from->names[i].name_space != NTFS_NS_DOS)
			r = add_name(v, file, &from->names[i], err);
	for (size_t i = 0; !r && i < from->name_count; i++) {
		const struct ntfs_scan_name *s = &from->names[i];
		struct name *n;

		if (s->name_space != NTFS_NS_DOS)
			continue;
		n = long_name(v, first, s->parent);
		if (!n)
			continue;
		r = capture_keep_name(v->c, s->name, s->name_len,
				      &n->short_name, err);
		if (!r)
			n->short_len = (uint8_t)s->name_len;
	}
	return r;
}

static int add_file(void *ctx, const struct ntfs_scan_file *from)
{
	struct volume *v = ctx;
	uint64_t record = from->stat.record;
	uint32_t number;
	int r = capture_add_file(v->c, &number, v->err);

	while (!r && v->record_count <= record) {
		r = mem_grow((void **)&v->by_record, v->record_count,
			     &v->record_room, sizeof(*v->by_record));
		if (r)
			return err_nomem(v->err);
		v->by_record[v->record_count++] = CAPTURE_NO_FILE;
	}
	if (r)
		return r;
	v->by_record[record] = number;
	r = fill(v, from, &v->c->files[number], v->err);
	return r ? r : add_names(v, number, from, v->err);
}

// --- The tree ----------------------------------------------------------------

static struct capture_file *file_of(struct volume *v, uint64_t record)
{
	uint32_t i = record < v->record_count ? v->by_record[record]
					      : CAPTURE_NO_FILE;

	return i == CAPTURE_NO_FILE ? NULL : &v->c->files[i];
}

// Makes a list for each folder of the names that lie in it. A name whose folder is
// not there, or was replaced by another one, leads nowhere.
static int sort_names(struct volume *v, struct err *err)
{
	int r = 0;

	for (size_t i = 0; !r && i < v->name_count; i++) {
		struct name *n = &v->names[i];
		struct capture_file *f = file_of(v, n->parent);
		char *text;

		if (n->parent == v->c->files[n->file].number)
			continue; // the root, in itself
		if (f && f->attributes & NTFS_ATTR_DIRECTORY &&
		    f->sequence == n->parent_sequence) {
			n->next = f->first_name;
			f->first_name = (uint32_t)i;
			continue;
		}
		// Those in $Extend are the system's.
		if (n->parent < NTFS_FIRST_FILE)
			continue;
		text = utf16_to_utf8(n->name, n->name_len);
		if (!text)
			return err_nomem(err);
		r = capture_lose(v->c, CAPTURE_ORPHAN, text, err);
		mem_free(text);
	}
	return r;
}

static int twice(struct volume *v, const struct capture_file *f,
		 struct err *err)
{
	return err_corrupt(err, "volume", ERR_NOWHERE,
			   "the folder of file record %llu has two names",
			   (unsigned long long)f->number);
}

static int add_folder(struct volume *v, uint32_t node,
		      const struct capture_rules *rules, struct err *err)
{
	uint32_t next = v->c->files[v->c->nodes[node].file].first_name;
	int r = 0;

	while (!r && next != CAPTURE_NO_FILE) {
		const struct name *n = &v->names[next];
		struct capture_file *f = &v->c->files[n->file];
		struct capture_node child = {.name = n->name,
					     .name_len = n->name_len,
					     .short_name = n->short_name,
					     .short_len = n->short_len,
					     .parent = node,
					     .file = n->file};
		uint32_t number;

		if (f->attributes & NTFS_ATTR_DIRECTORY && f->is_placed)
			return twice(v, f, err);
		f->is_placed = true;
		r = capture_add_node(v->c, rules, &child, &number, err);
		next = n->next;
	}
	return r;
}

// Level by level, so that depth costs nothing.
static int grow_tree(struct volume *v, const struct capture_rules *rules,
		     struct err *err)
{
	struct capture_node root = {.file = v->by_record[v->root]};
	uint32_t number;
	int r;

	v->c->files[root.file].is_placed = true;
	r = capture_add_node(v->c, NULL, &root, &number, err);
	for (size_t i = 0; !r && i < v->c->node_count; i++)
		if (v->c->files[v->c->nodes[i].file].attributes &
		    NTFS_ATTR_DIRECTORY)
			r = add_folder(v, (uint32_t)i, rules, err);
	return r;
}

// --- All of it ---------------------------------------------------------------

static int open_content(struct capture *c, const struct capture_source *s,
			struct disk **ret, struct err *err)
{
	char *name;
	int r;

	if (s->extents)
		return ntfs_open_extents(c->ntfs, s->extents, s->extent_count,
					 s->content.blob.size, s->valid, ret,
					 err);
	name = utf16_to_utf8(s->stream, s->stream_len);
	if (!name)
		return err_nomem(err);
	r = ntfs_open_stream(c->ntfs, s->file, NTFS_DATA, name, ret, err);
	mem_free(name);
	return r;
}

static int find_root(struct volume *v, const char *folder, struct err *err)
{
	struct ntfs_stat s;
	int r = ntfs_lookup(v->n, folder, &v->root, err);

	if (!r)
		r = ntfs_stat(v->n, v->root, &s, err);
	if (!r && !s.is_directory)
		r = err_set(err, -ENOTDIR, folder, ERR_NOWHERE,
			    "it is a file, not a folder");
	return r ? r
		 : capture_link_folder(folder, &v->folder_memory, &v->folder,
				       &v->folder_len, err);
}

static int capture_volume(struct volume *v, const char *folder,
			  const struct capture_rules *rules,
			  struct progress *progress, struct err *err)
{
	int r = find_root(v, folder, err);

	if (!r)
		r = ntfs_scan(v->n, add_file, v, progress, err);
	if (!r && !file_of(v, v->root))
		r = err_corrupt(err, "volume", ERR_NOWHERE,
				"its folder \"%s\" is a file of the system",
				folder);
	if (!r)
		r = sort_names(v, err);
	if (!r)
		r = grow_tree(v, rules, err);
	return r ? r : capture_check_folders(v, err);
}

int capture_ntfs(struct ntfs *n, const char *folder,
		 const struct capture_options *options,
		 struct progress *progress, struct capture **ret,
		 struct err *err)
{
	struct volume *v = mem_alloc(sizeof(*v));
	struct capture *c;
	int r;

	if (!v)
		return err_nomem(err);
	r = capture_begin(options, &c, err);
	if (r) {
		mem_free(v);
		return r;
	}
	c->ntfs = n;
	c->open_source = open_content;
	v->c = c;
	v->n = n;
	v->err = err;
	r = capture_volume(v, folder, options->rules, progress, err);
	mem_free(v->names);
	mem_free(v->by_record);
	mem_free(v->folder_memory);
	mem_free(v);
	return capture_end(c, r, ret, err);
}
