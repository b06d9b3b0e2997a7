// SPDX-License-Identifier: MIT
//
// Device elements: bytes into a device; device_encode.c shows the layout. What
// was understood is encoded again: when that gives other bytes, something in
// them has no place in struct bcd_device, and the device counts as unknown. It
// is then kept byte by byte: a later Windows may have written it, and a store
// must not lose what is only unknown here.

#include <string.h>

#include "bcd_priv.h"

#define UNKNOWN 1 // well-formed, but no kind of ours

// A region of the element's bytes: everything up to `end` belongs to it.
struct region {
	const uint8_t *data;
	size_t at, end;
	struct err *err;
};

static int cut_short(const struct region *in)
{
	return err_corrupt(in->err, "boot device", in->at,
			   "a size in it is wrong");
}

static int get_bytes(struct region *in, void *ret, size_t len)
{
	if (!range_ok(in->at, len, in->end))
		return cut_short(in);
	memcpy(ret, in->data + in->at, len);
	in->at += len;
	return 0;
}

static int get_u32(struct region *in, uint32_t *ret)
{
	le32 disk = {{0}};
	int r = get_bytes(in, &disk, sizeof(disk));

	if (!r)
		*ret = get_le32(disk);
	return r;
}

static int skip_bytes(struct region *in, size_t len)
{
	if (!range_ok(in->at, len, in->end))
		return cut_short(in);
	in->at += len;
	return 0;
}

// Reads a path and its NUL.
static int get_path(struct region *in, const char **ret)
{
	const le16 *units = (const void *)(in->data + in->at);
	size_t room = (in->end - in->at) / 2, n = 0;

	while (n < room && get_le16(units[n]))
		n++;
	if (n == room)
		return cut_short(in);
	in->at += (n + 1) * sizeof(*units);
	*ret = utf16_to_utf8(units, n);
	return *ret ? 0 : err_nomem(in->err);
}

static int get_device(struct region *in, unsigned depth,
		      struct bcd_device **ret);

static int get_disk(struct region *in, struct bcd_device *d)
{
	uint8_t id[16];
	uint32_t table;
	int r = get_u32(in, &table);

	if (!r)
		r = get_bytes(in, id, sizeof(id));
	if (r)
		return r;
	// disks without a table, or with one of another kind
	if (table > BCD_TABLE_MBR)
		return UNKNOWN;
	d->table = (enum bcd_table)table;
	// both readings; `table` says which one is meant
	memcpy(d->disk.b, id, sizeof(id));
	d->signature = load_le32(id);
	return 0;
}

static int get_file(struct region *in, unsigned depth, struct bcd_device *d)
{
	size_t start = in->at;
	uint32_t version, length, type;
	struct bcd_device *host = NULL;
	int r = get_u32(in, &version);

	if (!r)
		r = get_u32(in, &length);
	if (!r)
		r = get_u32(in, &type);
	if (r)
		return r;
	// it is the last thing in its device, so its end is known twice
	if (length != in->end - start)
		return cut_short(in);
	if (type != FILE_PATH_TYPE)
		return UNKNOWN;
	r = get_device(in, depth + 1, &host);
	d->host = host;
	return r ? r : get_path(in, &d->path);
}

static int get_block(struct region *in, unsigned depth, struct bcd_device *d)
{
	uint32_t kind;
	int r = get_u32(in, &kind);

	if (r)
		return r;
	if (kind == BLOCK_RAMDISK) {
		d->kind = BCD_DEVICE_RAMDISK;
		// base, size and offset: all 0 in a store, or compare() finds
		// out
		r = skip_bytes(in, 20);
	} else if (kind == BLOCK_FILE) {
		d->kind = BCD_DEVICE_FILE;
	} else {
		return UNKNOWN;
	}
	return r ? r : get_file(in, depth, d);
}

static int get_partition(struct region *in, unsigned depth,
			 struct bcd_device *d)
{
	struct bcd_device *host = NULL;
	uint32_t kind;
	int r = get_bytes(in, d->partition.b, sizeof(d->partition.b));

	if (!r)
		r = get_u32(in, &kind);
	if (r)
		return r;
	d->kind = BCD_DEVICE_PARTITION;
	// of an MBR; of a GPT this is the first half of the GUID
	d->offset = load_le64(d->partition.b);
	if (kind != BLOCK_HARD_DISK && kind != BLOCK_VIRTUAL_DISK)
		return UNKNOWN;
	r = get_disk(in, d);
	if (r || kind == BLOCK_HARD_DISK)
		return r ? r : skip_bytes(in, 16);
	r = get_device(in, depth + 1, &host);
	d->host = host;
	return r;
}

// Reads the header of a DEVICE and narrows *body to what follows it.
static int open_device(struct region *in, struct region *body, uint32_t *type)
{
	size_t start = in->at;
	uint32_t flags, size;
	int r = get_u32(in, type);

	if (!r)
		r = get_u32(in, &flags);
	if (!r)
		r = get_u32(in, &size);
	if (!r)
		r = skip_bytes(in, 4);
	if (r)
		return r;
	if (size < DEV_HEADER || !range_ok(start, size, in->end))
		return cut_short(in);
	*body = *in;
	body->end = in->at = start + size;
	return 0;
}

