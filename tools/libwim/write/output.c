// SPDX-License-Identifier: MIT
//
// Bytes at the end of a file, gathered so that small resources do not each take
// a call.

#include <string.h>

#include "write.h"

int wim_output_init(struct output *o, struct disk *file, uint64_t at,
		    struct err *err)
{
	uint8_t *buf = mem_alloc(OUTPUT_BUFFER);

	if (!buf)
		return err_nomem(err);
	*o = (struct output){.file = file, .at = at, .buf = buf};
	return 0;
}

void wim_output_done(struct output *o)
{
	mem_free(o->buf);
	o->buf = NULL;
}

uint64_t wim_output_place(const struct output *o)
{
	return o->at + o->used;
}

int wim_output_flush(struct output *o, struct err *err)
{
	int r = 0;

	if (o->used)
		r = disk_extend(o->file, o->at, o->buf, o->used, err);
	if (r)
		return r;
	o->at += o->used;
	o->used = 0;
	return 0;
}

int wim_output_write(struct output *o, const void *data, size_t len,
		     struct err *err)
{
	int r = 0;

	if (len > OUTPUT_BUFFER - o->used)
		r = wim_output_flush(o, err);
	if (!r && len > OUTPUT_BUFFER) {
		r = disk_extend(o->file, o->at, data, len, err);
		if (!r)
			o->at += len;
	} else if (!r && len) {
		memcpy(o->buf + o->used, data, len);
		o->used += len;
	}
	return r;
}

int wim_output_skip(struct output *o, uint64_t len, struct err *err)
{
	int r = wim_output_flush(o, err);

	if (!r)
		o->at += len;
	return r;
}

int wim_output_patch(struct output *o, uint64_t at, const void *data,
		     size_t len, struct err *err)
{
	int r = wim_output_flush(o, err);

	return r ? r : disk_write(o->file, at, data, len, err);
}

int wim_output_rewind(struct output *o, uint64_t at, struct err *err)
{
	if (at >= o->at) {
		o->used = (size_t)(at - o->at);
		return 0;
	}
	o->used = 0;
	o->at = at;
	return at < o->file->size ? disk_resize(o->file, at, err) : 0;
}
