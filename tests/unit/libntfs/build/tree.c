// SPDX-License-Identifier: MIT
//
// A tree with everything a volume can hold, built on a disk in memory; with
// arguments, into a file for other programs to judge:
//
//     build_tree FILE SIZE CLUSTER-SIZE SECTOR-SIZE FILES [no-dos]
//
// and what was asked for is printed, a line for each name and each stream:
//
//     path TAB short name TAB attributes TAB SHA-1 of the unnamed stream
//     path:stream TAB SHA-1

#include "ntfs.h"
#include "test.h"

#define T0            132000000000000000ull // 2019-04-17
#define MAX_PATH_TEXT 4096

static struct ntfs_build *b;
static struct err err;
static bool print;

static struct {
	uint32_t stream;
	uint64_t size, seed;
} content[200000];
static size_t contents;
static uint64_t files_added, streams_added;

static uint64_t mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15ull;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ull;
	x = (x ^ x >> 27) * 0x94d049bb133111ebull;
	return x ^ x >> 31;
}

static void fill(uint8_t *p, uint64_t off, size_t n, uint64_t seed)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)(mix(seed + (off + i) / 8) >>
				 (off + i) % 8 * 8);
}

static void hash(uint64_t size, uint64_t seed, char out[41])
{
	static uint8_t buffer[65536];
	uint8_t digest[SHA1_SIZE];
	struct sha1 s;

	memset(out, '0', 40);
	out[40] = 0;
	if (!size)
		return;
	sha1_init(&s);
	for (uint64_t at = 0; at < size;) {
		size_t n = size - at < sizeof(buffer) ? size - at
						      : sizeof(buffer);

		fill(buffer, at, n, seed);
		sha1_update(&s, buffer, n);
		at += n;
	}
	sha1_final(&s, digest);
	for (int i = 0; i < SHA1_SIZE; i++)
		snprintf(out + 2 * i, 3, "%02x", digest[i]);
}

struct file {
	uint32_t node, attributes;
	char path[MAX_PATH_TEXT], hash[41];
};

static struct file add(uint32_t attributes, uint32_t sd)
{
	uint64_t count = ++files_added;
	struct file f = {.attributes = attributes};
	struct ntfs_node_spec spec = {
		.attributes = attributes,
		.created = T0 + count * 10000000,
		.modified = T0 + count * 20000000,
		.changed = T0 + count * 30000000,
		.accessed = T0 + count * 40000000,
		.security = sd,
	};

	check_ok(ntfs_build_add(b, &spec, &f.node, &err), &err);
	memset(f.hash, '0', 40);
	return f;
}

static void link_units(struct file *f, const struct file *parent,
		       const le16 *name, size_t len, const char *dos)
{
	struct ntfs_name n = {.name = name, .name_len = len};
	char *text = utf16_to_utf8(name, len);
	le16 *units = NULL;

	if (dos)
		check(!utf16_from_utf8(dos, &units, &n.dos_name_len));
	n.dos_name = units;
	check_ok(ntfs_build_link(b, f->node, parent ? parent->node : NTFS_ROOT,
				 &n, &err),
		 &err);
	snprintf(f->path, sizeof(f->path), "%s/%s", parent ? parent->path : "",
		 text);
	if (print)
		printf("%s\t%s\t%x\t%s\n", f->path, dos ? dos : "",
		       f->attributes, f->hash);
	mem_free(text);
	mem_free(units);
}

static void link_dos(struct file *f, const struct file *parent,
		     const char *name, const char *dos)
{
	le16 *units;
	size_t n;

	check(!utf16_from_utf8(name, &units, &n));
	link_units(f, parent, units, n, dos);
	mem_free(units);
}

static void link_name(struct file *f, const struct file *parent,
		      const char *name)
{
	link_dos(f, parent, name, NULL);
}

static uint32_t stream(struct file *f, enum ntfs_stream_kind kind,
		       const char *name, const void *bytes, uint64_t size,
		       bool reserve)
{
	struct ntfs_stream_spec spec = {
		.kind = kind,
		.size = size,
		.content = bytes,
		.order = mix(streams_added++) % 1000,
		.reserve = reserve,
	};
	le16 *units = NULL;
	uint32_t id;

	if (name)
		check(!utf16_from_utf8(name, &units, &spec.name_len));
	spec.name = units;
	check_ok(ntfs_build_stream(b, f->node, &spec, &id, &err), &err);
	mem_free(units);
	return id;
}

