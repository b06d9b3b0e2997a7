// SPDX-License-Identifier: MIT
//
// A WIM that is made or added to, from its beginning to its new header ("Windows
// Imaging File Format (WIM)" white paper, "WIM header").

#include <string.h>

#include "write.h"

#define LZMS_MIN_CHUNK (32 << 10)

static const struct {
	enum codec_kind kind;
	uint32_t min_chunk, usual_chunk, max_chunk, solid_chunk;
} codecs[] = {
	[WIM_COMPRESSION_XPRESS] = {CODEC_XPRESS, 4 << 10, 32 << 10, 64 << 10,
				    64 << 10},
	[WIM_COMPRESSION_LZX] = {CODEC_LZX, 32 << 10, 32 << 10, 2 << 20,
				 2 << 20},
	[WIM_COMPRESSION_LZMS] = {CODEC_LZMS, LZMS_MIN_CHUNK, 128 << 10,
				  1 << 30, 64 << 20},
};

// Checks that something can be written so.
static int check_packing(const struct packing *p, struct err *err)
{
	struct compressor *c;
	int r;

	if (!p->compression)
		return 0;
	if (!is_power_of_two(p->chunk_size) ||
	    p->chunk_size < codecs[p->compression].min_chunk ||
	    p->chunk_size > codecs[p->compression].max_chunk)
		return err_set(err, -EINVAL, "WIM", ERR_NOWHERE,
			       "a chunk of this compression cannot have %u "
			       "bytes",
			       (unsigned)p->chunk_size);
	r = codec_compressor_new(codecs[p->compression].kind,
				 codecs[p->compression].min_chunk, p->level,
				 &c);
	if (r == -EINVAL)
		return err_set(err, -ENOTSUP, "WIM", ERR_NOWHERE,
			       "this compression cannot be written");
	if (r)
		return err_nomem(err);
	codec_compressor_free(c);
	return 0;
}

static uint32_t or_else(uint32_t chunk_size, uint32_t usual)
{
	return chunk_size ? chunk_size : usual;
}

// `packing` is that of resources of their own.
static int set_packing(struct wim_writer *w,
		       const struct wim_write_options *options,
		       const struct packing *packing, struct err *err)
{
	enum wim_compression solid = options->solid_compression;
	int r;

	w->packing = *packing;
	if (w->packing.compression)
		w->packing.chunk_size =
			or_else(packing->chunk_size,
				codecs[packing->compression].usual_chunk);
	else
		w->packing.chunk_size = 0;
	r = check_packing(&w->packing, err);
	if (r || !options->is_solid)
		return r;
	w->is_solid = true;
	if (!solid)
		solid = packing->compression;
	if (!solid)
		return err_set(err, -EINVAL, "WIM", ERR_NOWHERE,
			       "solid content is compressed");
	w->solid_packing = (struct packing){
		solid,
		or_else(options->solid_chunk_size, codecs[solid].solid_chunk),
		options->level};
	return check_packing(&w->solid_packing, err);
}

static int set_pool(struct wim_writer *w, struct pool *pool, struct err *err)
{
	int r = 0;

	w->pool = pool;
	if (!pool) {
		r = pool_new(0, &w->own_pool, err);
		w->pool = w->own_pool;
	}
	return r;
}

// --- New files ---------------------------------------------------------------

static int begin_new(struct wim_writer *w,
		     const struct wim_write_options *options, struct err *err)
{
	const struct packing packing = {options->compression,
					options->chunk_size, options->level};
	struct wim_xml_node *root;
	int r = set_packing(w, options, &packing, err);

	w->has_integrity = options->has_integrity;
	w->rp_fix = options->rp_fix;
	w->guid = options->guid;
	if (!r && guid_is_zero(&w->guid))
		r = guid_random(&w->guid, err);
	if (!r)
		r = set_pool(w, options->pool, err);
	if (!r)
		r = wim_xml_new(&w->xml, err);
	if (r)
		return r;
	// DISM has it before the images.
	root = wim_xml_root(w->xml);
	r = wim_writer_set(w->xml, root, "TOTALBYTES", "0", err);
	if (!r)
		r = wim_output_init(&w->output, w->file,
				    sizeof(struct wim_header_disk), err);
	return r ? r : disk_resize(w->file, 0, err);
}

int wim_writer_create(struct disk *file,
		      const struct wim_write_options *options,
		      struct wim_writer **ret, struct err *err)
{
	struct wim_writer *w = mem_alloc(sizeof(*w));
	int r;

	if (!w)
		return err_nomem(err);
	w->file = file;
	r = begin_new(w, options, err);
	if (r)
		wim_writer_free(w);
	else
		*ret = w;
	return r;
}

// --- The end -----------------------------------------------------------------

uint32_t wim_writer_images(const struct wim_writer *w)
{
	return (uint32_t)w->image_count;
}

int wim_writer_set_boot(struct wim_writer *w, uint32_t index, struct err *err)
{
	if (index > w->image_count)
		return err_set(err, -ENOENT, "WIM", ERR_NOWHERE,
			       "there is no image %u; the file has %zu",
			       (unsigned)index, w->image_count);
	w->boot_index = index;
	return 0;
}

int wim_writer_finish(struct wim_writer *w, struct progress *progress,
		      struct err *err)
{
	struct wim_header_disk header;
	int r = wim_writer_put_tables(w, progress, &header, err);

	// Only what is safe is told of.
	if (!r)
		r = disk_flush(w->file, err);
	if (!r)
		r = disk_write(w->file, 0, &header, sizeof(header), err);
	if (!r) {
		// Whatever the flush says: the header may have arrived.
		w->is_finished = true;
		r = disk_flush(w->file, err);
	}
	return r;
}

void wim_writer_free(struct wim_writer *w)
{
	if (!w)
		return;
	if (w->base && !w->is_finished && w->file->size > w->old_size)
		best_effort(disk_resize(w->file, w->old_size, NULL));
	pool_free(w->own_pool);
	wim_output_done(&w->output);
	wim_list_done(&w->list);
	wim_xml_free(w->xml);
	mem_free(w->metadata);
	mem_free(w->sizes);
	mem_free(w);
}
