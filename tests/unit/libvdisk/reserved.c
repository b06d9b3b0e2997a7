// SPDX-License-Identifier: MIT
//
// Virtual disks that grow on reserved extents of a volume which is being built,
// over old bytes, and end with their true sizes: dynamic ones and children of
// both formats. On a disk in memory; with arguments, into a file for other
// programs to judge:
//
//     reserved FILE SIZE CLUSTER-SIZE
//
// and what is in it is printed, a line for each virtual disk:
//
//     name TAB bytes of the file TAB size of the disk TAB SHA-1 of its content

#include "model.h"
#include "ntfs.h"

#define SIZE      (9 * 1024 * K + 1536)
#define RESERVED  (40ull << 20)
#define COUNT     6
#define FULL_SIZE (9 * 1024 * K)

static struct err err;

// What lies on the volume; a child stands behind its parent.
static const struct image {
	const char *name;
	struct kind kind;
	int parent; // -1: none
	unsigned writes;
} images[COUNT] = {
	{"d.vhd", {VDISK_VHD, VDISK_DYNAMIC, 0, 512}, -1, 20},
	{"d1.vhd", {VDISK_VHD, VDISK_DIFFERENCING, 0, 512}, 0, 6},
	{"d2.vhd", {VDISK_VHD, VDISK_DIFFERENCING, 512 * K, 512}, 1, 30},
	{"x.vhdx", {VDISK_VHDX, VDISK_DYNAMIC, 1024 * K, 512}, -1, 20},
	{"x1.vhdx", {VDISK_VHDX, VDISK_DIFFERENCING, 1024 * K, 512}, 3, 6},
	{"empty.vhd", {VDISK_VHD, VDISK_DYNAMIC, 0, 512}, -1, 0},
};

static uint32_t streams[COUNT];
static uint8_t model[COUNT][SIZE];
static uint64_t file_sizes[COUNT];

static uint32_t add_file(struct ntfs_build *b, const char *text, uint64_t size)
{
	struct ntfs_node_spec node_spec = {.security = NTFS_NO_SECURITY,
					   .attributes = NTFS_ATTR_ARCHIVE};
	struct ntfs_stream_spec spec = {.size = size, .reserve = true};
	struct ntfs_name name = {.name = NULL};
	uint32_t node, id;
	le16 *units;

	check(!utf16_from_utf8(text, &units, &name.name_len));
	name.name = units;
	check_ok(ntfs_build_add(b, &node_spec, &node, &err), &err);
	check_ok(ntfs_build_link(b, node, NTFS_ROOT, &name, &err), &err);
	check_ok(ntfs_build_stream(b, node, &spec, &id, &err), &err);
	mem_free(units);
	return id;
}

static struct vdisk_create create_image(int i, const struct vdisk_info *parent,
					char *paths)
{
	struct vdisk_create c = create_of(&images[i].kind, SIZE);

	c.id.b[0] = (uint8_t)(i + 1);
	if (images[i].parent < 0)
		return c;
	snprintf(paths, 80, "C:\\%s", images[images[i].parent].name);
	snprintf(paths + 80, 80, ".\\%s", images[images[i].parent].name);
	c.parent_id = parent->link_id;
	c.parent_absolute = paths;
	c.parent_relative = paths + 80;
	return c;
}

// What is written ends with a bitmap's byte: libvhdi 20210425 takes the sectors
// of a VHD's last byte to be of the child, whatever their bits say.
static void write_some(struct disk *d, int i)
{
	uint64_t seed = (uint64_t)i + 100;

	for (unsigned k = 0; k < images[i].writes; k++) {
		uint64_t off = random_number(&seed) % SIZE;
		uint64_t end = off + random_number(&seed) % 200000;
		uint64_t len = round_up(end, 8 * 512) - off;

		if (len > SIZE - off)
			len = SIZE - off;
		for (uint64_t n = 0; n < len; n++)
			model[i][off + n] = (uint8_t)random_number(&seed);
		check_ok(disk_write(d, off, model[i] + off, len, &err), &err);
	}
}

static struct disk *open_image(int i, struct disk *file, struct disk *parent,
			       const struct vdisk_info *below)
{
	struct disk *d;

	if (images[i].parent < 0)
		check_ok(vdisk_open(file, &d, &err), &err);
	else
		check_ok(vdisk_open_child(file, parent, &below->link_id, &d,
					  &err),
			 &err);
	return d;
}

// Makes an image on its extent, on top of what lies there already.
static void make_image(struct ntfs_build *b, int i, struct disk **files,
		       struct disk **disks, struct disk **extents)
{
	int p = images[i].parent;
	struct vdisk_info below = {.size = 0};
	struct vdisk_create c;
	char paths[160];

	if (p >= 0) {
		check_ok(vdisk_probe(files[p], &below, &err), &err);
		memcpy(model[i], model[p], SIZE);
	}
	c = create_image(i, &below, paths);
	check_ok(ntfs_build_stream_disk(b, streams[i], &extents[i], &err),
		 &err);
	check_ok(disk_room(extents[i], &files[i], &err), &err);
	check_ok(vdisk_create(files[i], &c, &err), &err);
	disks[i] = open_image(i, files[i], p < 0 ? NULL : disks[p], &below);
	write_some(disks[i], i);
	check_ok(disk_flush(disks[i], &err), &err);
}

