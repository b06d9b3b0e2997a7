// SPDX-License-Identifier: MIT
//
// Which file of a hive a text means, and a key behind it. From before reading to
// after writing nobody else has the file, so that of changes at the same time none
// is lost.

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "address.h"
#include "cmd.h"
#include "hive_place.h"

struct hive_place {
	char *path;    // in the tree
	size_t prefix; // of the address
	const char *key;
	struct place *place; // NULL: on the host
	struct tree *tree;   // the place's volume, or the host's
	bool no_logs;
	struct disk *held; // the host's, locked until it is closed; or NULL
};

// --- Finding -----------------------------------------------------------------

static bool is_file(struct tree *t, const char *path)
{
	struct tree_stat s;

	return !tree_stat(t, path, &s, NULL) && !s.is_directory;
}

// Cuts f->path after its first part that is a file, where a key follows. `text`
// is the same path as it was written. Returns false when no part is one.
static bool cut_key(struct hive_place *f, const char *text)
{
	for (size_t i = 1; text[i - 1]; i++) {
		char c = f->path[i];

		if (c && text[i] != '\\')
			continue;
		f->path[i] = 0;
		if (is_file(f->tree, f->path)) {
			f->key = text + i + (c != 0);
			return true;
		}
		f->path[i] = c;
	}
	return false;
}

static int missing(const char *address, struct err *err)
{
	struct stat st;

	if (!stat(address, &st) && S_ISDIR(st.st_mode))
		return err_set(err, -EISDIR, address, ERR_NOWHERE,
			       "this is a folder; a file is needed");
	return err_set(err, -ENOENT, address, ERR_NOWHERE,
		       "No such file or directory");
}

static int open_inner(struct hive_place *f, const char *address, unsigned flags,
		      struct err *err)
{
	const char *inner;
	int r = address_open(address,
			     flags & HIVE_PLACE_WRITE ? ADDRESS_WRITE : 0,
			     &f->place, err);

	if (r)
		return r;
	if (!f->place->path)
		return err_set(err, -EISDIR, address, ERR_NOWHERE,
			       "this is a disk; name a file in it, as in "
			       "disk.img@1:\\EFI\\Microsoft\\Boot\\BCD "
			       "(which bcdedit has /sysstore disk.img@1 for)");
	f->tree = f->place->volume;
	f->path = mem_strdup(f->place->path);
	if (!f->path)
		return err_nomem(err);
	inner = address + strlen(address) - strlen(f->path);
	if (flags & HIVE_PLACE_KEY)
		return cut_key(f, inner) ? 0 : missing(address, err);
	if (is_file(f->tree, f->path) != !(flags & HIVE_PLACE_NEW))
		return flags & HIVE_PLACE_NEW
			       ? err_set(err, -EEXIST, address, ERR_NOWHERE,
					 "the file is there already")
			       : missing(address, err);
	return 0;
}

// "Windows\\System32\\config\\SYSTEM", and a key behind it, on the host.
static bool find_windows_path(struct hive_place *f, const char *address,
			      unsigned flags)
{
	size_t len;
	char *path = strchr(address, '\\') ? address_find_host(address, &len)
					   : NULL;

	if (!path)
		return false;
	if (address[len] && !(flags & HIVE_PLACE_KEY)) {
		mem_free(path);
		return false;
	}
	mem_free(f->path);
	f->path = path;
	f->key = address + len + (address[len] != 0);
	return true;
}

// Tells whether what was written, up to a key's path, leads into a disk.
static int ask_meaning(const struct hive_place *f, const char *address,
		       bool *ret_inner, struct err *err)
{
	size_t n = *f->key ? (size_t)(f->key - address) - 1 : strlen(address);
	char *written = mem_strdup(address);
	struct address_parts parts;
	int r;

	if (!written)
		return err_nomem(err);
	written[n] = 0;
	r = address_split(written, &parts, err);
	if (!r) {
		*ret_inner = *parts.rest || parts.is_letter;
		address_parts_done(&parts);
	}
	mem_free(written);
	return r;
}

// Takes what is to be changed: others wait, and then read what became of it.
static int hold(struct hive_place *f, unsigned flags, struct err *err)
{
	if (!(flags & HIVE_PLACE_WRITE))
		return 0;
	return tree_open_file(f->tree, f->path, DISK_EXCLUSIVE, &f->held, err);
}

static int find(struct hive_place *f, const char *address, unsigned flags,
		struct err *err)
{
	bool is_found, is_inner = false;
	int r;

