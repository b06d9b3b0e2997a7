// SPDX-License-Identifier: MIT
//
// Repairs: each fault that the check knows is planted in a volume and repaired, until
// the check finds nothing and a second repair has nothing to do. What the fault has
// not reached is as it was before.

#include "ntfs_change.h"
#include "ntfs_repair.h"
#include "unit/libntfs/planted.h"

struct steps {
	uint64_t count;
	bool print;
};

static void note_step(void *ctx, const struct ntfs_repair_step *step)
{
	struct steps *s = ctx;

	s->count += !step->is_left;
	check(*step->text);
	if (s->print)
		fprintf(stderr, "  step %lld %s\n", (long long)step->record,
			step->text);
}

static void print_problem(void *ctx, const struct ntfs_problem *p)
{
	bool print = *(bool *)ctx;

	if (print)
		fprintf(stderr, "  [%s] %lld %s\n", ntfs_rule_name(p->rule),
			(long long)p->record, p->text);
}

static struct ntfs_repair_result repair(struct disk *d, bool print)
{
	struct steps s = {.print = print};
	struct ntfs_repair_calls calls = {.step = note_step, .ctx = &s};
	struct ntfs_repair_result result;
	struct ntfs_repair *r;
	struct err err = {0};

	check_ok(ntfs_repair_plan(d, &calls, &r, &err), &err);
	result = *ntfs_repair_get_result(r);
	check_eq(result.steps, s.count);
	if (result.steps)
		check_ok(ntfs_repair_write(r, &err), &err);
	ntfs_repair_free(r);
	return result;
}

static uint64_t count_problems(struct disk *d, bool print)
{
	struct ntfs_check_result result;
	struct err err = {0};

	check_ok(ntfs_check(d, print_problem, &print, NULL, &result, &err),
		 &err);
	return result.problems;
}

// --- Files that can be read ----------------------------------------------------

#define MAX_FILES 4096

struct file {
	uint64_t size;
	uint32_t crc; // 0: none
};

static struct file before[MAX_FILES], after[MAX_FILES];

// Of each record, what its unnamed data is.
static void read_files(struct disk *d, struct file *ret)
{
	static uint8_t buf[65536];
	struct disk *s;
	struct ntfs *n;

	memset(ret, 0, MAX_FILES * sizeof(*ret));
	if (ntfs_open(d, &n, NULL))
		return;
	for (uint64_t i = NTFS_REC_USER; i < n->records && i < MAX_FILES; i++) {
		if (ntfs_open_stream(n, i, NTFS_DATA, NULL, &s, NULL))
			continue;
		ret[i] = (struct file){s->size, 1};
		for (uint64_t off = 0; off < s->size; off += sizeof(buf)) {
			size_t len = s->size - off < sizeof(buf)
					     ? (size_t)(s->size - off)
					     : sizeof(buf);

			if (disk_read(s, off, buf, len, NULL))
				ret[i].crc = 0;
			else
				ret[i].crc = crc32_update(ret[i].crc, buf, len);
		}
		disk_close(s);
	}
	ntfs_close(n);
}

// Returns how many files of before are not what they were.
static unsigned count_changed(uint64_t except)
{
	unsigned changed = 0;

	for (uint64_t i = 0; i < MAX_FILES; i++)
		changed += i != except && before[i].crc &&
			   (before[i].size != after[i].size ||
			    before[i].crc != after[i].crc);
	return changed;
}

// --- Faults --------------------------------------------------------------------

// A fault that nothing is left of: what it destroyed is not told by anything else.
static bool is_beyond(const struct planted *c)
{
	return c->volume == SEED && c->record < NTFS_REC_FREE &&
	       !strcmp(c->rule, "record-header");
}

static void repair_planted(const struct planted *c, size_t i, unsigned *failed)
{
	struct disk *d = load_planted(c);
	struct ntfs_repair_result r;
	bool good;

	plant(d, c);
	read_files(d, before);
	r = repair(d, false);
	read_files(d, after);
	good = !r.left && !count_problems(d, false) &&
	       !count_changed(c->record) &&
	       (r.steps || !strcmp(c->rule, "boot-copy")) &&
	       !repair(d, false).steps;
	if (!good && !is_beyond(c)) {
		++*failed;
		fprintf(stderr, "fault %zu (%s) is not repaired: %u changed\n",
			i, c->rule, count_changed(c->record));
		disk_close(d);
		d = load_planted(c);
		plant(d, c);
		count_problems(d, true);
		repair(d, true);
		count_problems(d, true);
	}
	disk_close(d);
}

// --- Volumes of every cluster size ---------------------------------------------

#define TIME UINT64_C(133500000000000000)

static struct disk *new_volume(uint32_t cluster)
{
	struct ntfs_build_options o = {.serial = 1, .cluster_size = cluster};
	static uint8_t content[70000];
	struct err err = {0};
	struct disk *d;
	struct ntfs *n;

