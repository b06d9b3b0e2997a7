// SPDX-License-Identifier: MIT
//
// The security descriptor of a new file, from its folder's ([MS-DTYP] 2.5.3.4,
// "CreateSecurityDescriptor" and what it calls): the folder's inheritable
// entries, or when it has none what the system gives its own files. Nobody
// creates the file who could own it: owner and group are the folder's.

#include <string.h>

#include "change.h"
#include "../encode/descriptor.h"

enum { // of an entry, [MS-DTYP] 2.4.4.1
	TO_FILES = 0x01,
	TO_FOLDERS = 0x02,
	ONCE = 0x04,
	NOT_HERE = 0x08,
	INHERITED = 0x10,
};

#define ACE_HEAD   sizeof(struct ntfs_ace_disk)
#define MAX_ACL    65535u
#define GENERIC    0xf0000000u
#define LAST_PLAIN 3u // types of entries that are a mask and a SID

// SYSTEM, and full access for it and for administrators.
static const uint8_t system_sid[] = {1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0};
static const uint8_t default_acl[] = {
	2, 0, 0x34, 0, 2, 0, 0,  0, 0,  0, 0x14, 0, 0xff, 1, 0x1f, 0, 1,    1,
	0, 0, 0,    0, 0, 5, 18, 0, 0,  0, 0,    0, 0x18, 0, 0xff, 1, 0x1f, 0,
	1, 2, 0,    0, 0, 0, 0,  5, 32, 0, 0,    0, 0x20, 2, 0,    0,
};

static uint32_t sid_size(const uint8_t *sid)
{
	return 8 + 4u * sid[1];
}

// What generic rights are on files, [MS-FSCC] and winnt.h's FILE_GENERIC_*.
static uint32_t map_mask(uint32_t mask)
{
	static const uint32_t rights[][2] = {{0x80000000, 0x120089},
					     {0x40000000, 0x120116},
					     {0x20000000, 0x1200a0},
					     {0x10000000, 0x1f01ff}};
	uint32_t out = mask & ~GENERIC;

	for (size_t i = 0; i < 4; i++)
		if (mask & rights[i][0])
			out |= rights[i][1];
	return out;
}

// What any entry begins with.
static const struct ntfs_ace_disk *ace_at(const uint8_t *ace)
{
	return (const void *)ace;
}

static uint32_t ace_size(const uint8_t *ace)
{
	return get_le16(ace_at(ace)->size);
}

struct acl {
	uint8_t *data; // MAX_ACL bytes
	uint32_t used, count;
};

struct inherit {
	const uint8_t *owner, *group; // SIDs of the new file
	bool is_folder, mark;
};

// S-1-3-0 and S-1-3-1 stand for the file's owner and group.
static const uint8_t *creator(const struct inherit *h, const uint8_t *ace)
{
	static const uint8_t ids[] = {1, 1, 0, 0, 0, 0, 0, 3};
	const uint8_t *sid = ace + ACE_HEAD;
	uint32_t last;

	if (ace_at(ace)->type > LAST_PLAIN || ace_size(ace) < ACE_HEAD + 12 ||
	    memcmp(sid, ids, 8))
		return NULL;
	last = get_le32(*(const le32 *)(sid + 8));
	return last > 1 ? NULL : last ? h->group : h->owner;
}

static void add_ace(struct acl *acl, const uint8_t *ace, uint8_t flags)
{
	uint32_t size = ace_size(ace);
	struct ntfs_ace_disk *copy = (void *)(acl->data + acl->used);

	if (acl->used + size > MAX_ACL)
		return;
	memcpy(copy, ace, size);
	copy->flags = flags;
	acl->used += size;
	acl->count++;
}

// Adds an entry that takes effect on the file itself.
static void add_effective(const struct inherit *h, struct acl *acl,
			  const uint8_t *ace, uint8_t flags)
{
	uint8_t copy[ACE_HEAD + 8 + 4 * 255];
	struct ntfs_ace_disk *head = (void *)copy;
	const uint8_t *sid = creator(h, ace);
	uint32_t size = ace_size(ace);

	if (ace_at(ace)->type > LAST_PLAIN || size < ACE_HEAD ||
	    size > sizeof(copy)) {
		add_ace(acl, ace, flags);
		return;
	}
	memcpy(copy, ace, size);
	if (sid) {
		memcpy(copy + ACE_HEAD, sid, sid_size(sid));
		head->size = to_le16((uint16_t)(ACE_HEAD + sid_size(sid)));
	}
	head->mask = to_le32(map_mask(get_le32(head->mask)));
	add_ace(acl, copy, flags);
}

