// SPDX-License-Identifier: MIT
//
// Chains in a made-up volume whose files are disks in memory: parents are found,
// and each way in which that fails has its name.

#include "../images.h"
#include "libvdisk/chain/chain_priv.h"
#include "../model.h"

#define SIZE  (1024 * K)
#define FILES 70

static struct err err;

// What lies in the volume, and what was asked of it.
static struct file {
	char path[32];
	struct disk *disk;
	struct tree_id id;
	int opens;
	bool for_writing;
} files[FILES];
static size_t file_count;

static struct file *find(const char *path)
{
	for (size_t i = 0; i < file_count; i++)
		if (!strcmp(files[i].path, path))
			return &files[i];
	return NULL;
}

static int identify(struct tree *t, const char *path, struct tree_id *ret,
		    struct err *e)
{
	const struct file *f = find(path);

	if (!f)
		return err_set(e, -ENOENT, path, ERR_NOWHERE, "none");
	*ret = f->id;
	return 0;
}

static int open_file(struct tree *t, const char *path, unsigned flags,
		     struct disk **ret, struct err *e)
{
	struct file *f = find(path);

	check(f);
	f->opens++;
	f->for_writing = !(flags & DISK_READ_ONLY);
	return disk_slice(f->disk, 0, f->disk->size, ret, e);
}

static const struct tree_ops ops = {.identify = identify,
				    .open_file = open_file};
static struct tree volume = {.ops = &ops, .slash = '\\'};

static struct file *add(const char *path, struct disk *d)
{
	struct file *f = &files[file_count++];

	check(file_count <= FILES);
	*f = (struct file){.disk = d, .id = {1, file_count}};
	snprintf(f->path, sizeof(f->path), "%s", path);
	return f;
}

static void clear(void)
{
	while (file_count)
		end_disk(files[--file_count].disk);
}

// Adds a disk, a child of `parent` when that is not NULL, with a byte of its own
// at `number`.
static struct file *make(const char *path, enum vdisk_format format,
			 unsigned number, const struct file *parent,
			 const char *relative, const char *absolute)
{
	const struct kind kind = {
		format, parent ? VDISK_DIFFERENCING : VDISK_DYNAMIC,
		format == VDISK_VHD ? 512 * K : 1024 * K, 512};
	struct vdisk_create c = create_of(&kind, SIZE);
	struct file *f = add(path, new_file());
	uint8_t byte = (uint8_t)(number + 1);
	struct vdisk_info info;
	struct disk *d, *below = new_file();

	c.id.b[0] = (uint8_t)(number + 1);
	c.parent_relative = relative;
	c.parent_absolute = absolute;
	if (parent) {
		check_ok(vdisk_probe(parent->disk, &info, &err), &err);
		c.parent_id = info.link_id;
	}
	check_ok(vdisk_create(f->disk, &c, &err), &err);
	if (parent)
		check_ok(vdisk_open_child(f->disk, below, &c.parent_id, &d,
					  &err),
			 &err);
	else
		check_ok(vdisk_open(f->disk, &d, &err), &err);
	check_ok(disk_write(d, number * 512, &byte, 1, &err), &err);
	end_disk(d);
	end_disk(below);
	return f;
}

// Opens the last file that was added. Returns how it went.
static int open_last(struct vdisk_chain **ret)
{
	err = (struct err){0};
	return vdisk_chain_open(&volume, files[file_count - 1].path, NULL, 0,
				ret, &err);
}

static void expect(int code, const char *words)
{
	struct vdisk_chain *untouched = (void *)files, *chain = untouched;

	check_eq(open_last(&chain), code);
	check(chain == untouched);
	if (!strstr(err.why, words)) {
		fprintf(stderr, "%s: %s, not: %s\n", err.what, err.why, words);
		exit(1);
	}
	// What is there is still told.
	check_ok(vdisk_chain_look(&volume, files[file_count - 1].path, NULL, 0,
				  &chain, NULL),
		 &err);
	check_eq(chain->broken, code);
	check(chain->count && chain->links[0].info.size == SIZE);
	check(strstr(chain->why.why, words) != NULL);
	vdisk_chain_close(chain);
	err = (struct err){0};
}

static void check_three(enum vdisk_format format)
{
	struct file *a = make("\\base\\a.vhd", format, 0, NULL, NULL, NULL);
	struct file *b = make("\\v\\b.vhd", format, 1, a, "..\\base\\a.vhd",
			      "Q:\\nowhere.vhd");
	struct file *c = make("\\v\\w\\c.vhd", format, 2, b, ".\\nowhere.vhd",
			      "C:\\v\\b.vhd");
	struct vdisk_chain *chain;
	uint8_t sector[512];

	check_ok(open_last(&chain), &err);
	check_eq(chain->count, 3);
	check(!strcmp(chain->links[1].path, "\\v\\b.vhd"));
	check(!strcmp(chain->links[2].path, "\\base\\a.vhd"));
	check(!strcmp(chain->links[0].parent.absolute, "C:\\v\\b.vhd"));
	for (unsigned i = 0; i < 3; i++) {
		check_ok(disk_read(chain->disk, i * 512, sector, 512, &err),
			 &err);
		check_eq(sector[0], i + 1);
	}
	check(!a->for_writing && !b->for_writing && c->for_writing);
	check(chain->links[1].disk->size == SIZE);
	vdisk_chain_close(chain);
	// The topmost as the caller opened it.
	c->opens = 0;
	check_ok(vdisk_chain_open(&volume, c->path, c->disk, 0, &chain, &err),
		 &err);
	check_eq(c->opens, 0);
	vdisk_chain_close(chain);
	check_ok(disk_read(c->disk, 0, sector, 512, &err), &err);
	clear();
}

