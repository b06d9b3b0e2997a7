// SPDX-License-Identifier: MIT
//
// A file's attributes loaded, changed and stored: into its base record, with
// extension records and a list in the record, with a list outside, and back. The
// order of equal ones stays; after each the checker has nothing to say.

#include "libntfs/change/change.h"
#include "unit/libntfs/change/model.h"

#define FEW  4u   // streams whose list lies in the base record
#define MANY 300u // streams whose list needs clusters

static struct err err;

static struct ntfs *open_volume(struct disk *d)
{
	struct ntfs *n;

	check_ok(ntfs_open(d, &n, &err), &err);
	check_ok(ntfs_change_begin(n, &err), &err);
	return n;
}

static uint64_t record_of(struct ntfs *n, const char *path)
{
	uint64_t record;

	check_ok(ntfs_lookup(n, path, &record, &err), &err);
	return record;
}

static void stream_name(char name[16], unsigned number)
{
	snprintf(name, 16, "s%03u", number);
}

static void add_stream(struct change_file *f, unsigned number, size_t size)
{
	uint8_t value[512];
	struct change_attr *a;
	char text[16];
	le16 units[4];

	stream_name(text, number);
	for (size_t i = 0; i < 4; i++)
		units[i] = to_le16((uint8_t)text[i]);
	memset(value, (int)number, sizeof(value));
	check_ok(ntfs_change_add(f, NTFS_AT_DATA, units, 4, &a, &err), &err);
	check_ok(ntfs_change_set(f, a, value, size, &err), &err);
}

// Does `act` to the file as one operation, and syncs.
static void change(struct disk *d, void (*act)(struct change_file *f))
{
	struct ntfs *n = open_volume(d);
	struct ntfs_change *c = ntfs_change_of(n);
	struct change_file f;

	ntfs_operation_begin(c);
	check_ok(ntfs_change_load(c, record_of(n, "file"), &f, &err), &err);
	act(&f);
	check_ok(ntfs_change_store(&f, &err), &err);
	ntfs_change_done(&f);
	ntfs_operation_end(c, 0);
	check_ok(ntfs_sync(n, &err), &err);
	ntfs_close(n);
	model_check(d);
}

// The streams from `first` to `last` are as add_stream made them.
static void check_streams(struct ntfs *n, unsigned first, unsigned last,
			  size_t size)
{
	for (unsigned i = first; i < last; i++) {
		uint8_t expected[512], found[512];
		struct disk *s;
		char name[16];

		stream_name(name, i);
		check_ok(ntfs_open_stream(n, record_of(n, "file"), NTFS_AT_DATA,
					  name, &s, &err),
			 &err);
		check_eq(s->size, size);
		check_ok(disk_read(s, 0, found, size, &err), &err);
		memset(expected, (int)i, size);
		check(!memcmp(found, expected, size));
		disk_close(s);
	}
}

struct shape {
	size_t records;
	bool has_list, is_list_inside;
};

static struct shape shape_of(struct ntfs *n)
{
	struct ntfs_attr a;
	struct ntfs_file f;
	struct shape s = {0};

	check_ok(ntfs_file_open(n, record_of(n, "file"), &f, &err), &err);
	s.records = f.count;
	s.has_list = f.list;
	s.is_list_inside = !ntfs_file_find(&f, NTFS_AT_ATTRIBUTE_LIST, NULL, 0,
					   &a, NULL) &&
			   a.resident;
	ntfs_file_done(&f);
	return s;
}

static void add_few(struct change_file *f)
{
	for (unsigned i = 0; i < FEW; i++)
		add_stream(f, FEW - 1 - i, 200); // sorted as they come in
	for (size_t i = 1; i < f->count; i++)
		check(f->attrs[i - 1].type <= f->attrs[i].type);
	check(!ntfs_change_fits(f));
}

static void add_many(struct change_file *f)
{
	for (unsigned i = FEW; i < MANY; i++)
		add_stream(f, i, 200);
}

