// SPDX-License-Identifier: MIT
//
// Files of the medium that the system partition gets, and configurations of
// loaders with blanks to fill in.

#include <stdio.h>
#include <string.h>

#include "plan_priv.h"

#define CONFIG_MAX_SIZE (64u * 1024)

static int open_source(const struct plan *p, const char *name,
		       struct disk **ret, struct err *err)
{
	char path[1024];

	if ((size_t)snprintf(path, sizeof(path), "%s/%s", p->target.boot_files,
			     name) >= sizeof(path))
		return err_set(err, -ENAMETOOLONG, p->target.boot_files,
			       ERR_NOWHERE, "the path is too long");
	return disk_open_file(path, DISK_READ_ONLY, ret, err);
}

static int make_folder(struct plan *p, struct volume *esp, const char *path,
		       struct err *err)
{
	char folder[64];

	snprintf(folder, sizeof(folder), "%.*s",
		 (int)(strrchr(path, '/') - path), path);
	return volume_mkdir_all(esp, folder, p->time, err);
}

int boot_file_copy(struct plan *p, struct volume *esp, const char *name,
		   const char *target, struct err *err)
{
	struct disk *from, *to;
	int r = open_source(p, name, &from, err);

	if (r)
		return r;
	r = make_folder(p, esp, target, err);
	if (!r)
		r = volume_create_file(esp, target, from->size, VOLUME_ARCHIVE,
				       p->time, &to, err);
	if (!r) {
		r = disk_copy(from, to, from->size, err);
		disk_close(to);
	}
	disk_close(from);
	return r;
}

int boot_file_size(const struct plan *p, const char *name, uint64_t *ret,
		   struct err *err)
{
	struct disk *d;
	int r = open_source(p, name, &d, err);

	if (r)
		return r;
	*ret = d->size;
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

int boot_file_fill(char **text, const char *name, const char *mark,
		   const char *value, struct err *err)
{
	size_t marks = count_marks(*text, mark);
	const char *from = *text, *place;
	char *result, *to;

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

int boot_file_template(const struct plan *p, const char *name, char **ret,
		       struct err *err)
{
	struct disk *d;
	char *text = NULL;
	int r = open_source(p, name, &d, err);

	if (r)
		return r;
	if (d->size > CONFIG_MAX_SIZE)
		r = err_set(err, -EFBIG, name, ERR_NOWHERE, "too long");
	if (!r) {
		text = mem_alloc((size_t)d->size + 1);
		r = text ? disk_read(d, 0, text, (size_t)d->size, err)
			 : err_nomem(err);
	}
	disk_close(d);
	if (r)
		mem_free(text);
	else
		*ret = text;
	return r;
}

int boot_file_write(struct plan *p, struct volume *esp, const char *path,
		    const char *text, struct err *err)
{
	int r = make_folder(p, esp, path, err);

	return r ? r
		 : volume_write_file(esp, path, text, strlen(text),
				     VOLUME_ARCHIVE, p->time, err);
}
