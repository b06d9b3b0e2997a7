// SPDX-License-Identifier: MIT
//
// Headers and region tables of a VHDX, "VHDX Format Specification" 1.00,
// sections 2.2.1 to 2.2.3.

#include <string.h>

#include "../vdisk_priv.h"
#include "vhdx_disk.h"
#include "vhdx_priv.h"

// In on-disk order.
const struct guid vhdx_table_region = {{0x66, 0x77, 0xc2, 0x2d, 0x23, 0xf6,
					0x00, 0x42, 0x9d, 0x64, 0x11, 0x5e,
					0x9b, 0xfd, 0x4a, 0x08}};
const struct guid vhdx_meta_region = {{0x06, 0xa2, 0x7c, 0x8b, 0x90, 0x47, 0x9a,
				       0x4b, 0xb8, 0xfe, 0x57, 0x5f, 0x05, 0x0f,
				       0x88, 0x6e}};

static int read_file_id(struct disk *file, struct vhdx *v, struct err *err)
{
	struct vhdx_file_id_disk id;
	size_t n = 0;
	char *creator;
	int r;

	if (file->size < VHDX_REGION_2 + VHDX_TABLE_SIZE)
		return err_set(err, -ENOENT, "VHDX", ERR_NOWHERE,
			       "there is none");
	r = disk_read(file, 0, &id, sizeof(id), err);
	if (r)
		return r;
	if (memcmp(id.signature, "vhdxfile", sizeof(id.signature)))
		return err_set(err, -ENOENT, "VHDX", ERR_NOWHERE,
			       "there is none");
	while (n < 256 && get_le16(id.creator[n]))
		n++;
	creator = utf16_to_utf8(id.creator, n);
	if (!creator)
		return err_nomem(err);
	memcpy(v->creator, creator, strlen(creator) + 1);
	mem_free(creator);
	return 0;
}

static bool is_header(const struct vhdx_header_disk *h)
{
	return !memcmp(h->signature, "head", 4) &&
	       get_le32(h->checksum) ==
		       vhdx_checksum((const uint8_t *)h, sizeof(*h));
}

static int decode_header(const struct vhdx_header_disk *disk, int slot,
			 uint64_t file_size, struct vhdx_header *ret,
			 struct err *err)
{
	struct vhdx_header h = {.sequence = get_le64(disk->sequence),
				.slot = slot,
				.file_write = disk->file_write,
				.data_write = disk->data_write,
				.log = disk->log,
				.log_offset = get_le64(disk->log_offset),
				.log_length = get_le32(disk->log_length)};
	uint64_t where = slot ? VHDX_HEADER_2 : VHDX_HEADER_1;
	bool has_log = h.log_length;

	if (get_le16(disk->version) != 1)
		return err_set(err, -ENOTSUP, "VHDX header", where,
			       "version %u of the format is not known",
			       get_le16(disk->version));
	if (!guid_is_zero(&h.log) && get_le16(disk->log_version))
		return err_set(err, -ENOTSUP, "VHDX header", where,
			       "version %u of the log is not known",
			       get_le16(disk->log_version));
	if ((!has_log && !guid_is_zero(&h.log)) ||
	    (has_log && (h.log_offset < VHDX_MIB || h.log_offset % VHDX_MIB ||
			 h.log_length % VHDX_MIB ||
			 !range_ok(h.log_offset, h.log_length, file_size))))
		return err_corrupt(err, "VHDX header", where,
				   "the log is not inside the file");
	*ret = h;
	return 0;
}

static int read_headers(struct disk *file, struct vhdx *v, struct err *err)
{
	struct vhdx_header_disk h[2];
	bool good[2];
	int current, r;

	r = disk_read(file, VHDX_HEADER_1, &h[0], sizeof(h[0]), err);
	if (!r)
		r = disk_read(file, VHDX_HEADER_2, &h[1], sizeof(h[1]), err);
	if (r)
		return r;
	good[0] = is_header(&h[0]);
	good[1] = is_header(&h[1]);
	if (!good[0] && !good[1])
		return err_corrupt(err, "VHDX header", VHDX_HEADER_1,
				   "both headers are damaged");
	current = !good[0] || (good[1] && get_le64(h[1].sequence) >
						  get_le64(h[0].sequence));
	return decode_header(&h[current], current, file->size, &v->header, err);
}

// Section 2.2.2: of two good headers the one with the higher number counts. So the
// other is written, and when the power goes meanwhile the current one is still there.
int vhdx_header_write(struct disk *file, struct vhdx_header *h, struct err *err)
{
	for (int i = 0; i < 2; i++) {
		struct vhdx_header_disk d = {
			.sequence = to_le64(h->sequence + 1),
			.file_write = h->file_write,
			.data_write = h->data_write,
			.log = h->log,
			.version = to_le16(1),
			.log_length = to_le32(h->log_length),
			.log_offset = to_le64(h->log_offset),
		};
		int r;

		memcpy(d.signature, "head", 4);
		d.checksum =
			to_le32(vhdx_checksum((const uint8_t *)&d, sizeof(d)));
		r = disk_write(file, h->slot ? VHDX_HEADER_1 : VHDX_HEADER_2,
			       &d, sizeof(d), err);
		if (!r)
			r = disk_flush(file, err);
		if (r)
			return r;
		h->slot = !h->slot;
		h->sequence++;
	}
	return 0;
}

