// SPDX-License-Identifier: MIT
//
// A table of effects that writes down what was called, and a disk that nothing
// is behind: what a verb checks, refuses and does in which order is seen without
// a disk. `fail` names the call that fails, with -EIO.

#ifndef RECORDER_H
#define RECORDER_H

#include <stdarg.h>

#include "storage.h"
#include "test.h"

static struct {
	char calls[512]; // "probe, wipe, table gpt 1@1048576+..."
	const char *fail;
	struct part_content found, missed;
	int boot_code; // what writing boot code gives
	uint8_t first; // byte of the disk
	bool no_room;  // the file system cannot reserve room
	struct vdisk_create made;
	struct ntfs_build_options ntfs;
	struct fat_format_options fat;
} recorder;

static int record(struct err *err, const char *fmt, ...)
{
	size_t len = strlen(recorder.calls);
	char call[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(call, sizeof(call), fmt, ap);
	va_end(ap);
	snprintf(recorder.calls + len, sizeof(recorder.calls) - len, "%s%s",
		 len ? ", " : "", call);
	return recorder.fail && !strcmp(call, recorder.fail)
		       ? err_set(err, -EIO, "disk", ERR_NOWHERE, "it broke")
		       : 0;
}

static int record_probe(struct disk *d, struct part_content *ret,
			struct err *err)
{
	*ret = recorder.found;
	return record(err, "probe");
}

static int record_find_missed(struct disk *d, struct part_content *ret,
			      struct err *err)
{
	*ret = recorder.missed;
	return record(err, "find missed");
}

static int record_wipe(struct disk *d, struct err *err)
{
	return record(err, "wipe");
}

static int record_table(const struct part_table *t, struct disk *d,
			struct err *err)
{
	char text[256] = "";

	for (size_t i = 0; i < t->count; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
			 " %u@%llu+%llu", t->parts[i].number,
			 (unsigned long long)t->parts[i].start >> 20,
			 (unsigned long long)t->parts[i].size >> 20);
	return record(err, "%s%s", t->style == PART_GPT ? "gpt" : "mbr", text);
}

static int record_mbr_code(struct disk *d, struct err *err)
{
	int r = record(err, "mbr code");

	return r ? r : recorder.boot_code;
}

static int record_ntfs(struct disk *d, const struct ntfs_build_options *o,
		       struct err *err)
{
	recorder.ntfs = *o;
	return record(err, "ntfs");
}

static int record_fat(struct disk *d, const struct fat_format_options *o,
		      struct err *err)
{
	recorder.fat = *o;
	return record(err, "fat%d", o->bits);
}

static int record_boot_code(struct disk *d, struct err *err)
{
	int r = record(err, "boot code");

	return r ? r : recorder.boot_code;
}

static int read_nothing(struct disk *d, uint64_t off, void *buf, size_t len,
			struct err *err)
{
	memset(buf, 0, len);
	if (!off)
		*(uint8_t *)buf = recorder.first;
	return record(err, "read");
}

static int write_nothing(struct disk *d, uint64_t off, const void *buf,
			 size_t len, struct err *err)
{
	return record(err, "write %llu", (unsigned long long)(off + len) >> 20);
}

static int allocate_nothing(struct disk *d, uint64_t off, uint64_t len,
			    struct err *err)
{
	int r = record(err, "reserve");

	return r ? r : recorder.no_room ? -ENOTSUP : 0;
}

static int finish_nothing(struct disk *d, struct err *err)
{
	return record(err, "finish");
}

static void close_nothing(struct disk *d)
{
	best_effort(record(NULL, "close"));
}

static const struct disk_ops nothing_ops = {.read = read_nothing,
					    .write = write_nothing,
					    .allocate = allocate_nothing,
					    .finish = finish_nothing,
					    .close = close_nothing};

// A disk of that size.
static struct disk nothing(uint64_t size)
{
	return (struct disk){
		.ops = &nothing_ops, .size = size, .sector_size = 512};
}

static int record_create_file(const char *path, uint64_t size,
			      uint32_t sector_size, struct disk **ret,
			      struct err *err)
{
	static struct disk file;
	int r = record(err, "file %s %llu %u", path,
		       (unsigned long long)size >> 20, sector_size);

	file = nothing(size ? size : 3 << 20);
	if (!r)
		*ret = &file;
	return r;
}

static int record_create_virtual(struct disk *file,
				 const struct vdisk_create *c, struct err *err)
{
	recorder.made = *c;
	return record(err, c->format == VDISK_VHDX ? "vhdx" : "vhd");
}

static int record_open_virtual(struct disk *file, struct disk **ret,
			       struct err *err)
{
	static struct disk inner;
	int r = record(err, "open");

	inner = nothing(3 << 20);
	if (!r)
		*ret = &inner;
	return r;
}

static int record_create_virtual_in(struct tree *files, const char *path,
				    const struct vdisk_create *c,
				    struct err *err)
{
	recorder.made = *c;
	return record(err, "%s %s", files->kind, path);
}

static int record_create_child(struct tree *files, const char *path,
			       const char *parent,
			       const struct vdisk_child *child, struct err *err)
{
	recorder.made.id = child->id;
	recorder.made.created = child->created;
	return record(err, "%s child %s of %s", files->kind, path, parent);
}

static struct ublk_server record_open_server(int id)
{
	best_effort(record(NULL, "server of %d", id));
	return (struct ublk_server){7, 8};
}

static int record_stop(int id, struct err *err)
{
	return record(err, "stop %d", id);
}

static int record_wait_server(const struct ublk_server *s, const char *device,
			      struct err *err)
{
	return record(err, "wait %d", s->process);
}

static void record_close_server(struct ublk_server *s)
{
	best_effort(record(NULL, "let go of %d", s->process));
}

static const struct storage_effects recording = {
	.probe = record_probe,
	.find_missed = record_find_missed,
	.wipe = record_wipe,
	.write_table = record_table,
	.write_mbr_code = record_mbr_code,
	.format_ntfs = record_ntfs,
	.format_fat = record_fat,
	.write_boot_code = record_boot_code,
	.create_file = record_create_file,
	.create_virtual = record_create_virtual,
	.open_virtual = record_open_virtual,
	.create_virtual_in = record_create_virtual_in,
	.create_child = record_create_child,
	.open_server = record_open_server,
	.stop = record_stop,
	.wait_server = record_wait_server,
	.close_server = record_close_server,
};

// Begins to record, with a blank disk and nothing that fails.
static inline void record_begin(void)
{
	memset(&recorder, 0, sizeof(recorder));
}

// Fails unless these were the calls.
#define check_calls(text)                                                      \
	do {                                                                   \
		if (strcmp(recorder.calls, text)) {                            \
			fprintf(stderr, "%s:%d: called:  %s\nnot:     %s\n",   \
				__FILE__, __LINE__, recorder.calls, text);     \
			exit(1);                                               \
		}                                                              \
	} while (0)

#endif
