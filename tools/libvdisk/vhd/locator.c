// SPDX-License-Identifier: MIT
//
// Where the parent of a VHD is: "Virtual Hard Disk Image Format Specification"
// 1.0, section "Parent Locator". Windows writes W2ru and W2ku; Virtual PC wrote
// Wi2r and Wi2k in the bytes of its time, and on a Mac MacX, a URL.

#include <string.h>

#include "../vdisk_priv.h"
#include "vhd_priv.h"

static const struct vhd_locator *find(const struct vhd_header *header,
				      const char *platform)
{
	for (size_t i = 0; i < VHD_LOCATORS; i++) {
		const struct vhd_locator *l = &header->locators[i];

		if (!strcmp(l->platform, platform) && l->length)
			return l;
	}
	return NULL;
}

// Reads the bytes of a path, with two NULs behind them.
static int read_bytes(struct disk *file, const struct vhd_locator *l,
		      uint8_t **ret, struct err *err)
{
	uint8_t *bytes;
	int r;

	if (l->length > VHD_MAX_LOCATOR ||
	    !range_ok(l->offset, l->length, file->size))
		return err_corrupt(err, "VHD parent locator", l->offset,
				   "a path of %u bytes cannot be there",
				   l->length);
	bytes = mem_alloc((size_t)l->length + 2);
	if (!bytes)
		return err_nomem(err);
	r = disk_read(file, l->offset, bytes, l->length, err);
	if (r) {
		mem_free(bytes);
		return r;
	}
	*ret = bytes;
	return 0;
}

static int read_utf16(struct disk *file, const struct vhd_locator *l,
		      char **ret, struct err *err)
{
	uint8_t *bytes;
	size_t n = 0;
	le16 *units;
	int r = l->length % 2
			? err_corrupt(err, "VHD parent locator", l->offset,
				      "a path of %u bytes cannot be there",
				      l->length)
			: read_bytes(file, l, &bytes, err);

	if (r)
		return r;
	while (bytes[2 * n] || bytes[2 * n + 1])
		n++;
	units = mem_dup(bytes, n * sizeof(*units));
	mem_free(bytes);
	if (!units)
		return err_nomem(err);
	*ret = utf16_to_utf8(units, n);
	mem_free(units);
	return *ret ? 0 : err_nomem(err);
}

// Which code page it was is not told: UTF-8 if it can be, else Latin 1.
static int read_ansi(struct disk *file, const struct vhd_locator *l, char **ret,
		     struct err *err)
{
	size_t n = 0, count;
	uint8_t *bytes;
	le16 *units;
	int r = read_bytes(file, l, &bytes, err);

	if (r)
		return r;
	r = utf16_from_utf8((const char *)bytes, &units, &count);
	if (!r) {
		mem_free(units);
		*ret = (char *)bytes;
		return 0;
	}
	while (bytes[n])
		n++;
	units = mem_array(n, sizeof(*units));
	for (size_t i = 0; i < n && units; i++)
		units[i] = to_le16(bytes[i]);
	mem_free(bytes);
	if (!units)
		return err_nomem(err);
	*ret = utf16_to_utf8(units, n);
	mem_free(units);
	return *ret ? 0 : err_nomem(err);
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// Turns "file://host/a%20b" into "/a b", in place.
static void url_to_path(char *s)
{
	const char *from = s;
	char *to = s;

	if (!strncmp(from, "file://", 7))
		for (from += 7; *from && *from != '/';)
			from++;
	while (*from) {
		int high = *from == '%' ? hex_value(from[1]) : -1;
		int low = high < 0 ? -1 : hex_value(from[2]);

		if (low >= 0 && (high || low)) {
			*to++ = (char)(high << 4 | low);
			from += 3;
		} else {
			*to++ = *from++;
		}
	}
	*to = 0;
}

// Reads the first of two kinds of path that the file has.
static int read_either(struct disk *file, const struct vhd_header *header,
		       const char *platform, const char *old, char **ret,
		       struct err *err)
{
	const struct vhd_locator *l = find(header, platform);

	if (l)
		return read_utf16(file, l, ret, err);
	l = find(header, old);
	return l ? read_ansi(file, l, ret, err) : 0;
}

int vhd_parent_read(struct disk *file, const struct vhd_header *header,
		    struct vdisk_parent *ret, struct err *err)
{
	const struct vhd_locator *mac = find(header, "MacX");
	struct vdisk_parent p = {0};
	int r = read_either(file, header, "W2ru", "Wi2r", &p.relative, err);

	if (!r)
		r = read_either(file, header, "W2ku", "Wi2k", &p.absolute, err);
	if (!r && !p.absolute && mac) {
		r = read_ansi(file, mac, &p.absolute, err);
		if (!r)
			url_to_path(p.absolute);
	}
	if (!r && !p.absolute) {
		p.absolute = mem_strdup(header->parent);
		r = p.absolute ? 0 : err_nomem(err);
	}
	if (r) {
		vdisk_parent_free(&p);
		return r;
	}
	*ret = p;
	return 0;
}
