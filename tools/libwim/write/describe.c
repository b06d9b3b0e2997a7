// SPDX-License-Identifier: MIT
//
// What the XML data tells of an image that is written ("Windows Imaging File Format
// (WIM)" white paper, "XML data").

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "write.h"

#define MAX_PATH   256u  // characters of a property's
#define MAX_NUMBER 1000u // of elements that bear one name

// --- Counts ------------------------------------------------------------------

struct counts {
	uint64_t files, folders, bytes, link_bytes;
};

static uint64_t content_size(const struct wim_dentry *d)
{
	return d->stream_count && !d->streams[0].name_len && d->streams[0].blob
		       ? d->streams[0].blob->size
		       : 0;
}

// Groups of names of one file that were counted, by number: a set.
struct groups {
	uint64_t *slots;
	size_t mask;
};

// Returns whether a group is new.
static bool enter_group(struct groups *g, uint64_t group)
{
	size_t i = (size_t)(group * UINT64_C(0x9e3779b97f4a7c15) >> 20) &
		   g->mask;

	while (g->slots[i] && g->slots[i] != group)
		i = (i + 1) & g->mask;
	if (g->slots[i])
		return false;
	g->slots[i] = group;
	return true;
}

// The root counts as no folder, and what leads elsewhere as a file. Bytes are
// those of content without a name, for each name of the file; those of all names
// but the first are in link_bytes, too.
static void count_entry(const struct wim_dentry *d, struct groups *g,
			struct counts *c)
{
	bool is_folder = d->attributes & WIM_ATTRIBUTE_FOLDER &&
			 !(d->attributes & WIM_ATTRIBUTE_REPARSE);

	if (!d->parent)
		return;
	c->folders += is_folder;
	c->files += !is_folder;
	c->bytes += content_size(d);
	if (d->link_group && !(d->attributes & WIM_ATTRIBUTE_REPARSE) &&
	    !enter_group(g, d->link_group))
		c->link_bytes += content_size(d);
}

static int count(const struct wim_image *image, struct counts *ret,
		 struct err *err)
{
	struct groups g = {.mask = 15};

	while (g.mask < image->dentry_count * 2)
		g.mask = g.mask * 2 + 1;
	g.slots = mem_array(g.mask + 1, sizeof(*g.slots));
	if (!g.slots)
		return err_nomem(err);
	for (size_t i = 0; i < image->dentry_count; i++)
		count_entry(image->dentries[i], &g, ret);
	mem_free(g.slots);
	return 0;
}

// --- XML ---------------------------------------------------------------------

static bool is_path(const char *path)
{
	bool is_first = true;

	for (; *path; path++) {
		bool is_letter = (*path | 32) >= 'a' && (*path | 32) <= 'z';

		if (*path == '/' ? is_first
				 : !is_letter && *path != '_' &&
					   (is_first ||
					    !strchr("0123456789-.", *path)))
			return false;
		is_first = *path == '/';
	}
	return !is_first;
}

// Of "A/B[2]", the second B within the first A, `plain` gets "A/B" and *ret_number
// the 2; without a number it is 1. Returns false for what is none.
static bool take_number(const char *path, char plain[MAX_PATH],
			unsigned long *ret_number)
{
	const char *digits = strchr(path, '[');
	size_t len = digits ? (size_t)(digits - path) : strlen(path);
	char *end;

	if (len >= MAX_PATH)
		return false;
	memcpy(plain, path, len);
	plain[len] = 0;
	*ret_number = 1;
	if (!digits)
		return true;
	*ret_number = strtoul(digits + 1, &end, 10);
	return *ret_number && *ret_number <= MAX_NUMBER && !strcmp(end, "]");
}

// Goes on from the first element of a name to one behind it, which is made when it
// is the next. *node is NULL when there are fewer.
static int go_on(struct wim_xml *xml, struct wim_xml_node **node,
		 unsigned long number, bool make, struct err *err)
{
	struct wim_xml_node *n = *node, *next = n;
	int r = 0;

	for (; n && number > 1; number--, n = next) {
		next = wim_xml_next(n);
		if (!next && make && number == 2)
			r = wim_xml_add(xml, n->parent, n->name, &next, err);
		if (r)
			return r;
	}
	*node = n;
	return 0;
}

static int check_length(const char *path, const char *value, struct err *err)
{
	size_t most = !strcasecmp(path, "NAME") ? WIM_MAX_IMAGE_NAME
						: WIM_MAX_IMAGE_TEXT;

	if (!value || strlen(value) <= most)
		return 0;
	return err_set(err, -ENAMETOOLONG, path, ERR_NOWHERE,
		       "%zu bytes of text are more than the %zu that an image "
		       "may have here",
		       strlen(value), most);
}

