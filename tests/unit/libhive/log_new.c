// SPDX-License-Identifier: MIT
//
// Logs of Windows 8.1 and later, made here from a hive before and after each of
// some changes, by the published specification: entries in one log or two, in
// every way they can be split; numbers that begin where the hive's end, or later,
// or pass zero; and all that ends the replay, or must not be replayed.

#include "hive.h"
#include "hive_seal.h"
#include "test.h"

#define ENTRIES 5u // each sets an area of the hive's one value
#define AREA    512u
#define LOG_MAX (1u << 20)

static uint8_t *base;
static size_t base_size, value_at; // where the value's bytes lie

static struct log {
	uint8_t *data;
	size_t size;
} logs[HIVE_LOGS];

static void make_base(void)
{
	static uint8_t value[ENTRIES * AREA];
	struct err err = {0};
	struct hive *hive;
	void *data;

	memset(value, 0xaa, sizeof(value));
	check_ok(hive_new("root", &hive, &err), &err);
	check_ok(hive_value_set(hive, hive->root, "v", HIVE_BINARY, value,
				sizeof(value), &err),
		 &err);
	check_ok(hive_save(hive, &data, &base_size, &err), &err);
	hive_free(hive);
	base = data;
	while (memcmp(base + value_at, value, sizeof(value)))
		value_at++;
}

static void begin(struct log *log, uint32_t sequence)
{
	memcpy(log->data, base, 512);
	seal_put(log->data + 4, sequence);
	seal_put(log->data + 8, sequence);
	seal_put(log->data + 28, 6);
	seal_header(log->data);
	log->size = 512;
}

// Adds the entry that sets an area, counted from 1.
static void add(struct log *log, unsigned area, uint32_t sequence)
{
	uint8_t *e = log->data + log->size;

	memset(e, 0, 1024);
	memcpy(e, "HvLE", 4);
	seal_put(e + 4, 1024);
	seal_put(e + 12, sequence);
	seal_put(e + 16, (uint32_t)base_size - 4096);
	seal_put(e + 20, 1);
	seal_put(e + 40, (uint32_t)(value_at - 4096 + (area - 1) * AREA));
	seal_put(e + 44, AREA);
	memset(e + 48, (int)area, AREA);
	seal_entry(e, 1024);
	log->size += 1024;
}

// Returns how many areas of the value are set, from the first on; -1 when there
// is a hole.
static int areas_of(const struct hive *hive)
{
	const uint8_t *v = hive->root->values[0].data;
	unsigned count = 0;

	while (count < ENTRIES && v[count * AREA] == count + 1)
		count++;
	for (unsigned i = 0; i < ENTRIES; i++)
		for (unsigned k = 0; k < AREA; k++)
			if (v[i * AREA + k] != (i < count ? i + 1 : 0xaa))
				return -1;
	return (int)count;
}

// Loads the hive, with these numbers in its header, with the logs. Returns how
// many entries were applied, or the error.
static int load(uint32_t sequence1, uint32_t sequence2, uint32_t *ret_sequence)
{
	struct hive_log l[HIVE_LOGS];
	uint8_t *data = mem_dup(base, base_size);
	struct hive *hive;
	int r;

	for (size_t i = 0; i < HIVE_LOGS; i++)
		l[i] = (struct hive_log){logs[i].data, logs[i].size};
	seal_put(data + 4, sequence1);
	seal_put(data + 8, sequence2);
	seal_header(data);
	r = hive_load_with_logs(data, base_size, l, &hive, NULL);
	mem_free(data);
	if (r)
		return r;
	r = areas_of(hive);
	if (ret_sequence)
		*ret_sequence = hive->sequence;
	hive_free(hive);
	return r;
}

static void clear(void)
{
	for (size_t i = 0; i < HIVE_LOGS; i++)
		logs[i].size = 0;
}

// Puts all entries into two logs, the first `split` of them into `first`.
static void fill(unsigned split, size_t first, uint32_t sequence)
{
	clear();
	if (split)
		begin(&logs[first], sequence);
	for (unsigned i = 0; i < split; i++)
		add(&logs[first], i + 1, sequence + i);
	if (split < ENTRIES)
		begin(&logs[!first], sequence + split);
	for (unsigned i = split; i < ENTRIES; i++)
		add(&logs[!first], i + 1, sequence + i);
}

