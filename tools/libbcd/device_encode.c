// SPDX-License-Identifier: MIT
//
// Device elements: a device into bytes.
//
//     element    options GUID, DEVICE
//     DEVICE     u32 type, flags, size (of all of it), 0; then by type
//       boot       56 zero bytes
//       partition  id (a GUID, or u64 offset and zeroes), BLOCK
//       block      BLOCK
//       locate     u32 kind (0 by element, 1 by path), element, offset of the
//                  DEVICE within this one or 0, path; [DEVICE]
//     BLOCK      u32 kind; then by kind
//       hard disk     u32 table, disk id, 16 zero bytes
//       virtual disk  u32 table, disk id, DEVICE
//       file          FILE
//       RAM disk      u64 base, u64 size, u32 offset (all 0), FILE
//     FILE       u32 1, length, 5; DEVICE, path
//
// A disk id is a GUID, or the u32 signature and zeroes; paths are UTF-16 with a
// NUL; sizes and lengths count themselves; nothing is padded.
//
// No publication has this: it was read from stores that Windows wrote, and
// tests/unit/libbcd holds it against them. A size that is wrong by a byte shows
// only when the machine starts, as 0xc000000e or 0xc000000f.

#include <string.h>

#include "bcd_priv.h"

struct encoder {
	uint8_t *data;
	size_t size, capacity;
	struct err *err;
};

static int refuse(struct encoder *e, const char *why)
{
	return err_set(e->err, -EINVAL, "boot device", ERR_NOWHERE, "%s", why);
}

static int put(struct encoder *e, const void *data, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (mem_grow((void **)&e->data, e->size, &e->capacity, 1))
			return err_nomem(e->err);
		e->data[e->size++] = data ? ((const uint8_t *)data)[i] : 0;
	}
	return 0;
}

static int put_zeroes(struct encoder *e, size_t len)
{
	return put(e, NULL, len);
}

static int put_u32(struct encoder *e, uint32_t v)
{
	le32 disk = to_le32(v);

	return put(e, &disk, sizeof(disk));
}

static int put_path(struct encoder *e, const char *path)
{
	le16 *units;
	size_t len;
	int r = utf16_from_utf8(path, &units, &len);

	if (r == -ENOMEM)
		return err_nomem(e->err);
	if (r)
		return refuse(e, "its path is not UTF-8 text");
	if (len > BCD_MAX_PATH)
		r = refuse(e, "its path is too long");
	else
		r = put(e, units, (len + 1) * sizeof(*units));
	mem_free(units);
	return r;
}

// Writes a DEVICE's header; *ret is where it begins.
static int begin(struct encoder *e, uint32_t type, uint32_t flags, size_t *ret)
{
	int r;

	*ret = e->size;
	r = put_u32(e, type);
	if (!r)
		r = put_u32(e, flags);
	return r ? r : put_zeroes(e, 8);
}

// Writes the size of what began at `start` into the field at `field`.
static void end(struct encoder *e, size_t start, size_t field)
{
	le32 disk = to_le32((uint32_t)(e->size - start));

	memcpy(e->data + field, &disk, sizeof(disk));
}

static int put_device(struct encoder *e, const struct bcd_device *d,
		      unsigned depth);

static int put_disk(struct encoder *e, const struct bcd_device *d)
{
	int r = put_u32(e, d->table);

	if (r)
		return r;
	if (d->table == BCD_TABLE_GPT)
		return put(e, d->disk.b, sizeof(d->disk.b));
	r = put_u32(e, d->signature);
	return r ? r : put_zeroes(e, 12);
}

static int put_file(struct encoder *e, const struct bcd_device *d,
		    unsigned depth)
{
	size_t start = e->size;
	int r;

	if (!d->host || !d->path)
		return refuse(e, "a file needs a device and a path");
	if (d->host->kind > BCD_DEVICE_VHD)
		return refuse(e, "a file is not on such a device");
	r = put_u32(e, 1);
	if (!r)
		r = put_zeroes(e, 4);
	if (!r)
		r = put_u32(e, FILE_PATH_TYPE);
	if (!r)
		r = put_device(e, d->host, depth + 1);
	if (!r)
		r = put_path(e, d->path);
	if (!r)
		end(e, start, start + 4);
	return r;
}

