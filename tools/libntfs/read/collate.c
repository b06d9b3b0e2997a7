// SPDX-License-Identifier: MIT
//
// The order of keys in indexes (Linux-NTFS documentation, "Collation rules"). It is
// part of reading, as names are compared by what the volume's own $UpCase says: a
// newer Windows knows more letters, and a tree that was sorted by other rules would
// not be found through.

#include <string.h>

#include "read.h"

// Numbers, not bytes: by memcmp 0x100 would come before 0x01.
static int compare_words(const uint8_t *a, const uint8_t *b, size_t len)
{
	for (size_t i = 0; i + 4 <= len; i += 4) {
		uint32_t x = get_le32(*(const le32 *)(a + i));
		uint32_t y = get_le32(*(const le32 *)(b + i));

		if (x != y)
			return x < y ? -1 : 1;
	}
	return 0;
}

static int compare_names(const struct ntfs *n, const uint8_t *a, size_t a_len,
			 const uint8_t *b, size_t b_len)
{
	struct ntfs_file_name x, y;
	int d;

	if (ntfs_file_name_decode(a, a_len, 0, &x, NULL) ||
	    ntfs_file_name_decode(b, b_len, 0, &y, NULL))
		return -1; // none: whoever looks at the entry says so
	// Of names that differ in case alone, which POSIX programs make, each must
	// have its own place.
	d = ntfs_name_compare(n, x.name, x.name_len, y.name, y.name_len);
	for (size_t i = 0; !d && i < x.name_len; i++)
		d = get_le16(x.name[i]) - get_le16(y.name[i]);
	return d;
}

int ntfs_key_compare(const struct ntfs *n, uint32_t collation, const uint8_t *a,
		     size_t a_len, const uint8_t *b, size_t b_len)
{
	size_t len = a_len < b_len ? a_len : b_len;
	int d;

	switch (collation) {
	case NTFS_COLLATE_FILE_NAME:
		return compare_names(n, a, a_len, b, b_len);
	case NTFS_COLLATE_U32:
	case NTFS_COLLATE_SECURITY_HASH:
	case NTFS_COLLATE_U32S:
		d = compare_words(a, b, len);
		break;
	default:
		d = memcmp(a, b, len);
	}
	return d ? d : a_len < b_len ? -1 : a_len > b_len;
}
