// SPDX-License-Identifier: MIT
//
// The nodes of an XML document, and the images among them ("Windows Imaging File
// Format (WIM)" white paper, "XML data"): IMAGE elements below WIM, each with
// its number in the attribute INDEX.

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "xml.h"

#define BLOCK_SIZE (16 << 10)

static const char what[] = "WIM XML data";
static const char root_name[] = "WIM";
static const char image_name[] = "IMAGE";
static const char index_name[] = "INDEX";

// --- Memory ------------------------------------------------------------------

struct wim_xml_block {
	struct wim_xml_block *next;
	size_t used, size; // of bytes
	max_align_t bytes[];
};

void *wim_xml_alloc(struct wim_xml *x, size_t size)
{
	size_t room = (size_t)round_up(size, sizeof(max_align_t));
	struct wim_xml_block *block = x->blocks;

	if (!block || room > block->size - block->used) {
		size_t n = room > BLOCK_SIZE ? room : BLOCK_SIZE;

		block = mem_alloc(sizeof(*block) + n);
		if (!block)
			return NULL;
		block->size = n;
		block->next = x->blocks;
		x->blocks = block;
	}
	block->used += room;
	return (uint8_t *)block->bytes + block->used - room;
}

static char *copy_string(struct wim_xml *x, const char *s)
{
	size_t size = strlen(s) + 1;
	char *copy = wim_xml_alloc(x, size);

	return copy ? memcpy(copy, s, size) : NULL;
}

int wim_xml_new(struct wim_xml **ret, struct err *err)
{
	struct wim_xml *x = mem_alloc(sizeof(*x));
	int r;

	if (!x)
		return err_nomem(err);
	r = wim_xml_add(x, &x->top, root_name, &x->root, err);
	if (r)
		wim_xml_free(x);
	else
		*ret = x;
	return r;
}

void wim_xml_free(struct wim_xml *x)
{
	struct wim_xml_block *block = x ? x->blocks : NULL;

	while (block) {
		struct wim_xml_block *next = block->next;

		mem_free(block);
		block = next;
	}
	mem_free(x);
}

// --- Making ------------------------------------------------------------------

static int count_node(struct wim_xml *x, struct err *err)
{
	if (x->nodes == WIM_MAX_XML_NODES)
		return err_set(err, -EFBIG, what, ERR_NOWHERE,
			       "it has more than %" PRIu32 " elements",
			       WIM_MAX_XML_NODES);
	x->nodes++;
	return 0;
}

int wim_xml_append(struct wim_xml *x, struct wim_xml_node *parent,
		   const struct wim_xml_node *like, struct wim_xml_node **ret,
		   struct err *err)
{
	int r = count_node(x, err);
	struct wim_xml_node *n;

	if (r)
		return r;
	n = wim_xml_alloc(x, sizeof(*n));
	if (!n)
		return err_nomem(err);
	*n = (struct wim_xml_node){.kind = like->kind,
				   .name = like->name,
				   .text = like->text,
				   .parent = parent,
				   .previous = parent->last};
	if (parent->last)
		parent->last->next = n;
	else
		parent->first = n;
	parent->last = n;
	if (ret)
		*ret = n;
	return 0;
}

int wim_xml_append_attribute(struct wim_xml *x, struct wim_xml_node *node,
			     const char *name, const char *value,
			     struct err *err)
{
	struct wim_xml_attribute *a;
	int r = count_node(x, err);

	if (r)
		return r;
	a = wim_xml_alloc(x, sizeof(*a));
	if (!a)
		return err_nomem(err);
	*a = (struct wim_xml_attribute){.name = name, .value = value};
	*(node->attributes ? &node->last_attribute->next : &node->attributes) =
		a;
	node->last_attribute = a;
	return 0;
}

int wim_xml_add(struct wim_xml *x, struct wim_xml_node *parent,
		const char *name, struct wim_xml_node **ret, struct err *err)
{
	struct wim_xml_node like = {.kind = WIM_XML_ELEMENT,
				    .name = copy_string(x, name)};

	return like.name ? wim_xml_append(x, parent, &like, ret, err)
			 : err_nomem(err);
}

