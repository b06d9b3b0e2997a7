// SPDX-License-Identifier: MIT
//
// copy: files of the host and of volumes to where they are named (Microsoft's
// reference of commands, "copy").

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "../cmd.h"
#include "../letters.h"
#include "transfer.h"

static const char usage[] =
	"usage: copy SOURCE[+SOURCE...]... [DESTINATION] [/Y | /-Y] [/P]\n"
	"            [/Time:SECONDS]\n"
	"\n"
	"Copies files. SOURCE and DESTINATION may lie in an NTFS or FAT volume:\n"
	"disk.img@1:\\EFI\\Boot\\bootx64.efi. The last part of a SOURCE may have * and ?,\n"
	"as on Windows; a folder stands for the files in it. These leave hidden and\n"
	"system files out. A DESTINATION that ends in a slash, or is a folder, gets the\n"
	"names of the sources; without one it is the current folder. SOURCE+SOURCE\n"
	"become one file, byte by byte (as /B on Windows). A partition, disk.img@1, is\n"
	"copied as its bytes.\n"
	"\n"
	"Kept are content, the time of the last change, and within volumes the read-only,\n"
	"hidden and system attributes; security descriptors and named streams are not.\n"
	"What is there already is replaced when a person on a terminal says so, or with\n"
	"/Y, which COPYCMD in the environment may hold. Names, sizes and room are\n"
	"checked before anything is written.\n"
	"\n"
	"  /Y             replace files; /-Y: ask, whatever COPYCMD says\n"
	"  /P             make missing folders\n"
	"  /Time:SECONDS  the time of the copies, since 1970, instead of the sources'\n"
	"  /B, /V, /Z     change nothing: bytes are copied, and each write's result\n"
	"                 is looked at, as it is\n";

COMMAND(copy, "copy", "copy files into, out of and between volumes", usage);

enum { Y, P, TIME, A, B, D, L, N, V, Z, SWITCH_COUNT };

static const struct letter_switch switches[SWITCH_COUNT + 1] = {
	[Y] = {.name = "Y", .can_be_undone = true},
	[P] = {.name = "P"},
	[TIME] = {.name = "TIME", .has_text = true},
	[A] = {.name = "A", .refusal = "Ctrl+Z ends no file here"},
	[B] = {.name = "B"},
	[D] = {.name = "D", .refusal = "encrypted files are not decrypted"},
	[L] = {.name = "L", .refusal = "a link is followed to its file"},
	[N] = {.name = "N", .refusal = "copies have the long names"},
	[V] = {.name = "V"},
	[Z] = {.name = "Z"},
};

struct copy {
	struct transfer t;
	const char *destination;
	bool into_folder; // names are added to the destination
	struct spot **spots;
	struct place **places; // of partitions
	size_t spot_count, place_count;
	struct err *err;
};

// --- Sources -----------------------------------------------------------------

static unsigned lock_flag(const struct copy *c, const char *source)
{
	return address_is_same_host(source, c->destination) ? ADDRESS_WRITE_LOCK
							    : 0;
}

// Opens a source's spot, which is kept until the end.
static int open_source(struct copy *c, const char *text, struct spot **ret)
{
	unsigned flags = lock_flag(c, text);
	int r = spot_open(text, flags | SPOT_HOST_FILE, ret, c->err);

	if (r)
		return r;
	(*ret)->flags = flags ? DISK_WRITE_LOCK : 0;
	c->spots[c->spot_count++] = *ret;
	return 0;
}

static char *destination_of(const struct copy *c, const char *name)
{
	return c->into_folder
		       ? tree_path_join(c->t.to->tree, c->t.to->path, name)
		       : mem_strdup(c->t.to->path);
}

// The file of a path; in a volume "file:stream" is a stream of it.
static int stat_source(struct spot *t, const char *path, struct tree_stat *ret,
		       struct err *err)
{
	const char *colon = spot_is_host(t) ? NULL : strchr(path, ':');
	char *file;
	int r;

	if (!colon)
		return tree_stat(t->tree, path, ret, err);
	file = mem_strdup(path);
	if (!file)
		return err_nomem(err);
	file[colon - path] = 0;
	r = tree_stat(t->tree, file, ret, err);
	mem_free(file);
	snprintf(ret->name, sizeof(ret->name), "%s", colon + 1);
	return r;
}

