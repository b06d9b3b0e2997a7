// SPDX-License-Identifier: MIT
//
// Owner, group, mode and device in WSL's extended attributes ("File metadata of WSL",
// Microsoft's documentation of WSL's file permissions): $LXUID, $LXGID and $LXMOD of
// four bytes each, and $LXDEV of eight: major, then minor number.

#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "unix.h"

#define MAX_EA    65535u // bytes of all, as Windows
#define EA_HEADER 8u     // next, flags, length of the name, length of the value
#define EA_MOST   88u    // of the four

static const char *const names[] = {"$LXUID", "$LXGID", "$LXMOD", "$LXDEV"};
enum { UID, GID, MODE, DEV, VALUES };

int image_ea_next(const void *ea, size_t size, size_t *at, struct image_ea *ret)
{
	size_t left = size - *at, name_len, value_len;
	const uint8_t *p;
	uint32_t next;

	if (left < EA_HEADER)
		return left ? -1 : 0;
	p = (const uint8_t *)ea + *at;
	next = load_le32(p);
	name_len = p[5];
	value_len = p[6] | (size_t)p[7] << 8;
	if (!range_ok(EA_HEADER, name_len + 1 + value_len, left) ||
	    p[EA_HEADER + name_len] || next > left)
		return -1;
	*ret = (struct image_ea){.name = (const char *)p + EA_HEADER,
				 .name_len = name_len,
				 .value = p + EA_HEADER + name_len + 1,
				 .value_len = value_len,
				 .flags = p[4]};
	*at = next ? *at + next : size;
	return 1;
}

// Names of extended attributes have no case.
static int which(const struct image_ea *ea)
{
	int i = 0;

	while (i < VALUES && (ea->name_len != strlen(names[i]) ||
			      strncasecmp(ea->name, names[i], ea->name_len)))
		i++;
	return i;
}

bool image_ea_is_unix(const struct image_ea *ea)
{
	return which(ea) < VALUES;
}

// A device's number in 32 bits, as the kernel gives it to programs.
static uint32_t device(uint32_t major, uint32_t minor)
{
	return (minor & 0xff) | (major & 0xfff) << 8 | (minor & 0xfff00) << 12;
}

// ntfs3 writes it as the kernel has it inside: in 4 bytes, 12 and 20 bits.
static uint32_t device_of(const struct image_ea *ea)
{
	uint32_t v = ea->value_len >= 4 ? load_le32(ea->value) : 0;

	return ea->value_len == 8 ? device(v, load_le32(ea->value + 4))
				  : device(v >> 20, v & 0xfffff);
}

bool image_unix_of_ea(const void *ea, size_t size, struct image_unix *ret)
{
	struct image_unix u = {0};
	uint32_t *const values[] = {&u.uid, &u.gid, &u.mode, &u.rdev};
	struct image_ea item;
	unsigned found = 0;
	size_t at = 0;

	while (image_ea_next(ea, size, &at, &item) > 0) {
		int i = which(&item);

		if (i == VALUES || (i != DEV && item.value_len != 4))
			continue;
		*values[i] = i == DEV ? device_of(&item)
				      : load_le32(item.value);
		found |= 1u << i;
	}
	if (~found & (1u << UID | 1u << GID | 1u << MODE))
		return false;
	*ret = u;
	return true;
}

struct list {
	uint8_t *bytes;
	size_t last, size; // where the last one is, and the end
};

// Adds one at the end, and makes the one before it lead there.
static void add(struct list *l, const struct image_ea *ea)
{
	uint8_t *p = l->bytes + l->size;

	if (l->size)
		store_le32(l->bytes + l->last, (uint32_t)(l->size - l->last));
	p[4] = ea->flags;
	p[5] = (uint8_t)ea->name_len;
	p[6] = (uint8_t)ea->value_len;
	p[7] = (uint8_t)(ea->value_len >> 8);
	memcpy(p + EA_HEADER, ea->name, ea->name_len);
	p += EA_HEADER + ea->name_len + 1;
	if (ea->value_len)
		memcpy(p, ea->value, ea->value_len);
	l->last = l->size;
	l->size +=
		(size_t)round_up(EA_HEADER + ea->name_len + 1 + ea->value_len,
				 4);
}

static void add_value(struct list *l, int i, const uint8_t *value, size_t size)
{
	add(l, &(struct image_ea){.name = names[i],
				  .name_len = strlen(names[i]),
				  .value = value,
				  .value_len = size});
}

static void add_unix(const struct wim_dentry *d, struct list *l)
{
	const uint32_t values[] = {d->uid, d->gid, d->mode};
	uint8_t value[8];

	for (int i = 0; i < DEV; i++) {
		store_le32(value, values[i]);
		add_value(l, i, value, 4);
	}
	if (!S_ISCHR(d->mode) && !S_ISBLK(d->mode))
		return;
	store_le32(value, d->rdev >> 8 & 0xfff);
	store_le32(value + 4, (d->rdev & 0xff) | (d->rdev >> 12 & 0xfff00));
	add_value(l, DEV, value, 8);
}

// Those of WSL that an entry has beside wimlib's are replaced.
int image_unix_ea(const struct wim_dentry *d, uint8_t **ret, size_t *ret_size,
		  struct err *err)
{
	struct list l = {.bytes = NULL};
	struct image_ea item;
	size_t at = 0;

	if (d->has_unix) {
		l.bytes = mem_alloc(d->ea_size + EA_MOST);
		if (!l.bytes)
			return err_nomem(err);
		while (image_ea_next(d->ea, d->ea_size, &at, &item) > 0)
			if (!image_ea_is_unix(&item))
				add(&l, &item);
		add_unix(d, &l);
	}
	if (l.size > MAX_EA) {
		mem_free(l.bytes);
		return err_set(err, -EFBIG, "extended attributes", ERR_NOWHERE,
			       "owner and mode have no room beside them");
	}
	*ret = l.bytes;
	*ret_size = l.size;
	return 0;
}
