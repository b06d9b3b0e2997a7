// SPDX-License-Identifier: MIT
//
// Making disks larger: what was there stays, what is added is zero, whatever
// lies in the way of the table or behind the disk's end.

#include "unit/libvdisk/images.h"
#include "unit/libvdisk/model.h"

#define SIZE (3 * 1024 * K + 4096)

// Every kind, step by step, with something in the first and the last sector of
// each size.
static void check_steps(const struct kind *k)
{
	static const uint64_t sizes[] = {SIZE + 4096, 5 * 1024 * K,
					 200 * 1024 * K, 3000ull * 1024 * K};
	struct disk *file = new_file(), *parent = new_parent(SIZE), *d;
	struct vdisk_create c = create_of(k, SIZE);
	uint64_t last[4] = {SIZE - 4096};
	struct vdisk_check found;
	struct err err = {0};
	uint8_t b[4096], ones[4096];
	size_t steps = k->type == VDISK_FIXED ? 3 : 4;

	memset(ones, 1, sizeof(ones));
	check_ok(vdisk_create(file, &c, &err), &err);
	d = open_kind(k, file, parent);
	put(d, SIZE - 4096, ones, sizeof(ones));
	end_disk(d);
	for (size_t i = 0; i < steps; i++) {
		check_ok(vdisk_expand(file, sizes[i], &err), &err);
		check_ok(vdisk_check(file, false, &found, &err), &err);
		check(!found.copy_differs && !found.footer_lost &&
		      !found.needs_replay);
		d = open_kind(k, file, parent);
		check_eq(d->size, sizes[i]);
		for (size_t j = 0; j <= i; j++) {
			check_ok(disk_read(d, last[j], b, sizeof(b), &err),
				 &err);
			check(!memcmp(b, ones, sizeof(b)));
		}
		for (uint64_t off = last[i] + 4096; off < sizes[i];
		     off += 64 * K) {
			check_ok(disk_read(d, off, b, 512, &err), &err);
			check(!b[0] && !memcmp(b, b + 1, 511));
		}
		if (i + 1 < 4)
			last[i + 1] = sizes[i] - 4096;
		put(d, sizes[i] - 4096, ones, sizeof(ones));
		end_disk(d);
	}
	end_disk(parent);
	end_disk(file);
}

static void check_refusals(const struct kind *k)
{
	struct disk *file = new_file(), *slice;
	struct vdisk_create c = create_of(k, SIZE);
	uint64_t most = k->format == VDISK_VHD ? VDISK_MAX_VHD_SIZE
					       : VDISK_MAX_VHDX_SIZE;
	uint8_t *before, *after;
	struct err err = {0};
	uint64_t size;
	int r;

	check_ok(vdisk_create(file, &c, &err), &err);
	size = file->size;
	before = malloc(size);
	after = malloc(size);
	check(before && after);
	check_ok(disk_read(file, 0, before, size, &err), &err);
	check_eq(vdisk_expand(file, SIZE - 4096, NULL), -EINVAL);
	check_eq(vdisk_expand(file, SIZE + 100, NULL), -EINVAL);
	check_eq(vdisk_expand(file, most + 4096, NULL), -EFBIG);
	check_ok(vdisk_expand(file, SIZE, &err), &err);
	check_ok(disk_slice(file, 0, size, &slice, &err), &err);
	slice->read_only = true;
	r = vdisk_expand(slice, SIZE * 2, NULL);
	check(r == -EROFS || r == -ENOTSUP);
	check_eq(file->size, size);
	end_disk(slice);
	check_ok(disk_slice(file, 0, size, &slice, &err), &err);
	r = vdisk_expand(slice, UINT64_C(60) << 30, NULL);
	if (k->type == VDISK_FIXED)
		check(r == -ENOTSUP || r == -ENOSPC);
	end_disk(slice);
	if (k->format == VDISK_VHD && k->type == VDISK_FIXED) {
		check_ok(disk_read(file, 0, after, size, &err), &err);
		check(!memcmp(before, after, size));
	}
	free(before);
	free(after);
	end_disk(file);
}

