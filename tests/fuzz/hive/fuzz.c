// SPDX-License-Identifier: MIT
//
// Loads hives, as boot stores too. The header's checksum is set right first, so
// that the fuzzer need not find it. What loads must save, and load again to the
// same bytes.

#include "bcd.h"
#include "test.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void save_again(const struct hive *hive)
{
	struct err err = {0};
	struct hive *copy;
	size_t size, size2;
	void *data, *data2;

	check_ok(hive_save(hive, &data, &size, &err), &err);
	check_ok(hive_load(data, size, &copy, &err), &err);
	check_ok(hive_save(copy, &data2, &size2, &err), &err);
	check(size == size2 && !memcmp(data, data2, size));
	mem_free(data2);
	mem_free(data);
	hive_free(copy);
}

static void read_all(const struct bcd *bcd)
{
	for (size_t i = 0; i < bcd->object_count; i++) {
		const struct bcd_object *o = bcd->objects[i];
		struct bcd_element e;
		size_t cursor = 0, n;
		struct bcd_device *d;
		struct guid *ids;
		char *s;

		while (bcd_element_next(o, &cursor, &e)) {
			if (!bcd_get_device(o, e.number, &d, NULL))
				bcd_device_free(d);
			if (!bcd_get_objects(o, e.number, &ids, &n, NULL))
				mem_free(ids);
			if (!bcd_get_string(o, e.number, &s, NULL))
				mem_free(s);
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy = mem_dup(data, size);
	struct err err = {0};
	struct bcd *bcd;
	struct hive *hive;
	int r;

	// the sum of all zeroes or ones is stored otherwise; never mind
	for (size_t i = 0; size >= 512 && i < 4; i++)
		copy[508 + i] = 0;
	for (size_t i = 0; size >= 512 && i < 508; i++)
		copy[508 + i % 4] ^= copy[i];
	r = hive_load(copy, size, &hive, &err);
	check(r == err.code &&
	      (!r || r == -EBADMSG || r == -ENOTSUP || r == -EFBIG));
	if (!r) {
		save_again(hive);
		hive_free(hive);
		if (!bcd_load(copy, size, &bcd, NULL)) {
			read_all(bcd);
			bcd_free(bcd);
		}
	}
	mem_free(copy);
	return 0;
}
