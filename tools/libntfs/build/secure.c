// SPDX-License-Identifier: MIT
//
// $Secure: every different security descriptor of a volume once, in $SDS.
// Descriptors: [MS-DTYP] 2.4.2 (SID), 2.4.4 (ACE), 2.4.5 (ACL), 2.4.6.

#include <string.h>

#include "build.h"
#include "../encode/descriptor.h"
#include "../encode/secure.h"

#define SYSTEM    1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0
#define ADMINS    1, 2, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0, 0x20, 2, 0, 0
#define USERS     1, 2, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0, 0x21, 2, 0, 0
#define SIGNED_IN 1, 1, 0, 0, 0, 0, 0, 5, 11, 0, 0, 0

// A descriptor whose list of entries (DACL) follows at once: where its owner and its
// group lie.
#define HEAD(owner, group)                                                     \
	1, 0, 4, 0x80, owner, 0, 0, 0, group, 0, 0, 0, 0, 0, 0, 0, 0x14, 0, 0, 0

// The head of a list: its size and how many entries it has.
#define LIST(size, count) 2, 0, size, 0, count, 0, 0, 0

// An ACE that allows: its flags, size and mask.
#define ALLOW(flags, size, a, b, c, d) 0, flags, size, 0, a, b, c, d
#define INHERIT                        0x0b // to files and folders, not here

// Owner SYSTEM, group Administrators: SYSTEM and Administrators may read.
static const uint8_t read_only[] = {
	HEAD(0x48, 0x54),
	LIST(0x34, 2),
	ALLOW(0, 0x14, 0x89, 0, 0x12, 0),
	SYSTEM,
	ALLOW(0, 0x18, 0x89, 0, 0x12, 0),
	ADMINS,
	SYSTEM,
	ADMINS,
};

// As above, and write.
static const uint8_t writable[] = {
	HEAD(0x48, 0x54),
	LIST(0x34, 2),
	ALLOW(0, 0x14, 0x9f, 1, 0x12, 0),
	SYSTEM,
	ALLOW(0, 0x18, 0x9f, 1, 0x12, 0),
	ADMINS,
	SYSTEM,
	ADMINS,
};

// The root of a volume as Windows formats it.
static const uint8_t root[] = {
	HEAD(0xcc, 0xd8),
	LIST(0xb8, 8),
	ALLOW(0, 0x18, 0xff, 1, 0x1f, 0),
	ADMINS,
	ALLOW(INHERIT, 0x18, 0, 0, 0, 0x10),
	ADMINS,
	ALLOW(0, 0x14, 0xff, 1, 0x1f, 0),
	SYSTEM,
	ALLOW(INHERIT, 0x14, 0, 0, 0, 0x10),
	SYSTEM,
	ALLOW(0, 0x14, 0xbf, 1, 0x13, 0),
	SIGNED_IN,
	ALLOW(INHERIT, 0x14, 0, 0, 1, 0xe0),
	SIGNED_IN,
	ALLOW(0, 0x18, 0xa9, 0, 0x12, 0),
	USERS,
	ALLOW(INHERIT, 0x18, 0, 0, 0, 0xa0),
	USERS,
	SYSTEM,
	SYSTEM,
};

// A file that inherited from it.
static const uint8_t file[] = {
	HEAD(0x74, 0x80),
	LIST(0x60, 4),
	ALLOW(0, 0x18, 0xff, 1, 0x1f, 0),
	ADMINS,
	ALLOW(0, 0x14, 0xff, 1, 0x1f, 0),
	SYSTEM,
	ALLOW(0, 0x14, 0xbf, 1, 0x13, 0),
	SIGNED_IN,
	ALLOW(0, 0x18, 0xa9, 0, 0x12, 0),
	USERS,
	SYSTEM,
	SYSTEM,
};
_Static_assert(sizeof(read_only) == 0x64 && sizeof(root) == 0xe4 &&
		       sizeof(file) == 0x8c,
	       "the offsets in the headers count on these");

const uint8_t *ntfs_secure_default(unsigned index, size_t *ret_size)
{
	static const struct {
		const uint8_t *bytes;
		size_t size;
	} table[SECURITY_DEFAULTS] = {
		[SECURITY_READ] = {read_only, sizeof(read_only)},
		[SECURITY_WRITE] = {writable, sizeof(writable)},
		[SECURITY_ROOT] = {root, sizeof(root)},
		[SECURITY_FILE] = {file, sizeof(file)},
	};

	*ret_size = table[index].size;
	return table[index].bytes;
}

int ntfs_secure_defaults(struct ntfs_build *b, struct err *err)
{
	for (unsigned i = 0; i < SECURITY_DEFAULTS; i++) {
		size_t size;
		const uint8_t *bytes = ntfs_secure_default(i, &size);
		uint32_t id;
		int r = ntfs_build_security(b, bytes, size, &id, err);

		if (r)
			return r;
	}
	return 0;
}

// --- The table ---------------------------------------------------------------

