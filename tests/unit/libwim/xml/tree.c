// SPDX-License-Identifier: MIT
//
// Trees of XML: finding, setting, and what becomes of images and of what nobody
// knows.

#include "libwim/xml/xml.h"
#include "test.h"
#include "xml_text.h"

static const char text[] =
	"<WIM><TOTALBYTES>9</TOTALBYTES>"
	"<IMAGE INDEX=\"1\" X=\"y\"><NAME>one</NAME><ODD><a>1<b/></a></ODD>"
	"</IMAGE> <IMAGE INDEX=\"2\"><NAME/></IMAGE>"
	"<IMAGE INDEX=\"3\"><NAME>three</NAME></IMAGE></WIM>";

static void finding(const struct wim_xml *x)
{
	const struct wim_xml_node *root = wim_xml_root(x),
				  *one = wim_xml_image(x, 1);

	check(!strcmp(wim_xml_text(root, "totalbytes"), "9"));
	check(!wim_xml_text(root, "TOTAL") && !wim_xml_find(root, "NAME"));
	check(wim_xml_find(root, "IMAGE") == one);
	check(!strcmp(wim_xml_attribute(one, "x"), "y"));
	check(!wim_xml_attribute(one, "z"));
	check(!strcmp(wim_xml_text(one, "ODD/a"), "1"));
	check(!strcmp(wim_xml_text(one, "ODD"), ""));
	check(!strcmp(wim_xml_text(wim_xml_image(x, 2), "NAME"), ""));
	check(!wim_xml_image(x, 4) && !wim_xml_image(x, 0));
	check(wim_xml_next(one) == wim_xml_image(x, 2));
	check(!wim_xml_next(wim_xml_find(root, "TOTALBYTES")));
}

static void setting(struct wim_xml *x)
{
	struct wim_xml_node *two = wim_xml_image(x, 2);
	struct err err = {0};

	check_ok(wim_xml_set(x, two, "NAME", "t & w", &err), &err);
	check_ok(wim_xml_set(x, two, "NAME", "t & o", &err), &err);
	check_ok(wim_xml_set(x, two, "A/B/C", "", &err), &err);
	check_ok(wim_xml_set(x, two, "A/D", "\t1", &err), &err);
	check_ok(wim_xml_set_attribute(x, two, "k", "1", &err), &err);
	check_ok(wim_xml_set_attribute(x, two, "K", "2", &err), &err);
	check_eq(wim_xml_set(x, two, "NAME", "\x01", &err), -EINVAL);
	check_eq(wim_xml_set(x, two, "NAME", "\xff", NULL), -EINVAL);
	check_eq(wim_xml_set_attribute(x, two, "k", "\x1f", NULL), -EINVAL);
	xml_expect(x, "<WIM><TOTALBYTES>9</TOTALBYTES>"
		      "<IMAGE INDEX=\"1\" X=\"y\"><NAME>one</NAME>"
		      "<ODD><a>1<b/></a></ODD></IMAGE> "
		      "<IMAGE INDEX=\"2\" k=\"2\"><NAME>t &amp; o</NAME>"
		      "<A><B><C/></B><D>\t1</D></A></IMAGE>"
		      "<IMAGE INDEX=\"3\"><NAME>three</NAME></IMAGE></WIM>");
}

static void images(struct wim_xml *x)
{
	struct wim_xml_node *n, *added;
	struct wim_xml *other;
	struct err err = {0};

	check_ok(wim_xml_remove_image(x, 2, &err), &err);
	check_ok(wim_xml_remove_image(x, 7, &err), &err);
	check_ok(wim_xml_add_image(x, 3, wim_xml_image(x, 1), &added, &err),
		 &err);
	check_ok(wim_xml_set(x, added, "NAME", "copy", &err), &err);
	wim_xml_remove(wim_xml_find(wim_xml_image(x, 1), "ODD"));
	wim_xml_remove(wim_xml_find(wim_xml_image(x, 2), "NAME"));
	xml_expect(x, "<WIM><TOTALBYTES>9</TOTALBYTES>"
		      "<IMAGE INDEX=\"1\" X=\"y\"><NAME>one</NAME></IMAGE> "
		      "<IMAGE INDEX=\"2\"/>"
		      "<IMAGE INDEX=\"3\" X=\"y\"><NAME>copy</NAME>"
		      "<ODD><a>1<b/></a></ODD></IMAGE></WIM>");
	check_ok(wim_xml_new(&other, &err), &err);
	xml_expect(other, "<WIM/>");
	check_ok(wim_xml_add_image(other, 1, added, &n, &err), &err);
	check_ok(wim_xml_add_image(other, 2, NULL, &n, &err), &err);
	wim_xml_free(x);
	xml_expect(other, "<WIM><IMAGE INDEX=\"1\" X=\"y\"><NAME>copy</NAME>"
			  "<ODD><a>1<b/></a></ODD></IMAGE>"
			  "<IMAGE INDEX=\"2\"/></WIM>");
	wim_xml_free(other);
}

int main(void)
{
	struct wim_xml *x;
	struct err err = {0};

	check_ok(xml_of(text, &x, &err), &err);
	xml_expect(x, text);
	finding(x);
	setting(x);
	images(x);
	wim_xml_free(NULL);
	return 0;
}
