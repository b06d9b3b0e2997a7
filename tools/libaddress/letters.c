// SPDX-License-Identifier: MIT
//
// The table of drive letters, as drives.h tells.

#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "address.h"
#include "drives.h"

#define TABLE "letters" // the file's name

// --- The file's text -----------------------------------------------------------

static int index_of(char letter)
{
	return isalpha((unsigned char)letter)
		       ? toupper((unsigned char)letter) - 'A'
		       : -1;
}

static int refuse_line(size_t off, struct err *err)
{
	return err_corrupt(err, "table of drive letters", off,
			   "a line is no letter, tab and address");
}

static int take_line(const char *line, size_t len, size_t off,
		     struct address_letters *l, struct err *err)
{
	int i = len > 2 && line[1] == '\t' ? index_of(line[0]) : -1;
	char *address;

	// A letter is written as a capital, and once.
	if (i < 0 || line[0] != 'A' + i || l->addresses[i] ||
	    memchr(line + 2, '\t', len - 2) || memchr(line, 0, len))
		return refuse_line(off, err);
	address = mem_dup(line + 2, len - 1);
	if (!address)
		return err_nomem(err);
	address[len - 2] = 0;
	l->addresses[i] = address;
	return 0;
}

int address_letters_decode(const char *text, size_t size,
			   struct address_letters *ret, struct err *err)
{
	struct address_letters l = {0};
	size_t off = 0;
	int r = 0;

	while (!r && off < size) {
		const char *end = memchr(text + off, '\n', size - off);

		r = end ? take_line(text + off, (size_t)(end - text) - off, off,
				    &l, err)
			: refuse_line(off, err);
		off = end ? (size_t)(end - text) + 1 : size;
	}
	if (r)
		address_letters_done(&l);
	else
		*ret = l;
	return r;
}

void address_letters_done(struct address_letters *l)
{
	for (size_t i = 0; i < ADDRESS_LETTERS; i++)
		mem_free(l->addresses[i]);
	*l = (struct address_letters){0};
}

static char *encode(const struct address_letters *l)
{
	size_t size = 1, used = 0;
	char *text;

	for (size_t i = 0; i < ADDRESS_LETTERS; i++)
		size += l->addresses[i] ? strlen(l->addresses[i]) + 3 : 0;
	text = mem_alloc(size);
	for (size_t i = 0; text && i < ADDRESS_LETTERS; i++)
		if (l->addresses[i])
			used += (size_t)snprintf(text + used, size - used,
						 "%c\t%s\n", (char)('A' + i),
						 l->addresses[i]);
	return text;
}

// --- Changing it -----------------------------------------------------------------

int address_letters_read(struct address_letters *ret, struct err *err)
{
	size_t size;
	char *text;
	int r = address_session_read(TABLE, &text, &size, err);

	if (r)
		return r;
	r = address_letters_decode(text, size, ret, err);
	mem_free(text);
	return r;
}

// --- What a letter may stand for ---------------------------------------------------

// A file in a volume must be a virtual disk.
static int check_disk(const char *address, struct err *err)
{
	struct place *place;
	int r = address_open(address,
			     ADDRESS_FILE | ADDRESS_VIRTUAL | ADDRESS_LOOK,
			     &place, err);

	if (r)
		return r;
	if (place->levels[place->level_count - 1].kind != PLACE_VIRTUAL)
		r = err_set(err, -ENOTSUP, address, ERR_NOWHERE,
			    "it is a file, and no virtual disk");
	address_close(place);
	return r;
}

// What is there: a folder's path ends with a slash, a volume's root has none.
static int look(const char *address, const char **ret_end, struct err *err)
{
	struct tree_stat s = {.is_directory = true};
	struct place *place;
	const char *path;
	int r = address_open(address, ADDRESS_LOOK, &place, err);

	*ret_end = "";
	if (r)
		return r;
	path = place->path;
	if (path && path[strspn(path, "\\/")]) {
		r = tree_stat(place->volume, path, &s, err);
		*ret_end = !r && s.is_directory ? "\\" : "";
	}
	address_close(place);
	return r || s.is_directory ? r : check_disk(address, err);
}

