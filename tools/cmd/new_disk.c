// SPDX-License-Identifier: MIT
//
// Disk images of the host that commands make for what they are to write.

#include <stdio.h>
#include <string.h>

#include "new_disk.h"

int new_disk_parse_size(const char *command, const char *text, uint64_t *ret)
{
	size_t len = strlen(text);
	uint64_t size;

	if (size_parse(text, NULL, &size) || !size || size % 512)
		return cmd_misuse(command,
				  "%s: not a size in whole sectors of "
				  "512 bytes, such as 64G",
				  text);
	if (size < NEW_DISK_LEAST && strspn(text, "0123456789") == len)
		return cmd_misuse(command,
				  "%s: that would be a disk of so few "
				  "bytes: write %sM when MB are meant, as "
				  "DiskPart counts them in maximum=%s, or %sB",
				  text, text, text, text);
	*ret = size;
	return 0;
}

static void writes_zeroes(void *ctx)
{
	const struct new_disk_watch *w = ctx;

	fprintf(stderr,
		"vdisk: %s: its file system cannot reserve room; "
		"zeroes are written instead\n",
		w->path);
}

const struct storage_watch *new_disk_watch(struct new_disk_watch *w,
					   const char *path)
{
	w->path = path;
	cmd_progress_init(&w->progress, NULL);
	w->watch =
		(struct storage_watch){&w->progress.progress, writes_zeroes, w};
	return &w->watch;
}

int disk_target_make(const char *path, uint64_t size, uint32_t sector_size,
		     const struct guid *id, struct disk_target *ret,
		     struct err *err)
{
	struct new_disk_watch watch;
	int r = storage_new_disk_open(&storage_effects, path, size, sector_size,
				      id, new_disk_watch(&watch, path),
				      &ret->made, err);

	cmd_progress_end(&watch.progress);
	if (!r)
		ret->disk = ret->made.disk;
	return r;
}

int disk_target_finish(struct disk_target *t, struct err *err)
{
	return t->place ? address_finish(t->place, err)
			: storage_new_disk_finish(&t->made, err);
}

void disk_target_close(struct disk_target *t)
{
	cmd_place_close(t->place);
	storage_new_disk_close(&t->made);
}
