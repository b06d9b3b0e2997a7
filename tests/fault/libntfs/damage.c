// SPDX-License-Identifier: MIT
//
// Faults planted at random in volumes of several shapes, and repaired: the check
// finds nothing then, a second repair has nothing to do, and every file that no fault
// has reached is what it was. With arguments, to look closer:
//
//     damage SEED COUNT         so many rounds from a seed on
//     damage SEED 1 FILE        one, told of; the damaged volume is left in FILE
//     damage list FILE          record, size and SHA-1 of each file of a volume

#include <time.h>

#include "fault/libntfs/damage.h"
#include "ntfs_repair.h"

#define ROUNDS  36 // when nobody says how many
#define MAX_SUM 8192
#define SLOW    20 // seconds

static bool is_told, lacks_room;

// --- What files are ----------------------------------------------------------

// Of a record: a sum over all its content, and over its names in folders that no
// fault has reached.
struct sum {
	uint64_t content, names;
	bool is_file, is_whole;
};

static bool reached[MAX_SUM];

static uint64_t mix(uint64_t hash, const void *data, size_t len)
{
	const uint8_t *p = data;

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ p[i]) * UINT64_C(0x100000001b3);
	return hash;
}

static bool sum_stream(const struct ntfs_file *f, const struct ntfs_attr *a,
		       uint64_t *hash)
{
	static uint8_t buf[65536];
	struct disk *s;
	bool good = true;

	if (ntfs_stream_open(f, a, &s, NULL))
		return false;
	*hash = mix(*hash, &s->size, sizeof(s->size));
	for (uint64_t off = 0; good && off < s->size; off += sizeof(buf)) {
		size_t len = s->size - off < sizeof(buf)
				     ? (size_t)(s->size - off)
				     : sizeof(buf);

		good = !disk_read(s, off, buf, len, NULL);
		if (good)
			*hash = mix(*hash, to_le32(crc32_update(0, buf, len)).b,
				    4);
	}
	disk_close(s);
	return good;
}

static bool is_content(uint32_t type)
{
	return type == NTFS_AT_OBJECT_ID || type == NTFS_AT_DATA ||
	       type == NTFS_AT_REPARSE_POINT || type == NTFS_AT_EA;
}

static void sum_attr(const struct ntfs_file *f, const struct ntfs_attr *a,
		     struct sum *s)
{
	struct ntfs_file_name name;
	uint64_t hash = UINT64_C(0xcbf29ce484222325) + a->type;

	if (a->type == NTFS_AT_FILE_NAME && a->resident &&
	    !ntfs_file_name_decode(a->value, a->value_len, 0, &name, NULL)) {
		uint64_t folder = ntfs_ref_record(name.parent);

		if (folder < MAX_SUM && !reached[folder])
			s->names += mix(mix(hash, &name.parent, 8), name.name,
					2u * name.name_len);
	}
	// times and attributes
	if (a->type == NTFS_AT_STANDARD_INFORMATION && a->resident)
		s->content += mix(hash, a->value, 36);
	if (!is_content(a->type) || (!a->resident && a->first_vcn))
		return;
	hash = mix(hash, a->name, 2u * a->name_len);
	s->is_whole = sum_stream(f, a, &hash) && s->is_whole;
	s->content += hash;
}

static void sum_files(struct disk *d, struct sum *ret)
{
	struct ntfs *n;

	memset(ret, 0, MAX_SUM * sizeof(*ret));
	if (ntfs_open_mft(d, &n, NULL))
		return;
	for (uint64_t i = NTFS_REC_USER; i < n->records && i < MAX_SUM; i++) {
		struct ntfs_attr a = {0};
		struct ntfs_file f;
		int r;

		if (ntfs_file_open(n, i, &f, NULL))
			continue;
		ret[i].is_file = ret[i].is_whole = true;
		while ((r = ntfs_file_next(&f, &a, NULL)) > 0)
			sum_attr(&f, &a, &ret[i]);
		ret[i].is_whole = ret[i].is_whole && !r;
		ntfs_file_done(&f);
	}
	ntfs_close(n);
}

