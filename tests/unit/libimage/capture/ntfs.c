// SPDX-License-Identifier: MIT
//
// NTFS volumes are captured: what was applied comes back, of random trees of all that
// both sides hold. With arguments, for other programs to judge:
//
//     ntfs random SEED ENTRIES MIB VOLUME     makes a volume of a random tree
//     ntfs capture VOLUME WIM                 captures a volume

#include "image.h"
#include "unit/libimage/capture/compare.h"
#include "unit/libimage/capture/random.h"

#define MIB (1u << 20)

static struct err err;
static const struct capture_options as_they_are = {.keep_links = true};

static struct disk *memory(uint64_t size)
{
	struct disk *d;

	check_ok(disk_memory(size, 512, &d, &err), &err);
	return d;
}

static struct ntfs *open_volume(struct disk *d)
{
	struct ntfs *n;

	check_ok(ntfs_open(d, &n, &err), &err);
	return n;
}

static void write_wim(struct capture *c, struct disk *file,
		      const struct wim_write_options *options)
{
	struct wim_new_image info = {.name = "captured"};
	struct wim_content *const *list;
	struct wim_writer *w;
	size_t count;

	list = capture_content(c, &count);
	check_ok(wim_writer_create(file, options, &w, &err), &err);
	check_ok(wim_writer_add_content(w, list, count, NULL, &err), &err);
	check_ok(wim_writer_add_image(w, capture_image(c), &info, &err), &err);
	check_ok(wim_writer_finish(w, NULL, &err), &err);
	wim_writer_free(w);
}

// Applies what was captured, captures that, and compares.
static void around(struct disk *volume)
{
	const struct wim_write_options write = {
		.compression = WIM_COMPRESSION_XPRESS};
	const struct apply_options apply = {
		.volume = {.serial = 2, .no_dos_names = true}};
	struct disk *file = memory(0), *again = memory(volume->size);
	struct ntfs *n = open_volume(volume), *m;
	struct apply_result applied;
	struct capture *a, *b;
	struct wim *w;

	check_ok(capture_ntfs(n, "\\", &as_they_are, NULL, &a, &err), &err);
	write_wim(a, file, &write);
	check_ok(wim_open(file, &w, &err), &err);
	check_ok(apply_image(w, 1, again, &apply, NULL, &applied, &err), &err);
	wim_close(w);
	m = open_volume(again);
	check_ok(capture_ntfs(m, "\\", &as_they_are, NULL, &b, &err), &err);
	same_images(capture_image(a), capture_image(b));
	check_eq(capture_get_result(a)->files, applied.files);
	check_eq(capture_get_result(a)->links, applied.links);
	check_eq(capture_get_result(a)->folders, applied.folders);
	for (unsigned i = 0; i < CAPTURE_LOSSES; i++)
		check_eq(capture_get_result(a)->lost[i].count, 0);
	capture_free(a);
	capture_free(b);
	ntfs_close(n);
	ntfs_close(m);
	disk_close(file);
	disk_close(again);
}

static void random_trees(void)
{
	const struct ntfs_build_options options = {.serial = 1};

	for (uint64_t seed = 0; seed < 3; seed++) {
		struct disk *d = memory(16 * MIB);

		random_volume(d, seed, 150, &options);
		around(d);
		disk_close(d);
	}
}

// --- What is not simply there -------------------------------------------------

static struct ntfs_build *b;

static uint32_t node(uint32_t parent, const char *name, uint32_t attributes)
{
	const struct ntfs_node_spec spec = {.attributes = attributes,
					    .security = NTFS_NO_SECURITY};
	struct ntfs_name n = {0};
	uint32_t number;
	le16 *units;

	check_eq(utf16_from_utf8(name, &units, &n.name_len), 0);
	n.name = units;
	check_ok(ntfs_build_add(b, &spec, &number, &err), &err);
	check_ok(ntfs_build_link(b, number, parent, &n, &err), &err);
	mem_free(units);
	return number;
}

static uint32_t stream(uint32_t file, enum ntfs_stream_kind kind,
		       const char *name, const void *content, size_t size)
{
	struct ntfs_stream_spec s = {
		.kind = kind, .size = size, .content = content};
	uint32_t number;
	le16 *units = NULL;

	if (name)
		check_eq(utf16_from_utf8(name, &units, &s.name_len), 0);
	s.name = units;
	check_ok(ntfs_build_stream(b, file, &s, &number, &err), &err);
	mem_free(units);
	return number;
}

static void point(uint32_t file, uint32_t tag, const void *data, size_t size)
{
	uint8_t bytes[256] = {0};

	store_le32(bytes, tag);
	bytes[4] = (uint8_t)size;
	memcpy(bytes + 8, data, size);
	stream(file, NTFS_STREAM_REPARSE, NULL, bytes, size + 8);
}

static void junction(uint32_t parent, const char *name, const char *target)
{
	uint8_t data[200] = {0};
	size_t size = random_target(data, 8, target, "");

	point(node(parent, name, NTFS_ATTR_DIRECTORY), 0xa0000003, data, size);
}

static uint8_t packed[5000];

