// SPDX-License-Identifier: MIT
//
// Directory entries of an image's metadata, one at a time ("Windows Imaging
// File Format (WIM)" white paper, "Directory entry", and what WIMGAPI and
// wimlib put behind the names: tagged items).

#include <stdlib.h>
#include <string.h>

#include "wim_priv.h"

#define NO_SECURITY UINT32_MAX

static const char what[] = "WIM directory entry";

// Bytes that a name takes with its NUL.
static size_t name_room(le16 len)
{
	return get_le16(len) ? (size_t)get_le16(len) + 2 : 0;
}

static size_t names_end(const struct dentry_disk *d)
{
	return sizeof(*d) + name_room(d->name_len) +
	       name_room(d->short_name_len);
}

// --- Measuring ---------------------------------------------------------------

// Goes over the entries of streams that begin at `at`.
static int measure_streams(const uint8_t *data, size_t size, uint64_t *at,
			   unsigned count, struct err *err)
{
	for (unsigned i = 0; i < count; i++) {
		struct stream_disk s;
		uint64_t length;

		if (!range_ok(*at, sizeof(s), size))
			return err_corrupt(err, what, *at,
					   "its streams are cut off");
		memcpy(&s, data + *at, sizeof(s));
		length = get_le64(s.length);
		if (length > size ||
		    length < sizeof(s) + get_le16(s.name_len) ||
		    get_le16(s.name_len) % 2 ||
		    !range_ok(*at, round_up(length, 8), size))
			return err_corrupt(err, what, *at,
					   "a stream entry of %llu bytes is "
					   "not possible",
					   (unsigned long long)length);
		*at += round_up(length, 8);
	}
	return 0;
}

int wim_dentry_measure(const uint8_t *data, size_t size, uint64_t pos,
		       struct dentry_shape *ret, struct err *err)
{
	struct dentry_shape shape = {0};
	struct dentry_disk d;
	int r;

	if (pos % 8 || !range_ok(pos, sizeof(le64), size))
		return err_corrupt(err, what, pos,
				   "it is not within the metadata");
	shape.length = load_le64(data + pos);
	// The end of a list is a length alone; up to 8 there is room for
	// nothing else.
	if (shape.length <= 8) {
		shape.length = 8;
		*ret = shape;
		return 0;
	}
	if (shape.length < sizeof(d) || shape.length > size ||
	    !range_ok(pos, round_up(shape.length, 8), size))
		return err_corrupt(err, what, pos,
				   "a length of %llu bytes is not possible",
				   (unsigned long long)shape.length);
	memcpy(&d, data + pos, sizeof(d));
	if (names_end(&d) > shape.length || get_le16(d.name_len) % 2 ||
	    get_le16(d.short_name_len) % 2)
		return err_corrupt(err, what, pos,
				   "names of %u and %u bytes do not fit into "
				   "%llu bytes",
				   get_le16(d.name_len),
				   get_le16(d.short_name_len),
				   (unsigned long long)shape.length);
	shape.is_folder = get_le32(d.attributes) & WIM_ATTRIBUTE_FOLDER;
	shape.children = get_le64(d.children);
	shape.streams = get_le16(d.streams);
	if (!wim_items_measure(data, pos + round_up(names_end(&d), 8),
			       pos + shape.length, &shape.ea_size))
		return err_corrupt(err, what, pos,
				   "its extended attributes are corrupt");
	shape.end = pos + round_up(shape.length, 8);
	r = measure_streams(data, size, &shape.end, shape.streams, err);
	if (!r)
		*ret = shape;
	return r;
}

// --- Decoding ----------------------------------------------------------------

bool wim_name_is_good(const le16 *name, size_t len, uint16_t forbidden)
{
	if (!len || len > WIM_MAX_NAME)
		return false;
	for (size_t i = 0; i < len; i++) {
		uint16_t u = get_le16(name[i]);

		if (!u || u == '/' || u == '\\' || u == forbidden)
			return false;
	}
	return get_le16(name[0]) != '.' ||
	       !(len == 1 || (len == 2 && get_le16(name[1]) == '.'));
}

// Finds the blob of a hash; *ret is NULL for empty content, which has no blob
// and a hash of zeroes.
static int find_blob(const struct wim *w, const uint8_t *sha1, uint64_t pos,
		     const struct wim_blob **ret, struct err *err)
{
	const struct wim_blob *blob = NULL;

	if (!mem_is_zero(sha1, SHA1_SIZE)) {
		blob = wim_blobs_find(w, sha1);
		if (!blob)
			return err_corrupt(err, what, pos,
					   "its content (SHA-1 %02x%02x%02x%02x"
					   "...) is not in the file",
					   sha1[0], sha1[1], sha1[2], sha1[3]);
	}
	*ret = blob && blob->size ? blob : NULL;
	return 0;
}

static int by_name(const void *a, const void *b)
{
	const struct wim_stream *x = a, *y = b;

	return utf16_casecmp(x->name, x->name_len, y->name, y->name_len);
}

// What is known of an entry's unnamed content while its streams are read: the
// first that is not empty is the reparse data, when it is a reparse point.
struct unnamed {
	bool wants_reparse;
	const struct wim_blob *reparse, *data;
};

