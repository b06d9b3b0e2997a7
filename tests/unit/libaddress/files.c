// SPDX-License-Identifier: MIT
//
// Differencing disks in volumes and on the host, by their addresses: "\v\c.vhd"
// on "\base\p.vhd", whose disk has one partition.

#include <unistd.h>

#include "address.h"
#include "chain.h"
#include "test.h"

#define MIB  (1u << 20)
#define SIZE (6 * MIB)

static struct err err;

static struct disk *parent, *child; // the two files, in memory

static struct disk *new_file(void)
{
	struct disk *d;

	check_ok(disk_memory(0, 512, &d, &err), &err);
	return d;
}

static void make_table(struct disk *d)
{
	struct part spec = {
		.type = part_type_data, .mbr_type = PART_MBR_NTFS, .size = 0};
	struct part_table *t;
	unsigned number;

	check_ok(part_table_new(PART_MBR, d, NULL, 0x1234, &t, &err), &err);
	check_ok(part_table_add(t, &spec, &number, &err), &err);
	check_ok(part_table_write(t, d, &err), &err);
	part_table_free(t);
}

// "old" is the parent's at 4 MiB, "new" the child's at 2 MiB, in the block of
// the table's sector; no other block is there.
static void make_disks(void)
{
	struct vdisk_create c = {.format = VDISK_VHD,
				 .type = VDISK_DYNAMIC,
				 .size = SIZE,
				 .id = {{1}},
				 .parent_id = {{1}},
				 .parent_absolute = "C:\\nowhere\\p.vhd",
				 .parent_relative = "..\\base\\p.vhd"};
	struct disk *p, *d;

	parent = new_file();
	check_ok(vdisk_create(parent, &c, &err), &err);
	check_ok(vdisk_open(parent, &p, &err), &err);
	make_table(p);
	check_ok(disk_write(p, 4 * MIB, "old", 3, &err), &err);
	child = new_file();
	c.type = VDISK_DIFFERENCING;
	c.id.b[0] = 2;
	check_ok(vdisk_create(child, &c, &err), &err);
	check_ok(vdisk_open_child(child, p, &c.parent_id, &d, &err), &err);
	check_ok(disk_write(d, 2 * MIB, "new", 3, &err), &err);
	end_disk(d);
	end_disk(p);
}

static uint8_t *bytes_of(struct disk *d)
{
	uint8_t *bytes = mem_alloc((size_t)d->size);

	check(bytes && !disk_read(d, 0, bytes, (size_t)d->size, NULL));
	return bytes;
}

// --- The places --------------------------------------------------------------

static void put_host(const char *path, struct disk *from)
{
	struct disk *to;

	check_ok(disk_create_file(path, from->size, 512, &to, &err), &err);
	check_ok(disk_copy(from, to, from->size, &err), &err);
	end_disk(to);
}

static void put_fat(struct fat *f, const char *path, struct disk *from)
{
	uint8_t *bytes = bytes_of(from);

	check_ok(fat_write_file(f, path, bytes, (uint32_t)from->size, 0, 0,
				&err),
		 &err);
	mem_free(bytes);
}

static void make_fat(void)
{
	struct fat_format_options options = {.label = "X"};
	struct disk *d;
	struct fat *f;

	check_ok(disk_create_file("fat.img", 64 * MIB, 512, &d, &err), &err);
	check_ok(fat_format(d, &options, &err), &err);
	check_ok(fat_open(d, &f, &err), &err);
	check_ok(fat_mkdir_all(f, "\\base", 0, &err), &err);
	check_ok(fat_mkdir_all(f, "\\v", 0, &err), &err);
	put_fat(f, "\\base\\p.vhd", parent);
	put_fat(f, "\\v\\c.vhd", child);
	check_ok(fat_sync(f, &err), &err);
	fat_close(f);
	end_disk(d);
}

static uint32_t add_node(struct ntfs_build *b, uint32_t folder,
			 const char *text, uint32_t attributes)
{
	struct ntfs_node_spec spec = {.attributes = attributes,
				      .security = NTFS_NO_SECURITY};
	struct ntfs_name name = {0};
	uint32_t node;
	le16 *units;

	check_ok(ntfs_build_add(b, &spec, &node, &err), &err);
	check(!utf16_from_utf8(text, &units, &name.name_len));
	name.name = units;
	check_ok(ntfs_build_link(b, node, folder, &name, &err), &err);
	mem_free(units);
	return node;
}

