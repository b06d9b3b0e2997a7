// SPDX-License-Identifier: MIT
//
// Reparse points of an image as NTFS stores them.

#include <string.h>

#include "image_priv.h"

// A WIM stores reparse data without its header ([MS-FSCC] 2.1.2.1), which the
// dentry's tag gives back. The length does not count the GUID that tags other
// than Microsoft's have before their data (2.1.2.3).
int image_read_reparse(struct wim *w, const struct wim_dentry *d, uint8_t **ret,
		       size_t *ret_size, struct err *err)
{
	size_t size = d->reparse ? (size_t)d->reparse->size : 0;
	size_t guid = d->reparse_tag & 0x80000000u ? 0 : REPARSE_GUID;
	uint8_t *data;
	void *content = NULL;
	int r = 0;

	if (d->reparse && d->reparse->size > REPARSE_MAX_DATA)
		return err_corrupt(err, "reparse point", ERR_NOWHERE,
				   "its data is longer than %u bytes",
				   REPARSE_MAX_DATA);
	if (size < guid)
		return err_corrupt(err, "reparse point", ERR_NOWHERE,
				   "tag %08x needs a GUID before its data, and "
				   "there are %zu bytes",
				   d->reparse_tag, size);
	if (d->reparse)
		r = wim_read_blob(w, d->reparse, REPARSE_MAX_DATA, &content,
				  err);
	if (r)
		return r;
	data = mem_alloc(REPARSE_HEADER + size);
	if (!data) {
		mem_free(content);
		return err_nomem(err);
	}
	memcpy(data, to_le32(d->reparse_tag).b, 4);
	memcpy(data + 4, to_le16((uint16_t)(size - guid)).b, 2);
	memcpy(data + 6, to_le16((uint16_t)d->reparse_flags).b, 2);
	if (size)
		memcpy(data + REPARSE_HEADER, content, size);
	mem_free(content);
	*ret = data;
	*ret_size = REPARSE_HEADER + size;
	return 0;
}
