// SPDX-License-Identifier: MIT
//
// Repairing an NTFS volume while allocations and I/Os fail and the power goes: a
// repair that was cut off leaves the volume as it was, or is ended by the next one;
// either way the next one leaves the same files, and nothing to be done.

#include "fault/fault.h"
#include "ntfs_repair.h"
#include "unit/libntfs/planted.h"

#define RECORDS 128u

// What is planted, one fault of a kind: bitmaps, mirror, index, names, sizes, a log, a
// file without a name, clusters of two files, $Secure.
static const char *const faults[] = {
	"boot-media",   "mft-mirror", "bitmap-free", "index-block",
	"stream-valid", "sds-mirror", "mft-bitmap",
};

struct file {
	uint64_t size;
	uint32_t crc;
};

static struct file wanted[RECORDS];

static const struct planted *find(const char *rule)
{
	for (size_t i = 0; i < PLANTED; i++)
		if (planted[i].volume == SEED && !strcmp(planted[i].rule, rule))
			return &planted[i];
	check(false);
	return NULL;
}

// What is made anew (records of $AttrDef, $BadClus and $UpCase) and put back (two that
// are swapped).
static void spoil_records(struct disk *d)
{
	static const uint64_t gone[] = {NTFS_REC_ATTRDEF, NTFS_REC_BADCLUS,
					NTFS_REC_UPCASE};
	uint8_t a[1024], b[1024], zeroes[1024] = {0};
	struct err err = {0};
	struct ntfs *n;

	check_ok(ntfs_open(d, &n, &err), &err);
	check_eq(n->info.record_size, sizeof(a));
	for (size_t i = 0; i < sizeof(gone) / sizeof(gone[0]); i++)
		check_ok(disk_write(n->mft, gone[i] * sizeof(a), zeroes,
				    sizeof(a), &err),
			 &err);
	check_ok(disk_read(n->mft, SEED_LISTED * sizeof(a), a, sizeof(a), &err),
		 &err);
	check_ok(disk_read(n->mft, SEED_FILE * sizeof(a), b, sizeof(a), &err),
		 &err);
	check_ok(disk_write(n->mft, SEED_LISTED * sizeof(a), b, sizeof(a),
			    &err),
		 &err);
	check_ok(disk_write(n->mft, SEED_FILE * sizeof(a), a, sizeof(a), &err),
		 &err);
	ntfs_close(n);
}

static struct disk *new_volume(void)
{
	struct disk *d = load_seed("files");

	// The boot sector first: nothing is planted by a volume that does not open.
	for (size_t i = sizeof(faults) / sizeof(faults[0]); i--;) {
		plant(d, find(faults[i]));
		if (i == 1) // a volume without $UpCase does not open
			spoil_records(d);
	}
	return d;
}

static int repair(void *ctx, struct disk *d, struct err *err)
{
	struct ntfs_repair_calls calls = {.ctx = NULL};
	struct ntfs_repair *r;
	bool was_cut;
	int e = ntfs_repair_resume(d, &was_cut, err);

	(void)ctx;
	if (!e)
		e = ntfs_repair_plan(d, &calls, &r, err);
	if (e)
		return e;
	if (ntfs_repair_get_result(r)->steps)
		e = ntfs_repair_write(r, err);
	ntfs_repair_free(r);
	return e;
}

static void read_files(struct disk *d, struct file *ret)
{
	static uint8_t buf[65536];
	struct err err = {0};
	struct ntfs *n;

	memset(ret, 0, RECORDS * sizeof(*ret));
	check_ok(ntfs_open(d, &n, &err), &err);
	for (uint64_t i = NTFS_REC_USER; i < RECORDS; i++) {
		struct disk *s;

		if (ntfs_open_stream(n, i, NTFS_DATA, NULL, &s, NULL))
			continue;
		ret[i].size = s->size;
		ret[i].crc = 1;
		for (uint64_t off = 0; off < s->size; off += sizeof(buf)) {
			size_t len = s->size - off < sizeof(buf)
					     ? (size_t)(s->size - off)
					     : sizeof(buf);

			check_ok(disk_read(s, off, buf, len, &err), &err);
			ret[i].crc = crc32_update(ret[i].crc, buf, len);
		}
		disk_close(s);
	}
	ntfs_close(n);
}

static void say(void *ctx, const struct ntfs_problem *p)
{
	(void)ctx;
	fprintf(stderr, "record %lld: %s: %s\n", (long long)p->record,
		ntfs_rule_name(p->rule), p->text);
}

static void check_good(struct disk *d)
{
	struct ntfs_check_result result;
	struct file files[RECORDS];
	struct err err = {0};

	check_ok(ntfs_check(d, say, NULL, NULL, &result, &err), &err);
	check_eq(result.problems, 0);
	read_files(d, files);
	check(!memcmp(files, wanted, sizeof(files)));
}

// While it is not done, the check tells that there is something to do.
static void judge(void *ctx, struct disk *d, const struct fault_cut *cut,
		  bool is_done)
{
	struct err err = {0};
	struct disk *copy = fault_copy(d);

	(void)ctx;
	(void)cut;
	(void)is_done;
	check_ok(repair(NULL, copy, &err), &err);
	check_good(copy);
	disk_close(copy);
}

// Cut again while the next one ends it.
static void cut_twice(struct disk *base, unsigned sixths)
{
	struct fault_operation o = {.run = repair, .judge = judge};
	struct fault_plan plan = {.writes_only = true};
	struct disk *copy = fault_copy(base), *d = fault_disk(copy, &plan);
	struct err err = {0};
	unsigned writes;

	check_ok(repair(NULL, d, &err), &err);
	disk_close(d);
	disk_close(copy);
	writes = plan.count;
	o.base = fault_copy(base);
	plan = (struct fault_plan){.fail_at = writes * sixths / 6,
				   .writes_only = true,
				   .persistent = true};
	d = fault_disk(o.base, &plan);
	check_eq(repair(NULL, d, &err), -EIO);
	disk_close(d);
	fault_cut_each(&o, 11, 2);
	disk_close(o.base);
}

int main(void)
{
	struct fault_operation o = {.run = repair, .judge = judge};
	struct disk *d;
	struct err err = {0};

	o.base = new_volume();
	d = fault_copy(o.base);
	check_ok(repair(NULL, d, &err), &err);
	read_files(d, wanted);
	check_good(d);
	disk_close(d);
	fault_cut_each(&o, 3, 2);
	fault_io_each(&o, 61, false, false);
	fault_mem_each_on(&o, 211);
	cut_twice(o.base, 3);
	cut_twice(o.base, 5);
	disk_close(o.base);
	return 0;
}
