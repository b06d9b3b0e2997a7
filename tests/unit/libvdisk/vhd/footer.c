// SPDX-License-Identifier: MIT
//
// Footers: both directions, damaged ones, old ones, and the geometry.

#include "unit/libvdisk/images.h"

static void check_geometry(void)
{
	// The first is what Windows writes; the others follow the
	// specification's algorithm by hand.
	static const struct {
		uint64_t sectors;
		unsigned cylinders, heads, track;
	} cases[] = {
		{8192, 120, 4, 17},
		{1, 0, 4, 17},
		{17 * 4 * 1023, 1023, 4, 17},
		{17 * 4 * 1024, 140, 16, 31},
		{17 * 16 * 1024 - 1, 1023, 16, 17},
		{17 * 16 * 1024, 561, 16, 31},
		{31 * 16 * 1024 - 1, 1023, 16, 31},
		{31 * 16 * 1024, 503, 16, 63},
		{UINT64_C(65535) * 16 * 63 - 1, 65534, 16, 63},
		{UINT64_C(65535) * 16 * 63, 16191, 16, 255},
		{UINT64_C(65535) * 16 * 255, 65535, 16, 255},
		{UINT64_C(2040) << 21, 65535, 16, 255},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct vhd_footer f = {0};

		vhd_footer_set_geometry(&f, cases[i].sectors * 512);
		check_eq(f.cylinders, cases[i].cylinders);
		check_eq(f.heads, cases[i].heads);
		check_eq(f.sectors, cases[i].track);
	}
}

static void check_round_trip(void)
{
	struct vhd_footer f = footer_of(VDISK_DYNAMIC), back;
	struct vhd_footer_disk bytes, again;
	struct err err = {0};

	vhd_footer_encode(&f, &bytes);
	check_eq(get_be32(bytes.created), 1600000000 - 946684800);
	check_ok(vhd_footer_decode(&bytes, 0, &back, &err), &err);
	check_eq(back.created, f.created);
	check_eq(back.current_size, DISK_SIZE);
	check_eq(back.type, VDISK_DYNAMIC);
	check(!strcmp(back.creator, "test"));
	vhd_footer_encode(&back, &again);
	check(!memcmp(&bytes, &again, sizeof(bytes)));
	check(!back.saved_state);
	f.saved_state = true;
	vhd_footer_encode(&f, &bytes);
	check_ok(vhd_footer_decode(&bytes, 0, &back, &err), &err);
	check(back.saved_state);
	f.created = 0;
	vhd_footer_encode(&f, &bytes);
	check_eq(get_be32(bytes.created), 0);
}

static void check_damage(void)
{
	static const struct {
		size_t at;
		uint8_t value;
		bool fix; // the checksum
		int code;
	} cases[] = {
		{0, 'x', true, -ENOENT}, // no cookie
		{8, 1, false, -EBADMSG}, // any byte
		{84, 1, false, -EBADMSG},
		{0x0d, 2, true, -ENOTSUP}, // version 2
		{0x3f, 5, true, -ENOTSUP}, // type
		{0x37, 1, true, -EBADMSG}, // size no multiple of 512
		{0x17, 1, true, -EBADMSG}, // header at an odd place
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct vhd_footer f = footer_of(VDISK_DYNAMIC), out;
		struct vhd_footer_disk d;
		struct err err = {0};

		memset(&out, 0xa5, sizeof(out));
		vhd_footer_encode(&f, &d);
		((uint8_t *)&d)[cases[i].at] = cases[i].value;
		if (cases[i].fix)
			set_checksum(&d, sizeof(d), 0x40);
		check_eq(vhd_footer_decode(&d, 77, &out, &err), cases[i].code);
		check_eq(err.code, cases[i].code);
		check_eq(err.where, 77);
		check_eq(out.current_size, 0xa5a5a5a5a5a5a5a5);
	}
}

