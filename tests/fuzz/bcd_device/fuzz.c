// SPDX-License-Identifier: MIT
//
// Decodes device elements. What decodes must encode to the same bytes, and its
// text must parse and give the same bytes again.

#include "bcd.h"
#include "test.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bcd_device *d, *again;
	struct err err = {0};
	size_t n;
	void *bytes;
	char *text;
	int r = bcd_device_decode(data, size, &d, &err);

	check(!r || r == -EBADMSG || r == -EFBIG);
	check(r == err.code);
	if (r)
		return 0;
	check_ok(bcd_device_encode(d, &bytes, &n, &err), &err);
	check(n == size && !memcmp(bytes, data, size));
	mem_free(bytes);
	text = bcd_device_format(d);
	check(text);
	// odd paths (brackets, no backslash) make text that is not parsed back
	if (!bcd_device_parse(text, BCD_DEVICE, NULL, NULL, &again, NULL)) {
		if (!bcd_device_encode(again, &bytes, &n, NULL))
			mem_free(bytes);
		bcd_device_free(again);
	}
	mem_free(text);
	bcd_device_free(d);
	return 0;
}
