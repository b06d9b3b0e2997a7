// SPDX-License-Identifier: MIT
//
// The XML data of a WIM as a tree, kept whole: elements and attributes that
// nobody knows, comments and the order of all are there again when it is
// encoded.
//
//     parse.c   text into a tree
//     tree.c    making, finding and changing nodes, images among them
//     encode.c  a tree into text
//
// A node or string lives as long as its document, also after it was removed or
// replaced: all come out of blocks that are freed with the document. Strings are
// UTF-8, unpaired surrogates in three bytes (utf16_to_utf8). Names of elements
// and attributes count without regard to case.
//
// A path is names of elements with slashes between them, below a node:
// "WINDOWS/VERSION/MAJOR" below an IMAGE.

#ifndef WIM_XML_H
#define WIM_XML_H

#include "base.h"

// The largest WIMs of Windows have some 20 images of some 60 elements each.
#define WIM_MAX_XML_NODES (UINT32_C(1) << 20) // attributes too
#define WIM_MAX_XML_DEPTH 128                 // elements within elements

struct wim_xml;

enum wim_xml_kind {
	WIM_XML_ELEMENT,
	WIM_XML_TEXT,
	WIM_XML_AS_IS, // a comment, declaration or instruction, with its marks
};

struct wim_xml_attribute {
	const char *name, *value;
	struct wim_xml_attribute *next;
};

// For reading; the functions below change it.
struct wim_xml_node {
	enum wim_xml_kind kind;
	const char *name; // of an element
	const char *text; // of the others
	struct wim_xml_attribute *attributes, *last_attribute;
	struct wim_xml_node *parent, *next, *previous;
	struct wim_xml_node *first, *last; // children
};

// --- Documents ---------------------------------------------------------------

// Makes a document with an empty element WIM.
// Returns 0 or -ENOMEM.
int wim_xml_new(struct wim_xml **ret, struct err *err);

// Reads `size` bytes of UTF-16LE, with a byte order mark or without. Where there
// is no element WIM an empty one is put behind the rest.
// Returns 0, -EBADMSG when it is no XML, -EFBIG over a limit, or -ENOMEM.
int wim_xml_parse(const void *data, size_t size, struct wim_xml **ret,
		  struct err *err);

// Writes the document as UTF-16LE with a byte order mark into new memory (free
// with mem_free); *ret_size is in bytes.
// Returns 0 or -ENOMEM.
int wim_xml_encode(const struct wim_xml *x, void **ret, size_t *ret_size,
		   struct err *err);

// Frees a document; NULL is fine.
void wim_xml_free(struct wim_xml *x);

// --- Nodes -------------------------------------------------------------------

// Returns the element WIM.
struct wim_xml_node *wim_xml_root(const struct wim_xml *x);

// Returns the first element at `path` below a node, or NULL.
struct wim_xml_node *wim_xml_find(const struct wim_xml_node *from,
				  const char *path);

// Returns the next element of the same name within the same parent, or NULL.
struct wim_xml_node *wim_xml_next(const struct wim_xml_node *node);

// Returns the text of the first element at `path` below a node, up to the first
// thing in it that is no text ("" for one without); NULL when there is no such
// element.
const char *wim_xml_text(const struct wim_xml_node *from, const char *path);

// Returns the same of the node itself, never NULL.
const char *wim_xml_own_text(const struct wim_xml_node *node);

// Returns an attribute's value, or NULL.
const char *wim_xml_attribute(const struct wim_xml_node *node,
			      const char *name);

// Makes the text of the element at `path` be `text` and nothing else, with all
// elements on the way that are missing: each behind the others of its parent.
// Returns 0, -EINVAL when the text is no UTF-8 or has characters that XML cannot
// hold, -EFBIG over a limit, or -ENOMEM; then a part of the way may be there.
int wim_xml_set(struct wim_xml *x, struct wim_xml_node *from, const char *path,
		const char *text, struct err *err);

// The same for an attribute of a node.
// Returns as wim_xml_set.
int wim_xml_set_attribute(struct wim_xml *x, struct wim_xml_node *node,
			  const char *name, const char *value, struct err *err);

// Puts an empty element behind the others of a node.
// Returns 0, -EFBIG over a limit, or -ENOMEM.
int wim_xml_add(struct wim_xml *x, struct wim_xml_node *parent,
		const char *name, struct wim_xml_node **ret, struct err *err);

// Takes a node, other than the root, out of the document.
void wim_xml_remove(struct wim_xml_node *node);

// --- Images ------------------------------------------------------------------

// Returns the INDEX of an IMAGE, or 0.
uint32_t wim_xml_image_index(const struct wim_xml_node *image);

// Returns the first IMAGE whose INDEX is that number, or NULL.
struct wim_xml_node *wim_xml_image(const struct wim_xml *x, uint32_t index);

// Adds an IMAGE of that INDEX behind the others: an empty one, or, when `from`
// is not NULL, a copy of that node, which may be of another document.
// Returns 0, -EFBIG over a limit, or -ENOMEM; then nothing was added.
int wim_xml_add_image(struct wim_xml *x, uint32_t index,
		      const struct wim_xml_node *from,
		      struct wim_xml_node **ret, struct err *err);

// Removes the IMAGE of that INDEX, when there is one; those of higher numbers
// get one less.
// Returns 0 or -ENOMEM, with the document as it was or a part of the images
// renumbered.
int wim_xml_remove_image(struct wim_xml *x, uint32_t index, struct err *err);

// --- Of tree.c, for parse.c --------------------------------------------------

// All of a document. `top` has no name; the element WIM is among its children.
struct wim_xml {
	struct wim_xml_node top;
	struct wim_xml_node *root;
	struct wim_xml_block *blocks; // the newest first
	uint32_t nodes;
};

// Returns `size` zeroed bytes of the document's blocks, or NULL.
void *wim_xml_alloc(struct wim_xml *x, size_t size);

// Makes a node behind the others of its parent. Its strings are borrowed.
// Returns 0, -EFBIG or -ENOMEM.
int wim_xml_append(struct wim_xml *x, struct wim_xml_node *parent,
		   const struct wim_xml_node *like, struct wim_xml_node **ret,
		   struct err *err);

// The same for an attribute.
// Returns as wim_xml_append.
int wim_xml_append_attribute(struct wim_xml *x, struct wim_xml_node *node,
			     const char *name, const char *value,
			     struct err *err);

#endif
