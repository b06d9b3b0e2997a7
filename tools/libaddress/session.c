// SPDX-License-Identifier: MIT
//
// Files of the session, as drives.h tells: where they are, and how they are changed.

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "address.h"
#include "drives.h"

#define MAX_FILE (1u << 20) // bytes

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

struct session_file {
	char folder[PATH_MAX]; // "": the user's choice
	char path[PATH_MAX + 32];
};

static int find_file(const char *name, struct session_file *f, struct err *err)
{
	const char *named = getenv("SLIPWAY_LETTERS");
	const char *run = getenv("XDG_RUNTIME_DIR");

	*f = (struct session_file){.folder = ""};
	if (named && *named) {
		bool is_letters = !strcmp(name, "letters");

		snprintf(f->path, sizeof(f->path), "%s%s%s", named,
			 is_letters ? "" : ".", is_letters ? "" : name);
		return 0;
	}
	if (!geteuid())
		strcpy(f->folder, "/run/slipway");
	else if (run && *run == '/' && strlen(run) < PATH_MAX - 16)
		snprintf(f->folder, sizeof(f->folder), "%.4000s/slipway", run);
	else
		snprintf(f->folder, sizeof(f->folder), "/tmp/slipway-%u",
			 (unsigned)geteuid());
	snprintf(f->path, sizeof(f->path), "%s/%s", f->folder, name);
	return check_folder(f->folder, err);
}

static int read_file(const struct session_file *f, char **ret, size_t *ret_size,
		     struct err *err)
{
	struct err why = {0};
	struct tree *host;
	void *text;
	int r = tree_open_host(&host, err);

	if (r)
		return r;
	r = tree_read_file(host, f->path, MAX_FILE, &text, ret_size, &why);
	tree_close(host);
	if (r == -ENOENT || r == -ENOTDIR) {
		text = mem_alloc(1);
		if (!text)
			return err_nomem(err);
		*ret_size = 0;
	} else if (r) {
		return err_pass(err, r, &why);
	}
	*ret = text;
	return 0;
}

int address_session_read(const char *name, char **ret, size_t *ret_size,
			 struct err *err)
{
	struct session_file f;
	int r = find_file(name, &f, err);

	return r ? r : read_file(&f, ret, ret_size, err);
}

// The file is replaced, so another one beside it is held. It is made once.
static int hold_file(const struct session_file *f, struct disk **ret,
		     struct err *err)
{
	char path[PATH_MAX + 48];
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

int address_session_change(const char *name, address_session_fn *change,
			   void *ctx, struct err *err)
{
	struct session_file f;
	char *old, *text = NULL;
	struct disk *held;
	size_t size;
	int r = find_file(name, &f, err);

	if (!r)
		r = hold_file(&f, &held, err);
	if (r)
		return r;
	r = read_file(&f, &old, &size, err);
	if (!r) {
		r = change(ctx, old, size, &text, err);
		mem_free(old);
	}
	if (!r)
		r = disk_put_file(f.path, text, strlen(text), err);
	mem_free(text);
	disk_close(held);
	return r;
}
