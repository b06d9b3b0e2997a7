// SPDX-License-Identifier: MIT
//
// The WIM header: what may be opened ("Windows Imaging File Format (WIM)" white
// paper, "WIM header").

#include <string.h>

#include "wim_priv.h"

#define XPRESS_MIN_ORDER 12
#define XPRESS_MAX_ORDER 16
#define LZX_MIN_ORDER    15
#define LZX_MAX_ORDER    21

#define EXPORT                                                                 \
	"make a WIM of it: in Windows dism /Export-Image "                     \
	"/SourceImageFile:FILE.esd /SourceIndex:N "                            \
	"/DestinationImageFile:NEW.wim /Compress:max, elsewhere "              \
	"wimlib-imagex export FILE.esd N NEW.wim --compress=LZX"

static int decode_compression(struct header *h, uint32_t flags, struct err *err)
{
	unsigned low = XPRESS_MIN_ORDER, high = XPRESS_MAX_ORDER;

	if (!(flags & WIM_FLAG_COMPRESSED)) {
		h->info.chunk_size = 0;
		return 0;
	}
	if (flags & WIM_FLAG_LZMS)
		return err_set(err, -ENOTSUP, "", ERR_NOWHERE,
			       "it is compressed by LZMS, which is not read "
			       "here; " EXPORT);
	if (flags & WIM_FLAG_LZX) {
		h->info.compression = WIM_COMPRESSION_LZX;
		low = LZX_MIN_ORDER;
		high = LZX_MAX_ORDER;
	} else if (flags & (WIM_FLAG_XPRESS | WIM_FLAG_XPRESS2)) {
		h->info.compression = WIM_COMPRESSION_XPRESS;
	} else {
		return err_set(err, -ENOTSUP, "WIM header", 0x10,
			       "the compression is not known (flags 0x%x)",
			       (unsigned)flags);
	}
	// Powers of two alone: a chunk is found by a shift, and LZX has no
	// other windows.
	h->window_order = low;
	while (h->window_order < high &&
	       h->info.chunk_size >> h->window_order > 1)
		h->window_order++;
	if (h->info.chunk_size != UINT32_C(1) << h->window_order)
		return err_corrupt(err, "WIM header", 0x14,
				   "a chunk cannot have %u bytes",
				   (unsigned)h->info.chunk_size);
	return 0;
}

// What is not read here is refused first: to call a good ESD corrupt would send
// its owner looking for another copy.
static int check_kind(struct header *h, uint32_t flags, struct err *err)
{
	if (h->info.version == WIM_VERSION_SOLID)
		return err_set(
			err, -ENOTSUP, "", ERR_NOWHERE,
			"this is an ESD (solid%s), which is not read here; " EXPORT,
			flags & WIM_FLAG_LZMS ? ", LZMS" : "");
	if (h->info.version != WIM_VERSION)
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

int wim_header_read(struct disk *file, struct header *ret, struct err *err)
{
	struct header decoded = {0}, *h = &decoded;
	struct wim_header_disk raw;
	uint32_t flags;
	int r;

	if (!file->size)
		return err_set(err, -ENOTSUP, "", ERR_NOWHERE,
			       "the file is empty: this is no WIM");
	if (file->size < sizeof(raw))
		return err_corrupt(err, "WIM header", ERR_NOWHERE,
				   "the file is too short to be a WIM");
	r = disk_read(file, 0, &raw, sizeof(raw), err);
	if (r)
		return r;
	if (!memcmp(raw.magic, WIM_MAGIC_PIPABLE, sizeof(raw.magic)))
		return err_set(err, -ENOTSUP, "", ERR_NOWHERE,
			       "this is a pipable WIM of wimlib, which is not "
			       "read here; wimlib-imagex export FILE all "
			       "NEW.wim --not-pipable makes a plain one");
	if (memcmp(raw.magic, WIM_MAGIC, sizeof(raw.magic)))
		return err_set(err, -ENOTSUP, "", ERR_NOWHERE,
			       "this is no WIM");
	if (get_le32(raw.header_size) != sizeof(raw))
		return err_corrupt(err, "WIM header", 8,
				   "a header cannot have %u bytes",
				   (unsigned)get_le32(raw.header_size));
	flags = get_le32(raw.flags);
	h->info.version = get_le32(raw.version);
	h->info.chunk_size = get_le32(raw.chunk_size);
	memcpy(h->info.guid.b, raw.guid, sizeof(raw.guid));
	h->part = get_le16(raw.part);
	h->info.parts = get_le16(raw.parts);
	h->info.images = get_le32(raw.images);
	h->info.boot_index = get_le32(raw.boot_index);
	h->blob_table = raw.blobs;
	h->xml = raw.xml;
	h->integrity = raw.integrity;
	r = check_kind(h, flags, err);
	if (!r)
		r = decode_compression(h, flags, err);
	if (!r)
		*ret = decoded;
	return r;
}