// Data of a size, made from a number.
static void data(struct file *f, const char *name, uint64_t size)
{
	uint64_t seed = mix(contents * 977 + size);
	uint32_t id = stream(f, NTFS_STREAM_DATA, name, NULL, size, false);

	check(contents < sizeof(content) / sizeof(*content));
	content[contents].stream = id;
	content[contents].size = size;
	content[contents++].seed = seed;
	if (!name)
		hash(size, seed, f->hash);
}

static void name_stream(const struct file *f, const char *name, uint64_t size)
{
	char text[41];

	hash(size, content[contents - 1].seed, text);
	if (print)
		printf("%s:%s\t%s\n", f->path, name, text);
}

static struct file simple(const struct file *parent, const char *name,
			  uint64_t size)
{
	struct file f = add(NTFS_ATTR_ARCHIVE, NTFS_NO_SECURITY);

	data(&f, NULL, size);
	link_name(&f, parent, name);
	return f;
}

static struct file folder(const struct file *parent, const char *name)
{
	struct file f = add(NTFS_ATTR_DIRECTORY, NTFS_NO_SECURITY);

	link_name(&f, parent, name);
	return f;
}

// --- The parts of the tree ---------------------------------------------------

static void sizes(bool large)
{
	static const uint64_t list[] = {0,    1,     7,     8,     9,
					511,  512,   513,   4095,  4096,
					4097, 65535, 65536, 65537, 200001};
	struct file dir = folder(NULL, "sizes");
	char name[64];

	for (size_t i = 0; i < sizeof(list) / sizeof(*list); i++) {
		snprintf(name, sizeof(name), "of %llu",
			 (unsigned long long)list[i]);
		simple(&dir, name, list[i]);
	}
	for (uint64_t size = 600; size < 760; size += 4) {
		snprintf(name, sizeof(name), "near%llu",
			 (unsigned long long)size);
		simple(&dir, name, size);
	}
	if (large)
		simple(&dir, "large one", 33 << 20);
}

static void many(unsigned count)
{
	struct file dir = folder(NULL, "many");
	char name[64];

	for (unsigned i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "%08x file of many.text",
			 (unsigned)mix(i));
		simple(&dir, name, i % 37 * 13);
	}
}

static void deep(void)
{
	struct file dir = folder(NULL, "deep");
	char name[64];

	for (int i = 0; i < 40; i++) {
		snprintf(name, sizeof(name), "level %d", i);
		dir = folder(&dir, name);
	}
	simple(&dir, "bottom", 5);
}

static void names(void)
{
	struct file dir = folder(NULL, "names"), f;
	le16 units[255];

	simple(&dir, "UPPER.TXT", 3);
	simple(&dir, "lower.txt", 3);
	simple(&dir, "no-ext", 3);
	simple(&dir, "two.dots.txt", 3);
	simple(&dir, ".hidden", 3);
	simple(&dir, "plus+equals=.x;y", 3);
	simple(&dir, "ends with text.markdown", 3);
	simple(&dir, "\xc3\xa9t\xc3\xa9.txt", 3);
	simple(&dir, "\xe6\xb1\x89\xe5\xad\x97.txt", 3);
	simple(&dir, "\xf0\x9f\x98\x80 smile", 3);
	f = add(NTFS_ATTR_ARCHIVE, NTFS_NO_SECURITY);
	link_dos(&f, &dir, "Given short name.text", "GIVEN.ONE");
	f = add(NTFS_ATTR_ARCHIVE, NTFS_NO_SECURITY);
	link_dos(&f, &dir, "Given2~1.txt", "GIVEN2~1.TXT");
	for (int i = 0; i < 255; i++)
		units[i] = to_le16((uint16_t)('a' + i % 26));
	f = add(NTFS_ATTR_ARCHIVE, NTFS_NO_SECURITY);
	data(&f, NULL, 700);
	link_units(&f, &dir, units, 255, NULL);
	units[0] = to_le16(0x6c49);
	f = add(NTFS_ATTR_ARCHIVE, NTFS_NO_SECURITY);
	link_units(&f, &dir, units, 255, NULL);
}

