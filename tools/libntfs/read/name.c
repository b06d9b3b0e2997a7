// SPDX-License-Identifier: MIT
//
// Names: comparing them by the volume's own $UpCase, and the FILE_NAME value
// (Linux-NTFS documentation, "$FILE_NAME").

#include "read.h"

static uint16_t upcase(const struct ntfs *n, le16 unit)
{
	return n->upcase ? n->upcase[get_le16(unit)]
			 : utf16_upcase(get_le16(unit));
}

// Unit by unit, as Windows does: surrogates are two units, and sort before
// U+E000.
int ntfs_name_compare(const struct ntfs *n, const le16 *a, size_t a_len,
		      const le16 *b, size_t b_len)
{
	for (size_t i = 0; i < a_len && i < b_len; i++) {
		int d = upcase(n, a[i]) - upcase(n, b[i]);

		if (d)
			return d;
	}
	return a_len < b_len ? -1 : a_len > b_len;
}

bool ntfs_name_is(const le16 *name, size_t len, const char *ascii)
{
	for (size_t i = 0; i < len; i++, ascii++)
		if (!*ascii || get_le16(name[i]) != (uint8_t)*ascii)
			return false;
	return !*ascii;
}

int ntfs_file_name_decode(const uint8_t *value, size_t len, uint64_t where,
			  struct ntfs_file_name *ret, struct err *err)
{
	const struct ntfs_file_name_disk *h = (const void *)value;

	if (len < sizeof(*h) || !h->name_len ||
	    !range_ok(sizeof(*h), 2u * h->name_len, len))
		return err_corrupt(err, "file name", where,
				   "its %zu bytes cannot hold it", len);
	if (h->name_space > NTFS_NS_BOTH)
		return err_corrupt(err, "file name", where,
				   "its name space is %u", h->name_space);
	*ret = (struct ntfs_file_name){
		.parent = get_le64(h->parent),
		.created = get_le64(h->created),
		.modified = get_le64(h->modified),
		.changed = get_le64(h->changed),
		.accessed = get_le64(h->accessed),
		.allocated = get_le64(h->allocated),
		.size = get_le64(h->size),
		.attributes = get_le32(h->attributes),
		.ea_or_reparse = get_le32(h->ea_or_reparse),
		.name_len = h->name_len,
		.name_space = h->name_space,
		.name = (const le16 *)(value + sizeof(*h)),
	};
	return 0;
}
