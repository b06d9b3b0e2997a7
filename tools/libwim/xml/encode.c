// SPDX-License-Identifier: MIT
//
// An XML document as text (XML 1.0), in UTF-16LE with a byte order mark, as the
// XML data of a WIM is ("Windows Imaging File Format (WIM)" white paper, "XML
// data").

#include <string.h>

#include "xml.h"

// What is written; only measured while `out` is NULL.
struct writer {
	char *out;
	size_t len;
};

static void put(struct writer *w, const char *s)
{
	size_t n = strlen(s);

	if (w->out)
		memcpy(w->out + w->len, s, n);
	w->len += n;
}

// Puts text with all replaced that could be taken for markup.
static void put_escaped(struct writer *w, const char *s)
{
	for (; *s; s++) {
		char plain[2] = {*s, 0};

		put(w, *s == '&'   ? "&amp;"
		       : *s == '<' ? "&lt;"
		       : *s == '>' ? "&gt;"
		       : *s == '"' ? "&quot;"
				   : plain);
	}
}

static void put_begin(struct writer *w, const struct wim_xml_node *n)
{
	if (n->kind == WIM_XML_TEXT) {
		put_escaped(w, n->text);
		return;
	}
	if (n->kind == WIM_XML_AS_IS) {
		put(w, n->text);
		return;
	}
	put(w, "<");
	put(w, n->name);
	for (const struct wim_xml_attribute *a = n->attributes; a;
	     a = a->next) {
		put(w, " ");
		put(w, a->name);
		put(w, "=\"");
		put_escaped(w, a->value);
		put(w, "\"");
	}
	put(w, n->first ? ">" : "/>");
}

static void put_end(struct writer *w, const struct wim_xml_node *n)
{
	if (!n->first)
		return;
	put(w, "</");
	put(w, n->name);
	put(w, ">");
}

static void put_all(struct writer *w, const struct wim_xml *x)
{
	const struct wim_xml_node *n = x->top.first;

	put(w, "\xef\xbb\xbf"); // U+FEFF
	while (n) {
		put_begin(w, n);
		if (n->first) {
			n = n->first;
			continue;
		}
		while (!n->next && n->parent != &x->top) {
			n = n->parent;
			put_end(w, n);
		}
		n = n->next;
	}
}

int wim_xml_encode(const struct wim_xml *x, void **ret, size_t *ret_size,
		   struct err *err)
{
	struct writer w = {0};
	le16 *units;
	size_t n;
	int r;

	put_all(&w, x);
	w.out = mem_alloc(w.len + 1);
	if (!w.out)
		return err_nomem(err);
	w.len = 0;
	put_all(&w, x);
	// Text of a document came from UTF-16 or was checked: this fails for
	// want of memory alone.
	r = utf16_from_utf8(w.out, &units, &n);
	mem_free(w.out);
	if (r)
		return err_nomem(err);
	*ret = units;
	*ret_size = n * sizeof(*units);
	return 0;
}