// --- What the faults have reached --------------------------------------------

static bool differs(struct disk *a, struct disk *b, uint64_t off, uint64_t len)
{
	uint8_t x[4096], y[4096];

	for (uint64_t at = off; at < off + len; at += sizeof(x)) {
		uint64_t left = off + len - at;
		size_t n = left < sizeof(x) ? (size_t)left : sizeof(x);

		check_ok(disk_read(a, at, x, n, NULL), NULL);
		check_ok(disk_read(b, at, y, n, NULL), NULL);
		if (memcmp(x, y, n))
			return true;
	}
	return false;
}

static bool runs_differ(const struct ntfs_file *f, const struct ntfs_attr *a,
			struct disk *d)
{
	uint64_t cluster = f->n->info.cluster_size;
	struct ntfs_runs runs = {0};
	bool found = false;

	check_ok(ntfs_runs_append(f->n, a, &runs, NULL), NULL);
	for (size_t i = 0; !found && i < runs.count; i++)
		found = runs.items[i].lcn != NTFS_HOLE &&
			differs(f->n->dev, d, runs.items[i].lcn * cluster,
				runs.items[i].len * cluster);
	ntfs_runs_done(&runs);
	return found;
}

// It may lie in two pieces.
static bool record_differs(struct ntfs *n, struct disk *damaged,
			   uint64_t number, const struct places_of *places)
{
	uint64_t off = number * n->info.record_size;

	for (uint32_t at = 0; at < n->info.record_size; at += 512)
		if (differs(n->dev, damaged,
			    ntfs_runs_place(n, &places->mft, off + at), 512))
			return true;
	return false;
}

static bool is_reached(struct ntfs *n, struct disk *damaged, uint64_t number,
		       const struct places_of *places)
{
	struct ntfs_attr a = {0};
	struct ntfs_file f;
	bool found = false;

	check_ok(ntfs_file_open(n, number, &f, NULL), NULL);
	for (size_t i = 0; !found && i < f.count; i++)
		found = record_differs(n, damaged, f.records[i].number, places);
	// first_vcn of later pieces is theirs alone: all pieces come by here
	while (!found && ntfs_file_next(&f, &a, NULL) > 0)
		found = !a.resident && runs_differ(&f, &a, damaged);
	ntfs_file_done(&f);
	return found;
}

// --- One round ---------------------------------------------------------------

static struct sum before[MAX_SUM], after[MAX_SUM];

static void tell_step(void *ctx, const struct ntfs_repair_step *step)
{
	(void)ctx;
	lacks_room = lacks_room || strstr(step->text, "no room") ||
		     strstr(step->text, "free space");
	if (is_told)
		printf("  step %lld: %s%s\n", (long long)step->record,
		       step->text, step->is_loss ? " (lost)" : "");
}

static void tell_problem(void *ctx, const struct ntfs_problem *p)
{
	(void)ctx;
	if (is_told)
		printf("  [%s] %lld %s\n", ntfs_rule_name(p->rule),
		       (long long)p->record, p->text);
}

static int repair(struct disk *d, struct ntfs_repair_result *ret,
		  struct err *err)
{
	struct ntfs_repair_calls calls = {.step = tell_step,
					  .found = tell_problem};
	struct ntfs_repair *r;
	int e;

	do {
		e = ntfs_repair_plan(d, &calls, &r, err);
		if (e)
			return e;
		*ret = *ntfs_repair_get_result(r);
		if (ret->steps)
			e = ntfs_repair_write(r, err);
		ntfs_repair_free(r);
	} while (!e && ret->is_partial);
	return e;
}

// A record that was free is not one of those.
static void find_reached(struct ntfs *n, struct disk *damaged,
			 const struct places_of *places)
{
	struct ntfs_file f;

	memset(reached, 1, sizeof(reached));
	for (uint64_t i = 0; i < n->records && i < MAX_SUM; i++) {
		if (ntfs_file_open(n, i, &f, NULL))
			continue;
		ntfs_file_done(&f);
		reached[i] = is_reached(n, damaged, i, places);
	}
}