static void take_unnamed(struct unnamed *u, const struct wim_blob *blob)
{
	if (!blob)
		return;
	if (u->wants_reparse && !u->reparse)
		u->reparse = blob;
	else if (!u->data)
		u->data = blob;
}

static int decode_streams(const struct wim *w, struct loaded_image *image,
			  uint64_t at, unsigned count, struct unnamed *u,
			  struct wim_dentry *d, struct err *err)
{
	struct wim_stream *named = d->streams + 1;
	size_t named_count = 0;

	for (unsigned i = 0; i < count; i++) {
		struct stream_disk s;
		const struct wim_blob *blob;
		const le16 *name;
		size_t len;
		int r;

		memcpy(&s, image->metadata + at, sizeof(s));
		r = find_blob(w, s.sha1, at, &blob, err);
		if (r)
			return r;
		name = (const le16 *)(image->metadata + at + sizeof(s));
		len = get_le16(s.name_len) / 2;
		if (!len) {
			take_unnamed(u, blob);
		} else if (wim_name_is_good(name, len, ':')) {
			named[named_count++] =
				(struct wim_stream){name, len, blob};
		} else {
			return err_corrupt(err, what, at,
					   "a stream's name is not allowed");
		}
		at += round_up(get_le64(s.length), 8);
	}
	qsort(named, named_count, sizeof(*named), by_name);
	for (size_t i = 1; i < named_count; i++)
		// NTFS finds attributes by name without regard to case: of two,
		// one could never be opened.
		if (!by_name(&named[i - 1], &named[i]))
			return err_corrupt(err, what, at,
					   "two streams have the same name");
	d->stream_count = named_count;
	return 0;
}

// The words at 0x58: of a reparse point, its tag and reserved words; of a file,
// its link group. So a reparse point cannot have several names, and a folder
// has none of the two.
static void decode_links(const struct dentry_disk *raw, struct wim_dentry *d)
{
	uint32_t low = get_le32(raw->link_low), high = get_le32(raw->link_high);

	if (d->attributes & WIM_ATTRIBUTE_REPARSE) {
		d->reparse_tag = low;
		d->reparse_flags = high;
	} else if (!(d->attributes & WIM_ATTRIBUTE_FOLDER)) {
		d->link_group = (uint64_t)high << 32 | low;
	}
}

static int decode_names(const struct loaded_image *image, uint64_t pos,
			const struct dentry_disk *raw, bool is_root,
			struct wim_dentry *d, struct err *err)
{
	const uint8_t *names = image->metadata + pos + sizeof(*raw);

	// The root has no name; what some writers put there is not looked at.
	if (is_root)
		return 0;
	d->name = (const le16 *)names;
	d->name_len = get_le16(raw->name_len) / 2;
	if (!wim_name_is_good(d->name, d->name_len, 0))
		return err_corrupt(err, what, pos,
				   "a name is empty, too long, or has units "
				   "that are not allowed");
	d->short_name = (const le16 *)(names + name_room(raw->name_len));
	d->short_name_len = get_le16(raw->short_name_len) / 2;
	if (d->short_name_len &&
	    !wim_name_is_good(d->short_name, d->short_name_len, 0))
		return err_corrupt(err, what, pos,
				   "a short name is not allowed");
	return 0;
}

int wim_dentry_decode(const struct wim *w, struct loaded_image *image,
		      uint64_t pos, bool is_root, struct wim_dentry *ret,
		      struct err *err)
{
	struct wim_dentry d = {.parent = ret->parent};
	struct dentry_disk raw;
	struct unnamed u = {0};
	const struct wim_blob *blob;
	uint64_t end;
	uint32_t security;
	int r;

	memcpy(&raw, image->metadata + pos, sizeof(raw));
	d.attributes = get_le32(raw.attributes);
	d.created = get_le64(raw.created);
	d.accessed = get_le64(raw.accessed);
	d.modified = get_le64(raw.modified);
	security = get_le32(raw.security);
	if (security != NO_SECURITY && security >= image->image.security_count)
		return err_corrupt(err, what, pos,
				   "there is no security descriptor %u",
				   (unsigned)security);
	d.security = security == NO_SECURITY ? -1 : (int32_t)security;
	decode_links(&raw, &d);
	r = decode_names(image, pos, &raw, is_root, &d, err);
	if (!r)
		r = find_blob(w, raw.sha1, pos, &blob, err);
	if (r)
		return r;
	end = pos + get_le64(raw.length);
	wim_items_decode(image, pos + round_up(names_end(&raw), 8), end, &d);
	u.wants_reparse = d.attributes & WIM_ATTRIBUTE_REPARSE;
	take_unnamed(&u, blob);
	d.streams = image->streams + image->stream_count;
	r = decode_streams(w, image, round_up(end, 8), get_le16(raw.streams),
			   &u, &d, err);
	if (r)
		return r;
	d.reparse = u.reparse;
	// One more was counted for each entry: that of the unnamed content,
	// which a folder does not have.
	if (d.attributes & WIM_ATTRIBUTE_FOLDER) {
		d.streams++;
	} else {
		d.streams[0] = (struct wim_stream){.blob = u.data};
		d.stream_count++;
	}
	image->stream_count += 1 + get_le16(raw.streams);
	*ret = d;
	return 0;
}
