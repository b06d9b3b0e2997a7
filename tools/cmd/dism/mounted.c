// SPDX-License-Identifier: MIT
//
// The table of mounted images: a folder with a file for each, of lines "word value".
// It ends with the machine's run, as mounts do.

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "disk.h"
#include "mounted.h"

#define MAX_FILE (64u << 10)

const char *mounted_folder(void)
{
	const char *named = getenv("SLIPWAY_MOUNTS");

	return named && *named ? named : "/run/slipway/mounts";
}

static int failed(const char *path, struct err *err)
{
	int r = -errno;

	return err_set(err, r, path, ERR_NOWHERE, "%s", strerror(-r));
}

// --- The text of a file ------------------------------------------------------

static int take_text(char **to, const char *value, struct err *err)
{
	mem_free(*to);
	*to = mem_strdup(value);
	return *to ? 0 : err_nomem(err);
}

static int take_line(struct mounted *m, const char *word, const char *value,
		     struct err *err)
{
	if (!strcmp(word, "dir"))
		return take_text(&m->dir, value, err);
	if (!strcmp(word, "image"))
		return take_text(&m->image, value, err);
	if (!strcmp(word, "parts"))
		return take_text(&m->parts, value, err);
	if (!strcmp(word, "credentials"))
		return take_text(&m->credentials, value, err);
	if (!strcmp(word, "changes"))
		return take_text(&m->changes, value, err);
	if (!strcmp(word, "index"))
		m->index = (uint32_t)strtoul(value, NULL, 10);
	else if (!strcmp(word, "read-only"))
		m->read_only = !strcmp(value, "yes");
	else if (!strcmp(word, "device"))
		m->device = atoi(value);
	else if (!strcmp(word, "pid"))
		m->pid = atoi(value);
	else
		return err_corrupt(err, word, ERR_NOWHERE,
				   "no word of the table of mounted images");
	return 0;
}

// Takes the text apart, which is overwritten.
static int take_file(struct mounted *m, char *text, struct err *err)
{
	char *line, *rest = text;
	int r = 0;

	while (!r && (line = strsep(&rest, "\n"))) {
		char *value = strchr(line, ' ');

		if (!*line)
			continue;
		if (value)
			*value++ = 0;
		r = take_line(m, line, value ? value : "", err);
	}
	if (!r && (!m->dir || !m->image || !m->changes || !m->index))
		r = err_corrupt(err, m->id, ERR_NOWHERE,
				"its line of the table of mounted images is "
				"not whole");
	return r;
}

void mounted_free(struct mounted *m)
{
	mem_free(m->dir);
	mem_free(m->image);
	mem_free(m->parts);
	mem_free(m->credentials);
	mem_free(m->changes);
	*m = (struct mounted){.device = -1};
}

void mounted_done(struct mounted_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		mounted_free(&list->items[i]);
	mem_free(list->items);
	*list = (struct mounted_list){0};
}

// --- Files of the folder -----------------------------------------------------

static void name_file(const char *id, char path[PATH_MAX])
{
	snprintf(path, PATH_MAX, "%s/%s", mounted_folder(), id);
}

static int read_one(struct mounted *m, struct err *err)
{
	char path[PATH_MAX];
	struct disk *file;
	void *text;
	int r;

	name_file(m->id, path);
	r = disk_open_file(path, DISK_READ_ONLY | DISK_UNLOCKED, &file, err);
	if (r)
		return r;
	if (file->size > MAX_FILE)
		r = err_set(err, -EFBIG, path, ERR_NOWHERE,
			    "it is too large to be of the table of mounted "
			    "images");
	if (!r)
		r = disk_read_all(file, &text, err);
	disk_close(file);
	if (r)
		return r;
	r = take_file(m, text, err);
	mem_free(text);
	return r;
}