static void build(struct disk *d, uint32_t cluster)
{
	struct ntfs_build_options o = {.cluster_size = cluster};
	struct disk *files[COUNT], *disks[COUNT], *extents[COUNT];
	struct ntfs_build *b;

	check_ok(ntfs_build_new(d, &o, &b, &err), &err);
	for (int i = 0; i < COUNT; i++)
		streams[i] = add_file(b, images[i].name, RESERVED);
	check_ok(ntfs_build_layout(b, &err), &err);
	check_ok(ntfs_build_begin(b, &err), &err);
	for (int i = 0; i < COUNT; i++)
		make_image(b, i, files, disks, extents);
	for (int i = COUNT - 1; i >= 0; i--) {
		end_disk(disks[i]);
		file_sizes[i] = files[i]->size;
		end_disk(files[i]);
		end_disk(extents[i]);
		check_ok(ntfs_build_truncate(b, streams[i], file_sizes[i],
					     &err),
			 &err);
	}
	check_ok(ntfs_build_finish(b, NULL, &err), &err);
	ntfs_build_free(b);
}

static void report(void *ctx, const struct ntfs_problem *p)
{
	fprintf(stderr, "record %lld: %s: %s\n", (long long)p->record,
		ntfs_rule_name(p->rule), p->text);
}

// Reads everything back from the finished volume.
static void read_back(struct disk *volume)
{
	struct disk *files[COUNT], *disks[COUNT];
	static uint8_t content[SIZE];
	struct ntfs *n;

	check_ok(ntfs_open(volume, &n, &err), &err);
	for (int i = 0; i < COUNT; i++) {
		int p = images[i].parent;
		struct vdisk_info below = {.size = 0};

		check_ok(ntfs_open_file(n, images[i].name, &files[i], &err),
			 &err);
		check_eq(files[i]->size, file_sizes[i]);
		if (p >= 0)
			check_ok(vdisk_probe(files[p], &below, &err), &err);
		disks[i] = open_image(i, files[i], p < 0 ? NULL : disks[p],
				      &below);
		check_ok(disk_read(disks[i], 0, content, SIZE, &err), &err);
		check(!memcmp(content, model[i], SIZE));
	}
	for (int i = COUNT - 1; i >= 0; i--) {
		struct vdisk_check found;

		end_disk(disks[i]);
		check_ok(vdisk_check(files[i], false, &found, &err), &err);
		end_disk(files[i]);
	}
	ntfs_close(n);
}

static void check_volume(struct disk *d, uint32_t cluster)
{
	struct ntfs_check_result result;
	uint64_t used = 0;

	for (int i = 0; i < COUNT; i++)
		used += (file_sizes[i] + cluster - 1) / cluster;
	check_ok(ntfs_check(d, report, NULL, NULL, &result, &err), &err);
	check_eq(result.problems, 0);
	// What was given back is free: the rest is the system's.
	check(result.clusters_used >= used);
	check(result.clusters_used - used < (12u << 20) / cluster);
}

static void print_images(void)
{
	for (int i = 0; i < COUNT; i++) {
		uint8_t digest[SHA1_SIZE];

		sha1_digest(model[i], SIZE, digest);
		printf("%s\t%llu\t%u\t", images[i].name,
		       (unsigned long long)file_sizes[i], SIZE);
		for (int k = 0; k < SHA1_SIZE; k++)
			printf("%02x", digest[k]);
		printf("\n");
	}
}

// An extent that is too small: what does not fit is refused, the disk stays as
// it was, and what is there can be written.
static void check_full(const struct kind *kind)
{
	struct vdisk_create c = create_of(kind, FULL_SIZE);
	struct disk *extent, *room, *parent = new_parent(FULL_SIZE), *d;
	struct vdisk_check found;
	uint8_t b[8];
	int r = 0;

	check_ok(disk_memory(8 << 20, 512, &extent, &err), &err);
	check_ok(disk_room(extent, &room, &err), &err);
	check_ok(vdisk_create(room, &c, &err), &err);
	d = open_kind(kind, room, parent);
	for (uint64_t at = 0; at < FULL_SIZE && !r; at += 512 * K)
		r = disk_write(d, at, "written", 8, NULL);
	check_eq(r, -ENOSPC);
	check_eq(disk_write(d, FULL_SIZE - 8, "refused", 8, NULL), -ENOSPC);
	check_ok(disk_write(d, 100, "again", 6, &err), &err);
	end_disk(d);
	check_ok(vdisk_check(room, false, &found, &err), &err);
	check(!found.footer_lost && !found.copy_differs && !found.needs_replay);
	check(found.blocks);
	d = open_kind(kind, room, parent);
	check_ok(disk_read(d, 0, b, 8, &err), &err);
	check(!memcmp(b, "written", 8));
	check_ok(disk_read(d, 100, b, 6, &err), &err);
	check(!memcmp(b, "again", 6));
	end_disk(d);
	end_disk(parent);
	end_disk(room);
	end_disk(extent);
}

int main(int argc, char **argv)
{
	uint64_t size = argc > 3 ? strtoull(argv[2], NULL, 10) : 300u << 20;
	uint32_t cluster = argc > 3 ? (uint32_t)atoi(argv[3]) : 4096;
	uint8_t old[4096];
	struct disk *d;

	memset(old, 0xee, sizeof(old));
	if (argc > 3)
		check_ok(disk_create_file(argv[1], size, 512, &d, &err), &err);
	else
		check_ok(disk_memory(size, 512, &d, &err), &err);
	for (uint64_t at = 0; at < size; at += 65536)
		check_ok(disk_write(d, at, old, sizeof(old), &err), &err);
	build(d, cluster);
	check_volume(d, cluster);
	read_back(d);
	end_disk(d);

	if (argc > 3)
		print_images();
	for (size_t i = 0; i < KINDS && argc <= 3; i++)
		if (kinds[i].type != VDISK_FIXED)
			check_full(&kinds[i]);
	return 0;
}
