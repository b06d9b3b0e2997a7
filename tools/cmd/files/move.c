// SPDX-License-Identifier: MIT
//
// move: a file or folder gets another name or folder (Microsoft's reference of
// commands, "move"). Within one place that is one step (tree_rename); from place to
// place a file is copied, and deleted when the copy is finished and durable.

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "../cmd.h"
#include "../letters.h"
#include "storage.h"
#include "transfer.h"

static const char usage[] =
	"usage: move [/Y | /-Y] SOURCE DESTINATION\n"
	"\n"
	"Moves or renames a file or folder. Both may lie in an NTFS or FAT volume:\n"
	"disk.img@1:\\a.txt. A DESTINATION that ends in a slash, or is a folder, gets the\n"
	"name of the source. Within a volume, or a file system of the host, it is one\n"
	"step: a file that is replaced is there old or new at each moment. From one to\n"
	"another a file is copied as by copy, and then deleted; folders are not.\n"
	"\n"
	"What is there already is replaced when a person on a terminal says so, or with\n"
	"/Y, which COPYCMD in the environment may hold.\n"
	"\n"
	"  /Y   replace a file; /-Y: ask, whatever COPYCMD says\n";

COMMAND(move, "move", "move and rename files and folders", usage);

struct move {
	const char *from_text, *to_text;
	bool replace;
	struct spot *from, *to; // opened for a look
	struct tree_stat source;
	char *to_path; // whole, with the name
	bool is_there; // a file that is replaced
	struct err *err;
};

static int refuse(struct move *m, int code, const char *path, const char *why)
{
	return err_set(m->err, code, path, ERR_NOWHERE, "%s", why);
}

// --- What is meant ---------------------------------------------------------------

static bool is_same_place(const struct move *m)
{
	return spot_is_host(m->from) == spot_is_host(m->to) &&
	       (spot_is_host(m->from) ||
		address_is_same_volume(m->from->place, m->to->place));
}

// Tells whether a path of the destination leads to the source itself. A link is
// another thing than what it leads to, and itself in other letters.
static bool is_source(const struct move *m, const char *path)
{
	if (m->source.reparse_tag)
		return is_same_place(m) && !strcasecmp(m->from->path, path);
	return transfer_is_same(m->from, m->from->path, m->to, path);
}

// A folder that is the source itself is renamed: its letters' case changes.
static int find_destination(struct move *m)
{
	const char *path = m->to->path, *end = path + strlen(path);
	struct tree_stat there;
	bool is_into = end == path || end[-1] == '\\' || end[-1] == '/';

	if (!is_into && !tree_stat(m->to->tree, path, &there, NULL))
		is_into = there.is_directory &&
			  !(is_same_place(m) && is_source(m, path));
	m->to_path = is_into ? tree_path_join(m->to->tree, path, m->source.name)
			     : mem_strdup(path);
	return m->to_path ? 0 : err_nomem(m->err);
}

static int look(struct move *m)
{
	int r = storage_check_attached_text(&storage_effects, m->from_text,
					    true, m->err);

	if (!r)
		r = spot_open(m->from_text, SPOT_HOST_FILE, &m->from, m->err);
	if (!r)
		r = spot_open(m->to_text, SPOT_HOST_FILE, &m->to, m->err);
	if (!r && (wildcard_is_pattern(m->from->path) ||
		   wildcard_is_pattern(m->to->path)))
		r = refuse(m, -ENOTSUP, m->from_text,
			   "* and ? name several: name one file or folder");
	if (!r && spot_is_host(m->to))
		r = address_check_host(m->to_text, m->err);
	if (!r)
		r = tree_stat_link(m->from->tree, m->from->path, &m->source,
				   m->err);
	return r ? r : find_destination(m);
}

// --- Within one place --------------------------------------------------------------

static int check_there(struct move *m)
{
	char question[1200];
	struct tree_stat s;
	int r;

	if (tree_stat(m->to->tree, m->to_path, &s, NULL) || s.is_directory ||
	    is_source(m, m->to_path))
		return 0;
	if (s.attributes & TREE_READONLY)
		return refuse(m, -EACCES, m->to_text,
			      "what is there is read-only");
	r = transfer_check_attached(m->to, m->to_path, m->err);
	if (r || m->replace)
		return r;
	snprintf(question, sizeof(question),
		 "Overwrite %s%s? (Yes/No/All): ", m->to->prefix, m->to_path);
	switch (ask_letter(question, "YNA", false)) {
	case 'Y':
	case 'A':
		return 0;
	case 'N':
		return refuse(m, -ECANCELED, m->to_text, "it stays as it is");
	default:
		return refuse(m, -EEXIST, m->to_text,
			      "it is there already: /Y replaces it");
	}
}

static int rename_at(struct move *m, struct spot *at, const char *from)
{
	int r = tree_begin(at->tree, m->err);

	if (!r)
		r = tree_rename(at->tree, from, m->to_path, filetime_now(),
				m->err);
	if (!r && at->place)
		r = address_finish(at->place, m->err);
	return r;
}

