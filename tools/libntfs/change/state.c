// SPDX-License-Identifier: MIT
//
// What the changing half keeps with a volume, from the first look at whether it
// may be written until it is closed.

#include "change.h"

struct ntfs_state *ntfs_state_of(const struct ntfs *n)
{
	return (struct ntfs_state *)n->writer;
}

struct ntfs_change *ntfs_change_of(const struct ntfs *n)
{
	return n->writer ? ntfs_state_of(n)->change : NULL;
}

void ntfs_state_drop(struct ntfs *n)
{
	struct ntfs_state *s = ntfs_state_of(n);
	struct ntfs_change *c = s->change;

	if (!c)
		return;
	if (c->mft.disk)
		n->mft = NULL;
	ntfs_mft_done(&c->mft);
	ntfs_bits_done(&c->clusters);
	ntfs_cache_done(c);
	n->dev = c->base;
	s->change = NULL;
	s->writer.open_data = NULL;
	mem_free(c);
}

static void close_state(struct ntfs *n)
{
	struct ntfs_state *s = ntfs_state_of(n);

	ntfs_state_drop(n);
	mem_free(s->findings);
	mem_free(s);
	n->writer = NULL;
}

int ntfs_state_new(struct ntfs *n, struct err *err)
{
	struct ntfs_state *s;

	if (n->writer)
		return 0;
	s = mem_alloc(sizeof(*s));
	if (!s)
		return err_nomem(err);
	s->writer.close = close_state;
	n->writer = &s->writer;
	return 0;
}
