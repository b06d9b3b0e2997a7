// SPDX-License-Identifier: MIT
//
// Files put into an NTFS volume that holds some, with all that NTFS can hold of them,
// while allocations and I/Os fail and the power goes: a file that is replaced is the
// old one or the new one, what the checker finds is left over at worst, and the next
// change mends it.

#include "fault/fault.h"
#include "libntfs/change/put.h"
#include "test.h"

#define SIZE  ((uint64_t)3 << 20)
#define TIME  UINT64_C(133500000000000000)
#define MOUNT 0xa0000003u

static uint8_t old_data[5000], new_data[9000], sparse_data[100000];
static const uint8_t id[16] = {1, 2, 3, 4}, other_id[16] = {5, 6, 7, 8};
static uint8_t junction[] = {3, 0, 0, 0xa0, 16,  0, 0, 0, 0,   0, 2, 0,
			     4, 0, 2, 0,    'x', 0, 0, 0, 'x', 0, 0, 0};
// name "A", value "v"
static const uint8_t ea[12] = {0, 0, 0, 0, 0, 1, 1, 0, 'A', 0, 'v', 0};
// owner and group S-1-5-18, no ACLs
static uint8_t descriptor[] = {1, 0, 0, 0x80, 20, 0, 0,  0,  32, 0, 0,
			       0, 0, 0, 0,    0,  0, 0,  0,  0,  1, 1,
			       0, 0, 0, 0,    0,  5, 18, 0,  0,  0, 1,
			       1, 0, 0, 0,    0,  0, 5,  18, 0,  0, 0};

static size_t units(const char *s, le16 ret[64])
{
	size_t n = strlen(s);

	for (size_t i = 0; i < n; i++)
		ret[i] = to_le16((uint8_t)s[i]);
	return n;
}

// --- What is there -------------------------------------------------------------

static uint32_t add(struct ntfs_build *b, const char *name, uint32_t parent,
		    uint32_t attributes)
{
	struct ntfs_node_spec spec = {attributes, TIME, TIME,
				      TIME,       TIME, NTFS_NO_SECURITY};
	struct err err = {0};
	uint32_t node;
	le16 text[64];
	struct ntfs_name n = {text, units(name, text), NULL, 0};

	check_ok(ntfs_build_add(b, &spec, &node, &err), &err);
	check_ok(ntfs_build_link(b, node, parent, &n, &err), &err);
	return node;
}

static uint32_t add_stream(struct ntfs_build *b, uint32_t node,
			   enum ntfs_stream_kind kind, const void *content,
			   size_t size)
{
	struct ntfs_stream_spec spec = {
		.kind = kind, .size = size, .content = content};
	struct err err = {0};
	uint32_t stream;

	check_ok(ntfs_build_stream(b, node, &spec, &stream, &err), &err);
	return stream;
}

static struct disk *new_volume(void)
{
	struct ntfs_build_options o = {.serial = 1, .cluster_size = 512};
	struct err err = {0};
	struct ntfs_build *b;
	struct disk *d;
	le16 text[64];
	struct ntfs_name l2 = {text, units("l2", text), NULL, 0};
	uint32_t old, linked, streams[2];

	check_ok(disk_memory(SIZE, 512, &d, &err), &err);
	check_ok(ntfs_build_new(d, &o, &b, &err), &err);
	old = add(b, "old", NTFS_ROOT, 0);
	streams[0] =
		add_stream(b, old, NTFS_STREAM_DATA, NULL, sizeof(old_data));
	add_stream(b, old, NTFS_STREAM_OBJECT_ID, id, sizeof(id));
	linked = add(b, "l1", NTFS_ROOT, 0);
	check_ok(ntfs_build_link(b, linked, NTFS_ROOT, &l2, &err), &err);
	streams[1] =
		add_stream(b, linked, NTFS_STREAM_DATA, NULL, sizeof(old_data));
	add(b, "x", add(b, "dir", NTFS_ROOT, NTFS_ATTR_DIRECTORY), 0);
	add_stream(b, add(b, "j", NTFS_ROOT, NTFS_ATTR_DIRECTORY),
		   NTFS_STREAM_REPARSE, junction, sizeof(junction));
	// The root folder's index has blocks, the first one of names that stay.
	for (int i = 0; i < 40; i++) {
		char name[64];

		snprintf(name, sizeof(name), "a file that lies in an index %d",
			 i);
		add(b, name, NTFS_ROOT, 0);
	}
	check_ok(ntfs_build_layout(b, &err), &err);
	check_ok(ntfs_build_begin(b, &err), &err);
	for (int i = 0; i < 2; i++)
		check_ok(ntfs_build_write(b, streams[i], 0, old_data,
					  sizeof(old_data), &err),
			 &err);
	check_ok(ntfs_build_finish(b, NULL, &err), &err);
	ntfs_build_free(b);
	return d;
}

