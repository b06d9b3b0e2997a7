// SPDX-License-Identifier: MIT
//
// The security descriptor of a new file, from its folder's ([MS-DTYP] 2.5.3.4,
// "CreateSecurityDescriptor" and what it calls): the folder's inheritable
// entries, or when it has none what the system gives its own files. Nobody
// creates the file who could own it: owner and group are the folder's.

#include <string.h>

#include "change.h"
#include "../encode/descriptor.h"

enum { // of a descriptor, [MS-DTYP] 2.4.6
	DACL_PRESENT = 0x0004,
	SACL_PRESENT = 0x0010,
	DACL_INHERITED = 0x0400, // by a system that marks inherited entries
	SACL_INHERITED = 0x0800,
	SELF_RELATIVE = 0x8000,
};

enum { // of an entry, [MS-DTYP] 2.4.4.1
	TO_FILES = 0x01,
	TO_FOLDERS = 0x02,
	ONCE = 0x04,
	NOT_HERE = 0x08,
	INHERITED = 0x10,
};

#define HEADER     20u
#define ACL_HEAD   8u
#define ACE_HEAD   8u // with its mask
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

static uint32_t u32_at(const uint8_t *p)
{
	le32 v;

	memcpy(&v, p, sizeof(v));
	return get_le32(v);
}

static uint32_t u16_at(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8;
}

static void put_u32(uint8_t *p, uint32_t v)
{
	le32 d = to_le32(v);

	memcpy(p, &d, sizeof(d));
}

static void put_u16(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)v;
	p[1] = (uint8_t)(v >> 8);
}

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

	if (ace[0] > LAST_PLAIN || u16_at(ace + 2) < ACE_HEAD + 12 ||
	    memcmp(sid, ids, 8) || u32_at(sid + 8) > 1)
		return NULL;
	return u32_at(sid + 8) ? h->group : h->owner;
}

static void add_ace(struct acl *acl, const uint8_t *ace, uint8_t flags)
{
	uint32_t size = u16_at(ace + 2);

	if (acl->used + size > MAX_ACL)
		return;
	memcpy(acl->data + acl->used, ace, size);
	acl->data[acl->used + 1] = flags;
	acl->used += size;
	acl->count++;
}

// Adds an entry that takes effect on the file itself.
static void add_effective(const struct inherit *h, struct acl *acl,
			  const uint8_t *ace, uint8_t flags)
{
	uint8_t copy[ACE_HEAD + 8 + 4 * 255];
	const uint8_t *sid = creator(h, ace);
	uint32_t size = u16_at(ace + 2);

	if (ace[0] > LAST_PLAIN || size < ACE_HEAD || size > sizeof(copy)) {
		add_ace(acl, ace, flags);
		return;
	}
	memcpy(copy, ace, size);
	if (sid) {
		memcpy(copy + ACE_HEAD, sid, sid_size(sid));
		put_u16(copy + 2, ACE_HEAD + sid_size(sid));
	}
	put_u32(copy + 4, map_mask(u32_at(copy + 4)));
	add_ace(acl, copy, flags);
}

static void inherit_ace(const struct inherit *h, struct acl *acl,
			const uint8_t *ace)
{
	uint8_t flags = ace[1], mark = h->mark ? INHERITED : 0;
	uint8_t on = h->is_folder && !(flags & ONCE)
			     ? flags & (TO_FILES | TO_FOLDERS)
			     : 0;
	bool special = ace[0] <= LAST_PLAIN && u16_at(ace + 2) >= ACE_HEAD &&
		       (u32_at(ace + 4) & GENERIC || creator(h, ace));

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
	uint32_t at = ACL_HEAD, count = u16_at(parent + 4);

	acl->used = ACL_HEAD;
	acl->count = 0;
	for (; count; count--, at += u16_at(parent + at + 2))
		inherit_ace(h, acl, parent + at);
	memset(acl->data, 0, ACL_HEAD);
	acl->data[0] = parent[0];
	put_u16(acl->data + 2, acl->used);
	put_u16(acl->data + 4, acl->count);
}

static uint32_t append(uint8_t *sd, uint32_t *used, const uint8_t *part,
		       uint32_t size)
{
	uint32_t at = *used;

	memcpy(sd + at, part, size);
	*used = (uint32_t)round_up(at + size, 4);
	return at;
}

// Puts a descriptor together. Returns its size.
static uint32_t compose(const struct inherit *h, const struct acl *sacl,
			const struct acl *dacl, uint32_t control, uint8_t *sd)
{
	uint32_t used = HEADER;

	memset(sd, 0, HEADER);
	sd[0] = 1;
	if (sacl->count)
		put_u32(sd + 12, append(sd, &used, sacl->data, sacl->used));
	put_u32(sd + 16, append(sd, &used, dacl->data, dacl->used));
	put_u32(sd + 4, append(sd, &used, h->owner, sid_size(h->owner)));
	put_u32(sd + 8, append(sd, &used, h->group, sid_size(h->group)));
	put_u16(sd + 2, control | SELF_RELATIVE | DACL_PRESENT |
				(sacl->count ? SACL_PRESENT : 0));
	return used;
}

int ntfs_inherit(const uint8_t *parent, size_t size, bool is_folder,
		 uint8_t **ret, size_t *ret_size, struct err *err)
{
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
		control = u16_at(parent + 2);
		owner = u32_at(parent + 4);
		group = u32_at(parent + 8);
		sacl_at = control & SACL_PRESENT ? u32_at(parent + 12) : 0;
		dacl_at = control & DACL_PRESENT ? u32_at(parent + 16) : 0;
		h.owner = owner ? parent + owner : system_sid;
		h.group = group ? parent + group : system_sid;
		h.mark = control & SACL_INHERITED;
		if (sacl_at)
			inherit_acl(&h, parent + sacl_at, &sacl);
		h.mark = control & DACL_INHERITED;
		if (dacl_at)
			inherit_acl(&h, parent + dacl_at, &dacl);
		if (!dacl.count) {
			memcpy(dacl.data, default_acl, sizeof(default_acl));
			dacl.used = sizeof(default_acl);
		}
		*ret_size =
			compose(&h, &sacl, &dacl,
				control & (DACL_INHERITED |
					   (sacl.count ? SACL_INHERITED : 0)),
				sd);
		*ret = sd;
		sd = NULL;
	}
	mem_free(sacl.data);
	mem_free(dacl.data);
	mem_free(sd);
	return r;
}
