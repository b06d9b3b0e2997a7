// SPDX-License-Identifier: MIT
//
// What does not fit, equal names, and a volume filled to its last cluster.

#include "libntfs/build/build.h"
#include "test.h"

static struct ntfs_build *start(struct disk *d)
{
	struct ntfs_build_options o = {.cluster_size = 4096};
	struct err err = {0};
	struct ntfs_build *b;

	check_ok(ntfs_build_new(d, &o, &b, &err), &err);
	return b;
}

static void add(struct ntfs_build *b, const char *text, uint64_t size)
{
	struct ntfs_node_spec spec = {.security = NTFS_NO_SECURITY};
	struct ntfs_stream_spec stream = {.size = size, .reserve = true};
	struct ntfs_name name = {.name_len = 0};
	struct err err = {0};
	uint32_t node, id;
	le16 *units;

	check(!utf16_from_utf8(text, &units, &name.name_len));
	name.name = units;
	check_ok(ntfs_build_add(b, &spec, &node, &err), &err);
	check_ok(ntfs_build_link(b, node, NTFS_ROOT, &name, &err), &err);
	check_ok(ntfs_build_stream(b, node, &stream, &id, &err), &err);
	mem_free(units);
}

static int lay_out(struct disk *d, uint64_t size, const char *other,
		   uint64_t *ret_free)
{
	struct ntfs_build *b = start(d);
	struct err err = {0};
	int r;

	add(b, "one file", size);
	add(b, other, 0);
	r = ntfs_build_layout(b, &err);
	check_eq(err.code, r);
	*ret_free = (b->clusters - b->next_lcn + b->gap) * b->cluster_size;
	if (!r) {
		struct disk_extent used[NTFS_BUILD_RANGES];

		ntfs_build_used(b, used);
		check_eq(used[0].off, 0);
		check(used[1].off >= used[0].len);
		check_eq(used[0].len + used[1].len + *ret_free,
			 b->clusters * b->cluster_size);
		check_eq(used[2].off + used[2].len, d->size);
		check_ok(ntfs_build_begin(b, &err), &err);
		check_ok(ntfs_build_finish(b, NULL, &err), &err);
	}
	ntfs_build_free(b);
	return r;
}

int main(void)
{
	struct ntfs_check_result result;
	struct err err = {0};
	struct disk *d;
	uint64_t room, none;

	check_ok(disk_memory(8 << 20, 512, &d, &err), &err);
	check_eq(lay_out(d, 0, "another", &room), 0);
	check(room > 4 << 20);
	check_eq(lay_out(d, room + 1, "another", &none), -ENOSPC);
	check_eq(lay_out(d, UINT64_MAX / 4, "another", &none), -ENOSPC);
	check_eq(lay_out(d, room, "another", &none), 0);
	check_eq(none, 0);
	check_ok(ntfs_check(d, NULL, NULL, NULL, &result, &err), &err);
	check_eq(result.problems, 0);
	check_eq(result.clusters_used, result.clusters);
	check_eq(lay_out(d, 0, "one file", &none), -EEXIST);
	check_eq(lay_out(d, 0, "One File", &none), 0);
	check_ok(ntfs_check(d, NULL, NULL, NULL, &result, &err), &err);
	check_eq(result.problems, 0);
	check_eq(lay_out(d, 0, "$mft", &none), -EEXIST);
	disk_close(d);
	return 0;
}
