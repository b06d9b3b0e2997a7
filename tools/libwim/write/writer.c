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

// --- New files ---------------------------------------------------------------

int wim_writer_pool(struct wim_writer *w, struct err *err)
{
	int r = 0;

	if (!w->pool)
		r = pool_new(0, &w->own_pool, err);
	if (!r && w->own_pool)
		w->pool = w->own_pool;
	return r;
}

static uint32_t header_flags(const struct wim_writer *w, bool rp_fix)
{
	static const uint32_t flags[] = {
		[WIM_COMPRESSION_XPRESS] = WIM_FLAG_COMPRESSED |
					   WIM_FLAG_XPRESS,
		[WIM_COMPRESSION_LZX] = WIM_FLAG_COMPRESSED | WIM_FLAG_LZX,
		[WIM_COMPRESSION_LZMS] = WIM_FLAG_COMPRESSED | WIM_FLAG_LZMS,
	};

	return flags[w->packing.compression] | (rp_fix ? WIM_FLAG_RP_FIX : 0);
}

static int set_header(struct wim_writer *w,
		      const struct wim_write_options *options, struct err *err)
{
	struct wim_header_disk *h = &w->header;
	struct guid guid = options->guid;
	int r = guid_is_zero(&guid) ? guid_random(&guid, err) : 0;

	memcpy(h->magic, WIM_MAGIC, sizeof(h->magic));
	h->header_size = to_le32(sizeof(*h));
	h->version = to_le32(WIM_VERSION);
	h->flags = to_le32(header_flags(w, options->rp_fix));
	h->chunk_size = to_le32(w->packing.chunk_size);
	memcpy(h->guid, guid.b, sizeof(h->guid));
	h->part = h->parts = to_le16(1);
	return r;
}

static int begin_new(struct wim_writer *w,
		     const struct wim_write_options *options, struct err *err)
{
	const struct packing packing = {options->compression,
					options->chunk_size, options->level};
	int r = set_packing(w, options, &packing, err);

	w->pool = options->pool;
	w->has_integrity = options->has_integrity;
	if (!r)
		r = set_header(w, options, err);
	if (!r)
		r = wim_xml_new(&w->xml, err);
	// DISM has it before the images.
	if (!r)
		r = wim_writer_set(w->xml, wim_xml_root(w->xml), "TOTALBYTES",
				   "0", err);
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

static int begin_part(struct wim_writer *w, const struct wim *like,
		      struct err *err)
{
	int r = wim_base_xml(like, &w->xml, err);

	w->is_part = true;
	w->has_integrity = like->info.has_integrity;
	w->boot_index = like->info.boot_index;
	if (!r)
		r = wim_output_init(&w->output, w->file,
				    sizeof(struct wim_header_disk), err);
	return r ? r : disk_resize(w->file, 0, err);
}

int wim_writer_create_part(struct disk *file,
			   const struct wim_header_disk *header,
			   const struct wim *like, struct wim_writer **ret,
			   struct err *err)
{
	struct wim_writer *w = mem_alloc(sizeof(*w));
	int r;

	if (!w)
		return err_nomem(err);
	w->file = file;
	w->header = *header;
	r = begin_part(w, like, err);
	if (r)
		wim_writer_free(w);
	else
		*ret = w;
	return r;
}

// --- Files that are changed --------------------------------------------------

static int begin_change(struct wim_writer *w, struct err *err)
{
	int r = wim_base_header(w->base, &w->header, err);

	w->has_integrity = w->base->info.has_integrity;
	if (w->base->info.boot_index <= w->base->info.images)
		w->boot_index = w->base->info.boot_index;
	if (!r)
		r = wim_base_take(w, err);
	return r ? r : wim_output_init(&w->output, w->file, w->old_size, err);
}

int wim_writer_change(struct wim *base, struct wim_writer **ret,
		      struct err *err)
{
	struct wim_writer *w = mem_alloc(sizeof(*w));
	int r;

	if (!w)
		return err_nomem(err);
	w->file = base->files[0].disk;
	w->base = base;
	w->old_size = w->file->size;
	r = begin_change(w, err);
	if (r)
		wim_writer_free(w);
	else
		*ret = w;
	return r;
}

int wim_writer_append(struct wim *w, const struct wim_write_options *options,
		      struct wim_writer **ret, struct err *err)
{
	const struct packing packing = {w->info.compression, w->info.chunk_size,
					options->level};
	struct wim_writer *writer;
	int r = wim_writer_change(w, &writer, err);

	if (r)
		return r;
	writer->pool = options->pool;
	writer->has_integrity |= options->has_integrity;
	r = set_packing(writer, options, &packing, err);
	if (!r)
		r = wim_base_count(writer, 0, err);
	if (r)
		wim_writer_free(writer);
	else
		*ret = writer;
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

int wim_writer_put_header(struct wim_writer *w,
			  const struct wim_header_disk *header, struct err *err)
{
	int r = disk_flush(w->file, err);

	// Only what is safe is told of.
	if (!r)
		r = disk_write(w->file, 0, header, sizeof(*header), err);
	if (r)
		return r;
	// Whatever the flush says: the header may have arrived.
	w->is_finished = true;
	return disk_flush(w->file, err);
}

int wim_writer_finish(struct wim_writer *w, struct progress *progress,
		      struct err *err)
{
	struct wim_header_disk header = {0};
	int r = wim_writer_put_tables(w, progress, &header, err);

	return r ? r : wim_writer_put_header(w, &header, err);
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
