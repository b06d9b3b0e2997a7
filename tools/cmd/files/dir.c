// SPDX-License-Identifier: MIT
//
// dir: lists folders of volumes and of the host, with the switches and in the
// layout that the command of that name is known by (Microsoft's reference of
// commands, "dir").

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../cmd.h"
#include "dir.h"
#include "../letters.h"
#include "../oddities.h"

static const char usage[] =
	"usage: dir [PATH...] [/A[:ATTRIBUTES]] [/B] [/C] [/D] [/L] [/N]\n"
	"           [/O[:ORDER]] [/P] [/R] [/S] [/T[:FIELD]] [/W] [/X] [/4]\n"
	"\n"
	"Lists a folder of an NTFS or FAT volume, or of the host: disk.img@1:\\EFI,\n"
	"disk.img@1 for its root folder, music. A disk that PATH names alone is listed\n"
	"as the volume that it holds. The last part may have * and ?, as on Windows:\n"
	"'disk.img@1:\\Windows\\*.log'; 8.3 names are matched too. Times are UTC. Behind\n"
	"the name of a link stands where it leads, behind others that have a reparse\n"
	"point its tag. 0 is returned when there was something to list.\n"
	"\n"
	"  /A       all, hidden and system files too; or those that have ATTRIBUTES:\n"
	"           D folder, R read-only, H hidden, S system, A archive, L reparse\n"
	"           point, I not indexed, O offline; -D: those that are none\n"
	"  /B       names only; with /S whole paths\n"
	"  /C       numbers with separators, as without it; /-C without\n"
	"  /D       as /W, in order of columns\n"
	"  /L       small letters\n"
	"  /N       the long layout, as without it\n"
	"  /O       sorted, folders first; or by ORDER: N name, E extension, S size,\n"
	"           D time, G folders first; -N: backwards\n"
	"  /P       waits for a key when the screen is full\n"
	"  /R       named streams of files too (type PATH:STREAM shows one)\n"
	"  /S       folders in it too; links to folders are not followed\n"
	"  /T       the time to show and sort by: C made (a host does not tell: as W),\n"
	"           A read, W written\n"
	"  /W       names in columns\n"
	"  /X       8.3 names, before the long ones\n"
	"  /4       years of four digits, as without it\n";

COMMAND(dir, "dir", "list a folder", usage);

// --- Switches ----------------------------------------------------------------

enum { A, B, C, D, L, N, O, P, Q, R, S, T, W, X, FOUR, SWITCH_COUNT };

static const struct letter_switch switches[SWITCH_COUNT + 1] = {
	[A] = {.name = "A", .letters = "DRHSALIO-"},
	[B] = {.name = "B", .can_be_undone = true},
	[C] = {.name = "C", .can_be_undone = true},
	[D] = {.name = "D", .can_be_undone = true},
	[L] = {.name = "L", .can_be_undone = true},
	[N] = {.name = "N"},
	[O] = {.name = "O", .letters = "NESDG-", .can_be_undone = true},
	[P] = {.name = "P", .can_be_undone = true},
	[Q] = {.name = "Q", .refusal = "owners are not shown"},
	[R] = {.name = "R", .can_be_undone = true},
	[S] = {.name = "S", .can_be_undone = true},
	[T] = {.name = "T", .letters = "CAW"},
	[W] = {.name = "W", .can_be_undone = true},
	[X] = {.name = "X", .can_be_undone = true},
	[FOUR] = {.name = "4", .can_be_undone = true},
};

static bool is_on(const struct letter_switch *s)
{
	return s->is_given && !s->is_undone;
}

static uint32_t attribute(char letter)
{
	switch (letter) {
	case 'D':
		return TREE_DIRECTORY;
	case 'R':
		return TREE_READONLY;
	case 'H':
		return TREE_HIDDEN;
	case 'S':
		return TREE_SYSTEM;
	case 'A':
		return TREE_ARCHIVE;
	case 'L':
		return NTFS_ATTR_REPARSE;
	case 'I':
		return NTFS_ATTR_NOT_INDEXED;
	default:
		return NTFS_ATTR_OFFLINE;
	}
}

