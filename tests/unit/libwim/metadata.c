// SPDX-License-Identifier: MIT
//
// Trees of images: made ones that are right or wrong in one place, and samples.

#include "made.h"

#define FOLDER  0x10
#define REPARSE 0x400

// Metadata that grows.
struct tree {
	uint8_t data[4096];
	size_t size;
};

static le16 *units(const char *s, size_t *ret_n)
{
	le16 *u;

	check(!utf16_from_utf8(s, &u, ret_n));
	return u;
}

// Security data with one descriptor of 20 bytes.
static void begin(struct tree *t)
{
	memset(t, 0, sizeof(*t));
	t->data[0] = 36;
	t->data[4] = 1;
	t->data[8] = 20;
	t->size = 40;
}

static struct dentry_disk *add(struct tree *t, const char *name,
			       uint32_t attributes, size_t children)
{
	uint8_t *p = t->data + t->size;
	size_t n, length;
	le16 *u = units(name, &n);
	struct dentry_disk *d = (struct dentry_disk *)p;

	length = sizeof(*d) + (n ? n * 2 + 2 : 0);
	memcpy(p + sizeof(*d), u, n * 2);
	d->length = to_le64(length);
	d->attributes = to_le32(attributes);
	d->security = to_le32(0);
	d->children = to_le64(children);
	d->name_len = to_le16((uint16_t)(n * 2));
	t->size += round_up(length, 8);
	mem_free(u);
	return d;
}

static void add_stream(struct tree *t, const char *name)
{
	uint8_t *p = t->data + t->size;
	size_t n;
	le16 *u = units(name, &n);
	struct stream_disk *s = (struct stream_disk *)p;

	s->length = to_le64(sizeof(*s) + n * 2 + 2);
	s->name_len = to_le16((uint16_t)(n * 2));
	memcpy(p + sizeof(*s), u, n * 2);
	t->size += round_up(sizeof(*s) + n * 2 + 2, 8);
	mem_free(u);
}

// A root, whose children come next.
static void begin_root(struct tree *t)
{
	begin(t);
	add(t, "", FOLDER, t->size + 104 + 8);
	t->size += 8;
}

static int load(const struct tree *t, struct wim_image **ret, struct err *err)
{
	struct disk *disk = made_wim(t->data, t->size, RESOURCE_METADATA);
	struct wim_image *image = NULL;
	struct wim *w;
	int r;

	check_ok(wim_open(disk, &w, err), err);
	r = wim_image_load(w, 1, &image, err);
	check(!r == (image != NULL));
	wim_close(w);
	disk_close(disk);
	if (r || !ret)
		wim_image_free(image);
	else
		*ret = image;
	return r;
}

static const struct {
	const char *first, *second;
	int code;
} names[] = {
	{"a", "b", 0},
	{"a", "A", 0},
	{"a", "a", -EBADMSG},
	{"é", "É", 0},
	{"..", "b", -EBADMSG},
	{".", "b", -EBADMSG},
	{"...", ".b", 0},
	{"a/b", "b", -EBADMSG},
	{"a\\b", "b", -EBADMSG},
	{"", "b", -EBADMSG},
	{"a:b", "b", 0},
	// as NTFS holds them: ends that Windows' own names have not, halves of
	// pairs
	{"a.", "a", 0},
	{"a ", "a. ", 0},
	{"\xed\xa0\x80", "\xed\xb0\x80", 0},
};

static void all_names(void)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct err err = {0};
		struct tree t;

		begin_root(&t);
		add(&t, names[i].first, 0x20, 0);
		add(&t, names[i].second, 0x20, 0);
		t.size += 8;
		if (load(&t, NULL, &err) != names[i].code) {
			fprintf(stderr, "names %zu: %d %s\n", i, err.code,
				err.why);
			exit(1);
		}
	}
}