// What a locate's host must be for a BCD_DEVICE_VHD: a virtual disk in a file.
static int get_virtual_disk(struct region *in, unsigned depth,
			    struct bcd_device *d)
{
	struct region disk, file;
	uint32_t type, kind;
	int r = open_device(in, &disk, &type);

	if (!r)
		r = get_u32(&disk, &kind);
	if (r)
		return r;
	if (type != DEV_BLOCK || kind != BLOCK_VIRTUAL_DISK)
		return UNKNOWN;
	r = get_disk(&disk, d);
	if (!r)
		r = open_device(&disk, &file, &type);
	if (!r)
		r = get_u32(&file, &kind);
	if (r)
		return r;
	if (type != DEV_BLOCK || kind != BLOCK_FILE)
		return UNKNOWN;
	r = get_file(&file, depth, d);
	// nothing may be left over: it would be lost when this is written
	return r ? r : disk.at == disk.end ? 0 : cut_short(&disk);
}

static int get_locate(struct region *in, unsigned depth, struct bcd_device *d)
{
	uint32_t kind, host;
	int r = get_u32(in, &kind);

	if (!r)
		r = get_u32(in, &d->element);
	if (!r)
		r = get_u32(in, &host);
	if (!r)
		r = get_path(in, &d->path);
	if (r)
		return r;
	d->kind = BCD_DEVICE_LOCATE;
	// by element or by path; others are of Windows to come
	if (kind > 1)
		return UNKNOWN;
	if (kind == 0) {
		mem_free((void *)d->path);
		d->path = NULL;
	}
	if (!host)
		return 0;
	if (kind)
		return UNKNOWN;
	d->kind = BCD_DEVICE_VHD;
	return get_virtual_disk(in, depth, d);
}

static int get_device(struct region *in, unsigned depth,
		      struct bcd_device **ret)
{
	struct bcd_device *d;
	struct region body;
	uint32_t type;
	int r;

	if (depth > BCD_MAX_NESTING)
		return err_set(in->err, -EFBIG, "boot device", in->at,
			       "it holds devices over %u deep",
			       BCD_MAX_NESTING);
	r = open_device(in, &body, &type);
	if (r)
		return r;
	d = mem_alloc(sizeof(*d));
	if (!d)
		return err_nomem(in->err);
	*ret = d;
	switch (type) {
	case DEV_BOOT:
		d->kind = BCD_DEVICE_BOOT;
		r = skip_bytes(&body, DEV_PARTITION_SIZE - DEV_HEADER);
		break;
	case DEV_PARTITION:
		r = get_partition(&body, depth, d);
		break;
	case DEV_LOCATE:
		r = get_locate(&body, depth, d);
		break;
	case DEV_BLOCK:
		r = get_block(&body, depth, d);
		break;
	default:
		r = UNKNOWN;
	}
	if (!r && body.at != body.end)
		return cut_short(&body);
	return r;
}

// Returns 0 when the device stands for exactly these bytes, UNKNOWN, or -ENOMEM.
static int compare(const struct bcd_device *d, const void *data, size_t size,
		   struct err *err)
{
	size_t again_size;
	void *again;
	int r = bcd_device_encode(d, &again, &again_size, NULL);

	if (r)
		return r == -ENOMEM ? err_nomem(err) : UNKNOWN;
	r = again_size == size && !memcmp(again, data, size) ? 0 : UNKNOWN;
	mem_free(again);
	return r;
}

static int unknown(const void *data, size_t size, struct bcd_device **ret,
		   struct err *err)
{
	struct bcd_device *d = mem_alloc(sizeof(*d));

	if (d)
		d->raw = mem_dup(data, size);
	if (!d || !d->raw) {
		mem_free(d);
		return err_nomem(err);
	}
	d->kind = BCD_DEVICE_UNKNOWN;
	d->raw_size = size;
	// the options stand first, whatever the device is
	memcpy(d->options.b, data, sizeof(d->options.b));
	*ret = d;
	return 0;
}

int bcd_device_decode(const void *data, size_t size, struct bcd_device **ret,
		      struct err *err)
{
	struct region in = {.data = data, .end = size, .err = err};
	struct bcd_device *d = NULL;
	struct guid options;
	int r;

	if (size > BCD_MAX_DEVICE)
		return err_set(err, -EFBIG, "boot device", ERR_NOWHERE,
			       "%zu bytes long", size);
	r = get_bytes(&in, options.b, sizeof(options.b));
	if (!r)
		r = get_device(&in, 0, &d);
	if (in.at != in.end && r >= 0)
		r = cut_short(&in);
	if (!r) {
		d->options = options;
		r = compare(d, data, size, err);
	}
	if (!r) {
		*ret = d;
		return 0;
	}
	bcd_device_free(d);
	return r == UNKNOWN ? unknown(data, size, ret, err) : r;
}

void bcd_device_free(struct bcd_device *device)
{
	if (!device)
		return;
	bcd_device_free((struct bcd_device *)device->host);
	mem_free((void *)device->path);
	mem_free((void *)device->raw);
	mem_free(device);
}
