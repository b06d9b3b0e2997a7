// SPDX-License-Identifier: MIT
//
// Bytes into devices: every device of real stores is understood and gives the
// same bytes and, through its text, the same device again; broken sizes are
// found.

#include "bcd.h"
#include "test.h"

static unsigned kinds[BCD_DEVICE_UNKNOWN + 1];

static void check_text(const struct bcd_device *d, const void *data,
		       size_t size)
{
	struct bcd_device *again;
	struct err err = {0};
	size_t again_size;
	void *bytes;
	char *text = bcd_device_format(d);

	check(text);
	check_ok(bcd_device_parse(text, BCD_DEVICE, NULL, NULL, &again, &err),
		 &err);
	check_ok(bcd_device_encode(again, &bytes, &again_size, &err), &err);
	if (again_size != size || memcmp(bytes, data, size)) {
		fprintf(stderr, "%s: not the same again\n", text);
		exit(1);
	}
	mem_free(bytes);
	mem_free(text);
	bcd_device_free(again);
}

static void check_element(const struct bcd_element *e)
{
	const uint8_t *bytes = e->value->data;
	size_t size = e->value->size, again_size;
	struct bcd_device *d;
	struct err err = {0};
	void *again;

	check_ok(bcd_device_decode(bytes, size, &d, &err), &err);
	kinds[d->kind]++;
	check(d->kind != BCD_DEVICE_UNKNOWN);
	check_ok(bcd_device_encode(d, &again, &again_size, &err), &err);
	check_eq(again_size, size);
	check(!memcmp(again, bytes, size));
	mem_free(again);
	check_text(d, bytes, size);
	bcd_device_free(d);

	for (size_t n = 0; n < size; n++)
		check_eq(bcd_device_decode(bytes, n, &d, NULL), -EBADMSG);
	again = mem_alloc(size + 1);
	memcpy(again, bytes, size);
	check_eq(bcd_device_decode(again, size + 1, &d, NULL), -EBADMSG);
	// a field with no place in the struct: kept as it is
	((uint8_t *)again)[20] ^= 4;
	check_ok(bcd_device_decode(again, size, &d, &err), &err);
	check_eq(d->kind, BCD_DEVICE_UNKNOWN);
	check(d->raw_size == size && !memcmp(d->raw, again, size));
	bcd_device_free(d);
	mem_free(again);
}

static void check_file(const char *path)
{
	struct err err = {0};
	struct bcd *bcd;
	size_t size;
	uint8_t *data = read_sample(path, &size);

	check_ok(bcd_load(data, size, &bcd, &err), &err);
	check(bcd->object_count > 2);
	for (size_t i = 0; i < bcd->object_count; i++) {
		struct bcd_element e;
		size_t cursor = 0;

		while (bcd_element_next(bcd->objects[i], &cursor, &e))
			if (bcd_element_format(e.number) == BCD_FORMAT_DEVICE)
				check_element(&e);
	}
	bcd_free(bcd);
	free(data);
}

static void test_nesting(void)
{
	uint8_t bytes[16 + 28 * 20] = {0};
	struct bcd_device *d;
	struct err err = {0};
	size_t end = sizeof(bytes), at = 16;

	// files in files, each without a path: never reaches one
	for (; at + 32 <= end; at += 32) {
		le32 size = to_le32((uint32_t)(end - at));
		le32 length = to_le32((uint32_t)(end - at - 20));
		le32 five = to_le32(5);

		memcpy(bytes + at + 8, &size, 4);
		memcpy(bytes + at + 16, &five, 4);
		memcpy(bytes + at + 24, &length, 4);
		memcpy(bytes + at + 28, &five, 4);
	}
	check_eq(bcd_device_decode(bytes, end, &d, &err), -EFBIG);
	check_eq(bcd_device_decode(NULL, 0, &d, NULL), -EBADMSG);
}

int main(void)
{
	static const char *const files[] = {
		"bcd/bcdedit-2025-vhd-and-ramdisk.BCD",
		"bcd/uefi-locate.BCD",
		"bcd/win10-uefi-gpt.BCD",
		"bcd/win10-uefi-recovery.BCD",
		"bcd/win7-bios-mbr.BCD",
		"regf/windows-BCD.xz",
	};
	const char *dir;
	char path[512];

	test_nesting();
	dir = samples();
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, files[i]);
		check_file(path);
	}
	for (size_t i = 0; i <= BCD_DEVICE_UNKNOWN; i++)
		printf("kind %zu: %u\n", i, kinds[i]);
	check(kinds[BCD_DEVICE_BOOT] && kinds[BCD_DEVICE_PARTITION] &&
	      kinds[BCD_DEVICE_LOCATE] && kinds[BCD_DEVICE_VHD] &&
	      kinds[BCD_DEVICE_RAMDISK]);
	return 0;
}
