// SPDX-License-Identifier: MIT
//
// dir: lists a folder of an NTFS or FAT volume, in the layout that the command
// of that name is known by.

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "address.h"
#include "cmd.h"
#include "oddities.h"

static const char usage[] =
	"usage: dir ADDRESS [/B]\n"
	"\n"
	"Lists a folder of an NTFS or FAT volume: disk.img@1:\\EFI, or disk.img@1\n"
	"for its root folder. Times are UTC. Behind the name of a link stands where it\n"
	"leads, behind others that have a reparse point its tag.\n"
	"\n"
	"  /B  names only\n";

COMMAND(dir, "dir", "list a folder of a volume", usage);

struct output {
	struct volume *volume;
	const char *folder;
	bool bare;
	uint64_t files, folders, bytes;
};

// Returns where an entry that is a link leads, or NULL. Free with mem_free.
static char *read_link(const struct output *o, const char *name)
{
	size_t len = strlen(o->folder) + strlen(name) + 2;
	char *path = mem_alloc(len), *target = NULL;

	if (!path)
		return NULL;
	snprintf(path, len, "%s\\%s", o->folder, name);
	if (volume_read_link(o->volume, path, &target, NULL))
		target = NULL;
	mem_free(path);
	return target;
}

static const char *entry_kind(const struct volume_stat *s)
{
	const char *tag = ntfs_reparse_name(s->reparse_tag);

	if (tag && !strcmp(tag, "MOUNT_POINT"))
		return "<JUNCTION>";
	if (tag && !strcmp(tag, "SYMLINK"))
		return s->is_directory ? "<SYMLINKD>" : "<SYMLINK>";
	return s->is_directory ? "<DIR>" : NULL;
}

// Behind the name stands where a link leads, or what a reparse point makes of the
// file.
static void show_reparse(const struct output *o, const struct volume_stat *s)
{
	char *target = s->reparse_tag ? read_link(o, s->name) : NULL;
	const char *tag = ntfs_reparse_name(s->reparse_tag);

	if (target)
		printf(" [%s]", target);
	else if (tag)
		printf(" [%s]", tag);
	else if (s->reparse_tag)
		printf(" [reparse tag 0x%08x]", (unsigned)s->reparse_tag);
	mem_free(target);
}

static int show_entry(void *ctx, const struct volume_stat *s)
{
	struct output *o = ctx;
	const char *kind = entry_kind(s);
	time_t t = (time_t)filetime_to_unix(s->modified);
	char when[32] = "";
	struct tm tm;

	o->files += !s->is_directory;
	o->folders += s->is_directory;
	o->bytes += s->size;
	if (o->bare) {
		puts(s->name);
		return 0;
	}
	if (gmtime_r(&t, &tm))
		strftime(when, sizeof(when), "%Y-%m-%d  %H:%M", &tm);
	if (kind)
		printf("%-17s    %-14s %s", when, kind, s->name);
	else
		printf("%-17s %17" PRIu64 " %s", when, s->size, s->name);
	show_reparse(o, s);
	putchar('\n');
	return 0;
}

// Opens the folder; a volume alone stands for its root folder.
static int open_folder(const char *address, struct place **ret, struct err *err)
{
	size_t len = strlen(address);
	char *root;
	int r = address_open(address, 0, ret, err);

	if (r || (*ret)->path)
		return r;
	address_close(*ret);
	root = mem_alloc(len + 3);
	if (!root)
		return err_nomem(err);
	memcpy(root, address, len);
	memcpy(root + len, ":\\", 3);
	r = address_open(root, 0, ret, err);
	mem_free(root);
	return r;
}

static int cmd_dir(int argc, char **argv)
{
	struct cmd_switch s[] = {{.name = "B"}, {0}};
	struct output o = {0};
	struct err err = {0};
	struct place *place;
	int count, r;

	if (cmd_switches(argc, argv, s, &count))
		return CMD_MISUSE;
	if (count != 1)
		return cmd_misuse("dir", count ? "one folder at a time"
					       : "name a folder");
	o.bare = s[0].value;
	if (open_folder(argv[1], &place, &err))
		return cmd_fail("dir", argv[1], &err);
	warn_of_oddities("dir", argv[1], place->volume->disk);
	if (!o.bare)
		printf(" Directory of %s\n\n", argv[1]);
	o.volume = place->volume;
	o.folder = place->path;
	r = volume_list(place->volume, place->path, show_entry, &o, &err);
	if (!r && !o.bare)
		printf("%16" PRIu64 " File(s) %14" PRIu64 " bytes\n%16" PRIu64
		       " Dir(s)\n",
		       o.files, o.bytes, o.folders);
	address_close(place);
	return r ? cmd_fail("dir", argv[1], &err) : CMD_OK;
}
