// SPDX-License-Identifier: MIT
//
// vdisk convert: copies a disk of any kind into a new fixed VHD or raw image.

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "address.h"
#include "vdisk.h"
#include "vdisk_cmd.h"

#define PIECE (1u << 20)

struct source {
	struct place *place, *parent; // parent: of a differencing disk, or NULL
	struct disk *below, *child;   // the parent and the disk on top of it
	struct disk *disk;            // what is copied
};

static void close_source(struct source *s)
{
	disk_close(s->child);
	disk_close(s->below);
	address_close(s->parent);
	address_close(s->place);
}

static int open_child(const char *address, const char *parent,
		      struct source *s, struct err *err)
{
	struct vdisk_info info;
	int r = address_open(parent, ADDRESS_FILE, &s->parent, err);

	if (!r)
		r = vdisk_probe(s->parent->disk, &info, err);
	if (!r)
		r = vdisk_open(s->parent->disk, &s->below, err);
	if (!r)
		r = address_open(address, ADDRESS_FILE, &s->place, err);
	if (!r)
		r = vdisk_open_child(s->place->disk, s->below, &info.id,
				     &s->child, err);
	s->disk = s->child;
	return r;
}

static int open_source(const char *address, const char *parent,
		       struct source *s, struct err *err)
{
	int r;

	if (parent)
		return open_child(address, parent, s, err);
	r = address_open(address, ADDRESS_FILE | ADDRESS_VIRTUAL, &s->place,
			 err);
	if (!r)
		s->disk = s->place->disk;
	return r;
}

static bool is_zero(const uint8_t *b, size_t n)
{
	return !b[0] && !memcmp(b, b + 1, n - 1);
}

// Copies what is not zero; the target reads as zeroes.
static int copy(struct disk *from, struct disk *to, struct progress *progress,
		struct err *err)
{
	uint8_t *b = mem_alloc(PIECE);
	uint64_t off = 0, n = 0;
	bool is_data;
	int r = b ? 0 : err_nomem(err);

	for (; !r && off < from->size; off += n) {
		r = disk_map(from, off, from->size - off, &n, &is_data, err);
		if (!r && is_data) {
			n = n < PIECE ? n : PIECE;
			r = disk_read(from, off, b, (size_t)n, err);
			if (!r && !is_zero(b, (size_t)n))
				r = disk_write(to, off, b, (size_t)n, err);
		}
		if (!r)
			r = progress_report(progress, "Converting", off + n,
					    from->size);
	}
	mem_free(b);
	return r;
}

static int convert(struct disk *from, const char *path, bool is_vhd,
		   struct progress *progress, struct err *err)
{
	uint64_t size = is_vhd ? vdisk_fixed_file_size(from->size)
			       : from->size;
	struct disk *to;
	struct guid id;
	int r = guid_random(&id, err);

	if (!r && is_vhd && from->size > VDISK_MAX_VHD_SIZE)
		r = err_set(err, -EFBIG, "VHD", ERR_NOWHERE,
			    "a VHD has at most 2040 GiB");
	if (!r)
		r = disk_create_file(path, size, 512, &to, err);
	if (r)
		return r;
	r = copy(from, to, progress, err);
	if (!r)
		r = is_vhd ? vdisk_create_fixed(to, from->size, &id, time(NULL),
						err)
			   : disk_flush(to, err);
	disk_close(to);
	if (r)
		unlink(path);
	return r;
}

int vdisk_cmd_convert(int argc, char **argv)
{
	struct cmd_switch table[] = {{"format", true, NULL},
				     {"parent", true, NULL},
				     {"progress", true, NULL},
				     {0}};
	struct source source = {0};
	struct cmd_progress progress;
	struct err err = {0};
	const char *format;
	int count, r;

	if (cmd_switches(argc, argv, table, &count))
		return CMD_MISUSE;
	if (count != 2)
		return cmd_misuse("vdisk", "convert: an ADDRESS and a FILE are "
				  "needed");
	format = table[0].value ? table[0].value : "vhd";
	if (strcasecmp(format, "vhd") && strcasecmp(format, "raw"))
		return cmd_misuse("vdisk", "%s: neither vhd nor raw", format);
	if (cmd_progress_init(&progress, table[2].value))
		return cmd_misuse("vdisk", "%s: no style of progress",
				  table[2].value);
	r = open_source(argv[1], table[1].value, &source, &err);
	if (r) {
		close_source(&source);
		return cmd_fail("vdisk", argv[1], &err);
	}
	r = convert(source.disk, argv[2], !strcasecmp(format, "vhd"),
		    &progress.progress, &err);
	cmd_progress_end(&progress);
	close_source(&source);
	return r ? cmd_fail("vdisk", argv[2], &err) : CMD_OK;
}
