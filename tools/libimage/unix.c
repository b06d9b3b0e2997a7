// SPDX-License-Identifier: MIT
//
// Owner, group, mode and device in WSL's extended attributes ("File metadata of WSL",
// Microsoft's documentation of WSL's file permissions): $LXUID, $LXGID and $LXMOD of
// four bytes each, and $LXDEV of eight: major, then minor number.

#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "unix.h"

#define MAX_EA  65535u // bytes of all, as Windows
#define EA_MOST 88u    // of the four

static const char *const names[] = {"$LXUID", "$LXGID", "$LXMOD", "$LXDEV"};
enum { UID, GID, MODE, DEV, VALUES };

// Names of extended attributes have no case.
static int which(const struct ea *ea)
{
	int i = 0;

	while (i < VALUES && (ea->name_len != strlen(names[i]) ||
			      strncasecmp(ea->name, names[i], ea->name_len)))
		i++;
	return i;
}

bool image_ea_is_unix(const struct ea *ea)
{
	return which(ea) < VALUES;
}

// A device's number in 32 bits, as the kernel gives it to programs.
static uint32_t device(uint32_t major, uint32_t minor)
{
	return (minor & 0xff) | (major & 0xfff) << 8 | (minor & 0xfff00) << 12;
}

// ntfs3 writes it as the kernel has it inside: in 4 bytes, 12 and 20 bits.
static uint32_t device_of(const struct ea *ea)
{
	uint32_t v = ea->value_len >= 4 ? load_le32(ea->value) : 0;

	return ea->value_len == 8 ? device(v, load_le32(ea->value + 4))
				  : device(v >> 20, v & 0xfffff);
}

bool image_unix_of_ea(const void *ea, size_t size, struct image_unix *ret)
{
	struct image_unix u = {0};
	uint32_t *const values[] = {&u.uid, &u.gid, &u.mode, &u.rdev};
	struct ea item;
	unsigned found = 0;
	size_t at = 0;

	while (ea_next(ea, size, &at, &item) > 0) {
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
	size_t size;
};

static void add(struct list *l, const struct ea *ea)
{
	ea_put(ea, l->bytes + l->size);
	l->size += ea_size(ea);
}

static void add_value(struct list *l, int i, const uint8_t *value, size_t size)
{
	add(l, &(struct ea){.name = names[i],
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
	struct ea item;
	size_t at = 0;

	if (d->has_unix) {
		l.bytes = mem_alloc(d->ea_size + EA_MOST);
		if (!l.bytes)
			return err_nomem(err);
		while (ea_next(d->ea, d->ea_size, &at, &item) > 0)
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
