// SPDX-License-Identifier: MIT
//
// What the parser of XML takes, as it is written again, and what it refuses.

#include "libwim/xml/xml.h"
#include "test.h"
#include "xml_text.h"

static const struct {
	const char *xml;
	const char *again; // NULL: corrupt
} cases[] = {
	{"", "<WIM/>"},
	{"<WIM/>", "<WIM/>"},
	{"<wim></wim>", "<wim/>"},
	{"<a/>", "<a/><WIM/>"},
	{"<WIM>x</WIM>", "<WIM>x</WIM>"},
	{"<WIM>\r\n <b>1</b> <c>2</c> </WIM>\r\n",
	 "<WIM>\r\n <b>1</b> <c>2</c> </WIM>\r\n"},
	{"<WIM i=\"1\" j='2\"'><b k=\"&lt;\"/></WIM>",
	 "<WIM i=\"1\" j=\"2&quot;\"><b k=\"&lt;\"/></WIM>"},
	{"<WIM>&amp;&quot;&apos;&gt;&#65;&#x42;&#xe9;&#x1F600;</WIM>",
	 "<WIM>&amp;&quot;'&gt;ABé\U0001f600</WIM>"},
	{"<WIM>&nope; &#x110000; & </WIM>",
	 "<WIM>&amp;nope; &amp;#x110000; &amp; </WIM>"},
	{"<WIM>&#x00000000000000041;</WIM>",
	 "<WIM>&amp;#x00000000000000041;</WIM>"},
	{"<?xml version=\"1.0\"?><!-- <x> --><WIM>1<!--2-->3</WIM>",
	 "<?xml version=\"1.0\"?><!-- <x> --><WIM>1<!--2-->3</WIM>"},
	{"<WIM><![CDATA[<&]]></WIM>", "<WIM>&lt;&amp;</WIM>"},
	{"<WIM >1</WIM >", "<WIM>1</WIM>"},
	{"<a>", NULL},
	{"<a></b>", NULL},
	{"<a></ab>", NULL},
	{"</a>", NULL},
	{"<a></a></a>", NULL},
	{"<>", NULL},
	{"<a b>", NULL},
	{"<a b=1>", NULL},
	{"<a b=\"1>", NULL},
	{"<a/", NULL},
	{"<!-- ", NULL},
	{"<![CDATA[", NULL},
	{"<a", NULL},
};

static void limits(void)
{
	static char many[4 * WIM_MAX_XML_NODES + 8], deep[2000];
	struct wim_xml *x = NULL;
	struct err err = {0};

	for (int i = 0; i < 500; i++)
		strcat(deep, "<a>");
	check_eq(xml_of(deep, &x, &err), -EBADMSG);
	check(!strcmp(err.why, "elements are nested too deep"));
	for (size_t i = 0; i < WIM_MAX_XML_NODES; i++)
		memcpy(many + 4 * i, "<a/>", 4);
	check_eq(xml_of(many, &x, NULL), -EFBIG);
	check(!x);
	// the time of these rises with the text, not with its square
	memset(many, '&', sizeof(many) - 1);
	check_ok(xml_of(many, &x, &err), &err);
	wim_xml_free(x);
}

int main(void)
{
	static const uint8_t marked[] = {0xff, 0xfe, '<', 0,   'W', 0,   'I',
					 0,    'M',  0,   '/', 0,   '>', 0};
	struct wim_xml *x;
	struct err err = {0};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		int r = xml_of(cases[i].xml, &x, NULL);

		if (r != (cases[i].again ? 0 : -EBADMSG)) {
			fprintf(stderr, "%s: %d\n", cases[i].xml, r);
			return 1;
		}
		if (r)
			continue;
		xml_expect(x, cases[i].again);
		wim_xml_free(x);
	}
	check_ok(wim_xml_parse(marked, sizeof(marked), &x, &err), &err);
	xml_expect(x, "<WIM/>");
	wim_xml_free(x);
	limits();
	return 0;
}
