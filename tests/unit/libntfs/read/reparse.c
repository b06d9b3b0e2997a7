// SPDX-License-Identifier: MIT
//
// Reparse points: files that Windows compressed, placeholders, links. With
// arguments, a volume for other programs to judge, whose files have the content of
// a WIM's, compressed as they are in it, the way Windows stores them:
//
//     reparse FILE WIM ALGORITHM
//
// and without a WIM the volume that is tested here.

#include "libntfs/read/reparse.h"
#include "ntfs_change.h"
#include "test.h"
#include "wim.h"

#define T0      132000000000000000ull
#define CORRUPT err_corrupt(NULL, "", 0, "%s", "")

static struct err err;
static struct ntfs_build *b;

struct part { // of a file, to be written after the layout
	uint32_t stream;
	uint8_t *data;
	size_t size;
};
static struct part parts[400];
static size_t part_count;

// --- Making a volume ---------------------------------------------------------

static void add_stream(uint32_t node, enum ntfs_stream_kind kind,
		       const char *name, const void *data, size_t size)
{
	struct ntfs_stream_spec s = {
		.kind = kind,
		.size = size,
		.content = kind == NTFS_STREAM_DATA ? NULL : data};
	uint32_t stream;
	le16 *units = NULL;

	if (name)
		check_eq(utf16_from_utf8(name, &units, &s.name_len), 0);
	s.name = units;
	check(part_count < 400);
	check_ok(ntfs_build_stream(b, node, &s, &stream, &err), &err);
	mem_free(units);
	if (s.content)
		return;
	parts[part_count].stream = stream;
	parts[part_count].data = calloc(1, size + 1);
	if (data) // else zeroes
		memcpy(parts[part_count].data, data, size);
	parts[part_count++].size = size;
}

static uint32_t add_node(uint32_t parent, const char *name, uint32_t attributes)
{
	struct ntfs_node_spec spec = {attributes, T0, T0,
				      T0,         T0, NTFS_NO_SECURITY};
	struct ntfs_name n = {0};
	uint32_t node;
	le16 *units;

	check_eq(utf16_from_utf8(name, &units, &n.name_len), 0);
	n.name = units;
	check_ok(ntfs_build_add(b, &spec, &node, &err), &err);
	check_ok(ntfs_build_link(b, node, parent, &n, &err), &err);
	mem_free(units);
	return node;
}

static void add_reparse(uint32_t node, uint32_t tag, const void *data,
			size_t size)
{
	uint8_t point[1024] = {0};
	size_t head = tag & 0x80000000 ? 8 : 24; // others' have a GUID

	memcpy(point, to_le32(tag).b, 4);
	memcpy(point + 4, to_le16((uint16_t)size).b, 2);
	memcpy(point + head, data, size);
	add_stream(node, NTFS_STREAM_REPARSE, NULL, point, size + head);
}

static void add_wof(const char *name, uint64_t size, unsigned provider,
		    uint32_t algorithm, const void *packed, size_t packed_size)
{
	uint32_t node = add_node(NTFS_ROOT, name, NTFS_ATTR_ARCHIVE);
	const le32 info[4] = {to_le32(1), to_le32(provider), to_le32(1),
			      to_le32(algorithm)};

	add_stream(node, NTFS_STREAM_DATA, NULL, NULL, (size_t)size);
	if (packed)
		add_stream(node, NTFS_STREAM_DATA, "WofCompressedData", packed,
			   packed_size);
	add_reparse(node, NTFS_TAG_WOF, info, sizeof(info));
}

static void add_link(uint32_t parent, const char *name, uint32_t tag,
		     uint32_t attributes, const char *target, uint32_t flags)
{
	uint8_t data[512] = {0};
	le16 *units;
	size_t len, at = tag == NTFS_TAG_SYMLINK ? 12 : 8;

	check_eq(utf16_from_utf8(target, &units, &len), 0);
	memcpy(data + 2, to_le16((uint16_t)(2 * len)).b, 2);
	memcpy(data + 4, to_le16((uint16_t)(2 * len)).b, 2);
	if (tag == NTFS_TAG_SYMLINK)
		memcpy(data + 8, to_le32(flags).b, 4);
	memcpy(data + at, units, 2 * len);
	add_reparse(add_node(parent, name, attributes), tag, data,
		    at + 2 * len);
	mem_free(units);
}