// Children are sorted, and every entry knows its place.
static void order(void)
{
	static const char *const want[] = {"", "A", "a", "B", "c", "D"};
	struct wim_image *image;
	struct err err = {0};
	struct tree t;

	begin_root(&t);
	add(&t, "D", 0x20, 0);
	add(&t, "c", 0x20, 0);
	add(&t, "a", 0x20, 0);
	add(&t, "B", 0x20, 0);
	add(&t, "A", 0x20, 0);
	t.size += 8;
	check_ok(load(&t, &image, &err), &err);
	check_eq(image->dentry_count, 6);
	for (size_t i = 0; i < 6; i++) {
		const struct wim_dentry *d = image->dentries[i];
		char *name = utf16_to_utf8(d->name, d->name_len);

		check(!strcmp(name, want[i]));
		check_eq(d->index, i);
		check(d->parent == (i ? image->root : NULL));
		check_eq(d->security, 0);
		check_eq(d->stream_count, i ? 1 : 0);
		mem_free(name);
	}
	check_eq(image->root->child_count, 5);
	wim_image_free(image);
}

static void links_and_streams(void)
{
	struct wim_image *image;
	struct err err = {0};
	struct dentry_disk *d;
	struct tree t;

	begin_root(&t);
	d = add(&t, "file", 0x20, 0);
	d->link_low = to_le32(7);
	d->streams = to_le16(2);
	add_stream(&t, "zone");
	add_stream(&t, "alpha");
	d = add(&t, "link", REPARSE, 0);
	d->link_low = to_le32(0xa000000c);
	d->security = to_le32(UINT32_MAX);
	t.size += 8;
	check_ok(load(&t, &image, &err), &err);
	check_eq(image->dentries[1]->link_group, 7);
	check_eq(image->dentries[1]->stream_count, 3);
	check_eq(get_le16(image->dentries[1]->streams[1].name[0]), 'a');
	check_eq(image->dentries[2]->link_group, 0);
	check_eq(image->dentries[2]->reparse_tag, 0xa000000c);
	check_eq(image->dentries[2]->security, -1);
	wim_image_free(image);
}

static void long_names(void)
{
	char name[300] = "";
	struct tree t;

	memset(name, 'n', 255);
	begin_root(&t);
	add(&t, name, 0x20, 0);
	t.size += 8;
	check_eq(load(&t, NULL, NULL), 0);
	begin_root(&t);
	name[255] = 'n';
	add(&t, name, 0x20, 0);
	t.size += 8;
	check_eq(load(&t, NULL, NULL), -EBADMSG);
}

// A folder within a folder, and so on. Returns what loading says.
static int nested(unsigned depth)
{
	size_t entry = 112 + 8, size = 40 + entry * (depth + 1) + 8;
	uint8_t *data = calloc(1, size);
	struct wim_image *image;
	struct disk *disk;
	struct tree t;
	struct wim *w;
	int r;

	begin(&t);
	memcpy(data, t.data, 40);
	for (unsigned i = 0; i <= depth; i++) {
		uint64_t at = 40 + i * entry;
		struct dentry_disk *d = (struct dentry_disk *)(data + at);

		d->length = to_le64(112);
		d->attributes = to_le32(FOLDER);
		d->children = to_le64(i < depth ? at + entry : 0);
		if (i) {
			d->name_len = to_le16(2);
			data[at + sizeof(*d)] = 'd';
		}
	}
	disk = made_wim(data, size, RESOURCE_METADATA);
	check(!wim_open(disk, &w, NULL));
	r = wim_image_load(w, 1, &image, NULL);
	if (!r)
		wim_image_free(image);
	wim_close(w);
	disk_close(disk);
	free(data);
	return r;
}

static void wrong(void)
{
	struct dentry_disk *d;
	struct tree t;
	size_t at;

	begin_root(&t); // a folder within itself
	add(&t, "f", FOLDER, t.size);
	t.size += 8;
	check_eq(load(&t, NULL, NULL), -EBADMSG);

	begin_root(&t); // a folder with two parents
	at = t.size;
	add(&t, "f", FOLDER, 0)->children = to_le64(at + 2 * 112 + 8);
	add(&t, "g", FOLDER, 0)->children = to_le64(at + 2 * 112 + 8);
	t.size += 8;
	add(&t, "h", 0x20, 0);
	t.size += 8;
	check_eq(load(&t, NULL, NULL), -EBADMSG);

	begin_root(&t); // no end of the list
	add(&t, "f", 0x20, 0);
	check_eq(load(&t, NULL, NULL), -EBADMSG);

	begin_root(&t); // a descriptor that does not exist
	add(&t, "f", 0x20, 0)->security = to_le32(1);
	t.size += 8;
	check_eq(load(&t, NULL, NULL), -EBADMSG);

	begin_root(&t); // content that is not in the file
	add(&t, "f", 0x20, 0)->sha1[3] = 1;
	t.size += 8;
	check_eq(load(&t, NULL, NULL), -EBADMSG);

	begin_root(&t); // equal streams
	d = add(&t, "f", 0x20, 0);
	d->streams = to_le16(2);
	add_stream(&t, "s");
	add_stream(&t, "S");
	t.size += 8;
	check_eq(load(&t, NULL, NULL), -EBADMSG);

	begin_root(&t); // a length that is too short for the name
	d = add(&t, "abcd", 0x20, 0);
	d->length = to_le64(sizeof(*d) + 4);
	t.size += 8;
	check_eq(load(&t, NULL, NULL), -EBADMSG);

	begin(&t); // no root
	t.size += 8;
	check_eq(load(&t, NULL, NULL), -EBADMSG);
	t.data[0] = 200; // security data that is too long
	check_eq(load(&t, NULL, NULL), -EBADMSG);
}