// A block device that is a file, or the RAM disk filled from it.
static int put_file_device(struct encoder *e, const struct bcd_device *d,
			   bool ramdisk, unsigned depth)
{
	size_t start;
	// the flags are 1 for a RAM disk and 0 for all else
	int r = begin(e, DEV_BLOCK, ramdisk, &start);

	if (!r)
		r = put_u32(e, ramdisk ? BLOCK_RAMDISK : BLOCK_FILE);
	if (!r && ramdisk)
		r = put_zeroes(e, 20);
	if (!r)
		r = put_file(e, d, depth);
	if (!r)
		end(e, start, start + 8);
	return r;
}

static int put_partition(struct encoder *e, const struct bcd_device *d,
			 unsigned depth)
{
	le64 offset = to_le64(d->offset);
	size_t start;
	int r;

	// a virtual disk is its file
	if (d->host && d->host->kind != BCD_DEVICE_FILE)
		return refuse(e, "a partition is on a disk or in a file");
	r = begin(e, DEV_PARTITION, 0, &start);
	if (r)
		return r;
	if (d->table == BCD_TABLE_GPT) {
		r = put(e, d->partition.b, sizeof(d->partition.b));
	} else {
		r = put(e, &offset, sizeof(offset));
		if (!r)
			r = put_zeroes(e, 8);
	}
	if (!r)
		r = put_u32(e, d->host ? BLOCK_VIRTUAL_DISK : BLOCK_HARD_DISK);
	if (!r)
		r = put_disk(e, d);
	if (!r)
		r = d->host ? put_device(e, d->host, depth + 1)
			    : put_zeroes(e, 16);
	if (!r)
		end(e, start, start + 8);
	return r;
}

// Writes a locate up to its path; what follows, if anything, is its host.
static int begin_locate(struct encoder *e, const struct bcd_device *d,
			const char *path, uint32_t host, size_t *ret)
{
	int r = begin(e, DEV_LOCATE, 0, ret);

	if (!r)
		r = put_u32(e, path != NULL);
	if (!r)
		r = put_u32(e, d->element);
	if (!r)
		r = put_u32(e, host);
	return r ? r : put_path(e, path ? path : "");
}

static int put_vhd(struct encoder *e, const struct bcd_device *d,
		   unsigned depth)
{
	size_t start, disk;
	int r = begin_locate(e, d, NULL, DEV_LOCATE_HOST, &start);

	if (!r)
		r = begin(e, DEV_BLOCK, 0, &disk);
	if (!r)
		r = put_u32(e, BLOCK_VIRTUAL_DISK);
	if (!r)
		r = put_disk(e, d);
	if (!r)
		r = put_file_device(e, d, false, depth);
	if (r)
		return r;
	end(e, disk, disk + 8);
	end(e, start, start + 8);
	return 0;
}

static int put_device(struct encoder *e, const struct bcd_device *d,
		      unsigned depth)
{
	size_t start;
	int r;

	if (depth > BCD_MAX_NESTING)
		return refuse(e, "it holds devices over 8 deep");
	switch (d->kind) {
	case BCD_DEVICE_BOOT:
		r = begin(e, DEV_BOOT, 0, &start);
		if (!r)
			r = put_zeroes(e, DEV_PARTITION_SIZE - DEV_HEADER);
		break;
	case BCD_DEVICE_LOCATE:
		r = begin_locate(e, d, d->path, 0, &start);
		break;
	case BCD_DEVICE_PARTITION:
		return put_partition(e, d, depth);
	case BCD_DEVICE_VHD:
		return put_vhd(e, d, depth);
	case BCD_DEVICE_RAMDISK:
		return put_file_device(e, d, true, depth);
	case BCD_DEVICE_FILE:
		return put_file_device(e, d, false, depth);
	default:
		return refuse(e, "a device of no known kind");
	}
	if (!r)
		end(e, start, start + 8);
	return r;
}

int bcd_device_encode(const struct bcd_device *device, void **ret,
		      size_t *ret_size, struct err *err)
{
	struct encoder e = {.err = err};
	int r;

	if (device->kind == BCD_DEVICE_UNKNOWN) {
		r = put(&e, device->raw, device->raw_size);
	} else {
		r = put(&e, device->options.b, sizeof(device->options.b));
		if (!r)
			r = put_device(&e, device, 0);
	}
	if (r) {
		mem_free(e.data);
		return r;
	}
	*ret = e.data;
	*ret_size = e.size;
	return 0;
}
