// SPDX-License-Identifier: MIT
//
// XML documents from strings, and compared with strings.

#ifndef XML_TEXT_H
#define XML_TEXT_H

#include "libwim/xml/xml.h"
#include "test.h"

// Parses UTF-8 text. Returns as wim_xml_parse.
static inline int xml_of(const char *text, struct wim_xml **ret,
			 struct err *err)
{
	le16 *units;
	size_t n;
	int r;

	check_eq(utf16_from_utf8(text, &units, &n), 0);
	r = wim_xml_parse(units, n * sizeof(*units), ret, err);
	mem_free(units);
	return r;
}

// Checks that a document is written as this text, behind a byte order mark.
static inline void xml_expect(const struct wim_xml *x, const char *text)
{
	struct err err = {0};
	void *data;
	size_t size;
	char *is;

	check_ok(wim_xml_encode(x, &data, &size, &err), &err);
	is = utf16_to_utf8(data, size / 2);
	if (strncmp(is, "\xef\xbb\xbf", 3) || strcmp(is + 3, text)) {
		fprintf(stderr, "is      %s\nis not  %s\n", is, text);
		exit(1);
	}
	mem_free(is);
	mem_free(data);
}

#endif
