// SPDX-License-Identifier: MIT
//
// Devices into bytes: against elements that Windows wrote, and the sizes of
// each form.

#include "bcd.h"
#include "test.h"

static const struct bcd_device mbr = {
	.kind = BCD_DEVICE_PARTITION,
	.table = BCD_TABLE_MBR,
	.signature = 0x743afecf,
	.offset = 0x2800000,
};
static const struct bcd_device gpt = {
	.kind = BCD_DEVICE_PARTITION,
	.partition = {{0xee, 0x17, 0x48, 0x21, 0x88, 0xce, 0x6c, 0x4e, 0x81,
		       0x63, 0x31, 0x48, 0x5a, 0x03, 0xb7, 0xe7}},
	.disk = {{0xb5, 0x75, 0xb7, 0xab, 0xef, 0x69, 0xf1, 0x48, 0x83, 0x57,
		  0xf6, 0xae, 0xe8, 0x38, 0x54, 0xce}},
};
static const struct bcd_device boot = {.kind = BCD_DEVICE_BOOT};
static const struct bcd_device by_path = {.kind = BCD_DEVICE_LOCATE,
					  .path = "\\win10.vhdx"};
static const struct bcd_device by_element = {.kind = BCD_DEVICE_LOCATE,
					     .element = BCD_PATH};
static const struct bcd_device file = {
	.kind = BCD_DEVICE_FILE, .host = &mbr, .path = "\\123.vhdx"};

// After the options GUID, 16 zero bytes.
static const uint8_t mbr_bytes[] =
	"\x06\0\0\0\0\0\0\0\x48\0\0\0\0\0\0\0"
	"\0\0\x80\x02\0\0\0\0\0\0\0\0\0\0\0\0"
	"\0\0\0\0\x01\0\0\0\xcf\xfe\x3a\x74\0\0\0\0\0\0\0\0\0\0\0\0"
	"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
static const uint8_t gpt_bytes[] =
	"\x06\0\0\0\0\0\0\0\x48\0\0\0\0\0\0\0"
	"\xee\x17\x48\x21\x88\xce\x6c\x4e\x81\x63\x31\x48\x5a\x03\xb7\xe7"
	"\0\0\0\0\0\0\0\0"
	"\xb5\x75\xb7\xab\xef\x69\xf1\x48\x83\x57\xf6\xae\xe8\x38\x54\xce"
	"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
static const uint8_t locate_bytes[] = "\x08\0\0\0\0\0\0\0\x1e\0\0\0\0\0\0\0"
				      "\0\0\0\0\x02\0\0\x12\0\0\0\0\0";
static const uint8_t vhd_bytes[] =
	"\x08\0\0\0\0\0\0\0\xb2\0\0\0\0\0\0\0"
	"\0\0\0\0\x02\0\0\x12\x1e\0\0\0\0\0"
	"\0\0\0\0\0\0\0\0\x94\0\0\0\0\0\0\0"
	"\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
	"\0\0\0\0\0\0\0\0\x6c\0\0\0\0\0\0\0"
	"\x05\0\0\0\x01\0\0\0\x58\0\0\0\x05\0\0\0"
	"\x08\0\0\0\0\0\0\0\x34\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0"
	"\\\0w\0i\0n\0001\0000\0.\0v\0h\0d\0x\0\0\0"
	"\\\0w\0i\0n\0001\0000\0.\0v\0h\0d\0x\0\0";

static const struct {
	const char *name;
	struct bcd_device device;
	size_t size;
	const uint8_t *bytes;
} rows[] = {
	{"mbr",
	 {.kind = BCD_DEVICE_PARTITION,
	  .table = BCD_TABLE_MBR,
	  .signature = 0x743afecf,
	  .offset = 0x2800000},
	 88,
	 mbr_bytes},
	{"gpt",
	 {.kind = BCD_DEVICE_PARTITION,
	  .partition = {{0xee, 0x17, 0x48, 0x21, 0x88, 0xce, 0x6c, 0x4e, 0x81,
			 0x63, 0x31, 0x48, 0x5a, 0x03, 0xb7, 0xe7}},
	  .disk = {{0xb5, 0x75, 0xb7, 0xab, 0xef, 0x69, 0xf1, 0x48, 0x83, 0x57,
		    0xf6, 0xae, 0xe8, 0x38, 0x54, 0xce}}},
	 88,
	 gpt_bytes},
	{"boot", {.kind = BCD_DEVICE_BOOT}, 88, NULL},
	{"locate",
	 {.kind = BCD_DEVICE_LOCATE, .element = BCD_PATH},
	 46,
	 locate_bytes},
	{"vhd, locate",
	 {.kind = BCD_DEVICE_VHD,
	  .element = BCD_PATH,
	  .host = &by_path,
	  .path = "\\win10.vhdx"},
	 146 + 4 * 12,
	 vhd_bytes},
	{"vhd, partition",
	 {.kind = BCD_DEVICE_VHD,
	  .element = 0x12345678,
	  .host = &mbr,
	  .path = "\\test.vhd"},
	 190 + 2 * 10,
	 NULL},
	{"ramdisk",
	 {.kind = BCD_DEVICE_RAMDISK, .host = &gpt, .path = "\\x.wim"},
	 140 + 2 * 7,
	 NULL},
	{"file",
	 {.kind = BCD_DEVICE_FILE, .host = &boot, .path = "\\x.wim"},
	 120 + 2 * 7,
	 NULL},
	{"in a vhd",
	 {.kind = BCD_DEVICE_PARTITION, .table = BCD_TABLE_MBR, .host = &file},
	 176 + 2 * 10,
	 NULL},
	{"raw",
	 {.kind = BCD_DEVICE_UNKNOWN, .raw = mbr_bytes, .raw_size = 20},
	 20,
	 NULL},
};

static const struct bcd_device refused[] = {
	{.kind = BCD_DEVICE_VHD, .path = "\\x"},
	{.kind = BCD_DEVICE_VHD, .host = &mbr},
	{.kind = BCD_DEVICE_FILE, .host = &file, .path = "\\x"},
	{.kind = BCD_DEVICE_PARTITION, .host = &by_element},
	{.kind = BCD_DEVICE_FILE, .host = &boot, .path = "\\\xff"},
};

int main(void)
{
	struct bcd_device deep[12] = {{.kind = BCD_DEVICE_BOOT}};
	struct err err = {0};
	size_t size;
	void *data;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		check_ok(bcd_device_encode(&rows[i].device, &data, &size, &err),
			 &err);
		if (size != rows[i].size ||
		    (rows[i].bytes &&
		     memcmp((uint8_t *)data + 16, rows[i].bytes, size - 16))) {
			fprintf(stderr, "%s: other bytes (%zu)\n", rows[i].name,
				size);
			exit(1);
		}
		mem_free(data);
	}
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		check_eq(bcd_device_encode(&refused[i], &data, &size, NULL),
			 -EINVAL);
	for (size_t i = 1; i < 12; i++) {
		deep[i].kind = BCD_DEVICE_VHD;
		deep[i].host = &deep[i - 1];
		deep[i].path = "\\x";
		check_eq(bcd_device_encode(&deep[i], &data, &size, NULL),
			 i <= 8 ? 0 : -EINVAL);
		if (i <= 8)
			mem_free(data);
	}
	return 0;
}