static bool is_same(const struct ntfs_build *b, const struct security *s,
		    uint32_t h, const void *descriptor, size_t size)
{
	return s->hash == h && s->size == size &&
	       !memcmp(b->sds + s->offset + sizeof(struct ntfs_sds_disk),
		       descriptor, size);
}

static int grow_table(struct ntfs_build *b, struct err *err)
{
	size_t slots = b->security_slots ? b->security_slots * 2 : 256;
	uint32_t *table = mem_array(slots, sizeof(*table));

	if (!table)
		return err_nomem(err);
	for (size_t i = 0; i < b->security_count; i++) {
		size_t at = b->security[i].hash & (slots - 1);

		while (table[at])
			at = (at + 1) & (slots - 1);
		table[at] = (uint32_t)i + 1;
	}
	mem_free(b->security_table);
	b->security_table = table;
	b->security_slots = slots;
	return 0;
}

// Offsets in $SDS, where each block of first copies is followed by the second ones,
// and in the first copies put together.
static uint64_t to_sds(uint64_t off)
{
	return off / NTFS_SDS_BLOCK * NTFS_SDS_BLOCK + off;
}

static uint64_t from_sds(uint64_t off)
{
	return off / (2 * NTFS_SDS_BLOCK) * NTFS_SDS_BLOCK +
	       off % NTFS_SDS_BLOCK;
}

// Puts an entry at the end of the first copies.
static int append(struct ntfs_build *b, uint32_t h, const void *descriptor,
		  size_t size, uint32_t id, struct err *err)
{
	size_t entry = size + sizeof(struct ntfs_sds_disk);
	uint64_t place = ntfs_sds_next(to_sds(b->sds_size), entry);
	uint64_t at = from_sds(place);

	if (at + entry > NTFS_MAX_SDS)
		return err_set(err, -EFBIG, "security descriptor", ERR_NOWHERE,
			       "more than %u bytes of them", NTFS_MAX_SDS);
	if (at + entry > b->sds_capacity) {
		size_t room = (at + entry) * 2 + 65536;
		uint8_t *p = mem_resize(b->sds, room, 1);

		if (!p)
			return err_nomem(err);
		memset(p + b->sds_capacity, 0, room - b->sds_capacity);
		b->sds = p;
		b->sds_capacity = room;
	}
	ntfs_encode_sds(b->sds + at, NTFS_FIRST_SECURITY_ID + id, place,
			descriptor, size);
	b->sds_size = at + entry;
	b->security[id] = (struct security){
		.hash = h, .size = (uint32_t)size, .offset = at};
	return 0;
}

int ntfs_build_security(struct ntfs_build *b, const void *descriptor,
			size_t size, uint32_t *ret_id, struct err *err)
{
	uint32_t h, id = (uint32_t)b->security_count;
	size_t at;
	int r;

	if (b->laid_out)
		return err_set(err, -EINVAL, "security descriptor", ERR_NOWHERE,
			       "out of turn");
	if (size > NTFS_MAX_SECURITY)
		return err_set(err, -EFBIG, "security descriptor", ERR_NOWHERE,
			       "more than %u bytes", NTFS_MAX_SECURITY);
	if (!ntfs_descriptor_is_valid(descriptor, size))
		return err_corrupt(err, "security descriptor", ERR_NOWHERE,
				   "not a self-relative one");
	if (b->security_count * 2 >= b->security_slots) {
		r = grow_table(b, err);
		if (r)
			return r;
	}
	h = ntfs_descriptor_hash(descriptor, size);
	at = h & (b->security_slots - 1);
	for (; b->security_table[at]; at = (at + 1) & (b->security_slots - 1)) {
		uint32_t i = b->security_table[at] - 1;

		if (is_same(b, &b->security[i], h, descriptor, size)) {
			*ret_id = i;
			return 0;
		}
	}
	if (mem_grow((void **)&b->security, b->security_count,
		     &b->security_capacity, sizeof(*b->security)))
		return err_nomem(err);
	r = append(b, h, descriptor, size, id, err);
	if (r)
		return r;
	b->security_table[at] = id + 1;
	b->security_count++;
	*ret_id = id;
	return 0;
}

uint64_t ntfs_secure_size(const struct ntfs_build *b)
{
	uint64_t block = (b->sds_size - 1) / NTFS_SDS_BLOCK;

	return b->sds_size + (block + 1) * NTFS_SDS_BLOCK;
}

void ntfs_secure_read(const struct ntfs_build *b, uint64_t off, uint8_t *buf,
		      size_t len)
{
	while (len) {
		uint64_t from = from_sds(off);
		uint64_t n = NTFS_SDS_BLOCK - off % NTFS_SDS_BLOCK, have = 0;

		if (n > len)
			n = len;
		if (from < b->sds_size)
			have = b->sds_size - from < n ? b->sds_size - from : n;
		if (have)
			memcpy(buf, b->sds + from, (size_t)have);
		memset(buf + have, 0, (size_t)(n - have));
		buf += n;
		off += n;
		len -= (size_t)n;
	}
}