static void add_file(const char *name, uint32_t attributes, uint32_t tag,
		     const void *content, size_t size)
{
	uint32_t node = add_node(NTFS_ROOT, name, attributes);

	add_stream(node, NTFS_STREAM_DATA, NULL, content, size);
	add_reparse(node, tag, "????????", 8);
}

static void begin(struct disk *d)
{
	struct ntfs_build_options o = {.serial = 7, .time = T0};

	part_count = 0;
	check_ok(ntfs_build_new(d, &o, &b, &err), &err);
}

static void finish(void)
{
	check_ok(ntfs_build_layout(b, &err), &err);
	check_ok(ntfs_build_begin(b, &err), &err);
	for (size_t i = 0; i < part_count; i++) {
		check_ok(ntfs_build_write(b, parts[i].stream, 0, parts[i].data,
					  parts[i].size, &err),
			 &err);
		free(parts[i].data);
	}
	check_ok(ntfs_build_finish(b, NULL, &err), &err);
	ntfs_build_free(b);
}

// --- Files that Windows compressed -------------------------------------------

static uint8_t content[100000], packed[110000];

// Chunks that are stored as they are. Returns the stream's length.
static size_t store(const uint8_t *data, size_t size, size_t chunk)
{
	size_t count = size / chunk + !!(size % chunk), table = 4 * (count - 1);

	for (size_t i = 1; i < count; i++)
		memcpy(packed + 4 * (i - 1), to_le32((uint32_t)(chunk * i)).b,
		       4);
	memcpy(packed + table, data, size);
	return table + size;
}

static void expect(struct ntfs *n, const char *path, const uint8_t *data,
		   size_t size)
{
	uint8_t buf[5000];
	struct disk *d;

	check_ok(ntfs_open_file(n, path, &d, &err), &err);
	check_eq(d->size, size);
	check(d->read_only);
	for (size_t off = 0, step = 1; off < size;
	     off += step, step = step * 7 % 4999 + 1) {
		size_t len = size - off < step ? size - off : step;

		check_ok(disk_read(d, off, buf, len, &err), &err);
		check(!memcmp(buf, data + off, len));
		// And once more from before, out of what was kept.
		check_ok(disk_read(d, off / 2, buf, len, &err), &err);
		check(!memcmp(buf, data + off / 2, len));
	}
	disk_close(d);
}

static void refused(struct ntfs *n, const char *path, int code,
		    const char *word)
{
	struct disk *d = NULL;

	err = (struct err){0};
	check_eq(ntfs_open_file(n, path, &d, &err), code);
	if (!strstr(err.why, word))
		fprintf(stderr, "%s: %s\n", path, err.why);
	check(!d && strstr(err.why, word));
}

static const size_t wof_sizes[] = {1, 4095, 4096, 4097, 32768, 100000};

static void add_compressed(void)
{
	static const uint32_t chunks[] = {4096, 32768, 8192, 16384};
	char name[32];

	for (size_t i = 0; i < 6; i++)
		for (uint32_t a = 0; a < 4; a++) {
			snprintf(name, sizeof(name), "wof%u-%zu", a,
				 wof_sizes[i]);
			add_wof(name, wof_sizes[i], 2, a, packed,
				store(content, wof_sizes[i], chunks[a]));
		}
	add_wof("wof-empty", 0, 2, 0, NULL, 0);
	add_wof("wof-wim", 9000, 1, 0, packed, 9000);
	add_wof("wof-new", 9000, 2, 4, packed, store(content, 9000, 4096));
	add_wof("wof-none", 9000, 2, 0, NULL, 0);
	add_wof("wof-short", 9000, 2, 0, packed, 7);
	add_wof("wof-long", 9000, 2, 0, packed, store(content, 9000, 4096) + 1);
	store(content, 9000, 4096);
	packed[5] = 1; // the second chunk's end is before its begin
	add_wof("wof-table", 9000, 2, 0, packed, 9008);
	store(content, 9000, 4096);
	packed[1] = 0x0f; // the first is compressed: its content is none
	add_wof("wof-data", 9000, 2, 0, packed, 9008);
}