	f->path = mem_strdup(address);
	if (!f->path)
		return err_nomem(err);
	r = tree_open_host(&f->tree, err);
	if (r)
		return r;
	is_found = (flags & HIVE_PLACE_KEY ? cut_key(f, address)
					   : is_file(f->tree, f->path)) ||
		   find_windows_path(f, address, flags);
	r = ask_meaning(f, address, &is_inner, err);
	if (r)
		return r;
	if (is_inner) {
		tree_close(f->tree);
		f->tree = NULL;
		mem_free(f->path);
		f->path = NULL;
		f->key = "";
		return open_inner(f, address, flags, err);
	}
	if (is_found)
		return flags & HIVE_PLACE_NEW
			       ? err_set(err, -EEXIST, address, ERR_NOWHERE,
					 "the file is there already")
			       : hold(f, flags, err);
	return flags & HIVE_PLACE_NEW ? address_check_host(address, err)
				      : missing(address, err);
}

int hive_place_open(const char *address, unsigned flags,
		    struct hive_place **ret, struct err *err)
{
	struct hive_place *f;
	int r;

	if (flags & HIVE_PLACE_WRITE && flags & HIVE_PLACE_NO_LOGS)
		return err_set(err, -EINVAL, "--ignore-logs", ERR_NOWHERE,
			       "for reading alone: a changed hive would lose "
			       "for good what its logs hold");
	f = mem_alloc(sizeof(*f));
	if (!f)
		return err_nomem(err);
	f->no_logs = flags & HIVE_PLACE_NO_LOGS;
	f->key = "";
	r = find(f, address, flags, err);
	if (!r && flags & HIVE_PLACE_WRITE)
		r = tree_begin(f->tree, err);
	if (r) {
		hive_place_close(f);
		return r;
	}
	f->prefix = *f->key ? (size_t)(f->key - address) - 1 : strlen(address);
	*ret = f;
	return 0;
}

const char *hive_place_key(const struct hive_place *f)
{
	return f->key;
}

size_t hive_place_prefix(const struct hive_place *f)
{
	return f->prefix;
}

const char *hive_place_name(const struct hive_place *f)
{
	return tree_path_name(f->tree, f->path);
}

void hive_place_close(struct hive_place *f)
{
	if (!f)
		return;
	disk_close(f->held);
	if (f->place)
		cmd_place_close(f->place);
	else
		tree_close(f->tree);
	mem_free(f->path);
	mem_free(f);
}

// --- Reading -----------------------------------------------------------------

#define READ_ALONE "--ignore-logs reads the hive without them"

int hive_place_read(struct hive_place *f, struct hive_bytes *ret,
		    struct err *err)
{
	struct err why = {0};
	int r = hive_bytes_read(f->tree, f->path, f->no_logs, ret, &why);

	if (r != -ENODATA)
		return r ? err_pass(err, r, &why) : 0;
	return err_set(err, -ENOTSUP, f->path, ERR_NOWHERE, "%s; " READ_ALONE,
		       why.why);
}

void hive_place_advise(const struct hive_bytes *bytes, struct err *err)
{
	size_t len = strlen(err->why);

	if (hive_bytes_load_alone(bytes))
		snprintf(err->why + len, sizeof(err->why) - len,
			 "; " READ_ALONE);
}

void hive_place_warn(const char *command, const struct hive_place *f)
{
	cmd_warn(command, hive_place_name(f),
		 "the hive was not closed, and its logs are ignored: its last "
		 "changes are missing, and what is here may be half written");
}

int hive_place_load(struct hive_place *f, struct hive **ret, struct err *err)
{
	struct hive_bytes b;
	int r = hive_place_read(f, &b, err);

	if (r)
		return r;
	r = hive_bytes_load(&b, ret, err);
	if (r)
		hive_place_advise(&b, err);
	hive_bytes_done(&b);
	return r;
}

// --- Replacing ---------------------------------------------------------------

static int finish(struct hive_place *f, int r, struct err *err)
{
	return r || !f->place ? r : address_finish(f->place, err);
}

int hive_place_write(struct hive_place *f, const void *data, size_t size,
		     struct err *err)
{
	return finish(f, hive_file_put(f->tree, f->path, data, size, err), err);
}

int hive_place_replace(struct hive_place *f, const void *data, size_t size,
		       struct err *err)
{
	return finish(f, hive_file_replace(f->tree, f->path, data, size, err),
		      err);
}

int hive_place_save(struct hive_place *f, const struct hive *hive,
		    struct err *err)
{
	size_t size;
	void *data;
	int r = hive_save(hive, &data, &size, err);

	if (r)
		return r;
	r = hive_place_replace(f, data, size, err);
	mem_free(data);
	return r;
}