static int add_part(struct transfer_file *f, struct spot *t, char *path,
		    struct disk *disk, struct err *err)
{
	struct transfer_part *parts =
		mem_resize(f->parts, f->part_count + 1, sizeof(*parts));

	if (!parts || (t && !path)) {
		if (parts)
			f->parts = parts;
		mem_free(path);
		return err_nomem(err);
	}
	f->parts = parts;
	f->parts[f->part_count++] = (struct transfer_part){t, path, disk};
	return 0;
}

// What a copy of an entry is like.
static void set_like(const struct copy *c, const struct spot *t,
		     const struct tree_stat *s, struct transfer_file *f)
{
	f->modified = c->t.has_time ? c->t.time : s->modified;
	f->attributes = TREE_ARCHIVE;
	if (!spot_is_host(t) && !spot_is_host(c->t.to))
		f->attributes |= s->attributes &
				 (TREE_READONLY | TREE_HIDDEN | TREE_SYSTEM);
}

static int add_file(struct copy *c, struct spot *t, char *path,
		    const struct tree_stat *s)
{
	struct transfer_file f = {0};
	int r = add_part(&f, t, path, NULL, c->err);

	if (!r && c->into_folder)
		r = transfer_check_name(&c->t, path, s->name, c->err);
	if (r) {
		if (f.part_count)
			mem_free(path);
		mem_free(f.parts);
		return r;
	}
	set_like(c, t, s, &f);
	f.to = destination_of(c, s->name);
	return transfer_add(&c->t, &f, c->err);
}

struct matching {
	struct copy *c;
	struct spot *spot;
	const struct spot_match *match;
	size_t found;
};

static int take_match(void *ctx, const struct tree_stat *s)
{
	struct matching *m = ctx;

	if (s->is_directory || (s->attributes & (TREE_HIDDEN | TREE_SYSTEM)) ||
	    !spot_matches(m->match, s))
		return 0;
	m->found++;
	return add_file(m->c, m->spot,
			tree_path_join(m->spot->tree, m->match->folder,
				       s->name),
			s);
}

static int add_matches(struct copy *c, struct spot *t,
		       const struct spot_match *match, const char *text)
{
	struct matching m = {c, t, match, 0};
	int r = tree_list(t->tree, match->folder, take_match, &m, c->err);

	c->t.verbose = true;
	if (!r && !m.found)
		r = err_set(c->err, -ENOENT, text, ERR_NOWHERE,
			    "there is no such file");
	return r;
}

static int add_spot(struct copy *c, const char *text)
{
	struct spot_match match = {0};
	struct tree_stat s;
	struct spot *t;
	int r = open_source(c, text, &t);

	if (!r)
		r = spot_match_path(t, t->path, &match, c->err);
	if (!r && (match.is_folder || match.is_pattern)) {
		r = add_matches(c, t, &match, text);
	} else if (!r) {
		r = stat_source(t, t->path, &s, c->err);
		if (!r)
			r = add_file(c, t, mem_strdup(t->path), &s);
	}
	spot_match_done(&match);
	return r;
}

// A partition, or a disk in a volume, that is named without a file: its bytes.
static bool is_partition(const char *text)
{
	struct address_parts parts;
	const char *at;
	bool yes;

	if (address_split(text, &parts, NULL))
		return false;
	at = strrchr(parts.rest, '@');
	// "V:" is its root folder, as in Windows.
	yes = at && at[1] && !at[1 + strspn(at + 1, "0123456789")] &&
	      !(parts.is_letter && !text[2]);
	address_parts_done(&parts);
	return yes;
}

// A file of another machine that is named without what is in it.
static bool is_on_server(const char *text)
{
	struct address_parts parts;
	bool yes;

	if (!net_is_name(text) || address_split(text, &parts, NULL))
		return false;
	yes = !*parts.rest;
	address_parts_done(&parts);
	return yes;
}

