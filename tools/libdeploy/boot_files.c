// SPDX-License-Identifier: MIT
//
// Files of the medium that the system partition gets, and configurations of
// loaders with blanks to fill in.

#include <stdio.h>
#include <string.h>

#include "address.h"
#include "plan_priv.h"

#define CONFIG_MAX_SIZE (64u * 1024)
#define MAX_PATH        1024

// Writes where a file is: the folder may be the host's, or one of a volume.
static int name_source(const struct plan *p, const char *name,
		       char path[MAX_PATH], struct err *err)
{
	const char *folder = p->target.boot_files;
	size_t len = strlen(folder);

	while (len > 1 && strchr("/\\", folder[len - 1]))
		len--;
	if (snprintf(path, MAX_PATH, "%.*s/%s", (int)len, folder, name) <
	    MAX_PATH)
		return 0;
	return err_set(err, -ENAMETOOLONG, folder, ERR_NOWHERE,
		       "the path is too long");
}

static int open_source(const struct plan *p, const char *name,
		       struct disk **ret, struct err *err)
{
	char path[MAX_PATH];
	int r = name_source(p, name, path, err);

	return r ? r : address_open_file(path, NULL, ret, err);
}

static int make_folder(const struct boot_job *job, const char *path,
		       struct err *err)
{
	char folder[64];

	snprintf(folder, sizeof(folder), "%.*s",
		 (int)(strrchr(path, '/') - path), path);
	return tree_mkdir_all(job->esp, folder, job->plan->time, err);
}

static int copy_file(const struct boot_job *job, const char *name,
		     const char *target, struct err *err)
{
	struct disk *from, *to;
	int r = open_source(job->plan, name, &from, err);

	if (r)
		return r;
	r = make_folder(job, target, err);
	if (!r)
		r = tree_create_file(job->esp, target, from->size, TREE_ARCHIVE,
				     job->plan->time, &to, err);
	if (!r) {
		// A rehearsal asks for room and names, not for content.
		if (!job->dry)
			r = disk_copy(from, to, from->size, err);
		disk_close(to);
	}
	disk_close(from);
	return r;
}

static int add_size(const struct plan *p, const char *name, uint64_t *ret,
		    struct err *err)
{
	struct disk *d;
	int r = open_source(p, name, &d, err);

	if (r)
		return r;
	*ret += d->size;
	disk_close(d);
	return 0;
}

static size_t count_marks(const char *text, const char *mark)
{
	size_t n = 0;

	while ((text = strstr(text, mark))) {
		text += strlen(mark);
		n++;
	}
	return n;
}

// Puts `value` in the place of every `mark` of *text, which is replaced. There
// must be a mark; `name` is the template's for messages.
static int fill(char **text, const char *name, const char *mark,
		const char *value, struct err *err)
{
	size_t marks = count_marks(*text, mark);
	const char *from = *text, *place;
	char *result, *to;

	// A template without the place is another version's: the machine would
	// start something else.
	if (!marks)
		return err_corrupt(err, name, ERR_NOWHERE,
				   "it has no place for %s", mark);
	result = mem_alloc(strlen(from) + marks * strlen(value) + 1);
	if (!result)
		return err_nomem(err);
	to = result;
	while ((place = strstr(from, mark))) {
		memcpy(to, from, (size_t)(place - from));
		to = stpcpy(to + (place - from), value);
		from = place + strlen(mark);
	}
	strcpy(to, from);
	mem_free(*text);
	*text = result;
	return 0;
}

static int read_template(const struct plan *p, const char *name, char **ret,
			 struct err *err)
{
	struct disk *d;
	void *text;
	int r = open_source(p, name, &d, err);

	if (r)
		return r;
	if (d->size > CONFIG_MAX_SIZE)
		r = err_set(err, -EFBIG, name, ERR_NOWHERE, "too long");
	else
		r = disk_read_all(d, &text, err);
	disk_close(d);
	if (!r)
		*ret = text;
	return r;
}

static int make_config(const struct plan *p, const struct boot_set *set,
		       char **ret, struct err *err)
{
	char *text;
	int r = read_template(p, set->config_from, &text, err);

	if (r)
		return r;
	for (size_t i = 0; i < BOOT_BLANKS && !r; i++)
		r = fill(&text, set->config_from, set->blanks[i].mark,
			 set->blanks[i].value, err);
	if (r)
		mem_free(text);
	else
		*ret = text;
	return r;
}

static int write_config(const struct boot_job *job, const struct boot_set *set,
			struct err *err)
{
	char *text;
	int r = make_config(job->plan, set, &text, err);

	if (r)
		return r;
	r = make_folder(job, set->config_to, err);
	if (!r)
		r = tree_write_file(job->esp, set->config_to, text,
				    strlen(text), TREE_ARCHIVE, job->plan->time,
				    err);
	mem_free(text);
	return r;
}

// A folder that lacks the first file holds no boot files at all, such as one
// where a medium would be. If it lacks only another, that file is named.
static int check_folder(const struct plan *p, const struct boot_set *set,
			struct err *err)
{
	char path[MAX_PATH];
	struct err why = {0};
	struct disk *d;
	int r = open_source(p, set->files[0].from, &d, &why);

	if (!r) {
		disk_close(d);
		r = name_source(p, set->files[0].from, path, err);
		return r ? r : plan_check_outside(p, path, err);
	}
	if (r != -ENOENT && r != -ENOTDIR)
		return err_pass(err, r, &why);
	return err_set(err, -ENOENT, "boot files", ERR_NOWHERE,
		       "%s needs them, and %s has no %s; a machine that was "
		       "started from the network has no medium to take boot "
		       "files from: start it from a stick or CD, or name a "
		       "folder with EFI/ and slipway/ (--boot-files DIR)",
		       set->what, p->target.boot_files, set->files[0].from);
}

int boot_set_check(const struct plan *p, const struct boot_set *set,
		   uint64_t *ret_bytes, struct err *err)
{
	char *text;
	int r;

	if (!p->target.boot_files)
		return err_set(err, -ENOENT, "boot files", ERR_NOWHERE,
			       "%s needs the folder that holds EFI/ and "
			       "slipway/ (--boot-files)",
			       set->what);
	r = check_folder(p, set, err);
	for (size_t i = 0; i < set->count && !r; i++)
		r = add_size(p, set->files[i].from, ret_bytes, err);
	if (!r)
		r = make_config(p, set, &text, err);
	if (!r)
		mem_free(text);
	return r;
}

int boot_set_write(const struct boot_job *job, const struct boot_set *set,
		   struct err *err)
{
	int r = 0;

	for (size_t i = 0; i < set->count && !r; i++)
		r = copy_file(job, set->files[i].from, set->files[i].to, err);
	return r ? r : write_config(job, set, err);
}
