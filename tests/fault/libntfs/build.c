// SPDX-License-Identifier: MIT
//
// Building a volume over an old one, with the N-th allocation or write failing,
// and with the power cut after each write: what is left is the old volume, the
// new one, or nothing that looks like a volume.

#include "fault/fault.h"
#include "ntfs.h"
#include "test.h"

#define SIZE       (3u << 20)
#define OLD_SERIAL 0x0101010101010101ull
#define NEW_SERIAL 0x0202020202020202ull

static const struct ntfs_node_spec file_spec = {
	.attributes = NTFS_ATTR_ARCHIVE,
	.security = NTFS_NO_SECURITY,
};
static const struct ntfs_node_spec folder_spec = {
	.attributes = NTFS_ATTR_DIRECTORY,
	.security = NTFS_NO_SECURITY,
};

static int link_numbered(struct ntfs_build *b, uint32_t node, uint32_t parent,
			 unsigned number, struct err *err)
{
	char text[64];
	le16 units[64];
	struct ntfs_name name = {.name = units};

	snprintf(text, sizeof(text), "the file with number %u", number);
	for (; text[name.name_len]; name.name_len++)
		units[name.name_len] = to_le16((uint8_t)text[name.name_len]);
	return ntfs_build_link(b, node, parent, &name, err);
}

static int add_files(struct ntfs_build *b, uint32_t streams[],
		     const uint64_t sizes[], unsigned count, struct err *err)
{
	struct ntfs_stream_spec spec = {.kind = NTFS_STREAM_DATA};
	uint32_t folder, node;
	int r = ntfs_build_add(b, &folder_spec, &folder, err);

	if (!r)
		r = link_numbered(b, folder, NTFS_ROOT, 0, err);
	for (unsigned i = 0; i < count && !r; i++) {
		r = ntfs_build_add(b, &file_spec, &node, err);
		for (unsigned k = 0; k < 10 && !r; k++)
			r = link_numbered(b, node, folder, i * 10 + k, err);
		spec.size = sizes[i];
		if (!r)
			r = ntfs_build_stream(b, node, &spec, &streams[i], err);
	}
	return r;
}

static int write_files(struct ntfs_build *b, const uint32_t streams[],
		       const uint64_t sizes[], unsigned count, struct err *err)
{
	static uint8_t bytes[20000];
	int r = 0;

	memset(bytes, 'x', sizeof(bytes));
	for (unsigned i = 0; i < count && !r; i++)
		r = ntfs_build_write(b, streams[i], 0, bytes, sizes[i], err);
	return r;
}

static int build(struct disk *d, uint64_t serial, struct err *err)
{
	static const uint64_t sizes[] = {0, 100, 5000, 8192, 20000, 300};
	enum { COUNT = sizeof(sizes) / sizeof(*sizes) };
	struct ntfs_build_options options = {
		.label = "fault",
		.serial = serial,
		.cluster_size = 1024,
	};
	uint32_t streams[COUNT];
	struct ntfs_build *b;
	int r = ntfs_build_new(d, &options, &b, err);

	if (r)
		return r;
	r = add_files(b, streams, sizes, COUNT, err);
	if (!r)
		r = ntfs_build_layout(b, err);
	if (!r)
		r = ntfs_build_begin(b, err);
	if (!r)
		r = write_files(b, streams, sizes, COUNT, err);
	if (!r)
		r = ntfs_build_finish(b, NULL, err);
	ntfs_build_free(b);
	return r;
}

static struct disk *old_volume(void)
{
	struct err err = {0};
	struct disk *d;

	check_ok(disk_memory(SIZE, 512, &d, &err), &err);
	check_ok(build(d, OLD_SERIAL, &err), &err);
	return d;
}

// Returns the serial number of the volume on a disk, 0 when there is none; a
// volume must be whole.
static uint64_t whole_volume(struct disk *d)
{
	static const char magic[] = "NTFS    ";
	struct ntfs_check_result result;
	struct err err = {0};
	uint8_t boot[512];
	le64 serial;

	check_ok(disk_read(d, 0, boot, sizeof(boot), &err), &err);
	if (memcmp(boot + 3, magic, 8))
		return 0;
	check_ok(ntfs_check(d, NULL, NULL, NULL, &result, &err), &err);
	check_eq(result.problems, 0);
	memcpy(&serial, boot + 0x48, 8);
	return get_le64(serial);
}

static int rebuild(void *ctx, struct disk *d, struct err *err)
{
	(void)ctx;
	return build(d, NEW_SERIAL, err);
}

// What was seen of disks on which building was cut off or failed.
struct seen {
	unsigned volumes;  // the old one, or the new
	unsigned finished; // the new one, though building failed
};

static void judge(void *ctx, struct disk *d, const struct fault_cut *cut,
		  bool is_done)
{
	struct seen *seen = ctx;
	uint64_t serial = whole_volume(d);

	seen->volumes += serial != 0;
	seen->finished += !cut && !is_done && serial == NEW_SERIAL;
	if (cut && cut->count == cut->log->count)
		check_eq(serial, NEW_SERIAL);
	if (cut && cut->count > 4 && cut->count + 2 < cut->log->count)
		check_eq(serial, 0);
}

static enum record_fate choose(void *ctx, size_t index)
{
	struct fault_cut *cut = ctx;

	return cut->round < 3 ? (enum record_fate)cut->round
			      : fault_draw(cut, index);
}

int main(void)
{
	struct seen seen = {0};
	struct fault_operation o = {.base = old_volume(),
				    .ctx = &seen,
				    .run = rebuild,
				    .judge = judge,
				    .choose = choose};

	fault_mem_each_on(&o, 1);
	check_eq(seen.finished, 0);
	// The last flush may fail with everything written.
	fault_io_each(&o, 1, false, false);
	check(seen.finished <= 2);
	seen.volumes = 0;
	fault_cut_each(&o, 1, 6);
	check(seen.volumes > 2);
	disk_close(o.base);
	return 0;
}