static int rename_source(struct move *m)
{
	struct spot *at;
	int r = check_there(m);

	if (r || spot_is_host(m->from))
		return r ? r : rename_at(m, m->from, m->from->path);
	// Those that were opened for a look are none to write through.
	spot_close(m->to);
	spot_close(m->from);
	m->to = m->from = NULL;
	r = spot_open(m->from_text, ADDRESS_WRITE, &at, m->err);
	if (r)
		return r;
	r = rename_at(m, at, at->path);
	spot_close(at);
	return r;
}

// --- From place to place -------------------------------------------------------------

static int add_source(struct move *m, struct transfer *t, struct spot *from)
{
	struct transfer_file f = {.modified = m->source.modified,
				  .attributes = TREE_ARCHIVE};

	if (!spot_is_host(from) && !spot_is_host(t->to))
		f.attributes |= m->source.attributes &
				(TREE_READONLY | TREE_HIDDEN | TREE_SYSTEM);
	f.parts = mem_array(1, sizeof(*f.parts));
	f.to = mem_strdup(m->to_path);
	if (!f.parts || !f.to) {
		mem_free(f.parts);
		mem_free(f.to);
		return err_nomem(m->err);
	}
	f.parts[0] = (struct transfer_part){from, mem_strdup(from->path), NULL};
	f.part_count = 1;
	return transfer_add(t, &f, m->err);
}

static int copy_source(struct move *m, struct transfer *t, size_t *ret_done)
{
	bool is_one_host = address_is_same_host(m->from_text, m->to_text);
	unsigned lock = is_one_host ? ADDRESS_WRITE_LOCK : 0;
	struct spot *from;
	int r = spot_open(m->to_text, ADDRESS_WRITE | SPOT_HOST_FILE, &t->to,
			  m->err);

	if (r)
		return r;
	r = spot_open(m->from_text, lock | SPOT_HOST_FILE, &from, m->err);
	if (!r) {
		from->flags = lock ? DISK_WRITE_LOCK : 0;
		r = add_source(m, t, from);
		if (!r)
			r = transfer_check(t, m->err);
		if (!r)
			r = transfer_run(t, m->err);
		*ret_done = t->done;
		transfer_done(t);
		spot_close(from);
	}
	spot_close(t->to);
	return r;
}

static int delete_source(struct move *m)
{
	struct spot *from;
	int r = spot_open(m->from_text, ADDRESS_WRITE | SPOT_HOST_FILE, &from,
			  m->err);

	if (r)
		return r;
	r = tree_begin(from->tree, m->err);
	if (!r)
		r = tree_remove(from->tree, from->path, m->err);
	if (!r)
		r = tree_sync(from->tree, m->err);
	if (!r && from->place)
		r = address_finish(from->place, m->err);
	spot_close(from);
	return r;
}

static int is_stream(void *ctx, const char *name, uint64_t size)
{
	return 1;
}

// A copy has the content alone: what it lacks would be lost with the source.
static int check_source(struct move *m)
{
	int r;

	if (m->source.is_directory)
		return refuse(m, -ENOTSUP, m->from_text,
			      "a folder does not go to another place: copy it "
			      "by xcopy /S /E");
	r = tree_streams(m->from->tree, m->from->path, is_stream, NULL, m->err);
	return r > 0 ? refuse(m, -ENOTSUP, m->from_text,
			      "it has named streams, which a copy has not")
		     : r;
}

// Of a link what it leads to is copied, and the link is gone then.
static int carry_source(struct move *m)
{
	struct transfer t = {.command = "move",
			     .time = filetime_now(),
			     .to_text = m->to_text,
			     .replace = m->replace};
	size_t done = 0;
	int r = tree_stat(m->from->tree, m->from->path, &m->source, m->err);

	if (!r)
		r = check_source(m);
	if (r)
		return r;
	spot_close(m->to);
	spot_close(m->from);
	m->to = m->from = NULL;
	r = copy_source(m, &t, &done);
	if (!r && !done)
		r = refuse(m, -ECANCELED, m->to_text, "it stays as it is");
	return r ? r : delete_source(m);
}

// --- All -----------------------------------------------------------------------------

static int run(struct move *m)
{
	struct err why = {0}, *err = m->err;
	int r = look(m);

	if (r || !is_same_place(m))
		return r ? r : carry_source(m);
	m->err = &why;
	r = rename_source(m);
	m->err = err;
	// Another file system of the host.
	if (r == -EXDEV)
		return carry_source(m);
	return r ? err_pass(err, r, &why) : 0;
}

static int cmd_move(int argc, char **argv)
{
	enum { Y };
	struct letter_switch s[] = {[Y] = {.name = "Y", .can_be_undone = true},
				    {0}};
	struct err err = {0};
	struct move m = {.err = &err};
	int count, r;

	if (letters_read(argc, argv, s, &count))
		return CMD_MISUSE;
	if (count != 2 || !*argv[1] || !*argv[2])
		return cmd_misuse("move", "name a source and a destination");
	m.from_text = argv[1];
	m.to_text = argv[2];
	m.replace = letters_replace(&s[Y]);
	r = run(&m);
	if (r)
		cmd_fail("move", NULL, &err);
	printf("%9d %s moved.\n", r ? 0 : 1,
	       m.source.is_directory ? "dir(s)" : "file(s)");
	spot_close(m.to);
	spot_close(m.from);
	mem_free(m.to_path);
	return r ? CMD_FAILED : CMD_OK;
}
