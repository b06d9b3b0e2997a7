// SPDX-License-Identifier: MIT
//
// Virtual disks of random kinds, sizes and block sizes, written at random
// through libvdisk and compared with a plain array. On disks in memory; with
// arguments, into files for other programs to judge:
//
//     strangers FOLDER SEED COUNT
//
// and what was made is printed, a line for each disk:
//
//     name TAB format TAB type TAB sector size TAB size TAB SHA-1
//
// "N.vhd" is made on "N.p.vhd" when it is differencing.

#include <unistd.h>

#include "model.h"

static struct err err;
static uint64_t seed;
static const char *folder; // NULL: in memory

struct made {
	char name[32];
	struct vdisk_create create;
	struct disk *file;
	uint8_t *model;
};

static uint64_t below(uint64_t n)
{
	return random_number(&seed) % n;
}

static uint64_t random_size(uint32_t block, uint32_t sector)
{
	uint64_t sectors;

	switch (below(4)) {
	case 0:
		sectors = 1 + below(8);
		break;
	case 1: // around one or two blocks
		sectors = (1 + below(2)) * (block / sector) - 4 + below(8);
		break;
	case 2:
		sectors = 1 + below((6 << 20) / sector);
		break;
	default:
		sectors = 1 + below((20 << 20) / sector);
	}
	if (sectors > (24u << 20) / sector)
		sectors = (24u << 20) / sector;
	return sectors * sector;
}

static struct vdisk_create random_create(unsigned number)
{
	struct vdisk_create c = {.created = 1600000000};

	c.format = below(2) ? VDISK_VHD : VDISK_VHDX;
	c.type = (enum vdisk_type)below(3);
	c.sector_size = 512;
	if (c.format == VDISK_VHDX) {
		c.sector_size = below(3) ? 512 : 4096;
		c.block_size = 1u << 20 << below(9);
	} else if (c.type != VDISK_FIXED) {
		c.block_size = 512u << 10 << below(3);
	}
	c.size = random_size(c.block_size ? c.block_size : 2 << 20,
			     c.sector_size);
	c.id.b[0] = (uint8_t)number;
	c.id.b[1] = (uint8_t)c.type;
	c.id.b[2] = 1;
	return c;
}

static struct disk *make_file(const struct made *m)
{
	uint64_t size = 0;
	struct disk *d;
	char path[300];

	if (m->create.format == VDISK_VHD && m->create.type == VDISK_FIXED)
		size = vdisk_fixed_file_size(m->create.size);
	if (!folder) {
		check_ok(disk_memory(size, 512, &d, &err), &err);
		return d;
	}
	snprintf(path, sizeof(path), "%s/%s", folder, m->name);
	check_ok(disk_create_file(path, size, 512, &d, &err), &err);
	return d;
}

// One write, in bytes, or zeroing of whole sectors. Of what is made for libvhdi
// 20210425, a VHD's child is written to the end of a byte of its bitmap, since
// it takes the sectors of the last byte to be of the child, whatever their bits
// say; and nothing is zeroed in a VHDX's child, since for a block in the state
// "zero" it shows the file's own headers.
static void change(struct disk *d, struct made *m)
{
	uint64_t size = m->create.size, off = below(size);
	uint64_t end = off + 1 + below(below(3) ? 20000 : 3 << 19);
	bool is_judged_child = folder && m->create.type == VDISK_DIFFERENCING;
	bool is_zero = !below(4);

	if (is_judged_child && m->create.format == VDISK_VHD)
		end = round_up(end, 4096);
	if (is_judged_child && m->create.format == VDISK_VHDX)
		is_zero = false;
	if (is_zero)
		off = round_down(off, m->create.sector_size);
	if (is_zero)
		end = round_up(end, m->create.sector_size);
	if (end > size)
		end = size;
	for (uint64_t i = off; i < end; i++)
		m->model[i] = is_zero ? 0 : (uint8_t)random_number(&seed);
	if (is_zero)
		check_ok(disk_zero(d, off, end - off, &err), &err);
	else
		check_ok(disk_write(d, off, m->model + off, (size_t)(end - off),
				    &err),
			 &err);
}