static void remove_all(struct change_file *f)
{
	for (unsigned i = 0; i < MANY; i++) {
		struct change_attr *a;
		char name[16];

		stream_name(name, i);
		a = ntfs_change_find(f, NTFS_AT_DATA, name);
		check(a);
		check_ok(ntfs_change_remove(f, a, &err), &err);
		check(!ntfs_change_find(f, NTFS_AT_DATA, name));
	}
	check(ntfs_change_fits(f));
}

static uint64_t count_used(struct disk *d)
{
	struct ntfs_check_result result;

	check_ok(ntfs_check(d, NULL, NULL, NULL, &result, &err), &err);
	return result.clusters_used;
}

static void expect(struct disk *d, unsigned streams, bool has_list,
		   bool is_inside)
{
	struct shape s;
	struct ntfs *n;

	check_ok(ntfs_open(d, &n, &err), &err);
	s = shape_of(n);
	check_eq(s.has_list, has_list);
	check_eq(s.is_list_inside, is_inside);
	check_eq(s.records > 1, has_list);
	check_streams(n, 0, streams, 200);
	ntfs_close(n);
}

static void check_shapes(struct disk *d)
{
	uint64_t before;

	before = count_used(d);
	expect(d, 0, false, false);
	change(d, add_few);
	expect(d, FEW, true, true);
	change(d, add_many);
	expect(d, MANY, true, false);
	change(d, remove_all);
	expect(d, 0, false, false);
	// What the list and the records took is free; the MFT stays longer.
	check(count_used(d) - before <= 64);
}

// --- One attribute -----------------------------------------------------------

static void check_value(struct change_file *f, const struct change_attr *a,
			const uint8_t *expected, size_t size)
{
	uint8_t *data;
	size_t len;

	check_ok(ntfs_change_get(f, a, size, &data, &len, &err), &err);
	check(len == size && !memcmp(data, expected, len));
	mem_free(data);
	check_eq(ntfs_change_get(f, a, size - 1, &data, &len, NULL), -EFBIG);
}

// In the record, in clusters, and in the record again: those are given back.
static void move(struct change_file *f)
{
	static uint8_t value[70000];
	struct change_attr *a = ntfs_change_find(f, NTFS_AT_DATA, NULL);

	for (size_t i = 0; i < sizeof(value); i++)
		value[i] = (uint8_t)(i * 7);
	check(a && a->resident);
	check_ok(ntfs_change_set(f, a, value, 100, &err), &err);
	check_eq(a->allocated, 104);
	check_value(f, a, value, 100);
	check_ok(ntfs_change_set_outside(f, a, value, sizeof(value),
					 STAGE_FRESH, &err),
		 &err);
	check(!a->resident && a->runs.clusters == 18);
	check_eq(a->allocated, 18 * 4096);
	check_value(f, a, value, sizeof(value));
	check_ok(ntfs_change_set(f, a, value, 0, &err), &err);
	check(a->resident && !a->runs.count);
	check_ok(ntfs_folder_refresh(f, &err), &err);
}

// Several names of a file are equal by their attributes' order: a new one goes
// behind them.
static void check_order(struct change_file *f)
{
	size_t first = 0, count = f->count;
	struct change_attr *a;

	while (f->attrs[first].type != NTFS_AT_FILE_NAME)
		first++;
	check_ok(ntfs_change_add(f, NTFS_AT_FILE_NAME, NULL, 0, &a, &err),
		 &err);
	check_eq(f->count, count + 1);
	check(a > &f->attrs[first] && !a->value_len);
	check(f->attrs[first].value_len);
	check_ok(ntfs_change_remove(f, a, &err), &err);
	check_eq(f->count, count);
}

int main(void)
{
	struct ntfs_build_options o = {.serial = 5, .cluster_size = 4096};
	struct disk *d;
	struct ntfs *n;
	uint64_t used;

	check_ok(disk_memory(24 << 20, 512, &d, &err), &err);
	check_ok(ntfs_format(d, &o, &err), &err);
	n = open_volume(d);
	check_ok(ntfs_write_file(n, "file", "text", 4, 0, 1, &err), &err);
	check_ok(ntfs_sync(n, &err), &err);
	ntfs_close(n);
	check_shapes(d);
	used = count_used(d);
	change(d, move);
	change(d, check_order);
	check_eq(count_used(d), used);
	disk_close(d);
	return 0;
}
