// SPDX-License-Identifier: MIT
//
// Data on its way to its final place, from any thread.

#include <string.h>

#include "build.h"

static uint64_t place_of(const struct ntfs_build *b, const struct stream *s)
{
	return s->lcn * b->cluster_size;
}

// The last cluster of a stream is written together with the zeroes that follow
// its data there.
static int write_tail(struct ntfs_build *b, const struct stream *s,
		      uint64_t off, const uint8_t *data, size_t len,
		      struct err *err)
{
	size_t room = (size_t)(round_up(s->size, b->cluster_size) - off);
	uint8_t *tail = mem_alloc(room);
	int r;

	if (!tail)
		return err_nomem(err);
	memcpy(tail, data, len);
	r = disk_write(b->dev, place_of(b, s) + off, tail, room, err);
	mem_free(tail);
	return r;
}

int ntfs_build_write(struct ntfs_build *b, uint32_t stream, uint64_t off,
		     const void *data, size_t len, struct err *err)
{
	const uint8_t *from = data;
	const struct stream *s;
	uint64_t last;
	int r;

	if (!b->placed || stream >= b->user_streams ||
	    b->streams[stream].kept || b->streams[stream].hole ||
	    !range_ok(off, len, b->streams[stream].size))
		return err_set(err, -EINVAL, "stream", off,
			       "nothing can be written there");
	s = &b->streams[stream];
	if (!len)
		return 0;
	if (s->data) {
		memcpy(s->data + off, data, len);
		return 0;
	}
	last = round_down(s->size, b->cluster_size);
	if (off + len < s->size || last == s->size)
		return disk_write(b->dev, place_of(b, s) + off, data, len, err);
	if (off < last) {
		r = disk_write(b->dev, place_of(b, s) + off, from,
			       (size_t)(last - off), err);
		if (r)
			return r;
		from += last - off;
		len -= (size_t)(last - off);
		off = last;
	}
	return write_tail(b, s, off, from, len, err);
}

int ntfs_build_open_stream(struct ntfs_build *b, uint32_t stream,
			   struct disk **ret, struct err *err)
{
	if (!b->placed || stream >= b->user_streams ||
	    !b->streams[stream].reserve)
		return err_set(err, -EINVAL, "stream", ERR_NOWHERE,
			       "it was not reserved");
	return disk_slice(b->dev, place_of(b, &b->streams[stream]),
			  b->streams[stream].size, ret, err);
}

int ntfs_build_place(const struct ntfs_build *b, uint32_t stream,
		     struct disk_extent *ret, struct err *err)
{
	const struct stream *s;

	if (!b->placed || stream >= b->user_streams ||
	    b->streams[stream].kept || b->streams[stream].hole ||
	    !b->streams[stream].size)
		return err_set(err, -EINVAL, "stream", ERR_NOWHERE,
			       "it has no place of its own");
	s = &b->streams[stream];
	if (s->resident)
		return err_set(err, -ENOENT, "stream", ERR_NOWHERE,
			       "it lies in a file record");
	*ret = (struct disk_extent){place_of(b, s), s->size};
	return 0;
}