// Adds the bytes of such a place.
static int add_place(struct copy *c, const char *text)
{
	struct transfer_file f = {.attributes = TREE_ARCHIVE,
				  .modified = c->t.time};
	const char *name = text;
	struct place *place;
	char *copy;
	int r = address_open(text, ADDRESS_FILE | lock_flag(c, text), &place,
			     c->err);

	if (r)
		return r;
	c->places[c->place_count++] = place;
	for (const char *p = text; *p; p++)
		if (*p == '/' || *p == '\\')
			name = p + 1;
	r = add_part(&f, NULL, NULL, place->disk, c->err);
	if (r)
		return r;
	copy = mem_strdup(name);
	if (copy && net_is_name(text)) // what is asked of a server is no name
		copy[strcspn(copy, "?")] = 0;
	f.to = copy ? destination_of(c, copy) : NULL;
	mem_free(copy);
	return transfer_add(&c->t, &f, c->err);
}

// SOURCE+SOURCE: one file of all.
static int add_joined(struct copy *c, char **texts, size_t count)
{
	struct transfer_file f = {.attributes = TREE_ARCHIVE,
				  .modified = c->t.time};
	struct tree_stat s = {.name = ""}, first = s;
	int r = 0;

	for (size_t i = 0; i < count && !r; i++) {
		struct spot *t;

		r = open_source(c, texts[i], &t);
		if (!r && wildcard_is_pattern(t->path))
			r = err_set(c->err, -EINVAL, texts[i], ERR_NOWHERE,
				    "files that are joined are named one by "
				    "one");
		if (!r)
			r = stat_source(t, t->path, i ? &s : &first, c->err);
		if (!r)
			r = add_part(&f, t, mem_strdup(t->path), NULL, c->err);
	}
	if (!r && c->into_folder)
		r = transfer_check_name(&c->t, texts[0], first.name, c->err);
	f.to = r ? NULL : destination_of(c, first.name);
	if (!r)
		return transfer_add(&c->t, &f, c->err);
	for (size_t i = 0; i < f.part_count; i++)
		mem_free(f.parts[i].path);
	mem_free(f.parts);
	return r;
}

// --- Words -------------------------------------------------------------------

static bool is_there(const char *text)
{
	struct tree_stat s;
	struct spot *t;
	bool yes;

	if (spot_open(text, SPOT_HOST_FILE, &t, NULL))
		return false;
	yes = !stat_source(t, t->path, &s, NULL);
	spot_close(t);
	return yes;
}

// Takes words apart at each "+", unless a file is called so: "a+b", "a + b", "a+ b".
// Groups end with NULL. Returns how many groups there are.
static size_t read_groups(char **words, int count, char **ret)
{
	size_t groups = 0, n = 0;
	bool is_open = false; // a "+" ended what came before

	for (int i = 0; i < count; i++) {
		char *word = words[i];
		bool whole = !strchr(word, '+') || net_is_name(word) ||
			     is_there(word);

		if (n && !is_open && (whole || *word != '+')) {
			ret[n++] = NULL;
			groups++;
		}
		if (whole) {
			ret[n++] = word;
			is_open = false;
			continue;
		}
		is_open = word[strlen(word) - 1] == '+';
		for (char *part = strtok(word, "+"); part;
		     part = strtok(NULL, "+"))
			ret[n++] = part;
	}
	ret[n] = ret[n + 1] = NULL;
	return groups + (n > 0);
}

static int add_group(struct copy *c, char **texts)
{
	size_t count = 0;

	while (texts[count])
		count++;
	if (count > 1)
		return add_joined(c, texts, count);
	return is_partition(texts[0]) || is_on_server(texts[0])
		       ? add_place(c, texts[0])
		       : add_spot(c, texts[0]);
}

// --- The destination ---------------------------------------------------------