// A file of 5000 bytes, all 'x' and stored as they are, behind a table of one entry.
static uint32_t add_compact(uint32_t parent, const char *name, uint32_t *table)
{
	const le32 info[4] = {to_le32(1), to_le32(2), to_le32(1), to_le32(0)};
	uint32_t file = node(parent, name, NTFS_ATTR_ARCHIVE);

	*table =
		stream(file, NTFS_STREAM_DATA, "WofCompressedData", NULL, 5004);
	point(file, 0x80000017, info, sizeof(info));
	return stream(file, NTFS_STREAM_DATA, NULL, NULL, 5000);
}

static struct disk *odd_volume(void)
{
	const struct ntfs_build_options options = {.serial = 1};
	uint32_t top, sub, cloud, table, file;
	struct disk *d = memory(8 * MIB);
	le32 entry = to_le32(4096);

	check_ok(ntfs_build_new(d, &options, &b, &err), &err);
	top = node(NTFS_ROOT, "Top", NTFS_ATTR_DIRECTORY);
	sub = node(top, "Sub", NTFS_ATTR_DIRECTORY);
	junction(sub, "inside", "\\??\\C:\\top\\sub\\x");
	junction(sub, "outside", "\\??\\C:\\Windows");
	junction(top, "volume", "\\??\\Volume{1}\\");
	cloud = node(sub, "cloud", NTFS_ATTR_OFFLINE);
	point(cloud, 0x9000601a, "????", 4);
	stream(cloud, NTFS_STREAM_DATA, NULL, NULL, 700);
	stream(node(sub, "secret", NTFS_ATTR_ARCHIVE), NTFS_STREAM_DATA, NULL,
	       NULL, 10);
	stream(node(NTFS_ROOT, "pagefile.sys", 0), NTFS_STREAM_DATA, NULL, NULL,
	       4096);
	file = add_compact(sub, "compact", &table);
	check_ok(ntfs_build_layout(b, &err), &err);
	check_ok(ntfs_build_begin(b, &err), &err);
	memset(packed, 'x', sizeof(packed));
	check_ok(ntfs_build_write(b, table, 0, &entry, 4, &err), &err);
	check_ok(ntfs_build_write(b, table, 4, packed, 5000, &err), &err);
	memset(packed, 0, sizeof(packed));
	check_ok(ntfs_build_write(b, file, 0, packed, 5000, &err), &err);
	check_ok(ntfs_build_finish(b, NULL, &err), &err);
	ntfs_build_free(b);
	return d;
}

// Sets the attribute of EFS in a file's standard information, its first attribute.
static void encrypt(struct disk *d, const char *path)
{
	struct ntfs *n = open_volume(d);
	const struct ntfs_info *info = ntfs_get_info(n);
	uint64_t record, at;
	uint8_t data[512];

	check_ok(ntfs_lookup(n, path, &record, &err), &err);
	at = info->mft_lcn * info->cluster_size + record * info->record_size;
	check_ok(disk_read(d, at, data, 512, &err), &err);
	data[data[0x14] + 0x18 + 0x21] |= 0x40;
	check_ok(disk_write(d, at, data, 512, &err), &err);
	ntfs_close(n);
}

static void is_lost(const struct capture *c, enum capture_loss loss,
		    uint64_t count, const char *first)
{
	const struct capture_lost *l = &capture_get_result(c)->lost[loss];

	check_eq(l->count, count);
	check(!count || !strcmp(l->first[0], first));
	check(*capture_loss_text(loss));
}

static const struct wim_dentry *find(const struct capture *c, const char *name)
{
	const struct wim_image *image = capture_image(c);

	for (size_t i = 0; i < image->dentry_count; i++) {
		const struct wim_dentry *d = image->dentries[i];
		char *text = utf16_to_utf8(d->name, d->name_len);
		bool same = !strcmp(text, name);

		mem_free(text);
		if (same)
			return d;
	}
	return NULL;
}

static void part(struct ntfs *n)
{
	const struct capture_options options = {0};
	const struct wim_dentry *d;
	struct capture *c = NULL;
	uint8_t *data;

	check_eq(capture_ntfs(n, "\\none", &options, NULL, &c, NULL), -ENOENT);
	check_eq(capture_ntfs(n, "\\pagefile.sys", &options, NULL, &c, NULL),
		 -ENOTDIR);
	check_eq(capture_ntfs(n, "\\$Extend", &options, NULL, &c, NULL),
		 -EBADMSG);
	check(!c);
	check_ok(capture_ntfs(n, "/top/SUB/", &options, NULL, &c, &err), &err);
	is_lost(c, CAPTURE_ELSEWHERE, 1, "\\cloud");
	is_lost(c, CAPTURE_ENCRYPTED, 1, "\\secret");
	is_lost(c, CAPTURE_LINK_OUT, 1, "\\outside");
	is_lost(c, CAPTURE_ENCRYPTED_FOLDER, 1, "\\");
	check_eq(capture_image(c)->dentry_count, 3);
	check_eq(find(c, "inside")->reparse_flags, 0);
	d = find(c, "compact");
	check_eq(d->attributes, NTFS_ATTR_ARCHIVE);
	check_eq(d->stream_count, 1);
	check_eq(d->streams[0].blob->size, 5000);
	data = content_bytes(d->streams[0].blob);
	check(data[0] == 'x' && data[4999] == 'x');
	mem_free(data);
	capture_free(c);
}

