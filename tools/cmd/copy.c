// SPDX-License-Identifier: MIT
//
// copy: copies one file out of a volume or into one.

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "address.h"
#include "cmd.h"

static const char usage[] =
	"usage: copy SOURCE DESTINATION [/Y] [/P] [/Time:SECONDS]\n"
	"\n"
	"Copies a file. SOURCE and DESTINATION may lie in an NTFS or FAT volume:\n"
	"disk.img@1:\\EFI\\Boot\\bootx64.efi. A DESTINATION that ends in a slash,\n"
	"or is a folder, gets the name of SOURCE.\n"
	"\n"
	"  /Y             replace the file\n"
	"  /P             make missing folders\n"
	"  /Time:SECONDS  the time it is made at, since 1970, instead of now\n";

COMMAND(copy, "copy", "copy a file into or out of a volume", usage);

struct options {
	bool replace, parents;
	int64_t time;
};

static const char *last_part(const char *path)
{
	const char *part = path;

	for (const char *p = path; *p; p++)
		if (*p == '/' || *p == '\\')
			part = p + 1;
	return part;
}

// Returns dir + "/" + name, or NULL. Free with mem_free.
static char *join(const char *dir, const char *name)
{
	size_t a = strlen(dir), b = strlen(name);
	char *s = mem_alloc(a + b + 2);

	if (!s)
		return NULL;
	memcpy(s, dir, a);
	s[a] = '/';
	memcpy(s + a + 1, name, b);
	return s;
}

static int make_parents(struct volume *v, const char *path, uint64_t time,
			struct err *err)
{
	char *parent = mem_strdup(path);
	int r;

	if (!parent)
		return err_nomem(err);
	parent[last_part(path) - path] = '\0';
	r = volume_mkdir_all(v, parent, time, err);
	mem_free(parent);
	return r;
}

static int put(struct volume *v, const char *path, struct disk *from,
	       const struct options *o, struct err *err)
{
	uint64_t time = filetime_from_unix(o->time, 0);
	struct volume_stat stat;
	struct disk *to;
	int r;

	if (!o->replace && !volume_stat(v, path, &stat, NULL))
		return err_set(err, -EEXIST, path, ERR_NOWHERE,
			       "it is there already; /Y would replace it");
	r = volume_change_begin(v, err);
	if (!r && o->parents)
		r = make_parents(v, path, time, err);
	if (!r)
		r = volume_create_file(v, path, from->size, VOLUME_ARCHIVE,
				       time, &to, err);
	if (r)
		return r;
	r = disk_copy(from, to, from->size, err);
	disk_close(to);
	return r ? r : volume_sync(v, err);
}

static int copy_into_volume(struct disk *from, const char *name,
			    const char *address, const struct options *o,
			    struct err *err)
{
	struct volume_stat stat;
	struct place *place;
	char *path = NULL;
	size_t len;
	int r = address_open(address, ADDRESS_WRITE, &place, err);

	if (r)
		return r;
	if (!place->path) {
		r = err_set(err, -EISDIR, address, ERR_NOWHERE,
			    "a disk, not a file in one");
		goto out;
	}
	len = strlen(place->path);
	if (len && *last_part(place->path) &&
	    (volume_stat(place->volume, place->path, &stat, NULL) ||
	     !stat.is_directory))
		path = mem_strdup(place->path);
	else
		path = join(place->path, name);
	r = path ? put(place->volume, path, from, o, err) : err_nomem(err);
	if (!r)
		r = address_finish(place, err);
out:
	mem_free(path);
	cmd_place_close(place);
	return r;
}

static int copy_to_host(struct disk *from, const char *name, const char *path,
			const struct options *o, struct err *err)
{
	struct stat st;
	struct disk *to;
	char *full;
	int r;

	r = address_check_host(path, err);
	if (r)
		return r;
	full = (*path && !*last_part(path)) ||
			       (!stat(path, &st) && S_ISDIR(st.st_mode))
		       ? join(path, name)
		       : mem_strdup(path);
	if (!full)
		return err_nomem(err);
	r = o->replace ? disk_replace_file(full, from->size, &to, err)
		       : disk_create_file(full, from->size, 512, &to, err);
	if (!r) {
		r = disk_copy(from, to, from->size, err);
		if (!r)
			r = disk_finish(to, err);
		disk_close(to);
	}
	mem_free(full);
	return r;
}

static int copy(const char *source, const char *destination,
		const struct options *o)
{
	struct err err = {0};
	const char *rest, *name;
	struct place *place;
	char *path;
	unsigned flags = address_is_same_host(source, destination)
				 ? ADDRESS_FILE | ADDRESS_WRITE_LOCK
				 : ADDRESS_FILE;
	int r = address_open(source, flags, &place, &err);

	if (r)
		return cmd_fail("copy", source, &err);
	r = address_split(destination, &path, &rest, &err);
	if (!r) {
		name = last_part(place->path ? place->path : place->host_path);
		r = *rest ? copy_into_volume(place->disk, name, destination, o,
					     &err)
			  : copy_to_host(place->disk, name, path, o, &err);
		mem_free(path);
	}
	cmd_place_close(place);
	if (r)
		return cmd_fail("copy", destination, &err);
	puts("        1 file(s) copied.");
	return CMD_OK;
}

static int cmd_copy(int argc, char **argv)
{
	struct cmd_switch s[] = {{.name = "Y"},
				 {.name = "P"},
				 {.name = "Time", .has_value = true},
				 {0}};
	struct options o = {.time = time(NULL)};
	uint64_t t;
	int count;

	if (cmd_switches(argc, argv, s, &count))
		return CMD_MISUSE;
	if (count != 2)
		return cmd_misuse("copy", "name a source and a destination");
	if (s[2].value &&
	    (size_parse(s[2].value, NULL, &t) || t > INT64_MAX))
		return cmd_misuse("copy", "/Time:%s: no time", s[2].value);
	if (s[2].value)
		o.time = (int64_t)t;
	o.replace = s[0].value;
	o.parents = s[1].value;
	return copy(argv[1], argv[2], &o);
}
