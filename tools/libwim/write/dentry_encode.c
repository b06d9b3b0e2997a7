// SPDX-License-Identifier: MIT
//
// Directory entries as bytes ("Windows Imaging File Format (WIM)" white paper,
// "Directory entry", "Stream entry"), laid out as WIMGAPI does: lengths are
// multiples of 8; a file with named streams has its own content among them, and
// no hash in the entry itself.

#include <string.h>

#include "encode.h"

static size_t name_room(size_t units)
{
	return units ? (units + 1) * sizeof(le16) : 0;
}

static size_t put_name(uint8_t *out, const le16 *name, size_t units)
{
	if (units)
		memcpy(out, name, units * sizeof(*name));
	return name_room(units);
}

static const struct wim_blob *content_of(const struct wim_dentry *d)
{
	return d->stream_count && !d->streams[0].name_len ? d->streams[0].blob
							  : NULL;
}

static size_t named_streams(const struct wim_dentry *d)
{
	return d->stream_count - (d->stream_count && !d->streams[0].name_len);
}

// Whether all streams have entries of their own. A reparse point with content
// needs two hashes.
static bool has_entries(const struct wim_dentry *d)
{
	return named_streams(d) || (d->reparse && content_of(d));
}

static size_t count_entries(const struct wim_dentry *d)
{
	return has_entries(d) ? (d->reparse != NULL) + 1 + named_streams(d) : 0;
}

// --- Extended attributes -----------------------------------------------------

// Turns the list that NTFS stores into that of a WIM. `out` may be NULL.
// Returns the size of that, or 0 when the list is malformed.
static size_t encode_ea(const uint8_t *data, size_t size, uint8_t *out)
{
	size_t total = 0, at = 0;
	struct ea ea;
	int r;

	while ((r = ea_next(data, size, &at, &ea)) > 0) {
		struct wim_ea_disk head = {to_le16((uint16_t)ea.value_len),
					   (uint8_t)ea.name_len, ea.flags};
		// with the NUL between
		size_t rest = ea.name_len + 1 + ea.value_len;

		if (!ea.name_len)
			return 0;
		if (out) {
			memcpy(out + total, &head, sizeof(head));
			memcpy(out + total + sizeof(head), ea.name, rest);
		}
		total += sizeof(head) + rest;
	}
	return r ? 0 : total;
}

// --- Tagged items ------------------------------------------------------------

static size_t item_room(size_t size)
{
	return size ? sizeof(struct tag_disk) + (size_t)round_up(size, 8) : 0;
}

static uint8_t *put_item(uint8_t *out, uint32_t tag, size_t size)
{
	struct tag_disk item = {to_le32(tag), to_le32((uint32_t)size)};

	memcpy(out, &item, sizeof(item));
	return out + sizeof(item);
}

// An id that was changed came from nowhere else.
static void put_object_id(uint8_t *out, const struct wim_dentry *d)
{
	size_t len;
	const uint8_t *old = wim_items_find(d, TAG_OBJECT_ID, &len);

	if (old && len == OBJECT_ID_SIZE &&
	    !memcmp(old, &d->object_id, sizeof(d->object_id)))
		memcpy(out, old, OBJECT_ID_SIZE);
	else
		memcpy(out, &d->object_id, sizeof(d->object_id));
}

static void put_unix(uint8_t *out, const struct wim_dentry *d)
{
	struct unix_disk u = {to_le32(d->uid), to_le32(d->gid),
			      to_le32(d->mode), to_le32(d->rdev)};

	memcpy(out, &u, sizeof(u));
}

static size_t items_room(const struct wim_dentry *d)
{
	size_t room = guid_is_zero(&d->object_id) ? 0
						  : item_room(OBJECT_ID_SIZE);

	if (d->has_unix)
		room += item_room(sizeof(struct unix_disk));
	return room + item_room(encode_ea(d->ea, d->ea_size, NULL)) +
	       wim_items_unknown(d, NULL);
}

static void put_items(uint8_t *out, const struct wim_dentry *d)
{
	size_t ea = encode_ea(d->ea, d->ea_size, NULL);

	if (!guid_is_zero(&d->object_id)) {
		put_object_id(put_item(out, TAG_OBJECT_ID, OBJECT_ID_SIZE), d);
		out += item_room(OBJECT_ID_SIZE);
	}
	if (d->has_unix) {
		put_unix(put_item(out, TAG_UNIX, sizeof(struct unix_disk)), d);
		out += item_room(sizeof(struct unix_disk));
	}
	if (ea)
		encode_ea(d->ea, d->ea_size, put_item(out, TAG_EA, ea));
	wim_items_unknown(d, out + item_room(ea));
}