// Every split, both orders, and the hive's numbers close or far behind.
static void test_splits(void)
{
	static const uint32_t firsts[] = {2, 31, 0x7ffffffe, 0xfffffffd, 0};
	static const uint32_t behind[] = {0, 1, 32, 1000000};
	uint32_t sequence;

	for (size_t f = 0; f < sizeof(firsts) / sizeof(firsts[0]); f++) {
		for (unsigned split = 0; split <= ENTRIES; split++) {
			for (size_t i = 0; i < 8; i++) {
				uint32_t second = firsts[f] - behind[i / 2];

				fill(split, i % 2, firsts[f]);
				check_eq(load(second + 1, second, &sequence),
					 ENTRIES);
				check_eq(sequence, firsts[f] + ENTRIES - 1);
			}
		}
	}
	// logs that were written before the hive was hold nothing that it lacks
	fill(2, 0, 10);
	check_eq(load(20, 19, NULL), -ENOTSUP);
	fill(2, 0, 0xfffffffe);
	check_eq(load(6, 5, NULL), -ENOTSUP);
	// and only the later of them does: the first areas are not set again
	fill(2, 0, 10);
	check_eq(load(13, 12, NULL), -1);
}

// What ends the replay: the states before it are there.
static void test_ends(void)
{
	for (unsigned i = 1; i < ENTRIES; i++) {
		size_t at;

		fill(i, 0, 7);
		at = logs[0].size;
		add(&logs[0], i + 1, 7 + i);
		logs[1].size = 0;
		for (size_t cut = at; cut < logs[0].size; cut += 512) {
			struct log whole = logs[0];

			logs[0].size = cut;
			check_eq(load(8, 7, NULL), (int)i);
			logs[0] = whole;
		}
		// wrong hashes: of the pages, of the fields
		logs[0].data[at + 100] ^= 1;
		check_eq(load(8, 7, NULL), (int)i);
		logs[0].data[at + 100] ^= 1;
		logs[0].data[at + 32] ^= 1;
		check_eq(load(8, 7, NULL), (int)i);
		// right hashes, and a length of bins that cannot be
		seal_put(logs[0].data + at + 16, (uint32_t)base_size - 4095);
		seal_entry(logs[0].data + at, logs[0].size - at);
		check_eq(load(8, 7, NULL), (int)i);
		seal_put(logs[0].data + at + 16, 0x7ffff000);
		seal_entry(logs[0].data + at, logs[0].size - at);
		check_eq(load(8, 7, NULL), (int)i);
		// a number that does not follow, in the log and in the next one
		logs[0].size = at;
		add(&logs[0], i + 1, 7 + i + 1);
		check_eq(load(8, 7, NULL), (int)i);
		logs[0].size = at;
		begin(&logs[1], 7 + i + 1);
		add(&logs[1], i + 1, 7 + i + 1);
		check_eq(load(8, 7, NULL), (int)i);
		// entries of an earlier round behind the log's own
		add(&logs[0], i + 1, 3);
		check_eq(load(8, 7, NULL), (int)i);
	}
	// the first log ends early: the next one does not go on from there
	fill(3, 0, 7);
	logs[0].size -= 512;
	check_eq(load(8, 7, NULL), 2);
	// a page that leaves the hive, or its entry
	fill(ENTRIES, 0, 7);
	seal_put(logs[0].data + 512 + 40, (uint32_t)base_size - 4096);
	seal_entry(logs[0].data + 512, 1024);
	check_eq(load(8, 7, NULL), -ENOTSUP);
	fill(ENTRIES, 0, 7);
	seal_put(logs[0].data + 512 + 20, 0x20000000);
	seal_entry(logs[0].data + 512, 1024);
	check_eq(load(8, 7, NULL), -ENOTSUP);
}

// Logs of which one is damaged, unused, of another kind or of one file alone.
static void test_logs(void)
{
	// the earlier log is damaged: what it held is missing, not in the hive
	fill(2, 0, 7);
	logs[0].data[20] ^= 1;
	check_eq(load(8, 7, NULL), -ENOTSUP);
	// but when the other one follows the hive itself nothing is
	check_eq(load(10, 9, NULL), -1);
	// the first entry is broken
	fill(2, 0, 7);
	logs[0].data[520] ^= 1;
	check_eq(load(8, 7, NULL), -ENOTSUP);
	// a log that was begun and not finished
	fill(ENTRIES, 0, 7);
	seal_put(logs[0].data + 8, 6);
	seal_header(logs[0].data);
	check_eq(load(8, 7, NULL), -ENOTSUP);
	// one that was never used
	fill(ENTRIES, 1, 9);
	memset(logs[0].data, 0, 1024);
	logs[0].size = 1024;
	check_eq(load(8, 7, NULL), ENTRIES);
	// .LOG alone; and when there are the others it is an artifact
	fill(ENTRIES, 0, 9);
	memcpy(logs[2].data, logs[0].data, logs[0].size);
	logs[2].size = logs[0].size;
	logs[0].size = 0;
	check_eq(load(8, 7, NULL), ENTRIES);
	begin(&logs[1], 8);
	add(&logs[1], 1, 8);
	check_eq(load(8, 7, NULL), 1);
	// a leftover of the older format beside them, of the hive's own time
	fill(ENTRIES, 0, 7);
	begin(&logs[1], 6);
	seal_put(logs[1].data + 28, 1);
	seal_header(logs[1].data);
	memset(logs[1].data + 512, 0, 4096);
	memcpy(logs[1].data + 512, "DIRT", 4);
	logs[1].size = 4096;
	check_eq(load(4, 3, NULL), ENTRIES);
}