static void links(void)
{
	struct file dir = folder(NULL, "links");
	struct file f = add(NTFS_ATTR_ARCHIVE, NTFS_NO_SECURITY);
	struct file g = add(NTFS_ATTR_ARCHIVE, NTFS_NO_SECURITY);
	char name[64];

	data(&f, NULL, 90);
	for (int i = 0; i < 60; i++) {
		snprintf(name, sizeof(name), "a rather long hard link %d", i);
		link_name(&f, i & 1 ? &dir : NULL, name);
	}
	data(&g, NULL, 5000);
	link_dos(&g, &dir, "g with a given name", "GGIVEN~1");
	link_name(&g, NULL, "g.txt");
}

static void streams(void)
{
	struct file dir = folder(NULL, "streams"), f;
	char name[64];

	f = simple(&dir, "two", 40);
	data(&f, "small", 10);
	name_stream(&f, "small", 10);
	data(&f, "Large", 100000);
	name_stream(&f, "Large", 100000);
	f = simple(&dir, "forty", 0);
	for (int i = 0; i < 40; i++) {
		snprintf(name, sizeof(name), "stream number %d", i);
		data(&f, name, 1 + i * 30);
		name_stream(&f, name, 1 + i * 30);
	}
	data(&dir, "of a folder", 77);
	name_stream(&dir, "of a folder", 77);
}

static uint32_t reserved_stream;

static const uint8_t symlink[] = {
	0x0c, 0, 0,   0xa0, 28,  0, 0,   0, 8,   0, 8,   0,
	0,    0, 8,   0,    1,   0, 0,   0, 'd', 0, 'e', 0,
	'e',  0, 'p', 0,    'd', 0, 'e', 0, 'e', 0, 'p', 0,
};
static const uint8_t ea[] = {
	20,  0,   0, 0, 0, 4, 5, 0, 'N', 'A', 'M', 'E', 0,   'v', 'a', 'l',
	'u', 'e', 0, 0, 0, 0, 0, 0, 0,   1,   2,   0,   'B', 0,   'x', 'y',
};
static const uint8_t object[16] = {1, 2, 3, 4, 5};

static void special(void)
{
	static const uint8_t sd[] = {
		1, 0, 4, 0x80, 0x30, 0, 0,    0, 0x3c, 0, 0,    0,
		0, 0, 0, 0,    0x14, 0, 0,    0, 2,    0, 0x1c, 0,
		1, 0, 0, 0,    0,    3, 0x14, 0, 0xff, 1, 0x1f, 0,
		1, 1, 0, 0,    0,    0, 0,    5, 18,   0, 0,    0,
		1, 1, 0, 0,    0,    0, 0,    5, 18,   0, 0,    0,
		1, 1, 0, 0,    0,    0, 0,    5, 18,   0, 0,    0,
	};
	struct file dir = folder(NULL, "special"), f;
	uint32_t id;

	check_ok(ntfs_build_security(b, sd, sizeof(sd), &id, &err), &err);
	f = add(NTFS_ATTR_ARCHIVE | NTFS_ATTR_REPARSE, id);
	stream(&f, NTFS_STREAM_REPARSE, NULL, symlink, sizeof(symlink), false);
	link_name(&f, &dir, "symlink to deep");
	f = add(NTFS_ATTR_DIRECTORY | NTFS_ATTR_REPARSE, id);
	stream(&f, NTFS_STREAM_REPARSE, NULL, symlink, sizeof(symlink), false);
	link_name(&f, &dir, "folder symlink");
	f = add(NTFS_ATTR_ARCHIVE, id);
	stream(&f, NTFS_STREAM_EA, NULL, ea, sizeof(ea), false);
	link_name(&f, &dir, "has EAs");
	f = add(NTFS_ATTR_HIDDEN | NTFS_ATTR_READONLY, id);
	stream(&f, NTFS_STREAM_OBJECT_ID, NULL, object, sizeof(object), false);
	link_name(&f, &dir, "has an object id");
	f = add(NTFS_ATTR_ARCHIVE | NTFS_ATTR_SYSTEM, id);
	reserved_stream =
		stream(&f, NTFS_STREAM_DATA, NULL, NULL, 1000003, true);
	memcpy(f.hash, "reserved", 8);
	link_name(&f, &dir, "reserved.vhd");
}