// --- Sizes -------------------------------------------------------------------

static size_t entry_length(const struct wim_dentry *d)
{
	size_t names = sizeof(struct dentry_disk) + name_room(d->name_len) +
		       name_room(d->short_name_len);

	return (size_t)round_up(names, 8) + items_room(d);
}

static size_t stream_length(size_t name_len)
{
	return (size_t)round_up(sizeof(struct stream_disk) +
					name_room(name_len),
				8);
}

size_t wim_dentry_size(const struct wim_dentry *d)
{
	size_t size = entry_length(d);

	if (!has_entries(d))
		return size;
	size += stream_length(0) * (1 + (d->reparse != NULL));
	for (size_t i = 0; i < d->stream_count; i++)
		if (d->streams[i].name_len)
			size += stream_length(d->streams[i].name_len);
	return size;
}

// What a number of 16 bits must hold.
static bool name_fits(size_t units)
{
	return units <= WIM_MAX_NAME;
}

int wim_dentry_check(const struct wim_image *image, const struct wim_dentry *d,
		     struct err *err)
{
	bool fits = name_fits(d->name_len) && name_fits(d->short_name_len) &&
		    count_entries(d) <= UINT16_MAX;

	for (size_t i = 0; i < d->stream_count; i++)
		fits = fits && name_fits(d->streams[i].name_len);
	if (!fits)
		return err_set(err, -EFBIG, "", ERR_NOWHERE,
			       "it has more streams, or longer names, than a "
			       "WIM can hold");
	if (d->security < -1 || d->security >= (int64_t)image->security_count)
		return err_set(err, -EINVAL, "", ERR_NOWHERE,
			       "there is no security descriptor %d",
			       (int)d->security);
	if (d->ea_size && !encode_ea(d->ea, d->ea_size, NULL))
		return err_corrupt(err, "", ERR_NOWHERE,
				   "its extended attributes are malformed");
	return 0;
}

// --- Encoding ----------------------------------------------------------------

static void put_hash(uint8_t *out, const struct wim_blob *blob)
{
	if (blob && blob->size)
		memcpy(out, blob->sha1, SHA1_SIZE);
}

static uint8_t *put_stream(uint8_t *out, const le16 *name, size_t name_len,
			   const struct wim_blob *blob)
{
	struct stream_disk s = {
		.length = to_le64(stream_length(name_len)),
		.name_len = to_le16((uint16_t)(name_len * sizeof(*name))),
	};

	put_hash(s.sha1, blob);
	memcpy(out, &s, sizeof(s));
	put_name(out + sizeof(s), name, name_len);
	return out + stream_length(name_len);
}

static void put_streams(uint8_t *out, const struct wim_dentry *d)
{
	if (d->reparse)
		out = put_stream(out, NULL, 0, d->reparse);
	out = put_stream(out, NULL, 0, content_of(d));
	for (size_t i = 0; i < d->stream_count; i++)
		if (d->streams[i].name_len)
			out = put_stream(out, d->streams[i].name,
					 d->streams[i].name_len,
					 d->streams[i].blob);
}

static uint64_t link_word(const struct wim_dentry *d)
{
	if (d->attributes & WIM_ATTRIBUTE_REPARSE)
		return (uint64_t)d->reparse_flags << 32 | d->reparse_tag;
	return d->attributes & WIM_ATTRIBUTE_FOLDER ? 0 : d->link_group;
}

void wim_dentry_encode(const struct wim_dentry *d, uint64_t children,
		       uint8_t *out)
{
	uint64_t link = link_word(d);
	struct dentry_disk raw = {
		.length = to_le64(entry_length(d)),
		.attributes = to_le32(d->attributes),
		.security = to_le32((uint32_t)d->security),
		.children = to_le64(children),
		.created = to_le64(d->created),
		.accessed = to_le64(d->accessed),
		.modified = to_le64(d->modified),
		.link_low = to_le32((uint32_t)link),
		.link_high = to_le32((uint32_t)(link >> 32)),
		.streams = to_le16((uint16_t)count_entries(d)),
		.short_name_len =
			to_le16((uint16_t)(d->short_name_len * sizeof(le16))),
		.name_len = to_le16((uint16_t)(d->name_len * sizeof(le16))),
	};
	size_t at = sizeof(raw);

	if (!has_entries(d))
		put_hash(raw.sha1, d->reparse ? d->reparse : content_of(d));
	memcpy(out, &raw, sizeof(raw));
	at += put_name(out + at, d->name, d->name_len);
	at += put_name(out + at, d->short_name, d->short_name_len);
	put_items(out + round_up(at, 8), d);
	if (has_entries(d))
		put_streams(out + entry_length(d), d);
}