// Blocks of 4 KiB that follow the table at once, and are not where a page is:
// many must give way. The last is cut where the disk ends, right before the
// footer.
static void check_hand_made(enum vdisk_type type)
{
	struct disk *file = new_dynamic(type), *d;
	struct guid id = {{9, 9, 9}};
	struct vdisk_info info;
	struct vdisk_check found;
	struct err err = {0};
	uint8_t b[512];

	if (type == VDISK_DYNAMIC) {
		uint8_t footer[512];

		check_ok(disk_read(file, 0, footer, 512, &err), &err);
		put(file, BLOCK_AT(2) + 512 + 1024, footer, 512);
		check_ok(disk_resize(file, BLOCK_AT(2) + 512 + 1024 + 512,
				     &err),
			 &err);
	}
	check_ok(vdisk_expand(file, 4000 * BLOCK + 512, &err), &err);
	check_ok(vdisk_check(file, false, &found, &err), &err);
	check_eq(found.blocks, 3);
	check_ok(vdisk_probe(file, &info, &err), &err);
	check_eq(info.size, 4000 * BLOCK + 512);
	check(!info.footer_lost);
	if (type == VDISK_DYNAMIC)
		check_ok(vdisk_open(file, &d, &err), &err);
	else
		check_ok(vdisk_open_child(file, NULL, &id, &d, &err), &err);
	for (unsigned i = 0; i < 60; i++) {
		bool there = (i / 8 == 1 || i / 8 == 4 || i / 8 == 5) &&
			     i * 512 < DISK_SIZE;

		if (type == VDISK_DIFFERENCING)
			there = there && i % 2;
		check_ok(disk_read(d, i * 512, b, 512, &err), &err);
		check_eq(b[0], there ? (uint8_t)(i + 1) : 0);
		check_eq(b[511], b[0]);
	}
	end_disk(d);
	end_disk(file);
}

// Of some makers the geometry is the size; afterwards it is the one asked for.
static void check_maker(void)
{
	struct disk *file = new_dynamic(VDISK_DYNAMIC);
	struct vhd_footer_disk footer;
	struct vdisk_info info;
	struct err err = {0};

	check_ok(disk_read(file, 0, &footer, sizeof(footer), &err), &err);
	memcpy(footer.creator, "vpc ", 4);
	footer.cylinders = to_be16(1);
	footer.heads = 2;
	footer.sectors = 17;
	set_checksum(&footer, sizeof(footer), 0x40);
	put(file, 0, &footer, sizeof(footer));
	put(file, FILE_SIZE - 512, &footer, sizeof(footer));
	check_ok(vdisk_probe(file, &info, &err), &err);
	check_eq(info.size, 2 * 17 * 512);
	check_ok(vdisk_expand(file, 100 * BLOCK + 512, &err), &err);
	check_ok(vdisk_probe(file, &info, &err), &err);
	check_eq(info.size, 100 * BLOCK + 512);
	end_disk(file);
}

// Something that cannot move is behind the table: the table moves.
static void check_barred_table(void)
{
	struct disk *file = new_file(), *d;
	struct kind k = {VDISK_VHD, VDISK_DIFFERENCING, 512 * K, 512};
	struct vdisk_create c = create_of(&k, SIZE);
	struct vhd_header_disk h;
	struct vdisk_check found;
	struct err err = {0};
	uint8_t b[512];

	check_ok(vdisk_create(file, &c, &err), &err);
	d = open_kind(&k, file, NULL);
	put(d, 0, "here", 4);
	end_disk(d);
	// the table changes places with a locator
	check_ok(disk_read(file, 512, &h, sizeof(h), &err), &err);
	check_ok(disk_read(file, get_be64(h.table_offset), b, 512, &err), &err);
	put(file, 1536, b, 512);
	h.table_offset = to_be64(1536);
	h.locators[0].offset = to_be64(2048);
	set_checksum(&h, sizeof(h), 0x24);
	put(file, 512, &h, sizeof(h));
	check_ok(vdisk_expand(file, 1000ull * 1024 * K, &err), &err);
	check_ok(vdisk_check(file, false, &found, &err), &err);
	check_ok(disk_read(file, 512, &h, sizeof(h), &err), &err);
	check(get_be64(h.table_offset) > 2048);
	check_eq(get_be64(h.locators[0].offset), 2048);
	d = open_kind(&k, file, NULL);
	check_ok(disk_read(d, 0, b, 512, &err), &err);
	check(!memcmp(b, "here", 4));
	end_disk(d);
	end_disk(file);
}

int main(void)
{
	for (size_t i = 0; i < KINDS; i++) {
		check_steps(&kinds[i]);
		check_refusals(&kinds[i]);
	}
	check_hand_made(VDISK_DYNAMIC);
	check_hand_made(VDISK_DIFFERENCING);
	check_barred_table();
	check_maker();
	return 0;
}