static void check_failures(enum vdisk_format format)
{
	struct file *a, *b;

	a = make("\\a.vhd", format, 0, NULL, NULL, NULL);
	make("\\c.vhd", format, 1, a, ".\\b.vhd", "C:\\x\\b.vhd");
	expect(-ENOENT, "its parent is missing: \\b.vhd");
	clear();

	a = make("\\a.vhd", format, 0, NULL, NULL, NULL);
	make("\\c.vhd", format, 1, a, ".\\b.vhd", "\\\\pc\\x\\b.vhd");
	expect(-EXDEV, "on another computer: \\\\pc\\x\\b.vhd");
	clear();

	a = make("\\a.vhd", format, 0, NULL, NULL, NULL);
	make("\\b.vhd", format, 5, NULL, NULL, NULL);
	make("\\c.vhd", format, 1, a, ".\\b.vhd", "C:\\b.vhd");
	expect(-ESTALE, "\\b.vhd is not the parent it was made from");
	clear();

	a = make("\\a.vhd", format, 0, NULL, NULL, NULL);
	make("\\c.vhd", format, 1, a, ".\\c.vhd", "C:\\c.vhd");
	expect(-ELOOP, "a loop: it comes back to \\c.vhd");
	clear();

	a = make("\\a.vhd", format, 0, NULL, NULL, NULL);
	a->id.volume = 2;
	make("\\c.vhd", format, 1, a, ".\\a.vhd", "");
	expect(-EXDEV, "its parent, \\a.vhd, is on another volume");
	clear();

	a = make("\\a.vhd", format, 0, NULL, NULL, NULL);
	b = make("\\b.vhd", format, 1, a, ".\\a.vhd", "");
	make("\\c.vhd", format, 2, b, ".\\b.vhd", "");
	memset(a->path, 0, sizeof(a->path));
	add("\\a.vhd", new_memory(1000));
	check(files[0].disk == a->disk);
	snprintf(files[file_count - 1].path, 32, "\\a.vhd");
	files[file_count] = files[2]; // the child last
	files[2] = (struct file){.path = ""};
	file_count++;
	expect(-ENOENT, "neither a VHD nor a VHDX");
	files[2] = files[--file_count];
	clear();
}

// Another disk of the name, or a broken one, does not hide the right one.
static void check_next_place(void)
{
	struct file *a = make("\\x\\a.vhd", VDISK_VHD, 0, NULL, NULL, NULL);
	struct vdisk_chain *chain;

	make("\\v\\a.vhd", VDISK_VHD, 7, NULL, NULL, NULL);
	make("\\v\\c.vhd", VDISK_VHD, 1, a, ".\\a.vhd", "C:\\x\\a.vhd");
	check_ok(open_last(&chain), &err);
	check(!strcmp(chain->links[1].path, "\\x\\a.vhd"));
	vdisk_chain_close(chain);
	put(files[1].disk, files[1].disk->size - 512 + 0x30, "x", 1);
	put(files[1].disk, 0x30, "x", 1);
	check_ok(open_last(&chain), &err);
	check(!strcmp(chain->links[1].path, "\\x\\a.vhd"));
	vdisk_chain_close(chain);
	memset(files[0].path, 0, sizeof(files[0].path));
	expect(-EBADMSG, "the checksum does not match");
	clear();
}

// A VHDX knows when its parent was written to.
static void check_changed(void)
{
	struct file *a = make("\\a.vhdx", VDISK_VHDX, 0, NULL, NULL, NULL);
	struct disk *d;

	make("\\c.vhdx", VDISK_VHDX, 1, a, ".\\a.vhdx", "C:\\a.vhdx");
	check_ok(vdisk_open(a->disk, &d, &err), &err);
	check_ok(disk_write(d, 0, "z", 1, &err), &err);
	end_disk(d);
	expect(-ESTALE, "or was changed since");
	clear();
}

static void check_length(void)
{
	struct vdisk_chain *chain;
	char relative[32], path[32];
	struct file *below = NULL;

	for (unsigned i = 0; i < VDISK_MAX_CHAIN + 1; i++) {
		snprintf(relative, sizeof(relative), ".\\%u.vhd", i - 1);
		snprintf(path, sizeof(path), "\\%u.vhd", i);
		below = make(path, VDISK_VHD, i, below, relative, "");
		if (i + 1 == VDISK_MAX_CHAIN) {
			check_ok(open_last(&chain), &err);
			check_eq(chain->count, VDISK_MAX_CHAIN);
			vdisk_chain_close(chain);
		}
	}
	expect(-ELOOP, "more than 63 parents");
	clear();
}

static void check_identity(void)
{
	struct vdisk_info child = {.parent_id = {{1}}};
	const struct guid zero = {{0}}, one = {{1}}, two = {{2}};

	check(vdisk_is_parent(&child, &one));
	check(!vdisk_is_parent(&child, &two));
	check(!vdisk_is_parent(&child, &zero));
	child.parent_id_2 = two;
	check(vdisk_is_parent(&child, &two));
}

int main(void)
{
	check_three(VDISK_VHD);
	check_three(VDISK_VHDX);
	check_failures(VDISK_VHD);
	check_failures(VDISK_VHDX);
	check_next_place();
	check_changed();
	check_length();
	check_identity();
	vdisk_chain_close(NULL);
	return 0;
}
