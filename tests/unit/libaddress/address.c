// SPDX-License-Identifier: MIT
//
// Addresses: where the host's part of one ends, what each part opens, and texts
// that are refused rather than made into files of odd names.

#include <sys/stat.h>
#include <unistd.h>

#include "address.h"
#include "test.h"
#include "vdisk.h"

static struct err err;

// --- Splitting: against files that are there ---------------------------------

static const char *const present[] = {
	"disk.img",   "with@1",       "a@2@3",
	"co:lon.img", "back:\\slash", "both@1:\\x@2",
};

static const struct {
	const char *text, *path, *rest;
} splits[] = {
	{"disk.img", "disk.img", ""},
	{"disk.img@1", "disk.img", "@1"},
	{"disk.img@1:\\a\\b", "disk.img", "@1:\\a\\b"},
	{"disk.img:/a", "disk.img", ":/a"},
	{"disk.img@3:\\v\\w.vhd@1:\\x", "disk.img", "@3:\\v\\w.vhd@1:\\x"},
	{"disk.img@", "disk.img@", ""}, // no number
	{"disk.img@x", "disk.img@x", ""},
	{"disk.img@1x", "disk.img@1x", ""},
	{"disk.img:a", "disk.img:a", ""}, // no folder of a volume
	{"with@1@2", "with@1", "@2"},
	{"a@2@3@4:\\", "a@2@3", "@4:\\"},
	{"co:lon.img", "co:lon.img", ""},
	{"co:lon.img@1", "co:lon.img", "@1"},
	{"back:\\slash@1", "back:\\slash", "@1"},
	{"both@1:\\x@2@3", "both@1:\\x@2", "@3"},
	{"./disk.img@1", "./disk.img", "@1"},
	{"./with@1", "./with@1", ""},
	// Of other machines nothing is asked: the first mark behind the server
	{"http://h/a.vhd@1:\\x", "http://h/a.vhd", "@1:\\x"},
	{"http://h:80/a.vhd:/x", "http://h:80/a.vhd", ":/x"},
	{"http://h/a%401@1", "http://h/a%401", "@1"},
	{"http://[::1]:80/a", "http://[::1]:80/a", ""},
	{"\\\\s@445\\t\\a.vhd@1", "\\\\s@445\\t\\a.vhd", "@1"},
	{"nfs://s/a:b/c", "nfs://s/a:b/c", ""},
	{"./http://h/a", "./http://h/a", ""},
	{"./missing@1:\\x", "./missing@1:\\x", ""},
	{"folder/./missing@1", "folder/./missing@1", ""},
	{"./C:\\x", "./C:\\x", ""},
	{"folder@1/x", "folder@1/x", ""}, // a folder of the host
	{"x.c", "x.c", ""},
	{"", "", ""},
};

// What looks like a place and is none, whatever file is called so.
static const struct {
	const char *text;
	int code;
} refused[] = {
	{"with@1", -ENOENT},       {"a@2@3", -ENOENT},
	{"back:\\slash", -ENOENT}, {"missing@1", -ENOENT},
	{"missing@1:", -ENOENT},   {"missing@1:\\x", -ENOENT},
	{"missing@1\\x", -ENOENT}, {"missing:/x", -ENOENT},
	{"/missing@12", -ENOENT},  {"../missing@1", -ENOENT},
	{"@1", -ENOENT},           {":\\x", -ENOENT},
	{"C:", -EINVAL},           {"c:\\x.vhd", -EINVAL},
	{"Z:/x", -EINVAL},         {"d:x", -EINVAL},
};

static void check_refused(void)
{
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		struct err why = {0};
		struct address_parts parts = {0};

		printf("%s\n", refused[i].text);
		check(address_split(refused[i].text, &parts, &why) ==
		      refused[i].code);
		check(!parts.path && !parts.rest && strstr(why.why, "./"));
		check(address_check_host(refused[i].text, NULL) ==
		      refused[i].code);
	}
	check(address_check_host("disk.img@1", NULL) == -ENOTSUP);
	check(address_check_host("new\\x", NULL) == -EINVAL);
	check(!address_check_host("./new\\x", NULL));
	check(!address_check_host("folder/new", NULL));
}

static void check_splits(void)
{
	for (size_t i = 0; i < sizeof(present) / sizeof(present[0]); i++)
		fclose(fopen(present[i], "w"));
	for (size_t i = 0; i < sizeof(splits) / sizeof(splits[0]); i++) {
		struct address_parts parts;

		printf("%s\n", splits[i].text);
		check_ok(address_split(splits[i].text, &parts, &err), &err);
		check(!strcmp(parts.path, splits[i].path));
		check(!strcmp(parts.rest, splits[i].rest));
		check(!strcmp(splits[i].text + parts.at, parts.rest));
		address_parts_done(&parts);
	}
	check_refused();
	for (size_t i = 0; i < sizeof(present) / sizeof(present[0]); i++)
		check(!unlink(present[i]));
}