static void read_attributes(const struct letter_switch *s,
			    struct dir_options *o)
{
	bool is_not = false;

	o->refused = s->is_given ? 0 : TREE_HIDDEN | TREE_SYSTEM;
	o->has_filter = s->is_given && *s->value;
	for (const char *c = s->is_given ? s->value : ""; *c; c++) {
		if (*c != '-' && is_not)
			o->refused |= attribute((char)toupper(*c));
		else if (*c != '-')
			o->needed |= attribute((char)toupper(*c));
		is_not = *c == '-';
	}
}

static const char *read_order(const struct letter_switch *s, char ret[64])
{
	size_t n = 0;

	if (!is_on(s))
		return NULL;
	for (const char *c = *s->value ? s->value : "GN"; *c && n < 63; c++)
		ret[n++] = (char)toupper(*c);
	ret[n] = 0;
	return ret;
}

static void read_options(const struct letter_switch *s, char order[64],
			 struct dir_options *o)
{
	*o = (struct dir_options){
		.bare = is_on(&s[B]),
		.recursive = is_on(&s[S]),
		.wide = is_on(&s[W]) || is_on(&s[D]),
		.by_column = is_on(&s[D]),
		.lower = is_on(&s[L]),
		.short_names = is_on(&s[X]),
		.streams = is_on(&s[R]),
		.pause = is_on(&s[P]) && isatty(STDIN_FILENO) &&
			 isatty(STDOUT_FILENO),
		.plain_numbers = s[C].is_undone,
		.order = read_order(&s[O], order),
		.time = s[T].is_given && *s[T].value
				? (char)toupper(*s[T].value)
				: 'W',
	};
	read_attributes(&s[A], o);
}

// --- Walking -----------------------------------------------------------------

struct listing {
	const struct dir_options *o;
	struct spot *spot;
	const struct spot_match *match;
	struct dir_sums total;
	bool found;
	struct err *err;
};

struct gathering {
	const struct listing *l;
	struct dir_folder *folder;
	char **below; // folders to walk, with /S
	size_t below_count, below_capacity;
};

static int add_entry(struct gathering *g, const struct tree_stat *s,
		     bool is_dots)
{
	const struct dir_options *o = g->l->o;
	struct dir_folder *f = g->folder;
	uint32_t attributes = s->attributes & ~(uint32_t)TREE_DIRECTORY;

	attributes |= s->is_directory ? TREE_DIRECTORY : 0;
	if ((attributes & o->needed) != o->needed ||
	    (attributes & o->refused) || !spot_matches(g->l->match, s))
		return 0;
	if (mem_grow((void **)&f->entries, f->count, &f->capacity,
		     sizeof(*f->entries)))
		return err_nomem(g->l->err);
	f->entries[f->count++] = (struct dir_entry){*s, is_dots};
	f->sums.files += !s->is_directory;
	f->sums.folders += s->is_directory;
	f->sums.bytes += s->size;
	return 0;
}

// Only a folder that is in this one is walked: no link.
static int add_below(struct gathering *g, const struct tree_stat *s)
{
	const struct listing *l = g->l;

	if (!l->o->recursive || !s->is_directory || s->reparse_tag ||
	    (s->attributes & l->o->refused & (TREE_HIDDEN | TREE_SYSTEM)))
		return 0;
	if (mem_grow((void **)&g->below, g->below_count, &g->below_capacity,
		     sizeof(*g->below)))
		return err_nomem(l->err);
	g->below[g->below_count] =
		tree_path_join(l->spot->tree, g->folder->path, s->name);
	return g->below[g->below_count++] ? 0 : err_nomem(l->err);
}

static int take_entry(void *ctx, const struct tree_stat *s)
{
	struct gathering *g = ctx;
	int r = add_entry(g, s, false);

	return r ? r : add_below(g, s);
}