// A region that is not known is left where it is, unless all must know it.
static int take_unknown(const struct vhdx_region_disk *region, uint64_t where,
			uint64_t file_size, struct vhdx *v, struct err *err)
{
	uint64_t off = get_le64(region->offset), len = get_le32(region->length);
	char guid[GUID_TEXT];

	if (get_le32(region->required) & 1)
		return err_set(err, -ENOTSUP, "VHDX region table", where,
			       "it requires a region that is not known, {%s}",
			       guid_format(&region->id, guid));
	if (!range_ok(off, len, file_size))
		return 0;
	if (v->other_count == VHDX_MAX_OTHERS)
		return err_set(err, -EFBIG, "VHDX region table", where,
			       "there are more regions than are handled");
	v->others[v->other_count].offset = off;
	v->others[v->other_count++].length = len;
	return 0;
}

static int take_region(const struct vhdx_region_disk *region, uint64_t where,
		       uint64_t file_size, struct vhdx *v, struct err *err)
{
	uint64_t off = get_le64(region->offset);
	uint32_t len = get_le32(region->length);
	bool is_table = guid_equal(&region->id, &vhdx_table_region);

	if (!is_table && !guid_equal(&region->id, &vhdx_meta_region))
		return take_unknown(region, where, file_size, v, err);
	if (is_table ? v->table_offset : v->meta_offset)
		return err_corrupt(err, "VHDX region table", where,
				   "a region is there twice");
	if (off < VHDX_MIB || off % VHDX_MIB || !len ||
	    !range_ok(off, len, file_size))
		return err_corrupt(err, "VHDX region table", where,
				   "a region is not inside the file");
	if (is_table) {
		v->table_offset = off;
		v->table_length = len;
	} else {
		v->meta_offset = off;
		v->meta_length = len;
	}
	return 0;
}

static int decode_regions(const uint8_t *bytes, uint64_t where,
			  uint64_t file_size, struct vhdx *v, struct err *err)
{
	struct vhdx_region_head_disk head;
	uint32_t count;

	memcpy(&head, bytes, sizeof(head));
	count = get_le32(head.count);
	if (count > VHDX_MAX_ENTRIES)
		return err_corrupt(err, "VHDX region table", where,
				   "%u entries do not fit", count);
	for (uint32_t i = 0; i < count; i++) {
		struct vhdx_region_disk region;
		int r;

		memcpy(&region, bytes + sizeof(head) + i * sizeof(region),
		       sizeof(region));
		r = take_region(&region, where, file_size, v, err);
		if (r)
			return r;
	}
	if (!v->table_offset || !v->meta_offset)
		return err_corrupt(err, "VHDX region table", where,
				   "a region that must be there is missing");
	return 0;
}

static bool is_region_table(const uint8_t *bytes)
{
	struct vhdx_region_head_disk head;

	memcpy(&head, bytes, sizeof(head));
	return !memcmp(head.signature, "regi", 4) &&
	       get_le32(head.checksum) == vhdx_checksum(bytes, VHDX_TABLE_SIZE);
}

// Reads the first copy, or the second when that is damaged.
static int load_regions(struct disk *file, uint8_t *bytes, uint64_t *ret_where,
			struct err *err)
{
	uint64_t where = VHDX_REGION_1;
	int r = disk_read(file, where, bytes, VHDX_TABLE_SIZE, err);

	if (!r && !is_region_table(bytes)) {
		where = VHDX_REGION_2;
		r = disk_read(file, where, bytes, VHDX_TABLE_SIZE, err);
		if (!r && !is_region_table(bytes))
			r = err_corrupt(err, "VHDX region table", where,
					"both copies are damaged");
	}
	*ret_where = where;
	return r;
}

int vhdx_copies_check(struct disk *file, bool *ret_good, struct err *err)
{
	uint8_t *both = mem_array(2, VHDX_TABLE_SIZE);
	struct vhdx_header_disk h[2];
	int r = both ? 0 : err_nomem(err);

	for (unsigned i = 0; i < 2 && !r; i++) {
		r = disk_read(file, i ? VHDX_HEADER_2 : VHDX_HEADER_1, &h[i],
			      sizeof(h[i]), err);
		if (!r)
			r = disk_read(file, i ? VHDX_REGION_2 : VHDX_REGION_1,
				      both + i * VHDX_TABLE_SIZE,
				      VHDX_TABLE_SIZE, err);
	}
	if (!r)
		*ret_good =
			is_header(&h[0]) && is_header(&h[1]) &&
			is_region_table(both) &&
			!memcmp(both, both + VHDX_TABLE_SIZE, VHDX_TABLE_SIZE);
	mem_free(both);
	return r;
}