// --- Opening: disk.img holds FAT, nothing and NTFS with a VHD in it ----------

#define MIB (1u << 20)

static struct disk *part_of(struct disk *d, unsigned number)
{
	struct disk *part;

	check_ok(part_open(d, number, &part, &err), &err);
	return part;
}

static void make_table(struct disk *d, enum part_style style,
		       const uint64_t *sizes, size_t count)
{
	struct part spec = {.type = part_type_data, .mbr_type = PART_MBR_NTFS};
	struct guid id = {0};
	struct part_table *t;
	unsigned number;

	id.b[0] = 1;
	check_ok(part_table_new(style, d, style == PART_GPT ? &id : NULL,
				0x1234, &t, &err),
		 &err);
	for (size_t i = 0; i < count; i++) {
		spec.size = sizes[i];
		spec.id.b[0] = (uint8_t)(i + 2);
		check_ok(part_table_add(t, &spec, &number, &err), &err);
	}
	check_ok(part_table_write(t, d, &err), &err);
	part_table_free(t);
}

static void make_fat(struct disk *d)
{
	struct fat_format_options options = {.label = "ESP"};
	struct fat *f;

	check_ok(fat_format(d, &options, &err), &err);
	check_ok(fat_open(d, &f, &err), &err);
	check_ok(fat_write_file(f, "hello.txt", "hello", 5, 0, 0, &err), &err);
	check_ok(fat_sync(f, &err), &err);
	fat_close(f);
}

static void make_guest(struct disk *file)
{
	const struct ntfs_build_options options = {.label = "Guest"};
	uint64_t all = 0, size = file->size - 512;
	struct disk *vhd, *part;
	struct guid id = {0};

	check_ok(vdisk_create_fixed(file, size, &id, 0, &err), &err);
	check_ok(vdisk_open(file, &vhd, &err), &err);
	make_table(vhd, PART_MBR, &all, 1);
	part = part_of(vhd, 1);
	check_ok(ntfs_format(part, &options, &err), &err);
	disk_close(part);
	disk_close(vhd);
}

// An NTFS volume with "\v" and in it "x@1.vhd".
static void make_host(struct disk *d)
{
	const struct ntfs_build_options options = {.label = "Host"};
	struct ntfs_node_spec spec = {.attributes = NTFS_ATTR_DIRECTORY,
				      .security = NTFS_NO_SECURITY};
	struct ntfs_stream_spec content = {.kind = NTFS_STREAM_DATA,
					   .size = 10 * MIB + 512,
					   .reserve = true};
	struct ntfs_name name = {0};
	uint32_t folder, file, stream;
	struct ntfs_build *b;
	struct disk *vhd;
	le16 *units;

	check_ok(ntfs_build_new(d, &options, &b, &err), &err);
	check_ok(ntfs_build_add(b, &spec, &folder, &err), &err);
	check(!utf16_from_utf8("v", &units, &name.name_len));
	name.name = units;
	check_ok(ntfs_build_link(b, folder, NTFS_ROOT, &name, &err), &err);
	mem_free(units);
	spec.attributes = 0;
	check_ok(ntfs_build_add(b, &spec, &file, &err), &err);
	check(!utf16_from_utf8("x@1.vhd", &units, &name.name_len));
	name.name = units;
	check_ok(ntfs_build_link(b, file, folder, &name, &err), &err);
	mem_free(units);
	check_ok(ntfs_build_stream(b, file, &content, &stream, &err), &err);
	check_ok(ntfs_build_layout(b, &err), &err);
	check_ok(ntfs_build_begin(b, &err), &err);
	check_ok(ntfs_build_open_stream(b, stream, &vhd, &err), &err);
	make_guest(vhd);
	disk_close(vhd);
	check_ok(ntfs_build_finish(b, NULL, &err), &err);
	ntfs_build_free(b);
}

static void make_disk(void)
{
	const uint64_t sizes[] = {4 * MIB, 1 * MIB, 0};
	struct disk *d, *part;

	check_ok(disk_create_file("disk.img", 40 * MIB, 512, &d, &err), &err);
	make_table(d, PART_GPT, sizes, 3);
	part = part_of(d, 1);
	make_fat(part);
	disk_close(part);
	part = part_of(d, 3);
	make_host(part);
	disk_close(part);
	end_disk(d);
	check(!symlink("disk.img", "link@1"));
	fclose(fopen("empty.img", "w"));
}