static void make_ntfs(void)
{
	const struct ntfs_build_options options = {.label = "X"};
	struct disk *const from[] = {parent, child};
	uint32_t streams[2], nodes[2];
	struct ntfs_build *b;
	struct disk *d;

	check_ok(disk_create_file("ntfs.img", 64 * MIB, 512, &d, &err), &err);
	check_ok(ntfs_build_new(d, &options, &b, &err), &err);
	nodes[0] = add_node(b,
			    add_node(b, NTFS_ROOT, "base", NTFS_ATTR_DIRECTORY),
			    "p.vhd", 0);
	nodes[1] = add_node(b, add_node(b, NTFS_ROOT, "v", NTFS_ATTR_DIRECTORY),
			    "c.vhd", 0);
	for (int i = 0; i < 2; i++) {
		struct ntfs_stream_spec spec = {.size = from[i]->size};

		check_ok(ntfs_build_stream(b, nodes[i], &spec, &streams[i],
					   &err),
			 &err);
	}
	check_ok(ntfs_build_layout(b, &err), &err);
	check_ok(ntfs_build_begin(b, &err), &err);
	for (int i = 0; i < 2; i++) {
		uint8_t *bytes = bytes_of(from[i]);

		check_ok(ntfs_build_write(b, streams[i], 0, bytes,
					  (size_t)from[i]->size, &err),
			 &err);
		mem_free(bytes);
	}
	check_ok(ntfs_build_finish(b, NULL, &err), &err);
	ntfs_build_free(b);
	end_disk(d);
}

// --- The checks --------------------------------------------------------------

static struct place *open_place(const char *where, const char *rest,
				unsigned flags)
{
	struct place *p;
	char text[100];

	snprintf(text, sizeof(text), "%s%s", where, rest);
	check_ok(address_open(text, flags, &p, &err), &err);
	return p;
}

static void check_content(struct disk *d, uint64_t at, const char *expected)
{
	char found[4] = "";

	check_ok(disk_read(d, at, found, 3, &err), &err);
	check(!strcmp(found, expected));
}

static void check_reading(const char *where)
{
	struct place *p =
		open_place(where, "v\\c.vhd", ADDRESS_FILE | ADDRESS_VIRTUAL);
	uint64_t start;

	check_eq(p->disk->size, SIZE);
	check(!p->file_path);
	check_content(p->disk, 2 * MIB, "new");
	check_content(p->disk, 4 * MIB, "old");
	address_close(p);
	p = open_place(where, "v\\c.vhd@1", 0);
	check_eq(p->level_count, 3);
	start = p->levels[p->level_count - 1].part.start;
	check_content(p->disk, 4 * MIB - start, "old");
	address_close(p);
}

// All as it is told of, with the file's path.
static void check_look(const char *where)
{
	struct place *p = open_place(where, "V\\C.VHD", ADDRESS_FILE);
	struct vdisk_chain *chain;

	check(p->file_path != NULL);
	check_ok(vdisk_chain_look(p->tree, p->file_path, p->disk, 0, &chain,
				  &err),
		 &err);
	check(!chain->broken && chain->count == 2);
	check(!strcmp(chain->links[1].path, "\\base\\p.vhd"));
	vdisk_chain_close(chain);
	address_close(p);
}

// What is there is written in place, and the parent stays as it is.
static void check_writing(const char *where)
{
	struct place *p =
		open_place(where, "v\\c.vhd",
			   ADDRESS_FILE | ADDRESS_VIRTUAL | ADDRESS_WRITE);
	uint8_t *before = bytes_of(parent), *after;

	check_ok(disk_write(p->disk, 2 * MIB + 5000, "abc", 3, &err), &err);
	check_ok(disk_flush(p->disk, &err), &err);
	address_close(p);
	p = open_place(where, "v\\c.vhd", ADDRESS_FILE | ADDRESS_VIRTUAL);
	check_content(p->disk, 2 * MIB, "new");
	check_content(p->disk, 2 * MIB + 5000, "abc");
	check_content(p->disk, 4 * MIB, "old");
	address_close(p);
	p = open_place(where, "base\\p.vhd", ADDRESS_FILE);
	after = bytes_of(p->disk);
	check_eq(p->disk->size, parent->size);
	check(!memcmp(before, after, (size_t)parent->size));
	mem_free(before);
	mem_free(after);
	address_close(p);
}