	check_ok(disk_memory(8u << 20 | (uint64_t)cluster * 128, 512, &d, &err),
		 &err);
	check_ok(ntfs_format(d, &o, &err), &err);
	check_ok(ntfs_open(d, &n, &err), &err);
	check_ok(ntfs_change_begin(n, &err), &err);
	check_ok(ntfs_mkdir_all(n, "\\a\\b", TIME, &err), &err);
	for (unsigned i = 0; i < 70; i++) {
		char path[100];

		snprintf(path, sizeof(path),
			 "\\a\\a file of many, so that blocks are needed %u",
			 i);
		memset(content, (int)i + 1, sizeof(content));
		check_ok(ntfs_write_file(n, path, content, i * 7u % 23 * 3000,
					 32, TIME, &err),
			 &err);
	}
	check_ok(ntfs_sync(n, &err), &err);
	ntfs_close(n);
	return d;
}

// The device's sector `sector` of a stream, each of its bytes changed.
static void spoil(struct disk *d, uint64_t record, uint32_t type,
		  const char *name, uint64_t off, size_t len)
{
	struct ntfs_file f;
	struct ntfs_attr a;
	struct err err = {0};
	uint8_t buf[512];
	struct disk *s;
	struct ntfs *n;

	check_ok(ntfs_open(d, &n, &err), &err);
	check_ok(ntfs_file_open(n, record, &f, &err), &err);
	check_ok(ntfs_file_find_named(&f, type, name, &a, &err), &err);
	check_ok(ntfs_stream_open(&f, &a, &s, &err), &err);
	check_ok(disk_read(s, off, buf, len, &err), &err);
	for (size_t i = 0; i < len; i++)
		buf[i] ^= (uint8_t)(i * 37 + 0x5a);
	check_ok(disk_write(s, off, buf, len, &err), &err);
	disk_close(s);
	ntfs_file_done(&f);
	ntfs_close(n);
}

static uint64_t find_record(struct disk *d, const char *path)
{
	uint64_t record;
	struct err err = {0};
	struct ntfs *n;

	check_ok(ntfs_open(d, &n, &err), &err);
	check_ok(ntfs_lookup(n, path, &record, &err), &err);
	ntfs_close(n);
	return record;
}

static void repair_size(uint32_t cluster)
{
	struct disk *d = new_volume(cluster);
	uint64_t folder = find_record(d, "\\a"), inner, lost;
	uint32_t size = 1024;
	struct ntfs_repair_result r;

	check_eq(repair(d, true).steps, 0);
	read_files(d, before);
	inner = find_record(d, "\\a\\b");
	lost = find_record(d,
			   "\\a\\a file of many, so that blocks are needed 7");
	spoil(d, NTFS_REC_BITMAP, NTFS_AT_DATA, NULL, 4, 4);
	spoil(d, folder, NTFS_AT_INDEX_ALLOCATION, "$I30", 4096 + 100, 300);
	spoil(d, NTFS_REC_MFT, NTFS_AT_DATA, NULL, lost * size, 4);
	spoil(d, NTFS_REC_MFT, NTFS_AT_DATA, NULL, NTFS_REC_MFTMIRR * size + 8,
	      2);
	spoil(d, NTFS_REC_SECURE, NTFS_AT_DATA, "$SDS", 30, 20);
	check(count_problems(d, false));
	r = repair(d, false);
	check_eq(r.left, 0);
	if (count_problems(d, true))
		fprintf(stderr, "with clusters of %u bytes\n", cluster);
	check_eq(count_problems(d, false), 0);
	read_files(d, after);
	check_eq(count_changed(lost), 0);
	check_eq(find_record(d, "\\a\\b"), inner);
	check_eq(repair(d, true).steps, 0);
	disk_close(d);
}

// Volumes that nothing is wrong with are left alone.
static void check_controls(void)
{
	struct disk *d = load_seed("files");

	check_eq(repair(d, true).steps, 0);
	disk_close(d);
	d = load_seed("empty");
	check_eq(repair(d, true).steps, 0);
	disk_close(d);
	for (size_t i = 1; has_samples() && i < SAMPLE_VOLUMES; i++) {
		d = load_volume(&sample_volumes[i]);
		check_eq(repair(d, true).steps, 0);
		disk_close(d);
	}
}

int main(void)
{
	unsigned failed = 0;

	check_controls();
	for (uint32_t size = 512; size <= 65536; size *= 2)
		repair_size(size);
	for (size_t i = 0; i < PLANTED; i++)
		if (planted[i].volume == SEED || has_samples())
			repair_planted(&planted[i], i, &failed);
	check_eq(failed, 0);
	ntfs_repair_free(NULL);
	if (!has_samples())
		puts("without the folder of sample files, which is not there");
	return 0;
}