int wim_writer_set(struct wim_xml *xml, struct wim_xml_node *node,
		   const char *path, const char *value, struct err *err)
{
	struct wim_xml_node *old = NULL;
	struct err inner = {0};
	char plain[MAX_PATH];
	unsigned long number;
	int r;

	if (!take_number(path, plain, &number) || !is_path(plain))
		return err_bad_text(err, path, ERR_NOWHERE,
				    "this cannot be the path of a property");
	r = check_length(path, value, err);
	if (r)
		return r;
	if (!value || number > 1) {
		old = wim_xml_find(node, plain);
		r = go_on(xml, &old, number, value, err);
		if (r)
			return r;
		if (!old && value)
			return err_bad_text(err, path, ERR_NOWHERE,
					    "the element before it is missing");
	}
	if (!value) {
		if (old)
			wim_xml_remove(old);
		return 0;
	}
	r = wim_xml_set(xml, old ? old : node, old ? "" : plain, value, &inner);
	if (r == -EINVAL)
		return err_bad_text(err, path, ERR_NOWHERE,
				    "its text has characters that XML cannot "
				    "hold");
	return r ? err_pass(err, r, &inner) : 0;
}

int wim_writer_check_name(const struct wim_xml *xml, const char *name,
			  const struct wim_xml_node *but, struct err *err)
{
	const struct wim_xml_node *i = wim_xml_find(wim_xml_root(xml), "IMAGE");

	for (; name && *name && i; i = wim_xml_next(i)) {
		const char *other = wim_xml_text(i, "NAME");

		if (i != but && other && !strcasecmp(other, name))
			return err_set(err, -EEXIST, name, ERR_NOWHERE,
				       "there is an image of this name");
	}
	return 0;
}

static int set_number(struct wim_xml *xml, struct wim_xml_node *node,
		      const char *path, uint64_t value, struct err *err)
{
	char text[24];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)value);
	return wim_writer_set(xml, node, path, text, err);
}

static int set_time(struct wim_xml *xml, struct wim_xml_node *node,
		    const char *name, uint64_t time, struct err *err)
{
	char path[64], text[16];
	int r;

	snprintf(path, sizeof(path), "%s/HIGHPART", name);
	snprintf(text, sizeof(text), "0x%08X", (unsigned)(time >> 32));
	r = wim_writer_set(xml, node, path, text, err);
	snprintf(path, sizeof(path), "%s/LOWPART", name);
	snprintf(text, sizeof(text), "0x%08X", (unsigned)time);
	return r ? r : wim_writer_set(xml, node, path, text, err);
}

static int set_counts(struct wim_xml *xml, struct wim_xml_node *node,
		      const struct wim_image *image, struct err *err)
{
	struct counts c = {0};
	int r = count(image, &c, err);

	if (!r)
		r = set_number(xml, node, "DIRCOUNT", c.folders, err);
	if (!r)
		r = set_number(xml, node, "FILECOUNT", c.files, err);
	if (!r)
		r = set_number(xml, node, "TOTALBYTES", c.bytes, err);
	return r ? r
		 : set_number(xml, node, "HARDLINKBYTES", c.link_bytes, err);
}

// Sets those properties that are of the element WINDOWS, or the others.
static int set_properties(struct wim_xml *xml, struct wim_xml_node *node,
			  const struct wim_new_image *info, bool of_windows,
			  struct err *err)
{
	int r = 0;

	for (size_t i = 0; !r && i < info->property_count; i++)
		if (!strncasecmp(info->properties[i].path, "WINDOWS/", 8) ==
		    of_windows)
			r = wim_writer_set(xml, node, info->properties[i].path,
					   info->properties[i].value, err);
	return r;
}

// In the order of DISM's elements.
int wim_writer_describe(struct wim_xml *xml, struct wim_xml_node *node,
			const struct wim_image *image,
			const struct wim_new_image *info, struct err *err)
{
	uint64_t now = filetime_now();
	uint64_t created = info->created ? info->created : now;
	int r = set_counts(xml, node, image, err);

	if (!r)
		r = set_time(xml, node, "CREATIONTIME", created, err);
	if (!r)
		r = set_time(xml, node, "LASTMODIFICATIONTIME",
			     info->modified  ? info->modified
			     : info->created ? created
					     : now,
			     err);
	if (!r)
		r = wim_writer_set(xml, node, "WIMBOOT", "0", err);
	if (!r)
		r = set_properties(xml, node, info, true, err);
	if (!r)
		r = wim_writer_set(xml, node, "NAME", info->name, err);
	if (!r)
		r = wim_writer_set(xml, node, "DESCRIPTION", info->description,
				   err);
	if (!r)
		r = wim_writer_set(xml, node, "FLAGS", info->flags, err);
	return r ? r : set_properties(xml, node, info, false, err);
}

int wim_writer_describe_again(struct wim_xml *xml, struct wim_xml_node *node,
			      const struct wim_image *image,
			      const struct wim_new_image *info, struct err *err)
{
	int r = set_counts(xml, node, image, err);

	if (!r)
		r = set_time(xml, node, "LASTMODIFICATIONTIME",
			     info->modified ? info->modified : filetime_now(),
			     err);
	if (!r)
		r = set_properties(xml, node, info, true, err);
	return r ? r : set_properties(xml, node, info, false, err);
}
