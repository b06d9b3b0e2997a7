// SPDX-License-Identifier: MIT
//
// Logs of Windows 8 and earlier: made here from a hive before and after a
// change, by the published specification. One that belongs to another writing
// of the hive would tear it apart.

#include "hive.h"
#include "hive_seal.h"
#include "test.h"

struct bytes {
	uint8_t *data;
	size_t size;
};

static void set_header(uint8_t *p, uint32_t type, uint32_t sequence1,
		       uint32_t sequence2)
{
	seal_put(p + 4, sequence1);
	seal_put(p + 8, sequence2);
	memset(p + 12, 7, 8); // when it was begun
	seal_put(p + 28, type);
	seal_header(p);
}

// A hive with `count` keys.
static struct bytes make(unsigned count)
{
	struct err err = {0};
	struct bytes b;
	struct hive *hive;
	char name[16];
	void *data;

	check_ok(hive_new("root", &hive, &err), &err);
	for (unsigned i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "key %u", i);
		check_ok(hive_key_add(hive, hive->root, name, NULL, &err),
			 &err);
	}
	check_ok(hive_save(hive, &data, &b.size, &err), &err);
	b.data = data;
	hive_free(hive);
	return b;
}

// The log that leads from one hive to another.
static struct bytes difference(const struct bytes *from, const struct bytes *to)
{
	size_t pages = (to->size - 4096) / 512, at;
	struct bytes log = {mem_alloc(to->size + 4096), 0};

	memcpy(log.data, to->data, 512);
	set_header(log.data, 1, 5, 5);
	memcpy(log.data + 512, "DIRT", 4);
	at = 512 + (4 + pages / 8 + 511) / 512 * 512;
	for (size_t i = 0; i < pages; i++) {
		const uint8_t *page = to->data + 4096 + i * 512;

		if (4096 + i * 512 < from->size &&
		    !memcmp(page, from->data + 4096 + i * 512, 512))
			continue;
		log.data[516 + i / 8] |= (uint8_t)(1 << i % 8);
		memcpy(log.data + at, page, 512);
		at += 512;
	}
	log.size = at;
	return log;
}

// Loads with the logs. Returns the code, and how many keys there are.
static int load(const struct bytes *hive, const struct bytes *log,
		const struct bytes *other, size_t *ret_keys)
{
	struct hive_log logs[HIVE_LOGS] = {
		{other ? other->data : NULL, other ? other->size : 0},
		{log->data, log->size}};
	struct hive *h;
	int r = hive_load_with_logs(hive->data, hive->size, logs, &h, NULL);

	*ret_keys = 0;
	if (!r) {
		*ret_keys = h->root->subkey_count;
		hive_free(h);
	}
	return r;
}

static void set_time(struct bytes *log, uint8_t time)
{
	log->data[12] = time;
	seal_header(log->data);
}

// A log of the hive's time or later belongs to it; the latest that is whole.
static void test_times(struct bytes *hive, struct bytes *log)
{
	struct bytes old = difference(hive, hive), large;
	size_t keys;

	set_header(old.data, 1, 9, 9); // numbers do not count but at one time
	set_time(log, 8);
	check_eq(load(hive, log, NULL, &keys), 0);
	check_eq(keys, 400);
	check_eq(load(hive, log, &old, &keys), 0);
	check_eq(keys, 400);
	// the later one is torn: no bin where one must begin, a page short
	old.data[516] |= 1;
	memset(old.data + 1024, 0x55, 512);
	old.size = 1536;
	set_time(&old, 9);
	check_eq(load(hive, log, &old, &keys), 0);
	check_eq(keys, 400);
	old.size = 1535;
	check_eq(load(hive, log, &old, &keys), 0);
	check_eq(keys, 400);
	// it is whole, and leaves the hive half written
	old.data[516] ^= 1;
	check_eq(load(hive, log, &old, &keys), -EBADMSG);
	// sectors of 4096 bytes: header, bitmap and pages begin at such
	large = (struct bytes){mem_alloc(log->size + 8192), log->size + 7168};
	memcpy(large.data, log->data, 512);
	seal_put(large.data + 0x2c, 8);
	seal_header(large.data);
	memcpy(large.data + 4096, log->data + 512, 512);
	memcpy(large.data + 8192, log->data + 1024, log->size - 1024);
	check_eq(load(hive, &large, NULL, &keys), 0);
	check_eq(keys, 400);
	// sectors that no disk has
	memcpy(large.data + 4608, large.data + 4096, 512);
	seal_put(large.data + 0x2c, 9);
	seal_header(large.data);
	check_eq(load(hive, &large, NULL, &keys), -ENOTSUP);
	mem_free(large.data);
	mem_free(old.data);
	set_time(log, 7);
}

int main(void)
{
	struct bytes before = make(3), after = make(400);
	struct bytes log = difference(&before, &after);
	struct bytes none = difference(&before, &before);
	size_t keys;

	check(after.size > before.size);
	set_header(before.data, 0, 5, 4); // cut off on its way to 5
	check_eq(load(&before, &log, NULL, &keys), 0);
	check_eq(keys, 400);
	// half of the pages had reached the hive
	memcpy(before.data + 4096, after.data + 4096, 1024);
	check_eq(load(&before, &log, NULL, &keys), 0);
	check_eq(keys, 400);
	// the later of two
	set_header(none.data, 1, 4, 4);
	check_eq(load(&before, &log, &none, &keys), 0);
	check_eq(keys, 400);
	// a header that is damaged: the first bin tells the time
	before.data[600 % 512] ^= 1;
	memset(before.data + 4096 + 0x14, 7, 8);
	check_eq(load(&before, &log, NULL, &keys), 0);
	check_eq(keys, 400);
	memset(before.data + 4096 + 0x14, 8, 8);
	check_eq(load(&before, &log, NULL, &keys), -ENOTSUP);
	before.data[600 % 512] ^= 1;

	// a log that was not finished, of another time, no log, cut short
	set_header(log.data, 1, 6, 5);
	check_eq(load(&before, &log, NULL, &keys), -ENOTSUP);
	set_header(log.data, 0, 5, 5);
	check_eq(load(&before, &log, NULL, &keys), -ENOTSUP);
	set_header(log.data, 1, 5, 5);
	log.data[512] ^= 1;
	check_eq(load(&before, &log, NULL, &keys), -ENOTSUP);
	log.data[512] ^= 1;
	before.data[12] ^= 8; // the hive is later
	before.data[508] ^= 8;
	check_eq(load(&before, &log, NULL, &keys), -ENOTSUP);
	before.data[12] ^= 8;
	before.data[508] ^= 8;
	test_times(&before, &log);
	log.size -= 512;
	check_eq(load(&before, &log, NULL, &keys), -EBADMSG);
	log.size = 600;
	check_eq(load(&before, &log, NULL, &keys), -EBADMSG);

	mem_free(none.data);
	mem_free(log.data);
	mem_free(after.data);
	mem_free(before.data);
	return 0;
}