// Files that no fault has reached and that are not what they were.
static unsigned count_lost(struct disk *original, struct disk *damaged,
			   struct disk *repaired,
			   const struct places_of *places)
{
	unsigned lost = 0;
	struct ntfs *n;

	check_ok(ntfs_open(original, &n, NULL), NULL);
	find_reached(n, damaged, places);
	ntfs_close(n);
	sum_files(original, before);
	sum_files(repaired, after);
	for (uint64_t i = 0; i < MAX_SUM; i++) {
		const struct sum *x = &before[i], *y = &after[i];

		if (!x->is_file || reached[i] ||
		    (y->is_file && y->is_whole == x->is_whole &&
		     x->content == y->content && x->names == y->names))
			continue;
		lost++;
		if (is_told)
			printf("  file %llu is not what it was:%s%s%s\n",
			       (unsigned long long)i, y->is_file ? "" : " gone",
			       x->content == y->content ? "" : " content",
			       x->names == y->names ? "" : " names");
	}
	return lost;
}

static bool both_differ(struct disk *original, struct disk *damaged, uint64_t a,
			uint64_t b, uint64_t len)
{
	return differs(original, damaged, a, len) &&
	       differs(original, damaged, b, len);
}

// What leads to everything, and its copy, are both damaged.
static bool is_beyond(struct disk *original, struct disk *damaged)
{
	struct ntfs *n;
	uint64_t mft, mirror, size;
	bool beyond;

	check_ok(ntfs_open(original, &n, NULL), NULL);
	mft = n->info.mft_lcn * n->info.cluster_size;
	mirror = n->mftmirr_lcn * n->info.cluster_size;
	size = n->info.record_size;
	beyond = both_differ(original, damaged, 0, n->info.size, 512) ||
		 both_differ(original, damaged, mft, mirror, size);
	ntfs_close(n);
	return beyond;
}

static void keep(struct disk *d, const char *path)
{
	struct disk *file;

	(void)remove(path);
	check_ok(disk_create_file(path, d->size, 512, &file, NULL), NULL);
	check_ok(disk_copy(d, file, d->size, NULL), NULL);
	end_disk(file);
}

static struct disk *copy_of(struct disk *from)
{
	struct disk *d;

	check_ok(disk_memory(from->size, from->sector_size, &d, NULL), NULL);
	check_ok(disk_copy(from, d, from->size, NULL), NULL);
	return d;
}

// Returns what is wrong with a repair, or NULL.
static const char *judge(struct disk *original, struct disk *d,
			 const struct places_of *places)
{
	struct disk *damaged = copy_of(d);
	struct ntfs_repair_result first = {0}, second = {0};
	bool beyond = is_beyond(original, damaged);
	struct ntfs_check_result found;
	const char *wrong = NULL;
	struct err err = {0};
	char text[256];
	int r;

	lacks_room = false;
	r = repair(d, &first, &err);
	if (r && is_told)
		printf("  %s\n", err_format(&err, text, sizeof(text)));
	if (r == -EINVAL || r == -EIO || r == -EROFS)
		wrong = "an error that cannot be";
	else if (r == -ENOSPC)
		wrong = differs(damaged, d, 0, d->size) ? "changed without room"
							: NULL;
	else if (r)
		wrong = beyond ? NULL : "given up";
	else if (ntfs_check(d, tell_problem, NULL, NULL, &found, &err))
		wrong = "cannot be checked";
	else if (found.problems != first.left)
		wrong = "not as planned";
	else if (first.left)
		wrong = beyond || lacks_room ? NULL : "some is left";
	else if (repair(d, &second, &err) || second.steps)
		wrong = "a second repair has something to do";
	if (!r && !wrong && !beyond && count_lost(original, damaged, d, places))
		wrong = "files are lost";
	disk_close(damaged);
	return wrong;
}