void wim_xml_remove(struct wim_xml_node *node)
{
	struct wim_xml_node *parent = node->parent;

	*(node->previous ? &node->previous->next : &parent->first) = node->next;
	*(node->next ? &node->next->previous : &parent->last) = node->previous;
	node->next = node->previous = node->parent = NULL;
}

// Returns the node behind `n` when all below `within` is gone over, parents
// before children, or NULL at the end.
static const struct wim_xml_node *walk(const struct wim_xml_node *n,
				       const struct wim_xml_node *within)
{
	if (n->first)
		return n->first;
	while (n != within && !n->next)
		n = n->parent;
	return n == within ? NULL : n->next;
}

// Copies one node without its children.
static int copy_node(struct wim_xml *x, const struct wim_xml_node *from,
		     struct wim_xml_node *parent, struct wim_xml_node **ret,
		     struct err *err)
{
	struct wim_xml_node like = {.kind = from->kind};
	int r;

	like.name = from->name ? copy_string(x, from->name) : NULL;
	like.text = from->text ? copy_string(x, from->text) : NULL;
	if ((from->name && !like.name) || (from->text && !like.text))
		return err_nomem(err);
	r = wim_xml_append(x, parent, &like, ret, err);
	for (const struct wim_xml_attribute *a = from->attributes; a && !r;
	     a = a->next) {
		const char *name = copy_string(x, a->name);
		const char *value = copy_string(x, a->value);

		r = name && value ? wim_xml_append_attribute(x, *ret, name,
							     value, err)
				  : err_nomem(err);
	}
	return r;
}

static int copy_tree(struct wim_xml *x, const struct wim_xml_node *from,
		     struct wim_xml_node *parent, struct wim_xml_node **ret,
		     struct err *err)
{
	struct wim_xml_node *to = NULL;
	const struct wim_xml_node *next;
	int r = copy_node(x, from, parent, &to, err);

	*ret = to;
	for (const struct wim_xml_node *n = from; !r; n = next) {
		const struct wim_xml_node *up = n;

		next = walk(n, from);
		if (!next)
			break;
		// `to` is the copy of n, and climbs as far as n does.
		for (; up != next->parent; up = up->parent)
			to = to->parent;
		r = copy_node(x, next, to, &to, err);
	}
	return r;
}

// --- Finding -----------------------------------------------------------------

struct wim_xml_node *wim_xml_root(const struct wim_xml *x)
{
	return x->root;
}

// Returns the first element from `n` on with a name of `len` characters.
static struct wim_xml_node *named(struct wim_xml_node *n, const char *name,
				  size_t len)
{
	for (; n; n = n->next)
		if (n->kind == WIM_XML_ELEMENT && strlen(n->name) == len &&
		    !strncasecmp(n->name, name, len))
			return n;
	return NULL;
}

struct wim_xml_node *wim_xml_find(const struct wim_xml_node *from,
				  const char *path)
{
	for (;;) {
		size_t len = strcspn(path, "/");
		struct wim_xml_node *n = named(from->first, path, len);

		if (!n || !path[len])
			return n;
		from = n;
		path += len + 1;
	}
}

struct wim_xml_node *wim_xml_next(const struct wim_xml_node *node)
{
	return named(node->next, node->name, strlen(node->name));
}

const char *wim_xml_own_text(const struct wim_xml_node *n)
{
	return n->first && n->first->kind == WIM_XML_TEXT ? n->first->text : "";
}

const char *wim_xml_text(const struct wim_xml_node *from, const char *path)
{
	const struct wim_xml_node *n = wim_xml_find(from, path);

	return n ? wim_xml_own_text(n) : NULL;
}

static struct wim_xml_attribute *find_attribute(const struct wim_xml_node *node,
						const char *name)
{
	struct wim_xml_attribute *a = node->attributes;

	while (a && strcasecmp(a->name, name))
		a = a->next;
	return a;
}

const char *wim_xml_attribute(const struct wim_xml_node *node, const char *name)
{
	const struct wim_xml_attribute *a = find_attribute(node, name);

	return a ? a->value : NULL;
}

// --- Changing ----------------------------------------------------------------

