// SPDX-License-Identifier: MIT
//
// Changes of metadata through the log, "VHDX Format Specification" 1.00, section
// 2.3: what one entry holds is done all at once.

#include <string.h>

#include "patch.h"

int vhdx_patch_init(struct vhdx_patch *p, struct vhdx_blocks *v,
		    struct err *err)
{
	*p = (struct vhdx_patch){
		.v = v, .pages = mem_array(VHDX_LOG_MAX_WRITES, VHDX_PAGE)};
	return p->pages ? 0 : err_nomem(err);
}

// Gives the page at `off` in memory.
static int page_at(struct vhdx_patch *p, uint64_t off, uint8_t **ret,
		   struct err *err)
{
	uint8_t *page;
	int r;

	for (size_t i = 0; i < p->count; i++)
		if (p->writes[i].offset == off) {
			*ret = p->pages + i * VHDX_PAGE;
			return 0;
		}
	if (p->count == VHDX_LOG_MAX_WRITES)
		return err_set(err, -EFBIG, "VHDX log", off,
			       "the change does not fit into one entry");
	page = p->pages + p->count * VHDX_PAGE;
	r = disk_read(p->v->blocks.file, off, page, VHDX_PAGE, err);
	if (r)
		return r;
	p->writes[p->count++] = (struct vhdx_log_write){off, VHDX_PAGE, page};
	*ret = page;
	return 0;
}

int vhdx_patch_put(struct vhdx_patch *p, uint64_t off, const void *bytes,
		   size_t len, struct err *err)
{
	const uint8_t *from = bytes;

	while (len) {
		size_t in = (size_t)(off % VHDX_PAGE);
		size_t n = VHDX_PAGE - in < len ? VHDX_PAGE - in : len;
		uint8_t *page = NULL;
		int r = page_at(p, off - in, &page, err);

		if (r)
			return r;
		memcpy(page + in, from, n);
		from += n;
		off += n;
		len -= n;
	}
	return 0;
}

int vhdx_patch_table(struct vhdx_patch *p, uint64_t off, uint64_t len,
		     struct err *err)
{
	uint8_t *bytes = mem_alloc(VHDX_TABLE_SIZE);
	int r = bytes ? vhdx_regions_change(p->v->blocks.file, off, len, bytes,
					    err)
		      : err_nomem(err);

	if (!r)
		r = vhdx_patch_put(p, VHDX_REGION_1, bytes, VHDX_TABLE_SIZE,
				   err);
	if (!r)
		r = vhdx_patch_put(p, VHDX_REGION_2, bytes, VHDX_TABLE_SIZE,
				   err);
	mem_free(bytes);
	return r;
}

int vhdx_patch_apply(struct vhdx_patch *p, struct err *err)
{
	struct disk *file = p->v->blocks.file;
	int r = disk_flush(file, err);

	if (!r)
		r = vhdx_log_append(&p->v->log, p->writes, p->count, err);
	if (r)
		return r;
	for (size_t i = 0; i < p->count && !r; i++)
		r = disk_write(file, p->writes[i].offset, p->writes[i].data,
			       VHDX_PAGE, err);
	if (!r)
		r = disk_flush(file, err);
	// What did not get to its place must be replayed: the log stays.
	if (r)
		p->v->blocks.prepared = false;
	return r;
}

void vhdx_patch_done(struct vhdx_patch *p)
{
	mem_free(p->pages);
	p->pages = NULL;
}
