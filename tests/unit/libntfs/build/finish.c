// SPDX-License-Identifier: MIT
//
// How a volume is finished: what is written in which order, on a device of old
// bytes, and nothing outside of what the layout says; the boot sectors come after
// all else is safe. Stopped, it is no volume.

#include "libntfs/build/build.h"
#include "libntfs/read/read.h"
#include "test.h"

#define SIZE      (32u << 20)
#define LINKS     900u // their list has clusters of its own
#define RESERVED  70001u
#define OLD_BYTE  0xee
#define MAX_STEPS 4096u

static struct err err;

// --- A device that notes what is done to it ----------------------------------

struct step {
	uint64_t off, len; // len 0: a flush
};

struct noting {
	struct disk disk;
	struct disk *below;
	struct step steps[MAX_STEPS];
	size_t count;
	unsigned boots; // writes of a boot sector to its place
};

static void note(struct disk *d, uint64_t off, uint64_t len)
{
	struct noting *n = (struct noting *)d;

	check(n->count < MAX_STEPS);
	n->steps[n->count++] = (struct step){off, len};
}

static int noting_read(struct disk *d, uint64_t off, void *buf, size_t len,
		       struct err *e)
{
	return disk_read(((struct noting *)d)->below, off, buf, len, e);
}

static int noting_write(struct disk *d, uint64_t off, const void *buf,
			size_t len, struct err *e)
{
	note(d, off, len);
	((struct noting *)d)->boots +=
		!off && !memcmp((const uint8_t *)buf + 3, "NTFS", 4);
	return disk_write(((struct noting *)d)->below, off, buf, len, e);
}

static int noting_zero(struct disk *d, uint64_t off, uint64_t len,
		       struct err *e)
{
	note(d, off, len);
	return disk_zero(((struct noting *)d)->below, off, len, e);
}

static int noting_flush(struct disk *d, struct err *e)
{
	note(d, 0, 0);
	return 0;
}

static const struct disk_ops noting_ops = {.read = noting_read,
					   .write = noting_write,
					   .zero = noting_zero,
					   .flush = noting_flush};

static void make_device(struct noting *n)
{
	static uint8_t old[65536];

	memset(old, OLD_BYTE, sizeof(old));
	*n = (struct noting){
		.disk = {.ops = &noting_ops, .size = SIZE, .sector_size = 512}};
	check_ok(disk_memory(SIZE, 512, &n->below, &err), &err);
	for (uint64_t at = 0; at < SIZE; at += sizeof(old))
		check_ok(disk_write(n->below, at, old, sizeof(old), &err),
			 &err);
}

// --- A description -----------------------------------------------------------

static void link_node(struct ntfs_build *b, uint32_t node, unsigned number)
{
	char text[32];
	le16 units[32];
	struct ntfs_name name = {.name = units};

	name.name_len =
		(size_t)snprintf(text, sizeof(text), "a long name %u", number);
	for (size_t i = 0; i < name.name_len; i++)
		units[i] = to_le16((uint8_t)text[i]);
	check_ok(ntfs_build_link(b, node, NTFS_ROOT, &name, &err), &err);
}

// A file of many names, and one whose content is reserved. *ret is the latter's
// stream.
static struct ntfs_build *describe(struct disk *d, uint32_t *ret)
{
	const struct ntfs_build_options o = {.cluster_size = 4096,
					     .no_dos_names = true};
	const struct ntfs_node_spec file = {.security = NTFS_NO_SECURITY};
	const struct ntfs_stream_spec reserved = {.size = RESERVED,
						  .reserve = true};
	struct ntfs_build *b;
	uint32_t node;

	check_ok(ntfs_build_new(d, &o, &b, &err), &err);
	check_ok(ntfs_build_add(b, &file, &node, &err), &err);
	for (unsigned i = 0; i < LINKS; i++)
		link_node(b, node, i);
	check_ok(ntfs_build_add(b, &file, &node, &err), &err);
	link_node(b, node, LINKS);
	check_ok(ntfs_build_stream(b, node, &reserved, ret, &err), &err);
	check_eq(ntfs_build_finish(b, NULL, NULL), -EINVAL); // no layout yet
	check_ok(ntfs_build_layout(b, &err), &err);
	return b;
}

// --- What must hold ----------------------------------------------------------

// The last two writes are of the copy and of the boot sector, each alone between
// flushes.
static void check_order(const struct noting *n)
{
	const struct step *end = n->steps + n->count;

	check(n->count > 5);
	check(!end[-5].len && !end[-3].len && !end[-1].len);
	check(end[-4].off == SIZE - 512 && end[-4].len == 512);
	check(end[-2].off == 0 && end[-2].len == 512);
	check_eq(n->boots, 1);
}

