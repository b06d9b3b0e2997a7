// SPDX-License-Identifier: MIT
//
// What captures of all kinds of places have in common: files, their names, what
// they hold, and what was lost of them.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../image_priv.h"
#include "capture_priv.h"

int capture_begin(const struct capture_options *options, struct capture **ret,
		  struct err *err)
{
	struct capture *c = mem_alloc(sizeof(*c));
	int r;

	if (!c)
		return err_nomem(err);
	c->options = *options;
	c->options.rules = NULL;
	c->options.output = NULL;
	r = wim_image_new(&c->image, err);
	if (r) {
		capture_free(c);
		return r;
	}
	*ret = c;
	return 0;
}

void capture_free(struct capture *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->property_count; i++) {
		mem_free((char *)c->properties[i].path);
		mem_free((char *)c->properties[i].value);
	}
	for (size_t i = 0; i < CAPTURE_LOSSES * CAPTURE_FIRST; i++)
		mem_free(c->result.lost[i / CAPTURE_FIRST]
				 .first[i % CAPTURE_FIRST]);
	while (c->blocks) {
		struct capture_block *b = c->blocks;

		c->blocks = b->next;
		mem_free(b);
	}
	mem_free(c->properties);
	mem_free(c->files);
	mem_free(c->nodes);
	mem_free(c->list);
	mem_free(c->folder);
	wim_image_free(c->image);
	mem_free(c);
}

struct wim_image *capture_image(const struct capture *c)
{
	return c->image;
}

struct wim_content *const *capture_content(const struct capture *c,
					   size_t *ret_count)
{
	*ret_count = c->list_count;
	return c->list;
}

const struct capture_result *capture_get_result(const struct capture *c)
{
	return &c->result;
}

const char *capture_loss_text(enum capture_loss loss)
{
	static const char *const texts[CAPTURE_LOSSES] = {
		[CAPTURE_ENCRYPTED] = "is encrypted (EFS), and left out",
		[CAPTURE_ENCRYPTED_FOLDER] =
			"encrypts what is put into it (EFS), which the image "
			"does not say",
		[CAPTURE_ELSEWHERE] = "has its content elsewhere, and is left "
				      "out",
		[CAPTURE_LINK_OUT] = "is a link that leads out of what is "
				     "captured, and left out",
		[CAPTURE_ORPHAN] = "lies in no folder, and is left out",
		[CAPTURE_SPECIAL] = "is a device, pipe or socket, and left out",
		[CAPTURE_NAME] = "has a name that an image cannot hold, and is "
				 "left out",
		[CAPTURE_CHANGED] = "went away meanwhile",
		[CAPTURE_OUTPUT] = "is what the image is written to, and left "
				   "out",
		[CAPTURE_TORN] = "was written to while it was read: what the "
				 "image has of it may be of two moments",
		[CAPTURE_ATTRIBUTES] = "has extended attributes that an image "
				       "cannot hold",
	};

	return texts[loss];
}

int capture_lose(struct capture *c, enum capture_loss loss, const char *path,
		 struct err *err)
{
	struct capture_lost *lost = &c->result.lost[loss];

	if (lost->count < CAPTURE_FIRST) {
		lost->first[lost->count] = mem_strdup(path);
		if (!lost->first[lost->count])
			return err_nomem(err);
	}
	lost->count++;
	return 0;
}

// --- Files -------------------------------------------------------------------

int capture_add_file(struct capture *c, uint32_t *ret, struct err *err)
{
	if (c->file_count >= CAPTURE_MAX_FILES)
		return err_set(err, -EFBIG, "capture", ERR_NOWHERE,
			       "there are more than %u files",
			       CAPTURE_MAX_FILES);
	if (mem_grow((void **)&c->files, c->file_count, &c->file_room,
		     sizeof(*c->files)))
		return err_nomem(err);
	c->files[c->file_count] =
		(struct capture_file){.security = -1,
				      .loss = CAPTURE_LOSSES,
				      .first_name = CAPTURE_NO_FILE};
	*ret = (uint32_t)c->file_count++;
	return 0;
}

int capture_keep_name(struct capture *c, const le16 *name, size_t len,
		      const le16 **ret, struct err *err)
{
	const void *copy;
	int r = wim_image_keep(c->image, name, len * sizeof(*name), &copy, err);

	if (!r)
		*ret = copy;
	return r;
}

// --- Content -----------------------------------------------------------------

static struct capture *capture_of(const struct wim_content *content)
{
	return content->ctx;
}

static void name_content(const struct wim_content *content, char *buf,
			 size_t size)
{
	const struct capture_source *s = (const void *)content;
	char path[256] = "";

	// Without memory it has no name.
	best_effort(apply_path(s->dentry, path, sizeof(path), NULL));
	snprintf(buf, size, "%s", *path ? path : "\\");
}

static int open_content(struct wim_content *content, struct disk **ret,
			struct err *err)
{
	const struct capture_source *s = (const void *)content;
	struct capture *c = capture_of(content);
	char path[256];
	struct err e = {0};
	int r = c->open_source(c, s, ret, &e);