// XML has no control characters but three, not even as references (XML 1.0,
// production 2).
static int check_text(const char *text, struct err *err)
{
	le16 *units;
	size_t n;
	int r;

	for (const char *p = text; *p; p++)
		if ((unsigned char)*p < ' ' && !strchr("\t\r\n", *p))
			return err_set(err, -EINVAL, text, ERR_NOWHERE,
				       "a control character cannot be stored "
				       "in XML data");
	r = utf16_from_utf8(text, &units, &n);
	if (r == -ENOMEM)
		return err_nomem(err);
	if (r)
		return err_set(err, r, text, ERR_NOWHERE,
			       "this text is not UTF-8");
	mem_free(units);
	return 0;
}

// Finds or makes the element at `path`.
static int reach(struct wim_xml *x, struct wim_xml_node *from, const char *path,
		 struct wim_xml_node **ret, struct err *err)
{
	while (*path) {
		size_t len = strcspn(path, "/");
		struct wim_xml_node *n = named(from->first, path, len);
		int r = 0;

		if (!n) {
			char *name = wim_xml_alloc(x, len + 1);
			struct wim_xml_node like = {.kind = WIM_XML_ELEMENT,
						    .name = name};

			if (!name)
				return err_nomem(err);
			memcpy(name, path, len);
			r = wim_xml_append(x, from, &like, &n, err);
		}
		if (r)
			return r;
		from = n;
		path += len + !!path[len];
	}
	*ret = from;
	return 0;
}

int wim_xml_set(struct wim_xml *x, struct wim_xml_node *from, const char *path,
		const char *text, struct err *err)
{
	struct wim_xml_node like = {.kind = WIM_XML_TEXT}, *n = from;
	int r = check_text(text, err);

	if (!r)
		r = reach(x, from, path, &n, err);
	if (r)
		return r;
	like.text = copy_string(x, text);
	if (!like.text)
		return err_nomem(err);
	n->first = n->last = NULL;
	return *text ? wim_xml_append(x, n, &like, NULL, err) : 0;
}

int wim_xml_set_attribute(struct wim_xml *x, struct wim_xml_node *node,
			  const char *name, const char *value, struct err *err)
{
	struct wim_xml_attribute *a = find_attribute(node, name);
	const char *new_name = a ? a->name : copy_string(x, name);
	const char *copy = copy_string(x, value);
	int r = check_text(value, err);

	if (r)
		return r;
	if (!new_name || !copy)
		return err_nomem(err);
	if (!a)
		return wim_xml_append_attribute(x, node, new_name, copy, err);
	a->value = copy;
	return 0;
}

// --- Images ------------------------------------------------------------------

uint32_t wim_xml_image_index(const struct wim_xml_node *image)
{
	const char *text = wim_xml_attribute(image, index_name);
	unsigned long index = text ? strtoul(text, NULL, 10) : 0;

	return index <= UINT32_MAX ? (uint32_t)index : 0;
}

static int set_number(struct wim_xml *x, struct wim_xml_node *image,
		      uint32_t index, struct err *err)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu32, index);
	return wim_xml_set_attribute(x, image, index_name, text, err);
}

struct wim_xml_node *wim_xml_image(const struct wim_xml *x, uint32_t index)
{
	struct wim_xml_node *n = wim_xml_find(x->root, image_name);

	while (n && wim_xml_image_index(n) != index)
		n = wim_xml_next(n);
	return n;
}

int wim_xml_add_image(struct wim_xml *x, uint32_t index,
		      const struct wim_xml_node *from,
		      struct wim_xml_node **ret, struct err *err)
{
	struct wim_xml_node *n = NULL;
	int r = from ? copy_tree(x, from, x->root, &n, err)
		     : wim_xml_add(x, x->root, image_name, &n, err);

	if (!r)
		r = set_number(x, n, index, err);
	if (!r)
		*ret = n;
	else if (n)
		wim_xml_remove(n);
	return r;
}

int wim_xml_remove_image(struct wim_xml *x, uint32_t index, struct err *err)
{
	struct wim_xml_node *gone = wim_xml_image(x, index), *n;
	int r = 0;

	if (!gone)
		return 0;
	for (n = wim_xml_find(x->root, image_name); n && !r;
	     n = wim_xml_next(n))
		if (n != gone && wim_xml_image_index(n) > index)
			r = set_number(x, n, wim_xml_image_index(n) - 1, err);
	if (!r)
		wim_xml_remove(gone);
	return r;
}
