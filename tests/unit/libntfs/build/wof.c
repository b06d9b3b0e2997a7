// SPDX-License-Identifier: MIT
//
// A file that the overlay filter holds compressed, built with chunks stored as they
// are: its size, what it takes of the volume, what it reads as, and that the checker
// finds nothing, with small and large clusters.

#include <string.h>

#include "ntfs.h"
#include "test.h"

#define SIZE 100001u

static uint8_t content[SIZE], stored[SIZE + 256];

// Puts the table before the chunks. Returns the size of both.
static size_t store(enum ntfs_wof_algorithm algorithm)
{
	uint32_t entry, chunk = ntfs_wof_chunk(algorithm);
	size_t table = (size_t)ntfs_wof_table(SIZE, algorithm, &entry);

	check_eq(entry, 4);
	for (size_t i = 0; i < table / 4; i++)
		store_le32(stored + 4 * i, (uint32_t)(i + 1) * chunk);
	memcpy(stored + table, content, SIZE);
	return table + SIZE;
}

static void link_node(struct ntfs_build *b, uint32_t node, char letter)
{
	const le16 units[] = {to_le16((uint8_t)letter)};
	struct ntfs_name name = {.name = units, .name_len = 1};
	struct err err = {0};

	check_ok(ntfs_build_link(b, node, NTFS_ROOT, &name, &err), &err);
}

static void build(struct disk *d, uint32_t cluster, size_t size,
		  enum ntfs_wof_algorithm algorithm)
{
	struct ntfs_build_options options = {.cluster_size = cluster};
	struct ntfs_node_spec spec = {.security = NTFS_NO_SECURITY};
	struct ntfs_build *b;
	uint32_t node, stream;
	struct err err = {0};

	check_ok(ntfs_build_new(d, &options, &b, &err), &err);
	check_ok(ntfs_build_add(b, &spec, &node, &err), &err);
	link_node(b, node, 'a');
	check_ok(ntfs_build_wof(b, node, SIZE, size, algorithm, 0, &stream,
				&err),
		 &err);
	check_eq(ntfs_build_wof(b, node, SIZE, size, algorithm, 0, &stream,
				NULL),
		 -EEXIST);
	check_ok(ntfs_build_layout(b, &err), &err);
	check_ok(ntfs_build_begin(b, &err), &err);
	// The hole came before it.
	check_eq(ntfs_build_write(b, stream - 1, 0, stored, 1, NULL), -EINVAL);
	check_ok(ntfs_build_write(b, stream, 0, stored, size, &err), &err);
	check_ok(ntfs_build_finish(b, NULL, &err), &err);
	ntfs_build_free(b);
}

static int look_at(void *ctx, const struct ntfs_stream *s)
{
	unsigned *seen = ctx;

	if (s->type != NTFS_DATA)
		return 0;
	++*seen;
	check_eq(s->sparse, !s->name_len);
	if (s->name_len)
		return 0;
	check_eq(s->size, SIZE);
	check_eq(s->allocated, 0);
	return 0;
}

static void check_volume(struct disk *d)
{
	struct ntfs_check_result result = {0};
	struct ntfs_stat stat;
	struct disk *file;
	struct ntfs *n;
	uint8_t *data = malloc(SIZE);
	unsigned seen = 0;
	uint64_t record;
	struct err err = {0};

	check_ok(ntfs_check(d, NULL, NULL, NULL, &result, &err), &err);
	check_eq(result.problems, 0);
	check_ok(ntfs_open(d, &n, &err), &err);
	check_ok(ntfs_lookup(n, "a", &record, &err), &err);
	check_ok(ntfs_stat(n, record, &stat, &err), &err);
	check_eq(stat.size, SIZE);
	check_eq(stat.attributes & (NTFS_ATTR_SPARSE | NTFS_ATTR_REPARSE),
		 NTFS_ATTR_SPARSE | NTFS_ATTR_REPARSE);
	check_ok(ntfs_streams(n, record, look_at, &seen, &err), &err);
	check_eq(seen, 2);
	check_ok(ntfs_open_file(n, "a", &file, &err), &err);
	check_eq(file->size, SIZE);
	check_ok(disk_read(file, 0, data, SIZE, &err), &err);
	check(!memcmp(data, content, SIZE));
	disk_close(file);
	ntfs_close(n);
	free(data);
}

static void refused(void)
{
	struct ntfs_build_options options = {0};
	struct ntfs_node_spec spec = {.security = NTFS_NO_SECURITY};
	struct ntfs_stream_spec streams[] = {
		{.kind = NTFS_STREAM_DATA, .hole = true},
		{.kind = NTFS_STREAM_DATA,
		 .hole = true,
		 .reserve = true,
		 .size = 1},
		{.kind = NTFS_STREAM_OBJECT_ID,
		 .hole = true,
		 .size = 16,
		 .content = content},
	};
	struct ntfs_build *b;
	uint32_t node, stream;
	struct disk *d;
	struct err err = {0};

	check_ok(disk_memory(4 << 20, 512, &d, &err), &err);
	check_ok(ntfs_build_new(d, &options, &b, &err), &err);
	check_ok(ntfs_build_add(b, &spec, &node, &err), &err);
	for (size_t i = 0; i < sizeof(streams) / sizeof(streams[0]); i++)
		check_eq(ntfs_build_stream(b, node, &streams[i], &stream, NULL),
			 -EINVAL);
	ntfs_build_free(b);
	disk_close(d);
}

int main(void)
{
	static const uint32_t clusters[] = {512, 4096, 65536};
	struct err err = {0};

	for (size_t i = 0; i < SIZE; i++)
		content[i] = (uint8_t)(i * i >> 5);
	for (size_t i = 0; i < sizeof(clusters) / sizeof(clusters[0]); i++)
		for (enum ntfs_wof_algorithm a = 0; a < NTFS_WOF_ALGORITHMS;
		     a++) {
			struct disk *d;

			check_ok(disk_memory(16 << 20, 512, &d, &err), &err);
			build(d, clusters[i], store(a), a);
			check_volume(d);
			disk_close(d);
		}
	refused();
	return 0;
}