// Of a disk that went, or a file that was deleted: Windows gives such a letter away.
static bool is_gone(const char *address)
{
	const char *end;

	return look(address, &end, NULL) == -ENOENT;
}

// --- The table's file --------------------------------------------------------------

struct change {
	int letter;    // its index
	char *address; // NULL: none
};

static int change_table(struct address_letters *l, const struct change *c,
			struct err *err)
{
	const char name[] = {(char)('A' + c->letter), 0};
	char *address = NULL, **at = &l->addresses[c->letter];

	if (c->address && *at && strcmp(c->address, *at) && !is_gone(*at))
		return err_set(err, -EEXIST, name, ERR_NOWHERE,
			       "it stands for %s already", *at);
	if (!c->address && !*at)
		return err_set(err, -ENOENT, name, ERR_NOWHERE,
			       "it stands for nothing");
	if (c->address) {
		address = mem_strdup(c->address);
		if (!address)
			return err_nomem(err);
	}
	mem_free(*at);
	*at = address;
	return 0;
}

static int change_text(void *ctx, const char *text, size_t size, char **ret,
		       struct err *err)
{
	struct address_letters l;
	int r = address_letters_decode(text, size, &l, err);

	if (r)
		return r;
	r = change_table(&l, ctx, err);
	if (!r) {
		*ret = encode(&l);
		r = *ret ? 0 : err_nomem(err);
	}
	address_letters_done(&l);
	return r;
}

static int refuse_letter(char letter, struct err *err)
{
	const char name[] = {letter, 0};

	return err_set(err, -EINVAL, name, ERR_NOWHERE,
		       "it is no drive letter");
}

int address_letter_remove(char letter, struct err *err)
{
	struct change c = {.letter = index_of(letter)};

	return c.letter < 0
		       ? refuse_letter(letter, err)
		       : address_session_change(TABLE, change_text, &c, err);
}

// The address with its path from the root on, without what names a root folder.
static int make_whole(const struct address_parts *parts, const char *end,
		      char **ret, struct err *err)
{
	size_t rest = strlen(parts->rest), size;
	char path[PATH_MAX], *whole;

	if (!realpath(parts->path, path))
		return err_set(err, -errno, parts->path, ERR_NOWHERE, "%s",
			       strerror(errno));
	while (rest && strchr("\\/", parts->rest[rest - 1]))
		rest--;
	rest -= rest && parts->rest[rest - 1] == ':';
	size = strlen(path) + rest + strlen(end) + 1;
	whole = mem_alloc(size);
	if (!whole)
		return err_nomem(err);
	snprintf(whole, size, "%s%.*s%s", path, (int)rest, parts->rest, end);
	*ret = whole;
	return 0;
}

static int check_kind(const char *address, const struct address_parts *parts,
		      struct err *err)
{
	struct stat st;

	if (net_is_name(parts->path))
		return err_set(err, -ENOTSUP, address, ERR_NOWHERE,
			       "files of other machines get no letters");
	if (!*parts->rest && !stat(parts->path, &st) && S_ISDIR(st.st_mode))
		return err_set(err, -ENOTSUP, address, ERR_NOWHERE,
			       "a folder of the host gets no letter: a disk, a "
			       "volume, or a folder in one does");
	return address[strcspn(address, "\t\n")]
		       ? err_set(err, -EINVAL, address, ERR_NOWHERE,
				 "a tab or a line's end is in it")
		       : 0;
}

int address_whole(const char *text, char **ret, struct err *err)
{
	struct address_parts parts;
	int r = address_split(text, &parts, err);

	if (r)
		return r;
	r = make_whole(&parts, "", ret, err);
	address_parts_done(&parts);
	return r;
}

int address_letter_assign(char letter, const char *address, struct err *err)
{
	struct change c = {.letter = index_of(letter)};
	struct address_parts parts;
	const char *end = "";
	int r;

	if (c.letter < 0)
		return refuse_letter(letter, err);
	r = address_split(address, &parts, err);
	if (r)
		return r;
	r = check_kind(address, &parts, err);
	if (!r)
		r = look(address, &end, err);
	if (!r)
		r = make_whole(&parts, end, &c.address, err);
	address_parts_done(&parts);
	if (r)
		return r;
	r = address_session_change(TABLE, change_text, &c, err);
	mem_free(c.address);
	return r;
}