// The folder itself and the one above, as Windows lists them.
static int add_dots(struct gathering *g)
{
	struct spot *t = g->l->spot;
	struct tree_stat s;
	int r;

	if (g->l->o->bare || spot_is_root(t, g->folder->path))
		return 0;
	r = tree_stat(t->tree, g->folder->path, &s, g->l->err);
	s.reparse_tag = 0;
	s.short_name[0] = 0;
	for (int dots = 1; dots <= 2 && !r; dots++) {
		snprintf(s.name, sizeof(s.name), "%.*s", dots, "..");
		r = add_entry(g, &s, true);
	}
	return r;
}

static int list_folder(struct listing *l, const char *path);

static int list_below(struct listing *l, struct gathering *g)
{
	int r = 0;

	for (size_t i = 0; i < g->below_count && !r; i++)
		r = list_folder(l, g->below[i]);
	return r;
}

static void show_folder(struct listing *l, const struct dir_folder *f)
{
	if (!f->count &&
	    (l->o->recursive || l->o->has_filter || !l->match->is_folder))
		return;
	l->found = true;
	dir_show_folder(l->o, f);
	l->total.files += f->sums.files;
	l->total.folders += f->sums.folders;
	l->total.bytes += f->sums.bytes;
}

// With /S the folders below follow; as deep as their paths are long.
static int list_folder(struct listing *l, const char *path)
{
	struct dir_folder f = {.spot = l->spot, .path = path};
	struct gathering g = {.l = l, .folder = &f};
	int r = l->match->is_folder || l->match->is_pattern ? add_dots(&g) : 0;

	if (!r)
		r = tree_list(l->spot->tree, path, take_entry, &g, l->err);
	if (!r) {
		dir_sort(l->o, &f);
		show_folder(l, &f);
	}
	mem_free(f.entries);
	if (!r)
		r = list_below(l, &g);
	for (size_t i = 0; i < g.below_count; i++)
		mem_free(g.below[i]);
	mem_free(g.below);
	return r;
}

static int not_found(const struct listing *l)
{
	if (!l->o->bare)
		dir_show_head(l->o, l->spot, l->match->folder);
	fflush(stdout);
	fputs("File Not Found\n", stderr);
	return CMD_FAILED;
}

static int list_spot(const struct dir_options *o, struct spot *t,
		     struct err *err)
{
	struct spot_match m = {0};
	struct listing l = {.o = o, .spot = t, .match = &m, .err = err};
	struct tree_info info;
	int r = spot_match_path(t, t->path, &m, err);

	if (!r && !o->bare)
		r = tree_get_info(t->tree, t->path, &info, err);
	if (r)
		return r;
	if (!o->bare)
		dir_show_volume(o, t, &info);
	r = list_folder(&l, m.folder);
	if (!r && !l.found)
		r = not_found(&l);
	else if (!r && !o->bare)
		dir_show_total(o, &l.total, info.free);
	spot_match_done(&m);
	return r;
}

static int list_text(const struct dir_options *o, const char *text)
{
	struct err err = {0};
	struct spot *t;
	int r = spot_open(text, 0, &t, &err);

	if (r)
		return cmd_fail("dir", text, &err);
	if (!spot_is_host(t))
		warn_of_oddities("dir", text, t->place->disk);
	r = list_spot(o, t, &err);
	spot_close(t);
	return r < 0 ? cmd_fail("dir", text, &err) : r;
}

static int cmd_dir(int argc, char **argv)
{
	struct letter_switch s[SWITCH_COUNT + 1];
	struct dir_options o;
	char order[64];
	int count, status = CMD_OK;

	memcpy(s, switches, sizeof(s));
	if (letters_read(argc, argv, s, &count))
		return CMD_MISUSE;
	read_options(s, order, &o);
	if (!count)
		return list_text(&o, ".");
	for (int i = 1; i <= count; i++)
		if (list_text(&o, argv[i]))
			status = CMD_FAILED;
	return status;
}
