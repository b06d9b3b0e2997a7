// SPDX-License-Identifier: MIT
//
// XML data: what was read is written, read again and the same then; images are
// changed in between.

#include <stdlib.h>
#include <string.h>

#include "libwim/xml/xml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int r)
{
	if (r)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wim_xml *x, *again;
	struct wim_xml_node *image;
	void *text, *same;
	size_t text_size, same_size;
	int r = wim_xml_parse(data, size, &x, NULL);

	if (r && r != -EBADMSG && r != -EFBIG)
		abort();
	if (r)
		return 0;
	must(wim_xml_add_image(x, 1, wim_xml_image(x, 1), &image, NULL));
	must(wim_xml_set(x, image, "WINDOWS/VERSION/MAJOR", "10", NULL));
	must(wim_xml_remove_image(x, 1, NULL));
	must(wim_xml_encode(x, &text, &text_size, NULL));
	wim_xml_free(x);
	must(wim_xml_parse(text, text_size, &again, NULL));
	must(wim_xml_encode(again, &same, &same_size, NULL));
	wim_xml_free(again);
	if (same_size != text_size || memcmp(same, text, same_size))
		abort();
	mem_free(text);
	mem_free(same);
	return 0;
}
