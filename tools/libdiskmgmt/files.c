// SPDX-License-Identifier: MIT
//
// Files of virtual disks in volumes, and which is made from which.

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "address.h"
#include "chain.h"
#include "diskmgmt.h"

// The files found so far; which file of its volume each is stands beside it.
struct search {
	struct diskmgmt_file *files;
	size_t count, capacity;
	struct tree_id *ids, *parents;
	size_t id_capacity, parent_capacity;
};

static bool is_virtual_name(const char *name)
{
	static const char *const ends[] = {".vhd", ".vhdx", ".avhd", ".avhdx"};
	const char *dot = strrchr(name, '.');

	for (size_t i = 0; dot && i < sizeof(ends) / sizeof(*ends); i++)
		if (!strcasecmp(dot, ends[i]))
			return true;
	return false;
}

// Folders with thousands of files, none of which is meant.
static bool is_windows_own(const char *name)
{
	static const char *const names[] = {"Windows", "Program Files",
					    "Program Files (x86)",
					    "System Volume Information"};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (!strcasecmp(name, names[i]))
			return true;
	return name[0] == '$';
}

static void free_file(struct diskmgmt_file *f)
{
	mem_free(f->address);
	mem_free(f->path);
	mem_free(f->parent_name);
	mem_free(f->trouble);
}

void diskmgmt_files_free(struct diskmgmt_file *files, size_t count)
{
	for (size_t i = 0; files && i < count; i++)
		free_file(&files[i]);
	mem_free(files);
}

// --- Names in a folder ---------------------------------------------------------

struct names {
	char **items;
	size_t count, capacity;
	bool wants_folders;
};

static int take_name(void *ctx, const struct tree_stat *entry)
{
	struct names *n = ctx;
	bool is_wanted =
		n->wants_folders
			? entry->is_directory && !is_windows_own(entry->name)
			: !entry->is_directory && is_virtual_name(entry->name);

	// links lead elsewhere, where what they lead to is found itself
	if (!is_wanted || entry->attributes & TREE_REPARSE ||
	    n->count == DISKMGMT_MAX_FILES)
		return 0;
	if (mem_grow((void **)&n->items, n->count, &n->capacity,
		     sizeof(*n->items)))
		return -ENOMEM;
	n->items[n->count] = mem_strdup(entry->name);
	return n->items[n->count++] ? 0 : -ENOMEM;
}

static void names_done(struct names *n)
{
	for (size_t i = 0; i < n->count; i++)
		mem_free(n->items[i]);
	mem_free(n->items);
}

// --- A file ------------------------------------------------------------------------

struct volume {
	const struct storage_volume *v;
	struct tree *tree;
	struct search *s;
};

static char *address_of(const struct storage_volume *v, const char *path)
{
	size_t size = strlen(v->address) + strlen(path) + 2;
	char *text = mem_alloc(size);

	if (text)
		snprintf(text, size, "%s:%s", v->address, path);
	return text;
}

static const char *type_name(const struct vdisk_info *info)
{
	static const char *const names[] = {
		[VDISK_FIXED] = "fixed",
		[VDISK_DYNAMIC] = "expandable",
		[VDISK_DIFFERENCING] = "differencing",
	};

	return names[info->type];
}

static int set_trouble(struct diskmgmt_file *f, const struct err *why)
{
	char text[ERR_TEXT];

	mem_free(f->trouble);
	f->trouble = mem_strdup(why->code ? err_format(why, text, sizeof(text))
					  : "");
	return f->trouble ? 0 : -ENOMEM;
}

// What its own metadata tell, and where its parent is.
static int tell(struct diskmgmt_file *f, const struct vdisk_chain *c,
		struct tree_id *id, struct tree_id *parent)
{
	const struct vdisk_link *top = &c->links[0];
	struct err none = {0};

	f->size = top->info.size;
	f->type = type_name(&top->info);
	*id = top->id;
	if (top->info.type == VDISK_DIFFERENCING) {
		f->parent_name = mem_strdup(c->count > 1 ? c->links[1].path
					    : top->parent.relative
						    ? top->parent.relative
						    : "?");
		if (!f->parent_name)
			return -ENOMEM;
		// one that comes back to itself has none
		if (c->count > 1 && c->broken != -ELOOP)
			*parent = c->links[1].id;
	}
	return set_trouble(f, c->broken ? &c->why : &none);
}

