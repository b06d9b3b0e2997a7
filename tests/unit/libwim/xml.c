// SPDX-License-Identifier: MIT
//
// The small XML parser: what it reports, and what it refuses.

#include "libwim/wim_priv.h"
#include "test.h"

static char seen[1024];

static int on_text(void *ctx, const char *path, const char *text)
{
	snprintf(seen + strlen(seen), sizeof(seen) - strlen(seen), "%s=%s;",
		 path, text);
	return 0;
}

static int on_attribute(void *ctx, const char *path, const char *name,
			const char *value)
{
	snprintf(seen + strlen(seen), sizeof(seen) - strlen(seen), "%s@%s=%s;",
		 path, name, value);
	return 0;
}

static const struct {
	const char *xml;
	const char *seen; // NULL: corrupt
} cases[] = {
	{"", ""},
	{"<a/>", "a=;"},
	{"<a>x</a>", "a=x;"},
	{"<a> <b>1</b> <c>2</c> </a>", "a/b=1;a/c=2;"},
	{"<a i=\"1\" j='2'><b k=\"&lt;\"/></a>", "a@i=1;a@j=2;a/b@k=<;a/b=;"},
	{"<a>&amp;&quot;&apos;&gt;&#65;&#x42;&#xe9;</a>", "a=&\"'>ABé;"},
	{"<a>&nope; &#x110000; & </a>", "a=&nope; &#x110000; & ;"},
	{"<?xml version=\"1.0\"?><!-- <x> --><a>1</a>", "a=1;"},
	{"<a >1</a >", "a=1;"},
	{"<a>", NULL},
	{"<a></b>", NULL},
	{"<a></ab>", NULL},
	{"</a>", NULL},
	{"<>", NULL},
	{"<a b>", NULL},
	{"<a b=1>", NULL},
	{"<a b=\"1>", NULL},
	{"<a/", NULL},
	{"<!-- ", NULL},
	{"<a", NULL},
};

int main(void)
{
	const struct xml_events events = {on_text, on_attribute, NULL};
	char deep[2000] = "";

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char *copy = strdup(cases[i].xml);
		struct err err = {0};
		int r;

		seen[0] = 0;
		r = wim_xml_parse(copy, &events, &err);
		free(copy);
		if (r != (cases[i].seen ? 0 : -EBADMSG) ||
		    (cases[i].seen && strcmp(seen, cases[i].seen))) {
			fprintf(stderr, "%s: %d %s\n", cases[i].xml, r, seen);
			return 1;
		}
	}
	for (int i = 0; i < 500; i++)
		strcat(deep, "<a>");
	check_eq(wim_xml_parse(deep, &events, NULL), -EBADMSG);
	return 0;
}
