// SPDX-License-Identifier: MIT
//
// Bitmaps of sectors, kept in memory a page at a time: "Virtual Hard Disk Image
// Format Specification" 1.0, "Data Block Bitmap", and "VHDX Format
// Specification" 1.00, section 2.5.1.2, which differ in the order of bits.

#include <string.h>

#include "blocks.h"

static size_t bucket_of(uint64_t off)
{
	return (size_t)((off >> 9) * UINT64_C(0x9e3779b97f4a7c15) >> 54);
}
_Static_assert(BLOCKS_MAX_PAGES == 1 << 10, "bucket_of gives ten bits");

static void unlink_page(struct vdisk_blocks *b, struct vdisk_page *page)
{
	struct vdisk_page **at = &b->buckets[bucket_of(page->off)];

	while (*at != page)
		at = &(*at)->next;
	*at = page->next;
}

// Returns a page to use anew, taken out of its bucket: one never used, or the
// next clean one.
static struct vdisk_page *clean_page(struct vdisk_blocks *b)
{
	struct vdisk_page *page;

	if (b->page_count < b->max_pages) {
		page = &b->pages[b->page_count];
		page->bytes = b->page_bytes +
			      (size_t)b->page_count++ * b->page_size;
		return page;
	}
	for (uint32_t i = 0; i < b->page_count; i++) {
		page = &b->pages[b->clock++ % b->page_count];
		if (page->is_dirty)
			continue;
		if (page->is_used)
			unlink_page(b, page);
		page->is_used = false;
		return page;
	}
	return NULL;
}

int vdisk_page_get(struct vdisk_blocks *b, uint64_t off,
		   struct vdisk_page **ret, struct err *err)
{
	struct vdisk_page **bucket = &b->buckets[bucket_of(off)], *page;
	int r;

	for (page = *bucket; page; page = page->next)
		if (page->off == off)
			break;
	if (page) {
		*ret = page;
		return 0;
	}
	page = clean_page(b);
	if (!page)
		return err_nomem(err);
	r = disk_read(b->file, off, page->bytes, b->page_size, err);
	if (r)
		return r;
	page->off = off;
	page->is_used = true;
	page->next = *bucket;
	*bucket = page;
	*ret = page;
	return 0;
}

static uint8_t mask(const struct vdisk_blocks *b, uint32_t bit)
{
	return (uint8_t)(b->low_bit_first ? 1 << bit % 8 : 0x80 >> bit % 8);
}

int vdisk_bits_put(struct vdisk_blocks *b, uint64_t block, uint32_t sector,
		   uint32_t count, bool here, struct err *err)
{
	uint32_t bits = b->page_size * 8;

	while (count) {
		struct vdisk_page *page;
		uint32_t bit;
		uint64_t off = b->ops->bit_page(b, block, sector, &bit);
		uint32_t n = bits - bit < count ? bits - bit : count;
		int r = vdisk_blocks_room(b, 1, err);

		if (!r)
			r = vdisk_page_get(b, off, &page, err);
		if (r)
			return r;
		for (uint32_t i = 0; i < n; i++) {
			uint8_t m = mask(b, bit + i), *at;

			at = &page->bytes[(bit + i) / 8];
			if (!(*at & m) == !here)
				continue;
			*at ^= m;
			b->dirty_page_count += !page->is_dirty;
			page->is_dirty = true;
		}
		sector += n;
		count -= n;
	}
	return 0;
}

int vdisk_bits_run(struct vdisk_blocks *b, uint64_t block, uint32_t sector,
		   uint32_t max, uint32_t *ret_count, bool *ret_here,
		   struct err *err)
{
	uint32_t bits = b->page_size * 8, count = 0;
	bool here = false;

	while (count < max) {
		struct vdisk_page *page;
		uint32_t bit, end;
		uint64_t off = b->ops->bit_page(b, block, sector + count, &bit);
		int r = vdisk_page_get(b, off, &page, err);

		if (r)
			return r;
		if (!count)
			here = page->bytes[bit / 8] & mask(b, bit);
		end = bits - bit < max - count ? bits : bit + max - count;
		while (bit < end &&
		       !(page->bytes[bit / 8] & mask(b, bit)) == !here) {
			bit++;
			count++;
		}
		if (bit < end)
			break;
	}
	*ret_count = count;
	*ret_here = here;
	return 0;
}