static void read_compressed(struct ntfs *n)
{
	uint8_t buf[4096];
	struct disk *d;
	char path[32];

	for (size_t i = 0; i < 6; i++)
		for (uint32_t a = 0; a < 4; a++) {
			snprintf(path, sizeof(path), "wof%u-%zu", a,
				 wof_sizes[i]);
			expect(n, path, content, wof_sizes[i]);
		}
	expect(n, "wof-empty", content, 0);
	refused(n, "wof-wim", -ENOTSUP, "WIMBoot");
	refused(n, "wof-new", -ENOTSUP, "algorithm 4");
	refused(n, "wof-none", CORRUPT, "missing");
	refused(n, "wof-short", CORRUPT, "size");
	refused(n, "wof-long", CORRUPT, "size");
	check_ok(ntfs_open_file(n, "wof-table", &d, &err), &err);
	check_ok(disk_read(d, 0, buf, 4096, &err), &err);
	check_eq(disk_read(d, 4096, buf, 4096, NULL), CORRUPT);
	disk_close(d);
	check_ok(ntfs_open_file(n, "wof-data", &d, &err), &err);
	check_eq(disk_read(d, 0, buf, 4096, NULL), CORRUPT);
	check_eq(disk_read(d, 1, buf, 1, NULL), CORRUPT); // and is not kept
	disk_close(d);
}

// A stream of more than 4 GiB, made up as it is read: entries of 8 bytes.
#define LARGE       ((UINT64_C(1) << 32) + 70001)
#define LARGE_TABLE (8 * (LARGE / 32768))

static int large_read(struct disk *d, uint64_t off, void *buf, size_t len,
		      struct err *e)
{
	uint8_t *p = buf;

	for (; len--; off++, p++) {
		uint64_t entry = (off / 8 + 1) * 32768;

		*p = off < LARGE_TABLE
			     ? (uint8_t)(entry >> off % 8 * 8)
			     : (uint8_t)((off - LARGE_TABLE) * 0x9e3779b1u >>
					 24);
	}
	return 0;
}

static void large_close(struct disk *d)
{
	mem_free(d);
}

static void read_large(void)
{
	static const struct disk_ops ops = {.read = large_read,
					    .close = large_close};
	struct disk *stream = mem_alloc(sizeof(*stream)), *d;
	static const uint64_t places[] = {0, 32767, UINT64_C(1) << 31,
					  (UINT64_C(1) << 32) - 3, LARGE - 5};
	uint8_t buf[5];

	*stream = (struct disk){
		.ops = &ops, .size = LARGE + LARGE_TABLE, .sector_size = 512};
	check_ok(ntfs_wof_open_chunks(stream, LARGE, NTFS_WOF_LZX, &d, &err),
		 &err);
	for (size_t i = 0; i < 5; i++) {
		check_ok(disk_read(d, places[i], buf, 5, &err), &err);
		for (size_t j = 0; j < 5; j++)
			check_eq(buf[j],
				 (uint8_t)((places[i] + j) * 0x9e3779b1u >>
					   24));
	}
	disk_close(d);
}

// --- Placeholders ------------------------------------------------------------