static struct disk *open_made(struct made *m, struct disk *parent)
{
	struct disk *d;

	if (m->create.type == VDISK_DIFFERENCING)
		check_ok(vdisk_open_child(m->file, parent, &m->create.parent_id,
					  &d, &err),
			 &err);
	else
		check_ok(vdisk_open(m->file, &d, &err), &err);
	return d;
}

static void compare(const struct made *m, struct disk *d)
{
	uint8_t *found = malloc((size_t)m->create.size);

	check(found);
	check_eq(d->size, m->create.size);
	check_ok(disk_read(d, 0, found, (size_t)d->size, &err), &err);
	check(!memcmp(found, m->model, (size_t)d->size));
	free(found);
}

static void print_made(const struct made *m)
{
	static const char *const types[] = {"fixed", "dynamic", "differencing"};
	uint8_t digest[SHA1_SIZE];

	if (!folder)
		return;
	printf("%s\t%s\t%s\t%u\t%llu\t", m->name,
	       m->create.format == VDISK_VHD ? "vpc" : "vhdx",
	       types[m->create.type], m->create.sector_size,
	       (unsigned long long)m->create.size);
	sha1_digest(m->model, (size_t)m->create.size, digest);
	for (int i = 0; i < SHA1_SIZE; i++)
		printf("%02x", digest[i]);
	printf("\n");
}

// Makes a disk and changes it, closing it in between. A VHDX's child is not left
// empty: of one without bitmaps libvhdi 20210425 shows the file's own headers.
static void make(struct made *m, struct disk *parent)
{
	bool is_child = m->create.type == VDISK_DIFFERENCING;
	struct vdisk_check found;
	struct disk *d;

	m->file = make_file(m);
	check_ok(vdisk_create(m->file, &m->create, &err), &err);
	for (int pass = 0; pass < 2; pass++) {
		d = open_made(m, parent);
		for (uint64_t i = below(8) + is_child; i; i--)
			change(d, m);
		compare(m, d);
		end_disk(d);
	}
	check_ok(vdisk_check(m->file, false, &found, &err), &err);
	check(!found.needs_replay && !found.footer_lost);
	print_made(m);
}

static void make_one(unsigned number)
{
	struct made m = {.create = random_create(number)}, p;
	const char *ext = m.create.format == VDISK_VHD ? "vhd" : "vhdx";
	char relative[64], absolute[64];
	struct vdisk_info info;
	struct disk *parent = NULL;

	m.model = calloc(1, (size_t)m.create.size);
	snprintf(m.name, sizeof(m.name), "%u.%s", number, ext);
	if (m.create.type == VDISK_DIFFERENCING) {
		p = m;
		p.create.type = below(2) ? VDISK_FIXED : VDISK_DYNAMIC;
		p.create.id.b[2] = 2;
		snprintf(p.name, sizeof(p.name), "%u.p.%s", number, ext);
		make(&p, NULL);
		check_ok(vdisk_probe(p.file, &info, &err), &err);
		snprintf(relative, sizeof(relative), ".\\%s", p.name);
		snprintf(absolute, sizeof(absolute), "C:\\x\\%s", p.name);
		m.create.parent_id = info.link_id;
		m.create.parent_relative = relative;
		m.create.parent_absolute = absolute;
		parent = open_made(&p, NULL);
	}
	make(&m, parent);
	if (parent) {
		end_disk(parent);
		end_disk(p.file);
	}
	end_disk(m.file);
	free(m.model);
}

int main(int argc, char **argv)
{
	unsigned count = argc > 3 ? (unsigned)atoi(argv[3]) : 6;

	folder = argc > 3 ? argv[1] : NULL;
	seed = argc > 3 ? strtoull(argv[2], NULL, 10) : 1;
	for (unsigned i = 0; i < count; i++)
		make_one(i);
	return 0;
}