static void inherit_ace(const struct inherit *h, struct acl *acl,
			const uint8_t *ace)
{
	uint8_t flags = ace_at(ace)->flags, mark = h->mark ? INHERITED : 0;
	uint8_t on = h->is_folder && !(flags & ONCE)
			     ? flags & (TO_FILES | TO_FOLDERS)
			     : 0;
	bool special =
		ace_at(ace)->type <= LAST_PLAIN && ace_size(ace) >= ACE_HEAD &&
		(get_le32(ace_at(ace)->mask) & GENERIC || creator(h, ace));

	if (!(flags & (h->is_folder ? TO_FOLDERS : TO_FILES))) {
		if (on)
			add_ace(acl, ace, on | NOT_HERE | mark);
		return;
	}
	// What means another thing below than here becomes two entries.
	add_effective(h, acl, ace, (special ? 0 : on) | mark);
	if (special && on)
		add_ace(acl, ace, on | NOT_HERE | mark);
}

// Fills acl from the parent's; leaves it empty when nothing is inherited.
static void inherit_acl(const struct inherit *h, const uint8_t *parent,
			struct acl *acl)
{
	const struct ntfs_acl_disk *from = (const void *)parent;
	struct ntfs_acl_disk d = {.revision = from->revision};
	uint32_t at = sizeof(d), count = get_le16(from->count);

	acl->used = sizeof(d);
	acl->count = 0;
	for (; count; count--, at += ace_size(parent + at))
		inherit_ace(h, acl, parent + at);
	d.size = to_le16((uint16_t)acl->used);
	d.count = to_le16((uint16_t)acl->count);
	memcpy(acl->data, &d, sizeof(d));
}

// Returns where it lies.
static le32 append(uint8_t *sd, uint32_t *used, const uint8_t *part,
		   uint32_t size)
{
	uint32_t at = *used;

	memcpy(sd + at, part, size);
	*used = (uint32_t)round_up(at + size, 4);
	return to_le32(at);
}

// Puts a descriptor together. Returns its size.
static uint32_t compose(const struct inherit *h, const struct acl *sacl,
			const struct acl *dacl, uint32_t control, uint8_t *sd)
{
	struct ntfs_descriptor_disk d = {.revision = 1};
	uint32_t used = sizeof(d);

	control |= NTFS_SD_SELF_RELATIVE | NTFS_SD_DACL_PRESENT |
		   (sacl->count ? NTFS_SD_SACL_PRESENT : 0);
	d.control = to_le16((uint16_t)control);
	if (sacl->count)
		d.sacl = append(sd, &used, sacl->data, sacl->used);
	d.dacl = append(sd, &used, dacl->data, dacl->used);
	d.owner = append(sd, &used, h->owner, sid_size(h->owner));
	d.group = append(sd, &used, h->group, sid_size(h->group));
	memcpy(sd, &d, sizeof(d));
	return used;
}

int ntfs_inherit(const uint8_t *parent, size_t size, bool is_folder,
		 uint8_t **ret, size_t *ret_size, struct err *err)
{
	const struct ntfs_descriptor_disk *from = (const void *)parent;
	uint32_t control, owner, group, sacl_at, dacl_at;
	struct acl sacl = {.data = mem_alloc(MAX_ACL + 1)};
	struct acl dacl = {.data = mem_alloc(MAX_ACL + 1)};
	uint8_t *sd = mem_alloc(4 * MAX_ACL);
	struct inherit h = {.is_folder = is_folder};
	int r = sacl.data && dacl.data && sd ? 0 : err_nomem(err);

	if (!r && !ntfs_descriptor_is_valid(parent, size))
		r = err_corrupt(err, "security descriptor", ERR_NOWHERE,
				"that of a folder is none");
	if (!r) {
		control = get_le16(from->control);
		owner = get_le32(from->owner);
		group = get_le32(from->group);
		sacl_at = control & NTFS_SD_SACL_PRESENT ? get_le32(from->sacl)
							 : 0;
		dacl_at = control & NTFS_SD_DACL_PRESENT ? get_le32(from->dacl)
							 : 0;
		h.owner = owner ? parent + owner : system_sid;
		h.group = group ? parent + group : system_sid;
		h.mark = control & NTFS_SD_SACL_INHERITED;
		if (sacl_at)
			inherit_acl(&h, parent + sacl_at, &sacl);
		h.mark = control & NTFS_SD_DACL_INHERITED;
		if (dacl_at)
			inherit_acl(&h, parent + dacl_at, &dacl);
		if (!dacl.count) {
			memcpy(dacl.data, default_acl, sizeof(default_acl));
			dacl.used = sizeof(default_acl);
		}
		*ret_size =
			compose(&h, &sacl, &dacl,
				control & (NTFS_SD_DACL_INHERITED |
					   (sacl.count ? NTFS_SD_SACL_INHERITED
						       : 0)),
				sd);
		*ret = sd;
		sd = NULL;
	}
	mem_free(sacl.data);
	mem_free(dacl.data);
	mem_free(sd);
	return r;
}
