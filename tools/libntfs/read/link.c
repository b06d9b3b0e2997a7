// SPDX-License-Identifier: MIT
//
// Symbolic links and junctions ([MS-FSCC] 2.1.2.4, 2.1.2.5). One that is relative,
// or counts from the root, stays in its volume and is followed. A target with a
// drive's letter, a volume's name or a server is another thing: which volume was C
// when it was made is not written down here, and a path of the same spelling in
// this one may be other data. Such links are refused with their target, which the
// user can name himself.

#include <string.h>

#include "reparse.h"

#define RELATIVE 0x1u // symbolic link: flags

struct link_disk { // the path buffer follows, in a symbolic link behind flags
	le16 target_offset; // 0x00: into the path buffer
	le16 target_length; // 0x02: bytes
	le16 shown_offset;  // 0x04
	le16 shown_length;  // 0x06
};
_Static_assert(sizeof(struct link_disk) == 8, "size");

int ntfs_link_decode(const struct ntfs_reparse *point, struct ntfs_link *ret,
		     struct err *err)
{
	const struct link_disk *h = (const void *)point->data;
	bool is_symbolic = point->tag == NTFS_TAG_SYMLINK;
	size_t start = sizeof(*h) + (is_symbolic ? sizeof(le32) : 0), off, len;
	struct ntfs_link link = {0};

	if (!is_symbolic && point->tag != NTFS_TAG_MOUNT_POINT)
		return err_set(err, -ENOENT, "reparse point", ERR_NOWHERE,
			       "it is no link");
	if (point->size < start)
		return err_corrupt(err, "link", ERR_NOWHERE, "it is cut off");
	off = get_le16(h->target_offset);
	len = get_le16(h->target_length);
	if (!len || len % 2 || off % 2 ||
	    !range_ok(off, len, point->size - start))
		return err_corrupt(err, "link", ERR_NOWHERE,
				   "its target lies outside of it");
	link.is_relative = is_symbolic &&
			   get_le32(*(const le32 *)(point->data + sizeof(*h))) &
				   RELATIVE;
	link.target = utf16_to_utf8((const le16 *)(point->data + start + off),
				    len / 2);
	if (!link.target)
		return err_nomem(err);
	// The name space of the kernel's objects is not for people.
	if (!strncmp(link.target, "\\??\\", 4))
		memmove(link.target, link.target + 4,
			strlen(link.target + 4) + 1);
	if (!*link.target) {
		mem_free(link.target);
		return err_corrupt(err, "link", ERR_NOWHERE,
				   "its target is empty");
	}
	// "x:y" is relative to a drive's current folder.
	if (link.target[1] == ':')
		link.is_relative = false;
	*ret = link;
	return 0;
}

int ntfs_read_link(struct ntfs *n, uint64_t record, char **ret, struct err *err)
{
	struct ntfs_reparse p;
	struct ntfs_link link;
	struct ntfs_file f;
	int r = ntfs_file_open(n, record, &f, err);

	if (r)
		return r;
	r = ntfs_reparse_read(&f, &p, err);
	ntfs_file_done(&f);
	if (r)
		return r;
	r = ntfs_link_decode(&p, &link, err);
	mem_free(p.memory);
	if (!r)
		*ret = link.target;
	return r;
}

int ntfs_link_target(uint32_t tag, const void *data, size_t size, char **ret,
		     struct err *err)
{
	const struct ntfs_reparse point = {
		.tag = tag, .data = data, .size = size};
	struct ntfs_link link;
	int r = ntfs_link_decode(&point, &link, err);

	if (!r)
		*ret = link.target;
	return r;
}
