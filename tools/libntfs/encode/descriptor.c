// SPDX-License-Identifier: MIT
//
// What a self-relative security descriptor must be ([MS-DTYP] 2.4.2 SID, 2.4.4
// ACE, 2.4.5 ACL, 2.4.6), and its hash in $Secure.

#include "descriptor.h"

#define ACE_MIN 4u // bytes: type, flags and size

static bool is_sid(const uint8_t *d, size_t size, uint32_t off)
{
	return range_ok(off, 8, size) &&
	       off >= sizeof(struct ntfs_descriptor_disk) && d[off] == 1 &&
	       d[off + 1] <= 15 && range_ok(off + 8, d[off + 1] * 4u, size);
}

static bool is_acl(const uint8_t *d, size_t size, uint32_t off)
{
	const struct ntfs_acl_disk *acl = (const void *)(d + off);
	uint32_t length, count, at = sizeof(*acl);

	if (off < sizeof(struct ntfs_descriptor_disk) ||
	    !range_ok(off, sizeof(*acl), size) || acl->revision < 2 ||
	    acl->revision > 4)
		return false;
	length = get_le16(acl->size);
	count = get_le16(acl->count);
	if (length < sizeof(*acl) || !range_ok(off, length, size))
		return false;
	for (; count; count--) {
		const struct ntfs_ace_disk *ace = (const void *)(d + off + at);
		uint32_t n;

		if (!range_ok(at, ACE_MIN, length))
			return false;
		n = get_le16(ace->size);
		if (n < ACE_MIN || !range_ok(at, n, length))
			return false;
		at += n;
	}
	return true;
}

// A list counts when the control says that it is present; its offset alone may be
// what was left there.
bool ntfs_descriptor_is_valid(const uint8_t *d, size_t size)
{
	const struct ntfs_descriptor_disk *h = (const void *)d;
	uint32_t owner, group, sacl, dacl, control;

	if (size < sizeof(*h) || h->revision != 1 ||
	    !(get_le16(h->control) & NTFS_SD_SELF_RELATIVE))
		return false;
	control = get_le16(h->control);
	owner = get_le32(h->owner);
	group = get_le32(h->group);
	sacl = control & NTFS_SD_SACL_PRESENT ? get_le32(h->sacl) : 0;
	dacl = control & NTFS_SD_DACL_PRESENT ? get_le32(h->dacl) : 0;
	return (!owner || is_sid(d, size, owner)) &&
	       (!group || is_sid(d, size, group)) &&
	       (!sacl || is_acl(d, size, sacl)) &&
	       (!dacl || is_acl(d, size, dacl));
}

// Bytes behind the last whole unit do not count (Linux-NTFS documentation,
// "$Secure").
uint32_t ntfs_descriptor_hash(const uint8_t *d, size_t size)
{
	const le32 *units = (const void *)d;
	uint32_t h = 0;

	for (size_t i = 0; i < size / sizeof(*units); i++)
		h = get_le32(units[i]) + (h << 3 | h >> 29);
	return h;
}