// Tagged items: an object id, and extended attributes brought to NTFS's form.
static void items(void)
{
	static const uint8_t ea[] = {2,   0, 3, 0x80, 'A', 'B', 'C', 0,  'x',
				     'y', 1, 0, 1,    0,   'D', 0,   'z'};
	static const uint8_t want[] = {
		16, 0, 0,  0, 0x80, 3, 2, 0, 'A', 'B', 'C', 0, 'x', 'y',
		0,  0, 12, 0, 0,    0, 0, 1, 1,   0,   'D', 0, 'z', 0};
	struct wim_image *image;
	struct err err = {0};
	struct dentry_disk *d;
	struct tree t;
	uint8_t *p;

	begin_root(&t);
	d = add(&t, "f", 0x20, 0);
	p = t.data + t.size;
	p[0] = TAG_OBJECT_ID;
	p[4] = 64;
	memset(p + 8, 0x5a, 16);
	p += 72;
	p[0] = TAG_EA;
	p[4] = sizeof(ea);
	memcpy(p + 8, ea, sizeof(ea));
	t.size += 72 + 8 + 24;
	d->length = to_le64((uint64_t)(t.data + t.size - (uint8_t *)d));
	t.size += 8;
	check_ok(load(&t, &image, &err), &err);
	check_eq(image->dentries[1]->object_id.b[15], 0x5a);
	check_eq(image->dentries[1]->ea_size, sizeof(want));
	check(!memcmp(image->dentries[1]->ea, want, sizeof(want)));
	wim_image_free(image);
	p[10] = 60; // a name that leaves its item
	check_eq(load(&t, NULL, NULL), -EBADMSG);
}

static const struct {
	const char *name;
	int code;
	uint64_t entries;
	size_t security;
} known[] = {
	{"imagex-tree252-lzx.wim", 0, 284, 2},
	{"wimlib-lzx.wim", 0, 15, 2},
	{"wimlib-xpress.wim", 0, 15, 2},
	{"icd-package-startpins.ppkg", 0, 14, 2},
	{"wimlib-empty_dacl.wim", 0, 2, 2},
	{"wimlib-cyclic.wim", -EBADMSG, 0, 0},
	{"wimlib-dotdot.wim", -EBADMSG, 0, 0},
	{"wimlib-duplicate_names.wim", -EBADMSG, 0, 0},
};

static void known_samples(void)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		char path[512];
		struct err err = {0};
		struct disk *disk;
		struct wim_image *image;
		struct wim *w;
		int r;

		snprintf(path, sizeof(path), "%s/wim/%s", samples(),
			 known[i].name);
		check_ok(disk_open_file(path, DISK_READ_ONLY, &disk, &err),
			 &err);
		check_ok(wim_open(disk, &w, &err), &err);
		check_eq(wim_image_load(w, 2, &image, NULL), -ENOENT);
		r = wim_image_load(w, 1, &image, &err);
		check_eq(r, known[i].code);
		if (!r) {
			check_eq(image->dentry_count, known[i].entries);
			check_eq(image->security_count, known[i].security);
			wim_image_free(image);
		}
		wim_close(w);
		disk_close(disk);
	}
}

int main(void)
{
	all_names();
	long_names();
	check_eq(nested(16384), 0);
	check_eq(nested(16385), -EFBIG);
	order();
	links_and_streams();
	wrong();
	items();
	wim_image_free(NULL);
	known_samples();
	return 0;
}