static void add_placeholders(void)
{
	add_file("cloud", NTFS_ATTR_ARCHIVE, 0x9000601a, content, 9000);
	add_file("cloud-small", NTFS_ATTR_ARCHIVE, 0x9000001a, "text", 4);
	add_file("cloud-empty", NTFS_ATTR_ARCHIVE, 0x9000f01a, "", 0);
	add_file("cloud-away", NTFS_ATTR_ARCHIVE, 0x9000601a, NULL, 9000);
	add_file("cloud-offline", NTFS_ATTR_ARCHIVE | 0x1000, 0x9000101a, NULL,
		 9000);
	add_file("dedup-away", NTFS_ATTR_ARCHIVE, 0x80000013, NULL, 9000);
	add_file("other", NTFS_ATTR_ARCHIVE, 0x00001234, content, 9000);
	add_file("other-away", NTFS_ATTR_ARCHIVE, 0x00001234, NULL, 9000);
	add_file("other-empty", NTFS_ATTR_ARCHIVE, 0x00001234, "", 0);
	add_file("other-link", NTFS_ATTR_ARCHIVE, 0x20001234, "text", 4);
	add_file("linux-link", NTFS_ATTR_ARCHIVE, 0xa000001d, "", 0);
	add_file("app", NTFS_ATTR_ARCHIVE, 0x8000001b, "", 0);
}

// Says of a file's unnamed data that none of it was ever written.
static void make_away(struct disk *d, struct ntfs *n, const char *path)
{
	const struct ntfs_info *i = ntfs_get_info(n);
	uint8_t record[1024];
	uint64_t number, at;
	uint32_t off;

	check_ok(ntfs_lookup(n, path, &number, &err), &err);
	at = i->mft_lcn * i->cluster_size + number * i->record_size;
	check_eq(i->record_size, sizeof(record));
	check_ok(disk_read(d, at, record, sizeof(record), &err), &err);
	off = record[0x14];
	while (record[off] != 0x80)
		off += record[off + 4];
	check(record[off + 8] == 1 && off + 0x40 < 510);
	memset(record + off + 0x38, 0, 8);
	check_ok(disk_write(d, at, record, sizeof(record), &err), &err);
}

static void read_placeholders(struct disk *d, struct ntfs *n)
{
	make_away(d, n, "cloud-away");
	make_away(d, n, "dedup-away");
	make_away(d, n, "other-away");
	expect(n, "cloud", content, 9000);
	expect(n, "cloud-small", (const uint8_t *)"text", 4);
	expect(n, "cloud-empty", content, 0);
	expect(n, "other", content, 9000);
	refused(n, "cloud-away", -ENOTSUP, "CLOUD, 0x9000601a");
	refused(n, "cloud-offline", -ENOTSUP, "CLOUD, 0x9000101a");
	refused(n, "dedup-away", -ENOTSUP, "DEDUP, 0x80000013");
	refused(n, "other-away", -ENOTSUP, "tag 0x00001234");
	refused(n, "other-empty", -ENOTSUP, "tag 0x00001234");
	refused(n, "other-link", -ENOTSUP, "tag 0x20001234");
	refused(n, "linux-link", -ENOTSUP, "LX_SYMLINK");
	refused(n, "app", -ENOTSUP, "APPEXECLINK");
}

// --- Links -------------------------------------------------------------------