static void odd(void)
{
	struct capture_options options = {.letter = 'c'};
	struct disk *d = odd_volume();
	struct capture_rules *rules;
	struct capture *c;
	struct ntfs *n;

	encrypt(d, "\\Top\\Sub\\secret");
	encrypt(d, "\\Top\\Sub");
	n = open_volume(d);
	part(n);
	check_ok(capture_rules_new(&rules, &err), &err);
	options.rules = rules;
	check_ok(capture_ntfs(n, "\\", &options, NULL, &c, &err), &err);
	is_lost(c, CAPTURE_ENCRYPTED, 1, "\\Top\\Sub\\secret");
	is_lost(c, CAPTURE_ENCRYPTED_FOLDER, 1, "\\Top\\Sub");
	is_lost(c, CAPTURE_LINK_OUT, 1, "\\Top\\volume");
	is_lost(c, CAPTURE_ORPHAN, 0, NULL);
	check(find(c, "outside") && !find(c, "pagefile.sys"));
	check_eq(capture_get_result(c)->excluded, 1);
	check_eq(find(c, "Sub")->attributes, NTFS_ATTR_DIRECTORY);
	capture_free(c);
	capture_rules_free(rules);
	ntfs_close(n);
	disk_close(d);
}

// Changes the flags of a file's record (bit 0: it is in use), and its parent when
// that is not 0.
static void spoil(struct disk *d, const char *path, uint8_t flags,
		  uint8_t parent)
{
	struct ntfs *n = open_volume(d);
	const struct ntfs_info *info = ntfs_get_info(n);
	uint64_t record, at;
	uint8_t data[512];

	check_ok(ntfs_lookup(n, path, &record, &err), &err);
	at = info->mft_lcn * info->cluster_size + record * info->record_size;
	check_ok(disk_read(d, at, data, 512, &err), &err);
	data[0x16] = flags;
	// behind the standard information: the name, which begins with it
	if (parent)
		data[data[0x14] + data[data[0x14] + 4] + 0x18] = parent;
	check_ok(disk_write(d, at, data, 512, &err), &err);
	ntfs_close(n);
}

static void damaged(void)
{
	const struct capture_options options = {0};
	struct disk *d = odd_volume();
	struct capture *c = NULL;
	struct err e = {0};
	struct ntfs *n;

	// A file that its folder names, and that is gone.
	spoil(d, "\\pagefile.sys", 0, 0);
	n = open_volume(d);
	check_eq(capture_ntfs(n, "\\", &options, NULL, &c, &e), -EBADMSG);
	check(!c && !strcmp(e.what, "pagefile.sys"));
	check_ok(capture_ntfs(n, "\\Top", &options, NULL, &c, &err), &err);
	capture_free(c);
	ntfs_close(n);
	disk_close(d);

	// One that says that it lies in a folder that there is not.
	d = odd_volume();
	spoil(d, "\\Top\\Sub\\compact", 1, 200);
	n = open_volume(d);
	e = (struct err){0};
	check_eq(capture_ntfs(n, "\\", &options, NULL, &c, &e), -EBADMSG);
	check(!strcmp(e.what, "compact"));
	ntfs_close(n);
	disk_close(d);
}

static void program(char **argv)
{
	const struct ntfs_build_options options = {.serial = 1};
	const struct wim_write_options write = {
		.compression = WIM_COMPRESSION_XPRESS};
	struct disk *d, *file;
	struct capture *c;
	struct ntfs *n;

	if (!strcmp(argv[1], "random")) {
		check_ok(disk_create_file(argv[5],
					  (uint64_t)atoi(argv[4]) * MIB, 512,
					  &d, &err),
			 &err);
		random_volume(d, (uint64_t)atoll(argv[2]),
			      (unsigned)atoi(argv[3]), &options);
		end_disk(d);
		return;
	}
	check_ok(disk_open_file(argv[2], DISK_READ_ONLY, &d, &err), &err);
	n = open_volume(d);
	check_ok(capture_ntfs(n, "\\", &as_they_are, NULL, &c, &err), &err);
	check_ok(disk_create_file(argv[3], 0, 512, &file, &err), &err);
	write_wim(c, file, &write);
	for (unsigned i = 0; i < CAPTURE_LOSSES; i++) {
		const struct capture_lost *l = &capture_get_result(c)->lost[i];

		for (unsigned k = 0; k < CAPTURE_FIRST && l->first[k]; k++)
			printf("%s %s\n", l->first[k], capture_loss_text(i));
	}
	end_disk(file);
	capture_free(c);
	ntfs_close(n);
	disk_close(d);
}

int main(int argc, char **argv)
{
	if (argc > 1) {
		program(argv);
		return 0;
	}
	random_trees();
	odd();
	damaged();
	return 0;
}