static bool run_round(uint64_t seed, const char *file)
{
	const struct shape *s;
	struct places_of places;
	struct damage k = {.state = seed * UINT64_C(0x9e3779b97f4a7c15) + 7};
	struct disk *original;
	time_t start = time(NULL);
	const char *wrong;
	uint64_t faults;

	s = &shapes[draw(&k, has_samples() ? SHAPES : SHAPES - 3)];
	original = make_shape(s, draw(&k, 3));
	places = find_places_of(original);
	k.places = &places;
	k.d = copy_of(original);
	faults = 1 + draw(&k, draw(&k, 2) ? 2 : 12);
	for (uint64_t i = 0; i < faults; i++)
		plant_one(&k);
	if (file)
		keep(k.d, file);
	wrong = judge(original, k.d, &places);
	if (!wrong && time(NULL) - start > SLOW)
		wrong = "slow";
	if (wrong)
		printf("seed %llu (%s, %llu faults): %s\n",
		       (unsigned long long)seed, s->name,
		       (unsigned long long)faults, wrong);
	fflush(stdout);
	mem_free(places.items);
	ntfs_runs_done(&places.mft);
	disk_close(k.d);
	disk_close(original);
	return !wrong;
}

// --- A volume's files --------------------------------------------------------

// Of a long one its beginning and its end.
#define LIST_FIRST (16u << 20)
#define LIST_LAST  (1u << 20)

static bool hash_range(struct disk *s, uint64_t off, uint64_t len,
		       struct sha1 *hash)
{
	static uint8_t buf[1u << 20];

	for (uint64_t end = off + len; off < end;) {
		size_t n = end - off < sizeof(buf) ? (size_t)(end - off)
						   : sizeof(buf);

		if (disk_read(s, off, buf, n, NULL))
			return false;
		sha1_update(hash, buf, n);
		off += n;
	}
	return true;
}

static void list_file(struct ntfs *n, uint64_t number)
{
	uint8_t digest[SHA1_SIZE];
	struct disk *s;
	struct sha1 hash;
	bool good;

	if (ntfs_open_stream(n, number, NTFS_DATA, NULL, &s, NULL))
		return;
	sha1_init(&hash);
	if (s->size <= LIST_FIRST + LIST_LAST)
		good = hash_range(s, 0, s->size, &hash);
	else
		good = hash_range(s, 0, LIST_FIRST, &hash) &&
		       hash_range(s, (s->size - LIST_LAST) >> 20 << 20,
				  LIST_LAST, &hash);
	sha1_final(&hash, digest);
	printf("%llu %llu ", (unsigned long long)number,
	       (unsigned long long)s->size);
	for (unsigned i = 0; good && i < SHA1_SIZE; i++)
		printf("%02x", digest[i]);
	puts(good ? "" : "unreadable");
	disk_close(s);
}

static void list(const char *path)
{
	struct err err = {0};
	struct disk *d;
	struct ntfs *n;

	check_ok(disk_open_file(path, 0, &d, &err), &err);
	check_ok(ntfs_open_mft(d, &n, &err), &err);
	for (uint64_t i = NTFS_REC_USER; i < n->records; i++)
		list_file(n, i);
	ntfs_close(n);
	disk_close(d);
}

int main(int argc, char **argv)
{
	uint64_t seed = 1, count = ROUNDS, failed = 0;

	if (argc == 3 && !strcmp(argv[1], "list")) {
		list(argv[2]);
		return 0;
	}
	if (argc > 2) {
		seed = strtoull(argv[1], NULL, 10);
		count = strtoull(argv[2], NULL, 10);
		is_told = argc > 3;
	}
	for (uint64_t i = 0; i < count; i++)
		failed += !run_round(seed + i, argc > 3 ? argv[3] : NULL);
	if (argc > 2)
		printf("%llu rounds, %llu failed\n", (unsigned long long)count,
		       (unsigned long long)failed);
	check_eq(failed, 0);
	return 0;
}