static int open_destination(struct copy *c)
{
	const char *text = c->destination;
	struct tree_stat s;
	struct spot *to;
	const char *end;
	int r = is_partition(text)
			? err_set(c->err, -EISDIR, text, ERR_NOWHERE,
				  "a disk, not a file in one")
			: spot_open(text, ADDRESS_WRITE | SPOT_HOST_FILE, &to,
				    c->err);

	if (r)
		return r;
	c->t.to = to;
	c->t.to_text = text;
	if (spot_is_host(to))
		r = address_check_host(text, c->err);
	if (!r && wildcard_is_pattern(to->path))
		r = err_set(c->err, -ENOTSUP, text, ERR_NOWHERE,
			    "* and ? give no names to copies: name a folder, "
			    "or one file");
	end = to->path + strlen(to->path);
	c->into_folder =
		end == to->path || end[-1] == '\\' || end[-1] == '/' ||
		(!tree_stat(to->tree, to->path, &s, NULL) && s.is_directory);
	return r;
}

// --- All -----------------------------------------------------------------------

static int plan_groups(struct copy *c, char **groups, size_t group_count)
{
	size_t n = 0;
	int r = open_destination(c);

	c->t.verbose = group_count > 1;
	for (size_t i = 0; i < group_count && !r; i++) {
		r = add_group(c, groups + n);
		while (groups[n])
			n++;
		n++;
	}
	if (!r && c->t.count > 1 && !c->into_folder)
		r = err_set(c->err, -ENOTDIR, c->destination, ERR_NOWHERE,
			    "several files go into a folder, and this is none; "
			    "with a slash at its end /P would make it");
	return r ? r : transfer_check(&c->t, c->err);
}

static int copy_groups(struct copy *c, char **groups, size_t group_count)
{
	struct err err = {0};
	int r;

	c->err = &err;
	r = plan_groups(c, groups, group_count);
	if (!r)
		r = transfer_run(&c->t, &err);
	if (r)
		cmd_fail("copy", c->t.failing, &err);
	printf("%9zu file(s) copied.\n", c->t.done);
	transfer_done(&c->t);
	for (size_t i = 0; i < c->spot_count; i++)
		spot_close(c->spots[i]);
	for (size_t i = 0; i < c->place_count; i++)
		address_close(c->places[i]);
	spot_close(c->t.to);
	return r ? CMD_FAILED : CMD_OK;
}

static int copy_words(struct copy *c, char **words, int count)
{
	// Each word has at most as many parts as letters, and an end.
	size_t size = 2, group_count;
	char **groups;
	int status;

	for (int i = 0; i < count; i++)
		size += strlen(words[i]) + 1;
	groups = mem_array(size, sizeof(*groups));
	c->spots = mem_array(size, sizeof(*c->spots));
	c->places = mem_array(size, sizeof(*c->places));
	if (!groups || !c->spots || !c->places) {
		struct err err = {0};

		err_nomem(&err);
		status = cmd_fail("copy", NULL, &err);
	} else {
		group_count = read_groups(words, count, groups);
		status = group_count ? copy_groups(c, groups, group_count)
				     : cmd_misuse("copy", "name a source");
	}
	mem_free(groups);
	mem_free(c->spots);
	mem_free(c->places);
	return status;
}

static int cmd_copy(int argc, char **argv)
{
	struct letter_switch s[SWITCH_COUNT + 1];
	struct copy c = {.t = {.command = "copy", .time = filetime_now()}};
	uint64_t seconds;
	int count;

	memcpy(s, switches, sizeof(s));
	if (letters_read(argc, argv, s, &count))
		return CMD_MISUSE;
	if (!count)
		return cmd_misuse("copy", "name a source and a destination");
	for (int i = 1; i <= count; i++)
		if (!*argv[i])
			return cmd_misuse("copy", "an empty path");
	if (count > 1 && argv[count][0] == '+' && !is_there(argv[count]))
		return cmd_misuse("copy", "name the file that they become");
	if (s[TIME].is_given &&
	    (size_parse(s[TIME].value, NULL, &seconds) || seconds > INT64_MAX))
		return cmd_misuse("copy",
				  "/Time:%s: must be seconds since 1970",
				  s[TIME].value);
	c.t.has_time = s[TIME].is_given;
	if (c.t.has_time)
		c.t.time = filetime_from_unix((int64_t)seconds, 0);
	c.t.replace = letters_replace(&s[Y]);
	c.t.make_parents = s[P].is_given;
	c.destination = count > 1 ? argv[count] : ".";
	return copy_words(&c, argv + 1, count > 1 ? count - 1 : 1);
}