// --- What is put -----------------------------------------------------------------

enum { UNNAMED, NAMED, SMALL, SPARSE, ROOMS };

struct put {
	struct ntfs *n;
	struct ntfs_put *p;
	struct ntfs_room *rooms[ROOMS];
	uint64_t root, dir;
	uint32_t security;
};

static int take_rooms(struct put *x, struct err *err)
{
	static const struct {
		const uint8_t *data;
		size_t size;
	} content[] = {{new_data, sizeof(new_data)},
		       {new_data, 3000},
		       {new_data, 20},
		       {sparse_data, sizeof(sparse_data)}};
	int r = 0;

	for (int i = 0; i < ROOMS && !r; i++)
		r = ntfs_room_new(x->p, content[i].size, i == SPARSE,
				  &x->rooms[i], err);
	if (!r)
		r = ntfs_put_check_room(x->p, 8, 16, err);
	for (int i = 0; i < ROOMS && !r; i++)
		r = ntfs_room_write(x->rooms[i], 0, content[i].data,
				    content[i].size, err);
	return r;
}

static int find(struct put *x, uint64_t folder, const char *name, uint64_t *ret,
		struct err *err)
{
	struct ntfs_put_found found;
	le16 text[64];
	int r = ntfs_put_find(x->p, folder, text, units(name, text), &found,
			      err);

	if (!r)
		*ret = found.reference;
	return r;
}

static int put_old(struct put *x, struct err *err)
{
	le16 text[64], stream[64];
	struct ntfs_put_name name = {.folder = x->root,
				     .is_beside = true,
				     .name = text,
				     .name_len = units("old", text)};
	struct ntfs_put_stream streams[] = {
		{.room = x->rooms[UNNAMED]},
		{stream, units("stream", stream), x->rooms[NAMED]}};
	struct ntfs_put_file file = {
		.attributes = NTFS_ATTR_HIDDEN,
		.created = 1,
		.modified = 2,
		.changed = 3,
		.accessed = 4,
		.security = x->security,
		.names = &name,
		.name_count = 1,
		.streams = streams,
		.stream_count = 2,
		.ea = {ea, sizeof(ea)},
		.object_id = {id, sizeof(id)},
	};
	uint64_t unused;
	int r = ntfs_put_file(x->p, &file, &unused, err);

	// Another one beside it.
	name.name_len = units("OLD", text);
	file = (struct ntfs_put_file){.names = &name, .name_count = 1};
	return r ? r : ntfs_put_file(x->p, &file, &unused, err);
}

// A folder in the place of the link, and a file with a name in it and one in the
// place of one of the two.
static int put_folder(struct put *x, struct err *err)
{
	le16 text[64], inner[64], outer[64];
	struct ntfs_put_name name = {
		.folder = x->root, .name = text, .name_len = units("j", text)};
	struct ntfs_put_file folder = {.attributes = NTFS_ATTR_DIRECTORY,
				       .names = &name,
				       .name_count = 1};
	struct ntfs_put_name names[2] = {
		{.is_in_new = true,
		 .name = inner,
		 .name_len = units("a name that is long", inner)},
		{.folder = x->root,
		 .name = outer,
		 .name_len = units("l1", outer)}};
	struct ntfs_put_stream streams[] = {{.room = x->rooms[SPARSE]}};
	struct ntfs_put_file file = {
		.names = names,
		.name_count = 2,
		.streams = streams,
		.stream_count = 1,
		.object_id = {other_id, sizeof(other_id)},
	};
	uint64_t unused;
	int r = ntfs_put_file(x->p, &folder, &names[0].folder, err);

	return r ? r : ntfs_put_file(x->p, &file, &unused, err);
}

static int put_junction(struct put *x, struct err *err)
{
	le16 text[64], dos[64];
	struct ntfs_put_name name = {.folder = x->dir,
				     .name = text,
				     .name_len = units("a new junction", text),
				     .dos_name = dos,
				     .dos_name_len = units("JUNC", dos)};
	struct ntfs_put_file file = {
		.attributes = NTFS_ATTR_DIRECTORY,
		.security = x->security,
		.names = &name,
		.name_count = 1,
		.reparse = {junction, sizeof(junction)},
	};
	uint64_t unused;

	return ntfs_put_file(x->p, &file, &unused, err);
}

