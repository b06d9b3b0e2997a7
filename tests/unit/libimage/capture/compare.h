// SPDX-License-Identifier: MIT
//
// Two captures, entry by entry and byte by byte.

#ifndef COMPARE_H
#define COMPARE_H

#include "capture.h"
#include "test.h"

// Returns the entry of that name in a folder; NULL: there is none, or no folder.
static inline const struct wim_dentry *child(const struct wim_dentry *d,
					     const char *name)
{
	for (size_t i = 0; d && i < d->child_count; i++) {
		const struct wim_dentry *c = d->children[i];
		char *text = utf16_to_utf8(c->name, c->name_len);
		bool same = !strcmp(text, name);

		mem_free(text);
		if (same)
			return c;
	}
	return NULL;
}

// Reads content into new memory (free with mem_free).
static inline void *content_bytes(const struct wim_blob *blob)
{
	struct wim_content *content = (void *)blob; // its first field
	struct err err = {0};
	struct disk *d;
	void *data;

	if (content->data)
		return mem_dup(content->data, (size_t)blob->size);
	check_ok(content->open(content, &d, &err), &err);
	check(d->size >= blob->size);
	data = mem_alloc((size_t)blob->size);
	check_ok(disk_read(d, 0, data, (size_t)blob->size, &err), &err);
	disk_close(d);
	return data;
}

static inline bool same_bytes(const void *a, size_t a_size, const void *b,
			      size_t b_size)
{
	return a_size == b_size && (!a_size || !memcmp(a, b, a_size));
}

static inline bool same_content(const struct wim_blob *a,
				const struct wim_blob *b)
{
	void *x, *y;
	bool same;

	if (!a || !b)
		return !a && !b;
	if (a->size != b->size)
		return false;
	x = content_bytes(a);
	y = content_bytes(b);
	same = !memcmp(x, y, (size_t)a->size);
	mem_free(x);
	mem_free(y);
	return same;
}

static inline bool same_security(const struct wim_image *a, int32_t x,
				 const struct wim_image *b, int32_t y)
{
	if (x < 0 || y < 0)
		return x == y;
	return same_bytes(a->security[x].descriptor, a->security[x].size,
			  b->security[y].descriptor, b->security[y].size);
}

static inline void same_entry(const struct wim_image *a,
			      const struct wim_dentry *x,
			      const struct wim_image *b,
			      const struct wim_dentry *y)
{
	char *name = utf16_to_utf8(x->name, x->name_len);

	if (getenv("VERBOSE"))
		printf("%s\n", name);
	check(same_bytes(x->name, 2 * x->name_len, y->name, 2 * y->name_len));
	check(same_bytes(x->short_name, 2 * x->short_name_len, y->short_name,
			 2 * y->short_name_len));
	check_eq(x->attributes, y->attributes);
	check_eq(x->created, y->created);
	check_eq(x->modified, y->modified);
	check_eq(x->accessed, y->accessed);
	check(same_security(a, x->security, b, y->security));
	check_eq(x->reparse_tag, y->reparse_tag);
	check_eq(x->reparse_flags, y->reparse_flags);
	check(same_content(x->reparse, y->reparse));
	check_eq(!x->link_group, !y->link_group);
	check(guid_equal(&x->object_id, &y->object_id));
	check(same_bytes(x->items, x->items_size, y->items, y->items_size));
	check(same_bytes(x->ea, x->ea_size, y->ea, y->ea_size));
	check_eq(x->stream_count, y->stream_count);
	for (size_t i = 0; i < x->stream_count; i++) {
		check(same_bytes(x->streams[i].name, 2 * x->streams[i].name_len,
				 y->streams[i].name,
				 2 * y->streams[i].name_len));
		check(same_content(x->streams[i].blob, y->streams[i].blob));
	}
	check_eq(x->child_count, y->child_count);
	mem_free(name);
}

// Holds two images against each other; entries are numbered in the order of their
// making, so they are gone through from the root.
static inline void same_images(const struct wim_image *a,
			       const struct wim_image *b)
{
	const struct wim_dentry **stack =
		calloc(2 * (size_t)a->dentry_count + 2, sizeof(*stack));
	size_t n = 0;

	check_eq(a->dentry_count, b->dentry_count);
	stack[n++] = a->root;
	stack[n++] = b->root;
	while (n) {
		const struct wim_dentry *y = stack[--n], *x = stack[--n];

		same_entry(a, x, b, y);
		for (size_t i = 0; i < x->child_count; i++) {
			stack[n++] = x->children[i];
			stack[n++] = y->children[i];
		}
	}
	free(stack);
}

#endif