static void add_links(void)
{
	uint32_t folder = add_node(NTFS_ROOT, "folder", NTFS_ATTR_DIRECTORY);
	uint32_t below = add_node(folder, "below", NTFS_ATTR_DIRECTORY);
	const uint32_t file = NTFS_ATTR_ARCHIVE, dir = NTFS_ATTR_DIRECTORY;

	add_stream(add_node(below, "file", file), NTFS_STREAM_DATA, NULL,
		   content, 9000);
	add_link(NTFS_ROOT, "link", NTFS_TAG_SYMLINK, file,
		 "folder\\below\\file", 1);
	add_link(below, "beside", NTFS_TAG_SYMLINK, file, "file", 1);
	add_link(below, "up", NTFS_TAG_SYMLINK, file, "..\\.\\below\\file", 1);
	add_link(below, "far-up", NTFS_TAG_SYMLINK, file,
		 "..\\..\\..\\folder/below/file", 1);
	add_link(below, "rooted", NTFS_TAG_SYMLINK, file, "\\folder\\below\\up",
		 1);
	add_link(NTFS_ROOT, "short", NTFS_TAG_SYMLINK, dir, "folder\\below", 1);
	add_link(folder, "again", NTFS_TAG_SYMLINK, dir, "\\short", 1);
	add_link(NTFS_ROOT, "circle", NTFS_TAG_SYMLINK, file, "around", 1);
	add_link(NTFS_ROOT, "around", NTFS_TAG_SYMLINK, file, "circle", 1);
	add_link(NTFS_ROOT, "nowhere", NTFS_TAG_SYMLINK, file, "none", 1);
	add_link(NTFS_ROOT, "drive", NTFS_TAG_SYMLINK, file,
		 "\\??\\C:\\folder\\below\\file", 0);
	add_link(NTFS_ROOT, "half", NTFS_TAG_SYMLINK, file, "D:file", 1);
	add_link(NTFS_ROOT, "junction", NTFS_TAG_MOUNT_POINT, dir,
		 "\\??\\C:\\folder", 0);
	add_link(NTFS_ROOT, "mounted", NTFS_TAG_MOUNT_POINT, dir,
		 "\\??\\Volume{00000000-0000-0000-0000-000000000000}\\", 0);
	add_reparse(add_node(NTFS_ROOT, "cut", file), NTFS_TAG_SYMLINK,
		    "\0\0\100\0\0\0\0\0\1\0\0\0..", 14);
}

static void follow_links(struct ntfs *n)
{
	static const char *const paths[] = {"link",
					    "folder\\below\\beside",
					    "folder\\below\\up",
					    "folder\\below\\far-up",
					    "folder\\below\\rooted",
					    "short\\file",
					    "folder\\again\\file",
					    "short/up",
					    "FOLDER\\AGAIN\\ROOTED"};
	uint64_t file, record;
	char *target;

	check_ok(ntfs_lookup(n, "folder\\below\\file", &file, &err), &err);
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		check_ok(ntfs_lookup(n, paths[i], &record, &err), &err);
		check_eq(record, file);
	}
	check_eq(ntfs_lookup(n, "circle", &record, NULL), -ELOOP);
	refused(n, "nowhere", -ENOENT, "no such file");
	refused(n, "short\\none", -ENOENT, "no such file");
	refused(n, "drive", -ENOTSUP, "C:\\folder\\below\\file");
	refused(n, "half", -ENOTSUP, "D:file");
	refused(n, "junction\\below\\file", -ENOTSUP, "C:\\folder");
	refused(n, "mounted\\x", -ENOTSUP, "Volume{");
	refused(n, "cut", CORRUPT, "outside");
	check_eq(ntfs_lookup(n, "..", &record, NULL), -ENOENT);
	check_ok(ntfs_lookup_link(n, "short\\up", &record, &err), &err);
	check(record != file);
	// The link itself, by its record: not a file of 0 bytes.
	check_eq(ntfs_open_stream(n, record, 0x80, NULL, NULL, NULL), -ENOTSUP);
	check_ok(ntfs_read_link(n, record, &target, &err), &err);
	check(!strcmp(target, "..\\.\\below\\file"));
	mem_free(target);
	check_ok(ntfs_lookup_link(n, "junction", &record, &err), &err);
	check_ok(ntfs_read_link(n, record, &target, &err), &err);
	check(!strcmp(target, "C:\\folder"));
	mem_free(target);
	check_eq(ntfs_read_link(n, file, &target, NULL), -ENOENT);
}