static int set_folder(struct put *x, struct err *err)
{
	le16 stream[64];
	struct ntfs_put_stream streams[] = {
		{stream, units("small", stream), x->rooms[SMALL]}};
	struct ntfs_put_file file = {
		.attributes = NTFS_ATTR_DIRECTORY | NTFS_ATTR_HIDDEN,
		.created = TIME,
		.security = x->security,
		.streams = streams,
		.stream_count = 1,
	};

	struct ntfs_put_file of_root = {
		.attributes = NTFS_ATTR_DIRECTORY | NTFS_ATTR_SYSTEM,
		.created = TIME,
	};
	int r = ntfs_put_set(x->p, x->dir, &file, err);

	// Its entry lies in its own index.
	return r ? r : ntfs_put_set(x->p, x->root, &of_root, err);
}

static int put_all(struct put *x, struct err *err)
{
	const struct ntfs_bytes descriptors[] = {
		{descriptor, sizeof(descriptor)}};
	struct ntfs_stat s;
	int r = ntfs_put_security(x->p, descriptors, 1, &x->security, err);

	if (!r)
		r = ntfs_stat(x->n, 5, &s, err);
	if (r)
		return r;
	x->root = 5 | (uint64_t)s.sequence << 48;
	r = find(x, x->root, "dir", &x->dir, err);
	if (!r)
		r = take_rooms(x, err);
	if (!r)
		r = put_folder(x, err);
	if (!r)
		r = put_old(x, err);
	if (!r)
		r = put_junction(x, err);
	return r ? r : set_folder(x, err);
}

// `ctx`: how many sectors wait to be written; NULL: as many as usual.
static int run(void *ctx, struct disk *d, struct err *err)
{
	struct put x = {0};
	int r = ntfs_open(d, &x.n, err);

	if (r)
		return r;
	r = ntfs_change_begin(x.n, err);
	if (!r)
		r = ntfs_put_new(x.n, TIME, NULL, NULL, &x.p, err);
	if (!r && ctx)
		x.p->batch = *(const size_t *)ctx;
	if (!r)
		r = put_all(&x, err);
	if (!r)
		r = ntfs_put_finish(x.p, NULL, NULL, err);
	for (int i = 0; i < ROOMS && x.p; i++) {
		if (r && x.rooms[i] && ntfs_room_give(x.rooms[i], NULL))
			break;
		if (i == ROOMS - 1 && r)
			(void)!ntfs_put_abort(x.p, NULL);
	}
	for (int i = 0; i < ROOMS; i++)
		ntfs_room_free(x.rooms[i]);
	ntfs_put_free(x.p);
	ntfs_close(x.n);
	return r;
}

// --- What must hold ----------------------------------------------------------------

static void say(void *ctx, const struct ntfs_problem *p)
{
	const bool *all = ctx;

	if (*all || p->finding == NTFS_UNSAFE)
		fprintf(stderr, "record %lld: %s: %s\n", (long long)p->record,
			ntfs_rule_name(p->rule), p->text);
}

static bool is_new(struct ntfs *n, const char *path, const uint8_t *old,
		   size_t old_size, const uint8_t *new, size_t new_size)
{
	struct err err = {0};
	size_t size;
	void *data;
	bool renewed;

	check_ok(ntfs_read_file(n, path, 200000, &data, &size, &err), &err);
	renewed = size == new_size && !memcmp(data, new, new_size);
	check(renewed || (size == old_size && !memcmp(data, old, old_size)));
	mem_free(data);
	return renewed;
}

// Returns how many of the files are the new ones.
static unsigned check_files(struct ntfs *n)
{
	unsigned count = 0;

	count += is_new(n, "\\old", old_data, sizeof(old_data), new_data,
			sizeof(new_data));
	if (count)
		check(is_new(n, "\\old:stream", new_data, 3000, new_data,
			     3000));
	count += is_new(n, "\\l1", old_data, sizeof(old_data), sparse_data,
			sizeof(sparse_data));
	check(!is_new(n, "\\l2", old_data, sizeof(old_data), NULL, 0));
	check(is_new(n, "\\dir\\x", (const uint8_t *)"", 0, (const uint8_t *)"",
		     0));
	return count;
}

