// SPDX-License-Identifier: MIT
//
// Disk images of the host that commands make for what they are to write.

#include <string.h>

#include "address.h"
#include "cmd.h"
#include "new_disk.h"
#include "vdisk/vdisk_cmd.h"

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

int new_disk_check(const char *path, enum vdisk_format *ret, struct err *err)
{
	int r = address_check_host(path, err);

	return r ? r : vdisk_format_of_name(path, VDISK_RAW, ret, err);
}

// The file of a VHD or VHDX, with all its room, and the disk in it.
static int make_virtual(const char *path, const struct vdisk_create *c,
			struct new_disk *n, struct err *err)
{
	int r = vdisk_make(path, c, &n->file, err);

	if (!r)
		r = vdisk_take_room(path, n->file, err);
	return r ? r : vdisk_open(n->file, &n->disk, err);
}

int new_disk_open(const char *path, uint64_t size, uint32_t sector_size,
		  const struct guid *id, struct new_disk *ret, struct err *err)
{
	struct vdisk_create c = {
		.type = VDISK_FIXED, .size = size, .sector_size = sector_size};
	struct new_disk n = {0};
	int r = new_disk_check(path, &c.format, err);

	if (r)
		return r;
	if (id)
		c.id = *id;
	if (c.format == VDISK_RAW)
		r = disk_create_file(path, size,
				     sector_size ? sector_size : 512, &n.file,
				     err);
	else
		r = make_virtual(path, &c, &n, err);
	if (r) {
		new_disk_close(&n);
		return r;
	}
	if (!n.disk)
		n.disk = n.file;
	if (id)
		vdisk_seed(n.disk, id);
	*ret = n;
	return 0;
}

int new_disk_finish(struct new_disk *n, struct err *err)
{
	struct err why = {0};
	int r = 0;

	if (n->disk != n->file) {
		r = disk_finish(n->disk, err);
		if (r)
			return r;
		r = disk_allocate(n->file, 0, n->file->size, &why);
		if (r && r != -ENOTSUP) {
			*err = why;
			return r;
		}
	}
	return disk_finish(n->file, err);
}

void new_disk_close(struct new_disk *n)
{
	if (n->disk != n->file)
		disk_close(n->disk);
	disk_close(n->file);
	*n = (struct new_disk){0};
}

int disk_target_finish(struct disk_target *t, struct err *err)
{
	return t->place ? address_finish(t->place, err)
			: new_disk_finish(&t->made, err);
}

void disk_target_close(struct disk_target *t)
{
	cmd_place_close(t->place);
	new_disk_close(&t->made);
}