// A block that is not there needs a longer file.
static void check_full(const char *where)
{
	struct place *p =
		open_place(where, "v\\c.vhd",
			   ADDRESS_FILE | ADDRESS_VIRTUAL | ADDRESS_WRITE);
	struct vdisk_check found;
	struct err e = {0};

	check_eq(disk_write(p->disk, 0, "xyz", 3, &e), -ENOSPC);
	check(strstr(e.why, "no room for another block") != NULL);
	check_ok(disk_write(p->disk, 2 * MIB + 9000, "def", 3, &err), &err);
	check_ok(address_finish(p, &err), &err);
	address_close(p);
	p = open_place(where, "v\\c.vhd", ADDRESS_FILE);
	check_ok(vdisk_check(p->disk, false, &found, &err), &err);
	check(!found.footer_lost && !found.copy_differs);
	check_eq(found.blocks, 1);
	address_close(p);
	p = open_place(where, "v\\c.vhd", ADDRESS_FILE | ADDRESS_VIRTUAL);
	check_content(p->disk, 2 * MIB + 9000, "def");
	check_content(p->disk, 4 * MIB, "old");
	address_close(p);
}

// In NTFS the file becomes longer, and the volume stays sound.
static void check_growing(const char *image)
{
	struct place *p =
		open_place(image, ":\\v\\c.vhd",
			   ADDRESS_FILE | ADDRESS_VIRTUAL | ADDRESS_WRITE);
	struct ntfs_check_result result;
	struct vdisk_check found;
	struct disk *d;

	check_ok(disk_write(p->disk, 2 * MIB + 7000, "ghi", 3, &err), &err);
	check_ok(disk_write(p->disk, 100, "xyz", 3, &err), &err);
	check_ok(disk_flush(p->disk, &err), &err);
	check_ok(disk_write(p->disk, 4 * MIB + 9000, "uvw", 3, &err), &err);
	check_ok(address_finish(p, &err), &err);
	address_close(p);
	p = open_place(image, ":\\v\\c.vhd", ADDRESS_FILE);
	check(p->disk->size > child->size + 4 * MIB);
	check_ok(vdisk_check(p->disk, false, &found, &err), &err);
	check(!found.footer_lost && !found.copy_differs);
	check_eq(found.blocks, 3);
	address_close(p);
	p = open_place(image, ":\\v\\c.vhd", ADDRESS_FILE | ADDRESS_VIRTUAL);
	check_content(p->disk, 100, "xyz");
	check_content(p->disk, 2 * MIB, "new");
	check_content(p->disk, 2 * MIB + 7000, "ghi");
	check_content(p->disk, 4 * MIB, "old");
	check_content(p->disk, 4 * MIB + 9000, "uvw");
	address_close(p);
	check_ok(disk_open_file(image, DISK_READ_ONLY, &d, &err), &err);
	check_ok(ntfs_check(d, NULL, NULL, NULL, &result, &err), &err);
	check_eq(result.problems, 0);
	end_disk(d);
}

static void check_host(void)
{
	struct place *p = open_place("v/c.vhd", "@1", ADDRESS_WRITE), *other;
	uint64_t start = p->levels[1].part.start;

	check_eq(p->level_count, 2);
	check_content(p->disk, 4 * MIB - start, "old");
	check_content(p->disk, 2 * MIB - start, "new");
	// The parent is locked against those who would write to it.
	check_eq(address_open("base/p.vhd", ADDRESS_WRITE, &other, NULL),
		 -EBUSY);
	address_close(p);
}

static void check_failures(void)
{
	struct err e = {0};
	struct place *p;

	check(!rename("base/p.vhd", "base/q.vhd"));
	check_eq(address_open("v/c.vhd@1", 0, &p, &e), -ENOENT);
	check(strstr(e.why, "its parent is missing") != NULL);
	check(!rename("base/q.vhd", "base/p.vhd"));
	check_eq(address_open("ntfs.img:\\v\\none.vhd@1", 0, &p, NULL),
		 -ENOENT);
	check_eq(address_open("ntfs.img:\\v", ADDRESS_FILE, &p, NULL), -EISDIR);
	check_eq(address_open("fat.img:\\v", ADDRESS_FILE, &p, NULL), -EISDIR);
}

int main(void)
{
	char dir[] = "/tmp/slipway-files-XXXXXX", command[100];

	check(mkdtemp(dir) && !chdir(dir));
	make_disks();
	check(!system("mkdir base v"));
	put_host("base/p.vhd", parent);
	put_host("v/c.vhd", child);
	make_fat();
	make_ntfs();
	check_reading("fat.img:\\");
	check_reading("ntfs.img:/");
	check_look("ntfs.img:\\");
	check_writing("fat.img:\\");
	check_writing("ntfs.img:\\");
	check_full("fat.img:\\");
	check_growing("ntfs.img");
	check_writing("ntfs.img:\\");
	check_host();
	check_failures();
	end_disk(child);
	end_disk(parent);
	snprintf(command, sizeof(command), "rm -r '%s'", dir);
	check(!chdir("/"));
	return system(command) != 0;
}