static int add_one(struct mounted_list *list, const char *id, struct err *err)
{
	struct mounted m = {.device = -1, .pid = -1};
	int r;

	snprintf(m.id, sizeof(m.id), "%s", id);
	r = read_one(&m, err);
	if (!r && mem_grow((void **)&list->items, list->count, &list->room,
			   sizeof(*list->items)))
		r = err_nomem(err);
	if (r)
		mounted_free(&m);
	else
		list->items[list->count++] = m;
	return r;
}

static int by_dir(const void *a, const void *b)
{
	return strcmp(((const struct mounted *)a)->dir,
		      ((const struct mounted *)b)->dir);
}

int mounted_read(struct mounted_list *ret, struct err *err)
{
	struct mounted_list list = {0};
	DIR *folder = opendir(mounted_folder());
	struct dirent *e;
	struct guid id;
	int r = 0;

	if (!folder) {
		if (errno != ENOENT)
			return failed(mounted_folder(), err);
		*ret = list;
		return 0;
	}
	// Other files there are those that were not whole when power was cut.
	while (!r && (e = readdir(folder)))
		if (!guid_parse(e->d_name, &id))
			r = add_one(&list, e->d_name, err);
	closedir(folder);
	if (r) {
		mounted_done(&list);
		return r;
	}
	if (list.count)
		qsort(list.items, list.count, sizeof(*list.items), by_dir);
	*ret = list;
	return 0;
}

// Makes the folder with those above it, which only their owner can write to.
static int make_folder(struct err *err)
{
	char path[PATH_MAX];
	size_t len = strlen(mounted_folder());

	if (len >= sizeof(path))
		return err_set(err, -ENAMETOOLONG, mounted_folder(),
			       ERR_NOWHERE, "the name is too long");
	memcpy(path, mounted_folder(), len + 1);
	for (char *at = path + 1; *at; at++)
		if (*at == '/') {
			*at = 0;
			mkdir(path, 0755);
			*at = '/';
		}
	return mkdir(path, 0700) && errno != EEXIST ? failed(path, err) : 0;
}

static bool has_line_end(const struct mounted *m)
{
	const char *const texts[] = {m->dir, m->image, m->parts, m->credentials,
				     m->changes};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (texts[i] && strchr(texts[i], '\n'))
			return true;
	return false;
}

int mounted_write(const struct mounted *m, struct err *err)
{
	char path[PATH_MAX], *text;
	int len, r = make_folder(err);

	if (!r && has_line_end(m))
		r = err_set(err, -EINVAL, m->dir, ERR_NOWHERE,
			    "a line's end is in the name of a file");
	if (r)
		return r;
	len = asprintf(&text,
		       "dir %s\nimage %s\n%s%s%s%s%s%schanges %s\nindex %u\n"
		       "read-only %s\ndevice %d\npid %d\n",
		       m->dir, m->image, m->parts ? "parts " : "",
		       m->parts ? m->parts : "", m->parts ? "\n" : "",
		       m->credentials ? "credentials " : "",
		       m->credentials ? m->credentials : "",
		       m->credentials ? "\n" : "", m->changes,
		       (unsigned)m->index, m->read_only ? "yes" : "no",
		       m->device, m->pid);
	if (len < 0)
		return err_nomem(err);
	name_file(m->id, path);
	r = disk_put_file(path, text, (size_t)len, err);
	free(text);
	return r;
}

int mounted_remove(const struct mounted *m, struct err *err)
{
	char path[PATH_MAX];

	name_file(m->id, path);
	return unlink(path) && errno != ENOENT ? failed(path, err) : 0;
}

struct mounted *mounted_find(struct mounted_list *list, const char *dir)
{
	char real[PATH_MAX];
	size_t len;

	if (!realpath(dir, real))
		snprintf(real, sizeof(real), "%s", dir);
	len = strlen(real);
	while (len > 1 && real[len - 1] == '/')
		real[--len] = 0;
	for (size_t i = 0; i < list->count; i++)
		if (!strcmp(list->items[i].dir, real))
			return &list->items[i];
	return NULL;
}