// Cylinders, heads and sectors as each maker writes them, and which of the two
// sizes is meant.
static void check_sizes(void)
{
	static const struct {
		char creator[5];
		uint64_t current; // sectors
		unsigned cylinders, heads, track;
		uint64_t meant; // sectors
	} cases[] = {
		// Virtual PC's default of 127 GiB, as in a file by it.
		{"vpc ", 266338304, 65278, 16, 255, 266334240},
		{"vpc ", 33554432, 33288, 16, 63, 33554304},
		{"qemu", 33554432, 33288, 16, 63, 33554304},
		{"qem2", 33554432, 33288, 16, 63, 33554432},
		{"win ", 33554432, 33288, 16, 63, 33554432},
		{"d2v ", 33554432, 33288, 16, 63, 33554432},
		{"vbox", 4194304, 4161, 16, 63, 4194304},
		{"tap", 33554432, 33288, 16, 63, 33554432},
		{"CTXS", 33554432, 33288, 16, 63, 33554432},
		{"wa", 33554432, 33288, 16, 63, 33554432},
		{"vs  ", 33554432, 33288, 16, 63, 33554432},
		{"me!", 33554432, 33288, 16, 63, 33554432},
		// The largest geometry stands for all that is larger.
		{"vpc ", 300000000, 65535, 16, 255, 300000000},
		{"vpc ", 267382800, 65535, 16, 255, 267382800},
		// Geometries that cannot be meant.
		{"vpc ", 33554432, 0, 16, 63, 33554432},
		{"vpc ", 33554432, 33289, 16, 63, 33554432},
		{"qemu", 68, 1, 4, 17, 68},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct vhd_footer f = footer_of(VDISK_DYNAMIC), out;
		struct vhd_footer_disk d;
		struct err err = {0};

		memcpy(f.creator, cases[i].creator, sizeof(f.creator));
		f.current_size = cases[i].current * 512;
		f.cylinders = (uint16_t)cases[i].cylinders;
		f.heads = (uint8_t)cases[i].heads;
		f.sectors = (uint8_t)cases[i].track;
		vhd_footer_encode(&f, &d);
		check_ok(vhd_footer_decode(&d, 0, &out, &err), &err);
		check_eq(out.size, cases[i].meant * 512);
		check_eq(out.current_size, f.current_size);
	}
}

static int read_footer(struct disk *d, bool *lost, uint64_t *end)
{
	struct vhd_footer f;
	struct err err = {0};
	int r = vhd_footer_read(d, &f, lost, end, &err);

	check_eq(r, err.code);
	disk_close(d);
	return r;
}

static void check_places(void)
{
	struct vhd_footer f = footer_of(VDISK_FIXED);
	struct vhd_footer_disk bytes;
	uint64_t end = 0;
	bool lost = true;
	struct disk *d;

	vhd_footer_encode(&f, &bytes);
	// an old footer lacks the last byte, which is zero
	d = new_memory(DISK_SIZE + 511);
	put(d, DISK_SIZE, &bytes, 511);
	check_eq(read_footer(d, &lost, &end), 0);
	check(!lost);
	check_eq(end, DISK_SIZE);
	// a fixed disk's footer at the start is its content
	d = new_memory(DISK_SIZE + 512);
	put(d, 0, &bytes, sizeof(bytes));
	check_eq(read_footer(d, &lost, &end), -ENOENT);
	// damaged, and no copy
	d = new_memory(DISK_SIZE + 512);
	put(d, DISK_SIZE, &bytes, 64);
	check_eq(read_footer(d, &lost, &end), -EBADMSG);
	// damaged or gone at the end, with its copy
	d = new_dynamic(VDISK_DYNAMIC);
	put(d, FILE_SIZE - 512 + 20, "x", 1);
	check_eq(read_footer(d, &lost, &end), 0);
	check(lost);
	check_eq(end, FILE_SIZE);
	d = new_dynamic(VDISK_DYNAMIC);
	check(!disk_zero(d, FILE_SIZE - 512, 512, NULL));
	check_eq(read_footer(d, &lost, &end), 0);
	check_eq(read_footer(new_memory(511), &lost, &end), -ENOENT);
	check_eq(read_footer(new_memory(512), &lost, &end), -ENOENT);
}

int main(void)
{
	check_geometry();
	check_round_trip();
	check_damage();
	check_sizes();
	check_places();
	return 0;
}
