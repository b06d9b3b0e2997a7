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

#define MAX_TABLE (1u << 20) // bytes of the file

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

// --- Where it is ---------------------------------------------------------------

// A folder in /tmp could be another user's, who then says what letters mean.
static int check_folder(const char *folder, struct err *err)
{
	struct stat st;

	if (lstat(folder, &st))
		return errno == ENOENT
			       ? 0
			       : err_set(err, -errno, folder, ERR_NOWHERE, "%s",
					 strerror(errno));
	if (S_ISDIR(st.st_mode) && st.st_uid == geteuid() &&
	    !(st.st_mode & 022))
		return 0;
	return err_set(err, -EPERM, folder, ERR_NOWHERE,
		       "the folder of the table of drive letters is not this "
		       "user's alone");
}

struct table_file {
	char folder[PATH_MAX]; // "": the user's choice
	char path[PATH_MAX + 16];
};

static int find_file(struct table_file *f, struct err *err)
{
	const char *named = getenv("SLIPWAY_LETTERS");
	const char *run = getenv("XDG_RUNTIME_DIR");

	*f = (struct table_file){.folder = ""};
	if (named && *named) {
		snprintf(f->path, sizeof(f->path), "%s", named);
		return 0;
	}
	if (!geteuid())
		strcpy(f->folder, "/run/slipway");
	else if (run && *run == '/' && strlen(run) < PATH_MAX - 16)
		snprintf(f->folder, sizeof(f->folder), "%.4000s/slipway", run);
	else
		snprintf(f->folder, sizeof(f->folder), "/tmp/slipway-%u",
			 (unsigned)geteuid());
	snprintf(f->path, sizeof(f->path), "%s/letters", f->folder);
	return check_folder(f->folder, err);
}

static int read_file(const struct table_file *f, struct address_letters *ret,
		     struct err *err)
{
	struct address_letters none = {0};
	struct err why = {0};
	struct tree *host;
	size_t size;
	void *text;
	int r = tree_open_host(&host, err);

	if (r)
		return r;
	r = tree_read_file(host, f->path, MAX_TABLE, &text, &size, &why);
	tree_close(host);
	if (r == -ENOENT || r == -ENOTDIR) {
		*ret = none;
		return 0;
	}
	if (r)
		return err_pass(err, r, &why);
	r = address_letters_decode(text, size, ret, err);
	mem_free(text);
	return r;
}

int address_letters_read(struct address_letters *ret, struct err *err)
{
	struct table_file f;
	int r = find_file(&f, err);

	return r ? r : read_file(&f, ret, err);
}

// --- Changing it -----------------------------------------------------------------

// The file is replaced, so another one beside it is held. It is made once.
static int hold_table(const struct table_file *f, struct disk **ret,
		      struct err *err)
{
	char path[PATH_MAX + 32];
	struct err why = {0};
	struct disk *d;
	int r;

	if (*f->folder && mkdir(f->folder, 0700) && errno != EEXIST)
		return err_set(err, -errno, f->folder, ERR_NOWHERE,
			       "making the folder failed: %s", strerror(errno));
	snprintf(path, sizeof(path), "%s.lock", f->path);
	if (access(path, F_OK)) {
		r = disk_create_file(path, 0, 512, &d, &why);
		if (!r) {
			r = disk_finish(d, &why);
			disk_close(d);
		}
		if (r && r != -EEXIST)
			return err_pass(err, r, &why);
	}
	return disk_open_file(path, 0, ret, err);
}

static int write_file(const struct table_file *f,
		      const struct address_letters *l, struct err *err)
{
	char *text = encode(l);
	int r = text ? disk_put_file(f->path, text, strlen(text), err)
		     : err_nomem(err);

	mem_free(text);
	return r;
}

// Puts an address (NULL: none), which becomes the table's.
static int change(int i, char *address, struct err *err)
{
	const char name[] = {(char)('A' + i), ':', 0};
	struct address_letters l;
	struct table_file f;
	struct disk *held;
	int r = find_file(&f, err);

	if (!r)
		r = hold_table(&f, &held, err);
	if (r) {
		mem_free(address);
		return r;
	}
	r = read_file(&f, &l, err);
	if (r) {
		mem_free(address);
		goto release;
	}
	if (address && l.addresses[i] && strcmp(address, l.addresses[i]))
		r = err_set(err, -EEXIST, name, ERR_NOWHERE,
			    "it stands for %s already", l.addresses[i]);
	else if (!address && !l.addresses[i])
		r = err_set(err, -ENOENT, name, ERR_NOWHERE,
			    "it stands for nothing");
	if (r) {
		mem_free(address);
	} else {
		mem_free(l.addresses[i]);
		l.addresses[i] = address;
		r = write_file(&f, &l, err);
	}
	address_letters_done(&l);
release:
	disk_close(held);
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
	int i = index_of(letter);

	return i < 0 ? refuse_letter(letter, err) : change(i, NULL, err);
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

int address_letter_assign(char letter, const char *address, struct err *err)
{
	int i = index_of(letter), r;
	struct address_parts parts;
	const char *end = "";
	char *whole;

	if (i < 0)
		return refuse_letter(letter, err);
	r = address_split(address, &parts, err);
	if (r)
		return r;
	r = check_kind(address, &parts, err);
	if (!r)
		r = look(address, &end, err);
	if (!r)
		r = make_whole(&parts, end, &whole, err);
	address_parts_done(&parts);
	return r ? r : change(i, whole, err);
}