static void check_inside(const struct ntfs_build *b, const struct noting *n)
{
	struct disk_extent used[NTFS_BUILD_RANGES];

	ntfs_build_used(b, used);
	for (size_t i = 0; i < n->count; i++) {
		const struct step *s = &n->steps[i];
		bool is_inside = !s->len;

		for (size_t k = 0; k < NTFS_BUILD_RANGES && !is_inside; k++)
			is_inside = s->off >= used[k].off &&
				    range_ok(s->off - used[k].off, s->len,
					     used[k].len);
		check(is_inside);
	}
}

static void read_back(struct disk *d, uint64_t off, uint8_t *buf, size_t len)
{
	check_ok(disk_read(d, off, buf, len, &err), &err);
}

// Old bytes stay in what the caller was to write, and nowhere else.
static void check_reserved(struct disk *d, const struct ntfs_build *b,
			   uint32_t id)
{
	static uint8_t buf[RESERVED + 4096];
	const struct stream *s = &b->streams[id];
	size_t size = (size_t)round_up(RESERVED, 4096);

	read_back(d, s->lcn * 4096, buf, size);
	for (size_t i = 0; i < RESERVED; i++)
		check_eq(buf[i], OLD_BYTE);
	check(mem_is_zero(buf + RESERVED, size - RESERVED));
}

// Between the entries of a list are no bytes of whatever was in memory.
static void check_list(struct disk *d, const struct ntfs_build *b)
{
	const struct node *n = &b->nodes[1];
	uint64_t size = round_up(n->list_size, 4096);
	uint8_t *list = mem_alloc(size);
	size_t off = 0;

	check(list && n->list_lcn && n->list_size > LINKS * 0x20);
	read_back(d, n->list_lcn * 4096, list, size);
	while (off < n->list_size) {
		const struct ntfs_list_entry_disk *e =
			(const void *)(list + off);
		size_t bytes = sizeof(*e) + 2u * e->name_len;

		check(mem_is_zero(list + off + bytes,
				  get_le16(e->length) - bytes));
		off += get_le16(e->length);
	}
	check(mem_is_zero(list + n->list_size, size - n->list_size));
	mem_free(list);
}

// Used are the clusters before the room that is left to the MFT, and those behind
// it up to the last one that was given away.
static void check_bitmap(struct disk *d, const struct ntfs_build *b)
{
	uint64_t lcn = b->streams[b->system[SYSTEM_BITMAP]].lcn;
	static uint8_t bits[SIZE / 4096 / 8];

	read_back(d, lcn * 4096, bits, sizeof(bits));
	for (uint64_t i = 0; i < b->clusters; i++)
		check_eq(bits[i / 8] >> i % 8 & 1,
			 i < b->gap_lcn ||
				 (i >= b->gap_lcn + b->gap && i < b->next_lcn));
}

static void check_mirror(struct disk *d, const struct ntfs_build *b)
{
	uint64_t mft = b->streams[b->system[SYSTEM_MFT]].lcn;
	uint64_t mirror = b->streams[b->system[SYSTEM_MIRROR]].lcn;
	uint8_t one[4096], other[4096];

	read_back(d, mft * 4096, one, sizeof(one));
	read_back(d, mirror * 4096, other, sizeof(other));
	check(!memcmp(one, other, sizeof(one)));
}

static void check_finished(void)
{
	static struct noting device;
	struct ntfs_check_result result;
	struct ntfs_build *b;
	uint32_t reserved;

	make_device(&device);
	b = describe(&device.disk, &reserved);
	check_eq(device.count, 0);
	check_ok(ntfs_build_begin(b, &err), &err);
	check_ok(ntfs_build_finish(b, NULL, &err), &err);
	check_order(&device);
	check_inside(b, &device);
	check_reserved(device.below, b, reserved);
	check_list(device.below, b);
	check_bitmap(device.below, b);
	check_mirror(device.below, b);
	ntfs_build_free(b);
	check_ok(ntfs_check(device.below, NULL, NULL, NULL, &result, &err),
		 &err);
	check_eq(result.problems, 0);
	disk_close(device.below);
}

// --- Stopped -----------------------------------------------------------------

static int stop(void *ctx, const char *stage, uint64_t done, uint64_t total)
{
	check(done <= total);
	return 1;
}

static void check_stopped(void)
{
	static struct noting device;
	struct progress p = {.report = stop};
	struct ntfs_build *b;
	struct ntfs *n;
	uint32_t reserved;

	make_device(&device);
	b = describe(&device.disk, &reserved);
	check_ok(ntfs_build_begin(b, &err), &err);
	check_eq(ntfs_build_finish(b, &p, NULL), -ECANCELED);
	check_eq(ntfs_open(device.below, &n, NULL), -EBADMSG);
	ntfs_build_free(b);
	disk_close(device.below);
}

int main(void)
{
	check_finished();
	check_stopped();
	return 0;
}
