// SPDX-License-Identifier: MIT
//
// Tagged items behind the names of a directory entry: what came to the format
// later. Object ids and extended attributes are WIMGAPI's, owner and mode of Linux
// and its attributes in a form of their own wimlib's.

#include <string.h>

#include "wim_priv.h"

// Steps over the item at *at, which ends at `end` at the latest. Nothing says
// whether there are any: bytes that make no item mean that there are none, not that
// the file is damaged. Returns its data, or NULL.
static const uint8_t *next_item(const uint8_t *data, uint64_t *at, uint64_t end,
				struct tag_disk *ret)
{
	const uint8_t *item;
	uint64_t len;

	if (*at >= end || end - *at < sizeof(*ret))
		return NULL;
	memcpy(ret, data + *at, sizeof(*ret));
	len = get_le32(ret->length);
	if (len > end - *at - sizeof(*ret))
		return NULL;
	item = data + *at + sizeof(*ret);
	*at += sizeof(*ret) + round_up(len, 8);
	return item;
}

// Finds an item in [at, end) of the metadata. Returns its data, or NULL.
static const uint8_t *find_item(const uint8_t *data, uint64_t at, uint64_t end,
				uint32_t tag, size_t *ret_len)
{
	const uint8_t *item;
	struct tag_disk head;

	while ((item = next_item(data, &at, end, &head))) {
		if (get_le32(head.tag) != tag)
			continue;
		*ret_len = get_le32(head.length);
		return item;
	}
	return NULL;
}

// --- Extended attributes -----------------------------------------------------

// One of them, in whatever form it was.
struct attribute {
	struct ea ea;
	size_t size; // of its entry
};

static bool decode_ea(const uint8_t *data, size_t len, struct attribute *ret)
{
	struct wim_ea_disk ea;

	if (len < sizeof(ea))
		return false;
	memcpy(&ea, data, sizeof(ea));
	ret->ea = (struct ea){.name = (const char *)data + sizeof(ea),
			      .name_len = ea.name_len,
			      .value_len = get_le16(ea.value_len),
			      .flags = ea.flags};
	// A NUL is stored behind the name: NTFS has it, too, and counts it
	// nowhere.
	ret->size = sizeof(ea) + ret->ea.name_len + 1 + ret->ea.value_len;
	ret->ea.value = data + sizeof(ea) + ret->ea.name_len + 1;
	return ret->ea.name_len && ret->size <= len &&
	       !ret->ea.name[ret->ea.name_len];
}

// Those of wimlib before 1.12.
static bool decode_linux(const uint8_t *data, size_t len, struct attribute *ret)
{
	struct linux_ea_disk ea;
	uint64_t size;

	if (len < sizeof(ea))
		return false;
	memcpy(&ea, data, sizeof(ea));
	size = sizeof(ea) + (uint64_t)get_le16(ea.name_len) +
	       get_le32(ea.value_len);
	ret->ea = (struct ea){.name = (const char *)data + sizeof(ea),
			      .name_len = get_le16(ea.name_len),
			      .value_len = get_le32(ea.value_len)};
	if (!ret->ea.name_len || ret->ea.name_len > UINT8_MAX ||
	    ret->ea.value_len > UINT16_MAX || size > len)
		return false;
	ret->ea.value = data + sizeof(ea) + ret->ea.name_len;
	ret->size = (size_t)round_up(size, 4);
	if (ret->size > len)
		ret->size = len;
	return !memchr(ret->ea.name, 0, ret->ea.name_len);
}

// Turns extended attributes into NTFS's form. `out` may be NULL, else it is of
// zeroes. Returns the size of that form, or 0 when they are corrupt.
static size_t convert(bool (*decode)(const uint8_t *, size_t,
				     struct attribute *),
		      const uint8_t *data, size_t len, uint8_t *out)
{
	size_t total = 0;

	while (len) {
		struct attribute a;

		if (!decode(data, len, &a))
			return 0;
		if (out)
			ea_put(&a.ea, out + total);
		total += ea_size(&a.ea);
		data += a.size;
		len -= a.size;
	}
	return total;
}

// Finds extended attributes and converts them. Returns their size; *ret_good tells
// whether they are what they should be.
static size_t find_ea(const uint8_t *data, uint64_t at, uint64_t end,
		      uint8_t *out, bool *ret_good)
{
	size_t len, size;
	const uint8_t *item = find_item(data, at, end, TAG_EA, &len);

	*ret_good = true;
	if (item && len) {
		size = convert(decode_ea, item, len, out);
	} else {
		item = find_item(data, at, end, TAG_LINUX_EA, &len);
		if (!item || !len)
			return 0;
		size = convert(decode_linux, item, len, out);
	}
	*ret_good = size;
	return size;
}

// --- All of them -------------------------------------------------------------

bool wim_items_measure(const uint8_t *data, uint64_t at, uint64_t end,
		       size_t *ret_ea_size)
{
	bool good;

	*ret_ea_size = find_ea(data, at, end, NULL, &good);
	return good;
}

static void decode_unix(const uint8_t *data, uint64_t at, uint64_t end,
			struct wim_dentry *d)
{
	struct unix_disk u;
	size_t len;
	const uint8_t *item = find_item(data, at, end, TAG_UNIX, &len);

	if (!item || len < sizeof(u))
		return;
	memcpy(&u, item, sizeof(u));
	d->has_unix = true;
	d->uid = get_le32(u.uid);
	d->gid = get_le32(u.gid);
	d->mode = get_le32(u.mode);
	d->rdev = get_le32(u.rdev);
}

void wim_items_decode(struct loaded_image *image, uint64_t at, uint64_t end,
		      struct wim_dentry *d)
{
	const uint8_t *data = image->metadata;
	size_t len;
	const uint8_t *item = find_item(data, at, end, TAG_OBJECT_ID, &len);
	bool good;

	if (item && len >= sizeof(d->object_id))
		memcpy(d->object_id.b, item, sizeof(d->object_id));
	if (item && len == OBJECT_ID_SIZE &&
	    !mem_is_zero(item + sizeof(d->object_id),
			 OBJECT_ID_SIZE - sizeof(d->object_id)))
		d->long_id = item;
	decode_unix(data, at, end, d);
	d->ea_size = find_ea(data, at, end, image->ea + image->ea_size, &good);
	if (d->ea_size)
		d->ea = image->ea + image->ea_size;
	image->ea_size += d->ea_size;
	if (at < end) {
		d->items = data + at;
		d->items_size = (size_t)(end - at);
	}
}

const uint8_t *wim_items_find(const struct wim_dentry *d, uint32_t tag,
			      size_t *ret_len)
{
	return find_item(d->items, 0, d->items_size, tag, ret_len);
}

static bool is_known(uint32_t tag)
{
	return tag == TAG_OBJECT_ID || tag == TAG_EA || tag == TAG_UNIX ||
	       tag == TAG_LINUX_EA;
}

size_t wim_items_unknown(const struct wim_dentry *d, uint8_t *out)
{
	const uint8_t *item;
	struct tag_disk head;
	uint64_t at = 0;
	size_t size = 0;

	while ((item = next_item(d->items, &at, d->items_size, &head))) {
		size_t len = get_le32(head.length);

		if (is_known(get_le32(head.tag)))
			continue;
		if (out) {
			memcpy(out + size, &head, sizeof(head));
			memcpy(out + size + sizeof(head), item, len);
		}
		size += sizeof(head) + (size_t)round_up(len, 8);
	}
	return size;
}
