// SPDX-License-Identifier: MIT
//
// The WIM header: what may be opened ("Windows Imaging File Format (WIM)" white
// paper, "WIM header").

#include <string.h>

#include "wim_priv.h"

static int decode_compression(struct header *h, uint32_t flags, struct err *err)
{
	if (!(flags & WIM_FLAG_COMPRESSED)) {
		h->info.chunk_size = 0;
		return 0;
	}
	if (flags & WIM_FLAG_LZMS)
		h->info.compression = WIM_COMPRESSION_LZMS;
	else if (flags & WIM_FLAG_LZX)
		h->info.compression = WIM_COMPRESSION_LZX;
	else if (flags & (WIM_FLAG_XPRESS | WIM_FLAG_XPRESS2))
		h->info.compression = WIM_COMPRESSION_XPRESS;
	else
		return err_set(err, -ENOTSUP, "WIM header", 0x10,
			       "the compression is not known (flags 0x%x)",
			       (unsigned)flags);
	if (!wim_chunking_init(h->info.compression, h->info.chunk_size,
			       &h->chunking))
		return err_corrupt(err, "WIM header", 0x14,
				   "a chunk cannot have %u bytes",
				   (unsigned)h->info.chunk_size);
	h->chunking.is_pipable = h->info.is_pipable;
	return 0;
}

static int check_kind(const struct header *h, struct err *err)
{
	if (h->info.version != WIM_VERSION &&
	    h->info.version != WIM_VERSION_SOLID)
		return err_set(err, -ENOTSUP, "WIM header", 0x0c,
			       "version 0x%x is not known",
			       (unsigned)h->info.version);
	if (!h->part || h->part > h->info.parts)
		return err_corrupt(err, "WIM header", 0x28,
				   "part %u of %u cannot be", h->part,
				   h->info.parts);
	if (h->info.images > WIM_MAX_IMAGES)
		return err_set(err, -EFBIG, "WIM header", 0x2c,
			       "%u images are more than the %u allowed",
			       (unsigned)h->info.images, WIM_MAX_IMAGES);
	return 0;
}

static bool has_magic(const struct wim_header_disk *raw, const char *magic)
{
	return !memcmp(raw->magic, magic, sizeof(raw->magic));
}

// A pipable WIM begins with a header that does not know where things will be, and
// ends with one that does.
static int read_last(struct disk *file, struct wim_header_disk *ret,
		     struct err *err)
{
	uint64_t at = file->size - sizeof(*ret);
	int r = disk_read(file, at, ret, sizeof(*ret), err);

	if (!r && !has_magic(ret, WIM_MAGIC_PIPABLE))
		r = err_corrupt(err, "WIM header", at,
				"this pipable WIM has not its second header at "
				"its end: it is cut off");
	return r;
}

// Reads the header that tells all and checks that it is one.
static int read_raw(struct disk *file, struct wim_header_disk *ret,
		    struct err *err)
{
	int r;

	if (!file->size)
		return err_set(err, -ENOTSUP, "", ERR_NOWHERE,
			       "the file is empty: this is no WIM");
	if (file->size < sizeof(*ret))
		return err_corrupt(err, "WIM header", ERR_NOWHERE,
				   "the file is too short to be a WIM");
	r = disk_read(file, 0, ret, sizeof(*ret), err);
	if (!r && has_magic(ret, WIM_MAGIC_PIPABLE))
		r = read_last(file, ret, err);
	else if (!r && !has_magic(ret, WIM_MAGIC))
		r = err_set(err, -ENOTSUP, "", ERR_NOWHERE, "this is no WIM");
	if (!r && get_le32(ret->header_size) != sizeof(*ret))
		r = err_corrupt(err, "WIM header", 8,
				"a header cannot have %u bytes",
				(unsigned)get_le32(ret->header_size));
	return r;
}

int wim_header_read(struct disk *file, struct header *ret, struct err *err)
{
	struct header decoded = {0}, *h = &decoded;
	struct wim_header_disk raw;
	int r = read_raw(file, &raw, err);

	if (r)
		return r;
	h->info.is_pipable = has_magic(&raw, WIM_MAGIC_PIPABLE);
	h->info.version = get_le32(raw.version);
	h->info.chunk_size = get_le32(raw.chunk_size);
	memcpy(h->info.guid.b, raw.guid, sizeof(raw.guid));
	h->part = get_le16(raw.part);
	h->info.parts = get_le16(raw.parts);
	h->info.images = get_le32(raw.images);
	h->info.boot_index = get_le32(raw.boot_index);
	h->info.rp_fix = get_le32(raw.flags) & WIM_FLAG_RP_FIX;
	h->blob_table = raw.blobs;
	h->xml = raw.xml;
	h->integrity = raw.integrity;
	r = check_kind(h, err);
	if (!r)
		r = decode_compression(h, get_le32(raw.flags), err);
	if (!r)
		*ret = decoded;
	return r;
}