	if (!r)
		return 0;
	name_content(content, path, sizeof(path));
	return err_of(err, path, &e);
}

int capture_add_source(struct capture *c, const void *data, uint64_t size,
		       struct capture_source **ret, struct err *err)
{
	const void *copy = NULL;
	struct capture_source *s;

	if (!c->blocks || c->blocks->used == CAPTURE_BLOCK) {
		struct capture_block *b = mem_alloc(sizeof(*b));

		if (!b)
			return err_nomem(err);
		b->next = c->blocks;
		c->blocks = b;
	}
	if (data) {
		int r = wim_image_keep(c->image, data, (size_t)size, &copy,
				       err);

		if (r)
			return r;
	}
	s = &c->blocks->items[c->blocks->used++];
	*s = (struct capture_source){
		.content = {.blob.size = size,
			    .data = copy,
			    .open = open_content,
			    .name = name_content,
			    .ctx = c},
	};
	*ret = s;
	return 0;
}

int capture_add_stream(struct capture *c, struct capture_file *file,
		       const le16 *name, size_t name_len,
		       struct capture_source *source, struct err *err)
{
	struct capture_stream stream = {
		.name_len = name_len, .source = source, .next = file->streams};
	const void *copy;
	int r = 0;

	if (name_len)
		r = capture_keep_name(c, name, name_len, &stream.name, err);
	if (!r)
		r = wim_image_keep(c->image, &stream, sizeof(stream), &copy,
				   err);
	if (!r)
		file->streams = (struct capture_stream *)copy;
	return r;
}

// --- Names -------------------------------------------------------------------

struct node_path {
	const struct capture *c;
	const struct capture_node *node;
};

// The root is no part of a path.
static bool node_part(const void *ctx, size_t depth, struct rule_part *ret)
{
	const struct node_path *p = ctx;
	const struct capture_node *node = p->node;

	for (; depth && node->name; depth--)
		node = &p->c->nodes[node->parent];
	if (!node->name)
		return false;
	*ret = (struct rule_part){node->name, node->name_len};
	return true;
}

// What an exception or an exclusion says of a folder it says of all in it; an
// exception wins, and nothing in it is looked at again.
static enum rule_verdict judge(const struct capture *c,
			       const struct capture_rules *rules,
			       const struct capture_node *node,
			       enum rule_verdict above)
{
	struct node_path path = {c, node};
	enum rule_verdict own;

	if (!rules || above == RULE_EXCEPTED)
		return above;
	own = capture_rules_judge(rules, node_part, &path);
	return own == RULE_NONE ? above : own;
}

int capture_add_node(struct capture *c, const struct capture_rules *rules,
		     const struct capture_node *node, uint32_t *ret,
		     struct err *err)
{
	struct capture_node n = *node;
	bool is_root = !c->node_count;

	if (!is_root)
		n.verdict =
			judge(c, rules, node, c->nodes[node->parent].verdict);
	if (!is_root && rules && rules->compression)
		n.compression = judge(c, rules->compression, node,
				      c->nodes[node->parent].compression);
	if (n.verdict == RULE_EXCLUDED) {
		c->result.excluded += c->nodes[n.parent].verdict !=
				      RULE_EXCLUDED;
		// What is in it, or it, may be an exception's.
		if (!rules->has_exceptions ||
		    !(c->files[n.file].attributes & NTFS_ATTR_DIRECTORY)) {
			*ret = CAPTURE_NO_FILE;
			return 0;
		}
	}
	if (c->node_count >= CAPTURE_MAX_FILES)
		return err_set(err, -EFBIG, "capture", ERR_NOWHERE,
			       "there are more than %u names",
			       CAPTURE_MAX_FILES);
	if (mem_grow((void **)&c->nodes, c->node_count, &c->node_room,
		     sizeof(*c->nodes)))
		return err_nomem(err);
	c->nodes[c->node_count] = n;
	*ret = (uint32_t)c->node_count++;
	return 0;
}

// --- The end -----------------------------------------------------------------

static int by_place(const void *a, const void *b)
{
	const struct capture_source *x = *(void *const *)a,
				    *y = *(void *const *)b;

	if (x->place != y->place)
		return x->place < y->place ? -1 : 1;
	if (x->file != y->file)
		return x->file < y->file ? -1 : 1;
	return x->dentry->index < y->dentry->index
		       ? -1
		       : x->dentry->index > y->dentry->index;
}

int capture_end(struct capture *c, int r, struct capture **ret, struct err *err)
{
	if (!r)
		r = capture_build(c, err);
	if (r) {
		capture_free(c);
		return r;
	}
	if (c->list_count)
		qsort(c->list, c->list_count, sizeof(*c->list), by_place);
	mem_free(c->files);
	mem_free(c->nodes);
	c->files = NULL;
	c->nodes = NULL;
	c->file_count = c->node_count = 0;
	*ret = c;
	return 0;
}
