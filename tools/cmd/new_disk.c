// SPDX-License-Identifier: MIT
//
// Disk images of the host that commands make for what they are to write.

#include <string.h>

#include "address.h"
#include "cmd.h"
#include "new_disk.h"
#include "vdisk_cmd.h"

int new_disk_parse_size(const char *command, const char *text, uint64_t *ret)
{
	size_t len = strlen(text);
	uint64_t size;

	if (size_parse(text, NULL, &size) || !size || size % 512)
		return cmd_misuse(command, "%s: not a size in whole sectors of "
				  "512 bytes", text);
	if (size < NEW_DISK_LEAST && strspn(text, "0123456789") == len)
		return cmd_misuse(command, "%s: that would be a disk of so few "
				  "bytes: write %sM when MB are meant, as "
				  "DiskPart counts them in maximum=%s",
				  text, text, text);
	*ret = size;
	return 0;
}

static int make_raw(const char *path, uint64_t size, uint32_t sector_size,
		    struct err *err)
{
	struct disk *file;
	int r = disk_create_file(path, size, sector_size ? sector_size : 512,
				 &file, err);

	if (r)
		return r;
	r = disk_finish(file, err);
	disk_close(file);
	return r;
}

int new_disk_check(const char *path, enum vdisk_format *ret, struct err *err)
{
	int r = address_check_host(path, err);

	return r ? r : vdisk_format_of_name(path, VDISK_RAW, ret, err);
}

int new_disk_make(const char *path, uint64_t size, uint32_t sector_size,
		  const struct guid *id, struct err *err)
{
	struct vdisk_create c = {.type = VDISK_FIXED,
				 .size = size,
				 .sector_size = sector_size};
	int r = new_disk_check(path, &c.format, err);

	if (r)
		return r;
	if (c.format == VDISK_RAW)
		return make_raw(path, size, sector_size, err);
	if (id)
		c.id = *id;
	return vdisk_make_on_host(path, &c, false, err);
}

int new_disk_take_room(const char *path, struct err *err)
{
	enum vdisk_format format;
	struct err why = {0};
	struct disk *file;
	int r = new_disk_check(path, &format, err);

	if (r || format == VDISK_RAW)
		return r;
	r = disk_open_file(path, DISK_EXCLUSIVE, &file, err);
	if (r)
		return r;
	r = disk_allocate(file, 0, file->size, &why);
	if (r && r != -ENOTSUP)
		*err = why;
	else
		r = disk_finish(file, err);
	disk_close(file);
	return r;
}
