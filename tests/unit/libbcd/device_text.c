// SPDX-License-Identifier: MIT
//
// Devices as text: both ways, short forms, drive letters, nonsense.

#include "bcd.h"
#include "test.h"

#define GPT                                                                    \
	"gpt:abb775b5-69ef-48f1-8357-f6aee83854ce:"                            \
	"214817ee-ce88-4e6c-8163-31485a03b7e7"

// NULL: the same text again
static const struct {
	uint32_t owner;
	const char *text, *again;
} rows[] = {
	{BCD_DEVICE, "boot", NULL},
	{BCD_DEVICE, "partition=" GPT, NULL},
	{BCD_DEVICE, "partition=mbr:743afecf:0x2800000", NULL},
	{BCD_DEVICE, "locate", "locate=custom:12000002"},
	{BCD_OS_DEVICE, "locate", "locate=custom:22000002"},
	{BCD_DEVICE, "LOCATE=Custom:12345678", "locate=custom:12345678"},
	{BCD_DEVICE, "locate=\\a b,c", NULL},
	{BCD_DEVICE, "vhd=[" GPT "]\\win, x.vhd,locate=custom:12000002", NULL},
	{BCD_DEVICE, "vhd=[C:]\\w.vhd",
	 "vhd=[mbr:00000043:0x0]\\w.vhd,locate=custom:12000002"},
	{BCD_OS_DEVICE, "vhd=[locate]\\w.vhd",
	 "vhd=[locate]\\w.vhd,locate=custom:22000002"},
	{BCD_DEVICE, "vhd=[locate=\\z]\\w.vhd,locate=custom:0000000a", NULL},
	{BCD_DEVICE, "partition=D:", "partition=mbr:00000044:0x0"},
	{BCD_DEVICE, "ramdisk=[boot]\\b.wim,{ramdiskoptions}", NULL},
	{BCD_DEVICE,
	 "ramdisk=[boot]\\b.wim,{18364ff5-b6ff-11f0-9de2-ebeaf6fd1f26}", NULL},
	{BCD_DEVICE, "file=[boot]\\b.wim", NULL},
	{BCD_DEVICE, "partition=mbr:00000001:0x2,file=[" GPT "]\\a.vhdx", NULL},
	{BCD_DEVICE, "ramdisk=[" GPT ",file=[boot]\\a.vhdx]\\b.wim", NULL},
};

static const char *const wrong[] = {
	"",
	"C:",
	"boots",
	"unknown",
	"partition=",
	"partition=X",
	"vhd=",
	"partition=gpt:1:2",
	"partition=mbr:1",
	"partition=mbr:fffffffff:1",
	"vhd=[C:]",
	"vhd=[C:]w.vhd",
	"vhd=[C:\\w.vhd",
	"vhd=C:\\w.vhd",
	"vhd=[C:]\\w,locate=custom:",
	"locate=",
	"locate=x",
	"locates",
	"locate=custom:123456789",
	"ramdisk=[boot]\\x,{nonsense}",
	"file=[file=[boot]\\x]\\y\xff",
	"partition=gpt:"
	"abb775b5",
};

static int letters(void *ctx, const char *text, struct bcd_device *d,
		   struct err *err)
{
	check(ctx == (void *)letters);
	if (text[0] == 'X')
		return err_set(err, -EIO, text, ERR_NOWHERE, "no");
	if (!text[0] || text[1] != ':' || text[2])
		return -ENOENT;
	d->table = BCD_TABLE_MBR;
	d->signature = (uint32_t)text[0];
	return 0;
}

int main(void)
{
	struct bcd_device *d;
	size_t size;
	void *data;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *want = rows[i].again ? rows[i].again : rows[i].text;
		struct err err = {0};
		char *text;

		check_ok(bcd_device_parse(rows[i].text, rows[i].owner, letters,
					  (void *)letters, &d, &err),
			 &err);
		text = bcd_device_format(d);
		if (!text || strcmp(text, want)) {
			fprintf(stderr, "%s: %s\n", rows[i].text, text);
			exit(1);
		}
		mem_free(text);
		check_ok(bcd_device_encode(d, &data, &size, &err), &err);
		mem_free(data);
		bcd_device_free(d);
	}
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct err err = {0};
		int r = bcd_device_parse(wrong[i], BCD_DEVICE, letters,
					 (void *)letters, &d, &err);

		// what cannot be encoded may be parsed
		if (!r) {
			r = bcd_device_encode(d, &data, &size, &err);
			bcd_device_free(d);
		}
		if (!r || !err.code) {
			fprintf(stderr, "%s: taken\n", wrong[i]);
			exit(1);
		}
	}
	return 0;
}