static int read_file(const struct volume *v, struct diskmgmt_file *f,
		     struct tree_id *id, struct tree_id *parent)
{
	struct vdisk_chain *c;
	struct err err = {0};
	int r = vdisk_chain_look(v->tree, f->path, NULL,
				 DISK_READ_ONLY | DISK_UNLOCKED, &c, &err);

	f->type = "unknown";
	f->parent = -1;
	if (r)
		return r == -ENOMEM ? r : set_trouble(f, &err);
	r = tell(f, c, id, parent);
	vdisk_chain_close(c);
	return r;
}

// Takes the path over.
static int add_file(const struct volume *v, char *path)
{
	struct search *s = v->s;
	struct diskmgmt_file f = {.path = path, .volume = v->v->number};
	struct tree_id id = {0}, parent = {0};
	int r = -ENOMEM;

	f.address = address_of(v->v, path);
	if (f.address)
		r = read_file(v, &f, &id, &parent);
	if (!r && (mem_grow((void **)&s->files, s->count, &s->capacity,
			    sizeof(*s->files)) ||
		   mem_grow((void **)&s->ids, s->count, &s->id_capacity,
			    sizeof(*s->ids)) ||
		   mem_grow((void **)&s->parents, s->count, &s->parent_capacity,
			    sizeof(*s->parents))))
		r = -ENOMEM;
	if (r) {
		free_file(&f);
		return r;
	}
	s->ids[s->count] = id;
	s->parents[s->count] = parent;
	s->files[s->count++] = f;
	return 0;
}

// --- A volume ------------------------------------------------------------------------

static int search_folder(const struct volume *v, const char *folder)
{
	struct names names = {0};
	int r = tree_list(v->tree, folder, take_name, &names, NULL);

	// what cannot be listed is left out
	r = r == -ENOMEM ? r : 0;
	for (size_t i = 0; !r && i < names.count; i++) {
		char *path = tree_path_join(v->tree, folder, names.items[i]);

		if (v->s->count == DISKMGMT_MAX_FILES) {
			mem_free(path);
			break;
		}
		r = path ? add_file(v, path) : -ENOMEM;
	}
	names_done(&names);
	return r;
}

static int search_tree(const struct volume *v)
{
	struct names folders = {.wants_folders = true};
	int r = tree_list(v->tree, "\\", take_name, &folders, NULL);

	r = r == -ENOMEM ? r : search_folder(v, "\\");
	for (size_t i = 0; !r && i < folders.count; i++) {
		char *path = tree_path_join(v->tree, "\\", folders.items[i]);

		r = path ? search_folder(v, path) : -ENOMEM;
		mem_free(path);
	}
	names_done(&folders);
	return r;
}

// Its files are the last ones of the list, from `first` on.
static void join_chains(struct search *s, size_t first)
{
	for (size_t i = first; i < s->count; i++) {
		if (!s->parents[i].volume && !s->parents[i].file)
			continue;
		for (size_t k = first; k < s->count; k++)
			if (k != i && tree_is_same(&s->ids[k], &s->parents[i]))
				s->files[i].parent = (long)k;
	}
}

static int search_volume(struct search *s, const struct storage_volume *v)
{
	char *root = address_of(v, "\\");
	struct place *place;
	size_t first = s->count;
	int r;

	if (!root)
		return -ENOMEM;
	r = address_open(root, ADDRESS_LOOK, &place, NULL);
	mem_free(root);
	if (r)
		return r == -ENOMEM ? r : 0;
	r = search_tree(&(struct volume){
		.v = v, .tree = place->volume, .s = s});
	join_chains(s, first);
	address_close(place);
	return r;
}

int diskmgmt_find_files(const struct storage_volume *volumes, size_t count,
			struct diskmgmt_file **ret, size_t *ret_count,
			struct err *err)
{
	struct search s = {0};
	int r = 0;

	for (size_t i = 0; !r && i < count; i++)
		if (strcmp(volumes[i].fs, "RAW"))
			r = search_volume(&s, &volumes[i]);
	mem_free(s.ids);
	mem_free(s.parents);
	if (r) {
		diskmgmt_files_free(s.files, s.count);
		return err_nomem(err);
	}
	*ret = s.files;
	*ret_count = s.count;
	return 0;
}