static int read_regions(struct disk *file, struct vhdx *v, struct err *err)
{
	uint8_t *bytes = mem_alloc(VHDX_TABLE_SIZE);
	uint64_t where;
	int r = bytes ? load_regions(file, bytes, &where, err) : err_nomem(err);

	if (!r)
		r = decode_regions(bytes, where, file->size, v, err);
	mem_free(bytes);
	return r;
}

int vhdx_regions_change(struct disk *file, uint64_t off, uint64_t len,
			uint8_t *bytes, struct err *err)
{
	struct vhdx_region_head_disk head;
	uint64_t where;
	int r = load_regions(file, bytes, &where, err);

	if (r)
		return r;
	memcpy(&head, bytes, sizeof(head));
	for (uint32_t i = 0; i < get_le32(head.count); i++) {
		struct vhdx_region_disk region;
		uint8_t *at = bytes + sizeof(head) + i * sizeof(region);

		memcpy(&region, at, sizeof(region));
		if (!guid_equal(&region.id, &vhdx_table_region))
			continue;
		region.offset = to_le64(off);
		region.length = to_le32((uint32_t)len);
		memcpy(at, &region, sizeof(region));
	}
	head.checksum = to_le32(vhdx_checksum(bytes, VHDX_TABLE_SIZE));
	memcpy(bytes, &head, sizeof(head));
	return 0;
}

static void take_locator(struct vhdx *v, struct vhdx_locator *l)
{
	const struct vdisk_parent *p = &l->paths;
	const char *path = p->absolute   ? p->absolute
			   : p->relative ? p->relative
					 : p->volume;
	size_t n = path ? strlen(path) : 0;

	// Cut between characters.
	if (n >= sizeof(v->parent))
		for (n = sizeof(v->parent) - 1; (path[n] & 0xc0) == 0x80;)
			n--;
	if (n)
		memcpy(v->parent, path, n);
	v->parent_id = l->id;
	v->parent_id_2 = l->id_2;
	vdisk_parent_free(&l->paths);
}

// Reads what is described by the headers, from the file or the overlay.
static int read_rest(struct disk *file, struct vhdx *v, struct err *err)
{
	struct vhdx_locator locator;
	int r = read_regions(file, v, err);

	if (!r)
		r = vhdx_read_meta(file, v, err);
	if (!r && v->has_parent) {
		r = vhdx_locator_read(file, v, &locator, err);
		if (!r)
			take_locator(v, &locator);
	}
	return r;
}

int vhdx_read(struct disk *file, struct vhdx *ret, struct disk **ret_overlay,
	      struct err *err)
{
	struct disk *overlay = NULL;
	struct vhdx_replay replay;
	struct vhdx v = {0};
	int r = read_file_id(file, &v, err);

	if (!r)
		r = read_headers(file, &v, err);
	if (!r && !guid_is_zero(&v.header.log)) {
		r = vhdx_replay_find(file, &v.header, &replay, err);
		if (!r)
			r = vhdx_overlay(file, &replay, &overlay, err);
	}
	if (!r)
		r = read_rest(overlay ? overlay : file, &v, err);
	if (r) {
		disk_close(overlay);
		return r;
	}
	*ret = v;
	*ret_overlay = overlay;
	return 0;
}

int vhdx_probe(struct disk *file, struct vdisk_info *ret, struct err *err)
{
	struct vdisk_info info = {.format = VDISK_VHDX,
				  .file_size = file->size};
	struct disk *overlay;
	struct vhdx v;
	int r = vhdx_read(file, &v, &overlay, err);

	if (r)
		return r;
	disk_close(overlay);
	info.type = v.has_parent ? VDISK_DIFFERENCING
		    : v.is_fixed ? VDISK_FIXED
				 : VDISK_DYNAMIC;
	info.size = v.size;
	info.block_size = v.block_size;
	info.sector_size = v.sector_size;
	info.id = v.id;
	info.link_id = v.header.data_write;
	info.needs_replay = overlay;
	info.parent_id = v.parent_id;
	info.parent_id_2 = v.parent_id_2;
	memcpy(info.parent, v.parent, sizeof(info.parent));
	memcpy(info.creator, v.creator, sizeof(info.creator));
	*ret = info;
	return 0;
}

int vhdx_parent_read(struct disk *file, struct vdisk_parent *ret,
		     struct err *err)
{
	struct vhdx_locator locator;
	struct disk *overlay;
	struct vhdx v;
	int r = vhdx_read(file, &v, &overlay, err);

	if (r)
		return r;
	r = vhdx_locator_read(overlay ? overlay : file, &v, &locator, err);
	disk_close(overlay);
	if (!r)
		*ret = locator.paths;
	return r;
}