// Files are made behind links of folders; what a reparse point has is not written.
static void change(struct ntfs *n)
{
	static const char *const paths[] = {"wof0-4096", "cloud", "link",
					    "dedup-away"};
	uint64_t record;

	check_ok(ntfs_lookup(n, "wof0-4096", &record, &err), &err);
	err = (struct err){0};
	check_eq(ntfs_check_in_place(n, record, "wof0-4096", &err), -ENOTSUP);
	check(strstr(err.why, "WOF"));
	check_ok(ntfs_lookup(n, "link", &record, &err), &err);
	check_ok(ntfs_check_in_place(n, record, "link", &err), &err);
	check_ok(ntfs_change_begin(n, &err), &err);
	for (size_t i = 0; i < 4; i++) {
		check_eq(ntfs_write_file(n, paths[i], "new", 3, 0, T0, NULL),
			 -ENOTSUP);
		check_eq(ntfs_resize_file(n, paths[i], 3, T0, NULL), -ENOTSUP);
	}
	check_eq(ntfs_write_file(n, "junction\\x", "new", 3, 0, T0, NULL),
		 -ENOTSUP);
	check_ok(ntfs_write_file(n, "folder\\again\\made", content, 5000, 0, T0,
				 &err),
		 &err);
	check_ok(ntfs_mkdir_all(n, "short\\a\\b", T0, &err), &err);
	check_ok(ntfs_remove(n, "folder\\below\\rooted", &err), &err);
	expect(n, "wof1-100000", content, 100000);
	expect(n, "cloud", content, 9000);
	check_ok(ntfs_sync(n, &err), &err);
	check_ok(ntfs_lookup(n, "folder\\below\\made", &record, &err), &err);
	check_ok(ntfs_lookup(n, "folder\\below\\a\\b", &record, &err), &err);
	check_ok(ntfs_lookup(n, "folder\\below\\up", &record, &err), &err);
}

// --- For judges --------------------------------------------------------------

static int build_from_wim(const char *path, const char *wim, uint32_t algorithm)
{
	struct wim_image *image;
	struct disk *file, *d;
	struct wim *w;

	check_ok(disk_open_file(wim, DISK_READ_ONLY, &file, &err), &err);
	check_ok(wim_open(file, &w, &err), &err);
	check_ok(wim_image_load(w, 1, &image, &err), &err);
	check_ok(disk_create_file(path, 64 << 20, 512, &d, &err), &err);
	begin(d);
	for (uint64_t i = 1; i < image->dentry_count; i++) {
		const struct wim_dentry *e = image->dentries[i];
		const struct wim_blob *blob = e->streams[0].blob;
		char *name = utf16_to_utf8(e->name, e->name_len);
		size_t size = blob ? (size_t)blob->stored_size : 0;
		uint8_t *raw = calloc(1, size + 1);

		check(name && (!blob || blob->compressed));
		check_ok(disk_read(file, blob ? blob->offset : 0, raw, size,
				   &err),
			 &err);
		add_wof(name, blob ? blob->size : 0, 2, algorithm,
			blob ? raw : NULL, size);
		free(raw);
		mem_free(name);
	}
	finish();
	wim_image_free(image);
	wim_close(w);
	disk_close(file);
	check_ok(disk_finish(d, &err), &err);
	disk_close(d);
	return 0;
}

int main(int argc, char **argv)
{
	struct disk *d;
	struct ntfs *n;

	if (argc == 4)
		return build_from_wim(argv[1], argv[2],
				      (uint32_t)atoi(argv[3]));
	for (size_t i = 0; i < sizeof(content); i++)
		content[i] = (uint8_t)(i * 0x9e3779b1u >> 24);
	if (argc == 2)
		check_ok(disk_create_file(argv[1], 32 << 20, 512, &d, &err),
			 &err);
	else
		check_ok(disk_memory(32 << 20, 512, &d, &err), &err);
	begin(d);
	add_compressed();
	add_placeholders();
	add_links();
	finish();
	check_ok(ntfs_open(d, &n, &err), &err);
	if (argc != 2) {
		read_compressed(n);
		follow_links(n);
		change(n);
	}
	read_placeholders(d, n);
	ntfs_close(n);
	check_ok(disk_finish(d, &err), &err);
	disk_close(d);
	read_large();
	return 0;
}