static void write_contents(void)
{
	static uint8_t buffer[70000];

	for (size_t i = 0; i < contents; i++)
		for (uint64_t at = 0; at < content[i].size;) {
			uint64_t left = content[i].size - at;
			size_t n = left < sizeof(buffer) ? left
							 : sizeof(buffer);

			fill(buffer, at, n, content[i].seed);
			check_ok(ntfs_build_write(b, content[i].stream, at,
						  buffer, n, &err),
				 &err);
			at += n;
		}
}

static void build(struct disk *d, uint32_t cluster, unsigned files, bool no_dos)
{
	struct ntfs_build_options o = {
		.label = "T\xc3\xa9st volume",
		.serial = 0x1122334455667788,
		.cluster_size = cluster,
		.hidden_sectors = 2048,
		.time = T0,
		.object_id = {{9, 8, 7}},
		.no_dos_names = no_dos,
	};
	struct disk *reserved;
	uint8_t byte = 0x5a;

	contents = 0;
	files_added = streams_added = 0;
	check_ok(ntfs_build_new(d, &o, &b, &err), &err);
	sizes(d->size > 128 << 20);
	many(files);
	deep();
	names();
	links();
	streams();
	special();
	check_ok(ntfs_build_layout(b, &err), &err);
	check_ok(ntfs_build_begin(b, &err), &err);
	write_contents();
	check_ok(ntfs_build_open_stream(b, reserved_stream, &reserved, &err),
		 &err);
	check_eq(reserved->size, 1000003);
	check_ok(disk_write(reserved, 1000002, &byte, 1, &err), &err);
	disk_close(reserved);
	check_ok(ntfs_build_finish(b, NULL, &err), &err);
	ntfs_build_free(b);
}

static uint32_t crc_of(struct disk *d)
{
	static uint8_t buffer[65536];
	uint32_t crc = 0;

	for (uint64_t at = 0; at < d->size; at += sizeof(buffer)) {
		check_ok(disk_read(d, at, buffer, sizeof(buffer), &err), &err);
		crc = crc32_update(crc, buffer, sizeof(buffer));
	}
	return crc;
}

static void report(void *ctx, const struct ntfs_problem *p)
{
	fprintf(stderr, "%s: record %lld: %s: %s\n", (const char *)ctx,
		(long long)p->record, ntfs_rule_name(p->rule), p->text);
}

// Returns a sum of all bytes.
static uint32_t build_and_check(uint64_t size, uint32_t sector,
				uint32_t cluster, unsigned files, bool no_dos)
{
	struct ntfs_check_result result;
	struct disk *d;
	char what[64];
	uint32_t crc;

	snprintf(what, sizeof(what), "%u, %u", sector, cluster);
	check_ok(disk_memory(size, sector, &d, &err), &err);
	build(d, cluster, files, no_dos);
	check_ok(ntfs_check(d, report, what, NULL, &result, &err), &err);
	check_eq(result.problems, 0);
	crc = crc_of(d);
	disk_close(d);
	return crc;
}

int main(int argc, char **argv)
{
	struct disk *d;
	uint32_t crc;

	if (argc > 5) {
		print = true;
		remove(argv[1]);
		check_ok(disk_create_file(argv[1], strtoull(argv[2], NULL, 0),
					  (uint32_t)atoi(argv[4]), &d, &err),
			 &err);
		build(d, (uint32_t)atoi(argv[3]), (unsigned)atoi(argv[5]),
		      argc > 6);
		end_disk(d);
		return 0;
	}
	// The same description gives the same bytes.
	crc = build_and_check(16 << 20, 512, 4096, 300, false);
	check_eq(build_and_check(16 << 20, 512, 4096, 300, false), crc);
	build_and_check(8 << 20, 512, 512, 100, true);
	build_and_check(12 << 20, 512, 1024, 1000, false);
	build_and_check(16 << 20, 512, 8192, 10, false);
	build_and_check(48 << 20, 512, 65536, 300, false);
	build_and_check(16 << 20, 4096, 4096, 300, false);
	build_and_check(48 << 20, 4096, 65536, 300, true);
	return 0;
}