static const struct {
	const char *text;
	unsigned flags;
	const char *levels; // P a partition, F a file, V a virtual disk
	const char *path;   // of a last INNER
	char volume;        // n, f or 0
	uint64_t size;      // of the disk; 0: not looked at
} good[] = {
	{"disk.img", 0, "", NULL, 0, 40 * MIB},
	{"disk.img@1", 0, "P", NULL, 0, 4 * MIB},
	{"link@1@2", 0, "P", NULL, 0, 1 * MIB},
	{"disk.img@1:\\", 0, "PF", "\\", 'f', 4 * MIB},
	{"disk.img@1:/not/there", 0, "PF", "\\not\\there", 'f', 4 * MIB},
	{"disk.img@1:\\HELLO.TXT", ADDRESS_FILE, "PF", "\\HELLO.TXT", 'f', 5},
	{"disk.img@3:\\v", 0, "PF", "\\v", 'n', 0},
	{"disk.img@3:/V/X@1.VHD", ADDRESS_FILE, "PF", "\\V\\X@1.VHD", 'n',
	 10 * MIB + 512},
	{"disk.img@3:\\v\\x@1.vhd", ADDRESS_FILE | ADDRESS_VIRTUAL, "PFV",
	 "\\v\\x@1.vhd", 'n', 10 * MIB},
	{"disk.img@3:\\v\\x@1.vhd@1", 0, "PFVP", NULL, 'n', 0},
	{"disk.img@3:\\v\\x@1.vhd@1", ADDRESS_WRITE, "PFVP", NULL, 'n', 0},
	{"disk.img@3:\\v\\x@1.vhd@1:\\", 0, "PFVPF", "\\", 'n', 0},
	{"disk.img", ADDRESS_VIRTUAL, "", NULL, 0, 40 * MIB},
	{"empty.img", 0, "", NULL, 0, 0},
};

static void check_good(void)
{
	static const char letters[] = {[PLACE_PARTITION] = 'P',
				       [PLACE_FILE] = 'F',
				       [PLACE_VIRTUAL] = 'V'};

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		char levels[20] = "";
		struct place *p;

		printf("%s\n", good[i].text);
		check_ok(address_open(good[i].text, good[i].flags, &p, &err),
			 &err);
		for (size_t k = 0; k < p->level_count; k++)
			levels[k] = letters[p->levels[k].kind];
		check(!strcmp(levels, good[i].levels));
		check(!p->path == !good[i].path);
		check(!p->path || !strcmp(p->path, good[i].path));
		check((volume_ntfs(p->volume) != NULL) ==
		      (good[i].volume == 'n'));
		check((volume_fat(p->volume) != NULL) ==
		      (good[i].volume == 'f'));
		if (good[i].size)
			check_eq(p->disk->size, good[i].size);
		address_close(p);
	}
	address_close(NULL);
}

static const struct {
	const char *text;
	unsigned flags;
	int code;
} bad[] = {
	{"", 0, -ENOENT},
	{"missing.img@1", 0, -ENOENT},
	{".", 0, -ENOTBLK},
	{"disk.img@4", 0, -ENOENT},
	{"disk.img@0", 0, -ENOENT},
	{"disk.img@65537", 0, -ENOENT},
	{"disk.img@99999999999999999999999", 0, -ENOENT},
	{"disk.img@18446744073709551617", 0, -ENOENT},
	{"disk.img@3:\\v\\x@1.vhd@2", 0, -ENOENT},
	{"disk.img@3:\\v\\none.vhd@1", 0, -ENOENT},
	{"disk.img@3:\\v", ADDRESS_FILE, -EISDIR},
	{"disk.img@1:\\none", ADDRESS_FILE, -ENOENT},
	{"disk.img@1@1", 0, -ENOENT}, // taken for a name
	{"disk.img@2:\\", 0, -ENOENT},
	{"empty.img@1", 0, -ENOENT},
	{"empty.img:\\", 0, -ENOENT},
};

static void check_bad(void)
{
	struct place *p = (struct place *)1;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct err e = {0};
		int r = address_open(bad[i].text, bad[i].flags, &p, &e);

		printf("%s: %d %s\n", bad[i].text, r, e.why);
		check(r && e.code == r);
		check_eq(r, bad[i].code);
		check(p == (struct place *)1);
	}
}

static void check_exclusive(void)
{
	struct place *a, *b;

	check_ok(address_open("disk.img@1", ADDRESS_WRITE, &a, &err), &err);
	check_eq(address_open("disk.img@2", ADDRESS_WRITE, &b, NULL), -EBUSY);
	address_close(a);
}

int main(void)
{
	char dir[] = "/tmp/slipway-address-XXXXXX", command[100];

	check(mkdtemp(dir) && !chdir(dir));
	// whatever letters this machine has
	check(!setenv("SLIPWAY_LETTERS", "letters", 1));
	check_splits();
	make_disk();
	check_good();
	check_bad();
	check_exclusive();
	snprintf(command, sizeof(command), "rm -r '%s'", dir);
	check(!chdir("/"));
	return system(command) != 0;
}