static void check_volume(void *ctx, struct disk *d, const struct fault_cut *cut,
			 bool is_clean)
{
	struct ntfs_check_result result;
	struct err err = {0};
	struct disk *copy;
	struct ntfs *n;
	bool all = is_clean;

	check_ok(ntfs_check(d, say, &all, NULL, &result, &err), &err);
	check_eq(result.problems, result.leftovers + result.harmless);
	check(!is_clean || !result.problems);
	check_ok(ntfs_open(d, &n, &err), &err);
	check_files(n);
	ntfs_close(n);
	if (cut && cut->round == 2)
		return;
	copy = fault_copy(d);
	check_ok(ntfs_open(copy, &n, &err), &err);
	check_ok(ntfs_change_begin(n, &err), &err);
	check_files(n);
	check_ok(ntfs_write_file(n, "\\next", "", 0, 0, TIME, &err), &err);
	check_ok(ntfs_sync(n, &err), &err);
	ntfs_close(n);
	all = true;
	check_ok(ntfs_check(copy, say, &all, NULL, &result, &err), &err);
	check_eq(result.problems, 0);
	disk_close(copy);
}

static uint64_t mft_start, mft_end;

// A file record is written wholly or not at all. In round 1 all is torn.
static enum record_fate choose(void *ctx, size_t index)
{
	struct fault_cut *cut = ctx;
	const struct record *r = &cut->log->items[index];
	uint64_t half = r->len / 2 / 512 * 512;
	bool is_record = r->off < mft_end && r->off + r->len > mft_start;
	enum record_fate fate = cut->round == 1 ? RECORD_TEAR
						: fault_draw(cut, index);

	return fate == RECORD_TEAR && is_record && half % 1024 ? RECORD_DROP
							       : fate;
}

// All of it is there, as it was given.
static void check_done(struct disk *base)
{
	struct disk *d = fault_copy(base);
	struct err err = {0};
	struct ntfs_stat s;
	uint64_t record;
	struct ntfs *n;
	bool all = true;
	struct ntfs_check_result result;

	check_ok(run(NULL, d, &err), &err);
	check_ok(ntfs_check(d, say, &all, NULL, &result, &err), &err);
	check_eq(result.problems, 0);
	check_ok(ntfs_open(d, &n, &err), &err);
	check_eq(check_files(n), 2);
	check(is_new(n, "\\dir:small", new_data, 20, new_data, 20));
	check(is_new(n, "\\j\\a name that is long", NULL, 0, sparse_data,
		     sizeof(sparse_data)));
	check_ok(ntfs_stat(n, 5, &s, &err), &err);
	check_eq(s.created, TIME);
	check_eq(s.modified, 0);
	check_ok(ntfs_lookup(n, "\\old", &record, &err), &err);
	check_ok(ntfs_stat(n, record, &s, &err), &err);
	check_eq(s.created, 1);
	check_eq(s.modified, 2);
	check_eq(s.changed, 3);
	check_eq(s.accessed, 4);
	check_eq(s.attributes, NTFS_ATTR_HIDDEN);
	check_ok(ntfs_lookup_link(n, "\\dir\\junc", &record, &err), &err);
	check_ok(ntfs_stat(n, record, &s, &err), &err);
	check_eq(s.reparse_tag, MOUNT);
	ntfs_close(n);
	// The link's place is a folder now, which holds a file.
	check_eq(run(NULL, d, &err), -ENOTEMPTY);
	err = (struct err){0};
	check_ok(ntfs_check(d, say, &all, NULL, &result, &err), &err);
	check_eq(result.problems, 0);
	disk_close(d);
}

int main(void)
{
	struct fault_operation o = {
		.run = run, .judge = check_volume, .choose = choose};
	struct err err = {0};
	struct ntfs *n;
	size_t one = 1;

	memset(old_data, 'o', sizeof(old_data));
	memset(new_data, 'n', sizeof(new_data));
	memset(sparse_data + 40000, 's', 5000);
	o.base = new_volume();
	check_ok(ntfs_open(o.base, &n, &err), &err);
	mft_start = ntfs_get_info(n)->mft_lcn * 512;
	mft_end = mft_start + 27 * 1024 + 65536;
	ntfs_close(n);
	check_done(o.base);
	fault_cut_each(&o, 5, 3);
	fault_io_each(&o, 37, false, false);
	fault_mem_each_on(&o, 101);
	// Each file by itself.
	o.ctx = &one;
	fault_cut_each(&o, 11, 2);
	fault_io_each(&o, 53, true, false);
	disk_close(o.base);
	return 0;
}
