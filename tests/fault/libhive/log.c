// SPDX-License-Identifier: MIT
//
// Completing a hive from its logs while the N-th allocation fails, in both
// formats: an entry that makes the hive larger, and a later log that is torn, so
// that the earlier one is tried. The code is -ENOMEM, nothing leaks, and bytes
// that were handed over stay the caller's.

#include "fault/fault.h"
#include "hive.h"
#include "hive_seal.h"
#include "test.h"

static uint8_t *hive_bytes, new_log[8192], old_logs[2][8192];
static size_t hive_size;
static struct hive_log logs[HIVE_LOGS];

static void make_hive(void)
{
	struct err err = {0};
	struct hive *hive;
	void *data;

	check_ok(hive_new("root", &hive, &err), &err);
	check_ok(hive_save(hive, &data, &hive_size, &err), &err);
	hive_free(hive);
	hive_bytes = data;
	seal_put(hive_bytes + 4, 8);
	seal_put(hive_bytes + 8, 7);
	seal_header(hive_bytes);
}

static void make_header(uint8_t *log, uint32_t type, uint8_t time)
{
	memcpy(log, hive_bytes, 512);
	seal_put(log + 8, 8);
	seal_put(log + 28, type);
	log[19] = time; // the highest byte
	seal_header(log);
}

// Both ask for one bin more, of a free cell.
static void make_logs(void)
{
	uint32_t bins = (uint32_t)hive_size - 4096;
	uint8_t *e = new_log + 512;
	uint8_t bin[4096] = "hbin";

	seal_put(bin + 4, bins);
	seal_put(bin + 8, 4096);
	seal_put(bin + 32, 4064);
	make_header(new_log, 6, 0);
	memcpy(e, "HvLE", 4);
	seal_put(e + 4, 4608);
	seal_put(e + 12, 8);
	seal_put(e + 16, bins + 4096);
	seal_put(e + 20, 1);
	seal_put(e + 40, bins);
	seal_put(e + 44, 4096);
	memcpy(e + 48, bin, 4096);
	seal_entry(e, 4608);
	for (size_t i = 0; i < 2; i++) {
		uint8_t *log = old_logs[i];

		make_header(log, 1, (uint8_t)(64 + i));
		seal_put(log + 40, bins + 4096);
		seal_header(log);
		memcpy(log + 512, "DIRT", 4);
		memset(log + 516 + bins / 4096, 0xff, 1);
		memcpy(log + 1024, bin, 4096);
	}
	old_logs[1][1024] = 0; // no bin: this one is torn
}

static int load(struct err *err)
{
	struct hive *hive = NULL;
	int r = hive_load_with_logs(hive_bytes, hive_size, logs, &hive, err);

	check(!r == !!hive);
	hive_free(hive);
	return r;
}

static int load_owned(struct err *err)
{
	void *copy = mem_dup(hive_bytes, hive_size);
	struct hive *hive = NULL;
	int r = copy ? hive_load_owned(copy, hive_size, logs, &hive, err)
		     : err_nomem(err);

	check(!r == !!hive);
	if (r)
		mem_free(copy);
	hive_free(hive);
	return r;
}

static int load_part(struct err *err)
{
	struct hive *hive = NULL;
	int r = hive_load_part(hive_bytes, hive_size, logs, "", true, &hive,
			       err);

	check(!r == !!hive);
	hive_free(hive);
	return r;
}

static void run(void)
{
	fault_mem_fails(load);
	fault_mem_fails(load_owned);
	fault_mem_fails(load_part);
}

int main(void)
{
	make_hive();
	make_logs();
	logs[0] = (struct hive_log){new_log, sizeof(new_log)};
	run();
	for (size_t i = 0; i < 2; i++)
		logs[i] = (struct hive_log){old_logs[i], sizeof(old_logs[i])};
	run();
	mem_free(hive_bytes);
	return 0;
}
