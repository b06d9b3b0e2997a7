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
	"for its root folder. Times are UTC.\n"
	"\n"
	"  /B  names only\n";

COMMAND(dir, "dir", "list a folder of a volume", usage);

struct output {
	bool bare;
	uint64_t files, folders, bytes;
};

static void show(struct output *o, const char *name, bool is_folder,
		 uint64_t size, int64_t modified)
{
	time_t t = (time_t)modified;
	char when[32] = "";
	struct tm tm;

	o->files += !is_folder;
	o->folders += is_folder;
	o->bytes += size;
	if (o->bare) {
		puts(name);
		return;
	}
	if (gmtime_r(&t, &tm))
		strftime(when, sizeof(when), "%Y-%m-%d  %H:%M", &tm);
	if (is_folder)
		printf("%-17s    <DIR>          %s\n", when, name);
	else
		printf("%-17s %17" PRIu64 " %s\n", when, size, name);
}

static int show_entry(void *ctx, const struct volume_stat *s)
{
	show(ctx, s->name, s->is_directory, s->size,
	     filetime_to_unix(s->modified));
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
	r = volume_list(place->volume, place->path, show_entry, &o, &err);
	if (!r && !o.bare)
		printf("%16" PRIu64 " File(s) %14" PRIu64 " bytes\n%16" PRIu64
		       " Dir(s)\n",
		       o.files, o.bytes, o.folders);
	address_close(place);
	return r ? cmd_fail("dir", argv[1], &err) : CMD_OK;
}
