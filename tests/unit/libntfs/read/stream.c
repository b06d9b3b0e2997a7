// SPDX-License-Identifier: MIT
//
// Reads every stream of real volumes. With a file as argument, prints instead
// one line a stream, for comparing with what other readers say:
// SHA-1, size, record, attribute type, name of the stream.

#include <inttypes.h>

#include "libntfs/read/read.h"
#include "unit/libntfs/volumes.h"

struct found {
	uint64_t record;
	unsigned count;
	struct ntfs *n;
};

static void hash_disk(struct disk *d, char hex[2 * SHA1_SIZE + 1])
{
	static uint8_t buf[65536 + 7]; // odd, so that units are crossed
	uint8_t digest[SHA1_SIZE];
	struct err err = {0};
	struct sha1 s;

	sha1_init(&s);
	for (uint64_t off = 0; off < d->size;) {
		uint64_t n = d->size - off;

		if (n > sizeof(buf))
			n = sizeof(buf);
		check_ok(disk_read(d, off, buf, (size_t)n, &err), &err);
		sha1_update(&s, buf, (size_t)n);
		off += n;
	}
	sha1_final(&s, digest);
	for (size_t i = 0; i < SHA1_SIZE; i++)
		snprintf(hex + 2 * i, 3, "%02x", digest[i]);
}

static int dump_stream(void *ctx, const struct ntfs_stream *s)
{
	struct found *f = ctx;
	char *name = utf16_to_utf8(s->name, s->name_len);
	char hex[2 * SHA1_SIZE + 1];
	struct err err = {0};
	struct ntfs_stat stat;
	struct disk *d;

	check(name);
	check_ok(ntfs_stat(f->n, f->record, &stat, &err), &err);
	if (stat.reparse_tag && s->type == 0x80 && !s->name_len) {
		// a link, whose content is what it leads to
		check_eq(ntfs_open_stream(f->n, f->record, s->type, name, &d,
					  &err),
			 -ENOTSUP);
		mem_free(name);
		f->count++;
		return 0;
	}
	check_ok(ntfs_open_stream(f->n, f->record, s->type, name, &d, &err),
		 &err);
	check_eq(d->size, s->size);
	if (s->size < UINT64_C(1) << 30) { // not $BadClus of a large volume
		hash_disk(d, hex);
		printf("%s %" PRIu64 " %" PRIu64 " %x %s\n", hex, s->size,
		       f->record, s->type, name);
	}
	disk_close(d);
	mem_free(name);
	f->count++;
	return 0;
}

// Returns the number of streams of a volume.
static unsigned dump(struct disk *d)
{
	struct err err = {0};
	struct found f = {0};

	check_ok(ntfs_open(d, &f.n, &err), &err);
	for (; f.record < f.n->records; f.record++) {
		struct err none = {0};
		int r = ntfs_streams(f.n, f.record, dump_stream, &f, &none);

		check(!r || r == -ENOENT || r == -EBADMSG);
	}
	ntfs_close(f.n);
	return f.count;
}

// A file without runs of its own and one with: written in place.
static void write_in_place(void)
{
	struct disk *d = load_volume(&sample_volumes[3]), *s;
	struct err err = {0};
	char text[5] = {0};
	struct ntfs *n;

	check_ok(ntfs_open(d, &n, &err), &err);
	check_ok(ntfs_open_file(n, "\\$LogFile", &s, &err), &err);
	check(!s->read_only);
	check_ok(disk_write(s, 8192, "test", 4, &err), &err);
	disk_close(s);
	check_ok(ntfs_open_file(n, "/$logfile", &s, &err), &err);
	check_ok(disk_read(s, 8192, text, 4, &err), &err);
	check(!strcmp(text, "test"));
	disk_close(s);
	check_ok(ntfs_open_file(n, "\\passwords.txt", &s, &err), &err);
	check(s->read_only);
	check_eq(disk_write(s, 0, "x", 1, NULL), -EROFS);
	disk_close(s);
	ntfs_close(n);
	disk_close(d);
}

int main(int argc, char **argv)
{
	struct err err = {0};

	if (argc > 1) {
		struct disk *d;

		check_ok(disk_open_file(argv[1], DISK_READ_ONLY, &d, &err),
			 &err);
		dump(d);
		disk_close(d);
		return 0;
	}
	for (size_t i = 0; i < SAMPLE_VOLUMES; i++) {
		struct disk *d = load_volume(&sample_volumes[i]);

		check(dump(d) >= 20);
		disk_close(d);
	}
	write_in_place();
	return 0;
}