// A damaged header is the later log's, and so are the entries.
static void test_damaged_header(void)
{
	struct hive_log l[HIVE_LOGS] = {{NULL, 0}};
	struct hive *hive;

	clear();
	begin(&logs[0], 7);
	add(&logs[0], 1, 7);
	begin(&logs[1], 20);
	for (unsigned i = 1; i <= ENTRIES; i++)
		add(&logs[1], i, 19 + i);
	for (size_t i = 0; i < 2; i++)
		l[i] = (struct hive_log){logs[i].data, logs[i].size};
	base[8] ^= 1;
	check(!hive_load_with_logs(base, base_size, l, &hive, NULL));
	check_eq(areas_of(hive), ENTRIES);
	check_eq(hive->sequence, 19 + ENTRIES);
	hive_free(hive);
	// the later one is damaged too
	logs[1].data[9] ^= 1;
	check_eq(hive_load_with_logs(base, base_size, l, &hive, NULL),
		 -ENOTSUP);
	base[8] ^= 1;
}

// Entries carry one flag of the header; all else in it is the log's own.
static void test_flags(void)
{
	struct hive_log l[HIVE_LOGS] = {{NULL, 0}};
	uint8_t *data = mem_dup(base, base_size);
	struct hive *hive;

	for (uint32_t flag = 0; flag < 2; flag++) {
		fill(ENTRIES, 0, 7);
		seal_put(logs[0].data + 0x90, 2 | !flag);
		seal_put(logs[0].data + 12, 77);
		seal_header(logs[0].data);
		for (size_t at = 512; at < logs[0].size; at += 1024) {
			seal_put(logs[0].data + at + 8, flag);
			seal_entry(logs[0].data + at, 1024);
		}
		l[0] = (struct hive_log){logs[0].data, logs[0].size};
		seal_put(data + 4, 8);
		seal_put(data + 8, 7);
		seal_put(data + 0x90, 2);
		seal_header(data);
		check(!hive_load_with_logs(data, base_size, l, &hive, NULL));
		check_eq(hive->flags, 2 | flag);
		check_eq(hive->written & UINT32_MAX, 77);
		hive_free(hive);
	}
	mem_free(data);
}

// An entry that makes the hive larger, and one that makes it as it was.
static void test_growth(void)
{
	struct hive_log l[HIVE_LOGS] = {{NULL, 0}};
	uint8_t *data = mem_dup(base, base_size), *e;
	uint32_t bins = (uint32_t)base_size - 4096;
	struct err err = {0};
	struct hive *hive;

	clear();
	begin(&logs[0], 7);
	e = logs[0].data + 512;
	memset(e, 0, 4608);
	memcpy(e, "HvLE", 4);
	seal_put(e + 4, 4608);
	seal_put(e + 12, 7);
	seal_put(e + 16, bins + 4096);
	seal_put(e + 20, 1);
	seal_put(e + 40, bins);
	seal_put(e + 44, 4096);
	memcpy(e + 48, "hbin", 4);
	seal_put(e + 52, bins);
	seal_put(e + 56, 4096);
	seal_put(e + 80, 4064);
	seal_entry(e, 4608);
	logs[0].size = 512 + 4608;
	seal_put(data + 4, 8);
	seal_put(data + 8, 7);
	seal_header(data);
	for (int i = 0; i < 2; i++) {
		l[0] = (struct hive_log){logs[0].data, logs[0].size};
		check_ok(hive_load_with_logs(data, base_size, l, &hive, &err),
			 &err);
		check_eq(areas_of(hive), i);
		hive_free(hive);
		add(&logs[0], 1, 8);
	}
	mem_free(data);
}

int main(void)
{
	make_base();
	for (size_t i = 0; i < HIVE_LOGS; i++)
		logs[i].data = mem_alloc(LOG_MAX);
	test_splits();
	test_ends();
	test_logs();
	test_damaged_header();
	test_flags();
	test_growth();
	for (size_t i = 0; i < HIVE_LOGS; i++)
		mem_free(logs[i].data);
	mem_free(base);
	return 0;
}
